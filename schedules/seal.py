"""Seal the ledger: the heads of all chains that grew, so that nothing can be rewritten quietly."""

from __future__ import annotations

from actions.context import Context
from storage import ledger


async def run(ctx: Context) -> None:
    """Write a seal if anything was recorded since the last one."""
    await ledger.seal(ctx.tx, ctx.now)
