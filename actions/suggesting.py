"""Which units a case that waits to be assigned may belong to: suggested to the office, which decides."""

from __future__ import annotations

import json
from collections.abc import Sequence, Set
from typing import Any

from actions.context import Context
from domain.cases import Event
from domain.choosing import SERVED, Likely, likely_units
from domain.city import DISCIPLINE, City
from domain.reasons import ReasonCode
from domain.routing import route
from storage import ledger
from storage.cases import Case

MOST = 3
WORTH_READING = 0.1
"""How probable a unit has to be before a clerk reads its name."""
_NAMES = SERVED | {ReasonCode.UNIT_NAMED}


def guessed_categories(ctx: Context, case: Case) -> Sequence[Likely]:
    """Give what the words suggested when the case was filed, as far as the city still knows it, the most probable first."""
    known = ctx.city.city.categories
    return [Likely(code=code, p=p) for code, p in _routing(case).get("likely") or () if code in known]


async def suggested_units(ctx: Context, case: Case) -> Sequence[str]:
    """Give up to three units, but none that returned the case.

    If the category that led to that unit is a whole field, it is one of those below: their units share what spoke for it.
    First those to which category and area lead, then those that the words name, then the one that takes what else comes up in
    the area; one from which it was taken back comes last.
    """
    city = ctx.city.city
    area = case.area if case.area in city.areas else None
    categories = [one for one in guessed_categories(ctx, case) if one.code != case.category]
    if case.category and case.category in city.categories:
        categories.insert(0, Likely(code=case.category, p=1.0))
    history = await ledger.of_subject(ctx.tx, f"case:{case.id}")
    returned = {row.payload.get("before") for row in history if row.event == Event.RETURN}
    categories = [part for one in categories for part in _not_refused(city, case, one, returned)]
    led_to = [one.code for one in likely_units(city, case.kind, area, categories) if one.p >= WORTH_READING]
    named = [detail["unit"] for code, detail in _routing(case).get("reasons") or () if code in _NAMES]
    rest = [unit] if area and (unit := route(city, case.kind, area, None).unit) else []
    taken_back = {row.payload.get("before") for row in history if row.event == Event.UNASSIGN}
    known = [unit for unit in dict.fromkeys((*led_to, *named, *rest)) if unit in city.units and unit not in returned]
    may = [unit for unit in known if city.units[unit].kind != DISCIPLINE]
    return sorted(may, key=lambda unit: unit in taken_back)[:MOST]


def _not_refused(city: City, case: Case, one: Likely, returned: Set[object]) -> Sequence[Likely]:
    area = case.area if case.area in city.areas else city.root_area.code
    below = [sub.code for sub in city.subcategories(one.code) if city.suits(sub.code, case.kind)]
    if not below or route(city, case.kind, area, one.code).unit not in returned:
        return (one,)
    return [Likely(code=code, p=one.p / len(below)) for code in below]


def _routing(case: Case) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(case.routing or "{}")
    return kept
