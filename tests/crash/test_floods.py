"""A flood from one source: it is told kindly, delays nobody else, and what was taken is not lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import aiohttp
from botapi import BotApi, TelegramUser
from botapi_files import picture
from crash_facts import read
from crash_program import Program
from crash_web import WebCitizen

MANY = 3000


async def answered(person: TelegramUser) -> float:
    """Ask for the menu; return after how many seconds it came."""
    began = time.monotonic()
    await person.says("/start")
    await person.sees("Hello", timeout=30)
    return time.monotonic() - began


async def test_three_thousand_messages_of_one_person_delay_nobody_else(
    database: str, api: BotApi, make: Callable[..., Program]
) -> None:
    program = make(database, MESSAGES_PER_MINUTE=600)
    await program.start()
    flooder, other = api.user("Flooder", language_code="en"), api.user("Anna", language_code="en")
    await answered(other)
    for number in range(MANY):
        await flooder.says(f"Message {number}")
    began = time.monotonic()
    waits = [await answered(other)]
    assert await read(program, "SELECT id FROM inbox WHERE done_at IS NULL LIMIT 1"), "the flood was served first"
    while time.monotonic() < began + 10:
        waits.append(await answered(other))
        await asyncio.sleep(0.3)
    await flooder.sees("Too many messages in one minute: more than 600", timeout=60)
    async with asyncio.timeout(60):
        while await read(program, "SELECT id FROM inbox WHERE done_at IS NULL LIMIT 1"):
            await asyncio.sleep(0.5)
    told = [message for message in flooder.chat.messages if message.by_bot and "Too many messages" in message.text]
    assert len(told) == 1
    assert len([message for message in flooder.chat.messages if message.by_bot]) < 20
    kept = await read(program, "SELECT COUNT(*) AS n FROM inbox WHERE parked_at IS NULL")
    assert kept[0]["n"] == len(api.updates.log)
    over = time.monotonic() - began
    print(f"{database.partition(':')[0]}: answered in {max(waits):.2f} s at most, over after {over:.0f} s")


async def test_a_rude_page_is_sent_away_and_delays_nobody_else(database: str, api: BotApi, make: Callable[..., Program]) -> None:
    program = make(database, MESSAGES_PER_MINUTE=600)
    await program.start()
    other = api.user("Anna", language_code="en")
    await answered(other)
    statuses: list[int] = []

    async def post(device: aiohttp.ClientSession, some: range) -> None:
        for number in some:
            message = {"id": f"message-{number}", "order": number + 1, "at_ms": 1, "text": f"Message {number}"}
            async with device.post(f"{program.url}/chat/messages", json=message) as answer:
                await answer.read()
                statuses.append(answer.status)
                assert answer.status != 429 or 0 < int(answer.headers["Retry-After"]) <= 60

    headers = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
    async with aiohttp.ClientSession(headers=headers, cookie_jar=aiohttp.CookieJar(unsafe=True)) as device:
        await (await device.get(program.url)).read()
        posting = asyncio.gather(*(post(device, range(start, MANY, 20)) for start in range(20)))
        waits = []
        while not posting.done():
            waits.append(await answered(other))
            async with WebCitizen(program.url) as citizen:
                began = time.monotonic()
                await citizen.says("/start")
                await citizen.sees("Hello", timeout=30)
                waits.append(time.monotonic() - began)
        await posting
    assert statuses.count(200) == 600
    assert set(statuses) == {200, 429}
    print(f"{database.partition(':')[0]}: answered in {max(waits):.2f} s at most")


async def test_a_page_that_waits_as_it_is_told_loses_nothing(api: BotApi, make: Callable[..., Program]) -> None:
    program = make(MESSAGES_PER_MINUTE=10)
    await program.start()
    crowd = [api.user(f"Citizen {number}", language_code="en") for number in range(150)]
    async with WebCitizen(program.url) as citizen:
        await citizen.opened()
        # So much is to do that the page's messages are taken long before they are acted on.
        for person in crowd:
            await person.says("/start")
        await citizen.says("/complain")
        for number in range(15):
            await citizen.says(f"Sentence {number}.")
        await citizen.idle(90)
        assert {status for status, _wait in citizen.refusals} == {429}
        assert all(0 < int(wait) <= 60 for _status, wait in citizen.refusals)
        await citizen.sees("15 messages", timeout=20)
        assert not [text for text in citizen.glimpses if "Too many" in text]


async def test_uploads_over_the_days_allowance_are_refused_kindly_and_only_for_that_person(
    api: BotApi, make: Callable[..., Program]
) -> None:
    program = make(UPLOAD_MEGABYTES_PER_DAY=1)
    await program.start()
    photo = picture(size=(640, 480)).ljust(600_000, b"\0")
    async with WebCitizen(program.url) as one, WebCitizen(program.url) as other:
        status, answer, _wait = await one.uploads(photo)
        assert (status, answer["kind"]) == (200, "photo")
        status, answer, wait = await one.uploads(photo)
        assert status == 429
        assert answer["error"]
        assert 80_000 < int(wait) <= 86_400
        assert (await other.uploads(photo))[0] == 200
        await one.says("/start")
        await one.sees("Hello")
    person = api.user("Anna", language_code="en")
    for _ in range(3):
        await person.sends_photo(photo)
    await person.sees("more photos and files than we can take from one person in a day. Your words are kept")
