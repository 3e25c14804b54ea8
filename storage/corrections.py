"""What people put right about a routing, newest first, and which of it is not to be learned from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.database import Row, Tx
from storage.times import at, ms

MANY = 100
"""How far the corrections of one person or unit are counted: beyond it is many."""


class Sort(StrEnum):
    """What was put right: the category by who filed, the unit by the unit itself, and by the office that which a case had or
    that which was only suggested."""

    CHOSEN = "chosen"
    RETURNED = "returned"
    ASSIGNED = "assigned"
    SUGGESTED = "suggested"


class Whose(StrEnum):
    """What is excluded: one correction, or all of a person or of a unit."""

    CORRECTION = "correction"
    PERSON = "person"
    UNIT = "unit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One of them. `was` and `became` are categories where one was chosen, else units; `became` is None for a return.

    `person` made it, in the `role`, None for a citizen; `unit` is the one whose return it began with. `excluded` are the
    reasons, if any, why it is not learned from.
    """

    id: str
    case: str
    sort: Sort
    person: str
    role: str | None
    unit: str | None
    was: str
    became: str | None
    corrected_at: datetime
    excluded: frozenset[Whose] = frozenset()

    def whose(self, what: Whose) -> str | None:
        """Give what an exclusion of this sort names: the correction itself, its person or its unit."""
        return {Whose.CORRECTION: self.id, Whose.PERSON: self.person, Whose.UNIT: self.unit}[what]


_EXCLUDED = ", ".join(
    f"CASE WHEN EXISTS (SELECT 1 FROM unlearned AS u WHERE u.sort = '{what}' AND u.what = c.{column})"
    f" THEN 1 ELSE 0 END AS no_{what}"
    for what, column in ((Whose.CORRECTION, "id"), (Whose.PERSON, "person"), (Whose.UNIT, "unit"))
)
_SELECT = f"SELECT c.*, {_EXCLUDED} FROM correction AS c"


async def add(tx: Tx, correction: Correction) -> None:
    """Keep a correction."""
    await tx.run(
        "INSERT INTO correction (id, case_id, sort, person, role, unit, was, became, corrected_at)"
        " VALUES (:id, :case, :sort, :person, :role, :unit, :was, :became, :now)",
        id=correction.id,
        case=correction.case,
        sort=correction.sort,
        person=correction.person,
        role=correction.role,
        unit=correction.unit,
        was=correction.was,
        became=correction.became,
        now=ms(correction.corrected_at),
    )


async def forget(tx: Tx, case: str, assigned_at: datetime) -> None:
    """Delete what the assignment of a case at this time corrected."""
    await tx.run(
        "DELETE FROM correction WHERE case_id = :case AND corrected_at = :at AND sort IN ('assigned', 'suggested')",
        case=case,
        at=ms(assigned_at),
    )


async def get(tx: Tx, id: str) -> Correction | None:
    """Read a correction."""
    row = await tx.one(f"{_SELECT} WHERE c.id = :id", id=id)
    return _correction(row) if row else None


async def newest(tx: Tx, before: str | None, limit: int) -> Sequence[Correction]:
    """Read the corrections, newest first, from below the id `before`."""
    rows = await tx.all(f"{_SELECT} WHERE c.id < :before ORDER BY c.id DESC LIMIT :limit", before=before or "g", limit=limit)
    return [_correction(row) for row in rows]


async def of_cases(tx: Tx, first: str, last: str) -> Sequence[Correction]:
    """Read the corrections of the cases whose ids lie between two, both included, in the order in which they were made."""
    rows = await tx.all(f"{_SELECT} WHERE c.case_id >= :first AND c.case_id <= :last ORDER BY c.id", first=first, last=last)
    return [_correction(row) for row in rows]


async def count(tx: Tx, whose: Whose, what: str) -> int:
    """Count the corrections of a person or of a unit, up to `MANY`."""
    column = {Whose.PERSON: "person", Whose.UNIT: "unit", Whose.CORRECTION: "id"}[whose]
    row = await tx.one(
        f"SELECT COUNT(*) AS n FROM (SELECT 1 FROM correction WHERE {column} = :what LIMIT {MANY}) AS counted", what=what
    )
    return int(row["n"]) if row else 0


async def exclude(tx: Tx, whose: Whose, what: str, now: datetime) -> bool:
    """Let something not be learned from; False if it is not already."""
    return bool(
        await tx.run(
            "INSERT INTO unlearned (sort, what, since_at) VALUES (:sort, :what, :now) ON CONFLICT DO NOTHING",
            sort=whose,
            what=what,
            now=ms(now),
        )
    )


async def include(tx: Tx, whose: Whose, what: str) -> bool:
    """Let something be learned from again; False if it is."""
    return bool(await tx.run("DELETE FROM unlearned WHERE sort = :sort AND what = :what", sort=whose, what=what))


async def excluded(tx: Tx, whose: Whose) -> frozenset[str]:
    """Read all that is excluded of one sort."""
    rows = await tx.all("SELECT what FROM unlearned WHERE sort = :sort", sort=whose)
    return frozenset(row["what"] for row in rows)


def _correction(row: Row) -> Correction:
    return Correction(
        id=row["id"],
        case=row["case_id"],
        sort=Sort(row["sort"]),
        person=row["person"],
        role=row["role"],
        unit=row["unit"],
        was=row["was"],
        became=row["became"],
        corrected_at=at(row["corrected_at"]),
        excluded=frozenset(what for what in Whose if row[f"no_{what}"]),
    )
