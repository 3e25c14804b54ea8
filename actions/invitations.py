"""Inviting staff by one-time codes, and signing in with them on one or more devices."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from actions.context import Context
from actions.guessing import count_wrong, must_wait
from actions.notices import tell
from dialog.outgoing import say
from dialog.subjects import Refused, act_button
from dialog.texts import Moment, _
from storage import cases, invitations, ledger, memory, people, ratings, roles
from storage.database import Tx
from storage.invitations import Invitation
from storage.keys import Keys
from storage.roles import Role, RoleKind

LIFE = timedelta(days=7)
DEVICE_LIFE = timedelta(minutes=15)
TELEGRAM_NAME = "telegram username"
"""Under this key the channel remembers how its bot is called there."""
PROGRAM_URL = "public url"
"""Under this key the program remembers at which address people reach it."""
NAMELESS = {RoleKind.CONTACT: "联络员", RoleKind.HEAD: "负责人", RoleKind.OFFICE: "督查办"}


async def invite(tx: Tx, keys: Keys, role: RoleKind, units: Sequence[str], name: str, now: datetime, by: str = "system") -> str:
    """Make a one-time code that gives a role (in some units), good for seven days; return the code."""
    code = _code()
    invitation = Invitation(role=role, units=tuple(units), name=name, person=None)
    await invitations.write(tx, keys.name("invitation", code), invitation, now, now + LIFE)
    await ledger.append(tx, "city", by, "invite", {"role": role, "units": list(units)}, now)
    return code


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where a code can be used; `telegram` is None until the bot's name there is known."""

    web: str
    telegram: str | None


async def links(tx: Tx, keys: Keys, public_url: str, code: str, now: datetime) -> Links:
    """Give the links that use a code."""
    return Links(web=f"{public_url}/in/{code}", telegram=await telegram_link(tx, keys, code, now))


async def telegram_link(tx: Tx, keys: Keys, start: str, now: datetime) -> str | None:
    """Give the link that opens the bot's chat and sends /start with a code; None until the bot's name is known."""
    name = await memory.recall(tx, keys, TELEGRAM_NAME, now)
    return f"https://t.me/{name.decode()}?start={start}" if name else None


async def one_more_device(ctx: Context) -> str:
    """Make a one-time code that signs the person who acts in on another device, good for a quarter of an hour."""
    if not ctx.me.roles:
        raise Refused(_("Only staff need to sign in. To follow a case elsewhere, use its number and code: /case"))
    code = _code()
    invitation = Invitation(role=None, units=(), name="", person=ctx.me.person)
    await invitations.write(ctx.tx, ctx.keys.name("invitation", code), invitation, ctx.now, ctx.now + DEVICE_LIFE)
    return code


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What a code gave: a role in some units, or (`role` None) nothing new, for this chat has used it before."""

    role: RoleKind | None
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """The roles in which one would work in this chat; `join` makes it so."""

    roles: tuple[Role, ...]


async def enter(ctx: Context, code: str) -> Entered | Offered | None:
    """Use a code that gives a role, or tell what one that adds a device would do; None if it is used up, too old or unknown.

    Guessing is slowed down: Refused after too many wrong ones, until some time has passed.
    """
    hashed, invitation = await _look(ctx, code)
    if invitation is None:
        return Entered(role=None, units=()) if await invitations.used_by(ctx.tx, hashed) == ctx.me.person else None
    if invitation.role is None:
        return await _offer(ctx, invitation)
    _stands_apart(ctx, invitation)
    if not await invitations.use(ctx.tx, hashed, ctx.me.person, ctx.now):
        await count_wrong(ctx, "invitations")
        return None
    for unit in invitation.units or (None,):
        await _give(ctx, invitation.role, unit, invitation.name)
    return Entered(role=invitation.role, units=invitation.units)


async def join(ctx: Context, code: str) -> tuple[Role, ...] | None:
    """Make this chat a device of the person who made the code, who is told on the others; return the roles, None as `enter`.

    Raises Refused where the chat has a past of its own: nobody else may come by it.
    """
    hashed, invitation = await _look(ctx, code)
    offered = await _offer(ctx, invitation) if invitation and invitation.role is None else None
    if offered is None or not await invitations.use(ctx.tx, hashed, offered.roles[0].person, ctx.now):
        return None
    person = offered.roles[0].person
    new = say(
        _("A new device has signed in and works in your name from now on. If that was not you, sign it out at once:"),
        rows=((act_button(_("Sign that device out"), "sign_out", ctx.me.conversation.id, 0),),),
    )
    await tell(ctx, person, new)
    await people.join(ctx.tx, ctx.me.conversation.id, person)
    await ledger.append(ctx.tx, f"person:{person}", "staff", "device", {}, ctx.now)
    return offered.roles


async def _look(ctx: Context, code: str) -> tuple[str, Invitation | None]:
    """Give the keyed hash of a code, and the invitation if it can still be used; a wrong one is counted. Raises Refused."""
    if until := await must_wait(ctx, "invitations"):
        raise Refused(_("Too many links that do not work. Please wait until {until} and try again.", until=Moment(until)))
    hashed = ctx.keys.name("invitation", code)
    invitation = await invitations.look(ctx.tx, hashed, ctx.now)
    if invitation is None and await invitations.used_by(ctx.tx, hashed) != ctx.me.person:
        await count_wrong(ctx, "invitations")
    return hashed, invitation


async def _offer(ctx: Context, invitation: Invitation) -> Offered | None:
    """Tell in which roles one would work here; None if they have ended. Raises Refused."""
    if ctx.me.roles:
        raise Refused(
            _("This chat is signed in already: {name}. Please open the link on the new device.", name=ctx.me.roles[0].name)
        )
    person = ctx.me.person
    if await cases.of_follower(ctx.tx, person, None, 1) or await ratings.count_of_person(ctx.tx, person):
        raise Refused(
            _(
                "Cases or ratings of a citizen belong to this chat, and they stay with whoever gave them. So nobody can sign in"
                " here as staff: please use another browser or another account for your work."
            )
        )
    found = tuple(await roles.of_person(ctx.tx, invitation.person or ""))
    return Offered(roles=found) if found else None


async def _give(ctx: Context, kind: RoleKind, unit: str | None, name: str) -> None:
    if not name:
        number = 1 + len(await roles.of_unit(ctx.tx, unit, kind) if unit else await roles.of_kind(ctx.tx, kind))
        name = f"{NAMELESS[kind]}{number}"
    role = await roles.give(ctx.tx, ctx.me.person, kind, unit, name, ctx.now)
    if role:
        await _tell_team(ctx, role)
        await ledger.append(
            ctx.tx, f"person:{ctx.me.person}", "system", "role", {"role": kind, "unit": unit, "id": role.id}, ctx.now
        )


def _stands_apart(ctx: Context, invitation: Invitation) -> None:
    """Let nobody belong to the office and to a discipline team: of its reports the office reads nothing. Raises Refused."""
    city, to_office = ctx.city.city, invitation.role is RoleKind.OFFICE
    if (to_office and any(map(city.is_confidential, ctx.me.works_at))) or (
        ctx.me.is_office and any(map(city.is_confidential, invitation.units))
    ):
        raise Refused(
            _(
                "Nobody can work at the supervision office and in a discipline team: what is reported to the team is for nobody"
                " else. The link is still good; please give it back to whoever sent it."
            )
        )


async def _tell_team(ctx: Context, new: Role) -> None:
    """Tell the others of a discipline team who has joined it."""
    if not ctx.city.city.is_confidential(new.unit):
        return
    unit = new.unit or ""
    team = (*await roles.of_unit(ctx.tx, unit), *await roles.of_unit(ctx.tx, unit, RoleKind.HEAD))
    joined = say(
        _("{name} has joined {unit} and reads its reports from now on.", name=new.name, unit=ctx.city.unit(unit)),
        _("If you did not expect this, please ask whoever runs this program."),
    )
    for person in dict.fromkeys(role.person for role in team if role.person != new.person):
        await tell(ctx, person, joined)


def _code() -> str:
    # In hexadecimal digits, so that it never looks like the code of a printed window (actions.windows).
    return secrets.token_hex(18)
