"""What a failing store is called decides what is done: waiting (Unavailable), trying again at once (Conflict), or a mistake."""

from __future__ import annotations

import asyncio
import sqlite3
import uuid
from pathlib import Path

import asyncpg
import pytest
from stores import empty_postgres

from storage.database import Conflict, Database, StorageError, Tx, Unavailable, connect


async def cut(tx: Tx, other: Database) -> None:
    """Let the server end the connection of a transaction."""
    row = await tx.one("SELECT pg_backend_pid() AS pid")
    assert row is not None
    async with other.transaction() as killer:
        await killer.one("SELECT pg_terminate_backend(CAST(:pid AS INTEGER)) AS ended", pid=row["pid"])


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("40001", Conflict),
        ("40P01", Conflict),
        ("08006", Unavailable),
        ("25006", Unavailable),
        ("53100", Unavailable),
        ("53200", Unavailable),
        ("53300", Unavailable),
        ("55P03", Unavailable),
        ("57P01", Unavailable),
        ("57P03", Unavailable),
        ("58030", Unavailable),
        ("22021", StorageError),
        ("22001", StorageError),
        ("23503", StorageError),
        ("42P01", StorageError),
        ("P0001", StorageError),
    ],
)
async def test_what_postgresql_reports_is_told_apart(postgresql: Database, code: str, error: type[StorageError]) -> None:
    with pytest.raises(StorageError) as raised:
        async with postgresql.transaction() as tx:
            await tx.run(f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$")
    assert type(raised.value) is error


@pytest.mark.parametrize(
    ("sql", "params"),
    [
        ("INSERT INTO quota (id, window_at, used) VALUES ('q', :n, 0)", {"n": "soon"}),
        ("INSERT INTO quota (id, window_at, used) VALUES ('q', :n, 0)", {"n": 2**64}),
        ("INSERT INTO quota (id, window_at, used) VALUES (:id, 0, 0)", {"id": "half a pair: \ud83d"}),
        ("INSERT INTO quota (id, window_at, used) VALUES (:id, 0, 0)", {"id": "a nought: \0"}),
        ("INSERT INTO quota (id, window_at) VALUES ('q', 0)", {}),
        ("SELECT * FROM nowhere", {}),
    ],
)
async def test_a_mistake_of_ours_is_not_taken_for_a_store_that_fails(
    postgresql: Database, sql: str, params: dict[str, object]
) -> None:
    """Else the loop would wait and try the same message for ever, and never serve the next one."""
    with pytest.raises(StorageError) as raised:
        async with postgresql.transaction() as tx:
            await tx.run(sql, **params)
    assert type(raised.value) is StorageError


async def test_a_constraint_that_is_violated_is_a_mistake_of_ours(store: Database) -> None:
    async with store.transaction() as tx:
        await tx.run("INSERT INTO quota (id, window_at, used) VALUES ('q', 0, 0)")
    with pytest.raises(StorageError) as raised:
        async with store.transaction() as tx:
            await tx.run("INSERT INTO quota (id, window_at, used) VALUES ('q', 0, 0)")
    assert type(raised.value) is StorageError


async def test_a_connection_lost_in_the_middle_is_a_store_that_fails_and_the_next_turn_has_another(
    postgres_pair: tuple[Database, Database],
) -> None:
    store, other = postgres_pair
    with pytest.raises(Unavailable):
        async with store.transaction() as tx:
            await cut(tx, other)
            await tx.one("SELECT 1 AS x")
    async with store.transaction() as tx:
        assert await tx.one("SELECT 1 AS x")


async def test_a_connection_lost_in_a_savepoint_is_a_store_that_fails(postgres_pair: tuple[Database, Database]) -> None:
    store, other = postgres_pair
    with pytest.raises(Unavailable):
        async with store.transaction() as tx:
            await cut(tx, other)
            await asyncio.sleep(0.05)
            async with tx.savepoint():
                pass


async def test_a_connection_lost_while_reading_is_a_store_that_fails(postgres_pair: tuple[Database, Database]) -> None:
    store, other = postgres_pair
    with pytest.raises(Unavailable):
        async with store.reading() as tx:
            await cut(tx, other)
            await tx.one("SELECT 1 AS x")
    async with store.reading() as tx:
        assert await tx.one("SELECT 1 AS x")


async def test_of_two_that_wait_for_each_other_one_is_to_run_again_and_the_other_succeeds(postgresql: Database) -> None:
    async with postgresql.transaction() as tx:
        await tx.run("INSERT INTO quota (id, window_at, used) VALUES ('a', 0, 0), ('b', 0, 0)")
    both = asyncio.Barrier(2)

    async def cross(first: str, second: str) -> None:
        async with postgresql.transaction() as tx:
            await tx.run("UPDATE quota SET used = used + 1 WHERE id = :id", id=first)
            await both.wait()
            await tx.run("UPDATE quota SET used = used + 1 WHERE id = :id", id=second)

    ends = await asyncio.gather(cross("a", "b"), cross("b", "a"), return_exceptions=True)
    assert [type(end) for end in ends if end] == [Conflict]
    async with postgresql.transaction() as tx:
        assert [row["used"] for row in await tx.all("SELECT used FROM quota")] == [1, 1]


async def test_a_server_that_is_not_there_is_a_store_that_fails() -> None:
    with pytest.raises(Unavailable):
        await connect("postgresql://nobody@127.0.0.1:1/nothing")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://u:hush@127.0.0.1:1/x", "PostgreSQL can't be used: .*Connect.*HUIYIN_DATABASE"),
        ("postgresql://u:hush@nowhere.invalid/x", "PostgreSQL can't be used: .*HUIYIN_DATABASE"),
        ("postgresql://u:hush@127.0.0.1:abc/x", "HUIYIN_DATABASE is no address"),
        ("postgresql://u:hu/sh@127.0.0.1:abc/x", "HUIYIN_DATABASE is no address.* %40 .*%2F"),
        ("postgresql://u:hu#sh@127.0.0.1:1/x", "HUIYIN_DATABASE is no address.* %40 .*%23"),
        ("postgresql://u:hu@sh@nowhere.invalid/x", "PostgreSQL can't be used: .* %40 "),
    ],
)
async def test_why_a_server_can_not_be_used_is_said_without_its_password(url: str, said: str) -> None:
    with pytest.raises(Unavailable, match=said) as raised:
        await connect(url)
    assert "hu" not in str(raised.value).replace("huiyin", "").lower().replace("huiyin_database", "")


async def test_a_database_that_belongs_to_another_user_is_said_with_what_to_do(postgres: str) -> None:
    async with empty_postgres(postgres) as url:
        admin = await asyncpg.connect(url)
        role = f"guest_{uuid.uuid4().hex}"
        await admin.execute(f"CREATE ROLE {role} LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        store = await connect(url)
        with pytest.raises(StorageError, match="does not let this user.*ALTER DATABASE"):
            async with store.transaction() as tx:
                await tx.run(f"SET LOCAL ROLE {role}")
                await tx.run("CREATE TABLE ours (id TEXT)")
        await store.close()
        await admin.execute(f"DROP ROLE {role}")
        await admin.close()


async def test_a_database_that_is_not_in_utf8_is_said_with_what_to_do(postgres: str) -> None:
    admin = await asyncpg.connect(postgres.format("postgres"))
    name = f"latin_{uuid.uuid4().hex}"
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'")
    store = await connect(postgres.format(name))
    with pytest.raises(StorageError, match="not UTF8.*--encoding=UTF8"):
        async with store.transaction() as tx:
            await tx.one("SELECT CAST(:text AS TEXT) AS text", text="路灯")
    await store.close()
    await admin.execute(f"DROP DATABASE {name}")
    await admin.close()


async def test_a_file_that_can_not_be_opened_is_a_store_that_fails(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await connect(f"sqlite:{tmp_path}")


async def test_a_full_disk_is_a_store_that_fails_and_leaves_nothing_half(sqlite: Database) -> None:
    async with sqlite.transaction() as tx:
        pages = await tx.one("PRAGMA page_count")
        assert pages is not None
        await tx.one(f"PRAGMA max_page_count = {pages['page_count'] + 4}")
    with pytest.raises(Unavailable, match=r"huiyin\.db can't be used: database or disk is full\. Make room"):
        async with sqlite.transaction() as tx:
            for n in range(1000):
                await tx.run("INSERT INTO memory (id, value, until_at) VALUES (:id, :value, 0)", id=f"{n}", value=b"x" * 1000)
    async with sqlite.transaction() as tx:
        assert await tx.all("SELECT id FROM memory") == []
        await tx.run("INSERT INTO memory (id, value, until_at) VALUES ('small', :value, 0)", value=b"x")


async def test_a_file_that_another_program_holds_is_a_store_that_fails(sqlite: Database, tmp_path: Path) -> None:
    async with sqlite.transaction() as tx:
        await tx.one("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(tmp_path / "huiyin.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match=r"huiyin\.db can't be used: database is locked\. Another program holds it"):
        async with sqlite.transaction():
            pass
    other.execute("ROLLBACK")
    other.close()
    async with sqlite.transaction() as tx:
        await tx.run("INSERT INTO quota (id, window_at, used) VALUES ('a', 0, 0)")
