"""Deadlines as rows: what is due when, from when on, by which rule; stopped ones stay as evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage import cases
from storage.cases import Case
from storage.cursors import START, Cursor
from storage.database import Row, Tx
from storage.times import at, ms


class DeadlineKind(StrEnum):
    """`promise` is the citizen's, `triage` the office's time to assign; `accept` and `answer` are the unit's; `check` is the
    citizen's time to say solved or not, `reply` their time to answer a question, in which the unit's own time stands still;
    after `revisit` the office looks whether a result has lasted."""

    PROMISE = "promise"
    TRIAGE = "triage"
    ACCEPT = "accept"
    ANSWER = "answer"
    CHECK = "check"
    REPLY = "reply"
    REVISIT = "revisit"


DUE_FIRST = (
    "NOT EXISTS (SELECT 1 FROM deadline AS o /*lite INDEXED BY deadline_of_case */ WHERE o.case_id = d.case_id"
    " AND o.kind IN ('accept', 'answer') AND o.stopped_at IS NULL AND (o.due_at, o.id) < (d.due_at, d.id))"
)
"""Of a unit's running time d to sign in or to answer: that no other of its case is due before, so that a case counts once."""

_MAY_MOVE = "calendar <> 'elapsed' AND (stopped_at IS NULL OR provisional = 1 AND stopped_at > due_at)"
"""Of a deadline: that another calendar may move it, in the words of its index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One deadline.

    `rule` is the limit as the city's files write it, or as it was extended; `unit` is whose time it is, or whose answer is
    checked, else None. `ended` is the event that stopped it. `passed` are the rungs of the ladder that it has behind it, as the
    ladder writes them; `next_rung_at` is None when none is left, or while it stands still. `provisional` means that the year's
    calendar is not out yet; `calendar` says by which one it was reckoned, `elapsed` where it needs none.
    """

    id: str
    case: str
    kind: DeadlineKind
    round: int
    unit: str | None
    rule: str
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None = None
    ended: str | None = None
    next_rung_at: datetime | None = None
    passed: tuple[str, ...] = ()
    calendar: str
    provisional: bool

    @property
    def cursor(self) -> Cursor:
        """Where a list that ends with this one goes on."""
        return ms(self.due_at), self.id


async def insert(tx: Tx, deadline: Deadline) -> None:
    """Keep a new deadline."""
    await tx.run(
        "INSERT INTO deadline (id, case_id, kind, round, unit, rule, started_at, due_at, next_rung_at, passed, calendar,"
        " provisional)"
        " VALUES (:id, :case, :kind, :round, :unit, :rule, :started, :due, :next, :passed, :calendar, :provisional)",
        id=deadline.id,
        case=deadline.case,
        kind=deadline.kind,
        round=deadline.round,
        unit=deadline.unit,
        rule=deadline.rule,
        started=ms(deadline.started_at),
        due=ms(deadline.due_at),
        next=_ms(deadline.next_rung_at),
        passed=" ".join(deadline.passed),
        calendar=deadline.calendar,
        provisional=int(deadline.provisional),
    )


async def update(tx: Tx, deadline: Deadline) -> None:
    """Write a changed deadline; whatever went wrong with it before is over."""
    await tx.run(
        "UPDATE deadline SET rule = :rule, started_at = :started, due_at = :due, stopped_at = :stopped, ended = :ended,"
        " next_rung_at = :next, passed = :passed, calendar = :calendar, provisional = :provisional, tries = 0, why = NULL"
        " WHERE id = :id",
        id=deadline.id,
        rule=deadline.rule,
        started=ms(deadline.started_at),
        due=ms(deadline.due_at),
        stopped=_ms(deadline.stopped_at),
        ended=deadline.ended,
        next=_ms(deadline.next_rung_at),
        passed=" ".join(deadline.passed),
        calendar=deadline.calendar,
        provisional=int(deadline.provisional),
    )


async def pass_rungs(tx: Tx, id: str, passed: Sequence[str], next_rung_at: datetime | None) -> None:
    """Write which rungs a deadline has passed and which is next, and nothing else of it; what went wrong before is over."""
    await tx.run(
        "UPDATE deadline SET next_rung_at = :next, passed = :passed, tries = 0, why = NULL WHERE id = :id",
        id=id,
        next=_ms(next_rung_at),
        passed=" ".join(passed),
    )


async def stop(tx: Tx, case: str, kinds: Sequence[DeadlineKind], event: str, now: datetime) -> None:
    """End the running deadlines of these kinds because of an event."""
    for kind in kinds:
        await tx.run(
            "UPDATE deadline SET stopped_at = :now, ended = :event, next_rung_at = NULL"
            " WHERE case_id = :case AND kind = :kind AND stopped_at IS NULL",
            case=case,
            kind=kind,
            event=event,
            now=ms(now),
        )


async def get(tx: Tx, id: str) -> Deadline | None:
    """Read one deadline."""
    row = await tx.one("SELECT * FROM deadline WHERE id = :id", id=id)
    return _deadline(row) if row else None


async def running(tx: Tx, case: str) -> dict[DeadlineKind, Deadline]:
    """Read the deadlines of a case that run now."""
    rows = await tx.all("SELECT * FROM deadline WHERE case_id = :case AND stopped_at IS NULL ORDER BY started_at", case=case)
    return {DeadlineKind(row["kind"]): _deadline(row) for row in rows}


def still_running(every: Sequence[Deadline]) -> dict[DeadlineKind, Deadline]:
    """Give, of every deadline of a case, those that run."""
    return {one.kind: one for one in sorted(every, key=lambda one: one.started_at) if one.stopped_at is None}


async def of_case(tx: Tx, case: str) -> Sequence[Deadline]:
    """Read every deadline of a case, in the order in which they began."""
    return [_deadline(row) for row in await tx.all("SELECT * FROM deadline WHERE case_id = :case ORDER BY id", case=case)]


async def reached(tx: Tx, now: datetime, limit: int) -> Sequence[str]:
    """Read the ids of deadlines whose next rung is reached, in the order of its time."""
    rows = await tx.all(
        "SELECT id FROM deadline WHERE next_rung_at <= :now ORDER BY next_rung_at, id LIMIT :limit", now=ms(now), limit=limit
    )
    return [row["id"] for row in rows]


async def next_reached(tx: Tx) -> datetime | None:
    """Tell when the next rung of any deadline is or was reached; None if none will be."""
    row = await tx.one("SELECT MIN(next_rung_at) AS at FROM deadline WHERE next_rung_at IS NOT NULL")
    return at(row["at"]) if row and row["at"] is not None else None


async def fail(tx: Tx, id: str, why: str, most: int, again: datetime) -> bool:
    """Note that a deadline could not be dealt with; after `most` tries, at once if no rung is next, it is put aside: True."""
    await tx.run(
        "UPDATE deadline SET tries = tries + 1, why = :why,"
        " next_rung_at = CASE WHEN tries + 1 < :most AND next_rung_at IS NOT NULL THEN CAST(:again AS BIGINT) END WHERE id = :id",
        id=id,
        why=why,
        most=most,
        again=ms(again),
    )
    row = await tx.one("SELECT next_rung_at FROM deadline WHERE id = :id", id=id)
    return row is not None and row["next_rung_at"] is None


async def put_aside(tx: Tx) -> Sequence[tuple[Deadline, str]]:
    """Read the deadlines whose rungs could not be dealt with, and why."""
    rows = await tx.all(
        "SELECT * FROM deadline WHERE why IS NOT NULL AND next_rung_at IS NULL AND stopped_at IS NULL ORDER BY id"
    )
    return [(_deadline(row), row["why"]) for row in rows]


async def late(tx: Tx, after: Cursor | None, limit: int, now: datetime) -> Sequence[Deadline]:
    """Read the units' times that are over, the longest first, from behind the due time and id `after`.

    Of a case that is neither signed in nor answered in time it is the one that was due first. With them are the broken promises
    of what waits to be assigned.
    Those of misconduct reports are not among them, nor those that stand still while the citizen is asked.
    """
    due, id = after or START
    # Each from behind the place by itself, so that neither is read further than a page.
    behind = "d.stopped_at IS NULL AND d.due_at >= :due AND d.due_at < :now AND (d.due_at > :due OR d.id > :id)"
    rows = await tx.all(
        "SELECT * FROM (SELECT d.* FROM deadline AS d /*lite INDEXED BY deadline_running */ JOIN cases AS c ON c.id = d.case_id"
        f" WHERE d.kind IN ('accept', 'answer') AND {behind} AND {DUE_FIRST} AND c.kind <> 'misconduct' AND NOT EXISTS ("
        "  SELECT 1 FROM deadline AS r WHERE r.case_id = d.case_id AND r.kind = 'reply' AND r.stopped_at IS NULL)"
        " ORDER BY d.due_at, d.id LIMIT :limit) AS of_units"
        " UNION ALL SELECT * FROM (SELECT d.* FROM deadline AS t"
        " CROSS JOIN deadline AS d /*lite INDEXED BY deadline_of_case */ CROSS JOIN cases AS c"
        f" WHERE t.kind = 'triage' AND t.stopped_at IS NULL AND d.case_id = t.case_id AND d.kind = 'promise' AND {behind}"
        " AND c.id = d.case_id AND c.kind <> 'misconduct' ORDER BY d.due_at, d.id LIMIT :limit) AS promises"
        " ORDER BY due_at, id LIMIT :limit",
        due=due,
        id=id,
        now=ms(now),
        limit=limit,
    )
    return [_deadline(row) for row in rows]


async def unassigned(tx: Tx, after: Cursor | None, limit: int) -> Sequence[tuple[Deadline, Case]]:
    """Read the cases that wait to be assigned, the first due first, from behind the due time and id `after`.

    Misconduct reports are never among them.
    """
    due, id = after or START
    rows = await tx.all(
        "SELECT * FROM deadline WHERE kind = 'triage' AND stopped_at IS NULL AND (due_at, id) > (:due, :id)"
        " AND EXISTS (SELECT 1 FROM cases AS c WHERE c.id = case_id AND c.kind <> 'misconduct')"
        " ORDER BY due_at, id LIMIT :limit",
        due=due,
        id=id,
        limit=limit,
    )
    found = [(deadline, await cases.get(tx, deadline.case)) for deadline in map(_deadline, rows)]
    return [(deadline, case) for deadline, case in found if case]


async def count_closed_by_silence(tx: Tx, since: datetime, most: int) -> int:
    """Count the cases that silence has closed since a moment, also those that were reopened later; `most` + 1 are more.

    Misconduct reports are not among them.
    """
    row = await tx.one(
        "SELECT COUNT(*) AS n FROM (SELECT d.id FROM deadline AS d JOIN cases AS c ON c.id = d.case_id"
        " WHERE d.stopped_at >= :since AND d.kind = 'check' AND d.ended = 'silence' AND c.kind <> 'misconduct'"
        " LIMIT :most) AS counted",
        since=ms(since),
        most=most + 1,
    )
    return int(row["n"]) if row else 0


async def last_promise(tx: Tx, case: str) -> Deadline | None:
    """Read what the citizen was promised last, running or not."""
    row = await tx.one("SELECT * FROM deadline WHERE case_id = :case AND kind = 'promise' ORDER BY round DESC LIMIT 1", case=case)
    return _deadline(row) if row else None


async def try_again(tx: Tx, id: str, now: datetime) -> bool:
    """Let the rungs of a deadline that was put aside be dealt with again; False if it is not put aside."""
    return bool(
        await tx.run(
            "UPDATE deadline SET next_rung_at = :now, tries = 0, why = NULL"
            " WHERE id = :id AND why IS NOT NULL AND next_rung_at IS NULL AND stopped_at IS NULL",
            id=id,
            now=ms(now),
        )
    )


async def outdated(tx: Tx, calendar: str, limit: int) -> Sequence[str]:
    """Read the ids of deadlines reckoned by another calendar than this one: of what runs, and what is late by an estimate."""
    found: list[str] = []
    for other in ("<", ">"):
        rows = await tx.all(
            f"SELECT id FROM deadline /*lite INDEXED BY deadline_reckoned */ WHERE {_MAY_MOVE} AND calendar {other} :calendar"
            " AND tries = 0 LIMIT :limit",
            calendar=calendar,
            limit=limit,
        )
        found += [row["id"] for row in rows]
    return found


async def outdated_of_case(tx: Tx, case: str, calendar: str) -> Sequence[Deadline]:
    """Read those of a case, in the order in which they began."""
    rows = await tx.all(
        f"SELECT * FROM deadline WHERE case_id = :case AND {_MAY_MOVE} AND calendar <> :calendar AND tries = 0 ORDER BY id",
        case=case,
        calendar=calendar,
    )
    return [_deadline(row) for row in rows]


def _ms(moment: datetime | None) -> int | None:
    return ms(moment) if moment else None


def _deadline(row: Row) -> Deadline:
    return Deadline(
        id=row["id"],
        case=row["case_id"],
        kind=DeadlineKind(row["kind"]),
        round=row["round"],
        unit=row["unit"],
        rule=row["rule"],
        started_at=at(row["started_at"]),
        due_at=at(row["due_at"]),
        stopped_at=at(row["stopped_at"]) if row["stopped_at"] is not None else None,
        ended=row["ended"],
        next_rung_at=at(row["next_rung_at"]) if row["next_rung_at"] is not None else None,
        passed=tuple(row["passed"].split()),
        calendar=row["calendar"],
        provisional=bool(row["provisional"]),
    )
