from __future__ import annotations

from dataclasses import replace

import pytest
from test_choosing import COMPLAINT, TOWN, choice, model

from domain.choosing import ask_about
from domain.denials import without_denials
from domain.locating import locate
from domain.routing import without_neighbours


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("不是路灯的问题，是树挡住了红绿灯", "，是树挡住了红绿灯"),
        ("这不是物业的事，没人扫地", "这 ，没人扫地"),
        ("不是路灯，是红绿灯坏了", "，是红绿灯坏了"),
        ("垃圾没人清运，不怪物业", "垃圾没人清运，"),
        ("停水了，与小区施工无关。", "停水了， 。"),
        ("跟医院没关系，救护车来晚了", "，救护车来晚了"),
        ("不关学校的事，是小贩太多", "，是小贩太多"),
        ("非物业责任，路灯坏了", "，路灯坏了"),
        ("不赖物业，路灯坏了", "，路灯坏了"),
        ("物业没有责任，路灯坏了", "，路灯坏了"),
        ("路灯坏了，物业没责任。", "路灯坏了， 。"),
        ("我不是投诉医院，我是投诉停车场", "我 ，我是投诉停车场"),
        ("不归物业管，路灯坏了", "，路灯坏了"),
        ("不投诉物业，投诉开发商", "，投诉开发商"),
        ("It is not about the streetlight, the drain is blocked", "It  , the drain is blocked"),
        ("It has nothing to do with the school.", "It  ."),
    ],
)
def test_what_is_denied_is_cut(text: str, left: str) -> None:
    assert without_denials(text).split() == left.split()


@pytest.mark.parametrize(
    "text",
    [
        "是不是路灯的问题？",
        "难道不是物业的责任？",
        "这不是违建吗",
        "不是停水，就是停电",
        "不是停水的问题，就是停电的问题",
        "路灯坏了不是没人管",
        "难怪物业不管",
        "物业有没有责任",
        "医院没有责任心",
        "物业没有责任吗",
        "医院说没有责任",
        "物业不关心漏水问题",
        "非居民用水问题",
        "非机动车责任",
        "难道不怪学校吗",
        "并无非法经营问题？",
        "为什么不投诉物业，我来说",
        "老板不赖账，就是拖",
    ],
)
def test_a_question_and_a_choice_of_two_deny_nothing(text: str) -> None:
    assert without_denials(text) == text


def test_a_denied_word_counts_for_nothing() -> None:
    assert [one.code for one in choice("东区不是路灯的问题，是垃圾堆坏了").categories] == ["rubbish"]
    assert [one.code for one in choice("东区不是路灯的问题").categories if one.code == "lamps"] == []


def test_what_is_denied_is_not_asked_about_either() -> None:
    assert ask_about(TOWN, model(), COMPLAINT, "不是路灯的问题，是垃圾堆坏了") == ("rubbish",)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("学校对面的停车场", "对面的停车场"),
        ("学校门口的路灯，垃圾在学校的旁边", "门口的路灯，垃圾在 的旁边"),
        ("靠近学校的路灯", "靠近 的路灯"),
        ("The rubbish next to the school", "The rubbish next to the"),
        ("路灯旁边漏电", "路灯旁边漏电"),
        ("学校门卫打人，学校里面很脏", "学校门卫打人，学校里面很脏"),
    ],
)
def test_the_building_beside_which_it_is_counts_for_nothing_and_a_thing_does(text: str, left: str) -> None:
    schools = replace(TOWN.categories["schools"], aliases=("学校", "school"))
    town = replace(TOWN, categories={**TOWN.categories, "schools": schools})
    assert without_neighbours(town, text).split() == left.split()


def test_what_is_beside_a_school_is_no_matter_of_the_schools() -> None:
    assert [one.code for one in choice("东区学校门口的路灯坏了").categories] == ["lamps"]
    assert ask_about(TOWN, model(), COMPLAINT, "学校门口的路灯坏了") == ("lamps",)


def test_who_has_nothing_to_do_with_it_in_an_area_does_not_deny_the_area() -> None:
    assert locate(TOWN, None, "东区学校没有责任，路灯坏了").area == "11"
    assert locate(TOWN, None, "东区这事跟学校无关").area == "11"
    assert locate(TOWN, None, "跟东区街道无关").passed_over == ("东区",)
