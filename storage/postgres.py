"""PostgreSQL: a pool, and one more connection on which processes ring each other."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg

from storage.database import Conflict, Row, StorageError, T, Tx, Unavailable, Work, finish
from storage.writing import Writing

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy
    from asyncpg.transaction import Transaction

    _Driver = asyncpg.Connection[asyncpg.Record]
    _Connected: TypeAlias = PoolConnectionProxy[asyncpg.Record] | _Driver
else:
    _Driver = asyncpg.Connection

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

CONNECT_SECONDS = 10.0
COMMAND_SECONDS = 60.0
"""How long one statement may take: one that gets no answer must not be waited for for ever."""
MIGRATION_SECONDS = 24 * 3600.0
CLOSE_SECONDS = 5.0
# Our side of the same: a server whose machine is gone is found out long before that.
_KEEP_ALIVE = {"TCP_KEEPIDLE": 5, "TCP_KEEPINTVL": 2, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 11_000}

_SIGNS = "A sign like @ : / # ? % in the password is written %40 %3A %2F %23 %3F %25."
_NOT_UTF8 = "The database's encoding is not UTF8. Make one with --encoding=UTF8 (docs/operate.md), and set HUIYIN_DATABASE to it."
# The server's own words may quote a row, so they are not told.
_SAID: dict[type[Exception], str] = {
    asyncpg.InsufficientPrivilegeError: (
        "PostgreSQL does not let this user make or change tables. Make it the owner, as the server's administrator:"
        " ALTER DATABASE name OWNER TO user; and in that database: ALTER SCHEMA public OWNER TO user;"
    ),
    asyncpg.UntranslatableCharacterError: _NOT_UTF8,
    asyncpg.CharacterNotInRepertoireError: _NOT_UTF8,
    asyncpg.DiskFullError: "There is no room left on the disk of PostgreSQL's server. Make room.",
    asyncpg.TooManyConnectionsError: "PostgreSQL has no connection left for us: raise its max_connections.",
}


class _Connection(_Driver):
    """A connection that notices when nobody is at its other end."""

    def __init__(self, protocol: Any, transport: asyncio.Transport, *rest: Any) -> None:
        super().__init__(protocol, transport, *rest)
        line = transport.get_extra_info("socket")
        if line is None or line.family == socket.AF_UNIX:
            return
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEP_ALIVE.items():
            if hasattr(socket, name):  # each system has others
                line.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

    def get_reset_query(self) -> str:
        # Nothing of ours outlives its transaction: to have the server clean up was one more statement and commit each time.
        return ""


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
def _errors(connection: _Connected | None = None) -> Generator[None, None, None]:
    try:
        yield
    except TimeoutError as error:
        if connection is not None:
            # The driver would ask the same server to forget the statement, and wait for ever until it has.
            connection.terminate()
        raise Unavailable("no answer from the database") from error
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
    ) as error:
        raise Unavailable(_said(error)) from error
    except asyncpg.PostgresError as error:
        raise StorageError(_said(error)) from error


def _said(error: Exception) -> str:
    return _SAID.get(type(error), f"PostgreSQL failed: {type(error).__name__}.")


async def _begin(connection: PoolConnectionProxy[asyncpg.Record], transaction: Transaction) -> None:
    with _errors(connection):
        await transaction.start()


async def _roll_back(connection: PoolConnectionProxy[asyncpg.Record], transaction: Transaction) -> None:
    # On a lost connection the driver refuses before there is anything to await.
    with _errors(connection):
        await transaction.rollback()


class PostgresTx:
    """An open transaction on one connection."""

    def __init__(self, connection: PoolConnectionProxy[asyncpg.Record]) -> None:
        self._connection = connection

    async def run(self, sql: str, **params: Any) -> int:
        text, names = compile_sql(sql)
        with _errors(self._connection):
            tag = await self._connection.execute(text, *(params[n] for n in names))
        return int(tag.rpartition(" ")[2]) if tag[-1].isdigit() else 0

    async def one(self, sql: str, **params: Any) -> Row | None:
        text, names = compile_sql(sql)
        with _errors(self._connection):
            return await self._connection.fetchrow(text, *(params[n] for n in names))

    async def all(self, sql: str, **params: Any) -> Sequence[Row]:
        text, names = compile_sql(sql)
        with _errors(self._connection):
            return await self._connection.fetch(text, *(params[n] for n in names))

    @asynccontextmanager
    async def savepoint(self) -> AsyncGenerator[None, None]:
        transaction = self._connection.transaction()
        with _errors(self._connection):
            await transaction.start()
        try:
            yield
        except BaseException:
            await finish(_roll_back(self._connection, transaction))
            raise
        with _errors(self._connection):
            await transaction.commit()


class PostgresDatabase:
    """One database, served by as many processes as wanted."""

    serial = False

    def __init__(self, url: str, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self._url = url
        self._pool = pool
        self.writing = Writing()
        self._bell: _Driver | None = None
        self._heard: Callable[[str], None] | None = None

    @classmethod
    async def open(cls, url: str, *, throwaway: bool = False) -> PostgresDatabase:
        """Connect; raises Unavailable."""
        settings = {**_SERVER_SETTINGS, "synchronous_commit": "off"} if throwaway else _SERVER_SETTINGS
        try:
            with _errors():
                pool = await asyncpg.create_pool(
                    url,
                    min_size=1,
                    max_size=12,
                    connection_class=_Connection,
                    timeout=CONNECT_SECONDS,
                    command_timeout=COMMAND_SECONDS,
                    server_settings=settings,
                )
        except ValueError:  # whose words may quote the password
            said = "HUIYIN_DATABASE is no address such as postgresql://USER:PASSWORD@HOST:5432/NAME."
            raise Unavailable(f"{said} {_SIGNS}") from None
        except StorageError as error:
            why = str(error.__cause__) or str(error)
            hint = f" {_SIGNS}" if isinstance(error.__cause__, socket.gaierror) else ""
            raise type(error)(f"PostgreSQL can't be used: {why}. Is it running, and is HUIYIN_DATABASE right?{hint}") from error
        return cls(url, pool)

    async def do(self, work: Work[T]) -> T:
        with self.writing.work():
            async with self.transaction() as tx:
                return await work(tx)

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Tx, None]:
        with _errors():
            connection = await self._pool.acquire()
        try:
            transaction = connection.transaction()
            try:
                await finish(_begin(connection, transaction))
                yield PostgresTx(connection)
            except BaseException:
                await finish(_roll_back(connection, transaction))
                raise
            with _errors(connection):
                await transaction.commit()
        finally:
            await finish(self._pool.release(connection, timeout=CONNECT_SECONDS))

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[Tx, None]:
        with _errors():
            connection = await self._pool.acquire()
        try:
            transaction = connection.transaction(isolation="repeatable_read", readonly=True)
            try:
                await finish(_begin(connection, transaction))
                yield PostgresTx(connection)
            finally:
                await finish(_roll_back(connection, transaction))
        finally:
            await finish(self._pool.release(connection, timeout=CONNECT_SECONDS))

    async def script(self, sql: str) -> None:
        with _errors():
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(_PG_ONLY.sub(r"\1", sql), timeout=MIGRATION_SECONDS)

    async def listen(self, heard: Callable[[str], None]) -> None:
        self._heard = heard
        await self._connected_bell()

    async def ring(self, topics: Sequence[str]) -> None:
        bell = await self._connected_bell()
        with _errors(bell):
            await bell.execute("SELECT pg_notify($1, topic) FROM unnest($2::text[]) AS topic", _TOPICS, list(topics))

    async def _connected_bell(self) -> _Driver:
        if self._bell is None or self._bell.is_closed():
            with _errors():
                bell = await asyncpg.connect(
                    self._url,
                    connection_class=_Connection,
                    timeout=CONNECT_SECONDS,
                    command_timeout=COMMAND_SECONDS,
                    server_settings=_SERVER_SETTINGS,
                )
                await bell.add_listener(_TOPICS, self._on_notify)
                self._bell = bell
        return self._bell

    def _on_notify(self, connection: _Connected, pid: int, channel: str, topic: object) -> None:
        if self._heard and pid != connection.get_server_pid():  # this process has heard its own at once
            self._heard(str(topic))

    def hold(self) -> None:
        """Any number of processes may serve one PostgreSQL."""

    async def close(self) -> None:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                if self._bell is not None and not self._bell.is_closed():
                    await self._bell.close()
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()
