"""The weekly digest in the words that a tired leader reads, with a picture, and its way to everybody at the office."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from actions import digest_ratings, kept_digests
from actions.context import Context
from actions.hot_issues import HotIssue
from actions.kept_digests import Digest
from actions.notices import tell_office
from dialog.chart import Chart
from dialog.outgoing import Button, Outgoing, say
from dialog.subjects import screen_button
from dialog.texts import Moment, Text, _, verbatim
from domain.weeks import Week
from storage import figures, job_runs
from storage.figures import Figures, OldCase, UnitFigures

NAMED = 2
HASH_SHOWN = 12
A_DAY = timedelta(days=1)
BUTTONS: tuple[tuple[Text, str], ...] = (
    (_("Waiting to be assigned"), "office"),
    (_("Requests for more time"), "extensions"),
    (_("Late ones"), "late"),
    (_("Put aside"), "parked"),
)
"""What needs a decision: labels, and the screens that they show."""


async def look(ctx: Context, week: Week) -> tuple[Digest, Sequence[Text]]:
    """Give the digest of a week, and what it says, as it was kept or else as it counts now; keeps nothing.

    Raises Refused for a week that has not begun.
    """
    digest = await kept_digests.kept(ctx, week) or await kept_digests.count(ctx, week, aside=True)
    before, earlier = None, await week_before(ctx, week)
    if earlier and week.end <= ctx.now:
        kept = await kept_digests.kept(ctx, earlier)
        before = kept.figures if kept else await figures.count(ctx.tx, earlier.begin, earlier.end)
    return digest, _paragraphs(ctx, week, digest, before)


async def week_before(ctx: Context, week: Week) -> Week | None:
    """Give the week before, None if nothing had been filed in it or earlier."""
    first = await figures.first_filed_at(ctx.tx)
    return week.before() if first is not None and first < week.begin else None


async def message(ctx: Context, week: Week) -> Outgoing:
    """Write the digest of a week: ten lines, a picture, and buttons for what needs a decision.

    A finished week is compared with the one before.
    """
    digest = await kept_digests.make(ctx, week)
    earlier = await week_before(ctx, week)
    before = (await kept_digests.make(ctx, earlier)).figures if earlier and week.end <= ctx.now else None
    decide = [screen_button(label, screen) for label, screen in BUTTONS]
    rows: list[tuple[Button, ...]] = [tuple(decide[:2]), tuple(decide[2:])]
    parts = [screen_button(_("Unit by unit"), "digest_units", week.name)]
    if digest.ratings and digest.ratings.windows:
        parts.append(screen_button(_("Window ratings"), "digest_ratings", week.name))
    rows.append(tuple(parts))
    others: list[Button] = []
    if earlier:
        others.append(screen_button(_("Week before"), "digest", earlier.name))
    if week.after().end <= ctx.now:
        others.append(screen_button(_("Week after"), "digest", week.after().name))
    elif week.end <= ctx.now:
        others.append(screen_button(_("This week so far"), "digest", week.after().name))
    return say(
        *_paragraphs(ctx, week, digest, before),
        rows=(*rows, tuple(others)) if others else tuple(rows),
        chart=_chart(ctx, digest.figures),
    )


async def prepare(ctx: Context) -> Callable[[Context], Awaitable[None]]:
    """Count what last week's digest says as far as nobody has, while others write; give what keeps and sends it."""
    last = Week.of(ctx.now, ctx.city.city.zone).before()
    earlier = await week_before(ctx, last)
    weeks = [week for week in (earlier, last) if week and await kept_digests.kept(ctx, week) is None]
    counted = [(week, await kept_digests.count(ctx, week, aside=True)) for week in weeks]

    async def keep_and_send(ctx: Context) -> None:
        for week, digest in counted:
            if await kept_digests.kept(ctx, week) is None:
                await kept_digests.keep(ctx, week, digest)
        await send(ctx)

    return keep_and_send


async def send(ctx: Context) -> None:
    """Tell everybody at the office last week's digest, after the quiet hours.

    A week is told once, also if the city moves the time of its digests.
    """
    week = Week.of(ctx.now, ctx.city.city.zone).before()
    if await job_runs.take(ctx.tx, "digest_of_week", week.begin, ctx.now, ctx.now):
        await tell_office(ctx, await message(ctx, week), ctx.city.after_quiet(ctx.now))
        await job_runs.finish(ctx.tx, "digest_of_week", week.begin, ctx.now)


def worst(units: Sequence[UnitFigures]) -> Sequence[UnitFigures]:
    """Give the units that were late to answer, answered or not, those most often so first."""
    late = [unit for unit in units if _times_late(unit)]
    return sorted(late, key=lambda unit: (-_times_late(unit), unit.on_time, unit.unit))


def best(units: Sequence[UnitFigures]) -> Sequence[UnitFigures]:
    """Give the units that answered most, equally often, of those that were never late, neither to answer nor to sign in."""
    prompt = [unit for unit in units if unit.on_time and not _times_late(unit) and not unit.sign_ins_late]
    most = max((unit.on_time for unit in prompt), default=0)
    return sorted((unit for unit in prompt if unit.on_time == most), key=lambda unit: unit.unit)


def _times_late(unit: UnitFigures) -> int:
    """Count each time once that was over at some moment of the week: whether it was so before, and whether it has ended since."""
    return unit.late_ended + unit.caught_up + unit.still_late


def _paragraphs(ctx: Context, week: Week, digest: Digest, before: Figures | None) -> tuple[Text, ...]:
    now, late, praised = digest.figures, worst(digest.figures.units), best(digest.figures.units)

    def compared(count: Callable[[Figures], int]) -> Text:
        """Show a number, and how it differs from the week before."""
        if before is None:
            return verbatim(str(count(now)))
        change = count(now) - count(before)
        return _("{now} ({change})", now=count(now), change=f"{change:+}" if change else "±0")

    seal = _("Seal of the ledger: no. {n}, {hash}", n=digest.seal[0], hash=digest.seal[1][:HASH_SHOWN]) if digest.seal else None
    answers = _(
        "Answers given or due: {on_time} in time, {late} late.",
        on_time=compared(lambda week: week.on_time),
        late=compared(lambda week: week.late),
    )
    if now.caught_up:
        answers = _("{answers} Given to what was late from before: {count}.", answers=answers, count=now.caught_up)
    owed, waiting = compared(lambda week: week.unanswered), now.late_at_office
    happened = [
        _(
            "Filed: {filed}. Closed: {closed}, {silent} of them unconfirmed and {struck} with a rating that was struck."
            " Withdrawn, refused or merged: {other}.",
            filed=compared(lambda week: week.filed),
            closed=compared(lambda week: week.closed),
            silent=now.silent,
            struck=now.struck,
            other=now.withdrawn + now.refused + now.merged,
        ),
        answers,
        _("Late and not answered: {count}, {waiting} of them with the office to be assigned.", count=owed, waiting=waiting)
        if now.half_within is None
        else _(
            "Late and not answered: {count}, {waiting} of them with the office to be assigned. Half of the answers came within"
            " {time} of filing.",
            count=owed,
            waiting=waiting,
            time=_length(now.half_within),
        ),
    ]
    who: list[Text] = []
    if late:
        counts = [(_times_late(unit), ctx.city.unit(unit.unit)) for unit in late]
        named = _named([(n, _("{unit} ({count} late)", unit=name, count=n)) for n, name in counts])
        who.append(_("Late most often: {units}.", units=named))
    if now.sign_ins_late:
        who.append(_sign_ins_late(ctx, now))
    if not who:
        who.append(_("No unit was late.") if praised else _("No unit had an answer due."))
    if praised:
        most = praised[0].on_time
        named = _named([(most, Text("{unit}", {"unit": ctx.city.unit(unit.unit)})) for unit in praised])
        who.append(_("Answered most ({count}) with none late: {units}.", units=named, count=most))
    matters = [
        _(
            "Came to the office to be assigned: {unroutable}. Returned by units: {returned}. Taken back by the office:"
            " {reassigned}.",
            unroutable=compared(lambda week: week.unroutable),
            returned=now.returned,
            reassigned=now.reassigned,
        ),
        _(
            "Misconduct reports, with the discipline teams only: {count}. Put aside by the program: {parked}.",
            count=now.misconduct,
            parked=digest.parked,
        ),
    ]
    until = min(week.end, ctx.now)
    if now.oldest:
        matters.insert(1, _("Open longest: {cases}.", cases=tuple(_old(ctx, until, case) for case in now.oldest)))
    rated = digest_ratings.lines(ctx, digest.ratings) if digest.ratings else ()
    hot = [_("Reported by several people this week:"), *(_issue(ctx, issue) for issue in digest.issues)] if digest.issues else []
    told = [happened, who, matters, *([rated] if rated else []), *([hot] if hot else [])]
    return (_heading(ctx, week), *(_together(lines) for lines in told), *([seal] if seal else []))


def _sign_ins_late(ctx: Context, all: Figures) -> Text:
    """Say how often units were late to sign in, how much they still have not, and who was so most often."""
    late = sorted((u for u in all.units if u.sign_ins_late), key=lambda unit: (-unit.sign_ins_late, -unit.unsigned, unit.unit))
    counts = [(unit.sign_ins_late, ctx.city.unit(unit.unit)) for unit in late]
    named = _named([(n, _("{unit} ({count})", unit=name, count=n)) for n, name in counts])
    return _(
        "Late to sign in: {count}, {unsigned} of them still not signed in; most often {units}.",
        count=all.sign_ins_late,
        unsigned=all.unsigned,
        units=named,
    )


def _named(ranked: Sequence[tuple[int, Text]]) -> tuple[Text, ...]:
    """Give the first names of a ranking, and how many more follow that have the same count as the last of them."""
    first, others = ranked[:NAMED], ranked[NAMED:]
    equal = sum(count == first[-1][0] for count, _name in others)
    named = tuple(name for _count, name in first)
    return (*named, _("{n} more equally", n=equal)) if equal else named


def _heading(ctx: Context, week: Week) -> Text:
    if ctx.now < week.end:
        return _(
            "Weekly digest so far, week {number} of {year}: {monday} to {now}. The week is not over.",
            number=week.number,
            year=week.year,
            monday=Moment(week.begin, day=True),
            now=Moment(ctx.now),
        )
    return _(
        "Weekly digest, week {number} of {year}: {monday} to {sunday}",
        number=week.number,
        year=week.year,
        monday=Moment(week.begin, day=True),
        sunday=Moment(week.sunday, day=True),
    )


def _length(time: timedelta) -> Text:
    """Say how long it took, in hours below a day."""
    if time >= A_DAY:
        return _("{n} days", n=f"{time / A_DAY:.1f}")
    hours = max(1, math.ceil(time / timedelta(hours=1)))
    return _("1 hour") if hours == 1 else _("{n} hours", n=hours)


def _issue(ctx: Context, issue: HotIssue) -> Text:
    """Say what an issue is about, in the words that several people used."""
    about = {
        "category": ctx.city.category(issue.category),
        "area": ctx.city.area(issue.area) if issue.area else _("place not known"),
        "count": issue.people,
        "first": Moment(issue.first_at, day=True),
        "last": Moment(issue.last_at, day=True),
    }
    if not issue.phrases:
        return _("· {category}, {area}: {count} people, {first} to {last}.", **about)
    said = tuple(verbatim(f"“{phrase}”") for phrase in issue.phrases)
    return _("· {category}, {area}: {count} people, {first} to {last}. They write: {phrases}", phrases=said, **about)


def _together(lines: Sequence[Text]) -> Text:
    """Put lines into one paragraph."""
    named = {f"line{n}": line for n, line in enumerate(lines)}
    return Text("\n".join(f"{{{name}}}" for name in named), named)


def _old(ctx: Context, until: datetime, case: OldCase) -> Text:
    age = until - case.filed_at
    time = _length(age) if age < A_DAY else _("1 day") if age < 2 * A_DAY else _("{n} days", n=age // A_DAY)
    if case.unit is None:
        return _("{number} (not assigned, {time})", number=case.number, time=time)
    return _("{number} ({unit}, {time})", number=case.number, unit=ctx.city.unit(case.unit), time=time)


def _chart(ctx: Context, all: Figures) -> Chart | None:
    """Show what each unit answered and owes, the latest first; None if nobody answered or owes anything."""
    busy = list(worst(all.units))
    busy += sorted((u for u in all.units if u.on_time and u not in busy), key=lambda unit: (-unit.on_time, unit.unit))
    if not busy:
        return None
    return Chart(
        title=_("Answers of the units"),
        series=(_("On time"), _("Late, answered since"), _("Late, not answered"), _("Late, given away unanswered")),
        bars=tuple(
            (
                Text("{unit}", {"unit": ctx.city.unit(u.unit)}),
                (u.on_time, u.late_answered + u.caught_up, u.still_late, u.late_unanswered),
            )
            for u in busy
        ),
    )
