"""`/readyz` says in a moment whether this process can serve, and what it lacks; nothing about anybody."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from typing import Any

import aiohttp
import pytest
from story_town import Town

from storage.database import Database, Tx, Unavailable, connect

READY = {"ready": True, "database": "ok", "migrations": "ok", "city": "ok", "writing": "ok", "loops": "ok"}


async def asked(town: Town) -> tuple[int, dict[str, Any]]:
    """Ask once what was found out before can't be the answer any more."""
    await asyncio.sleep(1.1)
    async with aiohttp.ClientSession() as client, client.get(f"{town.url}/readyz") as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.status, await answer.json()


@pytest.fixture
async def beside(town: Town) -> Any:
    """Open the store as another program does."""
    store = await connect(town.settings.database)
    yield store
    await store.close()


async def test_a_running_city_is_ready(town: Town) -> None:
    assert await asked(town) == (200, READY)


async def test_a_database_of_another_version_is_said(town: Town, beside: Database) -> None:
    async with beside.transaction() as tx:
        [last] = await tx.all("SELECT number, name, checksum FROM migration ORDER BY number DESC LIMIT 1")
        await tx.run("UPDATE migration SET number = 900 WHERE number = :n", n=last["number"])
    status, state = await asked(town)
    assert (status, state["migrations"]) == (503, "those of another version of the program")
    async with beside.transaction() as tx:
        await tx.run("DELETE FROM migration WHERE number = 900")
    status, state = await asked(town)
    assert (status, state["migrations"]) == (503, f"{last['name']} is missing")
    async with beside.transaction() as tx:
        await tx.run(
            "INSERT INTO migration VALUES (:n, :name, :sum, 0)", n=last["number"], name=last["name"], sum=last["checksum"]
        )
    assert await asked(town) == (200, READY)


async def test_a_missing_city_and_an_ended_loop_are_said(town: Town, beside: Database) -> None:
    async with beside.transaction() as tx:
        await tx.run("CREATE TABLE kept AS SELECT * FROM city")
        await tx.run("DELETE FROM city")
    status, state = await asked(town)
    async with beside.transaction() as tx:
        await tx.run("INSERT INTO city SELECT * FROM kept")
    assert (status, state["city"]) == (503, "none is loaded")
    ended = asyncio.create_task(asyncio.sleep(0))
    await ended
    town.app._readiness.watch({"inbox": ended})
    status, state = await asked(town)
    assert (status, state["loops"]) == (503, "ended: inbox")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_store_in_which_nothing_can_be_written_is_said(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.writing.FAILED_FOR", 3.0)
    monkeypatch.setattr("storage.writing.STUCK_AFTER", 1.0)
    other = sqlite3.connect(town.settings.database.removeprefix("sqlite:"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await asyncio.sleep(2)
    status, state = await asked(town)
    assert (status, state["database"]) == (503, "ok")
    assert state["writing"].startswith("nothing for ")
    other.execute("ROLLBACK")
    other.close()
    assert await asked(town) == (200, READY)

    async def full(_tx: Tx) -> None:
        raise Unavailable("database or disk is full")

    with pytest.raises(Unavailable):
        await town.app.database.do(full)
    status, state = await asked(town)
    assert status == 503
    assert state["writing"].startswith("failed ")
    await asyncio.sleep(2)
    assert await asked(town) == (200, READY)


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
async def test_a_database_that_does_not_answer_keeps_nobody_waiting(town: Town, beside: Database) -> None:
    async with beside.transaction() as tx:
        await tx.run("LOCK TABLE migration IN ACCESS EXCLUSIVE MODE")
        for _ in range(2):
            began = time.monotonic()
            status, state = await asked(town)
            assert (status, state["database"]) == (503, "no answer within 2 s")
            assert time.monotonic() - began < 4
    assert await asked(town) == (200, READY)
