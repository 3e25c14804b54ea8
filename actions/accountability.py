"""The accountability list: the program proposes on a stated ground, people of the office decide."""

from __future__ import annotations

from actions.cards import title
from actions.context import Context
from actions.notices import tell_heads
from actions.record import note, write
from dialog.outgoing import say
from dialog.subjects import Refused, screen_button
from dialog.texts import _
from domain.cases import Event, Party
from storage import ledger, proposals
from storage.cases import Case
from storage.entries import EntryKind
from storage.proposals import Decision, Proposal
from storage.roles import Role

DECIDED = _("Somebody else has decided this already.")


async def uphold(ctx: Context, id: str) -> Proposal:
    """Hold a unit to account, of which its heads are told. Raises Refused."""
    proposal, case, role = await _decide(ctx, id, Decision.UPHELD)
    await note(ctx, case, Event.ACCOUNT, Party.OFFICE, role, late=proposal.unit)
    news = _("{unit} is held to account for being late with this case.", unit=ctx.city.unit(proposal.unit))
    rows = ((screen_button(_("Show the case"), "case", case.id),),)
    await tell_heads(ctx, proposal.unit, say(title(ctx, case), news, rows=rows))
    return proposal


async def drop(ctx: Context, id: str, reason: str) -> Proposal:
    """Don't hold a unit to account, for a reason that the office reads and the unit that has the case. Raises Refused."""
    proposal, case, role = await _decide(ctx, id, Decision.DROPPED)
    entry = await write(ctx, case, EntryKind.DROPPED, Party.OFFICE, reason)
    await note(ctx, case, Event.DROP, Party.OFFICE, role, late=proposal.unit, entry=entry.id, text=entry.hash)
    return proposal


async def _decide(ctx: Context, id: str, decision: Decision) -> tuple[Proposal, Case, Role]:
    role = ctx.as_office()
    proposal = await proposals.for_change(ctx.tx, id)
    if proposal is None:
        raise Refused(_("This is not on the accountability list."))
    case = await ctx.case(proposal.case)
    ctx.as_office(case)
    if not await proposals.decide(ctx.tx, id, decision, ctx.now):
        raise Refused(DECIDED)
    payload = {"case": proposal.case, "ground": proposal.ground, "decision": decision}
    await ledger.append(ctx.tx, f"unit:{proposal.unit}", f"{Party.OFFICE}:{role.id}", "accountability", payload, ctx.now)
    return proposal, case, role
