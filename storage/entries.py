"""The texts of a case: what the citizen told, questions, answers, results, reasons. Personal data in them is sealed apart."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.ledger import text_hash
from domain.privacy import Found, Kind, Masked
from storage import files as storage_files
from storage.database import Row, Tx, each
from storage.ids import new_id
from storage.keys import Keys
from storage.times import at, ms


class EntryKind(StrEnum):
    """What a text is."""

    TOLD = "told"
    ADDED = "added"
    CORRECTED = "corrected"
    QUESTION = "question"
    REPLY = "reply"
    RESULT = "result"
    NOT_SOLVED = "not_solved"
    RETURNED = "returned"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    PLAN = "plan"
    EXTENSION = "extension"
    EXTENSION_REFUSED = "extension_refused"
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    VERIFIED = "verified"
    REOPENED = "reopened"
    RELEASED = "released"
    RATING_CHANGED = "rating_changed"
    APPEAL = "appeal"
    APPEAL_REFUSED = "appeal_refused"
    STRUCK = "struck"
    OBJECTED = "objected"
    EXPLAINED = "explained"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One text, as unit and public may see it; `template` is the usual answer that a result is and nothing more."""

    id: str
    n: int
    round: int
    kind: EntryKind
    author: str
    text: str
    files: tuple[str, ...]
    salt: bytes
    created_at: datetime
    erased: bool
    template: str | None = None

    @property
    def hash(self) -> str:
        """What the ledger keeps of the text."""
        return text_hash(self.salt, self.text)


async def write(
    tx: Tx,
    keys: Keys,
    *,
    case: str,
    round: int,
    kind: EntryKind,
    author: str,
    masked: Masked,
    files: Sequence[str],
    now: datetime,
    message: str | None = None,
    template: str | None = None,
) -> Entry:
    """Keep a text; what was masked is sealed beside it. `message` is the keyed name of the message it came in."""
    row = await tx.one("SELECT MAX(n) AS n FROM entry WHERE case_id = :case", case=case)
    n = int(row["n"] or 0) + 1 if row else 1
    entry = Entry(
        id=new_id(now), n=n, round=round, kind=kind, author=author, text=masked.text, files=tuple(files),
        salt=os.urandom(16), created_at=now, erased=False, template=template,
    )  # fmt: skip
    await tx.run(
        "INSERT INTO entry (id, case_id, n, round, kind, author, text, sealed, salt, files, message, created_at,"
        " template)"
        " VALUES (:id, :case, :n, :round, :kind, :author, :text, :sealed, :salt, :files, :message, :now, :template)",
        id=entry.id,
        case=case,
        n=n,
        round=round,
        kind=kind,
        author=author,
        text=entry.text,
        sealed=seal(keys, masked),
        salt=entry.salt,
        files=json.dumps(entry.files),
        message=message,
        now=ms(now),
        template=template,
    )
    await storage_files.use(tx, entry.files, now)
    return entry


def seal(keys: Keys, masked: Masked) -> bytes | None:
    """Seal what was masked in a text; None if nothing was."""
    pieces = json.dumps([[found.kind, found.start, found.original] for found in masked.found], ensure_ascii=False)
    return keys.seal(pieces.encode()) if masked.found else None


def unseal(keys: Keys, text: str, sealed: bytes | None) -> Masked:
    """Open what was masked in a text."""
    pieces = json.loads(keys.unseal(sealed)) if sealed else []
    found = (Found(kind=Kind(kind), start=start, original=original) for kind, start, original in pieces)
    return Masked(text=text, found=tuple(found))


async def erase(tx: Tx, ids: Sequence[str], now: datetime) -> None:
    """Erase texts for good, with what was sealed of them; without the salt nobody can guess them from the ledger's hashes."""
    await tx.run(
        "UPDATE entry SET text = '', sealed = NULL, salt = :none, files = '[]', template = NULL, erased_at = :now"
        f" WHERE id IN (SELECT value FROM {each('ids')})",
        ids=json.dumps(ids),
        none=b"",
        now=ms(now),
    )


async def last_of(tx: Tx, number: str, kinds: Sequence[EntryKind]) -> tuple[EntryKind, str] | None:
    """Read the last text of these kinds in the case of a number; None if it has none."""
    wanted = ", ".join(f"'{kind}'" for kind in kinds)
    row = await tx.one(
        "SELECT e.kind, e.text FROM cases AS c JOIN entry AS e ON e.case_id = c.id"
        f" WHERE c.number = :number AND e.kind IN ({wanted}) ORDER BY e.n DESC LIMIT 1",
        number=number,
    )
    return (EntryKind(row["kind"]), row["text"]) if row else None


async def of_case(tx: Tx, case: str) -> Sequence[Entry]:
    """Read the texts of a case, in order."""
    return [_entry(row) for row in await tx.all("SELECT * FROM entry WHERE case_id = :case ORDER BY n", case=case)]


async def of_followed(tx: Tx, case: str, most: int) -> Sequence[Entry]:
    """Read the newest texts of the cases that follow this one, over every merging, in order."""
    # Most cases lead none, and a recursive query takes as long as three others.
    if not await tx.one("SELECT id FROM cases WHERE merged_into = :case LIMIT 1", case=case):
        return ()
    rows = await tx.all(
        "WITH RECURSIVE led (id) AS (SELECT id FROM cases WHERE merged_into = :case"
        " UNION ALL SELECT c.id FROM cases AS c JOIN led ON c.merged_into = led.id)"
        " SELECT e.* FROM led JOIN entry AS e ON e.case_id = led.id ORDER BY e.created_at DESC, e.id DESC LIMIT :most",
        case=case,
        most=most,
    )
    return [_entry(row) for row in reversed(rows)]


async def of_message(tx: Tx, message: str) -> tuple[str, Entry] | None:
    """Find the case and the text that a message became."""
    row = await tx.one("SELECT * FROM entry WHERE message = :message ORDER BY n LIMIT 1", message=message)
    return (row["case_id"], _entry(row)) if row else None


def _entry(row: Row) -> Entry:
    return Entry(
        id=row["id"],
        n=row["n"],
        round=row["round"],
        kind=EntryKind(row["kind"]),
        author=row["author"],
        text=row["text"],
        files=tuple(json.loads(row["files"])),
        salt=bytes(row["salt"]),
        created_at=at(row["created_at"]),
        erased=row["erased_at"] is not None,
        template=row["template"],
    )
