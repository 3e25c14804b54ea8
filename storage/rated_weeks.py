"""What windows were rated in a finished week, for the office's digest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from domain.cases import Satisfaction
from storage import rating_figures
from storage.database import Tx
from storage.rating_figures import By
from storage.times import ms

LEAST = 20
"""From how many ratings on a window is compared with others; of fewer, one bad day decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """How a window, or the city, was rated by verified visits, or by others."""

    ratings: int = 0
    dissatisfied: int = 0

    @property
    def satisfied(self) -> int:
        """How many of 100 were not dissatisfied; it is 100 only where nobody was."""
        return (self.ratings - self.dissatisfied) * 100 // self.ratings if self.ratings else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowFigures:
    """Figures of one window; `levels` are numbers of both sorts by level, the best first."""

    window: str
    verified: Rated
    unverified: Rated
    levels: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekOfRatings:
    """A week's ratings: those of windows in the order of their codes, cases of bad ones without an answer, and open appeals.

    `struck` are ratings of the week that count no more; 0, too, in a digest that was kept before they were counted.
    """

    windows: tuple[WindowFigures, ...]
    unanswered: int
    appeals: int
    struck: int = 0

    @property
    def verified(self) -> Rated:
        """All verified visits."""
        return _together([window.verified for window in self.windows])

    @property
    def unverified(self) -> Rated:
        """All others."""
        return _together([window.unverified for window in self.windows])


async def count(tx: Tx, first: date, last: date, end: datetime) -> WeekOfRatings:
    """Count the ratings of the days from one to another, and what of their like was open when they ended."""
    found = await rating_figures.each(tx, By.WINDOW, first, last)
    unanswered = 0
    for index, still in (("cases_oldest", "c.closed_at IS NULL"), ("cases_closed", "c.closed_at >= :end")):
        row = await tx.one(
            f"SELECT COUNT(*) AS n FROM cases AS c /*lite INDEXED BY {index} */ CROSS JOIN deadline AS d"
            " /*lite INDEXED BY deadline_of_case */ WHERE d.case_id = c.id AND d.kind = 'promise' AND d.started_at < :end"
            f" AND (d.stopped_at IS NULL OR d.stopped_at >= :end) AND {still} AND c.filed_at < :end AND c.kind = 'bad_rating'",
            end=ms(end),
        )
        unanswered += int(row["n"]) if row else 0
    appeals = 0
    for still in ("decided_at IS NULL", "decided_at >= :end"):
        row = await tx.one(f"SELECT COUNT(*) AS n FROM appeal WHERE {still} AND appealed_at < :end", end=ms(end))
        appeals += int(row["n"]) if row else 0
    return WeekOfRatings(
        windows=tuple(
            WindowFigures(
                window=window,
                verified=_rated(figures.verified),
                unverified=_rated(figures.unverified),
                levels=tuple(figures.of(level) for level in Satisfaction),
            )
            for window, figures in sorted(found.items())
            if figures.ratings
        ),
        unanswered=unanswered,
        appeals=appeals,
        struck=sum(figures.struck for figures in found.values()),
    )


def _rated(levels: Mapping[Satisfaction, int]) -> Rated:
    return Rated(ratings=sum(levels.values()), dissatisfied=levels[Satisfaction.DISSATISFIED])


def _together(every: list[Rated]) -> Rated:
    return Rated(ratings=sum(one.ratings for one in every), dissatisfied=sum(one.dissatisfied for one in every))
