from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.limits import Limit, LimitUnit


@given(st.integers(1, 3653), st.sampled_from(LimitUnit))
def test_a_limit_is_read_back_from_how_it_is_written(amount: int, unit: LimitUnit):
    limit = Limit(amount=amount, unit=unit)
    assert Limit.parse(str(limit)) == limit


@pytest.mark.parametrize(
    ("written", "amount", "unit"),
    [("20s", 20, LimitUnit.SECOND), ("2h", 2, LimitUnit.HOUR), (" 15d ", 15, LimitUnit.DAY), ("3wd", 3, LimitUnit.WORKING_DAY)],
)
def test_every_unit_is_understood(written: str, amount: int, unit: LimitUnit):
    assert Limit.parse(written) == Limit(amount=amount, unit=unit)


@pytest.mark.parametrize(
    "written", ["", "3", "wd", "0d", "-1d", "1.5d", "3 wd", "3WD", "03wd", "٣d", "3wd5", "3w", "1" * 50 + "d"]
)
def test_what_is_no_limit_is_refused_with_what_to_write_instead(written: str):
    with pytest.raises(ValueError, match=r"is not a time limit\. Please write .* 3wd \(working days\)"):
        Limit.parse(written)


@pytest.mark.parametrize("written", ["5000wd", "4000d", "99999h", "999999999s"])
def test_a_limit_of_more_than_ten_years_is_refused(written: str):
    with pytest.raises(ValueError, match="ten years at most"):
        Limit.parse(written)


def test_a_limit_of_nothing_cannot_be_made():
    with pytest.raises(ValueError, match="more than nothing"):
        Limit(amount=0, unit=LimitUnit.DAY)


def test_only_working_days_have_no_length_of_their_own():
    assert Limit.parse("20s").elapsed == timedelta(seconds=20)
    assert Limit.parse("2h").elapsed == timedelta(hours=2)
    assert Limit.parse("15d").elapsed == timedelta(days=15)
    assert Limit.parse("3wd").elapsed is None
