"""A token that was revoked: the office hears of it on every other channel, those go on, and Telegram comes back with it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from botapi import Fault
from story_filing import files
from story_town import Town

from bot.channels import telegram_patience


async def test_the_office_is_told_elsewhere_and_once_and_everything_else_goes_on(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(telegram_patience.WAITS, telegram_patience.TOKEN_REFUSED, (0.2, 0.5))
    monkeypatch.setattr("bot.channels.telegram.LONGEST_WITHOUT_TOKEN", timedelta(seconds=0.5))
    office, elsewhere = await town.office("web"), await town.office("telegram")
    fault = Fault(kind="401")
    town.api.faults.append(fault)
    await elsewhere.says("Is anybody there?")
    await office.sees("Telegram refuses our program", timeout=20)
    citizen = await town.somebody("web")
    await files(citizen)
    assert any("token_refused" in record.getMessage() for record in town.alarms.records)
    town.api.faults.remove(fault)
    await elsewhere.says("/desk")
    await elsewhere.sees("desk", timeout=30)
    await asyncio.sleep(1)
    assert sum("refuses our program" in message.text for message in office.standing()) == 1
    assert not elsewhere.saw("refuses our program")
    town.alarms.records = [record for record in town.alarms.records if "token_refused" not in record.getMessage()]
