"""Small things that every replica has to know: remembered values (sealed), and leases on tasks that one process does."""

from __future__ import annotations

from datetime import datetime

from storage.database import Tx
from storage.keys import Keys
from storage.times import ms


async def remember(tx: Tx, keys: Keys, key: str, value: bytes, until: datetime) -> None:
    """Keep a value under a key."""
    await tx.run(
        "INSERT INTO memory (id, value, until_at) VALUES (:id, :value, :until)"
        " ON CONFLICT (id) DO UPDATE SET value = excluded.value, until_at = excluded.until_at",
        id=keys.name("memory", key),
        value=keys.seal(value),
        until=ms(until),
    )


async def remember_once(tx: Tx, keys: Keys, key: str, value: bytes, until: datetime) -> bytes:
    """Keep a value under a key that has none, whatever another process keeps at the same time; give the value that stands."""
    id = keys.name("memory", key)
    await tx.run(
        "INSERT INTO memory (id, value, until_at) VALUES (:id, :value, :until) ON CONFLICT (id) DO NOTHING",
        id=id,
        value=keys.seal(value),
        until=ms(until),
    )
    row = await tx.one("SELECT value FROM memory WHERE id = :id", id=id)
    return keys.unseal(bytes(row["value"])) if row else value


async def recall(tx: Tx, keys: Keys, key: str, now: datetime) -> bytes | None:
    """Give a value that is still good."""
    row = await tx.one("SELECT value FROM memory WHERE id = :id AND until_at > :now", id=keys.name("memory", key), now=ms(now))
    return keys.unseal(bytes(row["value"])) if row else None


async def take(tx: Tx, keys: Keys, key: str, now: datetime) -> bytes | None:
    """Give a value that is still good, for the last time."""
    row = await tx.one("DELETE FROM memory WHERE id = :id RETURNING value, until_at", id=keys.name("memory", key))
    return keys.unseal(bytes(row["value"])) if row and row["until_at"] > ms(now) else None


async def lease(tx: Tx, name: str, holder: str, now: datetime, until: datetime) -> bool:
    """Take or keep a task; False while another holder has it."""
    return bool(
        await tx.run(
            "INSERT INTO lease (name, holder, until_at) VALUES (:name, :holder, :until)"
            " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_at = excluded.until_at"
            " WHERE lease.holder = excluded.holder OR lease.until_at <= :now",
            name=name,
            holder=holder,
            now=ms(now),
            until=ms(until),
        )
    )


async def forget_old(tx: Tx, now: datetime) -> None:
    """Delete what is not good any more."""
    await tx.run("DELETE FROM memory WHERE until_at < :now", now=ms(now))
    await tx.run("DELETE FROM lease WHERE until_at < :now", now=ms(now))
