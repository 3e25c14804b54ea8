"""More time that units ask for, and what the office decided. A request lives no longer than the deadline it would extend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Row, Tx
from storage.times import at, ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """One request: `rule` is the limit that the deadline would have, counted from the same start, and `until_at` its due time.

    `entry` is the text with the reason. Decided and not granted means refused, or that it came to nothing.
    """

    id: str
    case: str
    deadline: str
    unit: str
    rule: str
    until_at: datetime
    entry: str
    asked_by: str
    asked_at: datetime
    decided_at: datetime | None = None
    granted_at: datetime | None = None


async def ask(tx: Tx, extension: Extension) -> None:
    """Keep a new request."""
    await tx.run(
        "INSERT INTO extension (id, case_id, deadline, unit, rule, until_at, entry, asked_by, asked_at)"
        " VALUES (:id, :case, :deadline, :unit, :rule, :until, :entry, :asked_by, :asked)",
        id=extension.id,
        case=extension.case,
        deadline=extension.deadline,
        unit=extension.unit,
        rule=extension.rule,
        until=ms(extension.until_at),
        entry=extension.entry,
        asked_by=extension.asked_by,
        asked=ms(extension.asked_at),
    )


async def decide(tx: Tx, id: str, now: datetime, *, granted: bool) -> None:
    """Decide a request."""
    await tx.run(
        "UPDATE extension SET decided_at = :now, granted_at = :granted WHERE id = :id",
        id=id,
        now=ms(now),
        granted=ms(now) if granted else None,
    )


async def move(tx: Tx, id: str, until: datetime) -> None:
    """Let a request be one until another time."""
    await tx.run("UPDATE extension SET until_at = :until WHERE id = :id", id=id, until=ms(until))


async def void(tx: Tx, case: str, now: datetime) -> None:
    """Let the open request of a case come to nothing."""
    await tx.run("UPDATE extension SET decided_at = :now WHERE case_id = :case AND decided_at IS NULL", case=case, now=ms(now))


async def of_case(tx: Tx, case: str) -> Sequence[Extension]:
    """Read the requests of a case, oldest first."""
    return [_extension(row) for row in await tx.all("SELECT * FROM extension WHERE case_id = :case ORDER BY id", case=case)]


async def undecided(tx: Tx, after: str | None, limit: int) -> Sequence[Extension]:
    """Read what nobody has decided yet, oldest first, from above the id `after`."""
    rows = await tx.all(
        "SELECT * FROM extension WHERE decided_at IS NULL AND id > :after ORDER BY id LIMIT :limit",
        after=after or "",
        limit=limit,
    )
    return [_extension(row) for row in rows]


async def of_number(tx: Tx, number: str) -> Extension | None:
    """Read the request of the case with a number that nobody has decided yet; None if there is none."""
    row = await tx.one(
        "SELECT x.* FROM cases AS c JOIN extension AS x ON x.case_id = c.id"
        " WHERE c.number = :number AND x.decided_at IS NULL ORDER BY x.id DESC LIMIT 1",
        number=number,
    )
    return _extension(row) if row else None


def _extension(row: Row) -> Extension:
    return Extension(
        id=row["id"],
        case=row["case_id"],
        deadline=row["deadline"],
        unit=row["unit"],
        rule=row["rule"],
        until_at=at(row["until_at"]),
        entry=row["entry"],
        asked_by=row["asked_by"],
        asked_at=at(row["asked_at"]),
        decided_at=at(row["decided_at"]) if row["decided_at"] is not None else None,
        granted_at=at(row["granted_at"]) if row["granted_at"] is not None else None,
    )
