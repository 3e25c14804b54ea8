"""Words of praise: the unit reads them, late and so few that nobody is known by their silence; nobody else does."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from rating_town import BAD, FAIR, GOOD, MORNING, RatingTown

from dialog.subjects import Refused
from domain.cases import Satisfaction
from domain.telling import GROUP
from handlers import my_ratings, unit_windows
from handlers.rating import READ_BY_UNIT

RATERS = ("reporter", "follower", "stranger", "holder", "colleague", "third", "head", "below", "also below", "other unit")
WORDS = ("服务真好，表扬王芳同志", "很快", "态度好，电话13800138000")
SETTLED = MORNING + timedelta(days=3)


async def rate(town: RatingTown, levels: list[Satisfaction], words: list[str]) -> None:
    for n, (level, text) in enumerate(zip(levels, words, strict=True)):
        await town.rates(RATERS[n], "centre-1", level, MORNING + timedelta(minutes=10 * n), text)


async def praise(town: RatingTown, who: str, at: datetime = SETTLED) -> list[str]:
    """Give the words on the screen of somebody at the unit."""
    shown = await town.does(who, lambda ctx: unit_windows.show_praise(ctx, ""), at)
    return [repr(line.args["text"]) for line in shown.lines if line.id == "“{text}”"]


async def test_the_unit_reads_praise_when_its_day_is_told_with_personal_data_covered(town: RatingTown) -> None:
    await rate(town, [GOOD, GOOD, FAIR] + [GOOD] * GROUP, [*WORDS, *[""] * GROUP])
    assert await praise(town, "clerk", MORNING + timedelta(hours=6)) == []
    for who in ("clerk", "chief"):
        shown = " ".join(await praise(town, who))
        assert "表扬王芳同志" in shown
        assert "很快" in shown
        assert "13800138000" not in shown
    with pytest.raises(Refused):
        await praise(town, "other unit")


async def test_so_few_words_are_told_that_a_group_is_left_without(town: RatingTown) -> None:
    await rate(town, [GOOD] * (GROUP + 1), [f"第{n}句" for n in range(GROUP + 1)])
    assert len(await praise(town, "clerk")) == 1
    assert await praise(town, "clerk") == await praise(town, "clerk", SETTLED + timedelta(days=5)), "always the same"


async def test_a_group_that_is_just_large_enough_for_figures_tells_no_words(town: RatingTown) -> None:
    await rate(town, [GOOD] * GROUP, [*WORDS, "", ""])
    assert await praise(town, "clerk") == []


async def test_neither_complaints_nor_what_was_struck_stands_among_praise(town: RatingTown) -> None:
    others = [GOOD] * (GROUP + 2)
    await rate(town, [BAD, Satisfaction.BASICALLY, GOOD, *others][:10], ["没人", "太慢", "好", *[""] * len(others)][:10])
    assert await praise(town, "clerk") == ["Text(id='', args={'': '好'})"]
    async with town.database.transaction() as tx:
        await tx.run("UPDATE rating SET struck_at = 1 WHERE text = '好'")
    assert await praise(town, "clerk") == []
    async with town.database.transaction() as tx:
        await tx.run("UPDATE rating SET struck_at = NULL WHERE text = '好'")  # the ledger knows nothing of it


async def test_who_praises_is_told_who_reads_it(town: RatingTown) -> None:
    (only,) = [(await town.rates("reporter", "centre-1", GOOD)).rating]
    shown = await town.does("reporter", lambda ctx: my_ratings.rated_window(ctx, only.id), MORNING)
    assert READ_BY_UNIT in [option.label for option in shown]
    bad = (await town.rates("follower", "centre-1", Satisfaction.BASICALLY)).rating
    shown = await town.does("follower", lambda ctx: my_ratings.rated_window(ctx, bad.id), MORNING)
    assert READ_BY_UNIT not in [option.label for option in shown]
