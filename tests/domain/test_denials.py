from __future__ import annotations

import pytest
from test_choosing import COMPLAINT, TOWN, choice, model

from domain.choosing import ask_about
from domain.denials import without_denials


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("不是路灯的问题，是树挡住了红绿灯", "，是树挡住了红绿灯"),
        ("这不是物业的事，没人扫地", "这 ，没人扫地"),
        ("不是路灯，是红绿灯坏了", "，是红绿灯坏了"),
        ("垃圾没人清运，不怪物业", "垃圾没人清运，"),
        ("停水了，与小区施工无关。", "停水了， 。"),
        ("跟医院没关系，救护车来晚了", "，救护车来晚了"),
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
    ],
)
def test_a_question_and_a_choice_of_two_deny_nothing(text: str) -> None:
    assert without_denials(text) == text


def test_a_denied_word_counts_for_nothing() -> None:
    assert [one.code for one in choice("东区不是路灯的问题，是垃圾堆坏了").categories] == ["rubbish"]
    assert [one.code for one in choice("东区不是路灯的问题").categories if one.code == "lamps"] == []


def test_what_is_denied_is_not_asked_about_either() -> None:
    assert ask_about(TOWN, model(), COMPLAINT, "不是路灯的问题，是垃圾堆坏了") == ("rubbish",)
