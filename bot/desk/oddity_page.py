"""Ratings that look unusual together: read one by one, with the case that each has become, and kept or struck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from actions.context import Context
from actions.record import STATES
from actions.striking import works_there
from bot.desk.acts import reason_of
from bot.desk.words import UNKNOWN_CASE, WORDS
from bot.pages import id_of
from dialog.subjects import Refused, Reply
from dialog.texts import Moment, Text, _
from handlers import oddities as shown
from storage import cases, oddities, ratings
from storage.ratings import Rating

PAGE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One rating; `number` and `state` are those of the case that it has become, `own` that a colleague has to decide it."""

    id: str
    head: Text
    verified: Text
    said: Sequence[Text]
    files: int
    changed: Moment | None
    number: str | None
    state: Text | None
    own: bool


async def view(ctx: Context, request: web.Request, typed: Mapping[str, str]) -> Mapping[str, Any]:
    """Show what is left to decide of a pattern. Raises Refused."""
    oddity = await oddities.get(ctx.tx, id_of(request.match_info["oddity"]))
    if oddity is None:
        raise Refused(WORDS["not_found"])
    tally = await oddities.tally(ctx.tx, oddity.id)
    after = id_of(request.query.get("after", ""))
    left = await oddities.left(ctx.tx, oddity.id, after, PAGE + 1)
    found = [await ratings.get(ctx.tx, one) for one in left[:PAGE]]
    return {
        "oddity": oddity,
        "why": shown.why(ctx, oddity, tally.count),
        "tally": tally,
        "decided": shown.decided(tally),
        "lines": [await _line(ctx, one) for one in found if one],
        "next": left[PAGE - 1] if len(left) > PAGE else None,
        "first": bool(after),
    }


async def do(ctx: Context, request: web.Request, fields: Mapping[str, str]) -> Reply:
    """Keep or strike one rating, or all that are left, as in chat. Raises Refused."""
    return await ACTS.get(request.match_info["act"], _unknown)(ctx, request.match_info["oddity"], fields)


async def keep(ctx: Context, oddity: str, fields: Mapping[str, str]) -> Reply:
    """Keep all that are left of a pattern."""
    return await shown.keep(ctx, oddity, _left(fields))


async def strike(ctx: Context, oddity: str, fields: Mapping[str, str]) -> Reply:
    """Strike all that are left of a pattern."""
    return await shown.send(ctx, shown.Strike(oddity=oddity, left=_left(fields), reason=reason_of(fields)))


async def _keep_one(ctx: Context, oddity: str, fields: Mapping[str, str]) -> Reply:
    return await shown.keep_one(ctx, fields.get("rating", ""), 0)


async def _strike_one(ctx: Context, oddity: str, fields: Mapping[str, str]) -> Reply:
    return await shown.send_one(ctx, shown.StrikeOne(rating=fields.get("rating", ""), reason=reason_of(fields)))


async def _unknown(ctx: Context, oddity: str, fields: Mapping[str, str]) -> Reply:
    raise Refused(UNKNOWN_CASE)


ACTS = {"keep": keep, "strike": strike, "keep_one": _keep_one, "strike_one": _strike_one}
"""By the names that the chat's buttons have."""


async def _line(ctx: Context, rating: Rating) -> Line:
    own = works_there(ctx, rating)
    case = await cases.get(ctx.tx, rating.case) if rating.case and not own else None
    return Line(
        id=rating.id,
        head=shown.line(ctx, rating),
        verified=_("The visit is verified.") if rating.verified else _("The visit is not verified."),
        said=() if own else shown.said(ctx, rating),
        files=0 if own else len(rating.files),
        changed=Moment(rating.changed_at) if rating.changed_at > rating.rated_at and not own else None,
        number=case.number if case else None,
        state=STATES[case.state] if case else None,
        own=own,
    )


def _left(fields: Mapping[str, str]) -> int:
    """Read how many ratings were left on the page."""
    left = fields.get("left", "")
    return int(left) if left.isdecimal() and len(left) < 9 else 0
