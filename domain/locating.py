"""Where a matter is: by the shared point, else by the names of areas in the words; what is ambiguous stays so."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from domain.city import City
from domain.places import Point
from domain.reasons import Reason, ReasonCode
from domain.vocabulary import Vocabulary

NEAR_BORDER_METRES = 200
"""A point this close outside the map still counts: the districts' borders are simplified."""


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


@lru_cache(maxsize=8)
def _area_words(city: City) -> Vocabulary:
    return Vocabulary((word, area.code) for area in city.areas.values() for word in (area.name, area.name_en, *area.aliases))
