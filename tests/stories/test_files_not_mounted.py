"""The disk of the files is away: photos wait for it, and everything else goes on."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from story_filing import RUBBISH, receipt_of
from story_town import Town


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_photo_follows_its_case_when_the_disk_is_back(town: Town) -> None:
    contact, citizen = await town.contact("telegram"), await town.somebody("telegram")
    await citizen.says("/complain")
    await citizen.sees("Tell us what happened")
    await citizen.sends_photo()
    await citizen.says(RUBBISH)
    await citizen.sees("1 file")
    data = town.settings.data
    away = data.rename(data.with_name("away"))
    data.write_text("as unusable as a mount point that belongs to root")
    await town.restarts()
    assert [record.getMessage() for record in town.alarms.records] == ["data_folder_is_another"]
    town.alarms.records.clear()
    for step in ("^Done$", "anonymous", "^No$", "^Send$"):
        await citizen.presses(step)
    number, _code = await receipt_of(citizen)
    town.clock.ahead += timedelta(minutes=1)
    await contact.sees(number)
    data.unlink()
    away.rename(data)
    seeing = asyncio.create_task(contact.sees_photos(1))
    while not seeing.done():
        town.clock.ahead += timedelta(seconds=20)
        await asyncio.sleep(1)
    await seeing
