"""What is to be said: sealed neutral messages, kept in the same transaction as the change that caused them.

Rows of push channels are leased, sent and marked; rows of pull channels are a mailbox that its client acknowledges.
Within a conversation and lane, rows go out in the order of their numbers, as far as their transactions did not overlap: on
PostgreSQL the one that was numbered first may be committed last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from dialog import outgoing as wire
from dialog.outgoing import Outgoing
from storage.database import Row, Tx
from storage.ids import new_id
from storage.keys import Keys
from storage.times import at, ms


class Lane(IntEnum):
    """Answers are caused by that chat's own message and go first; notices are paced."""

    ANSWER = 0
    NOTICE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One message to be sent. `edits` is the id of the row whose message it replaces."""

    n: int
    id: str
    conversation: str
    channel: str
    lane: Lane
    body: bytes
    subject: str | None
    card: str | None
    edits: str | None
    created_at: datetime
    due_at: datetime
    tries: int
    parked_at: datetime | None
    sent_at: datetime | None
    external_id: str | None
    why: str | None

    @classmethod
    def of(cls, row: Row) -> OutboxRow:
        """Read a row of the table."""
        return cls(
            n=row["n"],
            id=row["id"],
            conversation=row["conversation"],
            channel=row["channel"],
            lane=Lane(row["lane"]),
            body=bytes(row["body"]),
            subject=row["subject"],
            card=row["card"],
            edits=row["edits"],
            created_at=at(row["created_at"]),
            due_at=at(row["due_at"]),
            parked_at=at(row["parked_at"]) if row["parked_at"] is not None else None,
            tries=row["tries"],
            sent_at=at(row["sent_at"]) if row["sent_at"] is not None else None,
            external_id=row["external_id"],
            why=row["why"],
        )

    def outgoing(self, keys: Keys) -> Outgoing:
        """Open the message."""
        return wire.from_json(keys.unseal(self.body))


async def put(
    tx: Tx,
    keys: Keys,
    *,
    conversation: str,
    channel: str,
    message: Outgoing,
    lane: Lane,
    now: datetime,
    due: datetime | None = None,
    edits: str | None = None,
) -> str:
    """Queue a message and return its id. `edits` is the row whose message it replaces."""
    due = due or now
    id = new_id(due)  # an id tells its time: what is put off is from when it is due
    await tx.run(
        "INSERT INTO outbox (id, conversation, channel, lane, body, subject, card, edits, created_at, due_at)"
        " VALUES (:id, :conversation, :channel, :lane, :body, :subject, :card, :edits, :now, :due)",
        id=id,
        conversation=conversation,
        channel=channel,
        lane=int(lane),
        body=keys.seal(wire.to_json(message)),
        subject=message.subject,
        card=message.card,
        edits=edits,
        now=ms(now),
        due=ms(due),
    )
    return id


async def replace_unsent(tx: Tx, keys: Keys, id: str, message: Outgoing, now: datetime, due: datetime) -> bool:
    """Change a delayed message and put it off; False if its time has come, for then somebody may have seen it."""
    return bool(
        await tx.run(
            "UPDATE outbox SET body = :body, due_at = :due"
            " WHERE id = :id AND sent_at IS NULL AND parked_at IS NULL AND tries = 0 AND due_at > :now",
            id=id,
            body=keys.seal(wire.to_json(message)),
            now=ms(now),
            due=ms(due),
        )
    )


async def drop_unsent(tx: Tx, id: str, now: datetime) -> bool:
    """Take back a delayed message; False if its time has come, for then somebody may have seen it."""
    return bool(
        await tx.run(
            "DELETE FROM outbox WHERE id = :id AND sent_at IS NULL AND parked_at IS NULL AND tries = 0 AND due_at > :now",
            id=id,
            now=ms(now),
        )
    )


async def drop_waiting(tx: Tx, conversation: str) -> None:
    """Take back everything that waits to be sent to a conversation."""
    await tx.run(
        "DELETE FROM outbox WHERE conversation = :conversation AND sent_at IS NULL AND parked_at IS NULL",
        conversation=conversation,
    )


async def lease(tx: Tx, channel: str, lane: Lane, now: datetime, until: datetime, limit: int) -> Sequence[OutboxRow]:
    """Take due rows of a push channel, of each conversation the first that is not out yet, in order.

    With a message come the edits before it: sent once more after a kill, they would change nothing.
    """
    rows = await tx.all(
        "UPDATE outbox SET lease_until = :until, tries = tries + 1 WHERE n IN ("
        " SELECT o.n FROM outbox AS o JOIN conversation AS c ON c.id = o.conversation"
        " WHERE o.channel = :channel AND o.lane = :lane AND o.sent_at IS NULL AND o.parked_at IS NULL"
        " AND o.due_at <= :now AND o.lease_until <= :now AND c.silent_until <= :now"
        " AND NOT EXISTS (SELECT 1 FROM outbox AS before WHERE before.conversation = o.conversation"
        "  AND before.lane = o.lane AND before.n < o.n AND before.sent_at IS NULL AND before.parked_at IS NULL"
        "  AND (before.due_at <= :now OR before.tries > 0)"
        "  AND (before.edits IS NULL OR before.due_at > :now OR before.lease_until > :now))"
        " ORDER BY o.due_at, o.n LIMIT :limit /*pg FOR UPDATE OF o SKIP LOCKED */)"
        " RETURNING *",
        channel=channel,
        lane=int(lane),
        now=ms(now),
        until=ms(until),
        limit=limit,
    )
    return sorted((OutboxRow.of(row) for row in rows), key=lambda row: row.n)


async def next_due(tx: Tx, channel: str, now: datetime) -> datetime | None:
    """Tell when the earliest row that is not due yet will be; None if there is none."""
    row = await tx.one(
        "SELECT MIN(due_at) AS due FROM outbox"
        " WHERE channel = :channel AND sent_at IS NULL AND parked_at IS NULL AND due_at > :now",
        channel=channel,
        now=ms(now),
    )
    return at(row["due"]) if row and row["due"] is not None else None


async def count_waiting(tx: Tx) -> int:
    """Count what was neither sent nor put aside yet."""
    row = await tx.one("SELECT COUNT(*) AS n FROM outbox WHERE sent_at IS NULL AND parked_at IS NULL")
    return int(row["n"]) if row else 0


async def mark_sent(tx: Tx, keys: Keys, row: OutboxRow, external_id: str | None, now: datetime) -> None:
    """Note that a message is out; its secrets are overwritten."""
    said = keys.unseal(row.body)
    shown = wire.shown_once(wire.from_json(said), now) if wire.SECRET in said else None  # few bear any: the others aren't read
    if shown is None:
        await tx.run(
            "UPDATE outbox SET sent_at = :now, external_id = :external_id, why = NULL WHERE id = :id",
            id=row.id,
            external_id=external_id,
            now=ms(now),
        )
    else:
        await tx.run(
            "UPDATE outbox SET sent_at = :now, external_id = :external_id, why = NULL, body = :body WHERE id = :id",
            id=row.id,
            external_id=external_id,
            now=ms(now),
            body=keys.seal(wire.to_json(shown)),
        )


async def renew(tx: Tx, ids: Sequence[str], until: datetime) -> None:
    """Keep rows that are still being sent."""
    for id in ids:
        await tx.run(
            "UPDATE outbox SET lease_until = :until WHERE id = :id AND lease_until > 0 AND sent_at IS NULL AND parked_at IS NULL",
            id=id,
            until=ms(until),
        )


async def try_later(tx: Tx, id: str, until: datetime, why: str | None) -> None:
    """Give a row back after a try that failed, to be taken again from `until` on."""
    await tx.run("UPDATE outbox SET due_at = :until, lease_until = 0, why = :why WHERE id = :id", id=id, until=ms(until), why=why)


async def put_off(tx: Tx, id: str, until: datetime, *, holds: bool) -> None:
    """Give a row back that was not even tried; `holds`: what comes after it in its lane waits for it."""
    # A row that was tried holds back what comes after it, see `lease`; without that the tries begin anew.
    tries = "CASE WHEN tries > 1 THEN tries - 1 ELSE 1 END" if holds else "0"
    await tx.run(
        f"UPDATE outbox SET due_at = :until, lease_until = 0, why = NULL, tries = {tries} WHERE id = :id", id=id, until=ms(until)
    )


async def give_back(tx: Tx, ids: Sequence[str]) -> None:
    """Give rows back that were taken and not tried."""
    for id in ids:
        await tx.run("UPDATE outbox SET lease_until = 0, tries = tries - 1 WHERE id = :id", id=id)


async def hush(tx: Tx, conversation: str, until: datetime) -> None:
    """Send nothing to a conversation before a point in time."""
    await tx.run("UPDATE conversation SET silent_until = :until WHERE id = :id", id=conversation, until=ms(until))


async def park(tx: Tx, id: str, why: str, now: datetime) -> None:
    """Put a message aside that can't be delivered."""
    await tx.run("UPDATE outbox SET parked_at = :now, why = :why WHERE id = :id", id=id, why=why, now=ms(now))


async def parked(tx: Tx) -> Sequence[OutboxRow]:
    """Read what could not be delivered."""
    return [OutboxRow.of(row) for row in await tx.all("SELECT * FROM outbox WHERE parked_at IS NOT NULL ORDER BY parked_at")]


async def unpark(tx: Tx, id: str, now: datetime) -> bool:
    """Have a message sent again; False if it is not parked."""
    return bool(
        await tx.run(
            "UPDATE outbox SET parked_at = NULL, tries = 0, lease_until = 0, due_at = :now"
            " WHERE id = :id AND parked_at IS NOT NULL",
            id=id,
            now=ms(now),
        )
    )


async def get(tx: Tx, id: str) -> OutboxRow | None:
    """Read one row."""
    row = await tx.one("SELECT * FROM outbox WHERE id = :id", id=id)
    return OutboxRow.of(row) if row else None


async def by_external_id(tx: Tx, conversation: str, external_id: str) -> OutboxRow | None:
    """Find the row of a message that somebody replied to or pressed a button of."""
    row = await tx.one(
        "SELECT * FROM outbox WHERE conversation = :conversation AND external_id = :external_id AND edits IS NULL",
        conversation=conversation,
        external_id=external_id,
    )
    return OutboxRow.of(row) if row else None


async def on_its_way(tx: Tx, conversation: str, now: datetime) -> OutboxRow | None:
    """Find the message that is being sent to a conversation now, or is out without being noted so."""
    row = await tx.one(
        "SELECT * FROM outbox WHERE conversation = :conversation AND sent_at IS NULL AND parked_at IS NULL"
        " AND lease_until > :now AND edits IS NULL ORDER BY n DESC LIMIT 1",
        conversation=conversation,
        now=ms(now),
    )
    return OutboxRow.of(row) if row else None


async def newest(tx: Tx, conversation: str, since: datetime, now: datetime) -> OutboxRow | None:
    """Read what was said to somebody last, as it stands, unless that was before a point in time; what is put off is not said."""
    row = await tx.one(
        "SELECT * FROM outbox WHERE conversation = :conversation AND due_at <= :now ORDER BY n DESC LIMIT 1",
        conversation=conversation,
        now=ms(now),
    )
    return OutboxRow.of(row) if row and row["created_at"] >= ms(since) else None


async def about(tx: Tx, conversation: str, subject: str) -> Sequence[OutboxRow]:
    """Read everything that a conversation holds about a case, in order: cards, what was put in their place, screens."""
    rows = await tx.all(
        "SELECT * FROM outbox WHERE conversation = :conversation AND subject = :subject ORDER BY n",
        conversation=conversation,
        subject=subject,
    )
    return [OutboxRow.of(row) for row in rows]


async def subjects(tx: Tx, conversation: str) -> Sequence[str]:
    """Read the ids of the cases about which a conversation holds anything."""
    rows = await tx.all(
        "SELECT DISTINCT subject FROM outbox WHERE conversation = :conversation AND subject IS NOT NULL ORDER BY subject",
        conversation=conversation,
    )
    return [row["subject"] for row in rows]


async def overwrite(tx: Tx, keys: Keys, id: str, message: Outgoing) -> None:
    """Put other words in the place of what was said, so that nobody reads it here again."""
    await tx.run("UPDATE outbox SET body = :body WHERE id = :id", id=id, body=keys.seal(wire.to_json(message)))


async def overwrite_all(tx: Tx, keys: Keys, conversation: str, message: Outgoing) -> Sequence[str]:
    """Put other words in the place of all that was said to a conversation; return the ids of what was about a case."""
    await tx.run(
        "UPDATE outbox SET body = :body WHERE conversation = :conversation",
        conversation=conversation,
        body=keys.seal(wire.to_json(message)),
    )
    rows = await tx.all(
        "SELECT id FROM outbox WHERE conversation = :conversation AND subject IS NOT NULL AND edits IS NULL ORDER BY n",
        conversation=conversation,
    )
    await tx.run("UPDATE outbox SET subject = NULL, card = NULL WHERE conversation = :conversation", conversation=conversation)
    return [row["id"] for row in rows]


async def adopt(tx: Tx, id: str, subject: str, card: str | None) -> None:
    """Note that a message which was edited shows something else now."""
    await tx.run("UPDATE outbox SET subject = :subject, card = :card WHERE id = :id", id=id, subject=subject, card=card)


async def forget_old(tx: Tx, now: datetime, keep: timedelta) -> int:
    """Delete what went out long ago, and what nobody fetched in ten times as long.

    Cards stay as they stand now, with what was put in their place: they can still be replied to, and are shown again.
    """
    await tx.run(
        "UPDATE outbox SET body = last.body FROM (SELECT o.edits AS card, o.body FROM outbox AS o JOIN ("
        " SELECT MAX(n) AS n FROM outbox WHERE sent_at < :before AND (card IS NULL OR edits IS NOT NULL) AND edits IS NOT NULL"
        " GROUP BY edits) AS newest ON newest.n = o.n) AS last WHERE outbox.id = last.card",
        before=ms(now - keep),
    )
    await tx.run("DELETE FROM outbox WHERE sent_at IS NULL AND card IS NULL AND created_at < :before", before=ms(now - 10 * keep))
    return await tx.run(
        "DELETE FROM outbox WHERE sent_at < :before AND (card IS NULL OR edits IS NOT NULL)", before=ms(now - keep)
    )
