"""Files that are made to harm, or that end whoever reads them: each is refused with a sentence, and the next one is taken."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sent_files import unpacks
from story_filing import begins
from story_town import Town

from bot.clean_room import Interrupted

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


async def test_a_pdf_that_takes_all_memory_is_named_and_the_next_photo_is_taken(town: Town) -> None:
    citizen = await begins(town)
    await citizen.sends_file(unpacks(megabytes=700), name="letter.pdf", media_type="application/pdf")
    await citizen.sees("damaged.+else you sent is kept")
    await citizen.sends_photo()
    await citizen.sees("1 file")


async def test_a_file_whose_cleaning_is_ended_from_outside_is_tried_again_and_given_up_after_a_day(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = 0

    async def interrupted(data: bytes, *, limit: int) -> None:
        nonlocal begun
        begun += 1
        raise Interrupted("killed")

    monkeypatch.setattr("bot.media.clean_apart", interrupted)
    citizen = await begins(town)
    await citizen.sends_photo()
    async with asyncio.timeout(30):
        while begun < 5:
            town.clock.ahead += timedelta(minutes=10)
            await asyncio.sleep(0.5)
    assert not citizen.saw("damaged")
    seeing = asyncio.create_task(citizen.sees("damaged.+else you sent is kept", timeout=30))
    while not seeing.done():
        town.clock.ahead += timedelta(hours=12)
        await asyncio.sleep(0.5)
    await seeing
