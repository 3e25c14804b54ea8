"""What a job reads for long it reads beside everybody else: nobody waits for it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from story_filing import files
from story_town import Town

from actions.context import Context
from schedules import Job, ReadFirst, Run, every

DAY = timedelta(days=1)


async def test_a_matter_is_filed_while_a_job_reads(town: Town) -> None:
    town.clock.ahead += DAY
    citizen = await town.somebody("telegram")
    reads, has_read, kept = asyncio.Event(), asyncio.Event(), []

    async def keep(ctx: Context) -> None:
        kept.append(ctx.now)

    async def read(ctx: Context) -> Run:
        reads.set()
        await has_read.wait()
        return keep

    job = asyncio.create_task(town.app.scheduler.run_job(Job(name="slow", slot=every(DAY), run=ReadFirst(read))))
    await asyncio.wait_for(reads.wait(), 10)
    await files(citizen)
    has_read.set()
    assert await job
    assert len(kept) == 1
    assert not await town.app.scheduler.run_job(Job(name="slow", slot=every(DAY), run=ReadFirst(read)))
