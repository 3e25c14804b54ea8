from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.city import Rung, RungTo
from domain.city_settings import LADDER
from domain.ladder import RungTime, extension_choices, longest, next_rung, reached, rung_times
from domain.limits import MOST, Limit, LimitUnit
from domain.working_days import Pause, WorkingDays

ZONE = ZoneInfo("Asia/Shanghai")
CITY = WorkingDays(zone=ZONE, closing_time=time(18), table={})
MILLISECOND = timedelta(milliseconds=1)
SECOND = timedelta(seconds=1)

starts = st.datetimes(datetime(2004, 3, 1), datetime(2027, 10, 1), timezones=st.just(ZONE)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
limits = st.one_of(
    st.builds(Limit, amount=st.integers(1, 15), unit=st.just(LimitUnit.WORKING_DAY)),
    st.builds(Limit, amount=st.integers(1, 1000), unit=st.sampled_from([LimitUnit.SECOND, LimitUnit.HOUR])),
    st.builds(Limit, amount=st.integers(1, 60), unit=st.just(LimitUnit.DAY)),
)
offsets = st.builds("{}{}{}".format, st.sampled_from("+-"), st.integers(1, 20), st.sampled_from(LimitUnit))
ladders = st.lists(st.just("0") | st.integers(1, 100).map("{}%".format) | offsets, max_size=8, unique=True).map(
    lambda rungs: tuple(rung(at) for at in rungs)
)


def rung(at: str) -> Rung:
    return Rung(at=at, to=(RungTo.CONTACT,))


def local(year: int, month: int, day: int, hour: int = 18, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


def time_of(at: str, started_at: datetime, due_at: datetime, pauses: Sequence[Pause] = ()) -> datetime:
    """The time of a ladder's only rung."""
    return rung_times([rung(at)], started_at, due_at, pauses, CITY)[0][0]


def within_a_millisecond(one: datetime, other: datetime) -> bool:
    return abs(one - other) <= MILLISECOND


@given(ladders, starts, limits)
def test_every_rung_stands_there_once_in_order_of_time_in_whole_milliseconds(
    ladder: tuple[Rung, ...], start: datetime, limit: Limit
):
    times = rung_times(ladder, start, CITY.due(start, limit).at, [], CITY)
    assert sorted(rung.at for _, rung in times) == sorted(rung.at for rung in ladder)
    assert all(earlier <= later for (earlier, _), (later, _) in pairwise(times))
    assert all(at.tzinfo is UTC and at.microsecond % 1000 == 0 for at, _ in times)
    order = {rung: place for place, rung in enumerate(ladder)}
    assert all(order[one] < order[other] for (at, one), (same, other) in pairwise(times) if at == same)


@given(starts, limits, st.integers(1, 10))
def test_rungs_counted_from_due_stand_before_and_after_it_by_what_they_say(start: datetime, limit: Limit, amount: int):
    due = CITY.due(start, limit).at
    assert time_of("0", start, due) == due
    assert time_of(f"-{amount}wd", start, due) == CITY.before(due, amount).at < due
    assert time_of(f"+{amount}wd", start, due) == CITY.after(due, amount).at > due
    assert due - time_of(f"-{amount}h", start, due) == time_of(f"+{amount}h", start, due) - due == timedelta(hours=amount)
    assert due - time_of(f"-{amount}d", start, due) == time_of(f"+{amount}d", start, due) - due == timedelta(days=amount)
    assert time_of(f"+{amount}s", start, due) - due == timedelta(seconds=amount)


@given(starts, limits, st.integers(1, 99))
def test_without_pauses_a_share_is_that_share_of_the_time_from_start_to_due(start: datetime, limit: Limit, percent: int):
    due = CITY.due(start, limit).at
    assert within_a_millisecond(time_of("50%", start, due), start + (due - start) / 2)
    assert time_of("100%", start, due) == due
    assert start <= time_of(f"{percent}%", start, due) <= time_of(f"{percent + 1}%", start, due) <= due


@given(st.data(), starts, limits)
def test_a_pause_before_the_middle_moves_it_by_its_length_and_one_after_it_does_not(
    data: st.DataObject, start: datetime, limit: Limit
):
    due = CITY.due(start, limit)
    if limit.elapsed is None:  # the same length again, but one that pauses move by what has passed
        due = CITY.due(start, Limit(amount=int((due.at - start) / SECOND) + 1, unit=LimitUnit.SECOND))
    middle = time_of("50%", start, due.at)
    early, length = data.draw(st.tuples(*[st.timedeltas(timedelta(0), timedelta(days=4))] * 2))
    early = start + early % max(middle - start, SECOND / 4)
    before = [(early, early + length)]
    assert within_a_millisecond(time_of("50%", start, CITY.shifted(due, before).at, before), middle + length)

    late = middle + 2 * MILLISECOND
    after = [(late, late + length)]
    assert within_a_millisecond(time_of("50%", start, CITY.shifted(due, after).at, after), middle)

    both = [*before, (late + length, late + 2 * length)]
    assert within_a_millisecond(time_of("50%", start, CITY.shifted(due, both).at, both), middle + length)


@given(st.data(), starts, limits)
def test_half_of_the_time_that_no_pause_took_lies_on_either_side_of_the_middle(
    data: st.DataObject, start: datetime, limit: Limit
):
    first = CITY.due(start, limit)
    marks = sorted(data.draw(st.lists(st.timedeltas(timedelta(0), first.at - start), max_size=8)))
    pauses = [(start + begin, start + end) for begin, end in zip(marks[::2], marks[1::2], strict=False)]
    due = CITY.shifted(first, pauses).at
    middle = time_of("50%", start, due, pauses)

    def running(begin: datetime, end: datetime) -> timedelta:
        stood = (max(min(end, till) - max(begin, since), timedelta(0)) for since, till in pauses)
        return end - begin - sum(stood, timedelta(0))

    begin = start.astimezone(UTC)
    assert begin <= middle <= due
    assert abs(running(begin, middle) - running(middle, due)) <= 2 * MILLISECOND


@given(st.data(), ladders, starts, limits)
def test_every_rung_is_reached_exactly_once_in_order_however_irregular_the_sweeps_are(
    data: st.DataObject, ladder: tuple[Rung, ...], start: datetime, limit: Limit
):
    times = rung_times(ladder, start, CITY.due(start, limit).at, [], CITY)
    ahead = [(at, rung) for at, rung in times if at > start]
    end = times[-1][0] if times else start
    moments = st.timedeltas(timedelta(0), max(end - start, SECOND)).map(lambda passed: start + passed)
    exactly = st.sampled_from([at for at, _ in times if at > start]) if ahead else moments
    sweeps = sorted(data.draw(st.lists(moments | exactly, max_size=12)))

    due_next = next_rung(times, start)
    seen: list[RungTime] = []
    for now in [*sweeps, max(end, start)]:
        if due_next is not None and due_next <= now:
            found = reached(times, due_next, now)
            assert found and found[0][0] == due_next
            seen += found
            due_next = next_rung(times, now)
        assert seen == [(at, rung) for at, rung in ahead if at <= now]
    assert seen == ahead and due_next is None


def test_the_ladder_of_the_design_over_a_week():
    start, due = local(2025, 3, 3, 10), local(2025, 3, 10)
    assert [(at.astimezone(ZONE), rung.at) for at, rung in rung_times(LADDER, start, due, [], CITY)] == [
        (local(2025, 3, 7, 2), "50%"),
        (local(2025, 3, 7), "-1wd"),
        (local(2025, 3, 10), "0"),
        (local(2025, 3, 11), "+1wd"),
        (local(2025, 3, 17), "+5wd"),
    ]


def test_a_rung_that_lay_before_the_start_has_passed():
    start, due = local(2025, 3, 10, 10), local(2025, 3, 10, 12)
    times = rung_times([rung("-1wd"), rung("-2h"), rung("0")], start, due, [], CITY)
    assert [at.astimezone(ZONE) for at, _ in times] == [local(2025, 3, 7), start, due]
    assert next_rung(times, start) == due
    assert [rung.at for _, rung in reached(times, due, due + SECOND)] == ["0"]


def test_after_downtime_the_last_rung_reached_stands_last_and_those_before_it_go_with_it():
    times = rung_times(LADDER, local(2025, 3, 3, 10), local(2025, 3, 10), [], CITY)
    assert [rung.at for _, rung in reached(times, local(2025, 3, 7, 2), local(2025, 3, 12))] == ["50%", "-1wd", "0", "+1wd"]
    assert next_rung(times, local(2025, 3, 12)) == local(2025, 3, 17)
    assert next_rung(times, local(2025, 3, 17)) is None


def test_a_ladder_may_be_climbed_in_seconds():
    start = local(2025, 3, 3, 10)
    times = rung_times([rung("+10s"), rung("50%"), rung("-3s"), rung("0")], start, start + 20 * SECOND, [], CITY)
    assert [(at - start).total_seconds() for at, _ in times] == [10, 17, 20, 30]


def test_hours_are_counted_as_they_pass_when_summer_time_begins():
    berlin = ZoneInfo("Europe/Berlin")  # on 2025-03-30 the clock goes from 2:00 to 3:00
    city = WorkingDays(zone=berlin, closing_time=time(18), table={})
    start, due = datetime(2025, 3, 30, 1, tzinfo=berlin), datetime(2025, 3, 30, 5, tzinfo=berlin)  # three hours
    times = rung_times([rung("50%"), rung("-2h")], start, due, [], city)
    assert [at - start.astimezone(UTC) for at, _ in times] == [timedelta(hours=1), timedelta(hours=1.5)]


def test_a_start_or_due_time_without_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        time_of("0", datetime(2025, 3, 3, 10), local(2025, 3, 10))
    with pytest.raises(ValueError, match="zone"):
        time_of("0", local(2025, 3, 3, 10), datetime(2025, 3, 10))


@pytest.mark.parametrize("at", ["+5000wd", "-99999d"])
def test_a_rung_more_than_ten_years_away_is_refused(at: str):
    with pytest.raises(ValueError, match="ten years at most"):
        rung(at)


@pytest.mark.parametrize(
    ("limit", "most"), [("5wd", "15wd"), ("2h", "6h"), ("20s", "60s"), ("2000d", "3653d"), ("3653wd", "3653wd")]
)
def test_an_answer_may_take_three_times_its_limit_at_most(limit: str, most: str):
    assert longest(Limit.parse(limit)) == Limit.parse(most)


def offered(original: str, present: str, start: datetime, now: datetime) -> list[str]:
    choices = extension_choices(Limit.parse(original), Limit.parse(present), start, now, CITY)
    return [str(limit) for limit, _ in choices]


@pytest.mark.parametrize(
    ("original", "present", "choices"),
    [
        ("5wd", "5wd", ["6wd", "7wd", "8wd", "10wd", "12wd", "15wd"]),
        ("5wd", "12wd", ["13wd", "14wd", "15wd"]),
        ("5wd", "15wd", []),
        ("1wd", "1wd", ["2wd", "3wd"]),
        ("24h", "24h", ["30h", "36h", "48h", "60h", "72h"]),
        ("2h", "2h", ["3h", "4h", "5h", "6h"]),
        ("1h", "1h", ["2h", "3h"]),
        ("20s", "40s", ["50s", "60s"]),
        ("3653d", "3653d", []),
    ],
)
def test_what_an_extension_offers(original: str, present: str, choices: list[str]):
    start = local(2025, 3, 3, 10)
    assert offered(original, present, start, start) == choices


def test_an_extension_that_would_be_over_already_is_not_offered():
    start = local(2025, 3, 3, 10)
    assert offered("5wd", "5wd", start, local(2025, 3, 13)) == ["10wd", "12wd", "15wd"]
    assert offered("5wd", "5wd", start, local(2025, 4, 1)) == []


def test_an_extension_tells_the_due_time_that_the_pauses_make():
    start = local(2025, 3, 3, 10)
    pause = (local(2025, 3, 4, 0), local(2025, 3, 5, 0))
    five = Limit.parse("5wd")
    (limit, due), *_ = extension_choices(five, five, start, start, CITY, [pause])
    assert (limit, due.at) == (Limit.parse("6wd"), local(2025, 3, 12))


@given(limits, st.integers(1, 3), starts, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_every_extension_is_longer_later_than_now_and_within_what_is_allowed(
    original: Limit, times: int, start: datetime, passed: timedelta
):
    present = Limit(amount=original.amount * times, unit=original.unit)
    choices = extension_choices(original, present, start, start + passed, CITY)
    assert len(choices) <= 6
    amounts = [limit.amount for limit, _ in choices]
    assert amounts == sorted(set(amounts))
    for limit, due in choices:
        assert limit.unit is original.unit
        assert present.amount < limit.amount <= min(3 * original.amount, MOST[original.unit])
        assert due == CITY.due(start, limit)
        assert due.at > start + passed
    if times < 3 and passed == timedelta(0):
        assert choices
