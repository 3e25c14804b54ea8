"""Read the words of cases that were open before there was anything to find what is like them."""

from __future__ import annotations

from collections.abc import Sequence

from actions.context import Context
from storage import likeness


async def unread(ctx: Context, limit: int) -> Sequence[str]:
    """Find cases whose words have not been read."""
    return await likeness.due(ctx.tx, limit)


async def failed(ctx: Context, id: str, why: str) -> bool:
    """Pass a case over: it is read when something is told in it again."""
    await likeness.done(ctx.tx, id)
    return True
