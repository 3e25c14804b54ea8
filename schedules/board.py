"""Count the months for the public board: the present one over and over, the one before until it has settled."""

from __future__ import annotations

from datetime import timedelta

from actions.context import Context
from domain.months import last_months, span
from storage import months
from storage.months import Month

SHOWN = 12
SETTLES = timedelta(days=7)
"""So long after a month's end its figures are still counted anew, for ratings come after closing."""


async def run(ctx: Context) -> None:
    """Count what of the last months is not settled, the present one first, and keep it."""
    zone = ctx.city.city.zone
    periods = last_months(ctx.now, zone, SHOWN)
    present = periods[-1]
    known = {kept.period: kept for kept in await months.kept(ctx.tx, periods[0], present)}
    settled = {period for period, kept in known.items() if kept.made_at >= span(period, zone)[1] + SETTLES}
    for period in sorted(
        set(periods) - settled, key=lambda period: (period == present, period not in known, period), reverse=True
    ):
        begin, end = span(period, zone)
        month = await months.count(ctx.tx, begin, min(end, ctx.now))
        await months.keep(ctx.tx, period, month, ctx.now)
        if period != present and month != Month():
            return  # one a run: in a large city a month takes a second, and on SQLite everybody waits for whoever writes
