"""Figures of a stretch of time [begin, end): counted from rows that do not change once it is over, by index ranges only.

Units are counted by their deadlines, for a case may go elsewhere later. "Late" is about times to answer; times to sign in have
figures of their own. A time to answer counts once: with its answer if that
came by its due time, else as late at its due time, answered since or not. A due time that is past is final, except while the
citizen is asked: such a deadline stands still and is not late. Misconduct reports are in no unit's figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.database import Row, Tx
from storage.times import at, ms

OLDEST = 5
_ORDINARY = "c.kind <> 'misconduct'"
MISSED = "d.due_at < COALESCE(d.stopped_at, 9223372036854775807)"
"""Of a deadline d whose due time is past: that it ran on beyond it, as the index deadline_missed has it."""
_AGAIN = (
    "EXISTS (SELECT 1 FROM deadline AS b /*lite INDEXED BY deadline_of_case */ WHERE b.case_id = d.case_id AND b.kind = 'answer'"
    " AND b.unit = d.unit AND b.started_at < d.started_at AND b.ended <> 'unassign')"
)
"""Of a unit's time to answer d: that the unit had had the case before."""
RAN = (
    "NOT EXISTS (SELECT 1 FROM deadline AS r WHERE r.case_id = d.case_id AND r.kind = 'reply' AND r.started_at >= d.started_at"
    " AND r.started_at < d.due_at AND (r.stopped_at IS NULL OR r.stopped_at > d.due_at))"
)
"""Of a unit's time to answer d: that it did not stand still at its due time because the citizen was asked."""
_STOOD = "(d.ended IS NULL OR d.ended <> 'unassign' OR d.stopped_at >= :end)"
"""Of a unit's time to answer d: that the office had not taken the case back by the end, before it was signed in."""
TURN = "d.kind IN ('triage', 'answer', 'check')"
"""Of a deadline d: that it tells whose turn it is. As long as a case is open, one of these runs, and none while it is not."""
CLOSED = "d.ended IN ('solved', 'silence', 'withdraw', 'refuse', 'strike')"
"""Of a deadline d: that its case was closed then, as the index deadline_closed has it. The case forgets that at its reopening."""
_RAN_AT_END = f"{TURN} AND d.started_at < :end AND (d.stopped_at IS NULL OR d.stopped_at >= :end)"
Units = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFigures:
    """What one unit got and did: `new` are its times to answer that began, without those of cases that the office had taken back
    by the end before they were signed in; `again` of them are those for cases that it had had before (reopened, or assigned to it
    anew), `on_time` those that it kept.

    `caught_up` were answered then and due before. `late` are those whose due time passed without an answer, `late_ended` how
    many of these had ended by the end all the same, and `late_unanswered` how many of the latter without an answer: returned,
    assigned anew, merged, withdrawn. `still_late` are all that were over and ran at the end, also from before. `solved` and
    `silent` were closed by the citizen's word, or for want of it. `sign_ins_late` are the times to sign in that were over at some
    moment and ran on, `unsigned` those of them that still ran at the end.
    """

    unit: str
    new: int = 0
    on_time: int = 0
    late: int = 0
    late_ended: int = 0
    still_late: int = 0
    returned: int = 0
    solved: int = 0
    silent: int = 0
    late_unanswered: int = 0  # a digest that was kept before this was counted has none
    caught_up: int = 0  # likewise
    sign_ins_late: int = 0  # likewise
    unsigned: int = 0  # likewise
    again: int = 0  # likewise

    @property
    def first(self) -> int:
        """Of what was new, the cases that the unit had not had before."""
        return self.new - self.again

    @property
    def late_answered(self) -> int:
        """Of what was late, what was answered by the end all the same."""
        return self.late_ended - self.late_unanswered


@dataclass(frozen=True, slots=True, kw_only=True)
class OldCase:
    """A case that had been open for long."""

    number: str
    unit: str | None
    filed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What happened in the whole city.

    `filed` leaves out the misconduct reports, which are only counted; `unroutable` came to the office to be assigned,
    `reassigned` were taken from a unit there. Half of the answers came within `half_within` of filing or reopening, None if
    there were none. `units` are in the order of their codes. `struck` are cases of bad ratings that ended as these were struck.
    `late_at_office` waited to be assigned at the end, though the answer promised to the citizen was due by then.
    """

    filed: int
    misconduct: int
    unroutable: int
    reassigned: int
    withdrawn: int
    refused: int
    merged: int
    half_within: timedelta | None
    units: tuple[UnitFigures, ...]
    oldest: tuple[OldCase, ...]
    struck: int = 0  # a digest that was kept before these were counted has none
    late_at_office: int = 0

    @property
    def closed(self) -> int:
        """What came to its end: called solved by the citizen, closed for want of a word, or struck."""
        return self.solved + self.silent + self.struck

    @property
    def on_time(self) -> int:
        """Answers on time, of all units."""
        return sum(unit.on_time for unit in self.units)

    @property
    def late(self) -> int:
        """Due times of all units that passed without an answer."""
        return sum(unit.late for unit in self.units)

    @property
    def caught_up(self) -> int:
        """Answers of all units to what had been due before."""
        return sum(unit.caught_up for unit in self.units)

    @property
    def still_late(self) -> int:
        """What all units had not answered at the end though its time was over."""
        return sum(unit.still_late for unit in self.units)

    @property
    def unanswered(self) -> int:
        """What was late and not answered at the end, at the units and at the office."""
        return self.still_late + self.late_at_office

    @property
    def sign_ins_late(self) -> int:
        """Times to sign in of all units that were over at some moment."""
        return sum(unit.sign_ins_late for unit in self.units)

    @property
    def unsigned(self) -> int:
        """What all units had not signed in at the end though its time was over."""
        return sum(unit.unsigned for unit in self.units)

    @property
    def returned(self) -> int:
        """What units gave back."""
        return sum(unit.returned for unit in self.units)

    @property
    def solved(self) -> int:
        """What citizens called solved."""
        return sum(unit.solved for unit in self.units)

    @property
    def silent(self) -> int:
        """What was closed because the citizen said nothing more."""
        return sum(unit.silent for unit in self.units)


async def count(tx: Tx, begin: datetime, end: datetime) -> Figures:
    """Count everything that happened from `begin` on and before `end`."""
    span = {"begin": ms(begin), "end": ms(end)}
    units: Units = defaultdict(dict)
    unroutable = await _begun(tx, span, units)
    reassigned = await _answered(tx, span, units)
    await _missed(tx, span, units)
    await _still_late(tx, span["end"], units)
    await _sign_ins_late(tx, span, units)
    ended = await _closed(tx, span, units)
    filed = await tx.one(
        "SELECT COUNT(CASE WHEN kind <> 'misconduct' THEN 1 END) AS cases, COUNT(CASE WHEN kind = 'misconduct' THEN 1 END) AS"
        " misconduct FROM cases WHERE filed_at >= :begin AND filed_at < :end",
        **span,
    )
    return Figures(
        filed=filed["cases"] if filed else 0,
        misconduct=filed["misconduct"] if filed else 0,
        unroutable=unroutable,
        reassigned=reassigned,
        withdrawn=ended.get("withdraw", 0),
        refused=ended.get("refuse", 0),
        merged=await _merged(tx, span),
        half_within=await _half_within(tx, span),
        units=tuple(UnitFigures(unit=unit, **counts) for unit, counts in sorted(units.items())),
        oldest=await _oldest(tx, span["end"]),
        struck=ended.get("strike", 0),
        late_at_office=await _late_at_office(tx, span["end"]),
    )


async def first_filed_at(tx: Tx) -> datetime | None:
    """Read when the first case was filed; None if none was."""
    row = await tx.one("SELECT MIN(filed_at) AS at FROM cases")
    return at(row["at"]) if row and row["at"] is not None else None


async def _begun(tx: Tx, span: dict[str, int], units: Units) -> int:
    """Count the units' times to answer that began, and return how often the office had to assign."""
    unroutable = 0
    for row in await tx.all(
        f"SELECT d.kind, d.unit, COUNT(*) AS n, COUNT(CASE WHEN {_AGAIN} THEN 1 END) AS again"
        " FROM deadline AS d JOIN cases AS c ON c.id = d.case_id"
        f" WHERE d.kind IN ('answer', 'triage') AND d.started_at >= :begin AND d.started_at < :end AND {_ORDINARY}"
        f" AND {_STOOD} GROUP BY d.kind, d.unit",
        **span,
    ):
        if row["kind"] == "triage":
            unroutable += row["n"]
        else:
            units[row["unit"]] |= {"new": row["n"], "again": row["again"]}
    return unroutable


async def _answered(tx: Tx, span: dict[str, int], units: Units) -> int:
    """Count how the units' times to answer ended, and return how many the office took from a unit."""
    reassigned = 0
    for row in await tx.all(
        "SELECT d.unit,"
        " COUNT(CASE WHEN d.ended = 'report' AND d.stopped_at <= d.due_at THEN 1 END) AS on_time,"
        " COUNT(CASE WHEN d.ended = 'report' AND d.due_at < :begin THEN 1 END) AS caught_up,"
        " COUNT(CASE WHEN d.ended = 'return' THEN 1 END) AS returned,"
        " COUNT(CASE WHEN d.ended IN ('assign', 'unassign') THEN 1 END) AS reassigned"
        " FROM deadline AS d JOIN cases AS c ON c.id = d.case_id"
        f" WHERE d.kind = 'answer' AND d.stopped_at >= :begin AND d.stopped_at < :end AND {_ORDINARY} GROUP BY d.unit",
        **span,
    ):
        units[row["unit"]] |= {name: row[name] for name in ("on_time", "caught_up", "returned")}
        reassigned += row["reassigned"]
    return reassigned


async def _missed(tx: Tx, span: dict[str, int], units: Units) -> None:
    """Count the times to answer that passed without an answer, and which of them had ended by the end, and without one."""
    for row in await tx.all(
        "SELECT d.unit, COUNT(*) AS late, COUNT(CASE WHEN d.stopped_at < :end THEN 1 END) AS late_ended,"
        " COUNT(CASE WHEN d.stopped_at < :end AND d.ended <> 'report' THEN 1 END) AS late_unanswered"
        " FROM deadline AS d /*lite INDEXED BY deadline_missed */ JOIN cases AS c ON c.id = d.case_id"
        f" WHERE d.kind = 'answer' AND d.due_at >= :begin AND d.due_at < :end AND {MISSED} AND {_ORDINARY} AND {RAN}"
        " GROUP BY d.unit",
        **span,
    ):
        units[row["unit"]] |= {name: row[name] for name in ("late", "late_ended", "late_unanswered")}


# Of a deadline d whose due time was over at the end: that it runs on, or was ended later. SQLite, which keeps no statistics,
# would go through all that there ever was.
_OVER = (
    ("deadline_running", "d.stopped_at IS NULL"),
    ("deadline_stopped_late", "d.stopped_at > d.due_at AND d.stopped_at >= :end"),
)


async def _still_late(tx: Tx, end: int, units: Units) -> None:
    """Count the times to answer that were over at the end and ran: they run on, or were ended later."""
    for index, ended in _OVER:
        for row in await tx.all(
            f"SELECT d.unit, COUNT(*) AS n FROM deadline AS d /*lite INDEXED BY {index} */ JOIN cases AS c ON c.id = d.case_id"
            f" WHERE d.kind = 'answer' AND {ended} AND d.due_at < :end AND {_ORDINARY} AND {RAN} GROUP BY d.unit",
            end=end,
        ):
            counts = units[row["unit"]]
            counts["still_late"] = counts.get("still_late", 0) + row["n"]


async def _sign_ins_late(tx: Tx, span: dict[str, int], units: Units) -> None:
    """Count the times to sign in that were over at some moment and ran on, and those of them that did so at the end."""
    for index, ended in _OVER:
        late = ended.replace(":end", ":begin")
        for row in await tx.all(
            "SELECT d.unit, COUNT(*) AS sign_ins_late, COUNT(CASE WHEN d.stopped_at < :end THEN NULL ELSE 1 END) AS unsigned"
            f" FROM deadline AS d /*lite INDEXED BY {index} */ JOIN cases AS c ON c.id = d.case_id"
            f" WHERE d.kind = 'accept' AND {late} AND d.due_at < :end AND {_ORDINARY} GROUP BY d.unit",
            **span,
        ):
            counts = units[row["unit"]]
            for name in ("sign_ins_late", "unsigned"):
                counts[name] = counts.get(name, 0) + row[name]


async def _late_at_office(tx: Tx, end: int) -> int:
    """Count the cases that waited to be assigned at the end with their promise broken: it runs on, or was ended later."""
    count = 0
    for index, ended in _OVER:
        row = await tx.one(
            f"SELECT COUNT(*) AS n FROM deadline AS d /*lite INDEXED BY {index} */ JOIN cases AS c ON c.id = d.case_id"
            f" WHERE d.kind = 'promise' AND {ended} AND d.due_at < :end AND {_ORDINARY} AND EXISTS ("
            "SELECT 1 FROM deadline AS t WHERE t.case_id = d.case_id AND t.kind = 'triage' AND t.started_at < :end"
            " AND (t.stopped_at IS NULL OR t.stopped_at >= :end))",
            end=end,
        )
        count += int(row["n"]) if row else 0
    return count


async def _closed(tx: Tx, span: dict[str, int], units: Units) -> dict[str, int]:
    """Count what was closed, each time, and return how many by each event."""
    ended: dict[str, int] = defaultdict(int)
    for row in await tx.all(
        "SELECT d.unit, d.ended, COUNT(*) AS n FROM deadline AS d /*lite INDEXED BY deadline_closed */"
        f" JOIN cases AS c ON c.id = d.case_id WHERE {CLOSED} AND d.stopped_at >= :begin AND d.stopped_at < :end"
        f" AND {TURN} AND {_ORDINARY} GROUP BY d.unit, d.ended",
        **span,
    ):
        ended[row["ended"]] += row["n"]
        if row["ended"] in ("solved", "silence"):
            units[row["unit"]]["solved" if row["ended"] == "solved" else "silent"] = row["n"]
    return ended


async def _merged(tx: Tx, span: dict[str, int]) -> int:
    """Count by the ledger the cases that were merged into others: what was so when it was filed has no deadline that tells it."""
    row = await tx.one(
        "SELECT COUNT(*) AS n FROM ledger AS l /*lite INDEXED BY ledger_merged */"
        " WHERE l.event = 'merge' AND l.at >= :begin AND l.at < :end AND l.payload LIKE '%\"into\":%'",
        **span,
    )
    return int(row["n"]) if row else 0


async def _half_within(tx: Tx, span: dict[str, int]) -> timedelta | None:
    """Give the median of the citizens' waiting, the lower one of two."""
    row = await tx.one(
        "SELECT took FROM (SELECT took, ROW_NUMBER() OVER (ORDER BY took) AS place, COUNT(*) OVER () AS answers"
        "  FROM (SELECT d.stopped_at - d.started_at AS took FROM deadline AS d JOIN cases AS c ON c.id = d.case_id"
        "   WHERE d.kind = 'promise' AND d.ended = 'report' AND d.stopped_at >= :begin AND d.stopped_at < :end"
        f"  AND {_ORDINARY}) AS answered) AS placed WHERE place = (answers + 1) / 2",
        **span,
    )
    return timedelta(milliseconds=row["took"]) if row else None


async def _oldest(tx: Tx, end: int) -> tuple[OldCase, ...]:
    """Read the cases that had been open longest at the end, and with which unit each was."""
    found = await tx.all(
        "SELECT c.id, c.number, c.filed_at, d.unit FROM cases AS c /*lite INDEXED BY cases_oldest */"
        f" CROSS JOIN deadline AS d /*lite INDEXED BY deadline_of_case */ WHERE d.case_id = c.id AND {_RAN_AT_END}"
        f" AND c.closed_at IS NULL AND c.filed_at < :end AND {_ORDINARY} ORDER BY c.filed_at, c.id LIMIT :most",
        end=end,
        most=OLDEST,
    )
    since = await _closed_since(tx, end, 4 * OLDEST)
    oldest = sorted((*found, *since), key=lambda row: (row["filed_at"], row["id"]))[:OLDEST]
    return tuple(OldCase(number=row["number"], unit=row["unit"], filed_at=at(row["filed_at"])) for row in oldest)


async def _closed_since(tx: Tx, end: int, most: int) -> Sequence[Row]:
    """Read those that were open longest of the cases closed since the end; some of the first `most` may have been closed before,
    too, and reopened since."""
    # The index alone tells which were filed first. A plus keeps the order from being taken from another index: that would be a
    # walk over all cases ever filed.
    rows = await tx.all(
        "SELECT c.id, c.number, c.filed_at, d.kind, d.unit FROM cases AS c LEFT JOIN deadline AS d"
        f" /*lite INDEXED BY deadline_of_case */ ON d.case_id = c.id AND {_RAN_AT_END} WHERE c.filed_at IN"
        " (SELECT o.filed_at FROM cases AS o WHERE o.closed_at >= :end AND +o.filed_at < :end AND o.kind <> 'misconduct'"
        "  ORDER BY +o.filed_at LIMIT :most)"
        f" AND c.closed_at >= :end AND {_ORDINARY} ORDER BY c.filed_at, c.id LIMIT :most",
        end=end,
        most=most,
    )
    found = [row for row in rows if row["kind"]]
    return found if len(found) >= OLDEST or len(rows) < most else await _closed_since(tx, end, 4 * most)
