"""Of the cards of one case in a chat the newest bears the buttons, in whatever order they were written and go out."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from post import Post
from stores import NOW, opened

from bot.channels.door import Letter
from bot.clock import Clock
from bot.replay.channel import NAME, ReplayChannel
from storage.outbox import Lane

MORNING = timedelta(hours=10)


async def test_an_older_card_loses_its_buttons_as_the_newer_goes_out(database: str, tmp_path: Path) -> None:
    async with opened(database) as store:
        post = await Post(store).open(database, tmp_path)
        reader, chat = await post.reader("reader")
        await post.card(chat, "assigned")
        await post.drains()
        await post.card(chat, "reminder", MORNING)
        await post.drains()
        assert reader.pressable == ["assigned"]
        post.clock.move(NOW + MORNING)
        await post.drains()
        assert reader.pressable == ["reminder"]
        assert reader.seen == [("assigned", False), ("reminder", False)]


async def test_a_card_that_a_newer_one_has_overtaken_comes_without_buttons(database: str, tmp_path: Path) -> None:
    async with opened(database) as store:
        post = await Post(store).open(database, tmp_path)
        reader, chat = await post.reader("reader")
        await post.card(chat, "reminder", MORNING)
        await post.card(chat, "reported")
        await post.drains()
        post.clock.move(NOW + MORNING)
        await post.drains()
        assert reader.seen == [("reported", False), ("reminder", False)]
        assert reader.pressable == ["reported"]


async def test_a_card_that_was_changed_while_the_newer_one_waited_loses_its_buttons_to_it(database: str, tmp_path: Path) -> None:
    async with opened(database) as store:
        post = await Post(store).open(database, tmp_path)
        reader, chat = await post.reader("reader")
        older = await post.card(chat, "assigned")
        await post.card(chat, "reminder", MORNING)
        await post.card(chat, "assigned, urged", edits=older)
        await post.drains()
        assert reader.pressable == ["assigned, urged"]
        post.clock.move(NOW + MORNING)
        await post.drains()
        assert reader.pressable == ["reminder"]


async def test_a_change_that_comes_behind_the_newer_card_gives_no_buttons_back(database: str, tmp_path: Path) -> None:
    async with opened(database) as store:
        post = await Post(store).open(database, tmp_path)
        reader, chat = await post.reader("reader")
        older = await post.card(chat, "assigned")
        await post.card(chat, "assigned, urged", MORNING, edits=older)
        await post.drains()
        await post.card(chat, "reminder")
        await post.drains()
        post.clock.move(NOW + MORNING)
        await post.drains()
        assert reader.seen[-1] == ("assigned, urged", True)
        assert reader.pressable == ["reminder"]


async def test_who_opens_a_case_in_the_place_of_an_older_card_finds_its_buttons_there(database: str, tmp_path: Path) -> None:
    async with opened(database) as store:
        post = await Post(store).open(database, tmp_path)
        reader, chat = await post.reader("reader")
        older = await post.card(chat, "assigned")
        await post.card(chat, "reminder")
        await post.drains()
        await post.card(chat, "as it stands", edits=older)
        await post.drains()
        assert sorted(reader.pressable) == ["as it stands", "reminder"]
        await post.card(chat, "reported")
        await post.drains()
        assert reader.pressable == ["as it stands", "reported"]


async def test_a_card_whose_buttons_an_edit_took_is_not_asked_for_them(database: str, tmp_path: Path) -> None:
    async with opened(database) as store:
        post = await Post(store).open(database, tmp_path)
        reader, chat = await post.reader("reader")
        older = await post.card(chat, "assigned")
        await post.drains()
        await post.card(chat, "closed", edits=older, pressable=False)
        await post.drains()
        await post.card(chat, "reopened")
        await post.drains()
        assert reader.pressable == ["reopened"]
        assert reader.bared == []


async def test_of_two_that_go_out_together_the_newer_has_the_buttons(database: str, tmp_path: Path) -> None:
    async with opened(database) as store:
        post = await Post(store).open(database, tmp_path)
        reader, chat = await post.reader("reader")
        await post.card(chat, "assigned")
        await post.card(chat, "signed in", lane=Lane.ANSWER)
        await post.drains()
        assert sorted(reader.seen) == [("assigned", False), ("signed in", False)]
        assert reader.pressable == ["signed in"]


async def test_a_card_waits_for_an_older_one_that_is_being_sent(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    send = ReplayChannel.send

    async def slow(channel: ReplayChannel, letter: Letter) -> str | None:
        if not begun.is_set():
            begun.set()
            await go_on.wait()
        return await send(channel, letter)

    monkeypatch.setattr(ReplayChannel, "send", slow)
    async with opened(database) as store:
        post = await Post(store, Clock()).open(database, tmp_path)
        reader, chat = await post.reader("reader")
        loop = post.app.outboxes[NAME]
        await post.card(chat, "assigned")
        sending = asyncio.create_task(loop.run())
        await begun.wait()
        await post.card(chat, "signed in", lane=Lane.ANSWER)
        await asyncio.sleep(1.2)  # it looks once a second
        assert reader.seen == []
        go_on.set()
        async with asyncio.timeout(60):
            while len(reader.seen) < 2:
                await asyncio.sleep(0.05)
        loop.stop()
        await sending
        assert reader.seen == [("assigned", False), ("signed in", False)]
        assert reader.pressable == ["signed in"]
