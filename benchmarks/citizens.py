"""Citizens on a Bot API server of our own: each takes the next step of a script as soon as the one before was answered.

A bot polls the server, or has the updates posted to its webhooks, to one after another.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import random
import re
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

SECRET = "X-Telegram-Bot-Api-Secret-Token"
READY = 60.0
"""Seconds within which a bot has to serve everybody for the first time."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a citizen does, a text or the press of a button by its number, and the answer that ends it."""

    says: str
    presses: int
    until: str


COMPLAINT = (
    Step("/complain", -1, "Tell us"),
    Step("{matter}", -1, "Noted so far"),
    Step("/done", -1, "Where is it"),
    Step("", 2, "Is it about"),
    Step("", 0, "in particular"),
    Step("", 0, "Who may know"),
    Step("", 0, "May we publish"),
    Step("", 0, "Shall we send"),
    Step("", 0, "Case number"),
)
ECHO = tuple(Step(step.says, step.presses, ".") for step in COMPLAINT)


@dataclass(slots=True)
class Citizen:
    """One chat, in the middle of its script."""

    id: int
    script: Sequence[Step]
    n: int = 0
    heard: int = 0
    since: float = 0.0
    buttons: list[str] = field(default_factory=list)
    shown: int = 0


class FakeApi:
    """A Bot API server with its citizens; counts only while `counting`. Seconds that each call takes, and that a citizen thinks.

    No two servers number alike or have the same matters told, so that a database may be served again after another round.
    """

    def __init__(self, script: Sequence[Step], citizens: int, latency: float = 0, think: float = 0) -> None:
        self.numbers = itertools.count(time.time_ns() // 100_000)
        self.citizens = {id: Citizen(id, script) for id in itertools.islice(self.numbers, citizens)}
        self.latency = latency
        self.think = think
        self.url = ""
        self.counting = False
        self.answered = 0
        self.waits: list[float] = []
        self._updates: list[dict[str, Any]] = []
        self._some = asyncio.Event()
        self._chance = random.Random()
        self._client: aiohttp.ClientSession | None = None
        self._hooks: Iterator[str] | None = None
        self._secret = ""
        self._hooked = asyncio.Event()
        self._posting: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncGenerator[None, None]:
        """Serve on loopback, at `url`."""
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/bot"
        try:
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=40)) as self._client:
                yield
                for task in self._posting:
                    task.cancel()
        finally:
            await runner.cleanup()

    async def begin(self, hooks: Sequence[str] = ()) -> None:
        """Let every citizen begin. With hooks updates are posted to these in turns, once the bot has set a webhook."""
        self._hooks = itertools.cycle(hooks) if hooks else None
        if hooks:
            await asyncio.wait_for(self._hooked.wait(), READY)
        for citizen in self.citizens.values():
            self.does(citizen)

    def over(self, citizen: Citizen) -> None:
        """Go on after the last step of a script: from its first."""
        citizen.n = 0
        self.does(citizen)

    def does(self, citizen: Citizen) -> None:
        """Take the citizen's next step."""
        step = citizen.script[citizen.n]
        who = {"id": citizen.id, "is_bot": False, "first_name": "Citizen", "language_code": "en"}
        chat = {"id": citizen.id, "type": "private", "first_name": "Citizen"}
        message = {"message_id": next(self.numbers), "date": int(time.time()), "chat": chat, "from": who}
        if step.presses < 0:
            update: dict[str, Any] = {"message": {**message, "text": step.says.replace("{matter}", self._matter())}}
            if step.says.startswith("/"):
                update["message"]["entities"] = [{"type": "bot_command", "offset": 0, "length": len(step.says)}]
        else:
            pressed = {**message, "message_id": citizen.shown, "text": "a question"}
            data = citizen.buttons[step.presses]
            query = {"id": str(next(self.numbers)), "from": who, "chat_instance": "1", "message": pressed, "data": data}
            update = {"callback_query": query}
        citizen.since = time.perf_counter()
        self._comes({"update_id": next(self.numbers), **update})

    def _comes(self, update: dict[str, Any]) -> None:
        if self._hooks is None:
            self._updates.append(update)
            self._some.set()
            return
        task = asyncio.create_task(self._post(next(self._hooks), update))
        self._posting.add(task)
        task.add_done_callback(self._posting.discard)

    async def _post(self, hook: str, update: dict[str, Any]) -> None:
        assert self._client is not None
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with self._client.post(hook, json=update, headers={SECRET: self._secret}) as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.1)

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"].lower()
        is_json = request.content_type == "application/json"
        body: dict[str, Any] = await request.json() if is_json else dict(await request.post())
        if method == "getupdates":
            return self._ok(await self._fetched(int(body.get("offset") or 0), float(body.get("timeout") or 0)))
        if self.latency:
            await asyncio.sleep(self.latency)
        if method == "getme":
            return self._ok({"id": 1, "is_bot": True, "first_name": "Huiyin", "username": "huiyin_bot"})
        if method == "getwebhookinfo":
            return self._ok({"url": "", "has_custom_certificate": False, "pending_update_count": len(self._updates)})
        if method == "setwebhook":
            self._secret = str(body.get("secret_token", ""))
            self._hooked.set()
        if method not in ("sendmessage", "editmessagetext", "editmessagereplymarkup"):
            return self._ok(True)
        chat = int(body["chat_id"])
        number = int(body.get("message_id") or next(self.numbers))
        text = str(body.get("text", ""))
        if chat in self.citizens:
            self._hears(self.citizens[chat], number, text, body.get("reply_markup"))
        return self._ok({"message_id": number, "date": int(time.time()), "chat": {"id": chat, "type": "private"}, "text": text})

    async def _fetched(self, offset: int, timeout: float) -> list[dict[str, Any]]:
        self._updates = [update for update in self._updates if update["update_id"] >= offset]
        if not self._updates and timeout:
            self._some.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._some.wait(), timeout)
        return self._updates[:100]

    def _hears(self, citizen: Citizen, number: int, text: str, markup: Any) -> None:
        if citizen.n == len(citizen.script):
            return
        if isinstance(markup, str):  # as it comes in a form
            markup = json.loads(markup)
        rows = markup.get("inline_keyboard", []) if markup else []
        buttons = [button["callback_data"] for row in rows for button in row if "callback_data" in button]
        if buttons:
            citizen.buttons, citizen.shown = buttons, number
        step = citizen.script[citizen.n]
        if not re.search(step.until, text):
            return
        if self.counting:
            self.answered += 1
            self.waits.append(time.perf_counter() - citizen.since)
        citizen.heard += 1
        citizen.n += 1
        if citizen.n == len(citizen.script):
            self.over(citizen)
        elif self.think:
            asyncio.get_running_loop().call_later(self.think * self._chance.uniform(0.5, 1.5), self.does, citizen)
        else:
            self.does(citizen)

    def _matter(self) -> str:
        pairs = (bytes((self._chance.randint(0xB0, 0xD6), self._chance.randint(0xA1, 0xFE))) for _ in range(20))
        return b"".join(pairs).decode("gb2312")

    @staticmethod
    def _ok(result: Any) -> web.Response:
        return web.json_response({"ok": True, "result": result})
