"""kill -9 at random moments, again and again, under a small town's load."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable
from typing import Literal

import pytest
from botapi import BotApi
from crash_facts import nothing_is_lost, notices_arrived, settled
from crash_people import Town, signs_in
from crash_program import Program

KILLS = int(os.environ.get("HUIYIN_KILLS", "12"))
SEED = int(os.environ.get("HUIYIN_SEED", "1"))


@pytest.mark.timeout(120 + 15 * KILLS)
@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_after_any_number_of_kills_everything_was_done_exactly_once(
    database: str, mode: Literal["polling", "webhook"], api: BotApi, make: Callable[..., Program]
) -> None:
    program = make(database, mode)
    chance = random.Random(SEED)
    api.duplicate_updates(0.05)
    # The first start, with its migration, is killed as well.
    await program.begin()
    await asyncio.sleep(chance.uniform(0.3, 1.5))
    await program.kill()
    await program.start()
    contact = api.user("Wang", language_code="en")
    await signs_in(contact, program)

    town = Town(api, program, SEED)
    async with asyncio.TaskGroup() as group:
        living = group.create_task(town.lives(telegram=5, web=3, contact=contact))
        for _ in range(KILLS - 1):
            await asyncio.sleep(chance.uniform(0.2, 4.0))
            await program.kill()
            await program.begin()
        town.falls_quiet()
        await living
    await settled(program)
    await nothing_is_lost(program, api, town)
    doubles = await notices_arrived(program, api, unknown=[(at, at) for at in program.kills])
    print(f"{database.partition(':')[0]}, {mode}: {len(program.kills)} kills, {len(town.filed)} cases, {doubles} messages twice")
