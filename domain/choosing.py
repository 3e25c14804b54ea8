"""Choosing category and unit for words that nobody has sorted yet: at once, by asking, or by the office.

p(category) = p(label) x the share that the city's own words for it have among the categories of that label, and that corrections
have taught (`Shares`). A label without any of these words is doubted where others have some, and never goes straight; where the
best one is a mere guess, the words count beside it. Categories without a label have the share of the words that speak for them. A
unit is as probable as the categories whose rule leads to it. Where no category has a label, all is left to the office.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from domain.cases import CaseKind
from domain.city import City
from domain.classifier import NOTHING_LEARNED, Classifier, Guess, Shares
from domain.locating import Located, locate
from domain.matters import guess_labels, matter
from domain.misconduct import speaks_of_misconduct
from domain.places import Point
from domain.reasons import Reason, ReasonCode
from domain.routing import Decision, category_order, category_scores, route, route_anywhere, units_in, words_for
from domain.served import Served

MOST_ASKED = 3
"""How many categories a citizen is asked to pick from when the words have an idea."""
WORTH_ASKING = 0.02
"""Less probable ones are no help to anybody."""

WINDOW_SAYS = 0.5
"""How much it is believed that a matter at a window is its hall's, whatever the words say; the other half they decide."""
UPPER_WORDS = 0.2
MERE_GUESS = 0.5
"""A label less probable than this says little beside the city's words, and nothing without any of them."""
DOUBT = 4.0
"""Words of four characters in all are believed half, where no sure label confirms them."""


SERVED = frozenset({ReasonCode.WINDOW_NAMED, ReasonCode.HALL_NAMED})
_NAMED = SERVED | {ReasonCode.NAMED_INSTEAD}


class Way(StrEnum):
    """What is done with a choice."""

    STRAIGHT = "straight"
    ASK = "ask"
    TRIAGE = "triage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """A category or a unit, and how probable it is."""

    code: str
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the words and the place say: `unit` is the best one whatever the way, `others` are the runners-up.

    `confidence` is the best unit's probability. Where the area is unknown and makes a difference there is no unit; the others are
    the whole city's.
    """

    way: Way
    unit: str | None
    others: tuple[Likely, ...]
    confidence: float
    located: Located
    decision: Decision
    guesses: tuple[Guess, ...] = ()
    categories: tuple[Likely, ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def suggested(self) -> tuple[Reason, ...]:
        """The reasons that name a category, a window, a hall, or another place than the one that was shared."""
        return tuple(reason for reason in self.reasons if reason.code is ReasonCode.SUGGESTED or reason.code in _NAMED)

    @property
    def served(self) -> tuple[Reason, ...]:
        """The reasons that name a window, a hall, or another place than the one that was shared."""
        return tuple(reason for reason in self.reasons if reason.code in _NAMED)


def likely_categories(
    city: City, guesses: Sequence[Guess], kind: CaseKind, text: str, learned: Shares = NOTHING_LEARNED, *, most: int = MOST_ASKED
) -> tuple[Likely, ...]:
    """Return the categories that suit the kind, the most probable first; none if neither label nor word speaks for any."""
    scores = dict(category_scores(city, kind, text))
    for code in scores:
        # The words of an upper category are those of all below it: they tell nothing where one of those has words of its own.
        if any(code in city.category_path(other)[1:] for other in scores):
            scores[code] *= UPPER_WORDS
    labelled = _labelled(city, kind)
    p = _by_words_too(city, {guess.label: guess.p for guess in guesses if guess.label in labelled}, scores)
    whole = sum(scores.values())
    free = {code: score for code, score in scores.items() if city.label(code) not in p}
    likely = {code: score / (whole + DOUBT) for code, score in free.items()}
    for_free = sum(likely.values())
    for label, share in p.items():
        for code, part in _parts(labelled[label], scores, learned).items():
            likely[code] = (1 - for_free) * share * part
    order = category_order(city)
    best = sorted(likely, key=lambda code: (-likely[code], order[code]))
    return tuple(Likely(code=code, p=likely[code]) for code in best if likely[code] >= WORTH_ASKING)[:most]


def _by_words_too(city: City, p: Mapping[str, float], scores: Mapping[str, float]) -> Mapping[str, float]:
    """Believe the city's own words as far as they go where the best label is a mere guess, or none of them confirms it."""
    said: defaultdict[str, float] = defaultdict(float)
    for code, score in scores.items():
        if city.label(code) in p:
            said[city.label(code)] += score
    best = max(p, key=lambda label: p[label], default="")
    if not said or (best in said and p[best] >= MERE_GUESS):
        return p
    whole = sum(said.values())
    belief = whole / (whole + DOUBT)
    return {label: (1 - belief) * share + belief * said[label] / whole for label, share in p.items()}


def _speak_against(city: City, named: Iterable[str], code: str) -> bool:
    """Tell whether the words name categories of other labels, and none of this one's."""
    labels = {city.label(other) for other in named} - {""}
    return bool(labels) and city.label(code) != "" and city.label(code) not in labels


def _parts(codes: Sequence[str], scores: Mapping[str, float], learned: Shares) -> dict[str, float]:
    """Part a label among its categories: by the words found, by what was learned, or both. The parts are one in all."""
    found = {code: scores[code] for code in codes if code in scores}
    if not any(code in learned.shares for code in codes):
        # Where no word tells the categories of a label apart, it is the upper one of them.
        return _as_shares(found or {codes[0]: 1.0})
    usual = _as_shares({code: learned.shares.get(code, 1 / len(codes)) for code in codes})
    if not found:
        return usual
    said = _as_shares({code: score * usual[code] for code, score in found.items()})
    return {code: (1 - learned.unsaid) * said.get(code, 0.0) + learned.unsaid * usual[code] for code in codes}


def _as_shares(weights: Mapping[str, float]) -> dict[str, float]:
    whole = sum(weights.values())
    return {code: weight / whole for code, weight in weights.items()}


def ask_about(city: City, classifier: Classifier, kind: CaseKind, text: str) -> tuple[str, ...]:
    """Return up to three categories to pick from if the words have an idea, else nothing."""
    text = matter(city, text)
    guesses = guess_labels(city, classifier, text)
    likely = likely_categories(city, guesses, kind, text, classifier.learned)
    return tuple(one.code for one in likely) if _labelled(city, kind) and guesses[0].p >= classifier.ask else ()


def route_at(city: City, kind: CaseKind, located: Located, category: str | None) -> Decision:
    """Choose the unit; an area that is not known but lies in the city is not needed where all areas have the same unit."""
    if located.area is None and category and not located.outside and not located.elsewhere:
        return route_anywhere(city, kind, category) or route(city, kind, None, category)
    return route(city, kind, located.area, category)


def likely_units(city: City, kind: CaseKind, area: str | None, categories: Sequence[Likely]) -> tuple[Likely, ...]:
    """Return the units to which categories lead, the most probable first; those of the whole city where the area is not known."""
    units = _units(city, kind, (area or city.root_area.code,), categories)
    return tuple(Likely(code=code, p=units[code]) for code in sorted(units, key=lambda code: -units[code]))


def _units(city: City, kind: CaseKind, areas: Sequence[str], categories: Sequence[Likely]) -> defaultdict[str, float]:
    """Weigh the units to which categories lead in areas, of which one is the right one."""
    units: defaultdict[str, float] = defaultdict(float)
    for category in categories:
        for area in areas:
            if unit := route(city, kind, area, category.code).unit:
                units[unit] += category.p / len(areas)
    return units


@lru_cache(maxsize=32)  # asked while a matter is filed, and once more when it is sent
def choose(
    city: City, classifier: Classifier, kind: CaseKind, text: str, point: Point | None = None, *, place: str = "", area: str = ""
) -> Choice:
    """Choose from words and place; `place` are words about the place alone, `area` was picked and needs no looking for."""
    located = locate(city, point, text, place=place)
    if area:
        located = replace(located, area=area, near=(), elsewhere="", instead="", perhaps="", outside=False)
    text = matter(city, text)
    guesses = guess_labels(city, classifier, text)
    guessed = likely_categories(city, guesses, kind, text, classifier.learned, most=len(city.categories))
    named = category_scores(city, kind, text)
    understood = (
        kind is CaseKind.MISCONDUCT
        or guesses[0].p >= max(classifier.ask, MERE_GUESS)
        or bool(named or located.served or units_in(city, text))
    )
    every = guessed if understood else ()
    best = every[0].code if every else None
    doubted = bool(located.perhaps and best and kind is not CaseKind.MISCONDUCT and not route_anywhere(city, kind, best))
    if doubted:
        located = replace(located, area=located.perhaps)
    decision = route_at(city, kind, located, best)
    anywhere = located.area is None and decision.unit is not None and kind is not CaseKind.MISCONDUCT
    led_by = [one for one in every if not anywhere or route_at(city, kind, located, one.code).unit]
    units = _units(city, kind, (located.area or city.root_area.code, *located.near), led_by)
    at = {city.unit_of(window) for one in located.served for window in one.windows}
    if len(at) == 1 and kind is not CaseKind.MISCONDUCT:
        for code in units:
            units[code] *= 1 - WINDOW_SAYS
        units[next(iter(at))] += WINDOW_SAYS
    ranked = sorted(units, key=lambda unit: -units[unit])
    confidence = units[ranked[0]] if ranked else 0.0
    unit = decision.unit if kind is CaseKind.MISCONDUCT else None
    if decision.unit and ranked:
        unit = ranked.pop(0)
    # The rule that leads to the chosen unit, which need not be that of the best category.
    leading = next((one for one in every if unit and route_at(city, kind, located, one.code).unit == unit), None)
    misconduct = kind is not CaseKind.MISCONDUCT and speaks_of_misconduct(text)
    # Who only names the city has not said where: what each district does itself can't go to any unit yet.
    anywhere_in_it = not area and located.area == city.root_area.code and located.how.code is ReasonCode.WORDS
    labelled = bool(_labelled(city, kind))
    likely_enough = (
        leading is not None and labelled and confidence >= classifier.straight and not _speak_against(city, named, leading.code)
    )
    nowhere = leading is not None and anywhere_in_it and route_anywhere(city, kind, leading.code) is None
    sure = likely_enough and not (misconduct or nowhere or doubted or located.elsewhere or located.instead or located.outside)
    if unit and (kind is CaseKind.MISCONDUCT or sure):
        way = Way.STRAIGHT  # misconduct goes to a discipline team, whatever it is about
    else:
        way = Way.ASK if unit and labelled and confidence >= classifier.ask else Way.TRIAGE
    others = tuple(Likely(code=code, p=units[code]) for code in ranked[: MOST_ASKED - 1] if units[code] >= WORTH_ASKING)
    if leading:
        decision = route_at(city, kind, located, leading.code)
    reasons = [located.how]
    if nowhere:
        reasons.append(Reason(code=ReasonCode.AREA_UNKNOWN))
    if located.outside and located.how.code is not ReasonCode.POINT_OUTSIDE:
        reasons.append(Reason(code=ReasonCode.POINT_OUTSIDE))
    if located.instead:
        reasons.append(Reason(code=ReasonCode.NAMED_INSTEAD, detail={"area": located.instead}))
    if located.elsewhere and located.how.code is not ReasonCode.ELSEWHERE:
        reasons.append(Reason(code=ReasonCode.ELSEWHERE, detail={"alias": located.elsewhere}))
    reasons += [Reason(code=ReasonCode.WORDS_NOT_MEANT, detail={"alias": alias}) for alias in located.passed_over]
    if misconduct:
        reasons.append(Reason(code=ReasonCode.MISCONDUCT_SAID))
    if not understood:
        reasons.append(Reason(code=ReasonCode.NOT_UNDERSTOOD))
    together = [one for one in every if unit and route_at(city, kind, located, one.code).unit == unit][:MOST_ASKED]
    shown = every[:MOST_ASKED] if way is not Way.STRAIGHT or leading is None else together
    for one in shown:
        found = "、".join(words_for(city, one.code, text)[:MOST_ASKED])
        reasons.append(Reason(code=ReasonCode.SUGGESTED, detail={"category": one.code, "alias": found, "p": f"{one.p:.2f}"}))
    reasons += [
        Reason(code=ReasonCode.UNIT_NAMED, detail={"unit": code, "alias": alias})
        for code, alias in units_in(city, text)[:MOST_ASKED]
    ]
    reasons += [reason for one in {one.alias: one for one in located.served}.values() for reason in _served(city, one)]
    said_already = set() if understood else {ReasonCode.CATEGORY_UNKNOWN}
    if unit is None:
        said_already.add(ReasonCode.FALLBACK)
    if located.elsewhere:
        said_already.add(ReasonCode.AREA_UNKNOWN)
    reasons += [
        reason for reason in decision.reasons
        if unit in (None, decision.unit) and reason.code not in said_already
    ]  # fmt: skip
    if unit and way is Way.STRAIGHT and len(together) > 1 and kind is not CaseKind.MISCONDUCT:
        reasons.append(Reason(code=ReasonCode.SAME_UNIT, detail={"unit": unit, "p": f"{confidence:.2f}"}))
    code = {Way.STRAIGHT: ReasonCode.SURE, Way.ASK: ReasonCode.UNSURE, Way.TRIAGE: ReasonCode.TOO_UNSURE}[way]
    if likely_enough and way is Way.ASK:
        code = ReasonCode.SURE_BUT
    if unit and kind is not CaseKind.MISCONDUCT:
        runner_up = {"unit": others[0].code} if others else {}
        reasons.append(Reason(code=code, detail={"p": f"{confidence:.2f}", **runner_up}))
    return Choice(
        way=way, unit=unit, others=others, confidence=confidence, located=located, decision=decision, guesses=guesses,
        categories=guessed[:MOST_ASKED], reasons=tuple(reasons),
    )  # fmt: skip


def _served(city: City, served: Served) -> Iterator[Reason]:
    """Say which windows, or else which halls, the words may name."""
    for window in served.windows:
        detail = {"window": window, "unit": city.unit_of(window), "alias": served.alias}
        yield Reason(code=ReasonCode.WINDOW_NAMED, detail=detail)
    for hall in served.halls if not served.windows else ():
        yield Reason(code=ReasonCode.HALL_NAMED, detail={"hall": hall, "unit": city.halls[hall].unit, "alias": served.alias})


@lru_cache(maxsize=16)
def _labelled(city: City, kind: CaseKind) -> Mapping[str, Sequence[str]]:
    """Return the categories that suit a kind, by their labels."""
    labelled: defaultdict[str, list[str]] = defaultdict(list)
    for code in city.categories:
        if (label := city.label(code)) and city.suits(code, kind):
            labelled[label].append(code)
    return dict(labelled)
