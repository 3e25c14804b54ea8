"""Cards for the supervision office, and posts for the public channel."""

from __future__ import annotations

from actions.cards import (
    Card,
    card_of,
    due,
    history_buttons,
    name_buttons,
    on_board,
    plan_lines,
    state_line,
    title,
    until,
    where_lines,
)
from actions.context import Context
from actions.facts import Facts, excerpt
from actions.likeness import APART, reasons
from actions.record import STATES
from actions.said import said
from dialog.outgoing import Button, Outgoing, Rows
from dialog.subjects import act_button, form_button
from dialog.texts import Text, _, verbatim
from domain.cases import HAS_RESULT, ON_BOARD, OPEN, TRANSITIONS, CaseKind, CaseState, Event
from storage.cases import Case
from storage.deadlines import DeadlineKind
from storage.entries import EntryKind
from storage.releases import Release

RELEASABLE = TRANSITIONS[Event.RELEASE][0]


def closed_card(case: Case) -> Outgoing:
    """Say of a case that one does not read it for the office any more, and nothing else."""
    closed = _("Case {number} is shown to the supervision office only.", number=case.number)
    return Outgoing(lines=(closed,), subject=case.id, card=Card.OFFICE)


def office_card(ctx: Context, f: Facts, viewer: str | None = None) -> Outgoing:
    """Show a case to the supervision office; `viewer` is the person who looks, None for all of them."""
    case = f.case
    lines = [title(ctx, case), *where_lines(ctx, f), *said(ctx, f), state_line(f)]
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
    if case.state is CaseState.TRIAGE and again and again.round == case.round and not again.erased:
        lines.append(_("Not solved for the second time: {text}", text=excerpt(again.text)))
    if f.suggested:
        units = tuple(Text("{unit}", {"unit": ctx.city.unit(unit)}) for unit in f.suggested)
        lines.append(_("It may belong to: {units}.", units=units))
    if case.unit:
        lines.append(_("Responsible: {unit}", unit=ctx.city.unit(case.unit)))
    if triage := f.deadlines.get(DeadlineKind.TRIAGE):
        lines.append(_("To be assigned by: {due}", due=due(triage)))
    if case.state in OPEN and (promise := f.deadlines.get(DeadlineKind.PROMISE)):
        lines.append(_("Promised by: {due}", due=due(promise)))
    if f.extended:
        lines.append(_("Answer by (extended): {due}", due=due(f.extended)))
    lines += plan_lines(f)
    if f.result and f.result.template and case.state in (CaseState.ANSWERED, CaseState.CLOSED):
        lines.append(_("Answered with a usual text only."))
    kinds = tuple(kind for kind in CaseKind if kind is not CaseKind.MISCONDUCT)
    more = (*history_buttons(f), *name_buttons(case, *kinds), *_release(case))
    rows = _office_rows(f, viewer)
    if f.request and f.reason:
        asked, why = until(ctx, f.request), excerpt(f.reason.text)
        lines.append(_("The unit asks for more time, until {until}. The reason: {text}", until=asked, text=why))
        turn_down = form_button(_("Refuse more time"), "refuse_extension", f"{case.id}:{f.reason.n}")
        if f.time_is_up(ctx):
            lines.append(_("The unit's time is up, so no more can be granted."))
            rows = ((turn_down,), *rows)
        else:
            rows = ((act_button(_("Grant more time"), "grant_extension", case.id, f.reason.n), turn_down), *rows)
    if f.open_appeal:
        lines.append(_("The unit appeals against the rating: {text}", text=excerpt(f.open_appeal.text)))
        strike = form_button(_("Grant: strike the rating"), "grant_appeal", case.id)
        rows = ((strike, form_button(_("Refuse the appeal"), "refuse_appeal", case.id)), *rows)
    return card_of(ctx, f, Card.OFFICE, lines, (*rows, more))


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
    may = case.publish_at is not None and case.state in RELEASABLE
    if not is_on_board(case):
        return (form_button(_("Publish"), "release", case.id),) if may else ()
    again = (form_button(_("Publish anew"), "release", case.id),) if may else ()
    return (*again, act_button(_("Take off the board"), "revoke", case.id, case.version))


def is_on_board(case: Case) -> bool:
    """Tell whether the public reads of a case now."""
    return case.released_at is not None and case.state in ON_BOARD


def post_card(ctx: Context, case: Case, release: Release | None) -> Outgoing:
    """Show a case to the public as a post of the channel."""
    if release is None or not is_on_board(case):
        return Outgoing(lines=(_("Notice {number} has been taken back.", number=case.number),), subject=case.id, card=Card.POST)
    lines = [title(ctx, case)]
    lines += [_("Area: {area}", area=ctx.city.area(case.area))] if case.area else []
    lines.append(verbatim(release.words.problem))
    lines += [_("Responsible: {unit}", unit=ctx.city.unit(case.unit))] if case.unit else []
    lines.append(_("State: {state}", state=STATES[case.state]))
    if release.words.result and release.round == case.round and case.state in HAS_RESULT:
        lines.append(_("Result: {text}", text=release.words.result))
    rows = ((Button(_("Public board"), url=on_board(ctx, case)),),)
    return Outgoing(lines=tuple(lines), rows=rows, subject=case.id, card=Card.POST)
