"""What happens by itself. Jobs and sweeps select rows and call actions; they send nothing themselves.

A job runs once in each of its slots, by one process; the newest slot that was missed is made up for. A sweep needs no slots: it
does whatever is due, each in its own savepoint.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from actions import chasing
from actions import likeness as alike
from actions.context import Context
from domain.city import City
from schedules import board, chase, digest, housekeeping, likeness, morning, seal

Slot = Callable[[City, datetime], datetime]
Run = Callable[[Context], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class ReadFirst:
    """Work that reads for long: `read` does so while others write, and gives what is then to be written."""

    read: Callable[[Context], Awaitable[Run]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to be done once in a while; `slot` gives the newest slot of a city at a moment."""

    name: str
    slot: Slot
    run: Run | ReadFirst


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Something to be done as soon as it is due: `due` finds the ids of so many, `do` says whether it did one.

    `failed` is told of one that could not be done, and why; True if it has put that aside, so that it is not due again.
    """

    name: str
    due: Callable[[Context, int], Awaitable[Sequence[str]]]
    do: Callable[[Context, str], Awaitable[bool]]
    failed: Callable[[Context, str, str], Awaitable[bool]]


def every(length: timedelta) -> Slot:
    """Give a slot for each stretch of this length."""

    def slot(city: City, now: datetime) -> datetime:
        return datetime.fromtimestamp(now.timestamp() // length.total_seconds() * length.total_seconds(), UTC)

    return slot


def every_morning(city: City, now: datetime) -> datetime:
    """Give the city's morning of today, or of yesterday before it has come."""
    return _newest(city, now, city.morning, timedelta(days=1))


def every_week(city: City, now: datetime) -> datetime:
    """Give the time of the city's newest weekly digest."""
    weekday, at = city.digest
    today = now.astimezone(city.zone).date()
    return _newest(city, now, at, timedelta(days=7), back=timedelta(days=(today.weekday() - weekday) % 7))


def _newest(city: City, now: datetime, at: time, apart: timedelta, back: timedelta = timedelta()) -> datetime:
    local = now.astimezone(city.zone)
    day = local.date() - back
    if datetime.combine(day, at, city.zone) > local:
        day -= apart
    return datetime.combine(day, at, city.zone).astimezone(UTC)


JOBS = (
    Job(name="seal", slot=every(timedelta(minutes=10)), run=seal.run),
    Job(name="board", slot=every(timedelta(minutes=10)), run=ReadFirst(board.count)),
    Job(name="housekeeping", slot=every(timedelta(hours=1)), run=housekeeping.run),
    Job(name="digest", slot=every_week, run=ReadFirst(digest.prepare)),
    Job(name="morning", slot=every_morning, run=morning.run),
)

SWEEPS = (
    Sweep(name="chase", due=chase.reached, do=chasing.chase, failed=chase.failed),
    Sweep(name="settle", due=chase.outdated, do=chasing.settle_case, failed=chase.failed),
    Sweep(name="likeness", due=likeness.unread, do=alike.keep_due, failed=likeness.failed),
)
