"""Why a matter goes where it goes, in plain words: for the desk, and for `huiyin route`."""

from __future__ import annotations

from collections.abc import Mapping

from actions.city import LoadedCity
from dialog.texts import Arg, Name, Text, _
from domain.reasons import ReasonCode

EVERY_AREA = _("every area")
EVERY_CATEGORY = _("every category")

# {area}, {areas}, {category}, {alias}, {unit}, {hall}, {window} and {p} are filled where the reason has them.
SENTENCES: Mapping[ReasonCode, Text] = {
    ReasonCode.POINT_INSIDE: _("The shared place lies in {area}."),
    ReasonCode.POINT_NEAR_BORDER: _("The shared place lies just outside the map, nearest to {area}."),
    ReasonCode.POINT_ON_BORDER: _("The shared place lies within 200 metres of a border; it may be: {areas}."),
    ReasonCode.POINT_OUTSIDE: _("The shared place lies outside the city."),
    ReasonCode.WORDS: _("“{alias}” in the words names {area}."),
    ReasonCode.WORDS_UNSURE: _("“{alias}” in the words may mean {area}, or it may be part of another word."),
    ReasonCode.WORDS_AMBIGUOUS: _("“{alias}” in the words may mean several areas: {areas}."),
    ReasonCode.WORDS_AT_POINT: _("“{alias}” in the words may mean several areas; by the shared place it is {area}."),
    ReasonCode.WORDS_SEVERAL: _("Several areas are named: {areas}."),
    ReasonCode.NAMED_INSTEAD: _("The words name {area}, where the shared place is not."),
    ReasonCode.WORDS_NOT_MEANT: _("“{alias}” is named, but as a place that it is not, or only beside it."),
    ReasonCode.NOTHING_SAID: _("No place was recognised in the words."),
    ReasonCode.PLACE_UNKNOWN: _("A place was named, “{alias}”, but it was not recognised."),
    ReasonCode.ELSEWHERE: _("“{alias}” in the words is a place that is not in this city."),
    ReasonCode.AREA_UNKNOWN: _("The area is not known."),
    ReasonCode.SAME_EVERYWHERE: _("The area makes no difference: one unit is responsible in the whole city."),
    ReasonCode.CATEGORY_UNKNOWN: _("The category is not known."),
    ReasonCode.UNIT_NAMED: _("“{alias}” in the words names {unit}."),
    ReasonCode.WINDOW_NAMED: _("“{alias}” in the words names {hall}, {window}, for which {unit} answers."),
    ReasonCode.HALL_NAMED: _("“{alias}” in the words names {hall}, for which {unit} answers."),
    ReasonCode.SUGGESTED: _("“{alias}” and the rest of the words suggest {category} ({p})."),
    ReasonCode.RULE: _("A rule of the city: {category} in {area}."),
    ReasonCode.FALLBACK: _("No rule for the category; this unit takes what else comes up in {area}."),
    ReasonCode.DISCIPLINE_ONLY: _("It goes to a discipline team only."),
    ReasonCode.NO_RULE: _("No rule of the city fits."),
    ReasonCode.WINDOW: _("It is the unit of the window that was rated."),
    ReasonCode.MISCONDUCT_SAID: _("The words speak of misconduct by staff; a report of it goes to a discipline team only."),
    ReasonCode.NOT_UNDERSTOOD: _("We did not understand from the words what it is about."),
    ReasonCode.SAME_UNIT: _("{unit} is responsible for all of these; together they count {p}."),
    ReasonCode.SURE: _("That is sure enough to go to the unit at once ({p})."),
    ReasonCode.UNSURE: _("That is not sure enough to go there without asking ({p})."),
    ReasonCode.SURE_BUT: _("That would be sure enough ({p}), but for the other reasons it is asked about first."),
    ReasonCode.TOO_UNSURE: _("That is too uncertain; the supervision office decides ({p})."),
}
UNSURE_BETWEEN_TWO = _("That is not sure enough to go there without asking ({p}); the next best is {unit}.")
LIES_IN = _("“{alias}” in the words lies in {area}.")
SUGGESTED_AS_A_WHOLE = _("The words as a whole suggest {category} ({p}).")


def in_words(city: LoadedCity, code: ReasonCode, detail: Mapping[str, str]) -> Text:
    """Put one reason into words; the names of what is no longer in the city's files are known too."""
    area, category, unit = detail.get("area"), detail.get("category"), detail.get("unit")
    window = city.city.windows.get(detail.get("window", ""))
    hall = window.hall if window else detail.get("hall")
    sentence = SENTENCES[code]
    if code is ReasonCode.SUGGESTED and not detail.get("alias"):
        sentence = SUGGESTED_AS_A_WHOLE
    if code is ReasonCode.UNSURE and unit:
        sentence = UNSURE_BETWEEN_TWO
    if code is ReasonCode.WORDS and area and not _is_called(city, area, detail.get("alias", "")):
        sentence = LIES_IN
    filled: dict[str, Arg] = {
        "alias": detail.get("alias", ""),
        "area": _area(city, area) if area else EVERY_AREA,
        "areas": tuple(Text("{name}", {"name": _area(city, one)}) for one in detail.get("areas", "").split(",") if one),
        "category": city.category(category) if category else EVERY_CATEGORY,
        "unit": city.unit(unit) if unit else "",
        "window": city.window(detail["window"]) if "window" in detail else "",
        "hall": city.hall(hall) if hall else "",
        "p": _per_cent(detail["p"]) if detail.get("p") else "",
    }
    return Text(sentence.id, filled)


def _area(city: LoadedCity, code: str) -> Name:
    """Name an area, with the one above it where another is called the same: 大通回族土族自治县城关镇."""
    name, area = city.area(code), city.city.areas.get(code)
    above = area and area.parent and city.city.areas.get(area.parent)
    if not area or not above or [one.name for one in city.city.areas.values()].count(area.name) < 2:
        return name
    return Name(f"{above.name}{area.name}", f"{area.name_en} ({above.name_en})")


def _is_called(city: LoadedCity, code: str, alias: str) -> bool:
    """Tell whether a place in the words is the area itself, by its name or a shorter one, and not a street or a sight in it."""
    area = city.city.areas.get(code)
    if area is None or alias == area.name or (alias.isascii() and alias.lower() in _lower(area.name_en, *area.aliases)):
        return True
    shorter = area.name.startswith(alias) and alias[-1:] not in "路街巷道"
    return shorter or (alias in area.aliases and alias[:2] == area.name[:2] and alias[-1] in "区县市")


def _lower(*names: str) -> tuple[str, ...]:
    return tuple(name.lower() for name in names)


def _per_cent(p: str) -> str:
    """Write a probability as people say it: 0.88 is 88%, and nothing is said to be certain."""
    return f"{min(max(round(100 * float(p)), 1), 99)}%"
