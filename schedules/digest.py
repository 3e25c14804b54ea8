"""Send the weekly digest to everybody at the supervision office."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from actions import digest
from actions.context import Context


async def prepare(ctx: Context) -> Callable[[Context], Awaitable[None]]:
    """Count last week; give what sends its digest."""
    return await digest.prepare(ctx)
