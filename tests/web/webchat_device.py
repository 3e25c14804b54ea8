"""A device that talks to the web chat as its page does, without a browser."""

from __future__ import annotations

import asyncio
import contextlib
import io
import itertools
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiohttp import ClientResponse, ClientSession, CookieJar, FormData

OURS = {"Sec-Fetch-Site": "same-origin"}


@dataclass(frozen=True, slots=True)
class Event:
    """A server-sent event."""

    name: str
    data: Any


class Stream:
    """An open stream of events."""

    def __init__(self, response: ClientResponse) -> None:
        self._response = response

    async def next(self) -> Event | None:
        """Wait for the next event; None at the end of the stream."""
        name = ""
        async with asyncio.timeout(5):
            async for line in self._response.content:
                key, _, value = line.decode().rstrip("\n").partition(": ")
                if key == "event":
                    name = value
                elif key == "data":
                    return Event(name, json.loads(value))
        return None

    async def until(self, name: str) -> list[Event]:
        """Read up to an event of that name; give all that were read."""
        read = []
        while event := await self.next():
            read.append(event)
            if event.name == name:
                return read
        raise AssertionError(f"the stream ended without {name}: {read}")


class Device:
    """One browser's cookies. `headers` go with every request."""

    def __init__(self, url: str, **headers: str) -> None:
        self.url = url
        self._headers = headers
        self._orders = itertools.count(1)

    async def __aenter__(self) -> Self:
        self.session = ClientSession(self.url, cookie_jar=CookieJar(unsafe=True), headers=self._headers)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.session.close()

    @property
    def address(self) -> str:
        """Give the cookie's value."""
        (cookie,) = self.session.cookie_jar
        return cookie.value

    async def open(self, path: str = "/") -> ClientResponse:
        """Load a page."""
        async with self.session.get(path) as response:
            await response.read()
            return response

    def message(self, **fields: Any) -> dict[str, Any]:
        """Make a message as the page would."""
        order = next(self._orders)
        return {"id": f"message-{order:04}", "order": order, "at_ms": 1, **fields}

    async def post(self, path: str, body: object, headers: dict[str, str] = OURS) -> ClientResponse:
        """Post JSON, or bytes as they are."""
        data = io.BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
        async with self.session.post(path, data=data, headers=headers, allow_redirects=False) as response:
            await response.read()
            return response

    async def say(self, text: str) -> ClientResponse:
        """Send a text."""
        return await self.post("/chat/messages", self.message(text=text))

    async def upload(self, data: bytes, name: str = "photo.png", media_type: str = "image/png") -> ClientResponse:
        """Send a file."""
        form = FormData()
        form.add_field("file", io.BytesIO(data), filename=name, content_type=media_type)
        async with self.session.post("/chat/files", data=form, headers=OURS) as response:
            await response.read()
            return response

    @contextlib.asynccontextmanager
    async def events(self, after: int = 0, query: str = "") -> AsyncIterator[Stream]:
        """Open the stream of events."""
        async with self.session.get(f"/chat/events?after={after}{query}") as response:
            assert response.status == 200
            yield Stream(response)
