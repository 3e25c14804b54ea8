"""Everybody who can meet over a case, on a real PostgreSQL: citizens, contacts of several units, office, discipline teams."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from stores import NOW

from actions import filing, following, handling
from actions.city import LoadedCity
from actions.context import Actor, Context, Limits
from actions.filing import FileCase, Receipt
from actions.verify import verify
from dialog.incoming import Place
from dialog.outgoing import Outgoing
from dialog.subjects import Refused
from domain.cases import CaseKind
from domain.city_files import read_city
from domain.ledger import Entry as LedgerRow
from domain.working_days import WorkingDays
from schedules import SWEEPS, Sweep
from storage import cases, ledger, outbox, people, roles
from storage.cases import Case
from storage.database import Conflict, Database, Tx
from storage.keys import Keys
from storage.outbox import OutboxRow
from storage.people import Conversation
from storage.roles import RoleKind

XINING = Path(__file__).parent.parent.parent / "examples" / "xining"
UNIT, BELOW, ALSO_BELOW, OTHER = "urban-management", "urban-management-630104", "urban-management-630105", "housing"
DISCIPLINE, OTHER_DISCIPLINE = "discipline-630104", "discipline-630105"
LIMITS = Limits(
    messages_per_minute=20, upload_bytes=10**8, wrong_codes=5, address_wrong_codes=50, wrong_codes_wait=timedelta(minutes=15)
)

CITIZENS = ("reporter", "follower", "stranger")
STAFF: dict[str, tuple[RoleKind, str | None]] = {
    "holder": (RoleKind.CONTACT, UNIT),
    "colleague": (RoleKind.CONTACT, UNIT),
    "third": (RoleKind.CONTACT, UNIT),
    "head": (RoleKind.HEAD, UNIT),
    "below": (RoleKind.CONTACT, BELOW),
    "also below": (RoleKind.CONTACT, ALSO_BELOW),
    "other unit": (RoleKind.CONTACT, OTHER),
    "discipline": (RoleKind.CONTACT, DISCIPLINE),
    "other discipline": (RoleKind.CONTACT, OTHER_DISCIPLINE),
    "office": (RoleKind.OFFICE, None),
    "second office": (RoleKind.OFFICE, None),
}
EVERYBODY = (*CITIZENS, *STAFF)
WITH_TWO_DEVICES = ("reporter", "holder", "discipline")
DEVICE = "'s other device"
COMPLAINT = FileCase(
    kind=CaseKind.COMPLAINT, text="门口垃圾没人清运", files=(), place=Place(area="630100"), category="sanitation",
    messages=("message-1",),
)  # fmt: skip
NAMED = FileCase(
    kind=CaseKind.COMPLAINT, text="我叫欧阳小敏，门口垃圾没人清运，电话13997254418", files=(), place=Place(area="630100"),
    category="sanitation", name="欧阳小敏", phone="13997254418", messages=("message-1",),
)  # fmt: skip
MISCONDUCT = FileCase(kind=CaseKind.MISCONDUCT, text="窗口收红包", files=(), place=Place(area="630104"), category=None)
NOWHERE = FileCase(kind=CaseKind.COMPLAINT, text="很吵", files=(), place=None, category=None)

Deed: TypeAlias = tuple[str, Callable[[Context], Awaitable[Any]]]


class Undone(Exception):
    """Takes back what a test only wanted to look at."""


@cache
def xining() -> LoadedCity:
    """Read the example city."""
    city = read_city({path.name: path.read_bytes() for path in XINING.iterdir()}).city
    assert city is not None
    return LoadedCity(
        1, city, WorkingDays(zone=city.zone, closing_time=city.closing_time, table=city.working_days), {}
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message that an action put into the outbox: to whom, whose view of the case it is, and whether it only edits."""

    to: str
    card: str | None
    edits: bool


class Cast:
    """The people, by name, and what they do. `conflicts` counts how often somebody had to begin again."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self.database = database
        self.keys = keys
        self.conversations: dict[str, str] = {}
        self.persons: dict[str, str] = {}
        self.conflicts = 0

    async def arrive(self) -> None:
        """Bring everybody in, each with a chat of their own, staff with their roles, and some with a second device."""
        for name in EVERYBODY:
            await self.newcomer(name)
        async with self.database.transaction() as tx:
            for name, (kind, unit) in STAFF.items():
                await roles.give(tx, self.persons[name], kind, unit, name, NOW)
        for name in WITH_TWO_DEVICES:
            await self.newcomer(f"{name}{DEVICE}")
            async with self.database.transaction() as tx:
                await people.join(tx, self.conversations[f"{name}{DEVICE}"], self.persons[name])

    async def newcomer(self, name: str) -> str:
        """Bring one more person in and return the name."""
        async with self.database.transaction() as tx:
            address = str(5_000_000_100 + len(self.conversations))
            self.conversations[name] = await people.arrive(tx, self.keys, "telegram", address, "en", NOW)
            conversation = await people.conversation(tx, self.conversations[name])
        assert conversation is not None
        self.persons[name] = conversation.person
        return name

    # ---- acting

    async def context(self, tx: Tx, who: str, now: datetime = NOW) -> Context:
        """Take a turn as somebody, as the engine does: conversation, person, roles."""
        conversation = await people.lock(tx, self.conversations[who])
        assert conversation is not None
        return await self._as(tx, conversation, now)

    async def _as(self, tx: Tx, conversation: Conversation, now: datetime) -> Context:
        language = await people.for_change(tx, conversation.person)
        held = tuple(await roles.of_person(tx, conversation.person))
        actor = Actor(person=conversation.person, language=language, roles=held, conversation=conversation)
        return Context(
            tx=tx, now=now, keys=self.keys, city=xining(), public_url="https://example.org", limits=LIMITS, actor=actor
        )  # fmt: skip

    async def does(
        self, who: str, deed: Callable[[Context], Awaitable[Any]], now: datetime = NOW, meet: asyncio.Barrier | None = None
    ) -> Any:
        """Do something in one transaction, again at once after a conflict, as the loop does. Raises Refused."""
        while True:
            try:
                async with self.database.transaction() as tx:
                    await tx.one("SELECT 1 AS x")
                    if meet:
                        await meet.wait()
                    return await deed(await self.context(tx, who, now))
            except Conflict:
                self.conflicts += 1
                meet = None

    async def at_once(self, *deeds: Deed, now: datetime = NOW) -> list[Any]:
        """Let several do something at the same moment; Refused is given back as what came of it."""
        meet = asyncio.Barrier(len(deeds))
        ends = await asyncio.wait_for(
            asyncio.gather(*(self.does(who, deed, now, meet) for who, deed in deeds), return_exceptions=True), 30
        )
        for end in ends:
            if isinstance(end, BaseException) and not isinstance(end, Refused):
                raise end
        return ends

    async def tries(self, who: str, deed: Callable[[Context], Awaitable[Any]]) -> Refused | None:
        """Find out whether somebody may do something, and take it back. A refusal must have changed nothing yet."""
        refused = None
        try:
            async with self.database.transaction() as tx:
                context = await self.context(tx, who)
                before = await changes(tx)
                try:
                    await deed(context)
                except Refused as error:
                    refused = error
                    assert await changes(tx) == before
                raise Undone
        except Undone:
            return refused

    # ---- cases as they may stand

    async def files(self, command: FileCase = COMPLAINT) -> Receipt:
        """Let the reporter file a case."""
        receipt: Receipt = await self.does("reporter", lambda ctx: filing.file_case(ctx, command))
        return receipt

    async def assigned(self, command: FileCase = COMPLAINT) -> Case:
        """Give a case that waits for its unit, and that somebody follows by its number and code."""
        receipt = await self.files(command)
        await self.does("follower", lambda ctx: following.look_up(ctx, receipt.case.number, receipt.code))
        return await self.case(receipt.case.id)

    async def accepted(self, command: FileCase = COMPLAINT) -> Case:
        """Give a case that the holder has signed in."""
        case = await self.assigned(command)
        who = "discipline" if command.kind is CaseKind.MISCONDUCT else "holder"
        await self.does(who, lambda ctx: handling.accept(ctx, case.id, case.version))
        return await self.case(case.id)

    async def answered(self, command: FileCase = COMPLAINT) -> Case:
        """Give a case whose unit says that it is done."""
        case = await self.accepted(command)
        who = "discipline" if command.kind is CaseKind.MISCONDUCT else "holder"
        await self.does(who, lambda ctx: handling.report(ctx, case.id, "已清运"))
        return await self.case(case.id)

    async def closed(self, command: FileCase = COMPLAINT) -> Case:
        """Give a case that the citizen calls solved."""
        case = await self.answered(command)
        await self.does("reporter", lambda ctx: following.solved(ctx, case.id, case.version))
        return await self.case(case.id)

    async def triage(self) -> Case:
        """Give a case that no rule could route."""
        return await self.assigned(NOWHERE)

    # ---- looking

    async def case(self, id: str) -> Case:
        """Read a case."""
        async with self.database.reading() as tx:
            case = await cases.get(tx, id)
        assert case is not None
        return case

    async def events(self, id: str) -> list[str]:
        """Read what the ledger says about a case."""
        return [row.event for row in await self.ledger(f"case:{id}")]

    async def ledger(self, subject: str) -> Sequence[LedgerRow]:
        """Read a chain."""
        async with self.database.reading() as tx:
            return await ledger.of_subject(tx, subject)

    async def sweeps(self, now: datetime) -> None:
        """Chase everything that is due, until nothing is."""
        while await self._sweep(SWEEPS[0], now, xining()):
            pass

    async def settles(self, now: datetime, city: LoadedCity) -> None:
        """Reckon provisional dates again by the calendar of this city."""
        while await self._sweep(SWEEPS[1], now, city):
            pass

    async def _sweep(self, sweep: Sweep, now: datetime, city: LoadedCity) -> int:
        try:
            async with self.database.transaction() as tx:
                ctx = Context(tx=tx, now=now, keys=self.keys, city=city, public_url="https://example.org", limits=LIMITS)
                return sum([await sweep.do(ctx, id) for id in await sweep.due(ctx, 100)])
        except Conflict:
            self.conflicts += 1
            return 1

    async def rows(self, after: int = 0) -> list[OutboxRow]:
        """Read what was put into the outbox after the row with this number."""
        async with self.database.reading() as tx:
            found = []
            for row in await tx.all("SELECT id FROM outbox WHERE n > :after ORDER BY n", after=after):
                one = await outbox.get(tx, row["id"])
                assert one is not None
                found.append(one)
        return found

    def said(self, row: OutboxRow) -> Said:
        """Say to whom a row goes."""
        return Said(to=self.name_of(row.conversation), card=row.card, edits=row.edits is not None)

    def name_of(self, conversation: str) -> str:
        """Say whose conversation it is."""
        return next(name for name, id in self.conversations.items() if id == conversation).removesuffix(DEVICE)

    def message(self, row: OutboxRow) -> Outgoing:
        """Open a message."""
        return row.outgoing(self.keys)

    async def is_whole(self) -> None:
        """Prove the ledger."""
        async with self.database.reading() as tx:
            proof = await verify(tx)
        assert proof.problems == ()


async def changes(tx: Tx) -> int:
    """Count the rows that this transaction has written so far."""
    row = await tx.one("SELECT COALESCE(SUM(n_tup_ins + n_tup_upd + n_tup_del), 0) AS n FROM pg_stat_xact_user_tables")
    return int(row["n"]) if row else 0
