"""Migrations are applied once each, whoever comes first; a database that fits no longer is refused and left alone."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from stores import NOW

from storage import callbacks, cases, oddities, releases
from storage import migrate as migrations
from storage.database import Database, StorageError, connect
from storage.migrate import WrongSchema, migrate, missing
from storage.oddities import Tally
from storage.times import ms


@asynccontextmanager
async def as_it_is(url: str) -> AsyncIterator[Database]:
    """Give a store as it was left."""
    store = await connect(url)
    try:
        yield store
    finally:
        await store.close()


@pytest.fixture
async def store(url: str) -> AsyncIterator[Database]:
    """Give a new store."""
    async with as_it_is(url) as store:
        yield store


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the program a folder of migrations that a test may change."""
    copy = tmp_path / "migrations"
    shutil.copytree(migrations.FOLDER, copy)
    monkeypatch.setattr(migrations, "FOLDER", copy)
    return copy


async def tables(store: Database) -> set[str]:
    async with store.transaction() as tx:
        rows = await tx.all(
            "SELECT /*lite name FROM sqlite_master WHERE type = 'table' *//*pg tablename AS name FROM pg_tables"
            " WHERE schemaname = current_schema() */"
        )
    return {row["name"] for row in rows}


async def test_a_new_database_gets_everything_once(store: Database) -> None:
    names = tuple(migration.name for migration in migrations.known())
    assert names[0] == "0001_first"
    assert await migrate(store, NOW) == names
    assert await migrate(store, NOW) == ()
    assert await missing(store) == ()


async def test_only_what_is_new_is_applied(store: Database, folder: Path) -> None:
    await migrate(store, NOW)
    (folder / "0900_more.sql").write_text("CREATE TABLE more (n BIGINT);\nINSERT INTO more VALUES (7);\n")
    (folder / "0901_again.sql").write_text("UPDATE more SET n = n + 1;\n")
    assert [migration.number for migration in await missing(store)] == [900, 901]
    assert await migrate(store, NOW) == ("0900_more", "0901_again")
    assert await migrate(store, NOW) == ()
    async with store.transaction() as tx:
        assert await tx.one("SELECT 1 AS x FROM more WHERE n = 8")


async def test_a_migration_that_fails_leaves_nothing_of_itself_and_can_be_tried_again(store: Database, folder: Path) -> None:
    await migrate(store, NOW)
    (folder / "0900_more.sql").write_text("CREATE TABLE more (n BIGINT);\nINSERT INTO nowhere VALUES (7);\n")
    for _ in range(2):
        with pytest.raises(StorageError):
            await migrate(store, NOW)
    assert "more" not in await tables(store)
    (folder / "0900_more.sql").write_text("CREATE TABLE more (n BIGINT);\n")
    assert await migrate(store, NOW) == ("0900_more",)


async def test_a_database_newer_than_the_program_is_refused(store: Database, folder: Path) -> None:
    more = folder / "0900_more.sql"
    more.write_text("CREATE TABLE more (n BIGINT);\n")
    await migrate(store, NOW)
    more.unlink()
    for refuse in (missing(store), migrate(store, NOW)):
        with pytest.raises(WrongSchema, match="migration 900"):
            await refuse


async def test_a_migration_changed_after_it_was_applied_is_refused(store: Database, folder: Path) -> None:
    await migrate(store, NOW)
    (first,) = folder.glob("0001_*")
    first.write_text(first.read_text("utf-8") + "-- one more word\n", "utf-8")
    (folder / "0900_more.sql").write_text("CREATE TABLE more (n BIGINT);\n")
    with pytest.raises(WrongSchema, match="0001_first"):
        await migrate(store, NOW)
    assert "more" not in await tables(store)


async def test_what_silence_closed_before_there_were_lots_is_drawn_from_as_well(store: Database, folder: Path) -> None:
    later = {path: path.read_text("utf-8") for path in folder.glob("*.sql") if path.name > "0004"}
    for path in later:
        path.unlink()
    await migrate(store, NOW)
    closed = {
        "a" * 32: ("complaint", "silence", datetime(2026, 11, 15, 15, 59, 59, tzinfo=UTC)),  # Sunday, a second before midnight
        "b" * 32: ("complaint", "silence", datetime(2026, 11, 15, 16, tzinfo=UTC)),
        "c" * 32: ("misconduct", "silence", datetime(2026, 11, 16, tzinfo=UTC)),
        "d" * 32: ("complaint", "solved", datetime(2026, 11, 16, tzinfo=UTC)),
    }
    async with store.transaction() as tx:
        await tx.run("INSERT INTO person (id, language, created_at) VALUES ('p', 'en', 0)")
        for id, (kind, ended, moment) in closed.items():
            await tx.run(
                "INSERT INTO cases (id, number, kind, state, version, round, unit, reporter, place, routing, code, filed_at,"
                " changed_at) VALUES (:id, :id, :kind, 'closed', 1, 1, 'housing', 'p', '', '', '', 0, 0)",
                id=id,
                kind=kind,
            )
            await tx.run(
                "INSERT INTO deadline (id, case_id, kind, round, rule, started_at, due_at, stopped_at, ended, calendar,"
                " provisional) VALUES (:id, :id, 'check', 1, '7d', 0, 0, :at, :ended, '', 0)",
                id=id,
                at=ms(moment),
                ended=ended,
            )
    for path, sql in later.items():
        path.write_text(sql, "utf-8")
    await migrate(store, NOW)
    async with store.transaction() as tx:
        assert await callbacks.lowest(tx, date(2026, 11, 9), 5) == ["a" * 32]
        assert await callbacks.lowest(tx, date(2026, 11, 16), 5) == ["b" * 32]
        assert {row["unit"] for row in await tx.all("SELECT unit FROM deadline")} == {"housing"}


async def test_what_was_decided_of_a_pattern_as_a_whole_is_decided_of_each_of_its_ratings(store: Database, folder: Path) -> None:
    later = {path: path.read_text("utf-8") for path in folder.glob("*.sql") if path.name >= "0007"}
    for path in later:
        path.unlink()
    await migrate(store, NOW)
    decided = {"kept": (1, ""), "struck": (2, "刷分"), "open": (None, None)}
    async with store.transaction() as tx:
        await tx.run("INSERT INTO person (id, language, created_at) VALUES ('p', 'en', 0)")
        for id, (at, reason) in decided.items():
            await tx.run(
                "INSERT INTO rating (id, window_code, hall, unit, person, level, criteria, reasons, text, salt, files, day,"
                " rated_at, changed_at) VALUES (:id, 'w', 'h', 'u', 'p', 'satisfied', '{}', '[]', '', :salt, '[]', '', 0, 0)",
                id=id,
                salt=b"",
            )
            await tx.run(
                "INSERT INTO oddity (id, pattern, about, day, window_code, found_at, decided_at, reason)"
                " VALUES (:id, 'burst', :id, '2026-11-22', 'w', 0, :at, :reason)",
                id=id,
                at=at,
                reason=reason,
            )
            await tx.run("INSERT INTO oddity_rating (rating, pattern, oddity) VALUES (:id, 'burst', :id)", id=id)
    for path, sql in later.items():
        path.write_text(sql, "utf-8")
    await migrate(store, NOW)
    async with store.transaction() as tx:
        tallies = {id: await oddities.tally(tx, id) for id in decided}
    assert tallies == {"kept": Tally(kept=1), "struck": Tally(struck=1), "open": Tally(left=1)}


async def test_plans_stay_on_the_board_and_results_that_were_not_accepted_leave_it(store: Database, folder: Path) -> None:
    later = {path: path.read_text("utf-8") for path in folder.glob("*.sql") if path.name >= "0012"}
    for path in later:
        path.unlink()
    await migrate(store, NOW)
    # Round, state, and the results with their rounds and times; each was released at 5.
    found = {
        "planned": (1, "accepted", ()),
        "answered": (1, "answered", ((1, 4),)),
        "earlier": (2, "answered", ((1, 4), (2, 6))),
        "anew": (2, "answered", ((1, 3), (2, 4))),
    }
    async with store.transaction() as tx:
        await tx.run("INSERT INTO person (id, language, created_at) VALUES ('p', 'en', 0)")
        for id, (round, state, results) in found.items():
            await tx.run(
                "INSERT INTO cases (id, number, kind, state, version, round, unit, reporter, place, routing, code, filed_at,"
                " changed_at, publish_at, released_at) VALUES (:id, :id, 'complaint', :state, 1, :round, 'u', 'p', '', '', '', 0,"
                " 6, 0, 5)",
                id=id,
                state=state,
                round=round,
            )
            for n, (kind, of, at) in enumerate((("released", round, 5), *(("result", *one) for one in results)), 1):
                await tx.run(
                    "INSERT INTO entry (id, case_id, n, round, kind, author, text, salt, files, created_at)"
                    " VALUES (:entry, :id, :n, :of, :kind, 'contact', '', :salt, '[]', :at)",
                    entry=f"{id}{n}",
                    id=id,
                    n=n,
                    of=of,
                    kind=kind,
                    salt=b"",
                    at=at,
                )
            await tx.run(
                "INSERT INTO plan (id, case_id, round, unit, measures, target, responsible, until_at, entry, created_at)"
                " VALUES (:id, :id, 1, 'u', '清运', '干净', '科长', 9, :entry, 1)",
                id=id,
                entry=f"{id}1",
            )
            await tx.run(
                "INSERT INTO release (case_id, problem, result, entry, changed_at) VALUES (:id, '垃圾', :result, :entry, 5)",
                id=id,
                result="已清运" if results else "",
                entry=f"{id}1",
            )
    for path, sql in later.items():
        path.write_text(sql, "utf-8")
    await migrate(store, NOW)
    async with store.transaction() as tx:
        shown = {one.number: one for one in await releases.shelf(tx, releases.Shelf.ALL, None, 10)}
        waiting = [case.id for case in await cases.to_release(tx, None, 10)]
    assert {id for id, one in shown.items() if one.plan and one.plan.measures == "清运"} == {"planned", "answered"}
    assert {id for id, one in shown.items() if one.result} == {"answered", "anew"}
    assert waiting == ["earlier"]


async def test_processes_that_start_at_once_apply_each_migration_once(url: str, folder: Path) -> None:
    (folder / "0900_more.sql").write_text("CREATE TABLE more (n BIGINT);\nINSERT INTO more VALUES (1);\n")
    async with AsyncExitStack() as stack:
        stores = [await stack.enter_async_context(as_it_is(url)) for _ in range(5)]
        done = await asyncio.gather(*(migrate(store, NOW) for store in stores))
        async with stores[0].transaction() as tx:
            assert len(await tx.all("SELECT n FROM more")) == 1
    assert sorted(name for names in done for name in names) == sorted(migration.name for migration in migrations.known())
