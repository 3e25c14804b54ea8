"""Slowing down whoever guesses codes: so many wrong ones from one person, or from one network address, then a wait."""

from __future__ import annotations

from datetime import datetime

from actions.context import Context
from storage import quotas


async def must_wait(ctx: Context, what: str) -> datetime | None:
    """Tell until when nobody may try from here; None if they may."""
    for id, most in _sources(ctx, what):
        if until := await quotas.left(ctx.tx, id, most, ctx.limits.wrong_codes_wait, ctx.now):
            return until
    return None


async def count_wrong(ctx: Context, what: str) -> None:
    """Count a wrong code."""
    for id, most in _sources(ctx, what):
        await quotas.use(ctx.tx, id, 1, most, ctx.limits.wrong_codes_wait, ctx.now)


def _sources(ctx: Context, what: str) -> list[tuple[str, int]]:
    sources = [(ctx.keys.name(what, ctx.me.conversation.id), ctx.limits.wrong_codes)]
    if ctx.me.network:
        sources.append((ctx.keys.name(what, ctx.me.network), ctx.limits.address_wrong_codes))
    return sources
