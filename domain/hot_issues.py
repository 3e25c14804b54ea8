"""Hot issues: what several people reported in one stretch of time, found in a single pass, and the phrases that they share.

The cost grows with the number of matters only: each is compared with at most so many others that share its rarest grams.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from domain.likeness import Matter, bits, likeness, posted, rarity, uncovered

FEWEST = 3
"""How many different people make an issue, and have to use a phrase before it is shown."""
LINKED = 0.2
"""The score from which on two matters belong to one issue: looser than `ALIKE`, for an issue has more sides than a matter."""
COMPARED = 12
LOOKED_AT = 30
PHRASES = 3
SHORTEST, LONGEST = 4, 10
_RUN = re.compile("[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One matter: its masked `text`, and who told it, as a name that only tells people apart."""

    matter: Matter
    text: str
    reporter: str


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
        """Where most of it is, None if that is not known."""
        areas = Counter(one.matter.area for one in self.told if one.matter.area)
        return areas.most_common(1)[0][0] if areas else None

    @property
    def category(self) -> str | None:
        """What most of it is about, None if nobody chose a category."""
        categories = Counter(one.matter.category for one in self.told if one.matter.category)
        return categories.most_common(1)[0][0] if categories else None


def issues(told: Sequence[Told]) -> list[Issue]:
    """Find the issues among matters in the order of their time, those with most people first."""
    posts: defaultdict[int, list[int]] = defaultdict(list)
    issue_of: list[int] = []
    for n, one in enumerate(told):
        marks = posted(one.matter.marks)
        shared: Counter[int] = Counter()
        for mark in marks:
            for other in posts[mark][-LOOKED_AT:]:
                shared[other] += bits(mark)
            posts[mark].append(n)
        scores = ((likeness(one.matter, told[other].matter).score, other) for other, _bits in shared.most_common(COMPARED))
        score, nearest = max(scores, default=(0.0, n))
        issue_of.append(issue_of[nearest] if score >= LINKED else n)
    gathered: defaultdict[int, list[Told]] = defaultdict(list)
    for one, first in zip(told, issue_of, strict=True):
        gathered[first].append(one)
    found = (Issue(told=tuple(some)) for some in gathered.values())
    return sorted((issue for issue in found if issue.people >= FEWEST), key=lambda issue: -issue.people)


def phrases(issue: Issue) -> tuple[str, ...]:
    """Give up to three phrases of four to ten characters that several people used, in no part the same.

    The texts are masked, and what stands beside a placeholder or a surname with stars is left out with it.
    """
    users: defaultdict[str, set[str]] = defaultdict(set)
    for one in issue.told:
        for run in _RUN.findall(uncovered(one.text)):
            for at in range(len(run)):
                for end in range(at + SHORTEST, min(at + LONGEST, len(run)) + 1):
                    users[run[at:end]].add(one.reporter)
    said = {phrase: len(people) * _bits(phrase) for phrase, people in users.items() if len(people) >= FEWEST}
    chosen: list[str] = []
    for phrase in sorted(said, key=lambda phrase: (-said[phrase], phrase)):
        pairs = {phrase[at : at + 2] for at in range(len(phrase) - 1)}
        if not any(pair in other for other in chosen for pair in pairs):
            chosen.append(phrase)
        if len(chosen) == PHRASES:
            break
    return tuple(chosen)


def _bits(phrase: str) -> int:
    return sum(rarity(phrase[at : at + 2]) for at in range(len(phrase) - 1))
