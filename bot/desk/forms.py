"""What a form of the desk posts: its fields, and the files that come with it.

A file is checked and cleaned before its form is dealt with, so that the page can say which one could not be taken, and why. One
that was taken is kept like an upload of the web chat, and becomes a field `kept-ID` with its name: a form that was refused shows
it again, and nobody has to choose it twice. One that becomes part of no case is let go by the media loop, like any other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

from aiohttp import BodyPartReader, web

from actions.context import Context
from bot.channels.door import Busy
from bot.channels.webchat_files import FILE_LIMIT, MOST_SECONDS, Files
from bot.channels.webchat_gate import CHANNEL, Gate
from bot.channels.webchat_message import FILES_LIMIT
from bot.channels.webchat_words import PAGE
from bot.clean_room import Interrupted, clean_apart
from bot.cleaning import Reason, Unacceptable
from bot.desk.acts import Fields
from bot.desk.words import FILE_LATER, FILES_LEFT_OUT
from bot.door import CityDoor
from dialog.texts import Moment, Text

KEPT = "kept-"
SOON = timedelta(minutes=1)
MOST_NAME = 100
"""Characters that are shown of a file's name."""
_FIELD = 100
"""Bytes that a field takes up beside its value."""
_WHY: Mapping[Reason, Text] = {
    Reason.TOO_LARGE: PAGE["upload_large"],
    Reason.EMPTY: PAGE["upload_broken"],
    Reason.UNKNOWN_TYPE: PAGE["upload_unknown"],
    Reason.DAMAGED: PAGE["upload_broken"],
}

Admit = Callable[[web.Request, Fields], Awaitable[Context | None]]


async def fields_of(request: web.Request) -> Fields:
    """Read a form; of one that can't be read, nothing."""
    try:
        posted = await request.post()
    except ValueError:
        return {}
    return {name: _typed(value) for name, value in posted.items() if isinstance(value, str)}


class FormsWithFiles:
    """Reads forms that may bring files: of the kinds, as large and as many as in the web chat, with which they share its room."""

    def __init__(self, door: CityDoor, gate: Gate, uploads: Files) -> None:
        self._door = door
        self._gate = gate
        self._uploads = uploads
        self._cleaning = asyncio.Lock()

    async def read(self, request: web.Request, admit: Admit) -> tuple[Fields, tuple[Text, ...]]:
        """Read a form; with it comes why files of it were not taken.

        No file is read before the fields above it have admitted its sender: else what was read is all there is.
        """
        if request.content_type != "multipart/form-data" or not request.content_length:
            return await fields_of(request), ()
        try:
            async with asyncio.timeout(MOST_SECONDS):
                return await self._read(request, request.content_length, admit)
        except (ValueError, AssertionError, TimeoutError):  # how aiohttp reports a form that is none
            return {}, ()

    async def _read(self, request: web.Request, size: int, admit: Admit) -> tuple[Fields, tuple[Text, ...]]:
        fields: dict[str, str] = {}
        refused: list[Text] = []
        left_out: tuple[Text, ...] = ()
        room = request.client_max_size
        ctx: Context | None = None
        wait: timedelta | None = None
        parts = await request.multipart()
        while part := await parts.next():
            if not isinstance(part, BodyPartReader) or part.name is None:
                raise ValueError("This is no field of a form.")
            if part.filename is None:
                value = await part.read()
                room -= len(value) + _FIELD
                if room < 0:
                    raise web.HTTPRequestEntityTooLarge(request.client_max_size)
                fields[part.name] = _typed(value.decode())
            elif part.filename:  # browsers send an empty one where none was chosen
                if ctx is None:
                    ctx = await admit(request, fields)
                    if ctx is None:
                        break
                    # Counted before they are read: what is cut off half-way has cost as much.
                    wait = await self._gate.wait(self._gate.known_visitor(request), uploads=size)
                name = _typed(part.filename.encode(errors="replace").decode())[:MOST_NAME]
                if len(kept(fields)) + len(refused) >= FILES_LIMIT:
                    left_out = (Text(FILES_LEFT_OUT.id, {"limit": FILES_LIMIT}),)
                    continue
                try:
                    if wait:
                        raise Busy("an allowance is used up", wait)
                    fields[f"{KEPT}{await self._keep(request, part)}"] = name
                except Unacceptable as unacceptable:
                    why = _WHY[unacceptable.reason]
                    refused.append(Text(why.id, {"name": name, "size": FILE_LIMIT // 2**20}))
                except Busy as busy:
                    refused.append(Text(FILE_LATER.id, {"name": name, "at": Moment(ctx.now + busy.after)}))
        return fields, (*refused, *left_out)

    async def _keep(self, request: web.Request, part: BodyPartReader) -> str:
        """Keep one file, cleaned; return its id. Raises Unacceptable, Busy."""
        visitor = self._gate.known_visitor(request)
        data = bytearray()
        try:
            with self._uploads.place(request, visitor, FILE_LIMIT):
                while chunk := await part.read_chunk(2**16):
                    data += chunk
                    if len(data) > FILE_LIMIT:
                        raise Unacceptable(Reason.TOO_LARGE)
                async with self._cleaning:
                    clean = await clean_apart(bytes(data), limit=FILE_LIMIT)
        except (web.HTTPTooManyRequests, Interrupted) as error:
            raise Busy("no file can be cleaned now", SOON) from error
        return await self._door.keep_clean(CHANNEL, visitor.address, clean)


def kept(fields: Fields) -> Mapping[str, str]:
    """Give the files that are kept for a form: names by id."""
    return {field.removeprefix(KEPT): name for field, name in fields.items() if field.startswith(KEPT)}


def _typed(value: str) -> str:
    # PostgreSQL keeps no zero bytes.
    return value.replace("\x00", "").strip()
