"""Chase deadlines: whatever rung is reached, in the order of its time; and due times that another calendar moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from actions.context import Context
from storage import deadlines

TRIES = 5
BETWEEN_TRIES = timedelta(seconds=10)


async def reached(ctx: Context, limit: int) -> Sequence[str]:
    """Find the deadlines whose next rung is reached."""
    return await deadlines.reached(ctx.tx, ctx.now, limit)


async def outdated(ctx: Context, limit: int) -> Sequence[str]:
    """Find the deadlines that were reckoned by another calendar than the one that counts now."""
    return await deadlines.outdated(ctx.tx, ctx.city.calendar, limit)


async def failed(ctx: Context, id: str, why: str) -> bool:
    """Have a deadline tried again a little later; after the fifth try it is put aside, and that is True."""
    return await deadlines.fail(ctx.tx, id, why, TRIES, ctx.now + BETWEEN_TRIES)
