"""Which units a case that waits to be assigned may belong to: suggested to the office, which decides."""

from __future__ import annotations

import json
from collections.abc import Sequence

from actions.context import Context
from domain.cases import Event
from domain.choosing import MOST_ASKED, Likely, likely_units
from domain.city import DISCIPLINE
from domain.reasons import ReasonCode
from domain.routing import route
from storage import ledger
from storage.cases import Case

WORTH_READING = 0.1
"""How probable a unit has to be before a clerk reads its name."""
_NAMES = frozenset({ReasonCode.UNIT_NAMED, ReasonCode.WINDOW_NAMED, ReasonCode.HALL_NAMED})


def likely_categories(ctx: Context, case: Case) -> Sequence[Likely]:
    """Give what the words suggested when the case was filed, as far as the city still knows it, the most probable first."""
    known = ctx.city.city.categories
    return [Likely(code=code, p=p) for code, p in json.loads(case.routing or "{}").get("likely") or () if code in known]


async def suggested_units(ctx: Context, case: Case) -> Sequence[str]:
    """Give up to three units that have not had the case yet.

    First those to which category and area lead, then those that the words name, then the one that takes what else comes up in
    the area.
    """
    city = ctx.city.city
    chosen = [Likely(code=case.category, p=1.0)] if case.category and case.category in city.categories else []
    area = case.area if case.area in city.areas else None
    likely = likely_units(city, case.kind, area, [*chosen, *likely_categories(ctx, case)])
    led_to = [one.code for one in likely if one.p >= WORTH_READING]
    reasons = json.loads(case.routing or "{}").get("reasons") or ()
    named = [detail["unit"] for code, detail in reasons if code in _NAMES]
    rest = [unit] if area and (unit := route(city, case.kind, area, None).unit) else []
    history = await ledger.of_subject(ctx.tx, f"case:{case.id}")
    had = {row.payload["before"] for row in history if row.event in (Event.RETURN, Event.UNASSIGN)}
    units = [
        unit for unit in dict.fromkeys((*led_to, *named, *rest)) if unit in city.units and city.units[unit].kind != DISCIPLINE
    ]
    return [unit for unit in units if unit not in had][:MOST_ASKED]
