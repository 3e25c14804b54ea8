"""Files that are made to harm, or that end whoever reads them: each is refused with a sentence, and the next one is taken."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sent_files import unpacks
from story_town import Town
from story_web import WebPerson

from bot.clean_room import Interrupted

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


async def begins(town: Town) -> WebPerson:
    citizen = await town.somebody("web")
    assert isinstance(citizen, WebPerson)
    await citizen.says("/complain")
    await citizen.sees("Tell us what happened")
    return citizen


async def test_a_pdf_that_takes_all_memory_is_named_and_the_next_photo_is_taken(town: Town) -> None:
    citizen = await begins(town)
    await citizen.sends_file(unpacks(megabytes=700), name="letter.pdf", media_type="application/pdf")
    await citizen.sees("damaged.+else you sent is kept")
    await citizen.sends_photo()
    await citizen.sees("1 file")


async def test_a_file_whose_cleaning_never_ends_is_begun_three_times(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = 0

    async def interrupted(data: bytes, *, limit: int) -> None:
        nonlocal begun
        begun += 1
        raise Interrupted("killed")

    monkeypatch.setattr("bot.media.clean_apart", interrupted)
    citizen = await begins(town)
    await citizen.sends_photo()
    seeing = asyncio.create_task(citizen.sees("damaged.+else you sent is kept", timeout=30))
    while not seeing.done():
        town.clock.ahead += timedelta(seconds=20)
        await asyncio.sleep(0.5)
    await seeing
    assert begun == 3


async def test_a_file_that_ends_the_program_is_begun_three_times(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = asyncio.Semaphore(0)

    async def dies(data: bytes, *, limit: int) -> None:
        begun.release()
        await asyncio.Event().wait()

    monkeypatch.setattr("bot.media.clean_apart", dies)
    monkeypatch.setattr("bot.app.STOP_WITHIN", 0.1)
    citizen = await begins(town)
    await citizen.sends_photo()
    for _ in range(3):
        await asyncio.wait_for(begun.acquire(), 15)
        town.clock.ahead += timedelta(minutes=1)
        await town.restarts()
    await citizen.sees("damaged.+else you sent is kept")
