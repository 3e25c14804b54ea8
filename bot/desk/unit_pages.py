"""Units: what is open and late at each, and who works there; inviting, ending a role, letting a colleague take over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from actions import staffing
from actions.context import Context
from bot.desk.words import NO_NAME, UNKNOWN_UNIT, WITHDRAWN
from dialog.subjects import Refused, Reply
from dialog.texts import Moment, Name, Text
from handlers import staff
from handlers.desk import counted
from handlers.unit_search import all_unit_names, units_named
from storage import invitations, queues, roles
from storage.roles import Role, RoleKind

PAGE = 15
MOST_NAME = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One unit of the list; `open` and `late` are None for discipline teams, whose reports nobody else may count one by one."""

    code: str
    name: Name | Text
    open: str | None
    late: str | None
    is_late: bool
    contacts: int
    heads: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Who works at a unit; `others` could take over, by role."""

    role: Role
    kind: Text
    since: Moment
    others: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """Whose invitation to a unit can still be used, by the keyed hash of its code."""

    code: str
    name: str
    kind: Text
    until: Moment


async def units(ctx: Context, request: web.Request, typed: Mapping[str, str]) -> Mapping[str, Any]:
    """List the units, those without a contact first, or those with a part of a name."""
    held = await roles.in_units(ctx.tx)
    contacts = Counter(role.unit for role in held if role.kind is RoleKind.CONTACT)
    heads = Counter(role.unit for role in held if role.kind is RoleKind.HEAD)
    part = request.query.get("name", "").strip()
    known = sorted(ctx.city.city.units, key=lambda code: contacts[code] > 0)
    if part:
        named = {option.key for option in await units_named(ctx, await all_unit_names(ctx), part)}
        known = [code for code in known if code in named]
    after = request.query.get("after", "")
    first = int(after) if after.isascii() and after.isdecimal() and len(after) < 6 else 0
    return {
        "part": part,
        "without": sum(contacts[code] == 0 for code in ctx.city.city.units),
        "count": len(ctx.city.city.units),
        "items": [await _unit(ctx, code, contacts[code], heads[code]) for code in known[first : first + PAGE]],
        "next": first + PAGE if len(known) > first + PAGE else None,
        "first": first,
    }


async def unit(ctx: Context, request: web.Request, typed: Mapping[str, str]) -> Mapping[str, Any]:
    """Show who works at one unit."""
    code = _known(ctx, request)
    found = [role for kind in staff.KINDS for role in await roles.of_unit(ctx.tx, code, kind)]
    heads = sum(role.kind is RoleKind.HEAD for role in found)
    return {
        "unit": await _unit(ctx, code, len(found) - heads, heads),
        "at": f"/desk/units/{code}",
        "members": [await _member(ctx, role) for role in found],
        "invited": await _invited(ctx, code),
        "fixed": ctx.city.city.is_confidential(code),
        "of_operator": staffing.OPERATORS if ctx.city.city.is_confidential(code) else None,
        "kinds": staff.KINDS,
    }


async def office(ctx: Context, request: web.Request, typed: Mapping[str, str]) -> Mapping[str, Any]:
    """Show who belongs to the office."""
    found = await roles.of_kind(ctx.tx, RoleKind.OFFICE)
    return {
        "unit": Unit(code="", name=staff.OFFICE, open=None, late=None, is_late=False, contacts=0, heads=0),
        "at": "/desk/office",
        "members": [await _member(ctx, role) for role in found],
        "invited": await _invited(ctx, None),
        "fixed": False,
        "of_operator": staffing.OFFICE_OPERATORS,
    }


async def do_at_office(ctx: Context, request: web.Request, fields: Mapping[str, str]) -> Reply:
    """Withdraw an invitation to the office, or end the role of a colleague. Raises Refused."""
    if request.match_info["act"] == "withdraw":
        return await _withdraw(ctx, None, fields)
    role = await roles.held(ctx.tx, fields.get("role", ""))
    if role is None or role.unit is not None or request.match_info["act"] != "unbind":
        raise Refused(UNKNOWN_UNIT)
    return await staff.end(ctx, staff.End(role=role.id, by=None))


async def do(ctx: Context, request: web.Request, fields: Mapping[str, str]) -> Reply:
    """Invite somebody to a unit, withdraw an invitation, or end a role in it. Raises Refused."""
    code = _known(ctx, request)
    if request.match_info["act"] == "invite":
        name = fields.get("name", "")[:MOST_NAME]
        if not name:
            raise Refused(NO_NAME)
        kind = RoleKind.HEAD if fields.get("kind") == RoleKind.HEAD else RoleKind.CONTACT
        return await staff.send_invitation(ctx, staff.Invite(kind=kind, unit=code, name=name))
    if request.match_info["act"] == "withdraw":
        return await _withdraw(ctx, code, fields)
    role = await roles.held(ctx.tx, fields.get("role", ""))
    if role is None or role.unit != code:
        raise Refused(UNKNOWN_UNIT)
    by = fields.get("by") if request.match_info["act"] == "replace" else None
    return await staff.end(ctx, staff.End(role=role.id, by=by or None))


async def _withdraw(ctx: Context, unit: str | None, fields: Mapping[str, str]) -> Reply:
    name = await staffing.withdraw_invitation(ctx, unit, fields.get("code", ""))
    return Reply(note=Text(WITHDRAWN.id, {"name": name}))


async def _invited(ctx: Context, unit: str | None) -> list[Invited]:
    return [
        Invited(code=code, name=name, kind=staff.ALL_KINDS[kind], until=Moment(until))
        for code, kind, name, until in await invitations.open_to(ctx.tx, unit, ctx.now)
    ]


def _known(ctx: Context, request: web.Request) -> str:
    code = request.match_info["unit"]
    if code not in ctx.city.city.units:
        raise Refused(UNKNOWN_UNIT)
    return code


async def _unit(ctx: Context, code: str, contacts: int, heads: int) -> Unit:
    of_discipline = ctx.city.city.is_confidential(code)
    open_, late = (0, 0) if of_discipline else await queues.of_unit(ctx.tx, code, ctx.now)
    return Unit(
        code=code,
        name=ctx.city.unit(code),
        open=None if of_discipline else counted(open_),
        late=None if of_discipline else counted(late),
        is_late=late > 0,
        contacts=contacts,
        heads=heads,
    )


async def _member(ctx: Context, role: Role) -> Member:
    others = await staffing.colleagues(ctx, role) if role.kind is RoleKind.CONTACT else ()
    return Member(
        role=role,
        kind=staff.ALL_KINDS[role.kind],
        since=Moment(role.since_at, day=True),
        others={other.id: other.name for other in others},
    )
