"""An edit of a message that is to come only after the quiet hours waits with it, and holds nothing else up."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from stores import NOW, opened

from actions import city
from bot.app import App, city_files
from bot.catalogues import read_catalogues
from bot.replay.channel import NAME, ReplayChannel
from bot.replay.clock import SimulatedClock
from bot.settings import read_settings
from dialog.outgoing import Outgoing, say
from dialog.texts import Words, verbatim
from storage import outbox, people
from storage.database import Database
from storage.keys import Keys
from storage.outbox import Lane

XINING = Path(__file__).parent.parent.parent / "examples" / "xining"
MORNING = timedelta(hours=10)


class Reader:
    """Somebody who notes what they see."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, bool]] = []

    def sees(self, message: Outgoing, id: str, edits: str | None) -> None:
        self.seen.append((str(message.lines[0].args[""]), edits is not None))


async def test_an_edit_of_what_comes_in_the_morning_waits_for_it_and_holds_nothing_up(database: str, tmp_path: Path) -> None:
    async with opened(database) as store:
        await edits_wait(store, database, tmp_path)


async def edits_wait(store: Database, url: str, folder: Path) -> None:
    clock, keys = SimulatedClock(NOW), Keys(b"k" * 32)
    async with store.transaction() as tx:
        await city.load(tx, city_files(XINING), NOW)
        loaded = await city.current(tx)
        assert loaded is not None
        chat = await people.arrive(tx, keys, NAME, "reader", "en", NOW)
    channel, reader = ReplayChannel(Words(read_catalogues(), loaded.city.languages, loaded.city.zone)), Reader()
    channel.connect("reader", reader)
    given = {"HUIYIN_DATABASE": url, "HUIYIN_PACE_CHAT": "0"}
    app = App(read_settings(given, folder), store, keys, clock, loaded, (channel,))

    async def put(words: str, after: timedelta = timedelta(), edits: str | None = None) -> str:
        async with store.transaction() as tx:
            return await outbox.put(
                tx, keys, conversation=chat, channel=NAME, message=say(verbatim(words)), lane=Lane.NOTICE, now=clock.now(),
                due=clock.now() + after, edits=edits,
            )  # fmt: skip

    reminder = await put("reminder", MORNING)
    edit = await put("reminder, signed in meanwhile", edits=reminder)
    await put("urgent")
    await app.outboxes[NAME].drain()
    assert reader.seen == [("urgent", False)]
    async with store.reading() as tx:
        row = await outbox.get(tx, edit)
    assert row is not None
    assert row.due_at == NOW + MORNING
    clock.move(NOW + MORNING)
    await app.outboxes[NAME].drain()
    assert reader.seen[1:] == [("reminder", False), ("reminder, signed in meanwhile", True)]
