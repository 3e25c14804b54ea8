"""Looking at ratings that are unusual: they count like any other until the office keeps them, or strikes them with a reason."""

from __future__ import annotations

from actions.context import Context
from actions.rating import Note, record
from actions.striking import as_outsider, strike, take
from dialog.subjects import Refused
from dialog.texts import _
from domain.cases import Party
from domain.ratings import RatingEvent
from storage import oddities, ratings
from storage.oddities import Oddity


async def keep(ctx: Context, id: str) -> Oddity:
    """Let the ratings of an oddity count, as they did."""
    return await _decide(ctx, id, "")


async def strike_all(ctx: Context, id: str, reason: str) -> Oddity:
    """Strike the ratings of an oddity; those who gave them read the reason."""
    if not reason.strip():
        raise Refused(_("Please write the reason. Those who rated will read it."))
    return await _decide(ctx, id, reason)


async def _decide(ctx: Context, id: str, reason: str) -> Oddity:
    oddity = await oddities.for_change(ctx.tx, id)
    found = [await ratings.get(ctx.tx, one) for one in await oddities.ratings_of(ctx.tx, id)]
    role = as_outsider(ctx, *filter(None, found))
    if oddity is None or oddity.decided_at:
        raise Refused(_("Somebody else has decided this already."))
    cases, taken = await take(ctx, [one for one in found if one])
    if reason:
        await strike(ctx, role, taken, cases, reason, {"oddity": id, "pattern": oddity.pattern})
    else:
        kept = [Note(one, RatingEvent.KEEP, {"oddity": id, "pattern": oddity.pattern}) for one in taken]
        await record(ctx, f"{Party.OFFICE}:{role.id}", kept)
    await oddities.decide(ctx.tx, id, ctx.now, reason)
    return oddity
