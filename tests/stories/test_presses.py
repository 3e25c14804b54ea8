"""Buttons pressed twice, too late, on two devices, or when somebody else was faster; messages that come twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from botapi import BotApi
from story_filing import RUBBISH, files, receipt_of, solves, tells
from story_person import Person
from story_telegram import TelegramPerson
from story_town import Town
from story_web import WebPerson

BOTH = pytest.mark.parametrize("on", ["web", "telegram"])


@BOTH
async def test_a_double_tap_on_send_files_one_case(town: Town, on: str) -> None:
    citizen = await town.somebody(on)
    await tells(citizen, RUBBISH)
    await citizen.presses("^Send$", twice=True)
    await receipt_of(citizen)
    await citizen.says("/my")
    await citizen.sees("Your cases", buttons=3)
    assert await town.count() == 1


@BOTH
async def test_a_double_tap_on_sign_in_is_taken_once_and_not_complained_about(town: Town, on: str) -> None:
    citizen, contact = await town.somebody("web"), await town.contact(on, name="Wang")
    number, _code = await files(citizen)
    await contact.sees("Sign in by")
    await contact.presses("^Sign in$", twice=True)
    await contact.sees("Signed in by Wang")
    await contact.says("/help")
    await contact.sees("responsible unit has a deadline")
    assert not contact.saw("Already signed in")
    assert [row["event"] for row in await town.history(number)] == ["file", "assign", "accept"]


@BOTH
async def test_a_button_from_yesterday_files_nothing_and_what_was_told_is_still_there(town: Town, on: str) -> None:
    citizen = await town.somebody(on)
    await tells(citizen, RUBBISH)
    town.clock.ahead += timedelta(hours=25)
    await citizen.presses("^Send$")
    await citizen.sees(f"{RUBBISH}.+Shall we send it")
    assert await town.count() == 0
    await citizen.presses("^Send$")
    number, _code = await receipt_of(citizen)
    assert await town.texts(number) == [RUBBISH]


@BOTH
async def test_done_pressed_after_days_goes_on_with_what_was_told(town: Town, on: str) -> None:
    citizen = await town.somebody(on)
    await citizen.says("/complain")
    await citizen.says(RUBBISH)
    await citizen.sees("Noted so far: 1 message")
    town.clock.ahead += timedelta(days=3)
    await citizen.presses("^Done$")
    await citizen.sees("Noted so far: 1 message")
    await citizen.presses("^Done$")
    await citizen.sees("Who may know")


@BOTH
async def test_a_button_of_an_earlier_question_shows_the_present_one(town: Town, on: str) -> None:
    citizen = await town.somebody(on)
    await citizen.says("/complain")
    await citizen.sees("Tell us what happened")
    await citizen.says("门口的垃圾没人清运")
    await citizen.says("/done")
    old = await citizen.sees("Where is it")
    await citizen.says("城西区")
    await citizen.sees("Who may know")
    await citizen.presses("Chengbei", on=old)
    await citizen.sees("earlier question.+Who may know")


@BOTH
async def test_who_was_slower_hears_who_was_faster_and_when_and_sees_the_case_as_it_is(town: Town, on: str) -> None:
    citizen = await town.somebody("web")
    wang, li = await town.contact(on, name="Wang"), await town.contact(on, name="Li")
    await files(citizen)
    old = await li.sees("Sign in by")
    await wang.presses("^Sign in$")
    await li.sees("Signed in by Wang", buttons=["Timeline"])
    await li.presses("^Sign in$", on=old)
    await li.sees("State: signed in.+Signed in by Wang", buttons=["Timeline"])
    await li.sees(r"Already signed in by Wang, .+\d\d:\d\d")


async def test_of_two_contacts_who_press_at_once_one_has_the_case(town: Town) -> None:
    citizen = await town.somebody("web")
    contacts = [await town.contact(on, name=name) for on, name in (("web", "Wang"), ("telegram", "Li"), ("web", "Zhao"))]
    number, _code = await files(citizen)
    for contact in contacts:
        await contact.sees("Sign in by")
    await asyncio.gather(*(contact.presses("^Sign in$") for contact in contacts))
    for contact in contacts:
        await contact.sees("Signed in by (Wang|Li|Zhao)")
    assert [row["event"] for row in await town.history(number)].count("accept") == 1


@BOTH
async def test_two_devices_that_say_solved_at_once_close_the_case_once(town: Town, on: str) -> None:
    citizen, device = await town.somebody(on), await town.somebody("web")
    contact = await town.contact("telegram")
    number, code = await files(citizen)
    await device.says(f"/case {number}")
    await device.says(code)
    await device.sees("Now: assigned")
    await contact.presses("^Sign in$")
    await solves(contact, "已清运")
    for each in (citizen, device):
        await each.sees("has answered your case", buttons=["^Solved$"])
    await asyncio.gather(citizen.presses("^Solved$"), device.presses("^Solved$"))
    for each in (citizen, device):
        await each.sees("closed")
    assert [row["event"] for row in await town.history(number)].count("solved") == 1


async def test_staff_on_two_devices_see_the_same_cards_and_either_may_act(town: Town) -> None:
    citizen, contact = await town.somebody("web"), await town.contact("telegram", name="Wang")
    await contact.says("/desk")
    await contact.presses("another device")
    link = await contact.sees("Open this link")
    browser = await town.somebody("web")
    await browser.follows(link.text.rpartition("/in/")[2].split()[0])
    await browser.presses("^Sign in here$")
    await browser.sees("signed in on this device")
    await files(citizen)
    for each in (contact, browser):
        await each.sees("Sign in by")
    await browser.presses("^Sign in$")
    for each in (contact, browser):
        await each.sees("Signed in by Wang", buttons=["Report"])


async def test_updates_that_telegram_brings_twice_count_once(town: Town) -> None:
    town.api.duplicate_updates(1.0)
    citizen, contact = await town.somebody("telegram"), await town.contact("telegram", name="Wang")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await contact.sees("Signed in by Wang")
    for update in list(town.api.updates.log):
        town.api.redeliver(update)
    await citizen.says("/my")
    await citizen.sees("Your cases", buttons=3)
    assert await town.count() == 1
    assert [row["event"] for row in await town.history(number)] == ["file", "assign", "accept"]
    assert_asked_once(citizen, "Who may know")


async def test_a_message_that_a_page_posts_twice_counts_once(town: Town) -> None:
    citizen = await town.somebody("web")
    assert isinstance(citizen, WebPerson)
    await citizen.says("/complain")
    await citizen.sees("Tell us what happened")
    body = {"id": "posted-again", "order": 50, "at_ms": 1, "text": RUBBISH}
    for _ in range(3):
        await citizen.posts_body(body)
    await citizen.sees("1 message")


def assert_asked_once(citizen: Person, question: str) -> None:
    assert isinstance(citizen, TelegramPerson)
    assert isinstance(citizen.user.api, BotApi)
    asked = [message for message in citizen.user.chat.messages if message.by_bot and question in message.text]
    assert len(asked) == 1, citizen.transcript()
