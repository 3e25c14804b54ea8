"""The scheduler: APScheduler triggers the jobs in every replica; the database says which replica runs which slot, once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.bell import Bell
from bot.clock import Clock
from bot.town import Town
from schedules import Job
from storage import job_runs
from storage.database import Conflict, Database, StorageError

log = logging.getLogger("huiyin.scheduler")

LEASE = timedelta(minutes=5)


class Scheduler:
    """Runs jobs slot by slot."""

    def __init__(self, database: Database, clock: Clock, bell: Bell, town: Town, jobs: Sequence[Job]) -> None:
        self._database = database
        self._clock = clock
        self._bell = bell
        self._town = town
        self._jobs = jobs

    async def run(self) -> None:
        """Trigger jobs until cancelled; the newest slot that was missed is run at the start."""
        scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        for job in self._jobs:
            scheduler.add_job(self._trigger, IntervalTrigger(seconds=job.every.total_seconds(), timezone=UTC), args=(job,))
            await self._trigger(job)
        scheduler.start()
        try:
            await asyncio.Event().wait()
        finally:
            scheduler.shutdown(wait=False)

    async def _trigger(self, job: Job) -> None:
        try:
            await self.run_slot(job, slot_of(job, self._clock.now()))
        except StorageError as error:
            log.warning("job_waits_for_the_store", extra={"fields": {"job": job.name, "why": str(error)}})
        except Exception as error:  # the job's own mistake: its slot is taken over when the lease has run out
            log.error("job_failed", exc_info=error, extra={"fields": {"job": job.name}})

    async def run_slot(self, job: Job, slot: datetime) -> bool:
        """Run one slot of a job if nobody has; False if somebody did or does."""
        now = self._clock.now()
        async with self._database.transaction() as tx:
            if not await job_runs.take(tx, job.name, slot, now, now + LEASE):
                return False
        while True:
            try:
                async with self._database.transaction() as tx:
                    ctx = await self._town.context(tx)
                    await job.run(ctx)
                    await job_runs.finish(tx, job.name, slot, self._clock.now())
            except Conflict:
                continue
            break
        self._bell.ring_for(ctx.rings, ctx.now)
        return True


def slot_of(job: Job, now: datetime) -> datetime:
    """Give the slot of a job in which a moment lies."""
    every = job.every.total_seconds()
    return datetime.fromtimestamp(now.timestamp() // every * every, UTC)
