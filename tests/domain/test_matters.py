from __future__ import annotations

from pathlib import Path

import pytest

from bot.classifiers import shipped
from bot.learning import read_city_folder
from domain.cases import CaseKind
from domain.choosing import Way, choose
from domain.matters import guess_labels, without_areas

XINING = read_city_folder(Path(__file__).parents[2] / "examples" / "xining")


@pytest.mark.parametrize("where", ["城中区，", "西宁市城中区", "城北区的", "虎台街道，", "Chengzhong "])
@pytest.mark.parametrize("text", ["有人跳楼", "邻居天天骂我", "公司拖欠我三个月工资"])
def test_the_name_of_an_area_says_nothing_of_the_matter(where: str, text: str) -> None:
    said = text if where[-1] != "的" else f"的{text}"
    assert guess_labels(XINING, shipped(), where + text) == guess_labels(XINING, shipped(), said)


def test_a_district_alone_sends_nothing_straight_to_construction() -> None:
    assert choose(XINING, shipped(), CaseKind.COMPLAINT, "今天天气不错，城中区").way is not Way.STRAIGHT
    assert choose(XINING, shipped(), CaseKind.COMPLAINT, "城中区我想离婚").unit != "construction"


def test_halls_windows_and_units_say_what_it_is_about() -> None:
    assert without_areas(XINING, "城中区政务服务大厅3号窗口").strip() == "政务服务大厅3号窗口"
    assert without_areas(XINING, "在西宁市城东区，城市管理局不管").split() == ["在", "，城市管理局不管"]
