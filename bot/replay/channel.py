"""The channel of a replay: what is sent is put before the simulated people."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Protocol

from aiohttp import web

from bot.channels.door import Letter, NotFetched
from dialog.incoming import Incoming
from dialog.outgoing import Outgoing
from dialog.texts import Text, Words

NAME = "replay"


class Reader(Protocol):
    """Somebody at the far end."""

    def sees(self, message: Outgoing, id: str, edits: str | None) -> None:
        """Take a message, or the new form of an older one."""
        ...

    def loses_buttons(self, id: str) -> None:
        """Find no buttons any more below an older message."""
        ...


class ReplayChannel:
    """A channel that pushes; `delivered` counts what somebody got, edits included."""

    name = NAME
    pushes = True

    def __init__(self, words: Words) -> None:
        self._words = words
        self._readers: dict[str, Reader] = {}
        self._numbers = itertools.count(1)
        self.delivered = 0

    def connect(self, address: str, reader: Reader) -> None:
        """Let somebody be reached at an address."""
        self._readers[address] = reader

    async def run(self) -> None:
        """Nothing comes by itself: the people's messages are handed to the door."""

    async def send(self, letter: Letter) -> str | None:
        # Rendered as every channel does, so that a sentence which can't be is found.
        for text in (*letter.message.lines, *(button.label for row in letter.message.rows for button in row)):
            self._words.render(text, letter.language)
        id = letter.edits or str(next(self._numbers))
        self.delivered += 1
        if letter.bares:
            self.delivered += 1
            self._readers[letter.address].loses_buttons(letter.bares)
        self._readers[letter.address].sees(letter.message, id, letter.edits)
        return id

    async def acknowledge(self, incoming: Incoming, note: str) -> None:
        """Nobody waits for it."""

    async def show_commands(self, address: str, commands: Sequence[tuple[str, Text]], language: str) -> bool:
        return False

    async def fetch(self, ref: str) -> bytes:
        raise NotFetched("a replay has no files", final=True)

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        return ()

    async def close(self) -> None:
        """Nothing is open."""
