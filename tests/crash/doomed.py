"""The program with its doors watched: `python doomed.py [--dies-at POINT:N] [--tally FILE] [--change X=N] [--clock FILE] run`.

It dies as by `kill -9` when it comes to a point for the Nth time, and writes the name of each point that it passes into the
file, once. The doors are all through which it touches what outlives it: work given to the store, exchanges with Telegram,
answers to the web, files. They are wrapped here, from outside; the program itself knows nothing of it. `crash_points` lists them.
A constant is changed where no test could wait for it; `FILE` holds the seconds by which the machine's clock is wrong.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, tzinfo
from functools import partial, wraps
from pathlib import Path
from typing import Any

from aiohttp import web
from crash_points import WORKS

from actions import city
from bot.channels.telegram_api import AiohttpRequest
from bot.main import main
from storage import ledger
from storage.database import Tx, Work
from storage.postgres import PostgresDatabase
from storage.sqlite import SqliteDatabase

_passed: Counter[str] = Counter()
_fatal = ("", 0)
_tally: Path | None = None


def pass_point(name: str) -> None:
    """Note that we come to a point; die if it is the one."""
    _passed[name] += 1
    if _tally and _passed[name] == 1:
        with _tally.open("a") as file:
            file.write(f"{name}\n")
    if (name, _passed[name]) == _fatal:
        os.kill(os.getpid(), signal.SIGKILL)


def _watch(owner: Any, function: str, name: Callable[..., str]) -> None:
    """Put a point before and after an async function; `name` is given its arguments, and gives nothing for what is no door."""
    original: Callable[..., Awaitable[Any]] = getattr(owner, function)

    @wraps(original)
    async def watched(*args: Any, **named: Any) -> Any:
        door = name(*args, **named)
        if not door:
            return await original(*args, **named)
        pass_point(f"{door} before")
        result = await original(*args, **named)
        pass_point(f"{door} after")
        return result

    setattr(owner, function, watched)


def _watch_work(database: type[SqliteDatabase | PostgresDatabase]) -> None:
    """Put a point after each piece of work is written and before it is committed, and one after it is committed."""
    original = database.do

    async def do(self: Any, work: Work[Any]) -> Any:
        named = work.func if isinstance(work, partial) else work
        qualname = named.__qualname__.replace("<locals>.", "")
        name = WORKS.get(qualname, qualname)

        async def watched(tx: Tx) -> Any:
            result = await work(tx)
            pass_point(f"{name} written")
            return result

        result = await original(self, watched)
        pass_point(f"{name} committed")
        return result

    database.do = do  # type: ignore[method-assign]


def _watch_naming(function: str, name: str) -> None:
    """Put a point before and after a finished file gets its name."""
    original = getattr(os, function)

    def watched(source: Any, target: Any) -> None:
        pass_point(f"{name} before")
        original(source, target)
        pass_point(f"{name} after")

    setattr(os, function, watched)


def _set_clock(wrong_by: Path) -> None:
    """Let the program, and APScheduler, read a clock that is wrong by as much as the file says at that moment."""

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Wrong:
            return super().now(tz) + timedelta(seconds=float(wrong_by.read_text() or 0))

    for module in ("bot.clock", "bot.scheduler", "apscheduler.schedulers.base"):
        vars(sys.modules[module])["datetime"] = Wrong


def _method(request: AiohttpRequest, how: str, url: str, *rest: object) -> str:
    return url.rpartition("/")[2] if how == "POST" else "download"


def _path(response: web.Response, data: bytes = b"") -> str:
    request = response._req
    return f"answer {request.path}" if request and request.method == "POST" else ""


for one in (SqliteDatabase, PostgresDatabase):
    _watch_work(one)
    _watch(one, "script", lambda *_: "migration")
_watch(PostgresDatabase, "ring", lambda *_: "ring")
_watch(ledger, "append", lambda *_, **__: "ledger")
_watch(city, "load", lambda *_: "city")
_watch(AiohttpRequest, "exchange", _method)
_watch(web.Response, "write_eof", _path)
_watch_naming("link", "key")
_watch_naming("replace", "file")

if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--dies-at", default=":0")
    arguments.add_argument("--tally", type=Path)
    arguments.add_argument("--change", action="append", default=[])
    arguments.add_argument("--clock", type=Path)
    arguments.add_argument("command", nargs="+")
    given = arguments.parse_args()
    point, _colon, count = given.dies_at.rpartition(":")
    _fatal, _tally = (point, int(count)), given.tally
    for change in given.change:
        place, _equals, value = change.partition("=")
        module, _dot, constant = place.rpartition(".")
        setattr(sys.modules[module], constant, float(value))
    if given.clock:
        _set_clock(given.clock)
    main(given.command)
