"""The supervision office's queue: what waits to be assigned, the first due first, and who has taken it."""

from __future__ import annotations

from dataclasses import replace

from actions import triage
from actions.cards import due
from actions.context import Context
from actions.facts import facts_for_office
from actions.office_cards import office_card
from dialog.outgoing import Button, Outgoing, say
from dialog.subjects import Act, Refused, Reply, Screen, Subject, form_button, screen_button
from dialog.texts import Text, _
from storage import cases, cursors, deadlines, roles
from storage.cases import Case
from storage.deadlines import Deadline

PAGE = 6


async def queue(ctx: Context, after: str) -> Outgoing:
    """List the cases that wait to be assigned, the first due first."""
    ctx.as_office()
    found = await deadlines.unassigned(ctx.tx, cursors.read(after), PAGE + 1)
    rows: list[tuple[Button, ...]] = []
    for deadline, case in found[:PAGE]:
        rows.append((screen_button(await _line(ctx, deadline, case), "office_case", case.id),))
    if len(found) > PAGE:
        last, _case = found[PAGE - 1]
        rows.append((screen_button(_("Later ones"), "office", cursors.write(last.cursor)),))
    rows.append((screen_button(_("Units and staff"), "staff"), screen_button(_("Closed by silence"), "silent")))
    rows.append((form_button(_("File for somebody"), "file_for"), screen_button(_("My desk"), "desk")))
    confidential = await cases.count_confidential(ctx.tx)
    return say(
        _("Waiting to be assigned, the most urgent first:") if found else _("No case is waiting to be assigned."),
        _("Misconduct reports with the discipline teams: {count}", count=confidential),
        rows=tuple(rows),
    )


async def show(ctx: Context, id: str) -> Outgoing:
    """Show one case to the office."""
    case = await cases.get(ctx.tx, id)
    if case is None:
        raise Refused(_("We can't find this case. Please open it again from your list: /desk"))
    ctx.as_office(case)
    f = await facts_for_office(ctx, case)
    return replace(office_card(ctx, f, ctx.me.person), files=f.citizens_files)


async def take(ctx: Context, id: str, version: int) -> Reply:
    """Take a waiting case, or take it over from a colleague."""
    await triage.take(ctx, id, version)
    return Reply(note=_("Taken. Your colleagues see that it is yours."))


async def give_back(ctx: Context, id: str, version: int) -> Reply:
    """Give a case that was taken back to the whole office."""
    await triage.give_back(ctx, id)
    return Reply(note=_("Given back."))


async def _line(ctx: Context, deadline: Deadline, case: Case) -> Text:
    category = ctx.city.category(case.category)
    holder = await roles.held(ctx.tx, case.holder) if case.holder else None
    if holder:
        return _("{number} {category}, taken by {name}", number=case.number, category=category, name=holder.name)
    return _("{number} {category}, by {due}", number=case.number, category=category, due=due(deadline))


SUBJECT: Subject[Context] = Subject(
    screens=(Screen(name="office", view=queue), Screen(name="office_case", view=show)),
    acts=(Act(name="take", do=take), Act(name="give_back", do=give_back)),
)
