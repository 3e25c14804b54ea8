"""Where a matter is: by the shared point, else by the names of areas in the words; what is ambiguous stays so.

A name of two characters that says no kind of area (城西, 朝阳) also stands within other words (县城西边, 朝阳产业), and Chinese
has no spaces. It is sure only where a word surely begins before it and, below the districts, ends after it: a district's short
name is known to everybody, a street's is often a common word too. One that is not sure counts within an area that is surely
named, else only where no other is named, and then nothing goes there unasked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from domain.city import City
from domain.elsewhere import BETWEEN, Elsewhere, elsewhere_in, province_of
from domain.places import AreaMap, Point
from domain.reasons import Reason, ReasonCode
from domain.served import Served, served_at
from domain.simplified import simplified
from domain.vocabulary import Vocabulary

NEAR_BORDER_METRES = 200
"""A point this close outside the map still counts: the districts' borders are simplified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaHit:
    """A name of an area found in a text; a name that several areas bear gives one hit for each."""

    code: str
    alias: str
    start: int
    sure: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """Where it is, as far as known. `outside`: the shared point lies outside the city, whatever the words say.

    `near` are other areas of the map whose border is so close that they may be meant; `passed_over` names that were said but not
    meant ("not the fault of ...", "opposite ..."); `served` the halls, and windows in them, that it is said to be about.
    `elsewhere` is a place outside the city that the words name; a point that was shared counts before it. `instead` is another
    area than that of the point which the words name. `perhaps` is the area whose name the words have only if it is no part of
    another word: there is no `area` then, or only the whole city.
    """

    area: str | None
    how: Reason
    outside: bool = False
    near: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    served: tuple[Served, ...] = ()
    elsewhere: str = ""
    instead: str = ""
    perhaps: str = ""


_SHORT = re.compile("[\u4e00-\u9fff]{2}(?<![区县市镇乡街路巷])")
_BEGINS = re.compile(rf"(?!的)(?:[^\u4e00-\u9fff]|[{BETWEEN}跟同或来回离靠近属经过烦诉映询议报今天晚午年月日])")
_ENDS = re.compile(
    "$|[^\u4e00-\u9fff]|(?!小[区学镇]|[中大]学|中心|大[厦酒]|新[村苑城])"
    "[区县市镇乡村街路巷道桥社站段东南西北中里外内前后旁附周边门口这那某小大老新一二三四五六的有没是在到和与及或也都就又还不被停住什]"
    "|园区|公交|派出所|法院|车站|垃圾|业主"
)
_OTHER_TOWN = re.compile("[县老古新旧]城")
_STREET_AFTER = re.compile(r"[东南西北中]?(?:路(?![灯面口边段])|大街(?!道)|街(?![道上])|大道|巷)")


def areas_in(city: City, text: str) -> tuple[AreaHit, ...]:
    """Find the names of areas, from left to right, the longest name at each place; ambiguity is kept.

    A street that is called after a district (大通路) is in no matter which one. 县城西边, the west of a county town, is not 城西.
    """
    hits: list[AreaHit] = []
    end = 0
    for start, word, codes in _area_words(city).found(text):
        if start < end:
            continue
        if start and _OTHER_TOWN.match(text, start - 1):
            codes = tuple(code for code in codes if _is_in_county(city, code))
        begins = _begins(city, text, start) or (bool(hits) and text[end:start] in ("", "的"))
        end = start + len(word)
        ends = bool(_ENDS.match(text, end))
        if word[-1] not in "区县市" and _STREET_AFTER.match(text, end):
            codes = tuple(code for code in codes if not _is_district(city, code))
        for code in codes:
            sure = not _SHORT.fullmatch(word) or code == city.root_area.code or (begins and (ends or _is_district(city, code)))
            hits.append(AreaHit(code=code, alias=text[start:end], start=start, sure=sure))
    return tuple(hits)


def _begins(city: City, text: str, start: int) -> bool:
    """Tell whether a word surely begins here."""
    return start == 0 or bool(_BEGINS.match(text, start - 1)) or text.endswith(province_of(city) or "\n", 0, start)


def _is_district(city: City, code: str) -> bool:
    return city.areas[code].parent == city.root_area.code


def _is_in_county(city: City, code: str) -> bool:
    return any(city.areas[step].name.endswith("县") for step in city.area_path(code)[1:])


@lru_cache(maxsize=64)  # a form asks several times about the same words
def locate(city: City, point: Point | None, words: str, *, place: str = "") -> Located:
    """Find the area: by the point if it lies on the map, made finer by names in the words below it; else by the names.

    `place` are words about the place alone, "" for none.
    """
    words = simplified(f"{place}\n{words}" if place else words)
    every = served_at(city, words)
    elsewhere = elsewhere_in(city, words)
    hits = tuple(hit for hit in areas_in(city, words) if not _is_elsewhere(city, hit, elsewhere))
    hits, passed_over = _meant(words, _with_halls(city, hits, every))
    meant = {hit.start for hit in hits if not _is_beside(words, hit)}
    served = tuple(one for one in every if one.start in meant)
    hits = _where_served(city, hits, served)
    by_words = _by_sure_words(city, hits)
    if (answer := place.strip()) and not hits:
        by_words = replace(by_words, how=Reason(code=ReasonCode.PLACE_UNKNOWN, detail={"alias": answer}))
    if elsewhere:
        named = elsewhere[0].name
        how = by_words.how if hits else Reason(code=ReasonCode.ELSEWHERE, detail={"alias": named})
        by_words = replace(by_words, how=how, elsewhere=named)
    located = _by_point(city, city.area_map, point, hits, by_words) if point and city.area_map else by_words
    return replace(located, passed_over=passed_over, served=served)


def _is_elsewhere(city: City, hit: AreaHit, elsewhere: tuple[Elsewhere, ...]) -> bool:
    """Tell whether a name is part of another place's, follows it at once, or is a short one that may mean a place there."""
    inside = any(one.start <= hit.start <= one.end for one in elsewhere)
    return inside or bool(elsewhere and hit.alias not in (city.areas[hit.code].name, city.areas[hit.code].name_en))


def _by_point(city: City, area_map: AreaMap, point: Point, hits: tuple[AreaHit, ...], by_words: Located) -> Located:
    around = area_map.near(point, NEAR_BORDER_METRES)
    if not around:
        outside = by_words.how if by_words.area else Reason(code=ReasonCode.POINT_OUTSIDE)
        return replace(by_words, how=outside, outside=True, perhaps="")
    hits = _confirmed(city, hits)
    named = {step for hit in hits if hit.sure for step in city.area_path(hit.code)} & set(around)
    found = next(iter(named)) if len(named) == 1 else around[0]
    instead = _named_instead(city, found, hits, by_words.area)
    below = _by_words(city, tuple(hit for hit in hits if found in city.area_path(hit.code)[1:]))
    if below.area is not None and below.area != found:
        several = len(_bearers(hits)[below.how.detail["alias"]]) > 1
        how = replace(below.how, code=ReasonCode.WORDS_AT_POINT) if several else below.how
        return replace(below, how=how, instead=instead)
    if found != around[0]:
        alias = next(hit.alias for hit in hits if found in city.area_path(hit.code))
        how = Reason(code=ReasonCode.WORDS, detail={"area": found, "alias": alias})
    elif len(around) > 1 and not named:
        how = Reason(code=ReasonCode.POINT_ON_BORDER, detail={"area": found, "areas": ",".join(around)})
        return Located(area=found, how=how, near=around[1:], instead=instead)
    else:
        inside = area_map.find(point) is not None
        code = ReasonCode.POINT_INSIDE if inside else ReasonCode.POINT_NEAR_BORDER
        how = Reason(code=code, detail={"area": found})
    return Located(area=found, how=how, instead=instead)


def _named_instead(city: City, found: str, hits: tuple[AreaHit, ...], said: str | None) -> str:
    """Give an area that the words surely name if none that they name is the point's, else ""; they come to `said` in all."""
    bearers = _bearers(hits)
    named = [hit.code for hit in hits if hit.sure and hit.code != city.root_area.code and len(bearers[hit.alias]) == 1]
    if any(found in city.area_path(code) or code in city.area_path(found) for code in named):
        return ""
    return (said or named[0]) if named else ""


def _with_halls(city: City, hits: tuple[AreaHit, ...], served: tuple[Served, ...]) -> tuple[AreaHit, ...]:
    """Put the areas of the halls that are named among the names of areas, in the place of those that stand within them."""
    within = {place for one in served for place in range(one.start, one.start + len(one.alias))}
    outside = [hit for hit in hits if hit.start not in within]
    halls = [AreaHit(code=city.halls[hall].area, alias=one.alias, start=one.start) for one in served for hall in one.halls]
    return tuple(sorted((*outside, *halls), key=lambda hit: hit.start))


def _where_served(city: City, hits: tuple[AreaHit, ...], served: tuple[Served, ...]) -> tuple[AreaHit, ...]:
    """Settle where halls and other places contradict each other: a window that is named is where it was, a hall alone is not."""
    at_windows = {one.start for one in served if one.windows}
    if at_windows:
        return tuple(hit for hit in hits if hit.start in at_windows)
    halls = {one.start for one in served}
    others = {hit.code for hit in hits if hit.start not in halls}
    return tuple(hit for hit in hits if not others or hit.start not in halls or others & set(city.area_path(hit.code)))


_DENIED = re.compile(
    r"(?:不是|并非|不怪|不怨|不归|不属于?|不在|不关|不赖|无关于|(?:\bnot|n't)(?: the fault of| in| about)?(?: the)?)\s*$",
    re.IGNORECASE,
)
_DENIED_AFTER = re.compile(r"没有?责任(?!心)| (?:is|are) not ")
_WITH = re.compile("[与跟和同]$")
_NO_TIE = re.compile(r"\w{0,6}?(?:无关|没有?关系|没有?责任(?!心))")
_BESIDE = re.compile(r"(?:靠近|邻近|临近|\b(?:near|opposite|next to|beside|close to)(?: the)?)\s*$", re.IGNORECASE)
_BESIDE_AFTER = re.compile(r"\w{0,3}?(?:对面|附近|旁边|隔壁|周边|边上)|的?门[口前外]")


def _meant(text: str, hits: tuple[AreaHit, ...]) -> tuple[tuple[AreaHit, ...], tuple[str, ...]]:
    """Part the names into those that say where it is, and those that are denied, or beside which it is while others say where."""
    denied, beside = set(), set()
    for hit in hits:
        before, after = text[max(hit.start - 24, 0) : hit.start], text[hit.start + len(hit.alias) :][:12]
        if _DENIED.search(before) or _DENIED_AFTER.match(after) or (_WITH.search(before) and _NO_TIE.match(after)):
            denied.add(hit.start)
        elif _is_beside(text, hit):
            beside.add(hit.start)
    if {hit.start for hit in hits} <= denied | beside:
        beside = set()
    passed = denied | beside
    passed_over = dict.fromkeys(hit.alias for hit in hits if hit.start in passed)
    return tuple(hit for hit in hits if hit.start not in passed), tuple(passed_over)


def without_landmarks(city: City, text: str) -> str:
    """Return the text without the names of areas and halls beside which it only is: they say nothing of what it is about."""
    hits = _with_halls(city, areas_in(city, text), served_at(city, text))
    kept, end = [], 0
    for hit in hits:
        if hit.start >= end and _is_beside(text, hit):
            kept += [text[end : hit.start], " "]
            end = hit.start + len(hit.alias)
    return "".join((*kept, text[end:]))


def _is_beside(text: str, hit: AreaHit) -> bool:
    before, after = text[max(hit.start - 24, 0) : hit.start], text[hit.start + len(hit.alias) :][:12]
    return bool(_BESIDE.search(before) or _BESIDE_AFTER.match(after))


def _by_sure_words(city: City, hits: tuple[AreaHit, ...]) -> Located:
    """Choose by the names that are sure, and those within them; where only others are found, say what they may mean."""
    named = {hit.code for hit in hits if hit.sure} - {city.root_area.code}
    believed = tuple(hit for hit in hits if hit.sure or named & set(city.area_path(hit.code)[1:]))
    located = _by_words(city, believed)
    if named or len(believed) == len(hits):
        return located
    perhaps = _by_words(city, hits)
    if perhaps.area is None:
        return perhaps
    return replace(located, how=replace(perhaps.how, code=ReasonCode.WORDS_UNSURE), perhaps=perhaps.area)


def _by_words(city: City, hits: tuple[AreaHit, ...]) -> Located:
    """Choose the deepest area that no other name contradicts.

    A name that several areas bear means the one that another name confirms (城关镇 beside 大通). Names that contradict
    each other leave the area above both, unless that is the whole city: then nobody knows.
    """
    if not hits:
        return Located(area=None, how=Reason(code=ReasonCode.NOTHING_SAID))
    bearers = _bearers(_confirmed(city, hits))
    named = {code for codes in bearers.values() for code in codes}
    deepest = {code for code in named if not any(code in city.area_path(other)[1:] for other in named)}
    shared = [step for step in city.area_path(next(iter(deepest))) if all(step in city.area_path(x) for x in deepest)]
    area = shared[0]
    if len(deepest) > 1 and area == city.root_area.code:
        alias = next(hit.alias for hit in hits if hit.code in deepest)
        detail = {"areas": ",".join(sorted(deepest)), "alias": alias}
        code = ReasonCode.WORDS_AMBIGUOUS if deepest <= bearers[alias] else ReasonCode.WORDS_SEVERAL
        return Located(area=None, how=Reason(code=code, detail=detail))
    alias = next(hit.alias for hit in hits if area in city.area_path(hit.code))
    return Located(area=area, how=Reason(code=ReasonCode.WORDS, detail={"area": area, "alias": alias}))


def _confirmed(city: City, hits: tuple[AreaHit, ...]) -> tuple[AreaHit, ...]:
    """Leave of a name that several areas bear the one that another name confirms (城关镇 beside 大通)."""
    bearers = _bearers(hits)
    sure = {code for codes in bearers.values() if len(codes) == 1 for code in codes} - {city.root_area.code}
    for alias, codes in bearers.items():
        confirmed = {code for code in codes if sure & set(city.area_path(code))}
        if len(codes) > 1 and len(confirmed) == 1:
            bearers[alias] = confirmed
    return tuple(hit for hit in hits if hit.code in bearers[hit.alias])


def _bearers(hits: tuple[AreaHit, ...]) -> dict[str, set[str]]:
    bearers: dict[str, set[str]] = {}
    for hit in hits:
        bearers.setdefault(hit.alias, set()).add(hit.code)
    return bearers


@lru_cache(maxsize=8)
def _area_words(city: City) -> Vocabulary:
    return Vocabulary((word, area.code) for area in city.areas.values() for word in (area.name, area.name_en, *area.aliases))
