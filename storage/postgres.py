"""PostgreSQL: a pool, and one more connection on which processes ring each other."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import asyncpg

from storage.database import Conflict, Row, StorageError, T, Tx, Unavailable, Work, finish

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy
    from asyncpg.transaction import Transaction

_PG_ONLY = re.compile(r"/\*pg\s(.*?)\*/", re.S)
_PARAM = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")
_TOPICS = "huiyin"
# Locks of a machine that died must be freed, though nobody closed its connections.
_SERVER_SETTINGS = {
    "idle_in_transaction_session_timeout": "15000",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}


@cache
def compile_sql(sql: str) -> tuple[str, tuple[str, ...]]:
    """Turn `:name` into `$n` and uncover `/*pg ... */`; return the text and the order of names."""
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        if match[1] not in names:
            names.append(match[1])
        return f"${names.index(match[1]) + 1}"

    return _PARAM.sub(number, _PG_ONLY.sub(r"\1", sql)), tuple(names)


@contextmanager
def _errors() -> Generator[None, None, None]:
    try:
        yield
    except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError) as error:
        raise Conflict(type(error).__name__) from error
    except (
        asyncpg.PostgresConnectionError,
        asyncpg.InterfaceError,
        asyncpg.InternalClientError,  # how the driver names a connection that the server is just ending
        asyncpg.InsufficientResourcesError,
        asyncpg.OperatorInterventionError,
        asyncpg.PostgresSystemError,
        asyncpg.ObjectNotInPrerequisiteStateError,
        asyncpg.IdleInTransactionSessionTimeoutError,
        asyncpg.ReadOnlySQLTransactionError,
        OSError,
        TimeoutError,
    ) as error:
        raise Unavailable(type(error).__name__) from error
    except asyncpg.PostgresError as error:
        raise StorageError(type(error).__name__) from error


async def _roll_back(transaction: Transaction) -> None:
    # On a lost connection the driver refuses before there is anything to await.
    await transaction.rollback()


class PostgresTx:
    """An open transaction on one connection."""

    def __init__(self, connection: PoolConnectionProxy[asyncpg.Record]) -> None:
        self._connection = connection

    async def run(self, sql: str, **params: Any) -> int:
        text, names = compile_sql(sql)
        with _errors():
            tag = await self._connection.execute(text, *(params[n] for n in names))
        return int(tag.rpartition(" ")[2]) if tag[-1].isdigit() else 0

    async def one(self, sql: str, **params: Any) -> Row | None:
        text, names = compile_sql(sql)
        with _errors():
            return await self._connection.fetchrow(text, *(params[n] for n in names))

    async def all(self, sql: str, **params: Any) -> Sequence[Row]:
        text, names = compile_sql(sql)
        with _errors():
            return await self._connection.fetch(text, *(params[n] for n in names))

    @asynccontextmanager
    async def savepoint(self) -> AsyncGenerator[None, None]:
        transaction = self._connection.transaction()
        with _errors():
            await transaction.start()
        try:
            yield
        except BaseException:
            await finish(_roll_back(transaction))
            raise
        with _errors():
            await transaction.commit()


class PostgresDatabase:
    """One database, served by as many processes as wanted."""

    serial = False

    def __init__(self, url: str, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self._url = url
        self._pool = pool
        self._bell: asyncpg.Connection[asyncpg.Record] | None = None
        self._heard: Callable[[str], None] | None = None

    @classmethod
    async def open(cls, url: str, *, throwaway: bool = False) -> PostgresDatabase:
        """Connect; raises Unavailable."""
        settings = {**_SERVER_SETTINGS, "synchronous_commit": "off"} if throwaway else _SERVER_SETTINGS
        with _errors():
            return cls(url, await asyncpg.create_pool(url, min_size=1, max_size=12, server_settings=settings))

    async def do(self, work: Work[T]) -> T:
        async with self.transaction() as tx:
            return await work(tx)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Tx, None]:
        with _errors():
            connection = await self._pool.acquire()
        try:
            transaction = connection.transaction()
            try:
                await finish(transaction.start())
                yield PostgresTx(connection)
            except BaseException:
                await finish(_roll_back(transaction))
                raise
            with _errors():
                await transaction.commit()
        finally:
            await finish(self._pool.release(connection))

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[Tx, None]:
        with _errors():
            connection = await self._pool.acquire()
        try:
            transaction = connection.transaction(isolation="repeatable_read", readonly=True)
            try:
                await finish(transaction.start())
                yield PostgresTx(connection)
            finally:
                await finish(_roll_back(transaction))
        finally:
            await finish(self._pool.release(connection))

    async def script(self, sql: str) -> None:
        with _errors():
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(_PG_ONLY.sub(r"\1", sql))

    async def listen(self, heard: Callable[[str], None]) -> None:
        self._heard = heard
        await self._connected_bell()

    async def ring(self, topics: Sequence[str]) -> None:
        bell = await self._connected_bell()
        with _errors():
            await bell.execute("SELECT pg_notify($1, topic) FROM unnest($2::text[]) AS topic", _TOPICS, list(topics))

    async def _connected_bell(self) -> asyncpg.Connection[asyncpg.Record]:
        if self._bell is None or self._bell.is_closed():
            with _errors():
                bell = await asyncpg.connect(self._url, server_settings=_SERVER_SETTINGS)
                await bell.add_listener(_TOPICS, self._on_notify)
                self._bell = bell
        return self._bell

    def _on_notify(self, connection: object, pid: int, channel: str, topic: object) -> None:
        if self._heard:
            self._heard(str(topic))

    def hold(self) -> None:
        """Any number of processes may serve one PostgreSQL."""

    async def close(self) -> None:
        if self._bell is not None and not self._bell.is_closed():
            await self._bell.close()
        await self._pool.close()
