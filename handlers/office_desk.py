"""What the supervision office does in chat: the queue of cases that no rule could route or a unit returned."""

from __future__ import annotations

from dataclasses import dataclass

from actions import triage
from actions.cards import facts, office_card
from actions.context import Context
from dialog.outgoing import Outgoing, say
from dialog.play import Dialog
from dialog.questions import Option, Options
from dialog.subjects import Form, Refused, Reply, Screen, Subject, screen_button
from dialog.texts import Text, _, verbatim
from domain.cases import CaseState
from domain.city import DISCIPLINE
from handlers.following import one_line
from storage import cases

PAGE = 6
MOST_UNITS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    """To which unit a case goes."""

    case: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """Why a case is not taken on."""

    case: str
    reason: str


async def queue(ctx: Context, after: str) -> Outgoing:
    """List the cases that wait to be assigned, oldest first."""
    _office(ctx)
    found = await cases.in_state(ctx.tx, CaseState.TRIAGE, after or None, PAGE + 1)
    rows = [(screen_button(one_line(ctx, case), "office_case", case.id),) for case in found[:PAGE]]
    if len(found) > PAGE:
        rows.append((screen_button(_("Newer ones"), "office", found[PAGE - 1].id),))
    rows.append((screen_button(_("My desk"), "desk"),))
    confidential = await cases.count_confidential(ctx.tx)
    return say(
        _("Waiting to be assigned, the oldest first:") if found else _("No case is waiting to be assigned."),
        _("Misconduct reports with the discipline teams: {count}", count=confidential),
        rows=tuple(rows),
    )


async def show(ctx: Context, id: str) -> Outgoing:
    """Show one case to the office."""
    case = await cases.get(ctx.tx, id)
    if case is None:
        raise Refused(_("We can't find this case. Please open it again from your list: /desk"))
    ctx.as_office(case)
    f = await facts(ctx, case)
    return office_card(ctx, f).below(files=f.citizens_files)


async def assign(d: Dialog) -> Assign:
    """Choose a unit: by a part of its name, then from the list."""
    part = await d.text(
        "part", _("Which unit? Please write a part of its name, such as water."), label=_("Part of the name"), most=60
    )
    found = await d.look("units", units_named, part)
    unit = await d.choose("unit", _("Please choose the unit. With Back you can search again."), found, label=_("Unit"))
    return Assign(case=d.arg, unit=unit)


async def units_named(ctx: Context, part: str) -> Options:
    """Offer the units whose name has these words in it; all of them where none has."""
    units = [unit for unit in ctx.city.city.units.values() if unit.kind != DISCIPLINE]
    folded = part.casefold()
    found = [u for u in units if folded in u.name.casefold() or folded in u.name_en.casefold() or part == u.code]
    found = found or [u for u in units if _abbreviates(part, u.name)]
    return tuple(Option(u.code, Text("{name}", {"name": ctx.city.unit(u.code)})) for u in (found or units)[:MOST_UNITS])


async def refuse(d: Dialog) -> Refuse | None:
    """Ask for the reason that the citizen will read."""
    reason = await d.text("reason", _("Why can't the case be taken on? The citizen will read this."), label=_("Reason"))
    sure = await d.confirm("sure", _("The case ends here. Refuse it for this reason?"), (verbatim(reason),), yes=_("Refuse it"))
    return Refuse(case=d.arg, reason=reason) if sure else None


async def give(ctx: Context, command: Assign) -> Reply:
    """Assign."""
    case = await triage.assign(ctx, command.case, command.unit)
    unit = ctx.city.unit(command.unit)
    return Reply(messages=(say(_("Case {number} has been assigned to {unit}.", number=case.number, unit=unit)),))


async def turn_down(ctx: Context, command: Refuse) -> Reply:
    """Refuse."""
    case = await triage.refuse(ctx, command.case, command.reason)
    return Reply(messages=(say(_("Case {number} has been ended; the citizen has been told why.", number=case.number)),))


async def may_decide(ctx: Context, id: str) -> None:
    """Let only the office open a form, and only while the case waits."""
    case = await cases.get(ctx.tx, id)
    ctx.as_office(case)
    if case is None or case.state is not CaseState.TRIAGE:
        raise Refused(_("Somebody else has dealt with this case already."))


def _abbreviates(short: str, name: str) -> bool:
    """Tell whether a name has these characters in this order: 城管 is short for 城市管理局."""
    left = iter(name)
    return all(character in left for character in short)


def _office(ctx: Context) -> None:
    if not ctx.me.is_office:
        raise Refused(_("Only the supervision office can do this."))


SUBJECT: Subject[Context] = Subject(
    screens=(Screen(name="office", view=queue), Screen(name="office_case", view=show)),
    forms=(
        Form(name="assign", title=_("Assigning a case"), script=assign, then=give, may=may_decide),
        Form(name="refuse", title=_("Refusing a case"), script=refuse, then=turn_down, may=may_decide),
    ),
)
