"""What is released: chosen and worded by the office, told to the citizen once, posted to the channel and kept up to date."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from botapi import BotApi, Chat, SentMessage
from story_filing import receipt_of, solves
from story_person import Message, Person
from story_town import Town

CHANNEL = "@xining_board"
TOLD = "城西区五四西路12号3号楼2单元门口垃圾没人清运，电话13997254418"


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api


@pytest.fixture
async def town(direct: None, tmp_path: Path, database: str, api: BotApi) -> AsyncIterator[Town]:
    async with Town(api, tmp_path, database, TELEGRAM_CHANNEL=CHANNEL) as town:
        yield town


async def files_and_agrees(citizen: Person, text: str = TOLD) -> str:
    """File a matter that may be published; return its number."""
    await citizen.says("/complain")
    await citizen.sees("Tell us what happened")
    await citizen.says(text)
    await citizen.says("/done")
    if "Where is it" in (await citizen.sees("Where is it|Who may know")).text:
        await citizen.says("城西区")
    await citizen.presses("anonymous")
    await citizen.presses("^Yes$")
    await citizen.presses("^Send$")
    return (await receipt_of(citizen))[0]


async def is_solved(contact: Person, result: str) -> None:
    await contact.presses("^Sign in$")
    await contact.sees("Signed in by")
    await solves(contact, result)


async def opens(office: Person, number: str) -> Message:
    """Open the form of a case from the list of those that wait; return the summary."""
    await office.says("/desk")
    await office.presses("To publish")
    await office.presses(number)
    await office.presses("^Publish$")
    return await office.sees("The public will read this", buttons=["^Publish$", "^Change$", "^Cancel$"])


async def test_the_office_looks_at_what_is_masked_words_it_anew_and_publishes(town: Town, api: BotApi) -> None:
    channel = api.channel(username=CHANNEL[1:])
    citizen, contact, office = await town.somebody("web"), await town.contact("web"), await town.office("telegram")
    number = await files_and_agrees(citizen)
    await is_solved(contact, "已联系业主张国伟，3号楼门口已清运")
    shown = await opens(office, number)
    assert "Problem: 城西区五四西路〔house number〕门口垃圾没人清运，电话〔phone number〕" in shown.text
    assert "Result: 已联系业主〔name〕，〔house number〕门口已清运" in shown.text
    assert "张国伟" in shown.text.partition("Hidden from the public:")[2]
    await office.presses("^Change$")
    await office.presses("^The result$")
    await office.says("李师傅13800138000说5号楼也已清运")
    await office.sees("Result: 李师傅〔phone number〕说〔house number〕也已清运")
    await office.presses("^Publish$")
    await office.sees(f"Case {number} is published")
    await citizen.sees("has been published, with nothing that tells who you are")
    post = await seen(channel, "李师傅〔电话〕说〔门牌〕也已清运")
    for trace in ("13997254418", "13800138000", "12号", "3号楼", "张国伟"):
        assert trace not in post.text
    assert post.text.startswith(number)


async def test_the_post_follows_the_case_and_is_taken_back_with_it(town: Town, api: BotApi) -> None:
    channel = api.channel(username=CHANNEL[1:])
    citizen, contact, office = await town.somebody("web"), await town.contact("telegram"), await town.office("web")
    number = await files_and_agrees(citizen)
    await is_solved(contact, "已清运")
    await opens(office, number)
    await office.presses("^Publish$")
    post = await seen(channel, "已清运")
    await citizen.sees("has been published")
    await citizen.presses("^Solved$")
    await seen(channel, "已办结|State: closed")
    assert len(api.sent[channel.id]) == 1
    await office.says(f"/case {number}")
    await office.presses("^Publish anew$")
    await office.sees("The public will read this")
    await office.presses("^Change$")
    await office.presses("^The result$")
    await office.says("已清运，并增设垃圾桶")
    await office.sees("The public will read this.+并增设垃圾桶")
    await office.presses("^Publish$")
    await seen(channel, "并增设垃圾桶")
    await office.says(f"/case {number}")
    await office.presses("^Take off the board$")
    await seen(channel, "taken back|已撤回")
    assert "清运" not in post.text
    assert (len(api.sent[channel.id]), post.deleted) == (1, False)
    assert sum("has been published" in message.text for message in citizen.standing()) <= 1


async def test_a_channel_that_takes_no_posts_is_made_known_to_the_office_once(town: Town, api: BotApi) -> None:
    channel = api.channel(username=CHANNEL[1:])
    channel.blocked = True
    citizen, contact, office = await town.somebody("web"), await town.contact("web"), await town.office("telegram")
    for n in range(2):
        number = await files_and_agrees(citizen)
        await contact.sees("Sign in by")
        await is_solved(contact, f"已清运{n}")
        await opens(office, number)
        await office.presses("^Publish$")
        await office.sees(f"Case {number} is published")
    until = time.monotonic() + 10
    while (await town.runs("parked"))[1].count("kicked from the channel") < 2:
        assert time.monotonic() < until
    await office.sees("could not be posted to the public channel", new=False)
    await office.sees_nothing()
    assert sum("could not be posted" in message.text for message in office.standing()) == 1
    assert api.sent[channel.id] == []


async def seen(channel: Chat, pattern: str) -> SentMessage:
    """Wait until a post, as it stands, matches."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        for post in channel.messages:
            if re.search(pattern, post.text, re.S):
                return post
        await channel.wait(min(until, time.monotonic() + 0.2))
    raise AssertionError(f"never posted {pattern!r}: {[post.text for post in channel.messages]}")
