"""Ratings that count no more: struck by the office with a reason, after an appeal or because they looked unusual.

A case that a struck rating has become ends with it; whoever gave the rating is told why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from actions.context import Context
from actions.notices import refresh_cards, tell, tell_followers, tell_unit
from actions.rating import Note, record
from actions.record import move, note, write
from actions.timekeeping import stop
from dialog.outgoing import say
from dialog.subjects import Refused
from dialog.texts import Moment, Text, _
from domain.cases import OPEN, Event, Party
from domain.ledger import JsonValue
from domain.ratings import RatingEvent, is_own
from storage import appeals, oddities, ratings, roles
from storage.appeals import Appeal
from storage.cases import Case
from storage.entries import EntryKind
from storage.rating_figures import Counted, count
from storage.ratings import Rating
from storage.roles import Role, RoleKind


def as_outsider(ctx: Context, *found: Rating) -> Role:
    """Let only the office decide on ratings, and nobody who works at a unit that was rated. Raises Refused."""
    role = ctx.as_office()
    if any(works_there(ctx, one) for one in found):
        raise Refused(_("You work at the unit that was rated, so a colleague has to decide this."))
    return role


def works_there(ctx: Context, rating: Rating) -> bool:
    """Tell whether the person who acts works at the unit that was rated, then or now."""
    units, city = ctx.me.works_at, ctx.city.city
    return rating.unit in units or (rating.window in city.windows and is_own(city, rating.window, units))


async def take(ctx: Context, found: Sequence[Rating]) -> tuple[dict[str, Case], list[Rating]]:
    """Take the cases of some ratings by their ids, then the ratings themselves, then where they stand as unusual.

    Raises Refused if one has become a case in the meantime, which nobody has taken.
    """
    cases = {id: await ctx.case(id) for id in sorted({one.case for one in found if one.case})}
    ids = sorted(one.id for one in found)
    taken = [await ratings.for_change(ctx.tx, id) for id in ids]
    await oddities.take_of(ctx.tx, ids)
    if any(one and one.case and one.case not in cases for one in taken):
        raise Refused(_("The citizen has just changed this rating. Please look at it again."))
    return cases, [one for one in taken if one is not None]


async def strike(
    ctx: Context, role: Role, found: Sequence[Rating], cases: dict[str, Case], reason: str, payload: dict[str, JsonValue]
) -> None:
    """Strike ratings that were taken for change; those that are struck already stay as they are.

    Wherever they look unusual, that is decided with it, and so is an appeal that waits: the unit has what it asked for.
    """
    standing = [one for one in found if one.struck_at is None]
    appealed = {one.id for one in standing if await _grant(ctx, one)}
    for one in standing:
        if one.case in cases:
            cases[one.case] = await _end(ctx, role, cases[one.case], reason)
    said = {one.id: {**payload, **({"appeal": True} if one.id in appealed else {})} for one in standing}
    await record(ctx, f"{Party.OFFICE}:{role.id}", [Note(one, RatingEvent.STRIKE, said[one.id]) for one in standing])
    for one in standing:
        if one.id in appealed:
            await count(ctx.tx, one.cell, Counted.GRANTED, 1)
    for one in standing:
        await ratings.update(ctx.tx, one, replace(one, struck_at=ctx.now), ctx.now)
    for one in standing:  # whoever is told now is shown the rating as struck
        if one.case in cases:
            await _tell_of_end(ctx, one, cases[one.case], reason)
        else:
            await _tell_rater(ctx, one, reason)
    for one in found:
        await oddities.strike(ctx.tx, one.id, ctx.now, reason)
    await oddities.settle(ctx.tx, [one.id for one in found], ctx.now)


async def tell_appellant(ctx: Context, case: Case, appeal: Appeal, news: Text) -> None:
    """Tell the unit that has appealed what was decided; its case may have gone to another one since."""
    if case.unit == appeal.unit:
        await tell_unit(ctx, case, news, files=())
        return
    told = say(_("Case {number}:", number=case.number), news)
    staff = (*await ctx.colleagues(appeal.unit), *await roles.of_unit(ctx.tx, appeal.unit, RoleKind.HEAD))
    for person in dict.fromkeys(role.person for role in staff):
        await tell(ctx, person, told)


async def _grant(ctx: Context, rating: Rating) -> bool:
    """Grant the appeal against a rating; False if none waits."""
    made = await appeals.of_rating(ctx.tx, rating.id)
    if made is None or made.decided_at:
        return False
    await appeals.decide(ctx.tx, rating.id, ctx.now, granted=True)
    return True


async def _end(ctx: Context, role: Role, case: Case, reason: str) -> Case:
    """Close the case of a struck rating; one that has ended already only notes it."""
    was_open = case.state in OPEN
    if was_open:
        case = await move(ctx, case, Event.STRIKE, Party.OFFICE)
    entry = await write(ctx, case, EntryKind.STRUCK, Party.OFFICE, reason)
    await note(ctx, case, Event.STRIKE, Party.OFFICE, role, entry=entry.id, text=entry.hash)
    if was_open:
        await stop(ctx, case, Event.STRIKE)
    return case


async def _tell_of_end(ctx: Context, rating: Rating, case: Case, reason: str) -> None:
    await refresh_cards(ctx, case)
    news = _("The rating was struck, and the case is closed. The reason: {text}", text=reason)
    await tell_unit(ctx, case, news, files=())
    made = await appeals.of_rating(ctx.tx, rating.id)
    if made and made.unit != case.unit:
        await tell_appellant(ctx, case, made, news)
    await tell_followers(ctx, case, _("Your rating was struck and counts no more. The reason: {text}", text=reason), alone=True)


async def _tell_rater(ctx: Context, rating: Rating, reason: str) -> None:
    told = _(
        "Your rating of {hall}, {window}, of {day} was struck and counts no more. The reason: {text}",
        hall=ctx.city.hall(rating.hall),
        window=ctx.city.window(rating.window),
        day=Moment(rating.rated_at, day=True),
        text=reason,
    )
    await tell(ctx, rating.person, say(told), ctx.city.after_quiet(ctx.now))
