"""The robots of group chats as channels that only send: WeCom, DingTalk and Feishu, each with its own JSON, limits and signature.

All of them say in the body of an answer with status 200 that they did not take a message. An address is the robot's webhook,
and after a blank the secret that it signs with, if it does.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import aiohttp

from bot.channels.door import Letter, TryLater, Undeliverable
from bot.channels.one_way import OneWay
from bot.clock import Clock
from bot.pace import Pace
from dialog.texts import Words

SECONDS = 15
AGAIN = timedelta(seconds=10)
CONTENT_BYTES = 2048
"""What WeCom takes; the others take more."""
SYSTEM_BUSY = -1

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """How the robots of one vendor are spoken to.

    `request` makes url and body out of url, secret ("" without one), text and time. `busy` are the codes for too many messages,
    after which it is silent for `mute`; with those of `gone` it takes nothing any more: removed, stopped, wrong key or signature.
    """

    name: str
    a_minute: int
    mute: timedelta
    request: Callable[[str, str, str, datetime], tuple[str, Json]]
    busy: frozenset[int]
    gone: frozenset[int]


def _wecom(url: str, secret: str, text: str, now: datetime) -> tuple[str, Json]:
    return url, {"msgtype": "text", "text": {"content": text}}


def _dingtalk(url: str, secret: str, text: str, now: datetime) -> tuple[str, Json]:
    if secret:
        at = str(round(now.timestamp() * 1000))
        sign = _signed(secret, f"{at}\n{secret}")
        url += f"&timestamp={at}&sign={quote_plus(sign)}"
    return url, {"msgtype": "text", "text": {"content": text}}


def _feishu(url: str, secret: str, text: str, now: datetime) -> tuple[str, Json]:
    body: Json = {"msg_type": "text", "content": {"text": text}}
    if secret:
        at = str(int(now.timestamp()))
        # Not a slip: Feishu takes time and secret as the key, and signs nothing with it.
        body |= {"timestamp": at, "sign": _signed(f"{at}\n{secret}", "")}
    return url, body


def _signed(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


VENDORS = (
    Vendor(
        name="wecom",
        a_minute=18,  # of 20
        mute=timedelta(minutes=1),
        request=_wecom,
        busy=frozenset({45009, 45033}),
        gone=frozenset({93000, 93004, 93008}),
    ),
    Vendor(
        name="dingtalk",
        a_minute=17,  # of 20; whoever sends more is muted
        mute=timedelta(minutes=10),
        request=_dingtalk,
        busy=frozenset({130101, 410100, 90030}),
        gone=frozenset({300001, 310000, 400013, 400101, 400102, 400106}),
    ),
    Vendor(
        name="feishu",
        a_minute=90,  # of 100, and of 5 a second
        mute=timedelta(minutes=1),
        request=_feishu,
        busy=frozenset({9499, 11232}),
        gone=frozenset({19001, 19021, 19022, 19024}),
    ),
)


class Robots(OneWay):
    """The channel to all robots of one vendor. Each robot is paced by itself."""

    def __init__(self, words: Words, clock: Clock, vendor: Vendor) -> None:
        super().__init__(words)
        self.name = vendor.name
        self._clock = clock
        self._vendor = vendor
        self._pace = Pace(0, vendor.a_minute / 60)
        self._http: aiohttp.ClientSession | None = None

    async def send(self, letter: Letter) -> str | None:
        """Send a letter; robots give no ids. Raises TryLater, Undeliverable."""
        robot, _blank, secret = letter.address.partition(" ")
        now = self._clock.now()
        if wait := self._pace.wait(robot, now):
            raise TryLater(f"{self.name} is paced", wait)
        text = "\n".join(self.lines(letter)).encode()[:CONTENT_BYTES].decode(errors="ignore")
        url, body = self._vendor.request(robot, secret, text, now)
        try:
            # A redirect would lead away from the hosts that were checked.
            async with self._session().post(url, json=body, allow_redirects=False) as answer:
                status, said = answer.status, await answer.read()
        except aiohttp.ClientConnectorError as error:
            self.away(error)
            raise TryLater(f"{self.name} is out of reach", AGAIN, everywhere=True) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TryLater(f"{self.name}'s answer was lost", AGAIN, certain=False) from error
        self.back()
        self._read(status, said)
        return None

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession(trust_env=True, timeout=aiohttp.ClientTimeout(total=SECONDS))
        return self._http

    def _read(self, status: int, said: bytes) -> None:
        """Understand an answer; raises what the program has to do about it. The words are not quoted: some hold addresses."""
        code = _code(said)
        if code == 0 and status == 200:
            return
        why = f"{self.name} answers {status}, code {code}"
        if status == 429 or code in self._vendor.busy:
            raise TryLater(why, self._vendor.mute)
        if status >= 500 or code == SYSTEM_BUSY:
            raise TryLater(why, AGAIN, certain=False)
        raise Undeliverable(why, gone=code in self._vendor.gone)

    async def close(self) -> None:
        """Let connections go."""
        if self._http:
            await self._http.close()


def _code(said: bytes) -> int | None:
    """Find the code in an answer's body; None if there is none."""
    try:
        read = json.loads(said)
    except ValueError:
        return None
    if not isinstance(read, dict):
        return None
    return next((read[name] for name in ("errcode", "code", "StatusCode") if isinstance(read.get(name), int)), None)
