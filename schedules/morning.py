"""The list of the day, for contacts and heads."""

from __future__ import annotations

from actions import mornings
from actions.context import Context


async def run(ctx: Context) -> None:
    """Give everybody who has something to do their list."""
    await mornings.greet(ctx)
