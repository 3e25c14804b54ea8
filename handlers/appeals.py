"""What a unit says about a bad rating (it is mistaken, abusive, or was changed), and at the office what is decided about it."""

from __future__ import annotations

from dataclasses import dataclass

from actions import appealing, handling, striking
from actions.context import Context
from actions.facts import facts
from actions.office_cards import office_card
from actions.unit_cards import unit_card
from dialog.outgoing import Outgoing, say
from dialog.play import Dialog
from dialog.questions import Option, Options
from dialog.subjects import Act, Refused, Reply, Screen, Subject, screen_button
from dialog.texts import Text, _, verbatim
from handlers.case_form import case_form
from handlers.following import one_line
from storage import appeals, cases, ratings
from storage.appeals import Ground
from storage.cases import Case

PAGE = 6
GROUNDS: dict[Ground, Text] = {
    Ground.MISTAKEN: _("It is mistaken: it is about another window, matter or day"),
    Ground.ABUSIVE: _("It is abusive: it insults, or is not about the service"),
}
GROUND_OPTIONS: Options = tuple(Option(ground, label) for ground, label in GROUNDS.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """Why a unit appeals."""

    case: str
    ground: Ground
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """What the office decides about an appeal, and why."""

    case: str
    reason: str
    granted: bool


async def undecided(ctx: Context, after: str) -> Outgoing:
    """List the appeals that nobody has decided yet, the oldest rating first."""
    ctx.as_office()
    found = await appeals.undecided(ctx.tx, after or None, PAGE + 1)
    rows = []
    for appeal in found[:PAGE]:
        if case := await cases.get(ctx.tx, appeal.case):
            rows.append((screen_button(await one_line(ctx, case), "office_case", case.id),))
    if len(found) > PAGE:
        rows.append((screen_button(_("Newer ones"), "appeals", found[PAGE - 1].rating),))
    rows.append((screen_button(_("My desk"), "desk"),))
    return say(
        _("These units appeal against a rating, the oldest first:") if found else _("No unit appeals against a rating."),
        rows=tuple(rows),
    )


async def appeal(d: Dialog) -> Appeal | None:
    """Ask a unit what is wrong with a rating, and why."""
    ground = await d.choose("ground", _("What is wrong with this rating?"), GROUND_OPTIONS, label=_("What is wrong"))
    reason = await d.text(
        "reason", _("Please give the reason. The supervision office and the citizen will read it."), label=_("Reason"), most=500
    )
    lines = (GROUNDS[Ground(ground)], verbatim(reason), _("An appeal is possible once. Until it is decided the rating counts."))
    sure = await d.confirm("sure", _("Appeal against this rating?"), lines, yes=_("Appeal"))
    return Appeal(case=d.arg, ground=Ground(ground), reason=reason) if sure else None


async def grant(d: Dialog) -> Decide | None:
    """Ask why a rating is struck."""
    reason = await _reason(d)
    ends = _("The rating counts no more, and its case is closed. Strike the rating?")
    sure = await d.confirm("sure", ends, (verbatim(reason),), yes=_("Strike it"))
    return Decide(case=d.arg, reason=reason, granted=True) if sure else None


async def refuse(d: Dialog) -> Decide | None:
    """Ask why a rating stays."""
    reason = await _reason(d)
    sure = await d.confirm("sure", _("The rating counts. Refuse the appeal?"), (verbatim(reason),), yes=_("Refuse the appeal"))
    return Decide(case=d.arg, reason=reason, granted=False) if sure else None


async def _reason(d: Dialog) -> str:
    prompt = _("What is the reason for your decision? The unit and the citizen will read it.")
    return await d.text("reason", prompt, label=_("Reason"), most=500)


async def send(ctx: Context, asked: Appeal) -> Reply:
    """Appeal."""
    case = await appealing.appeal(ctx, asked.case, asked.ground, asked.reason)
    news = _("The supervision office has your appeal. Until it decides, the rating counts and the case goes on.")
    return Reply(messages=(unit_card(ctx, await facts(ctx, case), ctx.me.roles).with_news(news),))


async def decide(ctx: Context, decided: Decide) -> Reply:
    """Grant or refuse an appeal."""
    case = await appealing.decide(ctx, decided.case, decided.reason, granted=decided.granted)
    news = _("The rating was struck; the unit and the citizen have been told why.")
    if not decided.granted:
        news = _("The rating counts; the unit and the citizen have been told why.")
    return Reply(messages=(office_card(ctx, await facts(ctx, case), ctx.me.person).with_news(news),))


async def settle(ctx: Context, id: str, version: int) -> Reply:
    """Answer a bad rating that the citizen has changed to a better one."""
    case = await handling.settle(ctx, id, version)
    return Reply(
        card=unit_card(ctx, await facts(ctx, case), ctx.me.roles), note=_("Answered. The citizen is asked whether it is settled.")
    )


async def may_appeal(ctx: Context, id: str) -> None:
    """Let only those appeal who deal with the case at its unit, or head the unit, and only once."""
    case = await _case(ctx, id)
    await appealing.as_appellant(ctx, case)
    await appealing.may_appeal(ctx, case)


async def may_decide(ctx: Context, id: str) -> None:
    """Let only the office decide, nobody who works at the unit, and only while the appeal is open."""
    case = await _case(ctx, id)
    rating = await ratings.of_case(ctx.tx, case.id)
    striking.as_outsider(ctx, *((rating,) if rating else ()))
    made = await appeals.of_rating(ctx.tx, rating.id) if rating else None
    if made is None or made.decided_at:
        raise Refused(_("Somebody else has decided this appeal already."))


async def _case(ctx: Context, id: str) -> Case:
    case = await cases.get(ctx.tx, id)
    if case is None:
        raise Refused(_("We can't find this case. Please open it again from your list: /desk"))
    return case


SUBJECT: Subject[Context] = Subject(
    screens=(Screen(name="appeals", view=undecided),),
    acts=(Act(name="settle", do=settle),),
    forms=(
        case_form(name="appeal", title=_("Appealing against a rating"), script=appeal, then=send, may=may_appeal),
        case_form(name="grant_appeal", title=_("Striking a rating"), script=grant, then=decide, may=may_decide),
        case_form(name="refuse_appeal", title=_("Refusing an appeal"), script=refuse, then=decide, may=may_decide),
    ),
)
