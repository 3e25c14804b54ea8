"""How SQLite reads for what it is asked: by which index, or through a whole table."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from storage.database import Row, Tx


class Explained:
    """A transaction that notes how SQLite reads for each statement."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.plans: list[str] = []

    async def _explain(self, sql: str, params: dict[str, Any]) -> None:
        rows = await self._tx.all(f"EXPLAIN QUERY PLAN {sql}", **params)
        self.plans += [f"{row['detail']}: {sql}" for row in rows]

    async def run(self, sql: str, **params: Any) -> int:
        await self._explain(sql, params)
        return await self._tx.run(sql, **params)

    async def one(self, sql: str, **params: Any) -> Row | None:
        await self._explain(sql, params)
        return await self._tx.one(sql, **params)

    async def all(self, sql: str, **params: Any) -> Sequence[Row]:
        await self._explain(sql, params)
        return await self._tx.all(sql, **params)

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        return self._tx.savepoint()

    @property
    def scans(self) -> list[str]:
        """What goes through a whole table, or sorts what it found."""
        return [plan for plan in self.plans if plan.startswith("SCAN") and "CONSTANT" not in plan and "USING INDEX" not in plan]
