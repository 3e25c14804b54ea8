"""A transaction is all or nothing, whatever stops it and wherever; the others never notice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from storage.database import Database, StorageError
from storage.sqlite import SqliteDatabase


@pytest.fixture
async def counter(store: Database) -> AsyncIterator[Database]:
    await store.script("CREATE TABLE counter (k TEXT PRIMARY KEY, n BIGINT NOT NULL); INSERT INTO counter VALUES ('a', 0);")
    yield store


async def count(store: Database) -> int:
    async with store.transaction() as tx:
        row = await tx.one("SELECT n FROM counter WHERE k = 'a'")
    assert row is not None
    return int(row["n"])


async def count_twice(store: Database) -> None:
    async with store.transaction() as tx:
        await tx.run("UPDATE counter SET n = n + 1 WHERE k = 'a'")
        await asyncio.sleep(0)
        await tx.run("UPDATE counter SET n = n + 1 WHERE k = 'a'")


async def test_an_error_rolls_back(counter: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with counter.transaction() as tx:
            await tx.run("UPDATE counter SET n = n + 1 WHERE k = 'a'")
            raise ZeroDivisionError
    assert await count(counter) == 0


async def test_an_error_of_the_database_rolls_back(counter: Database) -> None:
    with pytest.raises(StorageError):
        async with counter.transaction() as tx:
            await tx.run("UPDATE counter SET n = n + 1 WHERE k = 'a'")
            await tx.run("INSERT INTO counter VALUES ('a', 1)")
    assert await count(counter) == 0


async def test_what_is_not_committed_yet_is_not_read_by_others(counter: Database) -> None:
    async with counter.transaction() as tx:
        await tx.run("UPDATE counter SET n = 7 WHERE k = 'a'")
        async with counter.reading() as other:
            row = await other.one("SELECT n FROM counter WHERE k = 'a'")
            assert row is not None
            assert row["n"] == 0
    assert await count(counter) == 7


async def test_a_reader_sees_one_state_from_beginning_to_end(counter: Database) -> None:
    async with counter.reading() as reader:
        assert await reader.one("SELECT 1 AS x FROM counter WHERE n = 0")
        await count_twice(counter)
        assert await reader.one("SELECT 1 AS x FROM counter WHERE n = 0")
    async with counter.reading() as reader:
        assert await reader.one("SELECT 1 AS x FROM counter WHERE n = 2")


async def test_a_reader_can_not_write(counter: Database) -> None:
    with pytest.raises(StorageError):
        async with counter.reading() as tx:
            await tx.run("UPDATE counter SET n = 7 WHERE k = 'a'")
    assert await count(counter) == 0


async def test_cancelling_anywhere_leaves_nothing_half_and_disturbs_nobody(
    counter: Database, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(7)
    finished = 0
    for _ in range(120):
        tasks = [asyncio.create_task(count_twice(counter)) for _ in range(3)]
        await asyncio.sleep(chance.random() * 0.004)
        unlucky = chance.choice(tasks)
        was_cancelled = unlucky.cancel()
        ends = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)
        assert unlucky.cancelled() == was_cancelled
        assert [end for task, end in zip(tasks, ends, strict=True) if task is not unlucky] == [None, None]
        finished += sum(end is None for end in ends)
        n = await count(counter)
        assert n % 2 == 0
        # A commit that was on its way when its task was cancelled may have come through.
        assert 2 * finished <= n
        finished = n // 2
    assert caplog.messages == []


async def test_cancelling_twice_leaves_nothing_half_and_disturbs_nobody(
    counter: Database, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(11)
    for _ in range(120):
        tasks = [asyncio.create_task(count_twice(counter)) for _ in range(3)]
        await asyncio.sleep(chance.random() * 0.003)
        unlucky = chance.choice(tasks)
        unlucky.cancel()
        for _ in range(chance.randrange(4)):
            await asyncio.sleep(0)
            unlucky.cancel()
        ends = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)
        assert [end for task, end in zip(tasks, ends, strict=True) if task is not unlucky] == [None, None]
        assert await count(counter) % 2 == 0
    assert caplog.messages == []


async def test_nobody_begins_before_a_slow_rollback_is_through_even_if_cancelled_again(sqlite: SqliteDatabase) -> None:
    await sqlite.script("CREATE TABLE counter (k TEXT PRIMARY KEY, n BIGINT NOT NULL); INSERT INTO counter VALUES ('a', 0);")
    quick = sqlite._writer.rollback
    rolled_back = asyncio.Event()

    async def slow() -> None:
        await asyncio.sleep(0.05)
        await quick()
        rolled_back.set()

    sqlite._writer.rollback = slow  # type: ignore[method-assign]
    begun = asyncio.Event()

    async def half() -> None:
        async with sqlite.transaction() as tx:
            await tx.run("UPDATE counter SET n = n + 1")
            begun.set()
            await asyncio.sleep(9)

    task = asyncio.create_task(half())
    await begun.wait()
    task.cancel()
    await asyncio.sleep(0.01)
    task.cancel()
    assert await count(sqlite) == 0
    assert rolled_back.is_set()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_cancelled_task_ends_and_does_not_go_on(counter: Database) -> None:
    """Cleaning up is finished in spite of a cancellation, but must not swallow it: a loop would run on after its end."""

    over = False

    async def write() -> None:
        while not over:
            async with counter.transaction() as tx:
                await tx.one("SELECT 1 AS x")

    async def read() -> None:
        while not over:
            async with counter.reading() as tx:
                await tx.one("SELECT 1 AS x")

    async def save() -> None:
        async with counter.transaction() as tx:
            while not over:
                try:
                    async with tx.savepoint():
                        await tx.one("SELECT 1 AS x")
                        raise ZeroDivisionError
                except ZeroDivisionError:
                    pass

    chance = random.Random(13)
    for work in (write, read, save) * 60:
        task = asyncio.create_task(work())
        await asyncio.sleep(0.001 + chance.random() * 0.003)
        task.cancel()
        _done, running = await asyncio.wait((task,), timeout=5)
        over = bool(running)
        assert not running, work.__name__
        assert task.cancelled()


async def test_readers_that_were_cancelled_anywhere_leave_the_next_ones_a_fresh_view(counter: Database) -> None:
    chance = random.Random(17)

    async def look() -> None:
        async with counter.reading() as tx:
            await tx.one("SELECT n FROM counter")

    for n in range(150):
        tasks = [asyncio.create_task(look()) for _ in range(3)]
        for _ in range(chance.randrange(12)):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 10)
        if n % 10 == 0:
            await count_twice(counter)
            for _ in range(5):
                async with counter.reading() as tx:
                    row = await tx.one("SELECT n FROM counter")
                    assert row is not None
                    assert row["n"] == 2 * (n // 10 + 1)


async def test_a_savepoint_undoes_only_what_is_in_it(counter: Database) -> None:
    async with counter.transaction() as tx:
        await tx.run("UPDATE counter SET n = n + 1")
        with pytest.raises(ZeroDivisionError):
            async with tx.savepoint():
                await tx.run("UPDATE counter SET n = n + 10")
                async with tx.savepoint():
                    await tx.run("UPDATE counter SET n = n + 100")
                raise ZeroDivisionError
        async with tx.savepoint():
            await tx.run("UPDATE counter SET n = n + 1000")
            with pytest.raises(ZeroDivisionError):
                async with tx.savepoint():
                    await tx.run("UPDATE counter SET n = n + 10000")
                    raise ZeroDivisionError
    assert await count(counter) == 1001


async def test_after_a_refused_statement_in_a_savepoint_the_transaction_goes_on(counter: Database) -> None:
    async with counter.transaction() as tx:
        await tx.run("UPDATE counter SET n = n + 1")
        with pytest.raises(StorageError):
            async with tx.savepoint():
                await tx.run("INSERT INTO counter VALUES ('a', 1)")
        await tx.run("UPDATE counter SET n = n + 1")
    assert await count(counter) == 2


async def test_cancelling_in_a_savepoint_undoes_everything(counter: Database) -> None:
    begun = asyncio.Event()

    async def half() -> None:
        async with counter.transaction() as tx:
            await tx.run("UPDATE counter SET n = n + 1")
            async with tx.savepoint():
                await tx.run("UPDATE counter SET n = n + 10")
                begun.set()
                await asyncio.sleep(9)

    task = asyncio.create_task(half())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await count(counter) == 0


async def test_a_reader_that_is_cancelled_does_not_read_to_the_end(sqlite: SqliteDatabase) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT MAX(i) FROM n"

    async def look() -> None:
        async with sqlite.reading() as tx:
            await tx.one(endless)

    task = asyncio.create_task(look())
    await asyncio.sleep(0.2)
    task.cancel()
    await asyncio.wait([task], timeout=5)
    assert task.cancelled()
    async with sqlite.reading() as tx:
        assert await tx.one("SELECT 1")
