"""kill -9 at every door to what outlives the program, by name, under a small town's load.

The usual run deals the points to two places, so that each is died at once. `HUIYIN_DEATHS=3` makes every point a test of its
own in all four places, with three deaths at different passes: several hundred deaths in an hour or two. `HUIYIN_SEED` chooses
other passes.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import product

import pytest
from botapi import BotApi
from crash_facts import clocks_are_right, nothing_is_lost, notices_arrived, read, settled
from crash_people import Town, signs_in
from crash_points import When, all_points, points
from crash_program import Program

DEATHS = int(os.environ.get("HUIYIN_DEATHS", "0"))
SEED = int(os.environ.get("HUIYIN_SEED", "1"))
PLACES = (
    tuple(product(("sqlite", "postgres"), ("polling", "webhook"))) if DEATHS else (("sqlite", "polling"), ("postgres", "webhook"))
)
REACHED_WITHIN = 60.0
"""Seconds; what a dead start had leased is free again after thirty."""


def _rounds() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Give database, mode, and where to die one after another, as in "turn written:3"."""
    chance = random.Random(SEED)
    if DEATHS:
        for place in PLACES:
            for point, most in points(When.LOAD, place):
                yield *place, tuple(f"{point}:{chance.randint(1, most)}" for _ in range(DEATHS))
        return
    dealt: dict[tuple[str, str], list[str]] = {place: [] for place in PLACES}
    for point, most in {point: most for place in PLACES for point, most in points(When.LOAD, place)}.items():
        places = [place for place in PLACES if point in dict(points(When.LOAD, place))]
        dealt[min(places, key=lambda place: len(dealt[place]))].append(f"{point}:{chance.randint(1, most)}")
    yield from ((*place, tuple(deaths)) for place, deaths in dealt.items())


async def _dies_on_and_on(program: Program, deaths: Sequence[str]) -> None:
    """Start until each death was died, and once more."""
    for death in deaths:
        await program.begin(death)
        assert await program.dies(REACHED_WITHIN), f"never came to {death}:\n{program.tail()}"
    await program.start(":0")


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("database", "mode", "deaths"),
    [pytest.param(*one, id="-".join((*one[:2], one[2][0] if DEATHS else "all"))) for one in _rounds()],
    indirect=["database"],
)
async def test_whatever_it_was_doing_when_it_died_is_done_once(
    database: str, mode: str, deaths: Sequence[str], api: BotApi, make: Callable[..., Program]
) -> None:
    program = make(database, mode)
    api.duplicate_updates(0.05)
    await program.start(":0")
    contact = api.user("Wang", language_code="en")
    await signs_in(contact, program)
    await program.stop()
    town = Town(api, program, SEED, photos=True)
    async with asyncio.TaskGroup() as group:
        living = group.create_task(town.lives(telegram=3, web=2, contact=contact))
        await _dies_on_and_on(program, deaths)
        town.falls_quiet()
        await living
    await settled(program)
    await nothing_is_lost(program, api, town)
    await clocks_are_right(program)
    doubles = await notices_arrived(program, api, unknown=[(at, at) for at in program.kills])
    assert set(program.passed.read_text().splitlines()) <= all_points(), "a door has no name in crash_points"
    print(f"{database[:6]}, {mode}: {len(program.kills)} deaths, {len(town.filed)} cases, {doubles} messages twice")


# With a webhook on PostgreSQL it is the same, only that each death at the lease costs the next start thirty seconds.
@pytest.mark.parametrize(
    ("database", "mode"), PLACES if DEATHS else (("sqlite", "webhook"), ("postgres", "polling")), indirect=["database"]
)
@pytest.mark.timeout(400)
async def test_a_start_that_dies_at_every_step_still_succeeds(
    database: str, mode: str, api: BotApi, make: Callable[..., Program]
) -> None:
    program = make(database, mode)
    where = "sqlite" if database.startswith("sqlite") else "postgres"
    await _dies_on_and_on(program, [f"{point}:1" for point, _most in points(When.START, (where, mode))])
    person = api.user("Anna", language_code="en")
    await person.says("/start")
    await person.sees("Hello", timeout=20)
    assert (await program.command("verify"))[0] == 0


async def test_jobs_that_died_at_work_are_done_once_when_their_lease_is_over(
    database: str, api: BotApi, make: Callable[..., Program]
) -> None:
    program = make(database)
    program.waits_for_daytime()
    await program.start()
    admin = api.user("Admin", language_code="en")
    await signs_in(admin, program, "office")
    await program.stop()
    async with program.store() as store, store.transaction() as tx:
        # As if the city had been loaded before the newest time of every job, which therefore was missed.
        await tx.run("UPDATE city SET loaded_at = loaded_at - :ms", ms=timedelta(days=8) // timedelta(milliseconds=1))
    deaths = [f"{point}:{n}" for n in (1, 2) for point, _most in points(When.JOB, ())]
    for death in deaths:
        await program.begin(death)
        await program.dies(3)
        await program.kill()
        async with program.store() as store, store.transaction() as tx:
            await tx.run("UPDATE job_run SET lease_until = 0 WHERE done_at IS NULL")  # as after five minutes
    assert len(program.kills) >= len(deaths)
    await program.start()
    await admin.sees(r"Weekly digest, week \d+ of 20\d\d", timeout=30)
    await settled(program)
    async with asyncio.timeout(30):  # the digest is not the last of them
        while await read(program, "SELECT job FROM job_run WHERE done_at IS NULL"):
            await asyncio.sleep(0.2)
    done = await read(program, "SELECT job FROM job_run")
    assert {row["job"] for row in done} >= {"seal", "board", "housekeeping", "digest", "morning"}
    assert len(await read(program, "SELECT period FROM report WHERE kind = 'week'")) == 1
    assert (await program.command("verify"))[0] == 0
