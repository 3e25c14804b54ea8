"""Deadlines as rows: what is due when, from when on, by which rule; stopped ones stay as evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.database import Row, Tx
from storage.ids import at, ms, new_id


class DeadlineKind(StrEnum):
    """`promise` is the citizen's, `triage` the office's time to assign; `accept` and `answer` are the unit's; `check` is the
    citizen's time to say solved or not."""

    PROMISE = "promise"
    TRIAGE = "triage"
    ACCEPT = "accept"
    ANSWER = "answer"
    CHECK = "check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One deadline. `rule` is the limit as written in the city's files; `provisional` if the year's calendar is not out yet."""

    id: str
    case: str
    kind: DeadlineKind
    round: int
    rule: str
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    provisional: bool


async def start(
    tx: Tx,
    *,
    case: str,
    kind: DeadlineKind,
    round: int,
    rule: str,
    now: datetime,
    due: datetime,
    calendar: str,
    provisional: bool,
) -> Deadline:
    """Begin a deadline."""
    id = new_id(now)
    await tx.run(
        "INSERT INTO deadline (id, case_id, kind, round, rule, started_at, due_at, calendar, provisional)"
        " VALUES (:id, :case, :kind, :round, :rule, :now, :due, :calendar, :provisional)",
        id=id,
        case=case,
        kind=kind,
        round=round,
        rule=rule,
        now=ms(now),
        due=ms(due),
        calendar=calendar,
        provisional=int(provisional),
    )
    return Deadline(
        id=id, case=case, kind=kind, round=round, rule=rule, started_at=now, due_at=due, stopped_at=None, provisional=provisional
    )


async def stop(tx: Tx, case: str, kinds: Sequence[DeadlineKind], now: datetime) -> None:
    """End the running deadlines of these kinds."""
    for kind in kinds:
        await tx.run(
            "UPDATE deadline SET stopped_at = :now, next_rung_at = NULL"
            " WHERE case_id = :case AND kind = :kind AND stopped_at IS NULL",
            case=case,
            kind=kind,
            now=ms(now),
        )


async def running(tx: Tx, case: str) -> dict[DeadlineKind, Deadline]:
    """Read the deadlines of a case that run now."""
    rows = await tx.all("SELECT * FROM deadline WHERE case_id = :case AND stopped_at IS NULL ORDER BY started_at", case=case)
    return {DeadlineKind(row["kind"]): _deadline(row) for row in rows}


async def of_case(tx: Tx, case: str) -> Sequence[Deadline]:
    """Read every deadline of a case."""
    return [_deadline(row) for row in await tx.all("SELECT * FROM deadline WHERE case_id = :case ORDER BY id", case=case)]


def _deadline(row: Row) -> Deadline:
    return Deadline(
        id=row["id"],
        case=row["case_id"],
        kind=DeadlineKind(row["kind"]),
        round=row["round"],
        rule=row["rule"],
        started_at=at(row["started_at"]),
        due_at=at(row["due_at"]),
        stopped_at=at(row["stopped_at"]) if row["stopped_at"] is not None else None,
        provisional=bool(row["provisional"]),
    )
