"""Weeks as ISO 8601 counts them, in the city's zone: Monday to Sunday; the week with a year's first Thursday is its first."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from domain.days import read_day

_WEEK = re.compile(r"(20[0-9]{2})\s*[-年]?\s*[W第]?\s*([0-9]{1,2})\s*周?", re.IGNORECASE)
_WEEKS_AGO = {
    "本周": 0,
    "这周": 0,
    "this week": 0,
    "上周": 1,
    "上星期": 1,
    "last week": 1,
    "上上周": 2,
    "the week before last": 2,
}
_DAYS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """One week of a city, by its Monday."""

    monday: date
    zone: ZoneInfo

    @classmethod
    def of(cls, moment: datetime, zone: ZoneInfo) -> Self:
        """Give the week in which a moment lies."""
        day = moment.astimezone(zone).date()
        return cls(day - timedelta(days=day.weekday()), zone)

    @classmethod
    def read(cls, text: str, zone: ZoneInfo) -> Self:
        """Read a week from its name, such as 2026-W47 or 2026 47; raises ValueError where there is no such week."""
        match = _WEEK.fullmatch(unicodedata.normalize("NFKC", text).strip())
        if match is None:
            raise ValueError(f'"{text}" is not a week.')
        return cls(date.fromisocalendar(int(match[1]), int(match[2]), 1), zone)

    @classmethod
    def called(cls, text: str, now: datetime, zone: ZoneInfo) -> Self:
        """Read a week from what people call it now: its name, "last week", or a day in it; raises ValueError like `read`."""
        running = cls.of(now, zone)
        ago = _WEEKS_AGO.get(unicodedata.normalize("NFKC", text).strip().casefold())
        if ago is not None:
            return cls(running.monday - ago * _DAYS, zone)
        day = read_day(text, now.astimezone(zone).date(), ahead=False)
        return cls(day - timedelta(days=day.weekday()), zone) if day else cls.read(text, zone)

    @property
    def year(self) -> int:
        """The year that the week belongs to, which is not always its Monday's."""
        return self.monday.isocalendar().year

    @property
    def number(self) -> int:
        """The number in its year: 1 to 52 or 53."""
        return self.monday.isocalendar().week

    @property
    def name(self) -> str:
        """The week's name, such as 2026-W47."""
        return f"{self.year}-W{self.number:02}"

    @property
    def begin(self) -> datetime:
        """The midnight with which its Monday begins."""
        return datetime.combine(self.monday, time(), self.zone)

    @property
    def end(self) -> datetime:
        """The midnight with which the next Monday begins; it is not part of the week."""
        return datetime.combine(self.monday + _DAYS, time(), self.zone)

    @property
    def sunday(self) -> datetime:
        """Noon of its last day, to name that day by."""
        return datetime.combine(self.monday + timedelta(days=6), time(12), self.zone)

    def before(self) -> Self:
        """Give the week before."""
        return type(self)(self.monday - _DAYS, self.zone)

    def after(self) -> Self:
        """Give the week after."""
        return type(self)(self.monday + _DAYS, self.zone)
