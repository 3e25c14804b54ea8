"""One small SQL surface over two drivers.

SQL is written once: `:name` parameters, and the syntax that SQLite 3.35 and PostgreSQL 12 share. What only PostgreSQL needs
stands in `/*pg ... */`, what only SQLite needs in `/*lite ... */`. Values are text, 64-bit integers and bytes. A parameter
whose type PostgreSQL can't infer needs a CAST; a colon inside a literal would be taken for a parameter.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from storage.writing import Writing

T = TypeVar("T")


class StorageError(Exception):
    """The store could not do what it was asked."""


class Unavailable(StorageError):
    """The store itself fails (connection, disk, lock): wait and begin again; nothing was written."""


class Conflict(StorageError):
    """Two transactions were in each other's way: run this one again at once, see `again`."""


TRIES = 5
PAUSE_SECONDS = 0.02


class Damaged(StorageError):
    """What is stored is not what was written: only a backup helps."""


class Row(Protocol):
    """A result row: `row["column"]`, whatever the driver."""

    def __getitem__(self, column: str, /) -> Any: ...


class Tx(Protocol):
    """An open transaction: commits when its block ends, rolls back if the block raises."""

    async def run(self, sql: str, **params: Any) -> int:
        """Execute and return the number of rows changed."""
        ...

    async def one(self, sql: str, **params: Any) -> Row | None:
        """Return the first row, or None."""
        ...

    async def all(self, sql: str, **params: Any) -> Sequence[Row]:
        """Return every row."""
        ...

    def savepoint(self) -> AbstractAsyncContextManager[None]:
        """Open a block whose changes alone are undone if it raises."""
        ...


Work: TypeAlias = Callable[[Tx], Coroutine[Any, Any, T]]
"""What is done in one transaction; it awaits nothing but the transaction."""


class Database(Protocol):
    """A store of one city."""

    serial: bool
    """True where all transactions run one after another in this process."""
    writing: Writing
    """How it goes with what `do` does."""

    async def do(self, work: Work[T]) -> T:
        """Do work in one transaction, and return what it gave once that is committed; what it raises undoes it.

        Where transactions run one after another, all work that waits shares a commit. Cancelled before its turn it is not
        done, later it is done all the same.
        """
        ...

    def transaction(self) -> AbstractAsyncContextManager[Tx]:
        """Open a transaction that may write, for what must wait for something else in the middle of it, and for tests."""
        ...

    def reading(self) -> AbstractAsyncContextManager[Tx]:
        """Open a read-only transaction that holds no writer up."""
        ...

    async def script(self, sql: str) -> None:
        """Run several statements of a migration in one transaction."""
        ...

    async def listen(self, heard: Callable[[str], None]) -> None:
        """Call `heard` with the topic whenever another process rings one; it may miss some, so poll behind it."""
        ...

    async def ring(self, topics: Sequence[str]) -> None:
        """Tell other processes that there is something new under these topics."""
        ...

    def hold(self) -> None:
        """Claim the store for this process where only one may serve it; raises Unavailable if another does."""
        ...

    async def close(self) -> None:
        """Let everything go."""
        ...


async def connect(url: str, *, throwaway: bool = False) -> Database:
    """Open `sqlite:PATH` or `postgresql://...`; raises Unavailable.

    `throwaway` is for what can be made again, in a process that does nothing else: faster, but a power cut may take it all.
    """
    if url.startswith("sqlite:"):
        from storage.sqlite import SqliteDatabase

        return await SqliteDatabase.open(url.removeprefix("sqlite:"), throwaway=throwaway)
    from storage.postgres import PostgresDatabase

    return await PostgresDatabase.open(url, throwaway=throwaway)


def each(name: str) -> str:
    """Write, for a statement, the elements of a parameter that is a JSON array as rows of a column `value`."""
    return f"/*lite json_each(:{name}) *//*pg jsonb_array_elements_text(CAST(:{name} AS JSONB)) AS value */"


def missing_file(url: str) -> Path | None:
    """Give the file of a database that isn't there yet, for to open it would make it."""
    file = Path(url.removeprefix("sqlite:"))
    try:
        return file if url.startswith("sqlite:") and not file.exists() else None
    except OSError:
        return None  # whoever opens it is told why that can't be done


async def again(work: Callable[[], Awaitable[T]]) -> T:
    """Do what is done in one transaction, from its beginning after each Conflict; raises the last of TRIES."""
    for tries in range(TRIES - 1):
        try:
            return await work()
        except Conflict:
            # Those that met once may meet again if they begin together.
            await asyncio.sleep(random.uniform(0, PAUSE_SECONDS * tries))
    return await work()


async def finish(work: Coroutine[Any, Any, Any]) -> None:
    """Run to the end, however often we are cancelled meanwhile, and only then be cancelled; an error is Unavailable."""
    task = asyncio.ensure_future(work)
    cancelled = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
        except Exception:
            break
    failed = task.exception()
    if cancelled:
        raise cancelled  # whoever cancelled us waits for our end
    if failed:
        raise Unavailable(str(failed) or type(failed).__name__) from failed
