"""Pieces of work: each all or nothing by itself, though those that wait share a commit, and nobody hears of it before that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Database, StorageError, Tx, Unavailable
from storage.sqlite import SqliteDatabase
from storage.writer import HOLD


@pytest.fixture
async def counter(store: Database) -> AsyncIterator[Database]:
    await store.script("CREATE TABLE counter (k TEXT PRIMARY KEY, n BIGINT NOT NULL); INSERT INTO counter VALUES ('a', 0);")
    yield store


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    database = await SqliteDatabase.open(str(tmp_path / "counter.db"))
    await database.script("CREATE TABLE counter (k TEXT PRIMARY KEY, n BIGINT NOT NULL); INSERT INTO counter VALUES ('a', 0);")
    yield database
    await database.close()


async def count(store: Database) -> int:
    async with store.reading() as tx:
        row = await tx.one("SELECT n FROM counter WHERE k = 'a'")
    assert row is not None
    return int(row["n"])


async def one_more(tx: Tx) -> int:
    await tx.run("UPDATE counter SET n = n + 1 WHERE k = 'a'")
    row = await tx.one("SELECT n FROM counter WHERE k = 'a'")
    assert row is not None
    return int(row["n"])


async def one_more_and_fail(tx: Tx) -> None:
    await one_more(tx)
    raise ZeroDivisionError


async def one_more_and_break_a_rule(tx: Tx) -> None:
    await one_more(tx)
    await tx.run("INSERT INTO counter VALUES ('a', 1)")


async def commits(file: SqliteDatabase) -> int:
    """Read a number that grows with every commit that changed the file."""
    async with file.reading() as tx:
        row = await tx.one("SELECT data_version AS n FROM pragma_data_version")
    assert row is not None
    return int(row["n"])


async def test_work_gives_what_it_returned_once_it_is_committed(counter: Database) -> None:
    assert await counter.do(one_more) == 1
    assert await count(counter) == 1


async def test_what_fails_undoes_itself_and_nothing_else(counter: Database) -> None:
    works = (one_more, one_more_and_fail, one_more, one_more_and_break_a_rule, one_more)
    results = await asyncio.gather(*(counter.do(work) for work in works), return_exceptions=True)
    assert sorted(n for n in results if isinstance(n, int)) == [1, 2, 3]
    assert isinstance(results[1], ZeroDivisionError)
    assert isinstance(results[3], StorageError) and not isinstance(results[3], Unavailable)
    assert await count(counter) == 3


async def test_a_savepoint_in_work_is_undone_alone(counter: Database) -> None:
    async def work(tx: Tx) -> int:
        await one_more(tx)
        with pytest.raises(ZeroDivisionError):
            async with tx.savepoint():
                await one_more_and_fail(tx)
        return await one_more(tx)

    assert await counter.do(work) == 2
    assert await count(counter) == 2


async def test_many_pieces_of_work_share_a_commit_in_the_order_in_which_they_came(file: SqliteDatabase) -> None:
    before = await commits(file)
    assert await asyncio.gather(*(file.do(one_more) for _ in range(100))) == list(range(1, 101))
    seen = set()
    for _ in range(4):  # each reader counts for itself
        seen.add(await commits(file))
    assert max(seen) - before <= 10


async def test_a_long_piece_of_work_lets_those_before_it_go_first(file: SqliteDatabase) -> None:
    async def slow(tx: Tx) -> int:
        n = await one_more(tx)
        (await tx.one("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 3000000) SELECT MAX(x) FROM c"))
        return n

    heard: list[str] = []

    async def hears(name: str, work: asyncio.Task[int]) -> None:
        await work
        heard.append(f"{name} {await count(file)}")

    first, second, third = (asyncio.create_task(file.do(work)) for work in (slow, slow, one_more))
    await asyncio.gather(hears("first", first), hears("second", second), hears("third", third))
    assert heard[0] == "first 1", f"the second was not to be in the commit of the first, which took over {HOLD} s"


async def test_nobody_hears_of_it_when_the_commit_fails(file: SqliteDatabase) -> None:
    await file.script("CREATE TABLE child (a TEXT REFERENCES counter (k) DEFERRABLE INITIALLY DEFERRED);")

    async def orphan(tx: Tx) -> None:
        await tx.run("INSERT INTO child VALUES ('nobody')")  # found out at the commit only

    results = await asyncio.gather(file.do(one_more), file.do(orphan), file.do(one_more), return_exceptions=True)
    assert all(isinstance(error, StorageError) for error in results)
    assert await count(file) == 0
    assert await file.do(one_more) == 1


async def test_a_full_disk_fails_all_and_the_next_work_goes_on(file: SqliteDatabase) -> None:
    async def too_much(tx: Tx) -> None:
        await tx.run("PRAGMA max_page_count = 20")
        await tx.run("INSERT INTO counter VALUES (hex(randomblob(1000000)), 1)")

    async def room(tx: Tx) -> int:
        await tx.run("PRAGMA max_page_count = 1000000")
        return await one_more(tx)

    results = await asyncio.gather(file.do(one_more), file.do(too_much), file.do(one_more), return_exceptions=True)
    assert all(isinstance(error, Unavailable) for error in results)
    assert await count(file) == 0
    assert await file.do(room) == 1


async def test_work_that_waits_for_something_else_is_refused(file: SqliteDatabase) -> None:
    async def asleep(tx: Tx) -> None:
        await one_more(tx)
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="something else"):
        await file.do(asleep)
    assert await count(file) == 0
    assert await file.do(one_more) == 1


async def test_work_that_is_cancelled_before_it_begins_is_not_done(file: SqliteDatabase) -> None:
    async with file.transaction():
        waiting = [asyncio.create_task(file.do(one_more)) for _ in range(3)]
        await asyncio.sleep(0.05)
        waiting[1].cancel()
        await asyncio.sleep(0)
    assert await waiting[0] == 1
    assert await waiting[2] == 2
    assert await count(file) == 2


async def test_closing_waits_for_the_work_at_hand(tmp_path: Path) -> None:
    path = str(tmp_path / "closing.db")
    database = await SqliteDatabase.open(path)
    await database.script("CREATE TABLE counter (k TEXT PRIMARY KEY, n BIGINT NOT NULL); INSERT INTO counter VALUES ('a', 0);")
    works = [asyncio.create_task(database.do(one_more)) for _ in range(50)]
    await asyncio.sleep(0)
    await database.close()
    assert [await work for work in works] == list(range(1, 51))
    again = await SqliteDatabase.open(path)
    assert await count(again) == 50
    await again.close()
