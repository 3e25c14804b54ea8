"""Windows: what each was rated, hall by hall, the ratings that look unusual, and the appeals that wait for a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from aiohttp import web

from actions.appealing import GROUNDS
from actions.context import Context
from bot.desk import oddity_page
from bot.desk.words import UNKNOWN_CASE, WORDS
from bot.pages import id_of
from dialog.subjects import Refused, Reply
from dialog.texts import Moment, Name, Text
from domain.cases import Satisfaction
from handlers.oddities import decided, why
from storage import appeals, cases, oddities, rating_figures
from storage.oddities import Oddity
from storage.rated_weeks import LEAST
from storage.rating_figures import By, Figures

DAYS = 30
PAGE = 5
APPEALS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a window, or a hall as a whole, was rated; shares are of those not dissatisfied, "" where they are too few."""

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
    """Ratings that look unusual; `left` of them nobody has decided about, `decided` says what became of the others."""

    id: str
    why: Text
    left: int
    decided: Sequence[Text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """A unit's appeal, to be decided on the page of its case."""

    number: str
    unit: Name
    ground: Text
    since: Moment


async def view(ctx: Context, request: web.Request, typed: Mapping[str, str]) -> Mapping[str, Any]:
    """Show everything about windows."""
    after = id_of(request.query.get("after", ""))
    odd = await oddities.undecided(ctx.tx, after or None, PAGE + 1)
    return {
        "about": Text(WORDS["windows_about"].id, {"days": DAYS, "least": LEAST}),
        "halls": await _halls(ctx),
        "unusual": [await _unusual(ctx, one) for one in odd[:PAGE]],
        "next": odd[PAGE - 1].id if len(odd) > PAGE else None,
        "first": bool(after),
        "appeals": await _appeals(ctx),
        "known": ctx.city.city.halls,
    }


async def do(ctx: Context, request: web.Request, fields: Mapping[str, str]) -> Reply:
    """Keep what is left of unusual ratings or strike it, as in chat. Raises Refused."""
    act = {"keep": oddity_page.keep, "strike": oddity_page.strike}.get(request.match_info["act"])
    if act is None:
        raise Refused(UNKNOWN_CASE)
    return await act(ctx, fields.get("oddity", ""), fields)


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
    return f"({(count - levels[Satisfaction.DISSATISFIED]) * 100 // count}%)" if count >= LEAST else ""


async def _unusual(ctx: Context, oddity: Oddity) -> Unusual:
    tally = await oddities.tally(ctx.tx, oddity.id)
    return Unusual(id=oddity.id, why=why(ctx, oddity, tally.count), left=tally.left, decided=decided(tally))


async def _appeals(ctx: Context) -> Sequence[Appeal]:
    shown = []
    for made in await appeals.undecided(ctx.tx, None, APPEALS):
        if case := await cases.get(ctx.tx, made.case):
            unit, ground = ctx.city.unit(made.unit), GROUNDS[made.ground]
            shown.append(Appeal(number=case.number, unit=unit, ground=ground, since=Moment(made.at)))
    return shown
