"""The accountability list of the office: which units are proposed, on what ground, and what is decided."""

from __future__ import annotations

from actions import accountability
from actions.context import Context
from dialog.outgoing import Button, Outgoing, say
from dialog.play import Dialog
from dialog.questions import Option, Options
from dialog.subjects import Act, Form, Reply, Screen, Subject, act_button, form_button, screen_button
from dialog.texts import Moment, Text, _
from storage import cases, deadlines, proposals, roles
from storage.deadlines import DeadlineKind
from storage.proposals import Decision, Proposal
from storage.roles import RoleKind

PAGE = 4


async def undecided(ctx: Context, after: str) -> Outgoing:
    """List what nobody has decided yet, the oldest first."""
    ctx.as_office()
    found = await proposals.undecided(ctx.tx, after or None, PAGE + 1)
    lines: list[Text] = [
        _("Proposed for the accountability list:") if found else _("Nothing is proposed for the accountability list.")
    ]
    rows: list[tuple[Button, ...]] = []
    for n, proposal in enumerate(found[:PAGE], 1):
        case = await cases.get(ctx.tx, proposal.case)
        if case is None:
            continue
        lines.append(_("{n}. {ground}", n=n, ground=await ground(ctx, proposal, case.number)))
        rows.append((screen_button(_("{n}. Show {number}", n=n, number=case.number), "office_case", case.id),))
        rows.append(
            (
                form_button(_("{n}. Hold to account", n=n), "uphold", proposal.id),
                act_button(_("{n}. Don't", n=n), "drop", proposal.id, 0),
            )
        )
    if len(found) > PAGE:
        rows.append((screen_button(_("Newer ones"), "accountability", found[PAGE - 1].id),))
    rows.append((screen_button(_("My desk"), "desk"),))
    return say(*lines, rows=tuple(rows))


async def ground(ctx: Context, proposal: Proposal, number: str) -> Text:
    """Say which time a unit did not keep, and for how long it did not."""
    deadline = await deadlines.get(ctx.tx, proposal.deadline)
    words = (
        _("{number}, {unit}: should have been signed in by {due}, and was not by {at}")
        if deadline and deadline.kind is DeadlineKind.ACCEPT
        else _("{number}, {unit}: should have been answered by {due}, and was not by {at}")
    )
    due = Moment(deadline.due_at) if deadline else ""
    unit, then = ctx.city.unit(proposal.unit), Moment(proposal.proposed_at)
    return Text(words.id, {"number": number, "unit": unit, "due": due, "at": then})


async def uphold(d: Dialog) -> str | None:
    """Make sure that a unit shall be held to account."""
    grounds = await d.look("grounds", grounds_of, d.arg)
    sure = await d.confirm(
        "sure",
        _("Hold the unit to account? This is recorded, and can't be undone."),
        tuple(option.label for option in grounds),
        yes=_("Hold to account"),
    )
    return d.arg if sure else None


async def grounds_of(ctx: Context, id: str) -> Options:
    """Say what is proposed, and who of the unit will be told."""
    proposal = await proposals.get(ctx.tx, id)
    case = await cases.get(ctx.tx, proposal.case) if proposal else None
    if proposal is None or case is None:
        return ()
    reason, heard = await ground(ctx, proposal, case.number), await told(ctx, proposal.unit)
    return (Option("ground", reason), Option("told", heard))


async def told(ctx: Context, unit: str) -> Text:
    """Say who of a unit hears that it is held to account."""
    heads = await roles.of_unit(ctx.tx, unit, RoleKind.HEAD)
    return _("Its heads will be told.") if heads else _("It has no head who could be told.")


async def may_uphold(ctx: Context, id: str) -> None:
    """Let only the office open the form."""
    ctx.as_office()


async def hold(ctx: Context, id: str) -> Reply:
    """Hold a unit to account."""
    proposal = await accountability.decide(ctx, id, Decision.UPHELD)
    unit = ctx.city.unit(proposal.unit)
    heads = await roles.of_unit(ctx.tx, proposal.unit, RoleKind.HEAD)
    news = (
        _("{unit} is held to account. Its heads have been told.", unit=unit)
        if heads
        else _("{unit} is held to account. It has no head who could be told.", unit=unit)
    )
    return Reply(messages=((await undecided(ctx, "")).below(news),))


async def drop(ctx: Context, id: str, version: int) -> Reply:
    """Drop a proposal."""
    proposal = await accountability.decide(ctx, id, Decision.DROPPED)
    news = _("The proposal about {unit} is dropped.", unit=ctx.city.unit(proposal.unit))
    return Reply(card=(await undecided(ctx, "")).below(news), note=_("Done."))


SUBJECT: Subject[Context] = Subject(
    screens=(Screen(name="accountability", view=undecided),),
    acts=(Act(name="drop", do=drop),),
    forms=(Form(name="uphold", title=_("Holding a unit to account"), script=uphold, then=hold, may=may_uphold),),
)
