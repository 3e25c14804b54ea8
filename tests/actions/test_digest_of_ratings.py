"""The week's digest adds up where ratings were struck: what was filed is closed, withdrawn or without an answer."""

from __future__ import annotations

from datetime import timedelta

from rating_town import BAD, GOOD, MORNING, NOON, RatingTown

from actions import digest, following, judging, kept_digests
from actions.context import Context
from domain.ratings import Pattern
from domain.weeks import Week
from storage import oddities

LATER = NOON + timedelta(hours=1)


async def test_a_case_that_was_closed_by_striking_its_rating_is_among_the_closed_ones(town: RatingTown) -> None:
    rated = [
        (await town.rates(who, window, BAD)).rating
        for who, window in (("reporter", "centre-1"), ("follower", "centre-1"), ("stranger", "centre-2"), ("reporter", "east-1"))
    ]
    async with town.database.transaction() as tx:
        odd = await oddities.find(tx, Pattern.BURST, "centre-1", MORNING.date(), "centre-1", NOON)
        await oddities.add(tx, odd, Pattern.BURST, rated[0].id)
    await town.does("office", lambda ctx: judging.strike_one(ctx, rated[0].id, "重复评价"), NOON)
    await town.does("reporter", lambda ctx: following.withdraw(ctx, str(rated[3].case), "算了"), NOON)
    await town.rates("stranger", "centre-2", GOOD, NOON)

    async def of_the_week(ctx: Context) -> kept_digests.Digest:
        return await kept_digests.make(ctx, Week.of(NOON, ctx.city.city.zone))

    made = await town.does("office", of_the_week, LATER)
    figures, ratings = made.figures, made.ratings
    assert (figures.filed, figures.closed, figures.struck, figures.withdrawn) == (4, 1, 1, 1)
    assert figures.filed == figures.closed + figures.withdrawn + ratings.unanswered
    assert ratings.struck == 1
    assert ratings.verified.dissatisfied + ratings.unverified.dissatisfied == 2, "one was struck, one was changed"
    shown = repr((await town.does("office", lambda ctx: digest.message(ctx, Week.of(NOON, ctx.city.city.zone)), LATER)).lines)
    assert "with a rating that was struck" in shown
    assert "in none of these numbers" in shown
    assert kept_digests._load(kept_digests._dump(made)) == made
