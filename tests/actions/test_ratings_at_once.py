"""Two do something to one rating, or at one window, at the same moment: one effect, and for the other a clear answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta

import pytest
import pytest_asyncio
from rating_town import BAD, FAIR, GOOD, MORNING, NOON, RatingTown, says
from stores import migrated_postgres, opened

from actions import appealing, handling, judging
from actions import rating as rates
from actions.context import Context
from actions.rating import Rated
from actions.tickets import Use, issue, use
from dialog.subjects import Refused
from domain.cases import CaseState
from domain.privacy import restore
from domain.ratings import Pattern, RatingEvent
from storage import entries, oddities, ratings
from storage.appeals import Ground
from storage.ratings import Rating

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one_town(postgres: str) -> AsyncIterator[RatingTown]:
    """Bring everybody together once; each test has windows of its own."""
    async with migrated_postgres(postgres) as url, opened(url) as store:
        town = RatingTown(store)
        await town.arrive()
        yield town


@pytest_asyncio.fixture(loop_scope="module")
async def town(one_town: RatingTown) -> AsyncIterator[RatingTown]:
    """Give everybody, and prove ledger and figures afterwards."""
    yield one_town
    await one_town.is_whole()


async def at(town: RatingTown, window: str) -> list[Rating]:
    """Read the ratings of a window."""
    async with town.database.reading() as tx:
        return list(await ratings.at_window(tx, window))


async def events(town: RatingTown, window: str) -> list[str]:
    """Read what the chain of a window says, without what looked unusual."""
    return [row.event for row in await town.ledger(f"window:{window}") if row.event != RatingEvent.FLAG]


async def test_who_rates_twice_at_once_has_rated_once(town: RatingTown) -> None:
    first, second = await town.at_once(
        ("reporter", says("centre-1", GOOD)), ("reporter's other device", says("centre-1", FAIR)), now=MORNING
    )
    assert isinstance(first, Rated)
    assert isinstance(second, Rated)
    assert {first.before is None, second.before is None} == {True, False}
    assert len(await at(town, "centre-1")) == 1
    assert await events(town, "centre-1") == ["rate", "change"]


async def test_who_is_dissatisfied_twice_at_once_has_one_case(town: RatingTown) -> None:
    ends = await town.at_once(
        ("reporter", says("centre-2", BAD)), ("reporter's other device", says("centre-2", BAD)), now=MORNING
    )
    assert sum(end.receipt is not None for end in ends) == 1
    (rating,) = await at(town, "centre-2")
    assert rating.case
    assert await town.events(rating.case) == ["file", "assign", "change_rating"]


async def test_what_is_added_at_once_is_all_kept(town: RatingTown) -> None:
    id = (await town.rates("reporter", "centre-8", GOOD, text="电话13997254418")).rating.id
    await town.at_once(
        ("reporter", lambda ctx: rates.add(ctx, id, "谢谢", ())),
        ("reporter's other device", lambda ctx: rates.add(ctx, id, "很好", ())),
        now=MORNING,
    )
    (rating,) = await at(town, "centre-8")
    assert sorted(rating.text.split("\n")) == sorted(["电话〔电话〕", "谢谢", "很好"])
    assert await events(town, "centre-8") == ["rate", "change", "change"]
    assert "13997254418" in restore(entries.unseal(town.keys, rating.text, rating.sealed))


async def test_the_first_ratings_of_a_window_follow_one_another(town: RatingTown) -> None:
    levels = {"reporter": GOOD, "follower": BAD, "stranger": FAIR}
    await town.at_once(*((who, says("centre-3", level)) for who, level in levels.items()))
    assert len(await at(town, "centre-3")) == 3
    assert await events(town, "centre-3") == ["rate"] * 3


async def test_people_at_many_windows_do_not_wait_in_a_circle(town: RatingTown) -> None:
    people = [await town.newcomer(f"rater {n}") for n in range(6)]
    windows = [f"permits-{n}" for n in range(1, 7)]
    now = MORNING
    for shift in range(6):
        now += timedelta(seconds=5)
        ends = await town.at_once(*((who, says(windows[(n + shift) % 6])) for n, who in enumerate(people)), now=now)
        assert all(isinstance(end, Rated) for end in ends)
    assert [len(await at(town, window)) for window in windows] == [6] * 6
    for window in windows:
        assert RatingEvent.FLAG in [row.event for row in await town.ledger(f"window:{window}")]


async def test_a_ticket_verifies_one_of_two(town: RatingTown) -> None:
    ticket = issue(town.keys, "centre-4", MORNING)

    def opens(ctx: Context) -> object:
        return use(ctx, "centre-4", ticket)

    ends = await town.at_once(("reporter", opens), ("follower", opens), now=MORNING)  # type: ignore[arg-type]
    assert sorted(ends) == [Use.USED, Use.VERIFIED]


async def test_a_unit_appeals_once(town: RatingTown) -> None:
    case = (await town.rates("reporter", "centre-5", BAD)).rating.case or ""
    ends = await town.at_once(
        ("clerk", lambda ctx: appealing.appeal(ctx, case, Ground.MISTAKEN, "不是本窗口")),
        ("chief", lambda ctx: appealing.appeal(ctx, case, Ground.ABUSIVE, "辱骂")),
        now=NOON,
    )
    assert sum(isinstance(end, Refused) for end in ends) == 1
    assert await events(town, "centre-5") == ["rate", "appeal"]


async def test_an_appeal_is_decided_once(town: RatingTown) -> None:
    case = (await town.rates("reporter", "centre-6", BAD)).rating.case or ""
    await town.does("clerk", lambda ctx: appealing.appeal(ctx, case, Ground.MISTAKEN, "不是本窗口"), NOON)
    ends = await town.at_once(
        ("office", lambda ctx: appealing.decide(ctx, case, "属实", granted=True)),
        ("second office", lambda ctx: appealing.decide(ctx, case, "不属实", granted=False)),
        now=NOON,
    )
    assert sum(isinstance(end, Refused) for end in ends) == 1
    assert len(await events(town, "centre-6")) == 3


@pytest.mark.parametrize("turn", [0, 1])
async def test_a_rating_is_changed_or_struck_but_not_lost(town: RatingTown, turn: int) -> None:
    window = f"insurance-{1 + turn}"
    case = (await town.rates("reporter", window, BAD)).rating.case or ""
    async with town.database.transaction() as tx:
        ctx = await town.context(tx, "office", NOON)
        oddity = await oddities.find(tx, Pattern.BURST, window, MORNING.date(), window, NOON)
        (found,) = await ratings.at_window(tx, window)
        await oddities.add(tx, oddity, Pattern.BURST, found.id)
        assert ctx.me.is_office
    deeds = [("reporter", says(window, GOOD)), ("office", lambda ctx: judging.strike_rest(ctx, oddity, 1, "重复评价"))]
    await town.at_once(*(deeds if turn else deeds[::-1]), now=NOON)
    (rating,) = await at(town, window)
    assert rating.struck_at
    assert (await town.case(case)).state is CaseState.CLOSED


async def test_unusual_ratings_are_decided_about_once(town: RatingTown) -> None:
    window = "insurance-3"
    rating = (await town.rates("reporter", window, GOOD)).rating
    async with town.database.transaction() as tx:
        oddity = await oddities.find(tx, Pattern.BURST, window, MORNING.date(), window, NOON)
        await oddities.add(tx, oddity, Pattern.BURST, rating.id)
    ends = await town.at_once(
        ("office", lambda ctx: judging.keep_rest(ctx, oddity, 1)),
        ("second office", lambda ctx: judging.strike_rest(ctx, oddity, 1, "重复评价")),
        now=NOON,
    )
    assert sum(isinstance(end, Refused) for end in ends) == 1


async def test_a_rating_is_changed_while_its_unit_signs_it_in(town: RatingTown) -> None:
    case = await town.case((await town.rates("follower", "centre-7", BAD)).rating.case or "")
    await town.at_once(
        ("follower", says("centre-7", GOOD)), ("clerk", lambda ctx: handling.accept(ctx, case.id, case.version)), now=NOON
    )
    assert sorted(await town.events(case.id)) == ["accept", "assign", "change_rating", "file"]
    await town.does("clerk", lambda ctx: handling.settle(ctx, case.id, 0), NOON + timedelta(hours=1))
    assert (await town.case(case.id)).state is CaseState.ANSWERED


@pytest.mark.parametrize(
    ("window", "first", "second"),
    [
        ("insurance-4", "keep", "strike"), ("insurance-5", "strike", "strike"), ("east-1", "keep", "keep rest"),
        ("east-2", "strike", "strike rest"), ("east-3", "keep rest", "strike rest"),
    ],
)  # fmt: skip
async def test_each_unusual_rating_is_decided_about_once(town: RatingTown, window: str, first: str, second: str) -> None:
    found = [(await town.rates(await town.newcomer(f"{window} {n}"), window, GOOD)).rating.id for n in range(2)]
    oddity = await flagged(town, window, found)
    deeds: dict[str, Callable[[Context], Awaitable[object]]] = {
        "keep": lambda ctx: judging.keep(ctx, found[0]),
        "strike": lambda ctx: judging.strike_one(ctx, found[0], "重复评价"),
        "keep rest": lambda ctx: judging.keep_rest(ctx, oddity, 2),
        "strike rest": lambda ctx: judging.strike_rest(ctx, oddity, 2, "重复评价"),
    }
    ends = await town.at_once(("office", deeds[first]), ("second office", deeds[second]), now=NOON)
    assert sum(isinstance(end, Refused) for end in ends) == 1
    decided = [event for event in await events(town, window) if event != "rate"]
    assert len(decided) in (1, 2), "one decision for the rating that both were about"
    async with town.database.reading() as tx:
        tally = await oddities.tally(tx, oddity)
    assert tally.kept + tally.struck == len(decided)


async def test_a_pattern_is_settled_when_each_of_its_ratings_is_decided_wherever_that_was(town: RatingTown) -> None:
    window = "centre-8"
    bad, good = [(await town.rates(who, window, level)).rating for who, level in (("reporter", BAD), ("follower", GOOD))]
    case = bad.case or ""
    oddity = await flagged(town, window, [bad.id, good.id])
    await town.does("clerk", lambda ctx: appealing.appeal(ctx, case, Ground.MISTAKEN, "不是本窗口"), NOON)
    await town.does("office", lambda ctx: judging.keep(ctx, good.id), NOON)
    await town.does("office", lambda ctx: appealing.decide(ctx, case, "属实", granted=True), NOON)
    async with town.database.reading() as tx:
        found = await oddities.get(tx, oddity)
        assert await oddities.tally(tx, oddity) == oddities.Tally(left=0, kept=1, struck=1)
    assert found
    assert found.decided_at == NOON
    with pytest.raises(Refused, match="decided already"):
        await town.does("second office", lambda ctx: judging.keep_rest(ctx, oddity, 0), NOON)


async def test_two_who_decide_about_the_last_two_ratings_at_once_settle_the_pattern(town: RatingTown) -> None:
    windows = ("east-5", "east-6")  # so that they do not wait for each other at the chain of one window
    found = [(await town.rates(await town.newcomer(f"once at {window}"), window, GOOD)).rating.id for window in windows]
    oddity = await flagged(town, windows[0], found)

    async def slowly(ctx: Context) -> None:
        await judging.keep(ctx, found[0])
        await asyncio.sleep(0.5)

    await town.at_once(("office", slowly), ("second office", lambda ctx: judging.keep(ctx, found[1])), now=NOON)
    async with town.database.reading() as tx:
        now = await oddities.get(tx, oddity)
    assert now
    assert now.decided_at == NOON


async def test_nobody_decides_about_ratings_that_came_after_they_looked(town: RatingTown) -> None:
    window = "east-4"
    found = [(await town.rates(await town.newcomer(f"{window} {n}"), window, GOOD)).rating.id for n in range(2)]
    oddity = await flagged(town, window, found)
    for seen in (0, 1, 3):
        with pytest.raises(Refused, match="look again"):
            await town.does("office", lambda ctx, seen=seen: judging.strike_rest(ctx, oddity, seen, "重复评价"), NOON)
    await town.does("office", lambda ctx: judging.strike_rest(ctx, oddity, 2, "重复评价"), NOON)


async def flagged(town: RatingTown, window: str, found: Sequence[str]) -> str:
    """Call some ratings of a window unusual."""
    async with town.database.transaction() as tx:
        oddity = await oddities.find(tx, Pattern.BURST, window, MORNING.date(), window, NOON)
        for one in found:
            await oddities.add(tx, oddity, Pattern.BURST, one)
    return oddity
