"""Whether this process can serve now, for whoever spreads requests over several: `/readyz` says ready, or what is not.

It reads and never writes, and tells nothing about anybody. Whether anything can be written, what is written anyway has shown.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from aiohttp import web

from storage import cities
from storage.database import Database, StorageError
from storage.migrate import WrongSchema, lacking

OK = "ok"
ANSWER_SECONDS = 2.0
GOOD_FOR_SECONDS = 1.0
"""Anybody may ask, as often as they like: the database is asked no oftener than this."""

State: TypeAlias = Mapping[str, str]


class Readiness:
    """Looks at the database and at the tasks of this process, by name; `watch` gives them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tasks: Mapping[str, asyncio.Task[None]] = {}
        self._look: asyncio.Task[State] | None = None
        self._looked_at = 0.0

    def watch(self, tasks: Mapping[str, asyncio.Task[None]]) -> None:
        """Take these tasks for what must go on."""
        self._tasks = tasks

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Give the route."""
        return (web.get("/readyz", self._answer),)

    async def _answer(self, request: web.Request) -> web.Response:
        state = {**await self._store(), "writing": self._database.writing.trouble() or OK, "loops": self._loops()}
        ready = set(state.values()) == {OK}
        return web.json_response({"ready": ready, **state}, status=200 if ready else 503, headers={"Cache-Control": "no-store"})

    def _loops(self) -> str:
        ended = [name for name, task in self._tasks.items() if task.done()]
        if not self._tasks:
            return "not begun"
        return f"ended: {', '.join(ended)}" if ended else OK

    async def _store(self) -> State:
        now = time.monotonic()
        if self._look is None or (self._look.done() and now - self._looked_at > GOOD_FOR_SECONDS):
            self._look = asyncio.create_task(self._ask())
            self._looked_at = now
        # Not cancelled when the time is up: a driver that waits for a lost server does not hear of it. The next one asks on.
        done, _pending = await asyncio.wait({self._look}, timeout=ANSWER_SECONDS)
        return self._look.result() if done else {"database": f"no answer within {ANSWER_SECONDS:g} s"}

    async def _ask(self) -> State:
        try:
            async with self._database.reading() as tx:
                behind = await lacking(tx)
                city = await cities.is_loaded(tx) if not behind else False
        except WrongSchema:
            return {"database": OK, "migrations": "those of another version of the program"}
        except StorageError:
            return {"database": "out of reach"}
        return {
            "database": OK,
            "migrations": f"{behind[0].name} is missing" if behind else OK,
            "city": OK if city else "none is loaded",
        }
