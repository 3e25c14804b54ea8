"""The form of a backup: a folder of plain files, which any later program, and a person with a text editor, can read.

    manifest.json       what is here, with sizes and SHA-256; written last, so that a folder without it was never finished
    rows/TABLE.jsonl    a table: the names of its columns, then a row a line, in JSON; bytes stand as {"base64": "..."}
    files.jsonl         the files of `files`, one a line: name, size in bytes, SHA-256
    files/ab/cd/NAME    what people sent, encrypted, as it lies in HUIYIN_DATA

The key is not in it. All of it is for its owner only.

Rows, rather than what each database would dump by itself: one form for both, so that a city can move from one to the other, and
nothing but this program is needed to take it and to give it back (`pg_dump` is often not where the program runs).
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from bot.vault import Missing, place
from storage.tables import Value

FORMAT = "huiyin backup 1"
MANIFEST, ROWS, LIST, FILES = "manifest.json", "rows", "files.jsonl", "files"


class BadBackup(Exception):
    """This is no backup that can be restored; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One file of lines."""

    lines: int
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds. `missing` are files that the database names and that were nowhere when it was made."""

    made_at: datetime
    program: str
    database: str
    key: str
    """The fingerprint of the key that opens it."""
    migrations: Mapping[str, str]
    """Name and checksum, in order."""
    seal: tuple[int, str] | None
    """Number and hash of the newest one."""
    parts: Mapping[str, Part]
    """By path in the folder."""
    missing: tuple[str, ...]

    def write(self, folder: Path) -> None:
        """Finish a backup: from now on it counts as one."""
        os.sync()  # nothing may be missing behind a manifest that is there
        fields = {"format": FORMAT, **asdict(self), "made_at": self.made_at.isoformat()}
        unfinished = folder / f"{MANIFEST}.unfinished"
        with owned(unfinished) as file:
            file.write(json.dumps(fields, indent=1).encode() + b"\n")
        os.replace(unfinished, folder / MANIFEST)
        os.sync()

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest of a finished backup; raises BadBackup."""
        path = folder / MANIFEST
        try:
            fields = json.loads(path.read_bytes())
            if fields.pop("format") != FORMAT:
                raise BadBackup(
                    f"{path} is of a form that this program does not know. Use the program that made it, or a newer one."
                )
            parts = {name: Part(**part) for name, part in fields.pop("parts").items()}
            made_at = datetime.fromisoformat(fields.pop("made_at"))
            seal = fields.pop("seal")
            missing = tuple(fields.pop("missing"))
            return cls(made_at=made_at, parts=parts, seal=(seal[0], seal[1]) if seal else None, missing=missing, **fields)
        except (FileNotFoundError, NotADirectoryError):
            raise BadBackup(
                f"{folder} is no backup, or one that was never finished: it has no {MANIFEST}. Take another one."
            ) from None
        except OSError as error:
            raise _unreadable(path, error) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadBackup(f"{path} can't be read ({type(error).__name__}). Take another backup.") from error


class Lines:
    """A file of lines being written; a block that holds it leaves it closed, also where there was no room for the rest."""

    def __init__(self, folder: Path, name: str) -> None:
        self._file = owned(folder / name)
        self._digest = hashlib.sha256()
        self._lines = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_why: object) -> None:
        self._file.close()

    def add(self, values: Sequence[Value]) -> None:
        """Write one line."""
        line = json.dumps(values, ensure_ascii=False, default=_as_base64).encode() + b"\n"
        self._file.write(line)
        self._digest.update(line)
        self._lines += 1

    def close(self) -> Part:
        """Write the last of it."""
        size = self._file.tell()
        self._file.close()
        return Part(lines=self._lines, bytes=size, sha256=self._digest.hexdigest())


def read_lines(path: Path) -> Iterator[list[Value]]:
    """Read a file of lines; raises BadBackup."""
    try:
        with path.open("rb") as file:
            for line in file:
                yield json.loads(line, object_hook=_from_base64)
    except OSError as error:
        raise _unreadable(path, error) from error
    except ValueError as error:
        raise BadBackup(f"{path.name} is damaged. Take another backup.") from error


def check(folder: Path, manifest: Manifest) -> None:
    """Hold every file of a backup against what is said of it; raises BadBackup."""
    for name, part in manifest.parts.items():
        _check(folder / name, part.bytes, part.sha256)
    for stored, size, digest in read_lines(folder / LIST):
        try:
            _check(folder / FILES / place(str(stored)), size, digest)
        except Missing:
            raise BadBackup(f"{folder / LIST} names a file that can't be one.") from None


def owned(path: Path) -> Any:
    """Make a new file, for its owner only."""
    make_folder(path.parent)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def make_folder(folder: Path) -> None:
    """Make a folder where there is none, and those above it, for their owner only."""
    if not folder.exists():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _check(path: Path, size: Value, digest: Value) -> None:
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error
    if path.stat().st_size != size or found != digest:
        raise BadBackup(f"{path} is not what was written: it was cut or changed. Take another backup.")


def _unreadable(path: Path, error: OSError) -> BadBackup:
    if isinstance(error, PermissionError):
        return BadBackup(f"This user may not read {path}. Make the whole backup this user's, as root: chown -R USER FOLDER")
    return BadBackup(f"{path} can't be read: {error.strerror}. Take another backup.")


def _as_base64(value: object) -> dict[str, str]:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    raise TypeError(f"A backup can't hold a {type(value).__name__}.")


def _from_base64(value: dict[str, str]) -> bytes:
    return base64.b64decode(value["base64"])
