"""Staff who are away: until when, and who stands in for them. Without a deputy the head is told of their cases, and acts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from actions.context import Context
from actions.notices import tell
from dialog.outgoing import say
from dialog.subjects import Refused, screen_button
from dialog.texts import Moment, _
from storage import ledger, roles
from storage.roles import Role, RoleKind
from storage.times import ms

LONGEST = timedelta(days=366)


async def colleagues(ctx: Context) -> Sequence[Role]:
    """Read who could stand in for the person who acts: the other contacts of their units, one role a person."""
    found = [role for unit in ctx.me.units for role in await ctx.colleagues(unit) if role.person != ctx.me.person]
    return tuple({role.person: role for role in reversed(found)}.values())[::-1]


async def left_alone(ctx: Context, deputy: Role) -> Sequence[str]:
    """Give the units of the person who acts in which a colleague can't stand in, for they are no contact there."""
    theirs = {role.unit for role in await roles.of_person(ctx.tx, deputy.person) if role.kind is RoleKind.CONTACT}
    return [unit for unit in ctx.me.units if unit not in theirs]


async def leave(ctx: Context, until: datetime, deputy: str | None) -> datetime:
    """Be away from now on, in every role; `deputy` is a role of a colleague, who stands in in each unit that both are in."""
    if not ctx.me.roles:
        raise Refused(_("Only staff need to say that they are away."))
    if not ctx.now < until <= ctx.now + LONGEST:
        raise Refused(_("Please give a day that is still to come, within one year from now."))
    stands_in = next((role for role in await colleagues(ctx) if role.id == deputy), None)
    if deputy and stands_in is None:
        raise Refused(_("This colleague is not a contact of your unit any more. Please choose another one."))
    theirs = {
        role.unit: role.id
        for role in (await roles.of_person(ctx.tx, stands_in.person) if stands_in else ())
        if role.kind is RoleKind.CONTACT
    }
    for role in ctx.me.roles:
        in_place = theirs.get(role.unit) if role.kind is RoleKind.CONTACT else None
        await roles.leave(ctx.tx, role.id, until, in_place)
        await _note(ctx, "away", {"role": role.id, "until": ms(until), "deputy": in_place})
    if stands_in and (due := ctx.city.after_quiet(ctx.now)) < until:
        day = Moment(until - timedelta(minutes=1), day=True)
        news = _("{name} is away up to and with {day}, and you stand in: you are told of their cases.", name=_name(ctx), day=day)
        message = say(news, rows=((screen_button(_("Our cases"), "unit"),),))
        await tell(ctx, stands_in.person, message, due)
    return until


async def come_back(ctx: Context) -> None:
    """Be at work again, in every role."""
    if not any(role.is_away(ctx.now) for role in ctx.me.roles):
        raise Refused(_("You are not away, as far as we know."))
    stood_in = {role.deputy for role in ctx.me.roles if role.deputy and role.is_away(ctx.now)}
    deputies = [deputy for id in sorted(stood_in) if (deputy := await roles.held(ctx.tx, id))]
    for person in sorted({deputy.person for deputy in deputies}):
        back = say(_("{name} is back at work; you stand in for them no longer.", name=_name(ctx)))
        await tell(ctx, person, back, ctx.city.after_quiet(ctx.now))
    for role in ctx.me.roles:
        await roles.leave(ctx.tx, role.id, None, None)
        await _note(ctx, "back", {"role": role.id})


def _name(ctx: Context) -> str:
    return ctx.me.roles[0].name


async def _note(ctx: Context, event: str, payload: dict[str, str | int | None]) -> None:
    await ledger.append(ctx.tx, f"person:{ctx.me.person}", "staff", event, {**payload}, ctx.now)
