"""city.toml: a city's name, zone, languages, office hours, days that differ from the calendar, the ladder, and ratings."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from domain.city import LANGUAGES, ON_LADDER, Rung, RungTo
from domain.city_ratings import EXAMPLES as RATING_EXAMPLES
from domain.city_ratings import Ratings, rating_again, rating_words
from domain.city_tables import Problem, decoded, meant

FILE = "city.toml"

LADDER = (
    Rung(at="50%", to=(RungTo.CONTACT,)),
    Rung(at="-1wd", to=(RungTo.CONTACT,)),
    Rung(at="0", to=(RungTo.CONTACT, RungTo.HEAD)),
    Rung(at="+1wd", to=(RungTo.OFFICE,)),
    Rung(at="+5wd", to=(RungTo.ACCOUNTABILITY,)),
)
"""The ladder of a city whose file has none. Source: DESIGN, "Deadlines"."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

EXAMPLES = {
    "name": 'name = "西宁市"',
    "name_en": 'name_en = "Xining"',
    "zone": 'zone = "Asia/Shanghai"',
    "languages": 'languages = ["zh_Hans", "en"]',
    "closing_time": 'closing_time = "18:00"',
    "quiet_hours": 'quiet_hours = "21:00-08:00"',
    "morning": 'morning = "08:30"',
    "digest": 'digest = "mon 08:30"',
    "ladder": 'ladder = [{at = "50%", to = ["contact"]}, {at = "0", to = ["contact", "head"]}]',
    "ratings": '[ratings] and below it: again = "4h"',
    "working_days": '[working_days] and below it one line a day: "2026-10-10" = true',
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What city.toml says; the values here stand where it says nothing."""

    name: str = ""
    name_en: str = ""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    languages: tuple[str, ...] = LANGUAGES
    closing_time: time = time(18)
    quiet_hours: tuple[time, time] = (time(21), time(8))
    morning: time = time(8, 30)
    digest: tuple[int, time] = (0, time(8, 30))
    ladder: tuple[Rung, ...] = LADDER
    working_days: dict[date, bool] = field(default_factory=dict)
    ratings: Ratings = field(default_factory=Ratings)


def read_settings(data: bytes | None, problems: list[Problem]) -> Settings | None:
    """Read city.toml; None when it could not be read as a whole. What is wrong is added to `problems`."""
    text = decoded(FILE, data, problems)
    if text is None:
        return None
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line = int(place[1]) if place else text.rstrip().count("\n") + 1
        what = f"The file is not valid TOML: {error}."
        todo = "Texts stand in quotation marks, lists in [ ]; examples/ shows a whole file."
        problems.append(Problem(file=FILE, line=line, what=what, todo=todo))
        return None
    return _Settings(text, document, problems).read()


class _Settings:
    """The settings of one document, each checked by a function that raises ValueError with what is wrong."""

    def __init__(self, text: str, document: dict[str, Any], problems: list[Problem]) -> None:
        self._lines = text.splitlines()
        self._document = document
        self._problems = problems

    def read(self) -> Settings:
        for key in self._document:
            if key not in EXAMPLES:
                todo = f"{meant(key, EXAMPLES)}The settings are: {', '.join(EXAMPLES)}."
                self._complain(key, f'The setting "{key}" is unknown.', todo)
        for key in ("name", "zone"):
            if key not in self._document:
                self._complain(key, f'The setting "{key}" is missing.', f"Write, for example: {EXAMPLES[key]}")
        read: dict[str, Any] = {}
        checks: dict[str, Callable[[Any], Any]] = {
            "name": _text,
            "name_en": _text,
            "zone": _zone,
            "languages": _languages,
            "closing_time": _time,
            "quiet_hours": _hours,
            "morning": _time,
            "digest": _weekly,
        }
        for key, check in checks.items():
            if key in self._document:
                try:
                    read[key] = check(self._document[key])
                except ValueError as error:
                    self._complain(key, str(error), f"Write, for example: {EXAMPLES[key]}")
        if "ladder" in self._document:
            read["ladder"] = self._ladder(self._document["ladder"])
        if "working_days" in self._document:
            read["working_days"] = self._working_days(self._document["working_days"])
        if "ratings" in self._document:
            read["ratings"] = self._ratings(self._document["ratings"])
        return Settings(**read)

    def _ladder(self, steps: object) -> tuple[Rung, ...]:
        if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
            self._complain("ladder", "The ladder is not a list of steps.", f"Write, for example: {EXAMPLES['ladder']}")
            return ()
        rungs: dict[str, Rung] = {}
        begin = line = self._line("ladder")
        for step in steps:
            # A step is looked for below the one before; one without a readable "at" is somewhere in the ladder.
            line = self._line_after(line, f'"{step["at"]}"') if isinstance(step.get("at"), str) else begin
            try:
                rung = _rung(step)
                if rung.at in rungs:
                    raise ValueError(f'The step at "{rung.at}" stands there twice.')
                rungs[rung.at] = rung
            except ValueError as error:
                todo = f"Write, for example: {EXAMPLES['ladder']}"
                self._problems.append(Problem(file=FILE, line=line, column="ladder", what=str(error), todo=todo))
        return tuple(rungs.values())

    def _working_days(self, table: object) -> dict[date, bool]:
        if not isinstance(table, dict):
            todo = f"Write {EXAMPLES['working_days']}"
            self._complain("working_days", "The working days are not a table.", todo)
            return {}
        days: dict[date, bool] = {}
        for key, works in table.items():
            try:
                if not isinstance(works, bool):
                    raise ValueError
                days[date.fromisoformat(key)] = works
            except ValueError:
                line = self._line_after(self._line("working_days"), str(key))
                what = f'"{key} = {works}" is not a day and whether people work on it.'
                todo = 'Write the day as year-month-day, and true for a working day or false: "2026-10-10" = true'
                self._problems.append(Problem(file=FILE, line=line, column="working_days", what=what, todo=todo))
        return days

    def _ratings(self, table: object) -> Ratings:
        if not isinstance(table, dict):
            self._complain("ratings", "The ratings are not a table.", f"Write {EXAMPLES['ratings']}")
            return Ratings()
        read: dict[str, Any] = {}
        checks: dict[str, Callable[[object], Any]] = {"again": rating_again, "criteria": rating_words, "reasons": rating_words}
        begin = self._line("ratings")
        for key, value in table.items():
            line = self._line_after(begin, key)
            if key not in checks:
                todo = f"{meant(key, checks)}The settings of ratings are: {', '.join(checks)}."
                self._problems.append(
                    Problem(file=FILE, line=line, column=key, what=f'The setting "{key}" is unknown.', todo=todo)
                )
                continue
            try:
                read[key] = checks[key](value)
                if key == "reasons" and not value:
                    raise ValueError("There are no reasons, but who is dissatisfied is asked for one.")
            except ValueError as error:
                todo = f"Write, for example: {RATING_EXAMPLES[key]}"
                self._problems.append(Problem(file=FILE, line=line, column=key, what=str(error), todo=todo))
        return Ratings(**read)

    def _complain(self, key: str, what: str, todo: str) -> None:
        self._problems.append(Problem(file=FILE, line=self._line(key), column=key, what=what, todo=todo))

    def _line(self, key: str) -> int | None:
        """Return the line, from 1, on which a setting begins; None when it stands nowhere."""
        pattern = re.compile(rf"""\s*\[*\s*["']?{re.escape(key)}["']?\s*[=\].]""")
        return next((number for number, line in enumerate(self._lines, start=1) if pattern.match(line)), None)

    def _line_after(self, line: int | None, part: str) -> int | None:
        """Return the first line below the given one that contains the part, or the given one if none does."""
        below = enumerate(self._lines[line or 0 :], start=(line or 0) + 1)
        return next((number for number, text in below if part in text), line)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("The name is not a text, or blank.")
    return value.strip()


def _zone(value: object) -> ZoneInfo:
    zones = available_timezones()
    if not isinstance(value, str) or value not in zones:
        raise ValueError(f'The time zone "{value}" is unknown. {meant(str(value), zones)}'.strip())
    return ZoneInfo(value)


def _languages(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ValueError("The languages are not a list.")
    for language in value:
        if language not in LANGUAGES:
            hint = meant(str(language), LANGUAGES) or f"It can be one of: {', '.join(LANGUAGES)}."
            raise ValueError(f'The language "{language}" is none that the program speaks. {hint}'.strip())
    return tuple(dict.fromkeys(value))


def _time(value: object) -> time:
    try:
        read = value if isinstance(value, time) else time.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f'"{value}" is not a time of day.') from None
    return read.replace(tzinfo=None)


def _hours(value: object) -> tuple[time, time]:
    begin, _dash, end = str(value).partition("-")
    return _time(begin.strip()), _time(end.strip())


def _weekly(value: object) -> tuple[int, time]:
    day, _space, at = str(value).partition(" ")
    if day.lower() not in WEEKDAYS:
        raise ValueError(f'"{value}" does not begin with a day of the week ({", ".join(WEEKDAYS)}).')
    return WEEKDAYS.index(day.lower()), _time(at.strip())


def _rung(step: dict[str, Any]) -> Rung:
    if unknown := step.keys() - {"at", "to"}:
        raise ValueError(f'A step has "at" and "to", but not "{min(unknown)}".')
    at, to = step.get("at"), step.get("to")
    if not isinstance(at, str):
        raise ValueError('A step has no text "at".')
    if not isinstance(to, list):
        raise ValueError(f'The step at "{at}" has no list "to".')
    for person in to:
        if person not in ON_LADDER:
            hint = meant(str(person), ON_LADDER)
            raise ValueError(f'The step at "{at}" tells "{person}", who is unknown. {hint}'.strip())
    return Rung(at=at, to=tuple(map(RungTo, to)))
