"""The line of conversations that have something to be dealt with."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable


class Line:
    """First come, first served, and each by one at a time: who gets something more while being served comes again."""

    def __init__(self) -> None:
        self._line: asyncio.Queue[str | None] = asyncio.Queue()
        self._waiting: set[str] = set()
        self._served: dict[str, bool] = {}
        self._closed = False

    def join(self, conversations: Iterable[str]) -> None:
        """Put conversations at the end that have got something new."""
        for conversation in conversations:
            if conversation in self._served:
                self._served[conversation] = True
            else:
                self._put(conversation)

    def found(self, conversations: Iterable[str]) -> None:
        """Put conversations at the end that have had something for a while; who is being served is dealt with."""
        for conversation in conversations:
            if conversation not in self._served:
                self._put(conversation)

    def _put(self, conversation: str) -> None:
        if conversation not in self._waiting:
            self._waiting.add(conversation)
            self._line.put_nowait(conversation)

    async def next(self) -> str | None:
        """Wait for the first one and serve it; None when the line is closed."""
        conversation = await self._line.get()
        if conversation is None or self._closed:
            self.close()  # for the next who waits
            return None
        self._waiting.discard(conversation)
        self._served[conversation] = False
        return conversation

    def served(self, conversation: str, *, again: bool) -> None:
        """Let one go that has been served; to the end of the line if there is more."""
        if self._served.pop(conversation) or again:
            self.join([conversation])

    def close(self) -> None:
        """Send those home who serve, whoever waits."""
        self._closed = True
        self._line.put_nowait(None)
