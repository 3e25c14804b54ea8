"""The running program as its operator has it: `huiyin run` in a process of its own, started, killed and asked from outside."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
from ports import free_port

from storage.database import Database, connect

ROOT = Path(__file__).parents[2]
HUIYIN = Path(sys.executable).parent / "huiyin"
WATCHED = (sys.executable, str(Path(__file__).with_name("doomed.py")))


class Program:
    """One `huiyin run` in `folder`. `settings` are given without their prefix; all processes of a folder share store and keys."""

    def __init__(self, folder: Path, database: str, **settings: object) -> None:
        self.folder = folder
        self.database = database
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / f"log-{self.port}.txt"
        self.kills: list[float] = []
        """When it was killed, in seconds of the epoch."""
        own = {
            "CITY": ROOT / "examples" / "xining",
            "DATABASE": database,
            "DATA": folder / "data",
            "KEYS": folder / "keys",
            "LISTEN": f"127.0.0.1:{self.port}",
            "PACE_ALL": 0,
            "PACE_CHAT": 0,
            "FREE_DISK_MEGABYTES": 0,
        }
        self.passed = folder / f"passed-{self.port}.txt"
        """The points that a doomed process has come to, a line each."""
        self.clock = folder / "clock"
        """Holds by how many seconds the clock of a process that is told so is wrong."""
        self._environ = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH") if name in os.environ}
        self._environ |= {f"HUIYIN_{name}": str(value) for name, value in (own | settings).items()}
        self._process: asyncio.subprocess.Process | None = None

    def set(self, name: str, value: object) -> None:
        """Give a setting for the next start."""
        self._environ[f"HUIYIN_{name}"] = str(value)

    @property
    def pid(self) -> int:
        """Tell the id of the process."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Tell whether the process is there."""
        return self._process is not None and self._process.returncode is None

    async def begin(self, dies_at: str | None = None, changes: Sequence[str] = ()) -> None:
        """Start the process and don't wait for it.

        dies_at: a point of `crash_points` and a number, as in "turn written:3". changes: as in "bot.inbox.LOOK_AGAIN=3".
        """
        assert not self.running
        launcher: tuple[str | Path, ...] = (HUIYIN,)
        if dies_at or changes or self.clock.exists():
            clock = (f"--clock={self.clock}",) if self.clock.exists() else ()
            change = (f"--change={one}" for one in changes)
            launcher = (*WATCHED, f"--tally={self.passed}", f"--dies-at={dies_at or ':0'}", *change, *clock)
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *launcher, "run", cwd=self.folder, env=self._environ, stdout=asyncio.subprocess.DEVNULL, stderr=log
            )

    async def start(self, dies_at: str | None = None, changes: Sequence[str] = ()) -> float:
        """Start, and return after how many seconds the web server answers."""
        began = time.monotonic()
        await self.begin(dies_at, changes)
        while not await self.answers():
            assert self.running, f"The program ended by itself:\n{self.tail()}"
            assert time.monotonic() < began + 30, f"The program doesn't answer:\n{self.tail()}"
            await asyncio.sleep(0.05)
        return time.monotonic() - began

    async def answers(self) -> bool:
        """Tell whether the web server answers."""
        try:
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as client:
                async with client.get(f"{self.url}/healthz") as response:
                    return response.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def kill(self) -> None:
        """End the process as a power cut does."""
        if self.running and self._process is not None:
            self.kills.append(time.time())
            self._process.kill()
            await self._process.wait()

    async def dies(self, within: float) -> bool:
        """Wait until the process has come to its point and is dead; False if it lives on."""
        assert self._process is not None
        try:
            async with asyncio.timeout(within):
                code = await self._process.wait()
        except TimeoutError:
            return False
        self.kills.append(time.time())
        assert code == -signal.SIGKILL, f"It ended otherwise, with {code}:\n{self.tail()}"
        return True

    async def stop(self, sign: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Ask the process to end; return its exit code and how many seconds it took."""
        assert self._process is not None
        began = time.monotonic()
        self._process.send_signal(sign)
        async with asyncio.timeout(40):
            code = await self._process.wait()
        return code, time.monotonic() - began

    async def command(self, *words: str) -> tuple[int, str, str]:
        """Run another command beside; return exit code, standard output and standard error."""
        process = await asyncio.create_subprocess_exec(
            HUIYIN, *words, cwd=self.folder, env=self._environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        async with asyncio.timeout(60):
            out, problems = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode(), problems.decode()

    def sets_clock(self, wrong_by: timedelta) -> None:
        """Let the machine's clock be wrong by so much from now on; once before the start, then at any time."""
        new = self.clock.with_suffix(".new")
        new.write_text(str(wrong_by.total_seconds()))
        new.replace(self.clock)

    def waits_for_daytime(self) -> None:
        """Let it be ten in the morning of the example city, whatever the time at which the tests run; before the start."""
        now = datetime.now(ZoneInfo("Asia/Shanghai"))
        self.sets_clock(datetime.combine(now.date() + timedelta(days=1), time_of_day(10), now.tzinfo) - now)

    def logged(self, event: str) -> list[str]:
        """Give the lines of the log that hold an event."""
        return [line for line in self.log.read_text().splitlines() if event in line]

    def tail(self) -> str:
        """Give the end of the log."""
        return "\n".join(self.log.read_text().splitlines()[-40:]) if self.log.exists() else ""

    @contextlib.asynccontextmanager
    async def store(self) -> AsyncGenerator[Database, None]:
        """Open the program's store beside it."""
        database = await connect(self.database)
        try:
            yield database
        finally:
            await database.close()
