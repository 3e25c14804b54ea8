"""The ledger only grows: one unbroken chain a subject, however many write at once, and seals over what grew."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from ledger_case import write_case
from stores import NOW

from actions.verify import verify
from domain.ledger import broken, broken_seals
from storage import ledger
from storage.database import Database, StorageError, Tx
from storage.keys import Keys


async def append(tx: Tx, subject: str, event: str = "happened") -> None:
    await ledger.append(tx, subject, "system", event, {}, NOW)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET actor = 'somebody else'",
        "UPDATE ledger SET payload = '{}' WHERE n = 2",
        "DELETE FROM ledger",
        "DELETE FROM ledger WHERE n = 3",
    ],
)
async def test_a_row_is_neither_changed_nor_deleted(store: Database, keys: Keys, conversation: str, statement: str) -> None:
    async with store.transaction() as tx:
        subject = f"case:{await write_case(tx, keys, conversation)}"
        before = await ledger.of_subject(tx, subject)
    try:
        async with store.transaction() as tx:
            assert await tx.run(statement) == 0
    except StorageError as error:
        assert "append-only" in str(error)
    async with store.transaction() as tx:
        assert await ledger.of_subject(tx, subject) == before
    assert len(before) == 3


async def test_a_chain_whose_transaction_was_rolled_back_goes_on_where_it_was(store: Database) -> None:
    async with store.transaction() as tx:
        await append(tx, "city", "first")
    with pytest.raises(ZeroDivisionError):
        async with store.transaction() as tx:
            await append(tx, "city", "never")
            raise ZeroDivisionError
    async with store.transaction() as tx:
        await append(tx, "city", "second")
        rows = await ledger.of_subject(tx, "city")
    assert [(row.n, row.event) for row in rows] == [(1, "first"), (2, "second")]
    assert broken(rows) is None


async def test_many_that_write_to_one_chain_at_once_leave_it_whole(store: Database) -> None:
    async with store.transaction() as tx:
        await append(tx, "city")

    async def write() -> None:
        async with store.transaction() as tx:
            await append(tx, "city")

    await asyncio.gather(*(write() for _ in range(20)))
    async with store.transaction() as tx:
        rows = await ledger.of_subject(tx, "city")
        assert await ledger.head(tx, "city") == (21, rows[-1].hash)
    assert [row.n for row in rows] == list(range(1, 22))
    assert broken(rows) is None


async def test_a_seal_holds_the_heads_of_what_grew_since_the_one_before(store: Database) -> None:
    async with store.transaction() as tx:
        assert await ledger.seal(tx, NOW) is None
        await append(tx, "city")
        await append(tx, "unit:a")
        first = await ledger.seal(tx, NOW)
        assert await ledger.seal(tx, NOW + timedelta(minutes=10)) is None
        await append(tx, "unit:a")
        second = await ledger.seal(tx, NOW + timedelta(minutes=20))
        seals = await ledger.seals(tx)
    assert first is not None
    assert second is not None
    assert {subject: n for subject, (n, _hash) in first.heads.items()} == {"city": 1, "unit:a": 1}
    assert {subject: n for subject, (n, _hash) in second.heads.items()} == {"unit:a": 2}
    assert (second.n, second.previous) == (2, first.hash)
    assert list(seals) == [first, second]
    assert broken_seals(seals) is None


async def test_seals_and_writers_at_once_leave_everything_whole(store: Database) -> None:
    """The job's lease lets one process seal; should two do it all the same, nothing may break or fail."""

    async def write(subject: str) -> None:
        for _ in range(6):
            async with store.transaction() as tx:
                await append(tx, subject)

    async def seal() -> None:
        for minute in range(6):
            async with store.transaction() as tx:
                await ledger.seal(tx, NOW + timedelta(minutes=minute))

    await asyncio.gather(*(write(f"unit:{n}") for n in range(4)), *(seal() for _ in range(3)))
    async with store.transaction() as tx:
        await ledger.seal(tx, NOW + timedelta(hours=1))
        proof = await verify(tx)
        assert await ledger.seal(tx, NOW + timedelta(hours=2)) is None
    assert proof.problems == ()
    assert (proof.chains, proof.rows) == (4, 24)
    assert proof.seals >= 1
