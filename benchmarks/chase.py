"""What the chase costs: a sweep with nothing due among many open clocks, and a chased case with all its effects.

    python benchmarks/chase.py [--clocks 1000000] [--cases 1000]

Beside the sweep stands the bare statement that finds what is due; beside the chased case one APScheduler job for each case, which
does the same to its case in a transaction of its own and adds the job of the next rung, as the sweep sets the clock for it: in
memory, and (with SQLAlchemy installed) in a database, where it survives a kill as our clocks do. SQLite with synchronous=FULL, in
a temporary folder.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.jobstores.base import BaseJobStore
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from actions import city, filing
from actions.context import Actor, Limits
from actions.filing import FileCase
from bot.app import city_files
from bot.bell import Bell
from bot.clock import Clock
from bot.scheduler import BATCH, Scheduler
from bot.town import Town
from dialog.incoming import Place
from domain.cases import CaseKind
from schedules import SWEEPS
from storage import deadlines, people, roles
from storage.database import Database, Tx, connect
from storage.ids import new_id
from storage.keys import Keys
from storage.migrate import migrate
from storage.roles import RoleKind
from storage.times import ms

BEGIN = datetime(2026, 1, 7, 2, 0, tzinfo=UTC)
HALF = BEGIN + timedelta(days=4)
"""When every case is at its first rung, half of its time."""
UNIT = "urban-management"
COMPLAINT = FileCase(
    kind=CaseKind.COMPLAINT, text="门口垃圾没人清运", files=(), place=Place(area="630100"), category="sanitation"
)  # fmt: skip
LIMITS = Limits(
    messages_per_minute=1, upload_bytes=1, wrong_codes=1, address_wrong_codes=1, wrong_codes_wait=timedelta(minutes=1)
)  # fmt: skip
AHEAD = timedelta(days=10_000)
"""Puts the next rungs of the simulated cases into the future of the clock on the wall."""
SWEEPS_TIMED = 50


class SetClock(Clock):
    """Stands where it is put."""

    def __init__(self) -> None:
        self.at = BEGIN

    def now(self) -> datetime:
        """Tell the time that was set."""
        return self.at


async def file_cases(database: Database, keys: Keys, town: Town, clock: SetClock, count: int) -> None:
    """File real cases, one each second, with one contact who has a chat, and sign them in by nobody."""
    async with database.transaction() as tx:
        for name, kind in (("contact", RoleKind.CONTACT), ("reporter", None)):
            conversation = await people.conversation(tx, await people.arrive(tx, keys, "telegram", name, "zh_Hans", BEGIN))
            assert conversation is not None
            if kind:
                await roles.give(tx, conversation.person, kind, UNIT, name, BEGIN)
    for _ in range(count):
        async with database.transaction() as tx:
            ctx = await town.context(tx)
            actor = Actor(person=conversation.person, language="zh_Hans", roles=(), conversation=conversation)
            await filing.file_case(replace(ctx, actor=actor), COMPLAINT)
        clock.at += timedelta(seconds=1)


def open_clocks(path: Path, count: int) -> None:
    """Put so many running deadlines of cases beside the real ones, whose next rung is years ahead."""
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA foreign_keys = OFF")
        late = ms(BEGIN + timedelta(days=1000))
        rows = ((new_id(BEGIN), f"case{n // 3}", "answer", 1, UNIT, "5wd", ms(BEGIN), late, late + n) for n in range(count))
        raw.executemany(
            "INSERT INTO deadline (id, case_id, kind, round, unit, rule, started_at, due_at, next_rung_at, calendar, provisional)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'nation', 0)",
            rows,
        )


async def timed_sweeps(scheduler: Scheduler, database: Database, now: datetime) -> tuple[float, float]:
    """Give the median milliseconds of a sweep that finds nothing, and of the bare statement."""
    sweeps: list[float] = []
    bare: list[float] = []
    for _ in range(SWEEPS_TIMED):
        begin = time.perf_counter()
        await scheduler.run_sweep(SWEEPS[0])
        sweeps.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        async with database.reading() as tx:
            await tx.all("SELECT id FROM deadline WHERE next_rung_at <= :now ORDER BY next_rung_at, id LIMIT 50", now=ms(now))
        bare.append(time.perf_counter() - begin)
    return statistics.median(sweeps) * 1000, statistics.median(bare) * 1000


async def chased(tx: Tx, town: Town, ids: Sequence[str]) -> None:
    """Do what a sweep does to these deadlines."""
    ctx = await town.context(tx)
    for id in ids:
        await SWEEPS[0].do(ctx, id)


class Jobs:
    """One APScheduler job for each deadline, kept in a store of jobs as a clock must be that survives the night."""

    def __init__(self, database: Database, town: Town, ids: Sequence[str]) -> None:
        self.database = database
        self.town = town
        self.left = len(ids)
        self.done = asyncio.Event()
        self.ids = ids
        self.scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"misfire_grace_time": None})

    async def run(self, store: BaseJobStore) -> None:
        """Let all of them be due at once, and wait until the last has run."""
        global running
        running = self
        self.scheduler.add_jobstore(store)
        self.scheduler.start(paused=True)
        for id in self.ids:
            self.scheduler.add_job(one_job, "date", args=(id,))
        self.scheduler.resume()
        await self.done.wait()
        self.scheduler.shutdown(wait=False)


running: Jobs


async def one_job(id: str) -> None:
    """Do what the sweep does to one deadline, in a transaction of its own, and set the clock for its next rung."""

    async def chased_until(tx: Tx) -> datetime | None:
        await chased(tx, running.town, [id])
        deadline = await deadlines.get(tx, id)
        return deadline and deadline.next_rung_at

    if next_rung := await running.database.do(chased_until):
        running.scheduler.add_job(one_job, "date", run_date=next_rung + AHEAD, args=(id,))
    running.left -= 1
    if not running.left:
        running.done.set()


def stores(folder: Path) -> dict[str, BaseJobStore]:
    """Give the stores of jobs there are: in memory, where a kill loses every clock, and in a database."""
    found: dict[str, BaseJobStore] = {"in memory": MemoryJobStore()}
    try:
        from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    except ImportError:
        print("skipped: jobs in a database, as SQLAlchemy is not installed")
    else:
        found["in a database"] = SQLAlchemyJobStore(url=f"sqlite:///{folder}/jobs.db")
    return found


async def measure(clocks: int, count: int) -> None:
    """Fill a database, measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "huiyin.db"
        database = await connect(f"sqlite:{path}")
        clock, keys = SetClock(), Keys(b"k" * 32)
        await migrate(database, BEGIN)
        async with database.transaction() as tx:
            await city.load(tx, city_files(Path("examples/xining")), BEGIN)
        town = Town(clock, keys, "http://127.0.0.1", LIMITS)
        scheduler = Scheduler(database, clock, Bell(database), town, (), SWEEPS, timedelta(seconds=1))
        await file_cases(database, keys, town, clock, 2 * count)
        for filled in (0, clocks):
            open_clocks(path, filled)
            sweep, bare = await timed_sweeps(scheduler, database, clock.at)
            print(f"sweep with nothing due, {filled:>9,} clocks: {sweep:.2f} ms; bare statement {bare:.2f} ms")
        clock.at = HALF
        async with database.reading() as tx:
            due = await SWEEPS[0].due(await town.context(tx), 4 * count)
        # In the order in which sweeps take them, and a third of each time's for each.
        ours, *jobs = due[::3], due[1::3], due[2::3]
        begin, at = time.process_time(), time.perf_counter()
        for batch in range(0, len(ours), BATCH):
            await database.do(lambda tx, ids=ours[batch : batch + BATCH]: chased(tx, town, ids))
        swept, cpu = _each(begin, at, len(ours))
        print(f"a chased case in a sweep: {swept:.2f} ms, {cpu:.2f} ms of CPU ({len(ours)} cases)")
        for ids, (name, store) in zip(jobs, stores(Path(folder)).items(), strict=False):
            begin, at = time.process_time(), time.perf_counter()
            await Jobs(database, town, ids).run(store)
            wall, cpu = _each(begin, at, len(ids))
            print(f"one APScheduler job each, {name}: {wall:.2f} ms, {cpu:.2f} ms of CPU; ratio {wall / swept:.1f}")
        await database.close()


def _each(begin: float, at: float, count: int) -> tuple[float, float]:
    return (time.perf_counter() - at) * 1000 / count, (time.process_time() - begin) * 1000 / count


def main() -> None:
    """Read the arguments and measure."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--clocks", type=int, default=1_000_000)
    arguments.add_argument("--cases", type=int, default=1000)
    given = arguments.parse_args()
    asyncio.run(measure(given.clocks, given.cases))


if __name__ == "__main__":
    main()
