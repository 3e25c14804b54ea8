"""What the cases on file teach a classifier, each at most one lesson.

The last word counts: the unit to which the office gave a case, else the category that was chosen, else what was suggested and
signed in by the unit without a word. What is excluded teaches nothing, and neither does what was returned and waits, refused or
withdrawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeAlias

from domain.cases import CaseKind, CaseState
from domain.choosing import likely_categories
from domain.city import City
from domain.classifier import Classifier
from domain.lessons import Lesson, categories_of
from domain.matters import guess_labels, matter
from storage import corrections, lessons
from storage.corrections import Correction, Sort, Whose
from storage.database import Tx
from storage.lessons import Filed

PAGE = 500
WITH_A_UNIT = frozenset({CaseState.ASSIGNED, CaseState.ACCEPTED, CaseState.ANSWERED, CaseState.CLOSED, CaseState.MERGED})
SIGNED_IN = frozenset({CaseState.ACCEPTED, CaseState.ANSWERED, CaseState.CLOSED})


_Units: TypeAlias = Callable[[CaseKind, str | None, str], tuple[str, ...]]
"""The categories of a unit in an area, each found once."""


async def read(tx: Tx, city: City, classifier: Classifier) -> Sequence[Lesson]:
    """Read all that the cases teach, oldest first; the classifier says which of a unit's categories a case is likeliest about."""
    without = await corrections.excluded(tx, Whose.PERSON)
    found: list[Lesson] = []
    after = ""
    units: _Units = cache(lambda kind, area, unit: categories_of(city, kind, area, unit))
    while page := await lessons.page(tx, after, PAGE):
        made: dict[str, list[Correction]] = {}
        for correction in await corrections.of_cases(tx, page[0].id, page[-1].id):
            made.setdefault(correction.case, []).append(correction)
        for filed in page:
            lesson = _lesson(city, classifier, units, filed, made.get(filed.id, []))
            if lesson and lesson.person not in without:
                found.append(lesson)
        after = page[-1].id
    return found


def _lesson(city: City, classifier: Classifier, units: _Units, filed: Filed, made: Sequence[Correction]) -> Lesson | None:
    last = next((one for one in reversed(made) if one.sort is not Sort.RETURNED), None)
    refused = any(one.sort is Sort.RETURNED and one.was != filed.unit for one in made)
    if refused and (last is None or last.sort is Sort.CHOSEN):
        return None  # its unit said that it is not about that, and what another one signed in was never kept
    if last is None:
        if filed.state not in SIGNED_IN or filed.category not in city.categories:
            return None
        category, person = filed.category, filed.reporter
    else:
        if filed.state not in WITH_A_UNIT or last.excluded or last.became is None:
            return None
        category, person = last.became, last.person
        if last.sort is not Sort.CHOSEN:
            category = _category(city, classifier, units, filed, last.became)
    if category is None or category not in city.categories:
        return None
    return Lesson(
        group=filed.lead, text=filed.text, kind=filed.kind, area=filed.area, category=category, person=person,
        by_office=last is not None and last.role is not None, corrected=last is not None,
    )  # fmt: skip


def _category(city: City, classifier: Classifier, units: _Units, filed: Filed, unit: str) -> str | None:
    """Name the category that a unit was given a case for: its own if it fits, else the likeliest of the unit's."""
    fitting = units(filed.kind, filed.area, unit)
    if filed.category in fitting:
        return filed.category
    text = matter(city, filed.text)
    guesses = guess_labels(city, classifier, text)
    every = likely_categories(city, guesses, filed.kind, text, classifier.learned, most=len(city.categories))
    likely = {one.code: one.p for one in every}
    labels = {guess.label: guess.p for guess in guesses}
    # Of those that no word names it is one of the likeliest label, the upper one of them.
    return max(fitting, key=lambda code: (likely.get(code, 0.0), labels.get(city.label(code), 0.0)), default=None)
