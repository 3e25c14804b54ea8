"""The city as it is loaded now: its files checked and read, its calendar, and the names of what it once had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from importlib.metadata import version

from dialog.texts import Name, Text, _
from domain.cases import CaseKind
from domain.city import City, Times
from domain.city_files import read_city
from domain.city_tables import Problem
from domain.classifier import BadModel, Classifier
from domain.ledger import JsonValue
from domain.working_days import WorkingDays
from storage import cases, cities, ledger
from storage.database import Damaged, Tx

MODEL = "labels.model"
"""The city's own classifier among its files: it stays through later loadings that bring none."""


@dataclass(frozen=True, slots=True)
class LoadedCity:
    """A city with what is derived from it. `n` is the number of its loading; `past` holds names of codes no longer in use.

    As loaded, the classifier is the city's own, if it has one that this version can read. Without any, words are sorted by the
    city's own aliases alone.
    """

    n: int
    city: City
    working_days: WorkingDays
    past: Mapping[tuple[str, str], tuple[str, str]]
    classifier: Classifier | None = None

    @property
    def calendar(self) -> str:
        """Name the calendar by which due times are reckoned: those of another one are reckoned again."""
        days = self.working_days
        own = repr((days.zone.key, days.closing_time, sorted(days.table.items())))
        return f"{_nationwide_calendar()} {sha256(own.encode()).hexdigest()[:16]}"

    def after_quiet(self, at: datetime) -> datetime:
        """Give the first moment from this one on at which something that is not urgent may be said."""
        begin, end = self.city.quiet_hours
        local = at.astimezone(self.city.zone)
        quiet = begin <= local.time() or local.time() < end if begin > end else begin <= local.time() < end
        if not quiet:
            return at
        day = local.date() + timedelta(days=begin > end and local.time() >= begin)
        return datetime.combine(day, end, self.city.zone).astimezone(UTC)

    def at_work(self, at: datetime) -> datetime:
        """Give the first moment from this one on at which staff may be reminded.

        On working days that is after the quiet hours, otherwise when those of the next working day are over.
        """
        after = self.after_quiet(at)
        day = after.astimezone(self.city.zone).date()
        if self.working_days.is_working(day).working:
            return after
        while not self.working_days.is_working(day).working:
            day += timedelta(days=1)
        return datetime.combine(day, self.city.quiet_hours[1], self.city.zone).astimezone(UTC)

    @property
    def name(self) -> Name:
        """The city's name."""
        return Name(self.city.name, self.city.name_en)

    def area(self, code: str) -> Name:
        """Name an area, also one that is no longer in use."""
        area = self.city.areas.get(code)
        return Name(area.name, area.name_en) if area else self._past("area", code)

    def unit(self, code: str) -> Name:
        """Name a unit."""
        unit = self.city.units.get(code)
        return Name(unit.name, unit.name_en) if unit else self._past("unit", code)

    def category(self, code: str | None) -> Name | Text:
        """Name a category; None is something else."""
        if code is None:
            return _("Something else")
        category = self.city.categories.get(code)
        return Name(category.name, category.name_en) if category else self._past("category", code)

    def hall(self, code: str) -> Name:
        """Name a hall."""
        hall = self.city.halls.get(code)
        return Name(hall.name, hall.name_en) if hall else self._past("hall", code)

    def window(self, code: str) -> Name:
        """Name a window, without its hall."""
        window = self.city.windows.get(code)
        return Name(window.name, window.name_en) if window else self._past("window", code)

    def times(self, kind: CaseKind, category: str | None) -> Times:
        """Give the limits of a category, or of the kind where the category is no longer in use."""
        return self.city.times(kind, category if category in self.city.categories else None)

    def _past(self, sort: str, code: str) -> Name:
        return Name(*self.past.get((sort, code), (code, code)))


@cache
def _nationwide_calendar() -> str:
    return f"{version('chinesecalendar')} {version('holidays')}"


class BadCity(Exception):
    """The city's files can't be loaded; `problems` says why and what to do, all of it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{len(problems)} problem(s) in the city's files")
        self.problems = problems


def read(files: Mapping[str, bytes]) -> City:
    """Read a city's files. Raises BadCity."""
    reading = read_city(files)
    if reading.city is None:
        raise BadCity(reading.problems)
    return reading.city


async def load(tx: Tx, files: Mapping[str, bytes], now: datetime) -> bool:
    """Make these files the city; False if they are the ones that count already. Raises BadCity, and then nothing has changed.

    A unit with open cases can't be dropped: its cases would have no owner.
    """
    await cities.for_change(tx)
    n = await cities.newest(tx)
    before = await cities.files(tx, n)
    own_classifier(files)
    files = {name: body for name, body in before.items() if name == MODEL} | dict(files)
    if before == files:
        return False
    city = read(files)
    orphans = tuple(
        Problem(
            file="units.csv",
            line=None,
            column="code",
            what=f"The unit {code} is missing, but has {count} open case(s).",
            todo="Put its row back, or hand its cases to another unit first.",
        )
        for code, count in sorted((await cases.open_by_unit(tx)).items())
        if code not in city.units
    )
    if orphans:
        raise BadCity(orphans)
    n = await cities.write(tx, files, now)
    await cities.name(tx, (("area", a.code, a.name, a.name_en) for a in city.areas.values()))
    await cities.name(tx, (("unit", u.code, u.name, u.name_en) for u in city.units.values()))
    await cities.name(tx, (("category", c.code, c.name, c.name_en) for c in city.categories.values()))
    await cities.name(tx, (("hall", h.code, h.name, h.name_en) for h in city.halls.values()))
    await cities.name(tx, (("window", w.code, w.name, w.name_en) for w in city.windows.values()))
    await ledger.append(tx, "city", "system", "load", {"n": n, "units": len(city.units), "categories": len(city.categories)}, now)
    return True


def own_classifier(files: Mapping[str, bytes]) -> Classifier | None:
    """Read the classifier among a city's files, None if it has none of its own. Raises BadCity."""
    try:
        return Classifier.from_bytes(files[MODEL]) if MODEL in files else None
    except BadModel as error:
        todo = "Make it again with huiyin train, or take it out of the folder."
        raise BadCity((Problem(file=MODEL, what=str(error), todo=todo),)) from error


async def use_model(tx: Tx, model: bytes | None, learned: Mapping[str, JsonValue], now: datetime) -> None:
    """Make a classifier the city's own, None for the one that ships; every running program takes it with its next turn."""
    await cities.for_change(tx)
    files = await cities.files(tx, await cities.newest(tx))
    files.pop(MODEL, None)
    n = await cities.write(tx, files if model is None else {**files, MODEL: model}, now)
    await ledger.append(tx, "city", "system", "learn", {"n": n, **learned}, now)


async def current(tx: Tx) -> LoadedCity | None:
    """Read the city that counts now; None before the first loading. Raises Damaged, for only what can be read is ever loaded."""
    n = await cities.newest(tx)
    if not n:
        return None
    files = await cities.files(tx, n)
    try:
        city = read(files)
    except BadCity as error:
        raise Damaged(
            "The city's files in the database can't be read any more. If the database is damaged (huiyin verify says so), keep it"
            " aside and restore a backup; if the city was loaded by another version, load it again: huiyin city load FOLDER"
        ) from error
    try:
        classifier = own_classifier(files)
    except BadCity:
        # Made by another version: the city is served with the model that ships until it has learned again.
        classifier = None
    days = WorkingDays(zone=city.zone, closing_time=city.closing_time, table=city.working_days)
    return LoadedCity(n, city, days, await cities.names(tx), classifier)
