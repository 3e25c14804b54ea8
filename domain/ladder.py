"""When the rungs of the ladder of one deadline are reached, and how far its time may be extended.

A deadline's row keeps the time of its next rung. A sweep takes the rungs `reached` from that time up to now, of which the
last one fires and those before it are recorded as passed, and keeps `next_rung` after now: so each rung comes once,
however long no sweep ran.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from domain.city import Rung
from domain.limits import MOST, Limit, LimitUnit
from domain.working_days import Due, Pause, WorkingDays, in_utc, joined, moved

RungTime: TypeAlias = tuple[datetime, Rung]

_MORE_WORKING_DAYS: tuple[int, ...] = (1, 2, 3, 5, 7, 10)
_MORE_PERCENT = (25, 50, 100, 150, 200)


def rung_times(
    ladder: Sequence[Rung], started_at: datetime, due_at: datetime, pauses: Sequence[Pause], working_days: WorkingDays
) -> tuple[RungTime, ...]:
    """Give every rung with its time in UTC, in order of time; rungs of one moment keep the ladder's order.

    `due_at` is the due time as the pauses since the start have moved it. `50%` is the moment at which half of the time from
    start to due has passed, leaving the elapsed length of the pauses out of both (for working days too), so that a pause
    moves it only if it begins before it. `-1wd` and `+1wd` are closing time of the working day before and after due; s, h
    and d are elapsed time. Whole milliseconds, so that the time of a rung is the same before and after it was stored.
    """
    begin, due = in_utc(started_at), in_utc(due_at)
    times = [(_time_of(rung.at, begin, due, pauses, working_days), rung) for rung in ladder]
    return tuple(sorted(times, key=lambda time: time[0]))


def _time_of(at: str, started_at: datetime, due_at: datetime, pauses: Sequence[Pause], working_days: WorkingDays) -> datetime:
    if at.endswith("%"):
        stood = sum((min(end, due_at) - begin for begin, end in joined(pauses) if begin < due_at), timedelta())
        exact = moved(started_at + (due_at - started_at - stood) * int(at[:-1]) / 100, pauses)
    elif at == "0":
        exact = due_at
    else:
        ahead, limit = at[0] == "+", Limit.parse(at[1:])
        if limit.elapsed is None:
            exact = (working_days.after if ahead else working_days.before)(due_at, limit.amount).at
        else:
            exact = due_at + limit.elapsed if ahead else due_at - limit.elapsed
    return exact.replace(microsecond=exact.microsecond // 1000 * 1000)


def next_rung(times: Sequence[RungTime], after: datetime) -> datetime | None:
    """Give the time of the first rung strictly after a moment, None if none is left."""
    return next((time for time, _ in times if time > after), None)


def reached(times: Sequence[RungTime], since: datetime, now: datetime) -> tuple[RungTime, ...]:
    """Give the rungs with since <= time <= now in order of time: the last one fires, those before it have passed."""
    return tuple((time, rung) for time, rung in times if since <= time <= now)


def longest(limit: Limit) -> Limit:
    """Give the longest that an extended limit may be: three times the limit, and never more than a limit can be."""
    return Limit(amount=min(3 * limit.amount, MOST[limit.unit]), unit=limit.unit)


def extension_choices(
    original: Limit, present: Limit, started_at: datetime, now: datetime, working_days: WorkingDays, pauses: Sequence[Pause] = ()
) -> tuple[tuple[Limit, Due], ...]:
    """Give up to six longer limits from the same start, each with its due time (moved by the pauses), shortest first.

    1, 2, 3, 5, 7 and 10 working days more than the present limit, or 25% to 200% more, rounded up to whole units. Each is due
    later than now and than the present limit, and at the latest with the longest that the original limit allows.
    """

    def due(limit: Limit) -> Due:
        return working_days.shifted(working_days.due(started_at, limit), pauses)

    more = _MORE_WORKING_DAYS
    if present.unit is not LimitUnit.WORKING_DAY:
        more = tuple(dict.fromkeys(-(-present.amount * percent // 100) for percent in _MORE_PERCENT))
    limits = [
        Limit(amount=present.amount + amount, unit=present.unit)
        for amount in more
        if present.amount + amount <= MOST[present.unit]
    ]
    earliest, latest = max(now, due(present).at), due(longest(original)).at
    return tuple((limit, end) for limit in limits if earliest < (end := due(limit)).at <= latest)
