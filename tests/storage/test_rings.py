"""Processes on one PostgreSQL ring each other."""

from __future__ import annotations

import asyncio

from storage.database import Database


async def test_a_ring_is_heard_by_the_other_process_and_not_by_the_one_that_rang(
    postgres_pair: tuple[Database, Database],
) -> None:
    one, other = postgres_pair
    heard: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
    await one.listen(lambda topic: heard.put_nowait(("one", topic)))
    await other.listen(lambda topic: heard.put_nowait(("other", topic)))
    await one.ring(["files", "conversation:7"])
    await other.ring(["outbox"])
    rung = {await asyncio.wait_for(heard.get(), 5) for _ in range(3)}
    assert rung == {("other", "files"), ("other", "conversation:7"), ("one", "outbox")}
    await asyncio.sleep(0.2)
    assert heard.empty()
