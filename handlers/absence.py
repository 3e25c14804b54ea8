"""Being away: until when, who stands in, and being back at work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from actions import absence
from actions.context import Context
from dialog.outgoing import Button, say
from dialog.play import Dialog
from dialog.questions import Option, Options
from dialog.subjects import Act, Form, Refused, Reply, Subject, act_button, form_button, screen_button
from dialog.texts import Moment, Text, _, verbatim
from domain.days import read_day
from storage import roles
from storage.roles import Role

OWN_DATE = "date"
NOBODY = "nobody"
UNTIL: tuple[Option, ...] = (
    Option("1", _("Only today")),
    Option("3", _("Three days, with today")),
    Option("7", _("A week, with today")),
    Option(OWN_DATE, _("Until another day")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """How long somebody is away: so many `days` with today, or up to and with the day `last`; and who stands in (a role)."""

    days: int
    last: date | None
    deputy: str | None


async def away(d: Dialog) -> Leave:
    """Ask until when, and who stands in."""
    how_long = await d.choose("until", _("How long will you be away?"), UNTIL, label=_("How long"))
    last = None
    if how_long == OWN_DATE:
        today = date.fromisoformat(await d.look("today", today_here))
        written = await d.text(
            "date",
            _("Which is the last day? Please write it like 2026-02-28, 2-28 or “tomorrow”."),
            label=_("Last day"),
            most=30,
            check=no_day_from(today),
        )
        last = read_day(written, today, ahead=True)
    choices = await d.look("deputies", deputies)
    deputy = await d.choose("deputy", _("Who stands in for you?"), choices, label=_("Deputy"))
    return Leave(days=0 if last else int(how_long), last=last, deputy=None if deputy == NOBODY else deputy)


async def today_here(ctx: Context) -> str:
    """Give the day that it is in the city."""
    return ctx.now.astimezone(ctx.city.city.zone).date().isoformat()


async def deputies(ctx: Context) -> Options:
    """Offer the colleagues of somebody's units."""
    colleagues = [Option(role.id, await _serving(ctx, role)) for role in await absence.colleagues(ctx)]
    return (*colleagues, Option(NOBODY, _("Nobody; the head is told")))


async def _serving(ctx: Context, role: Role) -> Text:
    """Name a colleague, and the units for which they can stand in, where these are not all."""
    without = await absence.left_alone(ctx, role)
    if not without:
        return verbatim(role.name)
    units = named(ctx, [unit for unit in ctx.me.units if unit not in without])
    return _("{name} (only for {units})", name=role.name, units=units)


def named(ctx: Context, units: Sequence[str]) -> tuple[Text, ...]:
    """Name units in a sentence."""
    return tuple(Text("{unit}", {"unit": ctx.city.unit(unit)}) for unit in units)


async def leave(ctx: Context, wish: Leave) -> Reply:
    """Be away until the end of the last day."""
    zone = ctx.city.city.zone
    last = wish.last or ctx.now.astimezone(zone).date() + timedelta(days=wish.days - 1)
    until = datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)
    await absence.leave(ctx, until, wish.deputy)
    deputy = await roles.get(ctx.tx, wish.deputy) if wish.deputy else None
    who = [_("{name} stands in for you.", name=deputy.name) if deputy else _("Your head is told of what comes for you.")]
    if deputy and (without := await absence.left_alone(ctx, deputy)):
        who.append(
            _(
                "{name} is no contact of {units}: nobody stands in for you there, and the head is told of what comes for you.",
                name=deputy.name,
                units=named(ctx, without),
            )
        )
    day = Moment(until - timedelta(minutes=1), day=True)
    return Reply(messages=(say(_("You are away up to and with {day}.", day=day), *who, rows=((_back_button(),),)),))


async def back(ctx: Context, arg: str, version: int) -> Reply:
    """Be back at work."""
    await absence.come_back(ctx)
    return Reply(
        messages=(say(_("Welcome back. You are told of your cases again."), rows=((screen_button(_("My desk"), "desk"),),)),)
    )


async def may_leave(ctx: Context, arg: str) -> None:
    """Let only staff say that they are away."""
    if not ctx.me.roles:
        raise Refused(_("Only staff need to say that they are away."))


def line(ctx: Context) -> Text | None:
    """Say on the desk until when the person who acts is away; None if they are not."""
    until = next((role.away_until_at for role in ctx.me.roles if role.away_until_at and role.is_away(ctx.now)), None)
    return _("You are away up to and with {day}.", day=Moment(until - timedelta(minutes=1), day=True)) if until else None


def button(ctx: Context) -> Button:
    """Offer to be away, or to be back."""
    if line(ctx) is None:
        return form_button(_("I will be away"), "away")
    return _back_button()


def no_day_from(today: date) -> Callable[[str], Text | None]:
    """Tell what is wrong with a last day, if anything: it can't be over, nor more than a year away."""

    def wrong(text: str) -> Text | None:
        day = read_day(text, today, ahead=True)
        if day is None:
            return _("That is no day we can read. Please write year, month and day, like 2026-02-28.")
        if not today <= day < today + absence.LONGEST:
            return _("Please give a day that is still to come, within one year from now.")
        return None

    return wrong


def _back_button() -> Button:
    return act_button(_("I am back at work"), "back_at_work", "", 0)


SUBJECT: Subject[Context] = Subject(
    acts=(Act(name="back_at_work", do=back),),
    forms=(Form(name="away", title=_("Being away"), script=away, then=leave, commands={"away": ""}, may=may_leave),),
)
