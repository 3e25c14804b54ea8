"""Ratings of windows, one row a visit. Every change of one moves the figures that are kept of it (`storage.rating_figures`)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from domain.cases import Satisfaction
from domain.ledger import text_hash
from storage import files as storage_files
from storage.database import Row, Tx
from storage.rating_figures import Cell, Counted, count
from storage.times import at, ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One rating; `hall` and `unit` were those of the window on its `day`, the city's own.

    `criteria` are levels by the code of a criterion, `reasons` codes of usual reasons. `ticket` names the ticket by which the
    visit is verified; `case` is what a dissatisfied rating became; a rating that was struck counts no more.
    """

    id: str
    window: str
    hall: str
    unit: str
    person: str
    level: Satisfaction
    criteria: Mapping[str, Satisfaction] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    text: str = ""
    sealed: bytes | None = None
    salt: bytes = field(default_factory=lambda: os.urandom(16))
    files: tuple[str, ...] = ()
    ticket: str | None = None
    case: str | None = None
    day: date
    rated_at: datetime
    changed_at: datetime
    struck_at: datetime | None = None

    @property
    def verified(self) -> bool:
        """Whether a ticket proves the visit."""
        return self.ticket is not None

    @property
    def hash(self) -> str:
        """What the ledger keeps of the words."""
        return text_hash(self.salt, self.text)

    @property
    def counted(self) -> Counted:
        """As what it stands in the figures."""
        return Counted.STRUCK if self.struck_at else Counted(self.level)

    @property
    def cell(self) -> Cell:
        """Where it stands in the figures."""
        return Cell(window=self.window, hall=self.hall, unit=self.unit, day=self.day, verified=self.verified)


_COLUMNS = {
    "id": "id", "window_code": "window", "hall": "hall", "unit": "unit", "person": "person", "level": "level",
    "criteria": "criteria", "reasons": "reasons", "text": "text", "sealed": "sealed", "salt": "salt", "files": "files",
    "ticket": "ticket", "case_id": "case", "day": "day", "rated_at": "rated_at", "changed_at": "changed_at",
    "struck_at": "struck_at",
}  # fmt: skip
_END_OF_TIME = 2**62
_FIXED = ("id", "window_code", "hall", "unit", "person", "day", "rated_at")
_INSERT = f"INSERT INTO rating ({', '.join(_COLUMNS)}) VALUES ({', '.join(':' + c for c in _COLUMNS)})"
_UPDATE = f"UPDATE rating SET {', '.join(f'{c} = :{c}' for c in _COLUMNS if c not in _FIXED)} WHERE id = :id"


async def insert(tx: Tx, rating: Rating, now: datetime) -> None:
    """Keep a new rating, and count it."""
    await tx.run(_INSERT, **_values(rating))
    await count(tx, rating.cell, rating.counted, 1)
    await storage_files.use(tx, rating.files, now)


async def update(tx: Tx, before: Rating, after: Rating, now: datetime) -> None:
    """Write a changed rating, and move its count."""
    values = _values(after)
    await tx.run(_UPDATE, **{name: values[name] for name in values if name == "id" or name not in _FIXED})
    if (before.cell, before.counted) != (after.cell, after.counted):
        await count(tx, before.cell, before.counted, -1)
        await count(tx, after.cell, after.counted, 1)
    await storage_files.use(tx, after.files, now)


async def for_change(tx: Tx, id: str) -> Rating | None:
    """Take a rating for this transaction."""
    row = await tx.one("SELECT * FROM rating WHERE id = :id /*pg FOR NO KEY UPDATE */", id=id)
    return _rating(row) if row else None


async def get(tx: Tx, id: str) -> Rating | None:
    """Read a rating."""
    row = await tx.one("SELECT * FROM rating WHERE id = :id", id=id)
    return _rating(row) if row else None


async def of_case(tx: Tx, case: str) -> Rating | None:
    """Read the rating that became a case."""
    row = await tx.one("SELECT * FROM rating WHERE case_id = :case", case=case)
    return _rating(row) if row else None


async def of_visit(tx: Tx, person: str, window: str, since: datetime) -> Rating | None:
    """Read the newest rating that a person gave at a window after a time."""
    row = await tx.one(
        # SQLite, which keeps no statistics, might go through everything that was rated at the window meanwhile.
        "SELECT * FROM rating /*lite INDEXED BY rating_of_person */"
        " WHERE person = :person AND rated_at > :since AND window_code = :window ORDER BY rated_at DESC LIMIT 1",
        person=person,
        window=window,
        since=ms(since),
    )
    return _rating(row) if row else None


async def last_at_window(tx: Tx, window: str, limit: int) -> Sequence[Rating]:
    """Read the newest ratings of a window, newest first."""
    rows = await tx.all(
        "SELECT * FROM rating WHERE window_code = :window ORDER BY rated_at DESC LIMIT :limit", window=window, limit=limit
    )
    return [_rating(row) for row in rows]


async def last_of_person(tx: Tx, person: str, since: datetime, limit: int) -> Sequence[Rating]:
    """Read the newest ratings that a person gave from a time on, newest first."""
    rows = await tx.all(
        "SELECT * FROM rating WHERE person = :person AND rated_at >= :since ORDER BY rated_at DESC LIMIT :limit",
        person=person,
        since=ms(since),
        limit=limit,
    )
    return [_rating(row) for row in rows]


async def with_words(tx: Tx, window: str, since: datetime) -> Sequence[Rating]:
    """Read the ratings of a window since a time that say something in words, count, and are no case."""
    rows = await tx.all(
        "SELECT * FROM rating WHERE window_code = :window AND rated_at >= :since AND text <> ''"
        " AND struck_at IS NULL AND case_id IS NULL",
        window=window,
        since=ms(since),
    )
    return [_rating(row) for row in rows]


async def of_person(tx: Tx, person: str, before: Rating | None, limit: int) -> Sequence[Rating]:
    """Read what a person has rated, newest first, from below a rating of theirs."""
    rows = await tx.all(
        # SQLite, which keeps no statistics, might go through the ratings of everybody.
        "SELECT * FROM rating /*lite INDEXED BY rating_of_person */"
        " WHERE person = :person AND (rated_at, id) < (:at, :id) ORDER BY rated_at DESC, id DESC LIMIT :limit",
        person=person,
        at=ms(before.rated_at) if before else _END_OF_TIME,
        id=before.id if before else "",
        limit=limit,
    )
    return [_rating(row) for row in rows]


async def count_of_person(tx: Tx, person: str) -> int:
    """Count what a person has rated."""
    # SQLite, which keeps no statistics, might go through the ratings of everybody.
    row = await tx.one(
        "SELECT COUNT(*) AS n FROM rating /*lite INDEXED BY rating_of_person */ WHERE person = :person", person=person
    )
    return int(row["n"]) if row else 0


async def at_window(tx: Tx, window: str) -> Sequence[Rating]:
    """Read every rating of a window, to hold it against the ledger."""
    return [_rating(row) for row in await tx.all("SELECT * FROM rating WHERE window_code = :window", window=window)]


async def unrecorded(tx: Tx) -> Sequence[str]:
    """Read the windows that have ratings or figures but no chain in the ledger: somebody put them in."""
    rows = await tx.all(
        "SELECT w.window_code FROM (SELECT window_code FROM rating UNION SELECT window_code FROM rating_count) AS w"
        " WHERE NOT EXISTS (SELECT 1 FROM ledger_head AS h WHERE h.subject = 'window:' || w.window_code) ORDER BY 1"
    )
    return [row["window_code"] for row in rows]


def _values(rating: Rating) -> dict[str, object]:
    values: dict[str, object] = {column: getattr(rating, name) for column, name in _COLUMNS.items()}
    for name in ("rated_at", "changed_at", "struck_at"):
        value = values[name]
        values[name] = ms(value) if isinstance(value, datetime) else None
    values |= {"criteria": json.dumps(dict(rating.criteria), sort_keys=True), "reasons": json.dumps(rating.reasons)}
    return values | {"files": json.dumps(rating.files), "day": rating.day.isoformat()}


def _rating(row: Row) -> Rating:
    return Rating(
        id=row["id"],
        window=row["window_code"],
        hall=row["hall"],
        unit=row["unit"],
        person=row["person"],
        level=Satisfaction(row["level"]),
        criteria={code: Satisfaction(level) for code, level in json.loads(row["criteria"]).items()},
        reasons=tuple(json.loads(row["reasons"])),
        text=row["text"],
        sealed=bytes(row["sealed"]) if row["sealed"] is not None else None,
        salt=bytes(row["salt"]),
        files=tuple(json.loads(row["files"])),
        ticket=row["ticket"],
        case=row["case_id"],
        day=date.fromisoformat(row["day"]),
        rated_at=at(row["rated_at"]),
        changed_at=at(row["changed_at"]),
        struck_at=at(row["struck_at"]) if row["struck_at"] is not None else None,
    )
