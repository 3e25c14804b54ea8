"""A city with very many plausible cases, made fast: rows go into an empty migrated database past the program's actions.

`fill` spreads `count` cases evenly over the weeks before `end`: filed, routed or assigned, signed in, answered (one in ten late),
some returned or closed by silence, some publishable, what is not finished by `end` still open, with its next rung after `end`
and now and then more time asked for. Beside the cases
stand their deadlines, followers, first texts and first rows of the ledger, which `huiyin verify` finds whole. The same seed gives
the same city. Few weeks give many open cases.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import asyncpg

from domain.city import DISCIPLINE, City
from domain.ledger import GENESIS, canonical, link
from domain.numbers import CASE_RANDOM, case_number
from domain.weeks import Week
from storage.times import at, ms

HOUR = 3_600_000
DAY = 24 * HOUR
BATCH = 20_000
REPORTER_OF = 3
ASKER = "0" * 32
KINDS = (("complaint", 75), ("consultation", 13), ("suggestion", 10), ("misconduct", 2))
COLUMNS = {
    "person": "id language created_at",
    "role": "id person role unit name since_at",
    "cases": "id number kind state version round area category unit reporter place routing code filed_at changed_at closed_at"
    " closing publish_at",
    "follower": "case_id person since_at",
    "entry": "id case_id n round kind author text salt files created_at",
    "callback": "week lot case_id",
    "deadline": "id case_id kind round unit rule started_at due_at stopped_at ended next_rung_at calendar provisional",
    "extension": "id case_id deadline unit rule until_at entry asked_by asked_at",
    "ledger": "subject n at actor event payload previous hash",
    "ledger_head": "subject n hash sealed_n",
}
Row = tuple[Any, ...]
Rows = dict[str, list[Row]]


async def fill(url: str, city: City, *, count: int, end: datetime, weeks: int, seed: int = 1) -> None:
    """Fill an empty migrated database, `sqlite:PATH` or `postgresql://...`; nobody else may have it open."""
    maker = _Maker(city, seed, ms(end), weeks, count)
    batches = (maker.batch(start, min(BATCH, count - start)) for start in range(0, count, BATCH))
    if url.startswith("sqlite:"):
        _fill_sqlite(url.removeprefix("sqlite:"), maker.people(count), batches)
    else:
        await _fill_postgres(url, maker.people(count), batches)


def _fill_sqlite(path: str, people: list[Row], batches: Iterator[Rows]) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("synchronous=OFF", "journal_mode=MEMORY", "cache_size=-200000"):
        connection.execute(f"PRAGMA {pragma}")
    # Indexes are built at the end: kept up to date row by row they would take most of the time.
    indexes = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
    connection.execute("BEGIN")
    for name, _sql in indexes:
        connection.execute(f"DROP INDEX {name}")
    _insert(connection, "person", people)
    _insert(connection, "role", [_asker(people)])
    for rows in batches:
        for table, some in rows.items():
            _insert(connection, table, some)
    for _name, sql in indexes:
        connection.execute(sql)
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.close()


def _insert(connection: sqlite3.Connection, table: str, rows: Sequence[Row]) -> None:
    columns = COLUMNS[table].split()
    places = ", ".join("?" * len(columns))
    connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)


async def _fill_postgres(url: str, people: list[Row], batches: Iterator[Rows]) -> None:
    connection = await asyncpg.connect(url)
    indexes = await connection.fetch(
        "SELECT indexname AS name, indexdef AS sql FROM pg_indexes AS i WHERE schemaname = 'public'"
        " AND NOT EXISTS (SELECT 1 FROM pg_constraint AS c WHERE c.conname = i.indexname)"
    )
    async with connection.transaction():
        for index in indexes:
            await connection.execute(f"DROP INDEX {index['name']}")
        await connection.copy_records_to_table("person", records=people, columns=COLUMNS["person"].split())
        await connection.copy_records_to_table("role", records=[_asker(people)], columns=COLUMNS["role"].split())
        for rows in batches:
            for table, some in rows.items():
                await connection.copy_records_to_table(table, records=some, columns=COLUMNS[table].split())
        for index in indexes:
            await connection.execute(index["sql"])
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


def _asker(people: list[Row]) -> Row:
    """Make the role of who asks for more time, whatever the unit."""
    return (ASKER, people[0][0], "contact", None, "Wang", people[0][2])


@dataclass(slots=True)
class _Course:
    """How a case goes; times are epoch milliseconds. What lies after `end` has not happened."""

    end: int
    rows: list[Row]
    case: str
    random: Random

    def deadline(self, kind: str, unit: str | None, rule: str, start: int, due: int, stop: int, ended: str) -> bool:
        """Write a deadline down; False if it still runs."""
        over = stop < self.end
        alarm = None if over else max(due, self.end + DAY)
        row = (
            _id(self.random, start),
            self.case,
            kind,
            1,
            unit,
            rule,
            start,
            due,
            stop if over else None,
            ended if over else None,
        )
        self.rows.append((*row, alarm, "nation", 0))
        return over


class _Maker:
    """Makes the rows of cases, batch by batch."""

    def __init__(self, city: City, seed: int, end: int, weeks: int, count: int) -> None:
        self.random = Random(seed)
        self.zone = city.zone
        self.end = end
        self.begin = end - weeks * 7 * DAY
        self.apart = weeks * 7 * DAY / count
        self.areas = list(city.areas)
        self.categories = list(city.categories)
        self.units = [unit.code for unit in city.units.values() if unit.kind != DISCIPLINE]
        self.discipline = [unit.code for unit in city.units.values() if unit.kind == DISCIPLINE]
        self.weights = [1 / (place + 3) for place in range(len(self.units))]
        self.persons: list[str] = []

    def people(self, count: int) -> list[Row]:
        """Make the reporters of so many cases."""
        self.persons = [_id(self.random, self.begin) for _n in range(max(1, count // REPORTER_OF))]
        return [(person, "zh_Hans", self.begin) for person in self.persons]

    def batch(self, start: int, count: int) -> Rows:
        """Make some cases, the first of which is the `start`-th."""
        rows: Rows = {table: [] for table in COLUMNS if table not in ("person", "role")}
        random = self.random
        picks = zip(
            random.choices([kind for kind, _weight in KINDS], [weight for _kind, weight in KINDS], k=count),
            random.choices(self.units, self.weights, k=count),
            random.choices(self.units, self.weights, k=count),
            random.choices(self.areas, k=count),
            random.choices(self.categories, k=count),
            random.choices(self.persons, k=count),
            strict=True,
        )
        for n, (kind, unit, other, area, category, person) in enumerate(picks, start):
            filed = self.begin + int((n + random.random()) * self.apart)  # in the order of time, as rows really come
            first = random.choice(self.discipline) if kind == "misconduct" and self.discipline else unit
            self._case(rows, n, filed, (kind, first, other, area, category, person))
        return rows

    def _case(self, rows: Rows, n: int, filed: int, picked: tuple[str, str, str, str, str, str]) -> None:
        kind, unit, other, area, category, person = picked
        random = self.random
        id = _id(random, filed)
        course = _Course(self.end, rows["deadline"], id, random)
        state, owner, changed, closing = _go(course, filed, kind, unit, other)
        number = case_number(date(2020, 1, 1) + timedelta(days=n // CASE_RANDOM), n % CASE_RANDOM)
        closed = changed if closing else None
        row = (id, number, kind, state, 1, 1, area, category, owner, person, "", "{}", "0" * 64, filed, changed, closed, closing)
        rows["cases"].append((*row, filed if random.random() < 0.1 else None))
        if closing == "silence" and kind != "misconduct":
            rows["callback"].append((Week.of(at(changed), self.zone).monday.isoformat(), _id(random, changed)[17:], id))
        rows["follower"].append((id, person, filed))
        entry = _id(random, filed)
        rows["entry"].append((entry, id, 1, 1, "told", "citizen", "门口垃圾没人清运", b"salt", "[]", filed))
        if state == "accepted" and random.random() < 0.1:
            answer = rows["deadline"][-1]
            rows["extension"].append((_id(random, changed), id, answer[0], owner, "10wd", answer[7], entry, ASKER, changed))
        payload = {"round": 1, "state": "received", "unit": unit}
        subject = f"case:{id}"
        hash = link(GENESIS, subject, 1, filed, "citizen", "file", payload)
        rows["ledger"].append((subject, 1, filed, "citizen", "file", canonical(payload).decode(), GENESIS, hash))
        rows["ledger_head"].append((subject, 1, hash, 1))


def _go(course: _Course, filed: int, kind: str, unit: str, other: str) -> tuple[str, str | None, int, str | None]:
    """Let a case take its course; give its state, its unit, when that last changed, and the event that closed it, if one did."""
    random = course.random
    limit = 3 if kind == "consultation" else 5
    answered_after = int(random.lognormvariate(0.9, 0.75) * DAY)
    answered, now = filed + answered_after, filed
    course.deadline("promise", None, f"{limit}wd", filed, filed + (limit + 2) * DAY, answered, "report")
    chance = random.random() if kind != "misconduct" else 1.0
    if chance < 0.06:  # no rule fits, or the first unit returns it
        took = answered_after // 10
        if chance < 0.02 and not course.deadline(
            "answer", other, f"{limit}wd", now, now + (limit + 2) * DAY, now + took, "return"
        ):
            return "assigned", other, now, None
        now = now + took if chance < 0.02 else now
        if not course.deadline("triage", None, "1wd", now, now + DAY, now + took, "assign"):
            return "triage", None, now, None
        now += took
    signed = now + min(int(random.expovariate(1 / (6 * HOUR))), (answered - now) // 2)
    accepted = course.deadline("accept", unit, "1wd", now, now + DAY, signed, "accept")
    if not course.deadline("answer", unit, f"{limit}wd", now, now + (limit + 2) * DAY, answered, "report"):
        return ("accepted", unit, signed, None) if accepted else ("assigned", unit, now, None)
    silent = random.random() < 0.3
    said = answered + (7 * DAY if silent else int(random.random() * 7 * DAY))
    if not course.deadline("check", unit, "7d", answered, answered + 7 * DAY, said, "silence" if silent else "solved"):
        return "answered", unit, answered, None
    return "closed", unit, said, "silence" if silent else "solved"


def _id(random: Random, at: int) -> str:
    """Make an id as `storage.ids.new_id` does, but always the same ones."""
    return f"{at:012x}7{random.getrandbits(12):03x}8{random.getrandbits(60):015x}"
