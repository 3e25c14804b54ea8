"""The desk of staff in chat: what waits for them, and how to sign in on another device."""

from __future__ import annotations

from actions.context import Context
from actions.invitations import one_more_device
from dialog.outgoing import Button, Outgoing, say
from dialog.subjects import Act, Refused, Reply, Subject, act_button, screen_button
from dialog.texts import Secret, Text, _
from domain.cases import CaseState
from handlers import absence
from handlers.unit_windows import windows_of
from storage import cases, proposals, queues, workloads
from storage.queues import MANY, Queue
from storage.roles import RoleKind


async def desk(ctx: Context, arg: str) -> Outgoing:
    """Show what a person has to do in each of their roles."""
    if not ctx.me.roles:
        raise Refused(_("The desk is for staff. If you are staff, please ask the supervision office for a sign-in link."))
    lines: list[Text] = []
    rows: list[tuple[Button, ...]] = []
    if units := await ctx.deals_at():
        waiting = await cases.of_units(ctx.tx, units, None, MANY + 1, ctx.told_until)
        new = sum(case.state is CaseState.ASSIGNED for case in waiting)
        late = len(await workloads.most_urgent(ctx.tx, units, None, MANY + 1, ctx.told_until, late_at=ctx.now))
        counts = {"open": counted(len(waiting)), "new": counted(new), "late": counted(late)}
        lines.append(_("Your unit: {open} open, {new} of them not signed in; {late} late.", **counts))
        usual = (screen_button(_("Usual answers"), "templates"),) if ctx.me.units else ()
        rows.append((screen_button(_("Our cases"), "unit"), *usual))
    if windows_of(ctx, ctx.me.works_at):
        codes = (screen_button(_("Visit codes"), "tickets"),) if windows_of(ctx, ctx.me.units) else ()
        rows.append((*codes, screen_button(_("Our ratings"), "unit_ratings")))
    if ctx.me.is_office:
        lines += await _of_office(ctx)
        rows.append((screen_button(_("Waiting cases"), "office"), screen_button(_("Late ones"), "late")))
        rows.append((screen_button(_("Requests for more time"), "extensions"),))
        rows.append((screen_button(_("Weekly digest"), "digest"), screen_button(_("To publish"), "to_release")))
        if ctx.city.city.windows:
            rows.append((screen_button(_("Ratings to look at"), "oddities"), screen_button(_("Appeals"), "appeals")))
        rows.append((screen_button(_("Corrections"), "corrections"),))
        browser = Button(_("Desk in the browser"), url=f"{ctx.public_url}/desk")
        rows.append((screen_button(_("Accountability list"), "accountability"), browser))
    if ctx.me.role(RoleKind.HEAD):
        lines.append(_("You are signed in as head of your unit."))
        if alone := absence.named(ctx, [unit for unit in units if unit not in ctx.me.units]):
            lines.append(_("No contact is there at {units}: you sign in and answer its cases meanwhile.", units=alone))
        rows.append((screen_button(_("My unit"), "head"),))
    if away := absence.line(ctx):
        lines.append(away)
    rows.append((absence.button(ctx), screen_button(_("Bell"), "bell")))
    rows.append((act_button(_("Sign in on another device"), "device", "", 0), screen_button(_("Sign out"), "devices")))
    rows.append((screen_button(_("Menu"), "menu"),))
    return say(*lines, rows=tuple(rows))


async def _of_office(ctx: Context) -> list[Text]:
    """Say what waits for the office: what always does, and what is rare when there is some."""
    n = await queues.counts(ctx.tx, ctx.now, (Queue.TRIAGE, Queue.LATE, Queue.EXTENSIONS))
    lines = [
        _(
            "Supervision office: {waiting} waiting to be assigned, {late} late.",
            waiting=counted(n[Queue.TRIAGE]),
            late=counted(n[Queue.LATE]),
        )
    ]
    if asked := n[Queue.EXTENSIONS]:
        lines.append(_("Requests for more time: {n}.", n=counted(asked)))
    if proposed := await proposals.count(ctx.tx, MANY + 1):
        lines.append(_("Proposed for the accountability list: {n}.", n=counted(proposed)))
    return lines


async def device(ctx: Context, arg: str, version: int) -> Reply:
    """Give a link that signs this person in on another device."""
    code = await one_more_device(ctx)
    return Reply(
        messages=(
            say(
                _("Open this link on the other device within 15 minutes. It works once; do not pass it on:"),
                Text("{link}", {"link": Secret(f"{ctx.public_url}/in/{code}")}),
            ),
        )
    )


def counted(n: int) -> str:
    """Show a number that was counted up to a limit."""
    return f"{MANY}+" if n > MANY else str(n)


SUBJECT: Subject[Context] = Subject(acts=(Act(name="device", do=device),))
