"""The name that a reporter gave: opened only for the office, a misconduct report's only for its discipline team, on record.

Whoever works at the unit that the matter is or was with does not open it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from actions.context import Context
from actions.record import note
from dialog.subjects import Refused
from dialog.texts import _
from domain.cases import CaseKind, Event, Party
from storage import cases, ledger
from storage.cases import Case
from storage.roles import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporter:
    """Who filed a case, as they said themselves."""

    number: str
    name: str
    phone: str


async def reveal(ctx: Context, id: str) -> Reporter:
    """Open the reporter's name and phone; that it was opened stands in the ledger and in the citizen's timeline."""
    case = await ctx.case(id)
    role, party = await as_confidant(ctx, case)
    if case.named is None:
        raise Refused(_("Case {number} was filed anonymously.", number=case.number))
    await note(ctx, case, Event.REVEAL, party, role)
    named = json.loads(ctx.keys.unseal(case.named))
    return Reporter(number=case.number, name=named["name"], phone=named["phone"])


async def as_confidant(ctx: Context, case: Case) -> tuple[Role, Party]:
    """Let those pass who may do what concerns the reporter: the office, of a misconduct report its team. Raises Refused."""
    if case.kind is CaseKind.MISCONDUCT:
        return await ctx.as_contact(case), Party.CONTACT
    return await _as_outsider(ctx, case), Party.OFFICE


async def _as_outsider(ctx: Context, case: Case) -> Role:
    """Let only the office pass, and nobody who works at a unit that deals or dealt with the matter. Raises Refused."""
    role = ctx.as_office(case)
    lead = await cases.leading(ctx.tx, case)
    steps = [row for one in {case.id, lead.id} for row in await ledger.of_subject(ctx.tx, f"case:{one}")]
    if any(row.payload.get("unit") in ctx.me.works_at for row in steps):
        raise Refused(_("You work at the unit concerned, so a colleague has to do this."))
    return role
