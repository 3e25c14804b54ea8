from __future__ import annotations

from dataclasses import replace

import pytest
from test_routing import CITY, category, unit

from domain.cases import CaseKind
from domain.choosing import Choice, Way, ask_about, choose, likely_categories
from domain.city import City, Rule
from domain.classifier import Classifier, Guess
from domain.locating import locate
from domain.places import Point
from domain.reasons import ReasonCode

COMPLAINT = CaseKind.COMPLAINT
CATEGORIES = (
    replace(category("city", None, "城市"), label="城建"),
    category("rubbish", "city", "垃圾"),
    category("lamps", "city", "路灯"),
    replace(category("schools", None, "学校"), label="教育"),
    category("villages", None, "村务公开", "村委会"),
)
TOWN = replace(
    CITY,
    categories={one.code: one for one in CATEGORIES},
    units={one.code: one for one in (unit("office"), unit("clean"), unit("light"), unit("school"), unit("team", "discipline"))},
    rules=(
        Rule(area="1", category=None, unit="office"),
        Rule(area="1", category="rubbish", unit="clean"),
        Rule(area="12", category="rubbish", unit="office"),
        Rule(area="1", category="lamps", unit="light"),
        Rule(area="1", category="schools", unit="school"),
        Rule(area="1", category=None, unit="team"),
    ),
)  # fmt: skip


def model(*, straight: float = 0.8, ask: float = 0.4) -> Classifier:
    """Know two labels by one character each."""
    weights = {"坏": ((4000, 0), 1.0), "学": ((0, 4000), 1.0), "杂": ((700, 0), 1.0)}
    return Classifier(
        labels=("城建", "教育"), bias=(0.0, 0.0), scale=0.001, straight=straight, ask=ask,
        weights={gram: (row[0] + (row[1] << 40), square) for gram, (row, square) in weights.items()},
    )  # fmt: skip


def choice(text: str, point: Point | None = None, **changes: float) -> Choice:
    return choose(TOWN, model(**changes), COMPLAINT, text, point)


def test_sure_words_and_a_known_area_go_straight_with_their_reasons() -> None:
    chosen = choice("东区的路灯坏了")
    assert (chosen.way, chosen.unit, chosen.located.area) == (Way.STRAIGHT, "light", "11")
    assert [reason.code for reason in chosen.reasons] == [
        ReasonCode.WORDS, ReasonCode.SUGGESTED, ReasonCode.RULE, ReasonCode.SURE,
    ]  # fmt: skip
    assert chosen.reasons[1].detail == {"category": "lamps", "alias": "路灯", "p": f"{chosen.confidence:.2f}"}


def test_two_categories_of_a_sure_label_are_asked_about_when_their_units_differ() -> None:
    chosen = choice("东区路灯坏了，垃圾也没人管")
    assert chosen.way is Way.ASK
    assert {chosen.unit, *(other.code for other in chosen.others)} == {"light", "clean"}


def test_two_categories_that_lead_to_one_unit_need_no_question() -> None:
    town = replace(TOWN, rules=tuple(replace(rule, unit="clean") if rule.category == "lamps" else rule for rule in TOWN.rules))
    chosen = choose(town, model(), COMPLAINT, "东区路灯坏了，垃圾也没人管")
    assert chosen.way is Way.STRAIGHT
    assert [reason.detail.get("category") for reason in chosen.suggested] == ["rubbish", "lamps"]
    (why,) = (reason for reason in chosen.reasons if reason.code is ReasonCode.SAME_UNIT)
    assert why.detail == {"unit": "clean", "p": f"{chosen.confidence:.2f}"}


@pytest.mark.parametrize("words", ["😀😀😀", "东区😀😀😀", ""])
def test_words_that_say_nothing_are_not_understood_and_suggest_neither_category_nor_unit(words: str) -> None:
    chosen = choice(words, ask=0.6)
    assert (chosen.way, chosen.unit, chosen.suggested) == (Way.TRIAGE, None, ())
    said = {reason.code for reason in chosen.reasons}
    assert ReasonCode.NOT_UNDERSTOOD in said
    assert not said & {ReasonCode.TOO_UNSURE, ReasonCode.FALLBACK}


def test_what_is_too_uncertain_or_nowhere_goes_to_the_office_with_suggestions() -> None:
    vague = choice("东区路灯很杂", ask=0.7)
    assert (vague.way, vague.reasons[-1].code) == (Way.TRIAGE, ReasonCode.TOO_UNSURE)
    nowhere = choice("垃圾桶坏了")
    assert (nowhere.way, nowhere.unit) == (Way.TRIAGE, None)
    assert nowhere.others[0].code == "clean"
    assert ReasonCode.AREA_UNKNOWN in {reason.code for reason in nowhere.reasons}


def test_what_one_unit_does_in_the_whole_city_needs_no_area() -> None:
    chosen = choice("路灯坏了")
    assert (chosen.way, chosen.unit, chosen.located.area) == (Way.STRAIGHT, "light", None)
    assert [reason.code for reason in chosen.reasons] == [
        ReasonCode.NOTHING_SAID, ReasonCode.SUGGESTED, ReasonCode.SAME_EVERYWHERE, ReasonCode.RULE, ReasonCode.SURE,
    ]  # fmt: skip
    outside = choice("路灯坏了", Point(lon=10.0, lat=50.0))
    assert (outside.way, outside.unit) == (Way.TRIAGE, None)


def test_the_unit_of_some_areas_is_not_believed_to_be_that_of_all() -> None:
    chosen = choice("路灯坏了，垃圾也没人管")
    assert (chosen.unit, chosen.way) in {("light", Way.ASK), (None, Way.TRIAGE)}
    town = replace(TOWN, rules=tuple(replace(rule, unit="clean") if rule.category == "lamps" else rule for rule in TOWN.rules))
    unsure = choose(town, model(), COMPLAINT, "路灯、路灯杆坏了，垃圾也没人管")
    assert (unsure.unit, unsure.way) == ("clean", Way.ASK), "rubbish is another unit's in one area"


def test_a_point_on_a_border_asks_only_where_the_two_sides_have_different_units() -> None:
    border = Point(lon=102.0005, lat=36.5)
    rubbish, lamps = choice("垃圾桶坏了", border), choice("路灯坏了", border)
    assert (rubbish.located.area, rubbish.located.near, rubbish.way) == ("11", ("12",), Way.ASK)
    assert lamps.way is Way.STRAIGHT


def test_a_picked_area_needs_no_looking_for() -> None:
    assert choose(TOWN, model(), COMPLAINT, "西区路灯坏了", area="11").located.area == "11"


def test_categories_without_a_label_come_by_their_words_but_are_never_certain() -> None:
    likely = likely_categories(TOWN, model().guess("村务公开"), COMPLAINT, "村务公开")
    assert (likely[0].code, likely[0].p) == ("villages", 0.5)


def test_a_label_without_any_word_means_its_upper_category_and_a_word_of_an_upper_one_gives_way_to_those_below() -> None:
    sure = (Guess(label="城建", p=1.0),)
    assert [one.code for one in likely_categories(TOWN, sure, COMPLAINT, "坏了")] == ["city"]
    assert likely_categories(TOWN, sure, COMPLAINT, "城市的路灯")[0].code == "lamps"


@pytest.mark.parametrize(("text", "asked"), [("路灯坏了", ("lamps",)), ("今天天气", ())])
def test_a_citizen_is_asked_about_three_at_most_and_only_if_the_words_have_an_idea(text: str, asked: tuple[str, ...]) -> None:
    assert ask_about(TOWN, model(ask=0.7), COMPLAINT, text)[:1] == asked


def test_a_city_without_labels_asks_as_if_there_were_no_classifier() -> None:
    assert ask_about(CITY, model(), COMPLAINT, "路灯坏了") == ()
    unlabelled = {code: replace(one, label="") for code, one in TOWN.categories.items()}
    town = replace(TOWN, categories=unlabelled)
    for text in ("东区的垃圾没人管", "东区的路灯坏了，路灯不亮，路灯没人修"):
        chosen = choose(town, model(straight=0.2, ask=0.1), COMPLAINT, text)
        assert (chosen.way, bool(chosen.unit)) == (Way.TRIAGE, True)


def test_words_that_confirm_a_mere_guess_make_it_as_probable_as_words_that_speak_against_one() -> None:
    classroom = replace(TOWN.categories["schools"], aliases=("学校", "street light"))
    town = replace(TOWN, categories={**TOWN.categories, "schools": classroom})
    weak = Classifier(labels=("城建", "教育", "卫生"), bias=(0.0, 0.0, 0.0), scale=1, straight=0.9, ask=0.4, weights={})
    for labels in (("城建", "教育"), ("教育", "城建")):
        guesses = tuple(Guess(label=label, p=p) for label, p in zip(labels, (0.41, 0.39), strict=True))
        likely = likely_categories(town, guesses, COMPLAINT, "street lights")
        assert likely[0].code == "schools"
        assert likely[0].p > 0.69
    assert choose(town, weak, COMPLAINT, "The street lights are broken").way is Way.ASK


def test_a_label_without_any_word_of_the_citys_gives_way_to_one_that_has_some_and_never_goes_straight() -> None:
    classroom = replace(TOWN.categories["schools"], aliases=("学校", "教室里的"))
    town = replace(TOWN, categories={**TOWN.categories, "schools": classroom})
    assert choose(TOWN, model(), COMPLAINT, "东区教室里的坏了").way is Way.STRAIGHT
    for sure in (0.8, 0.4):
        chosen = choose(town, model(straight=sure, ask=0.3), COMPLAINT, "东区教室里的坏了")
        assert chosen.guesses[0].label == "城建"
        assert [one.code for one in chosen.categories] == ["schools", "city"]
        assert chosen.unit == "school"
    assert choose(town, model(), COMPLAINT, "东区教室里的坏了").way is Way.ASK
    weak = replace(town, categories={**town.categories, "schools": replace(classroom, aliases=("教室",))})
    asked = choose(weak, model(straight=0.4, ask=0.3), COMPLAINT, "东区教室坏了")
    assert (asked.categories[0].code, asked.way) == ("city", Way.ASK)


def test_misconduct_goes_to_a_discipline_team_whatever_the_words_are() -> None:
    chosen = choose(TOWN, model(), CaseKind.MISCONDUCT, "东区的路灯坏了")
    assert (chosen.way, chosen.unit) == (Way.STRAIGHT, "team")


@pytest.mark.parametrize(
    ("words", "found", "passed_over"),
    [
        ("不是东区街道办的责任，是西区", "12", ("东区",)),
        ("跟西区没有关系，东区管的", "11", ("西区",)),
        ("西区对面的东区菜场", "11", ("西区",)),
        ("在东区附近", "11", ()),
        ("not the fault of the East District, it is in West District", "12", ("East District",)),
        ("opposite West District, in East District", "11", ("West District",)),
        ("不是东区", None, ("东区",)),
    ],
)
def test_names_that_are_denied_or_only_beside_it_are_passed_over(words: str, found: str | None, passed_over: tuple[str]) -> None:
    located = locate(CITY, None, words)
    assert (located.area, located.passed_over) == (found, passed_over)


def test_a_name_decides_on_a_border() -> None:
    border = Point(lon=102.0005, lat=36.5)
    assert locate(CITY, border, "西区").area == "12"
    assert locate(CITY, border, "").how.code is ReasonCode.POINT_ON_BORDER
    assert locate(CITY, Point(lon=102.01, lat=36.5), "西区").area == "11"


def test_a_unit_that_is_named_stands_among_the_reasons() -> None:
    town: City = replace(TOWN, units={**TOWN.units, "light": replace(unit("light"), name="河湾市路灯管理处")})
    reasons = choose(town, model(), COMPLAINT, "东区路灯坏了，路灯管理处没人来").reasons
    assert next(r for r in reasons if r.code is ReasonCode.UNIT_NAMED).detail == {"unit": "light", "alias": "路灯管理处"}
