"""Cards: a case as the citizen, a contact of the unit, or the office may see it, with the buttons that are valid now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from actions.context import Context
from actions.facts import Facts, excerpt
from actions.likeness import APART, reasons
from actions.record import STATES, for_others
from dialog.outgoing import Button, Outgoing, Rows
from dialog.subjects import act_button, form_button, screen_button
from dialog.texts import Moment, Text, _, verbatim
from domain.cases import HAS_RESULT, ON_BOARD, OPEN, TRANSITIONS, CaseKind, CaseState, Event, Satisfaction
from domain.ladder import longest
from domain.limits import Limit
from domain.ratings import hour_of
from storage.cases import Case
from storage.deadlines import Deadline, DeadlineKind
from storage.entries import EntryKind
from storage.releases import Release
from storage.roles import Role, RoleKind

RELEASABLE = TRANSITIONS[Event.RELEASE][0]

KINDS: dict[CaseKind, Text] = {
    CaseKind.COMPLAINT: _("Complaint"),
    CaseKind.CONSULTATION: _("Consultation"),
    CaseKind.SUGGESTION: _("Suggestion"),
    CaseKind.MISCONDUCT: _("Misconduct report"),
    CaseKind.BAD_RATING: _("Bad rating"),
    CaseKind.FINDING: _("Finding of a visit"),
    CaseKind.EVALUATION: _("Problem from an evaluation"),
    CaseKind.REPORT: _("Problem from a yearly report"),
}
LEVELS: dict[Satisfaction, Text] = {
    Satisfaction.SATISFIED: _("Satisfied"),
    Satisfaction.FAIRLY: _("Fairly satisfied"),
    Satisfaction.BASICALLY: _("Basically satisfied"),
    Satisfaction.DISSATISFIED: _("Dissatisfied"),
}


class Card(StrEnum):
    """Whose view of a case a card shows."""

    CITIZEN = "citizen"
    UNIT = "unit"
    OFFICE = "office"
    POST = "post"


def title(ctx: Context, case: Case) -> Text:
    """Give number, kind and category on one line; a bad rating has no category."""
    if case.kind is CaseKind.BAD_RATING:
        return _("{number} · {kind}", number=case.number, kind=KINDS[case.kind])
    return _(
        "{number} · {kind} · {category}", number=case.number, kind=KINDS[case.kind], category=ctx.city.category(case.category)
    )


def citizen_card(ctx: Context, f: Facts) -> Outgoing:
    """Show a case to those who follow it."""
    if f.lead:
        return _merged_card(ctx, f, f.lead)
    case = f.case
    lines = [title(ctx, case), *_window(ctx, f), _state(f)]
    lines += [_("Responsible: {unit}", unit=ctx.city.unit(case.unit))] if case.unit else []
    lines += _promised(ctx, f)
    lines += _plan(f)
    lines += _not_granted(f)
    if case.state in OPEN and f.question:
        lines.append(_("The unit asks: {text}", text=excerpt(f.question.text)))
    if case.state is CaseState.ANSWERED and f.result:
        lines.append(_("The unit's answer: {text}", text=excerpt(f.result.text)))
        lines.append(_("Is it solved?"))
    if f.appeals:
        lines.append(_("The unit appeals against your rating; the supervision office decides. Until then it counts."))
    if case.state is CaseState.CLOSED and not _is_struck(f):
        lines.append(_rated(case))
    return _card(f, Card.CITIZEN, lines, _citizen_rows(f))


def _merged_card(ctx: Context, f: Facts, lead: Facts) -> Outgoing:
    """Show a merged case to those who follow it: how the other one stands, never what its citizen said."""
    lines = [title(ctx, f.case), _("Dealt with together with another case about the same matter."), _state(lead)]
    lines += [_("Responsible: {unit}", unit=ctx.city.unit(lead.case.unit))] if lead.case.unit else []
    lines += _promised(ctx, lead)
    if lead.plan and lead.case.state is CaseState.ACCEPTED:
        lines.append(_("The unit's plan: {text}", text=excerpt(for_others(ctx, lead.case, lead.plan.text))))
    lines += _not_granted(lead)
    if lead.case.state in (CaseState.ANSWERED, CaseState.CLOSED) and lead.result:
        lines.append(_("The unit's answer: {text}", text=excerpt(for_others(ctx, lead.case, lead.result.text))))
    if lead.case.state is CaseState.ANSWERED:
        lines.append(_("Is it solved?"))
    if lead.case.state is CaseState.CLOSED:
        lines.append(_rated(f.case))
    return _card(f, Card.CITIZEN, lines, _merged_rows(f.case, lead.case))


def _merged_rows(case: Case, lead: Case) -> Rows:
    timeline = screen_button(_("Timeline"), "timeline", case.id)
    not_solved = form_button(_("Not solved"), "not_solved", case.id)
    if lead.state is CaseState.CLOSED and not case.rating:
        return (*_levels(case), (not_solved, timeline))
    if lead.state not in OPEN:
        return ((timeline,),)
    more = (form_button(_("Add something"), "add", case.id), timeline)
    answered = ((act_button(_("Solved"), "solved", case.id, lead.version), not_solved),)
    return (*answered, more) if lead.state is CaseState.ANSWERED else (more,)


def _levels(case: Case) -> Rows:
    levels = [act_button(label, f"rate_{level}", case.id, case.version) for level, label in LEVELS.items()]
    return (tuple(levels[:2]), tuple(levels[2:]))


def _rated(case: Case) -> Text:
    if case.rating:
        return _("Your rating: {level}", level=LEVELS[case.rating])
    return _("How satisfied are you with the way it was handled?")


def _citizen_rows(f: Facts) -> Rows:
    case, id, version = f.case, f.case.id, f.case.version
    timeline = screen_button(_("Timeline"), "timeline", id)
    after_all = ((form_button(_("It is not solved after all"), "not_solved", id),),) if f.check else ()
    if case.state is CaseState.CLOSED and not case.rating and not _is_struck(f):
        return (*_levels(case), *after_all, (timeline,))
    if case.state not in OPEN:
        return (*after_all, (timeline,))
    rows: list[tuple[Button, ...]] = []
    if f.question:
        rows.append((form_button(_("Answer the question"), "reply", id),))
    if case.state is CaseState.ANSWERED:
        rows.append((act_button(_("Solved"), "solved", id, version), form_button(_("Not solved"), "not_solved", id)))
    urge = (act_button(_("Urge"), "urge", id, version),) if case.state is not CaseState.ANSWERED else ()
    rows.append((form_button(_("Add something"), "add", id), *urge))
    rows.append((timeline, form_button(_("Withdraw"), "withdraw", id)))
    return tuple(rows)


def unit_card(ctx: Context, f: Facts, viewer: Sequence[Role]) -> Outgoing:
    """Show a case to a contact of the responsible unit; whoever is not (any more) sees that it has left, and nothing else."""
    case = f.case
    if not any(role.unit == case.unit for role in viewer):
        return left_card(case)
    lines = [title(ctx, case), *_where(ctx, f), f.told(), *f.told_later(), *f.told_also(), _state(f, _when_for_unit(ctx, case))]
    instruction = next((e for e in reversed(f.entries) if e.kind is EntryKind.ASSIGNED), None)
    if case.state in OPEN and instruction and instruction.text:
        lines.append(_("The supervision office writes: {text}", text=excerpt(instruction.text)))
    if case.state in OPEN and f.holder:
        lines.append(_("Signed in by {name}", name=f.holder.name))
    clock = DeadlineKind.ACCEPT if case.state is CaseState.ASSIGNED else DeadlineKind.ANSWER
    if (deadline := f.deadlines.get(clock)) and case.state in (CaseState.ASSIGNED, CaseState.ACCEPTED):
        ask = (
            _("Sign in by: {due}", due=due(deadline))
            if clock is DeadlineKind.ACCEPT
            else _("Answer by: {due}", due=due(deadline))
        )
        lines.append(ask)
    if f.request:
        until = Moment(f.request.until_at)
        lines.append(_("You have asked for more time, until {until}; the supervision office decides.", until=until))
    lines += _plan(f)
    if f.question and case.state in OPEN:
        lines.append(_("Waiting for the citizen to answer your question."))
    if f.appeals:
        lines.append(_("Your unit has appealed against the rating; the supervision office decides. Until then it counts."))
    return _card(f, Card.UNIT, lines, (*_rating_rows(ctx, f, viewer), *_unit_rows(ctx, f, viewer)))


def _rating_rows(ctx: Context, f: Facts, viewer: Sequence[Role]) -> Rows:
    """Offer what a unit can do about the rating itself: appeal, or answer by saying that it was changed."""
    if f.rating is None or f.rating.struck_at or not _deals(ctx, f, viewer):
        return ()
    is_better = f.rating.level is not Satisfaction.DISSATISFIED and f.case.state in (CaseState.ASSIGNED, CaseState.ACCEPTED)
    settle = ((act_button(_("Answer: the rating was changed"), "settle", f.case.id, f.case.version),),) if is_better else ()
    may_appeal = f.appeal is None and f.case.state in TRANSITIONS[Event.APPEAL][0]
    appeal = ((form_button(_("Appeal against the rating"), "appeal", f.case.id),),) if may_appeal else ()
    return (*settle, *appeal)


def _deals(ctx: Context, f: Facts, viewer: Sequence[Role]) -> bool:
    """Tell whether somebody is a head of the unit, or deals with the case there."""
    held = [role for role in viewer if role.unit == f.case.unit]
    hands = f.holder.hands(ctx.now) if f.holder else {role.id for role in held}
    return any(role.kind is RoleKind.HEAD or role.id in hands for role in held)


def left_card(case: Case) -> Outgoing:
    """Say of a case that it has left the unit, and nothing else."""
    left = _("Case {number} is not with your unit any more.", number=case.number)
    return Outgoing(lines=(left,), subject=case.id, card=Card.UNIT)


def _unit_rows(ctx: Context, f: Facts, viewer: Sequence[Role]) -> Rows:
    case, id, version = f.case, f.case.id, f.case.version
    contacts = {role.id for role in viewer if role.kind is RoleKind.CONTACT and role.unit == case.unit}
    timeline = screen_button(_("Timeline"), "timeline", id)
    if not contacts:
        return ((timeline,),)
    more = (timeline, *_reveal(case, CaseKind.MISCONDUCT))
    holds = f.holder is not None and not contacts.isdisjoint(f.holder.hands(ctx.now))
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


def _reveal(case: Case, *kinds: CaseKind) -> tuple[Button, ...]:
    """Offer to show who filed a case of these kinds, if they said so."""
    if case.named is None or case.kind not in kinds:
        return ()
    return (act_button(_("Who filed it"), "reveal", case.id, case.version),)


def office_card(ctx: Context, f: Facts, viewer: str | None = None) -> Outgoing:
    """Show a case to the supervision office; `viewer` is the person who looks, None for all of them."""
    case = f.case
    lines = [title(ctx, case), *_where(ctx, f), f.told(), *f.told_later(), *f.told_also(), _state(f)]
    if case.state is CaseState.TRIAGE and f.holder:
        lines.append(_("Taken by {name}", name=f.holder.name))
    for one in f.alike:
        lines.append(_("Like case {number}: {reasons}.", number=one.case.number, reasons=reasons(one.likeness)))
    if f.lead:
        lines.append(_("Merged into case {number}.", number=f.lead.case.number))
    returned = next((e for e in reversed(f.entries) if e.kind is EntryKind.RETURNED), None)
    again = next((e for e in reversed(f.entries) if e.kind is EntryKind.NOT_SOLVED), None)
    if case.state is CaseState.TRIAGE and returned and returned.round == case.round:
        lines.append(_("Returned by the unit: {text}", text=excerpt(returned.text)))
    if case.state is CaseState.TRIAGE and again and again.round == case.round:
        lines.append(_("Not solved for the second time: {text}", text=excerpt(again.text)))
    if case.unit:
        lines.append(_("Responsible: {unit}", unit=ctx.city.unit(case.unit)))
    if case.state in OPEN and (promise := f.deadlines.get(DeadlineKind.PROMISE)):
        lines.append(_("Promised by: {due}", due=due(promise)))
    if f.extended:
        lines.append(_("Answer by (extended): {due}", due=due(f.extended)))
    lines += _plan(f)
    if f.result and f.result.template and case.state in (CaseState.ANSWERED, CaseState.CLOSED):
        lines.append(_("Answered with a usual text only."))
    kinds = tuple(kind for kind in CaseKind if kind is not CaseKind.MISCONDUCT)
    more = (screen_button(_("Timeline"), "timeline", case.id), *_reveal(case, *kinds), *_release(case))
    rows = _office_rows(f, viewer)
    if f.request and f.reason:
        until, why = Moment(f.request.until_at), excerpt(f.reason.text)
        lines.append(_("The unit asks for more time, until {until}. The reason: {text}", until=until, text=why))
        turn_down = form_button(_("Refuse more time"), "refuse_extension", f"{case.id}:{f.reason.n}")
        if f.time_is_up(ctx):
            lines.append(_("The unit's time is up, so no more can be granted."))
            rows = ((turn_down,), *rows)
        else:
            rows = ((act_button(_("Grant more time"), "grant_extension", case.id, f.reason.n), turn_down), *rows)
    if f.appeals:
        lines.append(_("The unit appeals against the rating: {text}", text=excerpt(f.appeals.text)))
        strike = form_button(_("Grant: strike the rating"), "grant_appeal", case.id)
        rows = ((strike, form_button(_("Refuse the appeal"), "refuse_appeal", case.id)), *rows)
    return _card(f, Card.OFFICE, lines, (*rows, more))


def _office_rows(f: Facts, viewer: str | None) -> Rows:
    """Offer what the office can decide now; a case that a colleague has taken can only be taken over."""
    id, version = f.case.id, f.case.version
    merge = () if f.case.kind in APART else (form_button(_("Merge"), "merge", id),)
    match f.case.state:
        case CaseState.TRIAGE:
            if f.holder and f.holder.person != viewer:
                return ((act_button(_("Take it over"), "take", id, version),),)
            decide = (form_button(_("Assign a unit"), "assign", id), form_button(_("Refuse with a reason"), "refuse", id))
            take = act_button(_("Take it"), "take", id, version)
            back = act_button(_("Give it back"), "give_back", id, version)
            return (decide, (back if f.holder else take, *merge), *_merge_with(f))
        case CaseState.ASSIGNED:
            return ((form_button(_("Undo the assignment"), "unassign", id), *merge),)
        case CaseState.ACCEPTED:
            return (merge,) if merge else ()
        case CaseState.MERGED:
            return ((act_button(_("Undo the merging"), "unmerge", id, version),),)
        case CaseState.ANSWERED | CaseState.CLOSED:
            checked = () if f.verified else (act_button(_("Checked: solved"), "checked", id, version),)
            return ((*checked, form_button(_("Reopen"), "reopen", id)),)
        case _:
            return ()


def _merge_with(f: Facts) -> Rows:
    """Offer to merge a case at one press with each that is like it; the button carries that one's number."""
    return tuple(
        (
            act_button(
                _("Merge with {number}", number=one.case.number), "merge_with", f.case.id, int(one.case.number.replace("-", ""))
            ),
        )
        for one in f.alike
    )


def _release(case: Case) -> tuple[Button, ...]:
    """Offer to publish a case whose citizen agreed, and to take it back."""
    if case.released_at:
        return (
            form_button(_("Publish anew"), "release", case.id),
            act_button(_("Take off the board"), "revoke", case.id, case.version),
        )
    if case.publish_at and case.state in RELEASABLE:
        return (form_button(_("Publish"), "release", case.id),)
    return ()


def post_card(ctx: Context, case: Case, release: Release | None) -> Outgoing:
    """Show a case to the public as a post of the channel."""
    if release is None or case.released_at is None or case.state not in ON_BOARD:
        return Outgoing(lines=(_("Notice {number} has been taken back.", number=case.number),), subject=case.id, card=Card.POST)
    lines = [title(ctx, case)]
    lines += [_("Area: {area}", area=ctx.city.area(case.area))] if case.area else []
    lines.append(verbatim(release.problem))
    lines += [_("Responsible: {unit}", unit=ctx.city.unit(case.unit))] if case.unit else []
    lines.append(_("State: {state}", state=STATES[case.state]))
    if release.result and case.state in HAS_RESULT:
        lines.append(_("Result: {text}", text=release.result))
    rows = ((Button(_("Public board"), url=f"{ctx.public_url}/board"),),)
    return Outgoing(lines=tuple(lines), rows=rows, subject=case.id, card=Card.POST)


def _card(f: Facts, card: Card, lines: Sequence[Text], rows: Rows) -> Outgoing:
    return Outgoing(lines=tuple(lines), rows=rows, subject=f.case.id, card=card)


def _plan(f: Facts) -> list[Text]:
    if f.plan is None or f.case.state is not CaseState.ACCEPTED:
        return []
    return [_("The unit's plan: {text}", text=excerpt(f.plan.text))]


def _promised(ctx: Context, f: Facts) -> list[Text]:
    if f.case.state not in OPEN:
        return []
    if late := lateness(ctx, f):
        return [late]
    promise = f.deadlines.get(DeadlineKind.PROMISE)
    lines = [_("Promised by: {due}", due=due(promise))] if promise else []
    return [*lines, _("Answer by (extended): {due}", due=due(f.extended))] if f.extended else lines


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
    if f.case.kind is CaseKind.MISCONDUCT:
        return late
    return _("{late} The supervision office knows.", late=late)


def _not_granted(f: Facts) -> list[Text]:
    """Say to those who follow a case what a later date in its plan is worth."""
    if f.case.state is not CaseState.ACCEPTED:
        return []
    if f.request:
        until = Moment(f.request.until_at)
        return [
            _("The unit has asked for time until {until}. Until that is granted, the date you were promised holds.", until=until)
        ]
    if f.turned_down and f.plan:
        return [_("A later date was not granted to the unit: the date you were promised holds.")]
    return []


def due(deadline: Deadline) -> Text | Moment:
    """Give a due time, marked where the year's calendar is not out yet."""
    moment = Moment(deadline.due_at)
    return _("{due} (provisional: the year's holidays are not announced yet)", due=moment) if deadline.provisional else moment


def _state(f: Facts, at: datetime | None = None) -> Text:
    return _("State: {state} ({at})", state=STATES[f.case.state], at=Moment(at or f.case.changed_at))


def _when_for_unit(ctx: Context, case: Case) -> datetime:
    """Give since when a case stands as it does; of a rating that nobody has signed in yet, a unit learns the hour only."""
    is_fresh = case.kind is CaseKind.BAD_RATING and case.state is CaseState.ASSIGNED
    return hour_of(case.changed_at, ctx.city.city.zone) if is_fresh else case.changed_at


def _is_struck(f: Facts) -> bool:
    return f.rating is not None and f.rating.struck_at is not None


def _window(ctx: Context, f: Facts) -> list[Text]:
    """Say which window was rated, and how it is rated now if that was changed."""
    if f.rating is None:
        return []
    lines = [_("Window: {hall}, {window}", hall=ctx.city.hall(f.rating.hall), window=ctx.city.window(f.rating.window))]
    if any(entry.kind is EntryKind.RATING_CHANGED for entry in f.entries):
        lines.append(_("Rating changed by the citizen, now: {level}", level=LEVELS[f.rating.level]))
    return [*lines, _("This rating was struck and counts no more.")] if f.rating.struck_at else lines


def _where(ctx: Context, f: Facts) -> list[Text]:
    case = f.case
    if f.rating:
        return _window(ctx, f)
    lines = []
    if case.area:
        lines.append(_("Area: {area}", area=ctx.city.area(case.area)))
    if case.place:
        lines.append(_("Place: {place}", place=case.place))
    if case.lon_e6 is not None and case.lat_e6 is not None:
        lines.append(_("Coordinates: {lat}, {lon}", lat=f"{case.lat_e6 / 1e6:.5f}", lon=f"{case.lon_e6 / 1e6:.5f}"))
    return lines
