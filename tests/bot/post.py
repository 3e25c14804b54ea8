"""An App over a store, with a channel whose far end are readers in the test."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Self

from stores import NOW

from actions import city
from bot.app import App, city_files
from bot.catalogues import read_catalogues
from bot.clock import Clock
from bot.replay.channel import NAME, ReplayChannel
from bot.replay.clock import SimulatedClock
from bot.settings import read_settings
from dialog.outgoing import Outgoing, say
from dialog.texts import Words, verbatim
from storage import outbox, people
from storage.database import Database
from storage.keys import Keys
from storage.outbox import Lane

XINING = Path(__file__).parent.parent.parent / "examples" / "xining"


class Reader:
    """Somebody who notes what they see, and what of it bears buttons."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, bool]] = []
        self.bared: list[str] = []
        self._pressable: dict[str, str] = {}

    @property
    def pressable(self) -> list[str]:
        return list(self._pressable.values())

    def sees(self, message: Outgoing, id: str, edits: str | None) -> None:
        words = str(message.lines[0].args[""])
        self.seen.append((words, edits is not None))
        self._pressable.pop(id, None)
        if message.rows:
            self._pressable[id] = words

    def loses_buttons(self, id: str) -> None:
        self.bared.append(self._pressable.pop(id, ""))


class Post:
    """An outbox over a store, and its readers."""

    def __init__(self, store: Database, clock: Clock | None = None) -> None:
        self.store = store
        self.clock, self.keys = clock or SimulatedClock(NOW), Keys(b"k" * 32)

    async def open(self, url: str, folder: Path) -> Self:
        """Load the city."""
        async with self.store.transaction() as tx:
            await city.load(tx, city_files(XINING), NOW)
            loaded = await city.current(tx)
        assert loaded is not None
        self.channel = ReplayChannel(Words(read_catalogues(), loaded.city.languages, loaded.city.zone))
        given = {"HUIYIN_DATABASE": url, "HUIYIN_PACE_CHAT": "0"}
        self.app = App(read_settings(given, folder), self.store, self.keys, self.clock, loaded, (self.channel,))
        return self

    async def reader(self, name: str) -> tuple[Reader, str]:
        """Let somebody arrive; give them and their conversation."""
        reader = Reader()
        self.channel.connect(name, reader)
        async with self.store.transaction() as tx:
            return reader, await people.arrive(tx, self.keys, NAME, name, "en", NOW)

    async def put(
        self,
        chat: str,
        words: str,
        after: timedelta = timedelta(),
        edits: str | None = None,
        lane: Lane = Lane.NOTICE,
        message: Outgoing | None = None,
    ) -> str:
        """Queue a message."""
        now, said = self.clock.now(), message or say(verbatim(words))
        async with self.store.transaction() as tx:
            return await outbox.put(
                tx, self.keys, conversation=chat, channel=NAME, message=said, lane=lane, now=now,
                due=now + after, edits=edits,
            )  # fmt: skip

    async def drains(self) -> None:
        """Send what is due."""
        await self.app.outboxes[NAME].drain()
