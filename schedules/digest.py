"""Send the weekly digest to everybody at the supervision office."""

from __future__ import annotations

from actions import digest
from actions.context import Context


async def run(ctx: Context) -> None:
    """Send last week's."""
    await digest.send(ctx)
