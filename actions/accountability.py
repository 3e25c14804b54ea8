"""The accountability list: the program proposes on a stated ground, people of the office decide (practices S1, S3)."""

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


async def hold(ctx: Context, id: str) -> Proposal:
    """Hold a unit to account, of which its heads are told. Raises Refused."""
    proposal, case, role = await _decide(ctx, id, Decision.UPHELD)
    await note(ctx, case, Event.ACCOUNT, Party.OFFICE, role, unit=proposal.unit)
    news = _("{unit} is held to account for being late with this case.", unit=ctx.city.unit(proposal.unit))
    rows = ((screen_button(_("Show the case"), "case", case.id),),)
    await tell_heads(ctx, proposal.unit, say(title(ctx, case), news, rows=rows))
    return proposal


async def spare(ctx: Context, id: str, reason: str) -> Proposal:
    """Drop a proposal, for a reason that the office and the unit can read. Raises Refused."""
    proposal, case, role = await _decide(ctx, id, Decision.DROPPED)
    entry = await write(ctx, case, EntryKind.SPARED, Party.OFFICE, reason)
    await note(ctx, case, Event.SPARE, Party.OFFICE, role, unit=proposal.unit, entry=entry.id, text=entry.hash)
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
