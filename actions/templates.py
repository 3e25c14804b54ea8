"""Usual answers of a unit: its contacts make and drop them. An answer that is nothing else is flagged when it is reported."""

from __future__ import annotations

from collections.abc import Sequence

from actions.context import Context
from dialog.subjects import Refused
from dialog.texts import _
from storage import ledger, templates
from storage.roles import Role, RoleKind
from storage.templates import Template

MOST = 20


async def make(ctx: Context, unit: str, title: str, text: str) -> Template:
    """Keep a usual answer for a unit of the person who acts."""
    role = as_contact_of(ctx, unit)
    if len(await templates.of_unit(ctx.tx, unit)) >= MOST:
        raise Refused(_("Your unit has {most} usual answers already. Please drop one first.", most=MOST))
    template = await templates.write(ctx.tx, unit, title, text, ctx.now)
    await ledger.append(ctx.tx, f"unit:{unit}", f"contact:{role.id}", "template", {"template": template.id}, ctx.now)
    return template


async def drop(ctx: Context, id: str) -> Template:
    """Take a usual answer out of use."""
    template = await look(ctx, id)
    role = as_contact_of(ctx, template.unit)
    if not await templates.drop(ctx.tx, id, ctx.now):
        raise Refused(DROPPED)
    await ledger.append(ctx.tx, f"unit:{template.unit}", f"contact:{role.id}", "drop_template", {"template": id}, ctx.now)
    return template


async def look(ctx: Context, id: str) -> Template:
    """Read a usual answer of a unit of the person who acts. Raises Refused."""
    template = await templates.get(ctx.tx, id)
    if template is None:
        raise Refused(DROPPED)
    as_contact_of(ctx, template.unit)
    if template.dropped:
        raise Refused(DROPPED)
    return template


async def only(ctx: Context, unit: str, result: str, files: Sequence[str]) -> str | None:
    """Give the id of the usual answer that a result is word for word, with nothing added; None if it is more than that."""
    if files:
        return None
    return next((one.id for one in await templates.of_unit(ctx.tx, unit) if one.text.split() == result.split()), None)


def as_contact_of(ctx: Context, unit: str) -> Role:
    """Let only the contacts of a unit pass, and return the role in which they act."""
    role = ctx.me.role(RoleKind.CONTACT, unit)
    if role is None:
        raise Refused(_("Only the contacts of a unit deal with its usual answers."))
    return role


DROPPED = _("This usual answer is not in use any more.")
