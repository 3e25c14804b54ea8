"""Which slot of which scheduled job was run: each once, whichever process gets there first."""

from __future__ import annotations

from datetime import datetime

from storage.database import Tx
from storage.times import ms


async def take(tx: Tx, job: str, slot: datetime, now: datetime, until: datetime) -> bool:
    """Take a slot; False if it is done, or another process has it and its lease runs."""
    return bool(
        await tx.run(
            "INSERT INTO job_run (job, slot, lease_until) VALUES (:job, :slot, :until)"
            " ON CONFLICT (job, slot) DO UPDATE SET lease_until = excluded.lease_until"
            " WHERE job_run.done_at IS NULL AND job_run.lease_until <= :now",
            job=job,
            slot=ms(slot),
            now=ms(now),
            until=ms(until),
        )
    )


async def finish(tx: Tx, job: str, slot: datetime, now: datetime) -> None:
    """Note that a slot is done."""
    await tx.run("UPDATE job_run SET done_at = :now WHERE job = :job AND slot = :slot", job=job, slot=ms(slot), now=ms(now))


async def forget_old(tx: Tx, before: datetime) -> None:
    """Delete the records of slots long past."""
    await tx.run("DELETE FROM job_run WHERE slot < :before AND done_at IS NOT NULL", before=ms(before))
