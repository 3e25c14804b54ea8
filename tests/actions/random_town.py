"""A town in which everybody does something at random, through the real actions, while time goes on and deadlines are chased."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from cast import ALSO_BELOW, BELOW, COMPLAINT, MISCONDUCT, NOWHERE, OTHER, UNIT, Cast, xining

from actions import chasing, checking, filing, following, handling, merging, triage
from actions.context import Context
from dialog.subjects import Refused
from domain.cases import CaseKind, CaseState, Satisfaction
from storage.cases import Case
from storage.times import at

CONTACTS = {UNIT: ("holder", "colleague"), BELOW: ("below",), ALSO_BELOW: ("also below",), OTHER: ("other unit",)}
PUBLISHED = replace(COMPLAINT, publish=True)
WATER = replace(COMPLAINT, category="water-supply")
ADVICE = replace(COMPLAINT, kind=CaseKind.CONSULTATION)

Deed = Callable[[Context], Awaitable[Any]]


class RandomTown:
    """Goes on from `now`, a few hours at a time; the same seed and city give the same history."""

    def __init__(self, cast: Cast, seed: int, now: datetime) -> None:
        self.cast = cast
        self.now = now
        self.random = Random(seed)
        self.cases: list[str] = []

    async def lives(self, until: datetime) -> None:
        """Let things happen up to a moment."""
        while True:
            step = self.now + timedelta(minutes=self.random.expovariate(1 / 100))
            if step >= until:
                break
            await self._chase(step)
            self.now = step
            await self._something()
        await self._chase(until)
        self.now = until

    async def _chase(self, until: datetime) -> None:
        """Do what the rungs of deadlines ask, each at its own time, or as soon as it is armed."""
        while True:
            async with self.cast.database.transaction() as tx:
                row = await tx.one(
                    "SELECT id, next_rung_at FROM deadline WHERE next_rung_at IS NOT NULL ORDER BY next_rung_at, id LIMIT 1"
                )
                if row is None or at(row["next_rung_at"]) >= until:
                    return
                ctx = await self.cast.context(tx, "office", max(at(row["next_rung_at"]), self.now))
                await chasing.chase(replace(ctx, actor=None), row["id"])

    async def _something(self) -> None:
        command = self.random.choice((PUBLISHED, PUBLISHED, PUBLISHED, ADVICE, WATER, NOWHERE, MISCONDUCT))
        if not self.cases or self.random.random() < 0.2:
            if self.cases and command.kind is CaseKind.COMPLAINT and self.random.random() < 0.15:
                command = replace(command, into=self.random.choice(self.cases[-10:]))
            receipt = await self.cast.does("reporter", lambda ctx: filing.file_case(ctx, command), self.now)
            self.cases.append(receipt.case.id)
            return
        case = await self.cast.case(self.random.choice(self.cases[-40:]))
        if case.state is CaseState.ANSWERED and self.random.random() < 0.5:
            return  # many people say nothing more
        who, deed = self._deed(case)
        with contextlib.suppress(Refused):
            await self.cast.does(who, deed, self.now)

    def _deed(self, case: Case) -> tuple[str, Deed]:
        """Choose what somebody does with a case as it stands."""
        who = self.random.choice(CONTACTS.get(case.unit or "", ("discipline",)))
        unit = self.random.choice((UNIT, BELOW, OTHER))
        id, version = case.id, case.version
        citizens: list[Deed] = [lambda ctx: following.withdraw(ctx, id, "不用了"), lambda ctx: following.reply(ctx, id, "在北门")]
        if self.random.random() < 0.15:
            return "reporter", self.random.choice(citizens)
        if case.state is CaseState.MERGED:
            again = self.random.choice((merging.unmerge, lambda ctx, id: following.not_solved(ctx, id, "还没好")))
            return "office" if again is merging.unmerge else "reporter", lambda ctx: again(ctx, id)
        if case.state in (CaseState.TRIAGE, CaseState.ASSIGNED) and self.random.random() < 0.1:
            into = self.random.choice(self.cases[-10:])
            return "office", lambda ctx: merging.merge(ctx, id, into)
        if case.state is CaseState.ASSIGNED and self.random.random() < 0.1:
            return "office", lambda ctx: triage.unassign(ctx, id, "分派有误")
        if case.state is CaseState.CLOSED:
            level = self.random.choice(tuple(Satisfaction))
            after: list[tuple[str, Deed]] = [
                ("reporter", lambda ctx: following.rate(ctx, id, level)),
                ("reporter", lambda ctx: following.not_solved(ctx, id, "还没好")),
                ("office", lambda ctx: checking.reopen(ctx, id, "又堆满了")),
            ]
            return self.random.choice(after)
        if case.state is CaseState.TRIAGE:
            refusing = self.random.random() < 0.2
            return "office", (lambda ctx: triage.refuse(ctx, id, "不受理")) if refusing else lambda ctx: triage.assign(
                ctx, id, unit
            )
        if case.state is CaseState.ANSWERED:
            solved = self.random.random() < 0.5
            return "reporter", (
                (lambda ctx: following.solved(ctx, id, version))
                if solved
                else lambda ctx: following.not_solved(ctx, id, "还没好")
            )
        below = self.random.choice((BELOW, ALSO_BELOW))
        deeds: list[Deed] = [
            lambda ctx: handling.accept(ctx, id, version),
            lambda ctx: handling.ask(ctx, id, "在哪个门口？"),
            lambda ctx: handling.ask(ctx, id, "什么时候？"),
            lambda ctx: handling.report(ctx, id, "已清运"),
            lambda ctx: handling.report(ctx, id, "已清运"),
            lambda ctx: handling.report(ctx, id, "已清运"),
            lambda ctx: handling.return_(ctx, id, "不属于本单位职责"),
            lambda ctx: handling.pass_on(ctx, id, below),
        ]
        return who, self.random.choice(deeds)


def city_time(written: str) -> datetime:
    """Read a moment in the city's zone."""
    return datetime.fromisoformat(written).replace(tzinfo=xining().city.zone)
