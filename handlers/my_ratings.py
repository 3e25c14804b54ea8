"""A citizen's own ratings: the list, one of them, and adding to it while the visit lasts. Nobody else is shown any."""

from __future__ import annotations

from dataclasses import dataclass

from actions import objecting
from actions import rating as rates
from actions.cards import LEVELS
from actions.citizen_cards import citizen_card, not_heard_yet
from actions.context import Context
from actions.facts import excerpt, facts
from actions.praise import PRAISE
from actions.rating import can_change, changeable_until, may_add, own
from actions.rating_words import points_in_words, reasons_in_words
from actions.record import STATES
from dialog.outgoing import Button, Outgoing, say
from dialog.play import Dialog
from dialog.questions import Option, Options, Told
from dialog.subjects import Form, Refused, Reply, Screen, Subject, form_button, screen_button
from dialog.texts import Moment, Text, _, verbatim
from handlers.rating import ADD, ADD_LABEL, READ_BY_UNIT, where, window_in_words
from handlers.reporting import as_report, is_report
from handlers.windows import change_button
from storage import cases, ratings
from storage.ratings import Rating

PAGE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What is added to a rating, or said of the case that it became: `rating` is its id.

    `report` is what becomes a misconduct report instead.
    """

    rating: str
    text: str = ""
    files: tuple[str, ...] = ()
    report: Told | None = None


async def my_ratings(ctx: Context, before: str) -> Outgoing:
    """List what a person has rated, newest first."""
    found = await ratings.of_person(ctx.tx, ctx.me.person, await own(ctx, before) if before else None, PAGE + 1)
    rows: list[tuple[Button, ...]] = [(screen_button(_line(ctx, rating), "rating", rating.id),) for rating in found[:PAGE]]
    if len(found) > PAGE:
        rows.append((screen_button(_("Older ones"), "my_ratings", found[PAGE - 1].id),))
    rows.append((form_button(_("Rate a service window"), "find_window"), screen_button(_("My cases"), "my")))
    return say(_("Your ratings:") if found else _("You have rated no window here yet."), rows=tuple(rows))


def _line(ctx: Context, rating: Rating) -> Text:
    line = _(
        "{day}, {level}: {window}, {hall}",
        day=Moment(rating.rated_at, day=True),
        window=ctx.city.window(rating.window),
        hall=ctx.city.hall(rating.hall),
        level=LEVELS[rating.level],
    )
    return _("{rating} (not counted)", rating=line) if rating.struck_at else line


async def show(ctx: Context, id: str) -> Outgoing:
    """Show one's own rating, what came of it, and what can be done with it now."""
    return await _card(ctx, await own(ctx, id))


async def _card(ctx: Context, rating: Rating) -> Outgoing:
    city = ctx.city.city
    lines = [
        _("{window}, {hall}", window=ctx.city.window(rating.window), hall=ctx.city.hall(rating.hall)),
        _("Your rating on {at}: {level}", at=Moment(rating.rated_at), level=LEVELS[rating.level]),
        *filter(None, (reasons_in_words(city, rating.reasons), points_in_words(city, rating.criteria))),
    ]
    lines += [verbatim(excerpt(rating.text))] if rating.text else []
    lines += [_("Files: {count}", count=len(rating.files))] if rating.files else []
    lines += [_("This rating was struck and counts no more.")] if rating.struck_at else []
    rows: list[tuple[Button, ...]] = []
    if rating.case and (case := await cases.get(ctx.tx, rating.case)):
        lines.append(_("It has become case {number}: {state}.", number=case.number, state=STATES[case.state]))
        lines += filter(None, (not_heard_yet(ctx, case),))
        rows.append((screen_button(_("Show the case"), "case", case.id),))
    if _is_changeable(ctx, rating):
        lines.append(_("Until {until} you can change it.", until=Moment(changeable_until(ctx, rating))))
        add = () if rating.case else (form_button(ADD_LABEL, "add_to_rating", rating.id),)
        rows.append((*add, change_button(rating)))
    rows.append((screen_button(_("My ratings"), "my_ratings"), screen_button(_("Menu"), "menu")))
    return say(*lines, rows=tuple(rows))


def _is_changeable(ctx: Context, rating: Rating) -> bool:
    try:
        can_change(ctx, rating)
    except Refused:
        return False
    return rating.window in ctx.city.city.windows


async def add(d: Dialog) -> Added:
    """Ask what is to be added."""
    about = await d.look("about", rated_window, d.arg)
    d.head(*(line.label for line in about))
    told = await d.collect("told", ADD, label=ADD_LABEL)
    if await is_report(d, told.text):
        return Added(rating=d.arg, report=told)
    return Added(rating=d.arg, text=told.in_words(), files=told.files)


async def rated_window(ctx: Context, id: str) -> Options:
    """Name the window of a rating, and say who reads words of praise."""
    rating = await ratings.get(ctx.tx, id)
    if rating is None:
        return ()
    read = (Option("read", READ_BY_UNIT),) if rating.level in PRAISE else ()
    return (Option("window", where(ctx, rating.window)), *read)


async def title(ctx: Context, id: str) -> Text:
    """Name the window to whose rating a waiting form adds."""
    return _("Adding to your rating of {window}", window=where(ctx, (await own(ctx, id)).window))


async def send(ctx: Context, added: Added) -> Reply:
    """Add to a rating."""
    if added.report:
        return as_report(added.report, about=window_in_words(ctx, (await own(ctx, added.rating)).window))
    rating = await rates.add(ctx, added.rating, added.text, added.files)
    return Reply(messages=((await _card(ctx, rating)).with_news(_("Thank you. It has been added to your rating.")),))


async def object_to_strike(d: Dialog) -> Added:
    """Ask why a rating should not have been struck."""
    told = await d.collect(
        "told",
        _(
            "Why do you object to the striking? Write it, or send photos. Only the supervision office reads it."
            " You can object once."
        ),
        label=_("Your words"),
    )
    return Added(rating=d.arg, text=told.in_words(), files=told.files)


async def send_objection(ctx: Context, said: Added) -> Reply:
    """Object."""
    case = await objecting.object_to_strike(ctx, said.rating, said.text, said.files)
    news = _("Thank you. The supervision office has your objection and reads it.")
    return Reply(messages=(citizen_card(ctx, await facts(ctx, case)).with_passing_news(news),))


async def may_object(ctx: Context, id: str) -> None:
    """Let nobody write an objection that can't be made."""
    case = await cases.get(ctx.tx, id)
    if case is None:
        raise Refused(_("We can't find this case. Please open it again from your list: /my"))
    await objecting.can_object(ctx, case)


async def may_open(ctx: Context, id: str) -> None:
    """Let only those add who gave the rating, while it can be added to."""
    may_add(ctx, await own(ctx, id))


SUBJECT: Subject[Context] = Subject(
    screens=(Screen(name="my_ratings", view=my_ratings), Screen(name="rating", view=show)),
    forms=(
        Form(
            name="object",
            title=_("Objecting to the striking of a rating"),
            script=object_to_strike,
            then=send_objection,
            may=may_object,
            about=str,
        ),
        Form(
            name="add_to_rating",
            title=_("Adding to a rating"),
            script=add,
            then=send,
            may=may_open,
            about=str,
            named=title,
            gathers=True,
        ),
    ),
)
