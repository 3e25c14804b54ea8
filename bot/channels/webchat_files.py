"""Files of the web chat: what a page uploads before its message, and what its messages bear."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from bot.channels.door import Attachment, Busy, Door
from bot.channels.webchat_gate import CHANNEL, HEADERS, Gate, TooLarge, Visitor
from bot.channels.webchat_words import FILE_BROKEN, FILE_GONE, FILE_TOO_LARGE, FILE_UNKNOWN

FILE_LIMIT = 20 * 2**20
"""Bytes of one file."""
_ENVELOPE = 16 * 2**10
"""Bytes that the multipart form may add."""
AT_ONCE = 12 * (FILE_LIMIT + _ENVELOPE)
"""Bytes of uploads that one process takes in at the same time, for they are in memory until they are whole."""
AT_ONCE_FROM_IP = 4 * (FILE_LIMIT + _ENVELOPE)
WAIT = timedelta(seconds=10)
MOST_SECONDS = 600
"""For one upload to arrive in: 20 MB over a line of 300 kbit/s."""

_KINDS_BY_ENDING = {
    **dict.fromkeys(("jpg", "jpeg", "png", "webp", "gif"), "photo"),
    **dict.fromkeys(("mp4", "mov", "3gp"), "video"),
    **dict.fromkeys(("m4a", "ogg", "oga", "opus", "mp3", "wav", "amr"), "audio"),
    "pdf": "document",
}
_KINDS_BY_TYPE = {
    **dict.fromkeys(("image/jpeg", "image/png", "image/webp", "image/gif"), "photo"),
    **dict.fromkeys(("video/mp4", "video/quicktime", "video/3gpp"), "video"),
    **dict.fromkeys(("audio/mp4", "audio/x-m4a", "audio/aac", "audio/ogg", "audio/mpeg", "audio/wav"), "audio"),
    **dict.fromkeys(("audio/x-wav", "audio/wave", "audio/amr"), "audio"),
    "application/pdf": "document",
}
ACCEPT = ",".join([*_KINDS_BY_TYPE, *(f".{ending}" for ending in _KINDS_BY_ENDING)])
"""For the file picker; without HEIC in it an iPhone converts its photos by itself."""


class Files:
    """Takes and gives files."""

    def __init__(self, door: Door, gate: Gate) -> None:
        self._door = door
        self._gate = gate
        self._at_once: Counter[str] = Counter()

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Keep the one file of a multipart form; answer with its id and kind.

        The kind is what the browser says it is, so that the message can be shown; the content is checked later.
        """
        self._gate.own_page(request)
        visitor = self._gate.known_visitor(request)
        if request.content_type != "multipart/form-data" or not request.content_length:
            raise self._gate.refusal(request, web.HTTPBadRequest, FILE_BROKEN)
        if request.content_length > FILE_LIMIT + _ENVELOPE:
            raise self._too_large(request)
        with self.place(request, visitor, request.content_length):
            await self._gate.people(request, visitor)
            # Counted before it is read: what is cut off half-way has cost as much.
            await self._gate.within_quota(request, visitor, uploads=request.content_length)
            data, kind = await self._read(request)
            language = await self._gate.language(request, visitor.address)
            try:
                id = await self._door.keep(CHANNEL, visitor.address, language, data)
            except Busy as busy:
                raise self._gate.too_much(request, busy.after) from busy
        return web.json_response({"id": id, "kind": kind}, headers=HEADERS)

    async def delivered(self, request: web.Request) -> web.StreamResponse:
        """Give a file that a message to this device bears."""
        visitor = self._gate.known_visitor(request)
        id, index = request.match_info["id"], int(request.match_info["index"])
        return self._give(request, await self._door.attachment(CHANNEL, visitor.address, id, index))

    async def uploaded(self, request: web.Request) -> web.StreamResponse:
        """Give a file that this device uploaded."""
        visitor = self._gate.known_visitor(request)
        return self._give(request, await self._door.own_file(CHANNEL, visitor.address, request.match_info["id"]))

    @contextmanager
    def place(self, request: web.Request, visitor: Visitor, size: int) -> Iterator[None]:
        """Hold a place for an upload; refuses with 429 while there is none."""
        if self._at_once.total() + size > AT_ONCE or self._at_once[visitor.ip] + size > AT_ONCE_FROM_IP:
            raise self._gate.too_much(request, WAIT)
        self._at_once[visitor.ip] += size
        try:
            yield
        finally:
            self._at_once -= Counter({visitor.ip: size})

    async def _read(self, request: web.Request) -> tuple[bytes, str]:
        try:
            async with asyncio.timeout(MOST_SECONDS):
                data, kind = await self._read_form(request)
        except (ValueError, AssertionError) as error:  # how aiohttp reports a form that is none
            raise self._gate.refusal(request, web.HTTPBadRequest, FILE_BROKEN) from error
        except TimeoutError as error:
            raise self._gate.refusal(request, web.HTTPRequestTimeout, FILE_BROKEN) from error
        if not data:
            raise self._gate.refusal(request, web.HTTPBadRequest, FILE_BROKEN)
        return data, kind

    async def _read_form(self, request: web.Request) -> tuple[bytes, str]:
        part = await (await request.multipart()).next()
        if not isinstance(part, BodyPartReader):
            raise self._gate.refusal(request, web.HTTPBadRequest, FILE_BROKEN)
        kind = _kind(part)
        if kind is None:
            raise self._gate.refusal(request, web.HTTPUnsupportedMediaType, FILE_UNKNOWN)
        data = bytearray()
        while chunk := await part.read_chunk(2**16):
            data += chunk
            if len(data) > FILE_LIMIT:
                raise self._too_large(request)
        return bytes(data), kind

    def _too_large(self, request: web.Request) -> web.HTTPException:
        return self._gate.refusal(request, TooLarge, FILE_TOO_LARGE, size=FILE_LIMIT // 2**20)

    def _give(self, request: web.Request, file: Attachment | None) -> web.StreamResponse:
        if file is None:
            raise self._gate.refusal(request, web.HTTPNotFound, FILE_GONE)
        return answer(request, file)


def answer(request: web.Request, file: Attachment) -> web.Response:
    """Give a file, or the part of it that is asked for, so that nothing in it can act in our name."""
    inline = file.media_type.partition("/")[0] in ("image", "audio", "video") and "svg" not in file.media_type
    headers = {
        **HEADERS,
        "Content-Type": file.media_type,
        "Content-Disposition": f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{quote(file.name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, max-age=86400",
        "Accept-Ranges": "bytes",
    }
    part = _asked_part(request, len(file.data))
    if part is None:
        return web.Response(body=file.data, headers=headers)
    # Safari plays no video from a server that can't give a part of it.
    headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{len(file.data)}"
    return web.Response(status=206, body=file.data[part.start : part.stop], headers=headers)


def _kind(part: BodyPartReader) -> str | None:
    media_type = part.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    ending = (part.filename or "").rpartition(".")[2].lower()
    return _KINDS_BY_TYPE.get(media_type) or _KINDS_BY_ENDING.get(ending)


def _asked_part(request: web.Request, size: int) -> range | None:
    """Read the Range header; None if the whole is asked for, or a part that there is not."""
    try:
        asked = request.http_range
    except ValueError:
        return None
    if asked.start is None and asked.stop is None:
        return None
    part = range(size)[asked]
    return part if len(part) else None
