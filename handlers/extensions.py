"""More time for a unit: asking for it with a reason, and at the office granting or refusing it."""

from __future__ import annotations

from dataclasses import dataclass

from actions import extending
from actions.cards import marked, until
from actions.context import Context
from actions.facts import excerpt, facts
from actions.office_cards import office_card
from actions.record import state_after
from actions.unit_cards import unit_card
from dialog.outgoing import Outgoing, say
from dialog.play import Dialog
from dialog.questions import Option, Options
from dialog.subjects import Act, Refused, Reply, Screen, Subject, screen_button
from dialog.texts import Moment, Text, _, verbatim
from domain.cases import Event, Party
from handlers.case_form import case_form
from handlers.following import one_line
from handlers.unit_desk import may_work
from storage import cases, entries, extensions
from storage.cases import Case
from storage.entries import EntryKind
from storage.extensions import Extension

PAGE = 6
REASON = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """More time that is asked for; `rule` is the limit in all."""

    case: str
    rule: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnDown:
    """Why the request in text `n` of a case is refused."""

    case: str
    n: int
    reason: str


async def undecided(ctx: Context, after: str) -> Outgoing:
    """List the requests for more time that nobody has decided yet, the oldest first."""
    if not ctx.me.is_office:
        raise Refused(_("Only the supervision office can do this."))
    found = await extensions.undecided(ctx.tx, after or None, PAGE + 1)
    rows, lines = [], []
    for asked in found[:PAGE]:
        case = await cases.get(ctx.tx, asked.case)
        if case:
            rows.append((screen_button(await one_line(ctx, case), "office_case", case.id),))
            lines.append(await _wish(ctx, case, asked))
    if len(found) > PAGE:
        rows.append((screen_button(_("Newer ones"), "extensions", found[PAGE - 1].id),))
    rows.append((screen_button(_("My desk"), "desk"),))
    heading = _("These units ask for more time, the oldest request first:") if found else _("No unit asks for more time.")
    return say(heading, *lines, rows=tuple(rows))


async def _wish(ctx: Context, case: Case, asked: Extension) -> Text:
    """Say who asks for how much more time, and why."""
    reason = await entries.last_of(ctx.tx, case.number, (EntryKind.EXTENSION,))
    return _(
        "{number}, {unit}, until {until}: {reason}",
        number=case.number,
        unit=ctx.city.unit(asked.unit),
        until=until(ctx, asked),
        reason=excerpt(reason[1], REASON) if reason else "",
    )


async def extend(d: Dialog) -> Ask | None:
    """Ask until when, and why."""
    dates = await d.look("dates", later_dates, d.arg)
    rule = await d.choose("until", _("Until when do you need time to answer?"), dates, label=_("Date"))
    reason = await d.text(
        "reason",
        _("Why is more time needed? The supervision office and the citizen will read this."),
        label=_("Reason"),
        most=500,
    )
    date = next((option.label for option in dates if option.key == rule), verbatim(rule))
    sure = await d.confirm("sure", _("Ask the supervision office for more time?"), (date, verbatim(reason)), yes=_("Ask for it"))
    return Ask(case=d.arg, rule=rule, reason=reason) if sure else None


async def later_dates(ctx: Context, id: str) -> Options:
    """Offer the dates until which a unit can ask for more time; none where it can't."""
    case = await cases.get(ctx.tx, id)
    try:
        found = await extending.possible(ctx, case) if case else ()
    except Refused:
        return ()
    return tuple(
        Option(str(limit), Text("{due}", {"due": marked(Moment(due.at), provisional=due.provisional)})) for limit, due in found
    )


async def refuse(d: Dialog) -> TurnDown | None:
    """Ask for the reason that the unit and the citizen will read."""
    reason = await d.text(
        "reason", _("Why is there no more time? The unit and the citizen will read this."), label=_("Reason"), most=500
    )
    sure = await d.confirm("sure", _("Refuse more time for this reason?"), (verbatim(reason),), yes=_("Refuse more time"))
    id, n = _named(d.arg)
    return TurnDown(case=id, n=n, reason=reason) if sure else None


async def send(ctx: Context, asked: Ask) -> Reply:
    """Ask."""
    case = await extending.ask(ctx, asked.case, asked.rule, asked.reason)
    news = _("The supervision office has been asked for more time. Until it decides, the date stays as it is.")
    return Reply(messages=(unit_card(ctx, await facts(ctx, case), ctx.me.roles).with_passing_news(news),))


async def grant(ctx: Context, id: str, n: int) -> Reply:
    """Grant more time to a unit."""
    case = await extending.grant(ctx, id, n)
    return Reply(card=office_card(ctx, await facts(ctx, case)), note=_("Granted. The unit and the citizen have been told."))


async def turn_down(ctx: Context, refused: TurnDown) -> Reply:
    """Refuse."""
    case = await extending.refuse(ctx, refused.case, refused.n, refused.reason)
    return Reply(
        messages=(say(_("Case {number} gets no more time; the unit and the citizen have been told why.", number=case.number)),)
    )


async def may_ask(ctx: Context, id: str) -> None:
    """Let only whoever holds a case ask, and only while more time is possible."""
    await may_work(ctx, id)
    case = await cases.get(ctx.tx, id)
    if case is not None:
        await extending.possible(ctx, case)


async def may_decide(ctx: Context, arg: str) -> None:
    """Let only the office open the form, and only for a request that is still open."""
    id, n = _named(arg)
    case = await cases.get(ctx.tx, id)
    ctx.as_office(case)
    if case is not None:
        await extending.asked_in(ctx, case, n)
        state_after(case, Event.REFUSE_EXTENSION, Party.OFFICE)


def _named(arg: str) -> tuple[str, int]:
    """Read which request a form is about: the case, and the number of its text."""
    id, _colon, n = arg.partition(":")
    return id, int(n) if n.isdecimal() else 0


SUBJECT: Subject[Context] = Subject(
    screens=(Screen(name="extensions", view=undecided),),
    acts=(Act(name="grant_extension", do=grant),),
    forms=(
        case_form(name="extend", title=_("Asking for more time"), script=extend, then=send, may=may_ask),
        case_form(name="refuse_extension", title=_("Refusing more time"), script=refuse, then=turn_down, may=may_decide),
    ),
)
