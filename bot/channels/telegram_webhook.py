"""Takes updates that Telegram posts, and sees to it that it knows where: answered 200 as soon as our store has them.

Telegram posts again what was not answered 200, and holds that chat's other updates back meanwhile. So 503 is given only
where our store failed; what we can't read is logged and answered 200.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Iterable
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import web

from bot.channels.door import Door
from bot.channels.telegram_api import BotApi
from bot.channels.telegram_incoming import KINDS, incoming
from bot.channels.telegram_patience import Clock, Patience

LOGGER = logging.getLogger("huiyin.telegram")

WEBHOOK_SET = "telegram_webhook_set"
NOT_READ = "telegram_update_not_read"
NOT_KEPT = "telegram_update_not_kept"
WRONG_SECRET = "telegram_webhook_with_wrong_secret"

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
CONNECTIONS = 40
LARGEST_UPDATE = 2**20
LEASE, LEASE_SECONDS = "telegram webhook", 30.0
KEY, REMEMBERED = "telegram webhook", timedelta(days=365)
LOOK_SECONDS, AGAIN_SECONDS = 600.0, 10.0


class Webhook:
    """The webhook at `url`, whose path is the local one too. Without a `secret` one is made out of the token."""

    def __init__(self, door: Door, api: BotApi, clock: Clock, *, url: str, secret: str | None) -> None:
        self._door = door
        self._api = api
        self._clock = clock
        self._url = url
        self._secret = secret or hmac.digest(api.bot.token.encode(), b"webhook", "sha256").hex()
        self._patience = Patience("webhook", clock)

    async def run(self) -> None:
        """Set the webhook where it is not as it should be, and look again every ten minutes, until cancelled."""
        while True:
            try:
                mine = await self._door.lease(LEASE, LEASE_SECONDS)
                if mine:
                    await self._set()
                    await self._door.lease(LEASE, 0)
            except Exception as error:
                await self._patience.after(error)
                continue
            self._patience.over()
            await self._clock.sleep(LOOK_SECONDS if mine else AGAIN_SECONDS)

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Give the route that Telegram posts to."""
        return (web.post(urlsplit(self._url).path or "/", self._take),)

    async def _set(self) -> None:
        settings = json.dumps([self._api.bot.token, self._url, self._secret, CONNECTIONS, KINDS]).encode()
        wanted = hashlib.sha256(settings).digest()
        known = await self._door.recall(KEY) == wanted
        if known and (await self._api.bot.get_webhook_info()).url == self._url:
            return
        await self._api.bot.set_webhook(self._url, max_connections=CONNECTIONS, allowed_updates=KINDS, secret_token=self._secret)
        await self._door.remember(KEY, wanted, self._clock.now() + REMEMBERED)
        LOGGER.info(WEBHOOK_SET)

    async def _take(self, request: web.Request) -> web.Response:
        secret = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(secret.encode(errors="replace"), self._secret.encode()):
            LOGGER.warning(WRONG_SECRET)
            return web.Response(status=HTTPStatus.FORBIDDEN)
        body = bytearray()
        async for piece in request.content.iter_any():
            body += piece
            if len(body) > LARGEST_UPDATE:
                return web.Response(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            update = json.loads(body)
        except ValueError:
            update = None
        if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
            LOGGER.warning(NOT_READ, extra={"fields": {"bytes": len(body)}})
            return web.Response()
        message = incoming(update)
        if message is not None:
            try:
                await self._door.intake((message,))
            except Exception as error:
                # The store's failure, whatever its class: Telegram is to post this one again.
                LOGGER.error(NOT_KEPT, extra={"fields": {"why": type(error).__name__}})
                return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        return web.Response()
