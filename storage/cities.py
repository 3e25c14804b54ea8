"""The city's files as they were loaded, and the names of everything that was ever loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from storage.database import Tx
from storage.times import at, ms


async def newest(tx: Tx) -> int:
    """Read the number of the newest loading, 0 before the first; until this transaction ends nobody loads another."""
    row = await tx.one("SELECT /*pg pg_advisory_xact_lock_shared(4801731), */ MAX(n) AS n FROM city")
    return int(row["n"] or 0) if row else 0


async def first_loaded_at(tx: Tx) -> datetime:
    """Read when a city was loaded for the first time; there must have been one."""
    row = await tx.one("SELECT MIN(loaded_at) AS at FROM city")
    return at(row["at"]) if row else datetime.max.replace(tzinfo=UTC)


async def is_loaded(tx: Tx) -> bool:
    """Tell whether there is a city, without waiting for one that is just being loaded."""
    return await tx.one("SELECT 1 AS x FROM city LIMIT 1") is not None


async def for_change(tx: Tx) -> None:
    """Wait until nobody works with the loaded city, and keep everybody waiting until this transaction ends."""
    await tx.one("SELECT /*pg pg_advisory_xact_lock(4801731), */ 1 AS locked")


async def files(tx: Tx, n: int) -> dict[str, bytes]:
    """Read the files of one loading, by name."""
    return {row["file"]: bytes(row["body"]) for row in await tx.all("SELECT file, body FROM city WHERE n = :n", n=n)}


async def write(tx: Tx, files: Mapping[str, bytes], now: datetime) -> int:
    """Keep files as the newest loading and return its number."""
    n = await newest(tx) + 1
    for name, body in files.items():
        await tx.run(
            "INSERT INTO city (n, file, body, loaded_at) VALUES (:n, :name, :body, :now)", n=n, name=name, body=body, now=ms(now)
        )
    return n


async def name(tx: Tx, terms: Iterable[tuple[str, str, str, str]]) -> None:
    """Remember names: sort (area, unit, category, hall, window), code, Chinese, English."""
    for sort, code, zh, en in terms:
        await tx.run(
            "INSERT INTO term (sort, code, name, name_en) VALUES (:sort, :code, :zh, :en)"
            " ON CONFLICT (sort, code) DO UPDATE SET name = excluded.name, name_en = excluded.name_en",
            sort=sort,
            code=code,
            zh=zh,
            en=en,
        )


async def names(tx: Tx) -> dict[tuple[str, str], tuple[str, str]]:
    """Read every name ever loaded, by sort and code."""
    rows = await tx.all("SELECT sort, code, name, name_en FROM term")
    return {(row["sort"], row["code"]): (row["name"], row["name_en"]) for row in rows}
