"""What each page of the public board shows: read in one read-only transaction, in shapes that a template can print.

Times are days, never hours; counts below three are not told; what is shown of a case is what was released of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from actions.cards import marked
from actions.context import Context
from actions.releasing import for_public, staff_of
from bot.board_words import AS_OF, LATE, LATE_HOURS, LATE_ONE, MONTH, ON_TIME, STATES, WAITS, WORDS
from dialog.texts import Moment, Name, Text
from domain.cases import HAS_RESULT, OPEN
from domain.months import last_months
from schedules.board import SHOWN
from storage import months, releases
from storage.months import Kept
from storage.releases import Shelf, Shown

PAGE = 20
LEAST = 3
"""Fewer than that are not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One case. `first_limit` is the day that was promised first, where there is more time since.

    `late` says how its time limit was kept, None before there is one; `is_late` marks it.
    """

    number: str
    about: Name | Text
    area: Name | None
    unit: Name | None
    problem: str
    result: str
    state: Text
    is_open: bool
    released: Moment
    closed: Moment | None
    limit: Text | Moment | None
    first_limit: Moment | None
    late: Text | None
    is_late: bool
    plan: Plan | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How it will be put right."""

    target: str
    measures: str
    responsible: str
    until: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of a list; `older` is the number of the case below which the next one begins."""

    items: Sequence[Item]
    older: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One month of a chart: `words` is the number as it is told, `share` its length of 100."""

    month: Text
    words: str | Text
    share: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Charts by the name of what they show, oldest month first, and when the present month was counted."""

    charts: dict[str, Sequence[Bar]]
    as_of: Text | None


async def cases(ctx: Context, shelf: Shelf, below: str | None) -> Page:
    """Read a page of a list."""
    found = await releases.shelf(ctx.tx, shelf, below, PAGE + 1)
    return Page(items=await _items(ctx, found[:PAGE]), older=found[PAGE - 1].number if len(found) > PAGE else None)


async def case(ctx: Context, number: str) -> Page:
    """Read one case, however it stands; a page of nothing if the public may not read of it."""
    found = await releases.of_number(ctx.tx, number)
    return Page(items=await _items(ctx, [found] if found else []), older=None)


async def numbers(ctx: Context) -> Numbers:
    """Read the last months."""
    periods = last_months(ctx.now, ctx.city.city.zone, SHOWN)
    found = await months.kept(ctx.tx, periods[0], periods[-1])
    return Numbers(
        charts={
            "filed": _counts(found, [kept.month.filed for kept in found]),
            "answered": _counts(found, [kept.month.answered for kept in found]),
            "on_time": _shares(found, [(kept.month.on_time, kept.month.on_time + kept.month.late) for kept in found]),
            "satisfied": _shares(found, [(kept.month.satisfied, kept.month.rated) for kept in found]),
            "solved": _counts(found, [kept.month.solved for kept in found]),
            "silent": _counts(found, [kept.month.silent for kept in found]),
        },
        as_of=Text(AS_OF.id, {"at": Moment(found[-1].made_at)}) if found else None,
    )


async def _items(ctx: Context, found: Sequence[Shown]) -> Sequence[Item]:
    planned = {shown.unit for shown in found if shown.plan}
    staff = {unit: await staff_of(ctx, unit) for unit in planned}
    return [_item(ctx, shown, staff.get(shown.unit, ())) for shown in found]


def _item(ctx: Context, shown: Shown, staff: Sequence[str]) -> Item:
    late, is_late = _kept(ctx, shown)
    return Item(
        number=shown.number,
        about=ctx.city.category(shown.category),
        area=ctx.city.area(shown.area) if shown.area else None,
        unit=ctx.city.unit(shown.unit) if shown.unit else None,
        problem=shown.problem,
        result=shown.result if shown.state in HAS_RESULT else "",
        state=STATES[shown.state],
        is_open=shown.state in OPEN,
        released=_day(shown.released_at),
        closed=_day(shown.closed_at) if shown.closed_at else None,
        limit=marked(_day(shown.due_at), provisional=shown.provisional) if shown.due_at else None,
        first_limit=_day(shown.first_due_at) if shown.first_due_at else None,
        late=late,
        is_late=is_late,
        plan=_plan(ctx, shown, shown.plan, staff) if shown.plan else None,
    )


def _plan(ctx: Context, shown: Shown, plan: releases.Plan, staff: Sequence[str]) -> Plan:
    return Plan(
        target=for_public(ctx, shown, plan.target, staff).text,
        measures=for_public(ctx, shown, plan.measures, staff).text,
        responsible=for_public(ctx, shown, plan.responsible, staff).text,
        until=_day(plan.until_at),
    )


def _kept(ctx: Context, shown: Shown) -> tuple[Text | None, bool]:
    """Say how a time limit was kept, and whether it was not."""
    if shown.due_at is None:
        return None, False
    if shown.waits:
        return WAITS, False
    until = shown.met_at or shown.closed_at or ctx.now
    if until <= shown.due_at:
        return (ON_TIME if shown.met_at else None), False
    zone = ctx.city.city.zone
    days = (until.astimezone(zone).date() - shown.due_at.astimezone(zone).date()).days
    return {0: LATE_HOURS, 1: LATE_ONE}.get(days, Text(LATE.id, {"days": days})), True


def _counts(found: Sequence[Kept], values: Sequence[int]) -> Sequence[Bar]:
    most = max((*values, 1))
    return [
        Bar(
            month=_month(kept.period),
            words=WORDS["few"] if 0 < value < LEAST else f"{value:,}",
            share=round(value / most * 100) if value >= LEAST else 0,
        )
        for kept, value in zip(found, values, strict=True)
    ]


def _shares(found: Sequence[Kept], values: Sequence[tuple[int, int]]) -> Sequence[Bar]:
    """Make shares of 100, none where fewer than three were counted."""
    return [
        Bar(month=_month(kept.period), words=WORDS["too_few"], share=0)
        if whole < LEAST
        else Bar(month=_month(kept.period), words=f"{part / whole:.0%}", share=round(part / whole * 100))
        for kept, (part, whole) in zip(found, values, strict=True)
    ]


def _month(period: str) -> Text:
    return Text(MONTH.id, {"year": period[:4], "month": str(int(period[5:]))})


def _day(at: datetime) -> Moment:
    return Moment(at, day=True)
