"""A bad rating is about one visit to a window: it is not kept to find cases alike, and is in no hot issue."""

from __future__ import annotations

from pathlib import Path

from rating_town import BAD, MORNING, NOON, RatingTown
from stores import opened

from actions import likeness
from actions.context import Context
from storage import likeness as index


async def test_a_bad_rating_is_never_kept_and_finds_nothing(tmp_path: Path) -> None:
    async with opened(f"sqlite:{tmp_path}/huiyin.db") as store:
        town = RatingTown(store)
        await town.arrive()
        text = "等了两个小时，窗口的人态度很差"
        case = (await town.rates("reporter", "centre-1", BAD, text=text)).rating.case or ""

        async def look(ctx: Context) -> tuple[object, ...]:
            kept = await ctx.tx.all("SELECT case_id FROM likeness")
            found = await likeness.like_case(ctx, await ctx.case(case))
            return kept, list(found), list(await index.told(ctx.tx, MORNING, NOON, 100))

        assert await town.does("office", look, NOON) == ([], [], [])
