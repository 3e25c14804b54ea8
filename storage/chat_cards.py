"""The cards of cases among what was said: which is the newest in a chat, as it stands, and which one comes after which."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.database import Tx
from storage.outbox import OutboxRow
from storage.times import ms


async def cards(tx: Tx, subject: str, card: str, now: datetime) -> Sequence[OutboxRow]:
    """Read the newest card of a case in each conversation, and those that come there later."""
    rows = await tx.all(
        "SELECT * FROM outbox AS o WHERE subject = :subject AND card = :card AND edits IS NULL AND (due_at > :now OR NOT EXISTS ("
        " SELECT 1 FROM outbox AS newer WHERE newer.subject = o.subject AND newer.card = o.card AND newer.edits IS NULL"
        " AND newer.conversation = o.conversation AND newer.n > o.n AND newer.due_at <= :now)) ORDER BY n",
        subject=subject,
        card=card,
        now=ms(now),
    )
    return [OutboxRow.of(row) for row in rows]


async def as_it_stands(tx: Tx, row: OutboxRow) -> OutboxRow:
    """Read the last edit of a card, or the card itself if it has none."""
    found = await tx.one(
        "SELECT * FROM outbox WHERE conversation = :conversation AND subject = :subject AND edits = :id ORDER BY n DESC LIMIT 1",
        conversation=row.conversation,
        subject=row.subject,
        id=row.id,
    )
    return OutboxRow.of(found) if found else row


async def standing_card(tx: Tx, conversation: str, subject: str, card: str) -> OutboxRow | None:
    """Read the newest card of a case in one conversation as it stands: the card itself, or its last edit."""
    row = await tx.one(
        "SELECT * FROM outbox WHERE subject = :subject AND card = :card AND conversation = :conversation ORDER BY n DESC LIMIT 1",
        subject=subject,
        card=card,
        conversation=conversation,
    )
    return OutboxRow.of(row) if row else None


async def card_before(tx: Tx, row: OutboxRow, now: datetime) -> OutboxRow | None:
    """Read the card that a new card of the same case comes after in its conversation; None if it is no new card, or the first.

    None as well if that one was changed after the new one had come: then it is what was shown last.
    """
    if row.card is None or row.edits:
        return None
    found = await tx.one(
        "SELECT * FROM outbox AS o WHERE subject = :subject AND card = :card AND conversation = :conversation AND edits IS NULL"
        " AND n < :n AND due_at <= :now AND parked_at IS NULL AND NOT EXISTS ("
        " SELECT 1 FROM outbox AS later WHERE later.subject = o.subject AND later.conversation = o.conversation"
        "  AND later.edits = o.id AND later.n > :n AND later.due_at >= :due) ORDER BY n DESC LIMIT 1",
        subject=row.subject,
        card=row.card,
        conversation=row.conversation,
        n=row.n,
        due=ms(row.due_at),
        now=ms(now),
    )
    return OutboxRow.of(found) if found else None


async def is_outdated(tx: Tx, row: OutboxRow, now: datetime) -> bool:
    """Tell whether a newer card of the same case has come to the conversation, and not before this change of an older one."""
    return row.card is not None and bool(
        await tx.one(
            "SELECT 1 AS newer FROM outbox WHERE subject = :subject AND card = :card AND conversation = :conversation"
            " AND edits IS NULL AND n > (SELECT n FROM outbox WHERE id = :id) AND due_at <= :now AND parked_at IS NULL"
            " AND (n > :n OR due_at > :due) LIMIT 1",
            subject=row.subject,
            card=row.card,
            conversation=row.conversation,
            id=row.edits or row.id,
            n=row.n,
            due=ms(row.due_at),
            now=ms(now),
        )
    )


async def newer_card(tx: Tx, conversation: str, card: str, than: str) -> OutboxRow | None:
    """Read the newest card of this view that came to a conversation after another message did."""
    row = await tx.one(
        "SELECT * FROM outbox WHERE conversation = :conversation AND card = :card AND edits IS NULL"
        " AND n > (SELECT n FROM outbox WHERE id = :than) ORDER BY n DESC LIMIT 1",
        conversation=conversation,
        card=card,
        than=than,
    )
    return OutboxRow.of(row) if row else None
