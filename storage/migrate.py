"""Numbered migrations with checksums, applied once each; a database newer than the program is refused."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from storage.database import Database, StorageError, Tx
from storage.times import ms

FOLDER = Path(__file__).parent / "migrations"
_LOCK = 4_801_730


class WrongSchema(StorageError):
    """The database was made by a newer program, or a migration was changed after it had been applied."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the file's text."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def known() -> tuple[Migration, ...]:
    """Read the migrations that this program has, in order."""
    return tuple(Migration(int(path.name[:4]), path.stem, path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.sql")))


async def is_empty(database: Database) -> bool:
    """Tell whether a database has no tables at all."""
    tables = "/*lite sqlite_master *//*pg pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') */"
    async with database.transaction() as tx:
        row = await tx.one(f"SELECT COUNT(*) AS n FROM {tables}")
    return row is not None and row["n"] == 0


async def missing(database: Database) -> tuple[Migration, ...]:
    """Tell which migrations are still to be applied; raises WrongSchema."""
    async with database.transaction() as tx:
        await tx.one(f"SELECT /*pg pg_advisory_xact_lock({_LOCK}), */ 1 AS locked")
        await tx.run(
            "CREATE TABLE IF NOT EXISTS migration"
            " (number INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)"
        )
        return await lacking(tx)


async def lacking(tx: Tx) -> tuple[Migration, ...]:
    """Tell which migrations are still to be applied, without writing; raises WrongSchema."""
    ever = await tx.one(
        "SELECT 1 AS x FROM /*lite sqlite_master WHERE name = 'migration' */"
        "/*pg pg_tables WHERE schemaname = current_schema() AND tablename = 'migration' */"
    )
    done = {row["number"]: row for row in await tx.all("SELECT number, name, checksum FROM migration")} if ever else {}
    migrations = known()
    if newer := sorted(set(done) - {migration.number for migration in migrations}):
        raise WrongSchema(
            f"The database has migration {newer[-1]}, which this program does not know."
            " Run the newer program, or restore a backup."
        )
    for migration in migrations:
        if migration.number in done and done[migration.number]["checksum"] != migration.checksum:
            raise WrongSchema(f"Migration {migration.name} was applied with another text. Restore the file as it was.")
    return tuple(migration for migration in migrations if migration.number not in done)


async def applied(tx: Tx) -> dict[str, str]:
    """Read name and checksum of what was applied, in order."""
    return {row["name"]: row["checksum"] for row in await tx.all("SELECT name, checksum FROM migration ORDER BY number")}


async def migrate(database: Database, now: datetime, through: str | None = None) -> tuple[str, ...]:
    """Apply what is missing, `through` a name or all of it, and return the names of what was applied; raises WrongSchema.

    Each file and its record are one transaction; on PostgreSQL an advisory lock lets only one process apply it.
    """
    done = []
    for migration in await missing(database):
        if through is not None and migration.name > through:
            break
        record = (
            "INSERT INTO migration (number, name, checksum, applied_at)"
            f" VALUES ({migration.number}, '{migration.name}', '{migration.checksum}', {ms(now)});"
        )
        try:
            await database.script(f"/*pg SELECT pg_advisory_xact_lock({_LOCK}); */\n{record}\n{migration.sql}")
        except StorageError:
            if migration in await missing(database):
                raise
            continue  # another process was faster
        done.append(migration.name)
    return tuple(done)
