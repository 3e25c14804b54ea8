"""Which area, which category, which unit: found by names and rules, with the reasons that led there.

A decision is data: codes and reasons that can be stored as JSON and put into words later, in any language. Nothing here
guesses: where words are ambiguous the answer is None, and the office decides.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from math import log

from domain.cases import CaseKind
from domain.city import DISCIPLINE, City, Rule
from domain.places import Point
from domain.vocabulary import Vocabulary

MOST_OFFERED = 9
"""How many categories a person can look over on a phone without scrolling."""

NEAR_BORDER_METRES = 200
"""A point this close outside the map still counts: the districts' borders are simplified."""


class ReasonCode(StrEnum):
    """Why an area or a unit was chosen, or why not. In brackets: the keys of the detail."""

    POINT_INSIDE = "point_inside"  # area
    POINT_NEAR_BORDER = "point_near_border"  # area
    POINT_OUTSIDE = "point_outside"
    WORDS = "words"  # area, alias
    WORDS_AMBIGUOUS = "words_ambiguous"  # areas (codes with commas), alias
    NOTHING_SAID = "nothing_said"
    AREA_UNKNOWN = "area_unknown"
    CATEGORY_UNKNOWN = "category_unknown"
    RULE = "rule"  # area, category: as the rule has them, "" for all
    FALLBACK = "fallback"  # area: as the rule has it, "" for all
    DISCIPLINE_ONLY = "discipline_only"
    NO_RULE = "no_rule"
    POINT_ON_BORDER = "point_on_border"  # area, areas (codes with commas): the point lies in the first, the others are close
    WORDS_NOT_MEANT = "words_not_meant"  # alias: a name that is said not to be it, or only to be near it
    UNIT_NAMED = "unit_named"  # unit, alias
    SUGGESTED = "suggested"  # category, alias (words found, "" for none), p
    SURE = "sure"  # p
    UNSURE = "unsure"  # p, unit (the runner-up, may be missing)
    TOO_UNSURE = "too_unsure"  # p


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One step of a decision; the detail holds codes and the alias that was found, nothing else of the citizen's words."""

    code: ReasonCode
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaHit:
    """A name of an area found in a text; a name that several areas bear gives one hit for each."""

    code: str
    alias: str
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Where it is, as far as known. `outside`: the shared point lies outside the city, whatever the words say.

    `near` are other areas of the map whose border is so close that they may be meant; `passed_over` names that were said but not
    meant ("not the fault of ...", "opposite ...").
    """

    area: str | None
    how: Reason
    outside: bool = False
    near: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who is responsible and why; without a unit the office assigns one.

    Confidence: 1.0 by a rule for the category, 0.5 by an area's fallback owner or where the area had to be assumed, 0.0
    without a unit.
    """

    unit: str | None
    area: str | None
    category: str | None
    rule: Rule | None
    reasons: tuple[Reason, ...]
    confidence: float


def areas_in(city: City, text: str) -> tuple[AreaHit, ...]:
    """Find the names of areas, from left to right, the longest name at each place; ambiguity is kept."""
    hits: list[AreaHit] = []
    end = 0
    for start, word, codes in _area_words(city).found(text):
        if start >= end:
            end = start + len(word)
            hits.extend(AreaHit(code=code, alias=text[start:end], start=start) for code in codes)
    return tuple(hits)


def locate(city: City, point: Point | None, words: str) -> Located:
    """Find the area: by the point if it lies on the map, made finer by names in the words below it; else by the names."""
    hits, passed_over = _meant(words, areas_in(city, words))
    by_words = replace(_by_words(city, hits), passed_over=passed_over)
    if point is None or city.area_map is None:
        return by_words
    around = city.area_map.near(point, NEAR_BORDER_METRES)
    if not around:
        outside = by_words.how if by_words.area else Reason(code=ReasonCode.POINT_OUTSIDE)
        return replace(by_words, how=outside, outside=True)
    named = {step for hit in hits for step in city.area_path(hit.code)} & set(around)
    found = next(iter(named)) if len(named) == 1 else around[0]
    below = _by_words(city, tuple(hit for hit in hits if found in city.area_path(hit.code)[1:]))
    if below.area is not None and below.area != found:
        return replace(below, passed_over=passed_over)
    if found != around[0]:
        alias = next(hit.alias for hit in hits if found in city.area_path(hit.code))
        how = Reason(code=ReasonCode.WORDS, detail={"area": found, "alias": alias})
    elif len(around) > 1 and not named:
        how = Reason(code=ReasonCode.POINT_ON_BORDER, detail={"area": found, "areas": ",".join(around)})
        return Located(area=found, how=how, near=around[1:], passed_over=passed_over)
    else:
        inside = city.area_map.find(point) is not None
        code = ReasonCode.POINT_INSIDE if inside else ReasonCode.POINT_NEAR_BORDER
        how = Reason(code=code, detail={"area": found})
    return Located(area=found, how=how, passed_over=passed_over)


def suggest_categories(city: City, kind: CaseKind, text: str, *, most: int = 4) -> tuple[str, ...]:
    """Return the categories whose names or aliases stand in the text, the best first; only those that suit the kind."""
    return _best(city, category_scores(city, kind, text), most)


def offer_categories(city: City, kind: CaseKind, text: str) -> tuple[str, ...]:
    """Return what a person is shown to pick from, nine at most: the suggestions, then the upper categories not among them.

    An upper category is left out when it, or one below it, is suggested; those with more words in the text come first.
    Where a single upper category suits the kind, what stands below it is shown in its place.
    """
    scores = category_scores(city, kind, text)
    suggested = _best(city, scores, 4)
    uppers = [upper.code for upper in city.top_categories if any(city.suits(x, kind) for x in _with_below(city, upper.code))]
    if len(uppers) == 1 and city.subcategories(uppers[0]):
        rest = [child.code for child in city.subcategories(uppers[0]) if city.suits(child.code, kind)]
        suggested = tuple(code for code in suggested if code != uppers[0])
        return (*suggested, *(code for code in rest if code not in suggested))[:MOST_OFFERED]
    spoken_for = {city.upper_category(code) for code in suggested}
    weights: defaultdict[str, float] = defaultdict(float)
    for code, score in scores.items():
        weights[city.upper_category(code)] += score
    rest = sorted((code for code in uppers if code not in spoken_for), key=lambda code: -weights[code])
    return (*suggested, *rest)[:MOST_OFFERED]


def route(city: City, kind: CaseKind, area: str | None, category: str | None) -> Decision:
    """Choose the responsible unit: the most specific rule, walking up the category first and the area within it.

    A matter whose area is unknown has no unit. Misconduct goes to units of kind `discipline` only: by a rule for its
    category, else to the nearest area's that has any, and to the root area's when the area is unknown. A rule to such a
    unit serves another kind of matter only if it names the category.
    """
    if kind is CaseKind.MISCONDUCT:
        return _route_misconduct(city, area, category)
    reasons = [] if category else [Reason(code=ReasonCode.CATEGORY_UNKNOWN)]
    if area is None:
        reasons.append(Reason(code=ReasonCode.AREA_UNKNOWN))
        return _decided(None, area, category, reasons)
    ordinary, discipline = _rules(city)
    for place in _places(city, area, category):
        rule = ordinary.get(place) or (discipline.get(place) if place[1] else None)
        if rule:
            return _decided(rule, area, category, reasons)
    return _decided(None, area, category, reasons)


def _route_misconduct(city: City, area: str | None, category: str | None) -> Decision:
    reasons = [Reason(code=ReasonCode.DISCIPLINE_ONLY)]
    if area is None:
        reasons.append(Reason(code=ReasonCode.AREA_UNKNOWN))
    start = area or city.root_area.code
    _, discipline = _rules(city)
    for place in _places(city, start, category):
        if rule := discipline.get(place):
            return _decided(rule, area, category, reasons)
    for step in (*city.area_path(start), None):
        for rule in discipline.values():
            if rule.area == step:
                return _decided(rule, area, category, reasons)
    return _decided(None, area, category, reasons)


def _decided(rule: Rule | None, area: str | None, category: str | None, reasons: list[Reason]) -> Decision:
    if rule is None:
        if area is not None:
            reasons.append(Reason(code=ReasonCode.NO_RULE))
        return Decision(unit=None, area=area, category=category, rule=None, reasons=tuple(reasons), confidence=0.0)
    where = {"area": rule.area or ""}
    if rule.category:
        reasons.append(Reason(code=ReasonCode.RULE, detail={**where, "category": rule.category}))
    else:
        reasons.append(Reason(code=ReasonCode.FALLBACK, detail=where))
    confidence = 1.0 if rule.category and area else 0.5
    return Decision(unit=rule.unit, area=area, category=category, rule=rule, reasons=tuple(reasons), confidence=confidence)


def _places(city: City, area: str, category: str | None) -> Iterator[tuple[str | None, str | None]]:
    """Yield where a rule may stand, the most specific place first."""
    for kind_of_matter in (*(city.category_path(category) if category else ()), None):
        for place in (*city.area_path(area), None):
            yield place, kind_of_matter


_Rules = Mapping[tuple[str | None, str | None], Rule]


@lru_cache(maxsize=8)
def _rules(city: City) -> tuple[_Rules, _Rules]:
    """Index the rules by place: those to ordinary units, and those to units of kind `discipline`."""
    ordinary: dict[tuple[str | None, str | None], Rule] = {}
    discipline: dict[tuple[str | None, str | None], Rule] = {}
    for rule in city.rules:
        rules = discipline if city.units[rule.unit].kind == DISCIPLINE else ordinary
        rules[rule.area, rule.category] = rule
    return ordinary, discipline


_DENIED = re.compile(
    r"(?:不是|并非|不怪|不怨|不归|不属于?|不在|无关于|(?:\bnot|n't)(?: the fault of| in| about)?(?: the)?)\s*$", re.IGNORECASE
)
_DENIED_AFTER = re.compile(r"\w{0,6}?(?:无关|没有?关系|没有?责任| (?:is|are) not )")
_BESIDE = re.compile(r"(?:靠近|邻近|临近|\b(?:near|opposite|next to|beside|close to)(?: the)?)\s*$", re.IGNORECASE)
_BESIDE_AFTER = re.compile(r"\w{0,3}?(?:对面|附近|旁边|隔壁|周边|边上)")


def _meant(text: str, hits: tuple[AreaHit, ...]) -> tuple[tuple[AreaHit, ...], tuple[str, ...]]:
    """Part the names into those that say where it is, and those that are denied, or beside which it is while others say where."""
    denied, beside = set(), set()
    for hit in hits:
        before, after = text[max(hit.start - 24, 0) : hit.start], text[hit.start + len(hit.alias) :][:12]
        if _DENIED.search(before) or _DENIED_AFTER.match(after):
            denied.add(hit.start)
        elif _BESIDE.search(before) or _BESIDE_AFTER.match(after):
            beside.add(hit.start)
    if all(hit.start in denied | beside for hit in hits):
        beside = set()
    passed_over = dict.fromkeys(hit.alias for hit in hits if hit.start in denied | beside)
    return tuple(hit for hit in hits if hit.start not in denied | beside), tuple(passed_over)


def _by_words(city: City, hits: tuple[AreaHit, ...]) -> Located:
    """Choose the deepest area that no other name contradicts.

    A name that several areas bear means the one that another name confirms (城关镇 beside 大通). Names that contradict
    each other leave the area above both, unless that is the whole city: then nobody knows.
    """
    if not hits:
        return Located(area=None, how=Reason(code=ReasonCode.NOTHING_SAID))
    bearers: dict[str, set[str]] = {}
    for hit in hits:
        bearers.setdefault(hit.alias, set()).add(hit.code)
    sure = {code for codes in bearers.values() if len(codes) == 1 for code in codes}
    for alias, codes in bearers.items():
        confirmed = {code for code in codes if sure & set(city.area_path(code)) - {city.root_area.code}}
        if len(codes) > 1 and len(confirmed) == 1:
            bearers[alias] = confirmed
    named = {code for codes in bearers.values() for code in codes}
    deepest = {code for code in named if not any(code in city.area_path(other)[1:] for other in named)}
    shared = [step for step in city.area_path(next(iter(deepest))) if all(step in city.area_path(x) for x in deepest)]
    area = shared[0]
    if len(deepest) > 1 and area == city.root_area.code:
        alias = next(hit.alias for hit in hits if hit.code in deepest)
        detail = {"areas": ",".join(sorted(deepest)), "alias": alias}
        return Located(area=None, how=Reason(code=ReasonCode.WORDS_AMBIGUOUS, detail=detail))
    alias = next(hit.alias for hit in hits if area in city.area_path(hit.code))
    return Located(area=area, how=Reason(code=ReasonCode.WORDS, detail={"area": area, "alias": alias}))


def _best(city: City, scores: Mapping[str, float], most: int) -> tuple[str, ...]:
    order = _order(city)
    return tuple(sorted(scores, key=lambda code: (-scores[code], order[code]))[:most])


def category_scores(city: City, kind: CaseKind, text: str) -> dict[str, float]:
    """Weigh the categories that suit the kind by the words found.

    A longer word weighs more, one that several categories share less, and saying it again adds little: ln(times).
    """
    times: Counter[str] = Counter()
    meanings: dict[str, tuple[str, ...]] = {}
    for _, word, codes in _category_words(city).found(text):
        times[word] += 1
        meanings[word] = codes
    scores: dict[str, float] = {}
    for word, codes in meanings.items():
        for code in codes:
            scores[code] = scores.get(code, 0.0) + _weight(word) * (1 + log(times[word])) / len(codes)
    return {code: score for code, score in scores.items() if city.suits(code, kind)}


def units_in(city: City, text: str) -> tuple[tuple[str, str], ...]:
    """Return (code, name as written) of the units, halls among them, whose whole name stands in the text, each once."""
    found: dict[str, str] = {}
    end = 0
    for start, word, codes in _unit_words(city).found(text):
        if start >= end:
            end = start + len(word)
            found.update(dict.fromkeys((code for code in codes if code not in found), text[start:end]))
    return tuple(found.items())


def words_for(city: City, code: str, text: str) -> tuple[str, ...]:
    """Return the words of the text that speak for a category, each once."""
    return tuple(dict.fromkeys(word for _, word, codes in _category_words(city).found(text) if code in codes))


def _weight(word: str) -> float:
    """A Chinese word says as much in two characters as an English one in six."""
    return len(word) / 3 if word.isascii() else float(len(word))


def _with_below(city: City, code: str) -> Iterator[str]:
    yield code
    for child in city.subcategories(code):
        yield from _with_below(city, child.code)


@lru_cache(maxsize=8)
def _order(city: City) -> Mapping[str, int]:
    return {code: place for place, code in enumerate(city.categories)}


@lru_cache(maxsize=8)
def _area_words(city: City) -> Vocabulary:
    return Vocabulary((word, area.code) for area in city.areas.values() for word in (area.name, area.name_en, *area.aliases))


@lru_cache(maxsize=8)
def _unit_words(city: City) -> Vocabulary:
    """The units' names, also without the city's: 城市管理局 for 西宁市城市管理局."""
    words = []
    for unit in city.units.values():
        words += [(unit.name, unit.code), (unit.name_en, unit.code)]
        words += [(unit.name.removeprefix(city.name), unit.code)]
    return Vocabulary(words)


@lru_cache(maxsize=8)
def _category_words(city: City) -> Vocabulary:
    return Vocabulary(
        (word, category.code)
        for category in city.categories.values()
        for word in (category.name, category.name_en, *category.aliases)
    )
