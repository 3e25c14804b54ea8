from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_choosing import COMPLAINT, TOWN, choice
from test_matters import XINING

from domain.choosing import Way
from domain.locating import locate
from domain.reasons import ReasonCode
from domain.routing import offer_categories
from domain.simplified import simplified

GB2312 = [
    character
    for row in range(0xB0, 0xF8)
    for cell in range(0xA1, 0xFF)
    if (character := bytes((row, cell)).decode("gb2312", "ignore")) not in ("", "後", "於")
]


@given(st.text())
def test_one_character_stands_for_one(text: str) -> None:
    assert len(simplified(text)) == len(text)


def test_what_is_simplified_stays_as_it_is() -> None:
    text = "".join(GB2312)
    assert simplified(text) == text


@pytest.mark.parametrize(
    ("written", "usual"),
    [("虎臺街道的路燈壞了", "虎台街道的路灯坏了"), ("１２號樓，Ｃｈｅｎｇｘｉ", "12号楼,Chengxi"), ("乾隆著作", "乾隆著作")],
)
def test_traditional_and_full_width_characters_are_written_as_usual(written: str, usual: str) -> None:
    assert simplified(written) == usual


def test_names_and_words_are_found_in_traditional_characters() -> None:
    chosen = choice("東區的路燈壞了")
    assert (chosen.way, chosen.unit, chosen.located.area) == (Way.STRAIGHT, "light", "11")
    assert offer_categories(TOWN, COMPLAINT, "路燈壞了")[0] == "lamps"
    denied = locate(TOWN, None, "不在東區")
    assert (denied.area, denied.passed_over) == (None, ("东区",))


def test_a_window_is_found_by_full_width_digits() -> None:
    assert [one.windows for one in locate(XINING, None, "市民服务中心４号窗口不给办").served] == [("centre-4",)]


def test_a_place_that_is_not_known_is_quoted_as_it_was_written() -> None:
    located = locate(TOWN, None, "路燈壞了", place="臺灣街")
    assert located.how.code is ReasonCode.PLACE_UNKNOWN
    assert located.how.detail == {"alias": "臺灣街"}
