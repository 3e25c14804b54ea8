"""SQLite in the thread that asks, for who does nothing else meanwhile: no trips, so ten times as many statements a second."""

from __future__ import annotations

import sqlite3
from collections.abc import Coroutine, Sequence
from typing import Any

from storage.database import Unavailable


class InlineConnection:
    """What `storage.sqlite` uses of aiosqlite's connections; each statement holds everything else up until it is done."""

    def __init__(self, path: str, *, uri: bool = False) -> None:
        # Opened by one thread and used by another, never by two at once.
        self._connection = sqlite3.connect(path, uri=uri, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row

    async def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
        return self._connection.execute(sql, parameters)

    async def execute_fetchall(self, sql: str, parameters: Any = ()) -> Sequence[sqlite3.Row]:
        return self._connection.execute(sql, parameters).fetchall()

    async def executescript(self, sql: str) -> sqlite3.Cursor:
        return self._connection.executescript(sql)

    async def rollback(self) -> None:
        self._connection.rollback()

    async def close(self) -> None:
        self._connection.close()


async def at_once(work: Coroutine[Any, Any, Any]) -> None:
    """Run to the end what nothing can interrupt; an error is Unavailable, as with `storage.database.finish`."""
    try:
        await work
    except Exception as error:
        raise Unavailable(str(error) or type(error).__name__) from error
