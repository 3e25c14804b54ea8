"""The SQLite file: one server at a time, other commands beside it, readable by its owner only."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sqlite3
import threading
import traceback
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from stores import opened

from storage.database import Damaged, Database, StorageError, Unavailable, connect
from storage.sqlite import READERS


async def test_a_second_server_of_the_same_file_is_refused_until_the_first_has_ended(tmp_path: Path) -> None:
    url = f"sqlite:{tmp_path}/huiyin.db"
    async with opened(f"sqlite:{tmp_path}/../{tmp_path.name}/huiyin.db") as second:
        async with opened(url) as first:
            first.hold()
            with pytest.raises(Unavailable, match="already served"):
                second.hold()
        second.hold()


async def test_a_second_server_of_the_same_file_is_refused_by_whatever_name(tmp_path: Path) -> None:
    async with opened(f"sqlite:{tmp_path}/huiyin.db") as first:
        (tmp_path / "link.db").symlink_to(tmp_path / "huiyin.db")
        first.hold()
        async with opened(f"sqlite:{tmp_path}/link.db") as second:
            with pytest.raises(Unavailable, match="already served"):
                second.hold()


async def test_a_file_that_is_no_database_is_refused_and_leaves_no_thread_behind(tmp_path: Path) -> None:
    path = tmp_path / "huiyin.db"
    path.write_bytes(random.Random(1).randbytes(3000))
    before = threading.active_count()
    for _ in range(3):
        with pytest.raises(StorageError, match=f"{path} can't be used"):
            await connect(f"sqlite:{path}")
    assert threading.active_count() <= before


async def test_a_text_that_is_none_is_a_damaged_file_and_is_not_quoted(tmp_path: Path) -> None:
    words = "路灯坏了"
    async with opened(f"sqlite:{tmp_path}/huiyin.db") as store, store.reading() as tx:
        with pytest.raises(Damaged, match="huiyin.db can't be used: the file is damaged.*restore a backup") as raised:
            await tx.one("SELECT CAST(:words AS TEXT) AS text", words=words.encode() + b"\xff")
    assert words not in "".join(traceback.format_exception(raised.value))


async def test_a_file_whose_pages_were_overwritten_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "huiyin.db"
    async with opened(f"sqlite:{path}"):
        pass
    content = path.read_bytes()
    path.write_bytes(content[:4096] + random.Random(1).randbytes(len(content) - 4096))
    with pytest.raises(Damaged, match="restore a backup"):
        async with opened(f"sqlite:{path}") as store, store.reading() as tx:
            await tx.all("SELECT * FROM conversation")


async def test_a_schema_of_which_even_the_error_is_no_text_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "huiyin.db"
    with contextlib.closing(sqlite3.connect(path)) as file:
        file.executescript("CREATE TABLE a (b); PRAGMA writable_schema = ON; UPDATE sqlite_master SET name = CAST(x'ff' AS TEXT)")
    with pytest.raises(Damaged):
        await connect(f"sqlite:{path}")


async def test_a_file_that_can_not_be_claimed_is_said(tmp_path: Path) -> None:
    async with opened(f"sqlite:{tmp_path}/huiyin.db") as store:
        (tmp_path / "huiyin.db.serving").mkdir()
        with pytest.raises(Unavailable, match="huiyin.db.serving can't be made"):
            store.hold()


async def test_what_comes_after_the_store_is_closed_is_refused_and_waits_for_nothing(tmp_path: Path) -> None:
    async with opened(f"sqlite:{tmp_path}/huiyin.db") as store:
        pass
    with pytest.raises(Unavailable, match="closed"):
        await asyncio.wait_for(store.do(lambda tx: tx.one("SELECT 1 AS x")), 5)


async def test_who_still_reads_when_the_store_is_closed_leaves_nothing_open(tmp_path: Path) -> None:
    before = threading.active_count()
    async with opened(f"sqlite:{tmp_path}/huiyin.db") as store, AsyncExitStack() as reading:
        readers = [await reading.enter_async_context(store.reading()) for _ in range(READERS)]
        waits = asyncio.create_task(_reads(store))
        await asyncio.sleep(0)
        await store.close()
        assert await readers[0].one("SELECT 1 AS x")
    for late in (waits, _reads(store)):
        with pytest.raises(Unavailable, match="closed"):
            await asyncio.wait_for(late, 5)
    async with asyncio.timeout(5):
        while threading.active_count() > before:  # a thread says that it is done a moment before it ends
            await asyncio.sleep(0.01)


async def _reads(store: Database) -> None:
    async with store.reading():
        pass


async def test_any_number_of_servers_may_hold_one_postgresql(postgres_pair: tuple[Database, Database]) -> None:
    for store in postgres_pair:
        store.hold()


async def test_a_command_works_beside_the_server(tmp_path: Path) -> None:
    url = f"sqlite:{tmp_path}/huiyin.db"
    async with opened(url) as server, opened(url) as command:
        server.hold()
        async with command.transaction() as tx:
            await tx.run("INSERT INTO quota (id, window_at, used) VALUES ('a', 0, 0)")
        async with server.transaction() as tx:
            await tx.run("UPDATE quota SET used = 1")
        async with command.reading() as tx:
            assert await tx.one("SELECT 1 AS x FROM quota WHERE used = 1")


async def test_all_of_its_files_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    async with opened(f"sqlite:{tmp_path}/new/huiyin.db") as store:
        store.hold()
        async with store.transaction() as tx:
            await tx.run("INSERT INTO quota (id, window_at, used) VALUES ('a', 0, 0)")
        async with store.reading() as tx:
            await tx.one("SELECT 1 AS x FROM quota")
        files = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "new").iterdir()}
    assert set(files) == {"huiyin.db", "huiyin.db-wal", "huiyin.db-shm", "huiyin.db.serving"}
    assert set(files.values()) == {0o600}


async def test_what_was_committed_is_on_the_disk_and_what_is_deleted_is_gone_from_it(tmp_path: Path) -> None:
    async with opened(f"sqlite:{tmp_path}/huiyin.db") as store:
        async with store.transaction() as tx:
            for pragma, value in (("journal_mode", "wal"), ("synchronous", 2), ("secure_delete", 1), ("foreign_keys", 1)):
                row = await tx.one(f"PRAGMA {pragma}")
                assert row is not None
                assert row[pragma] == value
            await tx.run("INSERT INTO memory (id, value, until_at) VALUES ('a', :value, 0)", value=b"a secret in clear")
        async with store.transaction() as tx:
            await tx.run("DELETE FROM memory")
    assert b"a secret in clear" not in (tmp_path / "huiyin.db").read_bytes()
