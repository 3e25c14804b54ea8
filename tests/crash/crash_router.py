"""What stands between the program and its PostgreSQL, and fails as networks, proxies and fail-overs do."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Self


class Router:
    """Passes bytes from a port on to the socket of a PostgreSQL."""

    def __init__(self, server: Path) -> None:
        self.port = 0
        self._server = server
        self._mute = False
        self._listening: asyncio.Server | None = None
        self._pumps: set[asyncio.Task[None]] = set()
        self._ends: list[asyncio.StreamWriter] = []
        self._lost: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Self:
        await self.passes()
        return self

    async def __aexit__(self, *error: object) -> None:
        self._ends += self._lost
        self.cuts()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    def cuts(self) -> None:
        """Break every connection and refuse new ones."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None
        self._forget()
        for end in self._ends:
            end.transport.abort()
        self._ends = []

    def goes_dumb(self) -> None:
        """Half open: take connections and what comes, pass nothing on, and never close them, whatever comes later."""
        self._mute = True
        self._forget()
        self._lost += self._ends
        self._ends = []

    async def passes(self, server: Path | None = None) -> None:
        """Pass on what comes over new connections, perhaps to another server; dead ones stay as they are."""
        self._server = server or self._server
        self._mute = False
        if self._listening is None:
            self._listening = await asyncio.start_server(self._connect, "127.0.0.1", self.port)
            self.port = self._listening.sockets[0].getsockname()[1]

    def _forget(self) -> None:
        for pump in self._pumps:
            pump.cancel()

    async def _connect(self, here: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        if self._mute:
            self._lost.append(back)
            return
        self._ends.append(back)
        try:
            there, on = await asyncio.open_unix_connection(str(self._server))
        except OSError:
            back.transport.abort()
            return
        self._ends.append(on)
        for source, target in ((here, on), (there, back)):
            pump = asyncio.create_task(self._pump(source, target))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                target.write(data)
                await target.drain()
            target.close()
        except OSError:
            target.transport.abort()
