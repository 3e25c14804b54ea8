"""Staff in a real browser: the sign-in link, and new cards on every page they have open."""

from __future__ import annotations

import asyncio
import re

import pytest
from browser_person import BrowserPerson, Comes, SignsIn
from playwright.async_api import expect
from story_filing import files
from story_town import RUBBISH_UNIT, Town

from storage.roles import RoleKind

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

AT_ONCE = 2.0
"""Seconds."""


async def test_every_open_page_of_a_contact_gets_new_cards_at_once(town: Town, signs_in: SignsIn, comes: Comes) -> None:
    contact = await signs_in("王")
    other_page = await contact.another_page()
    other_device = await comes(1280)
    await contact.presses("登录其他设备")
    link = re.search(r"http\S+", await contact.sees("请在 15 分钟内用另一台设备打开此链接"))
    assert link
    await other_device.signs_in(re.sub(r"^.+(?=/in/)", town.url, link[0]))
    await other_device.presses("^在此登录")
    await other_device.sees("您已在本设备上登录")
    await contact.sees("有一台新设备以您的身份登录", buttons=["退出该设备"])
    pages = (contact, other_page, other_device)
    for page in pages:
        await page.page.evaluate("window.notReloaded = true")

    number, _code = await files(await town.somebody("web"))
    await asyncio.gather(*(page.sees(f"{number}.+签收时限", buttons=["^签收$"], within=AT_ONCE) for page in pages))

    await other_page.presses("^签收$")
    await asyncio.gather(*(page.sees(f"{number}.+签收人：王", buttons=["反馈结果"], within=AT_ONCE) for page in pages))
    for page in pages:
        assert not await page.now_sees("签收时限")
        assert await page.page.evaluate("window.notReloaded")


async def test_only_pressing_the_button_uses_a_sign_in_link_up(town: Town, comes: Comes) -> None:
    link = f"{town.url}/in/{await town.invites(RoleKind.CONTACT, (RUBBISH_UNIT,), '王')}"
    curious = await comes()
    for _ in range(2):
        await curious.page.goto(link)
        await expect(curious.page.get_by_role("button")).to_have_count(1)
        await curious.keeps_the_rules()
    contact = await comes(1280)
    await contact.signs_in(link)
    await contact.sees("您已作为城西区城市管理综合执法局的工作人员登录")

    await curious.page.get_by_role("button", name="在本设备上登录", exact=True).click()
    await curious.sees("此链接已使用过或已过期，请索取新的链接", buttons=["^菜单$"])
    await is_no_staff(curious)
    await contact.page.goto(link)
    await contact.keeps_the_rules()
    await contact.page.get_by_role("link", name="进入对话").click()
    await contact.says("/desk")
    await contact.sees("贵单位：在办 0 件")


async def is_no_staff(person: BrowserPerson) -> None:
    await person.says("/desk")
    await person.sees("工作台供工作人员使用")
