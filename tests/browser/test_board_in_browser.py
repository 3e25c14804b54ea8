"""The public board in a real browser: it fits, can be read and worked from the keyboard, with scripts switched off."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from browser_rules import faults
from playwright.async_api import Browser, expect
from web.board_city import BoardCity, board_city, words
from web.webchat_browser import opened

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PAGES = ("/board", "/board/done", "/board/list", "/board/numbers", "/board/look-up")


@pytest_asyncio.fixture(loop_scope="session")
async def city(direct: None, tmp_path: Path) -> AsyncIterator[BoardCity]:
    async with board_city(tmp_path, f"sqlite:{tmp_path}/huiyin.db") as city:
        planned = await city.accepted()
        await city.plans(planned, timedelta(days=3))
        await city.releases(planned)
        for n in range(22):
            await city.releases(await city.accepted(words(n)))
        for n in range(4):
            await city.releases(await city.closed(words(n)))
        await city.counts()
        yield city


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_keeps_the_rules_without_scripts(browser: Browser, city: BoardCity, width: int, scheme: str) -> None:
    url = city.town.url
    async with opened(browser, "about:blank", width, locale="en-GB", color_scheme=scheme, java_script_enabled=True) as tab:
        for path in PAGES:
            await tab.page.goto(f"{url}{path}?lang=en")
            assert await faults(tab.page) == [], path
            await tab.page.goto(f"{url}{path}?lang=zh_Hans")
            wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            assert not await tab.page.evaluate(wide), path
    async with opened(browser, f"{url}/board", width, locale="en-GB", java_script_enabled=False) as tab:
        await tab.page.get_by_role("link", name="Older ones").click()
        await expect(tab.page.get_by_role("article")).to_have_count(3)
        await tab.page.get_by_role("link", name="Numbers by month").click()
        await tab.page.get_by_text("All numbers as a table").click()
        await expect(tab.page.get_by_role("row")).to_have_count(13)


async def test_the_board_is_worked_from_the_keyboard(browser: Browser, city: BoardCity) -> None:
    async with opened(browser, f"{city.town.url}/board", 390) as tab:
        keyboard = tab.page.keyboard
        await keyboard.press("Tab")
        await expect(tab.page.get_by_role("link", name="To the content")).to_be_focused()
        await expect(tab.page.get_by_role("link", name="To the content")).to_be_in_viewport()
        for name in ("中文", "Being dealt with", "Closed cases", "Rectification list"):
            await keyboard.press("Tab")
            focused = tab.page.locator(":focus")
            await expect(focused).to_have_text(name)
            assert await focused.evaluate("(e) => parseFloat(getComputedStyle(e).outlineWidth)") >= 2
        await keyboard.press("Enter")
        await expect(tab.page.get_by_role("heading", level=1)).to_have_text("Rectification list")


async def test_a_number_that_is_looked_up_waits_in_the_chat_to_be_sent(browser: Browser, city: BoardCity) -> None:
    number = (await city.accepted()).number
    async with opened(browser, f"{city.town.url}/board/look-up", 390) as tab:
        await tab.page.get_by_label("Case number").fill(number)
        await tab.page.get_by_role("button", name="Go on in the chat").click()
        await expect(tab.page.locator("#text")).to_have_value(f"/case {number}")
        assert "case=" not in tab.page.url
        await expect(tab.page.get_by_role("alert")).to_have_text(re.compile("press Send"))
        await expect(tab.page.locator("#greeting")).to_be_hidden()
        await tab.button("Send").click()
        await tab.page.get_by_text("16 digits").first.wait_for()


async def test_the_chat_leads_to_the_board(browser: Browser, city: BoardCity) -> None:
    async with opened(browser, city.town.url, 390) as tab:
        await tab.page.get_by_role("link", name="Public board").click()
        await expect(tab.page.get_by_role("heading", level=1)).to_have_text("Being dealt with")
