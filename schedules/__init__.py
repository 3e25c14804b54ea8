"""What happens by itself. Jobs select rows and call actions; they send nothing themselves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from actions.context import Context
from schedules import housekeeping, seal


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to be done once in every stretch of time, by one process."""

    name: str
    every: timedelta
    run: Callable[[Context], Awaitable[None]]


JOBS = (
    Job(name="seal", every=timedelta(minutes=10), run=seal.run),
    Job(name="housekeeping", every=timedelta(hours=1), run=housekeeping.run),
)
