"""What the log says of requests that fail: what happened and where, and nothing about who asked."""

from __future__ import annotations

import asyncio
import io
import logging
import sys
from collections.abc import Iterator

import pytest
from aiohttp import ClientSession, web

from bot.logs import LIBRARIES, set_up_logs


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Set the logs up as the program does, and leave them as they were."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in LIBRARIES}
    root.handlers.clear()  # those of the tests would be closed
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    set_up_logs(as_json=False)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


async def test_a_failed_request_is_told_without_the_clients_address_and_nonsense_not_at_all(logs: io.StringIO) -> None:
    async def fails(request: web.Request) -> web.Response:
        raise ValueError

    app = web.Application()
    app.router.add_get("/", fails)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        for nonsense in (b"GET /\x01 HTTP/9\r\n\r\n", b"\x16\x03\x01 secret\r\n\r\n", b"GET / HTTP/1.1\r\nA B\r\n\r\n"):
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(nonsense)
            assert b" 400 " in await reader.read(20)
            writer.close()
        assert logs.getvalue() == ""
        async with ClientSession() as session, session.get(f"http://{host}:{port}/") as answer:
            assert answer.status == 500
    finally:
        await runner.cleanup()
    said = logs.getvalue()
    assert "request_failed error=ValueError" in said
    assert "127.0.0.1" not in said
