"""The scheduler: APScheduler triggers jobs and sweeps in every replica; the database says which replica does what, once."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_MAX_INSTANCES, JobEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from actions.context import Context
from bot.bell import Bell
from bot.clock import Clock
from bot.town import Town
from schedules import Job, ReadFirst, Run, Sweep
from storage import cities, future, job_runs
from storage.database import Database, StorageError, Tx, again

log = logging.getLogger("huiyin.scheduler")

LEASE = timedelta(minutes=5)
LOOK = timedelta(seconds=20)
CLOCK_LOOK = 1.0
BATCH = 50


class Apart(BaseTrigger):  # type: ignore[misc]
    """Fires so long after the last time, whatever the clock did meanwhile.

    `IntervalTrigger` counts through every time that a suspended machine, or a clock that was set forward, has skipped.
    """

    def __init__(self, length: timedelta) -> None:
        self.length = length

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """Tell the next time."""
        return now + self.length


class Scheduler:
    """Runs jobs slot by slot, and sweeps every `tick`."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        bell: Bell,
        town: Town,
        jobs: Sequence[Job],
        sweeps: Sequence[Sweep],
        tick: timedelta,
    ) -> None:
        self._database = database
        self._clock = clock
        self._bell = bell
        self._town = town
        self._jobs = jobs
        self._sweeps = sweeps
        self._tick = tick
        self._done: dict[str, datetime] = {}
        self._late: set[str] = set()

    async def run(self) -> None:
        """Trigger until cancelled; the newest slot that was missed is run at the start."""
        scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        for name, work, apart in (("jobs", self._do_jobs, LOOK), ("sweeps", self._do_sweeps, self._tick)):
            scheduler.add_job(work, Apart(apart), id=name, next_run_time=datetime.now(UTC))
        scheduler.add_listener(self._note, EVENT_JOB_MAX_INSTANCES | EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
        scheduler.start()
        try:
            await self._watch_clock(scheduler)
        finally:
            scheduler.shutdown(wait=False)

    def _note(self, event: JobEvent) -> None:
        """Say once, and not at every tick, that a round is due while the one before still waits."""
        if event.code != EVENT_JOB_MAX_INSTANCES:
            self._late.discard(event.job_id)
        elif event.job_id not in self._late:
            self._late.add(event.job_id)
            log.warning("schedule_is_late", extra={"fields": {"what": event.job_id}})

    async def _watch_clock(self, scheduler: AsyncIOScheduler) -> None:
        """Let nothing wait until a time comes again that was before the clock was set back, now or while we were away."""
        seen: datetime | None = None
        while True:
            now = self._clock.now()
            try:
                if seen is None or now < seen:
                    await self._database.do(partial(future.bring_back, now=now, old=seen))
                    self._bell.ring("outbox", "files")
                    for job in scheduler.get_jobs() if seen else ():
                        job.modify(next_run_time=datetime.now(UTC))
                seen = now
            except StorageError as error:
                log.warning("clock_waits_for_the_store", extra={"fields": {"why": str(error)}})
            await self._clock.sleep(CLOCK_LOOK)

    async def _do_jobs(self) -> None:
        for job in self._jobs:
            try:
                await self.run_job(job)
            except StorageError as error:
                log.warning("job_waits_for_the_store", extra={"fields": {"job": job.name, "why": str(error)}})
            except Exception as error:  # the job's own mistake: its slot is taken over when the lease has run out
                log.error("job_failed", exc_info=error, extra={"fields": {"job": job.name}})

    async def _do_sweeps(self) -> None:
        for sweep in self._sweeps:
            try:
                await self.run_sweep(sweep)
            except StorageError as error:
                log.warning("sweep_waits_for_the_store", extra={"fields": {"sweep": sweep.name, "why": str(error)}})
            except Exception as error:  # the sweep's own mistake: the others go on, and so does this one at the next tick
                log.error("sweep_failed", exc_info=error, extra={"fields": {"sweep": sweep.name}})

    async def run_job(self, job: Job) -> bool:
        """Run the newest slot of a job if nobody has; False if somebody did or does, or it was before the city was loaded."""
        now = self._clock.now()
        async with self._database.reading() as tx:
            slot = job.slot((await self._town.context(tx)).city.city, now)
            if self._done.get(job.name) == slot or slot < await cities.first_loaded_at(tx):
                return False
        if not await self._database.do(lambda tx: job_runs.take(tx, job.name, slot, now, now + LEASE)):
            return False

        run = await self._read(job.run) if isinstance(job.run, ReadFirst) else job.run

        async def work(tx: Tx) -> Context:
            ctx = await self._town.context(tx)
            await run(ctx)
            await job_runs.finish(tx, job.name, slot, self._clock.now())
            return ctx

        ctx = await again(lambda: self._database.do(work))
        self._done[job.name] = slot
        self._bell.ring_for(ctx.rings, ctx.now)
        return True

    async def _read(self, work: ReadFirst) -> Run:
        async with self._database.reading() as tx:
            return await work.read(await self._town.context(tx))

    async def run_sweep(self, sweep: Sweep) -> int:
        """Do everything that is due, and return how much it was."""

        async def batch(tx: Tx, do: Callable[[Context, str], Awaitable[bool]]) -> tuple[Context, int, int]:
            ctx = await self._town.context(tx)
            due = await sweep.due(ctx, BATCH)
            return ctx, len(due), sum([await do(ctx, id) for id in due])

        done = 0
        while True:
            try:
                ctx, due, acted = await again(lambda: self._database.do(partial(batch, do=sweep.do)))
            except StorageError:
                raise
            except Exception:  # some row's own mistake: all of them once more, so that it keeps no other back
                ctx, due, acted = await again(lambda: self._database.do(partial(batch, do=partial(self._do, sweep))))
            self._bell.ring_for(ctx.rings, ctx.now)
            done += acted
            if due < BATCH or not acted:
                return done

    async def _do(self, sweep: Sweep, ctx: Context, id: str) -> bool:
        try:
            async with ctx.tx.savepoint():
                return await sweep.do(ctx, id)
        except StorageError:
            raise
        except Exception as error:
            log.error("sweep_failed", exc_info=error, extra={"fields": {"sweep": sweep.name, "id": id}})
            why = f"{sweep.name}: {type(error).__name__}"
            if await sweep.failed(ctx, id, why):
                log.critical("sweep_put_aside", extra={"fields": {"sweep": sweep.name, "id": id, "why": why}})
            return False
