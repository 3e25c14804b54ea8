"""Rings when there is something new, so that nobody has to wait for the next look; every look behind it still happens.

Rings of this process are heard at once. On PostgreSQL most reach the other replicas too, gathered: a notification in every
turn would make all commits wait for each other.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime
from weakref import WeakSet

from storage.database import Database, StorageError

log = logging.getLogger("huiyin.bell")
GATHER = 0.02
KEPT = {"outbox", "files"}
"""Topics that no other replica has to hear: who rings does the work at once, and what it leaves others find a second later."""


class Bell:
    """Topics are `outbox`, `files`, and one for each conversation."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._events: dict[str, WeakSet[asyncio.Event]] = {}
        self._rung: set[str] = set()
        self._some = asyncio.Event()

    def listen(self, topic: str) -> asyncio.Event:
        """Give an event that is set whenever the topic rings, for as long as somebody holds it."""
        event = asyncio.Event()
        self._events.setdefault(topic, WeakSet()).add(event)
        return event

    def ring(self, *topics: str) -> None:
        """Tell everybody that there is something new."""
        for topic in topics:
            self._hear(topic)
        if not self._database.serial:
            self._rung.update(topic for topic in topics if topic not in KEPT)
            if self._rung:
                self._some.set()

    def ring_for(self, rings: Iterable[tuple[str, datetime]], now: datetime) -> None:
        """Tell the conversations of a committed transaction, each when its message is due, and whoever sends."""
        loop = asyncio.get_running_loop()
        for conversation, due in rings:
            topics = (f"conversation:{conversation}", "outbox")
            loop.call_later(max(0.0, (due - now).total_seconds()), self.ring, *topics)

    def _hear(self, topic: str) -> None:
        listeners = self._events.get(topic)
        if listeners is None:
            return
        for event in tuple(listeners):
            event.set()
        if not listeners:
            del self._events[topic]

    async def run(self) -> None:
        """Carry rings to and from other replicas until cancelled; where there are none, nothing ever has to be carried."""
        while True:
            try:
                await self._database.listen(self._hear)
                await self._some.wait()
                await asyncio.sleep(GATHER)
                self._some.clear()
                topics, self._rung = sorted(self._rung), set()
                await self._database.ring(topics)
            except StorageError as error:
                log.warning("bell_is_silent", extra={"fields": {"why": str(error)}})
                await asyncio.sleep(1)
