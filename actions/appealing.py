"""Appeals: a unit calls a rating mistaken or abusive, with its reason; the office decides, and until then the rating counts."""

from __future__ import annotations

from actions.context import Context
from actions.notices import queue_for_office, refresh_cards, tell_followers
from actions.rating import Note, record
from actions.record import move, note, state_after, write
from actions.striking import as_outsider, strike, take, tell_appellant
from dialog.subjects import Refused
from dialog.texts import Text, _
from domain.cases import Event, Party
from domain.ratings import RatingEvent
from storage import appeals, ratings
from storage.appeals import Appeal, Ground
from storage.cases import Case
from storage.entries import EntryKind
from storage.rating_figures import Counted, count
from storage.ratings import Rating
from storage.roles import Role, RoleKind

GROUNDS: dict[Ground, Text] = {Ground.MISTAKEN: _("mistaken"), Ground.ABUSIVE: _("abusive")}


async def as_appellant(ctx: Context, case: Case) -> Role:
    """Let only those pass who may appeal for the unit: whoever deals with the case there, or a head. Raises Refused."""
    head = ctx.me.role(RoleKind.HEAD, case.unit) if case.unit and ctx.has_reached_unit(case) else None
    return head or await ctx.as_holder(case)


async def may_appeal(ctx: Context, case: Case) -> Rating:
    """Give the rating of a case if it can be appealed against now. Raises Refused."""
    state_after(case, Event.APPEAL, Party.CONTACT)
    rating = await ratings.of_case(ctx.tx, case.id)
    if rating is None:
        raise Refused(_("Case {number} does not come from a rating.", number=case.number))
    if rating.struck_at:
        raise Refused(_("This rating was struck already; it counts no more."))
    if made := await appeals.of_rating(ctx.tx, rating.id):
        if made.unit == case.unit:
            raise Refused(_("Your unit has appealed against this rating already. That is possible once."))
        raise Refused(_("Another unit has appealed against this rating already. That is possible once."))
    return rating


async def appeal(ctx: Context, id: str, ground: Ground, reason: str) -> Case:
    """Appeal against the rating that became a case, once; the office and the citizen read the reason."""
    case = await ctx.case(id)
    role = await as_appellant(ctx, case)
    rating = await may_appeal(ctx, case)
    case = await move(ctx, case, Event.APPEAL, Party.CONTACT)
    entry = await write(ctx, case, EntryKind.APPEAL, Party.CONTACT, reason)
    await note(ctx, case, Event.APPEAL, Party.CONTACT, role, ground=ground, entry=entry.id, text=entry.hash)
    made = Appeal(rating=rating.id, case=case.id, unit=case.unit or "", ground=ground, entry=entry.id, by=role.id, at=ctx.now)
    await appeals.make(ctx.tx, made)
    await record(ctx, f"{Party.CONTACT}:{role.id}", [Note(rating, RatingEvent.APPEAL, {"ground": ground, "case": case.id})])
    await count(ctx.tx, rating.cell, Counted.APPEALED, 1)
    await refresh_cards(ctx, case)
    unit, words = ctx.city.unit(case.unit or ""), GROUNDS[ground]
    await queue_for_office(ctx, case, _("{unit} appeals against this rating.", unit=unit))
    news = _("{unit} calls your rating {ground}: {text}", unit=unit, ground=words, text=reason)
    await tell_followers(ctx, case, news, _("The supervision office decides. Until then your rating counts."), alone=True)
    return case


async def decide(ctx: Context, id: str, reason: str, *, granted: bool) -> Case:
    """Grant an appeal, which strikes the rating and closes the case, or refuse it; everybody reads the reason."""
    case = await ctx.case(id)
    found = await ratings.of_case(ctx.tx, case.id)
    role = as_outsider(ctx, *filter(None, (found,)))
    made = await appeals.of_rating(ctx.tx, found.id) if found else None
    if found is None or made is None or made.decided_at:
        raise Refused(_("Somebody else has decided this appeal already."))
    cases, (rating,) = await take(ctx, [found])
    if granted:
        await strike(ctx, role, [rating], cases, reason, {})
        return await ctx.case(id)
    await appeals.decide(ctx.tx, rating.id, ctx.now, granted=False)
    case = await move(ctx, case, Event.REFUSE_APPEAL, Party.OFFICE)
    entry = await write(ctx, case, EntryKind.APPEAL_REFUSED, Party.OFFICE, reason)
    await note(ctx, case, Event.REFUSE_APPEAL, Party.OFFICE, role, entry=entry.id, text=entry.hash)
    await record(ctx, f"{Party.OFFICE}:{role.id}", [Note(rating, RatingEvent.REFUSE_APPEAL, {"case": case.id})])
    await count(ctx.tx, rating.cell, Counted.REFUSED, 1)
    await refresh_cards(ctx, case)
    told = _("Your appeal was refused; the rating counts. The reason: {text}", text=reason)
    await tell_appellant(ctx, case, made, told)
    news = _("The appeal against your rating was refused; your rating counts. The reason: {text}", text=reason)
    await tell_followers(ctx, case, news, alone=True)
    return case
