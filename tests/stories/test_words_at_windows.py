"""Words typed where the buttons of a window stand, or of the search for one: understood as if pressed, and never lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from story_town import Town

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
