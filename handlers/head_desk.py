"""What a unit's head sees: what is late, what the contacts do, how the year goes. Heads look on while contacts are there."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from actions.context import Context
from dialog.outgoing import Outgoing, say
from dialog.subjects import Refused, Screen, Subject, screen_button
from dialog.texts import Text, _, verbatim
from handlers.unit_desk import PAGE, waiting_rows
from storage import cursors, roles, workloads
from storage.roles import RoleKind
from storage.workloads import Load, Year

LATELY = timedelta(days=30)


async def unit(ctx: Context, arg: str) -> Outgoing:
    """Show a head how their units do, contact by contact, and this year's numbers."""
    _heads_only(ctx)
    lines: list[Text] = []
    for code in ctx.me.headed:
        lines += await _unit(ctx, code)
    return say(*lines, rows=((screen_button(_("What is late"), "head_late"),), (screen_button(_("My desk"), "desk"),)))


async def late(ctx: Context, after: str) -> Outgoing:
    """List what is late at a head's units, the longest first."""
    _heads_only(ctx)
    found = await workloads.most_urgent(ctx.tx, ctx.me.headed, cursors.read(after), PAGE + 1, ctx.told_until, late_at=ctx.now)
    rows = await waiting_rows(ctx, found[:PAGE], "case")
    if len(found) > PAGE:
        rows.append((screen_button(_("Less urgent ones"), "head_late", cursors.write(found[PAGE - 1].cursor)),))
    rows.append((screen_button(_("My unit"), "head"),))
    return say(_("Late at your unit, the longest first:") if found else _("Nothing is late at your unit."), rows=tuple(rows))


async def _unit(ctx: Context, code: str) -> list[Text]:
    zone = ctx.city.city.zone
    today = ctx.now.astimezone(zone).date()
    loads = {load.holder: load for load in await workloads.loads(ctx.tx, code, ctx.now, ctx.now, ctx.told_until)}
    answered = await workloads.answered(ctx.tx, code, ctx.now - LATELY)
    lines: list[Text] = [_("{unit}:", unit=ctx.city.unit(code))]
    heads = [role for role in await roles.of_unit(ctx.tx, code, RoleKind.HEAD) if role.id in loads or role.id in answered]
    for role in (*await roles.of_unit(ctx.tx, code), *heads):
        load = loads.get(role.id, Load(holder=role.id, open=0, late=0, today=0))
        name = _("{name} (away)", name=role.name) if role.is_away(ctx.now) else verbatim(role.name)
        lines.append(
            _(
                "{name}: {open} open, {late} late, {answered} answered in the last 30 days",
                name=name,
                open=load.open,
                late=load.late,
                answered=answered.get(role.id, 0),
            )
        )
    if new := loads.get(None):
        lines.append(_("Not signed in by anybody: {open} open, {late} late", open=new.open, late=new.late))
    begin = datetime.combine(today.replace(month=1, day=1), time(), zone).astimezone(UTC)
    return [*lines, *_year(await workloads.year(ctx.tx, code, begin, ctx.now, ctx.told_until))]


def _year(year: Year) -> tuple[Text, ...]:
    return (
        _("Cases of this year: {received} received, {answered} answered", received=year.received, answered=year.answered),
        _("Answers of this year in time, of those due: {share}", share=_share(year.on_time, year.due)),
        _("Reopened: {reopened}; each time one more answer is due", reopened=year.reopened),
        _("Satisfied: {share}", share=_share(year.satisfied, year.rated)),
    )


def _share(part: int, whole: int) -> Text:
    if not whole:
        return _("none yet")
    return _("{part} of {whole} ({percent}%)", part=part, whole=whole, percent=round(100 * part / whole))


def _heads_only(ctx: Context) -> None:
    if not ctx.me.headed:
        raise Refused(_("This is for the head of a unit."))


SUBJECT: Subject[Context] = Subject(screens=(Screen(name="head", view=unit), Screen(name="head_late", view=late)))
