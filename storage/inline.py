"""SQLite without trips to another thread, for a process that does nothing else meanwhile: twice as many statements a second."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any


class InlineConnection:
    """What `storage.sqlite` uses of aiosqlite's connections; each statement holds everything else up until it is done."""

    def __init__(self, path: str, *, uri: bool = False) -> None:
        self._connection = sqlite3.connect(path, uri=uri, isolation_level=None)
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
