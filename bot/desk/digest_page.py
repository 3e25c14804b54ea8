"""The digest of a week at the desk: what it says, and what each unit got and did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from actions import digest
from actions.context import Context
from handlers.digest import week_named
from storage.figures import Figures


async def view(ctx: Context, request: web.Request, typed: Mapping[str, str]) -> Mapping[str, Any]:
    """Show the digest of a week: of a finished one as it was kept. Raises Refused where there is none."""
    week = await week_named(ctx, request.query.get("week", ""))
    found, (heading, *paragraphs) = await digest.look(ctx, week)
    earlier = await digest.week_before(ctx, week)
    return {
        "heading": heading,
        "paragraphs": paragraphs,
        "columns": _columns(found.figures),
        "units": [(ctx.city.unit(unit.unit), unit) for unit in found.figures.units],
        "before": earlier.name if earlier else None,
        "after": week.after().name if week.end <= ctx.now else None,
    }


def _columns(all: Figures) -> tuple[str, ...]:
    """Name the columns; those that a digest kept long ago has not counted are shown only if there is something in them."""
    again = ("week_again",) if any(unit.again for unit in all.units) else ()
    sign_ins = ("week_sign_ins_late", "week_unsigned") if all.sign_ins_late else ()
    return ("week_new", *again, "week_closed", "week_on_time", "week_late", "week_still_late", "week_returned", *sign_ins)
