"""A citizen in the web chat: what the page does, without a browser. What was written waits until the program has taken it."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import re
import time
import uuid
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from botapi_files import picture

TAKEN = (200, 400, 413, 415, 422)


@dataclass(slots=True)
class Shown:
    """A message as the page shows it now."""

    id: str
    text: str = ""
    buttons: list[tuple[str, str]] = field(default_factory=list)


class WebCitizen:
    """A device with an open page. `refusals` are the statuses and waits (seconds) with which messages were sent back."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.shown: dict[str, Shown] = {}
        self.glimpses: list[str] = []
        self.posted: dict[str, int] = {}
        self.refusals: list[tuple[int, str]] = []
        self._order = 0
        self._seen = 0
        self._queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._news = asyncio.Event()
        self._door = asyncio.Lock()

    async def __aenter__(self) -> Self:
        headers = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
        self._http = aiohttp.ClientSession(
            headers=headers, cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=aiohttp.ClientTimeout(total=15)
        )
        self._tasks = [asyncio.create_task(work()) for work in (self._flush, self._listen)]
        return self

    async def __aexit__(self, *error: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.close()

    async def says(self, text: str) -> None:
        """Write something."""
        self._post(text=text)

    async def sends_photo(self) -> None:
        """Upload a photo until it is taken, and send it."""
        answer: Any = None
        while answer is None:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError, ValueError):
                status, answer, _wait = await self.uploads(picture())
                answer = answer if status == 200 else None
            await asyncio.sleep(0.2)
        self._post(files=[{"id": answer["id"], "kind": answer["kind"]}])

    async def presses(self, label: str, *, twice: bool = False, timeout: float = 10) -> None:
        """Press a button, on the newest message that has it."""
        until = time.monotonic() + timeout
        while (found := self._button(label)) is None:
            assert time.monotonic() < until, f"no button {label!r}:\n{self.transcript()}"
            await self._wait(until)
        for _ in range(2 if twice else 1):
            self._post(press=found[1], pressed=found[0])

    async def sees(self, pattern: str, *, timeout: float = 10) -> str:
        """Wait for a message, or a new wording of one, that matches; only what came after what was seen last counts."""
        until = time.monotonic() + timeout
        position = self._seen
        while True:
            while position < len(self.glimpses):
                position += 1
                if re.search(pattern, self.glimpses[position - 1], re.S):
                    self._seen = position
                    return self.glimpses[position - 1]
            assert time.monotonic() < until, f"never saw {pattern!r}:\n{self.transcript()}"
            await self._wait(until)

    async def uploads(self, data: bytes, name: str = "photo.jpg", media_type: str = "image/jpeg") -> tuple[int, Any, str]:
        """Send a file once; return the status, the answer and its Retry-After."""
        await self.opened()
        form = aiohttp.FormData()
        form.add_field("file", io.BytesIO(data), filename=name, content_type=media_type)
        async with self._http.post(f"{self.url}/chat/files", data=form) as response:
            return response.status, json.loads(await response.text()), response.headers.get("Retry-After", "")

    async def idle(self, timeout: float) -> None:
        """Wait until everything that was written has been taken."""
        async with asyncio.timeout(timeout):
            await self._queue.join()

    def transcript(self) -> str:
        """Write down what was seen."""
        return "\n".join([*self.glimpses, f"posted: {self.posted}, sent back: {self.refusals[-5:]}"])

    def _post(self, **fields: Any) -> None:
        self._order = max(self._order + 1, time.time_ns() // 1_000_000)
        self._queue.put_nowait({"id": uuid.uuid4().hex, "order": self._order, "at_ms": int(time.time() * 1000), **fields})

    async def _flush(self) -> None:
        await self.opened()
        while True:
            entry = await self._queue.get()
            while (wait := await self._sent(entry)) is not None:
                await asyncio.sleep(wait)
            self._queue.task_done()

    async def _sent(self, entry: dict[str, Any]) -> float | None:
        """Post a message; None if it was taken, else how long to wait before the next try."""
        try:
            async with self._http.post(f"{self.url}/chat/messages", json=entry) as response:
                await response.read()
                if response.status in TAKEN:
                    self.posted[entry["id"]] = response.status
                    return None
                self.refusals.append((response.status, response.headers.get("Retry-After", "")))
                return float(response.headers.get("Retry-After", "0.2"))
        except (aiohttp.ClientError, TimeoutError):
            return 0.2

    async def opened(self) -> None:
        """Wait until the page is loaded."""
        async with self._door:  # two loads at once would make two devices of one
            while not len(self._http.cookie_jar):
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    async with self._http.get(f"{self.url}/") as response:
                        await response.read()
                await asyncio.sleep(0.1)

    async def _listen(self) -> None:
        await self.opened()
        after = 0
        endless = aiohttp.ClientTimeout(total=None, sock_read=40)
        while True:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                async with self._http.get(f"{self.url}/chat/events?after={after}", timeout=endless) as response:
                    name = ""
                    async for line in response.content:
                        key, _colon, value = line.decode().rstrip("\n").partition(": ")
                        if key == "event":
                            name = value
                        elif key == "data" and name == "message":
                            message = json.loads(value)
                            after = max(after, message["n"])
                            self._show(message)
                            await self._http.post(f"{self.url}/chat/acknowledgements", json={"shown": [message["id"]]})
            await asyncio.sleep(0.2)

    def _show(self, message: dict[str, Any]) -> None:
        # A page that edits keeps the message's place; one that comes again is the same message.
        if older := self.shown.get(message["bares"]):
            older.buttons = []
        shown = self.shown.setdefault(message["edits"] or message["id"], Shown(message["edits"] or message["id"]))
        shown.text = "\n".join(message["lines"])
        shown.buttons = [(button["label"], button["press"]) for row in message["rows"] for button in row if button["press"]]
        self.glimpses.append(shown.text)
        self._news.set()
        self._news = asyncio.Event()

    def _button(self, label: str) -> tuple[str, str] | None:
        for shown in reversed(self.shown.values()):
            for each, press in shown.buttons:
                if re.search(label, each):
                    return shown.id, press
        return None

    async def _wait(self, until: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), max(0.0, until - time.monotonic()))
