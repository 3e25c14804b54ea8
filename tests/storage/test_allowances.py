"""How much one source may use in a window of time."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from stores import NOW

from storage import quotas
from storage.database import Database

MINUTE = timedelta(minutes=1)


async def use(store: Database, now: datetime = NOW, amount: int = 1, allowed: int = 3, id: str = "a") -> datetime | None:
    async with store.transaction() as tx:
        return await quotas.use(tx, id, amount, allowed, MINUTE, now)


async def test_what_is_over_the_allowance_is_refused_until_the_window_ends(store: Database) -> None:
    for second in range(3):
        assert await use(store, NOW + timedelta(seconds=second)) is None
    assert await use(store, NOW + timedelta(seconds=30)) == NOW + MINUTE
    assert await use(store, NOW + MINUTE - timedelta(milliseconds=1)) == NOW + MINUTE
    assert await use(store, NOW + MINUTE) is None
    assert await use(store, NOW + MINUTE, amount=3) == NOW + 2 * MINUTE


async def test_what_was_refused_is_not_counted(store: Database) -> None:
    assert await use(store, amount=2) is None
    assert await use(store, amount=2) == NOW + MINUTE
    assert await use(store, amount=1) is None
    assert await use(store, amount=100, id="b") == NOW + MINUTE
    assert await use(store, amount=3, id="b") is None


async def test_sources_do_not_share(store: Database) -> None:
    assert await use(store, amount=3, id="a") is None
    assert await use(store, amount=3, id="b") is None


async def test_looking_counts_nothing(store: Database) -> None:
    async with store.transaction() as tx:
        for _ in range(5):
            assert await quotas.left(tx, "a", 2, MINUTE, NOW) is None
        await quotas.use(tx, "a", 1, 2, MINUTE, NOW)
        assert await quotas.left(tx, "a", 2, MINUTE, NOW) is None
        await quotas.use(tx, "a", 1, 2, MINUTE, NOW)
        assert await quotas.left(tx, "a", 2, MINUTE, NOW) == NOW + MINUTE
        assert await quotas.left(tx, "a", 2, MINUTE, NOW + MINUTE) is None


async def test_a_person_is_told_once_a_window(store: Database) -> None:
    await use(store)
    async with store.transaction() as tx:
        assert await quotas.tell_once(tx, "a", NOW)
        assert not await quotas.tell_once(tx, "a", NOW)
    await use(store, NOW + MINUTE)
    async with store.transaction() as tx:
        assert await quotas.tell_once(tx, "a", NOW + MINUTE)


async def test_many_at_once_get_no_more_than_is_allowed(store: Database) -> None:
    async def try_it() -> bool:
        return await use(store, allowed=7) is None

    assert sum(await asyncio.gather(*(try_it() for _ in range(20)))) == 7


async def test_old_windows_are_forgotten(store: Database) -> None:
    await use(store, id="old")
    await use(store, NOW + MINUTE, id="new")
    async with store.transaction() as tx:
        await quotas.forget_old(tx, NOW + MINUTE)
        assert [row["id"] for row in await tx.all("SELECT id FROM quota")] == ["new"]
