"""The accountability list of the office: which units are proposed, on what ground, and what is decided."""

from __future__ import annotations

from dataclasses import dataclass

from actions import accountability
from actions.context import Context
from dialog.outgoing import Button, Outgoing, say
from dialog.play import Dialog
from dialog.questions import Option, Options
from dialog.subjects import Form, Refused, Reply, Screen, Subject, form_button, screen_button
from dialog.texts import Moment, Text, _
from domain.cases import Event
from storage import cases, deadlines, proposals, roles
from storage.deadlines import Deadline, DeadlineKind
from storage.proposals import Decision, Proposal
from storage.roles import RoleKind

PAGE = 4
MOST_REASON = 500
KEPT_LATE = frozenset({Event.ACCEPT, Event.ASK, Event.REPORT})
"""What keeps a time limit, though late; everything else that ends one takes the case from the unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """Why a unit is not held to account."""

    proposal: str
    reason: str


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
        ground, *since = await grounds(ctx, proposal, case.number)
        lines += [_("{n}. {ground}", n=n, ground=ground), *since]
        rows.append((screen_button(_("{n}. Show {number}", n=n, number=case.number), "office_case", case.id),))
        rows.append(
            (
                form_button(_("{n}. Hold to account", n=n), "uphold", proposal.id),
                form_button(_("{n}. Don't", n=n), "drop", proposal.id),
            )
        )
    if len(found) > PAGE:
        rows.append((screen_button(_("Newer ones"), "accountability", found[PAGE - 1].id),))
    rows.append((screen_button(_("My desk"), "desk"),))
    return say(*lines, rows=tuple(rows))


async def grounds(ctx: Context, proposal: Proposal, number: str) -> tuple[Text, ...]:
    """Say which time a unit did not keep; then what came of it since, and what was decided about others of the same case."""
    deadline = await deadlines.get(ctx.tx, proposal.deadline)
    words = (
        _("{number}, {unit}: should have been signed in by {due}, and was not by {at}.")
        if deadline and deadline.kind is DeadlineKind.ACCEPT
        else _("{number}, {unit}: should have been answered by {due}, and was not by {at}.")
    )
    due = Moment(deadline.due_at) if deadline else ""
    unit, then = ctx.city.unit(proposal.unit), Moment(proposal.proposed_at)
    said = [Text(words.id, {"number": number, "unit": unit, "due": due, "at": then})]
    if deadline:
        said.append(_so_far(ctx, deadline))
    for other in await proposals.of_case(ctx.tx, proposal.case):
        if other.id == proposal.id or other.decided_at is None or other.unit != proposal.unit:
            continue
        words = (
            _("For another time limit of this case the unit was held to account on {at}.")
            if other.decision is Decision.UPHELD
            else _("For another time limit of this case it was decided on {at} not to hold the unit to account.")
        )
        said.append(Text(words.id, {"at": Moment(other.decided_at)}))
    return tuple(said)


def _so_far(ctx: Context, deadline: Deadline) -> Text:
    is_signing_in = deadline.kind is DeadlineKind.ACCEPT
    if deadline.stopped_at is None:
        words = _("On {at} it was still not signed in.") if is_signing_in else _("On {at} it was still not answered.")
    elif deadline.ended not in KEPT_LATE:
        words = _("Since {at} it is no longer for this unit to do.")
    else:
        words = _("It was signed in on {at}.") if is_signing_in else _("It was answered on {at}.")
    return Text(words.id, {"at": Moment(deadline.stopped_at or ctx.now)})


async def uphold(d: Dialog) -> str | None:
    """Make sure that a unit shall be held to account."""
    stated = await d.look("grounds", grounds_of, d.arg)
    heard = await d.look("told", told_of, d.arg)
    sure = await d.confirm(
        "sure",
        _("Hold the unit to account? This is recorded, and can't be undone."),
        tuple(option.label for option in (*stated, *heard)),
        yes=_("Hold to account"),
    )
    return d.arg if sure else None


async def drop(d: Dialog) -> Drop | None:
    """Ask why a unit is not held to account."""
    stated = await d.look("grounds", grounds_of, d.arg)
    d.head(*(option.label for option in stated))
    reason = await d.text(
        "reason",
        _("Why is the unit not held to account? The office and the unit that has the case read this in its timeline."),
        label=_("Reason"),
        most=MOST_REASON,
    )
    shown = (_("Reason: {text}", text=reason),)
    sure = await d.confirm("sure", _("Don't hold the unit to account?"), shown, yes=_("Don't hold to account"))
    return Drop(proposal=d.arg, reason=reason) if sure else None


async def grounds_of(ctx: Context, id: str) -> Options:
    """Say what is proposed, and what came of it since."""
    proposal = await proposals.get(ctx.tx, id)
    case = await cases.get(ctx.tx, proposal.case) if proposal else None
    if proposal is None or case is None:
        return ()
    return tuple(Option(str(n), line) for n, line in enumerate(await grounds(ctx, proposal, case.number)))


async def told_of(ctx: Context, id: str) -> Options:
    """Say who will hear that the unit is held to account."""
    proposal = await proposals.get(ctx.tx, id)
    return (Option("told", await told(ctx, proposal.unit)),) if proposal else ()


async def told(ctx: Context, unit: str) -> Text:
    """Say who of a unit hears that it is held to account."""
    heads = await roles.of_unit(ctx.tx, unit, RoleKind.HEAD)
    return _("Its heads will be told.") if heads else _("It has no head who could be told.")


async def may_decide(ctx: Context, id: str) -> None:
    """Let only the office open the forms, and only on what nobody has decided yet."""
    ctx.as_office()
    proposal = await proposals.get(ctx.tx, id)
    if proposal is None or proposal.decided_at is not None:
        raise Refused(accountability.DECIDED)


async def upheld(ctx: Context, id: str) -> Reply:
    """Hold a unit to account."""
    proposal = await accountability.uphold(ctx, id)
    unit = ctx.city.unit(proposal.unit)
    heads = await roles.of_unit(ctx.tx, proposal.unit, RoleKind.HEAD)
    news = (
        _("{unit} is held to account. Its heads have been told.", unit=unit)
        if heads
        else _("{unit} is held to account. It has no head who could be told.", unit=unit)
    )
    return Reply(messages=((await undecided(ctx, "")).with_news(news),))


async def dropped(ctx: Context, command: Drop) -> Reply:
    """Don't hold a unit to account."""
    proposal = await accountability.drop(ctx, command.proposal, command.reason)
    news = _("{unit} is not held to account.", unit=ctx.city.unit(proposal.unit))
    return Reply(messages=((await undecided(ctx, "")).with_news(news),))


SUBJECT: Subject[Context] = Subject(
    screens=(Screen(name="accountability", view=undecided),),
    forms=(
        Form(name="uphold", title=_("Holding a unit to account"), script=uphold, then=upheld, may=may_decide),
        Form(name="drop", title=_("Not holding a unit to account"), script=drop, then=dropped, may=may_decide),
    ),
)
