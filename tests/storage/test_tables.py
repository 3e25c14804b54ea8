"""Every table is found, read whole in pages, and put back into either database, whatever refers to whatever."""

from __future__ import annotations

import pytest
from stores import NOW

from storage import tables
from storage.database import Database, StorageError


async def test_every_table_of_the_migrations_is_found_with_its_key(store: Database) -> None:
    async with store.reading() as tx:
        found = await tables.tables(tx)
    assert found["ledger"].key == ("subject", "n")
    assert found["follower"].key == ("person", "case_id")
    assert found["outbox"].columns[:2] == ("n", "id")
    assert {"migration", "lease"}.isdisjoint(found)
    assert all(table.key for table in found.values())


async def test_a_table_is_read_whole_and_in_order_however_many_rows_it_has(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "PAGE", 3)
    for count in (0, 2, 3, 7):
        async with store.transaction() as tx:
            await tx.run("DELETE FROM report")
            rows = [(kind, f"{n}", bytes_, 1) for n in range(count) for kind, bytes_ in (("a", "x"), ("b", "y"))]
            await tables.insert(tx, "report", ("kind", "period", "body", "made_at"), rows)
            table = (await tables.tables(tx))["report"]
            read = [row async for page in tables.pages(tx, table) for row in page]
        assert read == sorted(rows)


async def test_rows_may_come_before_those_they_refer_to_but_not_without_them(store: Database) -> None:
    columns = ("id", "person", "role", "name", "since_at", "deputy")
    async with store.transaction() as tx, tables.in_any_order(tx):
        await tables.insert(tx, "role", columns, [("r1", "p", "office", "", 1, "r2"), ("r2", "p", "office", "", 1, None)])
        await tables.insert(tx, "person", ("id", "language", "created_at"), [("p", "en", 1)])
    with pytest.raises(StorageError):
        async with store.transaction() as tx, tables.in_any_order(tx):
            await tables.insert(tx, "role", columns, [("r3", "nobody", "office", "", 1, None)])
    with pytest.raises(StorageError):  # as strict as before
        async with store.transaction() as tx:
            await tables.insert(tx, "role", columns, [("r3", "nobody", "office", "", 1, None)])


async def test_numbers_go_on_behind_the_last_and_nothing_is_held_any_more(store: Database, conversation: str) -> None:
    names = ("n", "id", "conversation", "channel", "lane", "body", "created_at", "due_at", "lease_until")
    async with store.transaction() as tx:
        async with tables.in_any_order(tx):
            await tables.insert(tx, "outbox", names, [(41, "a", conversation, "web", 0, b"\0\xff", 1, 1, 2**45)])
        await tables.let_go(tx, NOW)
        await tx.run(
            "INSERT INTO outbox (id, conversation, channel, lane, body, created_at, due_at)"
            " VALUES ('b', :conversation, 'web', 0, :body, 1, 1)",
            conversation=conversation,
            body=b"",
        )
        rows = await tx.all("SELECT n, body, lease_until FROM outbox ORDER BY n")
    assert [(row["n"], row["lease_until"]) for row in rows] == [(41, 0), (42, 0)]
    assert rows[0]["body"] == b"\0\xff"
