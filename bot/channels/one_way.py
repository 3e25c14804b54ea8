"""What is the same for every channel that only sends: nobody writes in, presses, or asks for a file there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence

from aiohttp import web

from bot.channels.door import Letter, NotFetched
from dialog.incoming import Incoming
from dialog.texts import Text, Words

LOGGER = logging.getLogger("huiyin.bells")

OUT_OF_REACH = "bells_out_of_reach"


class OneWay:
    """A channel without a way in; `send` is what each adds."""

    name: str
    pushes = True

    def __init__(self, words: Words) -> None:
        self._words = words
        self._is_away = False

    def lines(self, letter: Letter) -> list[str]:
        """Put a letter into words, a paragraph each."""
        return [self._words.render(line, letter.language) for line in letter.message.lines]

    def away(self, error: Exception) -> None:
        """Log that the far end is out of reach, once until it is back."""
        if not self._is_away:
            LOGGER.warning(OUT_OF_REACH, extra={"fields": {"channel": self.name, "why": type(error).__name__}})
        self._is_away = True

    def back(self) -> None:
        """Note that the far end answers."""
        self._is_away = False

    async def run(self) -> None:
        """Wait until cancelled: nothing ever comes."""
        await asyncio.Event().wait()

    async def acknowledge(self, incoming: Incoming, note: str) -> None:
        """Do nothing: nobody presses anything here."""

    async def show_commands(self, address: str, commands: Sequence[tuple[str, Text]], language: str) -> bool:
        """Say that there is nothing to offer commands in."""
        return False

    async def fetch(self, ref: str) -> bytes:
        """Raise NotFetched: no files come."""
        raise NotFetched("no files come this way", final=True)

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Give none."""
        return ()

    async def close(self) -> None:
        """Hold no connection."""
