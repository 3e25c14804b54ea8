"""Another program that polls with our token: the office hears of it once, for messages may reach that one instead of us."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import aiohttp
import pytest
from story_town import Town


async def test_a_poller_that_stays_is_told_the_office_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.telegram_polling.CONTESTED", timedelta(seconds=3))
    monkeypatch.setattr("bot.channels.telegram_patience.USUAL", (0.2, 0.5))
    office, elsewhere = await town.office("web"), await town.office("telegram")

    async def poll() -> None:
        async with aiohttp.ClientSession() as other:
            while True:
                # Without acknowledging anything: here nothing is to be lost.
                async with other.post(f"{town.api.base_url}{town.api.token}/getUpdates", json={"timeout": 1}) as answer:
                    await answer.read()
                await asyncio.sleep(0.3)

    polling = asyncio.create_task(poll())
    began = asyncio.get_running_loop().time()
    await office.sees("Another program uses our account on Telegram", timeout=30)
    assert asyncio.get_running_loop().time() - began > 2
    await elsewhere.sees("Another program uses our account on Telegram", timeout=30)
    assert any("fetched_by_another_program" in record.getMessage() for record in town.alarms.records)
    await asyncio.sleep(3)
    polling.cancel()
    assert sum("Another program uses" in message.text for message in office.standing()) == 1
    await elsewhere.says("/desk")
    await elsewhere.sees("desk", timeout=30)
    town.alarms.records = [record for record in town.alarms.records if "another_program" not in record.getMessage()]
