"""The weekly digest tells what windows were rated, and tells it of a past week in the same words whatever is decided later."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import rated_days
from story_town import Town
from test_digest import has_picture

from actions import appealing, digest_ratings
from actions.digest_ratings import worst
from actions.rating import Rated
from domain.cases import Satisfaction
from domain.weeks import Week
from storage.appeals import Ground
from storage.rated_weeks import Rated as RatedOf
from storage.rated_weeks import WeekOfRatings, WindowFigures
from storage.roles import RoleKind

CHINA = ZoneInfo("Asia/Shanghai")
UNIT = "service-hall"


async def a_week_of_ratings(town: Town) -> tuple[Week, list[Rated]]:
    """Let people rate on two days of last week; return it, and what they rated."""
    serving = counter(town)
    async with town.app.database.reading() as tx:
        plan = (await town.app._town.context(tx)).city.city
    week = Week.of(town.clock.now(), CHINA)
    day = town.clock.now().astimezone(CHINA).date()
    rated = []
    for n in (0, 1):
        rated += await serving.serve(rated_days.visits(plan, day + timedelta(days=n), 400, 3))
    town.clock.ahead += week.end + timedelta(hours=9) - town.clock.now()
    return week, rated


def counter(town: Town) -> rated_days.Counter:
    return rated_days.Counter(town.app.database, town.app.keys, town.app._town)


async def test_the_digest_tells_ratings_worst_windows_bad_ones_without_answer_and_open_appeals(town: Town) -> None:
    office = await town.office("telegram")
    week, rated = await a_week_of_ratings(town)
    bad = [one for one in rated if one.receipt and one.rating.unit == UNIT]
    async with counter(town).staff(town.clock.now() - timedelta(days=2), RoleKind.CONTACT, UNIT) as ctx:
        await appealing.appeal(ctx, str(bad[0].rating.case), Ground.MISTAKEN, "不是本窗口的事")
    await office.says(f"/digest {week.name}")
    message = await office.sees(
        "Ratings of windows, .+Worst by other ratings, of windows with 20 or more: .+Appeals open: 1", buttons=["Window r"]
    )
    newest = {one.rating.id: one.rating for one in rated}.values()
    sorts = {verified: [one for one in newest if one.verified is verified] for verified in (True, False)}
    told = [
        f"{len(found)} ({sum(one.level != 'dissatisfied' for one in found) * 100 // len(found)}% satisfied)"
        for found in sorts.values()
    ]
    assert "Ratings of windows, each as its citizen last changed it." in message.text
    assert f"Verified visits: {told[0]}. Others: {told[1]}." in message.text
    assert f"Cases of bad ratings without an answer: {sum(one.case is not None for one in newest)}." in message.text
    counts = Counter(one.window for one in sorts[False])
    dissatisfied = Counter(one.window for one in sorts[False] if one.level is Satisfaction.DISSATISFIED)
    enough = {window: dissatisfied[window] / n for window, n in counts.items() if n >= 20}
    worst = max(enough, key=lambda window: enough[window])
    assert f"% of {counts[worst]} satisfied)" in message.text.split("Worst by other ratings")[1]
    await office.presses("Window ratings", on=message)
    shown = await office.sees(f"Week {week.number} of {week.year}, ratings:.+{re.escape(told[0])}", buttons=["The week's digest"])
    assert has_picture(shown)


async def test_a_past_week_has_the_same_figures_after_ratings_of_it_were_struck(town: Town) -> None:
    office = await town.office("web")
    week, rated = await a_week_of_ratings(town)
    bad = next(one for one in rated if one.receipt and one.rating.unit == UNIT)
    await office.says(f"/digest {week.name}")
    first = (await office.sees("Ratings of windows")).text
    async with counter(town).staff(town.clock.now(), RoleKind.CONTACT, UNIT) as ctx:
        await appealing.appeal(ctx, str(bad.rating.case), Ground.MISTAKEN, "不是本窗口的事")
    async with counter(town).staff(town.clock.now(), RoleKind.OFFICE) as ctx:
        await appealing.decide(ctx, str(bad.rating.case), "已核实", granted=True)
    await office.says(f"/digest {week.name}")
    assert (await office.sees("Weekly digest", buttons=["Unit by unit"])).text == first


async def test_a_week_that_was_kept_before_there_were_ratings_is_still_told(town: Town) -> None:
    office = await town.office("web")
    week, _rated = await a_week_of_ratings(town)
    await office.says(f"/digest {week.name}")
    await office.sees("Ratings of windows")
    async with town.app.database.transaction() as tx:
        row = await tx.one("SELECT body FROM report WHERE kind = 'week' AND period = :name", name=week.name)
        assert row is not None
        kept = json.loads(row["body"])
        del kept["ratings"]
        await tx.run(
            "UPDATE report SET body = :body WHERE kind = 'week' AND period = :name", body=json.dumps(kept), name=week.name
        )
    await office.says(f"/digest {week.name}")
    message = await office.sees("Weekly digest", buttons=["Unit by unit"])
    assert "Ratings" not in message.text


def test_only_windows_with_twenty_ratings_of_a_sort_are_compared_and_none_that_nobody_was_dissatisfied_with() -> None:
    def window(name: str, verified: tuple[int, int], unverified: tuple[int, int]) -> WindowFigures:
        both = [RatedOf(ratings=ratings, dissatisfied=bad) for ratings, bad in (verified, unverified)]
        return WindowFigures(window=name, verified=both[0], unverified=both[1], levels=(0, 0, 0, 0))

    windows = [
        window("few", (19, 19), (0, 0)),
        window("good", (40, 0), (40, 0)),
        window("bad", (20, 2), (100, 5)),
        window("worse", (30, 6), (20, 0)),
        window("worst", (20, 9), (19, 19)),
    ]
    assert [one.window for one in worst(windows, lambda one: one.verified)] == ["worst", "worse"]
    assert [one.window for one in worst(windows, lambda one: one.unverified)] == ["bad"]


@pytest.mark.parametrize(
    ("verified", "others", "said"),
    [
        ((0, 0), (1, 1), "Verified visits: 0. Others: 1 (dissatisfied: 1)."),
        ((19, 0), (20, 1), "Verified visits: 19 (dissatisfied: 0). Others: 20 (95% satisfied)."),
        ((0, 0), (0, 0), "No window was rated this week."),
    ],
)
async def test_of_a_few_ratings_no_share_is_told(
    town: Town, verified: tuple[int, int], others: tuple[int, int], said: str
) -> None:
    of = [RatedOf(ratings=ratings, dissatisfied=bad) for ratings, bad in (verified, others)]
    window = WindowFigures(window="centre-1", verified=of[0], unverified=of[1], levels=(0, 0, 0, 0))
    async with town.app.database.transaction() as tx:
        ctx = await town.app._town.context(tx)
    week = WeekOfRatings(windows=(window,), unanswered=1, appeals=0)
    assert said in town.app.words.render(digest_ratings.lines(ctx, week)[0], "en")
    assert digest_ratings.lines(ctx, replace(week, unanswered=0)) == () or any(verified + others)
