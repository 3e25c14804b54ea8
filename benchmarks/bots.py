"""The bots under measure, as their operators have them: processes of their own, seen from outside."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import struct
import sys
import time
from collections.abc import AsyncGenerator, Collection, Sequence
from pathlib import Path

from citizens import READY, FakeApi

ROOT = Path(__file__).parent.parent
TOKEN = "1:benchmark"
PROGRAM = (str(Path(sys.executable).with_name("huiyin")), "run")
ECHO_BOT = (sys.executable, str(ROOT / "benchmarks" / "echo_bot.py"))
TICK = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))
FIRST_CORE, LAST_CORE = CORES[0], CORES[-1]


class Bot:
    """A running bot."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log

    @property
    def pid(self) -> int:
        """Give the id of its process."""
        return self._process.pid

    async def serves(self, api: FakeApi, people: Collection[int]) -> None:
        """Wait until these citizens have been served; ends the benchmark if they are not."""
        until = time.monotonic() + READY
        while not all(api.citizens[person].heard for person in people):
            self.lives()
            if time.monotonic() > until:
                raise SystemExit(f"The bot did not serve:\n{self._tail()}")
            await asyncio.sleep(0.1)

    def lives(self) -> None:
        """End the benchmark if the bot has ended."""
        if self._process.returncode is not None:
            raise SystemExit(f"The bot ended by itself:\n{self._tail()}")

    def _tail(self) -> str:
        return self._log.read_text("utf-8", "replace")[-2000:]


@contextlib.asynccontextmanager
async def running(
    command: Sequence[str], api: FakeApi, database: str, folder: Path, **settings: str
) -> AsyncGenerator[Bot, None]:
    """Run a bot on the last core. Its keys and data are in `folder`, which must be the same whenever the database is."""
    given = {
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_BASE_URL": api.url,
        "DATABASE": database,
        "DATA": f"{folder}/data",
        "KEYS": f"{folder}/keys",
        "CITY": f"{ROOT}/examples/xining",
        "LISTEN": "127.0.0.1:0",
        "PACE_ALL": "0",
        "PACE_CHAT": "0",
        "MESSAGES_PER_MINUTE": "10000",
        "FREE_DISK_MEGABYTES": "0",
    }
    environment = {**os.environ, **{f"HUIYIN_{name}": value for name, value in (given | settings).items()}}
    path = folder / f"log-{time.monotonic_ns()}"
    with path.open("wb") as log:
        process = await asyncio.create_subprocess_exec(*command, env=environment, cwd=folder, stdout=log, stderr=log)
    try:
        os.sched_setaffinity(process.pid, {LAST_CORE})
        yield Bot(process, path)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def cpu(pid: int, *, ended_children: bool = False) -> float:
    """Give the seconds of processor time that a process has used, perhaps with those of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11 : 15 if ended_children else 13])) / TICK


def memory(pid: int) -> float:
    """Give the resident memory of a process in MiB."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def commits(database: str) -> int:
    """Read how many transactions a SQLite file has seen: the third word of its wal-index; 0 where there is none."""
    kept = Path(database.removeprefix("sqlite:"))
    index = kept.with_name(f"{kept.name}-shm")
    if not database.startswith("sqlite:") or not index.exists():
        return 0
    with index.open("rb") as opened:
        return int(struct.unpack("=3I", opened.read(12))[2])
