"""More time for a unit's answer: the unit asks with a reason, the office grants or refuses it, the citizen reads why.

An extension moves the unit's own deadline and the date shown; the promise to the citizen keeps its first date. It is granted
while the time runs or not at all: a due time that has passed is final.
"""

from __future__ import annotations

from dataclasses import replace

from actions import timekeeping
from actions.cards import due as shown_due
from actions.context import Context
from actions.facts import facts
from actions.notices import queue_for_office, refresh_cards, tell_followers, tell_unit
from actions.record import move, note, state_after, write
from actions.timekeeping import end_of, expect_by, extend, pauses
from dialog.subjects import Refused
from dialog.texts import _
from domain.cases import CaseKind, Event, Party
from domain.ladder import extension_choices
from domain.limits import Limit
from domain.working_days import Due
from storage import deadlines, extensions
from storage.cases import Case
from storage.deadlines import Deadline, DeadlineKind
from storage.entries import EntryKind
from storage.extensions import Extension
from storage.ids import new_id
from storage.roles import Role
from storage.times import ms


async def possible(ctx: Context, case: Case) -> tuple[tuple[Limit, Due], ...]:
    """Give the longer limits for which a unit may ask now, each with its due time, shortest first. Raises Refused if none."""
    state_after(case, Event.ASK_EXTENSION, Party.CONTACT)
    if case.kind is CaseKind.MISCONDUCT:
        # Nobody could decide it: the office may not see such a report.
        raise Refused(_("The time for a misconduct report can't be extended."))
    if (await facts(ctx, case)).request:
        raise Refused(_("You have asked for more time already. The supervision office has not decided yet."))
    answer = await _answer(ctx, case)
    if ctx.now >= (await end_of(ctx, answer)).at:
        raise Refused(_("The time is up, so it can't be extended any more. Please answer as soon as you can."))
    original = ctx.city.times(case.kind, case.category).answer
    found = extension_choices(
        original, Limit.parse(answer.rule), answer.started_at, ctx.now, ctx.city.working_days, await pauses(ctx, answer)
    )
    if not found:
        raise Refused(_("The time of case {number} can't be extended any further.", number=case.number))
    return found


async def ask(ctx: Context, id: str, rule: str, reason: str) -> Case:
    """Ask for more time; `rule` is one of the limits that are `possible`."""
    case = await ctx.case(id)
    role = await ctx.as_holder(case)
    await request(ctx, case, role, rule, reason)
    return case


async def request(ctx: Context, case: Case, role: Role, rule: str, reason: str) -> None:
    """Keep the request of whoever holds a case, and give it to the office."""
    due = next((due for limit, due in await possible(ctx, case) if str(limit) == rule), None)
    if due is None:
        raise Refused(_("That date is not possible any more. Please choose again."))
    case = await move(ctx, case, Event.ASK_EXTENSION, Party.CONTACT)
    entry = await write(ctx, case, EntryKind.EXTENSION, Party.CONTACT, reason)
    await note(ctx, case, Event.ASK_EXTENSION, Party.CONTACT, role, entry=entry.id, text=entry.hash, rule=rule, due=ms(due.at))
    answer = await _answer(ctx, case)
    asked = Extension(
        id=new_id(ctx.now),
        case=case.id,
        deadline=answer.id,
        unit=case.unit or "",
        rule=rule,
        until_at=due.at,
        entry=entry.id,
        asked_by=role.id,
        asked_at=ctx.now,
    )
    await extensions.ask(ctx.tx, asked)
    await refresh_cards(ctx, case)
    await queue_for_office(ctx, case, _("{unit} asks for more time.", unit=ctx.city.unit(case.unit or "")))


async def grant(ctx: Context, id: str, n: int) -> Case:
    """Grant more time; `n` is the number of the text in which it was asked for."""
    case = await ctx.case(id)
    role = ctx.as_office(case)
    asked, reason = await asked_in(ctx, case, n)
    before = await _answer(ctx, case)
    if ctx.now >= (await end_of(ctx, before)).at:
        raise Refused(_("The unit's time is up, so no more can be granted. Please refuse it, with a reason."))
    case = await move(ctx, case, Event.GRANT_EXTENSION, Party.OFFICE)
    answer = await extend(ctx, before, Limit.parse(asked.rule))
    await extensions.decide(ctx.tx, asked.id, ctx.now, granted=True)
    await expect_by(ctx, case, answer.due_at)
    await note(
        ctx, case, Event.GRANT_EXTENSION, Party.OFFICE, role, rule=asked.rule, before=ms(before.due_at), due=ms(answer.due_at)
    )
    await refresh_cards(ctx, case)
    due = shown_due(answer)
    await tell_unit(ctx, case, _("You have been given more time: please answer by {due}.", due=due), files=())
    unit = ctx.city.unit(case.unit or "")
    news = _("{unit} has been given more time, until {due}. The reason: {text}", unit=unit, due=due, text=reason)
    await tell_followers(ctx, case, news)
    return case


async def refuse(ctx: Context, id: str, n: int, reason: str) -> Case:
    """Refuse more time, for a reason that the unit and the citizen read; `n` is the number of the text of the request."""
    case = await ctx.case(id)
    role = ctx.as_office(case)
    asked, _why = await asked_in(ctx, case, n)
    case = await move(ctx, case, Event.REFUSE_EXTENSION, Party.OFFICE)
    entry = await write(ctx, case, EntryKind.EXTENSION_REFUSED, Party.OFFICE, reason)
    await extensions.decide(ctx.tx, asked.id, ctx.now, granted=False)
    await note(ctx, case, Event.REFUSE_EXTENSION, Party.OFFICE, role, entry=entry.id, text=entry.hash)
    await refresh_cards(ctx, case)
    answer = await _answer(ctx, case)
    end = await end_of(ctx, answer)
    due = shown_due(replace(answer, due_at=end.at, provisional=end.provisional))
    refused = _("You are not given more time: {text} Please answer by {due}, as before.", text=reason, due=due)
    if ctx.now >= end.at:
        refused = _("You are not given more time: {text} The time was up on {due}. Please answer now.", text=reason, due=due)
    await tell_unit(ctx, case, refused, files=())
    unit = ctx.city.unit(case.unit or "")
    news = _("{unit} has asked for more time; the supervision office has refused it: {text}", unit=unit, text=reason)
    await tell_followers(ctx, case, news)
    return case


async def run_on(ctx: Context, case: Case, event: Event) -> None:
    """Let the unit's time run again after a question; who was told of more time hears if that moves its end."""
    before = (await facts(ctx, case)).extended
    await timekeeping.run_on(ctx, case, event)
    if before is None or (answer := await _answer(ctx, case)).due_at == before.due_at:
        return
    await expect_by(ctx, case, answer.due_at)
    moved = _(
        "The time of {unit} stood still while it had a question; now you get an answer by {due}.",
        unit=ctx.city.unit(case.unit or ""),
        due=shown_due(answer),
    )
    await tell_followers(ctx, case, moved)


async def asked_in(ctx: Context, case: Case, n: int) -> tuple[Extension, str]:
    """Give the open request and its reason, if it is the one of which somebody read. Raises Refused."""
    f = await facts(ctx, case)
    reason = f.reason
    if f.request is None or reason is None or reason.n != n:
        raise Refused(_("This request has been decided already, or has come to nothing. Here is the case as it stands now."))
    return f.request, reason.text


async def _answer(ctx: Context, case: Case) -> Deadline:
    """Give the unit's time to answer, which runs as long as a case is accepted."""
    return (await deadlines.running(ctx.tx, case.id))[DeadlineKind.ANSWER]
