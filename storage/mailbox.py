"""What was said to a conversation, as its client fetches it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.database import Tx
from storage.outbox import OutboxRow
from storage.times import ms


async def settled(tx: Tx, conversation: str, now: datetime) -> int:
    """Give the number up to which everything that was said to a conversation has fallen due; 0 if nothing was said."""
    row = await tx.one(
        "SELECT COALESCE("
        # Added to, for by n alone SQLite would go through all that was ever said.
        " (SELECT MIN(n + 0) - 1 FROM outbox"
        "  WHERE conversation = :conversation AND sent_at IS NULL AND parked_at IS NULL AND due_at > :now),"
        " (SELECT MAX(n) FROM outbox WHERE conversation = :conversation), 0) AS n",
        conversation=conversation,
        now=ms(now),
    )
    return int(row["n"]) if row else 0


async def news(tx: Tx, conversation: str, settled: int, after: datetime, limit: int) -> Sequence[OutboxRow]:
    """Read what a pulling client has not acknowledged, and what fell due after a point in time, in the order in which it did.

    `settled` is a number up to which everything had fallen due by then, and of which only what is not acknowledged is read.
    """
    # Two selects: for their conditions joined by OR SQLite goes through all that was ever said to the conversation.
    rows = await tx.all(
        "SELECT * FROM outbox WHERE parked_at IS NULL AND n IN ("
        " SELECT n FROM outbox WHERE conversation = :conversation AND n > :settled AND due_at > :after"
        " UNION SELECT n FROM outbox WHERE conversation = :conversation AND sent_at IS NULL AND parked_at IS NULL)"
        " ORDER BY due_at, n LIMIT :limit",
        conversation=conversation,
        settled=settled,
        after=ms(after),
        limit=limit,
    )
    return [OutboxRow.of(row) for row in rows]


async def edits_after(tx: Tx, conversation: str, n: int, now: datetime) -> Sequence[OutboxRow]:
    """Read what was put in the place of messages of a conversation after the row with this number, as far as it is due."""
    rows = await tx.all(
        "SELECT * FROM outbox WHERE conversation = :conversation AND n > :n AND edits IS NOT NULL AND due_at <= :now ORDER BY n",
        conversation=conversation,
        n=n,
        now=ms(now),
    )
    return [OutboxRow.of(row) for row in rows]


async def of_conversation(tx: Tx, conversation: str, since: datetime) -> Sequence[OutboxRow]:
    """Read what came to somebody after a point in time, and what they have not seen yet, in order."""
    rows = await tx.all(
        "SELECT * FROM outbox WHERE conversation = :conversation AND (due_at > :since OR sent_at IS NULL) ORDER BY n",
        conversation=conversation,
        since=ms(since),
    )
    return [OutboxRow.of(row) for row in rows]


async def kept_cards(tx: Tx, conversation: str, before: datetime, limit: int) -> Sequence[OutboxRow]:
    """Read of what came to somebody before a point in time the newest card of each case, and what was put in its place.

    At most the newest `limit` rows, in order.
    """
    rows = await tx.all(
        "SELECT * FROM outbox AS o WHERE conversation = :conversation AND card IS NOT NULL"
        " AND due_at <= :before AND sent_at IS NOT NULL AND NOT EXISTS ("
        " SELECT 1 FROM outbox AS newer WHERE newer.subject = o.subject AND newer.card = o.card AND newer.edits IS NULL"
        " AND newer.conversation = o.conversation AND newer.n > o.n) ORDER BY n DESC LIMIT :limit",
        conversation=conversation,
        before=ms(before),
        limit=limit,
    )
    return [OutboxRow.of(row) for row in reversed(rows)]
