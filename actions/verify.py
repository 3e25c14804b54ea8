"""Proving the ledger: every chain whole, every seal true, every sealed head still there, every text the one that was recorded."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from domain.ledger import broken, broken_seals
from storage import entries, ledger
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
            written = {entry.id: entry for entry in await entries.of_case(tx, subject.removeprefix("case:"))}
            for row in rows:
                entry = written.get(str(row.payload.get("entry", "")))
                if "entry" not in row.payload:
                    continue
                proof.texts += 1
                if entry is None:
                    problems.append(f"{subject}: the text of row {row.n} is missing.")
                elif not entry.erased and entry.hash != row.payload.get("text"):
                    problems.append(f"{subject}: the text of row {row.n} is not the one that was recorded.")
                elif "files" in row.payload and row.payload["files"] != list(entry.files):
                    problems.append(f"{subject}: the files of row {row.n} are not those that were recorded.")
            recorded = {str(row.payload.get("entry", "")) for row in rows}
            problems += [f"{subject}: text {e.n} was never recorded." for e in written.values() if e.id not in recorded]
    problems += [f"{subject}: has rows but no head." for subject in await ledger.headless(tx)]
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


async def _subjects(tx: Tx) -> AsyncIterator[str]:
    after = ""
    while page := await ledger.subjects(tx, after, PAGE):
        for subject in page:
            yield subject
        after = page[-1]
