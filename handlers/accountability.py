"""The accountability list of the office: which units are proposed, on what ground, and what is decided."""

from __future__ import annotations

from actions import accountability
from actions.context import Context
from dialog.outgoing import Button, Outgoing, say
from dialog.subjects import Act, Reply, Screen, Subject, act_button, screen_button
from dialog.texts import Moment, Text, _, verbatim
from storage import cases, proposals
from storage.proposals import Decision

PAGE = 4


async def undecided(ctx: Context, after: str) -> Outgoing:
    """List what nobody has decided yet, the oldest first."""
    ctx.as_office()
    found = await proposals.undecided(ctx.tx, after or None, PAGE + 1)
    lines: list[Text] = [
        _("Proposed for the accountability list:") if found else _("Nothing is proposed for the accountability list.")
    ]
    rows: list[tuple[Button, ...]] = []
    for proposal in found[:PAGE]:
        case = await cases.get(ctx.tx, proposal.case)
        if case is None:
            continue
        lines.append(
            _(
                "{number}, {unit}: late by the step {ground} of the ladder, since {at}",
                number=case.number,
                unit=ctx.city.unit(proposal.unit),
                ground=proposal.ground,
                at=Moment(proposal.proposed_at, day=True),
            )
        )
        rows.append(
            (
                screen_button(verbatim(case.number), "office_case", case.id),
                act_button(_("Hold to account"), "uphold", proposal.id, 0),
                act_button(_("Drop it"), "drop", proposal.id, 0),
            )
        )
    if len(found) > PAGE:
        rows.append((screen_button(_("Newer ones"), "accountability", found[PAGE - 1].id),))
    rows.append((screen_button(_("My desk"), "desk"),))
    return say(*lines, rows=tuple(rows))


async def uphold(ctx: Context, id: str, version: int) -> Reply:
    """Hold a unit to account."""
    proposal = await accountability.decide(ctx, id, Decision.UPHELD)
    news = _("{unit} is held to account. Its heads have been told.", unit=ctx.city.unit(proposal.unit))
    return Reply(card=(await undecided(ctx, "")).below(news), note=_("Done."))


async def drop(ctx: Context, id: str, version: int) -> Reply:
    """Drop a proposal."""
    proposal = await accountability.decide(ctx, id, Decision.DROPPED)
    news = _("The proposal about {unit} is dropped.", unit=ctx.city.unit(proposal.unit))
    return Reply(card=(await undecided(ctx, "")).below(news), note=_("Done."))


SUBJECT: Subject[Context] = Subject(
    screens=(Screen(name="accountability", view=undecided),), acts=(Act(name="uphold", do=uphold), Act(name="drop", do=drop))
)
