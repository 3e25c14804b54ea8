"""One running program with the channel, as the tests see it: over a small Door in memory, in hurried time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.channels.telegram import Telegram
from dialog.incoming import Incoming
from dialog.texts import Words, _

COMMANDS = (("complain", _("File a complaint")), ("my", _("My cases")))
WORDS = Words({"zh_Hans": {"File a complaint": "投诉", "My cases": "我的事项"}}, ("zh_Hans", "en"), ZoneInfo("Asia/Shanghai"))


@dataclass(slots=True)
class Clock:
    """The real time, in which a pause takes a hundredth of what it should, at most 0.3 s.

    `pauses` are in seconds, as they were asked for.
    """

    pauses: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(min(seconds, 30) / 100)


@dataclass(slots=True)
class Store:
    """What all processes share."""

    kept: dict[str, Incoming] = field(default_factory=dict)
    leases: dict[str, tuple[object, datetime]] = field(default_factory=dict)
    memory: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)


class MemoryDoor:
    """The door of one process. `failures`: how many commits fail; `after_commit` runs between commit and acknowledgement."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.failures = 0
        self.commits: list[list[Incoming]] = []
        self.after_commit: Callable[[], Awaitable[None]] | None = None
        self.alarms: list[str] = []

    async def intake(self, messages: Sequence[Incoming]) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("the disk is full")
        self.commits.append(list(messages))
        for message in messages:
            self.store.kept.setdefault(message.external_id, message)
        if self.after_commit is not None:
            await self.after_commit()

    async def lease(self, name: str, seconds: float) -> bool:
        now = datetime.now(UTC)
        holder, until = self.store.leases.get(name, (self, now))
        if holder is not self and until > now:
            return False
        self.store.leases[name] = (self, datetime.fromtimestamp(now.timestamp() + seconds, UTC))
        return True

    async def remember(self, key: str, value: bytes, until: datetime) -> None:
        self.store.memory[key] = (value, until)

    async def shut_out(self, channel: str) -> None:
        self.alarms.append(channel)

    async def contested(self, channel: str) -> None:
        self.alarms.append(channel)

    async def recall(self, key: str) -> bytes | None:
        value, until = self.store.memory.get(key, (None, datetime.now(UTC)))
        return value if until > datetime.now(UTC) else None


@dataclass(slots=True)
class Process:
    """One running program with the channel; `clock.pauses` tells how it waited."""

    channel: Telegram
    door: MemoryDoor
    clock: Clock
    _running: asyncio.Task[None] | None = None

    def start(self) -> Process:
        self._running = asyncio.create_task(self.channel.run())
        return self

    @property
    def running(self) -> bool:
        return self._running is not None and not self._running.done()

    async def stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
        await self.channel.close()

    async def keeps(self, count: int, timeout: float = 10) -> list[Incoming]:
        """Wait until the store holds so many messages, and give them in the order in which they came."""
        await eventually(lambda: len(self.door.store.kept) >= count, timeout)
        return list(self.door.store.kept.values())


async def eventually(true: Callable[[], object], timeout: float = 10) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(timeout):
        while not true():
            await asyncio.sleep(0.01)
