"""Hot issues of a week: what several citizens reported, with size, place, first and last day and the phrases that they share.

Made from masked texts only and for the office only. A week always gives the same ones: from what was filed in it, but for texts
that were erased since.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from actions.context import Context
from actions.likeness import marks, matter_of
from domain.hot_issues import Told, issues, phrases
from domain.weeks import Week
from storage import likeness
from storage.cases import Case

SHOWN = 5
MOST = 5000
"""How many matters of a week are looked at, the newest: that many take a second or two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HotIssue:
    """One issue as the digest keeps it; the area is all of its cases', the category that of most; None if nobody said."""

    people: int
    area: str | None
    category: str | None
    first_at: datetime
    last_at: datetime
    phrases: tuple[str, ...]


async def of_week(ctx: Context, week: Week, *, aside: bool = False) -> tuple[HotIssue, ...]:
    """Find the biggest issues among what was filed in a week; misconduct reports and bad ratings are in none.

    `aside`, in a thread, for whoever only reads: the program goes on meanwhile.
    """
    filed = await likeness.told(ctx.tx, week.begin, week.end, MOST)
    return await asyncio.to_thread(_found, ctx, filed) if aside else _found(ctx, filed)


def _found(ctx: Context, filed: Sequence[tuple[Case, str]]) -> tuple[HotIssue, ...]:
    city = ctx.city.city
    told = [
        Told(
            matter=matter_of(ctx, case, marks(ctx, text, case.place)),
            text=text,
            reporter=case.reporter,
            areas=city.area_path(case.area)[:-1] if case.area and case.area in city.areas else (),
        )
        for case, text in filed
    ]
    return tuple(
        HotIssue(
            people=issue.people,
            area=issue.area,
            category=issue.category,
            first_at=issue.told[0].matter.filed_at,
            last_at=issue.told[-1].matter.filed_at,
            phrases=phrases(issue),
        )
        for issue in issues(told)[:SHOWN]
    )
