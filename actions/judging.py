"""Judging ratings that are unusual: they count like any other until the office keeps them, or strikes them with a reason.

Each is decided for itself, or all that are left of a pattern at once. The pattern is settled when every one is decided.
"""

from __future__ import annotations

from collections.abc import Sequence

from actions.context import Context
from actions.rating import Note, record
from actions.striking import as_outsider, strike, take
from dialog.subjects import Refused
from dialog.texts import _
from domain.cases import Party
from domain.ledger import JsonValue
from domain.ratings import RatingEvent
from storage import oddities, ratings
from storage.oddities import Oddity
from storage.ratings import Rating
from storage.roles import Role

DECIDED = _("This has been decided already.")


async def keep(ctx: Context, id: str) -> Sequence[Oddity]:
    """Let a rating count, whatever is unusual about it; give the patterns in which that was decided. Raises Refused."""
    rating = await _found(ctx, id)
    role = as_outsider(ctx, rating)
    _cases, taken = await take(ctx, [rating])
    decided = await _still_left(ctx, id)
    await _keep(ctx, role, [(one, oddity) for one in taken for oddity in decided])
    return decided


async def strike_one(ctx: Context, id: str, reason: str) -> Sequence[Oddity]:
    """Strike a rating; who gave it reads the reason. Gives the patterns in which that was decided. Raises Refused."""
    rating = await _found(ctx, id)
    role = as_outsider(ctx, rating)
    _is_given(reason)
    cases, taken = await take(ctx, [rating])
    decided = await _still_left(ctx, id)
    await strike(ctx, role, taken, cases, reason, _payload(decided[0]))
    return decided


async def keep_rest(ctx: Context, id: str, left: int) -> Oddity:
    """Let the ratings of a pattern count about which nobody has decided; `left` is how many that were when somebody looked.

    Raises Refused.
    """
    oddity, role, found = await _rest(ctx, id)
    _cases, taken = await take(ctx, found)
    await _as_seen(ctx, id, taken, left)
    await _keep(ctx, role, [(one, oddity) for one in taken])
    return oddity


async def strike_rest(ctx: Context, id: str, left: int, reason: str) -> Oddity:
    """Strike the ratings of a pattern about which nobody has decided; those who gave them read the reason. Raises Refused."""
    oddity, role, found = await _rest(ctx, id)
    _is_given(reason)
    cases, taken = await take(ctx, found)
    await _as_seen(ctx, id, taken, left)
    await strike(ctx, role, taken, cases, reason, _payload(oddity))
    return oddity


async def _rest(ctx: Context, id: str) -> tuple[Oddity, Role, Sequence[Rating]]:
    ctx.as_office()
    oddity = await oddities.get(ctx.tx, id)
    found = [one for rating in await oddities.left(ctx.tx, id) if (one := await ratings.get(ctx.tx, rating))]
    role = as_outsider(ctx, *found)
    if oddity is None or not found:
        raise Refused(DECIDED)
    return oddity, role, found


async def _found(ctx: Context, id: str) -> Rating:
    ctx.as_office()
    rating = await ratings.get(ctx.tx, id)
    if rating is None:
        raise Refused(_("There are no such ratings."))
    return rating


async def _still_left(ctx: Context, id: str) -> Sequence[Oddity]:
    """Read where a rating that was taken is left to decide; a colleague may have been faster."""
    if decided := await oddities.left_of_rating(ctx.tx, id):
        return decided
    raise Refused(DECIDED)


async def _as_seen(ctx: Context, id: str, taken: Sequence[Rating], left: int) -> None:
    """Let nobody decide about ratings that they did not see, or that a colleague has decided about since."""
    now = await oddities.left(ctx.tx, id)
    if not now:
        raise Refused(DECIDED)
    if len(now) != left or set(now) != {one.id for one in taken}:
        raise Refused(_("There are other ratings to decide about now than when you looked. Please look again."))


async def _keep(ctx: Context, role: Role, decided: Sequence[tuple[Rating, Oddity]]) -> None:
    notes = [Note(one, RatingEvent.KEEP, _payload(oddity)) for one, oddity in decided if one.struck_at is None]
    await record(ctx, f"{Party.OFFICE}:{role.id}", notes)
    for one, oddity in decided:
        await oddities.keep(ctx.tx, one.id, oddity.id, ctx.now)
    await oddities.settle(ctx.tx, [one.id for one, _oddity in decided], ctx.now)


def _payload(oddity: Oddity) -> dict[str, JsonValue]:
    return {"oddity": oddity.id, "pattern": oddity.pattern}


def _is_given(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("Please write the reason. Those who rated will read it."))
