"""Why an area or a unit was chosen: codes that can be stored as JSON and put into words later, in any language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ReasonCode(StrEnum):
    """Why an area or a unit was chosen, or why not. In brackets: the keys of the detail."""

    POINT_INSIDE = "point_inside"  # area
    POINT_NEAR_BORDER = "point_near_border"  # area
    POINT_OUTSIDE = "point_outside"
    WORDS = "words"  # area, alias
    WORDS_UNSURE = "words_unsure"  # area, alias: it may be part of another word
    WORDS_AMBIGUOUS = "words_ambiguous"  # areas (codes with commas), alias
    WORDS_AT_POINT = "words_at_point"  # area, alias: several areas bear the name, and the point lies in this one
    WORDS_SEVERAL = "words_several"  # areas (codes with commas): each is named by words of its own
    NAMED_INSTEAD = "named_instead"  # area: the words name it, and the point lies in another
    NOTHING_SAID = "nothing_said"
    PLACE_UNKNOWN = "place_unknown"  # alias: what was answered about the place
    ELSEWHERE = "elsewhere"  # alias: a place outside the city that the words name
    AREA_UNKNOWN = "area_unknown"
    SAME_EVERYWHERE = "same_everywhere"
    CATEGORY_UNKNOWN = "category_unknown"
    RULE = "rule"  # area, category: as the rule has them, "" for all
    FALLBACK = "fallback"  # area: as the rule has it, "" for all
    DISCIPLINE_ONLY = "discipline_only"
    NO_RULE = "no_rule"
    POINT_ON_BORDER = "point_on_border"  # area, areas (codes with commas): the point lies in the first, the others are close
    WORDS_NOT_MEANT = "words_not_meant"  # alias: a name that is said not to be it, or only to be near it
    UNIT_NAMED = "unit_named"  # unit, alias
    WINDOW_NAMED = "window_named"  # window, unit, alias
    HALL_NAMED = "hall_named"  # hall, unit, alias
    SUGGESTED = "suggested"  # category, alias (words found, "" for none), p
    MISCONDUCT_SAID = "misconduct_said"
    NOT_UNDERSTOOD = "not_understood"
    SAME_UNIT = "same_unit"  # unit, p: the categories suggested lead to one unit
    SURE = "sure"  # p
    UNSURE = "unsure"  # p, unit (the runner-up, may be missing)
    SURE_BUT = "sure_but"  # p: sure enough, but for another reason it is asked about
    TOO_UNSURE = "too_unsure"  # p
    WINDOW = "window"  # area, window: the one that was rated


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One step of a decision; the detail holds codes and names of places and categories, nothing else of the citizen's words."""

    code: ReasonCode
    detail: Mapping[str, str] = field(default_factory=dict)
