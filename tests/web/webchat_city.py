"""A small city behind the web chat: a Door in memory that keeps messages, answers them by a script and can be made to fail."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.channels.door import Attachment, Busy, Delivery, Door, Mailbox
from bot.channels.webchat import WebChat
from bot.channels.webchat_files import Files
from bot.channels.webchat_gate import Gate
from bot.web_server import application
from dialog.incoming import Incoming
from dialog.outgoing import Outgoing
from dialog.texts import Name, Words

LANGUAGES = ("zh_Hans", "en")


class StoreFailed(Exception):
    """The disk is full, or the database out of reach."""


@dataclass(slots=True)
class Talk:
    """One device's conversation."""

    language: str
    kept: list[Incoming] = field(default_factory=list)
    times: list[datetime] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)
    busy: bool = False
    changes: int = 0


class City:
    """The Door. `answer` is called with each new message and its talk; `down` makes the store fail."""

    def __init__(self) -> None:
        self.talks: dict[str, Talk] = {}
        self.files: dict[str, tuple[str, bytes]] = {}
        self.refused: set[str] = set()
        self.attachments: dict[str, Attachment] = {}
        self.down = False
        self.full = False
        self.quotas: dict[tuple[str, str], int] = defaultdict(int)
        self.allowances: dict[str, tuple[int, timedelta]] = {}
        self.answer: Callable[[Talk, Incoming], object] = lambda talk, incoming: None
        self.used_links: set[str] = set()
        self._numbers = itertools.count(1)
        self._changed = asyncio.Condition()

    @property
    def kept(self) -> list[Incoming]:
        """All messages kept, device after device."""
        return [incoming for talk in self.talks.values() for incoming in talk.kept]

    @property
    def only(self) -> Talk:
        """The one conversation that there is."""
        (talk,) = self.talks.values()
        return talk

    async def say(self, talk: Talk, message: Outgoing, *, edits: str | None = None, bares: str | None = None) -> Delivery:
        """Put a message into a mailbox."""
        delivery = self.put(talk, message, edits=edits, bares=bares)
        await self.wake()
        return delivery

    def put(self, talk: Talk, message: Outgoing, *, edits: str | None = None, bares: str | None = None) -> Delivery:
        """Put a message into a mailbox without waking anybody."""
        n = next(self._numbers)
        delivery = Delivery(
            n=n,
            id=f"delivery-{n:04}",
            source=f"delivery-{n:04}",
            at=datetime.now(UTC),
            language=talk.language,
            message=message,
            edits=edits,
            bares=bares,
            files=tuple((self.attachments[id].kind, True) for id in message.files if id in self.attachments),
        )
        talk.deliveries.append(delivery)
        talk.changes += 1
        return delivery

    async def change(self, talk: Talk, *, busy: bool | None = None, language: str | None = None) -> None:
        """Change the state of a talk."""
        talk.busy = talk.busy if busy is None else busy
        talk.language = language or talk.language
        talk.changes += 1
        await self.wake()

    async def wake(self) -> None:
        """Wake all who listen."""
        async with self._changed:
            self._changed.notify_all()

    # The Door

    async def intake(self, messages: Sequence[Incoming]) -> None:
        if self.down:
            raise StoreFailed
        for incoming in messages:
            talk = self.talks.setdefault(incoming.address, Talk(incoming.language or LANGUAGES[0]))
            if any(other.external_id == incoming.external_id for other in talk.kept):
                continue
            talk.kept.append(incoming)
            talk.times.append(datetime.now(UTC))
            if incoming.text.startswith("/language "):
                talk.language = incoming.text.split()[1]
            self.answer(talk, incoming)
        await self.wake()

    async def language(self, channel: str, address: str) -> str | None:
        talk = self.talks.get(address)
        return talk.language if talk else None

    async def history(self, channel: str, address: str, after: int, settled: int = 0) -> Mailbox:
        if self.down:
            raise StoreFailed
        talk = self.talks.get(address, Talk(LANGUAGES[0]))
        own = tuple(zip(talk.times, talk.kept, strict=True)) if after == 0 else ()
        deliveries = tuple(d for d in talk.deliveries if after < d.n or d.id not in talk.acknowledged)
        return Mailbox(
            language=talk.language, deliveries=deliveries, own=own, refused=frozenset(self.refused), busy=talk.busy, settled=0
        )

    async def acknowledged(self, channel: str, address: str, ids: Sequence[str]) -> None:
        if address in self.talks:
            self.talks[address].acknowledged.update(ids)

    async def attachment(self, channel: str, address: str, id: str, index: int) -> Attachment | None:
        talk = self.talks.get(address)
        for delivery in talk.deliveries if talk else ():
            if delivery.id == id and index < len(delivery.message.files):
                return self.attachments.get(delivery.message.files[index])
            if delivery.id == id and index == len(delivery.message.files) and delivery.message.chart:
                return self.attachments["chart"]
        return None

    async def invites(self, code: str) -> bool:
        return code not in self.used_links

    async def own_file(self, channel: str, address: str, id: str) -> Attachment | None:
        owner, data = self.files.get(id, ("", b""))
        return Attachment(kind="photo", media_type="image/png", name="photo.png", data=data) if owner == address else None

    async def keep(self, channel: str, address: str, language: str, data: bytes) -> str:
        if self.full:
            raise Busy("no room", timedelta(minutes=5))
        id = f"upload-{len(self.files) + 1:04}"
        self.files[id] = (address, data)
        return id

    async def quota(self, source: str, **amounts: int) -> timedelta | None:
        for name, amount in amounts.items():
            self.quotas[name, source] += amount
            most, wait = self.allowances.get(name, (None, timedelta()))
            if most is not None and self.quotas[name, source] > most:
                return wait
        return None

    async def forget(self, channel: str, address: str) -> None:
        self.talks.pop(address, None)

    async def lease(self, name: str, seconds: float) -> bool:
        return True

    async def remember(self, key: str, value: bytes, until: datetime) -> None:
        raise NotImplementedError

    async def recall(self, key: str) -> bytes | None:
        raise NotImplementedError

    def listen(self, channel: str, address: str) -> Callable[[float], Awaitable[bool]]:
        def changes() -> int:
            talk = self.talks.get(address)
            return talk.changes + len(talk.kept) if talk else 0

        seen = changes()

        async def wait(seconds: float) -> bool:
            nonlocal seen
            try:
                async with asyncio.timeout(seconds), self._changed:
                    await self._changed.wait_for(lambda: changes() != seen)
            except TimeoutError:
                return False
            seen = changes()
            return True

        return wait


@dataclass(frozen=True, slots=True)
class Served:
    """A web chat that is being served."""

    city: City
    chat: WebChat
    runner: web.AppRunner
    url: str


@contextlib.asynccontextmanager
async def serving(
    city: City | None = None,
    *,
    port: int = 0,
    public_url: str = "http://127.0.0.1",
    behind_proxy: bool = False,
    beat_seconds: float = 15.0,
    catalogues: Mapping[str, Mapping[str, str]] | None = None,
) -> AsyncIterator[Served]:
    """Serve a web chat on loopback."""
    city = city or City()
    door: Door = city
    words = Words(catalogues or {}, LANGUAGES, ZoneInfo("Asia/Shanghai"))
    gate = Gate(door, words, public_url=public_url, behind_proxy=behind_proxy)
    chat = WebChat(
        door,
        words,
        gate,
        Files(door, gate),
        city_name=Name("西宁市", "Xining"),
        now=lambda: datetime.now(UTC),
        beat_seconds=beat_seconds,
    )
    runner = web.AppRunner(application(chat.routes(), words))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    host, bound = runner.addresses[0][:2]
    try:
        yield Served(city, chat, runner, f"http://{host}:{bound}")
    finally:
        await chat.close()
        await runner.cleanup()
