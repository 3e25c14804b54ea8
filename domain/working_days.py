"""When something is due: working days of a city, with China's make-up workdays.

The city's own table counts first, then the nation's yearly notice (package chinese_calendar). A year that the package does
not know yet is the table's alone, as soon as any of its days stands there. Until then there are only weekends and the statutory
holidays (package holidays): such days are provisional, and whoever stored a due time that rests on them computes it again later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import TypeAlias
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

FEWEST = 15
"""Since 2004 each year had 21 days or more on which people worked or rested against what the weekday says."""

Pause: TypeAlias = tuple[datetime, datetime]
"""From when until when a time limit stood still, both aware; one that still goes on is given as ending now."""


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
    """The calendar of one city. `table` holds the days that it settles itself: True is a working day.

    Of a year that the nation's calendar does not know it holds all holidays and make-up days, or nothing.
    """

    zone: ZoneInfo
    closing_time: time
    table: Mapping[date, bool]
    _closings: dict[tuple[date, int], Due] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Counted once for all whose time begins, or ends, on the same day."""

    def is_working(self, day: date) -> DayKind:
        """Say whether a day (in the city's zone) is a working day."""
        if day in self.table:
            return DayKind(working=self.table[day], calendar=Calendar.CITY)
        kind = _nationwide(day)
        if kind.provisional and any(settled.year == day.year for settled in self.table):
            return DayKind(working=day.weekday() < 5, calendar=Calendar.CITY)
        return kind

    def due(self, started_at: datetime, limit: Limit) -> Due:
        """Give the time at which a limit that starts at an aware time ends.

        `Nwd`: the day of the start doesn't count; due at closing time of the Nth working day. Other units are elapsed time.
        """
        begin = in_utc(started_at)
        if limit.elapsed is not None:
            return Due(at=begin + limit.elapsed, calendar=Calendar.ELAPSED, provisional=False)
        return self.after(started_at, limit.amount)

    def after(self, at: datetime, days: int) -> Due:
        """Give closing time of the Nth working day (N >= 1, else ValueError) after the day of an aware time."""
        return self._closing(at, days, 1)

    def before(self, at: datetime, days: int) -> Due:
        """Give closing time of the Nth working day (N >= 1, else ValueError) before the day of an aware time."""
        return self._closing(at, days, -1)

    def shifted(self, due: Due, pauses: Sequence[Pause]) -> Due:
        """Move a due time, as `due` gave it, by the pauses since its start.

        Elapsed time moves by the length of the pauses. Working days move by what of the pauses lay on working days, each of
        which counts midnight to midnight, and move over working days alone: Friday 18:00 and 16 hours make Monday 10:00.
        Pauses may come in any order, time in two of them counts once, and one that begins when the time is up moves nothing.
        """
        if due.calendar is Calendar.ELAPSED:
            return replace(due, at=moved(due.at, pauses))
        at = in_utc(due.at)
        calendar: Calendar = due.calendar
        for begin, end in joined(pauses):
            if not self._worked(begin, at)[0]:
                break
            length, measured = self._worked(begin, end)
            at, walked = self._advanced(at, length)
            calendar = _last(calendar, measured, walked)
        return Due(at=at, calendar=calendar, provisional=calendar is Calendar.ESTIMATE)

    def _worked(self, begin: datetime, end: datetime) -> tuple[timedelta, Calendar]:
        """Measure the working days' hours from one time to another."""
        length, calendar = timedelta(), Calendar.ELAPSED
        for at, midnight, kind in self._days_from(begin):
            if at >= end:
                break
            calendar = _last(calendar, kind.calendar)
            if kind.working:
                length += min(midnight, end) - at
        return length, calendar

    def _advanced(self, at: datetime, length: timedelta) -> tuple[datetime, Calendar]:
        """Go on from a time over so many working days' hours; the end of a day is the beginning of the next working day."""
        calendar = Calendar.ELAPSED
        if length:
            for begin, midnight, kind in self._days_from(at):
                calendar = _last(calendar, kind.calendar)
                if kind.working:
                    at = begin + length
                    if at < midnight:
                        break
                    length -= midnight - begin
        return at, calendar

    def _days_from(self, at: datetime) -> Iterator[tuple[datetime, datetime, DayKind]]:
        """Give the rest of the day of a time in UTC, then every day after it: its begin and end in UTC, and its kind."""
        day = at.astimezone(self.zone).date()
        while True:
            next_day = day + timedelta(days=1)
            midnight = datetime.combine(next_day, time(), self.zone).astimezone(UTC)
            yield at, midnight, self.is_working(day)
            at, day = midnight, next_day

    def _closing(self, at: datetime, days: int, way: int) -> Due:
        if days < 1:
            raise ValueError(f"Working days are counted from one, not from {days}.")
        day = in_utc(at).astimezone(self.zone).date()
        if (day, way * days) not in self._closings:
            self._closings[day, way * days] = self._count(day, days, timedelta(days=way))
        return self._closings[day, way * days]

    def _count(self, day: date, days: int, step: timedelta) -> Due:
        calendar = Calendar.ELAPSED
        while days:
            day += step
            kind = self.is_working(day)
            calendar = _last(calendar, kind.calendar)
            days -= kind.working
        closing = datetime.combine(day, self.closing_time, self.zone).astimezone(UTC)
        return Due(at=closing, calendar=calendar, provisional=calendar is Calendar.ESTIMATE)


def thin_years(table: Mapping[date, bool]) -> Mapping[int, int]:
    """Give the years that a city's table settles alone with fewer days than any year has, each with how many it names."""
    settled = Counter(day.year for day in table if _nationwide(day).provisional)
    return {year: days for year, days in settled.items() if days < FEWEST}


def in_utc(at: datetime) -> datetime:
    """Give an aware time in UTC, where a difference is the time that has passed; raises ValueError if it has no zone."""
    if at.tzinfo is None:
        # Python would take it for the machine's own zone, which is rarely the city's.
        raise ValueError("A due time is counted from a time with its zone, but this one has none.")
    return at.astimezone(UTC)


def joined(pauses: Sequence[Pause]) -> list[Pause]:
    """Give pauses in UTC and in order, each begun only when those before it are over, without the empty ones."""
    apart: list[Pause] = []
    for begin, end in sorted((in_utc(begin), in_utc(end)) for begin, end in pauses):
        begin = max(begin, apart[-1][1]) if apart else begin
        if begin < end:
            apart.append((begin, end))
    return apart


def moved(at: datetime, pauses: Sequence[Pause]) -> datetime:
    """Move a time by the elapsed length of the pauses that begin before it, in UTC."""
    at = in_utc(at)
    for begin, end in joined(pauses):
        if begin >= at:
            break
        at += end - begin
    return at


def _last(*calendars: Calendar) -> Calendar:
    return max(calendars, key=_ORDER.index)


@cache  # because the package goes through all its days at every question
def _nationwide(day: date) -> DayKind:
    try:
        return DayKind(working=chinese_calendar.is_workday(day), calendar=Calendar.NATION)
    except NotImplementedError:
        working = day.weekday() < 5 and day not in _statutory_holidays(day.year)
        return DayKind(working=working, calendar=Calendar.ESTIMATE)


@cache
def _statutory_holidays(year: int) -> frozenset[date]:
    import holidays  # here, because it takes longer to load than the rest of the domain and is needed for coming years only

    return frozenset(holidays.country_holidays("CN", years=year))
