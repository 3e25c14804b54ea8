"""When something is due: working days of a city, with China's make-up workdays.

The city's own table counts first, then the nation's yearly notice (package chinese_calendar). For a year whose notice
is not out yet there are only weekends and the statutory holidays (package holidays): such days are provisional, and
whoever stored a due time that rests on them computes it again later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar

from domain.limits import Limit


class Calendar(StrEnum):
    """What a due time rests on; of several the last in this order is named."""

    ELAPSED = "elapsed"
    CITY = "city"
    NATION = "nation"
    ESTIMATE = "estimate"


_ORDER = tuple(Calendar)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayKind:
    """Whether a day is worked on, and who says so."""

    working: bool
    calendar: Calendar

    @property
    def provisional(self) -> bool:
        """Whether the year's notice may still change this day."""
        return self.calendar is Calendar.ESTIMATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A due time in UTC. `provisional`: compute it again when the year's notice is out."""

    at: datetime
    calendar: Calendar
    provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingDays:
    """The calendar of one city. `table` holds the days that it settles itself: True is a working day."""

    zone: ZoneInfo
    closing_time: time
    table: Mapping[date, bool]

    def is_working(self, day: date) -> DayKind:
        """Say whether a day (in the city's zone) is a working day."""
        if day in self.table:
            return DayKind(working=self.table[day], calendar=Calendar.CITY)
        try:
            return DayKind(working=chinese_calendar.is_workday(day), calendar=Calendar.NATION)
        except NotImplementedError:
            working = day.weekday() < 5 and day not in _statutory_holidays(day.year)
            return DayKind(working=working, calendar=Calendar.ESTIMATE)

    def due(self, started_at: datetime, limit: Limit) -> Due:
        """Give the time at which a limit that starts at an aware time ends.

        `Nwd`: the day of the start doesn't count; due at closing time of the Nth working day. Other units are elapsed time.
        """
        _refuse_naive(started_at)
        if limit.elapsed is not None:
            return Due(at=started_at.astimezone(UTC) + limit.elapsed, calendar=Calendar.ELAPSED, provisional=False)
        return self.after(started_at, limit.amount)

    def after(self, at: datetime, days: int) -> Due:
        """Give closing time of the Nth working day (N >= 1, else ValueError) after the day of an aware time."""
        return self._count(at, days, timedelta(days=1))

    def before(self, at: datetime, days: int) -> Due:
        """Give closing time of the Nth working day (N >= 1, else ValueError) before the day of an aware time."""
        return self._count(at, days, timedelta(days=-1))

    def _count(self, at: datetime, days: int, step: timedelta) -> Due:
        _refuse_naive(at)
        if days < 1:
            raise ValueError(f"Working days are counted from one, not from {days}.")
        day = at.astimezone(self.zone).date()
        calendar = Calendar.ELAPSED
        while days:
            day += step
            kind = self.is_working(day)
            calendar = max(calendar, kind.calendar, key=_ORDER.index)
            days -= kind.working
        closing = datetime.combine(day, self.closing_time, self.zone).astimezone(UTC)
        return Due(at=closing, calendar=calendar, provisional=calendar is Calendar.ESTIMATE)


def _refuse_naive(at: datetime) -> None:
    if at.tzinfo is None:
        # Python would take it for the machine's own zone, which is rarely the city's.
        raise ValueError("A due time is counted from a time with its zone, but this one has none.")


@cache
def _statutory_holidays(year: int) -> frozenset[date]:
    import holidays  # here, because it takes longer to load than the rest of the domain and is needed for coming years only

    return frozenset(holidays.country_holidays("CN", years=year))
