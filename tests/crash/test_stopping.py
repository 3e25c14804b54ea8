"""Starting and ending: in time, without losing anything, without a traceback, and never twice on one file."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from typing import Literal

import pytest
from botapi import BotApi, Fault
from crash_facts import nothing_is_lost, notices_arrived, settled
from crash_people import Town, signs_in
from crash_program import Program

STOP_SECONDS = 10
START_SECONDS = 5
INTERPRETER_ALONE = ("init_import_site", "from bot.main import main")
"""What a traceback names when the signal came before the program's first line: it is the interpreter's."""


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_an_end_under_load_is_in_time_and_loses_and_doubles_nothing(
    database: str, mode: Literal["polling", "webhook"], api: BotApi, make: Callable[..., Program]
) -> None:
    program = make(database, mode)
    await program.start()
    contact = api.user("Wang", language_code="en")
    await signs_in(contact, program)
    town = Town(api, program)
    async with asyncio.TaskGroup() as group:
        living = group.create_task(town.lives(telegram=4, web=2, contact=contact))
        for _ in range(2):
            await asyncio.sleep(1.5)
            code, seconds = await program.stop()
            assert code == 0, program.tail()
            assert seconds < STOP_SECONDS
            assert await program.start() < START_SECONDS
        await asyncio.sleep(1)
        town.falls_quiet()
        await living
    await settled(program)
    await nothing_is_lost(program, api, town)
    assert await notices_arrived(program, api) == 0
    assert "Traceback" not in program.log.read_text()


async def test_a_telegram_that_never_answers_does_not_hold_up_the_end(api: BotApi, make: Callable[..., Program]) -> None:
    program = make()
    await program.start()
    people = [api.user(f"Citizen {number}", language_code="en") for number in range(5)]
    api.faults.append(Fault(kind="hang", methods=("sendMessage",)))
    for person in people:
        await person.says("/start")
    async with asyncio.timeout(20):
        while [call.method for call in api.calls].count("sendMessage") < len(people):
            await asyncio.sleep(0.05)
    api.faults.append(Fault(kind="hang", methods=("getUpdates",)))
    code, seconds = await program.stop()
    assert code == 0, program.tail()
    assert seconds < STOP_SECONDS
    api.faults.clear()
    await program.start()
    for person in people:
        await person.sees("Hello", timeout=20)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("after", [0.0, 0.2, 0.5, 1.0])
async def test_an_end_asked_for_at_any_moment_of_the_start_leaves_no_traceback(
    after: float, sign: signal.Signals, make: Callable[..., Program]
) -> None:
    program = make()
    await program.begin()
    await asyncio.sleep(after)
    _code, seconds = await program.stop(sign)
    assert seconds < STOP_SECONDS
    log = program.log.read_text()
    assert "Traceback" not in log or any(told in log for told in INTERPRETER_ALONE)
    assert await program.start() < 2 * START_SECONDS


async def test_ctrl_c_ends_it_cleanly(make: Callable[..., Program]) -> None:
    program = make()
    await program.start()
    code, seconds = await program.stop(signal.SIGINT)
    assert code == 0
    assert seconds < STOP_SECONDS
    assert "Traceback" not in program.log.read_text()


async def test_a_later_start_takes_no_longer_than_five_seconds(database: str, make: Callable[..., Program]) -> None:
    program = make(database)
    await program.start()
    await program.stop()
    assert await program.start() < START_SECONDS


async def test_a_second_one_on_the_same_file_is_refused_and_says_what_to_do(make: Callable[..., Program]) -> None:
    first, second = make(), make()
    await first.start()
    code, _out, problems = await second.command("run")
    assert code == 1
    assert problems.strip().endswith(
        "is already served by another huiyin. Stop that one first, or use PostgreSQL for more than one."
    )
    assert "Traceback" not in problems
    assert await first.answers()


async def test_a_port_that_is_taken_is_named(make: Callable[..., Program], postgres_database: str) -> None:
    first = make(postgres_database)
    await first.start()
    second = make(postgres_database, LISTEN=f"127.0.0.1:{first.port}")
    code, _out, problems = await second.command("run")
    assert code == 1
    assert f"Port {first.port} of 127.0.0.1 can't be used" in problems
    assert "Traceback" not in problems
