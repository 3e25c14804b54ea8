"""Halls and windows named in words: "城东区政务大厅3号窗口", "the lady at window 12 of the Chengbei centre".

A hall is named by its name, with or without the city's, by an alias, or by its district's name and a word for a hall; a window by
its number or by what is done there, together with its hall or where only one hall has such a window. Ambiguity is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from domain.city import City
from domain.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A place in a text that names a hall, or one of several; `windows` are those of them that are named with it."""

    halls: tuple[str, ...]
    windows: tuple[str, ...]
    alias: str
    start: int


_NUMBER = "(?:[0-9]{1,3}|[一二三四五六七八九十]{1,3})"
_WINDOW = re.compile(
    rf"第?\s*({_NUMBER})\s*(?:号|#)?\s*(?:服务|办事)?窗口?|窗口\s*([0-9]{{1,3}})|"
    r"\b(?:window|counter|desk)\s*(?:no\.?\s*)?#?([0-9]{1,3})\b|\b(?:no\.?\s*)?([0-9]{1,3})(?:st|nd|rd|th)?\s+(?:window|counter)\b",
    re.IGNORECASE,
)
_SPEAKS_OF_ONE = re.compile("窗|window|counter|desk", re.IGNORECASE)
_HALL_AFTER_AREA = re.compile(
    rf"(?:区|县|市)?的?(?:(?:政务|市民|便民|办事|行政)(?:审批)?(?:服务)?(?:大厅|中心)|服务大厅|服务中心|大厅|中心(?=.{{0,3}}?第?{_NUMBER}\s*号?\s*窗))|"
    r"(?:'s)?(?:\s+(?:district|government|public|civic|service|services))*\s+(?:cent(?:er|re)|hall)\b",
    re.IGNORECASE,
)
_DIGITS = {digit: n for n, digit in enumerate("一二三四五六七八九", 1)}
_WINDOW_AFTER = re.compile(
    r"(?:业务|手续)?(?:的?(?:登记|申请|申领|办理|受理|服务))?的?(?:那个)?窗口|\s+(?:window|counter)\b", re.IGNORECASE
)
_OF_ANOTHER = re.compile("(?:院|所|银行|街道办?|社区|学校|中心|厅)[里内的]{0,2}(?:办理?)?$")
_DOING = re.compile("(?:申请|申领|补领|办理|登记)$")
_TOPIC = re.compile(r"^\s*(?:第?\s*[0-9]{1,3}\s*号?\s*窗口|window\s*[0-9]{1,3})[\s:：、-]*", re.IGNORECASE)
_FIRST_NUMBER = re.compile("[0-9]+")


def served_at(city: City, text: str) -> tuple[Served, ...]:
    """Find the halls that are named, from left to right, the longest name at each place, and the windows named with them."""
    if not city.halls:
        return ()
    speaks = bool(_SPEAKS_OF_ONE.search(text))
    numbers = {_number(next(filter(None, found.groups()))) for found in _WINDOW.finditer(text)} if speaks else set()
    topics = {code for _start, _alias, codes in _topics(city, text) for code in codes} if speaks else set()
    found = []
    for start, alias, halls in _halls(city, text):
        windows = [window for hall in halls for window in city.windows_of(hall)]
        by_number = tuple(window.code for window in windows if _number_of(window.name) in numbers)
        by_topic = tuple(window.code for window in windows if window.code in topics)
        both = tuple(code for code in by_number if code in by_topic)
        found.append(Served(halls=halls, windows=both or by_number or by_topic, alias=alias, start=start))
    if speaks and not found and (only := _only_window(city, text)):
        found.append(only)
    return tuple(found)


def _halls(city: City, text: str) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Yield (start, as written, halls) without overlaps."""
    hits = [(start, start + len(word), codes) for start, word, codes in _hall_words(city).found(text)]
    for start, word, codes in _area_words(city).found(text):
        if after := _HALL_AFTER_AREA.match(text, start + len(word)):
            hits.append((start, after.end(), codes))
    end = 0
    # Of two names of one length the hall's own comes first: it is the one that was meant.
    for start, stop, codes in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
        if start >= end:
            end = stop
            yield start, text[start:stop], codes


def _only_window(city: City, text: str) -> Served | None:
    """Find a window by what is done there, where no hall is named, nor another house with windows, and only one hall has it."""
    for start, alias, codes in _topics(city, text):
        halls = tuple(dict.fromkeys(city.windows[code].hall for code in codes))
        if len(halls) == 1 and not _OF_ANOTHER.search(text[max(start - 8, 0) : start]):
            return Served(halls=halls, windows=codes, alias=alias, start=start)
    return None


def _topics(city: City, text: str) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Yield (start, as written, windows) where the text says what is done at a window and that it means one, without overlaps."""
    end = 0
    for start, word, codes in _topic_words(city).found(text):
        if start >= end and (after := _WINDOW_AFTER.match(text, start + len(word))):
            end = after.end()
            yield start, text[start:end], codes


def _number_of(name: str) -> int | None:
    number = _FIRST_NUMBER.search(name)
    return int(number[0]) if number else None


def _number(written: str) -> int:
    """Read 12, 十二, 二十 or 二十一."""
    if written.isascii():
        return int(written)
    tens, ten, ones = written.partition("十")
    if not ten:
        return _DIGITS.get(written, 0)
    return 10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0)


@lru_cache(maxsize=8)
def _hall_words(city: City) -> Vocabulary:
    """The halls' names, also without the city's: 市民服务中心 for 西宁市市民服务中心."""
    words = []
    for hall in city.halls.values():
        for name in (hall.name, hall.name.removeprefix(city.name), hall.name_en, *hall.aliases):
            words.append((name, hall.code))
    return Vocabulary(words)


@lru_cache(maxsize=8)
def _area_words(city: City) -> Vocabulary:
    """The names of the areas that have halls, the city's own apart, each for the halls in it."""
    words = []
    for hall in city.halls.values():
        for code in city.area_path(hall.area):
            if code != city.root_area.code:
                area = city.areas[code]
                words += [(name, hall.code) for name in _short((area.name, area.name_en, *area.aliases))]
    return Vocabulary(words)


def _short(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield name
        yield re.sub(r"(?:区|县|\s+(?:District|County))$", "", name)


@lru_cache(maxsize=8)
def _topic_words(city: City) -> Vocabulary:
    """What is done at the windows, by their names and services, also without the word for asking for it: 低保 for 低保申请."""
    words = []
    for window in city.windows.values():
        for name in (_TOPIC.sub("", window.name), _TOPIC.sub("", window.name_en), *window.services):
            topic = name.strip()
            if len(topic) >= 2 and not topic[0].isdigit():
                words += [(topic, window.code), (_DOING.sub("", topic), window.code)]
    return Vocabulary(words)
