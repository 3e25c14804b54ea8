"""Ratings of windows: who may rate, what the staff of a window may learn, and what looks unusual enough for people to look at.

Nothing is dropped for being unusual: it counts like any other until somebody at the office has decided otherwise, with a reason.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from domain.cases import Satisfaction
from domain.city import City

HOUR = timedelta(hours=1)


class Pattern(StrEnum):
    """What is unusual."""

    BURST = "burst"
    MANY_WINDOWS = "many_windows"
    PRAISE_FROM_ONE = "praise_from_one"
    PRAISE_IN_SECONDS = "praise_in_seconds"
    CLOSED = "closed"


class RatingEvent(StrEnum):
    """What can happen to a rating; the name under which the chain of its window keeps it."""

    RATE = "rate"
    CHANGE = "change"
    ERASE = "erase"
    FLAG = "flag"
    KEEP = "keep"
    APPEAL = "appeal"
    REFUSE_APPEAL = "refuse_appeal"
    STRIKE = "strike"


OF_PERSON = frozenset({Pattern.MANY_WINDOWS, Pattern.PRAISE_FROM_ONE})
"""What is about one account. That a hall was closed is about the hall; the other patterns are about a window."""

# Far from what happens by itself: a busy window serves somebody every two or three minutes, and few people have business
# at more than two or three windows in a day.
BURST_OF, BURST_WITHIN = 10, timedelta(minutes=5)
WINDOWS_A_DAY = 6
PRAISE_OF = 5
IN_SECONDS_OF, IN_SECONDS = 4, timedelta(seconds=60)
AFTER_CLOSING = timedelta(minutes=30)
"""Who was served last still has time to rate."""

LOOKED_AT = 20
"""How many of the newest ratings of a window, and of an account's on that day, decide what is unusual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A rating as the patterns see it."""

    id: str
    window: str
    level: Satisfaction
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unusual:
    """A pattern, and the ids of the ratings that make it, newest first."""

    pattern: Pattern
    ratings: tuple[str, ...]


def unusual(at_window: Sequence[Seen], of_person: Sequence[Seen], *, was_open: bool) -> tuple[Unusual, ...]:
    """Say what is unusual about the newest rating, which comes first both at its window and among its person's of that day."""
    newest = at_window[0]
    burst = [seen for seen in at_window if newest.at - seen.at <= BURST_WITHIN]
    praised = _praise(at_window, IN_SECONDS_OF)
    windows = {seen.window for seen in of_person}
    found = {
        Pattern.BURST: burst if len(burst) >= BURST_OF else (),
        Pattern.PRAISE_IN_SECONDS: praised if praised and newest.at - praised[-1].at <= IN_SECONDS else (),
        Pattern.MANY_WINDOWS: of_person if len(windows) >= WINDOWS_A_DAY else (),
        Pattern.PRAISE_FROM_ONE: _praise(of_person, PRAISE_OF),
        Pattern.CLOSED: () if was_open else (newest,),
    }
    return tuple(
        Unusual(pattern=pattern, ratings=tuple(seen.id for seen in ratings)) for pattern, ratings in found.items() if ratings
    )


def was_open(city: City, window: str, local: datetime, *, working_day: bool) -> bool:
    """Say whether a window's hall is open, or was a little while ago, at a time of the city's own clock."""
    hours = city.halls[city.windows[window].hall].hours
    before = local - AFTER_CLOSING
    return hours.open_at(local, working_day) or (before.date() == local.date() and hours.open_at(before, working_day))


def is_own(city: City, window: str, units: Collection[str]) -> bool:
    """Say whether a window belongs to one of these units, to one above or to one below: who works there may not rate it."""
    own = city.unit_of(window)
    return any(own in city.unit_path(unit) or unit in city.unit_path(own) for unit in units if unit in city.units)


def hour_of(at: datetime, zone: ZoneInfo) -> datetime:
    """Give the beginning of the city's hour in which something was: all that a unit learns of the time of a rating."""
    local = at.astimezone(zone)
    return local.replace(minute=0, second=0, microsecond=0).astimezone(UTC)


def reaches_unit_at(at: datetime, zone: ZoneInfo) -> datetime:
    """Give the end of that hour, before which a unit hears nothing of a rating."""
    return hour_of(at, zone) + HOUR


def _praise(newest_first: Sequence[Seen], least: int) -> Sequence[Seen]:
    series = newest_first[:least]
    return series if len(series) == least and all(seen.level is Satisfaction.SATISFIED for seen in series) else ()
