"""Which category, which unit: found by names and rules, with the reasons that led there.

A decision is data. Nothing here guesses: where nothing is known the answer is None, and the office decides.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from math import log

from domain.cases import CaseKind
from domain.city import DISCIPLINE, City, Rule
from domain.reasons import Reason, ReasonCode
from domain.simplified import simplified
from domain.vocabulary import Vocabulary

MOST_OFFERED = 9
"""How many categories a person can look over on a phone without scrolling."""
MOST_SUGGESTED = 4
"""How many of them the words may choose."""


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


def offer_categories(city: City, kind: CaseKind, text: str) -> tuple[str, ...]:
    """Return what a person is shown to pick from, nine at most: four by the words found, then upper categories not among them.

    An upper category is left out when it, or one below it, is suggested; those with more words in the text come first.
    Where a single upper category suits the kind, what stands below it is shown in its place.
    """
    scores = category_scores(city, kind, simplified(text))
    order = category_order(city)
    suggested = tuple(sorted(scores, key=lambda code: (-scores[code], order[code]))[:MOST_SUGGESTED])
    uppers = suitable_uppers(city, kind)
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


def suitable_uppers(city: City, kind: CaseKind) -> tuple[str, ...]:
    """Return the upper categories under which a matter of this kind may be filed, or under one below them."""
    return tuple(up.code for up in city.top_categories if any(city.suits(x, kind) for x in _with_below(city, up.code)))


def route(city: City, kind: CaseKind, area: str | None, category: str | None) -> Decision:
    """Choose the responsible unit: the most specific rule, walking up the category first and the area within it.

    A matter whose area is unknown has no unit, but see `route_anywhere`. Misconduct goes to units of kind `discipline` only: by a
    rule for its category, else to the nearest area's that has any, and to the root area's when the area is unknown. Nothing else
    goes to such a unit.
    """
    if kind is CaseKind.MISCONDUCT:
        return _route_misconduct(city, area, category)
    reasons = [] if category else [Reason(code=ReasonCode.CATEGORY_UNKNOWN)]
    if area is None:
        reasons.append(Reason(code=ReasonCode.AREA_UNKNOWN))
        return _decided(None, area, category, reasons)
    ordinary, _ = _rules(city)
    for place in _places(city, area, category):
        if rule := ordinary.get(place):
            return _decided(rule, area, category, reasons)
    return _decided(None, area, category, reasons)


def route_anywhere(city: City, kind: CaseKind, category: str) -> Decision | None:
    """Choose the unit where the area is not known but makes no difference: a rule for the category leads to one in every area."""
    if kind is CaseKind.MISCONDUCT or (rule := _rule_anywhere(city, kind, category)) is None:
        return None
    return _decided(rule, None, category, [Reason(code=ReasonCode.SAME_EVERYWHERE)])


@lru_cache(maxsize=1024)
def _rule_anywhere(city: City, kind: CaseKind, category: str) -> Rule | None:
    rules = [route(city, kind, area, category).rule for area in (city.root_area.code, *city.areas)]
    named = [rule for rule in rules if rule and rule.category]
    return named[0] if len(named) == len(rules) and len({rule.unit for rule in named}) == 1 else None


def undecided(decision: Decision) -> Decision:
    """Leave it to the office, though somebody would have been responsible for what no rule fits."""
    reasons = tuple(reason for reason in decision.reasons if reason.code is not ReasonCode.FALLBACK)
    return replace(decision, unit=None, rule=None, reasons=reasons, confidence=0.0)


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
    """Return (code, name as written) of the units whose whole name or alias stands in the text, each once."""
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


# How words for a building or an institution end; who writes 井盖旁边 or 垃圾站旁边 may well mean the thing itself.
_BUILDING = frozenset("院校园局店馆所区市行楼厅学")
_BESIDE = re.compile("的?(?:[大正后侧]?门[口前外]|[前后对外]面|附近|旁|隔壁|周边|边上|楼下)")
_NEAR = re.compile(r"(?:靠近|邻近|临近|紧邻|\b(?:near|opposite|next to|beside|close to)(?: the| a)? )$", re.IGNORECASE)


def without_neighbours(city: City, text: str) -> str:
    """Return the text without the words of categories that only say beside which building it is: 医院对面, 小区门口."""
    kept, end = [], 0
    for start, word, _ in _category_words(city).found(text):
        beside = _BESIDE.match(text, start + len(word)) or _NEAR.search(text, max(start - 12, 0), start)
        if start >= end and beside and (word[-1] in _BUILDING or word.isascii()):
            kept += [text[end:start], " "]
            end = start + len(word)
    return "".join((*kept, text[end:]))


def _weight(word: str) -> float:
    """A Chinese word says as much in two characters as an English one in six."""
    return len(word) / 3 if word.isascii() else float(len(word))


def _with_below(city: City, code: str) -> Iterator[str]:
    yield code
    for child in city.subcategories(code):
        yield from _with_below(city, child.code)


@lru_cache(maxsize=8)
def category_order(city: City) -> Mapping[str, int]:
    return {code: place for place, code in enumerate(city.categories)}


@lru_cache(maxsize=8)
def _unit_words(city: City) -> Vocabulary:
    """The units' names, also without the city's: 城市管理局 for 西宁市城市管理局."""
    words = []
    for unit in city.units.values():
        words += [(unit.name, unit.code), (unit.name_en, unit.code)]
        words += [(word, unit.code) for word in (unit.name.removeprefix(city.name), *unit.aliases)]
    return Vocabulary(words)


@lru_cache(maxsize=8)
def _category_words(city: City) -> Vocabulary:
    return Vocabulary(
        (word, category.code)
        for category in city.categories.values()
        for word in (category.name, category.name_en, *category.aliases)
    )
