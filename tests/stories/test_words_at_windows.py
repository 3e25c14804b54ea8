"""Words typed where the buttons of a window stand, or of the search for one: understood as if pressed, and never lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from story_town import CITY, Town

LEVELS = ["^Satisfied$", "^Fairly satisfied$", "^Basically satisfied$", "^Dissatisfied$"]


@pytest.mark.parametrize(
    ("typed", "level"),
    [
        ("满意", "Satisfied"),
        ("satisfied", "Satisfied"),
        ("比较满意", "Fairly satisfied"),
        ("Basically satisfied.", "Basically satisfied"),
        ("非常好", "Satisfied"),
    ],
)
async def test_a_level_typed_at_a_windows_card_is_the_level_pressed(town: Town, typed: str, level: str) -> None:
    citizen = await town.somebody("web")
    await citizen.scans("east-4")
    await citizen.sees("Window 4 Sole traders", buttons=LEVELS)
    await citizen.says(typed)
    await citizen.sees(f"Window 4 Sole traders.+Your rating: {level}.+Shall we send this rating")
    await citizen.presses("^Send$")
    await citizen.sees(f"Your rating counts: {level}")


@pytest.mark.parametrize("on", ["web", "telegram"])
@pytest.mark.parametrize("typed", ["服务很好，谢谢", "Very good, thank you"])
async def test_praise_typed_at_a_windows_card_is_kept_with_the_level(town: Town, on: str, typed: str) -> None:
    citizen = await town.somebody(on)
    await citizen.scans("east-4")
    await citizen.sees("Window 4 Sole traders", buttons=LEVELS)
    await citizen.says(typed)
    await citizen.sees(f"Your rating: Satisfied.+{typed}.+Shall we send this rating")
    await citizen.presses("^Send$")
    await citizen.sees("Your rating counts: Satisfied")


async def test_who_types_that_they_are_dissatisfied_is_asked_why(town: Town) -> None:
    citizen = await town.somebody("web", language="zh")
    await citizen.scans("east-4")
    await citizen.sees("个体工商户登记", buttons=["^满意$", "^不满意$"])
    await citizen.says("不满意")
    await citizen.sees("抱歉|哪里", buttons=["取消"])


async def test_why_somebody_is_dissatisfied_may_come_with_the_level(town: Town) -> None:
    citizen = await town.somebody("web")
    await citizen.scans("east-4")
    await citizen.sees("Window 4 Sole traders", buttons=LEVELS)
    await citizen.says("不满意，等了两个小时")
    await citizen.sees("Noted so far: 1 message")
    await citizen.presses("^Done$")
    await citizen.sees("Your rating: Dissatisfied.+等了两个小时.+Shall we send")


@pytest.mark.parametrize("on", ["web", "telegram"])
async def test_other_words_at_a_windows_card_are_kept_until_a_level_is_pressed(town: Town, on: str) -> None:
    citizen = await town.somebody(on)
    await citizen.scans("east-4")
    await citizen.sees("Window 4 Sole traders", buttons=LEVELS)
    await citizen.says("小王帮我填了表")
    await citizen.sees("Window 4 Sole traders: how were you served", buttons=[*LEVELS, "It is another matter", "Cancel"])
    await citizen.presses("^Satisfied$")
    await citizen.sees("Your rating: Satisfied.+小王帮我填了表.+Shall we send")


async def test_a_matter_told_at_a_windows_card_becomes_a_case_without_being_typed_again(town: Town) -> None:
    citizen = await town.somebody("web")
    await citizen.scans("east-4")
    await citizen.sees("Window 4 Sole traders", buttons=LEVELS)
    await citizen.says("西大街的路灯坏了三天了，晚上很黑，老人出门很危险，请尽快派人来修一修。")
    await citizen.sees("how were you served", buttons=["another matter"])
    await citizen.presses("It is another matter")
    await citizen.sees("1 message")


async def test_words_long_after_the_card_begin_a_matter_as_ever(town: Town) -> None:
    citizen = await town.somebody("web")
    await citizen.scans("east-4")
    await citizen.sees("Window 4 Sole traders", buttons=LEVELS)
    town.clock.ahead += timedelta(minutes=11)
    await citizen.says("满意")
    await citizen.sees("1 message")


async def test_a_level_typed_at_a_card_that_came_amid_another_form_rates_and_goes_back_to_it(town: Town) -> None:
    citizen = await town.somebody("web")
    await citizen.says("路灯不亮")
    await citizen.sees("1 message")
    await citizen.scans("east-4")
    await citizen.sees("Window 4 Sole traders", buttons=LEVELS)
    await citizen.says("满意")
    await citizen.sees("Your rating: Satisfied.+Shall we send")
    await citizen.presses("^Send$")
    await citizen.sees("Your rating counts")
    await citizen.sees("Now back to")


async def test_a_level_typed_after_a_rating_changes_it(town: Town) -> None:
    citizen = await town.somebody("web")
    await citizen.scans("east-4")
    await citizen.sees("Window 4 Sole traders", buttons=LEVELS)
    await citizen.says("满意")
    await citizen.sees("Shall we send")
    await citizen.presses("^Send$")
    await citizen.sees("Your rating counts: Satisfied")
    await citizen.says("比较满意")
    await citizen.sees("rated this visit before: Satisfied.+Your rating: Fairly satisfied")


@pytest.mark.parametrize("on", ["web", "telegram"])
async def test_words_typed_at_a_list_of_windows_look_for_one(town: Town, on: str) -> None:
    citizen = await town.somebody(on)
    await citizen.says("/rate 食品经营许可")
    await citizen.sees("Which window is it")
    await citizen.says("我要办身份证")
    await citizen.sees("Window 2 Identity cards", buttons=LEVELS)
    await citizen.presses("Other windows of this hall")
    await citizen.sees("Which window served you", buttons=["Window 5 Visas"])
    await citizen.says("社保")
    await citizen.sees("Which window is it", buttons=["Window 1 Social insurance"])
    await citizen.says("农业补贴")
    await citizen.sees("Which window is it", buttons=["Window 3 Agriculture"])


async def test_words_that_find_no_window_begin_a_matter_as_ever(town: Town) -> None:
    citizen = await town.somebody("web")
    await citizen.says("/rate 食品经营许可")
    await citizen.sees("Which window is it")
    await citizen.says("路灯不亮")
    await citizen.sees("1 message")


async def test_other_words_at_a_card_may_look_for_another_window(town: Town) -> None:
    citizen = await town.somebody("web")
    await citizen.scans("east-4")
    await citizen.sees("Window 4 Sole traders", buttons=LEVELS)
    await citizen.says("我要办身份证")
    await citizen.sees("how were you served", buttons=[*LEVELS, "Look for another window", "another matter"])
    await citizen.presses("Look for another window")
    await citizen.sees("Window 2 Identity cards", buttons=LEVELS)


@pytest.mark.parametrize("typed", ["评价", "rate", "我要给窗口打分"])
async def test_a_wish_to_rate_asks_which_window(town: Town, typed: str) -> None:
    citizen = await town.somebody("web")
    await citizen.says(typed)
    await citizen.sees("Which window served you", buttons=["Chengxi District"])


async def test_a_wish_to_rate_typed_at_a_card_asks_for_the_level_of_that_window(town: Town) -> None:
    citizen = await town.somebody("web")
    await citizen.scans("east-4")
    await citizen.sees("Window 4 Sole traders", buttons=LEVELS)
    await citizen.says("评价")
    await citizen.sees("Window 4 Sole traders.+how were you served", buttons=[*LEVELS, "Cancel"])
    await citizen.presses("^Satisfied$")
    await citizen.sees("Your rating: Satisfied.+Shall we send")
    assert not citizen.now_sees("评价.+Shall we send")


async def test_the_menu_says_how_to_rate_in_words(town: Town) -> None:
    citizen = await town.somebody("web")
    await citizen.says("/start")
    await citizen.sees("To rate a service window, write “rate”", buttons=["Rate a service window"])


async def test_a_wish_to_rate_that_says_where_leads_there(town: Town) -> None:
    citizen = await town.somebody("web")
    await citizen.says("我要给4号窗口打分")
    await citizen.sees("Which window is it", buttons=["Window 4 Sole traders"])
    await citizen.says("给市民中心4号好评")
    await citizen.sees("Window 4 Real estate registration", buttons=LEVELS)


async def test_a_matter_about_ratings_is_a_matter(town: Town) -> None:
    citizen = await town.somebody("web")
    await citizen.says("窗口人员逼我给好评")
    await citizen.sees("1 message")


async def test_a_complaint_typed_at_a_list_of_windows_is_no_search(town: Town) -> None:
    citizen = await town.somebody("web")
    await citizen.says("/rate 食品经营许可")
    await citizen.sees("Which window is it")
    await citizen.says("我要投诉医保局")
    await citizen.sees("1 message")


@pytest.mark.parametrize("typed", ["附近", "near me"])
async def test_who_types_near_me_is_asked_for_the_place(town: Town, typed: str) -> None:
    citizen = await town.somebody("web")
    await citizen.says("/rate")
    await citizen.sees("Which window served you")
    await citizen.says(typed)
    await citizen.sees("share your place: then")
    await citizen.sees("Which window served you")
    await citizen.shares_place(101.7796, 36.6170)
    await citizen.sees("nearest halls")
    await citizen.says(typed)
    await citizen.sees("share your place: then")


@pytest.mark.parametrize("typed", ["市民中心4号", "centre window 4", "civic centre 4", "市民中心四号窗口"])
async def test_a_hall_and_a_number_are_a_window(town: Town, typed: str) -> None:
    citizen = await town.somebody("web")
    await citizen.says(f"/rate {typed}")
    await citizen.sees("Window 4 Real estate registration", buttons=LEVELS)


async def test_a_window_that_only_one_word_of_two_means_is_offered_with_others(town: Town, tmp_path: Path) -> None:
    for path in CITY.iterdir():
        (tmp_path / path.name).write_text(path.read_text("utf-8").replace("|house deed|", "|"), "utf-8")
    code, printed = await town.runs("city", "load", str(tmp_path))
    assert code == 0, printed
    citizen = await town.somebody("web")
    await citizen.says("/rate house deed")
    await citizen.sees("Is it one of these", buttons=["Window 7 Taxes", "Window 1 Household"])
