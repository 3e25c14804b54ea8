"""Visit tickets that were used, each once."""

from __future__ import annotations

from datetime import datetime

from storage.database import Tx
from storage.times import ms


async def use(tx: Tx, id: str, window: str, person: str, now: datetime) -> bool:
    """Use a ticket; False if somebody has used it."""
    return bool(
        await tx.run(
            "INSERT INTO ticket (id, window_code, person, used_at) VALUES (:id, :window, :person, :now) ON CONFLICT DO NOTHING",
            id=id,
            window=window,
            person=person,
            now=ms(now),
        )
    )


async def used_by(tx: Tx, id: str) -> str | None:
    """Read who has used a ticket; None if nobody has."""
    row = await tx.one("SELECT person FROM ticket WHERE id = :id", id=id)
    return row["person"] if row else None


async def forget_old(tx: Tx, before: datetime) -> None:
    """Delete tickets that were used so long ago that they are no longer valid anyway."""
    await tx.run("DELETE FROM ticket WHERE used_at < :before", before=ms(before))


async def of_visit(tx: Tx, person: str, window: str, since: datetime) -> str | None:
    """Read the newest ticket that a person used at a window after a time, and that verifies no rating yet."""
    row = await tx.one(
        "SELECT id FROM ticket AS t WHERE person = :person AND window_code = :window AND used_at > :since"
        " AND NOT EXISTS (SELECT 1 FROM rating AS r WHERE r.person = t.person AND r.ticket = t.id)"
        " ORDER BY used_at DESC LIMIT 1",
        person=person,
        window=window,
        since=ms(since),
    )
    return row["id"] if row else None
