from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from chinese_calendar.constants import holidays, workdays
from hypothesis import given
from hypothesis import strategies as st

from domain.limits import Limit, LimitUnit
from domain.working_days import Calendar, WorkingDays

ZONE = ZoneInfo("Asia/Shanghai")
CITY = WorkingDays(zone=ZONE, closing_time=time(18), table={})

# Up to the first days of December 2026: from there on, twenty working days may reach into 2027.
known_starts = st.datetimes(datetime(2004, 2, 15), datetime(2026, 11, 25), timezones=st.just(ZONE))
starts_of_2027 = st.datetimes(datetime(2027, 2, 15), datetime(2027, 11, 25), timezones=st.just(ZONE))
amounts = st.integers(1, 20)


def local(year: int, month: int, day: int, hour: int = 18, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


# Every working day of 2004-2026, taken from the package's own lists of exceptions and from weekdays, not from its functions.
WORKED = [
    day
    for day in (date(2004, 1, 1) + timedelta(days=number) for number in range((date(2027, 1, 1) - date(2004, 1, 1)).days))
    if day in workdays or (day.weekday() < 5 and day not in holidays)
]
SPRING_FESTIVALS = {day.year: day for day, name in sorted(holidays.items(), reverse=True) if name == "Spring Festival"}


def between(first: date, last: date) -> list[date]:
    """All days after the first up to and with the last."""
    return [first + timedelta(days=number) for number in range(1, (last - first).days + 1)]


@given(known_starts, amounts)
def test_as_many_working_days_as_promised_lie_between_start_and_due(start: datetime, amount: int):
    due = CITY.due(start, Limit.parse(f"{amount}wd"))
    end = due.at.astimezone(ZONE)
    counted = [day for day in between(start.date(), end.date()) if CITY.is_working(day).working]
    assert len(counted) == amount
    assert counted[-1] == end.date()
    assert end.timetz() == time(18, tzinfo=ZONE)
    assert due.at.tzinfo is UTC
    assert (due.calendar, due.provisional) == (Calendar.NATION, False)


@pytest.mark.parametrize("hour", [0, 17, 18, 23])
@pytest.mark.parametrize("amount", [1, 3, 5, 15])
def test_every_day_of_2004_to_2026_as_a_start_gives_the_due_time_that_counting_by_hand_gives(amount: int, hour: int):
    day = date(2004, 1, 1)
    while (place := bisect_right(WORKED, day) + amount - 1) < len(WORKED):
        start = datetime(day.year, day.month, day.day, hour, 59 if hour == 17 else 0, tzinfo=ZONE)
        due = CITY.due(start, Limit(amount=amount, unit=LimitUnit.WORKING_DAY))
        assert due.at == datetime.combine(WORKED[place], time(18), ZONE), day
        assert due.at > start
        day += timedelta(days=1)
    assert day > date(2026, 12, 1)


@pytest.mark.parametrize("year", range(2004, 2027))
def test_limits_across_every_spring_festival_are_what_counting_by_hand_gives(year: int):
    festival = SPRING_FESTIVALS[year]
    for before_it in range(-10, min(21, (festival - date(2004, 1, 1)).days + 1)):
        start = festival - timedelta(days=before_it)
        for clock in (time(0), time(17, 59, 59), time(18), time(18, 0, 1), time(23, 59, 59)):
            at = datetime.combine(start, clock, ZONE)
            for amount in range(1, 16):
                ahead = WORKED[bisect_right(WORKED, start) + amount - 1]
                assert CITY.after(at, amount).at == datetime.combine(ahead, time(18), ZONE), (at, amount)
                if (place := bisect_left(WORKED, start) - amount) >= 0:
                    assert CITY.before(at, amount).at == datetime.combine(WORKED[place], time(18), ZONE), (at, amount)


@given(known_starts, st.timedeltas(timedelta(0), timedelta(days=30)), amounts, st.integers(0, 5))
def test_more_days_and_later_starts_are_never_due_earlier(start: datetime, later: timedelta, amount: int, more: int):
    due = CITY.after(start, amount).at
    assert CITY.after(start, amount + 1).at > due
    assert CITY.after(start + later, amount + more).at >= due
    assert CITY.before(start, amount + 1).at < CITY.before(start, amount).at < CITY.after(start, 1).at


@given(
    st.datetimes(datetime(2026, 11, 15), datetime(2027, 12, 1), timezones=st.just(ZONE)),
    st.integers(1, 40),
    st.sets(st.dates(date(2027, 1, 1), date(2028, 3, 1)), max_size=300),
)
def test_a_due_time_is_provisional_exactly_when_an_estimated_day_was_counted_over(
    start: datetime, amount: int, settled: set[date]
):
    own = WorkingDays(zone=ZONE, closing_time=time(18), table={day: day.weekday() < 5 for day in settled})
    due = own.after(start, amount)
    counted = between(start.date(), due.at.astimezone(ZONE).date())
    known = {2026, *(day.year for day in settled)}
    assert due.provisional == any(day.year not in known for day in counted)


@given(starts_of_2027, amounts, st.sets(st.dates(date(2027, 1, 1), date(2027, 12, 31)), max_size=30))
def test_a_due_time_computed_again_with_the_years_own_table_is_provisional_no_more(start: datetime, amount: int, free: set[date]):
    assert CITY.after(start, amount).provisional
    year = between(date(2026, 12, 31), date(2027, 12, 31))
    notice = {day: day.weekday() < 5 and day not in free for day in year}
    certain = WorkingDays(zone=ZONE, closing_time=time(18), table=notice).after(start, 1)
    assert (certain.calendar, certain.provisional) == (Calendar.CITY, False)
    assert notice[certain.at.astimezone(ZONE).date()]


@given(starts_of_2027, amounts)
def test_a_due_time_in_a_year_without_notice_is_provisional_and_never_on_a_weekend(start: datetime, amount: int):
    due = CITY.due(start, Limit.parse(f"{amount}wd"))
    end = due.at.astimezone(ZONE).date()
    assert end.weekday() < 5
    assert sum(CITY.is_working(day).working for day in between(start.date(), end)) == amount
    assert (due.calendar, due.provisional) == (Calendar.ESTIMATE, True)


@given(known_starts, amounts)
def test_counting_back_undoes_counting_on(start: datetime, amount: int):
    on_a_working_day = CITY.after(start, 1).at
    assert CITY.before(CITY.after(on_a_working_day, amount).at, amount).at == on_a_working_day
    assert CITY.after(CITY.before(on_a_working_day, amount).at, amount).at == on_a_working_day


@given(known_starts, st.integers(1, 10_000), st.sampled_from("shd"))
def test_seconds_hours_and_days_are_elapsed_time_whatever_the_calendar_says(start: datetime, amount: int, unit: str):
    amount = min(amount, 3653)
    limit = Limit.parse(f"{amount}{unit}")
    due = CITY.due(start, limit)
    assert due.at - start == limit.elapsed
    assert due.at.tzinfo is UTC
    assert (due.calendar, due.provisional) == (Calendar.ELAPSED, False)


def test_elapsed_days_of_a_year_without_notice_are_certain():
    assert CITY.due(local(2027, 2, 1), Limit.parse("7d")).provisional is False


@pytest.mark.parametrize("hour", [0, 9, 17, 18, 23])
@pytest.mark.parametrize(
    ("day", "due_day"),  # the week of 2025-03-03 has no holidays
    [(3, 4), (4, 5), (5, 6), (6, 7), (7, 10), (8, 10), (9, 10)],
)
def test_the_day_of_the_start_never_counts_on_any_weekday_at_any_hour(day: int, due_day: int, hour: int):
    assert CITY.due(local(2025, 3, day, hour), Limit.parse("1wd")).at == local(2025, 3, due_day)


def test_the_day_of_the_start_is_the_day_in_the_citys_zone():
    before_midnight_utc = datetime(2025, 3, 3, 20, 0, tzinfo=UTC)  # four in the morning of the 4th in the city
    assert CITY.due(before_midnight_utc, Limit.parse("1wd")).at == local(2025, 3, 5)


@pytest.mark.parametrize(
    "day",
    # Make-up days of the yearly notices: two weekends before Spring Festival 2008, and every one of 2024 to 2026.
    [date(2008, 2, 2), date(2008, 2, 3)]
    + [date(2024, *day) for day in ((2, 4), (2, 18), (4, 7), (4, 28), (5, 11), (9, 14), (9, 29), (10, 12))]
    + [date(2025, *day) for day in ((1, 26), (2, 8), (4, 27), (9, 28), (10, 11))]
    + [date(2026, *day) for day in ((1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10))],
    ids=str,
)
def test_a_make_up_workday_on_a_weekend_is_worked_on(day: date):
    assert day.weekday() >= 5
    assert CITY.is_working(day).working
    the_day_before = datetime.combine(day - timedelta(days=1), time(20), ZONE)
    assert CITY.due(the_day_before, Limit.parse("1wd")).at == datetime.combine(day, time(18), ZONE)


def test_a_limit_over_the_spring_festival_of_2025_counts_its_make_up_days():
    friday_before = local(2025, 1, 24, 10)
    due = [CITY.due(friday_before, Limit.parse(f"{amount}wd")).at for amount in (1, 2, 3, 6, 7)]
    assert due == [
        local(2025, 1, 26),  # make-up Sunday
        local(2025, 1, 27),
        local(2025, 2, 5),  # the first day after the festival
        local(2025, 2, 8),  # make-up Saturday
        local(2025, 2, 10),
    ]


def test_new_years_eve_of_the_lunar_year_is_free_since_2025():
    assert CITY.is_working(date(2024, 2, 9)).working
    assert not CITY.is_working(date(2025, 1, 28)).working


def test_the_citys_own_table_comes_first():
    own = WorkingDays(zone=ZONE, closing_time=time(17, 30), table={date(2025, 3, 4): False, date(2025, 3, 8): True})
    due = own.due(local(2025, 3, 3), Limit.parse("1wd"))
    assert due.at == local(2025, 3, 5, 17, 30)
    assert own.is_working(date(2025, 3, 8)).working
    assert own.is_working(date(2025, 3, 8)).calendar is Calendar.CITY


def test_a_table_for_the_coming_year_makes_its_due_times_certain():
    year = between(date(2026, 12, 31), date(2027, 12, 31))
    own = WorkingDays(zone=ZONE, closing_time=time(18), table={day: day.weekday() < 5 for day in year})
    due = own.due(local(2027, 2, 5), Limit.parse("1wd"))
    assert (due.at, due.calendar, due.provisional) == (local(2027, 2, 8), Calendar.CITY, False)


def test_the_holidays_and_make_up_days_of_a_coming_year_are_its_whole_calendar():
    notice = {date(2027, 1, 1): False, date(2027, 1, 4): False, date(2027, 1, 9): True}
    own = WorkingDays(zone=ZONE, closing_time=time(18), table=notice)
    due = own.due(local(2026, 12, 28), Limit.parse("5wd"))
    assert (due.at, due.provisional) == (local(2027, 1, 6), False)
    assert own.due(local(2027, 9, 30), Limit.parse("1wd")).at == local(2027, 10, 1)
    assert own.is_working(date(2028, 1, 5)).provisional


def test_a_single_day_in_the_table_leaves_the_rest_of_a_known_year_as_it_is():
    own = WorkingDays(zone=ZONE, closing_time=time(18), table={date(2026, 10, 10): False})
    assert not own.is_working(date(2026, 10, 1)).working
    assert own.is_working(date(2026, 9, 20)).working


def test_a_limit_that_reaches_into_a_year_without_notice_is_provisional():
    assert CITY.due(local(2026, 12, 30), Limit.parse("1wd")).provisional is False
    assert CITY.due(local(2026, 12, 30), Limit.parse("3wd")).provisional is True
    assert not CITY.is_working(date(2027, 10, 1)).working
    assert CITY.is_working(date(2027, 10, 1)).provisional


def test_the_rung_before_a_due_time_skips_the_weekend():
    assert CITY.before(local(2025, 3, 10), 1).at == local(2025, 3, 7)
    assert CITY.after(local(2025, 3, 7), 1).at == local(2025, 3, 10)


@pytest.mark.parametrize("days", [0, -1])
def test_no_working_days_at_all_cannot_be_counted(days: int):
    with pytest.raises(ValueError, match="counted from one"):
        CITY.before(local(2025, 3, 10), days)


@pytest.mark.parametrize("limit", ["2h", "1wd"])
def test_a_time_without_zone_is_refused(limit: str):
    with pytest.raises(ValueError, match="zone"):
        CITY.due(datetime(2025, 3, 10, 18), Limit.parse(limit))
