"""The board of a hall in a real browser: on a phone, at a desk and on the wall, by keyboard, and while nobody touches it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from browser_rules import faults
from playwright.async_api import Browser, expect
from rated_days import Counter, visits
from web.board_city import BoardCity, board_city
from web.webchat_browser import opened

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NOON = datetime(2026, 7, 8, 14, 20, tzinfo=ZoneInfo("Asia/Shanghai"))
PATH = "/board/hall/centre"


@pytest_asyncio.fixture(loop_scope="session")
async def city(direct: None, tmp_path: Path) -> AsyncIterator[BoardCity]:
    async with board_city(tmp_path, f"sqlite:{tmp_path}/huiyin.db") as city:
        city.town.clock.ahead += NOON - city.town.clock.now()
        await serve(city, 1, 500)
        await serve(city, 0, 500)
        yield city


async def serve(city: BoardCity, back: int, count: int) -> None:
    """Let people rate on a day, as far as it has gone."""
    async with city.town.app.database.reading() as tx:
        plan = (await city.office.context(tx)).city.city
    serving = Counter(city.town.app.database, city.town.app.keys, city.office)
    day = visits(plan, (NOON - timedelta(days=back)).date(), count, 1)
    await serving.serve([visit for visit in day if visit.at < NOON], f"of {count}")


@pytest.mark.parametrize("width", [390, 1280, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_keeps_the_rules_at_every_width(browser: Browser, city: BoardCity, width: int, scheme: str) -> None:
    url = city.town.url
    async with opened(browser, "about:blank", width, locale="en-GB", color_scheme=scheme) as tab:
        for path in (PATH, "/board/hall/east", "/board/halls"):
            for language in ("en", "zh_Hans"):
                await tab.page.goto(f"{url}{path}?lang={language}")
                assert await faults(tab.page) == [], (path, language)


async def test_on_the_wall_everything_stands_on_one_screen_in_letters_to_be_read_from_afar(
    browser: Browser, city: BoardCity
) -> None:
    async with opened(browser, f"{city.town.url}{PATH}?lang=en", 1920) as tab:
        assert await tab.page.evaluate("document.documentElement.scrollHeight <= innerHeight")
        for words, least in (("Dissatisfied", 16), ("Other ratings", 17), ("Window 5 Real estate enquiries", 18)):
            shown = tab.page.get_by_text(words).first
            assert await shown.evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)") >= least, words


async def test_it_shows_new_figures_by_itself_and_says_when_it_can_not(browser: Browser, city: BoardCity) -> None:
    async with opened(browser, "about:blank", 1920, locale="en-GB") as tab:
        await tab.page.clock.install()
        await tab.page.goto(f"{city.town.url}{PATH}?lang=en")
        await expect(tab.page.get_by_text("as of 8 Jul 2026, 14:15")).to_be_visible()
        count = tab.page.locator(".panels section").first.locator(".count").last
        before = int(await count.inner_text())
        await tab.page.evaluate("document.body.dataset.same = 'yes'")
        await serve(city, 0, 499)
        city.town.clock.ahead += timedelta(minutes=20)
        await tab.page.clock.fast_forward("01:05")
        await expect(tab.page.get_by_text("as of 8 Jul 2026, 14:30")).to_be_visible()
        assert int(await count.inner_text()) > before
        assert await tab.page.evaluate("document.body.dataset.same") == "yes", "the page was not loaded anew"
        await tab.page.route("**/board/hall/**", lambda route: route.abort())
        await tab.page.clock.fast_forward("01:05")
        await expect(tab.page.get_by_role("status")).to_have_text(
            "No connection at the moment: these are the figures from before."
        )
        await tab.page.unroute_all()
        await tab.page.clock.fast_forward("01:05")
        await expect(tab.page.get_by_role("status")).to_be_hidden()
        tab.complaints.clear()  # the browser itself notes the connection that was refused


async def test_who_sees_nothing_reads_every_figure_in_words(browser: Browser, city: BoardCity) -> None:
    async with opened(browser, f"{city.town.url}{PATH}?lang=en", 390, locale="en-GB") as tab:
        tree = await tab.page.locator("main").aria_snapshot()
        for told in (
            'heading "Today',
            'heading "Window by window',
            'rowheader "Window 5 Real estate enquiries"',
            "term: Dissatisfied",
        ):
            assert told in tree, told
        await expect(tab.page.get_by_role("table", name="Day by day: Other ratings")).to_have_count(1)
        keyboard = tab.page.keyboard
        await keyboard.press("Tab")
        await expect(tab.page.get_by_role("link", name="To the content")).to_be_focused()
        for name in ("中文", "All halls", "To the public board"):
            await keyboard.press("Tab")
            await expect(tab.page.locator(":focus")).to_have_text(name)
        await keyboard.press("Shift+Tab")
        await keyboard.press("Enter")
        await tab.page.get_by_role("link", name="Xining Public Service Centre").click()
        await expect(tab.page.get_by_role("heading", level=1)).to_have_text("Xining Public Service Centre")
