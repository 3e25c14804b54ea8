"""Proving the ledger: every chain whole, every seal true, every sealed head still there, every text the one that was recorded."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import cast

from actions.verify_ratings import verify_window
from domain.cases import Event
from domain.ledger import Entry, broken, broken_seals
from storage import cases, entries, ledger, ratings, releases
from storage.database import Tx

PAGE = 500


@dataclass(slots=True)
class Proof:
    """What was looked at; `problems` are full sentences, none if everything holds."""

    chains: int = 0
    rows: int = 0
    seals: int = 0
    texts: int = 0
    newest_seal: str = ""
    problems: tuple[str, ...] = ()


async def verify(tx: Tx) -> Proof:
    """Check everything that the ledger claims."""
    proof = Proof()
    problems: list[str] = []
    async for subject in _subjects(tx):
        rows = await ledger.of_subject(tx, subject)
        proof.chains += 1
        proof.rows += len(rows)
        if wrong := broken(rows):
            problems.append(wrong)
        head = await ledger.head(tx, subject)
        if rows and head and head != (rows[-1].n, rows[-1].hash):
            problems.append(f"{subject}: the head says row {head[0]}, the chain ends with row {rows[-1].n}.")
        if not rows:
            problems.append(f"{subject}: has a head but no rows.")
        if subject.startswith("case:"):
            proof.texts += await _verify_case(tx, subject, rows, problems)
        if subject.startswith("window:"):
            proof.texts += await verify_window(tx, subject, rows, problems)
    problems += [f"{subject}: has rows but no head." for subject in await ledger.headless(tx)]
    problems += [f"case:{id}: was never recorded." for id in await cases.unrecorded(tx)]
    problems += [f"window:{code}: has ratings that were never recorded." for code in await ratings.unrecorded(tx)]
    seals = await ledger.seals(tx)
    proof.seals = len(seals)
    if wrong := broken_seals(seals):
        problems.append(wrong)
    for seal in seals:
        for subject, (n, hash) in seal.heads.items():
            if await ledger.row_hash(tx, subject, n) != hash:
                problems.append(f"{subject}: row {n} is not the one that seal {seal.n} holds.")
    proof.newest_seal = f"{seals[-1].n} {seals[-1].hash[:16]}" if seals else ""
    proof.problems = tuple(problems)
    return proof


async def _verify_case(tx: Tx, subject: str, rows: Sequence[Entry], problems: list[str]) -> int:
    """Hold a case and its texts against its chain; return how many texts were held."""
    id = subject.removeprefix("case:")
    written = {entry.id: entry for entry in await entries.of_case(tx, id)}
    recorded = {str(row.payload["entry"]): row for row in rows if "entry" in row.payload}
    erased = {str(id) for row in rows for id in cast("list[str]", row.payload.get("erased", []))}
    for entry_id, row in recorded.items():
        entry = written.get(entry_id)
        if entry is None:
            problems.append(f"{subject}: the text of row {row.n} is missing.")
        elif entry.erased and entry_id not in erased:
            problems.append(f"{subject}: the text of row {row.n} was erased without a record.")
        elif not entry.erased and entry.hash != row.payload.get("text"):
            problems.append(f"{subject}: the text of row {row.n} is not the one that was recorded.")
        elif not entry.erased and "files" in row.payload and row.payload["files"] != list(entry.files):
            problems.append(f"{subject}: the files of row {row.n} are not those that were recorded.")
    problems += [f"{subject}: text {entry.n} was never recorded." for entry in written.values() if entry.id not in recorded]
    case = await cases.get(tx, id)
    if case is None:
        problems.append(f"{subject}: the case is missing.")
        return len(recorded)
    last = rows[-1].payload if rows else {}
    # Who was held to account used to be recorded where other rows have the unit of the case.
    of_another = bool(rows) and rows[-1].event == Event.ACCOUNT and "late" not in last
    unit = case.unit if of_another else last.get("unit")
    if (last.get("state"), last.get("round"), unit) != (case.state, case.round, case.unit):
        problems.append(f"{subject}: state, round or unit are not those that were recorded last.")
    # Whoever says that it is not solved takes the rating back.
    levels = [row.payload.get("level") for row in rows if row.event in (Event.RATE, Event.NOT_SOLVED, Event.QUEUE)]
    if case.rating != (levels[-1] if levels else None):
        problems.append(f"{subject}: the rating is not the one that was recorded.")
    shown = [row.event for row in rows if row.event in (Event.RELEASE, Event.REVOKE)]
    if (case.released_at is not None) != (shown[-1:] == [Event.RELEASE]):
        problems.append(f"{subject}: it is not recorded whether the public may read of it.")
    released = await releases.get(tx, id) if case.released_at else None
    entry = written.get(released.entry) if released else None
    if case.released_at and (released is None or entry is None or released.words.text != entry.text):
        problems.append(f"{subject}: what the public reads is not what was released.")
    return len(recorded)


async def _subjects(tx: Tx) -> AsyncIterator[str]:
    after = ""
    while page := await ledger.subjects(tx, after, PAGE):
        for subject in page:
            yield subject
        after = page[-1]
