"""A level is read from words only where they say one, and no other."""

from __future__ import annotations

import pytest

from domain.cases import Satisfaction
from domain.levels_said import LevelSaid, level_said

NAMES = {"满意": Satisfaction.SATISFIED, "比较满意": Satisfaction.FAIRLY, "不满意": Satisfaction.DISSATISFIED}


@pytest.mark.parametrize(
    ("text", "level", "alone"),
    [
        ("满意", Satisfaction.SATISFIED, True),
        ("满意！", Satisfaction.SATISFIED, True),
        ("非常好", Satisfaction.SATISFIED, True),
        ("服务很好，谢谢", Satisfaction.SATISFIED, False),
        ("Very good, thank you", Satisfaction.SATISFIED, False),
        ("The service was excellent", Satisfaction.SATISFIED, True),
        ("比较满意", Satisfaction.FAIRLY, True),
        ("一般", Satisfaction.BASICALLY, True),
        ("不满意，等了两个小时", Satisfaction.DISSATISFIED, False),
        ("态度太差了", Satisfaction.DISSATISFIED, True),
        ("not good", Satisfaction.DISSATISFIED, True),
    ],
)
def test_words_that_say_one_level_give_it(text: str, level: Satisfaction, alone: bool) -> None:
    assert level_said(text, NAMES) == LevelSaid(level=level, alone=alone)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "谢谢",
        "好",
        "很好，但是等太久",
        "服务很好，环境很差",
        "你们满意吗",
        "等了两小时",
        "good but slow",
        "路灯坏了",
        "我不是很满意",
    ],
)
def test_other_words_give_none(text: str) -> None:
    assert level_said(text, NAMES) is None
