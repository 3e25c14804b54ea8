"""What must be true afterwards, told by the far end's own records and by the database."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import Any

from botapi import BotApi
from crash_people import Town
from crash_program import Program

from storage.database import Row
from storage.keys import Keys
from storage.people import conversation_id

LONGEST_TURN = 3000
"""Milliseconds between the beginnings of two turns that may have overlapped."""


async def settled(program: Program, timeout: float = 60) -> None:
    """Wait until nothing is left to be acted on or sent."""
    async with program.store() as store:
        async with asyncio.timeout(timeout):
            while True:
                async with store.reading() as tx:
                    coming = await tx.one("SELECT COUNT(*) AS n FROM inbox WHERE done_at IS NULL AND parked_at IS NULL")
                    going = await tx.one(
                        "SELECT COUNT(*) AS n FROM outbox WHERE sent_at IS NULL AND parked_at IS NULL AND channel = 'telegram'"
                    )
                assert coming and going
                if not coming["n"] and not going["n"]:
                    return
                await asyncio.sleep(0.2)


async def read(program: Program, sql: str, **params: Any) -> Sequence[Row]:
    """Ask the store."""
    async with program.store() as store, store.reading() as tx:
        return await tx.all(sql, **params)


async def _entries(program: Program, kind: str) -> Sequence[Row]:
    return await read(
        program, "SELECT e.text, c.number FROM entry AS e JOIN cases AS c ON c.id = e.case_id WHERE e.kind = :kind", kind=kind
    )


async def nothing_is_lost(program: Program, api: BotApi, town: Town) -> None:
    """Everything was acted on exactly once: every update, every matter, every deed of a contact; nothing is stuck or parked."""
    kept = {row["external_id"] for row in await read(program, "SELECT external_id FROM inbox WHERE channel = 'telegram'")}
    assert kept == {str(update["update_id"]) for update in api.updates.log}

    told = await _entries(program, "told")
    assert Counter(row["text"] for row in told) == Counter(list(town.filed))
    assert {row["text"]: row["number"] for row in told} == town.filed

    results = await _entries(program, "result")
    assert sorted((row["number"], row["text"]) for row in results) == sorted(town.reported.items())
    deeds = await read(
        program, "SELECT subject, event, COUNT(*) AS n FROM ledger WHERE subject LIKE 'case%' GROUP BY subject, event"
    )
    assert {row["n"] for row in deeds} == {1}
    assert Counter(row["event"] for row in deeds)["accept"] == len(town.reported)

    assert not await read(program, "SELECT id, form, person FROM talk WHERE closed_at IS NULL")
    code, out, _problems = await program.command("parked")
    assert (code, out) == (0, "Nothing is parked.\n")
    code, out, problems = await program.command("verify")
    assert code == 0, problems
    assert "whole" in out


async def clocks_are_right(program: Program) -> None:
    """Each case was given each of its clocks once, and those of the unit stopped when it reported."""
    rows = await read(program, "SELECT case_id, kind, round, started_at, due_at, stopped_at FROM deadline")
    cases = {row["id"] for row in await read(program, "SELECT id FROM cases")}
    clocks = Counter((row["case_id"], row["kind"]) for row in rows)
    assert clocks == Counter({(case, kind): 1 for case in cases for kind in ("promise", "accept", "answer", "check")})
    for row in rows:
        assert row["started_at"] < row["due_at"]
        assert (row["stopped_at"] is None) == (row["kind"] == "check"), (row["kind"], row["stopped_at"])


async def notices_arrived(program: Program, api: BotApi, *, unknown: Sequence[tuple[float, float]] = ()) -> int:
    """Every message arrived, in order for each chat; return how many came twice.

    `unknown`: the times (seconds of the epoch, from and to) in which the outcome of a send could not be known: only then
    may one have come twice.
    """
    keys = Keys.open(program.folder / "keys")
    rows = await read(
        program,
        "SELECT n, id, conversation, lane, subject, external_id, created_at, due_at FROM outbox"
        " WHERE channel = 'telegram' AND edits IS NULL ORDER BY n",
    )
    assert all(row["external_id"] for row in rows)
    doubles = 0
    for chat in api.chats.values():
        conversation = conversation_id(keys, "telegram", str(chat.id))
        own = [row for row in rows if row["conversation"] == conversation]
        known = {int(row["external_id"]) for row in own}
        there = {message.id: message for message in chat.messages if message.by_bot}
        assert known <= there.keys(), chat.transcript()
        for again in there.keys() - known:
            at = int(there[again].wire["date"])
            assert any(begin - 2 <= at <= end + 1 for begin, end in unknown), f"#{again} came twice:\n{chat.transcript()}"
            doubles += 1
        for lane in (0, 1):
            # A prompt that waits for more to come may be overtaken, and a message for its files; nothing else may.
            at_once = [row for row in own if row["lane"] == lane and _never_waited(row)]
            for before, after in combinations(at_once, 2):
                in_order = int(before["external_id"]) < int(after["external_id"])
                assert in_order or _overlapped(program, before, after), f"out of order:\n{chat.transcript()}"
    return doubles


def _never_waited(row: Row) -> bool:
    """Whether a message was due when it was written, and still is by its times.

    A clock that is set back levels those of all that waits (storage/future.py); the time in the id stays.
    """
    return row["due_at"] == row["created_at"] == int(row["id"][:12], 16)


def _overlapped(program: Program, one: Row, other: Row) -> bool:
    """Whether two turns may have been under way together, which only PostgreSQL lets them: between these there is no order."""
    together = abs(one["created_at"] - other["created_at"]) < LONGEST_TURN
    return program.database.startswith("postgresql") and one["subject"] != other["subject"] and together
