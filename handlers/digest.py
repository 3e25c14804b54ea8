"""What the supervision office reads about a week: the digest, unit by unit, what is late, what the program put aside."""

from __future__ import annotations

from datetime import timedelta

from actions import digest, digest_ratings, kept_digests
from actions.context import Context
from dialog.outgoing import Button, Outgoing, say
from dialog.subjects import Refused, Screen, Subject, screen_button
from dialog.texts import Moment, Text, _
from domain.weeks import Week
from storage import cases, cursors, deadlines, figures, parked
from storage.deadlines import Deadline
from storage.figures import UnitFigures

PAGE = 6
UNITS = 12


async def show(ctx: Context, week: str) -> Outgoing:
    """Show the digest of a week: without a name of the last one, or of the running one if nothing had been filed before."""
    ctx.as_office()
    return await digest.message(ctx, await week_named(ctx, week))


async def units(ctx: Context, arg: str) -> Outgoing:
    """List what each unit got and did in a week; `arg` is the week and how many units come before."""
    ctx.as_office()
    name, _colon, skipped = arg.partition(":")
    week = await week_named(ctx, name)
    begin = int(skipped) if skipped.isdecimal() else 0
    found = (await kept_digests.make(ctx, week)).figures.units
    rows: list[tuple[Button, ...]] = []
    if begin + UNITS < len(found):
        rows.append((screen_button(_("More units"), "digest_units", f"{week.name}:{begin + UNITS}"),))
    rows.append((screen_button(_("The week's digest"), "digest", week.name),))
    heading = (
        _("Week {number} of {year}, unit by unit:", number=week.number, year=week.year)
        if found
        else _("No unit had anything to do in week {number} of {year}.", number=week.number, year=week.year)
    )
    return say(heading, *(_unit(ctx, unit) for unit in found[begin : begin + UNITS]), rows=tuple(rows))


async def ratings(ctx: Context, arg: str) -> Outgoing:
    """Show what windows were rated in a week, in words and as a picture."""
    ctx.as_office()
    week = await week_named(ctx, arg)
    kept = (await kept_digests.make(ctx, week)).ratings
    lines = digest_ratings.lines(ctx, kept) if kept else ()
    back = ((screen_button(_("The week's digest"), "digest", week.name),),)
    if kept is None or not lines:
        return say(_("No window was rated in week {number} of {year}.", number=week.number, year=week.year), rows=back)
    return say(
        _("Week {number} of {year}, ratings:", number=week.number, year=week.year),
        *lines,
        rows=back,
        chart=digest_ratings.chart(ctx, kept),
    )


async def late(ctx: Context, after: str) -> Outgoing:
    """List the cases that should have been answered, by a unit or before a unit was found, the longest overdue first."""
    ctx.as_office()
    found = await deadlines.late(ctx.tx, cursors.read(after), PAGE + 1, ctx.now)
    rows = [await _overdue(ctx, deadline) for deadline in found[:PAGE]]
    if len(found) > PAGE:
        rows.append((screen_button(_("Next ones"), "late", cursors.write(found[PAGE - 1].cursor)),))
    rows.append((screen_button(_("My desk"), "desk"),))
    return say(_("Late and not answered, the longest overdue first:") if found else _("No case is late."), rows=tuple(rows))


async def put_aside(ctx: Context, arg: str) -> Outgoing:
    """Count what the program could not deal with."""
    ctx.as_office()
    now = await parked.count(ctx.tx)
    if not now.total:
        return say(_("Nothing is put aside."), rows=((screen_button(_("My desk"), "desk"),),))
    return say(
        _("Messages that could not be dealt with: {count}", count=now.came),
        _("Messages that could not be delivered: {count}", count=now.undelivered),
        _("Deadlines of which nobody is reminded: {count}", count=now.deadlines),
        _("Please ask whoever runs the program to look at them: huiyin parked"),
        rows=((screen_button(_("My desk"), "desk"),),),
    )


async def week_named(ctx: Context, name: str) -> Week:
    """Read which week is meant: without a name the last one, or the running one in which the first case was filed.

    Raises Refused for one that can't be shown.
    """
    zone = ctx.city.city.zone
    running = Week.of(ctx.now, zone)
    last = running.before()
    first = await figures.first_filed_at(ctx.tx)
    if not name:
        return running if first is None or last.end <= first else last
    try:
        week = Week.read(name, zone)
    except ValueError:
        raise Refused(_("There is no such week. A week is written like this: {week}", week=last.name)) from None
    if week.end <= last.begin and (first is None or week.end <= first):
        raise Refused(_("Nothing had been filed yet in week {number} of {year}.", number=week.number, year=week.year))
    return week


def _unit(ctx: Context, unit: UnitFigures) -> Text:
    return _(
        "{unit}: new {new}, closed {closed}, on time {on_time}, late {late}, still late {still_late}, returned {returned}",
        unit=ctx.city.unit(unit.unit),
        new=unit.new,
        closed=unit.solved + unit.silent,
        on_time=unit.on_time,
        late=unit.late,
        still_late=unit.still_late,
        returned=unit.returned,
    )


async def _overdue(ctx: Context, deadline: Deadline) -> tuple[Button, ...]:
    case = await cases.get(ctx.tx, deadline.case)
    number = case.number if case else ""
    unit = ctx.city.unit(deadline.unit) if deadline.unit else _("to be assigned")
    days = (ctx.now - deadline.due_at) // timedelta(days=1)
    label = (
        _("{number} {unit}: {days} days late", number=number, unit=unit, days=days)
        if days > 1
        else _("{number} {unit}: due {due}", number=number, unit=unit, due=Moment(deadline.due_at))
    )
    return (screen_button(label, "office_case", deadline.case),)


SUBJECT: Subject[Context] = Subject(
    screens=(
        Screen(name="digest", view=show, commands=("digest",)),
        Screen(name="digest_units", view=units),
        Screen(name="digest_ratings", view=ratings),
        Screen(name="late", view=late),
        Screen(name="parked", view=put_aside),
    )
)
