"""What the supervision office does with a case that no rule could route or a unit returned: assign it, or refuse it."""

from __future__ import annotations

from actions.context import Context
from actions.notices import refresh_cards, tell_followers, tell_unit
from actions.record import move, note, write
from actions.timekeeping import start_units, stop
from dialog.subjects import Refused
from dialog.texts import _
from domain.cases import CaseState, Event, Party
from domain.city import DISCIPLINE
from storage.cases import Case
from storage.entries import EntryKind


async def assign(ctx: Context, id: str, unit: str) -> Case:
    """Give a waiting case to a unit, with fresh time for it; the promise to the citizen stays."""
    case = await ctx.case(id)
    role = ctx.as_office(case)
    known = ctx.city.city.units.get(unit)
    if known is None or known.kind == DISCIPLINE:
        raise Refused(_("Case {number} can't be assigned to that unit.", number=case.number))
    if case.state is not CaseState.TRIAGE:
        raise Refused(_("Somebody else has dealt with case {number} already.", number=case.number))
    case = await move(ctx, case, Event.ASSIGN, Party.OFFICE, unit=unit, holder=None)
    await note(ctx, case, Event.ASSIGN, Party.OFFICE, role, unit=unit)
    await start_units(ctx, case, Event.ASSIGN)
    await refresh_cards(ctx, case)
    await tell_unit(ctx, case, _("Assigned to you by the supervision office."))
    await tell_followers(ctx, case, _("Your case has been assigned to {unit}.", unit=ctx.city.unit(unit)))
    return case


async def refuse(ctx: Context, id: str, reason: str) -> Case:
    """End a waiting case that can't be taken on; the citizen is told why."""
    case = await ctx.case(id)
    role = ctx.as_office(case)
    case = await move(ctx, case, Event.REFUSE, Party.OFFICE)
    entry = await write(ctx, case, EntryKind.REFUSED, Party.OFFICE, reason)
    await note(ctx, case, Event.REFUSE, Party.OFFICE, role, entry=entry.id, text=entry.hash)
    await stop(ctx, case, Event.REFUSE)
    await refresh_cards(ctx, case)
    await tell_followers(ctx, case, _("Your case can't be taken on. The reason: {text}", text=entry.text))
    return case
