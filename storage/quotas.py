"""Allowances: how much of something one source has used in the present window of time."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.database import Tx
from storage.times import at, ms


async def use(tx: Tx, id: str, amount: int, allowed: int, window: timedelta, now: datetime) -> datetime | None:
    """Count an amount; None if it is still allowed, else when the window ends (a refused amount is not counted)."""
    row = await tx.one(
        "INSERT INTO quota (id, window_at, used) VALUES (:id, :now, :amount)"
        " ON CONFLICT (id) DO UPDATE SET"
        " used = CASE WHEN quota.window_at <= :expired THEN :amount ELSE quota.used + :amount END,"
        " told_at = CASE WHEN quota.window_at <= :expired THEN NULL ELSE quota.told_at END,"
        " window_at = CASE WHEN quota.window_at <= :expired THEN :now ELSE quota.window_at END"
        " RETURNING used, window_at",
        id=id,
        now=ms(now),
        amount=amount,
        expired=ms(now - window),
    )
    assert row is not None
    if int(row["used"]) <= allowed:
        return None
    await tx.run("UPDATE quota SET used = used - :amount WHERE id = :id", id=id, amount=amount)
    return at(int(row["window_at"])) + window


async def left(tx: Tx, id: str, allowed: int, window: timedelta, now: datetime) -> datetime | None:
    """Look without counting: None if something is left, else when the window ends."""
    row = await tx.one(
        "SELECT used, window_at FROM quota WHERE id = :id AND window_at > :expired", id=id, expired=ms(now - window)
    )
    return at(int(row["window_at"])) + window if row and int(row["used"]) >= allowed else None


async def tell_once(tx: Tx, id: str, now: datetime) -> bool:
    """Note that the person was told; False if they were told in this window already."""
    return bool(await tx.run("UPDATE quota SET told_at = :now WHERE id = :id AND told_at IS NULL", id=id, now=ms(now)))


async def forget_old(tx: Tx, before: datetime) -> None:
    """Delete windows that ended long ago."""
    await tx.run("DELETE FROM quota WHERE window_at < :before", before=ms(before))
