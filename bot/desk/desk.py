"""The desk's server: who may enter, pages, and what is pressed on them.

The web chat's cookie says who somebody is; in every request it is looked up anew what they may. A form carries a token that only
pages of the same device know. Every form leads back to a page that can be loaded again: there it is told, once, what was done, or
what was refused and why, with everything typed.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import reduce
from typing import Any, TypeAlias

from aiohttp import web

from actions.context import Actor, Context
from actions.devices import sign_out
from bot.assets import version
from bot.attachments import Attachments
from bot.bell import Bell
from bot.channels.webchat_files import answer
from bot.channels.webchat_gate import CHANNEL, HEADERS, Gate, asked_language
from bot.channels.webchat_words import title
from bot.desk import (
    accountability_page,
    acts,
    case_page,
    corrections_page,
    digest_page,
    filing_page,
    oddity_page,
    queue_page,
    sign_out_page,
    unit_pages,
    windows_page,
)
from bot.desk.acts import Fields
from bot.desk.forms import FormsWithFiles, fields_of
from bot.desk.words import DONE_ALREADY, NOT_FILED, WORDS
from bot.pages import teller, templates
from bot.town import Town
from dialog.subjects import Refused, Reply
from dialog.texts import Text, Words, dump, load_text
from storage import memory, people, quotas, roles
from storage.database import Database, Tx, again
from storage.people import Conversation

KEPT = timedelta(days=1)
"""How long what was done waits to be told, and how long the same form is known again."""
# With "no-referrer" browsers would say of our own forms that they come from nowhere.
_HEADERS: Mapping[str, str] = {**HEADERS, "Referrer-Policy": "same-origin"}

View: TypeAlias = Callable[[Context, web.Request, Fields], Awaitable[Mapping[str, Any]]]
Do: TypeAlias = Callable[[Context, web.Request, Fields], Awaitable[Reply]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page: its template, and what is shown on it. `name` is its place in the navigation."""

    name: str
    template: str
    view: View


QUEUE = Page(name="queue", template="desk_queue.html", view=queue_page.view)
CASE = Page(name="queue", template="desk_case.html", view=case_page.view)
UNITS = Page(name="units", template="desk_units.html", view=unit_pages.units)
UNIT = Page(name="units", template="desk_unit.html", view=unit_pages.unit)
OFFICE = Page(name="units", template="desk_unit.html", view=unit_pages.office)
WINDOWS = Page(name="windows", template="desk_windows.html", view=windows_page.view)
PATTERN = Page(name="windows", template="desk_pattern.html", view=oddity_page.view)
DIGEST = Page(name="digest", template="desk_digest.html", view=digest_page.view)
ACCOUNTABILITY = Page(name="accountability", template="desk_accountability.html", view=accountability_page.view)
CORRECTIONS = Page(name="corrections", template="desk_corrections.html", view=corrections_page.view)
NEW = Page(name="new", template="desk_new.html", view=filing_page.view)
SIGN_OUT = Page(name="", template="desk_sign_out.html", view=sign_out_page.view)


class Desk:
    """Serves the desk."""

    def __init__(
        self,
        database: Database,
        town: Town,
        bell: Bell,
        words: Words,
        gate: Gate,
        forms: FormsWithFiles,
        attachments: Attachments,
    ) -> None:
        self._database = database
        self._town = town
        self._bell = bell
        self._words = words
        self._gate = gate
        self._forms = forms
        self._attachments = attachments
        self._assets = f"/static/{version()}"
        self._templates = templates()

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Give what the web server has to serve."""
        return (
            web.get("/desk", self._shows(QUEUE)),
            web.get("/desk/case/{number}", self._shows(CASE)),
            web.post("/desk/case/{number}/{act}", self._does(acts.do)),
            web.get(r"/desk/case/{number}/files/{n:\d{1,4}}", self._file),
            web.get("/desk/case/{number}/{act}", self._back),
            web.get("/desk/units", self._shows(UNITS)),
            web.get("/desk/units/{unit}", self._shows(UNIT)),
            web.post("/desk/units/{unit}/{act}", self._does(unit_pages.do)),
            web.get("/desk/units/{unit}/{act}", self._back),
            web.get("/desk/office", self._shows(OFFICE)),
            web.post("/desk/office/{act}", self._does(unit_pages.do_at_office)),
            web.get("/desk/office/{act}", self._back),
            web.get("/desk/sign-out", self._shows(SIGN_OUT)),
            web.post("/desk/sign-out", self._sign_out),
            web.get("/desk/windows", self._shows(WINDOWS)),
            web.post("/desk/windows/{act}", self._does(windows_page.do)),
            web.get("/desk/windows/{act}", self._back),
            web.get("/desk/patterns/{oddity}", self._shows(PATTERN)),
            web.post("/desk/patterns/{oddity}/{act}", self._does(oddity_page.do)),
            web.get("/desk/patterns/{oddity}/{act}", self._back),
            web.get("/desk/digest", self._shows(DIGEST)),
            web.get("/desk/accountability", self._shows(ACCOUNTABILITY)),
            web.post("/desk/accountability/{act}", self._does(accountability_page.do)),
            web.get("/desk/accountability/{act}", self._back),
            web.get("/desk/corrections", self._shows(CORRECTIONS)),
            web.post("/desk/corrections/{act}", self._does(corrections_page.do)),
            web.get("/desk/corrections/{act}", self._back),
            web.get("/desk/new", self._shows(NEW)),
            web.post("/desk/new", self._file_for),
            web.get("/desk/{lost:.*}", self._lost),
        )

    def _shows(self, page: Page) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def shown(request: web.Request) -> web.StreamResponse:
            return await self._show(request, page)

        return shown

    def _does(self, do: Do) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def done(request: web.Request) -> web.StreamResponse:
            fields = await fields_of(request)
            return await again(lambda: self._do(request, fields, do))

        return done

    async def _file_for(self, request: web.Request) -> web.StreamResponse:
        """File for somebody with all the files that came, or with none: those that were taken wait in the form."""
        fields, refused = await self._forms.read(request, self._sender)

        async def do(ctx: Context, request: web.Request, fields: Fields) -> Reply:
            if refused:
                raise Refused(reduce(_followed_by, (*refused, NOT_FILED)))
            return await filing_page.do(ctx, request, fields)

        return await again(lambda: self._do(request, fields, do))

    async def _sender(self, request: web.Request, fields: Fields) -> Context | None:
        """Give what the sender of a form works with; None if they may not act, or the form is not of a page of ours."""
        async with self._database.reading() as tx:
            ctx = await self._entered(tx, request)
        return ctx if ctx and _is_ours(ctx, fields) else None

    async def _do(self, request: web.Request, fields: Fields, do: Do) -> web.StreamResponse:
        """Do what was pressed, in one transaction, and lead back to where it was pressed."""
        back = _page_of(request.path)
        async with self._database.transaction() as tx:
            ctx = await self._admitted(tx, request, fields)
            if isinstance(ctx, web.StreamResponse):
                return ctx
            try:
                async with tx.savepoint():
                    # A form that is sent twice by an impatient finger is one wish.
                    once = ctx.keys.name("desk form", ctx.me.conversation.id, request.path, fields.get("once", ""))
                    if await quotas.use(tx, once, 1, 1, KEPT, ctx.now):
                        raise Refused(DONE_ALREADY)
                    await self._remember(ctx, _news(await do(ctx, request, fields)))
                if "then" in fields:
                    back = f"{back}?again={await self._keep(ctx, None, {**fields, 'act': fields['then']})}"
            except Refused as refused:
                back = f"{back}?again={await self._keep(ctx, refused, fields)}"
        self._bell.ring("files")
        self._bell.ring_for(ctx.rings, ctx.now)
        return web.Response(status=303, headers={**_HEADERS, "Location": back})

    async def _admitted(self, tx: Tx, request: web.Request, fields: Fields) -> Context | web.StreamResponse:
        """Let somebody act who is signed in, with a form of a page of ours; else give the page that says why not."""
        ctx = await self._entered(tx, request, acting=True)
        if ctx is None:
            return await self._closed(request)
        if not _is_ours(ctx, fields):
            return self._page(ctx.me.language, "desk_closed.html", 403, why=WORDS["foreign"], how=False)
        return ctx

    async def _sign_out(self, request: web.Request) -> web.StreamResponse:
        """Sign this browser out; to whoever comes next it is a new device."""
        fields = await fields_of(request)

        async def left() -> web.StreamResponse:
            async with self._database.transaction() as tx:
                ctx = await self._admitted(tx, request, fields)
                if isinstance(ctx, web.StreamResponse):
                    return ctx
                await sign_out(ctx, ctx.me.conversation.id)
            self._bell.ring_for(ctx.rings, ctx.now)
            response = web.Response(status=303, headers={**_HEADERS, "Location": "/"})
            self._gate.renew_cookie(response)
            return response

        return await again(left)

    async def _show(self, request: web.Request, page: Page) -> web.StreamResponse:
        alert: Text | None = None
        typed: Fields = {}
        async with self._database.reading() as tx:
            ctx = await self._entered(tx, request)
            if ctx is None:
                return await self._closed(request)
            again = f"{_slot(ctx)} {request.query['again']}" if "again" in request.query else None
            if again and (kept := await memory.recall(tx, ctx.keys, again, ctx.now)):
                reason, typed = json.loads(kept)
                alert = load_text(reason) if reason else None
            status = 409 if alert else 200
            try:
                values = await page.view(ctx, request, typed)
                template = page.template
            except Refused as refused:
                status, template, values = 404, "desk_nothing.html", {"why": refused.reason}
            waiting = await memory.recall(tx, ctx.keys, _slot(ctx), ctx.now)
        said = await self._take(ctx) if waiting else ()
        if typed and again:
            async with self._database.transaction() as tx:
                await memory.take(tx, ctx.keys, again, ctx.now)
        role = ctx.as_office()
        return self._page(
            ctx.me.language, template, status,
            page=page.name, me=Text(WORDS["signed_in"].id, {"name": role.name}), token=_token(ctx), once=secrets.token_hex(8),
            person=ctx.me.person, said=said, alert=alert, typed=typed, city=title(ctx.city.name), **values,
        )  # fmt: skip

    async def _back(self, request: web.Request) -> web.StreamResponse:
        """Lead whoever opens a form's address to the page that it stands on."""
        return web.Response(status=303, headers={**_HEADERS, "Location": _page_of(request.path)})

    async def _lost(self, request: web.Request) -> web.StreamResponse:
        async with self._database.reading() as tx:
            ctx = await self._entered(tx, request)
        if ctx is None:
            return await self._closed(request)
        return self._page(ctx.me.language, "desk_nothing.html", 404, why=WORDS["not_found"])

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """Give one file of a case."""
        async with self._database.reading() as tx:
            ctx = await self._entered(tx, request)
            if ctx is None:
                return await self._closed(request)
            try:
                id = await case_page.file(ctx, request)
            except Refused:
                id = None
        found = await self._attachments.of((id,)) if id else None
        if found is None or not found.ready:
            return self._page(ctx.me.language, "desk_closed.html", 404, why=WORDS["not_found"], how=False)
        response = answer(request, found.ready[0])
        response.headers["Cache-Control"] = "no-store"
        return response

    # ---- who it is -----------------------------------------------------------------------------------

    async def _entered(self, tx: Tx, request: web.Request, *, acting: bool = False) -> Context | None:
        """Give what the person of this device works with; None if they do not belong to the office now."""
        visitor = self._gate.visitor(request)
        if visitor is None:
            return None
        ctx = await self._town.context(tx)
        conversation = await people.conversation(tx, people.conversation_id(ctx.keys, CHANNEL, visitor.address))
        if conversation is None:
            return None
        actor = await _actor(tx, conversation, visitor.ip, acting=acting)
        return replace(ctx, actor=actor) if actor.is_office else None

    async def _closed(self, request: web.Request) -> web.Response:
        language = asked_language(request, self._words.languages) or self._words.languages[0]
        return self._page(language, "desk_closed.html", 403, why=WORDS["closed"], how=True)

    # ---- what is told --------------------------------------------------------------------------------

    async def _remember(self, ctx: Context, news: tuple[Text, ...]) -> None:
        """Keep what was done until this device's next page, beside what it was not told yet."""
        waiting = json.loads(await memory.recall(ctx.tx, ctx.keys, _slot(ctx), ctx.now) or b"[]")
        told = json.dumps([*waiting, [dump(line) for line in news]], ensure_ascii=False).encode()
        await memory.remember(ctx.tx, ctx.keys, _slot(ctx), told, ctx.now + KEPT)

    async def _keep(self, ctx: Context, refused: Refused | None, fields: Fields) -> str:
        """Keep why something was refused, if it was, and what was typed, for the page it leads back to; return its name there."""
        typed = {**fields, **refused.typed} if isinstance(refused, acts.LookAgain) else dict(fields)
        name = secrets.token_urlsafe(8)
        kept = json.dumps([dump(refused.reason) if refused else None, typed], ensure_ascii=False).encode()
        await memory.remember(ctx.tx, ctx.keys, f"{_slot(ctx)} {name}", kept, ctx.now + KEPT)
        return name

    async def _take(self, ctx: Context) -> tuple[tuple[Text, ...], ...]:
        async with self._database.transaction() as tx:
            told = await memory.take(tx, ctx.keys, _slot(ctx), ctx.now)
        return tuple(tuple(load_text(line) for line in lines) for lines in json.loads(told or b"[]"))

    def _page(self, language: str, template: str, status: int, **values: Any) -> web.Response:
        html = self._templates.get_template(template).render(
            words=WORDS, t=teller(self._words, language), code=language.replace("_", "-"), assets=self._assets, **values
        )
        return web.Response(status=status, text=html, content_type="text/html", headers=_HEADERS)


async def _actor(tx: Tx, conversation: Conversation, network: str, *, acting: bool) -> Actor:
    """Read who acts, and what they may now; somebody who changes something is taken first, as in the chat."""
    person = conversation.person
    language = await (people.for_change if acting else people.language)(tx, person)
    held = tuple(await roles.of_person(tx, person))
    return Actor(person=person, language=language, roles=held, conversation=conversation, network=network)


def _page_of(path: str) -> str:
    """Give the address of the page on which a form stands."""
    return path if path.count("/") < 3 else path.rpartition("/")[0]


def _followed_by(text: Text, more: Text) -> Text:
    return Text("{text}\n{more}", {"text": text, "more": more})


def _is_ours(ctx: Context, fields: Fields) -> bool:
    return hmac.compare_digest(fields.get("token", "").encode(), _token(ctx).encode())


def _token(ctx: Context) -> str:
    return ctx.keys.name("desk token", ctx.me.conversation.id)


def _slot(ctx: Context) -> str:
    return f"desk {ctx.me.conversation.id}"


def _news(reply: Reply) -> tuple[Text, ...]:
    """Give what an answer of the chat says has happened, without the case as it stands: the page shows that itself."""
    lines = [line for message in reply.messages for line in (message.lines[: message.news] or message.lines)]
    return (*lines, *((reply.note,) if reply.note else ()))
