"""Ratings to look at: what is unusual about them in words, and the office's two answers, keep them or strike them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from actions import looking
from actions.cards import LEVELS
from actions.context import Context
from actions.facts import excerpt
from dialog.outgoing import Button, Outgoing, say
from dialog.play import Dialog
from dialog.subjects import Act, Form, Refused, Reply, Screen, Subject, act_button, form_button, screen_button
from dialog.texts import Moment, Text, _, verbatim
from domain.ratings import Pattern
from storage import oddities, ratings
from storage.oddities import Oddity

PAGE = 4
SHOWN = 12
WHY: dict[Pattern, Text] = {
    Pattern.BURST: _("{day}, {hall}, {window}: {count} ratings, many within a few minutes."),
    Pattern.MANY_WINDOWS: _("{day}: one account or device has given {count} ratings at many windows."),
    Pattern.PRAISE_FROM_ONE: _("{day}: one account or device has given {count} ratings, nothing but praise."),
    Pattern.PRAISE_IN_SECONDS: _("{day}, {hall}, {window}: {count} ratings within seconds, nothing but praise."),
    Pattern.CLOSED: _("{day}, {hall}: ratings while the hall was closed: {count}."),
}
ONE_WHILE_CLOSED = _("{day}, {hall}, {window}: one rating while the hall was closed.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """Why the ratings of an oddity are struck."""

    oddity: str
    reason: str


async def to_look_at(ctx: Context, after: str) -> Outgoing:
    """List the unusual ratings that nobody has decided about yet, the oldest first."""
    ctx.as_office()
    found = await oddities.undecided(ctx.tx, after or None, PAGE + 1)
    lines = [_("These ratings are unusual. They count until you decide:") if found else _("There are no ratings to look at.")]
    rows: list[tuple[Button, ...]] = []
    for n, oddity in enumerate(found[:PAGE], start=1):
        lines.append(_("{n}. {why}", n=n, why=why(ctx, oddity, len(await oddities.ratings_of(ctx.tx, oddity.id)))))
        rows.append(
            (screen_button(_("Look at {n}", n=n), "oddity", oddity.id), act_button(_("Keep {n}", n=n), "keep", oddity.id, 0))
        )
    if len(found) > PAGE:
        rows.append((screen_button(_("Newer ones"), "oddities", found[PAGE - 1].id),))
    rows.append((screen_button(_("My desk"), "desk"),))
    return say(*lines, rows=tuple(rows))


async def show(ctx: Context, id: str) -> Outgoing:
    """Show unusual ratings one by one."""
    ctx.as_office()
    oddity = await oddities.get(ctx.tx, id)
    if oddity is None:
        raise Refused(_("There are no such ratings."))
    ids = await oddities.ratings_of(ctx.tx, id)
    lines = [why(ctx, oddity, len(ids))]
    for one in ids[:SHOWN]:
        if rating := await ratings.get(ctx.tx, one):
            lines.append(
                _(
                    "{at}  {window}: {level} {text}",
                    at=Moment(rating.rated_at),
                    window=ctx.city.window(rating.window),
                    level=LEVELS[rating.level],
                    text=excerpt(rating.text, 100),
                )
            )
    if len(ids) > SHOWN:
        lines.append(_("and {count} more", count=len(ids) - SHOWN))
    decide = (act_button(_("Keep them"), "keep", id, 0), form_button(_("Strike them"), "strike", id))
    rows = (() if oddity.decided_at else (decide,)) + ((screen_button(_("Ratings to look at"), "oddities"),),)
    return say(*lines, rows=rows)


async def keep(ctx: Context, id: str, version: int) -> Reply:
    """Let unusual ratings count."""
    await looking.keep(ctx, id)
    return Reply(card=(await to_look_at(ctx, "")).below(_("These ratings count.")), note=_("Done."))


async def strike(d: Dialog) -> Strike | None:
    """Ask why ratings are struck."""
    reason = await d.text(
        "reason", _("Why are these ratings struck? Those who gave them will read it."), label=_("Reason"), most=500
    )
    sure = await d.confirm("sure", _("They count no more. Strike these ratings?"), (verbatim(reason),), yes=_("Strike them"))
    return Strike(oddity=d.arg, reason=reason) if sure else None


async def send(ctx: Context, command: Strike) -> Reply:
    """Strike."""
    await looking.strike_all(ctx, command.oddity, command.reason)
    news = _("These ratings were struck; those who gave them have been told why.")
    return Reply(messages=((await to_look_at(ctx, "")).below(news),))


async def may_look(ctx: Context, id: str) -> None:
    """Let only the office open the form, and only while nobody has decided."""
    ctx.as_office()
    oddity = await oddities.get(ctx.tx, id)
    if oddity is None or oddity.decided_at:
        raise Refused(_("Somebody else has decided this already."))


def why(ctx: Context, oddity: Oddity, count: int) -> Text:
    """Say what is unusual about so many ratings."""
    window = ctx.city.city.windows.get(oddity.window)
    return Text(
        (ONE_WHILE_CLOSED if (oddity.pattern, count) == (Pattern.CLOSED, 1) else WHY[oddity.pattern]).id,
        {
            "day": Moment(datetime.combine(oddity.day, time(), ctx.city.city.zone), day=True),
            "hall": ctx.city.hall(window.hall) if window else "",
            "window": ctx.city.window(oddity.window),
            "count": count,
        },
    )


SUBJECT: Subject[Context] = Subject(
    screens=(Screen(name="oddities", view=to_look_at), Screen(name="oddity", view=show)),
    acts=(Act(name="keep", do=keep),),
    forms=(Form(name="strike", title=_("Striking unusual ratings"), script=strike, then=send, may=may_look),),
)
