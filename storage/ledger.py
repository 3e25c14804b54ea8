"""The ledger: append-only rows, one hash chain a subject, and seals over the heads of the chains that grew."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from domain.ledger import GENESIS, Entry, JsonValue, Seal, canonical, link, seal_hash
from storage.database import Row, Tx
from storage.times import at, ms

PAGE = 100
ANY_TIME = 2**63 - 1


async def append(tx: Tx, subject: str, actor: str, event: str, payload: Mapping[str, JsonValue], now: datetime) -> None:
    """Write down that something happened to a subject (`case:ID`, `window:CODE`, `unit:CODE`, `person:ID`, `city`)."""
    head = await _take(tx, subject)
    # Two who begin a chain at once: the second waits here, and then follows the first.
    if head is None and not await tx.run(
        "INSERT INTO ledger_head (subject, n, hash, sealed_n) VALUES (:subject, 0, :hash, 0) ON CONFLICT DO NOTHING",
        subject=subject,
        hash=GENESIS,
    ):
        head = await _take(tx, subject)
    n, previous = (head["n"] + 1, head["hash"]) if head else (1, GENESIS)
    hash = link(previous, subject, n, ms(now), actor, event, payload)
    await tx.run(
        "INSERT INTO ledger (subject, n, at, actor, event, payload, previous, hash)"
        " VALUES (:subject, :n, :at, :actor, :event, :payload, :previous, :hash)",
        subject=subject,
        n=n,
        at=ms(now),
        actor=actor,
        event=event,
        payload=canonical(payload).decode(),
        previous=previous,
        hash=hash,
    )
    await tx.run("UPDATE ledger_head SET n = :n, hash = :hash WHERE subject = :subject", subject=subject, n=n, hash=hash)


async def _take(tx: Tx, subject: str) -> Row | None:
    return await tx.one("SELECT n, hash FROM ledger_head WHERE subject = :subject /*pg FOR NO KEY UPDATE */", subject=subject)


async def of_subject(tx: Tx, subject: str) -> Sequence[Entry]:
    """Read the chain of a subject."""
    return [_entry(row) for row in await tx.all("SELECT * FROM ledger WHERE subject = :subject ORDER BY n", subject=subject)]


async def since(tx: Tx, subject: str, begin: datetime) -> Sequence[Entry]:
    """Read what the chain of a subject has got from a time on, in order; that costs as much as it has got."""
    found: list[Entry] = []
    below = await head(tx, subject)
    while below:
        rows = await tx.all(
            "SELECT * FROM ledger WHERE subject = :subject AND n <= :n ORDER BY n DESC LIMIT :limit",
            subject=subject,
            n=below[0],
            limit=PAGE,
        )
        new = [_entry(row) for row in rows if row["at"] >= ms(begin)]
        found += new
        below = (new[-1].n - 1, "") if len(new) == PAGE else None
    return found[::-1]


async def subjects(tx: Tx, after: str, limit: int) -> Sequence[str]:
    """Read the subjects that have a chain or should have one, a page at a time."""
    rows = await tx.all(
        "SELECT subject FROM ledger_head WHERE subject > :after ORDER BY subject LIMIT :limit", after=after, limit=limit
    )
    return [row["subject"] for row in rows]


async def head(tx: Tx, subject: str) -> tuple[int, str] | None:
    """Read number and hash of a chain's last row, as its head says."""
    row = await tx.one("SELECT n, hash FROM ledger_head WHERE subject = :subject", subject=subject)
    return (int(row["n"]), row["hash"]) if row else None


async def headless(tx: Tx) -> Sequence[str]:
    """Read subjects that have rows but no head: somebody removed it."""
    rows = await tx.all(
        "SELECT DISTINCT subject FROM ledger AS l WHERE NOT EXISTS (SELECT 1 FROM ledger_head AS h WHERE h.subject = l.subject)"
    )
    return [row["subject"] for row in rows]


async def seal(tx: Tx, now: datetime) -> Seal | None:
    """Seal the heads of the chains that grew since the last seal; None if none did."""
    await tx.one("SELECT /*pg pg_advisory_xact_lock(4801732), */ 1 AS locked")
    last = await tx.one("SELECT n, hash FROM seal ORDER BY n DESC LIMIT 1")
    grown = await tx.all("SELECT subject, n, hash FROM ledger_head WHERE sealed_n < n ORDER BY subject /*pg FOR NO KEY UPDATE */")
    if not grown:
        return None
    n, previous = (last["n"] + 1, last["hash"]) if last else (1, GENESIS)
    heads = {row["subject"]: (int(row["n"]), str(row["hash"])) for row in grown}
    made = Seal(n=n, at_ms=ms(now), heads=heads, previous=previous, hash=seal_hash(previous, n, ms(now), heads))
    await tx.run(
        "INSERT INTO seal (n, at, heads, previous, hash) VALUES (:n, :at, :heads, :previous, :hash)",
        n=n,
        at=made.at_ms,
        heads=json.dumps(heads, sort_keys=True),
        previous=previous,
        hash=made.hash,
    )
    for subject, (sealed, _hash) in heads.items():
        await tx.run("UPDATE ledger_head SET sealed_n = :n WHERE subject = :subject", n=sealed, subject=subject)
    return made


async def last_seal(tx: Tx, before: datetime | None = None) -> tuple[int, datetime, str] | None:
    """Read number, time and hash of the newest seal, or of the newest made before a point in time; None if there is none."""
    row = await tx.one(
        "SELECT n, at, hash FROM seal WHERE at < :before ORDER BY n DESC LIMIT 1", before=ms(before) if before else ANY_TIME
    )
    return (int(row["n"]), at(row["at"]), str(row["hash"])) if row else None


async def seals(tx: Tx) -> Sequence[Seal]:
    """Read every seal, in order."""
    return [_seal(row) for row in await tx.all("SELECT * FROM seal ORDER BY n")]


async def row_hash(tx: Tx, subject: str, n: int) -> str | None:
    """Read the hash of one row, to hold it against a seal."""
    row = await tx.one("SELECT hash FROM ledger WHERE subject = :subject AND n = :n", subject=subject, n=n)
    return str(row["hash"]) if row else None


def _entry(row: Row) -> Entry:
    return Entry(
        subject=row["subject"],
        n=int(row["n"]),
        at_ms=int(row["at"]),
        actor=row["actor"],
        event=row["event"],
        payload=_mapping(row["payload"]),
        previous=row["previous"],
        hash=row["hash"],
    )


def _seal(row: Row) -> Seal:
    try:
        heads = {subject: (int(n), str(hash)) for subject, (n, hash) in _mapping(row["heads"]).items()}
    except (TypeError, ValueError):
        heads = {"unreadable": (0, row["heads"])}
    return Seal(n=int(row["n"]), at_ms=int(row["at"]), heads=heads, previous=row["previous"], hash=row["hash"])


def _mapping(stored: str) -> dict[str, Any]:
    """Read a JSON object; what somebody put in its place becomes one that fits no hash, a finding and no crash of the check."""
    try:
        read = json.loads(stored)
    except ValueError:
        read = None
    return read if isinstance(read, dict) else {"unreadable": stored}
