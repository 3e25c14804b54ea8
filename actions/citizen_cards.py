"""Cards for those who follow a case: what is promised, what came of it, and what they can say to it now."""

from __future__ import annotations

from actions.cards import LEVELS, Card, card_of, due, plan_lines, state_line, title, until, window_lines
from actions.context import Context
from actions.facts import EXCERPT, Facts, excerpt
from actions.rating_words import entry_text
from actions.record import for_others
from dialog.outgoing import Button, Outgoing, Rows
from dialog.subjects import act_button, form_button, screen_button
from dialog.texts import Moment, Text, _
from domain.cases import OPEN, CaseKind, CaseState
from domain.ratings import reaches_unit_at
from storage.cases import Case
from storage.deadlines import DeadlineKind


def citizen_card(ctx: Context, f: Facts) -> Outgoing:
    """Show a case to those who follow it."""
    if f.lead:
        return _merged_card(ctx, f, f.lead)
    case = f.case
    lines = [title(ctx, case), *window_lines(ctx, f, own=True), state_line(f)]
    lines += [_("Responsible: {unit}", unit=ctx.city.unit(case.unit))] if case.unit else []
    lines += [heard] if (heard := not_heard_yet(ctx, case)) else []
    lines += _promised(ctx, f)
    lines += plan_lines(f)
    lines += _not_granted(ctx, f)
    if case.state in OPEN and f.question:
        lines.append(_("The unit asks: {text}", text=excerpt(f.question.text)))
        if case.kind is not CaseKind.MISCONDUCT:
            lines.append(_("The unit doesn't know who you are: you need not write name, phone or address."))
    if case.state is CaseState.ANSWERED and f.result:
        lines.append(_("The unit's answer: {text}", text=entry_text(ctx, case.kind, f.result, EXCERPT)))
        lines.append(_("Is it solved?"))
    if f.open_appeal:
        lines.append(_("The unit appeals against your rating; the supervision office decides. Until then it counts."))
    if case.state is CaseState.CLOSED and not f.is_struck:
        lines.append(_rated(case))
    lines += [_("You have objected; the supervision office reads it.")] if f.objection else []
    return card_of(ctx, f, Card.CITIZEN, lines, _citizen_rows(ctx, f))


def not_heard_yet(ctx: Context, case: Case) -> Text | None:
    """Say of a bad rating whose hour is not over when its unit hears of it; None once it has."""
    if case.state not in OPEN or ctx.has_reached_unit(case):
        return None
    at = Moment(reaches_unit_at(case.filed_at, ctx.city.city.zone))
    return _("The unit hears of it at {at}, always at the full hour, so that nobody can guess who rated.", at=at)


def _merged_card(ctx: Context, f: Facts, lead: Facts) -> Outgoing:
    """Show a merged case to those who follow it: how the other one stands, never what its citizen said."""
    lines = [title(ctx, f.case), _("Dealt with together with another case about the same matter."), state_line(lead)]
    lines += [_("Responsible: {unit}", unit=ctx.city.unit(lead.case.unit))] if lead.case.unit else []
    lines += _promised(ctx, lead)
    if lead.plan and lead.case.state is CaseState.ACCEPTED:
        lines.append(_("The unit's plan: {text}", text=excerpt(for_others(ctx, lead.case, lead.plan.text))))
    lines += _not_granted(ctx, lead)
    if lead.case.state in (CaseState.ANSWERED, CaseState.CLOSED) and lead.result:
        lines.append(_("The unit's answer: {text}", text=excerpt(for_others(ctx, lead.case, lead.result.text))))
    if f.said_solved:
        lines.append(_("You have said that it is solved. Thank you. Once the case is closed, you can rate how it was handled."))
    elif lead.case.state is CaseState.ANSWERED:
        lines.append(_("Is it solved?"))
    if lead.case.state is CaseState.CLOSED:
        lines.append(_rated(f.case))
    return card_of(ctx, f, Card.CITIZEN, lines, _merged_rows(f.case, lead.case, said_solved=f.said_solved))


def _merged_rows(case: Case, lead: Case, *, said_solved: bool) -> Rows:
    timeline = screen_button(_("Timeline"), "timeline", case.id)
    not_solved = form_button(_("Not solved"), "not_solved", case.id)
    if lead.state is CaseState.CLOSED and not case.rating:
        return (*_levels(case), (not_solved, timeline))
    if lead.state not in OPEN:
        return ((timeline,),)
    more = (form_button(_("Add something"), "add", case.id), timeline)
    if said_solved:
        return ((form_button(_("It is not solved after all"), "not_solved", case.id),), more)
    answered = ((act_button(_("Solved"), "solved", case.id, lead.version), not_solved),)
    return (*answered, more) if lead.state is CaseState.ANSWERED else (more,)


def _citizen_rows(ctx: Context, f: Facts) -> Rows:
    case, id, version = f.case, f.case.id, f.case.version
    timeline = screen_button(_("Timeline"), "timeline", id)
    after_all = ((form_button(_("It is not solved after all"), "not_solved", id),),) if f.may_doubt else ()
    if case.state is CaseState.CLOSED and not case.rating and not f.is_struck:
        return (*_levels(case), *after_all, (timeline,))
    if case.state not in OPEN and f.is_struck and not f.objection:
        return ((form_button(_("I object"), "object", id), timeline),)
    if case.state not in OPEN:
        return (*after_all, (timeline,))
    rows: list[tuple[Button, ...]] = []
    if f.question:
        rows.append((form_button(_("Answer the question"), "reply", id),))
    if case.state is CaseState.ANSWERED:
        rows.append((act_button(_("Solved"), "solved", id, version), form_button(_("Not solved"), "not_solved", id)))
    may_urge = case.state is not CaseState.ANSWERED and ctx.has_reached_unit(case)
    urge = (act_button(_("Urge"), "urge", id, version),) if may_urge else ()
    rows.append((form_button(_("Add something"), "add", id), *urge))
    rows.append((timeline, form_button(_("Withdraw"), "withdraw", id)))
    return tuple(rows)


def _levels(case: Case) -> Rows:
    levels = [act_button(label, f"rate_{level}", case.id, case.version) for level, label in LEVELS.items()]
    return (tuple(levels[:2]), tuple(levels[2:]))


def _rated(case: Case) -> Text:
    if case.rating:
        return _("Your rating: {level}", level=LEVELS[case.rating])
    return _("How satisfied are you with the way it was handled?")


def _promised(ctx: Context, f: Facts) -> list[Text]:
    if f.case.state not in OPEN:
        return []
    promise = f.deadlines.get(DeadlineKind.PROMISE)
    holds = f.expected is promise  # no later date was granted
    lines = [late] if (late := lateness(ctx, f)) else []
    if promise and holds and not late:
        lines.append(_("Promised by: {due}", due=due(promise)))
    if f.extended and not late:
        lines.append(_("Answer by (extended): {due}", due=due(f.extended)))
    if promise and not holds and ctx.now > promise.due_at:
        lines.append(_("First promised by {due}; that was not kept, and we are sorry.", due=due(promise)))
    elif promise and not holds:
        lines.append(_("First promised by: {due}", due=due(promise)))
    return lines


def lateness(ctx: Context, f: Facts) -> Text | None:
    """Say to those who follow a case by how much its promise is broken; None while it is kept, or an answer is there."""
    expected = f.expected
    if expected is None or f.case.state not in OPEN or ctx.now <= expected.due_at:
        return None
    zone = ctx.city.city.zone
    days = (ctx.now.astimezone(zone).date() - expected.due_at.astimezone(zone).date()).days
    today = Moment(ctx.now, day=True)
    if days == 0:
        late = _("Promised by {due}, and late since then.", due=due(expected))
    elif days == 1:
        late = _("Promised by {due}: one day late on {today}.", due=due(expected), today=today)
    else:
        late = _("Promised by {due}: {days} days late on {today}.", due=due(expected), days=days, today=today)
    if f.case.kind is CaseKind.MISCONDUCT or (DeadlineKind.ANSWER in f.deadlines and not f.time_is_up(ctx)):
        return late  # a unit whose time stood or stands still is not late yet, nor in the office's list
    return _("{late} The supervision office knows.", late=late)


def _not_granted(ctx: Context, f: Facts) -> list[Text]:
    """Say to those who follow a case what a later date in its plan is worth."""
    if f.case.state is not CaseState.ACCEPTED:
        return []
    if f.request and not f.time_is_up(ctx):
        asked = until(ctx, f.request)
        return [
            _("The unit has asked for time until {until}. Until that is granted, the date you were promised holds.", until=asked)
        ]
    if f.request or (f.turned_down and f.plan):
        return [_("A later date was not granted to the unit: the date you were promised holds.")]
    return []
