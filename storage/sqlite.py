"""SQLite: transactions queue on a lock, whether they are blocks or pieces of work; read-only connections beside them."""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
import sqlite3
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias, cast

import aiosqlite

from storage.database import Damaged, Row, StorageError, T, Tx, Unavailable, Work, finish
from storage.inline import InlineConnection, at_once
from storage.writer import Writer
from storage.writing import Writing

Connection: TypeAlias = aiosqlite.Connection | InlineConnection

PRAGMAS = (
    "journal_mode=WAL",
    "wal_autocheckpoint=4000",  # 16 MB: a page that many turns write goes to the file a quarter as often
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=30000",
    "secure_delete=ON",
)
PUT_BACK_FROM_MEMORY = "temp_store=MEMORY"
"""For work, most of which is small: else a file for what savepoints may have to put back is made and deleted for each commit."""
READERS = 4

_HELD = "Another program holds it: end that one, or wait until it has finished."
# What waiting and beginning again may heal, with what to do about it; every other error is a mistake of ours.
_PASSING = {
    sqlite3.SQLITE_BUSY: _HELD,
    sqlite3.SQLITE_LOCKED: _HELD,
    sqlite3.SQLITE_NOMEM: "Give this machine more memory.",
    sqlite3.SQLITE_READONLY: "Let this user write to it and to its folder.",
    sqlite3.SQLITE_IOERR: "Is there room on its disk, and is the disk well?",
    sqlite3.SQLITE_FULL: "Make room on its disk.",
    sqlite3.SQLITE_CANTOPEN: "Is HUIYIN_DATABASE right, and is there room on its disk?",
}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_LITE_ONLY = re.compile(r"/\*lite\s(.*?)\*/", re.S)


@cache
def lite(sql: str) -> str:
    """Uncover `/*lite ... */`."""
    return _LITE_ONLY.sub(r"\1", sql)


class _Errors:
    """Turns the driver's errors into ours. A class: around each statement a generator would cost a tenth of it."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if not isinstance(error, sqlite3.Error | UnicodeDecodeError):
            return
        code = getattr(error, "sqlite_errorcode", None)
        code = code & 0xFF if code is not None else None
        # What the driver says of bytes that are no text quotes them, and somebody's words may be around them; or it can't say it.
        is_no_text = isinstance(error, UnicodeDecodeError) or str(error).startswith("Could not decode")
        if code in _DAMAGED or is_no_text:
            said = f"{self._path} can't be used: the file is damaged, or is no database."
            raise Damaged(f"{said} If HUIYIN_DATABASE is right, keep the file aside and restore a backup.") from None
        if code in _PASSING:
            raise Unavailable(f"{self._path} can't be used: {error}. {_PASSING[code]}") from error
        raise StorageError(str(error)) from error


class SqliteTx:
    """An open transaction on one connection."""

    def __init__(self, connection: Connection, errors: _Errors) -> None:
        self._connection = connection
        self._errors = errors
        self._finish = _finish(connection)
        self._depth = 0

    async def run(self, sql: str, **params: Any) -> int:
        with self._errors:
            # A statement that returns no rows is over when it has run: closing its cursor would be one more trip to the thread.
            cursor = await self._connection.execute(lite(sql), params)
            return cursor.rowcount

    async def one(self, sql: str, **params: Any) -> Row | None:
        rows = await self.all(sql, **params)
        return rows[0] if rows else None

    async def all(self, sql: str, **params: Any) -> Sequence[Row]:
        with self._errors:
            return list(await self._connection.execute_fetchall(lite(sql), params))

    @asynccontextmanager
    async def savepoint(self) -> AsyncGenerator[None, None]:
        # By depth, not a new name for each: the driver keeps prepared what it has seen.
        self._depth += 1
        name = f"s{self._depth}"
        try:
            await self.run(f"SAVEPOINT {name}")
            try:
                yield
            except BaseException:
                await self._finish(self.run(f"ROLLBACK TO {name}"))
                await self._finish(self.run(f"RELEASE {name}"))
                raise
            await self.run(f"RELEASE {name}")
        finally:
            self._depth -= 1


@asynccontextmanager
async def _begun(connection: Connection, errors: _Errors) -> AsyncGenerator[Tx, None]:
    try:
        # IMMEDIATE takes the write lock now: a later upgrade from reading to writing could not wait for it.
        with errors:
            await connection.execute("BEGIN IMMEDIATE")
        yield SqliteTx(connection, errors)
        with errors:
            await connection.execute("COMMIT")
    except BaseException:
        # A cancelled statement still runs in the driver's thread. Its queue is first in, first out, so this
        # rollback follows it, and whoever called us waits until then, even if cancelled again.
        await _finish(connection)(connection.rollback())
        raise


def _finish(connection: Connection) -> Callable[[Coroutine[Any, Any, Any]], Coroutine[Any, Any, None]]:
    return at_once if isinstance(connection, InlineConnection) else finish


class SqliteDatabase:
    """One file. Transactions queue on a lock, so that none finds the file busy within this process."""

    serial = True

    def __init__(self, path: str, writer: Connection, inline: InlineConnection, *, throwaway: bool) -> None:
        self._path = path
        self._errors = _Errors(path)
        self._throwaway = throwaway
        self._writer = writer
        self._inline = inline
        self._lock = asyncio.Lock()
        self._together = Writer(lambda: _begun(inline, self._errors), self._lock)
        self._readers: asyncio.LifoQueue[Connection | None] = asyncio.LifoQueue()
        for _ in range(READERS):
            self._readers.put_nowait(None)
        self.writing = Writing()
        self._held: int | None = None
        self._closed = False

    @classmethod
    async def open(cls, path: str, *, throwaway: bool = False) -> SqliteDatabase:
        """Open or make the file, readable by its owner only; raises Unavailable."""
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            said = f"{path} can't be opened: {error.strerror}."
            raise Unavailable(f"{said} Is HUIYIN_DATABASE right, and may this user write there?") from error
        pragmas = (*PRAGMAS, "synchronous=OFF") if throwaway else PRAGMAS
        with _Errors(path):
            inline = InlineConnection(path)
            await _set_up(inline, (*pragmas, PUT_BACK_FROM_MEMORY))
            writer = await _connected(path, throwaway=throwaway)
            await _set_up(writer, pragmas)
        return cls(path, writer, inline, throwaway=throwaway)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Tx, None]:
        async with self._lock, _begun(self._writer, self._errors) as tx:
            yield tx

    async def do(self, work: Work[T]) -> T:
        with self.writing.work():
            if self._throwaway:  # nobody else is there to be held up
                async with self.transaction() as tx:
                    return await work(tx)
            return cast("T", await self._together.do(work))

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[Tx, None]:
        connection = None if self._closed else await self._readers.get()
        try:
            if self._closed:
                raise Unavailable("the store is closed")
            if connection is None:
                with self._errors:
                    found = await _connected(f"file:{self._path}?mode=ro", uri=True, throwaway=self._throwaway)
                    await _set_up(found, ("busy_timeout=30000",))
                    connection = found
            try:
                with self._errors:
                    await connection.execute("BEGIN")
                yield SqliteTx(connection, self._errors)
            except asyncio.CancelledError:
                if isinstance(connection, aiosqlite.Connection):  # nobody waits any more for what it still reads
                    await connection.interrupt()
                raise
            finally:
                # Also after a BEGIN that was cancelled: it still runs, and the next reader would see an old state for ever.
                await finish(connection.rollback())
        finally:
            if self._closed and connection is not None:
                await finish(connection.close())
                connection = None
            self._readers.put_nowait(connection)

    async def script(self, sql: str) -> None:
        async with self._lock:
            try:
                with self._errors:
                    await self._writer.executescript(f"BEGIN IMMEDIATE;\n{lite(sql)}\nCOMMIT;")
            except BaseException:
                await finish(self._writer.rollback())
                raise

    async def listen(self, heard: Callable[[str], None]) -> None:
        """Nobody else serves this file: there is nothing to hear."""

    async def ring(self, topics: Sequence[str]) -> None:
        """Nobody else serves this file: there is nobody to tell."""

    def hold(self) -> None:
        file = f"{os.path.realpath(self._path)}.serving"
        try:
            held = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            said = f"{file} can't be made: {error.strerror}."
            raise Unavailable(f"{said} Let this user write to its folder, and make room.") from error
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(held)
            raise Unavailable(
                f"{self._path} is already served by another huiyin. Stop that one first, or use PostgreSQL for more than one."
            ) from error
        self._held = held

    async def close(self) -> None:
        self._closed = True
        # Each, though another fails: what has a thread and is left open keeps the program from ending.
        async with AsyncExitStack() as closing:
            if self._held is not None:
                closing.callback(os.close, self._held)
            # Only a connection that may write can bring the log into the file as it goes: the last of them.
            closing.push_async_callback(self._writer.close)
            closing.push_async_callback(self._inline.close)
            closing.push_async_callback(self._together.close)
            while not self._readers.empty():
                if reader := self._readers.get_nowait():
                    closing.push_async_callback(reader.close)


async def _connected(path: str, *, throwaway: bool, uri: bool = False) -> Connection:
    if throwaway:
        return InlineConnection(path, uri=uri)
    connection = await aiosqlite.connect(path, uri=uri, isolation_level=None)
    connection.row_factory = sqlite3.Row
    return connection


async def _set_up(connection: Connection, pragmas: Sequence[str]) -> None:
    """Say how a connection works; one that can't is closed, for its thread would keep the program from ending."""
    try:
        for pragma in pragmas:
            await connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        await finish(connection.close())
        raise
