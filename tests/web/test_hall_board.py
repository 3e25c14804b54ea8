"""The board of a hall over the whole program: every figure is one of the ledger's, and nobody is given away by any of them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import rated_days
from aiohttp.test_utils import make_mocked_request
from board_city import BoardCity, board_city
from rated_days import Visit, visits

from actions import appealing, judging, releasing
from actions.rating import Rated
from actions.verify_ratings import recount
from bot.hall_pages import halls
from domain.cases import Satisfaction
from domain.city import City
from domain.ledger import Entry
from domain.ratings import Pattern
from domain.telling import Given, Group, groups
from storage import ledger, oddities
from storage.appeals import Ground
from storage.rating_figures import Cell, Counted
from storage.releases import Wording
from storage.roles import RoleKind

CHINA = ZoneInfo("Asia/Shanghai")
WINDOW, HALL, UNIT = "centre-5", "centre", "service-hall"
LEVELS = ("Satisfied", "Fairly satisfied", "Basically satisfied", "Dissatisfied")
DAY = timedelta(days=1)
NOON = datetime(2026, 7, 8, 14, 20, tzinfo=CHINA)

Figures = Mapping[str, Sequence[int]]
"""Numbers by level, of verified visits and of other ratings, by the sort's name."""


@pytest.fixture
async def city(direct: None, tmp_path: Path, database: str) -> AsyncIterator[BoardCity]:
    async with board_city(tmp_path, database) as city:
        at(city, NOON)
        yield city


def at(city: BoardCity, when: datetime) -> None:
    city.town.clock.ahead += when - city.town.clock.now()


def counter(city: BoardCity) -> rated_days.Counter:
    return rated_days.Counter(city.town.app.database, city.town.app.keys, city.office)


async def the_city(city: BoardCity) -> City:
    async with city.town.app.database.reading() as tx:
        return (await city.office.context(tx)).city.city


@dataclass(frozen=True, slots=True)
class Page:
    """What a hall's board says."""

    html: str

    def panel(self, n: int) -> tuple[str, Figures]:
        """Give title and figures of today, the week, or the month."""
        found = re.search(rf'aria-labelledby="p{n}">(.+?)</section>', self.html, re.S)
        assert found
        title = re.search(r'<h2 id="p\d">(.+?) <span', found[1])
        assert title
        return title[1], dict(self._part(part) for part in found[1].split('<div class="part">')[1:])

    @property
    def windows(self) -> Mapping[str, tuple[int | None, int | None]]:
        """Give how many ratings are told of each window, verified and others."""
        table = re.search(r"<tbody>(.+?)</tbody>", self.html, re.S)
        assert table
        rows = re.findall(r'<th scope="row">(.+?)</th>\s*<td>(.+?)</td>\s*<td>(.+?)</td>', table[1], re.S)
        return {name: (self._count(verified), self._count(others)) for name, verified, others in rows}

    @property
    def appeals(self) -> Sequence[int]:
        """Give how many were made, granted, refused, are open, and how many ratings were struck."""
        section = self.html.partition('<section class="appeals"')[2]
        return [int(n) for n in re.findall(r"<dd>(\d+)</dd>", section)]

    @property
    def days(self) -> Mapping[tuple[str, str], Sequence[int]]:
        """Give the numbers by level of each day that is told, by sort and day."""
        found = {}
        for sort, table in re.findall(r"<caption>Day by day: (.+?)</caption>(.+?)</table>", self.html, re.S):
            for day, cells in re.findall(r'<th scope="row">(.+?)</th>(.+?)</tr>', table):
                found[sort, day] = [int(n) for n in re.findall(r"<td>(\d+)</td>", cells)]
        return found

    @staticmethod
    def _part(part: str) -> tuple[str, Sequence[int]]:
        head = re.search(r'<h3>(.+?) <span class="count">(\d+)</span>', part)
        share = re.search(r"<b>(\d+)%</b>", part)
        levels = re.findall(r"<dt>(.+?)</dt><dd>(\d+) ", part)
        assert head
        assert share
        assert tuple(name for name, _n in levels) == LEVELS
        counts = [int(n) for _name, n in levels]
        assert sum(counts) == int(head[2])
        assert int(share[1]) == (sum(counts) - counts[3]) * 100 // sum(counts)
        return head[1], counts

    @staticmethod
    def _count(cell: str) -> int | None:
        found = re.search(r'class="of">(\d+)<', cell)
        return int(found[1]) if found else None


async def reads(city: BoardCity, hall: str = HALL) -> Page:
    return Page(unescape(await city.reads(f"/board/hall/{hall}?lang=en")))


# ---- the figures are those of the ledger ----------------------------------------------------------------------


async def test_a_day_of_a_city_is_told_as_a_recount_from_the_ledger_alone_tells_it(city: BoardCity) -> None:
    serving, plan = counter(city), await the_city(city)
    for back, count in ((33, 60), (7, 300), (2, 150), (1, 700)):
        await serving.serve(visits(plan, (NOON - back * DAY).date(), count, 1))
    rated = await serving.serve([visit for visit in visits(plan, NOON.date(), 3000, 1) if visit.at < NOON])
    await decide(city, serving, rated)
    chains = await chains_of_windows(city)
    kinds = [row.event for rows in chains.values() for row in rows]
    assert {"rate", "change", "flag", "strike", "appeal", "refuse_appeal", "keep"} <= set(kinds)
    assert kinds.count("rate") > 2500
    bad = sum(row.event == "rate" and row.payload["level"] == "dissatisfied" for rows in chains.values() for row in rows)
    assert 0.07 < bad / kinds.count("rate") < 0.13
    seen: Counter[str] = Counter()
    for hall in plan.halls:
        page, told = await reads(city, hall), from_ledger(plan, chains, hall)
        assert page.panel(1) == ("Today", figures(today(plan, chains, hall)))
        monday = NOON.date() - NOON.weekday() * DAY
        assert page.panel(2) == ("This week", figures(within(told, monday, NOON.date())))
        month = within(told, NOON.date().replace(day=1), NOON.date())
        assert page.panel(3) == ("This month", figures(month))
        for window in plan.windows.values():
            if window.hall == hall:
                own = figures([group for group in month if group.window == window.code])
                shown = tuple(sum(own[sort]) if sort in own else None for sort in ("Verified visits", "Other ratings"))
                assert page.windows[window.name_en] == shown
                seen["windows"] += shown != (None, None)
        for back in range(1, 27):
            day = NOON.date() - back * DAY
            for sort, counts in figures([group for group in told if group.first == group.last == day]).items():
                assert page.days[sort, f"{day:%-d %b %Y}"] == counts
                seen["days"] += 1
        assert page.appeals == appeals(chains, hall, told)
        seen["struck"] += page.appeals[4]
    assert seen["windows"] > 20
    assert seen["days"] > 10
    assert seen["struck"] > 2
    # The chain and the kept figures agree too: at its end the story has the program verify itself.


async def decide(city: BoardCity, serving: rated_days.Counter, rated: Sequence[Rated]) -> None:
    """Let units appeal, and the office decide about appeals and unusual ratings."""
    later = NOON + timedelta(hours=2)
    bad = [one for one in rated if one.receipt and one.rating.unit == UNIT and one.rating.rated_at < NOON - timedelta(hours=1)]
    for one in bad[:4]:
        async with serving.staff(later, RoleKind.CONTACT, UNIT) as ctx:
            await appealing.appeal(ctx, str(one.rating.case), Ground.MISTAKEN, "不是本窗口的事")
    for one, granted in zip(bad[:3], (True, True, False), strict=True):
        async with serving.staff(later, RoleKind.OFFICE) as ctx:
            await appealing.decide(ctx, str(one.rating.case), "已核实", granted=granted)
    async with serving.staff(later, RoleKind.OFFICE) as ctx:
        odd = await oddities.undecided(ctx.tx, None, 2)
        await judging.strike_rest(ctx, odd[0].id, len(await oddities.left(ctx.tx, odd[0].id)), "短时间内集中评价")
        await judging.keep_rest(ctx, odd[1].id, len(await oddities.left(ctx.tx, odd[1].id)))


async def chains_of_windows(city: BoardCity) -> Mapping[str, Sequence[Entry]]:
    async with city.town.app.database.reading() as tx:
        names = [name for name in await ledger.subjects(tx, "window:", 1000) if name.startswith("window:")]
        return {name.removeprefix("window:"): await ledger.of_subject(tx, name) for name in names}


def from_ledger(plan: City, chains: Mapping[str, Sequence[Entry]], hall: str) -> Sequence[Group]:
    """Give the groups of all days before today."""
    counts: dict[tuple[str, date, bool], Counter[Counted]] = defaultdict(Counter)
    for window, rows in chains.items():
        _ratings, found = recount(window, rows)
        for (cell, counted), n in found.items():
            assert isinstance(cell, Cell)
            if cell.hall == hall:
                counts[window, cell.day, cell.verified][counted] += n
    given = [
        Given(
            window=window, day=day, verified=verified, struck=found[Counted.STRUCK], granted=found[Counted.GRANTED],
            levels={level: found[Counted(level)] for level in Satisfaction},
        )
        for (window, day, verified), found in counts.items()
    ]  # fmt: skip
    return groups(given, NOON.date() - DAY)


def today(plan: City, chains: Mapping[str, Sequence[Entry]], hall: str) -> Sequence[Group]:
    """Give what is told of today: ten are needed for the first five, fifteen for ten, as of a quarter past two."""
    found = []
    for window, rows in chains.items():
        for verified in (True, False):
            levels = [
                Satisfaction(str(row.payload["level"]))
                for row in rows
                if row.event == "rate" and row.payload["day"] == "2026-07-08" and row.payload["verified"] is verified
                and row.payload["hall"] == hall and row.at_ms < datetime(2026, 7, 8, 14, 15, tzinfo=CHINA).timestamp() * 1000
            ]  # fmt: skip
            told = levels[: len(levels) - len(levels) % 5 - 5] if len(levels) >= 10 else []
            counts = {level: told.count(level) for level in Satisfaction}
            found.append(Group(window=window, first=NOON.date(), last=NOON.date(), verified=verified, levels=counts))
    return found


def within(told: Sequence[Group], first: date, last: date) -> Sequence[Group]:
    return [group for group in told if first <= group.first and group.last <= last]


def figures(told: Sequence[Group]) -> Figures:
    sums = {
        name: [sum(group.levels.get(level, 0) for group in told if group.verified is verified) for level in Satisfaction]
        for name, verified in (("Verified visits", True), ("Other ratings", False))
    }
    return {name: counts for name, counts in sums.items() if any(counts)}


def appeals(chains: Mapping[str, Sequence[Entry]], hall: str, told: Sequence[Group]) -> Sequence[int]:
    """Count what the board tells of appeals: about ratings from the first of the month before."""
    counts: Counter[Any] = Counter()
    for window, rows in chains.items():
        for (cell, counted), n in recount(window, rows)[1].items():
            if cell.hall == hall and cell.day >= date(2026, 6, 1):
                counts[counted] += n
    made, granted, refused = (counts[one] for one in (Counted.APPEALED, Counted.GRANTED, Counted.REFUSED))
    return [made, granted, refused, made - granted - refused, granted + sum(group.struck for group in told)]


@pytest.mark.parametrize("given", [4, 7])
async def test_what_is_struck_is_told_with_the_groups_that_it_is_taken_off_and_not_before(city: BoardCity, given: int) -> None:
    serving = counter(city)
    begin = NOON.replace(hour=9, minute=5)
    rated = await serving.serve([visit(n, begin + timedelta(seconds=20 * n)) for n in range(given)])
    async with city.town.app.database.transaction() as tx:
        odd = await oddities.find(tx, Pattern.BURST, WINDOW, begin.date(), WINDOW, begin)
        await oddities.add(tx, odd, Pattern.BURST, rated[0].rating.id)
    async with serving.staff(NOON, RoleKind.OFFICE) as ctx:
        await judging.strike_one(ctx, rated[0].rating.id, "短时间内集中评价")
    assert (await reads(city)).appeals[4] == 0, "of today nothing that was struck is told"
    city.town.clock.ahead += 2 * DAY
    assert (await reads(city)).appeals[4] == (given >= 5)


# ---- nobody is given away -------------------------------------------------------------------------------------


def visit(person: int, at: datetime, level: Satisfaction = Satisfaction.SATISFIED, *, verified: bool = False) -> Visit:
    return Visit(person=person, at=at, window=WINDOW, level=level, verified=verified)


async def test_who_watches_the_screen_after_each_rating_never_learns_what_fewer_than_five_said(city: BoardCity) -> None:
    serving, begin = counter(city), NOON.replace(hour=9, minute=5)
    before: Figures = {}
    told = []
    for n in range(23):
        bad = n % 7 == 3
        when = begin + timedelta(minutes=4 * n)
        at(city, when)
        await serving.serve([visit(n, when, Satisfaction.DISSATISFIED if bad else Satisfaction.SATISFIED)])
        for later in (timedelta(seconds=2), timedelta(minutes=2)):
            at(city, when + later)
            _title, now = (await reads(city)).panel(1)
            new = sum(map(sum, now.values())) - sum(map(sum, before.values()))
            assert new in (0, 5), n
            assert all(b <= a for sort in before for a, b in zip(now[sort], before[sort], strict=True))
            if new:
                told.append((when + later).time().minute)
            before = now
    assert len(told) == 3
    assert all(minute % 15 < 4 for minute in told), "only at full quarters of an hour"


async def test_a_rating_changed_today_does_not_show_today_and_shows_in_the_whole_day(city: BoardCity) -> None:
    serving, nine = counter(city), NOON.replace(hour=9, minute=1)
    await serving.serve([visit(n, nine + timedelta(minutes=n)) for n in range(12)])
    _title, before = (await reads(city)).panel(1)
    assert before == {"Other ratings": [5, 0, 0, 0]}
    await serving.serve([visit(0, NOON - timedelta(hours=2), Satisfaction.DISSATISFIED)])
    assert (await reads(city)).panel(1)[1] == before
    at(city, NOON.replace(hour=3) + DAY)
    assert (await reads(city)).panel(1) == ("Today", {}), "for some hours yet it can be changed"
    at(city, NOON.replace(hour=5) + DAY)
    assert (await reads(city)).panel(1) == ("The last day with figures", {"Other ratings": [11, 0, 0, 1]})


async def test_verified_visits_are_told_only_when_there_are_enough_of_them(city: BoardCity) -> None:
    serving, nine = counter(city), NOON.replace(hour=9, minute=1) - DAY
    await serving.serve([visit(n, nine + timedelta(minutes=n), verified=n % 4 == 0) for n in range(16)])
    page = await reads(city)
    assert page.panel(2) == ("This week", {"Other ratings": [12, 0, 0, 0]})
    assert page.windows["Window 5 Real estate enquiries"] == (None, 12)
    assert "Too few ratings to show" in page.html


async def test_where_there_is_little_yet_the_last_week_and_month_are_shown(city: BoardCity) -> None:
    serving = counter(city)
    await serving.serve([visit(n, datetime(2026, 6, 30, 10, n, tzinfo=CHINA)) for n in range(7)])
    page = await reads(city)
    assert page.panel(1) == ("The last day with figures", {"Other ratings": [7, 0, 0, 0]})
    assert page.panel(2) == ("Last week", {"Other ratings": [7, 0, 0, 0]})
    assert page.panel(3) == ("Last month", {"Other ratings": [7, 0, 0, 0]})
    assert (await reads(city, "east")).panel(2) == ("This week", {})


# ---- texts, languages, caches ---------------------------------------------------------------------------------


async def test_only_what_was_released_is_read_there(city: BoardCity) -> None:
    serving = counter(city)
    rated = await serving.serve([visit(n, NOON - timedelta(hours=3), Satisfaction.DISSATISFIED) for n in range(3)])
    released, struck, _kept_back = (str(one.rating.case) for one in rated)
    assert "等候太久" not in (await reads(city)).html
    async with serving.staff(NOON, RoleKind.OFFICE) as ctx:
        await releasing.release(ctx, released, Wording(problem="等了两个小时，电话13997254418。", result="已增开窗口。"))
        await releasing.release(ctx, struck, Wording(problem="骂人的话。"))
    page = (await reads(city)).html
    assert "等了两个小时，电话〔电话〕。" in page
    assert "已增开窗口" not in page, "there is no answer yet"
    assert "骂人的话" in page
    assert "等了两个小时" not in (await reads(city, "east")).html
    async with serving.staff(NOON, RoleKind.CONTACT, UNIT) as ctx:
        await appealing.appeal(ctx, struck, Ground.ABUSIVE, "与服务无关")
    async with serving.staff(NOON, RoleKind.OFFICE) as ctx:
        await appealing.decide(ctx, struck, "属实", granted=True)
        await releasing.revoke(ctx, released)
    page = (await reads(city)).html
    assert "骂人的话" not in page
    assert "等了两个小时" not in page
    assert "Nothing has been published here yet." in page


async def test_the_page_is_cached_and_runs_nothing_but_its_own_script(city: BoardCity) -> None:
    async with city.session.get(f"/board/hall/{HALL}?lang=en") as answer:
        page = await answer.text()
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
        assert "Set-Cookie" not in answer.headers
        tag = answer.headers["ETag"]
    async with city.session.get(f"/board/hall/{HALL}?lang=en", headers={"If-None-Match": tag}) as again:
        assert again.status == 304
    assert re.findall(r"<script[^>]*>", page) == [re.search(r'<script src="/static/[0-9a-f]+/hall.js" defer>', page)[0]]  # type: ignore[index]
    assert not re.search(r"\son\w+=|style=|javascript:|https?://", page)
    assert '<noscript><meta http-equiv="refresh" content="60"></noscript>' in page


async def test_a_hall_with_one_window_has_1_window(city: BoardCity) -> None:
    async with city.town.app.database.reading() as tx:
        ctx = await city.office.context(tx)
        whole = ctx.city.city
        alone = replace(
            whole, windows={code: one for code, one in whole.windows.items() if code in ("centre-1", "east-1", "east-2")}
        )
        shown = (await halls(replace(ctx, city=replace(ctx.city, city=alone)), make_mocked_request("GET", "/")))["halls"]
    counts = {code: city.town.app.words.render(count, "en") for code, _name, _area, _address, count in shown}
    assert (counts["centre"], counts["east"], counts["permits"]) == ("1 window", "2 windows", "0 windows")


async def test_the_list_leads_to_every_hall_and_another_address_to_the_list(city: BoardCity) -> None:
    page = await city.reads("/board/halls?lang=en")
    links = re.findall(r'href="(/board/hall/[^"]+)"', page)
    assert len(links) == len((await the_city(city)).halls) == 5
    for link in links:
        assert '<html lang="en">' in await city.reads(link)
    lost = await city.reads("/board/hall/nowhere?lang=en", 404)
    assert 'href="/board/halls?lang=en"' in lost
    assert '<p class="nothing" lang="zh-Hans">名录中没有这个大厅' in lost
    assert '<p class="nothing" lang="en">This hall is not in the city' in lost
    assert "Xining Public Service Centre" in await city.reads(f"/board/hall/{HALL.upper()}?lang=en")
    assert "2 Wenhui Road, Chengxi District · 8 windows" in page
    assert "城西区文汇路 2 号 · 8" in await city.reads("/board/halls?lang=zh_Hans")
    assert '<html lang="zh-Hans">' in await city.reads(f"/board/hall/{HALL}", **{"Accept-Language": "zh-CN"})
