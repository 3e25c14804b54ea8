"""Reports of finished weeks and months, kept as they were made: whoever looks again sees the same figures."""

from __future__ import annotations

from datetime import datetime

from storage.database import Tx
from storage.times import ms


async def keep(tx: Tx, kind: str, period: str, body: str, now: datetime) -> str:
    """Keep a report, a JSON text, and return the one that is kept: somebody may have been faster."""
    await tx.run(
        "INSERT INTO report (kind, period, body, made_at) VALUES (:kind, :period, :body, :now) ON CONFLICT DO NOTHING",
        kind=kind,
        period=period,
        body=body,
        now=ms(now),
    )
    return await kept(tx, kind, period) or body


async def kept(tx: Tx, kind: str, period: str) -> str | None:
    """Read the report of a period, such as 2026-W47; None if none was made yet."""
    row = await tx.one("SELECT body FROM report WHERE kind = :kind AND period = :period", kind=kind, period=period)
    return row["body"] if row else None
