"""Forget in time: messages that were acted on, what went out, expired forms, old windows and leases."""

from __future__ import annotations

from datetime import timedelta

from actions.context import Context
from storage import inbox, job_runs, memory, outbox, quotas, talks, tickets

POST = timedelta(days=7)
TALKS = timedelta(days=7)
RUNS = timedelta(days=90)
TICKETS = timedelta(days=30)


async def run(ctx: Context) -> None:
    """Erase what is no longer needed."""
    await inbox.forget_old(ctx.tx, ctx.now, POST)
    await outbox.forget_old(ctx.tx, ctx.now, POST)
    await talks.forget_expired(ctx.tx, ctx.now, TALKS)
    await quotas.forget_old(ctx.tx, ctx.now - timedelta(days=2))
    await memory.forget_old(ctx.tx, ctx.now)
    await tickets.forget_old(ctx.tx, ctx.now - TICKETS)
    await job_runs.forget_old(ctx.tx, ctx.now - RUNS)
