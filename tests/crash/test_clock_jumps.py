"""A clock that jumps, as after a suspend or when NTP finds it wrong: nothing is lost or rung twice, nothing stands still."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from botapi import BotApi, TelegramUser
from crash_facts import nothing_is_lost, notices_arrived, settled
from crash_people import Town, files_a_matter, signs_in
from crash_program import Program
from hurried_city import hurried_city

from storage import ledger

LADDER = """[
    { at = "50%", to = ["contact"] },
    { at = "0", to = ["contact", "head"] },
    { at = "+2s", to = ["contact"] },
]"""
WITHIN = 25.0


async def _is_chased(number: str, contact: TelegramUser) -> None:
    """Wait until the contact has been told that a case is late."""
    async with asyncio.timeout(WITHIN):
        while not any(m.text.startswith("This case should have been") and number in m.text for m in contact.chat.messages):
            await asyncio.sleep(0.1)


@pytest.mark.timeout(300)
async def test_everything_goes_on_whether_the_clock_is_set_forward_or_back(
    database: str, api: BotApi, make: Callable[..., Program], tmp_path: Path, direct: None
) -> None:
    program = make(database, CITY=hurried_city(tmp_path, LADDER, accept="3s", answer="6s"), TICK="0.2")
    program.sets_clock(timedelta())
    await program.start()
    contact = api.user("Contact", language_code="en")
    await signs_in(contact, program)
    chance = random.Random(1)
    numbers = []
    for wrong_by in (timedelta(), timedelta(days=40), timedelta(days=40, minutes=-10), timedelta(days=-1)):
        program.sets_clock(wrong_by)
        numbers.append(await files_a_matter(api.user("Anna", language_code="en"), f"Rubbish on {wrong_by}.", chance))
        await _is_chased(numbers[-1], contact)
    await settled(program)
    async with program.store() as store, store.reading() as tx:
        for case in await tx.all("SELECT id FROM cases"):
            rows = [row.payload for row in await ledger.of_subject(tx, f"case:{case['id']}") if row.event == "rung"]
            taken = Counter((row["kind"], rung) for row in rows for rung in (*row["passed"], row["rung"]))
            assert set(taken.values()) == {1}, taken
    assert (await program.command("verify"))[0] == 0


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_jumps_under_load_lose_and_double_nothing(
    mode: str, api: BotApi, make: Callable[..., Program], postgres_database: str
) -> None:
    program = make(postgres_database, mode)
    program.sets_clock(timedelta())
    await program.start()
    contact = api.user("Wang", language_code="en")
    await signs_in(contact, program)
    town = Town(api, program, photos=True)
    async with asyncio.TaskGroup() as group:
        living = group.create_task(town.lives(telegram=4, web=2, contact=contact))
        # Less than half of any unit's time, or reminders would be under way, and might have to wait for the morning.
        for seconds in (1_800, 1_780, 1_775):
            await asyncio.sleep(2)
            # Back by no more than people here wait: a case's card comes when the clock shows the time at which it was filed.
            program.sets_clock(timedelta(seconds=seconds))
        await asyncio.sleep(2)
        town.falls_quiet()
        await living
    await settled(program)
    await nothing_is_lost(program, api, town)
    assert await notices_arrived(program, api) == 0
