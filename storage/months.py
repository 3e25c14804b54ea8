"""Figures of a month for the public: counted by index ranges, kept as a report. Misconduct reports are in none of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from storage.database import Tx
from storage.figures import CLOSED, MISSED
from storage.times import at, ms

KIND = "month"
_ORDINARY = "c.kind <> 'misconduct'"
_ON_ITS_OWN = (
    "EXISTS (SELECT 1 FROM deadline AS t /*lite INDEXED BY deadline_of_case */ WHERE t.case_id = d.case_id"
    " AND t.kind IN ('triage', 'answer') AND t.started_at <= d.due_at AND (t.stopped_at IS NULL OR t.stopped_at >= d.due_at))"
)
"""Of a promise d that was not kept: that its case was not merged into another one when it was due, and taken out later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What happened in a month.

    `answered` are answers of units. `on_time` of them came within the time first promised to the citizen; `late` are the promises
    whose due time passed without an answer, answered since or not: each promise counts once, and none while its case went on in
    another one. `solved` and `silent` were closed by the citizen's word, or for want of it, each time. `rated` are the ratings
    given of how a case was handled, `satisfied` those of them not as dissatisfied.
    """

    filed: int = 0
    answered: int = 0
    on_time: int = 0
    late: int = 0
    solved: int = 0
    silent: int = 0
    rated: int = 0
    satisfied: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A month's report; `period` is written 2026-11."""

    period: str
    month: Month
    made_at: datetime


async def count(tx: Tx, begin: datetime, end: datetime) -> Month:
    """Count what happened from `begin` on and before `end`, which is not in the future."""
    span = {"begin": ms(begin), "end": ms(end)}
    filed = await tx.one(
        f"SELECT COUNT(*) AS n FROM cases AS c WHERE c.filed_at >= :begin AND c.filed_at < :end AND {_ORDINARY}", **span
    )
    answers = await tx.one(
        "SELECT COUNT(*) AS answered, COUNT(CASE WHEN d.stopped_at <= d.due_at THEN 1 END) AS on_time"
        " FROM deadline AS d JOIN cases AS c ON c.id = d.case_id"
        f" WHERE d.stopped_at >= :begin AND d.stopped_at < :end AND d.kind = 'promise' AND d.ended = 'report' AND {_ORDINARY}",
        **span,
    )
    missed = await tx.one(
        "SELECT COUNT(*) AS late FROM deadline AS d /*lite INDEXED BY deadline_missed */ JOIN cases AS c ON c.id = d.case_id"
        f" WHERE d.kind = 'promise' AND d.due_at >= :begin AND d.due_at < :end AND {MISSED} AND {_ORDINARY}"
        f" AND {_ON_ITS_OWN}",
        **span,
    )
    closed = await tx.one(
        "SELECT COUNT(CASE WHEN d.ended = 'solved' THEN 1 END) AS solved,"
        " COUNT(CASE WHEN d.ended = 'silence' THEN 1 END) AS silent"
        " FROM deadline AS d /*lite INDEXED BY deadline_closed */ JOIN cases AS c ON c.id = d.case_id"
        f" WHERE {CLOSED} AND d.stopped_at >= :begin AND d.stopped_at < :end AND d.kind = 'check' AND {_ORDINARY}",
        **span,
    )
    rated = await tx.one(
        'SELECT COUNT(*) AS rated, COUNT(CASE WHEN l.payload NOT LIKE \'%"level":"dissatisfied"%\' THEN 1 END) AS satisfied'
        " FROM ledger AS l /*lite INDEXED BY ledger_rated */ JOIN cases AS c ON c.id = SUBSTR(l.subject, 6)"
        " WHERE l.event = 'rate' AND l.subject >= 'case:' AND l.subject < 'case;' AND l.at >= :begin AND l.at < :end"
        f" AND {_ORDINARY}",
        **span,
    )
    assert filed is not None
    assert answers is not None
    assert missed is not None
    assert closed is not None
    assert rated is not None
    return Month(
        filed=filed["n"],
        answered=answers["answered"],
        on_time=answers["on_time"],
        late=missed["late"],
        solved=closed["solved"],
        silent=closed["silent"],
        rated=rated["rated"],
        satisfied=rated["satisfied"],
    )


async def keep(tx: Tx, period: str, month: Month, now: datetime) -> None:
    """Keep the figures of a month in place of those it had."""
    await tx.run(
        "INSERT INTO report (kind, period, body, made_at) VALUES (:kind, :period, :body, :now)"
        " ON CONFLICT (kind, period) DO UPDATE SET body = excluded.body, made_at = excluded.made_at",
        kind=KIND,
        period=period,
        body=json.dumps(asdict(month)),
        now=ms(now),
    )


async def count_again(tx: Tx, since: datetime) -> None:
    """Have the months counted again that were counted after a moment; until then they stand as they are."""
    await tx.run("UPDATE report SET made_at = :since WHERE kind = :kind AND made_at > :since", kind=KIND, since=ms(since))


async def kept(tx: Tx, first: str, last: str) -> Sequence[Kept]:
    """Read the months from one to another, oldest first."""
    rows = await tx.all(
        "SELECT period, body, made_at FROM report WHERE kind = :kind AND period >= :first AND period <= :last ORDER BY period",
        kind=KIND,
        first=first,
        last=last,
    )
    return [Kept(period=row["period"], month=Month(**json.loads(row["body"])), made_at=at(row["made_at"])) for row in rows]
