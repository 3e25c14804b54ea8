"""Windows: what each was rated, hall by hall, the ratings that look unusual, and the appeals that wait for a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import web

from actions.appealing import GROUNDS
from actions.cards import LEVELS
from actions.context import Context
from actions.facts import excerpt
from bot.desk.acts import reason_of
from bot.desk.words import UNKNOWN_CASE, WORDS
from dialog.subjects import Refused, Reply
from dialog.texts import Moment, Name, Text
from domain.cases import Satisfaction
from handlers import looking
from storage import appeals, cases, oddities, rating_figures, ratings
from storage.oddities import Oddity
from storage.rating_figures import By, Figures

DAYS = 30
PAGE = 5
APPEALS = 20
SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a window, or a hall as a whole, was rated; shares are of those who were not dissatisfied, "" where nobody rated."""

    name: Name
    verified: int
    verified_share: str
    unverified: int
    unverified_share: str
    bad: int
    struck: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """One hall with its windows."""

    code: str
    whole: Line
    windows: Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusual:
    """Ratings that look unusual, the first of them one by one."""

    id: str
    why: Text
    ratings: Sequence[tuple[Moment, Name, Text, str]]
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """A unit's appeal, to be decided on the page of its case."""

    number: str
    unit: Name
    ground: Text
    since: Moment


async def view(ctx: Context, request: web.Request, typed: Mapping[str, str]) -> Mapping[str, Any]:
    """Show everything about windows."""
    after = request.query.get("after", "")
    odd = await oddities.undecided(ctx.tx, after or None, PAGE + 1)
    return {
        "about": Text(WORDS["windows_about"].id, {"days": DAYS}),
        "halls": await _halls(ctx),
        "unusual": [await _unusual(ctx, one) for one in odd[:PAGE]],
        "next": odd[PAGE - 1].id if len(odd) > PAGE else None,
        "first": bool(after),
        "appeals": await _appeals(ctx),
        "known": ctx.city.city.halls,
    }


async def do(ctx: Context, request: web.Request, fields: Mapping[str, str]) -> Reply:
    """Keep unusual ratings or strike them, as in chat. Raises Refused."""
    match request.match_info["act"]:
        case "keep":
            return await looking.keep(ctx, fields.get("oddity", ""), 0)
        case "strike":
            return await looking.send(ctx, looking.Strike(oddity=fields.get("oddity", ""), reason=reason_of(fields)))
        case _:
            raise Refused(UNKNOWN_CASE)


async def _halls(ctx: Context) -> Sequence[Hall]:
    last = ctx.now.astimezone(ctx.city.city.zone).date()
    first = last - timedelta(days=DAYS - 1)
    halls = await rating_figures.each(ctx.tx, By.HALL, first, last)
    found = []
    for code, whole in sorted(halls.items()):
        windows = await rating_figures.each(ctx.tx, By.WINDOW, first, last, By.HALL, code)
        lines = [_line(ctx.city.window(window), figures) for window, figures in sorted(windows.items())]
        found.append(Hall(code=code, whole=_line(ctx.city.hall(code), whole), windows=lines))
    return found


def _line(name: Name, figures: Figures) -> Line:
    return Line(
        name=name,
        verified=sum(figures.verified.values()),
        verified_share=_share(figures.verified),
        unverified=sum(figures.unverified.values()),
        unverified_share=_share(figures.unverified),
        bad=figures.of(Satisfaction.DISSATISFIED),
        struck=figures.struck,
    )


def _share(levels: Mapping[Satisfaction, int]) -> str:
    count = sum(levels.values())
    return f"{(count - levels[Satisfaction.DISSATISFIED]) * 100 // count}%" if count else ""


async def _unusual(ctx: Context, oddity: Oddity) -> Unusual:
    ids = await oddities.ratings_of(ctx.tx, oddity.id)
    found = [await ratings.get(ctx.tx, id) for id in ids[:SHOWN]]
    return Unusual(
        id=oddity.id,
        why=looking.why(ctx, oddity, len(ids)),
        ratings=[
            (Moment(one.rated_at), ctx.city.window(one.window), LEVELS[one.level], excerpt(one.text, 100)) for one in found if one
        ],
        more=max(0, len(ids) - SHOWN),
    )


async def _appeals(ctx: Context) -> Sequence[Appeal]:
    shown = []
    for made in await appeals.undecided(ctx.tx, None, APPEALS):
        if case := await cases.get(ctx.tx, made.case):
            unit, ground = ctx.city.unit(made.unit), GROUNDS[made.ground]
            shown.append(Appeal(number=case.number, unit=unit, ground=ground, since=Moment(made.at)))
    return shown
