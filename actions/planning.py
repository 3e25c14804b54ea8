"""A unit's plan for a case: measures, target, responsible person, date. The citizen reads it, the public once it is released."""

from __future__ import annotations

from dataclasses import dataclass

from actions import extending
from actions.context import Context
from actions.notices import refresh_cards, tell_followers
from actions.record import move, note, state_after, write
from actions.timekeeping import end_of
from dialog.subjects import Refused
from dialog.texts import _
from domain.cases import Event, Party
from domain.working_days import Due
from storage import deadlines, plans
from storage.cases import Case
from storage.deadlines import DeadlineKind
from storage.entries import EntryKind
from storage.ids import new_id
from storage.plans import Plan
from storage.times import ms


@dataclass(frozen=True, slots=True, kw_only=True)
class MakePlan:
    """What a unit plans. `rule` is the longer limit that it needs, with the `reason` for it; None keeps the deadline."""

    case: str
    measures: str
    target: str
    responsible: str
    rule: str | None = None
    reason: str = ""


async def deadline(ctx: Context, case: Case) -> Due:
    """Give the time by which the unit has to answer. Raises Refused once it is up: a plan needs a date that can be kept."""
    state_after(case, Event.PLAN, Party.CONTACT)
    due = await end_of(ctx, (await deadlines.running(ctx.tx, case.id))[DeadlineKind.ANSWER])
    if ctx.now >= due.at:
        raise Refused(_("The time is up, so no date for a plan is left. Please answer as soon as you can."))
    return due


async def plan(ctx: Context, command: MakePlan) -> Case:
    """Make a plan, or a new one in place of the last; a later date is at once a request for an extension."""
    case = await ctx.case(command.case)
    role = await ctx.as_holder(case)
    until = (await deadline(ctx, case)).at
    if command.rule:
        later = next((due.at for limit, due in await extending.possible(ctx, case) if str(limit) == command.rule), None)
        if later is None:
            raise Refused(_("That date is not possible any more. Please choose again."))
        until = later
    # Texts are kept in the city's own language, whoever reads them.
    at = until.astimezone(ctx.city.city.zone)
    words = (
        f"整改措施：{command.measures}\n整改目标：{command.target}\n责任人：{command.responsible}\n"
        f"完成时限：{at.year}年{at.month}月{at.day}日 {at:%H:%M}"
    )
    case = await move(ctx, case, Event.PLAN, Party.CONTACT, unreleased_at=ctx.now if case.released_at else None)
    entry = await write(ctx, case, EntryKind.PLAN, Party.CONTACT, words)
    await note(ctx, case, Event.PLAN, Party.CONTACT, role, entry=entry.id, text=entry.hash, due=ms(until))
    made = Plan(
        id=new_id(ctx.now),
        case=case.id,
        round=case.round,
        unit=case.unit or "",
        measures=command.measures,
        target=command.target,
        responsible=command.responsible,
        until_at=until,
        entry=entry.id,
        created_at=ctx.now,
    )
    await plans.insert(ctx.tx, made)
    if command.rule:
        await extending.request(ctx, case, role, command.rule, command.reason)
    else:
        await refresh_cards(ctx, case)
    await tell_followers(ctx, case, _("{unit} has made a plan for your case.", unit=ctx.city.unit(case.unit or "")))
    return case
