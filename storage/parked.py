"""How much was put aside because it could not be dealt with: that must not go unnoticed."""

from __future__ import annotations

from dataclasses import dataclass

from storage.database import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """Messages that came, messages that could not be delivered, and deadlines that nobody is reminded of."""

    came: int
    undelivered: int
    deadlines: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.came + self.undelivered + self.deadlines


async def count(tx: Tx) -> Parked:
    """Count what is put aside now."""
    row = await tx.one(
        "SELECT (SELECT COUNT(*) FROM inbox WHERE parked_at IS NOT NULL) AS came,"
        " (SELECT COUNT(*) FROM outbox WHERE parked_at IS NOT NULL) AS undelivered,"
        " (SELECT COUNT(*) FROM deadline WHERE why IS NOT NULL AND next_rung_at IS NULL AND stopped_at IS NULL) AS deadlines"
    )
    if row is None:
        return Parked(came=0, undelivered=0, deadlines=0)
    return Parked(came=row["came"], undelivered=row["undelivered"], deadlines=row["deadlines"])
