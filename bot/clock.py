"""What tells the time: the one place that reads the machine's clock, and through which every loop waits."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime


class Clock:
    """The real time. Tests and replay put another one in its place."""

    def now(self) -> datetime:
        """Tell the time, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    async def until(self, event: asyncio.Event, seconds: float) -> bool:
        """Wait for an event at most so long; False if the time ran out."""
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
        return True
