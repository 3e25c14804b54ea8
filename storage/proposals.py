"""The accountability list: what the program proposes on a stated ground, and what people decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.database import Row, Tx
from storage.ids import new_id
from storage.times import at, ms


class Decision(StrEnum):
    """What people made of a proposal."""

    UPHELD = "upheld"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One proposal. `ground` is the rung of the ladder that was reached; `decision` is None until people decide."""

    id: str
    unit: str
    case: str
    deadline: str
    ground: str
    proposed_at: datetime
    decided_at: datetime | None
    decision: Decision | None


async def propose(tx: Tx, *, unit: str, case: str, deadline: str, ground: str, now: datetime) -> bool:
    """Put a unit on the list; False if it is there for the same reason."""
    return bool(
        await tx.run(
            "INSERT INTO proposal (id, unit, case_id, deadline, ground, proposed_at)"
            " VALUES (:id, :unit, :case, :deadline, :ground, :now) ON CONFLICT (deadline, ground) DO NOTHING",
            id=new_id(now),
            unit=unit,
            case=case,
            deadline=deadline,
            ground=ground,
            now=ms(now),
        )
    )


# Misconduct reports are for nobody's list.
_UNDECIDED = (
    "FROM proposal WHERE decided_at IS NULL AND EXISTS (SELECT 1 FROM cases AS c WHERE c.id = case_id AND c.kind <> 'misconduct')"
)


async def count(tx: Tx, most: int) -> int:
    """Count what nobody has decided yet, up to a limit."""
    row = await tx.one(f"SELECT COUNT(*) AS n FROM (SELECT 1 AS one {_UNDECIDED} LIMIT :most) AS counted", most=most)
    return int(row["n"]) if row else 0


async def undecided(tx: Tx, after: str | None, limit: int) -> Sequence[Proposal]:
    """Read what nobody has decided yet, oldest first, from above the id `after`; misconduct reports are never among them."""
    rows = await tx.all(f"SELECT * {_UNDECIDED} AND id > :after ORDER BY id LIMIT :limit", after=after or "", limit=limit)
    return [_proposal(row) for row in rows]


async def get(tx: Tx, id: str) -> Proposal | None:
    """Read a proposal."""
    row = await tx.one("SELECT * FROM proposal WHERE id = :id", id=id)
    return _proposal(row) if row else None


async def for_change(tx: Tx, id: str) -> Proposal | None:
    """Take a proposal for this transaction."""
    row = await tx.one("SELECT * FROM proposal WHERE id = :id /*pg FOR NO KEY UPDATE */", id=id)
    return _proposal(row) if row else None


async def of_case(tx: Tx, case: str) -> Sequence[Proposal]:
    """Read every proposal on account of a case, oldest first."""
    rows = await tx.all(
        "SELECT p.* FROM deadline AS d JOIN proposal AS p ON p.deadline = d.id WHERE d.case_id = :case ORDER BY p.id", case=case
    )
    return [_proposal(row) for row in rows]


async def decide(tx: Tx, id: str, decision: Decision, now: datetime) -> bool:
    """Note what people decided; False if that was done before."""
    return bool(
        await tx.run(
            "UPDATE proposal SET decided_at = :now, decision = :decision WHERE id = :id AND decided_at IS NULL",
            id=id,
            decision=decision,
            now=ms(now),
        )
    )


def _proposal(row: Row) -> Proposal:
    return Proposal(
        id=row["id"],
        unit=row["unit"],
        case=row["case_id"],
        deadline=row["deadline"],
        ground=row["ground"],
        proposed_at=at(row["proposed_at"]),
        decided_at=at(row["decided_at"]) if row["decided_at"] is not None else None,
        decision=Decision(row["decision"]) if row["decision"] else None,
    )
