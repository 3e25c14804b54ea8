"""The far ends of bells, on loopback: a host of group robots with scripted answers, and a real SMTP server."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import deque
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

OK = {"errcode": 0, "errmsg": "ok"}
FEISHU_OK = {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One request that came to a robot."""

    path: str
    query: dict[str, str]
    body: dict[str, Any]
    at: float

    @property
    def text(self) -> str:
        """What the group reads."""
        content: Any = self.body.get("text") or self.body["content"]
        return str(content.get("content") or content["text"])


class RobotHost:
    """A host that has the robots of all three vendors. `answers` come first, each once: status and body, or None to hang up."""

    def __init__(self) -> None:
        self.rung: list[Rung] = []
        self.answers: deque[tuple[int, Any] | None] = deque()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/{path:.*}", self._take)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.host = f"127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._runner.cleanup()

    def wecom(self, key: str = "wecom-key") -> str:
        """Give the address of a WeCom robot."""
        return f"http://{self.host}/cgi-bin/webhook/send?key={key}"

    def dingtalk(self, key: str = "dingtalkkey") -> str:
        """Give the address of a DingTalk robot."""
        return f"http://{self.host}/robot/send?access_token={key}"

    def feishu(self, key: str = "feishu-key") -> str:
        """Give the address of a Feishu robot."""
        return f"http://{self.host}/open-apis/bot/v2/hook/{key}"

    async def rings(self, count: int, timeout: float = 20) -> list[Rung]:
        """Wait for so many requests in all, and give them; long enough for one that a busy machine lets wait for its next try."""
        until = time.monotonic() + timeout
        while len(self.rung) < count:
            assert time.monotonic() < until, f"{len(self.rung)} rings of {count}: {[ring.text for ring in self.rung]}"
            await asyncio.sleep(0.02)
        return self.rung

    async def stays_at(self, count: int, seconds: float = 2.5) -> None:
        """Wait, and fail if there are more requests than so many."""
        await asyncio.sleep(seconds)
        assert len(self.rung) == count, [ring.text for ring in self.rung]

    async def _take(self, request: web.Request) -> web.StreamResponse:
        rung = Rung(path=request.path, query=dict(request.query), body=await request.json(), at=time.monotonic())
        self.rung.append(rung)
        answer = self.answers.popleft() if self.answers else (200, FEISHU_OK if "/hook/" in request.path else OK)
        if answer is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        status, said = answer
        if isinstance(said, str):
            return web.Response(status=status, text=said, headers={"Location": "/elsewhere"} if 300 <= status < 400 else None)
        return web.json_response(said, status=status)


class MailHost:
    """An SMTP server that keeps what it is handed. `refusals` are said once each to a recipient in place of 250."""

    def __init__(self, *, user: str = "", password: str = "", tls: ssl.SSLContext | None = None, starttls: bool = False) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.refusals: deque[str] = deque()
        self._tls = None if starttls else tls
        self._starttls = tls if starttls else None
        self._login = (user.encode(), password.encode())

    async def __aenter__(self) -> Self:
        self._server = await asyncio.get_running_loop().create_server(self._protocol, "127.0.0.1", 0, ssl=self._tls)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.close()
        await self._server.wait_closed()

    def _protocol(self) -> SMTP:
        return SMTP(
            self,
            hostname="mail.example.org",
            enable_SMTPUTF8=True,
            authenticator=self._authenticate,
            auth_require_tls=False,
            tls_context=self._starttls,
            require_starttls=self._starttls is not None,
        )

    def _authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and (given.login, given.password) == self._login
        return AuthResult(success=right, handled=False)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if self._login[0] and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if self.refusals:
            return self.refusals.popleft()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.recipients += envelope.rcpt_tos
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"

    async def delivers(self, count: int, timeout: float = 10) -> list[EmailMessage]:
        """Wait for so many mails in all, and give them."""
        until = time.monotonic() + timeout
        while len(self.mails) < count:
            assert time.monotonic() < until, f"{len(self.mails)} mails of {count}"
            await asyncio.sleep(0.02)
        return self.mails
