"""Appeals of units against ratings, each rating's once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.database import Row, Tx
from storage.times import at, ms


class Ground(StrEnum):
    """What a unit says of a rating."""

    MISTAKEN = "mistaken"
    ABUSIVE = "abusive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """An appeal; `entry` is the text with the unit's reason, `by` the role that appealed."""

    rating: str
    case: str
    unit: str
    ground: Ground
    entry: str
    by: str
    at: datetime
    decided_at: datetime | None = None


async def make(tx: Tx, appeal: Appeal) -> None:
    """Keep a new appeal, the only one against its rating."""
    await tx.run(
        "INSERT INTO appeal (rating, case_id, unit, ground, entry, appealed_by, appealed_at)"
        " VALUES (:rating, :case, :unit, :ground, :entry, :by, :at) ON CONFLICT (rating) DO NOTHING",
        rating=appeal.rating,
        case=appeal.case,
        unit=appeal.unit,
        ground=appeal.ground,
        entry=appeal.entry,
        by=appeal.by,
        at=ms(appeal.at),
    )


async def of_rating(tx: Tx, rating: str) -> Appeal | None:
    """Read the appeal against a rating."""
    row = await tx.one("SELECT * FROM appeal WHERE rating = :rating", rating=rating)
    return _appeal(row) if row else None


async def decide(tx: Tx, rating: str, now: datetime, *, granted: bool) -> None:
    """Note what was decided."""
    await tx.run(
        "UPDATE appeal SET decided_at = :now, granted_at = :granted WHERE rating = :rating AND decided_at IS NULL",
        rating=rating,
        now=ms(now),
        granted=ms(now) if granted else None,
    )


async def undecided(tx: Tx, after: str | None, limit: int) -> Sequence[Appeal]:
    """Read what nobody has decided yet, by the age of the ratings, from above the rating `after`."""
    rows = await tx.all(
        "SELECT * FROM appeal WHERE decided_at IS NULL AND rating > :after ORDER BY rating LIMIT :limit",
        after=after or "",
        limit=limit,
    )
    return [_appeal(row) for row in rows]


def _appeal(row: Row) -> Appeal:
    return Appeal(
        rating=row["rating"],
        case=row["case_id"],
        unit=row["unit"],
        ground=Ground(row["ground"]),
        entry=row["entry"],
        by=row["appealed_by"],
        at=at(row["appealed_at"]),
        decided_at=at(row["decided_at"]) if row["decided_at"] is not None else None,
    )
