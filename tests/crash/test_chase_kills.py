"""kill -9 in the middle of sweeps: each rung is taken once, and its reminder arrives."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from botapi import BotApi
from crash_people import files_a_matter, signs_in
from crash_program import Program
from hurried_city import hurried_city

from storage import cases, deadlines, ledger

CASES = 8
KILLS = 12
LADDER = """[
    { at = "50%", to = ["contact"] },
    { at = "0", to = ["contact", "head"] },
    { at = "+2s", to = ["contact"] },
    { at = "+4s", to = ["accountability"] },
]"""
REMINDER = re.compile(r"^(A reminder|This case should have been)")


@pytest.mark.timeout(300)
async def test_no_rung_is_lost_or_taken_twice(
    database: str, api: BotApi, make: Callable[..., Program], tmp_path: Path, direct: None
) -> None:
    city = hurried_city(tmp_path, LADDER, accept="20s", answer="26s")
    program = make(database, CITY=city, TICK="0.1")
    await program.start()
    contact = api.user("Contact", language_code="en")
    await signs_in(contact, program)
    citizens = [api.user(f"Citizen {n}", language_code="en") for n in range(CASES)]
    words = "Rubbish has lain there for a week"
    numbers = await asyncio.gather(*(files_a_matter(one, words, random.Random(n)) for n, one in enumerate(citizens)))
    for _ in range(KILLS):
        await asyncio.sleep(random.Random(len(program.kills)).uniform(0.3, 1.5))
        await program.kill()
        await program.start()

    async with asyncio.timeout(90), program.store() as store:
        while True:
            async with store.reading() as tx:
                left = await tx.one("SELECT COUNT(*) AS n FROM deadline WHERE kind IN ('accept', 'answer') AND next_rung_at > 0")
                waiting = await tx.one("SELECT COUNT(*) AS n FROM outbox WHERE sent_at IS NULL AND parked_at IS NULL")
            assert left
            assert waiting
            if not left["n"] and not waiting["n"]:
                break
            await asyncio.sleep(0.5)

        wanted: Counter[str] = Counter()
        for number in numbers:
            async with store.reading() as tx:
                case = await cases.numbered(tx, number)
                assert case is not None
                rows = [row.payload for row in await ledger.of_subject(tx, f"case:{case.id}") if row.event == "rung"]
                every = [one for one in await deadlines.of_case(tx, case.id) if one.kind in ("accept", "answer")]
            for one in every:
                taken = [rung for row in rows if row["kind"] == one.kind for rung in (*row["passed"], row["rung"])]
                assert taken == ["50%", "0", "+2s", "+4s"] == list(one.passed)
            wanted[number] = sum(row["rung"] != "+4s" and row["kind"] != "promise" for row in rows)
    said = Counter(
        number
        for message in contact.chat.messages
        if message.by_bot and REMINDER.match(message.text)
        for number in numbers
        if number in message.text
    )
    assert all(said[number] >= wanted[number] for number in numbers)
    # Only what was being sent when the program was killed may have come twice.
    assert said.total() - wanted.total() <= len(program.kills)
    assert (await program.command("verify"))[0] == 0
