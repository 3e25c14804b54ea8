"""The channel sends, edits, acknowledges and fetches over a real connection, and says what went wrong."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port
from botapi import BotApi, Fault, FaultKind, TelegramUser
from botapi_files import picture
from telegram_process import Clock, Process, eventually

from bot.channels.door import Attachment, Letter, Moved, NotFetched, TryLater, Undeliverable
from dialog.incoming import Incoming
from dialog.outgoing import Button, Outgoing, say
from dialog.texts import _, verbatim

ROWS = ((Button(_("My cases"), "my"),),)


@pytest.fixture
async def anna(api: BotApi) -> TelegramUser:
    person = api.user("Anna")
    await person.says("/start")
    return person


def to(person: TelegramUser, message: Outgoing, *attachments: Attachment, edits: str | None = None) -> Letter:
    return Letter(address=str(person.chat.id), language="en", message=message, attachments=attachments, edits=edits)


def photo(data: bytes | None = None) -> Attachment:
    return Attachment(kind="photo", media_type="image/jpeg", name="photo.jpg", data=data or picture())


def pressed(query: str | None) -> Incoming:
    return Incoming(channel="telegram", external_id="1", address="1", order=1, query=query)


async def test_a_message_arrives_with_its_buttons_and_its_id_comes_back(process: Process, anna: TelegramUser) -> None:
    sent = await process.channel.send(to(anna, say(_("Hello"), rows=ROWS)))
    assert sent == str((await anna.sees("^Hello$", buttons=["My cases"])).id)


async def test_ten_thousand_characters_arrive_whole(process: Process, anna: TelegramUser) -> None:
    text = "".join(f"第{n}句。" for n in range(2000))[:10_000]
    last = await process.channel.send(to(anna, say(verbatim(text), rows=ROWS)))
    shown = [message for message in anna.chat.messages if message.by_bot]
    assert "".join(message.text for message in shown) == text
    assert [message.buttons for message in shown] == [[], [], ["My cases"]]
    assert last == str(shown[-1].id)


async def test_thirty_photos_arrive_in_albums_before_the_words(process: Process, anna: TelegramUser) -> None:
    pictures = [picture(size=(20 + n, 20)) for n in range(30)]
    last = await process.channel.send(to(anna, say(_("Hello")), *map(photo, pictures)))
    shown = [message for message in anna.chat.messages if message.by_bot]
    assert [message.media for message in shown[:30]] == pictures
    assert len({message.wire["media_group_id"] for message in shown[:30]}) == 3
    assert (shown[30].text, last) == ("Hello", str(shown[30].id))


async def test_an_older_message_loses_its_buttons_and_keeps_its_words(process: Process, anna: TelegramUser) -> None:
    words = await process.channel.send(to(anna, say(_("Hello"), rows=ROWS)))
    caption = await process.channel.send(to(anna, say(_("Hello"), rows=ROWS), photo()))
    for older in (words, caption):
        await process.channel.send(replace(to(anna, say(verbatim("newer"), rows=ROWS)), bares=older))
    shown = [message for message in anna.chat.messages if message.by_bot]
    assert [(message.text, message.buttons) for message in shown[:2]] == [("Hello", [])] * 2
    assert [message.buttons for message in shown[2:]] == [["My cases"]] * 2
    assert shown[1].kind == "photo"


async def test_a_message_comes_though_the_older_one_is_gone(process: Process, anna: TelegramUser) -> None:
    for older in ("999", await process.channel.send(to(anna, say(_("Hello"))))):
        await process.channel.send(replace(to(anna, say(verbatim("newer"))), bares=older))
    assert [message.text for message in anna.chat.messages if message.by_bot] == ["Hello", "newer", "newer"]


async def test_a_message_waits_with_the_buttons_of_the_older_one(
    api: BotApi, make: Callable[..., Process], anna: TelegramUser
) -> None:
    older = await make().channel.send(to(anna, say(_("Hello"), rows=ROWS)))
    api.faults.append(Fault(kind="429", methods={"editMessageReplyMarkup"}, times=1, retry_after=7))
    letter = replace(to(anna, say(verbatim("newer"))), bares=older)
    with pytest.raises(TryLater):
        await make().channel.send(letter)
    await make().channel.send(letter)
    assert [(m.text, m.buttons) for m in anna.chat.messages if m.by_bot] == [("Hello", []), ("newer", [])]


async def test_after_a_429_in_the_middle_nothing_is_sent_twice(
    api: BotApi, make: Callable[..., Process], anna: TelegramUser
) -> None:
    letter = to(anna, say(_("Hello")), *(photo() for _ in range(20)))
    api.faults.append(Fault(kind="429", methods={"sendMessage"}, times=1, retry_after=7))
    with pytest.raises(TryLater) as raised:
        await make().channel.send(letter)
    assert (raised.value.after, raised.value.everywhere, raised.value.certain) == (timedelta(seconds=7), False, True)
    await make().channel.send(letter)
    assert [message.kind for message in api.sent[anna.chat.id]] == ["photo"] * 20 + ["text"]
    await make().channel.send(letter)
    assert len(api.sent[anna.chat.id]) == 42, "The same letter again is a letter of its own."


async def test_a_panorama_that_telegram_would_not_show_arrives_as_a_document(process: Process, anna: TelegramUser) -> None:
    wide = picture(size=(9_900, 200))
    await process.channel.send(to(anna, say(_("Hello"), rows=ROWS), photo(wide)))
    message = await anna.sees("^Hello$", buttons=1)
    assert (message.kind, message.media) == ("document", wide)


async def test_a_file_too_large_for_telegram_is_undeliverable(process: Process, anna: TelegramUser) -> None:
    huge = Attachment(kind="document", media_type="application/pdf", name="a.pdf", data=bytes(50 * 2**20 + 1))
    with pytest.raises(Undeliverable) as raised:
        await process.channel.send(to(anna, say(), huge))
    assert not raised.value.gone


async def test_nothing_is_sent_for_an_empty_letter(api: BotApi, process: Process, anna: TelegramUser) -> None:
    assert await process.channel.send(to(anna, say())) is None
    assert api.calls == []


async def test_an_edit_replaces_words_and_buttons(process: Process, anna: TelegramUser) -> None:
    sent = await process.channel.send(to(anna, say(_("Hello"), rows=ROWS)))
    assert await process.channel.send(to(anna, say(_("Bye")), edits=sent)) == sent
    message = await anna.sees("^Bye$", buttons=0)
    assert str(message.id) == sent


async def test_an_edit_of_a_photo_changes_its_caption(process: Process, anna: TelegramUser) -> None:
    sent = await process.channel.send(to(anna, say(_("Hello"), rows=ROWS), photo()))
    assert await process.channel.send(to(anna, say(_("Bye")), edits=sent)) == sent
    message = await anna.sees("^Bye$", buttons=0)
    assert message.kind == "photo"


async def test_an_edit_that_changes_nothing_is_fine(process: Process, anna: TelegramUser) -> None:
    sent = await process.channel.send(to(anna, say(_("Hello"))))
    assert await process.channel.send(to(anna, say(_("Hello")), edits=sent)) == sent


async def test_an_edit_of_what_is_not_there_any_more_is_dropped(process: Process, anna: TelegramUser) -> None:
    assert await process.channel.send(to(anna, say(_("Hello")), edits="999999")) == "999999"


@pytest.mark.parametrize(
    ("kind", "everywhere", "certain"),
    [("502", False, False), ("close", False, False), ("lost", False, False), ("401", True, True)],
)
async def test_what_may_pass_is_to_be_tried_later(
    api: BotApi, process: Process, anna: TelegramUser, kind: FaultKind, everywhere: bool, certain: bool
) -> None:
    api.faults.append(Fault(kind=kind, methods={"sendMessage"}, times=1))
    with pytest.raises(TryLater) as raised:
        await process.channel.send(to(anna, say(_("Hello"))))
    assert (raised.value.everywhere, raised.value.certain) == (everywhere, certain)


async def test_a_token_that_is_refused_once_is_soon_tried_again_and_a_revoked_one_ever_later(
    api: BotApi, process: Process, anna: TelegramUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, fault = process.clock.now(), Fault(kind="401", methods={"sendMessage"})

    async def refused(later: float) -> float:
        monkeypatch.setattr(Clock, "now", lambda _clock: begin + timedelta(seconds=later))
        with pytest.raises(TryLater) as raised:
            await process.channel.send(to(anna, say(_("Hello"))))
        return raised.value.after.total_seconds()

    api.faults.append(fault)
    assert [await refused(later) for later in (0, 1, 2, 30, 600)] == [2, 2, 2, 30, 60]
    api.faults.remove(fault)
    await process.channel.send(to(anna, say(_("Hello"))))
    api.faults.append(fault)
    assert await refused(601) == 2


async def test_a_call_that_is_never_answered_ends(
    api: BotApi, process: Process, anna: TelegramUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram_api.CALL_SECONDS", 0.2)
    api.faults.append(Fault(kind="hang", methods={"sendMessage"}))
    with pytest.raises(TryLater) as raised:
        await process.channel.send(to(anna, say(_("Hello"))))
    assert not raised.value.certain


async def test_where_no_connection_comes_about_nothing_was_sent(make: Callable[..., Process], anna: TelegramUser) -> None:
    process = make(base_url=f"http://127.0.0.1:{unused_port()}/bot")
    with pytest.raises(TryLater) as raised:
        await process.channel.send(to(anna, say(_("Hello"))))
    assert (raised.value.everywhere, raised.value.certain) == (True, True)


async def test_who_blocked_the_bot_is_gone(process: Process, anna: TelegramUser) -> None:
    await anna.blocks_bot()
    with pytest.raises(Undeliverable) as raised:
        await process.channel.send(to(anna, say(_("Hello"))))
    assert raised.value.gone


async def test_who_never_started_the_bot_is_gone(api: BotApi, process: Process) -> None:
    with pytest.raises(Undeliverable) as raised:
        await process.channel.send(to(api.user(), say(_("Hello"))))
    assert raised.value.gone


async def test_a_chat_that_does_not_exist_is_gone(process: Process, anna: TelegramUser) -> None:
    with pytest.raises(Undeliverable) as raised:
        await process.channel.send(replace(to(anna, say(_("Hello")), photo()), address="1"))
    assert raised.value.gone


async def test_a_gateways_own_403_does_not_mean_that_somebody_blocked_the_bot(
    api: BotApi, make: Callable[..., Process], anna: TelegramUser, gateway: str
) -> None:
    process = make(base_url=f"{gateway}/bot")
    with pytest.raises(TryLater) as raised:
        await process.channel.send(to(anna, say(_("Hello"))))
    assert api.token not in str(raised.value)


async def test_a_group_that_became_a_supergroup_has_moved(api: BotApi, process: Process) -> None:
    group = api.group(kind="group")
    new = api.migrates(group)
    letter = Letter(address=str(group.id), language="en", message=say(_("Hello")))
    with pytest.raises(Moved) as raised:
        await process.channel.send(letter)
    assert raised.value.address == str(new.id)


async def test_a_public_channel_is_written_to_by_name(api: BotApi, process: Process) -> None:
    channel = api.channel(username="xining_duban")
    await process.channel.send(Letter(address="@xining_duban", language="en", message=say(_("Hello"))))
    assert [message.text for message in api.sent[channel.id]] == ["Hello"]


async def test_a_press_is_answered_with_a_note_of_at_most_200_characters(
    api: BotApi, process: Process, anna: TelegramUser
) -> None:
    press = api.press(anna.id)
    await process.channel.acknowledge(pressed(press.id), "长" * 300)
    assert anna.notices == ["长" * 200]


@pytest.mark.parametrize("kind", ["401", "502", "close", "429"])
async def test_an_answer_to_a_press_never_raises(api: BotApi, process: Process, anna: TelegramUser, kind: FaultKind) -> None:
    api.faults.append(Fault(kind=kind))
    await process.channel.acknowledge(pressed(api.press(anna.id).id), "ok")
    assert anna.notices == []


async def test_an_answer_to_an_old_press_is_let_go(process: Process) -> None:
    await process.channel.acknowledge(pressed("17"), "ok")


async def test_a_file_is_fetched(process: Process, anna: TelegramUser) -> None:
    sent = await anna.sends_document(b"%PDF-1.4 words")
    assert await process.channel.fetch(sent.wire["document"]["file_id"]) == b"%PDF-1.4 words"


async def test_a_file_of_25_megabytes_will_never_be_had(process: Process, anna: TelegramUser) -> None:
    sent = await anna.sends_video(size=25 * 2**20)
    with pytest.raises(NotFetched) as raised:
        await process.channel.fetch(sent.wire["video"]["file_id"])
    assert raised.value.final


@pytest.mark.parametrize(
    ("method", "kind"), [("getFile", "close"), ("getFile", "502"), ("getFile", "429"), ("file", "502"), ("file", "429")]
)
async def test_a_file_out_of_reach_may_be_had_later(
    api: BotApi, process: Process, anna: TelegramUser, method: str, kind: FaultKind
) -> None:
    sent = await anna.sends_document()
    api.faults.append(Fault(kind=kind, methods={method}, times=1))
    with pytest.raises(NotFetched) as raised:
        await process.channel.fetch(sent.wire["document"]["file_id"])
    assert not raised.value.final
    assert await process.channel.fetch(sent.wire["document"]["file_id"]) == b"%PDF-1.4"


async def test_staff_are_shown_commands_of_their_own(api: BotApi, process: Process, anna: TelegramUser) -> None:
    assert await process.channel.show_commands(str(anna.chat.id), (("desk", _("Desk")),), "en")
    assert api.commands[f"chat:{anna.chat.id}", ""] == [{"command": "desk", "description": "Desk"}]


async def test_the_token_stands_in_no_log_and_no_error(
    api: BotApi, make: Callable[..., Process], anna: TelegramUser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    process = make()
    errors = []
    kinds: tuple[FaultKind, ...] = ("401", "502", "close", "429")
    for kind in kinds:
        api.faults = [Fault(kind=kind)]
        with pytest.raises(TryLater) as raised:
            await process.channel.send(to(anna, say(_("Hello"))))
        errors.append(repr(raised.value) + repr(raised.value.__cause__))
        received = make().start()
        await eventually(lambda received=received: len(received.clock.pauses) > 2)
    assert api.token not in caplog.text + "".join(errors)
    assert "Hello" not in caplog.text


@pytest.fixture
async def gateway() -> AsyncIterator[str]:
    """Serve as a gateway that lets nobody through and shows the address asked for."""

    async def refuse(request: web.Request) -> web.Response:
        return web.Response(status=403, text=f"<html>Forbidden: {request.path}</html>", content_type="text/html")

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", refuse)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_proxy_in_the_environment_is_used(
    make: Callable[..., Process], anna: TelegramUser, gateway: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = make(base_url="http://telegram.invalid/bot")
    monkeypatch.setenv("http_proxy", gateway)
    with pytest.raises(TryLater, match="403"):
        await process.channel.send(to(anna, say(_("Hello"))))
