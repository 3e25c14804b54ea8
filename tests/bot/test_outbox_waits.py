"""What can't be sent now, or not at all, holds nothing else up."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from post import Post
from stores import NOW, opened

from bot.channels.door import Letter, TryLater
from bot.clock import Clock
from bot.replay.channel import NAME, ReplayChannel
from storage import outbox
from storage.database import Tx
from storage.keys import Keys
from storage.outbox import Lane, OutboxRow

MORNING = timedelta(hours=10)


async def test_an_edit_of_what_comes_in_the_morning_waits_for_it_and_holds_nothing_up(database: str, tmp_path: Path) -> None:
    async with opened(database) as store:
        post = await Post(store).open(database, tmp_path)
        reader, chat = await post.reader("reader")
        reminder = await post.put(chat, "reminder", MORNING)
        edit = await post.put(chat, "reminder, signed in meanwhile", edits=reminder)
        await post.put(chat, "urgent")
        await post.drains()
        assert reader.seen == [("urgent", False)]
        async with store.reading() as tx:
            row = await outbox.get(tx, edit)
        assert row is not None
        assert row.due_at == NOW + MORNING
        post.clock.move(NOW + MORNING)
        await post.drains()
        assert reader.seen[1:] == [("reminder", False), ("reminder, signed in meanwhile", True)]


async def test_a_message_does_not_overtake_an_edit_that_is_refused(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, refused = ReplayChannel.send, [True]

    async def refuses(channel: ReplayChannel, letter: Letter) -> str | None:
        if letter.edits and refused.pop():
            refused.append(False)
            raise TryLater("too many", timedelta(seconds=5))
        return await send(channel, letter)

    async with opened(database) as store:
        post = await Post(store).open(database, tmp_path)
        reader, chat = await post.reader("reader")
        question = await post.put(chat, "question")
        await post.drains()
        monkeypatch.setattr(ReplayChannel, "send", refuses)
        await post.put(chat, "question, answered", edits=question)
        await post.put(chat, "next question")
        await post.drains()
        assert reader.seen[1:] == []
        post.clock.move(NOW + timedelta(seconds=10))
        await post.drains()
        assert reader.seen[1:] == [("question, answered", True), ("next question", False)]


async def test_a_hundred_chats_that_give_no_answer_hold_nobody_else_up(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = asyncio.Event()
    send = ReplayChannel.send

    async def hangs(channel: ReplayChannel, letter: Letter) -> str | None:
        if letter.address.startswith("hanging"):
            await never.wait()
        return await send(channel, letter)

    async with opened(database) as store:
        post = await Post(store, Clock()).open(database, tmp_path)
        monkeypatch.setattr(ReplayChannel, "send", hangs)
        for n in range(100):
            _lost, chat = await post.reader(f"hanging {n}")
            await post.put(chat, "never read", lane=Lane.ANSWER)
        reader, chat = await post.reader("reader")
        await post.put(chat, "read", lane=Lane.ANSWER)
        sending = asyncio.create_task(post.app.outboxes[NAME].run())
        async with asyncio.timeout(10):
            while not reader.seen:
                await asyncio.sleep(0.01)
        never.set()
        post.app.outboxes[NAME].stop()
        await sending


async def test_a_chat_whose_address_can_not_be_read_holds_nobody_else_up(database: str, tmp_path: Path) -> None:
    async with opened(database) as store:
        post = await Post(store).open(database, tmp_path)
        _lost, broken = await post.reader("lost")
        reader, chat = await post.reader("reader")
        async with store.transaction() as tx:
            await tx.run("UPDATE conversation SET address = :bytes WHERE id = :id", bytes=b"rubbish", id=broken)
        await post.put(broken, "never read")
        await post.put(chat, "read")
        await post.drains()
        assert reader.seen == [("read", False)]


async def test_a_message_that_can_not_be_noted_as_out_holds_no_other_up(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(database) as store:
        post = await Post(store).open(database, tmp_path)
        reader, chat = await post.reader("reader")
        other, second = await post.reader("other")
        stuck = await post.put(chat, "stuck")
        noted = outbox.mark_sent

        async def mark_sent(tx: Tx, keys: Keys, row: OutboxRow, external_id: str | None, now: datetime) -> None:
            await noted(tx, keys, row, external_id, now)
            if row.id == stuck:
                raise ZeroDivisionError

        monkeypatch.setattr(outbox, "mark_sent", mark_sent)
        sent = await post.put(second, "goes")
        await post.drains()
        await post.drains()
        assert (reader.seen, other.seen) == ([("stuck", False)], [("goes", False)])
        async with store.reading() as tx:
            rows = [await outbox.get(tx, id) for id in (stuck, sent)]
        assert [row.sent_at is None for row in rows if row] == [True, False]
