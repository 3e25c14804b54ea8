"""Updates on their way to the bot: kept until acknowledged, fetched by polling or posted to a webhook.

As with Telegram, an update comes again until it is acknowledged, a person's messages and presses travel in different
queues, and a press that nobody fetched in time is dropped.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from botapi_limits import ApiError, bad

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
LONGEST_PAUSE = 30  # times the first pause

Lane = tuple[int, bool]  # the chat, and whether it carries presses


@dataclass(eq=False, slots=True, kw_only=True)
class Waiting:
    """An update that the bot has not acknowledged; `again`: it outlives one offset, to come a second time."""

    update: dict[str, Any]
    lane: Lane
    expires_at: float
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where updates are posted to."""

    url: str
    secret: str | None
    connections: int


class Updates:
    """The queue of one bot. Times are in seconds; `pause` is the first wait between two tries of a webhook."""

    def __init__(self, *, press_lifetime: float, timeout: float, pause: float, chance: random.Random) -> None:
        self.press_lifetime = press_lifetime
        self.timeout = timeout
        self.pause = pause
        self.log: list[dict[str, Any]] = []
        self.waiting: list[Waiting] = []
        self.allowed: list[str] = []
        self.confirmed_offset = 0
        self.duplicates = 0.0
        self.webhook: Webhook | None = None
        self.last_problem: dict[str, Any] = {}
        self._chance = chance
        self._next_id = 730_000_001
        self._poll: asyncio.Future[None] | None = None
        self._lanes: dict[Lane, asyncio.Task[None]] = {}
        self._connections = asyncio.Semaphore()
        self._closed = False

    def push(self, kind: str, body: dict[str, Any], chat: int) -> None:
        """Queue an update of a kind that the bot asked for."""
        if kind not in self.allowed if self.allowed else kind in NOT_BY_DEFAULT:
            return
        update = {"update_id": self._next_id, kind: body}
        self._next_id += 1
        self.log.append(update)
        lifetime = self.press_lifetime if kind == "callback_query" else 24 * 3600
        for _ in range(1 + (self._chance.random() < self.duplicates)):
            self._queue(Waiting(update=update, lane=(chat, kind == "callback_query"), expires_at=_now() + lifetime))

    def push_again(self, update: dict[str, Any]) -> None:
        """Deliver an update of the log once more, acknowledged or not."""
        body = next(value for key, value in update.items() if key != "update_id")
        chat = (body.get("message", body))["chat"]["id"]
        lane = (chat, "callback_query" in update)
        self._queue(Waiting(update=update, lane=lane, expires_at=_now() + 24 * 3600, again=True))

    async def fetch(self, *, offset: int, limit: int, timeout: float) -> list[dict[str, Any]]:
        """Answer getUpdates: acknowledge all below the offset, then wait up to `timeout` for more."""
        if self.webhook is not None:
            raise _conflict("can't use getUpdates method while webhook is active; use deleteWebhook first")
        if self._poll is not None and not self._poll.done():
            other = "terminated by other getUpdates request; make sure that only one bot instance is running"
            self._poll.set_exception(_conflict(other))
        self._acknowledge(offset)
        until = _now() + min(timeout, 50)
        while True:
            self._drop_stale()
            batch = self.waiting[: max(1, min(limit, 100))]
            if batch or self._closed or _now() >= until:
                for waiting in batch:
                    waiting.again = False
                return [waiting.update for waiting in batch]
            self._poll = woken = asyncio.get_running_loop().create_future()
            try:
                await asyncio.wait({woken}, timeout=until - _now())
                if woken.done():
                    woken.result()
            finally:
                if self._poll is woken:
                    self._poll = None

    def point_at(self, webhook: Webhook | None, *, drop_pending: bool) -> None:
        """Set or delete the webhook; what waits is posted to the new one."""
        if webhook is not None:
            if urlsplit(webhook.url).hostname not in ("127.0.0.1", "localhost"):
                raise bad("bad webhook: Failed to resolve host (the server of the tests stays on loopback)")
            self._connections = asyncio.Semaphore(webhook.connections)
        for task in self._lanes.values():
            task.cancel()
        self._lanes = {}
        self.webhook = webhook
        self.last_problem = {}
        if drop_pending:
            self.waiting = []
        self._serve_all()

    def info(self) -> dict[str, Any]:
        """Answer getWebhookInfo."""
        self._drop_stale()
        info: dict[str, Any] = {"url": "", "has_custom_certificate": False, "pending_update_count": len(self.waiting)}
        if self.webhook is not None:
            info |= {"url": self.webhook.url, "max_connections": self.webhook.connections, **self.last_problem}
        if self.allowed:
            info["allowed_updates"] = self.allowed
        return info

    async def close(self) -> None:
        """End the long poll and the posting; nothing is delivered any more."""
        self._closed = True
        self._wake()
        tasks = list(self._lanes.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _queue(self, waiting: Waiting) -> None:
        self.waiting.append(waiting)
        self._wake()
        self._serve_all()

    def _wake(self) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)

    def _acknowledge(self, offset: int) -> None:
        if offset < 0:
            self.waiting = self.waiting[offset:]
            offset = self.waiting[0].update["update_id"] if self.waiting else 0
        self.waiting = [one for one in self.waiting if one.again or one.update["update_id"] >= offset]
        self.confirmed_offset = max(self.confirmed_offset, offset)

    def _drop_stale(self) -> None:
        self.waiting = [one for one in self.waiting if one.expires_at > _now()]

    def _serve_all(self) -> None:
        if self.webhook is None or self._closed:
            return
        for lane in {one.lane for one in self.waiting} - self._lanes.keys():
            self._lanes[lane] = asyncio.create_task(self._serve(lane, self.webhook))

    async def _serve(self, lane: Lane, webhook: Webhook) -> None:
        headers = {SECRET_HEADER: webhook.secret} if webhook.secret else {}
        failures = 0
        timeout = aiohttp.ClientTimeout(total=self.timeout)
        async with aiohttp.ClientSession(timeout=timeout, headers=headers) as client:
            while True:
                self._drop_stale()
                first = next((one for one in self.waiting if one.lane == lane), None)
                if first is None:
                    break
                async with self._connections:
                    problem = await _post(client, webhook.url, first.update)
                if problem is None:
                    failures = 0
                    if first in self.waiting:
                        self.waiting.remove(first)
                    continue
                self.last_problem = {"last_error_date": int(time.time()), "last_error_message": problem}
                # At once, then after one, two, four ... pauses.
                await asyncio.sleep(self.pause * min(LONGEST_PAUSE, 2**failures // 2))
                failures = min(failures + 1, 16)
            # In the same step as the look that found nothing: an update queued later starts the lane anew.
            self._lanes.pop(lane, None)


async def _post(client: aiohttp.ClientSession, url: str, update: Mapping[str, Any]) -> str | None:
    try:
        async with client.post(url, json=update) as answer:
            await answer.read()
            return None if answer.ok else f"Wrong response from the webhook: {answer.status} {answer.reason}"
    except TimeoutError:
        return "Read timeout expired"
    except aiohttp.ClientError as error:
        return f"Connection failed: {type(error).__name__}"


def _conflict(description: str) -> ApiError:
    return ApiError(409, f"Conflict: {description}")


def _now() -> float:
    return time.monotonic()
