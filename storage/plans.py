"""How units will put things right: measures, target, responsible person, date. The newest of a round counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from storage.database import Tx
from storage.times import at, ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One plan; `entry` is the text of the case that has it in words."""

    id: str
    case: str
    round: int
    unit: str
    measures: str
    target: str
    responsible: str
    until_at: datetime
    entry: str
    created_at: datetime


async def insert(tx: Tx, plan: Plan) -> None:
    """Keep a new plan."""
    await tx.run(
        "INSERT INTO plan (id, case_id, round, unit, measures, target, responsible, until_at, entry, created_at)"
        " VALUES (:id, :case, :round, :unit, :measures, :target, :responsible, :until, :entry, :created)",
        id=plan.id,
        case=plan.case,
        round=plan.round,
        unit=plan.unit,
        measures=plan.measures,
        target=plan.target,
        responsible=plan.responsible,
        until=ms(plan.until_at),
        entry=plan.entry,
        created=ms(plan.created_at),
    )


async def newest(tx: Tx, case: str) -> Plan | None:
    """Read the plan of a case that counts: the newest since it was filed, or reopened."""
    row = await tx.one(
        "SELECT p.* FROM plan AS p JOIN cases AS c ON c.id = p.case_id AND c.round = p.round"
        " WHERE p.case_id = :case ORDER BY p.id DESC LIMIT 1",
        case=case,
    )
    if row is None:
        return None
    return Plan(
        id=row["id"],
        case=row["case_id"],
        round=row["round"],
        unit=row["unit"],
        measures=row["measures"],
        target=row["target"],
        responsible=row["responsible"],
        until_at=at(row["until_at"]),
        entry=row["entry"],
        created_at=at(row["created_at"]),
    )
