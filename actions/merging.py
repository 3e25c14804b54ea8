"""Merging: of two cases about the same matter one goes on, and whoever follows the other hears of everything done about it.

Whoever was promised an answer first is answered for all: the promise of the one that goes on is moved to an earlier one of the
other, and stays there.

None sees another's talk: what a citizen writes stays with their own case, and reaches the unit of the one that goes on. Only
the reporter of that one is asked; whether it is solved each may say, and one who says that it is not reopens it for all.
"""

from __future__ import annotations

from actions.context import Context
from actions.facts import facts
from actions.likeness import APART
from actions.notices import queue_for_office, refresh_cards, tell_followers, tell_unit
from actions.record import move, note
from actions.timekeeping import keep_to, resume_promise, start, start_triage, start_units, stop
from actions.triage import as_decider
from dialog.subjects import Refused
from dialog.texts import _
from domain.cases import OPEN, Event, Party
from storage import cases, deadlines
from storage.cases import Case
from storage.deadlines import Deadline, DeadlineKind
from storage.roles import Role
from storage.times import ms


async def merge(ctx: Context, id: str, into: str) -> Case:
    """End a case that goes on in another open one."""
    taken = {one: await ctx.case(one) for one in sorted({id, into})}
    case, lead = taken[id], taken[into]
    role = await as_decider(ctx, case)
    if not can_lead(lead, case):
        raise Refused(_("Case {number} can't be merged with that one. Please choose another open case.", number=case.number))
    case = await _bind(ctx, case, lead, Party.OFFICE, role)
    await tell_unit(ctx, case, _("This case goes on in another one; there is nothing more to do for it."), files=())
    news = _("Your case is dealt with together with another one about the same matter. You hear of everything that is done.")
    await tell_followers(ctx, case, news)
    return case


async def join(ctx: Context, case: Case, lead: Case) -> Case:
    """Let a case that its citizen has just filed go on in another one from the beginning, as they wished.

    An earlier promise of that one is theirs: it stands in their receipt.
    """
    own, leads = await _promise(ctx, case), await _promise(ctx, lead)
    if own and leads and ctx.now < leads.due_at < own.due_at:
        await keep_to(ctx, own, leads)
    return await _bind(ctx, case, lead, Party.CITIZEN, None)


async def _bind(ctx: Context, case: Case, lead: Case, party: Party, role: Role | None) -> Case:
    case = await move(ctx, case, Event.MERGE, party, merged_into=lead.id)
    await note(ctx, case, Event.MERGE, party, role, into=lead.id)
    await note(ctx, lead, Event.MERGE, party, role, merged=case.id)
    own, leads = await _promise(ctx, case), await _promise(ctx, lead)
    if own and leads and ctx.now < own.due_at < leads.due_at:
        await keep_to(ctx, leads, own)
        before, due = ms(leads.due_at), ms(own.due_at)
        await note(ctx, lead, Event.RECKON, Party.SYSTEM, kind=leads.kind, before=before, due=due, merged=case.id)
    await stop(ctx, case, Event.MERGE)
    await refresh_cards(ctx, case)
    await refresh_cards(ctx, lead)
    merged = _("Another citizen has reported the same. Case {number} was merged with this one.", number=case.number)
    await tell_unit(ctx, lead, merged, files=(await facts(ctx, case)).citizens_files, passing=True)
    return case


async def _promise(ctx: Context, case: Case) -> Deadline | None:
    return (await deadlines.running(ctx.tx, case.id)).get(DeadlineKind.PROMISE)


def can_lead(lead: Case, case: Case) -> bool:
    """Tell whether a case can go on for another one; of those that stand apart each is dealt with by itself."""
    return lead.id != case.id and lead.state in OPEN and not {lead.kind, case.kind} & APART


async def unmerge(ctx: Context, id: str) -> Case:
    """Put a merged case back on its own: with the unit that it had, which gets fresh time, and its promise holds as it was."""
    found = await cases.get(ctx.tx, id)
    taken = {one: await ctx.case(one) for one in sorted({id, (found and found.merged_into) or id})}
    role = ctx.as_office(taken[id])
    lead = taken[id].merged_into
    case = await _put_back(ctx, taken[id], Party.OFFICE, role)
    if lead:
        await note(ctx, taken[lead], Event.UNMERGE, Party.OFFICE, role, merged=case.id)
        await refresh_cards(ctx, taken[lead])
        apart = _("Case {number} is not merged with this one any more; it is dealt with on its own again.", number=case.number)
        await tell_unit(ctx, taken[lead], apart, files=(), passing=True)
    return case


async def part(ctx: Context, lead: Case) -> None:
    """Put the cases back on their own that were merged into one that its citizen has withdrawn."""
    for merged in await cases.merged_into(ctx.tx, lead.id):
        case = await ctx.case(merged.id)
        if case.merged_into == lead.id:
            await _put_back(ctx, case, Party.SYSTEM, None)


async def go_alone(ctx: Context, case: Case, but: str) -> Case:
    """Put a merged case back on its own whose citizen finds what was done not enough: the office decides, with fresh time.

    Its followers are told, `but` the person who said so: they are answered.
    """
    return await _put_back(ctx, case, Party.SYSTEM, None, again=True, but=but)


async def _put_back(
    ctx: Context, case: Case, party: Party, role: Role | None, *, again: bool = False, but: str | None = None
) -> Case:
    unit = case.unit if case.unit in ctx.city.city.units and not again else None
    changes = {"round": case.round + 1} if again else {}
    case = await move(ctx, case, Event.UNMERGE, party, unit=None, holder=None, merged_into=None, **changes)
    await note(ctx, case, Event.UNMERGE, party, role)
    if again:
        await start(ctx, case, DeadlineKind.PROMISE, ctx.city.times(case.kind, case.category).answer)
    else:
        await resume_promise(ctx, case)
    if unit is None:
        await start_triage(ctx, case)
        await refresh_cards(ctx, case)
        await queue_for_office(ctx, case)
        news = _("Your case is dealt with on its own again; the supervision office assigns a unit.")
        await tell_followers(ctx, case, news, but=but)
        return case
    case = await move(ctx, case, Event.ASSIGN, Party.SYSTEM, unit=unit)
    await note(ctx, case, Event.ASSIGN, Party.SYSTEM, unit=unit)
    await start_units(ctx, case, Event.UNMERGE)
    await refresh_cards(ctx, case)
    await tell_unit(ctx, case, _("This case is on its own again; please deal with it."))
    await tell_followers(ctx, case, _("Your case is dealt with on its own again, by {unit}.", unit=ctx.city.unit(unit)))
    return case
