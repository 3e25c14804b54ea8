"""The wish to rate is told from a matter that is about ratings."""

from __future__ import annotations

import pytest

from domain.rating_wishes import rating_wish


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("评价", ""),
        ("我要评价！", ""),
        ("打分", ""),
        ("好评", ""),
        ("我想给窗口打分", ""),
        ("我要给4号窗口打分", "4号窗口"),
        ("给医保窗口好评", "医保窗口"),
        ("评价一下医保窗口", "医保窗口"),
        ("对市民中心4号进行评价", "市民中心4号"),
        ("rate", ""),
        ("Rate a service window", ""),
        ("I would like to rate the passport window", "passport window"),
        ("rate window 4", "window 4"),
    ],
)
def test_a_wish_to_rate_says_where(text: str, where: str) -> None:
    assert rating_wish(text) == where


@pytest.mark.parametrize(
    "text", ["医保报销", "路灯不亮", "窗口人员逼我给好评", "物业费太高", "I hate the rate", "rates are too high"]
)
def test_other_words_are_no_wish_to_rate(text: str) -> None:
    assert rating_wish(text) is None
