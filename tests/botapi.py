"""A Telegram Bot API server on loopback, for tests: a bot talks to it as to the real one, people talk through it.

`async with BotApi() as api:` serves `api.base_url` and `api.file_url` for `api.token`; `api.user()` makes a person
(see `botapi_people`), `api.faults` makes it fail, `api.calls` and `api.sent` tell what the bot did. Shapes, limits and
descriptions of errors are those of Bot API 10.0.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Literal, Self

from aiohttp import BodyPartReader, web
from botapi_files import Files
from botapi_limits import (
    NOTICE,
    UPLOAD_BYTES,
    ApiError,
    bad,
    check_caption,
    check_text,
    decoded,
    forbidden,
    formatted,
    inline_keyboard,
)
from botapi_people import Chat, Press, SentMessage, TelegramUser
from botapi_updates import Updates, Webhook

TOKEN = "7300000001:AAE-token-of-the-tests-only-0123456789ab"
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file in a multipart body."""

    name: str
    data: bytes


@dataclass(slots=True, kw_only=True)
class Call:
    """A call of the bot; `at` in monotonic seconds, `status` as answered, None when no answer went out."""

    method: str
    params: dict[str, Any]
    uploads: dict[str, Upload]
    at: float
    status: int | None = None

    def text(self, name: str) -> str:
        return str(self.params.get(name, ""))

    def number(self, name: str, default: int = 0) -> int:
        try:
            return int(self.params.get(name, default))
        except (TypeError, ValueError):
            raise bad(f"invalid {name} specified") from None

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in ("true", "1")

    def nested(self, name: str) -> Any:
        """Return an object or a list, None when it was not given."""
        return decoded(self.params.get(name), name)


@dataclass(slots=True, kw_only=True)
class Fault:
    """What goes wrong, for whom and how often.

    429, 502, 403, 401: refused with that code. close: the connection breaks before anything is done. lost: done, but
    the connection breaks (after `seconds`) instead of an answer. hang: nothing is done, nothing answered until
    `seconds` are over. delay: done after `seconds`. `methods` empty: all of them ("file" is a download); `chat`: only
    this one; `times`: how often, then the fault is taken from the list; `p`: the chance of each time.
    """

    kind: Literal["429", "502", "403", "401", "close", "lost", "hang", "delay"]
    methods: Collection[str] = ()
    chat: int | None = None
    times: int | None = None
    p: float = 1.0
    retry_after: int = 1
    seconds: float = 0.0

    def refusal(self) -> ApiError | None:
        """Return the error to answer with, None for faults of the connection."""
        if self.kind == "429":
            wait = f"Too Many Requests: retry after {self.retry_after}"
            return ApiError(429, wait, retry_after=self.retry_after)
        if self.kind == "403":
            return forbidden("bot was blocked by the user")
        return ApiError(401, "Unauthorized") if self.kind == "401" else None


class BotApi:
    """One bot's server. `query_lifetime`, `webhook_timeout` and `webhook_pause` (first wait before a retry) in seconds."""

    def __init__(
        self,
        *,
        token: str = TOKEN,
        port: int = 0,
        query_lifetime: float = 150,
        webhook_timeout: float = 10,
        webhook_pause: float = 0.1,
        seed: int = 1,
    ) -> None:
        self.token = token
        self.port = port
        self.bot = {"id": int(token.partition(":")[0]), "is_bot": True, "first_name": "回音", "username": "huiyin_test_bot"}
        self.faults: list[Fault] = []
        self.calls: list[Call] = []
        self.sent: defaultdict[int, list[SentMessage]] = defaultdict(list)
        self.actions: list[tuple[int, str]] = []
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.chats: dict[int, Chat] = {}
        self.presses: dict[str, Press] = {}
        self.files = Files()
        self._query_lifetime = query_lifetime
        self._chance = random.Random(seed)
        self.updates = Updates(press_lifetime=query_lifetime, timeout=webhook_timeout, pause=webhook_pause, chance=self._chance)
        self._numbers = itertools.count(1001)
        self._closing = asyncio.Event()
        self._methods: dict[str, Callable[[Call], Any]] = {
            "getme": self._get_me,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": lambda call: self.updates.info(),
            "sendmessage": self._send_message,
            "sendphoto": lambda call: self._send_file(call, "photo"),
            "senddocument": lambda call: self._send_file(call, "document"),
            "sendvideo": lambda call: self._send_file(call, "video"),
            "sendvoice": lambda call: self._send_file(call, "voice"),
            "sendaudio": lambda call: self._send_file(call, "audio"),
            "sendmediagroup": self._send_media_group,
            "sendlocation": self._send_location,
            "sendchataction": self._send_chat_action,
            "editmessagetext": self._edit_text,
            "editmessagecaption": self._edit_caption,
            "editmessagereplymarkup": self._edit_markup,
            "deletemessage": self._delete_message,
            "answercallbackquery": self._answer_query,
            "setmycommands": self._set_commands,
            "getmycommands": lambda call: self.commands.get(_scope(call), []),
            "deletemycommands": lambda call: bool(self.commands.pop(_scope(call), [])) or True,
            "getfile": lambda call: self.files.download_path(call.text("file_id")),
        }

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=2 * UPLOAD_BYTES)
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *error: object) -> None:
        self._closing.set()
        await self.updates.close()
        await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/bot"

    @property
    def file_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/file/bot"

    @property
    def confirmed_offset(self) -> int:
        """Return the highest offset of getUpdates: every update below it counts as received by the bot."""
        return self.updates.confirmed_offset

    # The far end

    def user(
        self,
        first_name: str = "市民",
        *,
        language_code: str = "zh-hans",
        last_name: str | None = None,
        username: str | None = None,
    ) -> TelegramUser:
        """Make a person who has not yet written to the bot."""
        names = {"first_name": first_name, "last_name": last_name, "username": username}
        wire = {"id": 5_000_000_000 + self.number()} | {key: value for key, value in names.items() if value is not None}
        chat = self._open_chat(wire | {"type": "private"})
        return TelegramUser(self, wire | {"is_bot": False, "language_code": language_code}, chat)

    def group(self, title: str = "业主群", *, kind: Literal["group", "supergroup"] = "supergroup") -> Chat:
        """Make a group that the bot belongs to; people talk there with `user.within(group)`."""
        chat = self._open_chat({"id": -1_000_000_000_000 - self.number(), "type": kind, "title": title})
        chat.started = True
        return chat

    def channel(self, title: str = "督查公示", *, username: str | None = None) -> Chat:
        """Make a channel that the bot may post to."""
        wire = {"id": -1_000_000_000_000 - self.number(), "type": "channel", "title": title}
        chat = self._open_chat(wire | ({"username": username} if username else {}))
        chat.started = True
        return chat

    def migrates(self, group: Chat) -> Chat:
        """Turn a group into a supergroup with another id, and return that."""
        new = self.group(group.wire["title"])
        group.migrated_to = new.id
        return new

    def duplicate_updates(self, p: float) -> None:
        """Deliver new updates twice, with this probability."""
        self.updates.duplicates = p

    def redeliver(self, update: dict[str, Any]) -> None:
        """Deliver an update (one of `updates.log`) once more, even if the bot acknowledged it."""
        self.updates.push_again(update)

    def number(self) -> int:
        """Return a number that nothing else here has."""
        return next(self._numbers)

    def envelope(self, chat: Chat) -> dict[str, Any]:
        """Begin a message of a chat."""
        return {"message_id": self.number(), "date": int(time.time()), "chat": chat.wire}

    def press(self, user: int) -> Press:
        """Keep a press until the bot answers it."""
        press = Press(id=str(4_200_000_000_000_000_000 + self.number()), user=user, at=time.monotonic())
        self.presses[press.id] = press
        return press

    def _open_chat(self, wire: dict[str, Any]) -> Chat:
        chat = Chat(wire=wire)
        self.chats[chat.id] = chat
        return chat

    # HTTP

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        call = Call(method=request.match_info["method"], params={}, uploads={}, at=time.monotonic())
        self.calls.append(call)
        fault = None
        try:
            await _read(request, call)
            fault = self._fault(call.method, call.params.get("chat_id"))
            if fault is not None and (broken := await self._fail(fault, request, call)) is not None:
                return broken
            answer = _ok(await self._do(call, request.match_info["token"]))
        except ApiError as error:
            answer = _refused(error)
        if fault is not None and fault.kind == "lost":
            return await self._break(request, fault.seconds)
        call.status = answer.status
        return answer

    async def _do(self, call: Call, token: str) -> Any:
        if token != self.token:
            raise ApiError(401, "Unauthorized") if re.fullmatch(r"\d+:\w.*", token) else ApiError(404, "Not Found")
        name = call.method.lower()
        if name == "getupdates":
            if (allowed := call.nested("allowed_updates")) is not None:
                self.updates.allowed = allowed
            return await self.updates.fetch(
                offset=call.number("offset"), limit=call.number("limit", 100), timeout=call.number("timeout")
            )
        if name not in self._methods:
            raise ApiError(404, "Not Found: method not found")
        return self._methods[name](call)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        fault = self._fault("file", None)
        if fault is not None:
            call = Call(method="file", params={}, uploads={}, at=time.monotonic())
            try:
                if (broken := await self._fail(fault, request, call)) is not None:
                    return broken
            except ApiError as error:
                return _refused(error)
        if request.match_info["token"] != self.token:
            return _refused(ApiError(401, "Unauthorized"))
        if (file := self.files.at(request.match_info["path"])) is None:
            return _refused(ApiError(404, "Not Found"))
        return web.Response(body=file.content, content_type="application/octet-stream")

    def _fault(self, method: str, chat: object) -> Fault | None:
        for fault in self.faults:
            if fault.methods and method not in fault.methods:
                continue
            if (fault.chat is not None and str(fault.chat) != str(chat)) or self._chance.random() >= fault.p:
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
            return fault
        return None

    async def _fail(self, fault: Fault, request: web.Request, call: Call) -> web.StreamResponse | None:
        """Do what must go wrong before the call is handled; None: handle it."""
        if (refusal := fault.refusal()) is not None:
            raise refusal
        if fault.kind == "502":
            call.status = 502  # as its proxies answer: not JSON
            return web.Response(status=502, text="<html><h1>502 Bad Gateway</h1></html>", content_type="text/html")
        if fault.kind == "close":
            return await self._break(request, 0)
        if fault.kind == "hang":
            return await self._break(request, fault.seconds or 3600)
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        return None

    async def _break(self, request: web.Request, seconds: float) -> web.StreamResponse:
        """Break the connection after a while; the answer returned reaches nobody."""
        if seconds:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), seconds)
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    # Methods

    def _get_me(self, call: Call) -> dict[str, Any]:
        can = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
        return self.bot | can | {"can_connect_to_business": False, "has_main_web_app": False}

    def _set_webhook(self, call: Call) -> bool:
        if (allowed := call.nested("allowed_updates")) is not None:
            self.updates.allowed = allowed
        secret = call.text("secret_token") or None
        if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise bad("secret token contains unallowed characters")
        webhook = Webhook(url=call.text("url"), secret=secret, connections=call.number("max_connections", 40))
        self.updates.point_at(webhook if webhook.url else None, drop_pending=call.flag("drop_pending_updates"))
        return True

    def _delete_webhook(self, call: Call) -> bool:
        self.updates.point_at(None, drop_pending=call.flag("drop_pending_updates"))
        return True

    def _send_message(self, call: Call) -> dict[str, Any]:
        return self._send(call, _text(call, "text", check_text)).wire

    def _send_file(self, call: Call, kind: str) -> dict[str, Any]:
        content, media = self._file(call, kind, call.text(kind))
        return self._send(call, content | _text(call, "caption", check_caption), media=media).wire

    def _send_media_group(self, call: Call) -> list[dict[str, Any]]:
        items = call.nested("media") or []
        if not 2 <= len(items) <= 10:
            raise bad("group send requires from 2 to 10 media")
        kinds = {item["type"] for item in items}
        if len(kinds) > 1 and kinds & {"document", "audio"}:
            raise bad("document and audio can't be mixed with other media types")
        contents = []
        for item in items:
            content, media = self._file(call, item["type"], item["media"])
            own = Call(method=call.method, params=item, uploads={}, at=call.at)
            contents.append((content | _text(own, "caption", check_caption), media))
        album = {"media_group_id": str(self.number())}
        return [self._send(call, content | album, media=media).wire for content, media in contents]

    def _send_location(self, call: Call) -> dict[str, Any]:
        try:
            location = {key: float(call.text(key)) for key in ("latitude", "longitude")}
        except ValueError:
            raise bad("invalid location specified") from None
        if abs(location["latitude"]) > 90 or abs(location["longitude"]) > 180:
            raise bad("invalid location specified")
        return self._send(call, {"location": location}).wire

    def _send_chat_action(self, call: Call) -> bool:
        self.actions.append((self._writable(call).id, call.text("action")))
        return True

    def _edit_text(self, call: Call) -> dict[str, Any]:
        message = self._editable(call)
        if message.kind != "text":
            raise bad("there is no text in the message to edit")
        return self._edit(call, message, _text(call, "text", check_text))

    def _edit_caption(self, call: Call) -> dict[str, Any]:
        message = self._editable(call)
        if message.kind in ("text", "location"):
            raise bad("there is no caption in the message to edit")
        return self._edit(call, message, _text(call, "caption", check_caption))

    def _edit_markup(self, call: Call) -> dict[str, Any]:
        message = self._editable(call)
        same = ("text", "entities", "caption", "caption_entities")
        return self._edit(call, message, {key: message.wire[key] for key in same if key in message.wire})

    def _delete_message(self, call: Call) -> bool:
        message = self._chat(call).message(call.number("message_id"))
        if message is None:
            raise bad("message to delete not found")
        message.deleted = True
        return True

    def _answer_query(self, call: Call) -> bool:
        press = self.presses.get(call.text("callback_query_id"))
        if press is None or time.monotonic() - press.at > self._query_lifetime:
            raise bad(TOO_OLD)
        if len(call.text("text")) > NOTICE:
            raise bad("MESSAGE_TOO_LONG")
        press.notice = call.text("text")
        press.alert = call.flag("show_alert")
        return True

    def _set_commands(self, call: Call) -> bool:
        commands = call.nested("commands") or []
        if len(commands) > 100:
            raise bad("BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
                raise bad("BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"]) <= 256:
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        scope = call.nested("scope") or {}
        if "chat_id" in scope:
            self._find_chat(str(scope["chat_id"]))
        self.commands[_scope(call)] = commands
        return True

    def _chat(self, call: Call) -> Chat:
        if not call.text("chat_id"):
            raise bad("chat_id is empty")
        return self._find_chat(call.text("chat_id"))

    def _find_chat(self, name: str) -> Chat:
        for chat in self.chats.values():
            # People can't be written to by name, only channels and groups.
            if name == str(chat.id) or (not chat.private and name == f"@{chat.wire.get('username')}"):
                return chat
        raise bad("chat not found")

    def _writable(self, call: Call) -> Chat:
        chat = self._chat(call)
        if chat.migrated_to is not None:
            description = "Bad Request: group chat was upgraded to a supergroup chat"
            raise ApiError(400, description, migrate_to_chat_id=chat.migrated_to)
        if not chat.started:
            raise forbidden("bot can't initiate conversation with a user")
        if chat.blocked:
            kicked = f"bot was kicked from the {chat.wire['type']} chat"
            raise forbidden("bot was blocked by the user" if chat.private else kicked)
        return chat

    def _editable(self, call: Call) -> SentMessage:
        message = self._writable(call).message(call.number("message_id"))
        if message is None:
            raise bad("message to edit not found")
        if not message.by_bot:
            raise bad("message can't be edited")
        return message

    def _file(self, call: Call, kind: str, where: str) -> tuple[dict[str, Any], bytes]:
        """Return the content of a message with a file, uploaded under this field or name, or known by its id."""
        upload = call.uploads.get(where.removeprefix("attach://") or kind)
        if upload is not None:
            file = self.files.keep(kind, upload.data, name=upload.name)
        elif not where or where.startswith("attach://"):
            raise bad(f"there is no {kind} in the request")
        else:
            file = self.files.find(where, kind)
        return {kind: file.wire}, file.content

    def _send(self, call: Call, content: dict[str, Any], *, media: bytes | None = None) -> SentMessage:
        chat = self._writable(call)
        wire = self.envelope(chat) | content
        wire |= {"sender_chat": chat.wire} if chat.wire["type"] == "channel" else {"from": self.bot}
        reply = call.nested("reply_parameters") or {"message_id": call.number("reply_to_message_id")}
        if reply["message_id"]:
            replied = chat.message(int(reply["message_id"]))
            if replied is not None:
                wire["reply_to_message"] = {key: replied.wire[key] for key in replied.wire.keys() - {"reply_to_message"}}
            elif not (reply.get("allow_sending_without_reply") or call.flag("allow_sending_without_reply")):
                raise bad("message to be replied not found")
        message = SentMessage(wire=wire, by_bot=True, media=media)
        _set_markup(message, call)
        chat.messages.append(message)
        self.sent[chat.id].append(message)
        chat.show(message)
        return message

    def _edit(self, call: Call, message: SentMessage, content: dict[str, Any]) -> dict[str, Any]:
        rows = inline_keyboard(call.nested("reply_markup") or {})
        fields = ("text", "entities", "caption", "caption_entities")
        before = {key: message.wire[key] for key in fields if key in message.wire}
        if content == before and rows == message.wire.get("reply_markup", {}).get("inline_keyboard", []):
            raise bad(NOT_MODIFIED)
        for key in before:
            del message.wire[key]
        message.wire |= content | {"edit_date": int(time.time())}
        message.edits += 1
        _set_markup(message, call)
        self.chats[message.wire["chat"]["id"]].show(message)
        return message.wire


def _set_markup(message: SentMessage, call: Call) -> None:
    message.markup = call.nested("reply_markup")
    message.wire.pop("reply_markup", None)
    if rows := inline_keyboard(message.markup or {}):
        message.wire["reply_markup"] = {"inline_keyboard": rows}
        message.keyboards.append([button for row in rows for button in row])


def _text(call: Call, name: str, check: Callable[[str], None]) -> dict[str, Any]:
    """Return the text or caption of a call with its entities, as fields of a message."""
    entities = "entities" if name == "text" else "caption_entities"
    text, found = formatted(call.text(name), call.text("parse_mode") or None, call.nested(entities) or [])
    check(text)
    return ({name: text} if text else {}) | ({entities: found} if found else {})


def _scope(call: Call) -> tuple[str, str]:
    scope = call.nested("scope") or {"type": "default"}
    name = ":".join(str(scope[key]) for key in ("type", "chat_id", "user_id") if key in scope)
    return name, call.text("language_code")


async def _read(request: web.Request, call: Call) -> None:
    """Take the parameters from the query and the body, whatever its form."""
    call.params |= request.query
    if request.content_type == "application/json":
        try:
            call.params |= json.loads(await request.read() or b"{}")
        except ValueError:
            raise bad("can't parse request body as JSON object") from None
    elif request.content_type == "multipart/form-data":
        parts = await request.multipart()
        while isinstance(part := await parts.next(), BodyPartReader):
            name = str(part.name)
            if part.filename is None:
                call.params[name] = await part.text()
            else:
                call.uploads[name] = Upload(name=part.filename, data=bytes(await part.read()))
    else:
        call.params |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}


def _ok(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _refused(error: ApiError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return web.json_response(body, status=error.code)
