"""What people send is kept before Telegram hears that it came, by polling and by webhook."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port
from botapi import BotApi, Fault, FaultKind
from botapi_limits import ApiError
from telegram_process import Process, Store, eventually

SECRET = "only-telegram-knows"


def calls(api: BotApi, method: str) -> list[Any]:
    return [call for call in api.calls if call.method == method]


async def test_everything_that_came_is_kept_in_its_order(api: BotApi, process: Process) -> None:
    anna = api.user()
    for n in range(7):
        await anna.says(str(n))
    process.start()
    assert [message.text for message in await process.keeps(7)] == list("0123456")
    assert len(process.door.commits) == 1, "A batch is one commit."
    await eventually(lambda: api.confirmed_offset == int(list(process.door.store.kept)[-1]) + 1)


async def test_only_our_kinds_of_update_are_asked_for_every_time(api: BotApi, process: Process) -> None:
    process.start()
    await api.user().says("hi")
    await process.keeps(1)
    wanted = ["message", "edited_message", "callback_query", "my_chat_member"]
    assert all(call.nested("allowed_updates") == wanted for call in calls(api, "getUpdates"))


async def test_a_message_killed_between_commit_and_acknowledgement_comes_again_and_is_kept_once(
    api: BotApi, make: Callable[..., Process]
) -> None:
    first, second = make(), make()
    died = asyncio.Event()

    async def die() -> None:
        died.set()
        await asyncio.sleep(3600)

    first.door.after_commit = die
    await api.user().says("hi")
    first.start()
    await asyncio.wait_for(died.wait(), 5)
    await first.stop()
    assert api.confirmed_offset == 0
    second.start()
    await eventually(lambda: second.door.commits)
    assert [message.text for message in await second.keeps(1)] == ["hi"]


async def test_what_the_store_could_not_take_is_not_acknowledged_and_comes_again(api: BotApi, process: Process) -> None:
    offsets = []

    async def look() -> None:
        offsets.append(api.confirmed_offset)

    process.door.failures, process.door.after_commit = 3, look
    await api.user().says("hi")
    process.start()
    assert [message.text for message in await process.keeps(1)] == ["hi"]
    assert (process.door.failures, offsets) == (0, [0])


@pytest.mark.parametrize("kind", ["502", "close", "429", "401", "lost"])
async def test_polling_goes_on_after_every_fault(api: BotApi, process: Process, kind: FaultKind) -> None:
    api.faults.append(Fault(kind=kind, times=4))
    process.start()
    await api.user().says("hi")
    assert [message.text for message in await process.keeps(1)] == ["hi"]


async def test_polling_goes_on_after_a_poll_that_was_never_answered(
    api: BotApi, make: Callable[..., Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram_polling.ANSWER_SECONDS", 0.1)
    api.faults.append(Fault(kind="hang", methods={"getUpdates"}, times=1))
    process = make(poll_timeout=1).start()
    await api.user().says("hi")
    await process.keeps(1)


async def test_pauses_grow_to_half_a_minute(make: Callable[..., Process]) -> None:
    process = make(base_url=f"http://127.0.0.1:{unused_port()}/bot").start()
    await eventually(lambda: len(process.clock.pauses) > 30)
    assert process.running
    assert 15 <= max(process.clock.pauses) <= 30


async def test_a_refused_token_is_an_alarm_and_ends_nothing(
    api: BotApi, make: Callable[..., Process], caplog: pytest.LogCaptureFixture
) -> None:
    process = make(token="7300000001:AAE-another-token").start()
    await eventually(lambda: max(process.clock.pauses, default=0) > 30)
    assert sum(record.levelno == logging.ERROR for record in caplog.records) > 6
    assert process.running
    assert process.channel.username is None
    assert set(process.door.alarms) == {"telegram"}


async def test_a_conflict_is_said_once_and_ends_nothing(
    api: BotApi, process: Process, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch, tries = api.updates.fetch, 0

    async def taken(**asked: Any) -> list[dict[str, Any]]:
        nonlocal tries
        tries += 1
        if tries <= 4:
            raise ApiError(409, "Conflict: terminated by other getUpdates request")
        return await fetch(**asked)

    monkeypatch.setattr(api.updates, "fetch", taken)
    await api.user().says("hi")
    process.start()
    await process.keeps(1)
    said = [record for record in caplog.records if record.getMessage() == "telegram_has_another_poller"]
    assert len(said) == 1
    assert process.running


async def test_of_two_processes_one_polls_and_the_other_takes_over(api: BotApi, make: Callable[..., Process]) -> None:
    first, second = make().start(), make()
    await api.user().says("1")
    await first.keeps(1)
    second.start()
    await api.user().says("2")
    await first.keeps(2)
    assert second.door.commits == []
    await first.stop()
    await api.user().says("3")
    await second.keeps(3)
    assert len(second.door.commits) == 1
    assert not [call for call in calls(api, "getUpdates") if call.status == 409]


async def test_a_webhook_that_is_still_set_is_deleted_and_what_waits_is_not_lost(api: BotApi, process: Process) -> None:
    async with aiohttp.ClientSession() as client:
        hook = {"url": f"http://127.0.0.1:{unused_port()}/old"}
        async with client.post(f"{api.base_url}{api.token}/setWebhook", json=hook) as answer:
            assert answer.ok
    await api.user().says("hi")
    process.start()
    assert [message.text for message in await process.keeps(1)] == ["hi"]
    assert [call.flag("drop_pending_updates") for call in calls(api, "deleteWebhook")] == [False]


async def test_the_name_of_the_bot_is_known_to_other_processes_too(api: BotApi, process: Process, store: Store) -> None:
    assert process.channel.username is None
    process.start()
    await eventually(lambda: process.channel.username)
    assert process.channel.username == "huiyin_test_bot"
    assert store.memory["telegram username"][0] == b"huiyin_test_bot"


async def test_the_list_of_commands_is_shown_in_each_language_and_set_once(api: BotApi, make: Callable[..., Process]) -> None:
    make().start()
    await eventually(lambda: len(api.commands) == 2)
    assert api.commands["default", ""][0] == {"command": "complain", "description": "投诉"}
    assert api.commands["default", "en"][0] == {"command": "complain", "description": "File a complaint"}
    again = make().start()
    await eventually(lambda: again.channel.username)
    await asyncio.sleep(0.1)
    assert len(calls(api, "setMyCommands")) == 2


async def test_what_every_kind_of_message_looks_like_to_us(api: BotApi, process: Process) -> None:
    anna = api.user(language_code="en")
    process.start()
    await anna.sends_album([b"", b""], caption="两张")
    await anna.sends_voice()
    await anna.shares_place(101.78, 36.62, title="莫家街")
    await anna.edits(await anna.says("一周"), "两周")
    await anna.sends_sticker()
    await anna.blocks_bot()
    kept = await process.keeps(8)
    assert [[file.kind for file in message.files] for message in kept[:3]] == [["photo"], ["photo"], ["voice"]]
    assert kept[3].place is not None
    assert (kept[3].place.words, kept[5].text, kept[5].edited, kept[5].message) == ("莫家街", "两周", True, kept[4].message)
    assert [message.unsupported for message in kept[6:]] == ["sticker", "blocked"]
    assert {message.language for message in kept} == {"en"}


# Webhook


@pytest.fixture
def port() -> int:
    return unused_port()


@pytest.fixture
async def hook(make: Callable[..., Process], port: int) -> AsyncIterator[Process]:
    """A process in webhook mode, serving."""
    process = make(mode="webhook", webhook_url=f"http://127.0.0.1:{port}/telegram/in", webhook_secret=SECRET)
    app = web.Application()
    app.add_routes(process.channel.routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield process
    await runner.cleanup()


@pytest.fixture
async def post(hook: Process, port: int) -> AsyncIterator[Callable[..., Awaitable[int]]]:
    """Post to the webhook and give the status."""
    async with aiohttp.ClientSession() as client:

        async def send(body: bytes, secret: str = SECRET) -> int:
            headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
            async with client.post(f"http://127.0.0.1:{port}/telegram/in", data=io.BytesIO(body), headers=headers) as answer:
                return answer.status

        yield send


def body(n: int = 1) -> bytes:
    chat = {"id": 42, "type": "private"}
    message = {"message_id": 5, "date": 1, "chat": chat, "from": {"id": 42}, "text": "hi"}
    return json.dumps({"update_id": n, "message": message}).encode()


async def test_a_webhook_gets_everything(api: BotApi, hook: Process) -> None:
    hook.start()
    await eventually(lambda: api.updates.webhook)
    assert api.updates.webhook is not None
    assert (api.updates.webhook.secret, api.updates.webhook.connections) == (SECRET, 40)
    anna = api.user()
    for n in range(3):
        await anna.says(str(n))
    assert [message.text for message in await hook.keeps(3)] == list("012")
    await eventually(lambda: not api.updates.waiting)


async def test_what_the_store_could_not_take_is_posted_again(api: BotApi, hook: Process) -> None:
    hook.start()
    await eventually(lambda: api.updates.webhook)
    hook.door.failures = 2
    await api.user().says("hi")
    assert [message.text for message in await hook.keeps(1)] == ["hi"]
    assert "503" in api.updates.last_problem["last_error_message"]


async def test_the_webhook_is_set_once_and_again_if_somebody_deleted_it(api: BotApi, hook: Process) -> None:
    hook.start()
    await eventually(lambda: hook.clock.pauses.count(600) > 1 or len(calls(api, "getWebhookInfo")) > 0)
    assert len(calls(api, "setWebhook")) == 1
    api.updates.point_at(None, drop_pending=False)
    await eventually(lambda: api.updates.webhook, 15)
    assert not any(call.flag("drop_pending_updates") for call in calls(api, "setWebhook"))


@pytest.mark.parametrize("kind", ["502", "401", "close"])
async def test_the_webhook_is_set_as_soon_as_telegram_is_in_reach(api: BotApi, hook: Process, kind: FaultKind) -> None:
    api.faults.append(Fault(kind=kind, times=5))
    hook.start()
    await eventually(lambda: api.updates.webhook)


async def test_without_a_secret_one_is_made(api: BotApi, make: Callable[..., Process]) -> None:
    make(mode="webhook", webhook_url=f"http://127.0.0.1:{unused_port()}/in").start()
    await eventually(lambda: api.updates.webhook)
    assert api.updates.webhook is not None
    assert len(api.updates.webhook.secret or "") == 64


async def test_a_message_is_kept_when_the_answer_goes_out(hook: Process, post: Callable[..., Awaitable[int]]) -> None:
    assert await post(body()) == 200
    assert list(hook.door.store.kept) == ["1"]


@pytest.mark.parametrize("secret", ["", "wrong", "暗号"])
async def test_who_does_not_know_the_secret_is_refused(hook: Process, post: Callable[..., Awaitable[int]], secret: str) -> None:
    assert await post(body(), secret) == 403
    assert hook.door.store.kept == {}


async def test_only_a_failure_of_the_store_is_answered_503(hook: Process, post: Callable[..., Awaitable[int]]) -> None:
    hook.door.failures = 1
    assert await post(body()) == 503
    assert await post(body()) == 200


@pytest.mark.parametrize("unreadable", [b"", b"{", b"[]", b"\xff\xfe", b'{"message": 1}', b'{"update_id": 1, "message": 1}'])
async def test_what_cannot_be_read_is_answered_200_so_that_it_does_not_come_for_ever(
    hook: Process, post: Callable[..., Awaitable[int]], unreadable: bytes
) -> None:
    assert await post(unreadable) == 200
    assert hook.door.store.kept == {}


async def test_more_than_a_megabyte_is_refused(post: Callable[..., Awaitable[int]]) -> None:
    assert await post(b" " * (2**20 + 1)) == 413
