"""Connections that are dead and nobody said so, as behind a router that has forgotten them: they cost a time-out, no message."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest
from botapi import BotApi
from telegram_process import Process

from bot.channels.door import Letter, TryLater
from dialog.outgoing import say
from dialog.texts import Text

CONNECTIONS = 5
"""More than are open by then."""


class Router:
    """Passes bytes on, until it forgets the connections that it has; new ones it passes on again."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._forgotten: list[asyncio.Event] = []
        self._pumps: set[asyncio.Task[None]] = set()
        self._ends: list[asyncio.StreamWriter] = []
        self.port = 0

    async def __aenter__(self) -> Router:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *error: object) -> None:
        self._server.close()
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        for end in self._ends:
            end.close()

    def forgets(self) -> None:
        """Pass nothing on any more for the connections that there are; close none."""
        for event in self._forgotten:
            event.set()

    async def _connect(self, here: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        there, on = await asyncio.open_connection("127.0.0.1", self._to)
        self._forgotten.append(forgotten := asyncio.Event())
        self._ends += (back, on)
        for source, target in ((here, on), (there, back)):
            self._pumps.add(asyncio.create_task(self._pump(source, target, forgotten)))

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, forgotten: asyncio.Event) -> None:
        while data := await source.read(65536):
            if not forgotten.is_set():
                target.write(data)
        if not forgotten.is_set():
            target.close()


@pytest.fixture
async def router(api: BotApi) -> AsyncIterator[Router]:
    async with Router(api.port) as router:
        yield router


async def test_polling_and_sending_go_on_over_new_connections(
    api: BotApi, router: Router, make: Callable[..., Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram_polling.ANSWER_SECONDS", 0.5)
    monkeypatch.setattr("bot.channels.telegram_api.CALL_SECONDS", 0.5)
    process = make(base_url=f"http://127.0.0.1:{router.port}/bot", poll_timeout=1).start()
    person = api.user()
    await person.says("hi")
    await process.keeps(1)
    letter = Letter(address=str(person.chat.id), language="en", message=say(Text("Hello")))
    await process.channel.send(letter)
    router.forgets()
    await person.says("still there?")
    with pytest.raises(TryLater) as later:
        await process.channel.send(letter)
    assert not later.value.certain  # it may have arrived, for all we know
    for _ in range(CONNECTIONS):  # each that was open costs one time-out at most
        with suppress(TryLater):
            assert await process.channel.send(letter)
            break
    else:
        pytest.fail("no new connection was made")
    assert [message.text for message in await process.keeps(2)] == ["hi", "still there?"]
