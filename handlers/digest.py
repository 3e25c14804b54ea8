"""What the supervision office reads about a week: the digest, unit by unit, what is late, what the program put aside."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from actions import digest, digest_ratings, kept_digests
from actions.context import Context
from dialog.outgoing import Button, Outgoing, say
from dialog.subjects import Refused, Screen, Subject, screen_button
from dialog.texts import Moment, Text, _, verbatim
from domain.weeks import Week
from storage import cases, cursors, deadlines, figures, parked
from storage.deadlines import Deadline, DeadlineKind
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
    """List what a unit should have signed in or answered, or the office assigned, a case once, the longest overdue first."""
    ctx.as_office()
    found = await deadlines.late(ctx.tx, cursors.read(after), PAGE + 1, ctx.now)
    rows = [await _overdue(ctx, deadline) for deadline in found[:PAGE]]
    if len(found) > PAGE:
        rows.append((screen_button(_("Next ones"), "late", cursors.write(found[PAGE - 1].cursor)),))
    rows.append((screen_button(_("My desk"), "desk"),))
    heading = _("Late, not signed in or not answered, the longest overdue first:")
    return say(heading if found else _("No case is late."), rows=tuple(rows))


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

    A week may be called by its name, by any of its days, or "last week". Raises Refused for one that can't be shown.
    """
    zone = ctx.city.city.zone
    running = Week.of(ctx.now, zone)
    last = running.before()
    first = await figures.first_filed_at(ctx.tx)
    if not name:
        return running if first is None or last.end <= first else last
    try:
        week = Week.called(name, ctx.now, zone)
    except ValueError:
        example = {"week": last.name, "day": last.monday.isoformat()}
        raise Refused(_("There is no such week. Please name one like {week}, or a day in it like {day}.", **example)) from None
    if week.end <= last.begin and (first is None or week.end <= first):
        raise Refused(_("Nothing had been filed yet in week {number} of {year}.", number=week.number, year=week.year))
    return week


def _unit(ctx: Context, unit: UnitFigures) -> Text:
    new = _("{first} ({again} more came again)", first=unit.first, again=unit.again) if unit.again else verbatim(str(unit.new))
    line = _(
        "{unit}: new {new}, closed {closed}, on time {on_time}, late {late}, still late {still_late}, returned {returned}",
        unit=ctx.city.unit(unit.unit),
        new=new,
        closed=unit.solved + unit.silent,
        on_time=unit.on_time,
        late=unit.late,
        still_late=unit.still_late,
        returned=unit.returned,
    )
    if unit.sign_ins_late:
        return _("{line}, late to sign in {late}, still not signed in {n}", line=line, late=unit.sign_ins_late, n=unit.unsigned)
    return line


async def _overdue(ctx: Context, deadline: Deadline) -> tuple[Button, ...]:
    case = await cases.get(ctx.tx, deadline.case)
    number = case.number if case else ""
    unit = ctx.city.unit(deadline.unit) if deadline.unit else _("to be assigned")
    days = (ctx.now - deadline.due_at) // timedelta(days=1)
    named: dict[str, Any] = {"number": number, "unit": unit}
    match deadline.kind is DeadlineKind.ACCEPT, days > 1:
        case True, True:
            label = _("{number} {unit}: sign-in {days} days late", days=days, **named)
        case True, False:
            label = _("{number} {unit}: sign-in due {due}", due=Moment(deadline.due_at), **named)
        case False, True:
            label = _("{number} {unit}: {days} days late", days=days, **named)
        case _other:
            label = _("{number} {unit}: due {due}", due=Moment(deadline.due_at), **named)
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
