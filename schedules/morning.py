"""The list of the day, for contacts and heads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from actions import mornings
from actions.context import Context


async def prepare(ctx: Context) -> Callable[[Context], Awaitable[None]]:
    """Write the lists of everybody who has something to do; give what sends them."""
    return await mornings.prepare(ctx)
