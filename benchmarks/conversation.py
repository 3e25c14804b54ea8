"""What a conversation costs: the whole program and a bare python-telegram-bot echo bot, in turns, over one Bot API on loopback.

    python benchmarks/conversation.py [--citizens 100] [--seconds 10] [--rounds 3] [--latency 0] [--think 0]
        [--database URL] [--cases 0] [--full FOLDER]

So many citizens file a nine-step complaint over and over, each step as soon as the one before was answered, each time in other
words, so that none is taken for one that was reported already. The server is our own and plays the citizens; it has the first
core, the bot the last one. Printed for each round and as medians: updates a second, milliseconds of processor time an update (the
bot's), how long an answer took, commits an update (SQLite), memory, and the ratio to the echo bot.
`--latency` are milliseconds that each call of the Bot API takes, `--think` those after which a citizen takes the next step: a
hundred of them with 800 make some 120 updates a second. With `--cases` the program runs a second time, on a SQLite file with so
many cases in it (2.5 kilobytes each): one that FOLDER keeps, or is to keep, for later runs. It is served as it is, so that each
round adds a few cases to it. Without `--database` an empty SQLite file is used.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bots import ECHO_BOT, FIRST_CORE, PROGRAM, commits, cpu, memory, running
from citizens import COMPLAINT, ECHO, FakeApi, Step
from digest import example_city, filled

WEEKS = 52
"""Over which the cases are spread that are on file."""
FULL = "full.db"


@dataclass(frozen=True, slots=True)
class Figures:
    """Updates a second, the bot's milliseconds of CPU an update, the 50th and 95th percentile of the wait in ms, MiB, commits."""

    rate: float
    cpu: float
    p50: float
    p95: float
    memory: float
    commits: float | None


async def one_round(
    command: Sequence[str], script: Sequence[Step], given: argparse.Namespace, database: str, folder: Path
) -> Figures:
    """Run one bot for a while and measure it."""
    api = FakeApi(script, given.citizens, given.latency / 1000, given.think / 1000)
    async with api.serving(), running(command, api, database, folder) as bot:
        await api.begin()
        await bot.serves(api, api.citizens)
        await asyncio.sleep(3)
        committed, used, begin = commits(database), cpu(bot.pid), time.perf_counter()
        api.counting = True
        await asyncio.sleep(given.seconds)
        api.counting = False
        took, used, committed = time.perf_counter() - begin, cpu(bot.pid) - used, commits(database) - committed
        if not api.waits:
            raise SystemExit("Nobody was answered.")
        waits = statistics.quantiles(api.waits, n=100)
        return Figures(
            rate=api.answered / took,
            cpu=used * 1000 / api.answered,
            p50=waits[49] * 1000,
            p95=waits[94] * 1000,
            memory=memory(bot.pid),
            commits=committed / api.answered if committed else None,
        )


def show(name: str, figures: Figures) -> None:
    """Print a line."""
    commits = f"{figures.commits:.2f} commits an update" if figures.commits else ""
    print(
        f"{name:<12} {figures.rate:7.1f} updates/s  {figures.cpu:6.2f} ms of CPU each  "
        f"p50 {figures.p50:7.1f}  p95 {figures.p95:7.1f} ms  {figures.memory:5.0f} MiB  {commits}",
        flush=True,
    )


async def measure(given: argparse.Namespace) -> None:
    """Run the bots in turns and print."""
    bots: dict[str, tuple[Sequence[str], Sequence[Step]]] = {"huiyin": (PROGRAM, COMPLAINT), "echo": (ECHO_BOT, ECHO)}
    with tempfile.TemporaryDirectory() as temporary:
        full = given.full or Path(temporary)
        if given.cases:
            bots["huiyin, full"] = (PROGRAM, COMPLAINT)
            if not (full / FULL).exists():
                full.mkdir(parents=True, exist_ok=True)
                await filled(f"sqlite:{full / FULL}", example_city(), given.cases, WEEKS, datetime.now(UTC))
        found: dict[str, list[Figures]] = {name: [] for name in bots}
        for _ in range(given.rounds):
            for name, (command, script) in bots.items():
                with tempfile.TemporaryDirectory() as round_folder:
                    folder, file = (full, FULL) if name == "huiyin, full" else (Path(round_folder), "huiyin.db")
                    found[name].append(
                        await one_round(command, script, given, given.database or f"sqlite:{folder / file}", folder)
                    )
                show(name, found[name][-1])
    compare(found, "huiyin", "echo")
    if given.cases:
        compare(found, "huiyin, full", "huiyin")


def compare(found: Mapping[str, Sequence[Figures]], one: str, other: str) -> None:
    """Print the ratios of two bots' medians."""
    rate, cpu, p95 = (
        statistics.median(getattr(f, what) for f in found[one]) / statistics.median(getattr(f, what) for f in found[other])
        for what in ("rate", "cpu", "p95")
    )
    print(f"medians, {one} / {other}: updates/s {rate:.2f}, updates per CPU second {1 / cpu:.2f}, p95 {p95:.2f}")


def main() -> None:
    """Read the arguments and measure."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--citizens", type=int, default=100)
    arguments.add_argument("--seconds", type=float, default=10)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--latency", type=float, default=0)
    arguments.add_argument("--think", type=float, default=0)
    arguments.add_argument("--cases", type=int, default=0)
    arguments.add_argument("--full", type=Path, metavar="FOLDER")
    arguments.add_argument("--database", default="")
    given = arguments.parse_args()
    os.sched_setaffinity(0, {FIRST_CORE})
    asyncio.run(measure(given))


if __name__ == "__main__":
    main()
