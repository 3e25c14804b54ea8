"""Merging a case with another one about the same matter, in chat, and undoing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from actions import likeness, merging
from actions.context import Context
from actions.facts import excerpt
from actions.record import STATES
from actions.triage import as_decider
from dialog.play import Dialog
from dialog.questions import Option, Options
from dialog.subjects import Act, Refused, Reply, Subject
from dialog.texts import Text, _
from domain.cases import OPEN, Event
from domain.numbers import read_case_number
from handlers.case_form import case_form
from handlers.following import no_number
from handlers.office_desk import may, shown
from storage import cases, entries
from storage.cases import Case

LATELY = timedelta(days=30)
MOST = 6
OTHER, STOP = "other", "stop"
TOLD = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Which case goes on in which other one."""

    case: str
    into: str


async def merge(d: Dialog) -> Merge | None:
    """Pick the case that goes on from those alike, or by its number."""
    alike = await d.look("alike", cases_alike, d.arg)
    into = await d.choose(
        "into",
        _("In which case does it go on?"),
        (*alike, Option(OTHER, _("Another one, by its number"))),
        label=_("Case that goes on"),
    )
    found = alike
    if into == OTHER:
        number = await d.text("number", _("Please write the number of the case."), label=_("Number"), most=60, check=no_number)
        found = await d.look("found", case_numbered, d.arg, number)
        into = next((option.key for option in found), STOP)
        if sorry := next((option.label for option in found if option.key == STOP), None):
            why = _("{why} With Back you can write another number.", why=sorry)
            leads = (option for option in found if option.key != STOP)
            into = await d.choose(STOP, why, (*leads, Option(STOP, _("Leave it as it is"))), label=_("Number"))
        if into == STOP:
            return None
    goes_on = next(option.label for option in found if option.key == into)
    effect = _("Everybody who follows it hears of what is done about the other one. None sees what the others write.")
    sure = await d.confirm("sure", _("Merge the cases?"), (goes_on, effect), yes=_("Merge them"))
    return Merge(case=d.arg, into=into) if sure else None


async def cases_alike(ctx: Context, id: str) -> Options:
    """Offer the open cases that are like it, the likest first, then the newest of the same area and category."""
    case = await cases.get(ctx.tx, id)
    if case is None:
        return ()
    found = {one.case.id: one.case for one in await likeness.like_case(ctx, case, MOST)}
    found |= {one.id: one for one in await cases.alike(ctx.tx, case, ctx.now - LATELY, MOST) if one.id not in found}
    return tuple([Option(id, await _line(ctx, other)) for id, other in list(found.items())[:MOST]])


async def case_numbered(ctx: Context, id: str, number: str) -> Options:
    """Find the one case in which another can go on, by a number; where it is not that of the number, STOP with the reason too."""
    case = await cases.get(ctx.tx, id)
    lead, why = await lead_numbered(ctx, case, number) if case else (None, None)
    return (*((Option(lead.id, await _line(ctx, lead)),) if lead else ()), *((Option(STOP, why),) if why else ()))


async def lead_numbered(ctx: Context, case: Case, number: str) -> tuple[Case | None, Text | None]:
    """Find the case in which one can go on, by a number; with it comes why, where it can't be that of the number itself."""
    given = await cases.numbered(ctx.tx, read_case_number(number) or "")
    if given is None or given.id == case.id or {given.kind, case.kind} & likeness.APART:
        return None, _("There is no other open case with this number.")
    lead = await cases.leading(ctx.tx, given)
    if lead.id == given.id:
        over = _("Case {number} is not open any more: {state}.", number=given.number, state=STATES[given.state])
        return (given, None) if given.state in OPEN else (None, over)
    if lead.id == case.id:
        return None, _("Case {number} is merged with this one already.", number=given.number)
    if lead.state in OPEN:
        return lead, _("Case {number} was merged itself, and goes on in {lead}.", number=given.number, lead=lead.number)
    return None, _(
        "Case {number} was merged with {lead}, which is not open any more: {state}.",
        number=given.number,
        lead=lead.number,
        state=STATES[lead.state],
    )


async def join(ctx: Context, command: Merge) -> Reply:
    """Merge."""
    case = await merging.merge(ctx, command.case, command.into)
    news = [_("The cases are merged; everybody who follows case {number} has been told.", number=case.number)]
    lead = await cases.get(ctx.tx, command.into)
    if lead and case.publish_at and not lead.publish_at:
        news.append(
            _("Its reporter agreed to publication, that of case {number} did not: nothing is published.", number=lead.number)
        )
    return await shown(ctx, case, *news)


async def merge_with(ctx: Context, id: str, number: int) -> Reply:
    """Merge a case that waits to be assigned with one that it is like, whose number the button carries."""
    lead = await cases.numbered(ctx.tx, read_case_number(str(number)) or "")
    if lead is None:
        raise Refused(_("We can't find this case. Please open it again from your list: /desk"))
    return await join(ctx, Merge(case=id, into=lead.id))


async def unmerge(ctx: Context, id: str, version: int) -> Reply:
    """Undo a merging."""
    case = await merging.unmerge(ctx, id)
    if case.unit:
        unit = ctx.city.unit(case.unit)
        return await shown(ctx, case, _("Case {number} is on its own again, with {unit}.", number=case.number, unit=unit))
    return await shown(ctx, case, _("Case {number} is on its own again and waits to be assigned.", number=case.number))


async def may_merge(ctx: Context, id: str) -> None:
    """Let only the office open the form, while the case can be merged and no colleague has taken it."""
    await may(Event.MERGE)(ctx, id)
    case = await cases.get(ctx.tx, id)
    if case:
        await as_decider(ctx, case)


async def _line(ctx: Context, case: Case) -> Text:
    words = "\n".join(entry.text for entry in (await entries.of_case(ctx.tx, case.id))[:1])
    return _(
        "{number} {unit}: {text}",
        number=case.number,
        unit=ctx.city.unit(case.unit) if case.unit else _("not assigned"),
        text=excerpt(" ".join(words.split()), TOLD),
    )


SUBJECT: Subject[Context] = Subject(
    acts=(Act(name="unmerge", do=unmerge), Act(name="merge_with", do=merge_with)),
    forms=(case_form(name="merge", title=_("Merging cases"), script=merge, then=join, may=may_merge),),
)
