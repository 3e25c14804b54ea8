from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from chinese_calendar.constants import holidays, workdays
from hypothesis import given
from hypothesis import strategies as st

from domain.limits import Limit
from domain.working_days import Calendar, Due, Pause, WorkingDays

ZONE = ZoneInfo("Asia/Shanghai")
CITY = WorkingDays(zone=ZONE, closing_time=time(18), table={})
MINUTE = timedelta(minutes=1)

limits = st.one_of(st.integers(1, 15).map("{}wd".format), st.integers(1, 400).map("{}h".format)).map(Limit.parse)
working_limits = st.integers(1, 4).map("{}wd".format).map(Limit.parse)
known_starts = st.datetimes(datetime(2004, 2, 15), datetime(2026, 9, 1), timezones=st.just(ZONE))
# Mostly around Spring Festival, where free days, make-up days and weekends stand side by side.
festive_starts = st.datetimes(datetime(2025, 1, 18), datetime(2025, 2, 10), timezones=st.just(ZONE))
starts = known_starts | festive_starts


def local(year: int, month: int, day: int, hour: int = 18, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


def is_worked(day: date) -> bool:
    """The calendar again, from the package's lists instead of its functions."""
    return day in workdays or (day.weekday() < 5 and day not in holidays)


@st.composite
def pauses_between(draw: st.DrawFn, begin: datetime, end: datetime, most: int = 5, step: timedelta = MINUTE) -> list[Pause]:
    """Pauses in order that don't overlap, at whole steps from begin, each begun before the end."""
    steps = (end - begin) // step
    marks = sorted(draw(st.lists(st.integers(0, max(steps - 1, 0)), max_size=2 * most)))
    times = [begin.astimezone(UTC) + mark * step for mark in marks]
    return list(zip(times[::2], times[1::2], strict=False))


@given(st.data(), starts, limits)
def test_many_small_pauses_move_a_due_time_by_exactly_what_one_pause_of_their_sum_does(
    data: st.DataObject, start: datetime, limit: Limit
):
    due = CITY.due(start, limit)
    marks = sorted(data.draw(st.lists(st.timedeltas(timedelta(0), due.at - start), min_size=2, max_size=20)))
    pieces = [(start + begin, start + end) for begin, end in pairwise(marks)]
    whole = (start + marks[0], start + marks[-1])
    assert CITY.shifted(due, data.draw(st.permutations(pieces))) == CITY.shifted(due, [whole])


@given(st.data(), known_starts, st.integers(1, 10_000))
def test_elapsed_time_moves_by_exactly_the_sum_of_the_pauses(data: st.DataObject, start: datetime, hours: int):
    due = CITY.due(start, Limit.parse(f"{hours}h"))
    pauses = data.draw(pauses_between(start, due.at))
    moved = CITY.shifted(due, pauses)
    assert moved.at == due.at + sum((end - begin for begin, end in pauses), timedelta())
    assert (moved.calendar, moved.provisional) == (Calendar.ELAPSED, False)


@given(st.data(), starts, working_limits)
def test_working_days_move_minute_by_minute_as_counting_by_hand_says(data: st.DataObject, start: datetime, limit: Limit):
    start = start.replace(second=0, microsecond=0)
    due = CITY.due(start, limit)
    # Some pauses begin after the due time, for which they come too late, and some before but go on over it.
    pauses = data.draw(pauses_between(start, due.at + timedelta(days=4), most=3))
    expected = due.at
    for begin, end in pauses:
        minute = begin
        while minute < end:
            if is_worked(minute.astimezone(ZONE).date()):
                if minute >= expected:
                    break
                expected += MINUTE
                while not is_worked(expected.astimezone(ZONE).date()):
                    expected += MINUTE
            minute += MINUTE
    assert CITY.shifted(due, data.draw(st.permutations(pauses))).at == expected


@given(st.data(), starts, limits)
def test_a_due_time_moved_by_one_pause_after_another_is_that_moved_by_all_at_once(
    data: st.DataObject, start: datetime, limit: Limit
):
    due = CITY.due(start, limit)
    pauses = data.draw(pauses_between(start, due.at + timedelta(days=3)))
    step_by_step = due
    for pause in pauses:
        step_by_step = CITY.shifted(step_by_step, [pause])
    assert step_by_step == CITY.shifted(due, pauses)


@given(st.data(), starts, limits)
def test_more_pause_never_makes_a_due_time_earlier_nor_a_longer_limit_due_before_a_shorter(
    data: st.DataObject, start: datetime, limit: Limit
):
    due = CITY.due(start, limit)
    pauses = data.draw(pauses_between(start, due.at))
    moved = CITY.shifted(due, pauses).at
    assert due.at <= CITY.shifted(due, pauses[1:]).at <= moved
    assert CITY.shifted(due, [*pauses, (due.at - MINUTE, due.at)]).at >= moved
    longer = CITY.due(start, Limit(amount=limit.amount + 1, unit=limit.unit))
    assert CITY.shifted(longer, pauses).at > moved


@given(st.data(), starts, working_limits)
def test_a_moved_due_time_never_lands_on_a_free_day(data: st.DataObject, start: datetime, limit: Limit):
    due = CITY.due(start, limit)
    moved = CITY.shifted(due, data.draw(pauses_between(start, due.at, step=timedelta(hours=6))))
    assert is_worked(moved.at.astimezone(ZONE).date())
    assert moved.at.tzinfo is UTC


@given(starts, limits, st.timedeltas(timedelta(0), timedelta(days=3)))
def test_no_pause_an_empty_one_and_one_that_begins_too_late_change_nothing(start: datetime, limit: Limit, late: timedelta):
    due = CITY.due(start, limit)
    assert CITY.shifted(due, []) == due
    assert CITY.shifted(due, [(start, start), (due.at - MINUTE, due.at - 2 * MINUTE)]) == due
    assert CITY.shifted(due, [(due.at + late, due.at + late + timedelta(days=1))]) == due


@given(st.data(), st.datetimes(datetime(2026, 11, 20), datetime(2027, 11, 1), timezones=st.just(ZONE)), st.integers(1, 15))
def test_a_moved_due_time_is_provisional_exactly_when_it_passed_over_an_estimated_day(
    data: st.DataObject, start: datetime, amount: int
):
    due = CITY.after(start, amount)
    pauses = data.draw(pauses_between(start, due.at))
    moved = CITY.shifted(due, pauses)
    assert moved.provisional == (moved.at.astimezone(ZONE).year >= 2027)
    assert moved.calendar is (Calendar.ESTIMATE if moved.provisional else Calendar.NATION)

    days = (date(2026, 1, 1) + timedelta(days=number) for number in range(3 * 366))
    own = WorkingDays(zone=ZONE, closing_time=time(18), table={day: day.weekday() < 5 for day in days})
    again = own.shifted(own.after(start, amount), pauses)
    assert (again.calendar, again.provisional) == (Calendar.CITY, False)


def test_a_pause_that_carries_a_due_time_into_a_year_without_notice_makes_it_provisional():
    due = CITY.due(local(2026, 12, 28, 10), Limit.parse("3wd"))
    assert (due.at, due.provisional) == (local(2026, 12, 31), False)
    pause = (local(2026, 12, 29, 10), local(2026, 12, 29, 17))  # one hour more than the 31st has left
    assert CITY.shifted(due, [pause]) == Due(at=local(2027, 1, 4, 1), calendar=Calendar.ESTIMATE, provisional=True)


@pytest.mark.parametrize(
    ("pause", "moved"),
    [
        ((local(2025, 3, 6, 1), local(2025, 3, 6, 17)), local(2025, 3, 10, 10)),  # 16 hours on a Thursday
        ((local(2025, 3, 7, 17), local(2025, 3, 10, 9)), local(2025, 3, 10, 10)),  # over the weekend: 7 hours and 9
        ((local(2025, 3, 7, 17), local(2025, 3, 8, 0)), local(2025, 3, 10, 1)),  # 7 hours; Saturday counts nothing
        ((local(2025, 3, 7, 12), local(2025, 3, 7, 18)), local(2025, 3, 10, 0)),  # to the end of Friday, which Monday begins
        ((local(2025, 3, 7, 18), local(2025, 3, 8, 18)), local(2025, 3, 7, 18)),  # begun when the time was up
        ((local(2025, 3, 1, 0), local(2025, 3, 3, 0)), local(2025, 3, 7, 18)),  # a whole weekend
    ],
)
def test_a_due_time_on_friday_evening_moves_over_working_hours_alone(pause: Pause, moved: datetime):
    due = CITY.due(local(2025, 2, 28), Limit.parse("5wd"))
    assert due.at == local(2025, 3, 7)
    assert CITY.shifted(due, [pause]).at == moved


def test_a_pause_on_a_make_up_sunday_counts_and_on_the_festival_does_not():
    due = CITY.due(local(2025, 1, 24, 10), Limit.parse("3wd"))  # 5 February, over the whole festival
    on_sunday = (local(2025, 1, 26, 8), local(2025, 1, 26, 10))
    at_the_festival = (local(2025, 1, 28, 0), local(2025, 2, 5, 0))
    assert CITY.shifted(due, [at_the_festival, on_sunday]).at == local(2025, 2, 5, 20)


def test_a_weekend_after_the_last_working_minute_gives_no_more_time():
    friday_to_its_end = (local(2025, 3, 7, 12), local(2025, 3, 7, 18))
    saturday_to_monday = (local(2025, 3, 8, 10), local(2025, 3, 10, 10))
    due = CITY.due(local(2025, 2, 28), Limit.parse("5wd"))
    assert CITY.shifted(due, [friday_to_its_end, saturday_to_monday]).at == local(2025, 3, 10, 0)


@pytest.mark.parametrize("limit", ["48h", "2wd"])
def test_time_that_lies_in_two_pauses_counts_once(limit: str):
    due = CITY.due(local(2025, 3, 3, 10), Limit.parse(limit))
    overlapping = [(local(2025, 3, 3, 12), local(2025, 3, 3, 15)), (local(2025, 3, 3, 13), local(2025, 3, 3, 14))]
    assert CITY.shifted(due, overlapping).at - due.at == timedelta(hours=3)
    assert CITY.shifted(due, [*overlapping, (local(2025, 3, 3, 14), local(2025, 3, 3, 16))]).at - due.at == timedelta(hours=4)


def test_pauses_across_a_change_to_summer_time_count_the_time_that_has_passed():
    berlin = ZoneInfo("Europe/Berlin")  # on 2025-03-30 the clock goes from 2:00 to 3:00
    sundays = {date(2025, 3, 29): True, date(2025, 3, 30): True, date(2025, 3, 31): True}
    city = WorkingDays(zone=berlin, closing_time=time(18), table=sundays)
    night = (datetime(2025, 3, 30, 1, tzinfo=berlin), datetime(2025, 3, 30, 4, tzinfo=berlin))
    start = datetime(2025, 3, 29, 20, tzinfo=berlin)
    hours, days = city.due(start, Limit.parse("48h")), city.due(start, Limit.parse("1wd"))
    assert days.at == datetime(2025, 3, 30, 18, tzinfo=berlin)
    assert city.shifted(hours, [night]).at - hours.at == timedelta(hours=2)
    assert city.shifted(days, [night]).at - days.at == timedelta(hours=2)


@pytest.mark.parametrize("limit", ["2h", "1wd"])
def test_a_pause_without_zone_is_refused(limit: str):
    due = CITY.due(local(2025, 3, 10), Limit.parse(limit))
    with pytest.raises(ValueError, match="zone"):
        CITY.shifted(due, [(datetime(2025, 3, 10, 19), datetime(2025, 3, 10, 20))])
