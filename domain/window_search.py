"""Finding windows by what people call them, whatever words they use: 医保报销, 我要办身份证, renew passport.

First by names alone: each typed word stands in one, or is short for one. Where no window has them all, by what the words
share with the names: pairs of characters, whole words of other scripts. A pair says the more, the rarer it is among messages of
citizens and among the city's windows, and most where it stands in the name of the window or of what is done there.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import takewhile

from domain.city import City, Window
from domain.likeness import grams, rarity

LEAST = 2
"""So many characters a short form must have."""

ENOUGH = 2.5
"""So many bits the words and a window must share: less is chance."""
AS_GOOD = 0.49
"""Windows that share so much of what the best one does are offered with it."""
OWN, DONE_HERE, AROUND = 1.0, 0.9, 0.6
"""What is shared with the window's name, with what is done there, with the names of hall, unit and district."""
NEARLY = 0.5
"""What a short form is worth, or another form of a word."""

STEM, SAME = 5, 0.8
"""Letters at the beginning, and the likeness as a whole, that make of two words forms or slips of one."""
ENDING = 2
"""Letters by which a word and its plural differ at most."""

EMPTY = re.compile(
    "the|and|for|of|to|in|on|at|by|my|me|you|your|he|she|it|they|we|us|is|are|was|were|be|been|do|did|does|can|could|will|would|how"
    "|where|what|who|which|when|why|needs?|wants?|like|get|got|have|has|had|with|from|a|an|or|not|no|go|please|windows?|hall"
    "|services?|office"
)
"""English words that tell no window from another."""

FEW = 4
"""Chinese words of so many characters at most are also looked for by single ones: 交税 has one in common with 税务."""
CHARACTER_BITS = 4

SAYS_NOTHING = frozenset("不的了是我你他要给人有在和个为")
"""Characters that are common in any words, also where they stand in a window's name: 不动产."""

_NUMBER = re.compile(
    r"(?:第)?\s*(\d{1,3}|[一二三四五六七八九十]{1,3})\s*(?:号|$|\s)\s*(?:窗口|窗|柜台)?|(?:window|counter|no\.?)\s*(\d{1,3})\b"
)
_DIGITS = {digit: value for value, digit in enumerate("一二三四五六七八九", 1)}
_BESIDE = re.compile(r"窗口|的|\b(?:window|counter|no|the|in|at|of)\b|[.,，]")
"""What may stand beside hall and number."""

_HAN = re.compile("[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class _Index:
    """What a city's windows are called, folded; and in which windows each gram of that stands, and what it is worth there."""

    names: Mapping[str, tuple[str, ...]]
    worth: Mapping[str, Mapping[str, float]]

    def bits(self, gram: str) -> float:
        """Tell how much a gram says."""
        return rarity(gram) * self.apart(len(self.worth[gram]))

    def apart(self, windows: int) -> float:
        """Tell how well so many windows are told from the others: 1 is a single one."""
        return math.log2(1 + len(self.names) / windows) / math.log2(1 + len(self.names))


def windows_named(city: City, typed: str) -> tuple[Window, ...]:
    """Give the windows that typed words mean, the best first; of equally good ones, in the order of their file."""
    words = _folded(typed).split()
    if not words:
        return ()
    if coded := city.window_coded(typed.strip()):
        return (coded,)
    if numbered := _numbered(city, typed):
        return numbered
    shared = _shared(city, typed)
    told = _index(city).names.items()
    found = [code for code, names in told if all(any(_means(word, name) for name in names) for word in words)]
    return _ranked(city, shared, found) if found else _best(city, shared)


def windows_near(city: City, typed: str) -> tuple[Window, ...]:
    """Give the windows that have a rare character in common with a few Chinese ones, the best first: no more than guesses."""
    characters = set("".join(_HAN.findall(typed)))
    if len(characters) > FEW:
        return ()
    characters -= SAYS_NOTHING
    index = _index(city)
    shared = dict.fromkeys(city.windows, 0.0)
    for character in characters:
        having = [code for code, window in city.windows.items() if character in "".join((window.name, *window.services))]
        if having and (bits := CHARACTER_BITS * index.apart(len(having))) >= ENOUGH:
            for code in having:
                shared[code] += bits
    return _best(city, shared)


def is_doubtful(city: City, typed: str, found: Window) -> bool:
    """Tell whether as many whole words lead to other windows only as to the one that was found: the deed of a house is no tax."""
    index = _index(city)
    lead_there = []
    for word in (gram for gram in grams(typed) if gram.isascii() and gram.isalpha()):
        if leads_to := {window for gram, _nearness in _forms(word, index) for window in index.worth[gram]}:
            lead_there.append(found.code in leads_to or any(_means(word, name) for name in index.names[found.code]))
    return lead_there.count(False) >= max(1, lead_there.count(True))


def windows_like(city: City, typed: str) -> tuple[Window, ...]:
    """Give every window that has anything in common with the words, the best first."""
    shared = _shared(city, typed)
    return _ranked(city, shared, (code for code, bits in shared.items() if bits))


def _numbered(city: City, typed: str) -> tuple[Window, ...]:
    """Give the windows that a hall and a number mean: 市民中心4号, centre window 4. None where no hall is named."""
    folded = _folded(typed)
    number = _NUMBER.search(folded)
    if number is None:
        return ()
    words = _BESIDE.sub(" ", folded[: number.start()] + " " + folded[number.end() :]).split()
    if not words:
        return ()
    meant = _value(number[1] or number[2])
    called = {hall.code: tuple(map(_folded, (hall.code, hall.name, hall.name_en, *hall.aliases))) for hall in city.halls.values()}
    halls = [code for code, names in called.items() if " ".join(words) in names]
    halls = halls or [code for code, names in called.items() if all(any(_means(word, name) for name in names) for word in words)]
    return tuple(window for hall in halls for window in city.windows_of(hall) if _number_of(window) == meant)


def _value(number: str) -> int:
    """Read a number in digits or, up to 99, in characters."""
    if number.isdecimal():
        return int(number)
    tens, ten, ones = number.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)


def _number_of(window: Window) -> int | None:
    number = re.search(r"\d+", window.name)
    return int(number[0]) if number else None


def _best(city: City, shared: Mapping[str, float]) -> tuple[Window, ...]:
    best = max(shared.values(), default=0.0)
    return _ranked(city, shared, (code for code, bits in shared.items() if best >= ENOUGH and bits >= AS_GOOD * best))


def _ranked(city: City, shared: Mapping[str, float], found: Iterable[str]) -> tuple[Window, ...]:
    return tuple(city.windows[code] for code in sorted(found, key=lambda code: -shared[code]))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _shared(city: City, typed: str) -> Mapping[str, float]:
    """Reckon how many bits each window shares with what was typed."""
    index = _index(city)
    shared = dict.fromkeys(city.windows, 0.0)
    for said in grams(typed):
        best: defaultdict[str, float] = defaultdict(float)
        for gram, nearness in _forms(said, index):
            for window, worth in index.worth[gram].items():
                best[window] = max(best[window], worth * nearness * index.bits(gram))
        for window, bits in best.items():
            shared[window] += bits
    return shared


def _forms(said: str, index: _Index) -> Iterator[tuple[str, float]]:
    """Give the grams of the index that a gram means: itself, or words so like it that they are another form or a slip of it."""
    if EMPTY.fullmatch(said):
        return
    if said in index.worth:
        yield said, 1.0
    elif said.isascii() and said.isalpha():
        for word in index.worth:
            if word.isascii() and word.isalpha() and (nearness := _nearness(said, word)):
                yield word, nearness


def _nearness(one: str, other: str) -> float:
    short, long = sorted((one, other), key=len)
    if len(short) > LEAST and long.startswith(short) and len(long) - len(short) <= ENDING:
        return 1.0
    if len(short) < STEM:
        return 0.0
    same = sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return NEARLY if same >= STEM or SequenceMatcher(None, one, other).ratio() >= SAME else 0.0


@lru_cache(maxsize=8)
def _index(city: City) -> _Index:
    worth: dict[str, dict[str, float]] = {}
    for window in city.windows.values():
        own = (window.name, window.name_en)
        for names, value in ((own, OWN), (window.services, DONE_HERE), (_around(city, window), AROUND)):
            for name in names:
                for gram, nearness in (*((gram, 1.0) for gram in grams(name)), *((gram, NEARLY) for gram in _short_forms(name))):
                    at = worth.setdefault(gram, {})
                    at[window.code] = max(at.get(window.code, 0.0), value * nearness)
    names = {code: tuple(map(_folded, _names(city, window))) for code, window in city.windows.items()}
    return _Index(names, {gram: at for gram, at in worth.items() if not EMPTY.fullmatch(gram)})


def _short_forms(name: str) -> Iterator[str]:
    """Give the pairs by which people shorten a name, each of a character and the next but one: 医保 for 医疗保障."""
    for run in _HAN.findall(name):
        yield from (run[at] + run[at + 2] for at in range(len(run) - 2))


def _names(city: City, window: Window) -> Iterable[str]:
    return (window.code, window.name, window.name_en, *window.services, *_around(city, window))


def _around(city: City, window: Window) -> Iterable[str]:
    hall = city.halls[window.hall]
    unit = city.units[hall.unit]
    yield from (hall.name, hall.name_en, *hall.aliases, unit.name, unit.name_en, *unit.aliases)
    for code in city.area_path(hall.area)[:-1]:
        area = city.areas[code]
        yield from (area.name, area.name_en, *area.aliases)


def _means(word: str, name: str) -> bool:
    left = iter(name)
    return word in name or (not word.isascii() and len(word) >= LEAST and all(character in left for character in word))
