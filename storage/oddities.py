"""Ratings that look unusual, by pattern, day, and window, hall or account, until somebody at the office has decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain.ratings import Pattern
from storage.database import Row, Tx
from storage.ids import at, ms, new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """What is unusual; `about` is the window, the hall if it was closed, or the account for what one account did.

    `window` is where it was first seen.
    """

    id: str
    pattern: Pattern
    about: str
    day: date
    window: str
    found_at: datetime
    decided_at: datetime | None = None


async def find(tx: Tx, pattern: Pattern, about: str, day: date, window: str, now: datetime) -> str:
    """Give the id of the oddity that is still open for this pattern and day; there is one from now on."""
    await tx.run(
        "INSERT INTO oddity (id, pattern, about, day, window_code, found_at)"
        " VALUES (:id, :pattern, :about, :day, :window, :now) ON CONFLICT DO NOTHING",
        id=new_id(now),
        pattern=pattern,
        about=about,
        day=day.isoformat(),
        window=window,
        now=ms(now),
    )
    row = await tx.one(
        "SELECT id FROM oddity WHERE pattern = :pattern AND about = :about AND day = :day AND decided_at IS NULL"
        " /*pg FOR KEY SHARE */",
        pattern=pattern,
        about=about,
        day=day.isoformat(),
    )
    return str(row["id"]) if row else await find(tx, pattern, about, day, window, now)


async def add(tx: Tx, oddity: str, pattern: Pattern, rating: str) -> bool:
    """Put a rating to an oddity; False if one of this pattern has it."""
    return bool(
        await tx.run(
            "INSERT INTO oddity_rating (rating, pattern, oddity) VALUES (:rating, :pattern, :oddity) ON CONFLICT DO NOTHING",
            rating=rating,
            pattern=pattern,
            oddity=oddity,
        )
    )


async def for_change(tx: Tx, id: str) -> Oddity | None:
    """Take an oddity for this transaction, and let nothing be put to it meanwhile."""
    row = await tx.one("SELECT * FROM oddity WHERE id = :id /*pg FOR UPDATE */", id=id)
    return _oddity(row) if row else None


async def get(tx: Tx, id: str) -> Oddity | None:
    """Read an oddity."""
    row = await tx.one("SELECT * FROM oddity WHERE id = :id", id=id)
    return _oddity(row) if row else None


async def ratings_of(tx: Tx, id: str) -> Sequence[str]:
    """Read the ids of the ratings of an oddity, in their order."""
    rows = await tx.all("SELECT rating FROM oddity_rating WHERE oddity = :id ORDER BY rating", id=id)
    return [row["rating"] for row in rows]


async def decide(tx: Tx, id: str, now: datetime, reason: str) -> None:
    """Note what was decided: struck for a reason, or "" kept."""
    await tx.run("UPDATE oddity SET decided_at = :now, reason = :reason WHERE id = :id", id=id, now=ms(now), reason=reason)


async def undecided(tx: Tx, after: str | None, limit: int) -> Sequence[Oddity]:
    """Read what nobody has decided yet, oldest first, from above the id `after`."""
    rows = await tx.all(
        "SELECT * FROM oddity WHERE decided_at IS NULL AND id > :after ORDER BY id LIMIT :limit", after=after or "", limit=limit
    )
    return [_oddity(row) for row in rows]


def _oddity(row: Row) -> Oddity:
    return Oddity(
        id=row["id"],
        pattern=Pattern(row["pattern"]),
        about=row["about"],
        day=date.fromisoformat(row["day"]),
        window=row["window_code"],
        found_at=at(row["found_at"]),
        decided_at=at(row["decided_at"]) if row["decided_at"] is not None else None,
    )
