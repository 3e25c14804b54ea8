"""A unit's plan: measures, target, who is responsible, and by when."""

from __future__ import annotations

from actions import planning
from actions.cards import marked
from actions.context import Context
from actions.facts import facts
from actions.planning import MakePlan
from actions.unit_cards import unit_card
from dialog.play import Dialog
from dialog.questions import Option, Options
from dialog.subjects import Refused, Reply, Subject
from dialog.texts import Moment, _, verbatim
from handlers.case_form import case_form
from handlers.extensions import later_dates
from handlers.unit_desk import may_work
from storage import cases

BY_DEADLINE = "deadline"


async def plan(d: Dialog) -> MakePlan | None:
    """Ask for everything that makes a plan."""
    measures = await d.text("measures", _("What will be done?"), label=_("Measures"), most=1000)
    target = await d.text("target", _("What will be reached by it?"), label=_("Target"), most=500)
    responsible = await d.text(
        "responsible", _("Who is responsible? A post or a name; the citizen will read it."), label=_("Responsible"), most=100
    )
    dates = await d.look("dates", dates_of, d.arg)
    until = await d.choose("until", _("By when?"), dates, label=_("Date"))
    reason = ""
    if until != BY_DEADLINE:
        reason = await d.text(
            "reason",
            _("Why is more time needed? The supervision office and the citizen will read this."),
            label=_("Reason"),
            most=500,
        )
    date = next((option.label for option in dates if option.key == until), verbatim(until))
    summary = (
        _("Measures: {text}", text=measures),
        _("Target: {text}", text=target),
        _("Responsible: {text}", text=responsible),
        date,
    )
    why = (_("Reason: {text}", text=reason),) if reason else ()
    sure = await d.confirm(
        "sure",
        _("The citizen will read this plan, and so will the public once the office releases it. Send it?"),
        (*summary, *why),
    )
    if not sure:
        return None
    rule = None if until == BY_DEADLINE else until
    return MakePlan(case=d.arg, measures=measures, target=target, responsible=responsible, rule=rule, reason=reason)


async def dates_of(ctx: Context, id: str) -> Options:
    """Offer the deadline, and later dates, for which more time has to be asked for."""
    case = await cases.get(ctx.tx, id)
    try:
        first = (await planning.deadline(ctx, case),) if case else ()
    except Refused:
        first = ()
    later = await later_dates(ctx, id)
    return (
        *(
            Option(BY_DEADLINE, _("By the deadline, {due}", due=marked(Moment(due.at), provisional=due.provisional)))
            for due in first
        ),
        *(Option(option.key, _("Later: {due} (asks for more time)", due=option.label)) for option in later),
    )


async def make(ctx: Context, command: MakePlan) -> Reply:
    """Make the plan."""
    case = await planning.plan(ctx, command)
    news = _("Thank you. The citizen has been told of your plan.")
    if command.rule:
        news = _("Thank you. The citizen has been told of your plan, and the supervision office decides on the later date.")
    return Reply(messages=(unit_card(ctx, await facts(ctx, case), ctx.me.roles).with_passing_news(news),))


async def may_plan(ctx: Context, id: str) -> None:
    """Let only whoever holds a case plan, and only while there is a date to keep."""
    await may_work(ctx, id)
    case = await cases.get(ctx.tx, id)
    if case is not None:
        await planning.deadline(ctx, case)


SUBJECT: Subject[Context] = Subject(
    forms=(case_form(name="plan", title=_("Making a plan"), script=plan, then=make, may=may_plan),)
)
