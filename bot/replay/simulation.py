"""The replay itself: the clock jumps to whatever comes next, and the program's own steps are called for it.

Next may be a step of somebody, a message that is due, a rung of the ladder, another try of a message that failed, or the slot
of a job. Jobs that run several times a day wait while nothing happens at all: their empty slots would be most of the work.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from bot.app import App
from bot.replay.channel import NAME
from bot.replay.clock import SimulatedClock
from bot.replay.person import Deed, Person, Step
from domain.city import City
from schedules import JOBS, SWEEPS, Job
from storage import deadlines, inbox, outbox, people

HOUR = timedelta(hours=1)
MANY = 200


class Simulation:
    """The world of the people, and what moves it. `pace` is the time that somebody needs for one step."""

    def __init__(self, app: App, clock: SimulatedClock, city: City, pace: timedelta, seed: int) -> None:
        self.pace = pace
        self.cases: dict[str, int] = {}
        self._app = app
        self._clock = clock
        self._city = city
        self._seed = seed
        self._agenda: list[tuple[datetime, int, Person, Step | Deed]] = []
        self._order = itertools.count(1)
        self._numbers = itertools.count(1)
        self._noticed: dict[str, Person] = {}
        self._slots = {job.name: next_slot(job, city, clock.now()) for job in JOBS}
        self._idle: set[str] = set()

    # ---- what people know of it

    @property
    def now(self) -> datetime:
        return self._clock.now()

    def do(self, person: Person, step: Step) -> None:
        self._put(self.now + self.pace, person, step)

    def begin(self, person: Person, at: datetime, deed: Deed) -> None:
        self._put(at, person, deed)

    def draw(self, case: str, what: str) -> Random:
        # By the row and not by the case's id, which is another one each time.
        return Random(f"{self._seed} {self.cases.get(case, case)} {what}")

    def noticed(self, person: Person) -> None:
        self._noticed[person.address] = person

    def _put(self, at: datetime, person: Person, what: Step | Deed) -> None:
        heapq.heappush(self._agenda, (at, next(self._order), person, what))

    # ---- what moves it

    async def run(self, until: datetime, progress: Callable[[], object]) -> None:
        """Go on until nothing is left to come, or until a time."""
        while (at := await self._next()) and at <= until:
            self._clock.move(at)
            await self._happen()
            progress()
        self._clock.move(self.now + HOUR)
        await self._run_jobs(every=True)  # what was written last is sealed too
        await self._deliver()

    async def _next(self) -> datetime | None:
        """Tell when something comes next; slots of jobs alone are nothing to wait for."""
        now = self.now
        async with self._app.database.reading() as tx:
            coming = [
                await deadlines.next_reached(tx),
                await outbox.next_due(tx, NAME, now),
                await inbox.next_try(tx),
                self._agenda[0][0] if self._agenda else None,
            ]
        if not any(coming):
            return None
        slots = [at for job, at in self._slots.items() if job not in self._idle]
        return max(now, min(at for at in (*coming, *slots) if at))

    async def _happen(self) -> None:
        """Do what is due now: people first, so that what is done at the last moment is done in time."""
        if self._agenda and self._agenda[0][0] <= self.now:
            _at, _order, person, what = heapq.heappop(self._agenda)
            if not isinstance(what, Step):
                person.begin(what)
                return
            await self._take(person, what)
        else:
            await self._try_again()
            await self._run_jobs()
            for sweep in SWEEPS:
                await self._app.scheduler.run_sweep(sweep)
        await self._send()

    async def _take(self, person: Person, step: Step) -> None:
        await self._app.door.intake([person.incoming(step, next(self._numbers), self.now)])
        conversation = people.conversation_id(self._app.keys, NAME, person.address)
        while await self._app.inbox.serve(conversation):
            pass
        await self._send()
        person.go_on()

    async def _try_again(self) -> None:
        async with self._app.database.reading() as tx:
            waiting = await inbox.waiting(tx, self.now, self.now, MANY)
        for conversation in waiting:
            while await self._app.inbox.serve(conversation):
                pass

    async def _send(self) -> None:
        if await self._app.outboxes[NAME].drain():
            self._slots.update((job.name, next_slot(job, self._city, self.now)) for job in JOBS if job.name in self._idle)
            self._idle.clear()
        noticed, self._noticed = self._noticed, {}
        for _address, person in sorted(noticed.items()):
            person.react()

    async def _deliver(self) -> None:
        """Send what was put off for the night or for days off; nobody answers any more."""
        due: datetime | None = self.now
        while due:
            self._clock.move(due)
            await self._app.outboxes[NAME].drain()
            async with self._app.database.reading() as tx:
                due = await outbox.next_due(tx, NAME, self.now)

    async def _run_jobs(self, *, every: bool = False) -> None:
        for job in JOBS:
            if every or self._slots[job.name] <= self.now:
                await self._app.scheduler.run_job(job)
                self._slots[job.name] = next_slot(job, self._city, self.now)
                if self._slots[job.name] - self.now < 12 * HOUR:
                    self._idle.add(job.name)


def next_slot(job: Job, city: City, after: datetime) -> datetime:
    """Find the first slot of a job after a moment."""
    present = job.slot(city, after)
    low, high = after, after + timedelta(minutes=1)
    while job.slot(city, high) == present:
        low, high = high, high + 2 * (high - after)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if job.slot(city, middle) == present else (low, middle)
    return job.slot(city, high)
