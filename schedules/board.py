"""Count the months for the public board: the present one over and over, the one before until it has settled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from actions.context import Context
from domain.months import last_months, span
from storage import months
from storage.months import Month

SHOWN = 12
SETTLES = timedelta(hours=1)
"""So long after a month's end its figures are still counted anew: what was under way at midnight is on file by then."""


async def count(ctx: Context) -> Callable[[Context], Awaitable[None]]:
    """Count what of the last months is not settled, the present one first; give what keeps it."""
    zone = ctx.city.city.zone
    periods = last_months(ctx.now, zone, SHOWN)
    present = periods[-1]
    known = {kept.period: kept for kept in await months.kept(ctx.tx, periods[0], present)}
    settled = {period for period, kept in known.items() if kept.made_at >= span(period, zone)[1] + SETTLES}
    counted: dict[str, Month] = {}
    for period in sorted(
        set(periods) - settled, key=lambda period: (period == present, period not in known, period), reverse=True
    ):
        begin, end = span(period, zone)
        counted[period] = await months.count(ctx.tx, begin, min(end, ctx.now))
        if period != present and counted[period] != Month():
            break  # one a run: in a large city each takes its time
    made_at = ctx.now

    async def keep(ctx: Context) -> None:
        for period, month in counted.items():
            await months.keep(ctx.tx, period, month, made_at)

    return keep
