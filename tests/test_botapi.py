"""The Bot API server of the tests, driven by python-telegram-bot's own bot: it must understand everything we emit."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from operator import attrgetter
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from botapi import BotApi, Fault, FaultKind
from botapi_files import picture
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    Message,
    ReplyParameters,
    TelegramObject,
    Update,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

PRESS_ME = InlineKeyboardMarkup([[InlineKeyboardButton("签收", callback_data="accept")]])


@pytest.fixture
async def api() -> AsyncIterator[BotApi]:
    async with BotApi(webhook_timeout=0.5, webhook_pause=0.02) as server:
        yield server


def bot_of(api: BotApi, token: str | None = None) -> Bot:
    request = HTTPXRequest(read_timeout=3, httpx_kwargs={"trust_env": False})
    polling = HTTPXRequest(read_timeout=5, httpx_kwargs={"trust_env": False})
    return Bot(
        token or api.token, base_url=api.base_url, base_file_url=api.file_url, request=request, get_updates_request=polling
    )


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[Bot]:
    bot = bot_of(api)
    await bot.initialize()
    yield bot
    await bot.shutdown()


def message(update: Update) -> Message:
    found = update.effective_message
    assert isinstance(found, Message)
    return found


def texts(updates: Iterable[Update]) -> list[str | None]:
    return [message(update).text for update in updates]


def press(update: Update) -> CallbackQuery:
    assert update.callback_query is not None
    return update.callback_query


def unknown_fields(parsed: object) -> list[str]:
    """Return the fields, at any depth, that python-telegram-bot has no attribute for."""
    if isinstance(parsed, (list, tuple)):
        return [name for each in parsed for name in unknown_fields(each)]
    if not isinstance(parsed, TelegramObject):
        return []
    names = [name for kind in type(parsed).__mro__ for name in getattr(kind, "__slots__", ()) if name[0] != "_"]
    inner = [getattr(parsed, name) for name in names if name != "api_kwargs"]
    return [*parsed.api_kwargs, *unknown_fields(inner)]


class Receiver:
    """A webhook's receiving end, which answers with the statuses it was told, then with 200."""

    def __init__(self) -> None:
        self.updates: list[Update] = []
        self.secrets: list[str | None] = []
        self.statuses: list[int] = []
        self.pause = 0.0
        self.arrival = asyncio.Condition()

    async def __aenter__(self) -> Receiver:
        app = web.Application()
        app.router.add_post("/hook", self._receive)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/hook"
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._runner.cleanup()

    async def _receive(self, request: web.Request) -> web.Response:
        update = Update.de_json(await request.json())
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        async with self.arrival:
            self.updates.append(update)
            self.arrival.notify_all()
        pause, self.pause = self.pause, 0.0
        await asyncio.sleep(pause)
        return web.Response(status=self.statuses.pop(0) if self.statuses else 200)

    async def has(self, count: int) -> None:
        async with asyncio.timeout(5), self.arrival:
            await self.arrival.wait_for(lambda: len(self.updates) >= count)


async def test_everything_a_person_can_send_is_understood_by_python_telegram_bot(api: BotApi, bot: Bot) -> None:
    anna = api.user("安娜", username="anna", last_name="王")
    told = await anna.says("/complain 垃圾")
    await bot.send_message(anna.id, "收到", reply_parameters=ReplyParameters(told.id))
    await anna.says("就是这里", reply_to=anna.chat.messages[-1])
    await anna.edits(told, "/complain 垃圾一周没清")
    await anna.sends_photo(caption="门口")
    await anna.sends_voice()
    await anna.sends_video(size=25 * 2**20)
    await anna.sends_document("投诉".encode(), name="投诉.txt")
    await anna.sends_sticker()
    await anna.shares_place(101.77, 36.62)
    await anna.shares_place(101.77, 36.62, title="莫家街", address="城中区")
    await anna.forwards("听说要停水")
    await anna.opens("c_7Qx-1")

    updates = await bot.get_updates(timeout=1)
    told_fields = [
        "message.from_user.full_name",
        "message.reply_to_message.text",
        "edited_message.text",
        "message.caption",
        "message.voice.mime_type",
        "message.video.file_size",
        "message.document.file_name",
        "message.sticker.emoji",
        "message.location.longitude",
        "message.venue.title",
        "message.forward_origin.sender_user_name",
        "message.text",
    ]
    told_values = [attrgetter(name)(update) for name, update in zip(told_fields, updates, strict=True)]

    assert not unknown_fields(updates)
    assert told_values == [
        "安娜 王",
        "收到",
        "/complain 垃圾一周没清",
        "门口",
        "audio/ogg",
        25 * 2**20,
        "投诉.txt",
        "👍",
        101.77,
        "莫家街",
        "路人",
        "/start c_7Qx-1",
    ]
    assert list(message(updates[0]).parse_entities(["bot_command"]).values()) == ["/complain"]
    assert message(updates[2]).message_id == told.id
    assert [size.width for size in message(updates[3]).photo] == [90, 640]


async def test_an_album_comes_as_one_update_a_picture_and_at_most_ten_share_a_group(api: BotApi, bot: Bot) -> None:
    await api.user().sends_album([picture("red")] * 12, caption="十二张")
    groups = [message(update).media_group_id for update in await bot.get_updates()]
    assert len(set(groups[:10])) == 1
    assert len(set(groups[10:])) == 1
    assert groups[0] != groups[10]


async def test_a_long_text_is_split_as_the_apps_do(api: BotApi, bot: Bot) -> None:
    await api.user().says("长" * 9000)
    assert [len(text or "") for text in texts(await bot.get_updates())] == [4096, 4096, 808]


async def test_updates_come_again_until_the_offset_confirms_them(api: BotApi, bot: Bot) -> None:
    anna = api.user()
    await anna.says("一")
    await anna.says("二")
    first = await bot.get_updates(allowed_updates=["message", "callback_query"])
    assert [update.update_id for update in await bot.get_updates()] == [update.update_id for update in first]
    await anna.blocks_bot()

    assert await bot.get_updates(offset=first[-1].update_id + 1) == ()
    assert api.confirmed_offset == first[-1].update_id + 1
    assert api.updates.allowed == ["message", "callback_query"]


async def test_a_long_poll_ends_with_the_first_update(api: BotApi, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=3))
    await asyncio.sleep(0.05)
    assert not poll.done()
    await api.user().says("喂")
    async with asyncio.timeout(1):
        assert texts(await poll) == ["喂"]


async def test_a_second_poller_ends_the_first_one(api: BotApi, bot: Bot) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=3))
    await asyncio.sleep(0.05)
    async with bot_of(api) as other:
        assert await other.get_updates() == ()
    with pytest.raises(Conflict, match="terminated by other getUpdates"):
        await first


async def test_an_update_can_come_twice_even_after_it_was_confirmed(api: BotApi, bot: Bot) -> None:
    api.duplicate_updates(1)
    await api.user().says("喂")
    update, twin = await bot.get_updates()
    assert update.update_id == twin.update_id
    assert await bot.get_updates(offset=update.update_id + 1) == ()

    api.redeliver(api.updates.log[0])
    (again,) = await bot.get_updates(offset=update.update_id + 1)
    assert again.update_id == update.update_id
    assert await bot.get_updates(offset=update.update_id + 1) == ()


async def test_a_person_sees_messages_and_edits_and_presses_their_buttons(api: BotApi, bot: Bot) -> None:
    anna = api.user("安娜")
    await anna.says("/start")
    sent = await bot.send_message(anna.id, "🚨<b>新案件</b> &lt;急&gt;", parse_mode="HTML", reply_markup=PRESS_ME)
    seen = await anna.sees("新案件 <急>", buttons=["签收"])
    await anna.presses("签收", twice=True)
    first, second = map(press, (await bot.get_updates())[1:])
    await bot.answer_callback_query(first.id, "已签收")
    await bot.answer_callback_query(second.id)
    await bot.edit_message_text("已签收", anna.id, sent.message_id)
    await anna.sees("^已签收$", buttons=0)

    assert list(sent.parse_entities().values()) == ["新案件"]
    assert first.data == "accept"
    assert first.message is not None
    assert first.message.message_id == sent.message_id
    assert first.id != second.id
    assert [each.notice for each in anna.pressed] == ["已签收", ""]
    assert anna.notices == ["已签收"]
    assert seen.text == "已签收"
    assert seen.edits == 1
    with pytest.raises(AssertionError, match=r"never saw(.|\n)*安娜 #\d+ /start\nbot #\d+ 已签收"):
        await anna.sees("新案件", timeout=0.01)
    assert await anna.sees("新案件", new=False) is seen


async def test_an_old_button_can_be_pressed_on_a_phone_that_missed_the_edit(api: BotApi, bot: Bot) -> None:
    anna = api.user()
    await anna.says("/start")
    sent = await bot.send_message(anna.id, "案件", reply_markup=PRESS_ME)
    card = await anna.sees("案件")
    await bot.edit_message_reply_markup(anna.id, sent.message_id)
    with pytest.raises(AssertionError, match="found no button"):
        await anna.presses("签收", timeout=0.01)
    await anna.presses("签收", message=card)
    assert press((await bot.get_updates())[-1]).data == "accept"


async def test_seeing_nothing_fails_when_the_bot_speaks(api: BotApi, bot: Bot) -> None:
    anna = api.user()
    await anna.says("喂")
    await anna.sees_nothing(0.05)
    answer = asyncio.create_task(bot.send_message(anna.id, "您好"))
    with pytest.raises(AssertionError, match="should have seen nothing"):
        await anna.sees_nothing(2)
    await answer


async def test_files_go_both_ways_and_keep_their_bytes(api: BotApi, bot: Bot) -> None:
    anna = api.user()
    original = picture("blue")
    await anna.sends_photo(original)
    await anna.sends_video(size=20 * 2**20 + 1)
    photo, video = map(message, await bot.get_updates())
    file = await bot.get_file(photo.photo[-1].file_id)
    assert await file.download_as_bytearray() == original
    small = await (await bot.get_file(photo.photo[0].file_id)).download_as_bytearray()
    assert small != original
    assert video.video is not None
    with pytest.raises(BadRequest, match="File is too big"):
        await bot.get_file(video.video.file_id)

    sent = await bot.send_photo(anna.id, original, caption="整改后", reply_markup=PRESS_ME)
    album = await bot.send_media_group(anna.id, [InputMediaPhoto(original, caption="前"), InputMediaPhoto(picture("red"))])
    await bot.send_document(anna.id, b"%PDF", filename="决定.pdf")
    await bot.send_photo(anna.id, sent.photo[-1].file_id)
    await bot.send_location(anna.id, 36.62, 101.77)
    shown = api.sent[anna.id]
    assert [each.kind for each in shown] == ["photo", "photo", "photo", "document", "photo", "location"]
    assert [each.media for each in shown[:5]] == [original, original, picture("red"), b"%PDF", original]
    assert len({each.media_group_id for each in album}) == 1
    assert shown[3].wire["document"]["file_name"] == "决定.pdf"
    with pytest.raises(BadRequest, match=r"(?i)can't use file of type photo as document"):
        await bot.send_document(anna.id, sent.photo[-1].file_id)
    with pytest.raises(BadRequest, match=r"(?i)image_process_failed"):
        await bot.send_photo(anna.id, b"no picture")


def buttons(rows: int, in_a_row: int, data: str = "x") -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("是", callback_data=data)] * in_a_row] * rows)


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"text": " \n"}, "message text is empty"),
        ({"text": "字" * 4097}, "message is too long"),
        ({"text": "<value>", "parse_mode": "HTML"}, 'Unsupported start tag "value" at byte offset 0'),
        ({"text": "字 < 2", "parse_mode": "HTML"}, 'Unsupported start tag "" at byte offset 4'),
        ({"text": "<b>粗", "parse_mode": "HTML"}, 'Can\'t find end tag corresponding to start tag "b"'),
        ({"text": "粗</b>", "parse_mode": "HTML"}, "Unmatched end tag at byte offset 3"),
        ({"text": "好", "reply_markup": buttons(1, 1, "字" * 22)}, "BUTTON_DATA_INVALID"),
        ({"text": "好", "reply_markup": buttons(1, 9)}, "reply markup is too long"),
        ({"text": "好", "reply_markup": buttons(101, 1)}, "reply markup is too long"),
        ({"text": "好", "reply_parameters": ReplyParameters(1)}, "message to be replied not found"),
    ],
)
async def test_what_telegram_refuses_is_refused_in_its_words(
    api: BotApi, bot: Bot, params: dict[str, Any], description: str
) -> None:
    anna = api.user()
    await anna.says("喂")
    with pytest.raises(BadRequest) as refused:
        await bot.send_message(anna.id, **params)
    assert description.lower() in refused.value.message.lower()
    assert api.calls[-1].status == 400
    assert not api.sent[anna.id]


async def test_the_largest_allowed_message_is_accepted(api: BotApi, bot: Bot) -> None:
    anna = api.user()
    await anna.says("喂")
    sent = await bot.send_message(anna.id, "字" * 4096, reply_markup=buttons(12, 8, "字" * 21 + "x"))
    assert sent.text == "字" * 4096
    await bot.send_photo(anna.id, picture(), caption="字" * 1024)
    with pytest.raises(BadRequest, match="caption is too long"):
        await bot.send_photo(anna.id, picture(), caption="字" * 1025)


async def test_edits_and_deletions_fail_as_in_telegram(api: BotApi, bot: Bot) -> None:
    anna = api.user()
    own = await anna.says("喂")
    sent = await bot.send_message(anna.id, "好", reply_markup=PRESS_ME)
    photo = await bot.send_photo(anna.id, picture(), caption="前")
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_text("好", anna.id, sent.message_id, reply_markup=PRESS_ME)
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("好", anna.id, own.id)
    with pytest.raises(BadRequest, match="no text in the message to edit"):
        await bot.edit_message_text("好", anna.id, photo.message_id)
    await bot.edit_message_caption(anna.id, photo.message_id, caption="后")
    await bot.delete_message(anna.id, sent.message_id)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("改", anna.id, sent.message_id)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(anna.id, sent.message_id)
    assert [(each.text, each.deleted) for each in api.sent[anna.id]] == [("好", True), ("后", False)]


async def test_who_never_started_or_blocked_the_bot_cannot_be_written_to(api: BotApi, bot: Bot) -> None:
    anna = api.user()
    with pytest.raises(Forbidden, match="can't initiate conversation with a user"):
        await bot.send_message(anna.id, "您好")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(1, "您好")
    await anna.says("/start")
    await anna.blocks_bot()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(anna.id, "您好")
    await anna.unblocks()
    await bot.send_message(anna.id, "您好")
    blocked, unblocked = [update.my_chat_member for update in await bot.get_updates() if update.my_chat_member]
    assert (blocked.new_chat_member.status, unblocked.new_chat_member.status) == ("kicked", "member")


async def test_a_press_must_be_answered_in_time_and_with_few_words() -> None:
    async with BotApi(query_lifetime=0.2) as api, bot_of(api) as bot:
        anna = api.user()
        await anna.says("/start")
        await bot.send_message(anna.id, "案件", reply_markup=PRESS_ME)
        await anna.presses(0)
        query = press((await bot.get_updates())[-1])
        with pytest.raises(BadRequest, match=r"(?i)message_too_long"):
            await bot.answer_callback_query(query.id, "字" * 201)
        await asyncio.sleep(0.25)
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_callback_query(query.id)
        # Nobody fetched this one in time: it never comes, the message does.
        await anna.presses(0)
        await asyncio.sleep(0.25)
        assert [update.callback_query for update in await bot.get_updates(offset=-5)] == [None]


async def test_a_group_lets_through_only_what_is_meant_for_the_bot(api: BotApi, bot: Bot) -> None:
    group = api.group("业主群", kind="group")
    anna = api.user().within(group)
    await anna.adds_bot()
    await anna.says("今天天气不错")
    await anna.says("/complain")
    added, greeting, command = await bot.get_updates()
    assert added.my_chat_member is not None
    assert added.my_chat_member.new_chat_member.status == "member"
    assert message(greeting).new_chat_members[0].id == bot.id
    assert (message(command).text, message(command).chat.type) == ("/complain", "group")
    await bot.send_message(group.id, "请私聊")
    await anna.sees("请私聊")

    new = api.migrates(group)
    with pytest.raises(ChatMigrated) as migrated:
        await bot.send_message(group.id, "请私聊")
    assert migrated.value.new_chat_id == new.id
    channel = api.channel(username="xining_echo")
    await bot.send_message("@xining_echo", "本周通报")
    assert [each.text for each in channel.messages] == ["本周通报"]


async def test_commands_are_kept_by_scope(api: BotApi, bot: Bot) -> None:
    anna = api.user()
    await bot.set_my_commands([BotCommand("help", "帮助")], language_code="zh")
    await bot.set_my_commands([BotCommand("desk", "工作台")], scope=BotCommandScopeChat(anna.id))
    assert list(api.commands) == [("default", "zh"), (f"chat:{anna.id}", "")]
    assert await bot.get_my_commands(scope=BotCommandScopeChat(anna.id)) == (BotCommand("desk", "工作台"),)
    with pytest.raises(BadRequest, match=r"(?i)bot_command_invalid"):
        await bot.set_my_commands([BotCommand("Help", "帮助")])


async def test_a_wrong_token_and_an_unknown_method_are_refused(api: BotApi, bot: Bot) -> None:
    stranger = bot_of(api, "1:wrong")
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()
    assert api.calls[-1].status == 401
    async with aiohttp.ClientSession() as client, client.post(f"{api.base_url}{api.token}/sendFlowers") as answer:
        assert (await answer.json())["error_code"] == 404


async def test_bodies_may_be_json_or_form(api: BotApi) -> None:
    anna = api.user()
    await anna.says("喂")
    markup = {"inline_keyboard": [[{"text": "是", "callback_data": "y"}]]}
    url = f"{api.base_url}{api.token}/sendMessage"
    async with aiohttp.ClientSession() as client:
        await client.post(url, json={"chat_id": anna.id, "text": "甲", "reply_markup": markup})
        form = {
            "chat_id": str(anna.id),
            "text": "乙",
            "reply_markup": '{"inline_keyboard":[[{"text":"是","url":"https://a.cn"}]]}',
        }
        await client.post(url, data=form)
        async with client.post(url, data=b"{", headers={"Content-Type": "application/json"}) as answer:
            assert answer.status == 400
    assert [(each.text, each.buttons) for each in api.sent[anna.id]] == [("甲", ["是"]), ("乙", ["是"])]


async def test_faults_happen_as_often_as_told_and_only_where_told(api: BotApi, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # without it every RetryAfter warns of its deprecation
    anna, boris = api.user(), api.user()
    await anna.says("喂")
    await boris.says("喂")
    api.faults.append(Fault(kind="429", methods={"sendMessage"}, times=1, retry_after=7, chat=anna.id))
    await bot.send_message(boris.id, "一")
    with pytest.raises(RetryAfter) as wait:
        await bot.send_message(anna.id, "一")
    assert wait.value.retry_after == timedelta(seconds=7)
    failures: list[tuple[FaultKind, type[TelegramError]]] = [
        ("502", NetworkError),
        ("close", NetworkError),
        ("403", Forbidden),
        ("401", InvalidToken),
    ]
    for kind, error in failures:
        api.faults.append(Fault(kind=kind, times=1))
        with pytest.raises(error):
            await bot.send_message(anna.id, "一")
    assert not api.sent[anna.id]
    assert not api.faults
    assert [call.status for call in api.calls if call.method == "sendMessage"] == [200, 429, 502, None, 403, 401]
    await bot.send_message(anna.id, "一")
    assert len(api.sent[anna.id]) == 1


async def test_a_lost_answer_leaves_the_message_and_a_hanging_call_does_not(api: BotApi, bot: Bot) -> None:
    anna = api.user()
    await anna.says("喂")
    api.faults.append(Fault(kind="lost", methods={"sendMessage"}, times=1))
    with pytest.raises(NetworkError):
        await bot.send_message(anna.id, "一")
    assert [each.text for each in api.sent[anna.id]] == ["一"]
    silences: list[tuple[FaultKind, int]] = [("hang", 1), ("lost", 2)]
    for kind, count in silences:
        api.faults.append(Fault(kind=kind, times=1, seconds=60))
        with pytest.raises(TimedOut):
            await bot.send_message(anna.id, "二", read_timeout=0.2)
        assert len(api.sent[anna.id]) == count
    api.faults.append(Fault(kind="delay", times=1, seconds=0.2))
    started = time.monotonic()
    await bot.send_message(anna.id, "三")
    assert time.monotonic() - started >= 0.2
    assert [each.text for each in api.sent[anna.id]] == ["一", "二", "三"]


async def test_a_download_can_fail(api: BotApi, bot: Bot) -> None:
    await api.user().sends_photo()
    file = await bot.get_file(message((await bot.get_updates())[0]).photo[-1].file_id)
    api.faults.append(Fault(kind="close", methods={"file"}, times=1))
    with pytest.raises(NetworkError):
        await file.download_as_bytearray()
    assert await file.download_as_bytearray()


async def test_a_webhook_gets_every_update_with_the_secret_until_it_says_ok(api: BotApi, bot: Bot) -> None:
    anna = api.user()
    await anna.says("一")
    async with Receiver() as receiver:
        receiver.statuses = [503, 500]
        await bot.set_webhook(receiver.url, secret_token="s3cret", allowed_updates=["message"])
        await anna.says("二")
        await receiver.has(4)
        assert texts(receiver.updates) == ["一", "一", "一", "二"]
        assert set(receiver.secrets) == {"s3cret"}
        info = await bot.get_webhook_info()
        assert info.url == receiver.url
        assert info.allowed_updates == ("message",)
        assert "500" in (info.last_error_message or "")
        with pytest.raises(Conflict, match="while webhook is active"):
            await bot.get_updates()
        await asyncio.sleep(0.05)
        assert (await bot.get_webhook_info()).pending_update_count == 0
        await bot.delete_webhook()
    await anna.says("三")
    assert texts(await bot.get_updates()) == ["三"]


async def test_a_silent_webhook_gets_the_update_again_and_blocks_only_its_own_queue(api: BotApi, bot: Bot) -> None:
    anna, boris = api.user(), api.user()
    await anna.says("/start")
    await bot.send_message(anna.id, "案件", reply_markup=PRESS_ME)
    async with Receiver() as receiver:
        receiver.pause = 30  # of the first request only
        await bot.set_webhook(receiver.url)
        await receiver.has(1)
        await anna.says("后来的话")
        await anna.presses("签收")
        await boris.says("/start")
        await receiver.has(3)
        assert press(receiver.updates[1]).data == "accept"
        assert message(receiver.updates[2]).chat.id == boris.id
        await receiver.has(5)
        assert texts(receiver.updates[3:]) == ["/start", "后来的话"]
        assert receiver.updates[3].update_id == receiver.updates[0].update_id
