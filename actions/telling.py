"""What everybody may be told of a hall's ratings now, read by the rules of `domain.telling`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from actions.context import Context
from domain.cases import Satisfaction
from domain.ratings import RatingEvent
from domain.telling import Group, groups, last_settled_day, step, told_of
from storage import ledger, rating_figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What may be told of a hall: the groups of the days up to `until`, those of `today` as of a full quarter of an hour."""

    until: date
    settled: Sequence[Group]
    as_of: datetime
    today: Sequence[Group]


async def told_of_hall(ctx: Context, hall: str) -> Told:
    """Read what may be told of a hall, from the month before this one on."""
    until, settled = await settled_of_hall(ctx, hall)
    as_of = step(ctx.now)
    today = [group for window in ctx.city.city.windows_of(hall) for group in await _today(ctx, window.code, as_of)]
    return Told(until=until, settled=settled, as_of=as_of, today=today)


async def settled_of_hall(ctx: Context, hall: str) -> tuple[date, Sequence[Group]]:
    """Read what may be told of a hall's days up to the last settled one, which comes with it."""
    city = ctx.city.city
    until = last_settled_day(ctx.now, city.zone, city.rating_again)
    given = await rating_figures.given(ctx.tx, hall, first_day(ctx), until)
    return until, groups(given, until)


def first_day(ctx: Context) -> date:
    """Give the first day that is told of: of the month before this one."""
    this_month = ctx.now.astimezone(ctx.city.city.zone).date().replace(day=1)
    return (this_month - timedelta(days=1)).replace(day=1)


async def _today(ctx: Context, window: str, as_of: datetime) -> Sequence[Group]:
    """Give what a window was rated today as its chain has it, which never changes, in the order of the chain."""
    today = as_of.astimezone(ctx.city.city.zone).date()
    midnight = datetime.combine(today, time(), ctx.city.city.zone)
    given: Mapping[bool, list[Satisfaction]] = defaultdict(list)
    for row in await ledger.since(ctx.tx, f"window:{window}", midnight):
        if row.at_ms >= as_of.timestamp() * 1000:
            break  # what comes behind may be a moment older: it is told later, or groups would change
        if row.event == RatingEvent.RATE and row.payload["day"] == today.isoformat():
            given[bool(row.payload["verified"])].append(Satisfaction(str(row.payload["level"])))
    return [
        Group(
            window=window,
            first=today,
            last=today,
            verified=verified,
            levels={level: shown.count(level) for level in Satisfaction},
        )
        for verified, levels in given.items()
        if (shown := levels[: told_of(len(levels))])
    ]
