"""Days as people write them."""

from __future__ import annotations

from datetime import date

import pytest

from domain.days import read_day

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-27", date(2026, 11, 27)),
        ("2026/11/27", date(2026, 11, 27)),
        ("2026年11月27日", date(2026, 11, 27)),
        ("２０２６年１１月２７日", date(2026, 11, 27)),
        ("11月27日", date(2026, 11, 27)),
        ("11 月 27 号", date(2026, 11, 27)),
        ("11-27", date(2026, 11, 27)),
        ("11.27", date(2026, 11, 27)),
        ("11月23日", TODAY),
        ("1月5日", date(2027, 1, 5)),
        ("今天", TODAY),
        ("明天。", date(2026, 11, 24)),
        ("Tomorrow", date(2026, 11, 24)),
        ("后天", date(2026, 11, 25)),
        (" 大后天 ", date(2026, 11, 26)),
        ("昨天", date(2026, 11, 22)),
    ],
)
def test_a_day_is_read_however_it_is_written(written: str, day: date) -> None:
    assert read_day(written, TODAY, ahead=True) == day


def test_looking_back_a_day_without_a_year_is_the_last_one() -> None:
    assert read_day("11月10日", TODAY, ahead=False) == date(2026, 11, 10)
    assert read_day("12月28日", TODAY, ahead=False) == date(2025, 12, 28)


@pytest.mark.parametrize("written", ["", "soon", "2026-13-40", "13月1日", "11月", "27", "2026", "2月30日", "2026-W47"])
def test_what_is_no_day_is_none(written: str) -> None:
    assert read_day(written, TODAY, ahead=True) is None
