"""The numbers by which a browser says what it has: they tell nothing of others, and nothing is lost or told twice by them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import aiohttp
import pytest
from story_town import Town
from story_web import OURS, WebPerson

from bot.channels.door import Delivery
from bot.channels.webchat_gate import CHANNEL
from dialog.outgoing import say
from dialog.subjects import screen_button
from dialog.texts import verbatim
from storage import outbox, people
from storage.outbox import Lane
from storage.times import ms

HOUR = timedelta(hours=1)
ROWS = ((screen_button(verbatim("Timeline"), "timeline"),),)


@dataclass(frozen=True, slots=True)
class Device:
    """A browser without an open page, and what is said to it. It has heard and acknowledged `hello`."""

    town: Town
    address: str
    hello: Delivery

    async def is_told(self, words: str, *, due: datetime | None = None, edits: str | None = None, card: str | None = None) -> str:
        """Put a message into its mailbox, or what replaces one; return the id."""
        app = self.town.app
        conversation = people.conversation_id(app.keys, CHANNEL, self.address)
        async with app.database.transaction() as tx:
            return await outbox.put(
                tx,
                app.keys,
                conversation=conversation,
                channel=CHANNEL,
                message=replace(say(verbatim(words), rows=ROWS if card else ()), subject=card and "case", card=card),
                lane=Lane.NOTICE,
                now=self.town.clock.now(),
                due=due,
                edits=edits,
            )

    async def looks(self, after: int, settled: int = 0) -> list[str]:
        """Read what is told to a page that has what came up to `after`."""
        mailbox = await self.town.app.door.history(CHANNEL, self.address, after, settled)
        return [str(delivery.message.lines[0].args.get("", "")) for delivery in mailbox.deliveries]

    async def acknowledges(self, ids: Sequence[str]) -> None:
        """Acknowledge messages, as another tab does that has shown them."""
        await self.town.app.door.acknowledged(CHANNEL, self.address, ids)

    async def settled(self, after: int) -> int:
        """Look, and keep what the next look begins from."""
        return (await self.town.app.door.history(CHANNEL, self.address, after)).settled


@pytest.fixture
async def device(town: Town) -> AsyncIterator[Device]:
    """Bring a browser to the town, whose page is closed again."""
    person = await town.somebody("web")
    assert isinstance(person, WebPerson)
    await person.says("/start")
    await person.sees("Hello")
    await person.leaves()
    (cookie,) = person.cookies
    deliveries = (await town.app.door.history(CHANNEL, cookie.value, 0)).deliveries
    await town.app.door.acknowledged(CHANNEL, cookie.value, [delivery.id for delivery in deliveries])
    town.clock.ahead += timedelta(seconds=5)
    yield Device(town, cookie.value, deliveries[-1])


async def test_a_browser_sees_the_times_of_its_messages_and_not_their_numbers_among_those_of_others(town: Town) -> None:
    one, other = await town.somebody("web"), await town.somebody("web")
    assert isinstance(one, WebPerson)
    for somebody in (one, other, other, one):
        await somebody.says("/start")
        await somebody.sees("Hello")
    heard = ""
    browser = aiohttp.ClientSession(town.url, cookie_jar=one.cookies, headers=OURS)
    async with browser, browser.get("/chat/events?after=0") as stream:
        while "event: ready" not in heard:
            heard += (await stream.content.readline()).decode()
    told = [json.loads(line[6:]) for line in heard.splitlines() if line.startswith('data: {"n"')]
    assert len(told) >= 2
    assert all(message["n"] == message["at"] for message in told)


async def test_what_was_put_off_does_not_tell_by_the_answers_around_it_when_it_was_caused(town: Town, device: Device) -> None:
    ids = [await device.is_told("before")]
    town.clock.ahead += timedelta(minutes=20)
    due = town.clock.now() + HOUR
    ids.append(await device.is_told("put off", due=due))
    town.clock.ahead += timedelta(minutes=20)
    ids.append(await device.is_told("after"))
    open_pages = [await device.settled(after) for after in (0, device.hello.n, ms(town.clock.now()))]
    town.clock.ahead += HOUR
    await device.acknowledges(ids)
    for minutes in (90, 50, 30):
        assert "put off" in await device.looks(ms(due - timedelta(minutes=minutes)))
    assert await device.looks(ms(due)) == []
    for settled in open_pages:
        assert await device.looks(ms(due) - 1, settled) == ["put off"]


async def test_of_edits_the_last_written_is_told_in_whatever_order_they_fall_due(town: Town, device: Device) -> None:
    card = await device.is_told("as it was")
    night = town.clock.now()
    put_off = await device.is_told("without its buttons", due=night + HOUR, edits=card)
    town.clock.ahead += timedelta(seconds=1)
    late = await device.is_told("of a turn that began later", edits=card)
    town.clock.ahead -= timedelta(milliseconds=500)
    last = await device.is_told("as it stands", edits=card)
    town.clock.ahead += timedelta(seconds=1)
    for after in (0, device.hello.n):
        assert set((await device.looks(after))[-3:]) == {"as it stands"}
    after = ms(town.clock.now())
    await device.acknowledges([card, late, last])
    town.clock.ahead += HOUR
    mailbox = await town.app.door.history(CHANNEL, device.address, after)
    told = [(one.id, one.edits, one.source) for one in mailbox.deliveries]
    assert told == [(put_off, card, last)]
    assert mailbox.deliveries[0].message == say(verbatim("as it stands"))


async def test_a_second_tab_hears_what_the_first_has_acknowledged_however_much_it_was(
    town: Town, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.door.MAILBOX", 2)
    after = device.hello.n
    settled = await device.settled(after)
    ids = []
    for n in range(5):
        town.clock.ahead += timedelta(seconds=1)
        ids.append(await device.is_told(str(n)))
    await device.acknowledges(ids)
    assert await device.looks(after) == ["0", "1", "2", "3", "4"]
    told: list[str] = []
    for _ in range(3):
        mailbox = await town.app.door.history(CHANNEL, device.address, after, settled)
        told += [str(delivery.message.lines[0].args[""]) for delivery in mailbox.deliveries]
        after, settled = mailbox.deliveries[-1].n, mailbox.settled
    assert told == ["0", "1", "2", "3", "4"]
    assert await device.looks(after, settled) == []


async def test_a_page_with_a_number_from_before_an_update_hears_everything_again(device: Device) -> None:
    await device.acknowledges([await device.is_told("news")])
    anew = await device.town.app.door.history(CHANNEL, device.address, 0)
    for number in (1, 17, 10**12 - 1):
        assert await device.town.app.door.history(CHANNEL, device.address, number) == anew
    assert anew.own
    assert anew.deliveries[-1].message == say(verbatim("news"))


async def test_nobody_acknowledges_what_was_said_to_somebody_else(town: Town, device: Device) -> None:
    id = await device.is_told("mine")
    other = Device(town, "a" * 43, device.hello)
    await other.acknowledges([id])
    assert await device.looks(ms(town.clock.now())) == ["mine"]
    await device.acknowledges([id, id])
    assert await device.looks(ms(town.clock.now())) == []


async def test_a_page_to_which_nothing_was_said_for_weeks_hears_news_only(town: Town, device: Device) -> None:
    town.clock.ahead += timedelta(days=20)
    assert await device.looks(device.hello.n) == []
    await device.is_told("news")
    assert await device.looks(device.hello.n) == ["news"]


async def test_a_page_is_told_which_older_card_has_lost_its_buttons_and_a_page_that_comes_anew_sees_none(
    town: Town, device: Device
) -> None:
    older = await device.is_told("older", card="unit")
    town.clock.ahead += timedelta(seconds=1)
    overtaken = await device.is_told("overtaken", due=town.clock.now() + HOUR, card="unit")
    newer = await device.is_told("newer", card="unit")
    town.clock.ahead += HOUR
    for after in (device.hello.n, 0):
        told = (await town.app.door.history(CHANNEL, device.address, after)).deliveries
        bares = {delivery.id: delivery.bares for delivery in told if delivery.id in (older, overtaken, newer)}
        assert bares == {older: None, newer: overtaken, overtaken: older}
        assert [delivery.id for delivery in told if delivery.id in bares and delivery.message.rows] == [newer]
