from __future__ import annotations

from dataclasses import replace

import pytest
from test_choosing import TOWN, model
from test_routing import unit

from domain.cases import CaseKind
from domain.choosing import Way, choose
from domain.city import Hall, Window
from domain.city_halls import ALWAYS
from domain.locating import locate
from domain.places import Point
from domain.reasons import ReasonCode
from domain.served import served_at


def hall(code: str, unit: str, area: str, name: str, name_en: str, *aliases: str) -> Hall:
    return Hall(
        code=code, unit=unit, area=area, name=name, name_en=name_en, address="", lon=None, lat=None, hours=ALWAYS, aliases=aliases
    )


def window(code: str, name: str, name_en: str, *services: str) -> Window:
    return Window(code=code, hall=code.partition("-")[0], name=name, name_en=name_en, services=services)


HALLS = (
    hall("main", "hall", "1101", "河湾市市民服务中心", "Hewan Civic Centre", "大白楼"),
    hall("west", "hall-west", "1201", "西区政务服务大厅", "West Hall"),
    hall("medical", "medical", "12", "河湾市医保大厅", "Hewan Medical Insurance Hall"),
)
WINDOWS = (
    window("main-1", "1 号窗口 户籍登记", "Window 1 Household registration", "身份证申领", "护照", "passport"),
    window("main-12", "12 号窗口 税务", "Window 12 Taxes", "契税", "发票代开"),
    window("west-1", "1 号窗口 社会救助", "Window 1 Relief", "低保申请"),
    window("west-2", "2 号窗口 税务", "Window 2 Taxes", "发票代开"),
    window("medical-1", "1 号窗口 报销", "Window 1 Reimbursement"),
)
CITY = replace(
    TOWN,
    units=TOWN.units | {one.code: one for one in (unit("hall"), unit("hall-west"), unit("medical"))},
    halls={one.code: one for one in HALLS},
    windows={one.code: one for one in WINDOWS},
)


@pytest.mark.parametrize(
    ("words", "halls", "windows"),
    [
        ("河湾市市民服务中心12号窗口的女士不理人", ("main",), ("main-12",)),
        ("在市民服务中心十二号窗口", ("main",), ("main-12",)),
        ("大白楼税务窗口", ("main",), ("main-12",)),
        ("the lady at window 12 of the Hewan Civic Centre", ("main",), ("main-12",)),
        ("西区政务大厅2号窗口", ("west", "medical"), ("west-2",)),
        ("西区政务服务大厅一号窗口", ("west",), ("west-1",)),
        ("西区中心1号窗口", ("west", "medical"), ("west-1", "medical-1")),
        ("社会救助窗口没有人", ("west",), ("west-1",)),
        ("西区政务服务大厅办低保的窗口中午不开", ("west",), ("west-1",)),
        ("办低保的窗口中午不开", ("west",), ("west-1",)),
        ("护照窗口态度差", ("main",), ("main-1",)),
        ("the passport counter was rude", ("main",), ("main-1",)),
        ("市民服务中心契税窗口", ("main",), ("main-12",)),
        ("身份证申领的那个窗口", ("main",), ("main-1",)),
        ("身份证办理窗口", ("main",), ("main-1",)),
        ("大白楼代开发票，发票代开窗口", ("main",), ("main-12",)),
        ("市民服务中心99号窗口", ("main",), ()),
        ("West District centre", ("west", "medical"), ()),
    ],
)
def test_halls_and_windows_are_found_by_names_numbers_and_what_is_done_there(
    words: str, halls: tuple[str, ...], windows: tuple[str, ...]
) -> None:
    (served,) = served_at(CITY, words)
    assert (served.halls, served.windows) == (halls, windows)
    assert words[served.start :].startswith(served.alias)


@pytest.mark.parametrize(
    "words",
    [
        "税务窗口",
        "发票代开窗口",
        "桥南派出所护照窗口",
        "护照丢了，窗口没人",
        "1号窗口态度差",
        "西区中心小学门口堵车",
        "the west of the city centre",
        "窗口",
    ],
)
def test_what_may_be_at_several_halls_or_is_no_hall_names_none(words: str) -> None:
    assert served_at(CITY, words) == ()


@pytest.mark.parametrize(
    ("words", "area", "named"),
    [
        ("市民服务中心的人推来推去", "1101", ("main",)),
        ("我住西区，到市民服务中心12号窗口办税", "1101", ("main",)),
        ("我住西区，到市民服务中心办税", "12", ("main",)),
        ("我住东区，到市民服务中心办税", "1101", ("main",)),
        ("市民服务中心对面的路灯坏了", "1101", ()),
        ("市民服务中心门口的路灯坏了", "1101", ()),
        ("西区的路灯坏了，靠近市民服务中心", "12", ()),
        ("不怪市民服务中心，是西区的路", "12", ()),
        ("不是市民服务中心的问题", None, ()),
        ("near the Hewan Civic Centre", "1101", ()),
        ("opposite the Hewan Civic Centre in the West District", "12", ()),
    ],
)
def test_a_window_says_where_it_was_a_hall_only_where_nothing_else_does_and_beside_is_not_in(
    words: str, area: str | None, named: tuple[str, ...]
) -> None:
    located = locate(CITY, None, words)
    assert located.area == area
    assert tuple(code for one in located.served for code in one.halls) == named


def test_a_shared_place_counts_before_a_hall() -> None:
    assert locate(CITY, Point(lon=101.5, lat=36.5), "市民服务中心").area == "12"


def test_a_window_speaks_for_its_halls_unit_against_the_words_and_with_them() -> None:
    lamps = choose(CITY, model(), CaseKind.COMPLAINT, "东区的路灯坏了")
    asked = choose(CITY, model(), CaseKind.COMPLAINT, "路灯坏了，市民服务中心12号窗口不管")
    assert (lamps.way, lamps.unit) == (Way.STRAIGHT, "light")
    assert asked.way is Way.ASK
    assert {asked.unit, asked.others[0].code} == {"hall", "light"}
    assert {"window": "main-12", "unit": "hall", "alias": "市民服务中心"} in [dict(reason.detail) for reason in asked.reasons]


def test_a_window_alone_sends_nothing_straight_whose_category_no_rule_knows_there() -> None:
    asked = choose(CITY, model(straight=0.3, ask=0.2), CaseKind.COMPLAINT, "市民服务中心12号窗口不理人")
    assert (asked.way, asked.unit) == (Way.ASK, "hall")


def test_a_hall_or_several_windows_are_named_to_the_office_and_decide_nothing() -> None:
    several = choose(CITY, model(), CaseKind.COMPLAINT, "路灯坏了，西区中心1号窗口不管")
    assert several.unit == "light"
    assert [reason.detail["window"] for reason in several.suggested if reason.code is ReasonCode.WINDOW_NAMED] == [
        "west-1", "medical-1",
    ]  # fmt: skip
    one = choose(CITY, model(), CaseKind.COMPLAINT, "路灯坏了，市民服务中心不管")
    assert [reason.detail["hall"] for reason in one.reasons if reason.code is ReasonCode.HALL_NAMED] == ["main"]
    assert one.unit == "light"


def test_a_misconduct_report_goes_to_no_hall() -> None:
    assert choose(CITY, model(), CaseKind.MISCONDUCT, "市民服务中心12号窗口收红包").unit == "team"
