"""Rating, and asking for figures, costs the same however many ratings there are: no statement goes through a table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from explained import Explained
from rating_town import BAD, GOOD, MORNING, NOON, RatingTown, says
from stores import opened

from actions import appealing
from storage import appeals, oddities, rating_figures, ratings
from storage.appeals import Ground
from storage.rating_figures import By


@pytest.mark.parametrize("level", [GOOD, BAD])
async def test_neither_rating_nor_changing_nor_appealing_goes_through_a_table(tmp_path: Path, level: Any) -> None:
    async with opened(f"sqlite:{tmp_path}/huiyin.db") as store:
        town = RatingTown(store)
        await town.arrive()
        case = (await town.rates("reporter", "centre-1", BAD)).rating.case or ""
        for who, now, deed in (
            ("follower", MORNING, says("centre-1", level)),
            ("follower", MORNING, says("centre-1", GOOD)),
            ("clerk", NOON, lambda ctx: appealing.appeal(ctx, case, Ground.MISTAKEN, "不是本窗口")),
            ("office", NOON, lambda ctx: appealing.decide(ctx, case, "属实", granted=True)),
        ):
            async with store.transaction() as tx:
                explained = Explained(tx)
                await deed(replace(await town.context(tx, who, now), tx=explained))
            assert len(explained.plans) > 4
            # The office, to be told of an appeal, is looked up by what is few: the roles that are held; so are the cases that
            # follow this one (led), gathered before.
            assert [plan for plan in explained.scans if "role" not in plan and not plan.startswith("SCAN led")] == []


async def test_figures_and_lists_are_read_by_their_index(tmp_path: Path) -> None:
    async with opened(f"sqlite:{tmp_path}/huiyin.db") as store:
        town = RatingTown(store)
        await town.arrive()
        rating = (await town.rates("reporter", "centre-1", BAD)).rating
        whose = ((None, ""), (By.WINDOW, rating.window), (By.HALL, rating.hall))
        async with store.reading() as tx:
            explained = Explained(tx)
            for by, code in whose:
                assert (await rating_figures.total(explained, rating.day, rating.day, by, code)).ratings == 1
                assert len(await rating_figures.each(explained, By.WINDOW, rating.day, rating.day, by, code)) == 1
            await appeals.undecided(explained, None, 6)
            await oddities.undecided(explained, None, 6)
            plans, explained.plans = explained.plans, []
            for before in (None, rating):
                await ratings.of_person(explained, rating.person, before, 6)
        by_index = "SEARCH rating USING INDEX rating_of_person (person=? AND"
        assert sum(plan.startswith(by_index) for plan in explained.plans) == 2, explained.plans
        explained.plans = plans
        assert explained.plans
        assert explained.scans == []
        assert all("SEARCH" in plan or "TEMP B-TREE" in plan for plan in explained.plans), explained.plans
        assert not any("rating USING" in plan or " rating " in plan.partition(":")[0] for plan in explained.plans)
