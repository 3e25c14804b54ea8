"""What a channel is given (`Door`) and what it has to offer (`Channel`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from aiohttp import web

from dialog.incoming import Incoming
from dialog.outgoing import Outgoing
from dialog.texts import Text


class TryLater(Exception):
    """The far end does not take anything now: wait `after`; `everywhere` if that holds for every chat, not this one only.

    `certain` is False where the message may have been taken all the same (time-out, connection lost).
    """

    def __init__(self, why: str, after: timedelta, *, everywhere: bool = False, certain: bool = True) -> None:
        super().__init__(why)
        self.after = after
        self.everywhere = everywhere
        self.certain = certain


class Undeliverable(Exception):
    """This message will never be taken; `gone` if nothing else will be by that person either (blocked, never started)."""

    def __init__(self, why: str, *, gone: bool = False) -> None:
        super().__init__(why)
        self.gone = gone


class Moved(Exception):
    """The chat has another address from now on."""

    def __init__(self, address: str) -> None:
        super().__init__("the chat has moved")
        self.address = address


class NotFetched(Exception):
    """A file can't be had from the far end, now (`final` False) or ever."""

    def __init__(self, why: str, *, final: bool) -> None:
        super().__init__(why)
        self.final = final


class Busy(Exception):
    """Too much came from one source, or there is no room; try again after `after`."""

    def __init__(self, why: str, after: timedelta) -> None:
        super().__init__(why)
        self.after = after


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file as it goes out: cleaned, of a known type."""

    kind: str
    """photo, video, audio or document."""
    media_type: str
    name: str
    data: bytes
    alt: str = ""
    """What a picture of ours shows, in the receiver's language, for those who can't see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message to be sent.

    `edits` is the channel's id of the message that it replaces, `bares` that of an older one which loses its buttons.
    """

    address: str
    language: str
    message: Outgoing
    attachments: tuple[Attachment, ...] = ()
    edits: str | None = None
    bares: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message of a mailbox, for a pulling client, as it stands now: what it has of it is replaced, whatever came before.

    `source` is the id of the row whose words these are, by which its files are fetched; `files` tells kind and whether each can
    be fetched yet; `bares` is the id of an older message that has lost its buttons. By `n`, the millisecond at which it fell
    due, a client says what it has. The numbers of the rows would tell it how many messages went out in the whole city, and what
    was put off when it was caused.
    """

    n: int
    id: str
    source: str
    at: datetime
    language: str
    message: Outgoing
    edits: str | None
    bares: str | None
    files: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """What there is for a client: messages as they were written, and whether something it sent is still being worked on.

    `refused` are the refs of its own files that could not be taken. `settled` is for the next look, and for no client to see:
    what the store need not go through again.
    """

    language: str
    deliveries: tuple[Delivery, ...]
    own: tuple[tuple[datetime, Incoming], ...]
    refused: frozenset[str] = frozenset()
    busy: bool
    settled: int


class Channel(Protocol):
    """A way in and out. `pushes` tells whether messages are sent (Telegram) or fetched by the client (web chat)."""

    name: str
    pushes: bool

    async def run(self) -> None:
        """Receive until cancelled; never ends because the far end is out of reach."""
        ...

    async def send(self, letter: Letter) -> str | None:
        """Send and return the message's id there; raises TryLater, Undeliverable, Moved."""
        ...

    async def acknowledge(self, incoming: Incoming, note: str) -> None:
        """Answer a button press, after the commit; never raises."""
        ...

    async def show_commands(self, address: str, commands: Sequence[tuple[str, Text]], language: str) -> bool:
        """Offer these commands in one chat; False if that did not work, or if there is nothing to offer them in. Never raises."""
        ...

    async def fetch(self, ref: str) -> bytes:
        """Get a file that came; raises NotFetched."""
        ...

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Give what the web server has to serve for this channel."""
        ...

    async def close(self) -> None:
        """Let connections go."""
        ...


class Door(Protocol):
    """The program as a channel sees it."""

    async def intake(self, messages: Sequence[Incoming]) -> None:
        """Keep messages in one commit, each once. Only when this returns may they be acknowledged; raises if the store failed."""
        ...

    async def language(self, channel: str, address: str) -> str | None:
        """Tell the language of somebody who was here before."""
        ...

    async def invites(self, code: str) -> bool:
        """Tell whether a sign-in link with this code can still be used."""
        ...

    async def history(self, channel: str, address: str, after: int, settled: int = 0) -> Mailbox:
        """Give what a client has not acknowledged and what fell due after `after`; with 0, its last days, own messages too.

        What is no time counts as 0. `settled` is what the mailbox had at the look before, if there was one.
        """
        ...

    async def acknowledged(self, channel: str, address: str, ids: Sequence[str]) -> None:
        """Note that a client has shown these messages."""
        ...

    async def attachment(self, channel: str, address: str, id: str, index: int) -> Attachment | None:
        """Give a file of a message in this client's mailbox; None if it is not theirs or not there.

        The message's chart, if there is one, counts as the file after the last.
        """
        ...

    async def own_file(self, channel: str, address: str, id: str) -> Attachment | None:
        """Give a file that this client uploaded; None if it is not theirs or not there."""
        ...

    async def keep(self, channel: str, address: str, language: str, data: bytes) -> str:
        """Keep an uploaded file, sealed, before its message comes; return its id. Raises Busy."""
        ...

    async def quota(self, source: str, **amounts: int) -> timedelta | None:
        """Count amounts against a source's allowances; how long to wait if one is used up, or if the disk is full.

        The allowances are `messages`, `people` and `uploads`, which are bytes, of words too.
        """
        ...

    async def forget(self, channel: str, address: str) -> None:
        """Erase a client's mailbox and part it from its person; staff are signed out there."""
        ...

    async def lease(self, name: str, seconds: float) -> bool:
        """Take or keep a task that one process at a time does."""
        ...

    async def remember(self, key: str, value: bytes, until: datetime) -> None:
        """Keep a small value for every replica, sealed."""
        ...

    async def recall(self, key: str) -> bytes | None:
        """Give what was remembered and is still good."""
        ...

    async def shut_out(self, channel: str) -> None:
        """Raise the alarm: the far end of this channel does not know us any more, and only people can mend that."""
        ...

    async def contested(self, channel: str) -> None:
        """Raise the alarm: another program fetches what is sent to us on this channel, and only people can stop it."""
        ...

    def listen(self, channel: str, address: str) -> Callable[[float], Awaitable[bool]]:
        """Give a function that waits up to so many seconds for something new in a mailbox; False if the time ran out."""
        ...
