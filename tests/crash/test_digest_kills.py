"""kill -9 while the weekly digest is made, drawn and sent: everybody at the office gets it, and it is queued once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from botapi import BotApi
from crash_people import signs_in
from crash_program import Program

KILLS = 6
WEEK = r"Weekly digest, week \d+ of 20\d\d"


@pytest.mark.timeout(240)
async def test_each_admin_gets_the_digest_of_a_week_in_which_the_program_is_killed_again_and_again(
    database: str, api: BotApi, make: Callable[..., Program], direct: None
) -> None:
    program = make(database, TICK="0.2")
    program.waits_for_daytime()
    await program.start()
    admins = [api.user(f"Admin {n}", language_code="en") for n in range(2)]
    for admin in admins:
        await signs_in(admin, program, "office")
    await program.stop()
    async with program.store() as store, store.transaction() as tx:
        # As if the city had been loaded before the last time of the digest, which therefore was missed.
        await tx.run("UPDATE city SET loaded_at = loaded_at - :ms", ms=timedelta(days=8) // timedelta(milliseconds=1))
    for n in range(KILLS):
        await program.start()
        await asyncio.sleep(random.Random(n).uniform(0.0, 1.2))
        await program.kill()
    await program.start()
    for admin in admins:
        await admin.sees(WEEK, timeout=60)
    async with program.store() as store, store.reading() as tx:
        slots = await tx.all("SELECT slot FROM job_run WHERE job = 'digest' AND done_at IS NOT NULL")
        reports = await tx.all("SELECT period FROM report WHERE kind = 'week'")
    assert len(slots) == 1
    assert len(reports) == 1
    assert (await program.command("verify"))[0] == 0
