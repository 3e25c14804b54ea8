from __future__ import annotations

from datetime import datetime, time

import pytest

from domain.opening_hours import OpeningHours

WRITTEN = "mon-fri 09:00-12:00, 13:30-17:00; sat 09:00-12:00"
MONDAY, SATURDAY, SUNDAY = 4, 9, 10  # of May 2026


def at(day: int, clock: str) -> datetime:
    return datetime.combine(datetime(2026, 5, day), time.fromisoformat(clock))


@pytest.mark.parametrize(
    "text",
    [
        WRITTEN,
        "Mon - Fri 9:00 - 12:00 13:30 - 17:00 ; Sat 9:00-12:00;",
        "周一至周五 9:00-12:00，13:30-17:00；周六 9:00－12:00",
        "星期一到星期五 9：00至12：00、13：30至17：00；星期六 9：00—12：00",
        "mon,tue,wed,thu,fri 09:00-12:00,13:30-17:00; sat 09:00-12:00",
    ],
)
def test_hours_may_be_written_so(text: str) -> None:
    assert OpeningHours.parse(text) == OpeningHours.parse(WRITTEN)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no hours"),
        ("mon-fri", "no time of day"),
        ("09:00-12:00", "No day"),
        ("mon-fry 09:00-12:00", '"fry"'),
        ("mon 9-12", "from one time of day to another"),
        ("mon 12:00-09:00", "end after it begins"),
        ("mon 09:00-12:00, 11:00-14:00", "before the hours before it"),
        ("mon 20:00-24:00, 21:00-22:00", "before the hours before it"),
        ("mon 09:00-24:30", "end after it begins"),
        ("mon-wed 09:00-12:00; wed 14:00-15:00", "wed stand there twice"),
        ("daily 09:00-12:00; sat 09:00-10:00", '"daily"'),
    ],
)
def test_a_slip_in_the_hours_is_named(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        OpeningHours.parse(text)


@pytest.mark.parametrize(
    ("day", "clock", "working", "is_open"),
    [
        (MONDAY, "09:00", True, True),
        (MONDAY, "12:00", True, False),
        (MONDAY, "13:30", True, True),
        (MONDAY, "10:00", False, False),  # a holiday
        (SATURDAY, "10:00", False, True),
        (SATURDAY, "15:00", False, False),
        (SATURDAY, "15:00", True, True),  # a make-up day
        (SUNDAY, "15:00", True, True),
        (SUNDAY, "10:00", False, False),
    ],
)
def test_a_hall_keeps_to_the_citys_calendar(day: int, clock: str, working: bool, is_open: bool) -> None:
    assert OpeningHours.parse(WRITTEN).open_at(at(day, clock), working) is is_open


@pytest.mark.parametrize("working", [True, False])
def test_daily_hours_are_the_same_on_a_holiday(working: bool) -> None:
    hours = OpeningHours.parse("每天 0:00-24:00")
    assert all(hours.open_at(at(day, clock), working) for day in (MONDAY, SATURDAY) for clock in ("00:00", "23:59"))


def test_a_hall_of_weekends_only_keeps_its_hours_on_a_make_up_day() -> None:
    hours = OpeningHours.parse("sat-sun 10:00-16:00")
    assert hours.open_at(at(SATURDAY, "15:00"), True)
    assert not hours.open_at(at(MONDAY, "15:00"), True)


def test_neighbouring_days_with_the_same_hours_are_told_together() -> None:
    morning, noon = (time(9), time(12)), (time(13, 30), time(17))
    assert OpeningHours.parse(WRITTEN).groups() == ((0, 4, (morning, noon)), (5, 5, (morning,)))
    assert OpeningHours.parse("sun-mon 9:00-12:00").groups() == ((0, 0, (morning,)), (6, 6, (morning,)))
