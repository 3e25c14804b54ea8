"""The program is killed between somebody's steps in a browser: the page goes on by itself, nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from browser_person import BrowserPerson, somebody
from crash.crash_program import Program
from playwright.async_api import Browser, expect
from story_town import RUBBISH_UNIT

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PATIENCE = 30.0
"""Seconds in which a page must have found the program again: it looks ever less often, at least every 19."""


@pytest_asyncio.fixture(loop_scope="session")
async def program(direct: None, tmp_path: Path) -> AsyncIterator[Program]:
    program = Program(tmp_path, f"sqlite:{tmp_path / 'huiyin.db'}")
    program.set("PUBLIC_URL", program.url)
    await program.start()
    yield program
    await program.kill()


async def test_after_a_kill_at_every_step_a_matter_is_filed_once_and_its_contact_has_one_card(
    browser: Browser, program: Program
) -> None:
    async with (
        somebody(browser, program.url, 390, outages=True) as citizen,
        somebody(browser, program.url, 1280, outages=True) as contact,
    ):
        await contact.signs_in(await sign_in_link(program))
        await contact.sees("您已作为城西区.+登录")
        await citizen.page.get_by_role("button", name="开始", exact=True).click()
        await citizen.presses("^投诉$")
        await citizen.sees("请告诉我们发生了什么")
        await what_is_said_while_the_program_is_down_arrives_once(citizen, program)
        await presses_and_has_it_killed(citizen, program, "^完成$", "事情发生在哪里", seconds=0.0)
        await presses_and_has_it_killed(citizen, program, "^城西区$", "匿名还是实名", seconds=0.01)
        await citizen.presses("^匿名$")
        await citizen.sees("我们可以公开")
        await citizen.presses("^否$")
        await citizen.sees("文件：1 个.+确认发送吗")
        await presses_and_has_it_killed(citizen, program, "^发送$", "我们已收到您反映的事项", seconds=0.04)
        await contact.sees("还在门口.+签收时限", buttons=["^签收$"], within=PATIENCE)
        await presses_and_has_it_killed(contact, program, "^签收$", "签收人：王", seconds=0.02)
        await citizen.sees("已签收您反映的事项", within=PATIENCE)
        await there_is_one_matter(program, citizen, contact)
        for person in (citizen, contact):
            await stands_as_it_was_after_a_reload(person)


async def sign_in_link(program: Program) -> str:
    code, out, problems = await program.command("invite", "contact", f"--unit={RUBBISH_UNIT}", "--name=王", "--json")
    assert code == 0, problems
    return str(json.loads(out)["web"])


async def what_is_said_while_the_program_is_down_arrives_once(citizen: BrowserPerson, program: Program) -> None:
    await program.kill()
    await expect(citizen.page.get_by_text("网络已断开")).to_be_visible(timeout=5_000)
    await citizen.says("垃圾堆了一个星期")
    await citizen.says("还在门口")
    await citizen.chooses("red")
    await expect(citizen.page.locator("#tray")).to_contain_text("上传失败，请重试")
    await citizen.page.locator("#send").click()
    await expect(citizen.own).to_have_count(3)
    await expect(citizen.own.first).to_contain_text("等待发送")
    await citizen.keeps_the_rules()
    await program.start()
    await citizen.sees("2 条消息.+1 个文件", within=PATIENCE)
    await expect(citizen.page.get_by_text("网络已断开")).to_be_hidden()
    await expect(citizen.page.locator(".own[data-state=kept]")).to_have_count(3)


async def presses_and_has_it_killed(person: BrowserPerson, program: Program, label: str, then: str, *, seconds: float) -> None:
    """Press a button, and kill the program so many seconds later."""
    await person.presses(label)
    await asyncio.sleep(seconds)
    await program.kill()
    await program.start()
    await person.sees(then, within=PATIENCE)


async def there_is_one_matter(program: Program, citizen: BrowserPerson, contact: BrowserPerson) -> None:
    assert await citizen.tab.own_texts() == ["垃圾堆了一个星期", "还在门口"]
    assert len([text for text, _buttons in await citizen.shown() if "我们已收到您反映的事项" in text]) == 1
    assert len([text for text, _buttons in await contact.shown() if "签收人：王" in text]) == 1
    async with program.store() as store, store.reading() as tx:
        assert len(await tx.all("SELECT id FROM cases")) == 1
    code, out, _problems = await program.command("parked")
    assert (code, out) == (0, "Nothing is parked.\n")
    assert (await program.command("verify"))[0] == 0


async def stands_as_it_was_after_a_reload(person: BrowserPerson) -> None:
    await asyncio.sleep(1)  # only a fifth of a second after showing something does the page tell the program so
    shown, said = await person.shown(), await person.tab.own_texts()
    await person.page.reload()
    await expect(person.tab.log).to_have_attribute("aria-busy", "false")
    code = re.compile(r"查询码：.+")
    assert [(code.sub("", text), buttons) for text, buttons in await person.shown()] == [
        (code.sub("", text), buttons) for text, buttons in shown
    ]
    assert await person.tab.own_texts() == said
