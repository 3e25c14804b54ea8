"""What the supervision office does with a case that no rule could route or a unit returned: take it, assign it, refuse it."""

from __future__ import annotations

from actions import correcting
from actions.context import Context
from actions.notices import queue_for_office, refresh_cards, tell, tell_followers, tell_unit
from actions.record import move, note, write
from actions.timekeeping import UNITS, start_triage, start_units, stop
from actions.usual_reasons import as_read
from dialog.outgoing import say
from dialog.subjects import Refused
from dialog.texts import _
from domain.cases import CaseState, Event, Party
from domain.city import DISCIPLINE
from storage import roles
from storage.cases import Case
from storage.deadlines import DeadlineKind
from storage.entries import EntryKind
from storage.roles import Role


async def take(ctx: Context, id: str, version: int) -> Case:
    """Take a waiting case, or take it over from a colleague, so that no two of the office work on it."""
    case = await ctx.case(id)
    role = ctx.as_office(case)
    holder = await roles.held(ctx.tx, case.holder) if case.holder else None
    if case.state is CaseState.TRIAGE and holder and (case.version != version or holder.id == role.id):
        raise Refused(_("Case {number} has already been taken by {name}.", number=case.number, name=holder.name))
    case = await move(ctx, case, Event.TAKE, Party.OFFICE, holder=role.id)
    await note(ctx, case, Event.TAKE, Party.OFFICE, role)
    await refresh_cards(ctx, case)
    return case


async def give_back(ctx: Context, id: str) -> Case:
    """Give a taken case back to the whole office."""
    case = await ctx.case(id)
    role = ctx.as_office(case)
    if case.holder != role.id:
        raise Refused(_("You have not taken case {number}.", number=case.number))
    case = await move(ctx, case, Event.TAKE, Party.OFFICE, holder=None)
    await note(ctx, case, Event.TAKE, Party.OFFICE, role, back=True)
    await refresh_cards(ctx, case)
    return case


async def as_decider(ctx: Context, case: Case) -> Role:
    """Let only the office decide on a case, and while a colleague has taken it only the colleague. Raises Refused."""
    role = ctx.as_office(case)
    holder = await roles.held(ctx.tx, case.holder) if case.holder and case.state is CaseState.TRIAGE else None
    if holder and holder.id != role.id:
        raise Refused(
            _("{name} has taken case {number}. To decide it yourself, take it over first.", name=holder.name, number=case.number)
        )
    return role


async def assign(ctx: Context, id: str, unit: str, reason: str = "") -> Case:
    """Give a waiting case to a unit, with fresh time for it and words for it to read; the promise to the citizen stays."""
    case = await ctx.case(id)
    role = await as_decider(ctx, case)
    known = ctx.city.city.units.get(unit)
    if known is None or known.kind == DISCIPLINE:
        raise Refused(_("Case {number} can't be assigned to that unit.", number=case.number))
    if case.state is not CaseState.TRIAGE:
        raise Refused(_("Somebody else has dealt with case {number} already.", number=case.number))
    case = await move(ctx, case, Event.ASSIGN, Party.OFFICE, unit=unit, holder=None)
    await correcting.assigned(ctx, case, role)
    entry = await write(ctx, case, EntryKind.ASSIGNED, Party.OFFICE, reason)
    await note(ctx, case, Event.ASSIGN, Party.OFFICE, role, unit=unit, entry=entry.id, text=entry.hash)
    await start_units(ctx, case, Event.ASSIGN)
    await refresh_cards(ctx, case)
    await tell_unit(ctx, case, _("Assigned to you by the supervision office."))
    await tell_followers(ctx, case, _("Your case has been assigned to {unit}.", unit=ctx.city.unit(unit)))
    return case


async def unassign(ctx: Context, id: str, reason: str) -> Case:
    """Take a case back that its unit has not signed in yet; it waits to be assigned again, and the unit is told why."""
    case = await ctx.case(id)
    role = ctx.as_office(case)
    contacts = await ctx.colleagues(case.unit or "")
    before = case.unit
    await correcting.taken_back(ctx, case)
    case = await move(ctx, case, Event.UNASSIGN, Party.OFFICE, unit=None, holder=None)
    entry = await write(ctx, case, EntryKind.UNASSIGNED, Party.OFFICE, reason)
    await note(ctx, case, Event.UNASSIGN, Party.OFFICE, role, before=before, entry=entry.id, text=entry.hash)
    await stop(ctx, case, Event.UNASSIGN, DeadlineKind.REPLY, *UNITS)
    await start_triage(ctx, case)
    await refresh_cards(ctx, case)
    news = _("The supervision office has taken case {number} back: {text}", number=case.number, text=as_read(entry.text))
    for person in dict.fromkeys(contact.person for contact in contacts):
        await tell(ctx, person, say(news))
    await queue_for_office(ctx, case)
    await tell_followers(ctx, case, _("Your case is being assigned to another unit by the supervision office."))
    return case


async def refuse(ctx: Context, id: str, reason: str) -> Case:
    """End a waiting case that can't be taken on; the citizen is told why."""
    case = await ctx.case(id)
    role = await as_decider(ctx, case)
    case = await move(ctx, case, Event.REFUSE, Party.OFFICE)
    entry = await write(ctx, case, EntryKind.REFUSED, Party.OFFICE, reason)
    await note(ctx, case, Event.REFUSE, Party.OFFICE, role, entry=entry.id, text=entry.hash)
    await stop(ctx, case, Event.REFUSE)
    await refresh_cards(ctx, case)
    await tell_followers(ctx, case, _("Your case can't be taken on. The reason: {text}", text=as_read(entry.text)))
    return case
