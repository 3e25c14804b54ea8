"""Whatever people rate, change, appeal against, keep and strike: the figures are those that the ratings and the ledger give."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rating_town import BAD, GOOD, MORNING, PEOPLE, WINDOWS, RatingTown
from stores import opened

from actions import appealing, judging
from actions.verify import verify
from dialog.subjects import Refused
from domain.cases import Satisfaction
from storage import oddities, rating_figures
from storage.appeals import Ground
from storage.rating_figures import By, Counted, Figures

RATE = st.tuples(st.just("rate"), st.sampled_from(PEOPLE), st.sampled_from(WINDOWS), st.sampled_from(list(Satisfaction)))
DECIDED = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(WINDOWS), st.sampled_from(["grant", "refuse", "wait"])).map(
    lambda drawn: [
        ("rate", drawn[0], drawn[1], BAD),
        ("wait", None, None, 70),
        ("appeal", None, None, 0),
        (drawn[2], None, None, 0),
    ]
)
ONE = st.one_of(
    RATE,
    RATE,
    st.tuples(st.just("ticket"), st.sampled_from(PEOPLE), st.sampled_from(WINDOWS), st.none()),
    st.tuples(st.sampled_from(["appeal", "grant", "refuse"]), st.none(), st.none(), st.integers(0, 9)),
    st.tuples(st.sampled_from(["keep", "strike", "keep one", "strike one"]), st.none(), st.none(), st.integers(0, 9)),
    st.tuples(st.just("wait"), st.none(), st.none(), st.sampled_from([1, 70, 300, 900])),
)
STEPS = st.lists(st.one_of(ONE.map(lambda one: [one]), DECIDED), max_size=25).map(
    lambda parts: [one for part in parts for one in part]
)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file in which everybody has arrived."""
    path = tmp_path_factory.mktemp("begun") / "huiyin.db"

    async def begin() -> None:
        async with opened(f"sqlite:{path}") as store:
            await RatingTown(store).arrive()

    asyncio.run(begin())
    return path


@contextlib.contextmanager
def copied(path: Path) -> Iterator[Path]:
    """Give a copy of a file."""
    copy = path.with_name("copy.db")
    shutil.copy(path, copy)
    yield copy
    for left in path.parent.glob("copy.db*"):
        left.unlink()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_every_figure_equals_a_recount(begun: Path, steps: list[tuple[str, Any, Any, Any]]) -> None:
    with copied(begun) as path:
        asyncio.run(_live(path, steps))


async def _live(path: Path, steps: list[tuple[str, Any, Any, Any]]) -> None:
    async with opened(f"sqlite:{path}") as store:
        town = RatingTown(store)
        await town.comes_back()
        now = MORNING
        for what, who, window, value in steps:
            now += timedelta(seconds=20)
            if what == "wait":
                now += timedelta(minutes=value)
            with contextlib.suppress(Refused):
                await _do(town, what, who, window, value, now)
        await _holds(town)


DECISIONS: dict[str, Any] = {
    "keep": lambda ctx, id, one, left: judging.keep_rest(ctx, id, left),
    "strike": lambda ctx, id, one, left: judging.strike_rest(ctx, id, left, "连续好评"),
    "keep one": lambda ctx, id, one, left: judging.keep(ctx, one),
    "strike one": lambda ctx, id, one, left: judging.strike_one(ctx, one, "连续好评"),
}


async def _do(town: RatingTown, what: str, who: str, window: str, value: Any, now: datetime) -> None:
    if what == "rate":
        await town.rates(who, window, value, now)
    elif what == "ticket":
        await town.shows_a_ticket(who, window, now)
    elif what in DECISIONS:
        async with town.database.reading() as tx:
            found = await oddities.undecided(tx, None, 10)
            left = [(odd.id, await oddities.left(tx, odd.id)) for odd in found]
        if left:
            id, ones = left[value % len(left)]
            await town.does("office", lambda ctx: DECISIONS[what](ctx, id, ones[value % len(ones)], len(ones)), now)
    elif cases := [one.case for one in await town.ratings() if one.case]:
        case = cases[value % len(cases)]
        if what == "appeal":
            await town.does("chief", lambda ctx: appealing.appeal(ctx, case, Ground.MISTAKEN, "不是本窗口"), now)
        else:
            await town.does("office", lambda ctx: appealing.decide(ctx, case, "已核实", granted=what == "grant"), now)


async def _holds(town: RatingTown) -> None:
    kept = await town.kept()
    assert kept == await town.counted_from_the_ledger()
    appeals = {Counted.APPEALED, Counted.GRANTED, Counted.REFUSED}
    assert {key: n for key, n in kept.items() if key[1] not in appeals} == await town.counted_from_the_ratings()
    await town.is_whole()
    found = await town.ratings()
    days = sorted({one.day for one in found})
    if not days:
        return
    async with town.database.reading() as tx:
        whole = await rating_figures.total(tx, days[0], days[-1])
        parts = [await rating_figures.each(tx, by, days[0], days[-1]) for by in By]
    assert whole.ratings == sum(one.struck_at is None for one in found)
    assert whole.struck == sum(one.struck_at is not None for one in found)
    assert sum(whole.verified.values()) == sum(one.verified and one.struck_at is None for one in found)
    for groups in parts:
        assert _added_up(groups.values()) == _added_up([whole])


def _added_up(figures: Any) -> list[int]:
    rows: list[Figures] = list(figures)
    return [
        *(sum(row.of(level) for row in rows) for level in Satisfaction),
        *(sum(getattr(row, name) for row in rows) for name in ("struck", "appealed", "granted", "refused")),
    ]


async def test_a_rating_that_was_struck_leaves_its_level_and_is_counted_as_struck(begun: Path) -> None:
    with copied(begun) as path:
        async with opened(f"sqlite:{path}") as store:
            town = RatingTown(store)
            await town.comes_back()
            await town.rates("follower", WINDOWS[0], GOOD)
            bad = (await town.rates("reporter", WINDOWS[0], BAD)).rating
            later = MORNING + timedelta(hours=1)
            await town.does("clerk", lambda ctx: appealing.appeal(ctx, bad.case or "", Ground.ABUSIVE, "辱骂"), later)
            async with store.reading() as tx:
                before = await rating_figures.total(tx, bad.day, bad.day, By.WINDOW, bad.window)
            assert (before.ratings, before.of(BAD), before.struck, before.appealed) == (2, 1, 0, 1)
            await town.does("office", lambda ctx: appealing.decide(ctx, bad.case or "", "属实", granted=True), later)
            async with store.reading() as tx:
                after = await rating_figures.total(tx, bad.day, bad.day, By.WINDOW, bad.window)
            assert (after.ratings, after.of(BAD), after.struck, after.appealed, after.granted) == (1, 0, 1, 1, 1)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE rating SET level = 'satisfied'", "is not the one that was recorded"),
        ("UPDATE rating SET text = '很好'", "is not the one that was recorded"),
        ("UPDATE rating SET struck_at = 1", "is not the one that was recorded"),
        ("DELETE FROM rating", "is missing"),
        ("UPDATE rating_count SET n = n + 1", "the figures are not those that the chain gives"),
        ("DELETE FROM rating_count", "the figures are not those that the chain gives"),
        (
            "INSERT INTO rating_count (window_code, day, hall, unit, verified, counted, n)"
            " VALUES ('east-2', '2026-01-07', 'east', 'x', 0, 'satisfied', 9)",
            "window:east-2: has ratings that were never recorded",
        ),
    ],
)
async def test_what_somebody_changes_in_the_store_is_found(begun: Path, sql: str, said: str) -> None:
    with copied(begun) as path:
        async with opened(f"sqlite:{path}") as store:
            town = RatingTown(store)
            await town.comes_back()
            await town.rates("reporter", WINDOWS[0], BAD)
            await town.is_whole()
            async with store.transaction() as tx:
                await tx.run(sql)
            async with store.reading() as tx:
                problems = (await verify(tx)).problems
        assert any(said in problem for problem in problems), problems
