"""Whoever takes a message in deals with it at once; what was left, and what another process holds, comes a little later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from post import Post
from stores import opened

from bot import inbox as loop
from bot.clock import Clock
from bot.replay.channel import NAME
from dialog.incoming import Incoming
from storage import people
from storage.database import Conflict, Database


def says(address: str, number: int, text: str) -> Incoming:
    return Incoming(
        channel=NAME, external_id=f"{address} {number}", address=address, order=number, language="en",
        text=text, message=str(number),
    )  # fmt: skip


@asynccontextmanager
async def served(post: Post) -> AsyncIterator[None]:
    """Have messages acted on, and nothing sent."""
    serving = asyncio.create_task(post.app.inbox.run())
    yield
    post.app.inbox.stop()
    await serving


async def pauses(store: Database) -> list[int]:
    """Give the milliseconds for which each message was put off, edits left out."""
    async with store.reading() as tx:
        rows = await tx.all("SELECT due_at - created_at AS pause FROM outbox WHERE edits IS NULL ORDER BY n")
    return [int(row["pause"]) for row in rows]


async def answers(store: Database, count: int) -> list[int]:
    async with asyncio.timeout(10):
        while len(found := await pauses(store)) < count:
            await asyncio.sleep(0.01)
    return found


@pytest.fixture
def never_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "LOOK", 1000.0)


async def test_who_takes_a_message_in_deals_with_it_without_looking(database: str, tmp_path: Path, never_looks: None) -> None:
    async with opened(database) as store:
        post = await Post(store, Clock()).open(database, tmp_path)
        async with served(post):
            await asyncio.sleep(0.2)  # the first look is over
            for n in (1, 2):
                await post.app.door.intake([says("anna", n, "/help")])
                await answers(store, n)


async def test_what_was_left_is_found(database: str, tmp_path: Path) -> None:
    async with opened(database) as store:
        post = await Post(store, Clock()).open(database, tmp_path)
        await post.app.door.intake([says("anna", 1, "/help")])
        another = await Post(store, Clock()).open(database, tmp_path)
        async with served(another):
            await answers(store, 1)


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
async def test_what_another_process_holds_is_dealt_with_as_soon_as_it_lets_go(
    database: str, tmp_path: Path, never_looks: None
) -> None:
    async with opened(database) as store, opened(database) as elsewhere:
        post = await Post(store, Clock()).open(database, tmp_path)
        _reader, chat = await post.reader("anna")
        async with served(post):
            await asyncio.sleep(0.2)
            async with elsewhere.transaction() as tx:
                assert await people.lock(tx, chat)
                await post.app.door.intake([says("anna", 1, "/help")])
                with pytest.raises(Conflict):
                    await post.app.inbox.serve(chat)
                await asyncio.sleep(0.2)
                assert await pauses(store) == []
            await answers(store, 1)


async def test_messages_that_came_together_are_answered_together(database: str, tmp_path: Path) -> None:
    async with opened(database) as store:
        post = await Post(store, Clock()).open(database, tmp_path)
        async with served(post):
            await post.app.door.intake([says("anna", 1, "/complain")])
            assert await answers(store, 1) == [0]
            await post.app.door.intake([says("anna", n, f"line {n}") for n in (2, 3, 4)])
            assert (await answers(store, 2))[1] >= 2000
            async with asyncio.timeout(10):
                while await busy(store):
                    await asyncio.sleep(0.01)
        assert len(await pauses(store)) == 2


async def busy(store: Database) -> bool:
    async with store.reading() as tx:
        return await tx.one("SELECT 1 AS open FROM inbox WHERE done_at IS NULL") is not None
