from __future__ import annotations

from dataclasses import replace

import pytest
from test_choosing import TOWN, choice, model
from test_routing import CITY, area

from domain.cases import CaseKind
from domain.choosing import Way, choose
from domain.elsewhere import elsewhere_in
from domain.locating import locate
from domain.places import Point
from domain.reasons import ReasonCode


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("北京市朝阳区的路灯坏了", ["北京市朝阳区"]),
        ("我家在上海市浦东新区，朝阳区也停水", ["上海市浦东新区", "朝阳区"]),
        ("甘肃省兰州市来的", ["甘肃省兰州市"]),
        ("桥南区的路灯", ["桥南区"]),
        ("河湾市东区的路灯", []),
        ("我们小区、我区、本市的超市和城市", []),
        ("桥南市场", []),
        ("上海市东区的路灯", ["上海市"]),
        ("广西柳州市东区的路灯", ["广西柳州市"]),
        ("柳州东区的路灯", ["柳州东区"]),
        ("上海市长宁区的垃圾", ["上海市长宁区"]),
        ("兰州市长说了", []),
        ("浙江杭州桥南的路灯", ["浙江杭州"]),
        ("兰州的路灯", ["兰州"]),
        ("呼和浩特这边停水", ["呼和浩特"]),
        ("兰州拉面、北京路、上海大众、四川人", []),
        ("我从兰州来河湾，住东区", []),
        ("昨天东区停水", []),
        ("江西河湾县的路", ["江西河湾县"]),
        ("云南大理的路", ["云南大理"]),
        ("四川省成都市桥南的路", ["四川省成都市"]),
        ("河湾东区", []),
        ("我在成都上班，公司拖欠工资", ["成都"]),
        ("在兰州坐出租车被宰", ["兰州"]),
        ("我们在深圳买的手机", ["深圳"]),
        ("在西安某小区租房", ["西安"]),
        ("现在浙江杭州打工", ["浙江杭州"]),
        ("人在西安，工资没发", ["西安"]),
        ("我在西安", ["西安"]),
        ("在兰州拉面馆吃坏了肚子", []),
        ("在北京路买到假货", []),
        ("我不在成都上班", []),
        ("公司总部在深圳，分店在东区", []),
        ("从广州打工回来", []),
        ("在上海大众4S店修车", []),
        ("共和县的路灯坏了", ["共和县"]),
        ("我在民和县，没有水", ["民和县"]),
        ("东区和和平区都停水", ["和平区"]),
        ("东区和桥南区停水", ["桥南区"]),
    ],
)
def test_the_names_of_other_cities_and_districts_are_told_by_their_form(words: str, named: list[str]) -> None:
    assert [one.name for one in elsewhere_in(CITY, words)] == named


def test_the_citys_own_province_is_no_other_place() -> None:
    city = replace(CITY, areas={"630100": area("630100", None, "河湾市", "Hewan")})
    assert elsewhere_in(city, "青海省的规定") == elsewhere_in(city, "青海的规定") == ()
    assert elsewhere_in(city, "青海省河湾市") == elsewhere_in(city, "青海河湾") == ()
    assert [one.name for one in elsewhere_in(CITY, "青海省的规定")] == ["青海省"]


@pytest.mark.parametrize("words", ["上海市东区的垃圾堆坏了", "上海东区的垃圾堆坏了", "浙江杭州桥南垃圾堆坏了"])
def test_an_area_of_the_same_name_in_another_city_is_not_ours(words: str) -> None:
    chosen = choice(words)
    assert (chosen.located.area, chosen.way, chosen.unit) == (None, Way.TRIAGE, None)
    assert choice("河湾市东区的垃圾堆坏了").way is Way.STRAIGHT


@pytest.mark.parametrize("words", ["桥南区的路灯坏了", "上海市浦东新区桥南路的路灯坏了", "我在上海市，桥南的路灯坏了"])
def test_a_short_name_inside_or_beside_another_citys_place_is_not_ours(words: str) -> None:
    chosen = choice(words)
    assert (chosen.located.area, chosen.way, chosen.unit) == (None, Way.TRIAGE, None)
    assert chosen.reasons[0].code is ReasonCode.ELSEWHERE


def test_what_names_our_area_and_another_place_is_asked_about() -> None:
    chosen = choice("我从兰州市来，桥南街道的路灯坏了")
    assert (chosen.located.area, chosen.way, chosen.unit) == ("1101", Way.ASK, "light")
    assert [reason.code for reason in chosen.reasons[:2]] == [ReasonCode.WORDS, ReasonCode.ELSEWHERE]


def test_a_shared_place_or_a_picked_area_counts_before_another_place_that_is_named() -> None:
    point = Point(lon=102.5, lat=36.5)
    assert locate(CITY, point, "我从兰州市来").area == "11"
    assert choice("我从兰州市来，路灯坏了", point).way is Way.STRAIGHT
    assert choose(TOWN, model(), CaseKind.COMPLAINT, "我从兰州市来，路灯坏了", area="11").way is Way.STRAIGHT
