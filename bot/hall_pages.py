"""The boards of the service halls, made for the screen on the wall and for a phone: what may be told of the ratings, in print.

Everything here comes from `actions.telling`, from texts that were released, and from numbers of appeals. What was struck without
an appeal is told with the groups that it is taken off: shown at once, it would tell of a rating before its unit hears of that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from aiohttp import web

from actions.cards import LEVELS
from actions.context import Context
from actions.telling import first_day, told_of_hall
from bot.hall_words import (
    AS_OF,
    LAST_DAY,
    LAST_MONTH,
    LAST_WEEK,
    MOST,
    ONE_WINDOW,
    THIS_MONTH,
    THIS_WEEK,
    TODAY,
    UNTIL,
    WINDOWS,
    WORDS,
)
from dialog.subjects import Refused
from dialog.texts import Moment, Name, Text
from domain.cases import HAS_RESULT, Satisfaction
from domain.telling import GROUP, Group
from storage import rating_figures, releases
from storage.rating_figures import By

TREND = timedelta(days=27)
REASONS = 3
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One level of a bar: `at` and `share` are where it begins and how long it is, of 100."""

    code: Satisfaction
    name: Text
    count: int
    at: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What verified visits, or others, were rated; `satisfied` is the share of those who were not dissatisfied."""

    name: Text
    count: int
    satisfied: str
    levels: Sequence[Level]


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A stretch of time; without `parts` there is too little to tell."""

    title: Text
    when: Text
    parts: Sequence[Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A window: what verified visits and what others were rated, None where that is too little to tell."""

    name: Name
    verified: Part | None
    unverified: Part | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One day of a chart: `levels` stand on each other, of 100 as on the day with the most ratings."""

    day: Moment
    count: int
    levels: Sequence[Level]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """The last days, verified visits or others; `most` tells what the highest column stands for."""

    name: Text
    most: Text
    columns: Sequence[Column]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What was released of a bad rating."""

    problem: str
    result: str
    day: Moment


async def hall(ctx: Context, request: web.Request) -> Mapping[str, Any]:
    """Read the board of one hall. Raises Refused for a hall that there is not."""
    city = ctx.city.city
    hall = city.hall_coded(request.match_info["hall"])
    if hall is None:
        raise Refused(WORDS["unknown"])
    today = ctx.now.astimezone(city.zone).date()
    last_month = first_day(ctx)
    told = await told_of_hall(ctx, hall.code)
    months = ((THIS_MONTH, today.replace(day=1)), (LAST_MONTH, last_month))
    month, groups = _newest(told.settled, told.until, months, _month_end)
    windows = city.windows_of(hall.code)
    appeals = await rating_figures.total(ctx.tx, last_month, today, By.HALL, hall.code)
    return {
        "own": WORDS,
        "hall": ctx.city.hall(hall.code),
        "panels": [
            _today(ctx, told.today, told.settled, told.as_of),
            _week(ctx, told.settled, told.until, today),
            _panel(ctx, *month, groups),
        ],
        "period": month[0],
        "windows": [_line(ctx, window.code, groups) for window in windows],
        "trends": list(_trends(ctx, told.settled, told.until)),
        "reasons": [_reason(one) for one in await releases.of_hall(ctx.tx, hall.code, REASONS)],
        "appeals": {
            "appealed": appeals.appealed,
            "granted": appeals.granted,
            "refused": appeals.refused,
            "open": appeals.appealed - appeals.granted - appeals.refused,
            "struck": appeals.granted + sum(group.struck for group in told.settled),
        },
        "appeals_title": Text(WORDS["appeals"].id, {"day": _noon(ctx, last_month)}),
        "method": Text(WORDS["method"].id, {"least": GROUP}),
    }


async def halls(ctx: Context, request: web.Request) -> Mapping[str, Any]:
    """List the halls."""
    city = ctx.city.city
    counts = Counter(window.hall for window in city.windows.values())
    return {
        "own": WORDS,
        "halls": [
            (
                hall.code,
                ctx.city.hall(hall.code),
                ctx.city.area(hall.area),
                Name(hall.address, hall.address_en),
                ONE_WINDOW if counts[hall.code] == 1 else Text(WINDOWS.id, {"count": counts[hall.code]}),
            )
            for hall in city.halls.values()
        ],
    }


def parts(groups: Iterable[Group]) -> Sequence[Part]:
    """Add groups up, verified visits and others apart."""
    return [part for verified in (True, False) if (part := _part(groups, verified=verified))]


def _part(groups: Iterable[Group], *, verified: bool) -> Part | None:
    levels = _sum(group for group in groups if group.verified is verified)
    count = levels.total()
    if not count:
        return None
    good = count - levels[Satisfaction.DISSATISFIED]
    return Part(
        name=WORDS["verified" if verified else "unverified"],
        count=count,
        satisfied=f"{good * 100 // count}%",  # nothing but praise is 100, not nearly so
        levels=_levels(levels, count),
    )


def _sum(groups: Iterable[Group]) -> Counter[Satisfaction]:
    levels: Counter[Satisfaction] = Counter()
    for group in groups:
        levels.update(group.levels)
    return levels


def _levels(levels: Mapping[Satisfaction, int], whole: int) -> Sequence[Level]:
    found, at = [], 0.0
    for level in Satisfaction:
        share = levels[level] / whole * 100
        found.append(Level(code=level, name=LEVELS[level], count=levels[level], at=round(at, 2), share=round(share, 2)))
        at += share
    return found


def _today(ctx: Context, today: Sequence[Group], settled: Sequence[Group], as_of: datetime) -> Panel:
    """Show today if there is enough of it, else the last day that there was."""
    days = {group.last for group in settled if group.first == group.last}
    if today or not days:
        return Panel(title=TODAY, when=Text(AS_OF.id, {"at": Moment(as_of)}), parts=parts(today))
    last = max(days)
    when = Text("{day}", {"day": _noon(ctx, last)})
    return Panel(title=LAST_DAY, when=when, parts=parts([group for group in settled if group.first == group.last == last]))


def _week(ctx: Context, settled: Sequence[Group], until: date, today: date) -> Panel:
    monday = today - today.weekday() * _DAY
    begun = ((THIS_WEEK, monday), (LAST_WEEK, monday - 7 * _DAY))
    week, groups = _newest(settled, until, begun, lambda first: first + 6 * _DAY)
    return _panel(ctx, *week, groups)


def _newest(
    settled: Sequence[Group], until: date, periods: Sequence[tuple[Text, date]], end: Callable[[date], date]
) -> tuple[tuple[Text, date, date], Sequence[Group]]:
    """Give the newest period of which there is something to tell, with its days and its groups; else the newest one."""
    found = []
    for name, first in periods:
        last = min(end(first), until)
        found.append(((name, first, max(first, last)), [g for g in settled if first <= g.first and g.last <= last]))
    return next((one for one in found if one[1]), found[0])


def _panel(ctx: Context, title: Text, first: date, last: date, groups: Sequence[Group]) -> Panel:
    when = Text(UNTIL.id, {"first": _noon(ctx, first), "last": _noon(ctx, last)})
    return Panel(title=title, when=when, parts=parts(groups))


def _line(ctx: Context, window: str, groups: Sequence[Group]) -> Line:
    own = [group for group in groups if group.window == window]
    return Line(name=ctx.city.window(window), verified=_part(own, verified=True), unverified=_part(own, verified=False))


def _trends(ctx: Context, settled: Sequence[Group], until: date) -> Iterable[Trend]:
    """Show the last days of which there is something to tell, verified visits and others apart."""
    days = [until - n * _DAY for n in range(TREND.days, -1, -1)]
    for verified in (True, False):
        of_day: dict[date, list[Group]] = {day: [] for day in days}
        for group in settled:
            if group.verified is verified and group.first == group.last in of_day:
                of_day[group.last].append(group)
        sums = [_sum(groups) for groups in of_day.values()]
        if most := max(levels.total() for levels in sums):
            yield Trend(
                name=WORDS["verified" if verified else "unverified"],
                most=Text(MOST.id, {"count": most}),
                columns=[
                    Column(day=_noon(ctx, day), count=levels.total(), levels=_levels(levels, most))
                    for day, levels in zip(days, sums, strict=True)
                ],
            )


def _reason(one: releases.Reason) -> Reason:
    result = one.result if one.state in HAS_RESULT else ""
    return Reason(problem=one.problem, result=result, day=Moment(one.released_at, day=True))


def _month_end(first: date) -> date:
    return (first + 31 * _DAY).replace(day=1) - _DAY


def _noon(ctx: Context, day: date) -> Moment:
    """Name a day of the city."""
    return Moment(datetime.combine(day, time(12), ctx.city.city.zone), day=True)
