"""What a unit does with a case: sign in, return, ask, report, hand over, pass on."""

from __future__ import annotations

from collections.abc import Sequence

from actions import correcting, templates
from actions.context import Context
from actions.facts import facts
from actions.hearing import heard
from actions.notices import queue_for_office, refresh_cards, tell_followers, tell_unit
from actions.rating_words import settled
from actions.record import move, note, write
from actions.timekeeping import UNITS, pause, run_on, start, start_triage, start_units, stop
from dialog.subjects import Refused
from dialog.texts import Moment, _
from domain.cases import CaseKind, CaseState, Event, Party, Satisfaction
from domain.city import DISCIPLINE
from storage import deadlines, roles
from storage.cases import Case
from storage.deadlines import DeadlineKind
from storage.entries import EntryKind
from storage.roles import Role, RoleKind
from storage.times import ms


async def accept(ctx: Context, id: str, version: int) -> Case:
    """Sign a case in: the first contact who does holds it. Raises Refused, naming who was faster."""
    case = await ctx.case(id)
    role = await ctx.as_contact(case)
    await _not_outdated(ctx, case, version)
    case = await move(ctx, case, Event.ACCEPT, Party.CONTACT, holder=role.id)
    await note(ctx, case, Event.ACCEPT, Party.CONTACT, role)
    await stop(ctx, case, Event.ACCEPT, DeadlineKind.ACCEPT)
    await refresh_cards(ctx, case)
    await tell_followers(ctx, case, _("{unit} has signed your case in.", unit=ctx.city.unit(case.unit or "")))
    return case


async def return_(ctx: Context, id: str, reason: str) -> Case:
    """Give a case back to the office because it is not the unit's. Misconduct reports can't be returned."""
    case = await ctx.case(id)
    role = await ctx.as_holder(case)
    if case.kind is CaseKind.MISCONDUCT:
        raise Refused(_("A misconduct report can't be returned. You can pass it on to another discipline team."))
    unit = case.unit
    case = await move(ctx, case, Event.RETURN, Party.CONTACT, unit=None, holder=None)
    entry = await write(ctx, case, EntryKind.RETURNED, Party.CONTACT, reason)
    await note(ctx, case, Event.RETURN, Party.CONTACT, role, before=unit, entry=entry.id, text=entry.hash)
    await correcting.returned(ctx, case, role, unit or "")
    await stop(ctx, case, Event.RETURN, DeadlineKind.REPLY, *UNITS)
    await start_triage(ctx, case)
    await refresh_cards(ctx, case)
    await queue_for_office(ctx, case)
    await tell_followers(ctx, case, _("Your case is being assigned to another unit by the supervision office."))
    return case


async def ask(ctx: Context, id: str, question: str, files: Sequence[str] = ()) -> Case:
    """Ask the citizen something; that counts as signing in. One open question at a time."""
    case = await ctx.case(id)
    role = await ctx.as_holder(case)
    if (await facts(ctx, case)).question:
        raise Refused(_("Your last question is still open. Please wait for the answer, or report the result."))
    holder = case.holder or role.id
    if case.state is CaseState.ASSIGNED:
        await stop(ctx, case, Event.ASK, DeadlineKind.ACCEPT)
    case = await move(ctx, case, Event.ASK, Party.CONTACT, holder=holder)
    entry = await write(ctx, case, EntryKind.QUESTION, Party.CONTACT, question, files=files)
    await note(ctx, case, Event.ASK, Party.CONTACT, role, entry=entry.id, text=entry.hash, files=list(entry.files))
    await pause(ctx, case)
    await refresh_cards(ctx, case)
    await tell_followers(
        ctx,
        case,
        _("{unit} has a question for you. Reply to this message, or press the button.", unit=ctx.city.unit(case.unit or "")),
        files=entry.files,
        alone=True,
    )
    return case


async def report(ctx: Context, id: str, result: str, files: Sequence[str] = ()) -> Case:
    """Report what was done, with proof; the citizen says whether it is solved. An answer that is only a usual one is flagged."""
    case = await ctx.case(id)
    role = await ctx.as_holder(case)
    case = await move(ctx, case, Event.REPORT, Party.CONTACT, unreleased_at=ctx.now if case.released_at else None)
    usual = await templates.only(ctx, case.unit or "", result, files)
    entry = await write(ctx, case, EntryKind.RESULT, Party.CONTACT, result, files=files, template=usual)
    await run_on(ctx, case, Event.REPORT)
    answer = (await deadlines.running(ctx.tx, case.id)).get(DeadlineKind.ANSWER)
    due = ms(answer.due_at) if answer else None
    await note(
        ctx, case, Event.REPORT, Party.CONTACT, role,
        due=due, entry=entry.id, text=entry.hash, files=list(entry.files), template=usual is not None,
    )  # fmt: skip
    await stop(ctx, case, Event.REPORT, DeadlineKind.PROMISE, *UNITS)
    await start(ctx, case, DeadlineKind.CHECK, ctx.city.times(case.kind, case.category).check)
    await refresh_cards(ctx, case)
    await tell_followers(ctx, case, _("{unit} has answered your case.", unit=ctx.city.unit(case.unit or "")), files=entry.files)
    return case


async def settle(ctx: Context, id: str, version: int) -> Case:
    """Answer a bad rating that the citizen has changed to a better one by saying so; they say whether it is settled."""
    case = await ctx.case(id)
    await ctx.as_contact(case)
    rating = heard(ctx, await facts(ctx, case)).rating
    if rating is None or rating.level is Satisfaction.DISSATISFIED:
        raise Refused(_("The citizen has not changed this rating to a better one."))
    if case.state is CaseState.ASSIGNED:
        await accept(ctx, id, version)
    return await report(ctx, id, settled(rating.level))


async def hand_over(ctx: Context, id: str, colleague: str) -> Role:
    """Hand a signed-in case to a colleague of the same unit, who holds it from now on."""
    case = await ctx.case(id)
    role = await ctx.as_holder(case)
    to = await roles.keep(ctx.tx, colleague)
    if to is None or to.unit != case.unit or to.kind is not RoleKind.CONTACT or to not in await ctx.colleagues(case.unit or ""):
        raise Refused(_("This colleague is not a contact of your unit any more. Please choose another one."))
    case = await move(ctx, case, Event.HAND_OVER, Party.CONTACT, holder=to.id)
    await note(ctx, case, Event.HAND_OVER, Party.CONTACT, role, to=to.id)
    await refresh_cards(ctx, case)
    await tell_unit(ctx, case, _("{name} has handed this case to you.", name=role.name))
    return to


async def pass_on(ctx: Context, id: str, unit: str) -> Case:
    """Pass a case on to a unit below one's own, or a misconduct report to another discipline team."""
    case = await ctx.case(id)
    role = await ctx.as_holder(case)
    if unit not in passable(ctx, case):
        raise Refused(_("Case {number} can't be passed on to that unit.", number=case.number))
    before = case.unit
    case = await move(ctx, case, Event.PASS_ON, Party.CONTACT, unit=unit, holder=None)
    await note(ctx, case, Event.PASS_ON, Party.CONTACT, role, unit=unit, before=before)
    await start_units(ctx, case, Event.PASS_ON)
    await refresh_cards(ctx, case)
    await tell_unit(ctx, case, _("Passed on to you by {unit}.", unit=ctx.city.unit(before or "")))
    await tell_followers(ctx, case, _("Your case is now with {unit}.", unit=ctx.city.unit(unit)))
    return case


def passable(ctx: Context, case: Case) -> tuple[str, ...]:
    """The units to which a case can be passed on by the one that has it."""
    city = ctx.city.city
    if case.kind is CaseKind.MISCONDUCT:
        return tuple(u.code for u in city.units.values() if u.kind == DISCIPLINE and u.code != case.unit)
    return tuple(u.code for u in city.subunits(case.unit or "") if u.kind != DISCIPLINE)


async def _not_outdated(ctx: Context, case: Case, version: int) -> None:
    """Tell what happened since the card was shown on which a button was pressed."""
    if case.version == version:
        return
    holder = await roles.get(ctx.tx, case.holder) if case.holder else None
    if holder and case.state is CaseState.ACCEPTED:
        raise Refused(_("Already signed in by {name}, {at}.", name=holder.name, at=Moment(case.changed_at)))
    raise Refused(_("Case {number} has changed meanwhile; here it is as it stands now.", number=case.number))
