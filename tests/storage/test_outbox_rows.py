"""What is to be said goes out in order, at its time, once; what is delayed can be changed until its time has come."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import datetime, timedelta

import pytest
from explained import Explained
from stores import NOW

from dialog.outgoing import Outgoing, say
from dialog.texts import Secret, Text, verbatim
from storage import chat_cards, mailbox, outbox, people
from storage.database import Database, Tx
from storage.keys import Keys
from storage.outbox import Lane, OutboxRow

LEASE = timedelta(seconds=150)
SECOND = timedelta(seconds=1)


async def put(
    tx: Tx,
    keys: Keys,
    conversation: str,
    words: str = "hello",
    *,
    lane: Lane = Lane.ANSWER,
    due: datetime | None = None,
    edits: str | None = None,
    message: Outgoing | None = None,
) -> str:
    return await outbox.put(
        tx, keys, conversation=conversation, channel="telegram", message=message or say(verbatim(words)), lane=lane, now=NOW,
        due=due, edits=edits,
    )  # fmt: skip


async def lease(store: Database, now: datetime = NOW, lane: Lane = Lane.ANSWER, limit: int = 10) -> list[OutboxRow]:
    async with store.transaction() as tx:
        return list(await outbox.lease(tx, "telegram", lane, now, now + LEASE, limit))


def words(row: OutboxRow, keys: Keys) -> str:
    return str(row.outgoing(keys).lines[0].args[""])


async def test_rows_of_a_chat_go_out_one_by_one_in_their_order(store: Database, keys: Keys, conversation: str) -> None:
    async with store.transaction() as tx:
        for n in range(3):
            await put(tx, keys, conversation, str(n))
    for n in range(3):
        (row,) = await lease(store)
        assert words(row, keys) == str(n)
        assert await lease(store) == []
        async with store.transaction() as tx:
            await outbox.mark_sent(tx, keys, row, f"tg{n}", NOW)
            found = await outbox.by_external_id(tx, conversation, f"tg{n}")
        assert found is not None
        assert found.id == row.id
    assert await lease(store) == []


async def sent(store: Database, keys: Keys, *rows: OutboxRow) -> None:
    async with store.transaction() as tx:
        for row in rows:
            await outbox.mark_sent(tx, keys, row, f"tg{row.n}", NOW)


async def test_the_edits_before_a_message_are_taken_with_it(store: Database, keys: Keys, conversation: str) -> None:
    async with store.transaction() as tx:
        shown = await put(tx, keys, conversation, "0")
    await sent(store, keys, *await lease(store))
    async with store.transaction() as tx:
        for n, edits in enumerate((shown, shown, None, shown, None, None), start=1):
            await put(tx, keys, conversation, str(n), edits=edits)
    chain = await lease(store)
    assert [words(row, keys) for row in chain] == ["1", "2", "3"]
    await sent(store, keys, *chain[:2])
    assert await lease(store) == []  # the message is still on its way
    await sent(store, keys, chain[2])
    assert [words(row, keys) for row in await lease(store)] == ["4", "5"]


async def test_a_message_waits_for_an_edit_that_is_being_sent(store: Database, keys: Keys, conversation: str) -> None:
    async with store.transaction() as tx:
        shown = await put(tx, keys, conversation, "0")
    await sent(store, keys, *await lease(store))
    async with store.transaction() as tx:
        await put(tx, keys, conversation, "1", edits=shown)
    (edit,) = await lease(store)
    async with store.transaction() as tx:
        await put(tx, keys, conversation, "2")
    assert await lease(store) == []
    async with store.transaction() as tx:
        await outbox.try_later(tx, edit.id, NOW + SECOND, "refused")
    assert await lease(store) == []
    assert [words(row, keys) for row in await lease(store, NOW + SECOND)] == ["1", "2"]


async def test_what_is_on_its_way_is_found_until_it_is_noted_as_out(store: Database, keys: Keys, conversation: str) -> None:
    async with store.transaction() as tx:
        await put(tx, keys, conversation)
        assert await outbox.on_its_way(tx, conversation, NOW) is None
    (row,) = await lease(store)
    async with store.transaction() as tx:
        await put(tx, keys, conversation, "next")
        found = await outbox.on_its_way(tx, conversation, NOW)
        assert found is not None
        assert found.id == row.id
    await sent(store, keys, row)
    async with store.transaction() as tx:
        assert await outbox.on_its_way(tx, conversation, NOW) is None


async def test_what_is_given_back_can_be_taken_at_once_and_counts_as_no_try(
    store: Database, keys: Keys, conversation: str
) -> None:
    async with store.transaction() as tx:
        await put(tx, keys, conversation)
    (row,) = await lease(store)
    async with store.transaction() as tx:
        await outbox.give_back(tx, [row.id])
    assert [(again.id, again.tries) for again in await lease(store)] == [(row.id, row.tries)]


async def test_what_is_numbered_first_but_committed_later_goes_out_when_it_is_there(postgresql: Database, keys: Keys) -> None:
    """Between turns of two replicas or chats at once there is no order; in each, and after each, there is."""
    async with postgresql.transaction() as tx:
        conversation = await people.arrive(tx, keys, "telegram", "7001", "en", NOW)
    async with postgresql.transaction() as longer:
        await put(longer, keys, conversation, "first number")
        async with postgresql.transaction() as other:
            await put(other, keys, conversation, "first there")
        (row,) = await lease(postgresql)
        assert words(row, keys) == "first there"
        async with postgresql.transaction() as tx:
            await outbox.mark_sent(tx, keys, row, "tg1", NOW)
    assert [words(row, keys) for row in await lease(postgresql)] == ["first number"]


async def test_the_lanes_do_not_wait_for_each_other(store: Database, keys: Keys, conversation: str) -> None:
    async with store.transaction() as tx:
        await put(tx, keys, conversation, "news", lane=Lane.NOTICE)
        await put(tx, keys, conversation, "answer")
    assert [words(row, keys) for row in await lease(store)] == ["answer"]
    assert [words(row, keys) for row in await lease(store, lane=Lane.NOTICE)] == ["news"]


async def test_what_is_not_due_waits_and_holds_nothing_up(store: Database, keys: Keys, conversation: str) -> None:
    async with store.transaction() as tx:
        await put(tx, keys, conversation, "prompt", due=NOW + 2 * SECOND)
        await put(tx, keys, conversation, "danger: call 110")
        assert await outbox.next_due(tx, "telegram", NOW) == NOW + 2 * SECOND
    assert [words(row, keys) for row in await lease(store)] == ["danger: call 110"]
    async with store.transaction() as tx:
        assert await outbox.next_due(tx, "telegram", NOW + 2 * SECOND) is None


async def test_a_failed_row_is_due_later_and_holds_back_those_after_it(store: Database, keys: Keys, conversation: str) -> None:
    async with store.transaction() as tx:
        await put(tx, keys, conversation, "1")
        await put(tx, keys, conversation, "2")
    (row,) = await lease(store)
    async with store.transaction() as tx:
        await outbox.try_later(tx, row.id, NOW + 5 * SECOND, "429")
    assert await lease(store, NOW + 4 * SECOND) == []
    (again,) = await lease(store, NOW + 5 * SECOND)
    assert (again.id, again.tries, again.why) == (row.id, 2, "429")


async def test_a_row_put_off_holds_back_what_comes_after_it_only_if_told_to(
    store: Database, keys: Keys, conversation: str
) -> None:
    async with store.transaction() as tx:
        await put(tx, keys, conversation, "waits for its photo")
        await put(tx, keys, conversation, "next")
    (row,) = await lease(store)
    async with store.transaction() as tx:
        await outbox.put_off(tx, row.id, NOW + 5 * SECOND, holds=True)
    assert await lease(store, NOW + 4 * SECOND) == []
    (row,) = await lease(store, NOW + 5 * SECOND)
    async with store.transaction() as tx:
        await outbox.put_off(tx, row.id, NOW + 9 * SECOND, holds=False)
    assert [words(row, keys) for row in await lease(store, NOW + 6 * SECOND)] == ["next"]


async def test_a_row_whose_sender_died_is_taken_again_when_its_lease_ends(store: Database, keys: Keys, conversation: str) -> None:
    async with store.transaction() as tx:
        await put(tx, keys, conversation)
    (row,) = await lease(store)
    assert await lease(store, NOW + LEASE - SECOND) == []
    async with store.transaction() as tx:
        await outbox.renew(tx, [row.id], NOW + 2 * LEASE)
    assert await lease(store, NOW + LEASE) == []
    (again,) = await lease(store, NOW + 2 * LEASE)
    assert again.id == row.id


async def test_what_was_given_back_or_sent_is_not_renewed(store: Database, keys: Keys, conversation: str) -> None:
    async with store.transaction() as tx:
        await put(tx, keys, conversation)
    (row,) = await lease(store)
    async with store.transaction() as tx:
        await outbox.try_later(tx, row.id, NOW + SECOND, "why")
        await outbox.renew(tx, [row.id], NOW + LEASE)
    assert [again.id for again in await lease(store, NOW + SECOND)] == [row.id]


async def test_a_silent_conversation_gets_nothing_and_the_others_do(store: Database, keys: Keys, conversation: str) -> None:
    async with store.transaction() as tx:
        other = await people.arrive(tx, keys, "telegram", "7002", "en", NOW)
        await put(tx, keys, conversation, "hushed")
        await put(tx, keys, other, "heard")
        await outbox.hush(tx, conversation, NOW + 3 * SECOND)
    assert [words(row, keys) for row in await lease(store)] == ["heard"]
    assert [words(row, keys) for row in await lease(store, NOW + 3 * SECOND)] == ["hushed"]


async def test_a_parked_row_lets_the_next_one_pass_and_can_be_sent_again_once(
    store: Database, keys: Keys, conversation: str
) -> None:
    async with store.transaction() as tx:
        await put(tx, keys, conversation, "1")
        await put(tx, keys, conversation, "2")
    (row,) = await lease(store)
    async with store.transaction() as tx:
        await outbox.park(tx, row.id, "blocked", NOW)
        assert [(parked.id, parked.why) for parked in await outbox.parked(tx)] == [(row.id, "blocked")]
    (second,) = await lease(store)
    assert words(second, keys) == "2"
    async with store.transaction() as tx:
        await outbox.mark_sent(tx, keys, second, "t2", NOW)
        assert await outbox.unpark(tx, row.id, NOW + SECOND)
        assert not await outbox.unpark(tx, row.id, NOW + SECOND)
        assert not await outbox.unpark(tx, second.id, NOW + SECOND)
    assert await lease(store) == []
    assert [(again.id, again.tries) for again in await lease(store, NOW + SECOND)] == [(row.id, 1)]


async def test_a_delayed_prompt_is_replaced_or_taken_back_until_its_time_has_come(
    store: Database, keys: Keys, conversation: str
) -> None:
    later = NOW + 2 * SECOND
    async with store.transaction() as tx:
        first = await put(tx, keys, conversation, "1 message", due=later)
        assert await outbox.replace_unsent(tx, keys, first, say(verbatim("2 messages")), NOW + SECOND, NOW + 3 * SECOND)
        assert not await outbox.replace_unsent(tx, keys, first, say(verbatim("3")), NOW + 3 * SECOND, NOW + 9 * SECOND)
        second = await put(tx, keys, conversation, "gone", due=later)
        assert await outbox.drop_unsent(tx, second, NOW + SECOND)
        third = await put(tx, keys, conversation, "stays", due=later)
        assert not await outbox.drop_unsent(tx, third, later)
        assert await outbox.get(tx, second) is None
    assert await lease(store, NOW + SECOND) == []
    (row,) = await lease(store, NOW + 3 * SECOND)
    assert words(row, keys) == "2 messages"
    async with store.transaction() as tx:
        assert not await outbox.replace_unsent(tx, keys, row.id, say(verbatim("no")), NOW, NOW + 9 * SECOND)
        assert not await outbox.drop_unsent(tx, row.id, NOW)


@pytest.mark.parametrize("change", ["replace", "drop"])
async def test_a_prompt_that_is_just_being_taken_is_not_changed(postgresql: Database, keys: Keys, change: str) -> None:
    """Two clocks: the sender's says that it is due, ours that it is not. Whoever is first has it."""
    late = NOW + 3 * SECOND

    async def try_to_change(id: str) -> bool:
        async with postgresql.transaction() as tx:
            if change == "drop":
                return await outbox.drop_unsent(tx, id, NOW)
            return await outbox.replace_unsent(tx, keys, id, say(verbatim("new")), NOW, NOW + 9 * SECOND)

    async with postgresql.transaction() as tx:
        conversation = await people.arrive(tx, keys, "telegram", "7001", "en", NOW)
        first = await put(tx, keys, conversation, "old", due=late)
    async with postgresql.transaction() as tx:
        (row,) = await outbox.lease(tx, "telegram", Lane.ANSWER, late, late + LEASE, 10)
        changing = asyncio.create_task(try_to_change(first))
        await asyncio.sleep(0.1)
        assert not changing.done()
    assert not await changing
    async with postgresql.transaction() as tx:
        await outbox.mark_sent(tx, keys, row, "t1", late)
        second = await put(tx, keys, conversation, "old", due=late)
    async with postgresql.transaction() as tx:
        if change == "drop":
            assert await outbox.drop_unsent(tx, second, NOW)
        else:
            assert await outbox.replace_unsent(tx, keys, second, say(verbatim("new")), NOW, NOW + 9 * SECOND)
        async with asyncio.timeout(2):
            assert await lease(postgresql, late) == []
    assert await lease(postgresql, late) == []


async def test_many_senders_at_once_keep_the_order_of_each_chat_and_lane_and_send_nothing_twice(
    store: Database, keys: Keys
) -> None:
    async with store.transaction() as tx:
        chats = [await people.arrive(tx, keys, "telegram", f"{n}", "en", NOW) for n in range(4)]
        for n in range(15):
            for chat in chats:
                for lane in Lane:
                    await put(tx, keys, chat, str(n), lane=lane)
    chance = random.Random(9)
    sent: dict[tuple[str, Lane], list[str]] = {(chat, lane): [] for chat in chats for lane in Lane}
    under_way: set[tuple[str, Lane]] = set()
    total = len(chats) * len(Lane) * 15
    begun = time.monotonic()

    def now() -> datetime:
        return NOW + timedelta(seconds=time.monotonic() - begun)

    async def send() -> None:
        while sum(map(len, sent.values())) < total:
            lane = chance.choice(list(Lane))
            rows = await lease(store, now(), lane, limit=chance.randint(1, 3))
            places = {(row.conversation, row.lane) for row in rows}
            assert len(places) == len(rows)
            assert not places & under_way
            under_way.update(places)
            await asyncio.sleep(chance.random() * 0.002)
            for row in rows:
                place = (row.conversation, row.lane)
                under_way.discard(place)
                async with store.transaction() as tx:
                    match chance.choice(("sent", "sent", "sent", "later", "off")):
                        case "sent":
                            await outbox.mark_sent(tx, keys, row, None, now())
                            sent[place].append(words(row, keys))
                        case "later":
                            await outbox.try_later(tx, row.id, now() + timedelta(milliseconds=3), "429")
                        case "off":
                            await outbox.put_off(tx, row.id, now() + timedelta(milliseconds=3), holds=True)

    senders = 1 if store.serial else 6
    await asyncio.wait_for(asyncio.gather(*(send() for _ in range(senders))), 60)
    assert all(said == [str(n) for n in range(15)] for said in sent.values())


async def test_a_secret_is_overwritten_once_it_is_out(store: Database, keys: Keys, conversation: str) -> None:
    receipt = say(Text("Code: {code}", {"code": Secret("1234 5678 9012 3456")}))
    async with store.transaction() as tx:
        await put(tx, keys, conversation, message=receipt)
    (row,) = await lease(store)
    assert row.outgoing(keys) == receipt
    async with store.transaction() as tx:
        await outbox.mark_sent(tx, keys, row, "t1", NOW)
        after = await outbox.get(tx, row.id)
    assert after is not None
    assert b"1234" not in keys.unseal(after.body)
    assert b"Code: {code}" in keys.unseal(after.body)


async def test_bodies_are_sealed(store: Database, keys: Keys, conversation: str) -> None:
    async with store.transaction() as tx:
        id = await put(tx, keys, conversation, "垃圾没人管")
        row = await outbox.get(tx, id)
    assert row is not None
    assert "垃圾".encode() not in row.body
    assert words(row, keys) == "垃圾没人管"


async def test_a_mailbox_gives_what_is_new_and_what_was_not_acknowledged(store: Database, keys: Keys, conversation: str) -> None:
    async def look(tx: Tx, settled: int, after: datetime, limit: int = 10) -> list[str]:
        return [words(row, keys) for row in await mailbox.news(tx, conversation, settled, after, limit)]

    async with store.transaction() as tx:
        ids = [await put(tx, keys, conversation, str(n), due=NOW + n * SECOND) for n in range(4)]
        assert await look(tx, 0, NOW - SECOND) == ["0", "1", "2", "3"]
        for id in ids[:3:2]:
            row = await outbox.get(tx, id)
            assert row
            await outbox.mark_sent(tx, keys, row, None, NOW)
        assert await look(tx, 0, NOW + 2 * SECOND) == ["1", "3"]
        assert await look(tx, 0, NOW - SECOND) == ["0", "1", "2", "3"]
        assert await look(tx, 0, NOW - SECOND, limit=2) == ["0", "1"]
        assert await look(tx, await mailbox.settled(tx, conversation, NOW + 9 * SECOND), NOW - SECOND) == ["1", "3"]


async def test_a_mailbox_gives_what_was_put_off_by_when_it_came(store: Database, keys: Keys, conversation: str) -> None:
    async with store.transaction() as tx:
        assert await mailbox.settled(tx, conversation, NOW) == 0
        await put(tx, keys, conversation, "before")
        settled = await mailbox.settled(tx, conversation, NOW)
        put_off = await put(tx, keys, conversation, "put off", due=NOW + 3 * SECOND)
        await put(tx, keys, conversation, "after", due=NOW + SECOND)
        assert await mailbox.settled(tx, conversation, NOW + SECOND) == settled
        for row in await mailbox.news(tx, conversation, 0, NOW, 10):
            await outbox.mark_sent(tx, keys, row, None, NOW + 4 * SECOND)
        for since in (NOW, NOW + SECOND):
            told = [words(row, keys) for row in await mailbox.news(tx, conversation, settled, since, 10)]
            assert told[-1] == "put off"
        row = await outbox.get(tx, put_off)
        assert row
        assert await mailbox.settled(tx, conversation, NOW + 4 * SECOND) > row.n


async def test_a_mailbox_is_its_own_conversations_only(store: Database, keys: Keys, conversation: str) -> None:
    async with store.transaction() as tx:
        other = await people.arrive(tx, keys, "telegram", "7002", "en", NOW)
        await put(tx, keys, conversation, "mine")
        assert await mailbox.news(tx, conversation, 0, NOW - SECOND, 10)
        assert await mailbox.news(tx, other, 0, NOW - SECOND, 10) == []
        assert await mailbox.settled(tx, other, NOW) == 0


async def test_a_look_at_a_mailbox_does_not_go_through_all_that_was_ever_said(sqlite: Database, keys: Keys) -> None:
    async with sqlite.transaction() as tx:
        conversation = await people.arrive(tx, keys, "web", "7001", "en", NOW)
        await put(tx, keys, conversation)
        explained = Explained(tx)
        await mailbox.news(explained, conversation, await mailbox.settled(explained, conversation, NOW), NOW, 10)
    through_all = [plan for plan in explained.plans if "outbox_mailbox (conversation=?)" in plan and "COVERING" not in plan]
    assert not through_all + explained.scans


async def test_a_message_with_a_lower_number_that_is_committed_later_still_reaches_its_mailbox(
    postgresql: Database, keys: Keys
) -> None:
    async with postgresql.transaction() as tx:
        conversation = await people.arrive(tx, keys, "web", "7001", "en", NOW)
    async with postgresql.transaction() as slow:
        await put(slow, keys, conversation, "slow")
        async with postgresql.transaction() as tx:
            await put(tx, keys, conversation, "quick", due=NOW + SECOND)
        async with postgresql.transaction() as tx:
            (quick,) = await mailbox.news(tx, conversation, 0, NOW, 10)
            settled = await mailbox.settled(tx, conversation, NOW + SECOND)
            await outbox.mark_sent(tx, keys, quick, None, NOW)
    async with postgresql.transaction() as tx:
        assert [words(row, keys) for row in await mailbox.news(tx, conversation, settled, quick.due_at, 10)] == ["slow"]


async def test_the_newest_card_of_each_conversation_is_the_one_that_is_kept_up_to_date(
    store: Database, keys: Keys, conversation: str
) -> None:
    def card(words: str, kind: str = "unit", subject: str = "c1") -> Outgoing:
        return Outgoing(lines=(verbatim(words),), subject=subject, card=kind)

    async with store.transaction() as tx:
        other = await people.arrive(tx, keys, "telegram", "7002", "en", NOW)
        await put(tx, keys, conversation, message=card("old"))
        newest = await put(tx, keys, conversation, message=card("new"))
        await put(tx, keys, conversation, message=card("another view", kind="citizen"))
        await put(tx, keys, conversation, message=card("another case", subject="c2"))
        theirs = await put(tx, keys, other, message=card("theirs"))
        await put(tx, keys, conversation, message=card("edit"), edits=newest)
        assert [row.id for row in await chat_cards.cards(tx, "c1", "unit", NOW)] == [newest, theirs]
        listed = await put(tx, keys, conversation, "a list")
        await outbox.adopt(tx, listed, "c1", "unit")
        assert sorted(row.id for row in await chat_cards.cards(tx, "c1", "unit", NOW)) == sorted([listed, theirs])


async def test_a_card_that_was_put_off_is_kept_up_to_date_until_it_comes_though_a_newer_one_came_first(
    store: Database, keys: Keys, conversation: str
) -> None:
    async with store.transaction() as tx:
        card = Outgoing(lines=(verbatim("card"),), subject="c1", card="unit")
        reminder = await put(tx, keys, conversation, message=card, due=NOW + SECOND)
        newest = await put(tx, keys, conversation, message=card)
        assert [row.id for row in await chat_cards.cards(tx, "c1", "unit", NOW)] == [reminder, newest]
        assert [row.id for row in await chat_cards.cards(tx, "c1", "unit", NOW + SECOND)] == [newest]


async def test_what_went_out_long_ago_is_deleted_but_cards_can_still_be_replied_to(
    store: Database, keys: Keys, conversation: str
) -> None:
    async with store.transaction() as tx:
        card = await put(tx, keys, conversation, message=Outgoing(lines=(verbatim("card"),), subject="c1", card="unit"))
        edit = await put(tx, keys, conversation, "edit", edits=card)
        said = await put(tx, keys, conversation, "said")
        waiting = await put(tx, keys, conversation, "waiting")
        for id in (card, edit, said):
            row = await outbox.get(tx, id)
            assert row is not None
            await outbox.mark_sent(tx, keys, row, None, NOW)
        assert await outbox.forget_old(tx, NOW + timedelta(days=7), timedelta(days=7)) == 0
        assert await outbox.forget_old(tx, NOW + timedelta(days=8), timedelta(days=7)) == 2
        kept = [row["id"] for row in await tx.all("SELECT id FROM outbox ORDER BY n")]
    assert kept == [card, waiting]
