"""Giving a backup back to an empty database and an empty folder: SQLite or PostgreSQL, whichever it came from.

Everything is looked at before anything is written. The rows are one transaction: a restore that was interrupted leaves the
database empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from actions.verify import Proof, verify
from bot import data_marker
from bot.app import NotReady
from bot.backups.form import FILES, LIST, ROWS, BadBackup, Manifest, check, make_folder, owned, read_lines
from bot.settings import Settings
from bot.vault import place
from storage import ledger, tables
from storage.database import Database, Tx, connect
from storage.keys import Keys, NoKeyFile
from storage.migrate import known, migrate
from storage.tables import Value
from storage.times import ms

AT_ONCE = 200


async def restore(folder: Path, settings: Settings, now: datetime) -> tuple[Manifest, Proof]:
    """Restore a backup and prove what was restored; raises BadBackup, NotReady, KeyProblem, StorageError, OSError."""
    manifest = Manifest.read(folder)
    _check_program(manifest)
    keys = _key(settings.keys, manifest)
    _check_folder(settings.data)
    check(folder, manifest)
    database = await connect(settings.database)
    try:
        database.hold()
        await _check_database(database)
        await migrate(database, now, through=list(manifest.migrations)[-1])
        _copy_files(folder, settings.data)
        async with database.transaction() as tx:
            await _load(tx, folder, manifest, now)
            await data_marker.forget(tx, keys, now)
        await migrate(database, now)
        async with database.reading() as tx:
            return manifest, await verify(tx)
    finally:
        await database.close()


def _check_program(manifest: Manifest) -> None:
    ours = {migration.name: migration.checksum for migration in known()}
    for name, checksum in manifest.migrations.items():
        if ours.get(name) != checksum:
            raise BadBackup(
                f"The backup was made by another version of the program, {manifest.program}, with migration {name}."
                " Restore it with that version or a newer one."
            )


def _key(path: Path, manifest: Manifest) -> Keys:
    # The key is looked for, never made: a new one would fit nothing.
    try:
        keys = Keys.open(path)
    except NoKeyFile:
        said = f"There is no key file {path}. Put your copy of it there; the one for this backup is {manifest.key}."
        raise NotReady(said) from None
    if keys.fingerprint != manifest.key:
        raise NotReady(
            f"{path} is the key {keys.fingerprint}; this backup was sealed with the key {manifest.key}."
            " Put your copy of that one in its place."
        )
    return keys


def _check_folder(data: Path) -> None:
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise NotReady(f"{data} is not empty. Set HUIYIN_DATA to a new folder, or take what is in it away.")


async def _check_database(database: Database) -> None:
    async with database.transaction() as tx:
        if not await tables.is_vacant(tx):
            raise NotReady("The database is not empty. Set HUIYIN_DATABASE to a new one.")


def _copy_files(folder: Path, data: Path) -> None:
    make_folder(data)
    for name, _size, _digest in read_lines(folder / LIST):
        where = place(str(name))
        with owned(data / where) as file:
            file.write((folder / FILES / where).read_bytes())


async def _load(tx: Tx, folder: Path, manifest: Manifest, now: datetime) -> None:
    """Put every row where it was; what was leased is free, and the ledger says what happened."""
    if not await tables.is_vacant(tx):  # looked at again, for now nobody else can write
        raise NotReady("The database is not empty. Set HUIYIN_DATABASE to a new one.")
    known_tables = await tables.tables(tx)
    if {f"{ROWS}/{name}.jsonl" for name in known_tables} | {LIST} != set(manifest.parts):
        raise BadBackup("The backup has other tables than this database, which must be an entirely empty one.")
    async with tables.in_any_order(tx):
        for table in known_tables.values():
            lines = read_lines(folder / ROWS / f"{table.name}.jsonl")
            columns = [str(column) for column in next(lines)]
            if set(columns) != set(table.columns):
                raise BadBackup(f"{table.name} is not in the form of this database, which must be an entirely empty one.")
            some: list[Sequence[Value]] = []
            for row in lines:
                some.append(row)
                if len(some) == AT_ONCE:
                    await tables.insert(tx, table.name, columns, some)
                    some = []
            await tables.insert(tx, table.name, columns, some)
    await tables.let_go(tx, now)
    seal = manifest.seal[0] if manifest.seal else 0
    await ledger.append(tx, "city", "system", "restore", {"made_at_ms": ms(manifest.made_at), "seal": seal}, now)
