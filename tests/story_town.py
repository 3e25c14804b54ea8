"""The real program with people around it: web chat and Telegram at once, over either database, in a time that can be moved."""

from __future__ import annotations

import asyncio
import contextlib
import io
import itertools
import json
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from unittest.mock import patch

from botapi import BotApi
from ports import free_port
from story_person import Person
from story_telegram import TelegramPerson
from story_web import WebPerson

from actions.invitations import invite
from bot.app import App, composed
from bot.clock import Clock
from bot.main import parser
from bot.settings import read_settings
from storage import cases, entries
from storage.cases import Case
from storage.roles import RoleKind

ROOT = Path(__file__).parent.parent
CITY = ROOT / "examples" / "xining"
RUBBISH_UNIT = "urban-management-630104"
"""Who is responsible for rubbish in Chengxi, where GATE lies."""
GATE = (101.7489, 36.6296)


class MovableClock(Clock):
    """Goes on from one Wednesday morning, whatever the day is on which the tests run, and can be moved forward by `ahead`."""

    BEGIN = datetime.fromisoformat("2026-07-08T10:00:00+08:00")

    def __init__(self) -> None:
        self._from_now = self.BEGIN - super().now()
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self._from_now + self.ahead


class Alarms(logging.Handler):
    """Keeps what the program logs as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


class Town:
    """One running program. `alarms.records` must be empty at the end, and the ledger whole."""

    def __init__(self, api: BotApi, folder: Path, database: str, *, webhook: bool = False, **settings: str) -> None:
        self.api = api
        self.clock = MovableClock()
        self.alarms = Alarms()
        self._names = itertools.count(1)
        self._people: list[Person] = []
        port = free_port() if webhook else 0
        given = {
            "LISTEN": f"127.0.0.1:{port}",
            "DATABASE": database,
            "DATA": str(folder / "data"),
            "KEYS": str(folder / "keys"),
            "CITY": str(CITY),
            "TELEGRAM_TOKEN": api.token,
            "TELEGRAM_BASE_URL": api.base_url,
            "TELEGRAM_FILE_URL": api.file_url,
            "PACE_ALL": "0",
            "PACE_CHAT": "0",
            "PACE_GROUP": "0",
            **({"TELEGRAM_MODE": "webhook", "TELEGRAM_WEBHOOK_URL": f"http://127.0.0.1:{port}/telegram"} if webhook else {}),
            **settings,
        }
        self.settings = read_settings({f"HUIYIN_{name}": value for name, value in given.items()}, folder)

    async def __aenter__(self) -> Self:
        logging.getLogger("huiyin").addHandler(self.alarms)
        await self.starts()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await asyncio.gather(*(person.leaves() for person in self._people))
        try:
            if kind is None:
                assert (await self.runs("verify"))[0] == 0
                assert not self.alarms.records, [record.getMessage() for record in self.alarms.records]
        finally:
            await self.stops()
            logging.getLogger("huiyin").removeHandler(self.alarms)

    async def starts(self) -> None:
        """Start the program."""
        self._stack = contextlib.AsyncExitStack()
        self.app: App = await self._stack.enter_async_context(composed(self.settings, self.clock))
        ready = asyncio.Event()
        self._running = asyncio.create_task(self.app.run(lambda app: ready.set()))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({self._running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._running.done():
            self._running.result()
        assert self.app.address is not None
        self.url = "http://{}:{}".format(*self.app.address)

    async def restarts(self) -> None:
        """End the program and start it anew at the same address."""
        assert self.app.address is not None
        self.settings = replace(self.settings, listen=self.app.address)
        await self.stops()
        await self.starts()

    async def stops(self) -> None:
        """End the program as Ctrl-C does."""
        self.app.stop()
        await self._running
        await self._stack.aclose()

    # ---- people --------------------------------------------------------------------------------------

    async def somebody(self, on: str, *, name: str = "", language: str = "en") -> Person:
        """Bring somebody to the door: on `web` or on `telegram`."""
        name = name or f"Somebody{next(self._names)}"
        person: Person = WebPerson(name, self.url, language) if on == "web" else TelegramPerson(name, self.api, language)
        await person.arrives()
        self._people.append(person)
        return person

    async def same_browser(self, person: Person) -> WebPerson:
        """Load the page anew in the browser of somebody who has left it."""
        assert isinstance(person, WebPerson)
        again = WebPerson(f"{person.name}again", self.url, "en", cookies=person.cookies)
        await again.arrives()
        self._people.remove(person)
        self._people.append(again)
        return again

    async def contact(self, on: str, unit: str = RUBBISH_UNIT, *, name: str = "", language: str = "en") -> Person:
        """Sign a contact of a unit in with a real invitation."""
        return await self._staff(on, RoleKind.CONTACT, (unit,), name, language)

    async def head(self, on: str, unit: str = RUBBISH_UNIT, *, name: str = "", language: str = "en") -> Person:
        """Sign in the head of a unit."""
        return await self._staff(on, RoleKind.HEAD, (unit,), name, language)

    async def office(self, on: str, *, name: str = "", language: str = "en") -> Person:
        """Sign in somebody of the supervision office."""
        return await self._staff(on, RoleKind.OFFICE, (), name, language)

    async def _staff(self, on: str, role: RoleKind, units: Sequence[str], name: str, language: str) -> Person:
        person = await self.somebody(on, name=name, language=language)
        await person.follows(await self.invites(role, units, person.name))
        await person.sees("signed in|登录")
        return person

    async def invites(self, role: RoleKind, units: Sequence[str] = (), name: str = "") -> str:
        """Make a one-time code."""
        async with self.app.database.transaction() as tx:
            return await invite(tx, self.app.keys, role, units, name, self.clock.now())

    async def invites_contact(self) -> str:
        """Make a one-time code for a contact of RUBBISH_UNIT."""
        return await self.invites(RoleKind.CONTACT, (RUBBISH_UNIT,))

    # ---- what the operators see ------------------------------------------------------------------------

    async def runs(self, *command: str) -> tuple[int, str]:
        """Run a command of the command line beside the program, at its time; return its exit code and what it printed."""
        arguments = parser().parse_args(command)
        out = io.StringIO()
        here = patch("bot.operations.Clock", lambda: self.clock)
        with here, contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = await arguments.run(arguments, self.settings)
        return code, out.getvalue()

    async def case(self, number: str) -> Case:
        """Read a case."""
        async with self.app.database.transaction() as tx:
            found = await cases.numbered(tx, number)
        assert found is not None
        return found

    async def texts(self, number: str) -> list[str]:
        """Read what was written about a case, as it is kept for the unit."""
        case = await self.case(number)
        async with self.app.database.transaction() as tx:
            return [entry.text for entry in await entries.of_case(tx, case.id)]

    async def history(self, number: str) -> list[dict[str, Any]]:
        """Read the ledger of a case, as the command line shows it."""
        code, printed = await self.runs("cases", number, "--json")
        assert code == 0, printed
        return list(json.loads(printed)["ledger"])

    async def count(self) -> int:
        """Count all cases."""
        async with self.app.database.transaction() as tx:
            row = await tx.one("SELECT COUNT(*) AS n FROM cases")
        return int(row["n"]) if row else 0


@contextlib.asynccontextmanager
async def town_over(folder: Path, database: str, **settings: Any) -> AsyncIterator[Town]:
    """Open a town with its own Telegram."""
    async with BotApi() as api, Town(api, folder, database, **settings) as town:
        yield town
