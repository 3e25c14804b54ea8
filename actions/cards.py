"""Cards: what the views of a case share that citizens, contacts of the unit and the office get, each with its own buttons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from actions.context import Context
from actions.facts import Facts, excerpt
from actions.record import STATES
from dialog.outgoing import Button, Outgoing, Rows
from dialog.subjects import act_button, screen_button
from dialog.texts import Moment, Text, _
from domain.cases import CaseKind, CaseState, Satisfaction
from domain.limits import Limit
from storage.cases import Case
from storage.deadlines import Deadline
from storage.entries import EntryKind
from storage.extensions import Extension

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


def mine(ctx: Context) -> Text:
    """Name the menu's button that opens a citizen's own cases."""
    return _("My cases and ratings") if ctx.city.city.windows else _("My cases")


def due(deadline: Deadline) -> Text | Moment:
    """Give a due time, marked where the year's calendar is not out yet."""
    return marked(Moment(deadline.due_at), provisional=deadline.provisional)


def until(ctx: Context, asked: Extension) -> Text | Moment:
    """Give until when a unit asks for time, marked likewise."""
    day = asked.until_at.astimezone(ctx.city.city.zone).date()
    is_counted = Limit.parse(asked.rule).elapsed is None
    return marked(Moment(asked.until_at), provisional=is_counted and ctx.city.working_days.is_working(day).provisional)


def marked(moment: Moment, *, provisional: bool) -> Text | Moment:
    """Give a time that was reckoned, marked where it is provisional."""
    return _("{due} (provisional: the year's holidays are not announced yet)", due=moment) if provisional else moment


def on_board(ctx: Context, case: Case) -> str:
    """Give the address at which the public reads of a case, however it stands."""
    return f"{ctx.public_url}/board/case/{case.number}"


def is_urgent(ctx: Context, case: Case) -> bool:
    """Tell whether a case can't wait for the morning: it is of an urgent category, or to be answered within a day."""
    within = ctx.city.times(case.kind, case.category).answer.elapsed
    return ctx.city.city.is_urgent(case.category) or (within is not None and within <= timedelta(days=1))


def aloud(ctx: Context, case: Case) -> datetime:
    """Give the time from which something may be said aloud about a case: after the quiet hours, unless it is urgent."""
    return ctx.now if is_urgent(ctx, case) else ctx.city.after_quiet(ctx.now)


def unhurried(ctx: Context, case: Case) -> datetime:
    """Give the time from which staff may be reminded of a case: after quiet hours and days off, unless it is urgent."""
    return ctx.now if is_urgent(ctx, case) else ctx.city.at_work(ctx.now)


def card_of(ctx: Context, f: Facts, card: Card, lines: Sequence[Text], rows: Rows) -> Outgoing:
    """Put a card of this view together; in the quiet hours it comes silently, unless the case is urgent."""
    silent = aloud(ctx, f.case) > ctx.now
    return Outgoing(lines=tuple(lines), rows=rows, subject=f.case.id, card=card, silent=silent)


def plan_lines(f: Facts) -> list[Text]:
    """Say how the unit will put it right."""
    if f.plan is None or f.case.state is not CaseState.ACCEPTED:
        return []
    return [_("The unit's plan: {text}", text=excerpt(f.plan.text))]


def state_line(f: Facts, at: datetime | None = None) -> Text:
    """Say how the case stands, and since when."""
    return _("State: {state} ({at})", state=STATES[f.case.state], at=Moment(at or f.case.changed_at))


def window_lines(ctx: Context, f: Facts, *, own: bool = False) -> list[Text]:
    """Say which window was rated, and how it is rated now if that was changed; `own` to those whose rating it is."""
    if f.rating is None:
        return []
    lines = [_("Window: {hall}, {window}", hall=ctx.city.hall(f.rating.hall), window=ctx.city.window(f.rating.window))]
    if any(entry.kind is EntryKind.RATING_CHANGED for entry in f.entries):
        changed = _("You changed the rating, now: {level}") if own else _("Rating changed by the citizen, now: {level}")
        lines.append(Text(changed.id, {"level": LEVELS[f.rating.level]}))
    return [*lines, _("This rating was struck and counts no more.")] if f.rating.struck_at else lines


def where_lines(ctx: Context, f: Facts) -> list[Text]:
    """Say where it is, or which window it is about."""
    case = f.case
    if f.rating:
        return window_lines(ctx, f)
    lines = []
    if case.area:
        lines.append(_("Area: {area}", area=ctx.city.area(case.area)))
    if case.place:
        lines.append(_("Place: {place}", place=case.place))
    if case.lon_e6 is not None and case.lat_e6 is not None:
        lines.append(_("Coordinates: {lat}, {lon}", lat=f"{case.lat_e6 / 1e6:.5f}", lon=f"{case.lon_e6 / 1e6:.5f}"))
    return lines


def name_buttons(case: Case, *kinds: CaseKind) -> tuple[Button, ...]:
    """Offer to show who filed a case of these kinds, if they said so."""
    if case.named is None or case.kind not in kinds:
        return ()
    return (act_button(_("Who filed it"), "reveal", case.id, case.version),)


def history_buttons(f: Facts) -> tuple[Button, ...]:
    """Lead staff to all that happened, and to the files if any came."""
    timeline = screen_button(_("Timeline"), "timeline", f.case.id)
    return (timeline, screen_button(_("Photos and files"), "files", f.case.id)) if f.has_files else (timeline,)
