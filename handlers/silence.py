"""Cases that silence closed: how many, and five of last week's that the office rings up."""

from __future__ import annotations

from datetime import UTC, datetime, time

from actions.checking import sample
from actions.context import Context
from actions.facts import facts
from dialog.outgoing import Button, Outgoing, say
from dialog.subjects import Screen, Subject, act_button, form_button, screen_button
from dialog.texts import Text, _
from domain.cases import CaseState
from handlers.following import one_line
from storage import cases, deadlines
from storage.cases import Case
from storage.queues import MANY


async def silent(ctx: Context, arg: str) -> Outgoing:
    """Show how many cases silence has closed, and the five of last week to be called back."""
    ctx.as_office()
    today = ctx.now.astimezone(ctx.city.city.zone).date()
    month = datetime.combine(today.replace(day=1), time(), ctx.city.city.zone).astimezone(UTC)
    closed = await deadlines.count_closed_by_silence(ctx.tx, month, MANY)
    lines: list[Text] = [_("Closed by silence this month: {count}", count=f"{MANY}+" if closed > MANY else closed)]
    rows: list[tuple[Button, ...]] = []
    for id in await sample(ctx):
        case = await cases.get(ctx.tx, id)
        if case:
            rows += await _rows(ctx, case)
    lines.append(_("To be called back, of last week's:") if rows else _("Last week silence closed no case."))
    rows.append((screen_button(_("Waiting cases"), "office"), screen_button(_("My desk"), "desk")))
    return say(*lines, rows=tuple(rows))


async def _rows(ctx: Context, case: Case) -> list[tuple[Button, ...]]:
    if case.state is not CaseState.CLOSED or (await facts(ctx, case)).verified:
        return [(screen_button(_("Called: {case}", case=await one_line(ctx, case)), "office_case", case.id),)]
    return [
        (screen_button(await one_line(ctx, case), "office_case", case.id),),
        (
            act_button(_("Called: solved"), "checked", case.id, case.version),
            form_button(_("Called: not solved"), "reopen", case.id),
        ),
    ]


SUBJECT: Subject[Context] = Subject(screens=(Screen(name="silent", view=silent),))
