from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from domain.months import last_months, span

CHINA = ZoneInfo("Asia/Shanghai")


def test_the_last_months_are_those_of_the_citys_zone_oldest_first() -> None:
    assert last_months(datetime(2026, 1, 31, 17, tzinfo=UTC), CHINA, 3) == ("2025-12", "2026-01", "2026-02")
    assert last_months(datetime(2026, 1, 31, 15, tzinfo=UTC), CHINA, 2) == ("2025-12", "2026-01")


def test_months_follow_each_other_without_a_gap() -> None:
    periods = last_months(datetime(2027, 3, 1, tzinfo=UTC), CHINA, 30)
    assert len(set(periods)) == 30
    for period, following in pairwise(periods):
        assert span(period, CHINA)[1] == span(following, CHINA)[0]
    assert span("2026-12", CHINA) == (datetime(2026, 11, 30, 16, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC))
