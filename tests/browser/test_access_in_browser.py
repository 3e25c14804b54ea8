"""The whole program's pages for a keyboard, and for people who change the language in the middle."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from browser_person import BrowserPerson, Comes
from playwright.async_api import expect
from story_town import Town

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FOCUSED = """() => {
  const element = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const { top, bottom, left, right } = element.getBoundingClientRect();
  return {
    name: element === document.body ? "" : (element.getAttribute("aria-label") ?? element.textContent),
    outlined: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
    inView: bottom > 0 && top < innerHeight && right > 0 && left < innerWidth,
  };
}"""


@pytest.mark.parametrize("width", [390, 1280])
async def test_a_matter_is_filed_from_the_keyboard_and_the_focus_is_always_seen(town: Town, comes: Comes, width: int) -> None:
    citizen = await comes(width)
    await reaches(citizen, "开始")
    await citizen.sees("您好", buttons=["^咨询$"])
    await reaches(citizen, "咨询")
    await citizen.sees("请告诉我们发生了什么")
    await reaches(citizen, "您的消息", press="")
    await citizen.page.keyboard.type("居住证在哪里办理")
    await citizen.page.keyboard.press("Enter")
    await citizen.sees("1 条消息", buttons=["^完成$"])
    for label, then in (
        ("完成", "事情发生在哪里"),
        ("城西区", "最接近的类别"),
        ("其他", "哪一项最接近"),
        ("都不是", "匿名还是实名"),
        ("匿名", "我们可以公开"),
        ("否", "确认发送吗"),
        ("发送", "我们已收到您反映的事项"),
    ):
        await reaches(citizen, label)
        await citizen.sees(then)
    assert await town.count() == 1


async def reaches(citizen: BrowserPerson, name: str, *, press: str = "Enter") -> None:
    """Walk backwards with the tabulator to what has a name, looking for the focus at every step, and press it."""
    keyboard = citizen.page.keyboard
    for _ in range(60):
        await keyboard.press("Shift+Tab")
        focused = await citizen.page.evaluate(FOCUSED)
        outside = not focused["name"]  # the browser's own bars
        assert outside or (focused["outlined"] and focused["inView"]), focused
        if focused["name"] == name and (name != "发送" or await citizen.page.evaluate("document.activeElement.id") != "send"):
            if press:
                await keyboard.press(press)
            return
    raise AssertionError(f"{name} can't be reached with the tabulator:\n{await citizen.transcript()}")


async def test_a_change_of_language_in_the_middle_keeps_every_answer(town: Town, comes: Comes) -> None:
    citizen = await comes()
    await citizen.page.get_by_role("button", name="开始", exact=True).click()
    await citizen.presses("^建议$")
    await citizen.sees("请告诉我们发生了什么")
    await citizen.says("公园里多放几把椅子，我的电话是13812345678")
    await citizen.says("好了")
    await citizen.sees("事情发生在哪里")
    await citizen.says("人民公园东门")
    await citizen.sees("最接近的类别")
    await citizen.presses("^其他$")
    await citizen.sees("哪一项最接近")
    await citizen.presses("^都不是$")
    await citizen.sees("匿名还是实名")

    await switches(citizen, "English", "en")
    await citizen.sees("Who may know that it was you", buttons=["^Stay anonymous$"])
    await citizen.presses("^Stay anonymous$")
    await citizen.sees("May we publish")
    await citizen.presses("^Yes$")
    summary = "公园里多放几把椅子，我的电话是〔(?:电话|phone number)〕.+人民公园东门"
    await citizen.sees(f"Suggestion · Something else.+{summary}.+stay anonymous.+may be published.+Shall we send it")

    await switches(citizen, "中文", "zh-Hans")
    await citizen.sees(f"建议 · 其他.+{summary}.+您选择匿名.+可以公开.+确认发送吗", buttons=["^发送$"])
    await citizen.presses("^发送$", scrolling=True)
    await citizen.sees("我们已收到您反映的事项")
    assert await town.count() == 1


async def test_the_pages_times_are_the_citys_wherever_the_browser_is(town: Town, comes: Comes) -> None:
    citizen = await comes(timezone_id="America/New_York")
    await citizen.says("/start")
    await citizen.sees("您好")
    moment = await citizen.page.locator("#log time").last.get_attribute("datetime")
    assert moment
    here = datetime.fromisoformat(moment).astimezone(ZoneInfo("Asia/Shanghai"))
    await expect(citizen.page.locator("#log time").last).to_have_text(re.compile(rf"(?:^| ){here:%H:%M}$"))


async def switches(citizen: BrowserPerson, label: str, language: str) -> None:
    """Press the button in the page's head, and wait until the page is there in that language."""
    await citizen.page.locator("header").get_by_role("button", name=label, exact=True).click()
    await expect(citizen.page.locator("html")).to_have_attribute("lang", language)
    await expect(citizen.tab.log).to_have_attribute("aria-busy", "false")
