"""What a conversation costs: the whole program and a bare python-telegram-bot echo bot, in turns, over one Bot API on loopback.

    python benchmarks/conversation.py [--citizens 100] [--seconds 10] [--rounds 3] [--latency 0] [--cases 0] [--database URL]

So many citizens file an eight-step complaint over and over, each step as soon as the one before was answered, each time in other
words, so that none is taken for one that was reported already. The server is our own and plays the citizens; it has the first
core, the bot the last one. Printed for each round and as medians: updates a second, milliseconds of processor time an update (the
bot's), how long an answer took (the step that the program itself delays by two seconds, to let more messages arrive, is not among
them), commits an update (SQLite), memory, and the ratio to the echo bot.
`--latency` are milliseconds that each call of the Bot API takes. With `--cases` the program runs a second time, on a SQLite file
with so many cases in it. Without `--database` an empty SQLite file is used.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import random
import re
import shutil
import statistics
import struct
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from digest import example_city, filled

ROOT = Path(__file__).parent.parent
TOKEN = "1:benchmark"
READY = 60.0
WEEKS = 52
"""Over which the cases are spread that are on file."""
TICK = os.sysconf("SC_CLK_TCK")
CORES = sorted(os.sched_getaffinity(0))
FIRST_CORE, LAST_CORE = CORES[0], CORES[-1]


@dataclass(frozen=True, slots=True)
class Step:
    """What a citizen does, a text or the press of a button by its number, and the answer that ends it."""

    says: str
    presses: int
    until: str
    timed: bool = True


COMPLAINT = (
    Step("/complain", -1, "Tell us"),
    Step("{matter}", -1, "Noted so far", timed=False),
    Step("/done", -1, "Where is it"),
    Step("", 2, "Is it about"),
    Step("", 0, "Who may know"),
    Step("", 0, "May we publish"),
    Step("", 0, "Shall we send"),
    Step("", 0, "Case number"),
)
ECHO = tuple(Step(step.says, step.presses, ".") for step in COMPLAINT)


@dataclass(slots=True)
class Citizen:
    """One chat, in the middle of its script."""

    id: int
    script: Sequence[Step]
    n: int = 0
    heard: int = 0
    since: float = 0.0
    buttons: list[str] = field(default_factory=list)
    shown: int = 0


class FakeApi:
    """A Bot API server with its citizens; counts only while `counting`."""

    def __init__(self, script: Sequence[Step], citizens: int, latency: float) -> None:
        self.citizens = {n: Citizen(n, script) for n in range(1, citizens + 1)}
        self.latency = latency
        self.updates: list[dict[str, Any]] = []
        self.some = asyncio.Event()
        self.numbers = itertools.count(1)
        self.counting = False
        self.answered = 0
        self.waits: list[float] = []
        self.chance = random.Random(1)

    async def call(self, request: web.Request) -> web.Response:
        """Answer one method."""
        method = request.match_info["method"].lower()
        body = await request.json() if request.content_type == "application/json" else dict(await request.post())
        if method == "getupdates":
            return self._ok(await self._updates(int(body.get("offset") or 0), float(body.get("timeout") or 0)))
        if self.latency:
            await asyncio.sleep(self.latency)
        if method == "getme":
            return self._ok({"id": 1, "is_bot": True, "first_name": "Huiyin", "username": "huiyin_bot"})
        if method == "getwebhookinfo":
            return self._ok({"url": "", "has_custom_certificate": False, "pending_update_count": len(self.updates)})
        if method not in ("sendmessage", "editmessagetext", "editmessagereplymarkup"):
            return self._ok(True)
        citizen = self.citizens[int(body["chat_id"])]
        number = int(body.get("message_id") or next(self.numbers))
        self._hears(citizen, number, str(body.get("text", "")), body.get("reply_markup"))
        chat = {"id": citizen.id, "type": "private"}
        return self._ok({"message_id": number, "date": int(time.time()), "chat": chat, "text": str(body.get("text", ""))})

    def begin(self) -> None:
        """Let every citizen begin."""
        for citizen in self.citizens.values():
            self._does(citizen)

    async def _updates(self, offset: int, timeout: float) -> list[dict[str, Any]]:
        self.updates = [update for update in self.updates if update["update_id"] >= offset]
        if not self.updates and timeout:
            self.some.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.some.wait(), timeout)
        return self.updates[:100]

    def _hears(self, citizen: Citizen, number: int, text: str, markup: Any) -> None:
        if isinstance(markup, str):  # as it comes in a form
            markup = json.loads(markup)
        rows = markup.get("inline_keyboard", []) if markup else []
        buttons = [button["callback_data"] for row in rows for button in row if "callback_data" in button]
        if buttons:
            citizen.buttons, citizen.shown = buttons, number
        step = citizen.script[citizen.n]
        if not re.search(step.until, text):
            return
        if self.counting:
            self.answered += 1
            if step.timed:
                self.waits.append(time.perf_counter() - citizen.since)
        citizen.heard += 1
        citizen.n = citizen.heard % len(citizen.script)
        self._does(citizen)

    def _does(self, citizen: Citizen) -> None:
        step = citizen.script[citizen.n]
        who = {"id": citizen.id, "is_bot": False, "first_name": "Citizen", "language_code": "en"}
        chat = {"id": citizen.id, "type": "private", "first_name": "Citizen"}
        message = {"message_id": next(self.numbers), "date": int(time.time()), "chat": chat, "from": who}
        if step.presses < 0:
            update: dict[str, Any] = {"message": {**message, "text": step.says.replace("{matter}", self._matter())}}
            if step.says.startswith("/"):
                update["message"]["entities"] = [{"type": "bot_command", "offset": 0, "length": len(step.says)}]
        else:
            pressed = {**message, "message_id": citizen.shown, "text": "a question"}
            data = citizen.buttons[step.presses]
            query = {"id": str(next(self.numbers)), "from": who, "chat_instance": "1", "message": pressed, "data": data}
            update = {"callback_query": query}
        self.updates.append({"update_id": next(self.numbers), **update})
        citizen.since = time.perf_counter()
        self.some.set()

    def _matter(self) -> str:
        pairs = (bytes((self.chance.randint(0xB0, 0xD6), self.chance.randint(0xA1, 0xFE))) for _ in range(20))
        return b"".join(pairs).decode("gb2312")

    @staticmethod
    def _ok(result: Any) -> web.Response:
        return web.json_response({"ok": True, "result": result})


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
    command: Sequence[str], script: Sequence[Step], given: argparse.Namespace, folder: Path, cases: Path | None
) -> Figures:
    """Run one bot for a while and measure it; `cases` is a filled database to begin with."""
    api = FakeApi(script, given.citizens, given.latency / 1000)
    app = web.Application()
    app.router.add_route("*", "/bot{token}/{method}", api.call)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    kept = folder / "huiyin.db"
    if cases:
        shutil.copy(cases, kept)
    settings = {
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_BASE_URL": f"http://127.0.0.1:{port}/bot",
        "DATABASE": given.database or f"sqlite:{kept}",
        "DATA": f"{folder}/data",
        "KEYS": f"{folder}/keys",
        "CITY": f"{ROOT}/examples/xining",
        "LISTEN": "127.0.0.1:0",
        "PACE_ALL": "0",
        "PACE_CHAT": "0",
    }
    environment = {**os.environ, **{f"HUIYIN_{name}": value for name, value in settings.items()}}
    with (folder / "log").open("wb") as log:
        bot = await asyncio.create_subprocess_exec(*command, env=environment, cwd=folder, stdout=log, stderr=log)
    try:
        os.sched_setaffinity(bot.pid, {LAST_CORE})
        api.begin()
        until = time.monotonic() + READY
        while not all(citizen.heard for citizen in api.citizens.values()):
            if bot.returncode is not None or time.monotonic() > until:
                raise SystemExit(f"The bot did not serve:\n{(folder / 'log').read_text('utf-8', 'replace')[-2000:]}")
            await asyncio.sleep(0.1)
        await asyncio.sleep(3)
        commits, cpu, begin = _commits(kept), _cpu(bot.pid), time.perf_counter()
        api.counting = True
        await asyncio.sleep(given.seconds)
        api.counting = False
        took, cpu, commits = time.perf_counter() - begin, _cpu(bot.pid) - cpu, _commits(kept) - commits
        if not api.waits:
            raise SystemExit("Nobody was answered.")
        waits = statistics.quantiles(api.waits, n=100)
        return Figures(
            rate=api.answered / took,
            cpu=cpu * 1000 / api.answered,
            p50=waits[49] * 1000,
            p95=waits[94] * 1000,
            memory=_memory(bot.pid),
            commits=commits / api.answered if commits else None,
        )
    finally:
        if bot.returncode is None:
            bot.terminate()
        await bot.wait()
        await runner.cleanup()


def _cpu(pid: int) -> float:
    """Give the seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _memory(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def _commits(kept: Path) -> int:
    """Read how many transactions a SQLite file has seen: the third word of its wal-index; 0 where there is none."""
    index = kept.with_name(f"{kept.name}-shm")
    if not index.exists():
        return 0
    with index.open("rb") as opened:
        return int(struct.unpack("=3I", opened.read(12))[2])


def show(name: str, figures: Figures) -> None:
    """Print a line."""
    commits = f"{figures.commits:.2f} commits an update" if figures.commits else ""
    print(
        f"{name:<12} {figures.rate:7.1f} updates/s  {figures.cpu:6.2f} ms of CPU each  "
        f"p50 {figures.p50:7.1f}  p95 {figures.p95:7.1f} ms  {figures.memory:5.0f} MiB  {commits}"
    )


async def measure(given: argparse.Namespace) -> None:
    """Run both bots in turns and print."""
    program = [str(Path(sys.executable).with_name("huiyin")), "run"]
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder, "full.db") if given.cases else None
        bots: dict[str, tuple[Sequence[str], Sequence[Step], Path | None]] = {
            "huiyin": (program, COMPLAINT, None),
            "echo": ([sys.executable, str(ROOT / "benchmarks" / "echo_bot.py")], ECHO, None),
        }
        if full:
            await filled(f"sqlite:{full}", example_city(), given.cases, WEEKS, datetime.now(UTC))
            bots["huiyin, full"] = (program, COMPLAINT, full)
        found: dict[str, list[Figures]] = {name: [] for name in bots}
        for _ in range(given.rounds):
            for name, (command, script, cases) in bots.items():
                with tempfile.TemporaryDirectory() as round_folder:
                    found[name].append(await one_round(command, script, given, Path(round_folder), cases))
                show(name, found[name][-1])
    compare(found, "huiyin", "echo")
    if full:
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
    arguments.add_argument("--cases", type=int, default=0)
    arguments.add_argument("--database", default="")
    given = arguments.parse_args()
    os.sched_setaffinity(0, {FIRST_CORE})
    asyncio.run(measure(given))


if __name__ == "__main__":
    main()
