"""A person at the web chat: a device that opens the page, hears its stream, acknowledges and posts as the page does."""

from __future__ import annotations

import asyncio
import io
import itertools
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, CookieJar, FormData
from botapi_files import picture
from story_person import Message

OURS = {"Sec-Fetch-Site": "same-origin"}


@dataclass(eq=False, slots=True, kw_only=True)
class WebMessage:
    """A message as it stands now on the page; `pages` are all its states, as a page that missed the edits shows them."""

    id: str
    text: str = ""
    rows: list[list[tuple[str, str]]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    pages: list[list[list[tuple[str, str]]]] = field(default_factory=list)

    @property
    def buttons(self) -> list[str]:
        """The labels of its buttons, row after row."""
        return [label for row in self.rows for label, _press in row]

    def __str__(self) -> str:
        return f"{self.text}" + "".join(f" <{f['kind']}>" for f in self.files) + "".join(f" [{b}]" for b in self.buttons)


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What the page showed at one moment."""

    message: WebMessage
    text: str
    buttons: tuple[str, ...]


class WebPerson:
    """One device. `says` and its like return once the server has kept what was sent."""

    def __init__(self, name: str, url: str, language: str, *, cookies: CookieJar | None = None) -> None:
        self.name = name
        self.cookies = cookies or CookieJar(unsafe=True)
        self.url = url
        self.messages: dict[str, WebMessage] = {}
        self._headers = {"Accept-Language": language, **OURS}
        self._glimpses: list[Glimpse] = []
        self._said: list[str] = []
        self._seen = 0
        self._after = 0
        self._orders = itertools.count(1)
        self._news = asyncio.Event()

    async def arrives(self) -> None:
        """Open the page and listen."""
        self._session = ClientSession(self.url, cookie_jar=self.cookies, headers=self._headers, timeout=ClientTimeout(total=30))
        async with self._session.get("/") as page:
            assert page.status == 200
        self._listening = asyncio.create_task(self._listen())

    async def leaves(self) -> None:
        """Close the page."""
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)
        await self._session.close()

    async def follows(self, code: str) -> None:
        """Open a sign-in link and press its one button."""
        async with self._session.get(f"/in/{code}") as page:
            assert page.status == 200
        async with self._session.post(f"/in/{code}", allow_redirects=False) as answer:
            assert answer.status == 303

    async def scans(self, window: str) -> None:
        """Open the web link of a window's poster and do what the page's script does then."""
        async with self._session.get(f"/w/{window}") as page:
            assert page.status == 200
        await self.posts(text=f"/start w_{window}")

    async def says(self, text: str) -> None:
        """Send a text."""
        self._said.append(text)
        await self.posts(text=text)

    async def replies_to(self, message: Message, text: str) -> None:
        """Send a text as a reply to a message."""
        assert isinstance(message, WebMessage)
        await self.posts(text=text, reply_to=message.id)

    async def sends_photo(self, data: bytes | None = None, *, caption: str = "") -> None:
        """Send a picture (one is painted when none is given)."""
        await self.sends_file(data or picture(), caption=caption)

    async def sends_photos(self, count: int) -> None:
        """Send so many different pictures in one message."""
        files = [await self.uploads(picture(f"#{n:06x}")) for n in range(1, count + 1)]
        await self.posts(files=files)

    async def sends_file(
        self, data: bytes, *, name: str = "photo.jpg", media_type: str = "image/jpeg", caption: str = ""
    ) -> None:
        """Upload a file and send the message that bears it."""
        file = await self.uploads(data, name=name, media_type=media_type)
        await self.posts(files=[file], **({"text": caption} if caption else {}))

    async def uploads(self, data: bytes, *, name: str = "photo.jpg", media_type: str = "image/jpeg") -> dict[str, str]:
        """Upload a file; return what a message says of it. Raises AssertionError with the sentence of a refusal."""
        form = FormData()
        form.add_field("file", io.BytesIO(data), filename=name, content_type=media_type)
        async with self._session.post("/chat/files", data=form) as answer:
            body = await answer.json()
            assert answer.status == 200, body["error"]
            return {"id": body["id"], "kind": body["kind"]}

    async def shares_place(self, lon: float, lat: float) -> None:
        """Send a place."""
        await self.posts(place={"lon": lon, "lat": lat})

    async def presses(self, button: str, *, on: Message | None = None, twice: bool = False, timeout: float = 10) -> None:
        """Press a button by a pattern found in its label: on the newest message that has it, waiting for one.

        With `on`: also a button that the message once had, as on a page that has not heard of the edit.
        """
        assert on is None or isinstance(on, WebMessage)
        until = time.monotonic() + timeout
        while (found := self._button(button, on)) is None:
            assert time.monotonic() < until, f"{self.name} found no button {button!r}:\n{self.transcript()}"
            await self._wait(until)
        self._said.append(f"[{button}]")
        message, press = found
        for _ in range(1 + twice):
            await self.posts(press=press, pressed=message.id)

    async def presses_secretly(self, press: str) -> None:
        """Send a press that no button offers."""
        await self.posts(press=press)

    async def sees(
        self, pattern: str, *, timeout: float = 10, buttons: int | Sequence[str] | None = None, new: bool = True
    ) -> WebMessage:
        """Wait until a message, or a new state of one, matches; the same words as `TelegramUser.sees`."""
        until = time.monotonic() + timeout
        position = self._seen if new else 0
        while True:
            while position < len(self._glimpses):
                glimpse = self._glimpses[position]
                position += 1
                if re.search(pattern, glimpse.text, re.S) and has(glimpse.buttons, buttons):
                    self._seen = max(self._seen, position)
                    return glimpse.message
            if time.monotonic() >= until:
                wanted = f"{pattern!r}" + ("" if buttons is None else f" with buttons {buttons!r}")
                raise AssertionError(f"{self.name} never saw {wanted}:\n{self.transcript()}")
            await self._wait(until)

    async def sees_nothing(self, seconds: float = 0.5) -> None:
        """Wait, and fail if anything comes after what this person saw last."""
        until = time.monotonic() + seconds
        while len(self._glimpses) == self._seen and time.monotonic() < until:
            await self._wait(until)
        news = [glimpse.text for glimpse in self._glimpses[self._seen :]]
        assert not news, f"{self.name} should have seen nothing, but saw {news}"

    async def sees_photos(self, count: int, timeout: float = 15) -> None:
        """Wait until so many pictures can be looked at on the page; as the page does, look again for those on their way."""
        seen: set[str] = set()
        until = time.monotonic() + timeout
        while len(seen) < count:
            assert time.monotonic() < until, f"{self.name} saw {len(seen)} photos of {count}:\n{self.transcript()}"
            await self._wait(min(until, time.monotonic() + 0.1))
            urls = [file["url"] for message in self.messages.values() for file in message.files]
            for url in urls:
                if url not in seen and (content := await self.opens(url)):
                    assert content.startswith(b"\xff\xd8")
                    seen.add(url)

    async def hears(self, message: Message, timeout: float = 15) -> None:
        """Wait until the recording that a message bears can be opened."""
        assert isinstance(message, WebMessage)
        until = time.monotonic() + timeout
        while not message.files or not (content := await self.opens(message.files[0]["url"])):
            assert time.monotonic() < until, self.transcript()
            await self._wait(min(until, time.monotonic() + 0.1))
        assert content.startswith(b"RIFF")

    async def opens(self, url: str) -> bytes | None:
        """Ask for a file; None if it is not given."""
        async with self._session.get(url) as answer:
            return await answer.read() if answer.status == 200 else None

    def saw(self, pattern: str) -> bool:
        """Tell whether anything that was ever shown matches."""
        return any(re.search(pattern, glimpse.text, re.S) for glimpse in self._glimpses)

    def now_sees(self, pattern: str) -> bool:
        """Tell whether a message, as it stands now, matches."""
        return any(re.search(pattern, message.text, re.S) for message in self.standing())

    def standing(self) -> list[WebMessage]:
        """Give the messages that stand on the page now."""
        return list(self.messages.values())

    async def posts(self, **fields: Any) -> None:
        """Post a message as the page does: again and again until it is kept. Raises AssertionError with a refusal's sentence."""
        order = next(self._orders)
        body = {"id": f"message-{order:06}", "order": order, "at_ms": int(time.time() * 1000), **fields}
        await self.posts_body(body)

    async def posts_body(self, body: dict[str, Any]) -> None:
        """Post a message with its own id and order."""
        for _ in range(100):
            try:
                async with self._session.post("/chat/messages", data=json.dumps(body).encode()) as answer:
                    said = await answer.json()
            except ClientError:
                await asyncio.sleep(0.1)
                continue
            if answer.status == 503:
                await asyncio.sleep(0.1)
                continue
            assert answer.status == 200, said["error"]
            return
        raise AssertionError("The server never kept the message.")

    def transcript(self) -> str:
        """Write down what the page shows, one message a line."""
        said = [text[:40] for text in self._said[-12:]]
        return "\n".join(str(message)[:1500] for message in self.messages.values()) + f"\n(said: {said})"

    def _button(self, label: str, on: WebMessage | None) -> tuple[WebMessage, str] | None:
        for message in [on] if on else reversed(list(self.messages.values())):
            for rows in reversed(message.pages) if on else (message.rows,):
                for row in rows:
                    for text, press in row:
                        if re.search(label, text):
                            return message, press
        return None

    async def _listen(self) -> None:
        while True:
            try:
                async with self._session.get(f"/chat/events?after={self._after}", timeout=ClientTimeout(total=None)) as stream:
                    event = ""
                    async for line in stream.content:
                        name, _colon, value = line.decode().rstrip("\n").partition(": ")
                        if name == "event":
                            event = value
                        elif name == "data" and event == "message":
                            await self._shows(json.loads(value))
            except ClientError:
                pass
            await asyncio.sleep(0.1)

    async def _shows(self, news: dict[str, Any]) -> None:
        if older := self.messages.get(news["bares"]):
            older.rows = []
        id = news["edits"] or news["id"]
        if news["edits"] and id not in self.messages:
            return
        message = self.messages.setdefault(id, WebMessage(id=id))
        message.text = "\n\n".join(news["lines"])
        message.rows = [[(button["label"], button["press"] or button["url"]) for button in row] for row in news["rows"]]
        message.files = message.files if news["edits"] else news["files"]
        message.pages.append(message.rows)
        self._after = max(self._after, news["n"])
        self._glimpses.append(Glimpse(message, message.text, tuple(message.buttons)))
        async with self._session.post("/chat/acknowledgements", data=json.dumps({"shown": [news["id"]]}).encode()):
            pass
        self._news.set()
        self._news = asyncio.Event()

    async def _wait(self, until: float) -> None:
        news = self._news
        try:
            await asyncio.wait_for(news.wait(), min(1.0, max(0.0, until - time.monotonic())))
        except TimeoutError:
            return


def has(labels: Sequence[str], wanted: int | Sequence[str] | None) -> bool:
    """Tell whether there are so many buttons, or one for each pattern."""
    if wanted is None:
        return True
    if isinstance(wanted, int):
        return len(labels) == wanted
    return all(any(re.search(each, label) for label in labels) for each in wanted)
