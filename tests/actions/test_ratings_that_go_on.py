"""What becomes of a rating after its case has ended or was appealed against; and that its case is merged with none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from rating_town import BAD, GOOD, MORNING, NOON, RatingTown
from stores import opened

from actions import appealing, following, merging
from dialog.subjects import Refused
from storage.appeals import Ground

WITHIN = NOON + timedelta(hours=1)
"""Still the same visit."""


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[RatingTown]:
    """Bring everybody together, and prove ledger and figures afterwards."""
    async with opened(f"sqlite:{tmp_path}/huiyin.db") as store:
        town = RatingTown(store)
        await town.arrive()
        yield town
        await town.is_whole()


async def test_a_change_marks_only_a_case_that_goes_on(town: RatingTown) -> None:
    case = (await town.rates("reporter", "centre-1", BAD)).rating.case or ""
    assert (await town.rates("reporter", "centre-1", BAD, NOON)).marked
    await town.does("reporter", lambda ctx: following.withdraw(ctx, case, "算了"), NOON)
    assert not (await town.rates("reporter", "centre-1", GOOD, WITHIN)).marked


async def test_while_an_appeal_waits_no_second_case_comes_of_a_rating(town: RatingTown) -> None:
    case = (await town.rates("reporter", "centre-1", BAD)).rating.case or ""
    await town.does("clerk", lambda ctx: appealing.appeal(ctx, case, Ground.MISTAKEN, "不是本窗口"), NOON)
    await town.does("reporter", lambda ctx: following.withdraw(ctx, case, "算了"), NOON)
    with pytest.raises(Refused, match="appealed"):
        await town.rates("reporter", "centre-1", BAD, WITHIN)
    await town.does("office", lambda ctx: appealing.decide(ctx, case, "属实", granted=False), WITHIN)
    assert (await town.rates("reporter", "centre-1", BAD, WITHIN)).receipt


async def test_a_ticket_verifies_no_second_visit(town: RatingTown) -> None:
    await town.rates("reporter", "centre-1", GOOD)
    late = MORNING + timedelta(hours=3)
    await town.shows_a_ticket("reporter", "centre-1", late)
    assert (await town.rates("reporter", "centre-1", GOOD, late)).rating.verified
    again = await town.rates("reporter", "centre-1", GOOD, MORNING + timedelta(hours=5))
    assert again.before is None
    assert not again.rating.verified


async def test_a_case_of_a_rating_is_merged_with_none(town: RatingTown) -> None:
    first, second = [(await town.rates(who, "centre-1", BAD)).rating.case or "" for who in ("reporter", "follower")]
    with pytest.raises(Refused, match="can't be merged"):
        await town.does("office", lambda ctx: merging.merge(ctx, second, first))
