"""What the supervision office decides on a case in chat: assign, take back, refuse, check the result, reopen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from actions import checking, triage
from actions.context import Context
from actions.facts import facts_for_office
from actions.office_cards import office_card
from actions.record import state_after
from actions.suggesting import suggested_units
from actions.usual_reasons import CHECKED, KEPT, REFUSALS, TAKEN_BACK
from dialog.outgoing import Outgoing
from dialog.play import Dialog
from dialog.questions import Option, Options
from dialog.subjects import Act, Refused, Reply, Subject
from dialog.texts import Text, _, verbatim
from domain.cases import CaseState, Event, Party
from handlers.case_form import case_form
from handlers.unit_search import choose_unit, named_units, unit_names
from storage import cases
from storage.cases import Case

OWN_WORDS = "own"
OTHER = "*"
"""In the place of a unit's code, which is never so."""
OWN: Options = (Option(OWN_WORDS, _("Another reason")),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    """To which unit a case goes, and words for it."""

    case: str
    unit: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """What is decided about a case, and why. `reason` is a key of the usual reasons, or OWN_WORDS."""

    case: str
    reason: str
    text: str


async def assign(d: Dialog) -> Assign | None:
    """Choose one of the units suggested, or any by a part of its name, and confirm it."""
    suggested = await d.look("suggested", units_suggested, d.arg)
    unit = None
    if suggested:
        options = (*suggested, Option(OTHER, _("Another unit")))
        which = _("Which unit? You can also write a part of its name, such as water.")
        key = await d.choose("suggestion", which, options, label=_("Suggested unit"), own_words=(OTHER, "part"))
        unit = next((option for option in suggested if option.key == key), None)
    unit = unit or await choose_unit(d, unit_names)
    reason = await d.on_request("reason", _("What should the unit know?"), label=_("Words for the unit"), most=500)
    words = verbatim(reason) if reason else _("With Change you can add words for the unit.")
    sure = await d.confirm("sure", _("Assign the case to this unit?"), (unit.label, words), yes=_("Assign it"))
    return Assign(case=d.arg, unit=unit.key, reason=reason) if sure else None


async def units_suggested(ctx: Context, id: str) -> Options:
    """Offer the units to which a case may belong."""
    case = await cases.get(ctx.tx, id)
    return named_units(ctx, await suggested_units(ctx, case)) if case else ()


async def unassign(d: Dialog) -> Decide:
    """Ask why a unit loses a case that it has not signed in."""
    reason, text = await _why(d, _("Why is the case taken back? The unit will read this."), TAKEN_BACK)
    return Decide(case=d.arg, reason=reason, text=text)


async def refuse(d: Dialog) -> Decide | None:
    """Ask for the reason that the citizen will read."""
    reason, text = await _why(d, _("Why can't the case be taken on? The citizen will read this."), REFUSALS)
    shown = REFUSALS.get(reason, verbatim(text))
    sure = await d.confirm("sure", _("The case ends here. Refuse it for this reason?"), (shown,), yes=_("Refuse it"))
    return Decide(case=d.arg, reason=reason, text=text) if sure else None


async def reopen(d: Dialog) -> Decide | None:
    """Ask why a case has to be dealt with again."""
    reason, text = await _why(d, _("Why is the case reopened? Unit and citizen will read this."), CHECKED)
    shown = CHECKED.get(reason, verbatim(text))
    sure = await d.confirm("sure", _("The unit gets fresh time for it. Reopen the case?"), (shown,), yes=_("Reopen it"))
    return Decide(case=d.arg, reason=reason, text=text) if sure else None


async def _why(d: Dialog, prompt: Text, usual: dict[str, Text]) -> tuple[str, str]:
    options = (*(Option(key, label) for key, label in usual.items()), *OWN)
    reason = await d.choose("reason", prompt, options, label=_("Reason"), own_words=(OWN_WORDS, "words"))
    if reason != OWN_WORDS:
        return reason, ""
    return reason, await d.text("words", _("Please write the reason."), label=_("In your words"), most=500)


async def give(ctx: Context, command: Assign) -> Reply:
    """Assign."""
    case = await triage.assign(ctx, command.case, command.unit, command.reason)
    unit = ctx.city.unit(command.unit)
    return await shown(ctx, case, _("Case {number} has been assigned to {unit}.", number=case.number, unit=unit))


async def take_back(ctx: Context, command: Decide) -> Reply:
    """Undo an assignment."""
    case = await triage.unassign(ctx, command.case, _reason(command))
    return await shown(ctx, case, _("Case {number} has been taken back and waits to be assigned.", number=case.number))


async def turn_down(ctx: Context, command: Decide) -> Reply:
    """Refuse."""
    case = await triage.refuse(ctx, command.case, _reason(command))
    return await shown(ctx, case, _("Case {number} has been ended; the citizen has been told why.", number=case.number))


async def begin_again(ctx: Context, command: Decide) -> Reply:
    """Reopen."""
    case = await checking.reopen(ctx, command.case, _reason(command), checked=command.reason in CHECKED)
    return await shown(ctx, case, _("Case {number} has been reopened; unit and citizen have been told why.", number=case.number))


async def checked(ctx: Context, id: str, version: int) -> Reply:
    """Note that the result was checked and holds."""
    case = await checking.confirm(ctx, id)
    return await shown(ctx, case, _("It is noted that the result of case {number} was checked and holds.", number=case.number))


async def shown(ctx: Context, case: Case, *news: Text) -> Reply:
    """Answer with the case as it stands now, from where the last step can be undone."""
    return Reply(messages=(await _card(ctx, case, *news),))


async def _card(ctx: Context, case: Case, *news: Text) -> Outgoing:
    return office_card(ctx, await facts_for_office(ctx, case), ctx.me.person).with_passing_news(*news)


async def may_decide(ctx: Context, id: str) -> None:
    """Let only the office open a form, and only while the case waits and no colleague has taken it."""
    case = await cases.get(ctx.tx, id)
    if case is None or case.state is not CaseState.TRIAGE:
        ctx.as_office(case)
        raise Refused(_("Somebody else has dealt with this case already."))
    await triage.as_decider(ctx, case)


def may(event: Event) -> Callable[[Context, str], Awaitable[None]]:
    """Let only the office open a form, and only while the case allows what it leads to."""

    async def allowed(ctx: Context, id: str) -> None:
        """Let only the office open a form, and only while the case allows it."""
        case = await cases.get(ctx.tx, id)
        ctx.as_office(case)
        if case is None:
            raise Refused(_("We can't find this case. Please open it again from your list: /desk"))
        state_after(case, event, Party.OFFICE)

    return allowed


def _reason(command: Decide) -> str:
    return KEPT.get(command.reason) or command.text


SUBJECT: Subject[Context] = Subject(
    acts=(Act(name="checked", do=checked),),
    forms=(
        case_form(name="assign", title=_("Assigning a case"), script=assign, then=give, may=may_decide),
        case_form(name="unassign", title=_("Taking a case back"), script=unassign, then=take_back, may=may(Event.UNASSIGN)),
        case_form(name="refuse", title=_("Refusing a case"), script=refuse, then=turn_down, may=may_decide),
        case_form(name="reopen", title=_("Reopening a case"), script=reopen, then=begin_again, may=may(Event.REOPEN)),
    ),
)
