"""What was said of a window, in words: kept in the city's first language, and put into that of each who reads it.

A case keeps plain words, for those are what its ledger proves, what the public is shown and what a search finds. Nobody else
reads them as they are kept: `shown` knows the level, the usual reasons and the criteria in them again, and leaves a person's
own words as they were typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

from actions.cards import LEVELS
from actions.context import Context
from actions.facts import excerpt
from actions.usual_reasons import as_read
from dialog.texts import Name, Text, _, verbatim
from domain.cases import CaseKind, Satisfaction
from domain.city import City
from domain.city_ratings import RatingWord
from storage.entries import Entry, EntryKind

LEVEL_WORDS: Mapping[Satisfaction, str] = {
    Satisfaction.SATISFIED: "满意",
    Satisfaction.FAIRLY: "比较满意",
    Satisfaction.BASICALLY: "基本满意",
    Satisfaction.DISSATISFIED: "不满意",
}
_LEVELS = {word: level for level, word in LEVEL_WORDS.items()}
_LEVEL, _REASONS, _POINTS, _AND = "评价：", "原因：", "分项：", "；"


def kept(
    city: City, level: Satisfaction, reasons: Iterable[str], criteria: Mapping[str, Satisfaction], own_words: str = ""
) -> str:
    """Write down what was said of a window, as its case keeps it; reasons and criteria by their codes."""
    lines = [f"{_LEVEL}{LEVEL_WORDS[level]}"]
    if chosen := [word.name for word in city.rating_reasons if word.code in reasons]:
        lines.append(f"{_REASONS}{_AND.join(chosen)}")
    if graded := [f"{word.name} {LEVEL_WORDS[criteria[word.code]]}" for word in city.rating_criteria if word.code in criteria]:
        lines.append(f"{_POINTS}{_AND.join(graded)}")
    return "\n".join([*lines, *([own_words] if own_words else [])])


def settled(level: Satisfaction) -> str:
    """Write down the answer of a unit that a rating was changed, as its case keeps it."""
    return f"群众已将评价改为“{LEVEL_WORDS[level]}”。"


def changed_line(line: Text, level: Satisfaction) -> Text:
    """Mark a line of a list that stands for a bad rating which was changed to another level."""
    return _("{case} (rating changed to “{level}”)", case=line, level=LEVELS[level])


def shown(city: City, text: str, most: int | None = None, *, labelled: bool = True) -> Text:
    """Put what a case keeps of a rating into the reader's language; what is in it of a person's own is cut to `most`.

    Where the sentence around it speaks of a rating already, the level is not `labelled` as one.
    """
    if level := next((level for level in Satisfaction if text == settled(level)), None):
        return _("The citizen has changed the rating to “{level}”.", level=LEVELS[level])
    first, *rest = text.split("\n")
    level = _LEVELS.get(first.removeprefix(_LEVEL)) if first.startswith(_LEVEL) else None
    if level is None:
        return verbatim(text if most is None else excerpt(text, most))
    lines = [_("Rating: {level}", level=LEVELS[level]) if labelled else LEVELS[level]]
    if rest and (reasons := _reasons(city, rest[0])):
        lines.append(reasons)
        rest = rest[1:]
    if rest and (points := _points(city, rest[0])):
        lines.append(points)
        rest = rest[1:]
    if own := "\n".join(rest):
        lines.append(verbatim(own if most is None else excerpt(own, most)))
    return Text("\n".join(f"{{line{n}}}" for n in range(len(lines))), {f"line{n}": line for n, line in enumerate(lines)})


def entry_text(ctx: Context, kind: CaseKind, entry: Entry, most: int | None = None) -> Text | str:
    """Give a text of a case of this kind as its reader reads it."""
    if kind is CaseKind.BAD_RATING and entry.kind in (EntryKind.TOLD, EntryKind.RATING_CHANGED, EntryKind.RESULT):
        return shown(ctx.city.city, entry.text, most, labelled=False)
    if entry.kind in (EntryKind.REFUSED, EntryKind.UNASSIGNED, EntryKind.REOPENED):
        return as_read(entry.text)
    return entry.text if most is None else excerpt(entry.text, most)


def points_in_words(city: City, criteria: Mapping[str, Satisfaction]) -> Text | None:
    """Name the criteria by which a window was rated, each with its level; None where there are none."""
    graded = [(word, criteria[word.code]) for word in city.rating_criteria if word.code in criteria]
    return _graded(graded) if graded else None


def reasons_in_words(city: City, codes: Iterable[str]) -> Text | None:
    """Name the usual reasons that were given; None where there are none."""
    chosen = [word for word in city.rating_reasons if word.code in codes]
    return _chosen(chosen) if chosen else None


def _reasons(city: City, line: str) -> Text | None:
    """Know the city's reasons again; None where a line is not made of them alone, as somebody's own words."""
    known = {word.name: word for word in city.rating_reasons}
    names = line.removeprefix(_REASONS).split(_AND)
    is_made = line.startswith(_REASONS) and all(name in known for name in names)
    return _chosen([known[name] for name in names]) if is_made else None


def _points(city: City, line: str) -> Text | None:
    known = {f"{word.name} {said}": (word, level) for word in city.rating_criteria for said, level in _LEVELS.items()}
    graded = line.removeprefix(_POINTS).split(_AND)
    is_made = line.startswith(_POINTS) and all(one in known for one in graded)
    return _graded([known[one] for one in graded]) if is_made else None


def _chosen(words: Iterable[RatingWord]) -> Text:
    return _("Reasons: {reasons}", reasons=_joined(_name(word) for word in words))


def _graded(graded: Iterable[tuple[RatingWord, Satisfaction]]) -> Text:
    points = (_("{name}: {level}", name=_name(word), level=LEVELS[level]) for word, level in graded)
    return _("Criteria: {points}", points=_joined(points))


def _joined(texts: Iterable[Text]) -> Text:
    return reduce(lambda one, more: _("{one}; {more}", one=one, more=more), texts)


def _name(word: RatingWord) -> Text:
    return Text("{name}", {"name": Name(word.name, word.name_en)})
