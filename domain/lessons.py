"""What cases teach a classifier: their words, what they turned out to be about, and who said so.

Cases that nobody had to correct teach as well: from corrections alone a model would learn what is rare. A fifth of the cases,
told by a hash of their id, is held back and never learned from, so that two models can be compared on it, time and again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor

from domain.cases import CaseKind
from domain.choosing import Way, choose
from domain.city import City
from domain.classifier import Classifier, Shares
from domain.examples import Example, held_back
from domain.matters import matter
from domain.routing import category_scores, route

ENOUGH = 500
"""Corrections from which on "wrong" means the wrong category; before, the wrong label."""
WRONG = 0.05
"""The share of straight routings that may be wrong."""
LEAST_HELD = 50
"""Held-back cases, and labelled messages, without which two models can't be compared: of fewer, a tenth is chance."""
COLLAPSE = 0.5
"""What part of those that went straight and right has to go on doing so."""
MOST_OF_ONE, MOST_OF_OFFICE = 10, 1000
"""Lessons of one citizen, and of one person at the office, who sorts for everybody: the newest count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One case. `group` is the case that it goes on in, or itself; `person` said what it is about, `corrected` another idea."""

    group: str
    text: str
    kind: CaseKind
    area: str | None
    category: str
    person: str
    by_office: bool
    corrected: bool

    @property
    def held_back(self) -> bool:
        """Whether it is kept for comparing; cases about one matter are on one side."""
        return held_back(self.group)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How many cases or messages a classifier gets right, has among its best three, sends straight, and of those wrong."""

    of: int
    right: int
    among_three: int
    straight: int
    wrong: int

    def collapses_after(self, before: Score) -> bool:
        """Whether far fewer go straight and right than with the model that `before` is of."""
        return self.straight - self.wrong < COLLAPSE * (before.straight - before.wrong)


def fair(lessons: Sequence[Lesson]) -> list[Lesson]:
    """Leave out what one person has taught beyond their share; the order stays, the oldest first."""
    of: Counter[str] = Counter()
    kept = []
    for lesson in reversed(lessons):
        of[lesson.person] += 1
        if of[lesson.person] <= (MOST_OF_OFFICE if lesson.by_office else MOST_OF_ONE):
            kept.append(lesson)
    return kept[::-1]


def categories_of(city: City, kind: CaseKind, area: str | None, unit: str) -> tuple[str, ...]:
    """Return the categories whose own rule leads to a unit, here or, where the area is not known, anywhere."""
    areas = (area,) if area in city.areas else tuple(city.areas)
    found = []
    for code in city.categories:
        if city.suits(code, kind):
            decisions = [route(city, kind, one, code) for one in areas]
            if any(made.unit == unit and made.rule and made.rule.category for made in decisions):
                found.append(code)
    return tuple(found)


def shares(city: City, lessons: Iterable[Lesson]) -> Shares:
    """Learn how the matters of one label part among its categories, and how often words name only other ones of them."""
    times: Counter[str] = Counter()
    named = misnamed = 0
    for lesson in lessons:
        label = city.label(lesson.category)
        if label:
            times[lesson.category] += 1
            scores = category_scores(city, lesson.kind, matter(city, lesson.text))
            if any(city.label(code) == label for code in scores):
                named += 1
                misnamed += lesson.category not in scores
    labelled: dict[str, list[str]] = {}
    for code in city.categories:
        if label := city.label(code):
            labelled.setdefault(label, []).append(code)
    learned: dict[str, float] = {}
    for codes in labelled.values():
        # Each counts once more than it was seen: what was never seen is not impossible.
        whole = sum(times[code] + 1 for code in codes)
        learned.update({code: round((times[code] + 1) / whole, 6) for code in codes})
    return Shares(shares=learned, unsaid=round((misnamed + 1) / (named + 2), 6))


def score(city: City, classifier: Classifier, lessons: Iterable[Lesson], *, by_category: bool) -> Score:
    """Measure a classifier on lessons that it has not learned from."""
    counted: Counter[str] = Counter()
    for lesson in lessons:
        choice = choose(city, classifier, lesson.kind, lesson.text, area=lesson.area or "")
        if by_category:
            best, right = [one.code for one in choice.categories], lesson.category
        else:
            best, right = [one.label for one in choice.guesses], city.label(lesson.category)
        counted["of"] += 1
        counted["right"] += best[:1] == [right]
        counted["among_three"] += right in best[:3]
        if choice.way is Way.STRAIGHT:
            counted["straight"] += 1
            counted["wrong"] += not _is_right(city, choice.decision.category, lesson, by_category=by_category)
    return Score(**{name: counted[name] for name in Score.__dataclass_fields__})


def score_messages(classifier: Classifier, examples: Iterable[Example]) -> Score:
    """Measure the labels of a classifier on messages that it has not learned from."""
    counted: Counter[str] = Counter()
    for example in examples:
        guesses = classifier.guess(example.text)
        best = [guess.label for guess in guesses]
        counted["of"] += 1
        counted["right"] += best[0] == example.label
        counted["among_three"] += example.label in best[:3]
        if guesses[0].p >= classifier.straight:
            counted["straight"] += 1
            counted["wrong"] += best[0] != example.label
    return Score(**{name: counted[name] for name in Score.__dataclass_fields__})


def straight_from(city: City, classifier: Classifier, lessons: Iterable[Lesson]) -> float:
    """Find the lowest confidence from which on at most `WRONG` of them would go straight under a wrong category."""
    found = []
    for lesson in lessons:
        choice = choose(city, classifier, lesson.kind, lesson.text, area=lesson.area or "")
        if choice.unit:
            found.append((choice.confidence, _is_right(city, choice.decision.category, lesson, by_category=True)))
    wrong, lowest = 0, 1.0
    found.sort(key=lambda one: -one[0])
    for n, (confidence, right) in enumerate(found, 1):
        wrong += not right
        # Those of one confidence go the same way.
        if wrong <= WRONG * n and (n == len(found) or found[n][0] < confidence):
            lowest = floor(confidence * 1e4) / 1e4
    return lowest


def _is_right(city: City, category: str | None, lesson: Lesson, *, by_category: bool) -> bool:
    if by_category or category is None:
        return category == lesson.category
    return city.label(category) == city.label(lesson.category)
