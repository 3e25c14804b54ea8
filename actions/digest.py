"""The weekly digest: figures of a finished week, kept as they were first made, and the words that a tired leader reads.

The running week can be looked at as far as it has gone; of that nothing is kept. What was put aside is counted when a digest is
made, and the ledger is sealed when it is kept.
"""

from __future__ import annotations

import json
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from actions import digest_ratings, hot_issues
from actions.context import Context
from actions.hot_issues import HotIssue
from actions.notices import tell_office
from dialog.chart import Chart
from dialog.outgoing import Button, Outgoing, say
from dialog.subjects import Refused, screen_button
from dialog.texts import Moment, Text, _, verbatim
from domain.weeks import Week
from storage import figures, job_runs, ledger, parked, rated_weeks, reports
from storage.figures import Figures, OldCase, UnitFigures
from storage.ids import at, ms
from storage.rated_weeks import WeekOfRatings

KIND = "week"
WORST = 2
HASH_SHOWN = 12
A_DAY = timedelta(days=1)
BUTTONS: tuple[tuple[Text, str], ...] = (
    (_("Waiting to be assigned"), "office"),
    (_("Requests for more time"), "extensions"),
    (_("Late ones"), "late"),
    (_("Put aside"), "parked"),
)
"""What needs a decision: labels, and the screens that they show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A week's figures as they are kept, and what was true when they were made; `seal` is the ledger's newest, if it has one.

    `ratings` are those of windows; None for a week that was kept before there were any. `issues` are what several citizens
    reported in that week, the biggest first.
    """

    figures: Figures
    parked: int
    seal: tuple[int, str] | None
    ratings: WeekOfRatings | None
    issues: tuple[HotIssue, ...] = ()


async def make(ctx: Context, week: Week) -> Digest:
    """Give the digest of a week, the running one as it stands; the first to ask makes that of a finished one.

    Raises Refused for a week that has not begun.
    """
    if (kept := await _kept(ctx, week)) is not None:
        return kept
    counted = await _count(ctx, week)
    return await _keep(ctx, week, counted) if week.end <= ctx.now else counted


async def look(ctx: Context, week: Week) -> tuple[Digest, Sequence[Text]]:
    """Give the digest of a week, and what it says, as it was kept or else as it counts now; keeps nothing.

    Raises Refused for a week that has not begun.
    """
    digest = await _kept(ctx, week) or await _count(ctx, week, aside=True)
    before, earlier = None, await week_before(ctx, week)
    if earlier and week.end <= ctx.now:
        kept = await _kept(ctx, earlier)
        before = kept.figures if kept else await figures.count(ctx.tx, earlier.begin, earlier.end)
    return digest, _paragraphs(ctx, week, digest, before)


async def week_before(ctx: Context, week: Week) -> Week | None:
    """Give the week before, None if nothing had been filed in it or earlier."""
    first = await figures.first_filed_at(ctx.tx)
    return week.before() if first is not None and first < week.begin else None


async def _kept(ctx: Context, week: Week) -> Digest | None:
    kept = await reports.kept(ctx.tx, KIND, week.name)
    return _load(kept) if kept is not None else None


async def _keep(ctx: Context, week: Week, counted: Digest) -> Digest:
    """Seal the ledger, and keep what was counted; give what is kept, for somebody may have been faster."""
    await ledger.seal(ctx.tx, ctx.now)
    sealed = replace(counted, seal=await _newest_seal(ctx))
    return _load(await reports.keep(ctx.tx, KIND, week.name, _dump(sealed), ctx.now))


async def _newest_seal(ctx: Context) -> tuple[int, str] | None:
    last = await ledger.last_seal(ctx.tx)
    return (last[0], last[2]) if last else None


async def _count(ctx: Context, week: Week, *, aside: bool = False) -> Digest:
    """Count a week as far as it has gone; `aside` as for hot issues. Raises Refused for one that has not begun."""
    if ctx.now < week.begin:
        raise Refused(_("Week {number} of {year} has not begun yet.", number=week.number, year=week.year))
    until = min(week.end, ctx.now)
    return Digest(
        figures=await figures.count(ctx.tx, week.begin, until),
        parked=(await parked.count(ctx.tx)).total,
        seal=await _newest_seal(ctx),
        ratings=await rated_weeks.count(ctx.tx, week.monday, week.sunday.date(), until),
        issues=await hot_issues.of_week(ctx, week, aside=aside),
    )


async def message(ctx: Context, week: Week) -> Outgoing:
    """Write the digest of a week: ten lines, a picture, and buttons for what needs a decision.

    A finished week is compared with the one before.
    """
    digest = await make(ctx, week)
    earlier = await week_before(ctx, week)
    before = (await make(ctx, earlier)).figures if earlier and week.end <= ctx.now else None
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
    weeks = [week for week in (earlier, last) if week and await _kept(ctx, week) is None]
    counted = [(week, await _count(ctx, week, aside=True)) for week in weeks]

    async def keep_and_send(ctx: Context) -> None:
        for week, digest in counted:
            if await _kept(ctx, week) is None:
                await _keep(ctx, week, digest)
        await send(ctx)

    return keep_and_send


async def send(ctx: Context) -> None:
    """Tell everybody at the office last week's digest; a week is told once, also if the city moves the time of its digests."""
    week = Week.of(ctx.now, ctx.city.city.zone).before()
    if await job_runs.take(ctx.tx, "digest_of_week", week.begin, ctx.now, ctx.now):
        await tell_office(ctx, await message(ctx, week))
        await job_runs.finish(ctx.tx, "digest_of_week", week.begin, ctx.now)


def worst(units: Sequence[UnitFigures], most: int = WORST) -> tuple[UnitFigures, ...]:
    """Give the units that were late most often, answered or not; none that never was."""
    late = [unit for unit in units if _times_late(unit)]
    return tuple(sorted(late, key=lambda unit: (-_times_late(unit), unit.on_time, unit.unit))[:most])


def best(units: Sequence[UnitFigures]) -> UnitFigures | None:
    """Give the unit that answered most, and nothing late."""
    prompt = [unit for unit in units if unit.on_time and not _times_late(unit)]
    return min(prompt, key=lambda unit: (-unit.on_time, unit.unit), default=None)


def _times_late(unit: UnitFigures) -> int:
    """Count each time once: those of earlier weeks that still run, and those of this week, ended since or not."""
    return unit.late_ended + unit.still_late


def _paragraphs(ctx: Context, week: Week, digest: Digest, before: Figures | None) -> tuple[Text, ...]:
    now, late, praised = digest.figures, worst(digest.figures.units), best(digest.figures.units)

    def compared(count: Callable[[Figures], int]) -> Text:
        """Show a number, and how it differs from the week before."""
        if before is None:
            return verbatim(str(count(now)))
        change = count(now) - count(before)
        return _("{now} ({change})", now=count(now), change=f"{change:+}" if change else "±0")

    seal = _("Seal of the ledger: no. {n}, {hash}", n=digest.seal[0], hash=digest.seal[1][:HASH_SHOWN]) if digest.seal else None
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
        _(
            "Answers given or due: {on_time} in time, {late} late.",
            on_time=compared(lambda week: week.on_time),
            late=compared(lambda week: week.late),
        ),
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
    who = [_("No unit was late.") if praised else _("No unit had an answer due.")]
    if late:
        named = (_("{unit} ({count} late)", unit=ctx.city.unit(unit.unit), count=_times_late(unit)) for unit in late)
        who = [_("Late most often: {units}.", units=tuple(named))]
    if praised:
        name = ctx.city.unit(praised.unit)
        who.append(_("Answered most with none late: {unit}, {count}.", unit=name, count=praised.on_time))
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
    if oldest := [case for case in now.oldest if until - case.filed_at >= A_DAY]:
        matters.insert(1, _("Open longest: {cases}.", cases=tuple(_old(ctx, until, case) for case in oldest)))
    rated = digest_ratings.lines(ctx, digest.ratings) if digest.ratings else ()
    hot = [_("Reported by several people this week:"), *(_issue(ctx, issue) for issue in digest.issues)] if digest.issues else []
    told = [happened, who, matters, *([rated] if rated else []), *([hot] if hot else [])]
    return (_heading(ctx, week), *(_together(lines) for lines in told), *([seal] if seal else []))


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
    days = (until - case.filed_at) // A_DAY
    if days == 1:
        if case.unit is None:
            return _("{number} (not assigned, 1 day)", number=case.number)
        return _("{number} ({unit}, 1 day)", number=case.number, unit=ctx.city.unit(case.unit))
    if case.unit is None:
        return _("{number} (not assigned, {days} days)", number=case.number, days=days)
    return _("{number} ({unit}, {days} days)", number=case.number, unit=ctx.city.unit(case.unit), days=days)


def _chart(ctx: Context, all: Figures) -> Chart | None:
    """Show what each unit answered and owes, the latest first; None if nobody answered or owes anything."""
    busy = list(worst(all.units, len(all.units)))
    busy += sorted((u for u in all.units if u.on_time and u not in busy), key=lambda unit: (-unit.on_time, unit.unit))
    if not busy:
        return None
    return Chart(
        title=_("Answers of the units"),
        series=(_("On time"), _("Late, answered since"), _("Late, not answered"), _("Late, given away unanswered")),
        bars=tuple(
            (Text("{unit}", {"unit": ctx.city.unit(u.unit)}), (u.on_time, u.late_answered, u.still_late, u.late_unanswered))
            for u in busy
        ),
    )


def _dump(digest: Digest) -> str:
    figures = asdict(digest.figures)
    figures["half_within"] = round(digest.figures.half_within / timedelta(milliseconds=1)) if digest.figures.half_within else None
    figures["oldest"] = [asdict(case) | {"filed_at": ms(case.filed_at)} for case in digest.figures.oldest]
    ratings = digest_ratings.dump(digest.ratings) if digest.ratings else None
    issues = [asdict(issue) | {"first_at": ms(issue.first_at), "last_at": ms(issue.last_at)} for issue in digest.issues]
    kept = {"figures": figures, "parked": digest.parked, "seal": digest.seal, "ratings": ratings, "issues": issues}
    return json.dumps(kept, ensure_ascii=False)


def _load(kept: str) -> Digest:
    fields = json.loads(kept)
    counted: dict[str, Any] = fields["figures"]
    half, oldest, units = counted.pop("half_within"), counted.pop("oldest"), counted.pop("units")
    return Digest(
        figures=Figures(
            **counted,
            half_within=timedelta(milliseconds=half) if half is not None else None,
            oldest=tuple(OldCase(number=c["number"], unit=c["unit"], filed_at=at(c["filed_at"])) for c in oldest),
            units=tuple(UnitFigures(**unit) for unit in units),
        ),
        parked=fields["parked"],
        seal=tuple(fields["seal"]) if fields["seal"] else None,
        ratings=digest_ratings.load(fields["ratings"]) if fields.get("ratings") else None,
        issues=tuple(_load_issue(issue) for issue in fields.get("issues", ())),  # older digests have none
    )


def _load_issue(kept: dict[str, Any]) -> HotIssue:
    times = {"first_at": at(kept["first_at"]), "last_at": at(kept["last_at"]), "phrases": tuple(kept["phrases"])}
    return HotIssue(**(kept | times))
