"""What nobody has sorted is sorted by its words: straight to a unit where they are sure, else with suggestions for the office."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from cast import COMPLAINT, MISCONDUCT, Cast

from actions import filing
from actions.context import Context
from bot.classifiers import shipped
from dialog.incoming import Place
from storage.cases import Case

pytestmark = pytest.mark.asyncio(loop_scope="module")

WAGES = replace(COMPLAINT, text="工地老板拖欠农民工工资三个月不发", place=Place(area="630102"), category=None)


async def filed(cast: Cast, command: filing.FileCase, *, who: str = "office") -> tuple[Case, dict[str, Any]]:
    """File with the classifier that ships; return the case and what is kept about its routing."""

    async def deed(ctx: Context) -> filing.Receipt:
        sorting = replace(ctx, city=replace(ctx.city, classifier=shipped()))
        if who == "office":
            return await filing.file_for(sorting, command, filing.Source.PHONE)
        return await filing.file_case(sorting, command)

    receipt = await cast.does(who, deed)
    return receipt.case, json.loads(receipt.case.routing)


async def test_sure_words_that_the_office_left_unsorted_go_straight_to_the_unit(cast: Cast) -> None:
    case, kept = await filed(cast, WAGES)
    assert (case.category, case.unit, case.area) == ("wages", "labour", "630102")
    assert kept["likely"][0][0] == "wages"
    assert ["suggested", {"category": "wages", "alias": "拖欠、农民工工资、农民工", "p": f"{kept['confidence']:.2f}"}] in kept[
        "reasons"
    ]


async def test_a_citizen_who_chose_none_is_not_overruled_and_the_office_decides(cast: Cast) -> None:
    case, kept = await filed(cast, WAGES, who="reporter")
    assert (case.category, case.unit, case.area) == (None, None, "630102")
    assert [code for code, _detail in kept["reasons"]] == ["suggested", "category_unknown"]


async def test_what_the_office_left_unsorted_and_the_words_do_not_say_waits_for_it(cast: Cast) -> None:
    case, kept = await filed(cast, replace(WAGES, text="请领导关注一下"))
    assert (case.category, case.unit) == (None, None)
    assert "fallback" not in [code for code, _detail in kept["reasons"]]


async def test_a_category_that_was_chosen_counts_whatever_the_words_suggest(cast: Cast) -> None:
    case, kept = await filed(cast, replace(WAGES, category="noise"))
    assert case.category == "noise"
    assert kept["likely"][0][0] == "wages", "what the citizen chose instead is to be learned from"


async def test_a_window_in_the_words_says_where_it_was_and_stands_among_the_reasons(cast: Cast) -> None:
    text = "市民服务中心4号窗口的工作人员不理人"
    case, kept = await filed(cast, replace(WAGES, text=text, place=None, category="service-hall"), who="reporter")
    assert case.area == "630104006"
    named = ["window_named", {"window": "centre-4", "unit": "service-hall", "alias": "市民服务中心"}]
    assert kept["reasons"][0] == named


@pytest.mark.parametrize(
    ("picked", "text", "area"),
    [
        ("630102", "八一路街道的垃圾没人清运", "630102006"),
        ("630104", "八一路街道的垃圾没人清运", "630104"),
        ("630102", "城东区的垃圾没人清运", "630102"),
    ],
)
async def test_words_make_a_picked_area_finer_and_never_another(cast: Cast, picked: str, text: str, area: str) -> None:
    case, _ = await filed(cast, replace(WAGES, text=text, place=Place(area=picked), category="sanitation"), who="reporter")
    assert case.area == area


async def test_the_office_reads_that_the_words_name_another_district_than_the_shared_place(cast: Cast) -> None:
    text = "城东区八一路街道的垃圾没人清运"
    _case, kept = await filed(
        cast, replace(WAGES, text=text, place=Place(lon=101.76, lat=36.63), category="sanitation"), who="reporter"
    )
    assert ["named_instead", {"area": "630102006"}] in kept["reasons"]


async def test_words_without_a_place_wait_for_the_office_with_suggestions(cast: Cast) -> None:
    case, kept = await filed(cast, replace(WAGES, text="垃圾桶满了没人清运", place=None))
    assert case.unit is None
    assert [code for code, _detail in kept["reasons"]][-1] == "area_unknown"
    assert kept["reasons"][0][1]["category"] == "sanitation"


async def test_what_one_unit_does_in_the_whole_city_waits_for_nobody_though_no_place_is_known(cast: Cast) -> None:
    case, kept = await filed(cast, replace(WAGES, place=None))
    assert (case.unit, case.area) == ("labour", None)
    assert [code for code, _detail in kept["reasons"]][-2:] == ["same_everywhere", "rule"]
    picked, _ = await filed(cast, replace(WAGES, place=None, category="wages"), who="reporter")
    assert (picked.unit, picked.area) == ("labour", None)
    outside, _ = await filed(cast, replace(WAGES, place=Place(lon=116.4, lat=39.9)))
    assert outside.unit is None


async def test_nothing_is_guessed_about_misconduct(cast: Cast) -> None:
    case, kept = await filed(cast, MISCONDUCT, who="reporter")
    assert kept["likely"] == []
    assert case.category is None


async def test_a_place_that_was_answered_but_not_recognised_is_kept_and_its_numbers_are_masked(cast: Cast) -> None:
    text = "垃圾桶满了没人清运"
    _, kept = await filed(cast, replace(WAGES, text=text, place=Place(words="文景街")), who="reporter")
    assert kept["how"] == ["place_unknown", {"alias": "文景街"}]
    _, kept = await filed(
        cast, replace(WAGES, text=text, place=Place(words="文景街" + "很远" * 14 + "，电话13897412345")), who="reporter"
    )
    assert "1389" not in kept["how"][1]["alias"]
    assert kept["how"][1]["alias"].startswith("文景街")
