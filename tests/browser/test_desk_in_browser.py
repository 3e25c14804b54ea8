"""The office's desk in a real browser: it fits, can be read and worked from the keyboard and on a phone, with scripts off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from botapi_files import picture
from browser_rules import faults
from playwright.async_api import Browser, Page, expect
from rated_days import Counter, Visit
from web.board_city import RUBBISH, UNIT, BoardCity, board_city, words
from web.desk_city import address
from web.webchat_browser import opened

from actions import extending, filing, handling
from actions.filing import FileCase
from domain.cases import CaseKind, Satisfaction
from storage import deadlines, proposals
from storage.cases import Case
from storage.deadlines import DeadlineKind
from storage.roles import RoleKind

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NOISE = FileCase(
    kind=CaseKind.COMPLAINT, text="夜里施工太吵，老人孩子都睡不着。", files=(), place=None, category=None, publish=True
)  # fmt: skip
PRESSED = "button, .button, summary, input:not([type=hidden], [type=checkbox]), select, nav a"
SMALL = """(what) => [...document.querySelectorAll(what)]
  .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 44).map((e) => e.outerHTML)"""


@pytest_asyncio.fixture(loop_scope="session")
async def city(direct: None, tmp_path: Path) -> AsyncIterator[BoardCity]:
    async with board_city(tmp_path, f"sqlite:{tmp_path}/huiyin.db") as city:
        yield city


async def full(city: BoardCity) -> Case:
    """Fill the city, and give a case in which much has happened and whose unit is proposed for the accountability list."""
    await city.accepted(words(1))
    city.town.clock.ahead = timedelta(days=9)
    for n in range(3):
        await city.does("citizen", lambda ctx: filing.file_case(ctx, NOISE))
        await city.answered(words(n))
    case = await city.accepted(replace(RUBBISH, name="欧阳小敏", phone="13997254418"))
    await city.plans(case, timedelta(days=3))
    await city.does("contact", lambda ctx: handling.ask(ctx, case.id, "是哪个门的垃圾点？"))
    asking = await city.accepted(words(2))

    async def more_time(ctx) -> None:  # type: ignore[no-untyped-def]
        rule = str((await extending.possible(ctx, asking))[0][0])
        await extending.ask(ctx, asking.id, rule, "配件要从外地调来")

    await city.does("contact", more_time)

    async def too_late(ctx) -> None:  # type: ignore[no-untyped-def]
        answer = (await deadlines.running(ctx.tx, case.id))[DeadlineKind.ANSWER]
        await proposals.propose(ctx.tx, unit=UNIT, case=case.id, deadline=answer.id, ground="+5wd", now=ctx.now)

    await city.does("office", too_late)
    return case


@asynccontextmanager
async def signed_in(
    browser: Browser, city: BoardCity, width: int, language: str = "en-GB", **more: object
) -> AsyncIterator[Page]:
    """Sign somebody of the office in by a link, as the chat has it, and open the desk."""
    link = f"{city.town.url}/in/{await city.town.invites(RoleKind.OFFICE, (), '李')}"
    async with opened(browser, link, width, locale=language, **more) as tab:
        await tab.page.get_by_role("button").click()
        await tab.page.get_by_text("登录" if language.startswith("zh") else "signed in").first.wait_for()
        await tab.page.goto(f"{city.town.url}/desk")
        yield tab.page


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_keeps_the_rules(browser: Browser, city: BoardCity, width: int, scheme: str) -> None:
    case = await full(city)
    async with signed_in(browser, city, width, color_scheme=scheme) as page:
        for path in (
            "/desk", "/desk?state=all", "/desk?state=late", "/desk?state=extensions", "/desk?state=silent&kind=complaint",
            address(case), "/desk/units", f"/desk/units/{UNIT}", "/desk/digest", "/desk/accountability", "/desk/new",
            "/desk/case/1",
        ):  # fmt: skip
            await page.goto(f"{city.town.url}{path}")
            assert await faults(page) == [], path
            small = await page.evaluate(SMALL, PRESSED)
            assert small == [], path
        for path in (address(case), "/desk/accountability"):
            await page.goto(f"{city.town.url}{path}")
            folded = await page.locator("details").all()
            assert folded
            for details in folded:
                await details.locator("summary").click()
                assert await faults(page) == [], path


@pytest.mark.parametrize("width", [390, 1280])
async def test_windows_with_ratings_and_unusual_ones_keep_the_rules(browser: Browser, city: BoardCity, width: int) -> None:
    begin = city.town.clock.now() - timedelta(hours=26)
    day = [
        Visit(
            person=n,
            at=begin + timedelta(seconds=5 * n),
            window=f"centre-{n % 3 + 1}",
            level=Satisfaction.SATISFIED,
            verified=n % 2 > 0,
        )
        for n in range(30)
    ]
    await Counter(city.town.app.database, city.town.app.keys, city.office).serve(day)
    async with signed_in(browser, city, width) as page:
        await page.get_by_role("link", name="Windows", exact=True).click()
        assert await page.get_by_role("article").count() >= 3
        await page.get_by_role("link", name="One by one").first.click()
        await page.get_by_text("Strike it", exact=True).first.click()
        assert await faults(page) == []
        assert await page.evaluate(SMALL, PRESSED) == []


@pytest.mark.parametrize("width", [390, 1280])
async def test_a_case_is_dealt_with_from_the_keyboard(browser: Browser, city: BoardCity, width: int) -> None:
    receipt = await city.does("citizen", lambda ctx: filing.file_case(ctx, NOISE))
    async with signed_in(browser, city, width) as page:
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="To the content")).to_be_focused()
        await page.keyboard.press("Enter")
        link = page.get_by_role("link", name=receipt.case.number)
        for _ in range(30):
            await page.keyboard.press("Tab")
            if await link.evaluate("(e) => e === document.activeElement"):
                break
        assert await link.evaluate("(e) => parseFloat(getComputedStyle(e).outlineWidth)") >= 2
        await page.keyboard.press("Enter")
        unit = page.get_by_label("Assign a unit")
        await unit.focus()
        await page.keyboard.type("城西区城市管理")
        await page.keyboard.press("Tab")
        await page.keyboard.type("请今天处理")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("has been assigned to")
        assert "/assign" not in page.url
        await page.reload()
        await expect(page.get_by_role("status")).to_have_count(0)


async def test_on_a_phone_the_three_audiences_stand_below_each_other_and_at_a_desk_beside(
    browser: Browser, city: BoardCity
) -> None:
    case = await full(city)
    for width, beside in ((390, False), (1280, True)):
        async with signed_in(browser, city, width) as page:
            await page.goto(f"{city.town.url}{address(case)}")
            tops = [
                await page.get_by_role("region", name=name, exact=True).evaluate("(e) => e.getBoundingClientRect().top")
                for name in ("The citizen", "The unit", "The public")
            ]
            assert (len(set(tops)) == 1) is beside


async def test_without_scripts_filters_and_forms_work(browser: Browser, city: BoardCity) -> None:
    case = await full(city)
    async with signed_in(browser, city, 1280) as page:
        state = await page.context.storage_state()
    context = await browser.new_context(storage_state=state, java_script_enabled=False, locale="en-GB")
    page = await context.new_page()
    await page.goto(f"{city.town.url}/desk?state=all")
    await page.get_by_text("Narrow the list").click()
    await page.get_by_label("Kind").select_option("complaint")
    await page.get_by_label("Unit", exact=True).fill("城西区城市管理")
    await page.get_by_role("button", name="Show").click()
    assert "kind=complaint" in page.url
    await page.get_by_role("link", name=case.number).click()
    await page.get_by_role("button", name="Who filed it").click()
    await expect(page.get_by_role("status")).to_contain_text("欧阳小敏")
    await context.close()


async def test_in_chinese_no_foreign_word_stands_on_the_desk(browser: Browser, city: BoardCity) -> None:
    case = await full(city)
    async with signed_in(browser, city, 390, "zh-CN") as page:
        for path in ("/desk", "/desk?state=all", address(case), "/desk/units", f"/desk/units/{UNIT}", "/desk/new"):
            await page.goto(f"{city.town.url}{path}")
            assert await faults(page) == [], path


@pytest.mark.parametrize(("width", "script"), [(390, False), (1280, True)])
async def test_a_letter_is_filed_with_its_photos_from_the_keyboard(
    browser: Browser, city: BoardCity, width: int, script: bool
) -> None:
    async with signed_in(browser, city, width) as page:
        state = await page.context.storage_state()
    context = await browser.new_context(
        storage_state=state, java_script_enabled=script, locale="en-GB", viewport={"width": width, "height": 800}
    )
    page = await context.new_page()
    await page.goto(f"{city.town.url}/desk/new")
    await page.get_by_label("How did it come?").select_option("letter")
    await page.get_by_label("Where").select_option("630104")
    await page.get_by_label("The place in words").fill("门口")
    await page.get_by_label("Photos of the letter").set_input_files(
        [
            {"name": "第1页.jpg", "mimeType": "image/jpeg", "buffer": picture("#123456")},
            {"name": "第2页.jpg", "mimeType": "image/jpeg", "buffer": picture()[:60]},
            {"name": "第3页.jpg", "mimeType": "image/jpeg", "buffer": picture("#654321")},
        ]
    )
    await page.get_by_label("Photos of the letter").focus()
    for _ in range(20):
        await page.keyboard.press("Tab")
        if await page.locator(":focus").get_attribute("type") == "submit":
            break
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("第2页.jpg is empty or damaged")
    await expect(page.get_by_role("alert")).to_contain_text("Nothing is filed yet")
    assert await page.get_by_label("The place in words").input_value() == "门口"
    first, third = page.get_by_role("checkbox", name="第1页.jpg"), page.get_by_role("checkbox", name="第3页.jpg")
    await expect(first).to_be_checked()
    await expect(third).to_be_checked()
    assert await faults(page) == []
    assert await page.evaluate(SMALL, PRESSED) == []
    await third.focus()
    await page.keyboard.press("Space")
    await page.get_by_role("button", name="File it").press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Case number")
    number = (await page.get_by_role("status").inner_text()).partition("Case number: ")[2].splitlines()[0]
    await page.goto(f"{city.town.url}/desk/case/{number}")
    photo = page.get_by_role("region", name="Photos and files").locator("img")
    await expect(photo).to_have_count(1)
    await expect(photo).to_have_js_property("complete", True)
    assert len((await city.town.history(number))[0]["files"]) == 1
    await context.close()
