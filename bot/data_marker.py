"""A marker by which a folder is known as the one with this database's files, and not one of another process or an empty mount.

The first process writes it, into the folder and into the database.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from storage import memory
from storage.database import Tx
from storage.keys import Keys

MARKER = "marker"
FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)
_KEY = "marker of the data folder"


async def mark(tx: Tx, keys: Keys, folder: Path) -> bool:
    """Mark a folder, if none is marked yet, and tell whether it is the marked one; raises OSError if the first can't be."""
    found = ""
    with suppress(OSError):  # whose disk is not mounted is served all the same, and for a first one the error comes below
        found = _found(folder)
    new = found or secrets.token_hex(16)
    known = (await memory.remember_once(tx, keys, _KEY, new.encode(), FOR_EVER)).decode()
    if known == new and not found:
        _mark(folder / MARKER, new)
    return known == new


async def wanted(tx: Tx, keys: Keys, folder: Path, now: datetime) -> str | None:
    """Give the marker that should stand in a folder; None if it does, or if none is marked yet. Raises OSError."""
    known = (await memory.recall(tx, keys, _KEY, now) or b"").decode()
    return known if known and known != _found(folder) else None


async def forget(tx: Tx, keys: Keys, now: datetime) -> None:
    """Let the next process mark the folder anew."""
    await memory.take(tx, keys, _KEY, now)


def _found(folder: Path) -> str:
    path = folder / MARKER
    return path.read_text() if path.exists() else ""


def _mark(path: Path, marker: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(marker)
