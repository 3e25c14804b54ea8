"""Lots of the cases that silence closed: those with the lowest of a week are called back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from storage.database import Tx


async def enter(tx: Tx, week: date, lot: str, case: str) -> None:
    """Give a case its lot of a week, which is named by its Monday."""
    await tx.run(
        "INSERT INTO callback (week, lot, case_id) VALUES (:week, :lot, :case) ON CONFLICT DO NOTHING",
        week=week.isoformat(),
        lot=lot,
        case=case,
    )


async def lowest(tx: Tx, week: date, count: int) -> Sequence[str]:
    """Read the cases with the lowest lots of a week, also those that were reopened later."""
    rows = await tx.all(
        "SELECT case_id FROM callback WHERE week = :week ORDER BY lot LIMIT :count", week=week.isoformat(), count=count
    )
    return [row["case_id"] for row in rows]
