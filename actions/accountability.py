"""The accountability list: the program proposes on a stated ground, people of the office decide (practices S1, S3)."""

from __future__ import annotations

from actions.cards import title
from actions.context import Context
from actions.notices import tell_heads
from actions.record import note
from dialog.outgoing import say
from dialog.subjects import Refused, screen_button
from dialog.texts import _
from domain.cases import Event, Party
from storage import ledger, proposals
from storage.proposals import Decision, Proposal


async def decide(ctx: Context, id: str, decision: Decision) -> Proposal:
    """Uphold a proposal, of which the unit's heads are told, or drop it. Raises Refused."""
    role = ctx.as_office()
    proposal = await proposals.for_change(ctx.tx, id)
    if proposal is None:
        raise Refused(_("This is not on the accountability list."))
    case = await ctx.case(proposal.case)
    ctx.as_office(case)
    if not await proposals.decide(ctx.tx, id, decision, ctx.now):
        raise Refused(_("Somebody else has decided this already."))
    payload = {"case": proposal.case, "ground": proposal.ground, "decision": decision}
    await ledger.append(ctx.tx, f"unit:{proposal.unit}", f"{Party.OFFICE}:{role.id}", "accountability", payload, ctx.now)
    if decision is Decision.UPHELD:
        await note(ctx, case, Event.ACCOUNT, Party.OFFICE, role, unit=proposal.unit)
        news = _("{unit} is held to account for being late with this case.", unit=ctx.city.unit(proposal.unit))
        rows = ((screen_button(_("Show the case"), "case", case.id),),)
        await tell_heads(ctx, proposal.unit, say(title(ctx, case), news, rows=rows))
    return proposal
