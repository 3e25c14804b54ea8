"""The wire to Telegram: one HTTP client for python-telegram-bot's objects and for our own JSON.

Errors are python-telegram-bot's classes, of `TelegramError`. Their texts never hold the token: it stands in every address,
so causes are cut off and answers that are not Telegram's JSON are not quoted.
"""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
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
from telegram.ext import ExtBot
from telegram.request import BaseRequest, RequestData

Json = Any

CONNECT_SECONDS = 5
CALL_SECONDS = 30
UPLOAD_SECONDS = 120
LARGEST_ANSWER = 20 * 2**20
"""Bytes; Telegram gives no larger file to a bot."""
RETRY_SECONDS = 5
"""How long to wait after a 429 that doesn't say it."""

# At debug level the library writes addresses with the token, and messages, into the log.
logging.getLogger("telegram").setLevel(logging.WARNING)


class Unreached(NetworkError):
    """No connection came about: nothing was sent."""


class TooMany(RetryAfter):
    """Wait `retry_after`, a timedelta. The library's own class warns that it will become one as soon as it is made."""

    def __init__(self, after: timedelta) -> None:
        self._retry_after = after
        TelegramError.__init__(self, f"Too many requests; retry in {after.total_seconds():g} seconds")

    @property
    def retry_after(self) -> timedelta:
        """Say how long to wait."""
        return self._retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file of a multipart request; `field` is what the JSON names it by."""

    field: str
    name: str
    media_type: str
    data: bytes


class AiohttpRequest(BaseRequest):
    """python-telegram-bot's transport on aiohttp; proxies of the environment are honoured.

    The library's default one searches its whole pool at every call, which made the same bot four times slower.
    """

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._session: aiohttp.ClientSession | None = None
        self.date = ""
        self.refused = asyncio.Event()

    @property
    def read_timeout(self) -> float | None:
        """Tell the default time-out in seconds."""
        return CALL_SECONDS

    async def initialize(self) -> None:
        """Do nothing: the session is opened at the first request, in the loop that runs then."""

    async def shutdown(self) -> None:
        """Let connections go."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Json]:
        """Read an answer; unlike the library's method it never logs one."""
        try:
            answer = json.loads(payload)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise NetworkError("The answer is not Telegram's JSON.")
        return answer

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *timeouts: object, **more_timeouts: object
    ) -> tuple[int, bytes]:
        """Serve the library's bot: JSON without files, and downloads. Time-outs are ours."""
        body = request_data.json_payload if request_data else None
        status, payload = await self.exchange(method, url, body, CALL_SECONDS if method == "POST" else UPLOAD_SECONDS)
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise self.refusal(status, payload)
        return status, payload

    async def exchange(self, method: str, url: str, body: bytes | aiohttp.FormData | None, seconds: float) -> tuple[int, bytes]:
        """Send a request; return status and body of the answer. Raises Unreached, TimedOut, NetworkError, BadRequest."""
        if self._session is None:
            # The number of connections is bounded by those who call; a full pool would hold up the polling.
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), proxy=_proxy_for(url))
        headers = {"Content-Type": "application/json"} if isinstance(body, bytes) else None
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
        try:
            async with self._session.request(
                method, url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                self.date = response.headers.get("Date", "")
                if response.status == HTTPStatus.UNAUTHORIZED:
                    self.refused.set()
                payload = bytearray()
                async for piece in response.content.iter_any():
                    payload += piece
                    if len(payload) > LARGEST_ANSWER:
                        raise BadRequest("file is too big")
                return response.status, bytes(payload)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError) as error:
            raise Unreached(f"No connection: {type(error).__name__}") from None
        except TimeoutError:
            raise TimedOut from None
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(f"Connection lost: {type(error).__name__}") from None

    def refusal(self, status: int, payload: bytes) -> TelegramError:
        """Turn an answer that is not a success into an error."""
        try:
            answer = self.parse_json_payload(payload)
        except NetworkError:
            answer = {}
        found = answer.get("parameters")
        parameters: dict[str, Json] = found if isinstance(found, dict) else {}
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return TooMany(timedelta(seconds=parameters.get("retry_after", RETRY_SECONDS)))
        description = str(answer.get("description", f"HTTP status {status}")).replace(self._secret, "***")
        if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return BadRequest(description)
        if "description" not in answer:
            # A gateway's own page: its 403 doesn't say that somebody blocked the bot.
            return NetworkError(description)
        if "migrate_to_chat_id" in parameters:
            return ChatMigrated(parameters["migrate_to_chat_id"])
        match status:
            case HTTPStatus.BAD_REQUEST:
                return BadRequest(description)
            case HTTPStatus.UNAUTHORIZED | HTTPStatus.NOT_FOUND:
                return InvalidToken(description)
            case HTTPStatus.FORBIDDEN:
                return Forbidden(description)
            case HTTPStatus.CONFLICT:
                return Conflict(description)
        return NetworkError(description)


class BotApi:
    """The Bot API: `bot` for the library's methods, `call` for JSON as it is."""

    def __init__(self, *, token: str, base_url: str, file_url: str) -> None:
        self._root = f"{base_url}{token}"
        self._request = AiohttpRequest(token)
        self.bot: ExtBot[None] = ExtBot(
            token, base_url=base_url, base_file_url=file_url, request=self._request, get_updates_request=self._request
        )

    async def call(
        self, method: str, payload: Mapping[str, Json], files: Sequence[Upload] = (), *, seconds: float | None = None
    ) -> Json:
        """Call a method and return its result; with files the request is multipart. Raises TelegramError."""
        body: bytes | aiohttp.FormData
        if files:
            body = aiohttp.FormData(quote_fields=False)
            for name, value in payload.items():
                body.add_field(name, value if isinstance(value, str) else _json(value).decode())
            for file in files:
                # A stream is sent piece by piece; bytes of this size would hold up the loop.
                body.add_field(file.field, io.BytesIO(file.data), filename=file.name, content_type=file.media_type)
        else:
            body = _json(payload)
        total = seconds or (UPLOAD_SECONDS if files else CALL_SECONDS)
        status, answer = await self._request.exchange("POST", f"{self._root}/{method}", body, total)
        if status != HTTPStatus.OK:
            raise self._request.refusal(status, answer)
        fields = self._request.parse_json_payload(answer)
        if "result" not in fields:
            raise NetworkError("The answer holds no result.")
        return fields["result"]

    @property
    def refused(self) -> asyncio.Event:
        """Give what is set whenever our token is refused; whoever acts on it clears it."""
        return self._request.refused

    @property
    def date(self) -> str:
        """Give the newest answer's `Date`."""
        return self._request.date

    async def close(self) -> None:
        """Let connections go."""
        await self._request.shutdown()


def _proxy_for(url: str) -> str | None:
    # Asked once: left to aiohttp, environment and netrc are read at every request, which was a seventh of the bot's time.
    wanted = urlsplit(url)
    return None if proxy_bypass(wanted.netloc) else getproxies().get(wanted.scheme)


def _json(value: Json) -> bytes:
    # Half a surrogate pair, which JSON allows and UTF-8 doesn't, becomes a question mark.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
