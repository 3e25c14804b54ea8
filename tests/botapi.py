"""A Telegram Bot API server on loopback, for tests: a bot talks to it as to the real one, people talk through it.

`async with BotApi() as api:` serves `api.base_url` and `api.file_url` for `api.token`; `api.user()` makes a person
(see `botapi_people`), `api.faults` makes it fail, `api.calls` and `api.sent` tell what the bot did. Shapes, limits and
descriptions of errors are those of Bot API 10.0.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import re
import time
from collections import defaultdict
from typing import Any, Literal, Self

from aiohttp import web
from botapi_calls import Call, Fault, FaultKind, read
from botapi_files import Files
from botapi_limits import UPLOAD_BYTES, ApiError
from botapi_methods import Methods
from botapi_people import Chat, Press, SentMessage, TelegramUser
from botapi_updates import Updates

__all__ = ["BotApi", "Call", "Chat", "Fault", "FaultKind", "Press", "SentMessage", "TelegramUser"]

TOKEN = "7300000001:AAE-token-of-the-tests-only-0123456789ab"


class BotApi:
    """One bot's server. Times are in seconds; `webhook_pause` is the first wait before a webhook is tried again."""

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
        self.query_lifetime = query_lifetime
        self._chance = random.Random(seed)
        self.updates = Updates(press_lifetime=query_lifetime, timeout=webhook_timeout, pause=webhook_pause, chance=self._chance)
        self._numbers = itertools.count(1001)
        self._closing = asyncio.Event()
        self._methods = Methods(self)

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
            await read(request, call)
            fault = self._fault(call.method, call.params.get("chat_id"))
            if fault is not None and (broken := await self._fail(fault, request)) is not None:
                call.status = 502 if fault.kind == "502" else None
                return broken
            self._check_token(request)
            answer = web.json_response({"ok": True, "result": await self._methods.do(call)})
        except ApiError as error:
            answer = _refused(error)
        if fault is not None and fault.kind == "lost":
            return await self._break(request, fault.seconds)
        call.status = answer.status
        return answer

    async def _download(self, request: web.Request) -> web.StreamResponse:
        fault = self._fault("file", None)
        try:
            if fault is not None and (broken := await self._fail(fault, request)) is not None:
                return broken
            self._check_token(request)
            if (file := self.files.at(request.match_info["path"])) is None:
                raise ApiError(404, "Not Found")
        except ApiError as error:
            return _refused(error)
        return web.Response(body=file.content, content_type="application/octet-stream")

    def _check_token(self, request: web.Request) -> None:
        token = request.match_info["token"]
        if token != self.token:
            raise ApiError(401, "Unauthorized") if re.fullmatch(r"\d+:\w.*", token) else ApiError(404, "Not Found")

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

    async def _fail(self, fault: Fault, request: web.Request) -> web.StreamResponse | None:
        """Do what must go wrong before the call is handled; None: handle it."""
        if (refusal := fault.refusal()) is not None:
            raise refusal
        if fault.kind == "502":
            # As Telegram's proxies answer: not JSON.
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


def _refused(error: ApiError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return web.json_response(body, status=error.code)
