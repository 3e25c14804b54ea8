"""The office's queues: which cases need it, the most urgent first, narrowed by what somebody looks for, a page at a time.

What a page costs depends neither on how many cases there are nor on how rare the wanted ones are: at most SCAN places of a queue
are looked through for one page, and the next page goes on behind them. Misconduct reports are in no queue.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.cases import CaseKind, CaseState
from storage.cases import TO_RELEASE
from storage.cursors import Cursor
from storage.database import Row, Tx
from storage.deadlines import DeadlineKind
from storage.times import at, ms

SCAN = 500
MANY = 100
"""Counting stops behind this."""


class Queue(StrEnum):
    """Waiting to be assigned; late; wanting more time; answered; publishable; closed by silence; everything open.

    Late is what its unit should have signed in or answered, and what waits to be assigned though the answer promised to the
    citizen is due.
    """

    TRIAGE = "triage"
    LATE = "late"
    EXTENSIONS = "extensions"
    ANSWERED = "answered"
    RELEASE = "release"
    SILENT = "silent"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody looks for; None and "" are everything. `number` is a part of the case number."""

    unit: str | None = None
    area: str | None = None
    category: str | None = None
    kind: CaseKind | None = None
    number: str = ""

    def __bool__(self) -> bool:
        return self != Wanted()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One case of a queue. `clock` is the deadline that runs now, `still` while it stands still; `told` the first words.

    `hall` and `window` are those of a bad rating. `promised_at` is by when the citizen was promised the answer that is still due,
    `sign_in_at` by when a unit has to sign in what it has not.
    """

    number: str
    kind: CaseKind
    state: CaseState
    area: str | None
    category: str | None
    unit: str | None
    holder: str | None
    urged: bool
    clock: DeadlineKind | None
    due_at: datetime | None
    provisional: bool
    still: bool
    told: str
    hall: str | None = None
    window: str | None = None
    promised_at: datetime | None = None
    sign_in_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of a queue; `next` is where the following one begins, None behind the last."""

    lines: Sequence[Line]
    next: Cursor | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Where a queue's places stand, in the words of its index: `also` is what is asked of each place `s` and of its case `c`,
    `others` are further stretches."""

    table: str
    where: str
    case: str = "case_id"
    at: str = "due_at"
    down: bool = False
    also: str = ""
    others: tuple[str, ...] = ()


_ONE_CLOCK = "kind IN ('triage', 'answer', 'check')"
_STILL = "EXISTS (SELECT 1 FROM deadline AS r WHERE r.case_id = c.id AND r.kind = 'reply' AND r.stopped_at IS NULL)"
# SQLite, which keeps no statistics, would go through all promises for the earliest.
_PROMISE = (
    "FROM deadline AS b /*lite INDEXED BY deadline_of_case */"
    " WHERE b.case_id = c.id AND b.kind = 'promise' AND b.stopped_at IS NULL"
)
_SIGN_IN = _PROMISE.replace("'promise'", "'accept'")
_BROKEN = f"EXISTS (SELECT 1 {_PROMISE} AND b.due_at < :now)"
# Of a place: that no other time of the unit for this case is due before it, so that a case is in a queue once.
_DUE_FIRST = (
    "NOT EXISTS (SELECT 1 FROM deadline AS o /*lite INDEXED BY deadline_of_case */ WHERE o.case_id = c.id"
    " AND o.kind IN ('accept', 'answer') AND o.stopped_at IS NULL AND (o.due_at, o.id) < (s.at, s.place))"
)
_SOURCES = {
    Queue.TRIAGE: _Source(table="deadline", where="kind = 'triage' AND stopped_at IS NULL"),
    Queue.LATE: _Source(
        table="deadline",
        where="kind = 'answer' AND stopped_at IS NULL AND due_at < :now",
        others=("kind = 'accept' AND stopped_at IS NULL AND due_at < :now", "kind = 'triage' AND stopped_at IS NULL"),
        also=f" AND NOT {_STILL} AND {_DUE_FIRST} AND (c.state <> 'triage' OR {_BROKEN})",
    ),
    Queue.EXTENSIONS: _Source(table="extension", where="decided_at IS NULL", at=""),
    Queue.ANSWERED: _Source(table="deadline", where="kind = 'check' AND stopped_at IS NULL"),
    Queue.RELEASE: _Source(table="cases", where=TO_RELEASE, case="id", at="", down=True),
    Queue.SILENT: _Source(table="cases", where="closing = 'silence'", case="id", at="closed_at", down=True),
    Queue.ALL: _Source(table="deadline", where=f"{_ONE_CLOCK} AND stopped_at IS NULL"),
}
_RUNS_AT_UNIT = "unit = :unit AND stopped_at IS NULL AND unit IS NOT NULL"
_OF_UNIT = {
    Queue.LATE: _Source(
        table="deadline",
        where=f"{_RUNS_AT_UNIT} AND kind = 'answer' AND due_at < :now",
        others=(f"{_RUNS_AT_UNIT} AND kind = 'accept' AND due_at < :now",),
        also=f" AND NOT {_STILL} AND {_DUE_FIRST}",
    ),
    Queue.ANSWERED: _Source(table="deadline", where=f"{_RUNS_AT_UNIT} AND kind = 'check'"),
    # What waits to be assigned has no unit yet.
    Queue.ALL: _Source(
        table="deadline", where=f"{_RUNS_AT_UNIT} AND kind = 'answer'", others=(f"{_RUNS_AT_UNIT} AND kind = 'check'",)
    ),
}

# SQLite, which keeps no statistics, would go through the unit's closed cases as well.
_OPEN_OF_UNIT = _Source(
    table="cases /*lite INDEXED BY cases_of_unit */", where="unit = :unit AND closed_at IS NULL", case="id", at=""
)


async def page(tx: Tx, queue: Queue, wanted: Wanted, after: Cursor | None, limit: int, now: datetime) -> Page:
    """Read a page of a queue, from behind a cursor; a rare wish may fill it only in part, or not at all, and still go on."""
    source = (_OF_UNIT.get(queue) if wanted.unit else None) or _SOURCES[queue]
    scan = SCAN if wanted else 10 * limit
    given: dict[str, Any] = {"scan": scan, "limit": limit + 1}
    if ":now" in source.where:
        given["now"] = ms(now)
    if after:
        given |= {"at": after[0], "id": after[1]} if source.at else {"id": after[1]}
    conditions = ""
    for name in ("unit", "area", "category", "kind"):
        if value := getattr(wanted, name):
            conditions += f" AND c.{name} = :{name}"
            given[name] = str(value)
    if wanted.number:
        conditions += " AND c.number LIKE :number"
        given["number"] = f"%{wanted.number}%"
    way = " DESC" if source.down else ""
    places = _places(source, after is not None)
    rows = await tx.all(
        "SELECT p.at, p.place, c.number, c.kind, c.state, c.area, c.category, c.unit, c.urged_at, h.name AS holder,"
        f" d.kind AS clock, d.due_at, d.provisional, CASE WHEN {_STILL} THEN 1 ELSE 0 END AS still,"
        " g.hall, g.window_code,"
        f" (SELECT MIN(b.due_at) {_PROMISE}) AS promised, (SELECT MIN(b.due_at) {_SIGN_IN}) AS sign_in,"
        " (SELECT e.text FROM entry AS e WHERE e.case_id = c.id ORDER BY e.n LIMIT 1) AS told"
        f" FROM (SELECT s.at, s.place, c.id FROM ({places}) AS s CROSS JOIN cases AS c"
        f"  WHERE c.id = s.case_id AND c.kind <> 'misconduct'{source.also}{conditions}"
        f"  ORDER BY s.at{way}, s.place{way} LIMIT :limit) AS p"
        " JOIN cases AS c ON c.id = p.id"
        f" LEFT JOIN deadline AS d ON d.case_id = c.id AND d.stopped_at IS NULL AND d.{_ONE_CLOCK}"
        " LEFT JOIN rating AS g ON g.case_id = c.id"
        " LEFT JOIN role AS h ON h.id = c.holder AND h.until_at IS NULL"
        f" ORDER BY p.at{way}, p.place{way}",
        **given,
    )
    following = (int(rows[limit - 1]["at"]), str(rows[limit - 1]["place"])) if len(rows) > limit else None
    if following is None:
        back = "" if source.down else " DESC"
        last = await tx.one(
            f"SELECT s.at, s.place, COUNT(*) OVER () AS n FROM ({places}) AS s ORDER BY s.at{back}, s.place{back} LIMIT 1",
            **{name: value for name, value in given.items() if f":{name}" in places},
        )
        following = (int(last["at"]), str(last["place"])) if last and int(last["n"]) == scan else None
    return Page(lines=[_line(row) for row in rows[:limit]], next=following)


async def counts(tx: Tx, now: datetime, wanted: Iterable[Queue] = Queue) -> dict[Queue, int]:
    """Count each of some queues; MANY + 1 stands for more than MANY."""
    return {queue: await _count(tx, _SOURCES[queue], {"now": ms(now)}) for queue in wanted}


async def of_unit(tx: Tx, unit: str, now: datetime) -> tuple[int, int]:
    """Count what is open at a unit, and what of it is late; MANY + 1 stands for more than MANY."""
    given = {"unit": unit, "now": ms(now)}
    return await _count(tx, _OPEN_OF_UNIT, given), await _count(tx, _OF_UNIT[Queue.LATE], given)


async def _count(tx: Tx, source: _Source, given: dict[str, Any]) -> int:
    found = 0
    # Each stretch by itself: the places of one may be many and none of them wanted.
    for where in (source.where, *source.others):
        places = _places(replace(source, where=where, others=()), later=False)
        sql = (
            f"SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM ({places}) AS s CROSS JOIN cases AS c"
            f" WHERE c.id = s.case_id AND c.kind <> 'misconduct'{source.also} LIMIT {MANY + 1}) AS counted"
        )
        row = await tx.one(sql, scan=MANY + MANY // 2, **{name: value for name, value in given.items() if f":{name}" in sql})
        found += int(row["n"]) if row else 0
    return min(found, MANY + 1)


def _places(source: _Source, later: bool) -> str:
    """Write the query of a queue's places, at most :scan of them."""
    way, more = (" DESC", "<") if source.down else ("", ">")
    after = ""
    if later:
        after = f" AND ({source.at}, id) {more} (:at, :id)" if source.at else f" AND id {more} :id"
    order = f"{source.at}{way}, id{way}" if source.at else f"id{way}"
    stretches = [
        f"SELECT {source.case} AS case_id, {source.at or '0'} AS at, id AS place FROM {source.table}"
        f" WHERE {where}{after} ORDER BY {order} LIMIT :scan"
        for where in (source.where, *source.others)
    ]
    if len(stretches) == 1:
        return stretches[0]
    all = " UNION ALL ".join(f"SELECT * FROM ({one}) AS stretch" for one in stretches)
    return f"SELECT * FROM ({all}) AS stretches ORDER BY at{way}, place{way} LIMIT :scan"


def _line(row: Row) -> Line:
    return Line(
        number=row["number"],
        kind=CaseKind(row["kind"]),
        state=CaseState(row["state"]),
        area=row["area"],
        category=row["category"],
        unit=row["unit"],
        holder=row["holder"],
        urged=row["urged_at"] is not None,
        clock=DeadlineKind(row["clock"]) if row["clock"] else None,
        due_at=at(row["due_at"]) if row["due_at"] is not None else None,
        provisional=bool(row["provisional"]),
        still=bool(row["still"]),
        told=row["told"] or "",
        hall=row["hall"],
        window=row["window_code"],
        promised_at=at(row["promised"]) if row["promised"] is not None else None,
        sign_in_at=at(row["sign_in"]) if row["sign_in"] is not None else None,
    )
