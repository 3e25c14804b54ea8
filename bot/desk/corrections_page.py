"""Corrections of routings: who put what right, and what is not to be learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from actions.context import Context
from bot.desk.words import UNKNOWN_CASE
from bot.pages import id_of
from dialog.subjects import Refused, Reply
from dialog.texts import Moment, Text
from handlers import corrections as shown
from storage import cases, corrections
from storage.corrections import Correction, Whose

PAGE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One correction; `can` is what may be excluded or included again: whose, the act, and its label."""

    id: str
    number: str
    at: Moment
    what: Text
    who: Text
    told: str
    notes: Sequence[Text]
    left_out: Sequence[Text]
    can: Sequence[tuple[Whose, str, Text]]


async def view(ctx: Context, request: web.Request, typed: Mapping[str, str]) -> Mapping[str, Any]:
    """Show a page of them, newest first."""
    before = id_of(request.query.get("before", ""))
    found = await corrections.newest(ctx.tx, before or None, PAGE + 1)
    return {
        "about": shown.ABOUT,
        "corrections": [await _line(ctx, one) for one in found[:PAGE]],
        "next": found[PAGE - 1].id if len(found) > PAGE else None,
        "first": bool(before),
    }


async def do(ctx: Context, request: web.Request, fields: Mapping[str, str]) -> Reply:
    """Exclude or include, as in chat. Raises Refused."""
    act = {"exclude": shown.exclude, "include": shown.include}.get(request.match_info["act"])
    if act is None or fields.get("whose") not in set(Whose):
        raise Refused(UNKNOWN_CASE)
    done = await act(ctx, f"{fields['whose']}.{fields.get('correction', '')}", 0)
    return Reply(note=done.note)


async def _line(ctx: Context, one: Correction) -> Line:
    case = await cases.get(ctx.tx, one.case)
    return Line(
        id=one.id,
        number=case.number if case else "",
        at=Moment(one.corrected_at),
        what=await shown.what(ctx, one),
        who=await shown.who(ctx, one),
        told=await shown.told(ctx, one),
        notes=await shown.many(ctx, one),
        left_out=shown.left_out(one),
        can=[
            (whose, "include", shown.INCLUDE[whose]) if whose in one.excluded else (whose, "exclude", shown.EXCLUDE[whose])
            for whose in Whose
            if one.whose(whose)
        ],
    )
