"""What it costs to find the cases that are like a new one, among ten thousand and a hundred thousand open cases; and the recall
of hot issues.

    python benchmarks/likeness.py [sqlite|postgres] [--cases 10000 100000] [--searches 300]
    python benchmarks/likeness.py --stream FILE.csv [--everywhere NAME ...]

The first fills a database with made-up open cases (places, things that are wrong, common words between) and prints medians and
95th percentiles in milliseconds: a search as the form does it, from the citizen's words to the cases offered, and beside it the
bare statement that reads one case by its number. The goal is 10 ms, growing slower than the number of cases.

The second clusters FILE (columns user, title, body, time, place, hot_teamA, hot_teamB) as the digest does a week, all of it at
once, and prints for the first 5 and 10 issues how many of each team's clusters they hold at least half of, and how many of the
messages in those clusters they hold. Nothing of the texts is printed. `--everywhere` are names that tell no message from another,
as that of the province for messages of one province.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import random
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

from digest import LIMITS, NOW, example_city
from empty_stores import empty_stores

from actions.context import Context
from actions.likeness import like_told, marks
from dialog.incoming import Place
from domain.cases import CaseKind, CaseState
from domain.common_pairs import COMMON_PAIRS
from domain.hot_issues import Told, issues
from domain.likeness import Matter, trace
from domain.numbers import case_number
from storage import cases, likeness, people
from storage.cases import Case
from storage.database import Database, Tx, connect
from storage.ids import new_id
from storage.keys import Keys
from storage.migrate import migrate

CITY, KEYS = example_city(), Keys(bytes(32))
DISTRICTS = [area.code for area in CITY.city.subareas(CITY.city.root_area.code)]
CATEGORIES = list(CITY.city.categories)
RARE = "泽瑞翰骊澜馨禾璟榕澍麓皓沁芸峪岑嘉骏荷苇鹭橡枫桐柏槐椿榆楠"
WRONG = (
    "街灯坏了",
    "垃圾没人清运",
    "井盖破了",
    "夜里施工太吵",
    "下水道堵了",
    "违停占道",
    "暖气不热",
    "自来水发黄",
    "烧烤油烟",
    "绿化带被占",
)
BATCH = 1000


def text(chance: random.Random) -> str:
    """Make up what somebody tells: a street of several thousand, a number, what is wrong, and common words."""
    street = "".join(chance.choices(RARE, k=2))
    common = "".join(chance.choices(list(COMMON_PAIRS), k=chance.randrange(4, 14)))
    return f"{street}路{chance.randrange(1, 200)}号{chance.choice(WRONG)}，{common}"


def said_again(said: str, chance: random.Random) -> str:
    """Make up what another one tells of the same."""
    return f"{said[: chance.randrange(8, 16)]}，{''.join(chance.choices(list(COMMON_PAIRS), k=6))}"


async def fill(database: Database, count: int) -> list[str]:
    """Put so many open cases in, each of which may be added to; give what was told with some of them."""
    chance, told = random.Random(1), []
    async with database.transaction() as tx:
        person = await people.add(tx, "zh_Hans", NOW)

    async def some(tx: Tx, start: int) -> None:
        ctx = context(tx)
        for n in range(start, min(start + BATCH, count)):
            at = NOW - timedelta(days=60) * (1 - n / count)
            said = text(chance)
            case = Case(
                id=new_id(at), number=case_number(at.date(), n), kind=CaseKind.COMPLAINT, state=CaseState.ASSIGNED, version=1,
                round=1, area=chance.choice(DISTRICTS), category=chance.choice(CATEGORIES), unit=None, holder=None,
                reporter=person, named=None, cover=None, publish_at=at, lon_e6=None, lat_e6=None, crs=None, place="",
                routing="{}", code="", filed_at=at, changed_at=at,
            )  # fmt: skip
            await cases.insert(tx, case)
            await likeness.put(tx, case.id, case.area, marks(ctx, said, ""))
            told.append(said)

    for start in range(0, count, BATCH):
        await database.do(lambda tx, start=start: some(tx, start))
    return told


def context(tx: Tx) -> Context:
    """Give what a search works with."""
    return Context(tx=tx, now=NOW, keys=KEYS, city=CITY, public_url="", limits=LIMITS)


async def measure(url: str, count: int, searches: int) -> dict[str, list[float]]:
    """Fill, then search; milliseconds."""
    database = await connect(url, throwaway=True)
    await migrate(database, NOW)
    began = time.perf_counter()
    told = await fill(database, count)
    print(f"  filled {count:,} cases in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    if not url.startswith("sqlite:"):
        await database.script("ANALYZE")
    chance = random.Random(2)
    took: dict[str, list[float]] = defaultdict(list)
    offered = 0

    async def timed(name: str, work: Callable[[Tx], Awaitable[object]]) -> object:
        async with database.reading() as tx:
            began = time.perf_counter()
            found = await work(tx)
            took[name].append((time.perf_counter() - began) * 1000)
        return found

    for n in range(searches + 20):
        said = said_again(chance.choice(told), chance)
        area = chance.choice(DISTRICTS)

        async def search(tx: Tx, said: str = said, area: str | None = area) -> object:
            return await like_told(context(tx), CaseKind.COMPLAINT, said, Place(area=area), area, None)

        offered += bool(await timed("search in a district", search))
        offered += bool(await timed("search, place not known", lambda tx: search(tx, area=None)))
        number = case_number(NOW.date(), n)
        await timed("bare: a case by its number", lambda tx, number=number: cases.numbered(tx, number))
    print(f"  {offered} of {2 * (searches + 20)} searches offered something", file=sys.stderr)
    await database.close()
    return {name: times[20:] for name, times in took.items()}


async def search(given: argparse.Namespace) -> None:
    """Measure both sizes and print."""
    results = []
    with empty_stores(given.database) as store:
        for count in given.cases:
            results.append(await measure(store(f"cases_{count}"), count, given.searches))
    small, large = results
    print(f"{given.database:<30}{given.cases[0]:>12,}{given.cases[1]:>12,}{'ratio':>8}{'95%':>10}")
    for name, times in small.items():
        before, after = statistics.median(times), statistics.median(large[name])
        worst = statistics.quantiles(large[name], n=20)[-1]
        print(f"{name:<30}{before:>12.2f}{after:>12.2f}{after / before:>8.2f}{worst:>10.2f}")


def recall(file: Path, everywhere: list[str]) -> None:
    """Cluster a stream and hold it against two silver clusterings."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = sorted(csv.DictReader(opened), key=lambda row: row["time"])
    told = []
    for row in rows:
        codes = row["place"].split()
        district = next((code for code in codes if code[0] == "A" and code[1:2].isdigit()), None)
        said = f"{row['title']}\n{row['body']}"
        matter = Matter(
            marks=trace(said, KEYS.mark, (*codes, *everywhere)), area=district, category=None, point=None,
            filed_at=datetime.fromisoformat(row["time"]),
        )  # fmt: skip
        told.append(Told(matter=matter, text=said, reporter=row["user"]))
    began = time.perf_counter()
    found = issues(told)
    print(f"{len(rows)} messages, {len(found)} issues, {time.perf_counter() - began:.1f} s")
    place = {id(one): n for n, one in enumerate(told)}
    print(f"{'':<12}{'first':>6}{'clusters, half of each':>26}{'messages':>10}")
    for team in ("hot_teamA", "hot_teamB"):
        silver: defaultdict[str, set[int]] = defaultdict(set)
        for n, row in enumerate(rows):
            if row[team]:
                silver[row[team]].add(n)
        for first in (5, 10):
            held = [{place[id(one)] for one in issue.told} for issue in found[:first]]
            half = sum(any(2 * len(cluster & issue) >= len(cluster) for issue in held) for cluster in silver.values())
            messages = sum(len(cluster & set().union(*held)) for cluster in silver.values())
            of = sum(map(len, silver.values()))
            print(f"{team:<12}{first:>6}{f'{half} of {len(silver)}':>26}{messages / of:>10.2f}")


def main() -> None:
    """Measure what was asked for."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("database", nargs="?", choices=("sqlite", "postgres"), default="sqlite")
    arguments.add_argument("--cases", nargs=2, type=int, default=(10_000, 100_000))
    arguments.add_argument("--searches", type=int, default=300)
    arguments.add_argument("--stream", type=Path, metavar="FILE")
    arguments.add_argument("--everywhere", nargs="*", default=[], metavar="NAME")
    given = arguments.parse_args()
    if given.stream is None:
        asyncio.run(search(given))
    elif given.stream.exists():
        recall(given.stream, given.everywhere)
    else:
        sys.exit(f"skipped: {given.stream} is not there")


if __name__ == "__main__":
    main()
