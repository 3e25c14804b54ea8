"""How alike two matters are: in their words, their place and their time. One score says whether they may be the same.

Words are compared by their grams: pairs of Chinese characters, whole words of other scripts, numbers with what they count.
A rare gram says much, a common one little (`rarity`, in bits); what was masked says nothing. The store keeps only keyed hashes of
grams, with their rarity in the lowest bits: everything below `trace` works on such numbers, its marks.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache

from domain.common_pairs import COMMON_PAIRS
from domain.places import Point, to_wgs84
from domain.privacy import fold

ALIKE = 0.25
"""The score from which on two matters are taken to be alike; the decision "Cases alike" says how it was found."""
POSTED = 24
"""How many grams of a matter are posted in an index: two matters that share none of their rarest are hardly alike."""
OPENING = 160
"""Bits of a text that are compared, some thirty characters: what comes later tells matters apart that are the same."""
RARE_BITS = 8
NUMBER_BITS = 6
_RARITY = 0b1111
_TEXT = re.compile("[\u4e00-\u9fff]+|[a-z]+[0-9]*|[0-9]+")
_COVERED = re.compile("〔[^〕]*〕|[\u4e00-\u9fff]?\\*+")


def grams(text: str, leave_out: Iterable[str] = ()) -> tuple[str, ...]:
    """Cut the opening of a masked text into grams, in order, until they say OPENING bits: people begin with what it is about.

    What was masked is in no gram, nor is what to leave out (names of districts).
    """
    plain = uncovered(text).lower()
    for name in leave_out:
        plain = plain.replace(_folded(name), "\n")
    found: dict[str, None] = {}
    said = 0
    for _at, gram in _grams(plain):
        if said >= OPENING:
            break
        said += 0 if gram in found else rarity(gram)
        found[gram] = None
    return tuple(found)


def uncovered(text: str) -> str:
    """Give what is left of a masked text without what was covered, which breaks it as an end of line would."""
    return _COVERED.sub("\n", fold(text))


@lru_cache(maxsize=1024)
def _folded(name: str) -> str:
    return fold(name).lower()


def familiar(text: str, said: str) -> str:
    """Leave of a masked text what many say and what was `said` in another one, and "…" for the rest.

    It is for texts that nobody has read before they are shown: a name that no mask knows is neither.
    """
    plain, known = fold(text).lower(), {gram for _at, gram in _grams(fold(said).lower())}
    shown = {at for at, char in enumerate(plain) if unicodedata.category(char)[0] in "PSZ"}  # no letter of any other script
    shown.update(at for match in _COVERED.finditer(plain) for at in range(*match.span()))
    for start, gram in _grams(plain):
        if gram in COMMON_PAIRS or gram in known:
            shown.update(range(start, start + len(gram)))
    return "".join(char if at in shown else "…" for at, char in enumerate(text) if at in shown or at - 1 in shown or at == 0)


def _grams(plain: str) -> Iterator[tuple[int, str]]:
    """Give each gram with where it begins."""
    for match in _TEXT.finditer(plain):
        run, start = match[0], match.start()
        if run.isdecimal():
            yield start, run + plain[match.end() : match.end() + 1].strip()  # 3 of 3栋 is not the 3 of 3路
        elif run.isascii():
            yield start, run
        else:
            yield from ((start + at, run[at : at + 2]) for at in range(len(run) - 1))


def rarity(gram: str) -> int:
    """Give how much a gram says, in bits: about -log2 of the share of messages that it stands in."""
    if gram[0].isdecimal():
        return NUMBER_BITS
    return COMMON_PAIRS.get(gram, RARE_BITS)


def trace(text: str, name: Callable[[str], int], leave_out: Iterable[str] = ()) -> frozenset[int]:
    """Turn a text into what is kept of it: for each gram the number that `name` gives it, its lowest bits the rarity."""
    return frozenset(name(gram) & ~_RARITY | rarity(gram) for gram in grams(text, leave_out))


def bits(mark: int) -> int:
    """Give the rarity of a gram that was turned into a number."""
    return mark & _RARITY


def posted(marks: Iterable[int]) -> tuple[int, ...]:
    """Choose the grams by which a matter is found: the rarest; of equally rare ones always the same, whatever else was said."""
    return tuple(sorted(marks, key=lambda mark: (-bits(mark), mark))[:POSTED])


# ---- Place and time

NEAR_METRES = 300
FAR_METRES = 1500
_SAME_SORT = 0.05
_AT_ONE_SPOT = 0.15
_ELSEWHERE = -0.15
_HALF_LIFE = timedelta(days=180)
_METRES_A_DEGREE = 111_195.0


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What is compared of a matter. `area` is the district, None if not known; `point` is where it was said to be."""

    marks: frozenset[int]
    area: str | None
    category: str | None
    point: Point | None
    filed_at: datetime

    @cached_property
    def said(self) -> int:
        """How much its words say, in bits."""
        return sum(map(bits, self.marks))


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How alike two matters are, and why. `score` is 1 at most; `metres` is None unless both have a point."""

    score: float
    words: float
    metres: int | None
    apart: timedelta

    @property
    def alike(self) -> bool:
        """Whether they may be the same; whatever the words say, not where their points are far from each other."""
        return self.score >= ALIKE and (self.metres is None or self.metres <= FAR_METRES)


def words_alike(one: Matter, other: Matter) -> float:
    """Say what share of what both said they both said: 0 to 1, by rarity."""
    shared = sum(map(bits, one.marks & other.marks))
    return shared / math.sqrt(one.said * other.said) if shared else 0.0


def likeness(one: Matter, other: Matter) -> Likeness:
    """Compare two matters; which is first changes nothing.

    The score is what their words share (0 to 1); 0.05 more for the same category; up to 0.15 more for points less than 300 m
    apart, a third of it where the categories differ; 0.15 less for points more than 1500 m apart, which are never
    `alike`, though an issue may have many places, and for different districts; and half of all that after 180 days.
    """
    words = words_alike(one, other)
    metres = distance(one.point, other.point) if one.point and other.point else None
    sorts = {one.category, other.category} - {None}
    sort = _SAME_SORT if one.category is not None and one.category == other.category else 0.0
    if metres is None:
        place = _ELSEWHERE if one.area and other.area and one.area != other.area else 0.0
    elif metres > FAR_METRES:
        place = _ELSEWHERE
    else:
        place = max(0.0, 1 - metres / NEAR_METRES) * _AT_ONE_SPOT * (1 / 3 if len(sorts) > 1 else 1)
    apart = abs(one.filed_at - other.filed_at)
    score = min(max(words + sort + place, 0.0), 1.0) * 0.5 ** (apart / _HALF_LIFE)
    return Likeness(score=score, words=words, metres=metres, apart=apart)


def distance(one: Point, other: Point) -> int:
    """Give the metres between two points of one city, in whichever coordinates each is."""
    here, there = to_wgs84(one), to_wgs84(other)
    east = (here.lon - there.lon) * math.cos(math.radians((here.lat + there.lat) / 2))
    return round(math.hypot(east, here.lat - there.lat) * _METRES_A_DEGREE)
