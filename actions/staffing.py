"""Who works at the units: the office invites contacts and heads, ends a role, or lets a colleague take everything over.

A person whose last role has ended is staff no longer, from that moment on. Nothing stays behind with them: what they held is
left to whoever signs it in, or goes to the colleague, and of the unit's cases their chats keep neither words nor files.

Who works in a discipline team is the operator's business alone: the office could else let itself in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from actions.context import Context
from actions.invitations import invite
from actions.notices import refresh_cards, take_back, tell, tell_office, tell_unreachable
from actions.record import move, note
from actions.timekeeping import start
from dialog.outgoing import say
from dialog.subjects import Refused, screen_button
from dialog.texts import Text, _
from domain.cases import CaseState, Event, Party
from domain.ledger import JsonValue
from storage import cases, invitations, ledger, people, roles
from storage.cases import Case
from storage.deadlines import DeadlineKind
from storage.roles import Role, RoleKind

OF_UNITS = (RoleKind.CONTACT, RoleKind.HEAD)
OPERATORS = _("Who works in a discipline team is not for the office to decide: its staff is invited by the operator.")

OFFICE_OPERATORS = _("New members of the office are invited by the operator.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A role that has ended, and how many open cases it held."""

    role: Role
    cases: int


def as_staffing(ctx: Context, unit: str | None) -> Role:
    """Let only the office pass, and not about a discipline team."""
    role = ctx.as_office()
    if ctx.city.city.is_confidential(unit):
        raise Refused(OPERATORS)
    return role


async def invite_to(ctx: Context, kind: RoleKind, unit: str, name: str) -> str:
    """Make a one-time code for a contact or a head of a unit; return the code."""
    role = ctx.as_office()
    if kind not in OF_UNITS or unit not in ctx.city.city.units:
        raise Refused(_("This unit is not in the city's list any more. Please choose another one."))
    as_staffing(ctx, unit)
    return await invite(ctx.tx, ctx.keys, kind, (unit,), name, ctx.now, f"{Party.OFFICE}:{role.id}")


async def withdraw_invitation(ctx: Context, unit: str | None, code: str) -> str:
    """End an invitation to a unit (None: to the office), named by the keyed hash of its code; return whose it was.

    Raises Refused.
    """
    role = as_staffing(ctx, unit)
    name = next((name for open_, _kind, name, _until in await invitations.open_to(ctx.tx, unit, ctx.now) if open_ == code), None)
    if name is None or not await invitations.withdraw(ctx.tx, code, ctx.now):
        raise Refused(_("This invitation has been used, withdrawn, or is too old."))
    units: list[JsonValue] = [unit] if unit else []
    await ledger.append(ctx.tx, "city", f"{Party.OFFICE}:{role.id}", "withdraw_invitation", {"units": units}, ctx.now)
    return name


async def unbind(ctx: Context, id: str) -> Ended:
    """End the role of a contact or head, or of a colleague of the office; never one's own there, so that somebody always is left.

    Raises Refused.
    """
    found = await roles.held(ctx.tx, id)
    office = as_staffing(ctx, found.unit if found else None)
    if found and found.id == office.id:
        raise Refused(_("Your own role is ended by a colleague of the office. To leave this device only, sign out here: /desk"))
    return await end_role(ctx, id, office)


async def end_role(ctx: Context, id: str, by: Role | None) -> Ended:
    """End any role, `by` a member of the office, or the operator (None); what they have signed in any contact can sign in."""
    ended = await _end(ctx, id, Event.UNBIND, by)
    count = 0
    for held in await cases.held_by(ctx.tx, id) if ended.unit else ():
        case = await leave_to_unit(ctx, await ctx.case(held), Party.OFFICE if by else Party.SYSTEM, by)
        if case.state is CaseState.ASSIGNED:
            await start(ctx, case, DeadlineKind.ACCEPT, ctx.city.times(case.kind, case.category).accept)
            count += 1
        await refresh_cards(ctx, case)
    if ended.kind is RoleKind.OFFICE:
        await tell_office(ctx, say(_("{name} is no longer with the supervision office.", name=ended.name)))
    elif ended.kind is RoleKind.CONTACT or count:
        news = _("{name} is no longer a contact of your unit. Cases left to be signed in: {count}.", name=ended.name, count=count)
        if ended.kind is RoleKind.HEAD:  # who signed them in while no contact was there
            news = _("{name} is no longer head of your unit. Cases left to be signed in: {count}.", name=ended.name, count=count)
        reached = [await _tell(ctx, role, news) for role in await ctx.colleagues(ended.unit or "")]
        if count and not any(reached):
            await tell_unreachable(ctx, ended.unit or "")
    return Ended(role=ended, cases=count)


async def replace(ctx: Context, id: str, by: str) -> Ended:
    """End the role of a contact and hand everything they hold to a colleague."""
    leaves, to = await roles.held(ctx.tx, id), await roles.keep(ctx.tx, by)
    office = as_staffing(ctx, leaves.unit if leaves else None)
    if leaves is None or to is None or to.id == id or (to.kind, to.unit) != (RoleKind.CONTACT, leaves.unit):
        raise Refused(_("This colleague is not a contact of the unit any more. Please choose another one."))
    ended = await _end(ctx, id, Event.REPLACE, office)
    held = await cases.held_by(ctx.tx, id)
    for one in held:
        case = await move(ctx, await ctx.case(one), Event.REPLACE, Party.OFFICE, holder=to.id)
        await note(ctx, case, Event.REPLACE, Party.OFFICE, office, to=to.id)
        await refresh_cards(ctx, case)
    await _tell(ctx, to, _("You take over from {name}. Cases handed to you: {count}.", name=ended.name, count=len(held)))
    return Ended(role=ended, cases=len(held))


async def colleagues(ctx: Context, role: Role) -> Sequence[Role]:
    """Read who could take over from a contact."""
    return [other for other in await ctx.colleagues(role.unit or "") if other.person != role.person]


async def leave_to_unit(ctx: Context, case: Case, party: Party, by: Role | None = None) -> Case:
    """Leave a case that is being dealt with to whoever at its unit signs it in, if nobody holds it any more.

    The caller begins the time to sign it in.
    """
    if case.state is not CaseState.ACCEPTED or (case.holder and await roles.held(ctx.tx, case.holder)):
        return case
    case = await move(ctx, case, Event.UNBIND, party, holder=None)
    await note(ctx, case, Event.UNBIND, party, by)
    return case


async def _end(ctx: Context, id: str, why: Event, by: Role | None) -> Role:
    found = await roles.held(ctx.tx, id)
    if found is None:
        raise Refused(_("This role has ended already."))
    # Whoever acts in the role just now finishes first: what they sign in is then among what they held.
    await people.for_change(ctx.tx, found.person)
    if not await roles.end(ctx.tx, id, ctx.now):
        raise Refused(_("This role has ended already."))
    payload = {"role": found.kind, "unit": found.unit, "id": found.id}
    actor = f"{Party.OFFICE}:{by.id}" if by else Party.SYSTEM
    await ledger.append(ctx.tx, f"person:{found.person}", actor, why, payload, ctx.now)
    ended = _("Your work at the supervision office has ended here. Thank you.")
    if found.unit:
        ended = _("Your work for {unit} here has ended. Thank you.", unit=ctx.city.unit(found.unit))
    await tell(ctx, found.person, say(ended))
    await take_back(ctx, found.person)
    return found


async def _tell(ctx: Context, role: Role, news: Text) -> int:
    return await tell(ctx, role.person, say(news, rows=((screen_button(_("Our cases"), "unit"),),)))
