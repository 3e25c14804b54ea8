"""What came in is kept once and acted on in its channel's order, one message of a conversation at a time."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import pytest
from stores import NOW

from storage import inbox, outbox, people
from storage.database import Database, Tx
from storage.inbox import InboxRow
from storage.keys import Keys
from storage.times import ms

SECOND = timedelta(seconds=1)


async def receive(tx: Tx, conversation: str, order: int, external_id: str | None = None, body: bytes = b"sealed") -> bool:
    external_id = external_id or f"{conversation[:6]}-{order}"
    return await inbox.receive(
        tx, channel="telegram", external_id=external_id, conversation=conversation, order=order, body=body, now=NOW
    )


async def next_one(store: Database, conversation: str) -> InboxRow | None:
    async with store.transaction() as tx:
        found = await inbox.next_open(tx, conversation)
    return found[0] if found else None


async def test_the_same_message_is_kept_once(store: Database, conversation: str) -> None:
    async with store.transaction() as tx:
        assert await receive(tx, conversation, 1, "m1")
        assert not await receive(tx, conversation, 1, "m1")
    async with store.transaction() as tx:
        assert not await receive(tx, conversation, 1, "m1")
        assert await receive(tx, conversation, 2, "m2")


async def test_the_same_message_to_two_replicas_at_once_is_kept_once(postgresql: Database, keys: Keys) -> None:
    async def intake() -> bool:
        async with postgresql.transaction() as tx:
            conversation = await people.arrive(tx, keys, "telegram", "7001", "en", NOW)
            kept = await receive(tx, conversation, 1, "m1")
            await asyncio.sleep(0.02)
            return kept

    assert sorted(await asyncio.gather(*(intake() for _ in range(4)))) == [False, False, False, True]


async def test_the_channels_order_counts_not_ours(store: Database, conversation: str) -> None:
    async with store.transaction() as tx:
        for order in (3, 1, 2):
            await receive(tx, conversation, order)
    served = []
    while row := await next_one(store, conversation):
        served.append(row.external_id)
        async with store.transaction() as tx:
            await inbox.finish(tx, row.id, NOW)
    assert served == [f"{conversation[:6]}-{order}" for order in (1, 2, 3)]


async def test_a_failed_message_holds_back_those_after_it_until_it_is_parked(store: Database, conversation: str) -> None:
    async with store.transaction() as tx:
        for order in (1, 2):
            await receive(tx, conversation, order)
    first = await next_one(store, conversation)
    assert first is not None
    async with store.transaction() as tx:
        await inbox.postpone(tx, first.id, "why", NOW + timedelta(seconds=6))
    async with store.transaction() as tx:
        found = await inbox.next_open(tx, conversation)
    assert found is not None
    assert (found[0].id, found[0].tries, found[0].why, found[0].next_try_at) == (first.id, 1, "why", NOW + timedelta(seconds=6))
    async with store.transaction() as tx:
        await inbox.park(tx, first.id, "why", NOW)
        assert [row.id for row in await inbox.parked(tx)] == [first.id]
    second = await next_one(store, conversation)
    assert second is not None
    assert second.id != first.id


async def test_a_parked_message_can_be_tried_again_once(store: Database, conversation: str) -> None:
    async with store.transaction() as tx:
        await receive(tx, conversation, 1)
    row = await next_one(store, conversation)
    assert row is not None
    async with store.transaction() as tx:
        assert not await inbox.unpark(tx, row.id)
        await inbox.park(tx, row.id, "why", NOW)
        assert await inbox.unpark(tx, row.id)
        assert not await inbox.unpark(tx, row.id)
    again = await next_one(store, conversation)
    assert again is not None
    assert (again.id, again.tries) == (row.id, 0)


async def test_the_conversation_that_waits_longest_is_served_first(store: Database, keys: Keys) -> None:
    async with store.transaction() as tx:
        talkers = [await people.arrive(tx, keys, "telegram", address, "en", NOW) for address in ("1", "2", "3")]
        for n, talker in enumerate(talkers):
            await inbox.receive(
                tx, channel="telegram", external_id=f"{n}", conversation=talker, order=n, body=b"x",
                now=NOW - timedelta(seconds=10 * (n % 2)),
            )  # fmt: skip
        assert (await inbox.waiting(tx, NOW, NOW, 10))[0] == talkers[1]
        assert sorted(await inbox.waiting(tx, NOW, NOW, 10)) == sorted(talkers)
        assert await inbox.is_busy(tx, talkers[0])


async def test_waiting_are_those_from_before_a_time_and_those_from_a_clock_that_was_ahead(
    store: Database, keys: Keys, conversation: str
) -> None:
    async with store.transaction() as tx:
        for n, came in enumerate((NOW - SECOND, NOW, NOW + SECOND)):
            talker = await people.arrive(tx, keys, "telegram", f"800{n}", "en", NOW)
            await inbox.receive(tx, channel="telegram", external_id=f"w{n}", conversation=talker, order=1, body=b"x", now=came)
        found = await inbox.waiting(tx, NOW - SECOND, NOW, 10)
        rows = {row["conversation"]: row["external_id"] for row in await tx.all("SELECT conversation, external_id FROM inbox")}
        assert [rows[talker] for talker in found] == ["w0", "w2"]
        await tx.run("UPDATE inbox SET next_try_at = :later", later=ms(NOW + SECOND))
        assert await inbox.waiting(tx, NOW, NOW, 10) == []


async def test_an_old_body_is_erased_and_the_message_is_still_known(store: Database, conversation: str) -> None:
    async with store.transaction() as tx:
        for order in (1, 2, 3):
            await receive(tx, conversation, order, f"m{order}")
    for done in (NOW, NOW + timedelta(days=6)):
        row = await next_one(store, conversation)
        assert row is not None
        async with store.transaction() as tx:
            await inbox.finish(tx, row.id, done)
    async with store.transaction() as tx:
        assert await inbox.forget_old(tx, NOW + timedelta(days=8), timedelta(days=7)) == 1
        assert not await receive(tx, conversation, 1, "m1")
        left = await tx.all("SELECT external_id FROM inbox WHERE body IS NOT NULL ORDER BY order_key")
    assert [row["external_id"] for row in left] == ["m2", "m3"]


async def test_while_one_process_serves_a_conversation_no_other_gets_a_message_of_it(postgresql: Database, keys: Keys) -> None:
    """Locking inbox rows instead, the other takes the second message, reads the talk as it was, and one answer is lost."""
    async with postgresql.transaction() as tx:
        conversation = await people.arrive(tx, keys, "telegram", "7001", "en", NOW)
        for order in (1, 2):
            await receive(tx, conversation, order)
    async with postgresql.transaction() as tx:
        assert await people.lock(tx, conversation)
        first = await inbox.next_open(tx, conversation)
        async with postgresql.transaction() as other:
            assert await people.lock(other, conversation) is None
        assert first is not None
        await inbox.finish(tx, first[0].id, NOW)
    async with postgresql.transaction() as tx:
        assert await people.lock(tx, conversation)
        second = await inbox.next_open(tx, conversation)
    assert second is not None
    assert second[0].external_id.endswith("-2")


async def test_a_turn_holds_up_neither_new_messages_nor_notices_to_its_conversation(postgresql: Database, keys: Keys) -> None:
    """Their rows refer to the conversation's, which the turn has taken: a stronger lock would make everybody wait."""
    async with postgresql.transaction() as tx:
        conversation = await people.arrive(tx, keys, "telegram", "7001", "en", NOW)
        await receive(tx, conversation, 1)
    async with postgresql.transaction() as turn:
        locked = await people.lock(turn, conversation)
        assert locked is not None
        await people.for_change(turn, locked.person)
        async with asyncio.timeout(2), postgresql.transaction() as other:
            await receive(other, conversation, 2)
            await other.run(
                "INSERT INTO outbox (id, conversation, channel, lane, body, created_at, due_at)"
                " VALUES ('n', :conversation, 'telegram', 1, :body, 0, 0)",
                conversation=conversation,
                body=b"",
            )
    async with postgresql.transaction() as tx:
        assert await outbox.get(tx, "n")


@pytest.mark.parametrize("conversations", [1, 7])
async def test_eight_workers_that_are_cancelled_at_random_lose_double_and_swap_nothing(
    store: Database, keys: Keys, conversations: int
) -> None:
    """Each turn reads what the conversation has said so far and writes it back longer, as a turn does with its talk."""
    await store.script("CREATE TABLE said (conversation TEXT PRIMARY KEY, words TEXT NOT NULL);")
    messages = 84
    async with store.transaction() as tx:
        talkers = [await people.arrive(tx, keys, "telegram", f"{n}", "en", NOW) for n in range(conversations)]
        for talker in talkers:
            await tx.run("INSERT INTO said (conversation, words) VALUES (:talker, '')", talker=talker)
        orders = list(range(messages))
        random.Random(3).shuffle(orders)
        for order in orders:
            await receive(tx, talkers[order % conversations], order)
    chance = random.Random(5)

    async def serve(talker: str) -> bool:
        async with store.transaction() as tx:
            locked = await people.lock(tx, talker)
            found = await inbox.next_open(tx, talker) if locked else None
            if found is None:
                return False
            said = await tx.one("SELECT words FROM said WHERE conversation = :talker", talker=talker)
            assert said is not None
            await asyncio.sleep(chance.random() * 0.001)
            longer = f"{said['words']} {found[0].external_id.partition('-')[2]}"
            await tx.run("UPDATE said SET words = :longer WHERE conversation = :talker", longer=longer, talker=talker)
            await inbox.finish(tx, found[0].id, NOW)
        return True

    async def work() -> None:
        while True:
            async with store.transaction() as tx:
                waiting = list(await inbox.waiting(tx, NOW, NOW, 100))
            if not waiting:
                return
            chance.shuffle(waiting)
            for talker in waiting:
                await serve(talker)

    async def cancelled_at_random() -> None:
        while True:
            task = asyncio.create_task(work())
            _done, running = await asyncio.wait((task,), timeout=chance.random() * 0.02)
            if not running:
                return await task
            task.cancel()
            await asyncio.wait((task,))

    steady = 1  # somebody who is never cancelled, so that the test ends
    await asyncio.wait_for(asyncio.gather(*(cancelled_at_random() for _ in range(8 - steady)), work()), 60)
    async with store.transaction() as tx:
        for n, talker in enumerate(talkers):
            said = await tx.one("SELECT words FROM said WHERE conversation = :talker", talker=talker)
            assert said is not None
            assert [int(word) for word in said["words"].split()] == list(range(n, messages, conversations))
