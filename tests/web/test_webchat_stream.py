"""What an open page is told."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from webchat_city import Served, serving
from webchat_device import Device

from dialog.outgoing import Button, Wants, say
from dialog.texts import verbatim

HELLO = say(verbatim("hello"))

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_message_comes_with_its_lines_buttons_and_wish(served: Served, device: Device) -> None:
    await device.say("hi")
    talk = served.city.only
    button = Button(verbatim("<b>Yes</b>"), "press-1")
    await served.city.say(talk, say(verbatim("one"), verbatim("two\nthree"), rows=((button,),), wants=Wants.PLACE))
    async with device.events() as stream:
        (event,) = [event for event in await stream.until("ready") if event.name == "message"]
    assert event.data["lines"] == ["one", "two\nthree"]
    assert event.data["rows"] == [[{"label": "<b>Yes</b>", "press": "press-1", "url": ""}]]
    assert (event.data["wants"], event.data["edits"], event.data["n"]) == ("place", None, 1)


async def test_what_was_put_off_stands_where_it_came_and_not_where_it_was_caused(served: Served, device: Device) -> None:
    await device.say("hi")
    talk = served.city.only
    put_off, answer = served.city.put(talk, say(verbatim("put off"))), served.city.put(talk, say(verbatim("answer")))
    edit = served.city.put(talk, say(verbatim("put off, changed")), edits=put_off.id)
    talk.deliveries[:] = [replace(put_off, at=put_off.at + timedelta(hours=1)), answer, edit]
    async with device.events() as stream:
        events = [event for event in await stream.until("ready") if event.name == "message"]
    assert [event.data["lines"] for event in events] == [["answer"], ["put off"], ["put off, changed"]]


async def test_at_the_first_load_own_messages_stand_between_the_answers(served: Served, device: Device) -> None:
    served.city.answer = lambda talk, incoming: served.city.put(talk, say(verbatim(f"got {incoming.text}")))
    await device.say("/start")
    await device.say("one")
    await device.post("/chat/messages", device.message(press="x", pressed="delivery-0001"))
    await device.say("/start SECRET")
    await device.say("two")
    async with device.events() as stream:
        events = await stream.until("ready")
    shown = [event.data.get("text") or event.data["lines"][0] for event in events[:-1]]
    assert shown == ["/start", "got /start", "one", "got one", "got ", "got /start SECRET", "two", "got two"]


async def test_after_a_number_only_what_is_new_comes(served: Served, device: Device) -> None:
    await device.say("hi")
    talk = served.city.only
    for _ in range(3):
        await served.city.say(talk, HELLO)
    await device.post("/chat/acknowledgements", {"shown": ["delivery-0001", "delivery-0002"]})
    async with device.events(after=2) as stream:
        events = await stream.until("ready")
    assert [(event.name, event.data and event.data["n"]) for event in events] == [("message", 3), ("ready", None)]


async def test_what_was_never_acknowledged_comes_again(served: Served, device: Device) -> None:
    await device.say("hi")
    for _ in range(2):
        await served.city.say(served.city.only, HELLO)
    await device.post("/chat/acknowledgements", {"shown": ["delivery-0002"]})
    async with device.events(after=2) as stream:
        events = await stream.until("ready")
    assert [event.data["n"] for event in events if event.name == "message"] == [1]


async def test_a_page_that_is_open_hears_of_news_at_once_and_once(served: Served, device: Device) -> None:
    await device.say("hi")
    async with device.events() as stream:
        await stream.until("ready")
        first = await served.city.say(served.city.only, HELLO)
        assert (await stream.until("message"))[-1].data["n"] == first.n
        second = await served.city.say(served.city.only, HELLO, edits=first.id)
        told = (await stream.until("message"))[-1].data
        assert (told["n"], told["edits"]) == (second.n, first.id)


async def test_several_pages_hear_the_same(served: Served, device: Device) -> None:
    await device.say("hi")
    async with device.events() as one, device.events() as two:
        await one.until("ready")
        await two.until("ready")
        await served.city.say(served.city.only, HELLO)
        assert (await one.until("message"))[-1] == (await two.until("message"))[-1]


async def test_a_page_goes_on_at_another_replica(served: Served, device: Device) -> None:
    await device.say("hi")
    await served.city.say(served.city.only, HELLO)
    async with device.events() as stream:
        told = next(event for event in await stream.until("ready") if event.name == "message").data
    await device.post("/chat/acknowledgements", {"shown": [told["id"]]})
    async with serving(served.city) as other, Device(other.url) as again:
        again.session.cookie_jar.update_cookies({"huiyin": device.address})
        async with again.events(after=told["n"]) as stream:
            assert [event.name for event in await stream.until("ready")] == ["ready"]
            news = await served.city.say(served.city.only, HELLO)
            assert (await stream.until("message"))[-1].data["n"] == news.n


async def test_the_page_hears_that_an_answer_is_being_written(served: Served, device: Device) -> None:
    await device.say("hi")
    async with device.events() as stream:
        assert (await stream.until("busy"))[-1].data is False
        await served.city.change(served.city.only, busy=True)
        assert (await stream.until("busy"))[-1].data is True


async def test_the_page_hears_of_another_language(served: Served, device: Device) -> None:
    await device.say("hi")
    async with device.events() as stream:
        assert (await stream.until("language"))[-1].data == "zh_Hans"
        await served.city.change(served.city.only, language="en")
        assert (await stream.until("language"))[-1].data == "en"


async def test_who_was_never_here_is_told_no_language(device: Device) -> None:
    async with device.events() as stream:
        assert "language" not in [event.name for event in await stream.until("beat")]


async def test_a_quiet_stream_beats(device: Device) -> None:
    async with device.events() as stream:
        await stream.until("beat")
        await stream.until("beat")


async def test_a_stream_is_neither_stored_nor_buffered(device: Device) -> None:
    async with device.session.get("/chat/events") as response:
        assert response.content_type == "text/event-stream"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Accel-Buffering"] == "no"


async def test_one_devices_messages_are_told_to_no_other(served: Served, device: Device) -> None:
    await device.say("hi")
    await served.city.say(served.city.only, HELLO)
    async with Device(served.url) as other:
        await other.open()
        async with other.events() as stream:
            assert [event.name for event in await stream.until("ready")] == ["ready"]


async def test_closing_ends_open_streams_at_once(served: Served, device: Device) -> None:
    async with device.events() as stream:
        await stream.until("ready")
        async with asyncio.timeout(2):
            await served.chat.close()
            while await stream.next():
                pass


async def test_too_many_pages_of_one_network_are_refused_until_some_are_closed(
    served: Served, device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.webchat_stream.STREAMS_PER_IP", 2)
    async with device.events(), device.events():
        assert (await device.open("/chat/events")).status == 429
    async with asyncio.timeout(3):  # a page that is gone is noticed at the next beat
        while (await _status(device)) == 429:
            pass


async def _status(device: Device) -> int:
    async with device.session.get("/chat/events") as response:
        return response.status
