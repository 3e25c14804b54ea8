from __future__ import annotations

import json
from dataclasses import replace
from datetime import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cases import CaseKind
from domain.city import LANGUAGES, Area, Category, City, Rule, Unit
from domain.locating import Located, areas_in, locate
from domain.places import AreaMap, Crs, Point
from domain.reasons import ReasonCode
from domain.routing import category_scores, offer_categories, route

CITIZEN = (CaseKind.COMPLAINT, CaseKind.CONSULTATION, CaseKind.SUGGESTION)


def area(code: str, parent: str | None, name: str, name_en: str, *aliases: str) -> Area:
    return Area(code=code, parent=parent, name=name, name_en=name_en, aliases=aliases)


def category(code: str, parent: str | None, *aliases: str, kinds: tuple[CaseKind, ...] = ()) -> Category:
    return Category(code=code, parent=parent, name=f"〈{code}〉", name_en=f"<{code}>", aliases=aliases, kinds=kinds)


def unit(code: str, kind: str = "department") -> Unit:
    return Unit(code=code, parent=None, kind=kind, name=code, name_en=code)


def square(adcode: str, west: float) -> dict[str, object]:
    ring = [[west, 36.0], [west + 1, 36.0], [west + 1, 37.0], [west, 37.0], [west, 36.0]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"adcode": adcode, "name": adcode}, "geometry": geometry}


AREAS = (
    area("1", None, "河湾市", "Hewan", "河湾"),
    area("11", "1", "东区", "East District", "河东"),
    area("12", "1", "西区", "West District"),
    area("1101", "11", "桥南街道", "Qiaonan", "桥南"),
    area("1102", "11", "城关镇", "Chengguan"),
    area("1201", "12", "城关镇", "Chengguan"),
    area("1202", "12", "上桥南镇", "Upper Qiaonan", "上桥南"),
)
CATEGORIES = (
    category("clean", None, "卫生", "脏", kinds=CITIZEN),
    category("rubbish", "clean", "垃圾", "没人清运", "rubbish"),
    category("toilet", "clean", "厕所", "卫生"),
    category("gas", None, "燃气", "gas", kinds=(CaseKind.COMPLAINT,)),
    category("bribes", None, "红包", kinds=(CaseKind.MISCONDUCT,)),
    category("demand", "bribes", "索要"),
    *(category(f"other{n}", None, f"其他{n}") for n in range(8)),
)
UNITS = (
    unit("city"),
    unit("east"),
    unit("urban"),
    unit("urban-east"),
    unit("team", "discipline"),
    unit("team-east", "discipline"),
)
RULES = (
    Rule(area="1", category=None, unit="city"),
    Rule(area="11", category=None, unit="east"),
    Rule(area="1", category="rubbish", unit="urban"),
    Rule(area="11", category="clean", unit="urban-east"),
    Rule(area=None, category="gas", unit="city"),
    Rule(area="1", category="bribes", unit="team"),
    Rule(area="11", category=None, unit="team-east"),
)
CITY = City(
    name="河湾市",
    name_en="Hewan",
    zone=ZoneInfo("Asia/Shanghai"),
    languages=LANGUAGES,
    closing_time=time(18),
    quiet_hours=(time(21), time(8)),
    morning=time(8, 30),
    digest=(0, time(8, 30)),
    working_days={},
    ladder=(),
    areas={area.code: area for area in AREAS},
    units={unit.code: unit for unit in UNITS},
    categories={category.code: category for category in CATEGORIES},
    rules=RULES,
    area_map=AreaMap.from_geojson({"type": "FeatureCollection", "features": [square("11", 102.0), square("12", 101.0)]}),
)


def found(located: Located) -> tuple[str | None, ReasonCode]:
    return located.area, located.how.code


def test_the_longest_name_at_a_place_is_found_and_ambiguity_is_kept() -> None:
    hits = areas_in(CITY, "河东上桥南有城关镇吗")
    assert [(hit.code, hit.alias, hit.start) for hit in hits] == [
        ("11", "河东", 0),
        ("1202", "上桥南", 2),
        ("1102", "城关镇", 6),
        ("1201", "城关镇", 6),
    ]


def test_latin_names_are_whole_words_in_any_case() -> None:
    assert [hit.code for hit in areas_in(CITY, "near QIAONAN, in Hewanese style")] == ["1101"]
    assert not category_scores(CITY, CaseKind.COMPLAINT, "Las Vegas")
    assert set(category_scores(CITY, CaseKind.COMPLAINT, "Gas!")) == {"gas"}


def test_letters_that_grow_in_lower_case_move_nothing() -> None:
    (hit,) = areas_in(CITY, "İİİ in QIAONAN")
    assert (hit.alias, hit.start) == ("QIAONAN", 7)


@given(st.text(st.sampled_from("河东桥南上城关镇东区 aİE")))
def test_hits_are_what_stands_in_the_text(text: str) -> None:
    for hit in areas_in(CITY, text):
        assert text[hit.start :].startswith(hit.alias)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("没有地名", (None, ReasonCode.NOTHING_SAID)),
        ("河湾的东区", ("11", ReasonCode.WORDS)),
        ("桥南街道，东区", ("1101", ReasonCode.WORDS)),
        ("在城关镇", (None, ReasonCode.WORDS_AMBIGUOUS)),
        ("东区城关镇", ("1102", ReasonCode.WORDS)),
        ("西区的桥南", (None, ReasonCode.WORDS_SEVERAL)),
        ("东区城关镇和桥南", ("11", ReasonCode.WORDS)),
        ("整个河湾市", ("1", ReasonCode.WORDS)),
    ],
)
def test_the_deepest_name_that_nothing_contradicts_is_the_area(words: str, expected: tuple[str | None, ReasonCode]) -> None:
    assert found(locate(CITY, None, words)) == expected


def test_a_place_that_was_answered_but_not_recognised_is_quoted() -> None:
    located = locate(CITY, None, "路灯坏了", place=" 文景街 ")
    assert (located.area, located.how.code, located.how.detail) == (None, ReasonCode.PLACE_UNKNOWN, {"alias": "文景街"})
    assert found(locate(CITY, None, "东区的路灯", place="文景街")) == ("11", ReasonCode.WORDS)
    assert found(locate(CITY, Point(lon=102.5, lat=36.5), "", place="文景街")) == ("11", ReasonCode.POINT_INSIDE)


def test_ambiguous_names_are_kept_for_a_question() -> None:
    assert locate(CITY, None, "城关镇").how.detail == {"areas": "1102,1201", "alias": "城关镇"}


def test_a_point_counts_more_than_words_and_words_below_it_make_it_finer() -> None:
    east = Point(lon=102.5, lat=36.5, crs=Crs.WGS84)
    assert found(locate(CITY, east, "西区")) == ("11", ReasonCode.POINT_INSIDE)
    assert found(locate(CITY, east, "东区桥南")) == ("1101", ReasonCode.WORDS)
    assert found(locate(CITY, east, "城关镇")) == ("1102", ReasonCode.WORDS_AT_POINT)


@pytest.mark.parametrize(
    ("lon", "words", "expected"),
    [
        (102.5, "西区", ("11", ReasonCode.POINT_INSIDE, "12")),
        (102.5, "西区城关镇", ("11", ReasonCode.POINT_INSIDE, "1201")),
        (102.5, "西区的灯，架桥南边", ("1101", ReasonCode.WORDS, "12")),
        (102.5, "西区和东区", ("11", ReasonCode.POINT_INSIDE, "")),
        (102.5, "城关镇", ("1102", ReasonCode.WORDS_AT_POINT, "")),
        (102.5, "东区城关镇", ("1102", ReasonCode.WORDS, "")),
        (102.5, "河湾市", ("11", ReasonCode.POINT_INSIDE, "")),
        (103.0005, "西区城关镇", ("11", ReasonCode.POINT_NEAR_BORDER, "1201")),
    ],
)
def test_another_area_than_that_of_the_point_is_told_whatever_else_the_words_name(
    lon: float, words: str, expected: tuple[str, ReasonCode, str]
) -> None:
    located = locate(CITY, Point(lon=lon, lat=36.5), words)
    assert (located.area, located.how.code, located.instead) == expected


def test_on_a_border_and_where_the_words_name_several_others_one_of_these_is_told() -> None:
    names = ("north", "1", "北区", "North"), ("south", "1", "南区", "South")
    city = replace(CITY, areas=CITY.areas | {name[0]: area(*name) for name in names})
    border = locate(city, Point(lon=102.0005, lat=36.5), "北区的路灯")
    assert (border.how.code, border.near, border.instead) == (ReasonCode.POINT_ON_BORDER, ("12",), "north")
    assert locate(city, Point(lon=102.5, lat=36.5), "北区和南区的路灯").instead == "north"
    assert locate(city, Point(lon=102.5, lat=36.5), "北区城关镇").instead == "north"


def test_a_point_just_off_the_map_counts_as_the_nearest_area() -> None:
    assert found(locate(CITY, Point(lon=103.001, lat=36.5), "")) == ("11", ReasonCode.POINT_NEAR_BORDER)


def test_a_point_outside_the_city_says_so_and_leaves_it_to_the_words() -> None:
    abroad = Point(lon=2.35, lat=48.86)
    nowhere = locate(CITY, abroad, "")
    assert (nowhere.area, nowhere.how.code, nowhere.outside) == (None, ReasonCode.POINT_OUTSIDE, True)
    told = locate(CITY, abroad, "东区")
    assert (told.area, told.how.code, told.outside) == ("11", ReasonCode.WORDS, True)


def test_the_category_with_more_and_longer_words_is_suggested_first() -> None:
    assert offer_categories(CITY, CaseKind.COMPLAINT, "厕所和垃圾，垃圾没人清运")[:2] == ("rubbish", "toilet")


def test_a_word_that_two_categories_share_suggests_both_in_the_order_of_the_file() -> None:
    assert offer_categories(CITY, CaseKind.COMPLAINT, "卫生")[:2] == ("clean", "toilet")


def test_words_speak_only_for_categories_that_suit_the_kind() -> None:
    assert set(category_scores(CITY, CaseKind.COMPLAINT, "燃气和红包")) == {"gas"}
    assert not category_scores(CITY, CaseKind.CONSULTATION, "燃气和红包")
    assert set(category_scores(CITY, CaseKind.MISCONDUCT, "燃气和红包")) == {"bribes"}


def test_nine_are_offered_with_upper_categories_after_the_suggestions() -> None:
    offered = offer_categories(CITY, CaseKind.COMPLAINT, "垃圾")
    assert offered == ("rubbish", "gas", *(f"other{n}" for n in range(7)))


def test_an_upper_category_with_words_in_the_text_is_offered_before_the_others() -> None:
    text = "没人清运 燃气 其他0 其他1 其他7"
    assert offer_categories(CITY, CaseKind.COMPLAINT, text)[:5] == ("rubbish", "other0", "other1", "other7", "gas")


def test_a_kind_with_a_single_upper_category_is_offered_what_is_below_it() -> None:
    assert offer_categories(CITY, CaseKind.MISCONDUCT, "什么也没有") == ("demand",)
    assert offer_categories(CITY, CaseKind.MISCONDUCT, "红包") == ("demand",)


@pytest.mark.parametrize(
    ("where", "what", "unit", "confidence"),
    [
        ("1101", "rubbish", "urban", 1.0),
        ("1101", "toilet", "urban-east", 1.0),
        ("12", "toilet", "city", 0.5),
        ("1201", "gas", "city", 1.0),
        ("1101", None, "east", 0.5),
        ("1", "other0", "city", 0.5),
        (None, "gas", None, 0.0),
        (None, None, None, 0.0),
    ],
)
def test_the_most_specific_rule_wins_the_category_before_the_area(
    where: str | None, what: str | None, unit: str | None, confidence: float
) -> None:
    decision = route(CITY, CaseKind.COMPLAINT, where, what)
    assert (decision.unit, decision.confidence) == (unit, confidence)
    assert (decision.rule.unit if decision.rule else None) == unit


@pytest.mark.parametrize(
    ("where", "what", "unit"),
    [
        ("1101", None, "team-east"),
        ("1101", "demand", "team"),
        ("12", None, "team"),
        (None, None, "team"),
        (None, "demand", "team"),
    ],
)
def test_misconduct_goes_to_the_nearest_discipline_unit(where: str | None, what: str | None, unit: str) -> None:
    assert route(CITY, CaseKind.MISCONDUCT, where, what).unit == unit


@given(
    st.sampled_from(list(CaseKind)),
    st.none() | st.sampled_from([area.code for area in AREAS]),
    st.none() | st.sampled_from([category.code for category in CATEGORIES]),
)
def test_misconduct_and_discipline_units_belong_together(kind: CaseKind, where: str | None, what: str | None) -> None:
    decision = route(CITY, kind, where, what)
    assert (decision.unit in ("team", "team-east")) == (kind is CaseKind.MISCONDUCT)


def test_the_reasons_can_be_stored() -> None:
    decision = route(CITY, CaseKind.COMPLAINT, "1101", "toilet")
    stored = json.loads(json.dumps([{"code": reason.code, **reason.detail} for reason in decision.reasons]))
    assert stored == [{"code": "rule", "area": "11", "category": "clean"}]
    unknown = route(CITY, CaseKind.COMPLAINT, None, None)
    assert [reason.code for reason in unknown.reasons] == [ReasonCode.CATEGORY_UNKNOWN, ReasonCode.AREA_UNKNOWN]


@pytest.mark.timeout(60)  # a fraction of a second; a slip into quadratic time takes minutes
def test_a_hundred_thousand_characters_are_read_at_once() -> None:
    text = "河东垃圾没人清运，厕所脏，gas, 上桥南。" * 4_000
    category_scores(CITY, CaseKind.COMPLAINT, text[:100])
    assert category_scores(CITY, CaseKind.COMPLAINT, text)
