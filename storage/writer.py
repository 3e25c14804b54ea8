"""The thread in which work on a SQLite file is done: whole pieces of work, and all that wait together in one commit.

A statement through aiosqlite is a trip to its thread and back; here a whole turn is one trip, and one sync to disk serves
everybody who waited for it. Nobody gets a result before it is committed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple, cast

from storage.database import T, Tx, Unavailable, Work

HOLD = 0.03
"""Seconds after which a commit takes no further work, so that those whose work is done don't wait long."""


class _Waiting(NamedTuple):
    work: Work[Any]
    done: asyncio.Future[Any]


class Writer:
    """Does pieces of work one after another, in the order in which they came, each in a savepoint of its own."""

    def __init__(self, transaction: Callable[[], AbstractAsyncContextManager[Tx]], lock: asyncio.Lock) -> None:
        self._transaction = transaction
        self._lock = lock
        self._thread = ThreadPoolExecutor(1, "store")
        self._waiting: list[_Waiting] = []
        self._carrying: asyncio.Task[None] | None = None
        self._closed = False

    async def do(self, work: Work[Any]) -> Any:
        """Do work and return what it gave, as `Database.do` says."""
        if self._closed:
            raise Unavailable("the store is closed")
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(work, done))
        if self._carrying is None:
            self._carrying = asyncio.create_task(self._carry())
        return await done

    async def _carry(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                async with self._lock:
                    batch = [one for one in self._waiting if not one.done.cancelled()]
                    self._waiting = []
                    results = await loop.run_in_executor(self._thread, driven, self._commit(batch))
                    self._waiting[:0] = batch[len(results) :]
                for (_work, done), (result, error) in zip(batch, results, strict=False):
                    if not done.cancelled():
                        done.set_exception(error) if error else done.set_result(result)
        finally:
            self._carrying = None

    async def _commit(self, batch: list[_Waiting]) -> list[tuple[Any, Exception | None]]:
        """Do as much as `HOLD` allows, but at least the first, and commit; give results or errors of what was done."""
        results: list[tuple[Any, Exception | None]] = []
        until = time.monotonic() + HOLD
        try:
            async with self._transaction() as tx:
                for work, _done in batch:
                    # What is alone needs no savepoint: if it fails, nothing else is lost with the transaction.
                    results.append(await _in_savepoint(tx, work) if len(batch) > 1 else (driven(work(tx)), None))
                    if time.monotonic() > until:
                        break
        except Exception as error:  # nothing of it was written
            return [(None, error)] * len(batch)
        return results

    async def close(self) -> None:
        """End when everything that waits is done; what comes later is refused."""
        self._closed = True
        if self._carrying:
            await self._carrying
        self._thread.shutdown()


async def _in_savepoint(tx: Tx, work: Work[Any]) -> tuple[Any, Exception | None]:
    try:
        async with tx.savepoint():
            return driven(work(tx)), None
    except Unavailable:
        raise
    except Exception as error:
        return None, error


def driven(work: Coroutine[Any, Any, T]) -> T:
    """Run to its end what awaits nothing that has to wait; RuntimeError if it does."""
    try:
        work.send(None)
        work.throw(RuntimeError("work in a transaction awaited something else than the transaction"))
    except StopIteration as end:
        return cast("T", end.value)
    raise RuntimeError("work in a transaction went on waiting")
