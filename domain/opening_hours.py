"""When a hall is open, as a clerk writes it: `mon-fri 09:00-12:00, 13:30-17:00; sat 09:00-12:00`, or `daily 00:00-24:00`.

周一至周五 9:00-12:00，13:30-17:00 and full-width signs are understood too. What a day's hours are, on the city's calendar:

- A working day from Monday to Friday has the hours of its own weekday.
- A day off from Monday to Friday is a holiday: closed.
- A Saturday or Sunday that people work on (a make-up day) has the hours of the first weekday that has any; a hall that opens
  at weekends only keeps its own.
- Any other Saturday or Sunday has its own hours, also within a holiday: whoever closes then says so with a notice on the door.
- `daily` is each day of the year, whatever the calendar says.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, time
from typing import Self, TypeAlias

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAILY = "daily"

Span: TypeAlias = tuple[time, time]
"""From when until when; the second one is outside, and 00:00 there means midnight at the day's end."""

_TIME = r"([01]?\d|2[0-4]):([0-5]\d)"
_SPAN = re.compile(rf"\s*{_TIME}\s*-\s*{_TIME}\s*", re.ASCII)
_PART = re.compile(r"\s*([a-z,\s-]*?)\s*(\d.*)", re.ASCII)
_CHINESE = {"每天": DAILY, "每日": DAILY, "至": "-", "到": "-", "、": ",", "—": "-", "–": "-", "~": "-"}
_CHINESE_DAYS = re.compile("(?:周|星期)([一二三四五六日天])")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours:
    """The hours of each weekday, Monday first; `daily` where they do not follow the calendar."""

    days: tuple[tuple[Span, ...], ...]
    daily: bool = False

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the hours as a clerk writes them; raises ValueError that says what is wrong with them."""
        days: dict[int, tuple[Span, ...]] = {}
        parts = [part for part in _plain(text).split(";") if part.strip()]
        daily = len(parts) == 1 and parts[0].split()[0] == DAILY
        for part in parts:
            match = _PART.fullmatch(part.removeprefix(DAILY) if daily else part)
            if match is None:
                raise ValueError(f'"{part.strip()}" has no time of day.')
            spans = _spans(match[2])
            for day in range(7) if daily else _days(match[1]):
                if day in days:
                    raise ValueError(f"The hours of {WEEKDAYS[day]} stand there twice.")
                days[day] = spans
        if not days:
            raise ValueError("There are no hours.")
        return cls(days=tuple(days.get(day, ()) for day in range(7)), daily=daily)

    def on(self, weekday: int, working_day: bool) -> tuple[Span, ...]:
        """Give the hours of a day: its weekday, 0 is Monday, and whether people work on it (see the module)."""
        weekend = weekday >= 5
        if self.daily or working_day != weekend:
            return self.days[weekday]
        if not working_day:
            return ()
        return next(filter(None, self.days[:5]), self.days[weekday])

    def open_at(self, local: datetime, working_day: bool) -> bool:
        """Say whether it is open at a time of the city's own clock, on a day that people work on or not."""
        at = local.time()
        return any(begin <= at and (at < end or end == time()) for begin, end in self.on(local.weekday(), working_day))

    def groups(self) -> tuple[tuple[int, int, tuple[Span, ...]], ...]:
        """Give (first weekday, last weekday, hours) for neighbours that share their hours; closed days are left out."""
        groups: list[tuple[int, int, tuple[Span, ...]]] = []
        for day, spans in enumerate(self.days):
            if groups and groups[-1][1:] == (day - 1, spans):
                groups[-1] = (groups[-1][0], day, spans)
            elif spans:
                groups.append((day, day, spans))
        return tuple(groups)


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    for chinese, plain in _CHINESE.items():
        text = text.replace(chinese, plain)
    return _CHINESE_DAYS.sub(lambda match: WEEKDAYS["一二三四五六日".find(match[1].replace("天", "日"))], text)


def _days(text: str) -> list[int]:
    """Give the weekdays of `mon-fri, sun`; from sat to mon goes over the weekend."""
    days: list[int] = []
    for part in filter(None, re.split(r"[,\s]+", re.sub(r"\s*-\s*", "-", text))):
        first, dash, last = part.partition("-")
        for day in (first, last) if dash else (first,):
            if day not in WEEKDAYS:
                raise ValueError(f'"{day}" is not a day; the days are {", ".join(WEEKDAYS)}.')
        begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        days += [day % 7 for day in range(begin, end + 1 if begin <= end else end + 8)]
    if not days:
        raise ValueError(f'No day stands before the hours; write, for example, "mon-fri" or "{DAILY}".')
    return days


def _spans(text: str) -> tuple[Span, ...]:
    spans: list[Span] = []
    for part in re.split(r"[,\s]+(?=\d)", re.sub(r"\s*-\s*", "-", text.strip(" ,"))):
        match = _SPAN.fullmatch(part)
        if match is None:
            raise ValueError(f'"{part.strip()}" is not from one time of day to another.')
        begin, end = (60 * int(match[n]) + int(match[n + 1]) for n in (1, 3))
        if not begin < end <= 24 * 60 or (spans and begin < (_minutes(spans[-1][1]) or 24 * 60)):
            raise ValueError(f'"{part.strip()}" does not end after it begins, or begins before the hours before it have ended.')
        spans.append((time(begin // 60, begin % 60), time(end // 60 % 24, end % 60)))
    return tuple(spans)


def _minutes(at: time) -> int:
    return 60 * at.hour + at.minute
