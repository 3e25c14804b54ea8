"""What a rating costs, and whether a hall's board and a window's figures cost the same however many ratings there are.

    python benchmarks/ratings.py [sqlite|postgres] [--people 600] [--at-once 64] [--ratings 10000 10000000] [--loads 40]

First the whole program, without a network: so many people each rate a window in two taps, then as many file a complaint, some
at once; nine of ten are satisfied, the others become cases. Printed are how many of each were done in a second, and the seconds
of one core that each took. Then a bare insert of a row into the table of ratings through `Database.do`, as many at once.

Then two databases are filled by SQL: 100 ratings at each of the thirty windows today, the others spread over the days before,
58 days for the smaller number and 730 for the larger, each with its row, its count and its link in the chain of its window. Four
of a window and day are enough for every sort that there is, so that both have as many counts a day. Pages are asked of the
program's own handlers on loopback, figures of the functions that the digest, the desk and the unit's chat call.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import ClientSession, web
from empty_stores import empty_stores

from actions import city
from actions.context import Limits
from bot.app import App, city_files
from bot.board import Board
from bot.catalogues import read_catalogues
from bot.clock import Clock
from bot.replay.channel import ReplayChannel
from bot.settings import read_settings
from bot.town import Town
from dialog.incoming import Incoming
from dialog.outgoing import Outgoing, Wants
from dialog.questions import SEND
from dialog.texts import Secret, Words
from storage import rated_weeks, rating_figures
from storage.database import Database, Tx, connect
from storage.ids import new_id
from storage.keys import Keys
from storage.migrate import migrate
from storage.rating_figures import By
from storage.times import ms

ROOT = Path(__file__).parent.parent
XINING = ROOT / "examples" / "xining"
CHINA = ZoneInfo("Asia/Shanghai")
TODAY_EACH = 100
SMALL_DAYS, LARGE_DAYS = 58, 730
ASIDE = frozenset({"<", "=", "!", "+", "0", "change", "cancel", "*"})


# ---- what a rating costs --------------------------------------------------------------------------------------


class Corridor(ReplayChannel):
    """Brings messages to visitors, and stays open until the program ends."""

    async def run(self) -> None:
        await asyncio.Event().wait()


class Visitor:
    """Somebody with one chat of the program's own kind, without a network."""

    def __init__(self, app: App, n: int) -> None:
        self._app = app
        self._address = f"visitor {n}"
        self._sent = 0
        self._seen: asyncio.Queue[tuple[Outgoing, str]] = asyncio.Queue()

    def connect(self, channel: ReplayChannel) -> None:
        """Be there."""
        channel.connect(self._address, self)

    def sees(self, message: Outgoing, id: str, edits: str | None) -> None:
        """Take a message."""
        self._seen.put_nowait((message, id))

    async def rate(self, window: str, level: int) -> None:
        """Rate a window in two taps; who is dissatisfied presses a reason too."""
        await self._send(text=f"/start w_{window}")
        message, id = await self._until(lambda message: self._press(message, f"f:rate:{window}:{level}") is not None)
        await self._send(press=self._press(message, f"f:rate:{window}:{level}"), pressed=id)
        if level == 1:
            await self._until(lambda message: message.wants is Wants.TOLD)
            await self._send(text="等了两个小时，没有人解释。")
            await self._send(text="好了")
        message, id = await self._until(lambda message: self._press(message, f":{SEND}") is not None)
        await self._send(press=self._press(message, f":{SEND}"), pressed=id)
        await self._until(lambda message: self._press(message, f"f:rate:{window}") is not None)

    async def complain(self) -> None:
        """File a complaint, and take whatever is offered first."""
        await self._send(text="小区门口的垃圾一周没人清运，天热味道很大。")
        await self._send(text="好了")
        while True:
            message, id = await self._until(lambda message: True)
            if any(isinstance(arg, Secret) for line in message.lines for arg in line.args.values()):
                return
            offered = [button.press for row in message.rows for button in row if button.press.startswith("a:")]
            answers = [press for press in offered if press.split(":", 3)[3] not in ASIDE]
            if answers:
                send = [press for press in answers if press.endswith(f":{SEND}")]
                await self._send(press=(send or answers)[0], pressed=id)

    async def _until(self, wanted: Callable[[Outgoing], bool]) -> tuple[Outgoing, str]:
        while True:
            message, id = await asyncio.wait_for(self._seen.get(), 60)
            if wanted(message):
                return message, id

    async def _send(self, *, text: str = "", press: str | None = None, pressed: str | None = None) -> None:
        self._sent += 1
        name = f"{self._address} {self._sent}"
        await self._app.door.intake(
            [
                Incoming(
                    channel="replay",
                    external_id=name,
                    address=self._address,
                    order=self._sent,
                    text=text,
                    message=name,
                    press=press,
                    pressed=pressed,
                )
            ]
        )

    @staticmethod
    def _press(message: Outgoing, part: str) -> str | None:
        presses = (button.press for row in message.rows for button in row)
        return next((press for press in presses if press.endswith(part) or part in press), None)


@asynccontextmanager
async def program(url: str) -> AsyncIterator[tuple[App, ReplayChannel]]:
    """Run the whole program over an empty database."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        given = {"LISTEN": "127.0.0.1:0", "DATABASE": url, "DATA": f"{folder}/data", "KEYS": f"{folder}/keys"}
        given |= {"CITY": str(XINING), "PACE_ALL": "0", "PACE_CHAT": "0", "MESSAGES_PER_MINUTE": "1000"}
        settings = read_settings({f"HUIYIN_{name}": value for name, value in given.items()}, folder)
        database, clock = await connect(url), Clock()
        await migrate(database, clock.now())
        async with database.transaction() as tx:
            await city.load(tx, city_files(XINING), clock.now())
            loaded = await city.current(tx)
        assert loaded is not None
        channel = Corridor(Words(read_catalogues(), loaded.city.languages, loaded.city.zone))
        app = App(replace(settings, telegram_token=""), database, Keys.open(settings.keys), clock, loaded, (channel,))
        ready = asyncio.Event()
        running = asyncio.create_task(app.run(lambda app: ready.set()))
        await ready.wait()
        try:
            yield app, channel
        finally:
            app.stop()
            await running
            await database.close()


async def cost_of_rating(url: str, count: int, at_once: int) -> None:
    """Let people rate, then file, then insert bare rows; print."""
    async with program(url) as (app, channel):
        windows = await _windows(app.database)
        visitors = [Visitor(app, n) for n in range(2 * count)]
        for visitor in visitors:
            visitor.connect(channel)

        async def rate(n: int) -> None:
            await visitors[n].rate(windows[n % len(windows)], 1 if n % 10 == 0 else 4)

        async def complain(n: int) -> None:
            await visitors[count + n].complain()

        await app.database.do(_somebody)

        async def insert(n: int) -> None:
            await app.database.do(lambda tx: _bare(tx, n))

        done = {
            "rating": await at_a_time(rate, count, at_once),
            "complaint": await at_a_time(complain, count, at_once),
            "bare insert": await at_a_time(insert, count * 10, at_once),
        }
    for name, (rate_of, cpu) in done.items():
        print(f"{name:<14}{rate_of:>10.0f} a second{cpu * 1000:>10.3f} ms of a core each")
    rating, complaint, bare = (done[name][1] for name in ("rating", "complaint", "bare insert"))
    print(f"of one core: a complaint costs {complaint / rating:.1f} ratings, a rating {rating / bare:.0f} bare inserts")


async def at_a_time(do: Callable[[int], Awaitable[None]], count: int, at_once: int) -> tuple[float, float]:
    """Do something so many times, some at once; how many were done in a second, and seconds of CPU for each."""
    numbers = iter(range(count))

    async def work() -> None:
        for n in numbers:
            await do(n)

    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(work() for _worker in range(at_once)))
    return count / (time.perf_counter() - began), (time.process_time() - cpu) / count


async def _windows(database: Database) -> list[str]:
    async with database.reading() as tx:
        loaded = await city.current(tx)
    assert loaded is not None
    return list(loaded.city.windows)


async def _somebody(tx: Tx) -> None:
    await tx.run("INSERT INTO person (id, language, created_at) VALUES ('p', 'zh_Hans', 0)")


async def _bare(tx: Tx, n: int) -> None:
    now = datetime.now(UTC)
    await tx.run(
        "INSERT INTO rating (id, window_code, hall, unit, person, level, criteria, reasons, text, salt, files, day, rated_at,"
        " changed_at) VALUES"
        " (:id, 'bare', 'bare', 'bare', 'p', 'satisfied', '{}', '[]', '', :salt, '[]', '2026-11-22', :at, :at)",
        id=new_id(now),
        salt=b"0" * 16,
        at=ms(now),
    )


# ---- what reading costs ---------------------------------------------------------------------------------------


async def fill(database: Database, count: int, days: int) -> None:
    """Put so many ratings in, of four sorts."""
    async with database.transaction() as tx:
        loaded = await city.load(tx, city_files(XINING), datetime.now(UTC))
        assert loaded is not None
        await _somebody(tx)
        await tx.run("CREATE TABLE w (code TEXT, hall TEXT, unit TEXT)")
        await tx.run("CREATE TABLE k (n INTEGER)")
        current = await city.current(tx)
        assert current is not None
        for window in current.city.windows.values():
            hall = current.city.halls[window.hall]
            await tx.run(
                "INSERT INTO w (code, hall, unit) VALUES (:code, :hall, :unit)", code=window.code, hall=hall.code, unit=hall.unit
            )
        windows = len(current.city.windows)
        before = count - TODAY_EACH * windows
        each = [before // windows * (n + 1) // days - before // windows * n // days for n in range(days)] + [TODAY_EACH]
        for n in range(1, max(each) + 1):
            await tx.run("INSERT INTO k (n) VALUES (:n)", n=n)
    midnight = datetime.now(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    done = 0
    for back, number in zip(range(days, -1, -1), each, strict=True):
        async with database.transaction() as tx:
            await _day(tx, midnight - timedelta(days=back), number, done)
        done += number
    async with database.transaction() as tx:
        await tx.run(
            "INSERT INTO ledger_head (subject, n, hash, sealed_n) SELECT 'window:' || code, CAST(:n AS BIGINT), '', 0 FROM w",
            n=done,
        )
        await tx.run("DROP TABLE w")
        await tx.run("DROP TABLE k")
        await tx.run("ANALYZE")


async def _day(tx: Tx, midnight: datetime, number: int, done: int) -> None:
    level = "CASE WHEN k.n % 4 = 0 THEN 'dissatisfied' WHEN k.n % 4 = 1 THEN 'fairly_satisfied' ELSE 'satisfied' END"
    day, at = f"{midnight:%Y-%m-%d}", ms(midnight)
    await tx.run(
        "INSERT INTO rating (id, window_code, hall, unit, person, level, criteria, reasons, text, salt, files, ticket, day,"
        " rated_at, changed_at)"
        f" SELECT CAST(:day AS TEXT) || w.code || '-' || k.n, w.code, w.hall, w.unit, 'p', {level}, '{{}}', '[]', '', :salt,"
        " '[]',"
        " CASE WHEN k.n % 2 = 0 THEN 't' END, :day, CAST(:at AS BIGINT) + k.n * 1000, CAST(:at AS BIGINT) + k.n * 1000"
        " FROM k CROSS JOIN w WHERE k.n <= :number",
        day=day,
        at=at,
        salt=b"0" * 16,
        number=number,
    )
    await tx.run(
        "INSERT INTO rating_count (window_code, day, hall, unit, verified, counted, n)"
        f" SELECT w.code, :day, w.hall, w.unit, CASE WHEN k.n % 2 = 0 THEN 1 ELSE 0 END, {level}, COUNT(*) FROM k CROSS JOIN w"
        f" WHERE k.n <= :number GROUP BY w.code, w.hall, w.unit, CASE WHEN k.n % 2 = 0 THEN 1 ELSE 0 END, {level}",
        day=day,
        number=number,
    )
    await tx.run(
        "INSERT INTO ledger (subject, n, at, actor, event, payload, previous, hash)"
        " SELECT 'window:' || w.code, CAST(:done AS BIGINT) + k.n, CAST(:at AS BIGINT) + k.n * 1000, 'citizen', 'rate',"
        f" CAST(:begin AS TEXT) || k.n || CAST(:level AS TEXT) || {level} || CAST(:verified AS TEXT)"
        " || CASE WHEN k.n % 2 = 0 THEN 'true}' ELSE 'false}' END, '', '' FROM k CROSS JOIN w WHERE k.n <= :number",
        begin=f'{{"case":null,"criteria":{{}},"day":"{day}","files":[],"reasons":[],"rating":"',
        level='","level":"',
        verified='","verified":',
        at=at,
        number=number,
        done=done,
    )


@asynccontextmanager
async def served(url: str, count: int, days: int) -> AsyncIterator[tuple[str, Database]]:
    """Serve the boards of so many ratings."""
    database = await connect(url, throwaway=True)
    await migrate(database, datetime.now(UTC))
    began = time.perf_counter()
    await fill(database, count, days)
    print(f"  filled {count:,} ratings in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    minute = timedelta(minutes=1)
    limits = Limits(messages_per_minute=1, upload_bytes=1, wrong_codes=1, address_wrong_codes=1, wrong_codes_wait=minute)
    board = Board(
        database,
        Town(Clock(), Keys(bytes(32)), "https://example.org", limits),
        Words(read_catalogues(), ("zh_Hans", "en"), CHINA),
    )
    served_by = web.Application()
    served_by.add_routes(board.routes())
    runner = web.AppRunner(served_by, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield "http://{}:{}".format(*runner.addresses[0][:2]), database
    finally:
        await runner.cleanup()
        await database.close()


async def cost_of_reading(url: str, count: int, days: int, loads: int) -> dict[str, float]:
    """Ask for everything so many times; medians in milliseconds."""
    async with served(url, count, days) as (at, database), ClientSession(at) as session:
        last = datetime.now(CHINA).date()
        month, week = last - timedelta(days=29), last - timedelta(days=6)

        async def page(path: str) -> None:
            async with session.get(path) as answer:
                assert answer.status == 200
                assert "<rect" in await answer.text()

        async def reading(read: Callable[[Tx], Awaitable[object]]) -> None:
            async with database.reading() as tx:
                assert await read(tx)

        asked: dict[str, Callable[[], Awaitable[None]]] = {
            "a hall's board": lambda: page("/board/hall/centre"),
            "the desk, a hall": lambda: reading(lambda tx: rating_figures.each(tx, By.WINDOW, month, last, By.HALL, "centre")),
            "the digest's week": lambda: reading(lambda tx: rated_weeks.count(tx, week, last, datetime.now(UTC))),
        }
        took: dict[str, list[float]] = {}
        for _load in range(loads + 5):
            for name, ask in asked.items():
                began = time.perf_counter()
                await ask()
                took.setdefault(name, []).append((time.perf_counter() - began) * 1000)
    return {name: statistics.median(times[5:]) for name, times in took.items()}


async def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("database", nargs="?", choices=("sqlite", "postgres"), default="sqlite")
    arguments.add_argument("--people", type=int, default=600)
    arguments.add_argument("--at-once", type=int, default=64)
    arguments.add_argument("--ratings", nargs=2, type=int, default=(10_000, 10_000_000))
    arguments.add_argument("--loads", type=int, default=40)
    given = arguments.parse_args()
    small, large = given.ratings
    with empty_stores(given.database) as store:
        await cost_of_rating(store("rated"), given.people, given.at_once)
        first = await cost_of_reading(store("small"), small, SMALL_DAYS, given.loads)
        second = await cost_of_reading(store("large"), large, LARGE_DAYS, given.loads)
    print(f"{given.database:<22}{small:>10,} ms{large:>14,} ms{'ratio':>8}")
    for name, took in first.items():
        print(f"{name:<22}{took:>13.2f}{second[name]:>17.2f}{second[name] / took:>8.2f}")


if __name__ == "__main__":
    asyncio.run(main())
