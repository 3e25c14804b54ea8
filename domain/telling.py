"""What of the ratings of windows everybody may be told, on the screen in the hall too, without being told what one person said.

The staff of a window see who stands before it and may watch the screen, and everybody may take one figure from another: today's
from those of a quarter of an hour ago, the windows' from their hall's, a week's from its month's. Therefore

- every figure is a sum of groups of at least GROUP ratings, and each rating is in one group for good: whatever is added up or
  taken away, sums of whole groups are left;
- a group is of verified visits or of others, for the staff may know whom they gave a ticket;
- a day is told whole once nobody can change its ratings any more, if a window has a group on it. Otherwise the days of a window
  that are too small are put together for a week, and windows that are too small all week for their hall. What is still fewer is
  never told. Weeks are cut where a month ends, so that each group lies in one week and in one month;
- of today only the oldest groups are told, in the order in which they were given, in steps of STEP, and so that what is held
  back is a group again when the day is told whole. They are told as they were given at first: of a change made today nothing
  is seen, for it would be seen alone;
- words are told to the unit alone, and of a group so few that GROUP of its ratings are left without: whoever is known by what
  they wrote must not leave the others fewer;
- what is struck later is taken off its group, which stays the same one: that was decided by people, and is a public figure. It
  is told with its group, not before: only what was struck after an appeal is told at once, with the appeal of the unit.

Where all of a group said the same, everybody knows what each said; and who gives most of a group on false devices learns what is
left, which the office may notice as unusual. No rule about numbers can help that.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.cases import Satisfaction

GROUP = 5
"""Of fewer, whoever stood at the window is easily guessed."""
STEP = timedelta(minutes=15)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Ratings that a window of a hall was given on a day, all verified or none; what is struck is in no level any more.

    Of those struck, `granted` are struck after an appeal.
    """

    window: str
    day: date
    verified: bool
    levels: Mapping[Satisfaction, int]
    struck: int = 0
    granted: int = 0

    @property
    def count(self) -> int:
        """How many were given."""
        return sum(self.levels.values()) + self.struck


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Ratings of the days from `first` to `last` that are told together; `window` is None where they are of several.

    `struck` are those of them that were struck without an appeal, and are in no level any more.
    """

    window: str | None
    first: date
    last: date
    verified: bool
    levels: Mapping[Satisfaction, int]
    struck: int = 0


def last_settled_day(now: datetime, zone: ZoneInfo, again: timedelta) -> date:
    """Give the last day whose ratings can't be changed any more; `again` is how long one visit can."""
    return (now - again).astimezone(zone).date() - _DAY


def groups(given: Iterable[Given], until: date) -> tuple[Group, ...]:
    """Put together what may be told of a hall up to the last settled day; of the week of the first day all has to be given."""
    told: list[Group] = []
    of_window: dict[tuple[str, bool, date, date], list[Given]] = defaultdict(list)
    of_hall: dict[tuple[bool, date, date], list[Given]] = defaultdict(list)
    for one in given:
        if one.day > until:
            continue
        if one.count >= GROUP:
            told.append(_group(one.window, one.verified, one.day, one.day, [one]))
        else:
            of_window[one.window, one.verified, *_stretch(one.day)].append(one)
    for (window, verified, first, last), few in of_window.items():
        if last > until:
            continue
        if sum(one.count for one in few) >= GROUP:
            told.append(_group(window, verified, first, last, few))
        else:
            of_hall[verified, first, last] += few
    for (verified, first, last), few in of_hall.items():
        if sum(one.count for one in few) >= GROUP:
            told.append(_group(None, verified, first, last, few))
    return tuple(told)


def words_told_of(group: Group) -> int:
    """Say how many of a group's ratings may be told with their words."""
    return max(0, sum(group.levels.values()) - GROUP)


def told_of(given: int) -> int:
    """Say how many of so many ratings of a window are told on the day itself, the oldest first."""
    return max(0, given // GROUP - 1) * GROUP


def step(now: datetime) -> datetime:
    """Give the last full quarter of an hour: what was given before it may be told."""
    return now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % STEP


def _stretch(day: date) -> tuple[date, date]:
    """Give the first and last day of the part of a week that lies in one month."""
    monday = day - day.weekday() * _DAY
    next_month = (day.replace(day=1) + 31 * _DAY).replace(day=1)
    return max(monday, day.replace(day=1)), min(monday + 6 * _DAY, next_month - _DAY)


def _group(window: str | None, verified: bool, first: date, last: date, given: Sequence[Given]) -> Group:
    levels: Counter[Satisfaction] = Counter()
    for one in given:
        for level, n in one.levels.items():
            levels[level] += n
    struck = sum(one.struck - one.granted for one in given)
    return Group(window=window, first=first, last=last, verified=verified, levels=levels, struck=struck)
