"""Of the cards of one case in a chat the newest bears the buttons, in whatever order they were written and go out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from post import Post, Reader
from stores import NOW, opened

from bot.channels.door import Letter
from bot.clock import Clock
from bot.replay.channel import NAME, ReplayChannel
from dialog.outgoing import say
from dialog.subjects import screen_button
from dialog.texts import verbatim
from storage.outbox import Lane

MORNING = timedelta(hours=10)
ROWS = ((screen_button(verbatim("Timeline"), "timeline"),),)


@dataclass(frozen=True, slots=True)
class Chat:
    """The conversation of one reader, who is sent cards of one case."""

    post: Post
    reader: Reader
    id: str

    async def card(
        self,
        words: str,
        after: timedelta = timedelta(),
        edits: str | None = None,
        lane: Lane = Lane.NOTICE,
        pressable: bool = True,
    ) -> str:
        """Queue a card."""
        card = replace(say(verbatim(words), rows=ROWS if pressable else ()), subject="case", card="unit")
        return await self.post.put(self.id, words, after, edits, lane, card)


@pytest.fixture
async def chat(database: str, tmp_path: Path) -> AsyncIterator[Chat]:
    """Give a conversation on a simulated clock."""
    async with opened(database) as store:
        post = await Post(store).open(database, tmp_path)
        yield Chat(post, *await post.reader("reader"))


async def test_an_older_card_loses_its_buttons_as_the_newer_goes_out(chat: Chat) -> None:
    await chat.card("assigned")
    await chat.post.drains()
    await chat.card("reminder", MORNING)
    await chat.post.drains()
    assert chat.reader.pressable == ["assigned"]
    chat.post.clock.move(NOW + MORNING)
    await chat.post.drains()
    assert chat.reader.pressable == ["reminder"]
    assert chat.reader.seen == [("assigned", False), ("reminder", False)]


async def test_a_card_that_a_newer_one_has_overtaken_comes_without_buttons(chat: Chat) -> None:
    await chat.card("reminder", MORNING)
    await chat.card("reported")
    await chat.post.drains()
    chat.post.clock.move(NOW + MORNING)
    await chat.post.drains()
    assert chat.reader.seen == [("reported", False), ("reminder", False)]
    assert chat.reader.pressable == ["reported"]


async def test_a_card_that_was_changed_while_the_newer_one_waited_loses_its_buttons_to_it(chat: Chat) -> None:
    older = await chat.card("assigned")
    await chat.card("reminder", MORNING)
    await chat.card("assigned, urged", edits=older)
    await chat.post.drains()
    assert chat.reader.pressable == ["assigned, urged"]
    chat.post.clock.move(NOW + MORNING)
    await chat.post.drains()
    assert chat.reader.pressable == ["reminder"]


async def test_a_change_that_comes_behind_the_newer_card_gives_no_buttons_back(chat: Chat) -> None:
    older = await chat.card("assigned")
    await chat.card("assigned, urged", MORNING, edits=older)
    await chat.post.drains()
    await chat.card("reminder")
    await chat.post.drains()
    chat.post.clock.move(NOW + MORNING)
    await chat.post.drains()
    assert chat.reader.seen[-1] == ("assigned, urged", True)
    assert chat.reader.pressable == ["reminder"]


async def test_who_opens_a_case_in_the_place_of_an_older_card_finds_its_buttons_there(chat: Chat) -> None:
    older = await chat.card("assigned")
    await chat.card("reminder")
    await chat.post.drains()
    await chat.card("as it stands", edits=older)
    await chat.post.drains()
    assert sorted(chat.reader.pressable) == ["as it stands", "reminder"]
    await chat.card("reported")
    await chat.post.drains()
    assert chat.reader.pressable == ["as it stands", "reported"]


async def test_a_card_whose_buttons_an_edit_took_is_not_asked_for_them(chat: Chat) -> None:
    older = await chat.card("assigned")
    await chat.post.drains()
    await chat.card("closed", edits=older, pressable=False)
    await chat.post.drains()
    await chat.card("reopened")
    await chat.post.drains()
    assert chat.reader.pressable == ["reopened"]
    assert chat.reader.bared == []


async def test_of_two_that_go_out_together_the_newer_has_the_buttons(chat: Chat) -> None:
    await chat.card("assigned")
    await chat.card("signed in", lane=Lane.ANSWER)
    await chat.post.drains()
    assert sorted(chat.reader.seen) == [("assigned", False), ("signed in", False)]
    assert chat.reader.pressable == ["signed in"]


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
        chat = Chat(post, *await post.reader("reader"))
        loop = post.app.outboxes[NAME]
        await chat.card("assigned")
        sending = asyncio.create_task(loop.run())
        await begun.wait()
        await chat.card("signed in", lane=Lane.ANSWER)
        await asyncio.sleep(1.2)  # it looks once a second
        assert chat.reader.seen == []
        go_on.set()
        async with asyncio.timeout(60):
            while len(chat.reader.seen) < 2:
                await asyncio.sleep(0.05)
        loop.stop()
        await sending
        assert chat.reader.seen == [("assigned", False), ("signed in", False)]
        assert chat.reader.pressable == ["signed in"]
