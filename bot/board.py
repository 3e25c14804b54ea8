"""The public board: pages for everybody, without sign-in or cookie, and good for a minute in anybody's cache.

They need no script; that of a hall's board only looks for news. It is no channel: it only reads. What a page costs depends on
the page, not on how many cases there are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

from aiohttp import ETag, web

from actions.context import Context
from bot import board_pages, hall_pages
from bot.assets import version
from bot.board_words import SEAL, WORDS
from bot.channels.webchat_gate import HEADERS, asked_language
from bot.channels.webchat_words import title
from bot.pages import teller, templates
from bot.town import Town
from dialog.subjects import Refused
from dialog.texts import LANGUAGE_NAMES, Moment, Text, Words
from domain.numbers import read_case_number
from domain.ratings import hour_of
from storage import ledger
from storage.database import Database
from storage.releases import Shelf

SECONDS = 60
_HEADERS: Mapping[str, str] = {**HEADERS, "Cache-Control": f"public, max-age={SECONDS}", "Vary": "Accept-Language"}

Read = Callable[[Context, web.Request], Awaitable[Mapping[str, Any]]]
"""Gives what a template prints; `status` is how the page is answered, 200 where it is left out."""


class Board:
    """Serves the pages."""

    def __init__(self, database: Database, town: Town, words: Words) -> None:
        self._database = database
        self._town = town
        self._words = words
        self._assets = f"/static/{version()}"
        self._templates = templates()

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Give what the web server has to serve."""
        return (
            web.get("/board", self._page("open", "board_cases.html", _shelf(Shelf.OPEN))),
            web.get("/board/done", self._page("done", "board_cases.html", _shelf(Shelf.DONE))),
            web.get("/board/list", self._page("list", "board_list.html", _shelf(Shelf.ALL))),
            web.get("/board/case/{number}", self._page("case", "board_cases.html", _case)),
            web.get("/board/numbers", self._page("numbers", "board_numbers.html", _numbers)),
            web.get("/board/halls", self._page("halls", "board_halls.html", hall_pages.halls)),
            web.get("/board/hall/{hall}", self._page("halls", "hall.html", hall_pages.hall)),
            web.get("/board/look-up", self._page("look_up", "board_look_up.html", _nothing)),
            web.get("/board/{lost:.*}", self._page("lost", "board.html", _lost)),
        )

    def _page(self, name: str, template: str, read: Read) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def page(request: web.Request) -> web.Response:
            language = asked_language(request, self._words.languages) or self._words.languages[0]
            async with self._database.reading() as tx:
                ctx = await self._town.context(tx)
                # A seal says that something happened since the one before, perhaps a rating: of that nobody learns the minute.
                seal = await ledger.last_seal(tx, before=hour_of(ctx.now, ctx.city.city.zone))
                try:
                    shown, values = template, await read(ctx, request)
                except Refused as refused:
                    shown, values = "board_nothing.html", {"status": 404, "why": self._in_all_languages(refused.reason)}
            html = self._templates.get_template(shown).render(
                page=name,
                path=request.path,
                city=title(ctx.city.name),
                seal=(Text(SEAL.id, {"n": seal[0], "at": Moment(seal[1], day=True)}), seal[2]) if seal else None,
                words=WORDS,
                t=teller(self._words, language),
                code=language.replace("_", "-"),
                lang=f"?lang={language}" if request.query.get("lang") == language else "",
                others=[(other, LANGUAGE_NAMES.get(other, other)) for other in self._words.languages if other != language],
                assets=self._assets,
                **values,
            )
            return _cached(request, html, values.get("status", 200))

        return page

    def _in_all_languages(self, text: Text) -> Sequence[tuple[str, str]]:
        """Say what went wrong to whoever it is: a mistyped address tells nothing of its reader."""
        return [(language.replace("_", "-"), self._words.render(text, language)) for language in self._words.languages]


def _cached(request: web.Request, html: str, status: int) -> web.Response:
    """Answer with the page, or with nothing to whoever has it."""
    tag = hashlib.sha256(html.encode()).hexdigest()[:32]
    known = request.if_none_match or ()
    if status == 200 and any(etag.value in (tag, "*") for etag in known):
        response = web.Response(status=304, headers=_HEADERS)
    else:
        response = web.Response(status=status, text=html, content_type="text/html", headers=_HEADERS)
    response.etag = ETag(value=tag)
    return response


def _shelf(shelf: Shelf) -> Read:
    async def read(ctx: Context, request: web.Request) -> Mapping[str, Any]:
        below = read_case_number(request.query.get("below", ""))
        return {"list": await board_pages.cases(ctx, shelf, below), "below": below}

    return read


async def _case(ctx: Context, request: web.Request) -> Mapping[str, Any]:
    number = read_case_number(request.match_info["number"])
    found = await board_pages.case(ctx, number or "")
    return {"status": 200 if found.items else 404, "list": found, "below": None}


async def _numbers(ctx: Context, request: web.Request) -> Mapping[str, Any]:
    return {"numbers": await board_pages.numbers(ctx)}


async def _nothing(ctx: Context, request: web.Request) -> Mapping[str, Any]:
    return {}


async def _lost(ctx: Context, request: web.Request) -> Mapping[str, Any]:
    return {"status": 404}
