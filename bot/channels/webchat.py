"""The web chat: one page, and what it posts and is told.

A device is known by a random cookie; its value is the address in this channel, and the sender too. The page posts to
`/chat/messages` and may post the same message again until it is told that it was kept. It hears answers from `/chat/events`
and acknowledges what it has shown. `/in/CODE` binds a device by a one-time code; looking at that page consumes nothing.
`/w/CODE`, which stands on printed posters, is the same page: its script sends `/start w_CODE` once and forgets the address, so
whoever only looks at it (a scanner's preview, a search engine, somebody who loads it again) leaves nothing behind. `/w/` without
a code asks for the window in the same way.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web

from bot.assets import MEDIA_TYPES, WEB, assets, version
from bot.channels.door import Door, Letter, NotFetched, Undeliverable
from bot.channels.webchat_files import ACCEPT, FILE_LIMIT, Files
from bot.channels.webchat_gate import CHANNEL, HEADERS, Gate, TooLarge, Visitor
from bot.channels.webchat_message import FILES_LIMIT, TEXT_LIMIT, Malformed, TooLong, parse, parse_shown
from bot.channels.webchat_stream import BEAT_SECONDS, Streams, milliseconds
from bot.channels.webchat_words import (
    FORGET_ASK,
    FORGET_NOTE,
    GO_ON,
    MALFORMED,
    NOT_KEPT,
    PAGE,
    RELOAD,
    SIGN_IN,
    SIGN_IN_ASK,
    SIGN_IN_NOTE,
    SIGN_IN_OVER,
    SIGN_IN_OVER_NOTE,
    SIGN_IN_TITLE,
    TOO_LONG,
    title,
)
from dialog.incoming import Incoming
from dialog.texts import LANGUAGE_NAMES, Name, Text, Words

log = logging.getLogger("huiyin.web")

MESSAGE_NOT_KEPT = "webchat_message_not_kept"

BODY_LIMIT = 2**20
"""Bytes of a posted body, files apart."""
BODY_SECONDS = 120
"""For it to arrive in."""


class WebChat:
    """The page's server. `now` tells the time in UTC."""

    name = CHANNEL
    pushes = False

    def __init__(
        self,
        door: Door,
        words: Words,
        gate: Gate,
        files: Files,
        *,
        city_name: Name,
        now: Callable[[], datetime],
        beat_seconds: float = BEAT_SECONDS,
    ) -> None:
        self._door = door
        self._words = words
        self._city_name = city_name
        self._now = now
        self._gate = gate
        self._files = files
        self._streams = Streams(door, words, self._gate, beat_seconds=beat_seconds)
        self._version = version()
        self._templates = jinja2.Environment(loader=jinja2.FileSystemLoader(WEB / "templates"), autoescape=True)

    async def run(self) -> None:
        """Wait: whatever comes, comes through the web server."""
        await asyncio.Event().wait()

    async def send(self, letter: Letter) -> str | None:
        """Refuse: the page fetches its messages."""
        raise Undeliverable("the web chat's messages are fetched by its page")

    async def acknowledge(self, incoming: Incoming, note: str) -> None:
        """Do nothing: the page shows a press by itself, and the answer comes as a message."""

    async def show_commands(self, address: str, commands: Sequence[tuple[str, Text]], language: str) -> bool:
        """Do nothing: the page has a menu instead."""
        return False

    async def fetch(self, ref: str) -> bytes:
        """Refuse: files were kept when they were uploaded."""
        raise NotFetched("the web chat's files are kept before their message", final=True)

    async def close(self) -> None:
        """End the open pages' streams."""
        await self._streams.close()

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Give what the web server has to serve."""
        return (
            web.get("/", self._page),
            web.get("/w", self._page),
            web.get("/w/", self._page),
            web.get("/w/{code:[A-Za-z0-9_-]{1,62}}", self._page),
            web.get("/static/{version}/{name}", self._static),
            web.get("/in/{code:[A-Za-z0-9_-]{1,64}}", self._sign_in_page),
            web.post("/in/{code:[A-Za-z0-9_-]{1,64}}", self._sign_in),
            web.get("/forget", self._forget_page),
            web.post("/forget", self._forget),
            web.post("/chat/messages", self._message),
            web.get("/chat/events", self._streams.serve),
            web.post("/chat/acknowledgements", self._acknowledgements),
            web.post("/chat/files", self._files.take),
            web.get(r"/chat/files/{id:[A-Za-z0-9_-]{1,64}}/{index:\d{1,3}}", self._files.delivered),
            web.get("/chat/uploads/{id:[A-Za-z0-9_-]{1,64}}", self._files.uploaded),
        )

    async def _page(self, request: web.Request) -> web.StreamResponse:
        address = self._gate.address(request)
        language = await self._gate.language(request, address)
        texts = {name: self._words.render(text, language) for name, text in PAGE.items()}
        limits = {"characters": TEXT_LIMIT, "files": FILES_LIMIT, "bytes": FILE_LIMIT, "beat": self._streams.beat_seconds}
        others = [(code, LANGUAGE_NAMES.get(code, code)) for code in self._words.languages if code != language]
        response = self._html(
            "chat.html",
            language,
            texts=texts,
            script_texts=json.dumps(texts, ensure_ascii=False),
            limits=json.dumps(limits),
            others=others,
            zone=self._words.zone.key,
            accept=ACCEPT,
        )
        self._gate.set_cookie(response, address)
        return response

    async def _static(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name not in assets():
            raise web.HTTPNotFound
        # During an update a replica may be asked for another version's file; its own must not be kept under that name.
        current = request.match_info["version"] == self._version
        headers = {
            **HEADERS,
            "Content-Type": f"{MEDIA_TYPES[Path(name).suffix]}; charset=utf-8",
            "Cache-Control": "public, max-age=31536000, immutable" if current else "no-store",
        }
        return web.Response(body=assets()[name], headers=headers)

    async def _sign_in_page(self, request: web.Request) -> web.StreamResponse:
        language = await self._gate.language(request, self._gate.address(request))
        good = await self._door.invites(request.match_info["code"])
        texts = {"ask": SIGN_IN_OVER, "button": GO_ON, "note": SIGN_IN_OVER_NOTE, "title": SIGN_IN_TITLE}
        if good:
            texts |= {"ask": SIGN_IN_ASK, "button": SIGN_IN, "note": SIGN_IN_NOTE}
        shown = {name: self._words.render(text, language) for name, text in texts.items()}
        return self._asking(language, good=good, **shown)

    def _asking(self, language: str, **shown: object) -> web.Response:
        """Show a page with one button, whose form can be told from a foreign page's."""
        response = self._html("sign_in.html", language, **shown)
        # With "no-referrer" browsers send "Origin: null" with the form.
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    async def _forget_page(self, request: web.Request) -> web.StreamResponse:
        language = await self._gate.language(request, self._gate.address(request))
        texts = {"ask": FORGET_ASK, "button": PAGE["forget"], "note": FORGET_NOTE, "title": PAGE["forget"]}
        return self._asking(language, good=True, **{name: self._words.render(text, language) for name, text in texts.items()})

    async def _forget(self, request: web.Request) -> web.StreamResponse:
        """Erase what was said on this device; to whoever comes next it is a new one, whose script clears what it kept itself."""
        self._gate.own_page(request)
        if visitor := self._gate.visitor(request):
            await self._door.forget(CHANNEL, visitor.address)
        response = web.Response(status=303, headers={**HEADERS, "Location": "/?forgotten"})
        self._gate.renew_cookie(response)
        return response

    async def _sign_in(self, request: web.Request) -> web.StreamResponse:
        self._gate.own_page(request)
        visitor = self._gate.visitor(request, self._gate.address(request))
        assert visitor is not None
        code = request.match_info["code"]
        # The code is a secret as long as it is good, and ids of messages are stored as they are.
        id = "in:" + hashlib.sha256(f"{visitor.address}:{code}".encode()).hexdigest()
        start = f"/start {code}"
        await self._take(request, visitor, len(start), external_id=id, order=milliseconds(self._now()), text=start)
        response = web.Response(status=303, headers={**HEADERS, "Location": "/"})
        self._gate.set_cookie(response, visitor.address)
        return response

    async def _message(self, request: web.Request) -> web.StreamResponse:
        self._gate.own_page(request)
        visitor = self._gate.known_visitor(request)
        body = await self._body(request)
        try:
            posted = parse(body)
        except TooLong as error:
            raise self._gate.refusal(request, TooLarge, TOO_LONG) from error
        except Malformed as error:
            raise self._gate.refusal(request, web.HTTPBadRequest, MALFORMED) from error
        await self._take(
            request,
            visitor,
            len(body),
            external_id=f"{visitor.device}:{posted.id}",
            order=posted.order,
            message=posted.id,
            text=posted.text,
            reply_to=posted.reply_to,
            press=posted.press,
            pressed=posted.pressed,
            files=posted.files,
            place=posted.place,
        )
        return web.json_response({"kept": True}, headers=HEADERS)

    async def _acknowledgements(self, request: web.Request) -> web.StreamResponse:
        self._gate.own_page(request)
        visitor = self._gate.known_visitor(request)
        try:
            shown = parse_shown(await self._body(request))
        except Malformed as error:
            # A page from before an update acknowledges in another way; being told this it loads itself anew.
            raise self._gate.refusal(request, web.HTTPUnauthorized, RELOAD) from error
        if shown:
            await self._door.acknowledged(CHANNEL, visitor.address, shown)
        return web.json_response({"acknowledged": len(shown)}, headers=HEADERS)

    async def _take(self, request: web.Request, visitor: Visitor, size: int, **fields: Any) -> None:
        """Keep a message, which came as so many bytes, if this device may send one now."""
        try:
            await self._gate.people(request, visitor)
            await self._gate.within_quota(request, visitor, messages=1, uploads=size)
            language = await self._gate.language(request, visitor.address)
            await self._door.intake(
                [Incoming(channel=CHANNEL, address=visitor.address, network=visitor.ip, language=language, **fields)]
            )
        except web.HTTPException:
            raise
        except Exception as error:  # whatever the store raised: nothing is kept, and the page comes again with it
            log.error(MESSAGE_NOT_KEPT, extra={"fields": {"why": type(error).__name__}})
            raise self._gate.refusal(request, web.HTTPServiceUnavailable, NOT_KEPT) from error

    async def _body(self, request: web.Request) -> bytes:
        body = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                async for chunk in request.content.iter_chunked(2**16):
                    body += chunk
                    if len(body) > BODY_LIMIT:
                        raise self._gate.refusal(request, TooLarge, TOO_LONG)
        except TimeoutError as error:
            raise self._gate.refusal(request, web.HTTPRequestTimeout, NOT_KEPT) from error
        return bytes(body)

    def _html(self, template: str, language: str, **values: object) -> web.Response:
        page = self._templates.get_template(template).render(
            language=language.replace("_", "-"),
            code=language,
            page_title=self._words.render(title(self._city_name), language),
            assets=f"/static/{self._version}",
            **values,
        )
        return web.Response(text=page, content_type="text/html", headers=HEADERS)
