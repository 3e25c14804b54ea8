"""Files that people sent: waiting to be fetched and cleaned, ready in the vault, or refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dialog.incoming import IncomingFile
from storage.database import Row, Tx, each
from storage.ids import new_id
from storage.keys import Keys
from storage.times import at, ms


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file. `raw` names the uncleaned upload in the vault, `stored` the cleaned file."""

    id: str
    conversation: str
    kind: str
    media_type: str | None
    stored: str | None
    raw: str | None
    created_at: datetime
    tries: int
    ready: bool
    refused: str | None
    sealed_ref: bytes

    def ref(self, keys: Keys) -> tuple[str, str]:
        """Open where the file is to be had: channel and the channel's handle."""
        channel, ref = json.loads(keys.unseal(self.sealed_ref))
        return channel, ref


async def expect(tx: Tx, keys: Keys, conversation: str, channel: str, file: IncomingFile, now: datetime) -> str:
    """Note a file that is to be fetched and return its id."""
    id = new_id(now)
    await tx.run(
        "INSERT INTO file (id, conversation, ref, kind, size, created_at, next_try_at)"
        " VALUES (:id, :conversation, :ref, :kind, :size, :now, :now)",
        id=id,
        conversation=conversation,
        ref=keys.seal(json.dumps([channel, file.ref]).encode()),
        kind=file.kind,
        size=file.size,
        now=ms(now),
    )
    return id


async def uploaded(tx: Tx, keys: Keys, conversation: str, channel: str, raw: str | None, size: int, now: datetime) -> str:
    """Note a file whose bytes are in the vault already and return its id; it is to be cleaned, unless it is `ready` at once."""
    id = new_id(now)
    await tx.run(
        "INSERT INTO file (id, conversation, ref, kind, size, raw, created_at, next_try_at)"
        " VALUES (:id, :conversation, :ref, 'upload', :size, :raw, :now, :now)",
        id=id,
        conversation=conversation,
        ref=keys.seal(json.dumps([channel, ""]).encode()),
        size=size,
        raw=raw,
        now=ms(now),
    )
    return id


async def get(tx: Tx, ids: Sequence[str]) -> Sequence[File]:
    """Read files, in the order asked for."""
    if not ids:
        return ()
    rows = await tx.all(f"SELECT * FROM file WHERE id IN (SELECT value FROM {each('ids')})", ids=json.dumps(ids))
    found = {row["id"]: _file(row) for row in rows}
    return [found[id] for id in ids if id in found]


async def refused(tx: Tx, ids: Sequence[str]) -> frozenset[str]:
    """Give those of these files that can't be had."""
    return frozenset(file.id for file in await get(tx, ids) if file.refused is not None)


async def owned(tx: Tx, conversation: str, id: str) -> File | None:
    """Read a file if it came from this conversation."""
    row = await tx.one("SELECT * FROM file WHERE id = :id AND conversation = :conversation", id=id, conversation=conversation)
    return _file(row) if row else None


async def take(tx: Tx, now: datetime, until: datetime, limit: int) -> Sequence[File]:
    """Take files that are to be fetched or cleaned now; others leave them alone until `until`."""
    rows = await tx.all(
        "UPDATE file SET next_try_at = :until, tries = tries + 1 WHERE id IN ("
        " SELECT id FROM file WHERE ready_at IS NULL AND refused_at IS NULL AND next_try_at <= :now"
        " ORDER BY next_try_at LIMIT :limit /*pg FOR UPDATE SKIP LOCKED */) RETURNING *",
        now=ms(now),
        until=ms(until),
        limit=limit,
    )
    return [_file(row) for row in rows]


async def ready(tx: Tx, id: str, *, kind: str, media_type: str, stored: str, size: int, now: datetime) -> None:
    """Note that a file is clean and in the vault."""
    await tx.run(
        "UPDATE file SET kind = :kind, media_type = :media_type, stored = :stored, size = :size, raw = NULL, ready_at = :now"
        " WHERE id = :id",
        id=id,
        kind=kind,
        media_type=media_type,
        stored=stored,
        size=size,
        now=ms(now),
    )


async def refuse(tx: Tx, id: str, why: str, now: datetime) -> None:
    """Note that a file can't be had or can't be taken."""
    await tx.run("UPDATE file SET refused_at = :now, why = :why, raw = NULL WHERE id = :id", id=id, why=why, now=ms(now))


async def try_later(tx: Tx, id: str, until: datetime) -> None:
    """Put the next try off."""
    await tx.run("UPDATE file SET next_try_at = :until WHERE id = :id", id=id, until=ms(until))


async def use(tx: Tx, ids: Sequence[str], now: datetime) -> None:
    """Note that files have become part of a case, to be kept with it."""
    for id in ids:
        await tx.run("UPDATE file SET used_at = :now WHERE id = :id AND used_at IS NULL", id=id, now=ms(now))


async def erase(tx: Tx, ids: Sequence[str], now: datetime) -> None:
    """Let files go that are part of no case any more: nobody is shown them, and `forget_unused` deletes them."""
    await tx.run(
        "UPDATE file SET used_at = NULL, created_at = 0, refused_at = :now, why = 'erased'"
        f" WHERE id IN (SELECT value FROM {each('ids')})",
        ids=json.dumps(ids),
        now=ms(now),
    )


async def forget_unused(tx: Tx, before: datetime, limit: int) -> Sequence[str]:
    """Delete files that came before a point in time and never became part of a case; return what the vault can let go."""
    rows = await tx.all(
        "DELETE FROM file WHERE id IN (SELECT id FROM file WHERE used_at IS NULL AND created_at < :before LIMIT :limit)"
        " RETURNING stored, raw",
        before=ms(before),
        limit=limit,
    )
    return sorted({name for row in rows for name in (row["stored"], row["raw"]) if name})


async def is_kept(tx: Tx, name: str) -> bool:
    """Tell whether any file still has this content."""
    return await tx.one("SELECT 1 AS kept FROM file WHERE stored = :name LIMIT 1", name=name) is not None


def _file(row: Row) -> File:
    return File(
        id=row["id"],
        conversation=row["conversation"],
        kind=row["kind"],
        media_type=row["media_type"],
        stored=row["stored"],
        raw=row["raw"],
        created_at=at(row["created_at"]),
        tries=row["tries"],
        ready=row["ready_at"] is not None,
        refused=row["why"] if row["refused_at"] is not None else None,
        sealed_ref=bytes(row["ref"]),
    )
