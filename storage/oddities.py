"""Ratings that look unusual, put together by pattern, day, and window, hall or account, until the office has decided about each.

A rating may be in several: it is kept in one of them, or in all, and struck in all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain.ratings import Pattern
from storage.database import Row, Tx
from storage.ids import new_id
from storage.times import at, ms


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
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many ratings of an oddity were kept, how many struck, and about how many nobody has decided."""

    left: int = 0
    kept: int = 0
    struck: int = 0

    @property
    def count(self) -> int:
        """All of them."""
        return self.left + self.kept + self.struck


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


async def get(tx: Tx, id: str) -> Oddity | None:
    """Read an oddity."""
    row = await tx.one("SELECT * FROM oddity WHERE id = :id", id=id)
    return _oddity(row) if row else None


async def take_of(tx: Tx, ratings: Sequence[str]) -> None:
    """Take the open oddities of some ratings for this transaction, and let nothing be put to them meanwhile."""
    found = {oddity.id for rating in ratings for oddity in await of_rating(tx, rating) if oddity.decided_at is None}
    for id in sorted(found):
        await tx.one("SELECT 1 AS x FROM oddity WHERE id = :id /*pg FOR UPDATE */", id=id)


async def of_rating(tx: Tx, rating: str) -> Sequence[Oddity]:
    """Read what is unusual about a rating, the oldest first, decided or not."""
    rows = await tx.all(
        "SELECT o.* FROM oddity_rating AS r JOIN oddity AS o ON o.id = r.oddity WHERE r.rating = :rating ORDER BY o.id",
        rating=rating,
    )
    return [_oddity(row) for row in rows]


async def left_of_rating(tx: Tx, rating: str) -> Sequence[Oddity]:
    """Read in which oddities nobody has decided about a rating yet, the oldest first."""
    rows = await tx.all(
        "SELECT o.* FROM oddity_rating AS r JOIN oddity AS o ON o.id = r.oddity"
        " WHERE r.rating = :rating AND r.decided_at IS NULL ORDER BY o.id",
        rating=rating,
    )
    return [_oddity(row) for row in rows]


async def left(tx: Tx, id: str, after: str = "", limit: int = 1_000_000) -> Sequence[str]:
    """Read the ids of the ratings of an oddity about which nobody has decided yet, in order, from above `after`."""
    rows = await tx.all(
        "SELECT rating FROM oddity_rating WHERE oddity = :id AND decided_at IS NULL AND rating > :after"
        " ORDER BY rating LIMIT :limit",
        id=id,
        after=after,
        limit=limit,
    )
    return [row["rating"] for row in rows]


async def tally(tx: Tx, id: str) -> Tally:
    """Count what was decided about the ratings of an oddity."""
    row = await tx.one(
        "SELECT COALESCE(SUM(CASE WHEN decided_at IS NULL THEN 1 ELSE 0 END), 0) AS undecided,"
        " COALESCE(SUM(CASE WHEN reason = '' THEN 1 ELSE 0 END), 0) AS kept,"
        " COALESCE(SUM(CASE WHEN reason <> '' THEN 1 ELSE 0 END), 0) AS struck FROM oddity_rating WHERE oddity = :id",
        id=id,
    )
    return Tally(left=int(row["undecided"]), kept=int(row["kept"]), struck=int(row["struck"])) if row else Tally()


async def keep(tx: Tx, rating: str, oddity: str, now: datetime) -> None:
    """Note that a rating was kept as far as one oddity goes."""
    await tx.run(
        "UPDATE oddity_rating SET decided_at = :now, reason = '' WHERE rating = :rating AND oddity = :oddity",
        rating=rating,
        oddity=oddity,
        now=ms(now),
    )


async def strike(tx: Tx, rating: str, now: datetime, reason: str) -> None:
    """Note that a rating was struck for a reason, which decides about it wherever nobody had."""
    await tx.run(
        "UPDATE oddity_rating SET decided_at = :now, reason = :reason WHERE rating = :rating AND decided_at IS NULL",
        rating=rating,
        now=ms(now),
        reason=reason,
    )


async def settle(tx: Tx, ratings: Sequence[str], now: datetime) -> None:
    """Close those oddities of some ratings in which nothing is left to decide."""
    found = {oddity.id for rating in ratings for oddity in await of_rating(tx, rating) if oddity.decided_at is None}
    for id in sorted(found):
        await tx.run(
            "UPDATE oddity SET decided_at = :now WHERE id = :id AND NOT EXISTS ("
            "SELECT 1 FROM oddity_rating AS r WHERE r.oddity = :id AND r.decided_at IS NULL)",
            id=id,
            now=ms(now),
        )


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
        decided_at=at(row["decided_at"]) if row["decided_at"] is not None else None,
    )
