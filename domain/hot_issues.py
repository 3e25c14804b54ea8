"""Hot issues: what several people reported in one stretch of time, found in a single pass, and the phrases that they share.

The cost grows with the number of matters only: each is compared with at most so many others that share its rarest grams.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from domain.common_pairs import COMMON_PAIRS
from domain.likeness import Matter, bits, likeness, posted, rarity, uncovered
from domain.publicity import publish

FEWEST = 3
"""How many different people make an issue, and have to use a phrase before it is shown."""
LINKED = 0.2
"""The score from which on two matters belong to one issue: looser than `ALIKE`, for an issue has more sides than a matter."""
COMPARED = 12
LOOKED_AT = 30
ANYWHERE = ""
PHRASES = 3
SHORTEST, LONG, LONGEST = 2, 4, 10
"""Characters of a phrase; from LONG on it may be of words that are not known."""
TYPICAL = 4
"""How much the pairs of a phrase say on average, in bits: 小区, 没有 or 希望 say two."""
LOOSE = frozenset("的了着和与及也都就很是在我你您他她这那")
"""With these a phrase neither begins nor ends."""
DENYING = frozenset("不没无")
"""With these no name begins: 不亮, 没水."""
_RUN = re.compile("[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One matter: its masked `text`, and who told it, as a name that only tells people apart.

    `areas` are the area where it is and those around it up to the district, the smallest first; empty if that is not known.
    """

    matter: Matter
    text: str
    reporter: str
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Matters that are alike, in the order in which they came."""

    told: tuple[Told, ...]

    @property
    def people(self) -> int:
        """How many different people told of it."""
        return len({one.reporter for one in self.told})

    @property
    def area(self) -> str | None:
        """The smallest area that all of it shares, as far as is known; None if not known."""
        known = [one.areas for one in self.told if one.areas]
        return next((area for area in known[0] if all(area in areas for areas in known)), None) if known else None

    @property
    def category(self) -> str | None:
        """What most of it is about, None if nobody chose a category."""
        categories = Counter(one.matter.category for one in self.told if one.matter.category)
        return categories.most_common(1)[0][0] if categories else None


def issues(told: Sequence[Told]) -> list[Issue]:
    """Find the issues among matters in the order of their time, those with most people first.

    Matters of two districts are never one issue: neither are they offered to be joined.
    """
    posts: defaultdict[tuple[int, str | None], list[int]] = defaultdict(list)
    issue_of: list[int] = []
    district_of: dict[int, str | None] = {}
    for n, one in enumerate(told):
        marks, district = posted(one.matter.marks), one.matter.area
        shared: Counter[int] = Counter()
        for mark in marks:
            for searched in (district, None) if district else (ANYWHERE,):
                for other in posts[mark, searched][-LOOKED_AT:]:
                    if not district or district_of[issue_of[other]] in (None, district):
                        shared[other] += bits(mark)
            posts[mark, district].append(n)
            posts[mark, ANYWHERE].append(n)
        scores = ((likeness(one.matter, told[other].matter).score, other) for other, _bits in shared.most_common(COMPARED))
        score, nearest = max(scores, default=(0.0, n))
        issue = issue_of[nearest] if score >= LINKED else n
        issue_of.append(issue)
        district_of[issue] = district_of.get(issue) or district
    gathered: defaultdict[int, list[Told]] = defaultdict(list)
    for one, first in zip(told, issue_of, strict=True):
        gathered[first].append(one)
    found = (Issue(told=tuple(some)) for some in gathered.values())
    return sorted((issue for issue in found if issue.people >= FEWEST), key=lambda issue: -issue.people)


def phrases(issue: Issue) -> tuple[str, ...]:
    """Give up to three phrases that several people used, in no part the same, those that say most first.

    They are masked as for the public, and what stands beside a placeholder is left out with it. Fewer than four characters are
    shown only of words that are known, for they may be a name that no mask knows.
    """
    users: defaultdict[str, set[str]] = defaultdict(set)
    before: defaultdict[str, set[object]] = defaultdict(set)
    after: defaultdict[str, set[object]] = defaultdict(set)
    for one in issue.told:
        for run in _RUN.findall(uncovered(publish(one.text).text)):
            for at in range(len(run)):
                for end in range(at + SHORTEST, min(at + LONGEST, len(run)) + 1):
                    phrase = run[at:end]
                    users[phrase].add(one.reporter)
                    before[phrase].add(run[at - 1] if at else None)
                    after[phrase].add(run[end] if end < len(run) else None)
    said = {
        phrase: len(people) * _bits(phrase)
        for phrase, people in users.items()
        if len(people) >= FEWEST and _tells(phrase) and _varies(before[phrase]) and _varies(after[phrase])
    }
    chosen: list[str] = []
    for phrase in sorted(said, key=lambda phrase: (-said[phrase], phrase)):
        pairs = {phrase[at : at + 2] for at in range(len(phrase) - 1)}
        if not any(pair in other for other in chosen for pair in pairs):
            chosen.append(phrase)
        if len(chosen) == PHRASES:
            break
    return tuple(chosen)


def _tells(phrase: str) -> bool:
    """Tell whether a phrase is whole in itself, typical of a matter rather than of letters to an office, and no name."""
    pairs = [phrase[at : at + 2] for at in range(len(phrase) - 1)]
    is_known = len(phrase) >= LONG or phrase[0] in DENYING or all(pair in COMMON_PAIRS for pair in pairs)
    return is_known and not {phrase[0], phrase[-1]} & LOOSE and _bits(phrase) >= TYPICAL * len(pairs)


def _varies(neighbours: set[object]) -> bool:
    """Tell whether a phrase ends there: at the end of a run, or different characters go on from it."""
    return None in neighbours or len(neighbours) > 1


def _bits(phrase: str) -> int:
    return sum(rarity(phrase[at : at + 2]) for at in range(len(phrase) - 1))
