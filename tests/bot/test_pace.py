from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.pace import Pace

NOW = datetime(2026, 1, 7, 2, tzinfo=UTC)


def test_a_group_gets_eighteen_notices_a_minute_and_a_chat_one_a_second() -> None:
    for group, most in ((True, 18), (False, 59)):
        pace, now, sent = Pace(25, 1, 18), NOW, 0
        while now < NOW + timedelta(seconds=59):
            wait = pace.wait("here", now, group=group)
            sent += not wait
            now += wait or timedelta(milliseconds=1)
        assert sent == most


def test_nothing_is_paced_where_the_pace_is_nought() -> None:
    pace = Pace(0, 0, 0)
    assert not any(pace.wait("here", NOW, group=group) for group in (True, False) for _ in range(100))
