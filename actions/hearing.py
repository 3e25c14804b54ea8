"""What the unit of a bad rating has heard of it by now: of a rating, and of each change of it, nothing before its hour is over.

Whoever shows a case to a unit shows these facts; what is sent later shows those of that time.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from actions.context import Context
from actions.facts import Facts, facts
from domain.cases import CaseKind, Satisfaction
from domain.ratings import hour_of, reaches_unit_at
from storage.cases import Case
from storage.entries import Entry, EntryKind


def heard(ctx: Context, f: Facts) -> Facts:
    """Give the facts of a case without the changes of its rating that have not reached the unit yet; of the others the hour."""
    if f.rating is None:
        return f
    entries = [_to_the_hour(ctx, entry) for entry in f.entries if has_heard(ctx, entry)]
    levels = [level for at, level in f.changes if is_over(ctx, at)]
    level = levels[-1] if levels else Satisfaction.DISSATISFIED  # as it was when it became a case
    return replace(f, entries=entries, rating=replace(f.rating, level=level))


def has_heard(ctx: Context, entry: Entry) -> bool:
    """Tell whether a text of a case has reached its unit."""
    if entry.kind is EntryKind.OBJECTED:  # that is between the citizen and the office
        return False
    return entry.kind is not EntryKind.RATING_CHANGED or is_over(ctx, entry.created_at)


def _to_the_hour(ctx: Context, entry: Entry) -> Entry:
    if entry.kind is not EntryKind.RATING_CHANGED:
        return entry
    return replace(entry, created_at=hour_of(entry.created_at, ctx.city.city.zone))


async def changed_to(ctx: Context, case: Case) -> Satisfaction | None:
    """Give the level to which a bad rating was changed, as far as whoever reads it may know; None if it is still a bad one."""
    if case.kind is not CaseKind.BAD_RATING:
        return None
    f = await facts(ctx, case)
    rating = (heard(ctx, f) if case.unit in ctx.me.works_at else f).rating
    return rating.level if rating and rating.level is not Satisfaction.DISSATISFIED else None


def is_over(ctx: Context, at: datetime) -> bool:
    """Tell whether the hour is over in which a rating was given or changed."""
    return ctx.now >= reaches_unit_at(at, ctx.city.city.zone)
