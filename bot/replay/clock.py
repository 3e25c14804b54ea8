"""A clock that stands still until it is moved."""

from __future__ import annotations

import asyncio
from datetime import datetime

from bot.clock import Clock


class SimulatedClock(Clock):
    """Tells the time it was moved to; whoever would wait goes on at once."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def move(self, to: datetime) -> None:
        """Jump ahead; raises ValueError if that would be back."""
        if to < self._now:
            raise ValueError(f"Time does not go back from {self._now} to {to}.")
        self._now = to

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)

    async def until(self, event: asyncio.Event, seconds: float) -> bool:
        await asyncio.sleep(0)
        return event.is_set()
