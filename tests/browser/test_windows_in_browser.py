"""A window's poster in a real browser: its link opens the chat with the window's card, without an account or an app."""

from __future__ import annotations

import pytest
from browser_person import Comes
from playwright.async_api import expect
from story_town import Town

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_scanned_code_opens_the_card_once_however_often_the_page_is_loaded(town: Town, comes: Comes) -> None:
    citizen = await comes()
    await citizen.page.goto(f"{town.url}/w/permits-4")
    await citizen.sees("4 号窗口 出入境证件.+护照、港澳通行证", buttons=["^满意$", "^比较满意$", "^基本满意$", "^不满意$"])
    await expect(citizen.button("^不满意$")).to_be_in_viewport()
    assert citizen.page.url == f"{town.url}/"
    for _time in range(2):
        await citizen.page.reload()
        await expect(citizen.button("^不满意$")).to_be_visible()
    await expect(citizen.page.locator("#log .message")).to_have_count(1)

    await citizen.page.goto(f"{town.url}/w/centre-7")
    await citizen.sees("7 号窗口 税务")
    await expect(citizen.page.locator("#log .message")).to_have_count(2)


async def test_looking_at_the_link_without_its_script_leaves_nothing_behind(town: Town, comes: Comes) -> None:
    citizen = await comes(java_script_enabled=False)
    await citizen.page.goto(f"{town.url}/w/permits-4")
    async with town.app.database.reading() as tx:
        row = await tx.one("SELECT COUNT(*) AS n FROM conversation")
    assert row
    assert row["n"] == 0


async def test_a_code_in_capitals_opens_the_card_and_an_unknown_one_offers_halls(town: Town, comes: Comes) -> None:
    citizen = await comes()
    await citizen.page.goto(f"{town.url}/w/PERMITS-4")
    await citizen.sees("4 号窗口 出入境证件", buttons=["^满意$"])
    await citizen.page.goto(f"{town.url}/w/nowhere-4")
    await citizen.sees(".", buttons=["^城东区$"])


async def test_from_a_misread_address_it_is_one_press_to_choosing_a_window(town: Town, comes: Comes) -> None:
    citizen = await comes()
    await citizen.page.goto(f"{town.url}/w/x y")
    citizen.tab.complaints.clear()  # the browser itself notes that nothing is there
    choose = citizen.page.locator('section[lang="en"] a').first
    await expect(choose).to_have_text("Choose the window that served you")
    await choose.click()
    await citizen.sees("Which window served you", buttons=["^Chengdong District$"])
    assert citizen.page.url == f"{town.url}/"
    await citizen.page.reload()
    await expect(citizen.button("^Chengdong District$")).to_be_visible()
    await expect(citizen.page.locator("#log .message")).to_have_count(1)
