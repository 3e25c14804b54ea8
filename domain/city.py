"""A city as its own files describe it: areas, units, categories, rules, halls, windows, calendar and ladder.

Everything here is read-only and checked before it is built (`domain.city_files`). Codes are the files' own; mappings
and tuples keep the order of the files, because a clerk's order is the order in which people are shown things.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from domain.cases import CaseKind
from domain.city_ratings import AGAIN, CRITERIA, REASONS, RatingWord
from domain.limits import Limit
from domain.opening_hours import OpeningHours
from domain.places import AreaMap

LANGUAGES = ("zh_Hans", "en")
"""The languages that the program speaks."""

DISCIPLINE = "discipline"
"""The kind of unit that misconduct reports go to, and nobody else's."""

UNIT_KINDS = ("government", "department", "enforcement", "street", "utility", "school", "hospital", "hall", DISCIPLINE)
"""Usual kinds of units. A city may add others: only `discipline` means something here, the rest say who is like whom."""

URGENT = Limit.parse("2h")
ACCEPT = Limit.parse("1wd")
ANSWER = Limit.parse("5wd")
ANSWER_CONSULTATION = Limit.parse("3wd")
CHECK = Limit.parse("7d")
REVISIT = Limit.parse("28d")

_CHINESE = re.compile("[\u4e00-\u9fff]")
_NUMBER = re.compile("[0-9]+")

RUNG_AT = re.compile(r"0|(?:100|[1-9][0-9]?)%|[+-][1-9][0-9]{0,4}(?:s|h|d|wd)", re.ASCII)


class RungTo(StrEnum):
    """Who is told when a rung is reached."""

    CONTACT = "contact"
    HEAD = "head"
    OFFICE = "office"
    ACCOUNTABILITY = "accountability"
    CITIZEN = "citizen"


ON_LADDER = tuple(to for to in RungTo if to is not RungTo.CITIZEN)
"""Whom a city's ladder may name: it is the units' time that it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step of the ladder: when (`50%` of the time, `-1wd`, `0`, `+5wd` from due; also s, h, d), and who is told."""

    at: str
    to: tuple[RungTo, ...]

    def __post_init__(self) -> None:
        """Refuse what can't be reckoned with; ValueError says what to write instead."""
        if not RUNG_AT.fullmatch(self.at):
            raise ValueError(f'"{self.at}" is not a step: write 50%, -1wd, 0 or +5wd (units: s, h, d, wd).')
        if self.at[0] in "+-":
            Limit.parse(self.at[1:])
        if not self.to:
            raise ValueError(f'The step at "{self.at}" tells nobody: name one of {", ".join(ON_LADDER)}.')


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A place that units answer for: the city, its districts, their streets and townships."""

    code: str
    parent: str | None
    name: str
    name_en: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A responsible unit; `head_title` is what its head is called, such as 局长 (may be empty)."""

    code: str
    parent: str | None
    kind: str
    name: str
    name_en: str
    head_title: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """What a matter is about. Empty `kinds` and missing times are the parent's, then the defaults of `City`.

    `label` is what the classifier calls it; an empty one is the parent's.
    """

    code: str
    parent: str | None
    name: str
    name_en: str
    aliases: tuple[str, ...] = ()
    kinds: tuple[CaseKind, ...] = ()
    accept: Limit | None = None
    answer: Limit | None = None
    urgent: bool = False
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Area x category -> unit; None stands for every area or every category."""

    area: str | None
    category: str | None
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hall:
    """A hall where people are served, and the unit that answers for it; `lon` and `lat` in degrees of WGS-84, both or none.

    `address_en` may be empty.
    """

    code: str
    unit: str
    area: str
    name: str
    name_en: str
    address: str
    lon: float | None
    lat: float | None
    hours: OpeningHours
    address_en: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A window of a hall, and what is done there, as people would look for it. Its code stands on printed QR codes."""

    code: str
    hall: str
    name: str
    name_en: str
    services: tuple[str, ...] = ()

    def services_in(self, language: str) -> tuple[str, ...]:
        """Return the services that are written in a language; all of them where none is."""
        chinese = language == LANGUAGES[0]
        return tuple(service for service in self.services if bool(_CHINESE.search(service)) is chinese) or self.services


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """How long a unit has to sign in and to answer, and a citizen to say whether it is solved."""

    accept: Limit
    answer: Limit
    check: Limit


class _Node(Protocol):
    @property
    def code(self) -> str: ...
    @property
    def parent(self) -> str | None: ...


_N = TypeVar("_N", bound=_Node)


# No slots, for cached_property needs a __dict__; compared and hashed by identity, so that indexes can be kept per city.
@dataclass(frozen=True, kw_only=True, eq=False)
class City:
    """A whole city. Lookups of unknown codes raise KeyError; paths go from the code itself up to its root.

    `digest` is a weekday (0 is Monday) and a time of day. Ratings of a window within `rating_again` are of one visit.
    """

    name: str
    name_en: str
    zone: ZoneInfo
    languages: tuple[str, ...]
    closing_time: time
    quiet_hours: tuple[time, time]
    morning: time
    digest: tuple[int, time]
    working_days: Mapping[date, bool]
    ladder: tuple[Rung, ...]
    areas: Mapping[str, Area]
    units: Mapping[str, Unit]
    categories: Mapping[str, Category]
    rules: tuple[Rule, ...]
    halls: Mapping[str, Hall] = field(default_factory=dict)
    windows: Mapping[str, Window] = field(default_factory=dict)
    rating_again: timedelta = AGAIN
    rating_criteria: tuple[RatingWord, ...] = CRITERIA
    rating_reasons: tuple[RatingWord, ...] = REASONS
    area_map: AreaMap | None = field(default=None, repr=False)

    def area(self, code: str) -> Area:
        """Return one area."""
        return self.areas[code]

    def unit(self, code: str) -> Unit:
        """Return one unit."""
        return self.units[code]

    def category(self, code: str) -> Category:
        """Return one category."""
        return self.categories[code]

    @cached_property
    def root_area(self) -> Area:
        """The one area without a parent: the city itself."""
        return next(area for area in self.areas.values() if area.parent is None)

    @cached_property
    def top_categories(self) -> tuple[Category, ...]:
        """The upper categories, in the order of the file."""
        return self.subcategories(None)

    def subareas(self, code: str | None) -> tuple[Area, ...]:
        """Return the areas directly below, in the order of the file; None gives the root alone."""
        return self._areas_below.get(code, ())

    def subunits(self, code: str | None) -> tuple[Unit, ...]:
        """Return the units directly below, in the order of the file; None gives those without a parent."""
        return self._units_below.get(code, ())

    def subcategories(self, code: str | None) -> tuple[Category, ...]:
        """Return the categories directly below, in the order of the file; None gives the upper ones."""
        return self._categories_below.get(code, ())

    def is_confidential(self, unit: str | None) -> bool:
        """Tell whether a unit deals with misconduct reports, of which nobody else may read; such a unit is a discipline team."""
        return unit is not None and unit in self.units and self.units[unit].kind == DISCIPLINE

    def windows_of(self, hall: str) -> tuple[Window, ...]:
        """Return the windows of a hall in the order of the file, but those that are numbered alike by their numbers."""
        return self._windows_by_hall.get(hall, ())

    def window_coded(self, code: str) -> Window | None:
        """Return the window of a code, whatever its case: people type codes, and some scanners shout them."""
        return self.windows.get(code) or self._windows_folded.get(code.casefold())

    def hall_coded(self, code: str) -> Hall | None:
        """Return the hall of a code, whatever its case."""
        return self.halls.get(code) or self._halls_folded.get(code.casefold())

    def unit_of(self, window: str) -> str:
        """Return the code of the unit that answers for a window: its hall's."""
        return self.halls[self.windows[window].hall].unit

    def area_path(self, code: str) -> tuple[str, ...]:
        """Return the codes from this area up to the root."""
        return self._area_paths[code]

    def category_path(self, code: str) -> tuple[str, ...]:
        """Return the codes from this category up to its upper one."""
        return self._category_paths[code]

    def unit_path(self, code: str) -> tuple[str, ...]:
        """Return the codes from this unit up to the uppermost one above it."""
        return self._unit_paths[code]

    def upper_category(self, code: str) -> str:
        """Return the code of the upper category that this one belongs to."""
        return self.category_path(code)[-1]

    def suits(self, code: str, kind: CaseKind) -> bool:
        """Tell whether a matter of this kind may be filed under this category.

        A category without kinds takes its parent's. With none on the whole path it suits every kind, except that
        misconduct keeps to the categories that name it, as soon as the city has any; and what the rules give to discipline
        units only is misconduct.
        """
        path = self.category_path(code)
        for step in path:
            if kinds := self.categories[step].kinds:
                return kind in kinds
        if not self._for_discipline.isdisjoint(path):
            return kind is CaseKind.MISCONDUCT
        return kind is not CaseKind.MISCONDUCT or not self._misconduct_is_named

    def label(self, code: str) -> str:
        """Return the classifier's label of this category, its own or that of the nearest one above that has any; "" if none."""
        return self._labels[code]

    def is_urgent(self, code: str | None) -> bool:
        """Tell whether this category, or one above it, is urgent."""
        return code in self._urgent_categories

    def times(self, kind: CaseKind, category: str | None) -> Times:
        """Return the limits: the category's own, or those of the nearest one above that has any, else by kind.

        An urgent category without times of its own has two hours for each. Source: DESIGN, "Default times".
        """
        return self._times[kind, category]

    @cached_property
    def _area_paths(self) -> Mapping[str, tuple[str, ...]]:
        return _paths(self.areas)

    @cached_property
    def _category_paths(self) -> Mapping[str, tuple[str, ...]]:
        return _paths(self.categories)

    @cached_property
    def _unit_paths(self) -> Mapping[str, tuple[str, ...]]:
        return _paths(self.units)

    @cached_property
    def _labels(self) -> Mapping[str, str]:
        found = {code: (self.categories[step].label for step in path) for code, path in self._category_paths.items()}
        return {code: next(filter(None, labels), "") for code, labels in found.items()}

    @cached_property
    def _urgent_categories(self) -> frozenset[str]:
        paths = self._category_paths.items()
        return frozenset(code for code, path in paths if any(self.categories[step].urgent for step in path))

    @cached_property
    def _times(self) -> Mapping[tuple[CaseKind, str | None], Times]:
        return {(kind, code): self._times_of(kind, code) for kind in CaseKind for code in (None, *self.categories)}

    def _times_of(self, kind: CaseKind, category: str | None) -> Times:
        answer = ANSWER_CONSULTATION if kind is CaseKind.CONSULTATION else ANSWER
        steps = [self.categories[step] for step in self.category_path(category)] if category else []
        return Times(
            accept=next((limit for step in steps if (limit := step.accept or _urgent(step))), ACCEPT),
            answer=next((limit for step in steps if (limit := step.answer or _urgent(step))), answer),
            check=CHECK,
        )

    @cached_property
    def _misconduct_is_named(self) -> bool:
        return any(CaseKind.MISCONDUCT in category.kinds for category in self.categories.values())

    @cached_property
    def _for_discipline(self) -> frozenset[str]:
        """The categories whose rules name units of kind `discipline` and no others."""
        named: dict[bool, set[str]] = {True: set(), False: set()}
        for rule in self.rules:
            if rule.category:
                named[self.units[rule.unit].kind == DISCIPLINE].add(rule.category)
        return frozenset(named[True] - named[False])

    @cached_property
    def _windows_by_hall(self) -> Mapping[str, tuple[Window, ...]]:
        by_hall: dict[str, list[Window]] = {}
        for window in self.windows.values():
            by_hall.setdefault(window.hall, []).append(window)
        return {hall: _numbered(windows) for hall, windows in by_hall.items()}

    @cached_property
    def _windows_folded(self) -> Mapping[str, Window]:
        return {code.casefold(): window for code, window in reversed(tuple(self.windows.items()))}

    @cached_property
    def _halls_folded(self) -> Mapping[str, Hall]:
        return {code.casefold(): hall for code, hall in reversed(tuple(self.halls.items()))}

    @cached_property
    def _areas_below(self) -> Mapping[str | None, tuple[Area, ...]]:
        return _below(self.areas)

    @cached_property
    def _units_below(self) -> Mapping[str | None, tuple[Unit, ...]]:
        return _below(self.units)

    @cached_property
    def _categories_below(self) -> Mapping[str | None, tuple[Category, ...]]:
        return _below(self.categories)


def _numbered(windows: Sequence[Window]) -> tuple[Window, ...]:
    """Sort windows by the numbers in their names, 2 before 10; those whose names begin differently keep the file's order."""
    beginnings: dict[str, int] = {}
    order = {}
    for window in windows:
        beginning = _NUMBER.split(window.name, maxsplit=1)[0]
        order[window.code] = beginnings.setdefault(beginning, len(beginnings)), [int(n) for n in _NUMBER.findall(window.name)]
    return tuple(sorted(windows, key=lambda window: order[window.code]))


def _urgent(category: Category) -> Limit | None:
    return URGENT if category.urgent else None


def _paths(nodes: Mapping[str, _N]) -> Mapping[str, tuple[str, ...]]:
    def path(code: str) -> tuple[str, ...]:
        parent = nodes[code].parent
        return (code,) if parent is None else (code, *path(parent))

    return {code: path(code) for code in nodes}


def _below(nodes: Mapping[str, _N]) -> Mapping[str | None, tuple[_N, ...]]:
    below: dict[str | None, list[_N]] = {}
    for node in nodes.values():
        below.setdefault(node.parent, []).append(node)
    return {parent: tuple(children) for parent, children in below.items()}
