"""Taking a backup while the program runs.

The rows first, all as they stood at one moment (one read-only transaction, which holds nobody up), then the files that they
name: a file never changes, so what the rows knew at that moment is there. Two may go meanwhile: an upload when its cleaned copy
has taken its place, and what nobody used for a month. Of those the row is taken as it is afterwards.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from bot.backups.form import FILES, LIST, MANIFEST, ROWS, Lines, Manifest, Part, make_folder, owned, read_lines
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
    """Write a backup into a new folder. Raises NoPlace, StorageError; then nothing of it stays."""
    parts: dict[str, Part] = {}
    with _new(folder, data):
        async with database.reading() as tx:
            migrations = await applied(tx)
            newest = await ledger.last_seal(tx)
            found = await tables.tables(tx)
            for table in found.values():
                with Lines(folder, f"{ROWS}/{table.name}.jsonl") as lines:
                    lines.add(table.columns)
                    async for page in tables.pages(tx, table):
                        for row in page:
                            lines.add(row)
                    parts[f"{ROWS}/{table.name}.jsonl"] = lines.close()
        with Lines(folder, LIST) as listed:
            copying = _Copying(data, folder, listed)
            gone = copying.copy(_named(read_lines(folder / FILE_ROWS)))
            if gone:
                async with database.reading() as tx:
                    later = {id: await tables.row(tx, found["file"], id) for id in gone}
                parts[FILE_ROWS] = _amended(folder, found["file"], later)
                copying.copy(_named([list(found["file"].columns), *(list(row) for row in later.values() if row)]), settled=True)
            parts[LIST] = listed.close()
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

    def __init__(self, data: Path, folder: Path, listed: Lines) -> None:
        self.missing: set[str] = set()
        self._listed = listed
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
            self._listed.add((name, len(content), hashlib.sha256(content).hexdigest()))
        return gone


@contextmanager
def _new(folder: Path, data: Path) -> Iterator[None]:
    """Open a block that fills a new folder; what was begun is removed if it fails, for the next try would find it in its way."""
    if folder.resolve().is_relative_to(data.resolve()):
        raise NoPlace(f"{folder} lies in the folder of HUIYIN_DATA, of which it is to be a copy. Name a folder elsewhere.")
    try:
        was_there = folder.exists()
        make_folder(folder)
        found = {path.name for path in folder.iterdir()}
    except OSError as error:
        raise NoPlace(f"{folder} can't be written to: {error.strerror}.") from error
    if ROWS in found and MANIFEST not in found:
        raise NoPlace(f"{folder} holds a backup that was never finished. Remove it, or name a new folder.")
    if found:
        raise NoPlace(f"{folder} is not empty. Each backup has a folder of its own: name a new one.")
    try:
        yield
    except OSError as error:
        _remove(folder, also_itself=not was_there)
        said = f"{error.filename or folder} can't be used: {error.strerror}."
        raise NoPlace(f"{said} There is no backup, and what was begun of it in {folder} has been removed.") from error
    except BaseException:
        _remove(folder, also_itself=not was_there)
        raise


def _remove(folder: Path, *, also_itself: bool) -> None:
    with suppress(OSError):  # whatever went wrong before counts more
        for path in folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        if also_itself:
            folder.rmdir()


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
    at = table.columns.index("id")
    with Lines(folder, f"{FILE_ROWS}.amended") as lines:
        for row in read_lines(path):
            now = later.get(str(row[at]), row)
            if now is not None:
                lines.add(now)
        part = lines.close()
    os.replace(folder / f"{FILE_ROWS}.amended", path)
    return part
