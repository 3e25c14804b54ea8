"""Chase deadlines: whatever rung is reached, in the order of its time; and due times that a new calendar settles."""

from __future__ import annotations

from collections.abc import Sequence

from actions.context import Context
from storage import deadlines


async def reached(ctx: Context, limit: int) -> Sequence[str]:
    """Find the deadlines whose next rung is reached."""
    return await deadlines.reached(ctx.tx, ctx.now, limit)


async def estimated(ctx: Context, limit: int) -> Sequence[str]:
    """Find the deadlines that were reckoned by an older calendar."""
    return await deadlines.estimated(ctx.tx, ctx.city.calendar, limit)
