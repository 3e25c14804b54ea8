"""The digest of a week among very many cases, beside the hand-written SQL for the same figures, in the same run.

    python benchmarks/digest.py [--cases 1000000] [--weeks 52] [--postgres URL] [--keep FOLDER] [--runs 9]

SQLite by default; URL names an empty PostgreSQL database. Printed are the medians in milliseconds: the week's figures, what else
the digest has that is not in that SQL (ratings of windows, what was put aside, the seal; issues that several people reported,
which are found by comparing texts), and the SQL through the bare driver. The goal is 1.5 for the figures by that SQL, which is
told the same indexes. A week long past is counted as well. A FOLDER keeps the filled SQLite file for the next run.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
from city_of_cases import fill

from actions import hot_issues, kept_digests
from actions.city import LoadedCity
from actions.context import Context, Limits
from domain.city_files import read_city
from domain.weeks import Week
from domain.working_days import WorkingDays
from storage import figures
from storage.database import Database, Tx, connect
from storage.figures import Figures
from storage.keys import Keys
from storage.migrate import migrate
from storage.postgres import compile_sql
from storage.sqlite import lite
from storage.times import ms

NOW = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
LONG_AGO = 40
LIMITS = Limits(
    messages_per_minute=20, upload_bytes=10**8, wrong_codes=5, address_wrong_codes=50, wrong_codes_wait=timedelta(minutes=15)
)
OTHERS = "JOIN cases AS c ON c.id = d.case_id AND c.kind <> 'misconduct'"
RAN = (
    "NOT EXISTS (SELECT 1 FROM deadline AS r WHERE r.case_id = d.case_id AND r.kind = 'reply' AND r.started_at >= d.started_at"
    " AND r.started_at < d.due_at AND (r.stopped_at IS NULL OR r.stopped_at > d.due_at))"
)
OVER = (
    ("deadline_running", "d.stopped_at IS NULL"),
    ("deadline_stopped_late", "d.stopped_at > d.due_at AND d.stopped_at >= :end"),
)
AGAIN = (
    "EXISTS (SELECT 1 FROM deadline AS b /*lite INDEXED BY deadline_of_case */ WHERE b.case_id = d.case_id AND b.kind = 'answer'"
    " AND b.unit = d.unit AND b.started_at < d.started_at AND b.ended <> 'unassign')"
)
TURN = "d.kind IN ('triage', 'answer', 'check')"
BY_HAND = (
    f"SELECT d.kind, d.unit, COUNT(*), COUNT(CASE WHEN {AGAIN} THEN 1 END) FROM deadline AS d {OTHERS}"
    " WHERE d.kind IN ('answer', 'triage') AND d.started_at >= :begin AND d.started_at < :end"
    " AND (d.ended IS NULL OR d.ended <> 'unassign' OR d.stopped_at >= :end) GROUP BY d.kind, d.unit",
    f"SELECT d.unit, d.ended, d.stopped_at <= d.due_at, COUNT(*) FROM deadline AS d {OTHERS}"
    " WHERE d.kind = 'answer' AND d.stopped_at >= :begin AND d.stopped_at < :end"
    " GROUP BY d.unit, d.ended, d.stopped_at <= d.due_at",
    f"SELECT d.unit, d.stopped_at < :end, COUNT(*) FROM deadline AS d /*lite INDEXED BY deadline_missed */ {OTHERS}"
    " WHERE d.kind = 'answer' AND d.due_at >= :begin AND d.due_at < :end"
    f" AND d.due_at < COALESCE(d.stopped_at, 9223372036854775807) AND {RAN} GROUP BY d.unit, d.stopped_at < :end",
    *(
        f"SELECT d.unit, COUNT(*) FROM deadline AS d /*lite INDEXED BY {index} */ {OTHERS}"
        f" WHERE d.kind = 'answer' AND {ended} AND d.due_at < :end AND {RAN} GROUP BY d.unit"
        for index, ended in OVER
    ),
    *(
        "SELECT d.unit, COUNT(*), COUNT(CASE WHEN d.stopped_at < :end THEN NULL ELSE 1 END)"
        f" FROM deadline AS d /*lite INDEXED BY {index} */ {OTHERS}"
        f" WHERE d.kind = 'accept' AND {ended.replace(':end', ':begin')} AND d.due_at < :end GROUP BY d.unit"
        for index, ended in OVER
    ),
    f"SELECT d.unit, d.ended, COUNT(*) FROM deadline AS d /*lite INDEXED BY deadline_closed */ {OTHERS}"
    " WHERE d.ended IN ('solved', 'silence', 'withdraw', 'refuse', 'strike') AND d.stopped_at >= :begin AND d.stopped_at < :end"
    f" AND {TURN} GROUP BY d.unit, d.ended",
    "SELECT kind = 'misconduct', COUNT(*) FROM cases WHERE filed_at >= :begin AND filed_at < :end GROUP BY kind = 'misconduct'",
    f"SELECT d.stopped_at - d.started_at AS took FROM deadline AS d {OTHERS} WHERE d.kind = 'promise' AND d.ended = 'report'"
    " AND d.stopped_at >= :begin AND d.stopped_at < :end ORDER BY took",
    "SELECT c.number, d.unit, c.filed_at FROM cases AS c /*lite INDEXED BY cases_oldest */ CROSS JOIN deadline AS d"
    f" WHERE d.case_id = c.id AND {TURN} AND d.started_at < :end AND (d.stopped_at IS NULL OR d.stopped_at >= :end)"
    " AND c.closed_at IS NULL AND c.filed_at < :end AND c.kind <> 'misconduct' ORDER BY c.filed_at, c.id LIMIT 5",
    "SELECT c.number, d.unit, c.filed_at FROM cases AS c LEFT JOIN deadline AS d ON d.case_id = c.id"
    f" AND {TURN} AND d.started_at < :end AND (d.stopped_at IS NULL OR d.stopped_at >= :end) WHERE c.filed_at IN"
    " (SELECT filed_at FROM cases WHERE closed_at >= :end AND +filed_at < :end AND kind <> 'misconduct'"
    " ORDER BY +filed_at LIMIT 20) AND c.closed_at >= :end AND c.kind <> 'misconduct' ORDER BY c.filed_at, c.id LIMIT 20",
    *(
        f"SELECT COUNT(*) FROM deadline AS d /*lite INDEXED BY {index} */ {OTHERS}"
        f" WHERE d.kind = 'promise' AND {ended} AND d.due_at < :end AND EXISTS (SELECT 1 FROM deadline AS t"
        " WHERE t.case_id = d.case_id AND t.kind = 'triage' AND t.started_at < :end"
        " AND (t.stopped_at IS NULL OR t.stopped_at >= :end))"
        for index, ended in OVER
    ),
    "SELECT COUNT(*) FROM ledger WHERE event = 'merge' AND at >= :begin AND at < :end AND payload LIKE '%\"into\":%'",
)
"""What somebody would write who only wanted these figures."""

Answers = list[list[tuple[Any, ...]]]
Asked = Callable[[Week], Awaitable[Answers]]


class Undone(Exception):
    """Takes back what was only measured."""


async def main() -> None:
    """Fill, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--cases", type=int, default=1_000_000)
    arguments.add_argument("--weeks", type=int, default=52)
    arguments.add_argument("--runs", type=int, default=9)
    arguments.add_argument("--postgres", metavar="URL")
    arguments.add_argument("--keep", type=Path, metavar="FOLDER")
    given = arguments.parse_args()
    city = example_city()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(given.keep or folder, f"{given.cases}-cases.db")
        url = given.postgres or f"sqlite:{file}"
        if given.postgres or not is_there(file):
            await filled(url, city, given.cases, given.weeks)
        database = await connect(url)
        by_hand, close = await hand(url)
        last = Week.of(NOW, city.city.zone).before()
        past = last
        for _week in range(min(LONG_AGO, given.weeks - 2)):
            past = past.before()
        for name, week in (("last week", last), ("a week long past", past)):
            await measure(name, week, database, city, by_hand, given.runs)
        await close()
        await database.close()


def is_there(file: Path) -> bool:
    """Tell whether a database was kept from an earlier run."""
    return file.exists()


def example_city() -> LoadedCity:
    """Read the example city."""
    folder = Path(__file__).parent.parent / "examples" / "xining"
    city = read_city({path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".md"}).city
    assert city is not None
    days = WorkingDays(zone=city.zone, closing_time=city.closing_time, table=city.working_days)
    return LoadedCity(1, city, days, {})


async def filled(url: str, city: LoadedCity, count: int, weeks: int, end: datetime = NOW) -> None:
    """Migrate an empty database and fill it with cases filed before `end`."""
    begun = time.perf_counter()
    database = await connect(url)
    await migrate(database, NOW)
    await database.close()
    await fill(url, city.city, count=count, end=end, weeks=weeks)
    print(f"{count} cases in {time.perf_counter() - begun:.0f} s")


async def hand(url: str) -> tuple[Asked, Callable[[], Awaitable[Any]]]:
    """Open the database through the bare driver; give what asks it, and what closes it."""
    if url.startswith("sqlite:"):
        file = sqlite3.connect(f"file:{url.removeprefix('sqlite:')}?mode=ro", uri=True)

        async def ask_file(week: Week) -> Answers:
            return [file.execute(lite(sql), {"begin": ms(week.begin), "end": ms(week.end)}).fetchall() for sql in BY_HAND]

        async def close_file() -> None:
            file.close()

        return ask_file, close_file
    connection = await asyncpg.connect(url)

    async def ask_server(week: Week) -> Answers:
        span = {"begin": ms(week.begin), "end": ms(week.end)}
        compiled = [compile_sql(sql) for sql in BY_HAND]
        return [[tuple(row) for row in await connection.fetch(sql, *(span[n] for n in names))] for sql, names in compiled]

    return ask_server, connection.close


async def measure(name: str, week: Week, database: Database, city: LoadedCity, by_hand: Asked, runs: int) -> None:
    """Do all three in turns, and print their medians."""
    spent: dict[str, list[float]] = {"figures": [], "digest": [], "issues in it": [], "by hand": []}
    for _run in range(runs):
        begun = time.perf_counter()
        async with database.reading() as tx:
            counted = await figures.count(tx, week.begin, week.end)
        spent["figures"].append(time.perf_counter() - begun)
        begun = time.perf_counter()
        await whole(database, city, week)
        spent["digest"].append(time.perf_counter() - begun)
        begun = time.perf_counter()
        async with database.reading() as tx:
            await hot_issues.of_week(context(tx, city), week)
        spent["issues in it"].append(time.perf_counter() - begun)
        begun = time.perf_counter()
        answers = await by_hand(week)
        spent["by hand"].append(time.perf_counter() - begun)
        agree(counted, answers)
    median = {what: statistics.median(times) * 1000 for what, times in spent.items()}
    print(f"{name} ({counted.filed} filed): " + ", ".join(f"{what} {took:.1f} ms" for what, took in median.items()))
    by_sql = median["by hand"]
    without = (median["digest"] - median["issues in it"]) / by_sql
    print(f"  by hand = 1: figures {median['figures'] / by_sql:.2f}, digest without issues {without:.2f}")


async def whole(database: Database, city: LoadedCity, week: Week) -> None:
    """Make a digest that was not made yet; the week before is there, as it is every Monday."""
    try:
        async with database.transaction() as tx:
            await kept_digests.make(context(tx, city), week)
            raise Undone
    except Undone:
        pass


def context(tx: Tx, city: LoadedCity) -> Context:
    """Give what an action works with."""
    return Context(tx=tx, now=NOW, keys=Keys(b"k" * 32), city=city, public_url="https://example.org", limits=LIMITS)


def agree(counted: Figures, answers: Answers) -> None:
    """Make sure that both counted the same."""
    begun, stopped, missed, running, ended_late, unsigned, signed_late, closed, filed, took, _open, _closed, *waiting, merged = (
        answers
    )
    confidential = {bool(row[0]): row[1] for row in filed}
    assert sum(unit.new for unit in counted.units) == sum(row[2] for row in begun if row[0] == "answer")
    assert sum(unit.again for unit in counted.units) == sum(row[3] for row in begun if row[0] == "answer")
    assert counted.on_time == sum(row[3] for row in stopped if row[1] == "report" and row[2])
    assert counted.late == sum(row[2] for row in missed)
    assert sum(unit.late_ended for unit in counted.units) == sum(row[2] for row in missed if row[1])
    assert counted.still_late == sum(row[1] for row in (*running, *ended_late))
    assert counted.sign_ins_late == sum(row[1] for row in (*unsigned, *signed_late))
    assert counted.unsigned == sum(row[2] for row in (*unsigned, *signed_late))
    assert counted.merged == merged[0][0]
    assert counted.late_at_office == sum(rows[0][0] for rows in waiting)
    assert counted.solved + counted.silent == sum(row[2] for row in closed if row[1] in ("solved", "silence"))
    assert (counted.filed, counted.misconduct) == (confidential.get(False, 0), confidential.get(True, 0))
    assert counted.unroutable == sum(row[2] for row in begun if row[0] == "triage")
    assert counted.half_within == (timedelta(milliseconds=took[(len(took) - 1) // 2][0]) if took else None)


if __name__ == "__main__":
    asyncio.run(main())
