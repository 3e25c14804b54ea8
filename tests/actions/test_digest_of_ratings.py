"""The week's digest adds up where ratings were struck: what was filed is closed, withdrawn or without an answer."""

from __future__ import annotations

from datetime import timedelta

from cast import xining
from rating_town import BAD, GOOD, MORNING, NOON, RatingTown

from actions import appealing, digest, following, handling, judging, kept_digests
from actions.context import Context
from domain.ratings import Pattern
from domain.weeks import Week
from storage import oddities, rated_weeks
from storage.appeals import Ground

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


async def test_what_waited_at_the_end_of_a_week_is_the_same_whenever_it_is_counted(town: RatingTown) -> None:
    rated = [(await town.rates(who, "centre-1", BAD)).rating for who in ("reporter", "stranger", "follower")]
    answered, appealed, withdrawn = (str(one.case) for one in rated)
    for id in (answered, appealed):
        await town.does("clerk", lambda ctx, id=id: handling.accept(ctx, id, 2), NOON)
    await town.does("clerk", lambda ctx: appealing.appeal(ctx, appealed, Ground.MISTAKEN, "没有这回事"), NOON)
    week = Week.of(NOON, xining().city.zone)

    async def waited() -> tuple[int, int]:
        async with town.database.reading() as tx:
            counted = await rated_weeks.count(tx, week.monday, week.sunday.date(), week.end)
        return counted.unanswered, counted.appeals

    assert await waited() == (3, 1)
    after = week.end + timedelta(hours=8)
    await town.does("clerk", lambda ctx: handling.report(ctx, answered, "已改进"), after)
    await town.does("follower", lambda ctx: following.withdraw(ctx, withdrawn, "算了"), after)
    await town.does("office", lambda ctx: appealing.decide(ctx, appealed, "查无实据", granted=False), after)
    assert await waited() == (3, 1)
