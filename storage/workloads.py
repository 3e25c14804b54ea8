"""What a unit has to do, by when, and how it has done: from its running deadlines and those of the last year.

A case that waits for its unit has up to two running deadlines of the unit; the one that is due first stands for it. While the
citizen is asked something the unit's time stands still, and nothing of that case counts as late.

A unit must not see that somebody has just rated a window of it: bad ratings from `rated_before` on are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from storage.cursors import START, Cursor
from storage.database import Tx
from storage.deadlines import DUE_FIRST
from storage.figures import MISSED, RAN
from storage.times import at, ms

_KNOWN = "(c.kind <> 'bad_rating' OR c.filed_at < :rated)"

_STANDS_STILL = "EXISTS (SELECT 1 FROM deadline AS r WHERE r.case_id = d.case_id AND r.kind = 'reply' AND r.stopped_at IS NULL)"
_TODAY = (
    "EXISTS (SELECT 1 FROM deadline AS t /*lite INDEXED BY deadline_of_case */ WHERE t.case_id = d.case_id"
    " AND t.kind IN ('accept', 'answer') AND t.stopped_at IS NULL AND t.due_at >= :now AND t.due_at < :tonight)"
)
_REOPENED = (
    "EXISTS (SELECT 1 FROM deadline AS p WHERE p.case_id = d.case_id AND p.kind = 'promise' AND p.round = d.round + 1"
    " AND p.started_at < :now)"
)
"""Of a unit's time to answer d: that its answer did not last, for a promise of the next round was begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A case that waits for its unit until `due_at`; `still` while the citizen is asked."""

    case: str
    due_at: datetime
    still: bool
    cursor: Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What waits for one contact, or (`holder` None) for whoever signs it in: all, and of it late, and due before tonight.

    What should have been signed in before and is to be answered today is both.
    """

    holder: str | None
    open: int
    late: int
    today: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """What a unit was given since a day, case by case, and what became of it: `satisfied` of the `rated` have one of the upper
    three levels. `due` are the times to answer that were kept (`on_time`) or have passed without an answer, each once; `reopened`
    are the answers after which a case was reopened, each time."""

    received: int
    answered: int
    due: int
    on_time: int
    reopened: int
    rated: int
    satisfied: int


async def most_urgent(
    tx: Tx, units: Sequence[str], after: Cursor | None, limit: int, rated_before: datetime, late_at: datetime | None = None
) -> Sequence[Waiting]:
    """Read what waits for some units, the most urgent first; with `late_at` only what is late then."""
    due, id = after or START
    found: list[Waiting] = []
    for unit, kind in product(units, ("accept", "answer")):
        rows = await tx.all(
            f"SELECT d.id, d.case_id, d.due_at, CASE WHEN {_STANDS_STILL} THEN 1 ELSE 0 END AS still FROM deadline AS d"
            " WHERE d.unit = :unit AND d.kind = :kind AND d.stopped_at IS NULL AND (d.due_at, d.id) > (:due, :id)"
            + (f" AND d.due_at < :late AND NOT {_STANDS_STILL}" if late_at else "")
            + f" AND {DUE_FIRST} AND EXISTS (SELECT 1 FROM cases AS c WHERE c.id = d.case_id AND {_KNOWN})"
            " ORDER BY d.due_at, d.id LIMIT :limit",
            unit=unit,
            kind=kind,
            rated=ms(rated_before),
            due=due,
            id=id,
            limit=limit,
            **({"late": ms(late_at)} if late_at else {}),
        )
        found += [
            Waiting(
                case=row["case_id"], due_at=at(row["due_at"]), still=bool(row["still"]), cursor=(int(row["due_at"]), row["id"])
            )
            for row in rows
        ]
    return sorted(found, key=lambda waiting: waiting.cursor)[:limit]


async def loads(tx: Tx, unit: str, now: datetime, tonight: datetime, rated_before: datetime) -> Sequence[Load]:
    """Count what waits for each contact of a unit."""
    rows = await tx.all(
        "SELECT c.holder, COUNT(*) AS n,"
        f" SUM(CASE WHEN d.due_at < :now AND NOT {_STANDS_STILL} THEN 1 ELSE 0 END) AS late,"
        f" SUM(CASE WHEN {_TODAY} AND NOT {_STANDS_STILL} THEN 1 ELSE 0 END) AS today"
        " FROM deadline AS d JOIN cases AS c ON c.id = d.case_id"
        " WHERE d.unit = :unit AND d.kind IN ('accept', 'answer') AND d.stopped_at IS NULL"
        f" AND {DUE_FIRST} AND {_KNOWN} GROUP BY c.holder ORDER BY c.holder",
        unit=unit,
        rated=ms(rated_before),
        now=ms(now),
        tonight=ms(tonight),
    )
    return [Load(holder=row["holder"], open=int(row["n"]), late=int(row["late"]), today=int(row["today"])) for row in rows]


async def answered(tx: Tx, unit: str, since: datetime) -> dict[str, int]:
    """Count by contact (id of the role) how often each has answered for a unit since a moment, whatever came of it later."""
    # Who answered stands in the ledger: the case may have been reopened since, and have gone to somebody else.
    rows = await tx.all(
        "SELECT l.actor, COUNT(*) AS n FROM deadline AS d JOIN ledger AS l"
        " ON l.subject = 'case:' || d.case_id AND l.event = 'report' AND l.at = d.stopped_at"
        " WHERE d.unit = :unit AND d.kind = 'answer' AND d.ended = 'report' AND d.stopped_at >= :since GROUP BY l.actor",
        unit=unit,
        since=ms(since),
    )
    return {row["actor"].partition(":")[2]: int(row["n"]) for row in rows}


async def year(tx: Tx, unit: str, since: datetime, now: datetime, rated_before: datetime) -> Year:
    """Count what a unit was given since a day, and what became of it up to now."""
    row = await tx.one(
        "SELECT COUNT(*) AS received, COALESCE(SUM(y.answered), 0) AS answered,"
        " COALESCE(SUM(y.on_time + y.late), 0) AS due, COALESCE(SUM(y.on_time), 0) AS on_time,"
        " COALESCE(SUM(y.reopened), 0) AS reopened, COUNT(c.rating) AS rated,"
        " COALESCE(SUM(CASE WHEN c.rating <> 'dissatisfied' THEN 1 ELSE 0 END), 0) AS satisfied FROM ("
        " SELECT d.case_id, MAX(CASE WHEN d.ended = 'report' THEN 1 ELSE 0 END) AS answered,"
        "  SUM(CASE WHEN d.ended = 'report' AND d.stopped_at <= d.due_at THEN 1 ELSE 0 END) AS on_time,"
        f" SUM(CASE WHEN d.due_at < :now AND {MISSED} AND {RAN} THEN 1 ELSE 0 END) AS late,"
        f" SUM(CASE WHEN d.ended = 'report' AND {_REOPENED} THEN 1 ELSE 0 END) AS reopened"
        "  FROM deadline AS d WHERE d.unit = :unit AND d.kind = 'answer' AND d.started_at >= :since GROUP BY d.case_id"
        f" ) AS y JOIN cases AS c ON c.id = y.case_id WHERE {_KNOWN}",
        unit=unit,
        rated=ms(rated_before),
        since=ms(since),
        now=ms(now),
    )
    assert row is not None
    return Year(**{name: int(row[name]) for name in Year.__dataclass_fields__})
