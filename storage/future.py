"""What a clock that was ahead has left in the future, when it is set back: messages that would wait until then, and leases."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.database import Tx
from storage.times import ms

MEANWHILE = timedelta(seconds=2)
"""What is ahead by less may have been written since the clock was read."""
A_WHILE, LONG = timedelta(minutes=2), timedelta(minutes=10)
"""No lease or pause between tries is longer, or does harm if it is cut short; what ends later was written by the old clock."""


async def bring_back(tx: Tx, now: datetime, old: datetime | None) -> None:
    """Let nothing wait for a time that was reckoned by a clock that was ahead; it showed `old`, if that is known, at `now`."""
    # Its distance from when it was written is what was meant: quiet hours, the pause before a prompt.
    await tx.run(
        "UPDATE outbox SET due_at = due_at - created_at + :now, created_at = :now"
        " WHERE sent_at IS NULL AND parked_at IS NULL AND created_at > :now",
        now=ms(now),
    )
    if old:
        # Put off by seconds, for its files or after a refusal; what was to wait for the morning still waits for it.
        await tx.run(
            "UPDATE outbox SET due_at = :now WHERE sent_at IS NULL AND parked_at IS NULL AND due_at BETWEEN :old AND :soon",
            now=ms(now),
            old=ms(old),
            soon=ms(old + A_WHILE),
        )
        # What edits it comes no sooner than it.
        await tx.run("UPDATE outbox SET due_at = :now WHERE sent_at > :now AND due_at > :now", now=ms(now))
    await tx.run("DELETE FROM quota WHERE window_at > :until", until=ms(now + MEANWHILE))
    for late in (
        "UPDATE outbox SET lease_until = 0 WHERE sent_at IS NULL AND parked_at IS NULL AND lease_until > :until",
        "DELETE FROM lease WHERE until_at > :until",
    ):
        await tx.run(late, until=ms(now + A_WHILE))
    for late in (
        "UPDATE inbox SET next_try_at = 0 WHERE done_at IS NULL AND parked_at IS NULL AND next_try_at > :until",
        "UPDATE file SET next_try_at = 0 WHERE ready_at IS NULL AND refused_at IS NULL AND next_try_at > :until",
        "UPDATE job_run SET lease_until = 0 WHERE done_at IS NULL AND lease_until > :until",
    ):
        await tx.run(late, until=ms(now + LONG))
