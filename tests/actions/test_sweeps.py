"""What can't be done in a sweep is put aside after a while, and holds nothing else up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cast import COMPLAINT, LIMITS, Cast, xining
from stores import NOW

from actions import chasing, likeness
from actions.context import Context
from bot.bell import Bell
from bot.clock import Clock
from bot.scheduler import Scheduler
from domain.city import Rung
from schedules import SWEEPS
from storage import deadlines
from storage import likeness as index
from storage.cases import Case
from storage.database import Tx
from storage.deadlines import Deadline

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHASE, _SETTLE, LIKENESS = SWEEPS
LATER = NOW + timedelta(days=5)


class Town:
    """Gives the context of actions at a time that is set."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.now = LATER

    async def context(self, tx: Tx) -> Context:
        return Context(tx=tx, now=self.now, keys=self.cast.keys, city=xining(), public_url="", limits=LIMITS)


def scheduler(cast: Cast, town: Any) -> Scheduler:
    return Scheduler(cast.database, Clock(), Bell(cast.database), town, (), SWEEPS, timedelta(seconds=1))


async def test_a_rung_that_fails_is_tried_five_times_and_the_others_are_reached(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, other = (await cast.files(COMPLAINT)).case, (await cast.files(COMPLAINT)).case
    climb = chasing.climb

    async def stumble(ctx: Context, deadline: Deadline, every: Any) -> tuple[Rung, ...]:
        rungs = await climb(ctx, deadline, every)
        if deadline.case == stuck.id:
            raise KeyError("no such rung")
        return rungs

    monkeypatch.setattr(chasing, "climb", stumble)
    town = Town(cast)
    for _ in range(5):
        await scheduler(cast, town).run_sweep(CHASE)
        town.now += timedelta(seconds=10)
    async with cast.database.reading() as tx:
        aside = await deadlines.put_aside(tx)
        assert {(deadline.case, why) for deadline, why in aside} == {(stuck.id, "chase: KeyError")}
        assert not any(deadline.passed for deadline, _why in aside)
        assert not {deadline.id for deadline, _why in aside} & set(await deadlines.reached(tx, town.now, 100))
        assert any(one.passed for one in await deadlines.of_case(tx, other.id))


async def test_a_case_whose_words_cannot_be_read_is_passed_over(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck, other = (await cast.files(COMPLAINT)).case, (await cast.files(COMPLAINT)).case
    async with cast.database.transaction() as tx:
        for case in (stuck, other):
            await index.forget(tx, case.id)
            await tx.run("INSERT INTO likeness_due (case_id) VALUES (:case)", case=case.id)
    keep = likeness.keep

    async def stumble(ctx: Context, case: Case) -> None:
        if case.id == stuck.id:
            raise KeyError("no such word")
        await keep(ctx, case)

    monkeypatch.setattr(likeness, "keep", stumble)
    assert await scheduler(cast, Town(cast)).run_sweep(LIKENESS) == 1
    async with cast.database.reading() as tx:
        assert await index.due(tx, 100) == []
        row = await tx.one("SELECT COUNT(*) AS n FROM likeness WHERE case_id = :case", case=other.id)
        assert row is not None
        assert row["n"] == 1
