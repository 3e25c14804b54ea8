"""Ratings: who may not rate, what a unit learns, and what is unusual."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.cases import Satisfaction
from domain.city import City
from domain.city_files import read_city
from domain.ratings import (
    BURST_OF,
    IN_SECONDS_OF,
    PRAISE_OF,
    WINDOWS_A_DAY,
    Pattern,
    Seen,
    hour_of,
    is_own,
    reaches_unit_at,
    unusual,
    was_open,
)

NOW = datetime(2026, 11, 23, 2, 5, 7, tzinfo=UTC)
CHINA = ZoneInfo("Asia/Shanghai")
GOOD, BAD = Satisfaction.SATISFIED, Satisfaction.DISSATISFIED
XINING = Path(__file__).parent.parent.parent / "examples" / "xining"


@pytest.fixture(scope="module")
def city() -> City:
    """Read the example city."""
    read = read_city({path.name: path.read_bytes() for path in XINING.iterdir()}).city
    assert read is not None
    return read


def seen(n: int, *, window: str = "w", level: Satisfaction = BAD, every: timedelta = timedelta(minutes=3)) -> Seen:
    """Give the n-th newest rating of a series."""
    return Seen(id=str(n), window=window, level=level, at=NOW - n * every)


def patterns(at_window: list[Seen], of_person: list[Seen], *, open_: bool = True) -> set[Pattern]:
    """Name what is unusual."""
    return {found.pattern for found in unusual(at_window, of_person, was_open=open_)}


def test_a_busy_window_is_not_unusual() -> None:
    at_window = [seen(n, level=(GOOD, BAD)[n % 3 == 0]) for n in range(20)]
    assert patterns(at_window, at_window[:1]) == set()


def test_many_within_minutes_are_a_burst() -> None:
    many = [seen(n, every=timedelta(seconds=30)) for n in range(BURST_OF)]
    assert patterns(many, many[:1]) == {Pattern.BURST}
    assert patterns(many[:-1], many[:1]) == set()
    assert patterns([seen(n, every=timedelta(seconds=34)) for n in range(BURST_OF)], many[:1]) == set()


def test_one_account_at_many_windows() -> None:
    many = [seen(n, window=str(n)) for n in range(WINDOWS_A_DAY)]
    assert patterns(many[:1], many) == {Pattern.MANY_WINDOWS}
    assert patterns(many[:1], [*many[:-1], seen(9, window="0")]) == set()


def test_nothing_but_praise_from_one_account() -> None:
    praise = [seen(n, level=GOOD) for n in range(PRAISE_OF)]
    assert patterns(praise[:1], praise) == {Pattern.PRAISE_FROM_ONE}
    assert patterns(praise[:1], [*praise[:-1], seen(9)]) == set()


def test_nothing_but_praise_within_seconds() -> None:
    praise = [seen(n, level=GOOD, every=timedelta(seconds=15)) for n in range(IN_SECONDS_OF)]
    assert patterns(praise, praise[:1]) == {Pattern.PRAISE_IN_SECONDS}
    assert patterns([seen(n, level=GOOD, every=timedelta(seconds=21)) for n in range(IN_SECONDS_OF)], praise[:1]) == set()


def test_a_rating_while_the_hall_is_closed() -> None:
    assert patterns([seen(0)], [seen(0)], open_=False) == {Pattern.CLOSED}


@given(
    levels=st.lists(st.sampled_from(list(Satisfaction)), min_size=1, max_size=20),
    seconds=st.integers(0, 300),
    windows=st.integers(1, 8),
)
def test_what_is_unusual_always_has_the_newest_rating_first(levels: list[Satisfaction], seconds: int, windows: int) -> None:
    series = [seen(n, window=str(n % windows), level=level, every=timedelta(seconds=seconds)) for n, level in enumerate(levels)]
    for found in unusual(series, series, was_open=False):
        assert found.ratings[0] == "0"
        assert set(found.ratings) <= {one.id for one in series}


def test_who_was_served_last_still_has_time(city: City) -> None:
    def at(hour: int, minute: int) -> bool:
        return was_open(city, "centre-5", datetime(2026, 11, 23, hour, minute, tzinfo=CHINA), working_day=True)

    assert [at(8, 59), at(9, 0), at(12, 29), at(12, 30), at(13, 30), at(17, 29), at(17, 31)] == [
        False, True, True, False, True, True, False,
    ]  # fmt: skip
    assert not was_open(city, "centre-5", datetime(2026, 11, 23, 10, tzinfo=CHINA), working_day=False)


def test_a_window_is_its_units_own_and_of_those_above_and_below(city: City) -> None:
    unit = city.unit_of("centre-5")
    assert is_own(city, "centre-5", {unit})
    assert not is_own(city, "centre-5", {"urban-management-630104"})
    assert not is_own(city, "centre-5", set())
    for window in city.windows:
        for code in city.unit_path(city.unit_of(window)):
            assert is_own(city, window, {code})


def test_a_unit_learns_the_hour_only_and_only_when_it_is_over() -> None:
    assert hour_of(NOW, CHINA) == datetime(2026, 11, 23, 2, tzinfo=UTC)
    assert reaches_unit_at(NOW, CHINA) == datetime(2026, 11, 23, 3, tzinfo=UTC)
    assert hour_of(NOW, ZoneInfo("Asia/Kolkata")) == datetime(2026, 11, 23, 1, 30, tzinfo=UTC), "the city's hour"


@given(at=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)))
def test_two_ratings_of_one_hour_look_the_same(at: datetime) -> None:
    hour = hour_of(at, CHINA)
    assert hour <= at < reaches_unit_at(at, CHINA) == hour + timedelta(hours=1)
