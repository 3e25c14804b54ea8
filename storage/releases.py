"""What the public reads: released texts beside what is true of their cases now. Lists go by index, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.cases import CaseKind, CaseState
from storage.database import Row, Tx
from storage.times import at, ms

NEWEST = 500
"""So many released cases of the city are looked through for those of one hall."""


class Shelf(StrEnum):
    """A list of the board: what is being dealt with, what is done, and both."""

    OPEN = "open"
    DONE = "done"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What the public is to read of a case: its problem, the unit's plan, and its answer; "" is what it shall not read."""

    problem: str
    measures: str = ""
    target: str = ""
    responsible: str = ""
    result: str = ""

    @property
    def text(self) -> str:
        """All of it as the entry has it that is recorded."""
        return "\n".join(filter(None, (self.problem, self.measures, self.target, self.responsible, self.result)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The words in which a case was released, and the ids of the plan and the answer that they tell, None for none.

    `round` is that of the answer. A plan without words was released as its unit wrote it.
    """

    words: Wording
    plan: str | None
    answer: str | None
    round: int | None
    entry: str
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What the public reads of a bad rating."""

    problem: str
    result: str
    state: CaseState
    released_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How the unit will put it right; `responsible` is a post."""

    measures: str
    target: str
    responsible: str
    until_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One case as the public may know it.

    `result` is that of this round. A plan that was released before the office read them is in its unit's own words, not masked
    yet; `named` and `cover` say sealed what has to be masked in it.
    `due_at` is until when the unit has to answer (while there is none, until when the citizen was promised an answer),
    `first_due_at` until when an answer was promised first, where the unit was given more time, `met_at` when it answered; all
    None before any time began. `provisional`: it rests on a year whose calendar is not out yet. `waits`: the time stands still
    while the citizen is asked.
    """

    number: str
    kind: CaseKind
    state: CaseState
    area: str | None
    category: str | None
    unit: str | None
    problem: str
    result: str
    released_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    first_due_at: datetime | None
    provisional: bool
    met_at: datetime | None
    waits: bool
    plan: Plan | None
    named: bytes | None
    cover: bytes | None


# Each is the condition of an index, in its words, and the column that orders it.
_SHELVES = {
    Shelf.OPEN: ("c.released_at IS NOT NULL AND c.closed_at IS NULL", "released_at"),
    Shelf.DONE: ("c.released_at IS NOT NULL AND c.state = 'closed'", "closed_at"),
    Shelf.ALL: (
        "c.released_at IS NOT NULL AND c.state IN ('triage', 'assigned', 'accepted', 'answered', 'closed')",
        "released_at",
    ),
}
# Of a case `c`, its release `r` and the answer `a` of this round that it tells.
_RESULT = "CASE WHEN a.id IS NULL THEN '' ELSE r.result END AS result"


async def put(tx: Tx, case: str, words: Wording, *, plan: str | None, answer: str | None, entry: str, now: datetime) -> bool:
    """Keep the words of a case in place of those it had; True if it had none."""
    known = await get(tx, case) is not None
    await tx.run(
        "INSERT INTO release (case_id, problem, measures, target, responsible, result, plan, answer, entry, changed_at)"
        " VALUES (:case, :problem, :measures, :target, :responsible, :result, :plan, :answer, :entry, :now)"
        " ON CONFLICT (case_id) DO UPDATE SET problem = excluded.problem, measures = excluded.measures, target = excluded.target,"
        " responsible = excluded.responsible, result = excluded.result, plan = excluded.plan, answer = excluded.answer,"
        " entry = excluded.entry, changed_at = excluded.changed_at",
        case=case,
        problem=words.problem,
        measures=words.measures,
        target=words.target,
        responsible=words.responsible,
        result=words.result,
        plan=plan,
        answer=answer,
        entry=entry,
        now=ms(now),
    )
    return not known


async def forget(tx: Tx, case: str) -> None:
    """Let go of how a case was worded for the public."""
    await tx.run("DELETE FROM release WHERE case_id = :case", case=case)


async def get(tx: Tx, case: str) -> Release | None:
    """Read how a case was released."""
    row = await tx.one(
        "SELECT r.*, a.round FROM release AS r LEFT JOIN entry AS a ON a.id = r.answer WHERE r.case_id = :case", case=case
    )
    if row is None:
        return None
    return Release(
        words=Wording(
            problem=row["problem"],
            measures=row["measures"] or "",
            target=row["target"] or "",
            responsible=row["responsible"] or "",
            result=row["result"],
        ),
        plan=row["plan"],
        answer=row["answer"],
        round=row["round"],
        entry=row["entry"],
        changed_at=at(row["changed_at"]),
    )


async def of_hall(tx: Tx, hall: str, limit: int) -> Sequence[Reason]:
    """Read the newest texts of ratings of a hall that count. Among the newest of the city only: nobody waits for old ones."""
    rows = await tx.all(
        f"SELECT c.state, c.released_at, r.problem, {_RESULT} FROM (SELECT id, state, round, released_at FROM cases AS c"
        f"  WHERE {_SHELVES[Shelf.ALL][0]} ORDER BY c.released_at DESC, c.id DESC LIMIT :newest) AS c"
        " JOIN rating AS g ON g.case_id = c.id AND g.hall = :hall AND g.struck_at IS NULL"
        " JOIN release AS r ON r.case_id = c.id LEFT JOIN entry AS a ON a.id = r.answer AND a.round = c.round"
        " ORDER BY c.released_at DESC, c.id DESC LIMIT :limit",
        newest=NEWEST,
        hall=hall,
        limit=limit,
    )
    return [
        Reason(problem=row["problem"], result=row["result"], state=CaseState(row["state"]), released_at=at(row["released_at"]))
        for row in rows
    ]


async def shelf(tx: Tx, name: Shelf, below: str | None, limit: int) -> Sequence[Shown]:
    """Read a page of a list, newest first, from below the case with this number; one that left the list begins it anew."""
    condition, order = _SHELVES[name]
    start = await tx.one(f"SELECT {order} AS at, id FROM cases AS c WHERE number = :number AND {condition}", number=below or "")
    after = f" AND (c.{order}, c.id) < (:at, :id)" if start else ""
    known = {"at": start["at"], "id": start["id"]} if start else {}
    return await _read(tx, f"{condition}{after}", order, limit, **known)


async def of_number(tx: Tx, number: str) -> Shown | None:
    """Read the case of a number, wherever it stands; None if the public may not read of it."""
    condition, order = _SHELVES[Shelf.ALL]
    found = await _read(tx, f"c.number = :number AND {condition}", order, 1, number=number)
    return found[0] if found else None


async def _read(tx: Tx, condition: str, order: str, limit: int, **values: Any) -> Sequence[Shown]:
    rows = await tx.all(
        "SELECT c.number, c.kind, c.state, c.area, c.category, c.unit, c.named, c.cover, c.released_at, c.closed_at, r.problem,"
        f" {_RESULT},"
        " d.due_at, CASE WHEN d.stopped_at IS NULL THEN d.provisional END AS provisional,"
        " CASE WHEN d.ended = 'report' THEN d.stopped_at END AS met_at,"
        " CASE WHEN EXISTS (SELECT 1 FROM deadline AS w WHERE w.case_id = c.id AND w.kind = 'reply' AND w.stopped_at IS NULL)"
        "  THEN 1 ELSE 0 END AS waits,"
        " CASE WHEN EXISTS (SELECT 1 FROM extension AS x WHERE x.case_id = c.id AND x.deadline = d.id"
        "  AND x.granted_at IS NOT NULL) THEN f.due_at END AS first_due_at,"
        " COALESCE(r.measures, p.measures) AS measures, COALESCE(r.target, p.target) AS target,"
        " COALESCE(r.responsible, p.responsible) AS responsible, p.until_at"
        # The page is found first and completed then, or PostgreSQL would join whole tables for twenty rows.
        f" FROM (SELECT * FROM cases AS c WHERE {condition} ORDER BY c.{order} DESC, c.id DESC LIMIT :limit) AS c"
        " JOIN release AS r ON r.case_id = c.id"
        " LEFT JOIN entry AS a ON a.id = r.answer AND a.round = c.round"
        " LEFT JOIN deadline AS f ON f.id = (SELECT newest.id FROM deadline AS newest WHERE newest.case_id = c.id"
        "  AND newest.kind = 'promise' ORDER BY newest.id DESC LIMIT 1)"
        " LEFT JOIN deadline AS d ON d.id = (SELECT newest.id FROM deadline AS newest WHERE newest.case_id = c.id"
        "  AND newest.kind = CASE WHEN c.unit IS NULL THEN 'promise' ELSE 'answer' END ORDER BY newest.id DESC LIMIT 1)"
        " LEFT JOIN plan AS p ON p.id = r.plan AND p.unit = c.unit AND p.round = c.round"
        f" ORDER BY c.{order} DESC, c.id DESC",
        limit=limit,
        **values,
    )
    return [_shown(row) for row in rows]


def _shown(row: Row) -> Shown:
    plan = None
    if row["until_at"] is not None and row["measures"]:
        plan = Plan(measures=row["measures"], target=row["target"], responsible=row["responsible"], until_at=at(row["until_at"]))
    return Shown(
        number=row["number"],
        kind=CaseKind(row["kind"]),
        state=CaseState(row["state"]),
        area=row["area"],
        category=row["category"],
        unit=row["unit"],
        problem=row["problem"],
        result=row["result"],
        released_at=at(row["released_at"]),
        closed_at=_at(row["closed_at"]),
        due_at=_at(row["due_at"]),
        first_due_at=_at(row["first_due_at"]),
        provisional=bool(row["provisional"]),
        met_at=_at(row["met_at"]),
        waits=bool(row["waits"]),
        plan=plan,
        named=bytes(row["named"]) if row["named"] else None,
        cover=bytes(row["cover"]) if row["cover"] else None,
    )


def _at(stored: int | None) -> datetime | None:
    return at(stored) if stored is not None else None
