"""Rings when there is something new, so that nobody has to wait for the next look; every look behind it still happens.

Rings of this process are heard at once. On PostgreSQL they reach the other replicas too, gathered: a notification in every
turn would make all commits wait for each other.
"""

from __future__ import annotations

import asyncio
import logging

from storage.database import Database, StorageError

log = logging.getLogger("huiyin.bell")
GATHER = 0.02


class Bell:
    """Topics are `inbox`, `outbox`, `files`, and one for each conversation."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._events: dict[str, set[asyncio.Event]] = {}
        self._rung: set[str] = set()
        self._some = asyncio.Event()

    def listen(self, topic: str) -> asyncio.Event:
        """Give an event that is set whenever the topic rings; hand it back with `leave`."""
        event = asyncio.Event()
        self._events.setdefault(topic, set()).add(event)
        return event

    def leave(self, topic: str, event: asyncio.Event) -> None:
        """Stop listening."""
        listeners = self._events.get(topic, set())
        listeners.discard(event)
        if not listeners:
            self._events.pop(topic, None)

    def ring(self, *topics: str) -> None:
        """Tell everybody that there is something new."""
        for topic in topics:
            self._hear(topic)
        if not self._database.serial:
            self._rung.update(topics)
            self._some.set()

    def _hear(self, topic: str) -> None:
        for event in self._events.get(topic, ()):
            event.set()

    async def run(self) -> None:
        """Carry rings to and from other replicas until cancelled."""
        if self._database.serial:
            return
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
