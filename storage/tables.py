"""Every table as it is, row by row, for a copy of the whole store that either database can take back.

Which tables there are is asked of the database, so that no later migration can forget to be copied. Not copied are `migration`,
which says how the database itself came about, and `lease`, which says what running processes are doing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from graphlib import TopologicalSorter
from typing import TypeAlias

from storage.database import Tx
from storage.times import ms

Value: TypeAlias = str | int | bytes | None

PAGE = 200
PARAMETERS = 250
CACHE = -200_000
"""SQLite's cache while very many rows come, in kilobytes below zero."""
NOT_COPIED = frozenset({"migration", "lease"})

_COLUMNS = """
/*lite SELECT t.name AS tab, c.name AS col, c.pk AS part FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c
WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, c.cid */
/*pg SELECT t.relname AS tab, a.attname AS col,
 (SELECT k.n FROM unnest(i.indkey) WITH ORDINALITY AS k (attribute, n) WHERE k.attribute = a.attnum) AS part
FROM pg_class AS t JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_index AS i ON i.indrelid = t.oid AND i.indisprimary
WHERE t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace ORDER BY t.relname, a.attnum */
"""
_REFERENCES = """
/*lite SELECT t.name AS tab, f."table" AS target, '' AS name, '' AS definition
FROM sqlite_master AS t JOIN pragma_foreign_key_list(t.name) AS f WHERE t.type = 'table' */
/*pg SELECT conrelid::regclass::text AS tab, confrelid::regclass::text AS target, conname AS name,
 pg_get_constraintdef(oid) AS definition
FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace */
"""
_COUNTERS = """
/*lite SELECT '' AS tab, '' AS col WHERE 1 = 0 */
/*pg SELECT c.relname AS tab, a.attname AS col FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
WHERE a.attidentity <> '' AND c.relnamespace = current_schema()::regnamespace */
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table; `key` are the columns of its primary key, in order."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


async def tables(tx: Tx) -> dict[str, Table]:
    """Find what is copied, by name; each table comes after those that it refers to."""
    columns: dict[str, list[tuple[str, int]]] = {}
    for row in await tx.all(_COLUMNS):
        columns.setdefault(row["tab"], []).append((row["col"], row["part"] or 0))
    refers: dict[str, set[str]] = {name: set() for name in columns if name not in NOT_COPIED}
    for row in await tx.all(_REFERENCES):
        refers[row["tab"]] |= {row["target"]} - {row["tab"]}
    return {
        name: Table(
            name=name,
            columns=tuple(column for column, _part in columns[name]),
            key=tuple(column for _part, column in sorted((part, column) for column, part in columns[name] if part)),
        )
        for name in TopologicalSorter(refers).static_order()
    }


async def pages(tx: Tx, table: Table) -> AsyncIterator[Sequence[tuple[Value, ...]]]:
    """Read every row, in the order of the key, some at a time."""
    order = _names(table.key)
    columns = _names(table.columns)
    after: dict[str, Value] = {}
    while True:
        beyond = f"WHERE ({order}) > ({', '.join(f':{name}' for name in after)})" if after else ""
        rows = await tx.all(f"SELECT {columns} FROM {table.name} {beyond} ORDER BY {order} LIMIT {PAGE}", **after)
        if rows:
            yield [tuple(row[column] for column in table.columns) for row in rows]
        if len(rows) < PAGE:
            return
        after = {f"after_{n}": rows[-1][column] for n, column in enumerate(table.key)}


async def row(tx: Tx, table: Table, id: str) -> tuple[Value, ...] | None:
    """Read one row of a table whose key is `id`."""
    found = await tx.one(f"SELECT {_names(table.columns)} FROM {table.name} WHERE id = :id", id=id)
    return tuple(found[column] for column in table.columns) if found else None


async def insert(tx: Tx, table: str, columns: Sequence[str], rows: Sequence[Sequence[Value]]) -> None:
    """Put rows into a table, as they were read."""
    at_once = max(1, PARAMETERS // len(columns))
    for start in range(0, len(rows), at_once):
        some = rows[start : start + at_once]
        places = ", ".join(
            "(" + ", ".join(f":v{n}" for n in range(first, first + len(columns))) + ")"
            for first in range(0, len(some) * len(columns), len(columns))
        )
        values = {f"v{n}": value for n, value in enumerate(value for one in some for value in one)}
        await tx.run(f"INSERT INTO {table} ({_names(columns)}) VALUES {places}", **values)


async def is_vacant(tx: Tx) -> bool:
    """Tell whether no table has a row that would be copied."""
    for name in await tables(tx):
        if await tx.one(f"SELECT 1 AS some FROM {name} LIMIT 1"):
            return False
    return True


@asynccontextmanager
async def in_any_order(tx: Tx) -> AsyncIterator[None]:
    """Open a block in which a row may come before another one that it refers to; at its end all of them must be there.

    Tables should come in the order of `tables` all the same: at each row that comes late SQLite searches for who waits for it.
    """
    references = [(row["tab"], row["name"], row["definition"]) for row in await tx.all(_REFERENCES) if row["name"]]
    for pragma in ("defer_foreign_keys = ON", f"cache_size = {CACHE}"):
        await tx.run(f"/*lite PRAGMA {pragma} *//*pg SET CONSTRAINTS ALL DEFERRED */")
    for table, name, _definition in references:
        await tx.run(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    yield
    for table, name, definition in references:
        await tx.run(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
    for row in await tx.all(_COUNTERS):
        table, column = row["tab"], row["col"]
        await tx.one(f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), MAX({column})) AS n FROM {table}")


async def let_go(tx: Tx, now: datetime) -> None:
    """Free what processes held that are no more."""
    await tx.run("UPDATE outbox SET lease_until = 0 WHERE lease_until > 0")
    await tx.run("UPDATE job_run SET lease_until = 0 WHERE done_at IS NULL")
    await tx.run(
        "UPDATE file SET next_try_at = :now WHERE ready_at IS NULL AND refused_at IS NULL AND next_try_at > :now", now=ms(now)
    )


def _names(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
