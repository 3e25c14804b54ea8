"""Figures of ratings, kept in the transaction of each rating: reading them costs the same however many ratings there are.

Kept by window and the city's day, verified and unverified visits apart; those of a hall and the city are sums of them.
A rating that was struck is counted as struck, on its own day, and as no level. Appeals stand on the day of the rating, too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.cases import Satisfaction
from domain.telling import Given
from storage.database import Row, Tx


class Counted(StrEnum):
    """What is counted: ratings by their level, those that were struck, and appeals by what came of them."""

    SATISFIED = "satisfied"
    FAIRLY = "fairly_satisfied"
    BASICALLY = "basically_satisfied"
    DISSATISFIED = "dissatisfied"
    STRUCK = "struck"
    APPEALED = "appealed"
    GRANTED = "appeal_granted"
    REFUSED = "appeal_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Where a rating stands in the figures; hall and unit are those that the window had then."""

    window: str
    hall: str
    unit: str
    day: date
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Numbers of ratings by level, of verified visits and of others, and what became of ratings of both."""

    verified: Mapping[Satisfaction, int]
    unverified: Mapping[Satisfaction, int]
    struck: int = 0
    appealed: int = 0
    granted: int = 0
    refused: int = 0

    def of(self, level: Satisfaction) -> int:
        """Give the number of ratings on a level, of both sorts."""
        return self.verified[level] + self.unverified[level]

    @property
    def ratings(self) -> int:
        """How many ratings count."""
        return sum(self.of(level) for level in Satisfaction)


class By(StrEnum):
    """Whose figures are asked for; the value is the column."""

    WINDOW = "window_code"
    HALL = "hall"


async def count(tx: Tx, cell: Cell, counted: Counted, n: int) -> None:
    """Add to a figure, or take away from it."""
    await tx.run(
        "INSERT INTO rating_count (window_code, day, hall, unit, verified, counted, n)"
        " VALUES (:window, :day, :hall, :unit, :verified, :counted, :n)"
        " ON CONFLICT (window_code, day, hall, unit, verified, counted) DO UPDATE SET n = rating_count.n + excluded.n",
        window=cell.window,
        day=cell.day.isoformat(),
        hall=cell.hall,
        unit=cell.unit,
        verified=int(cell.verified),
        counted=counted,
        n=n,
    )


async def total(tx: Tx, first: date, last: date, by: By | None = None, code: str = "") -> Figures:
    """Add up the days from one to another, of a window, a hall, or (`by` None) the whole city."""
    return _together(await _sums(tx, None, first, last, by, code))


async def each(tx: Tx, of: By, first: date, last: date, by: By | None = None, code: str = "") -> Mapping[str, Figures]:
    """Give the figures of each window or hall (`of`) that has any, of a hall or the whole city."""
    groups: dict[str, list[Row]] = {}
    for row in await _sums(tx, of, first, last, by, code):
        groups.setdefault(row[of], []).append(row)
    return {code: _together(found) for code, found in groups.items()}


async def given(tx: Tx, hall: str, first: date, last: date) -> Sequence[Given]:
    """Read what the windows of a hall were given on each day, of verified visits and of others."""
    found: dict[tuple[str, str, bool], Counter[Counted]] = {}
    for row in await tx.all(
        "SELECT window_code, day, verified, counted, n FROM rating_count"
        " WHERE hall = :hall AND day >= :first AND day <= :last AND n <> 0 ORDER BY day, window_code",
        hall=hall,
        first=first.isoformat(),
        last=last.isoformat(),
    ):
        counts = found.setdefault((row["window_code"], row["day"], bool(row["verified"])), Counter())
        counts[Counted(row["counted"])] += int(row["n"])
    return [
        Given(
            window=window,
            day=date.fromisoformat(day),
            verified=verified,
            levels={level: counts[Counted(level)] for level in Satisfaction if counts[Counted(level)]},
            struck=counts[Counted.STRUCK],
            granted=counts[Counted.GRANTED],
        )
        for (window, day, verified), counts in found.items()
    ]


async def of_window(tx: Tx, window: str) -> Mapping[tuple[Cell, Counted], int]:
    """Read every figure of a window as it is kept, to hold it against the ledger; those that came down to 0 are left out."""
    rows = await tx.all("SELECT * FROM rating_count WHERE window_code = :window AND n <> 0", window=window)
    return {(_cell(row), Counted(row["counted"])): int(row["n"]) for row in rows}


def _together(rows: Sequence[Row]) -> Figures:
    sums: Counter[tuple[bool, Counted]] = Counter()
    for row in rows:
        sums[bool(row["verified"]), Counted(row["counted"])] += int(row["n"])
    both = {counted: sums[True, counted] + sums[False, counted] for counted in Counted}
    return Figures(
        verified={level: sums[True, Counted(level)] for level in Satisfaction},
        unverified={level: sums[False, Counted(level)] for level in Satisfaction},
        struck=both[Counted.STRUCK],
        appealed=both[Counted.APPEALED],
        granted=both[Counted.GRANTED],
        refused=both[Counted.REFUSED],
    )


async def _sums(tx: Tx, of: By | None, first: date, last: date, by: By | None, code: str) -> Sequence[Row]:
    columns = ", ".join(filter(None, (of, "verified", "counted")))
    whose = f"{by} = :code AND " if by else ""
    return await tx.all(
        f"SELECT {columns}, SUM(n) AS n FROM rating_count"
        f" WHERE {whose}day >= :first AND day <= :last GROUP BY {columns} ORDER BY {columns}",
        first=first.isoformat(),
        last=last.isoformat(),
        **({"code": code} if by else {}),
    )


def _cell(row: Row) -> Cell:
    return Cell(
        window=row["window_code"],
        hall=row["hall"],
        unit=row["unit"],
        day=date.fromisoformat(row["day"]),
        verified=bool(row["verified"]),
    )
