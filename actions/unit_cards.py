"""Cards for the responsible unit: what was told, by when, and what a contact can do now; never who told it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from actions.cards import Card, card_of, due, history_buttons, name_buttons, plan_lines, state_line, title, until, where_lines
from actions.context import Context
from actions.facts import Facts, excerpt
from actions.hearing import heard
from actions.said import said
from dialog.outgoing import Outgoing, Rows
from dialog.subjects import act_button, form_button
from dialog.texts import _
from domain.cases import OPEN, TRANSITIONS, CaseKind, CaseState, Event, Satisfaction
from domain.ladder import longest
from domain.limits import Limit
from domain.ratings import hour_of
from storage.cases import Case
from storage.deadlines import DeadlineKind
from storage.entries import EntryKind
from storage.roles import Role, RoleKind


def unit_card(ctx: Context, f: Facts, viewer: Sequence[Role]) -> Outgoing:
    """Show a case to a contact of the responsible unit; whoever is not (any more) sees that it has left, and nothing else."""
    case, f = f.case, heard(ctx, f)
    if not any(role.unit == case.unit for role in viewer):
        return left_card(case)
    lines = [title(ctx, case), *where_lines(ctx, f), *said(ctx, f), state_line(f, _when_for_unit(ctx, case))]
    instruction = next((e for e in reversed(f.entries) if e.kind is EntryKind.ASSIGNED), None)
    if case.state in OPEN and instruction and instruction.text:
        lines.append(_("The supervision office writes: {text}", text=excerpt(instruction.text)))
    if case.state in OPEN and f.holder:
        lines.append(_("Signed in by {name}", name=f.holder.name))
    if case.state is CaseState.ASSIGNED and (accept := f.deadlines.get(DeadlineKind.ACCEPT)):
        lines.append(_("Sign in by: {due}", due=due(accept)))
    if case.state in (CaseState.ASSIGNED, CaseState.ACCEPTED) and (answer := f.deadlines.get(DeadlineKind.ANSWER)):
        lines.append(_("Answer by: {due}", due=due(answer)))
    if f.request and f.time_is_up(ctx):
        lines.append(_("Your request for more time was not decided before the time was up: it can't be granted any more."))
    elif f.request:
        asked = until(ctx, f.request)
        lines.append(_("You have asked for more time, until {until}; the supervision office decides.", until=asked))
    lines += plan_lines(f)
    if f.question and DeadlineKind.REPLY in f.deadlines:
        lines.append(_("Waiting for the citizen to answer your question."))
    elif f.question:
        lines.append(_("The citizen has not answered your question yet; your time runs on."))
    if f.appeal and f.open_appeal and f.appeal.unit == case.unit:
        lines.append(_("Your unit has appealed against the rating; the supervision office decides. Until then it counts."))
    return card_of(ctx, f, Card.UNIT, lines, (*_rating_rows(ctx, f, viewer), *_unit_rows(ctx, f, viewer)))


def left_card(case: Case) -> Outgoing:
    """Say of a case that somebody works at its unit no more, as it has left or they have; and nothing else."""
    left = _("Case {number} is not shown here any more: it is with no unit at which you work.", number=case.number)
    return Outgoing(lines=(left,), subject=case.id, card=Card.UNIT)


def _rating_rows(ctx: Context, f: Facts, viewer: Sequence[Role]) -> Rows:
    """Offer what a unit can do about the rating itself: appeal, or answer by saying that it was changed."""
    if f.rating is None or f.rating.struck_at:
        return ()
    deals, heads = _deals(ctx, f, viewer), any(role.kind is RoleKind.HEAD and role.unit == f.case.unit for role in viewer)
    is_better = f.rating.level is not Satisfaction.DISSATISFIED and f.case.state in (CaseState.ASSIGNED, CaseState.ACCEPTED)
    settles = deals and is_better
    settle = ((act_button(_("Answer: the rating was changed"), "settle", f.case.id, f.case.version),),) if settles else ()
    may_appeal = (deals or heads) and f.appeal is None and f.case.state in TRANSITIONS[Event.APPEAL][0]
    appeal = ((form_button(_("Appeal against the rating"), "appeal", f.case.id),),) if may_appeal else ()
    return (*settle, *appeal)


def _works(ctx: Context, f: Facts, viewer: Sequence[Role]) -> Sequence[Role]:
    """Give the roles in which somebody works on the case: as a contact of its unit, or as its head who stands in."""
    return [role for role in viewer if role.unit == f.case.unit and (role.kind is RoleKind.CONTACT or f.stands_in(role, ctx.now))]


def _deals(ctx: Context, f: Facts, viewer: Sequence[Role]) -> bool:
    """Tell whether somebody deals with the case: holds it, could sign it in, or stands in for those who do."""
    held = _works(ctx, f, viewer)
    hands = f.holder.hands(ctx.now) if f.holder else {role.id for role in held}
    return any(role.kind is RoleKind.HEAD or role.id in hands for role in held)


def _unit_rows(ctx: Context, f: Facts, viewer: Sequence[Role]) -> Rows:
    case, id, version = f.case, f.case.id, f.case.version
    if not _works(ctx, f, viewer):
        return (history_buttons(f),)
    more = (*history_buttons(f), *name_buttons(case, CaseKind.MISCONDUCT))
    holds = f.holder is not None and _deals(ctx, f, viewer)
    if case.state is not CaseState.ASSIGNED and not (case.state is CaseState.ACCEPTED and holds):
        return (more,)
    ask = form_button(_("Ask the citizen"), "ask", id)
    back = form_button(_("Return: not ours"), "return", id)
    on = form_button(_("Pass on"), "hand_over", id)
    move = (on,) if case.kind is CaseKind.MISCONDUCT else (back, on)
    if case.state is CaseState.ASSIGNED:
        return ((act_button(_("Sign in"), "accept", id, version), ask), move, more)
    may_extend = case.kind is not CaseKind.MISCONDUCT and not f.request and _has_longer(ctx, f)
    extend = (form_button(_("Ask for more time"), "extend", id),) if may_extend else ()
    plan = form_button(_("Plan"), "plan", id)
    return ((form_button(_("Report the result"), "report", id), ask), (plan, *extend), move, more)


def _has_longer(ctx: Context, f: Facts) -> bool:
    """Tell whether more time can be asked for: it is not up yet, and was not extended as far as it may be."""
    answer = f.deadlines.get(DeadlineKind.ANSWER)
    if answer is None or (ctx.now >= answer.due_at and DeadlineKind.REPLY not in f.deadlines):
        return False
    original, present = ctx.city.times(f.case.kind, f.case.category).answer, Limit.parse(answer.rule)
    return present.unit is not original.unit or present.amount < longest(original).amount


def _when_for_unit(ctx: Context, case: Case) -> datetime:
    """Give since when a case stands as it does; of a rating a unit learns the hour only."""
    return hour_of(case.changed_at, ctx.city.city.zone) if case.kind is CaseKind.BAD_RATING else case.changed_at
