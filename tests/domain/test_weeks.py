"""Weeks: where they begin and end in the city's zone, and what people may call them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.weeks import Week

CHINA, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
MOMENTS = st.datetimes(min_value=datetime(2001, 1, 1), max_value=datetime(2098, 12, 31), timezones=st.just(UTC))


def test_the_city_s_midnight_divides_two_weeks() -> None:
    midnight = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    assert Week.of(midnight - timedelta(milliseconds=1), CHINA).name == "2026-W47"
    assert Week.of(midnight, CHINA).name == "2026-W48"
    assert Week.of(midnight, CHINA).begin == midnight == Week.of(midnight, CHINA).before().end


def test_2026_has_a_53rd_week_and_2027_begins_after_it() -> None:
    last = Week.read("2026-W53", CHINA)
    assert last.begin == datetime(2026, 12, 28, tzinfo=CHINA)
    assert Week.of(datetime(2027, 1, 3, 23, 59, 59, tzinfo=CHINA), CHINA) == last
    assert (last.before().name, last.name, last.after().name) == ("2026-W52", "2026-W53", "2027-W01")
    assert (last.year, last.number, last.sunday.date().isoformat()) == (2026, 53, "2027-01-03")


@pytest.mark.parametrize(
    "typed", ["2026-W47", "2026-w47", "2026W47", " 2026-47 ", "2026 47", "2026年第47周", "2026 年第 47 周", "２０２６－Ｗ４７"]
)
def test_a_week_is_read_however_it_is_typed(typed: str) -> None:
    assert Week.read(typed, CHINA).name == "2026-W47"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("上周", "2026-W47"),
        ("Last week", "2026-W47"),
        ("本周", "2026-W48"),
        ("上上周", "2026-W46"),
        ("2026-11-10", "2026-W46"),
        ("2026年11月15日", "2026-W46"),
        ("11月16日", "2026-W47"),
        ("昨天", "2026-W47"),
        ("今天", "2026-W48"),
        ("2026-W40", "2026-W40"),
    ],
)
def test_a_week_is_found_by_what_people_call_it(typed: str, name: str) -> None:
    assert Week.called(typed, datetime(2026, 11, 22, 17, tzinfo=UTC), CHINA).name == name


@pytest.mark.parametrize("typed", ["someday", "2026-13-01", "47", "2025-W53"])
def test_what_calls_no_week_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"not a week|[Ii]nvalid week"):
        Week.called(typed, datetime(2026, 11, 22, 17, tzinfo=UTC), CHINA)


@pytest.mark.parametrize(
    "typed", ["", "last", "47", "2026", "2025-W53", "2026-W54", "2026-W00", "1999-W01", "2026-W123", "-1-W1"]
)
def test_what_is_no_week_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"not a week|[Ii]nvalid week"):
        Week.read(typed, CHINA)


@given(MOMENTS, st.sampled_from([CHINA, BERLIN]))
def test_every_moment_is_in_exactly_its_week(moment: datetime, zone: ZoneInfo) -> None:
    week = Week.of(moment, zone)
    assert week.begin.timestamp() <= moment.timestamp() < week.end.timestamp()
    assert Week.read(week.name, zone) == week == week.after().before()
    assert week.after().begin == week.end
    assert f"{moment.astimezone(zone):%G-W%V}" == week.name
