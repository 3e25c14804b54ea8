"""Digests of weeks: counted, sealed, and kept as they were first made.

The running week is counted as far as it has gone; of that nothing is kept. What was put aside is counted when a digest is made,
and the ledger is sealed when it is kept.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from actions import digest_ratings, hot_issues
from actions.context import Context
from actions.hot_issues import HotIssue
from dialog.subjects import Refused
from dialog.texts import _
from domain.weeks import Week
from storage import figures, ledger, parked, rated_weeks, reports
from storage.figures import Figures, OldCase, UnitFigures
from storage.rated_weeks import WeekOfRatings
from storage.times import at, ms

KIND = "week"


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A week's figures as they are kept, and what was true when they were made; `seal` is the ledger's newest, if it has one.

    `ratings` are those of windows; None for a week that was kept before there were any. `issues` are what several citizens
    reported in that week, the biggest first.
    """

    figures: Figures
    parked: int
    seal: tuple[int, str] | None
    ratings: WeekOfRatings | None
    issues: tuple[HotIssue, ...] = ()


async def make(ctx: Context, week: Week) -> Digest:
    """Give the digest of a week, the running one as it stands; the first to ask makes that of a finished one.

    Raises Refused for a week that has not begun.
    """
    if (known := await kept(ctx, week)) is not None:
        return known
    counted = await count(ctx, week)
    return await keep(ctx, week, counted) if week.end <= ctx.now else counted


async def kept(ctx: Context, week: Week) -> Digest | None:
    """Read the digest of a week as it was kept, None if it was not."""
    body = await reports.kept(ctx.tx, KIND, week.name)
    return _load(body) if body is not None else None


async def keep(ctx: Context, week: Week, counted: Digest) -> Digest:
    """Seal the ledger, and keep what was counted; give what is kept, for somebody may have been faster."""
    await ledger.seal(ctx.tx, ctx.now)
    sealed = replace(counted, seal=await _newest_seal(ctx))
    return _load(await reports.keep(ctx.tx, KIND, week.name, _dump(sealed), ctx.now))


async def _newest_seal(ctx: Context) -> tuple[int, str] | None:
    last = await ledger.last_seal(ctx.tx)
    return (last[0], last[2]) if last else None


async def count(ctx: Context, week: Week, *, aside: bool = False) -> Digest:
    """Count a week as far as it has gone; `aside` as for hot issues. Raises Refused for one that has not begun."""
    if ctx.now < week.begin:
        raise Refused(_("Week {number} of {year} has not begun yet.", number=week.number, year=week.year))
    until = min(week.end, ctx.now)
    return Digest(
        figures=await figures.count(ctx.tx, week.begin, until),
        parked=(await parked.count(ctx.tx)).total,
        seal=await _newest_seal(ctx),
        ratings=await rated_weeks.count(ctx.tx, week.monday, week.sunday.date(), until),
        issues=await hot_issues.of_week(ctx, week, aside=aside),
    )


def _dump(digest: Digest) -> str:
    figures = asdict(digest.figures)
    figures["half_within"] = round(digest.figures.half_within / timedelta(milliseconds=1)) if digest.figures.half_within else None
    figures["oldest"] = [asdict(case) | {"filed_at": ms(case.filed_at)} for case in digest.figures.oldest]
    ratings = digest_ratings.dump(digest.ratings) if digest.ratings else None
    issues = [asdict(issue) | {"first_at": ms(issue.first_at), "last_at": ms(issue.last_at)} for issue in digest.issues]
    kept = {"figures": figures, "parked": digest.parked, "seal": digest.seal, "ratings": ratings, "issues": issues}
    return json.dumps(kept, ensure_ascii=False)


def _load(kept: str) -> Digest:
    fields = json.loads(kept)
    counted: dict[str, Any] = fields["figures"]
    half, oldest, units = counted.pop("half_within"), counted.pop("oldest"), counted.pop("units")
    return Digest(
        figures=Figures(
            **counted,
            half_within=timedelta(milliseconds=half) if half is not None else None,
            oldest=tuple(OldCase(number=c["number"], unit=c["unit"], filed_at=at(c["filed_at"])) for c in oldest),
            units=tuple(UnitFigures(**unit) for unit in units),
        ),
        parked=fields["parked"],
        seal=tuple(fields["seal"]) if fields["seal"] else None,
        ratings=digest_ratings.load(fields["ratings"]) if fields.get("ratings") else None,
        issues=tuple(_load_issue(issue) for issue in fields.get("issues", ())),  # older digests have none
    )


def _load_issue(kept: dict[str, Any]) -> HotIssue:
    times = {"first_at": at(kept["first_at"]), "last_at": at(kept["last_at"]), "phrases": tuple(kept["phrases"])}
    return HotIssue(**(kept | times))
