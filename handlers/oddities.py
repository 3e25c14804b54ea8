"""Ratings to look at: what is unusual about them in words, each with what was said, and the office's two answers.

They are kept or struck one by one, or all that are left of a pattern at once; the page of the desk shows and does the same.
What is pressed at one rating carries the pattern from which it was opened, for it may stand in several: its argument is the
rating's id, a dot, and the pattern, which together name one group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from actions import judging
from actions.cards import LEVELS
from actions.context import Context
from actions.facts import excerpt
from actions.judging import DECIDED
from actions.rating_words import points_in_words, reasons_in_words
from actions.record import STATES
from actions.striking import as_outsider, works_there
from dialog.outgoing import Button, Outgoing, say
from dialog.play import Dialog
from dialog.questions import Option, Options
from dialog.subjects import Act, Form, Refused, Reply, Screen, Subject, act_button, form_button, screen_button
from dialog.texts import Moment, Name, Text, _, verbatim
from domain.ratings import OF_PERSON, Pattern
from storage import cases, oddities, ratings
from storage.oddities import Oddity, Tally
from storage.ratings import Rating

PAGE = 4
SHOWN = 6
WORDS = 100
WHY: dict[Pattern, Text] = {
    Pattern.BURST: _("{day}, {hall}, {window}: {count} ratings, many within a few minutes."),
    Pattern.MANY_WINDOWS: _("{day}: one account or device has given {count} ratings at many windows."),
    Pattern.PRAISE_FROM_ONE: _("{day}: one account or device has given {count} ratings, nothing but praise."),
    Pattern.PRAISE_IN_SECONDS: _("{day}, {hall}, {window}: {count} ratings within seconds, nothing but praise."),
    Pattern.CLOSED: _("{day}, {hall}: ratings while the hall was closed: {count}."),
}
GROUPS: dict[Pattern, Text] = {
    Pattern.BURST: _("within minutes"),
    Pattern.MANY_WINDOWS: _("one account, many windows"),
    Pattern.PRAISE_FROM_ONE: _("one account, only praise"),
    Pattern.PRAISE_IN_SECONDS: _("only praise, within seconds"),
    Pattern.CLOSED: _("hall closed"),
}
"""What a button calls a group of ratings."""
ONE_WHILE_CLOSED = _("{day}, {hall}, {window}: one rating while the hall was closed.")
OWN = _("{at}: a rating of your own unit, which a colleague has to decide about")


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """Why the ratings that are left of an oddity are struck; `left` is how many they were when somebody looked."""

    oddity: str
    left: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StrikeOne:
    """Why one rating is struck; `among` is the pattern from which it was opened, "" where it wasn't opened from any."""

    rating: str
    reason: str
    among: str = ""


async def to_look_at(ctx: Context, after: str) -> Outgoing:
    """List the unusual ratings that nobody has decided about yet, the oldest first."""
    ctx.as_office()
    found = await oddities.undecided(ctx.tx, after or None, PAGE + 1)
    lines = [_("These ratings are unusual. They count until you decide:") if found else _("There are no ratings to look at.")]
    rows: list[tuple[Button, ...]] = []
    for n, oddity in enumerate(found[:PAGE], start=1):
        tally = await oddities.tally(ctx.tx, oddity.id)
        lines.append(_("{n}. {why}", n=n, why=why(ctx, oddity, tally.count)))
        lines += decided(tally)
        rows.append(
            (
                screen_button(_("Look at {n}", n=n), "oddity", oddity.id),
                act_button(_("Keep {n}", n=n), "keep", oddity.id, tally.left),
            )
        )
    turns = [screen_button(_("To the beginning"), "oddities")] if after else []
    if len(found) > PAGE:
        turns.append(screen_button(_("More patterns"), "oddities", found[PAGE - 1].id))
    rows += [tuple(turns)] if turns else []
    rows.append((screen_button(_("My desk"), "desk"),))
    return say(*lines, rows=tuple(rows))


async def show(ctx: Context, arg: str) -> Outgoing:
    """Show the ratings that are left of a pattern, a page at a time; each can be opened."""
    ctx.as_office()
    id, _colon, skipped = arg.partition(":")
    oddity = await oddities.get(ctx.tx, id)
    if oddity is None:
        raise Refused(_("There are no such ratings."))
    tally = await oddities.tally(ctx.tx, id)
    begin = int(skipped) if skipped.isdecimal() and int(skipped) < tally.left else 0
    lines = [why(ctx, oddity, tally.count), *decided(tally)]
    looks: list[Button] = []
    for n, one in enumerate((await oddities.left(ctx.tx, id))[begin : begin + SHOWN], start=begin + 1):
        if rating := await ratings.get(ctx.tx, one):
            said_there = line(ctx, rating, hall=oddity.pattern in OF_PERSON, words=True)
            lines.append(_("{n}. {why}", n=n, why=said_there))
            looks.append(screen_button(_("Open {n}", n=n), "odd_rating", opened_from(rating.id, oddity.pattern)))
    rows = [tuple(looks[at : at + 3]) for at in range(0, len(looks), 3)]
    turns = [screen_button(_("Previous page"), "oddity", f"{id}:{max(0, begin - SHOWN)}")] if begin else []
    if begin + SHOWN < tally.left:
        turns.append(screen_button(_("More ratings"), "oddity", f"{id}:{begin + SHOWN}"))
    rows += [tuple(turns)] if turns else []
    if tally.left:
        count, group = tally.left, GROUPS[oddity.pattern]
        rows.append((act_button(_("Keep {count}: {group}", count=count, group=group), "keep", id, count),))
        rows.append((form_button(_("Strike {count}: {group}", count=count, group=group), "strike", id),))
    rows.append((screen_button(_("Ratings to look at"), "oddities"),))
    return say(*lines, rows=tuple(rows))


async def show_one(ctx: Context, arg: str) -> Outgoing:
    """Show one unusual rating: what was said and when, why it is unusual, and the case that it became."""
    id, _dot, among = arg.partition(".")
    rating = await _rating(ctx, id)
    found = await oddities.of_rating(ctx.tx, id)
    left = await oddities.left_of_rating(ctx.tx, id)
    case = await cases.get(ctx.tx, rating.case) if rating.case else None
    lines = [line(ctx, rating), *said(ctx, rating)]
    lines.append(_("The visit is verified.") if rating.verified else _("The visit is not verified."))
    if rating.changed_at > rating.rated_at:
        lines.append(_("Changed by the citizen: {at}", at=Moment(rating.changed_at)))
    lines += [why(ctx, oddity, (await oddities.tally(ctx.tx, oddity.id)).count) for oddity in found]
    if case:
        lines.append(_("It has become case {number}: {state}.", number=case.number, state=STATES[case.state]))
    if not left:
        lines.append(_("It was struck and counts no more.") if rating.struck_at else _("It was kept and counts."))
    rows: list[tuple[Button, ...]] = []
    if left:
        rows.append((act_button(_("Keep it"), "keep_one", arg, 0), form_button(_("Strike it"), "strike_one", arg)))
    if case:
        rows.append((screen_button(_("Show the case"), "office_case", case.id),))
    group = _among(found, among) or (left or found)[0]
    rows.append((screen_button(_("The ratings together with it"), "oddity", group.id),))
    rows.append((screen_button(_("Ratings to look at"), "oddities"),))
    return Outgoing(lines=tuple(lines), rows=tuple(rows), files=rating.files)


async def keep(ctx: Context, id: str, left: int) -> Reply:
    """Let the unusual ratings count that are left of a pattern."""
    await judging.keep_rest(ctx, id, left)
    news = _("These ratings were kept and count.")
    return Reply(card=(await to_look_at(ctx, "")).with_news(news), note=news)


async def keep_one(ctx: Context, arg: str, version: int) -> Reply:
    """Let one unusual rating count."""
    id, _dot, among = arg.partition(".")
    news = _("This rating was kept and counts.")
    return Reply(card=(await _go_on(ctx, id, await judging.keep(ctx, id), among)).with_news(news), note=news)


async def strike(d: Dialog) -> Strike | None:
    """Ask why the ratings that are left of a pattern are struck."""
    left = await d.look("left", how_many, d.arg)
    (about,) = await d.look("about", about_group, d.arg)
    asked = _(
        "{why} Left to decide: {count}. Why are they struck? Those who gave them will read it.", why=about.label, count=left
    )
    reason = await d.text("reason", asked, label=_("Reason"), most=500)
    ends = _("Strike the {count} that are left of this: {why} They count no more then.", count=left, why=about.label)
    sure = await d.confirm("sure", ends, (verbatim(reason),), yes=_("Strike them"))
    return Strike(oddity=d.arg, left=left, reason=reason) if sure else None


async def strike_one(d: Dialog) -> StrikeOne | None:
    """Ask why one rating is struck."""
    reason = await d.text("reason", _("Why is this rating struck? Who gave it will read it."), label=_("Reason"), most=500)
    ends = _("It counts no more, and if it has become a case, that is closed. Strike this rating?")
    sure = await d.confirm("sure", ends, (verbatim(reason),), yes=_("Strike it"))
    id, _dot, among = d.arg.partition(".")
    return StrikeOne(rating=id, reason=reason, among=among) if sure else None


async def send(ctx: Context, command: Strike) -> Reply:
    """Strike what is left of a pattern."""
    await judging.strike_rest(ctx, command.oddity, command.left, command.reason)
    news = _("These ratings were struck; those who gave them have been told why.")
    return Reply(messages=((await to_look_at(ctx, "")).with_news(news),))


async def send_one(ctx: Context, command: StrikeOne) -> Reply:
    """Strike one rating."""
    decided = await judging.strike_one(ctx, command.rating, command.reason)
    news = _("This rating was struck; who gave it has been told why.")
    return Reply(messages=((await _go_on(ctx, command.rating, decided, command.among)).with_news(news),))


async def how_many(ctx: Context, id: str) -> int:
    """Count the ratings of a pattern about which nobody has decided."""
    return (await oddities.tally(ctx.tx, id)).left


async def about_group(ctx: Context, id: str) -> Options:
    """Say what is unusual about the ratings of a pattern."""
    oddity, tally = await oddities.get(ctx.tx, id), await oddities.tally(ctx.tx, id)
    return (Option(id, why(ctx, oddity, tally.count) if oddity else verbatim("")),)


async def may_strike(ctx: Context, id: str) -> None:
    """Let only the office open the form, and only while nobody has decided."""
    ctx.as_office()
    if not await how_many(ctx, id):
        raise Refused(DECIDED)


async def may_strike_one(ctx: Context, arg: str) -> None:
    """Let only the office open the form, nobody who works at the unit, and only while nobody has decided."""
    id, _dot, _among = arg.partition(".")
    await _rating(ctx, id)
    if not await oddities.left_of_rating(ctx.tx, id):
        raise Refused(DECIDED)


def why(ctx: Context, oddity: Oddity, count: int) -> Text:
    """Say what is unusual about so many ratings."""
    window = ctx.city.city.windows.get(oddity.window)
    words = ONE_WHILE_CLOSED if oddity.pattern is Pattern.CLOSED and count == 1 else WHY[oddity.pattern]
    return Text(
        words.id,
        {
            "day": Moment(datetime.combine(oddity.day, time(), ctx.city.city.zone), day=True),
            "hall": ctx.city.hall(window.hall) if window else "",
            "window": ctx.city.window(oddity.window),
            "count": count,
        },
    )


def line(ctx: Context, rating: Rating, *, hall: bool = True, words: bool = False) -> Text:
    """Say of a rating in one line when it was given, where, and what was said; of one's own unit only that there is one."""
    if works_there(ctx, rating):
        return Text(OWN.id, {"at": Moment(rating.rated_at, day=True)})
    window: Text | Name = ctx.city.window(rating.window)
    if hall:
        window = _("{hall}, {window}", hall=ctx.city.hall(rating.hall), window=window)
    level = LEVELS[rating.level]
    if not words:
        return _("{at}  {window}: {level}", at=Moment(rating.rated_at), window=window, level=level)
    text = excerpt(rating.text, WORDS)
    return _("{at}  {window}: {level} {text}", at=Moment(rating.rated_at), window=window, level=level, text=text)


def said(ctx: Context, rating: Rating) -> Sequence[Text]:
    """Say what somebody said beside the level: reasons, criteria, and the words with personal data covered."""
    own = verbatim(excerpt(rating.text, 2000)) if rating.text else None
    city = ctx.city.city
    return [*filter(None, (reasons_in_words(city, rating.reasons), points_in_words(city, rating.criteria), own))]


def decided(tally: Tally) -> list[Text]:
    """Say what was decided about some of the ratings of a pattern; nothing while nothing was."""
    if tally.left == tally.count:
        return []
    return [_("Kept: {kept}. Struck: {struck}. Not decided: {left}.", kept=tally.kept, struck=tally.struck, left=tally.left)]


async def _rating(ctx: Context, id: str) -> Rating:
    """Read an unusual rating for somebody who may decide about it; the office reads no others. Raises Refused."""
    ctx.as_office()
    rating = await ratings.get(ctx.tx, id)
    if rating is None or not await oddities.of_rating(ctx.tx, id):
        raise Refused(_("There are no such ratings."))
    as_outsider(ctx, rating)
    return rating


def opened_from(rating: str, pattern: Pattern) -> str:
    """Give the argument of a rating that is opened from a group; Telegram takes no press of more than 64 bytes."""
    return f"{rating}.{pattern}"


def _among(found: Sequence[Oddity], pattern: str) -> Oddity | None:
    """Find the group from which a rating was opened; a rating stands in one of each pattern."""
    return next((oddity for oddity in found if oddity.pattern == pattern), None)


async def _go_on(ctx: Context, rating: str, decided: Sequence[Oddity], among: str) -> Outgoing:
    """Show what is left of the group from which a rating was opened and decided, or what else there is to look at."""
    group = _among(await oddities.of_rating(ctx.tx, rating), among) or await oddities.get(ctx.tx, decided[0].id)
    return await (show(ctx, group.id) if group and group.decided_at is None else to_look_at(ctx, ""))


SUBJECT: Subject[Context] = Subject(
    screens=(
        Screen(name="oddities", view=to_look_at),
        Screen(name="oddity", view=show),
        Screen(name="odd_rating", view=show_one),
    ),
    acts=(Act(name="keep", do=keep), Act(name="keep_one", do=keep_one)),
    forms=(
        Form(name="strike", title=_("Striking unusual ratings"), script=strike, then=send, may=may_strike),
        Form(name="strike_one", title=_("Striking an unusual rating"), script=strike_one, then=send_one, may=may_strike_one),
    ),
)
