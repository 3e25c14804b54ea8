"""What came in and was acknowledged: kept before it is acted on, each message once, in its channel's own order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.database import Row, Tx
from storage.ids import new_id
from storage.times import at, ms


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    """One message as it came, sealed."""

    id: str
    channel: str
    external_id: str
    conversation: str
    body: bytes | None
    tries: int
    next_try_at: datetime
    received_at: datetime
    why: str | None


async def receive(tx: Tx, *, channel: str, external_id: str, conversation: str, order: int, body: bytes, now: datetime) -> bool:
    """Keep a message; False if this very message was kept before."""
    return bool(
        await tx.run(
            "INSERT INTO inbox (id, channel, external_id, conversation, order_key, body, received_at)"
            " VALUES (:id, :channel, :external_id, :conversation, :order, :body, :now)"
            " ON CONFLICT (channel, external_id) DO NOTHING",
            id=new_id(now),
            channel=channel,
            external_id=external_id,
            conversation=conversation,
            order=order,
            body=body,
            now=ms(now),
        )
    )


async def waiting(tx: Tx, before: datetime, now: datetime, limit: int) -> Sequence[str]:
    """Read the conversations with messages that came before a point in time and can be acted on, the longest waiting first.

    What seems to have come after now is from a clock that was ahead, and is among them.
    """
    rows = await tx.all(
        "SELECT conversation, MIN(received_at) AS since FROM inbox WHERE done_at IS NULL AND parked_at IS NULL"
        " AND next_try_at <= :now AND (received_at <= :before OR received_at > :now)"
        " GROUP BY conversation ORDER BY since LIMIT :limit",
        before=ms(before),
        now=ms(now),
        limit=limit,
    )
    return [row["conversation"] for row in rows]


async def next_open(tx: Tx, conversation: str) -> tuple[InboxRow, bool] | None:
    """Read the message of a conversation that is next, and tell whether others wait behind it."""
    rows = await tx.all(
        "SELECT * FROM inbox WHERE conversation = :conversation AND done_at IS NULL AND parked_at IS NULL"
        " ORDER BY order_key, received_at LIMIT 2",
        conversation=conversation,
    )
    return (_row(rows[0]), len(rows) > 1) if rows else None


async def finish(tx: Tx, id: str, now: datetime) -> None:
    """Mark a message as acted on."""
    await tx.run("UPDATE inbox SET done_at = :now WHERE id = :id", id=id, now=ms(now))


async def postpone(tx: Tx, id: str, why: str, until: datetime) -> None:
    """Note a failed try and when to try again."""
    await tx.run(
        "UPDATE inbox SET tries = tries + 1, why = :why, next_try_at = :until WHERE id = :id", id=id, why=why, until=ms(until)
    )


async def next_try(tx: Tx) -> datetime | None:
    """Tell from when on an open message is to be tried; None if there is none."""
    row = await tx.one("SELECT MIN(next_try_at) AS at FROM inbox WHERE done_at IS NULL AND parked_at IS NULL")
    return at(row["at"]) if row and row["at"] is not None else None


async def count(tx: Tx) -> tuple[int, int]:
    """Count all messages that ever came, and those not acted on yet."""
    row = await tx.one("SELECT COUNT(*) AS n, COUNT(done_at) AS done FROM inbox")
    return (int(row["n"]), int(row["n"]) - int(row["done"])) if row else (0, 0)


async def park(tx: Tx, id: str, why: str, now: datetime) -> None:
    """Put a message aside that failed every time, for somebody to look at."""
    await tx.run("UPDATE inbox SET tries = tries + 1, why = :why, parked_at = :now WHERE id = :id", id=id, why=why, now=ms(now))


async def parked(tx: Tx) -> Sequence[InboxRow]:
    """Read what was put aside."""
    return [_row(row) for row in await tx.all("SELECT * FROM inbox WHERE parked_at IS NOT NULL ORDER BY parked_at")]


async def unpark(tx: Tx, id: str) -> bool:
    """Have a message tried again; False if it is not parked."""
    return bool(
        await tx.run(
            "UPDATE inbox SET parked_at = NULL, tries = 0, next_try_at = 0 WHERE id = :id AND parked_at IS NOT NULL", id=id
        )
    )


async def of_conversation(tx: Tx, conversation: str, since: datetime) -> Sequence[InboxRow]:
    """Read what somebody sent since a point in time, in order."""
    rows = await tx.all(
        "SELECT * FROM inbox WHERE conversation = :conversation AND received_at >= :since AND body IS NOT NULL"
        " ORDER BY received_at, order_key",
        conversation=conversation,
        since=ms(since),
    )
    return [_row(row) for row in rows]


async def is_busy(tx: Tx, conversation: str) -> bool:
    """Tell whether a conversation has messages that were not acted on yet."""
    return (
        await tx.one(
            "SELECT 1 AS open FROM inbox WHERE conversation = :conversation AND done_at IS NULL AND parked_at IS NULL LIMIT 1",
            conversation=conversation,
        )
        is not None
    )


async def forget(tx: Tx, conversation: str) -> None:
    """Erase what was said in a conversation and is dealt with."""
    await tx.run(
        "UPDATE inbox SET body = NULL WHERE conversation = :conversation AND done_at IS NOT NULL", conversation=conversation
    )


async def forget_old(tx: Tx, now: datetime, keep: timedelta) -> int:
    """Erase the bodies of messages that were acted on long ago; their ids stay, so that none is taken twice."""
    return await tx.run(
        "UPDATE inbox SET body = NULL WHERE body IS NOT NULL AND done_at IS NOT NULL AND done_at < :before", before=ms(now - keep)
    )


def _row(row: Row) -> InboxRow:
    return InboxRow(
        id=row["id"],
        channel=row["channel"],
        external_id=row["external_id"],
        conversation=row["conversation"],
        body=bytes(row["body"]) if row["body"] is not None else None,
        tries=row["tries"],
        next_try_at=at(row["next_try_at"]),
        received_at=at(row["received_at"]),
        why=row["why"],
    )
