"""Count the months for the public board: the present one over and over, the one before until it has settled."""

from __future__ import annotations

from datetime import timedelta

from actions.context import Context
from domain.months import last_months, span
from storage import months

SHOWN = 12
SETTLES = timedelta(days=7)
"""So long after a month's end its figures are still counted anew, for ratings come after closing."""


async def run(ctx: Context) -> None:
    """Count what of the last months is not settled, and keep it."""
    zone = ctx.city.city.zone
    periods = last_months(ctx.now, zone, SHOWN)
    known = {kept.period: kept for kept in await months.kept(ctx.tx, periods[0], periods[-1])}
    for period in periods:
        begin, end = span(period, zone)
        kept = known.get(period)
        if kept is None or kept.made_at < end + SETTLES:
            await months.keep(ctx.tx, period, await months.count(ctx.tx, begin, end), ctx.now)
