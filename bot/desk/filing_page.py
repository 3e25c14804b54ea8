"""Filing for somebody who rang, wrote or came: one form; number and code are shown once, to be passed on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from actions.context import Context
from actions.filing import FileCase, Source
from bot.channels.webchat_files import ACCEPT
from bot.desk.forms import kept
from bot.desk.words import NAME_AND_PHONE, NOTHING_TOLD, TOO_LONG
from bot.pages import id_of
from dialog.incoming import Place
from dialog.subjects import Refused, Reply
from dialog.texts import Text
from domain.cases import CaseKind
from handlers import caller
from handlers.caller import SOURCES, ForCaller
from handlers.filing import KIND_OPTIONS, in_ascii, no_phone
from handlers.whereabouts import districts_of_city
from storage import files

MOST_TOLD, MOST_PLACE, MOST_NAME = 20_000, 500, 60
KINDS = tuple(option for option in KIND_OPTIONS if option.key != CaseKind.MISCONDUCT)


async def view(ctx: Context, request: web.Request, typed: Mapping[str, str]) -> Mapping[str, Any]:
    """Offer what can be chosen."""
    city = ctx.city.city
    offered = [code for code in city.categories if any(city.suits(code, CaseKind(option.key)) for option in KINDS)]
    return {
        "sources": SOURCES,
        "kinds": [(option.key, option.label) for option in KINDS],
        "areas": [(option.key, option.label) for option in await districts_of_city(ctx)],
        "categories": [(code, ctx.city.category(code)) for code in offered],
        "most": MOST_TOLD,
        "accept": ACCEPT,
        "kept": kept(typed),
    }


async def do(ctx: Context, request: web.Request, fields: Mapping[str, str]) -> Reply:
    """File. Raises Refused."""
    told, words, name, phone = (fields.get(field, "").replace("\r\n", "\n") for field in ("told", "place", "name", "phone"))
    for text, most in ((told, MOST_TOLD), (words, MOST_PLACE), (name, MOST_NAME)):
        if len(text) > most:
            raise Refused(Text(TOO_LONG.id, {"most": most}))
    sent = await _files(ctx, fields)
    if not told and not sent:
        raise Refused(NOTHING_TOLD)
    if bool(name) != bool(phone):
        raise Refused(NAME_AND_PHONE)
    if phone and (wrong := no_phone(phone)):
        raise Refused(wrong)
    kind, area = fields.get("kind"), fields.get("area") or None
    category = fields.get("category")
    command = FileCase(
        kind=CaseKind(kind) if kind in {option.key for option in KINDS} else CaseKind.COMPLAINT,
        text=told,
        files=sent,
        place=Place(words=words, area=area) if words or area else None,
        category=category if category in ctx.city.city.categories else None,
        name=name,
        phone=in_ascii(phone),
        publish=fields.get("publish") == "yes",
    )
    source = fields.get("source")
    return await caller.send(ctx, ForCaller(source=Source(source) if source in set(Source) else Source.PHONE, command=command))


async def _files(ctx: Context, fields: Mapping[str, str]) -> tuple[str, ...]:
    """Give the files that this device's forms have kept."""
    found = [await files.owned(ctx.tx, ctx.me.conversation.id, id_of(id)) for id in kept(fields)]
    return tuple(file.id for file in found if file and file.ready)
