"""What is told of ratings gives nobody away, whatever is taken from whatever else, and however often somebody looks."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.cases import Satisfaction
from domain.telling import GROUP, Given, Group, groups, last_settled_day, step, told_of

FIRST = date(2026, 6, 1)
DAY = timedelta(days=1)
CHINA = ZoneInfo("Asia/Shanghai")

DAYS = (0, 1, 2, 7, 28, 29, 30, 31)
"""Some of one week, one of the next, and the week in which the month ends."""
# One rating: on which day from the first on, at which window, whether the visit was verified. They come in the order of the list.
RATINGS = st.dictionaries(
    st.tuples(st.sampled_from(DAYS), st.sampled_from("abc"), st.booleans()), st.integers(1, 17), max_size=14
).map(lambda counts: [one for one in sorted(counts) for _n in range(counts[one])])  # fmt: skip


def as_given(ratings: list[tuple[int, str, bool]]) -> list[Given]:
    """Put ratings together as they are counted; in place of its level each has its own number, so that it can be found again."""
    found: dict[Any, Counter[Any]] = defaultdict(Counter)
    for n, (day, window, verified) in enumerate(ratings):
        found[window, FIRST + day * DAY, verified][n] += 1
    return [Given(window=w, day=d, verified=v, levels=levels) for (w, d, v), levels in found.items()]


def members(group: Group) -> frozenset[int]:
    return frozenset(group.levels)  # type: ignore[arg-type]


def live(ratings: list[tuple[int, str, bool]], seen: int) -> set[frozenset[int]]:
    """Give the sets of ratings that were told on their own day by the time at which so many had been given."""
    queues: dict[Any, list[int]] = defaultdict(list)
    for n, one in enumerate(ratings[:seen]):
        queues[one].append(n)
    return {frozenset(queue[: told_of(len(queue))]) for queue in queues.values() if told_of(len(queue))}


@settings(max_examples=300, deadline=None)
@given(ratings=RATINGS)
def test_no_few_ratings_are_told_apart_by_everything_that_is_ever_told(ratings: list[tuple[int, str, bool]]) -> None:
    told: set[frozenset[int]] = set()
    for seen in range(len(ratings) + 1):
        told |= live(ratings, seen)
    for day in range(60):
        told |= {members(group) for group in groups(as_given(ratings), FIRST + day * DAY)}
    # Ratings that stand in exactly the same sets can't be told apart; whatever is added and taken away is made of such bundles.
    bundles = Counter(frozenset(n for n, one in enumerate(told) if rating in one) for rating in range(len(ratings)))
    assert all(count >= GROUP for sets, count in bundles.items() if sets)


@settings(max_examples=200, deadline=None)
@given(ratings=RATINGS, day=st.integers(0, 45))
def test_a_group_stays_what_it_is_and_no_rating_is_told_twice(ratings: list[tuple[int, str, bool]], day: int) -> None:
    now, later = (groups(as_given(ratings), FIRST + n * DAY) for n in (day, day + 1))
    assert {members(group) for group in now} <= {members(group) for group in later}
    every = [n for group in later for n in members(group)]
    assert len(every) == len(set(every))
    for group in later:
        for n in members(group):
            of_day, window, verified = ratings[n]
            assert group.first <= FIRST + of_day * DAY <= group.last
            assert group.verified is verified
            assert group.window in (None, window)


@settings(max_examples=200, deadline=None)
@given(ratings=RATINGS)
def test_a_group_lies_in_one_week_and_in_one_month(ratings: list[tuple[int, str, bool]]) -> None:
    for group in groups(as_given(ratings), FIRST + 60 * DAY):
        assert group.first.isocalendar()[:2] == group.last.isocalendar()[:2]
        assert (group.first.year, group.first.month) == (group.last.year, group.last.month)


@settings(max_examples=100, deadline=None)
@given(ratings=RATINGS, struck=st.sets(st.integers(0, 249)))
def test_what_is_struck_is_taken_off_and_changes_no_group(ratings: list[tuple[int, str, bool]], struck: set[int]) -> None:
    whole = as_given(ratings)
    left = [
        Given(
            window=one.window, day=one.day, verified=one.verified,
            levels={n: 1 for n in one.levels if n not in struck}, struck=sum(n in struck for n in one.levels),  # type: ignore[misc]
        )
        for one in whole
    ]  # fmt: skip
    until = FIRST + 60 * DAY
    assert [members(group) for group in groups(left, until)] == [members(group) - struck for group in groups(whole, until)]


@pytest.mark.parametrize(("given_today", "told"), [(0, 0), (4, 0), (5, 0), (9, 0), (10, 5), (14, 5), (15, 10), (103, 95)])
def test_of_today_as_many_are_held_back_as_make_a_group(given_today: int, told: int) -> None:
    assert told_of(given_today) == told


def test_a_quiet_window_is_told_by_the_week_and_quiet_ones_together_for_their_hall() -> None:
    level = {Satisfaction.SATISFIED: 2}
    quiet = [
        Given(window=window, day=FIRST + day * DAY, verified=False, levels=level)
        for window, days in (("a", (0, 2, 4)), ("b", (1, 3)), ("c", (2,)))
        for day in days
    ]
    assert groups(quiet, FIRST + 5 * DAY) == ()
    of_week = {group.window: group for group in groups(quiet, FIRST + 6 * DAY)}
    assert {window: sum(group.levels.values()) for window, group in of_week.items()} == {"a": 6, None: 6}
    assert (of_week["a"].first, of_week["a"].last) == (FIRST, FIRST + 6 * DAY)


@pytest.mark.parametrize(
    ("now", "settled"),
    [
        ("2026-07-08T03:59+08:00", "2026-07-06"),
        ("2026-07-08T04:00+08:00", "2026-07-07"),
        ("2026-07-08T23:59+08:00", "2026-07-07"),
    ],
)
def test_a_day_is_settled_once_its_last_visit_is_over(now: str, settled: str) -> None:
    assert last_settled_day(datetime.fromisoformat(now), CHINA, timedelta(hours=4)) == date.fromisoformat(settled)


def test_times_are_full_quarters_of_an_hour() -> None:
    assert step(datetime(2026, 7, 8, 6, 29, 59, 999, UTC)) == datetime(2026, 7, 8, 6, 15, tzinfo=UTC)
    assert step(datetime(2026, 7, 8, 6, 30, tzinfo=UTC)) == datetime(2026, 7, 8, 6, 30, tzinfo=UTC)
