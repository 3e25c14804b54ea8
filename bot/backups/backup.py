"""Taking a backup while the program runs.

The rows first, all as they stood at one moment (one read-only transaction, which holds nobody up), then the files that they
name: a file never changes, so what the rows knew at that moment is there. Two may go meanwhile: an upload when its cleaned copy
has taken its place, and what nobody used for a month. Of those the row is taken as it is afterwards.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from bot.backups.form import FILES, LIST, ROWS, Lines, Manifest, Part, make_folder, owned, read_lines
from bot.vault import place
from storage import ledger, tables
from storage.database import Database
from storage.keys import Keys
from storage.migrate import applied
from storage.tables import Table, Value

FILE_ROWS = f"{ROWS}/file.jsonl"


class NoPlace(Exception):
    """A backup can't be written there; the sentence says why."""


async def back_up(database: Database, keys: Keys, data: Path, folder: Path, now: datetime) -> Manifest:
    """Write a backup into a new folder. Raises NoPlace, StorageError, OSError; then it stays without a manifest."""
    _make(folder, data)
    parts: dict[str, Part] = {}
    async with database.reading() as tx:
        migrations = await applied(tx)
        newest = await ledger.last_seal(tx)
        found = await tables.tables(tx)
        for table in found.values():
            lines = Lines(folder, f"{ROWS}/{table.name}.jsonl")
            lines.add(table.columns)
            async for page in tables.pages(tx, table):
                for row in page:
                    lines.add(row)
            parts[f"{ROWS}/{table.name}.jsonl"] = lines.close()
    copying = _Copying(data, folder)
    gone = copying.copy(_named(read_lines(folder / FILE_ROWS)))
    if gone:
        async with database.reading() as tx:
            later = {id: await tables.row(tx, found["file"], id) for id in gone}
        parts[FILE_ROWS] = _amended(folder, found["file"], later)
        copying.copy(_named([list(found["file"].columns), *(list(row) for row in later.values() if row)]), settled=True)
    parts[LIST] = copying.lines.close()
    manifest = Manifest(
        made_at=now,
        program=version("huiyin"),
        database="sqlite" if database.serial else "postgresql",
        key=keys.fingerprint,
        migrations=migrations,
        seal=(newest[0], newest[2]) if newest else None,
        parts=parts,
        missing=tuple(sorted(copying.missing)),
    )
    manifest.write(folder)
    return manifest


class _Copying:
    """Copies files, each once."""

    def __init__(self, data: Path, folder: Path) -> None:
        self.lines = Lines(folder, LIST)
        self.missing: set[str] = set()
        self._data = data
        self._folder = folder / FILES

    def copy(self, named: Iterable[tuple[str, str]], *, settled: bool = False) -> Sequence[str]:
        """Copy files, given with the ids of their rows, and return the ids of those that are not there (any more).

        Where the rows are `settled` such a file will never be there.
        """
        gone = []
        for id, name in named:
            to = self._folder / place(name)
            if to.exists():
                continue
            try:
                content = (self._data / place(name)).read_bytes()
            except FileNotFoundError:
                gone.append(id)
                self.missing |= {name} if settled else set()
                continue
            with owned(to) as file:
                file.write(content)
            self.lines.add((name, len(content), hashlib.sha256(content).hexdigest()))
        return gone


def _make(folder: Path, data: Path) -> None:
    if folder.resolve().is_relative_to(data.resolve()):
        raise NoPlace(f"{folder} lies in the folder of HUIYIN_DATA, of which it is to be a copy. Name a folder elsewhere.")
    try:
        make_folder(folder)
        empty = not any(folder.iterdir())
    except OSError as error:
        raise NoPlace(f"{folder} can't be written to: {error.strerror}.") from error
    if not empty:
        raise NoPlace(f"{folder} is not empty. Each backup has a folder of its own: name a new one.")


def _named(rows: Iterable[list[Value]]) -> Iterable[tuple[str, str]]:
    """Give the id of each row of the table of files, after the names of its columns, with each name that stands there."""
    rows = iter(rows)
    columns = next(rows)
    id, *names = (columns.index(column) for column in ("id", "stored", "raw"))
    for row in rows:
        for name in names:
            if row[name]:
                yield str(row[id]), str(row[name])


def _amended(folder: Path, table: Table, later: Mapping[str, Sequence[Value] | None]) -> Part:
    """Write the rows of the files anew, some of them as they are now."""
    path = folder / FILE_ROWS
    lines = Lines(folder, f"{FILE_ROWS}.amended")
    at = table.columns.index("id")
    for row in read_lines(path):
        now = later.get(str(row[at]), row)
        if now is not None:
            lines.add(now)
    part = lines.close()
    os.replace(folder / f"{FILE_ROWS}.amended", path)
    return part
