"""Ninety days around Spring Festival 2026: three hundred deadlines, swept at random times, with outages of days."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest

from domain.city_settings import LADDER
from domain.ladder import RungTime, next_rung, reached, rung_times
from domain.limits import Limit
from domain.working_days import Due, Pause, WorkingDays
from storage import times

ZONE = ZoneInfo("Asia/Shanghai")
CITY = WorkingDays(zone=ZONE, closing_time=time(18), table={})
FIRST = datetime(2026, 1, 25, tzinfo=ZONE)
DAYS = 90
LIMITS = ("20s", "2h", "24h", "1wd", "2wd", "3wd", "5wd", "5wd", "10wd", "15wd", "15d")


@dataclass(slots=True, kw_only=True)
class Row:
    """A deadline as the database keeps it, in milliseconds; `seen` are its rungs with the sweep that took them."""

    started_ms: int
    first_due: Due
    next_rung_ms: int | None = None
    pauses: list[Pause] = field(default_factory=list)
    seen: list[tuple[RungTime, datetime]] = field(default_factory=list)

    def times(self) -> tuple[RungTime, ...]:
        due = CITY.shifted(self.first_due, self.pauses).at
        return rung_times(LADDER, times.at(self.started_ms), due, self.pauses, CITY)

    def ahead(self) -> list[RungTime]:
        """The rungs that were neither taken nor lay before the start."""
        taken = {rung for (_, rung), _ in self.seen}
        return [(at, rung) for at, rung in self.times() if at > times.at(self.started_ms) and rung not in taken]

    def arm(self) -> None:
        self.next_rung_ms = next((times.ms(at) for at, _ in self.ahead()), None)

    def sweep(self, now: datetime) -> None:
        if self.next_rung_ms is None or times.at(self.next_rung_ms) > now:
            return
        ahead = self.ahead()
        found = reached(ahead, times.at(self.next_rung_ms), now)
        assert found, "A sweep came for a rung that was not there."
        self.seen += [(rung_time, now) for rung_time in found]
        following = next_rung(ahead, now)
        self.next_rung_ms = None if following is None else times.ms(following)


def deadlines(random: Random) -> list[Row]:
    rows = []
    for _ in range(300):
        started = times.ms(FIRST + random.random() * timedelta(days=60))
        rows.append(Row(started_ms=started, first_due=CITY.due(times.at(started), Limit.parse(random.choice(LIMITS)))))
        rows[-1].arm()
    return rows


def sweeps(random: Random) -> list[datetime]:
    """Every hour or so, and once a week or so not for up to six days; the last one when everything is over."""
    now, moments = FIRST, []
    while now < FIRST + timedelta(days=DAYS):
        now += random.random() * (timedelta(days=6) if random.random() < 0.01 else timedelta(hours=2))
        moments.append(now)
    return [*moments, FIRST + timedelta(days=2 * DAYS)]


@pytest.mark.parametrize("seed", range(3))
def test_every_rung_of_every_deadline_is_taken_exactly_once_by_the_first_sweep_after_its_time(seed: int):
    random = Random(seed)
    rows, moments = deadlines(random), sweeps(random)
    assert max(later - earlier for earlier, later in pairwise(moments[:-1])) > timedelta(days=2)
    for now in moments:
        # Rows of coming days are there already, but none of their rungs is due before its time.
        for row in rows:
            row.sweep(now)
    for row in rows:
        started = times.at(row.started_ms)
        assert [rung_time for rung_time, _ in row.seen] == [(at, rung) for at, rung in row.times() if at > started]
        assert all(swept == moments[bisect_left(moments, at)] for (at, _), swept in row.seen)
        assert row.next_rung_ms is None
    together = [len([1 for _, swept in row.seen if swept == last]) for row in rows for last in {swept for _, swept in row.seen}]
    assert max(together) > 1, "No outage was long enough for two rungs of one deadline."


@pytest.mark.parametrize("seed", range(3))
def test_questions_to_citizens_lose_no_rung_and_bring_none_twice(seed: int):
    """A paused row has no next rung; when the answer comes it is armed with the rungs that were not taken yet."""
    random = Random(seed)
    rows, moments = deadlines(random), sweeps(random)
    events: list[tuple[datetime, int, Row | None, Pause | None]] = [(now, 0, None, None) for now in moments]
    for row in rows:
        asked = times.at(row.started_ms)
        for _ in range(random.randrange(3)):
            asked = times.at(times.ms(asked + random.random() * timedelta(days=4)))
            answered = times.at(times.ms(asked + random.random() * timedelta(days=3)))
            events += [(asked, 1, row, None), (answered, 2, row, (asked, answered))]
            asked = answered
    for now, _, of, pause in sorted(events, key=lambda event: event[:2]):
        if of is None:
            for row in rows:
                row.sweep(now)
        elif pause is None:
            of.next_rung_ms = None
        else:
            of.pauses.append(pause)
            of.arm()
    for row in rows:
        expected = [rung for at, rung in rung_times(LADDER, times.at(row.started_ms), row.first_due.at, [], CITY)]
        started = times.at(row.started_ms)
        passed = {rung for at, rung in row.times() if at <= started}
        assert sorted(rung.at for (_, rung), _ in row.seen) == sorted(rung.at for rung in expected if rung not in passed)
        assert all(at <= swept for (at, _), swept in row.seen)
        assert all(one <= other for ((one, _), _), ((other, _), _) in pairwise(row.seen))
    assert any(row.times() != rung_times(LADDER, times.at(row.started_ms), row.first_due.at, [], CITY) for row in rows)
