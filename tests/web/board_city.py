"""A city whose cases are on the board: filed, dealt with and released by the real actions, straight on the program's database."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from story_town import Town, town_over

from actions import filing, following, handling, planning, releasing
from actions.context import Actor, Context
from actions.filing import FileCase
from bot.town import Town as Office
from dialog.incoming import Place
from domain.cases import CaseKind, Satisfaction
from schedules import board, seal
from storage import cases, people, roles
from storage.cases import Case
from storage.ids import new_id
from storage.roles import RoleKind
from storage.times import ms

UNIT = "urban-management-630104"
RUBBISH = FileCase(
    kind=CaseKind.COMPLAINT, text="小区门口的垃圾一周没人清运，天热味道很大。", files=(), place=Place(area="630104"),
    category="sanitation", publish=True,
)  # fmt: skip


async def count_months(ctx: Context) -> None:
    """Do what the job does, in one transaction."""
    keep = await board.count(ctx)
    await keep(ctx)


@dataclass(frozen=True, slots=True)
class BoardCity:
    """A running program, and hands to fill its board with."""

    town: Town
    session: ClientSession

    @property
    def office(self) -> Office:
        return self.town.app._town

    async def does(self, who: str, deed: Callable[[Context], Awaitable[Any]]) -> Any:
        """Let the citizen, the contact or the office do something."""
        app = self.town.app
        async with app.database.transaction() as tx:
            ctx = await self.office.context(tx)
            id = await people.arrive(tx, app.keys, "web", who, "en", ctx.now)
            conversation = await people.conversation(tx, id)
            assert conversation is not None
            if who != "citizen":
                kind, unit = (RoleKind.CONTACT, UNIT) if who == "contact" else (RoleKind.OFFICE, None)
                await roles.give(tx, conversation.person, kind, unit, "孙立军" if who == "contact" else "Office", ctx.now)
            held = tuple(await roles.of_person(tx, conversation.person))
            actor = Actor(person=conversation.person, language="en", roles=held, conversation=conversation)
            return await deed(replace(ctx, actor=actor))

    async def accepted(self, command: FileCase = RUBBISH) -> Case:
        """Give a case that the contact has signed in."""
        await self.does("contact", _nothing)
        receipt = await self.does("citizen", lambda ctx: filing.file_case(ctx, command))
        case: Case = await self.does("contact", lambda ctx: handling.accept(ctx, receipt.case.id, receipt.case.version))
        return case

    async def answered(self, command: FileCase = RUBBISH, result: str = "已于当日清运，并增加了清运次数。") -> Case:
        """Give a case with a result."""
        case = await self.accepted(command)
        answered: Case = await self.does("contact", lambda ctx: handling.report(ctx, case.id, result))
        return answered

    async def closed(self, command: FileCase = RUBBISH, result: str = "已于当日清运，并增加了清运次数。") -> Case:
        """Give a case that the citizen calls solved and rates."""
        case = await self.answered(command, result)
        await self.does("citizen", lambda ctx: following.solved(ctx, case.id, case.version))
        rated: Case = await self.does("citizen", lambda ctx: following.rate(ctx, case.id, Satisfaction.FAIRLY))
        return rated

    async def releases(self, case: Case) -> Case:
        """Release a case in the words that are proposed."""

        async def deed(ctx: Context) -> Case:
            fresh = await cases.get(ctx.tx, case.id)
            assert fresh is not None
            shown = await releasing.proposal(ctx, fresh)
            return await releasing.release(ctx, case.id, shown.words)

        released: Case = await self.does("office", deed)
        return released

    async def plans(
        self, case: Case, until: timedelta, measures: str = "每日早晚各清运一次，增设两个垃圾桶", responsible: str = "环卫科科长"
    ) -> None:
        """Give a case a plan."""

        async def deed(ctx: Context) -> None:
            row = await ctx.tx.one("SELECT id FROM entry WHERE case_id = :case LIMIT 1", case=case.id)
            assert row is not None
            await ctx.tx.run(
                "INSERT INTO plan (id, case_id, round, unit, measures, target, responsible, until_at, entry, created_at)"
                " VALUES (:id, :case, 1, :unit, :measures, '门口不再有垃圾堆积', :responsible, :until, :entry, :now)",
                id=new_id(ctx.now), case=case.id, unit=case.unit, measures=measures, responsible=responsible,
                until=ms(ctx.now + until), entry=row["id"], now=ms(ctx.now),
            )  # fmt: skip

        await self.does("office", deed)

    async def makes_plan(self, case: Case, measures: str) -> None:
        """Let the contact make a plan."""
        command = planning.MakePlan(case=case.id, measures=measures, target="不再堆积", responsible="环卫科科长")
        await self.does("contact", lambda ctx: planning.plan(ctx, command))

    async def counts(self) -> None:
        """Count the months and seal the ledger, as the jobs do."""
        await self.does("office", count_months)
        await self.does("office", seal.run)

    async def reads(self, path: str, status: int = 200, **headers: str) -> str:
        """Load a page."""
        async with self.session.get(path, headers={"Accept-Language": "en", **headers}) as answer:
            assert answer.status == status, path
            return await answer.text()


@asynccontextmanager
async def board_city(folder: Path, database: str, **settings: Any) -> AsyncIterator[BoardCity]:
    """Start the program over an empty database."""
    async with town_over(folder, database, **settings) as town, ClientSession(town.url) as session:
        yield BoardCity(town, session)


async def _nothing(ctx: Context) -> None:
    """Only be there."""


def words(n: int) -> FileCase:
    """Give one of many different matters."""
    return replace(RUBBISH, text=f"{next(itertools.islice(itertools.cycle(MATTERS), n, None))}（第{n}件）")


MATTERS = ("路灯不亮已经三天，晚上走路看不清。", "人行道的井盖松动，骑车经过很危险。", "早市收摊后污水横流，没人冲洗。")
