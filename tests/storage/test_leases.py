"""What only one process does at a time: files to fetch, slots of jobs, tasks; and what all of them have to know."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from stores import NOW

from dialog.incoming import IncomingFile
from storage import files, job_runs, memory, people
from storage.database import Database
from storage.files import File
from storage.keys import Keys

MINUTE = timedelta(minutes=1)
PHOTO = IncomingFile(ref="AgACAgUAAx", kind="photo", size=3)


async def take_file(store: Database, now: datetime = NOW, limit: int = 10) -> Sequence[File]:
    async with store.transaction() as tx:
        return await files.take(tx, now, now + MINUTE, limit)


async def take_slot(store: Database, now: datetime = NOW, slot: datetime = NOW) -> bool:
    async with store.transaction() as tx:
        return await job_runs.take(tx, "seal", slot, now, now + 5 * MINUTE)


async def lease(store: Database, holder: str, now: datetime = NOW) -> bool:
    async with store.transaction() as tx:
        return await memory.lease(tx, "polling", holder, now, now + MINUTE)


# ---- files


async def test_a_file_is_taken_by_one_and_again_when_that_one_has_died(store: Database, keys: Keys, conversation: str) -> None:
    async with store.transaction() as tx:
        id = await files.expect(tx, keys, conversation, "telegram", PHOTO, NOW)
    (taken,) = await take_file(store)
    assert (taken.id, taken.tries, taken.ref(keys)) == (id, 1, ("telegram", "AgACAgUAAx"))
    assert await take_file(store, NOW + MINUTE - timedelta(seconds=1)) == []
    assert [(file.id, file.tries) for file in await take_file(store, NOW + MINUTE)] == [(id, 2)]


async def test_two_processes_never_take_the_same_file(postgresql: Database, keys: Keys) -> None:
    async with postgresql.transaction() as tx:
        conversation = await people.arrive(tx, keys, "telegram", "7001", "en", NOW)
        ids = [await files.expect(tx, keys, conversation, "telegram", PHOTO, NOW) for _ in range(30)]
    taken: list[str] = []

    async def fetch() -> None:
        while some := await take_file(postgresql, limit=2):
            taken.extend(file.id for file in some)

    await asyncio.gather(*(fetch() for _ in range(5)))
    assert sorted(taken) == sorted(ids)


async def test_a_file_that_is_ready_or_refused_is_not_taken_again(store: Database, keys: Keys, conversation: str) -> None:
    async with store.transaction() as tx:
        ready = await files.expect(tx, keys, conversation, "telegram", PHOTO, NOW)
        refused = await files.uploaded(tx, keys, conversation, "web", "raw", 5, NOW)
        later = await files.expect(tx, keys, conversation, "telegram", PHOTO, NOW)
        await files.ready(tx, ready, kind="photo", media_type="image/jpeg", stored="abc", size=3, now=NOW)
        await files.refuse(tx, refused, "too big", NOW)
        await files.try_later(tx, later, NOW + 3 * MINUTE)
    assert await take_file(store, NOW + 2 * MINUTE) == []
    assert [file.id for file in await take_file(store, NOW + 3 * MINUTE)] == [later]
    async with store.transaction() as tx:
        found = await files.get(tx, [refused, "missing", ready])
    assert [(file.id, file.ready, file.refused) for file in found] == [(refused, False, "too big"), (ready, True, None)]
    assert (found[0].raw, found[1].stored) == (None, "abc")


async def test_a_file_belongs_to_the_conversation_it_came_from(store: Database, keys: Keys, conversation: str) -> None:
    async with store.transaction() as tx:
        id = await files.uploaded(tx, keys, conversation, "web", "raw", 5, NOW)
        other = await people.arrive(tx, keys, "telegram", "7002", "en", NOW)
        assert await files.owned(tx, conversation, id)
        assert await files.owned(tx, other, id) is None


async def test_the_channels_handle_is_sealed(store: Database, keys: Keys, conversation: str) -> None:
    async with store.transaction() as tx:
        await files.expect(tx, keys, conversation, "telegram", PHOTO, NOW)
        row = await tx.one("SELECT * FROM file")
    assert row is not None
    assert PHOTO.ref.encode() not in bytes(row["ref"])


# ---- slots of jobs


async def test_a_slot_is_taken_once_and_never_again_when_it_is_done(store: Database) -> None:
    assert await take_slot(store)
    assert not await take_slot(store)
    async with store.transaction() as tx:
        await job_runs.finish(tx, "seal", NOW, NOW)
    assert not await take_slot(store, NOW + timedelta(days=1))
    assert await take_slot(store, slot=NOW + MINUTE)


async def test_a_slot_of_a_process_that_died_is_taken_over_by_one_other(store: Database) -> None:
    assert await take_slot(store)
    assert not await take_slot(store, NOW + 5 * MINUTE - timedelta(seconds=1))
    assert sorted(await asyncio.gather(*(take_slot(store, NOW + 5 * MINUTE) for _ in range(4)))) == [False, False, False, True]
    assert not await take_slot(store, NOW + 6 * MINUTE)


async def test_records_of_slots_long_past_are_deleted_if_they_were_done(store: Database) -> None:
    await take_slot(store)
    await take_slot(store, slot=NOW + MINUTE)
    async with store.transaction() as tx:
        await job_runs.finish(tx, "seal", NOW, NOW)
        await job_runs.forget_old(tx, NOW + timedelta(days=90))
        assert len(await tx.all("SELECT * FROM job_run")) == 1


# ---- tasks, and what is remembered


async def test_a_task_stays_with_its_holder_until_the_lease_ends(store: Database) -> None:
    assert await lease(store, "one")
    assert not await lease(store, "two", NOW + MINUTE - timedelta(seconds=1))
    assert await lease(store, "one", NOW + timedelta(seconds=50))
    assert not await lease(store, "two", NOW + MINUTE)
    assert await lease(store, "two", NOW + timedelta(seconds=110))
    assert not await lease(store, "one", NOW + timedelta(seconds=111))


async def test_of_many_that_want_a_task_at_once_one_gets_it(store: Database) -> None:
    assert sum(await asyncio.gather(*(lease(store, f"{n}") for n in range(6)))) == 1


async def test_what_is_remembered_is_sealed_replaced_and_good_for_its_time(store: Database, keys: Keys) -> None:
    async with store.transaction() as tx:
        await memory.remember(tx, keys, "session 7001", b"one", NOW + MINUTE)
        await memory.remember(tx, keys, "session 7001", b"two", NOW + 2 * MINUTE)
        assert await memory.recall(tx, keys, "session 7001", NOW) == b"two"
        assert await memory.recall(tx, keys, "session 7002", NOW) is None
        assert await memory.recall(tx, keys, "session 7001", NOW + 2 * MINUTE) is None
        (row,) = await tx.all("SELECT * FROM memory")
        assert "7001" not in row["id"]
        assert b"two" not in bytes(row["value"])
        await memory.forget_old(tx, NOW + MINUTE)
        assert await memory.recall(tx, keys, "session 7001", NOW) == b"two"
        await memory.forget_old(tx, NOW + 3 * MINUTE)
        assert await tx.all("SELECT * FROM memory") == []
