"""The main job in a real browser, in Chinese: from three short messages to a closed case, on a phone and at a desk."""

from __future__ import annotations

import asyncio
import re

import pytest
from browser_person import BrowserPerson, Comes, SignsIn
from playwright.async_api import expect
from story_town import GATE, Town

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

EVENTS = "file assign accept ask reply report not_solved report solved rate follow"
HERE = {"longitude": GATE[0], "latitude": GATE[1]}


@pytest.mark.parametrize(("citizens_width", "contacts_width"), [(390, 1280), (1280, 390)])
async def test_a_complaint_goes_in_and_the_citizen_hears_the_result(
    town: Town, comes: Comes, signs_in: SignsIn, citizens_width: int, contacts_width: int
) -> None:
    citizen = await comes(citizens_width, permissions=["geolocation"], geolocation=HERE)
    contact = await signs_in("王", contacts_width, color_scheme="dark")
    await tells_with_photos_and_the_browsers_position(citizen)
    await changes_one_answer(citizen)
    number, code = await keeps_the_receipt(citizen)
    await after_a_reload_the_code_is_not_shown_again(citizen, number, code)
    await the_contact_signs_in(contact)
    await a_question_is_answered_in_the_middle_of_another_form(citizen, contact)
    await the_result_is_not_solved_and_the_second_one_is(citizen, contact)
    await another_device_sees_the_whole_timeline(await comes(citizens_width), number, code)
    assert [row["event"] for row in await town.history(number)] == EVENTS.split()
    assert await town.count() == 1


async def tells_with_photos_and_the_browsers_position(citizen: BrowserPerson) -> None:
    await expect(citizen.page.get_by_text("请务必保存好编号和查询码")).to_be_visible()
    await citizen.page.get_by_role("button", name="开始", exact=True).click()
    await citizen.sees("您好", buttons=["投诉", "咨询", "建议", "举报", "我的事项"])
    await citizen.presses("^投诉$")
    await citizen.sees("请告诉我们发生了什么")
    await citizen.says("小区门口的垃圾堆了一个星期")
    await citizen.says("没人清运，臭得很")
    await citizen.says("我的电话是13812345678")
    await citizen.sends_photos("teal", "olive")
    await citizen.shares_place()
    await citizen.sees("3 条消息.+2 个文件.+一个位置", buttons=["^完成$"])
    await citizen.presses("^完成$")
    await citizen.sees("您希望匿名还是实名")
    await citizen.presses("^匿名$")
    await citizen.sees("我们可以公开")
    await citizen.presses("^是$")


async def changes_one_answer(citizen: BrowserPerson) -> None:
    summary = await citizen.sees("确认发送吗", buttons=["^发送$", "^修改$", "^取消$"])
    assert "〔电话〕" in summary
    assert "13812345678" not in summary
    assert "隐去您的信息后可以公开" in summary
    await citizen.presses("^修改$")
    await citizen.sees("您想修改或补充哪一项")
    await citizen.presses("^是否公开$")
    await citizen.sees("我们可以公开")
    await citizen.presses("^否$")
    await citizen.sees("投诉 · 环卫与垃圾清运.+文件：2 个.+您选择匿名.+不公开.+确认发送吗")
    await citizen.presses("^发送$")


async def keeps_the_receipt(citizen: BrowserPerson) -> tuple[str, str]:
    receipt = await citizen.sees("我们已收到您反映的事项")
    assert re.search(r"责任单位：城西区城市管理综合执法局。您将在 20\d\d年\d+月\d+日.*18:00 前得到答复", receipt), receipt
    number = re.search(r"编号：(\d{8}-\d{5}-\d)", receipt)
    code = re.search(r"查询码：(\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4})", receipt)
    assert number, receipt
    assert code, receipt
    return number[1], code[1]


async def after_a_reload_the_code_is_not_shown_again(citizen: BrowserPerson, number: str, code: str) -> None:
    await expect(citizen.page.locator(".own[data-state=kept]")).to_have_count(5)
    said = await citizen.tab.own_texts()
    await asyncio.sleep(1)  # only a fifth of a second after showing something does the page tell the program so
    await citizen.page.reload()
    receipt = await citizen.sees(f"编号：{number}.+查询码：（已于 .+ 显示过一次）")
    assert code not in receipt
    assert code not in await citizen.page.content()
    assert await citizen.tab.own_texts() == said
    await expect(citizen.own.locator("img")).to_have_count(2)


async def the_contact_signs_in(contact: BrowserPerson) -> None:
    await contact.sees("投诉 · 环卫与垃圾清运.+〔电话〕.+签收时限", buttons=["^签收$", "询问群众", "退回"])
    await contact.sees_photos("签收时限", 2)
    assert "13812345678" not in await contact.page.content()
    await contact.presses("^签收$", scrolling=True)
    await contact.sees("签收人：王.+答复时限", buttons=["反馈结果"])


async def a_question_is_answered_in_the_middle_of_another_form(citizen: BrowserPerson, contact: BrowserPerson) -> None:
    await citizen.sees("城西区城市管理综合执法局已签收")
    await citizen.says("/suggest")
    await citizen.sees("请告诉我们发生了什么")
    await citizen.says("公园里多放几把椅子")
    await citizen.says("好了")
    await citizen.sees("事情发生在哪里")
    await contact.presses("询问群众")
    await contact.sees("您想向群众了解什么")
    await contact.says("垃圾在哪个门口？")
    await contact.says("好了")
    await contact.presses("^发送$")
    await contact.sees("提问已发给群众")
    await citizen.sees("有问题想向您了解.+垃圾在哪个门口")
    await citizen.replies_to("有问题想向您了解", "在北门")
    await citizen.sees("已转给事项 .+ 的办理人员")
    await citizen.sees("事情发生在哪里")
    await contact.sees("群众回答了您的提问：在北门")
    await citizen.presses("城西区")
    await citizen.sees("匿名还是实名")
    await citizen.presses("^取消$")
    await citizen.sees("已取消，内容没有发送")


async def the_result_is_not_solved_and_the_second_one_is(citizen: BrowserPerson, contact: BrowserPerson) -> None:
    await reports(contact, "已派人清运", "silver")
    await citizen.sees("已答复您反映的事项.+已派人清运", buttons=["^已解决$", "^未解决$"])
    await citizen.sees_photos("已派人清运", 1)
    await citizen.presses("^未解决$", scrolling=True)
    await citizen.sees("还有什么问题没有解决")
    await citizen.says("还是有一半没清")
    await citizen.says("好了")
    await citizen.sees("事项已重新办理")
    await contact.sees("群众表示未解决：还是有一半没清", buttons=["反馈结果"])
    await reports(contact, "全部清运完毕", "gold")
    await citizen.sees("已答复您反映的事项.+全部清运完毕", buttons=["^已解决$", "^未解决$"])
    await citizen.presses("^已解决$", scrolling=True)
    await citizen.sees("您对办理情况是否满意", buttons=["^满意$", "^比较满意$", "^基本满意$", "^不满意$"])
    await citizen.presses("^比较满意$", scrolling=True)
    await citizen.sees("已办结.+您的评价：比较满意")


async def reports(contact: BrowserPerson, text: str, colour: str) -> None:
    await contact.presses("反馈结果", scrolling=True)
    await contact.sees("办理结果如何")
    await contact.says(text)
    await contact.sends_photos(colour)
    await contact.says("好了")
    await contact.sees(f"{text}.+文件：1 个.+群众将会看到")
    await contact.presses("^发送$")
    await contact.sees("正等待群众确认")


async def another_device_sees_the_whole_timeline(device: BrowserPerson, number: str, code: str) -> None:
    await device.page.get_by_role("button", name="开始", exact=True).click()
    await device.presses("^凭编号查询$")
    await device.sees("请输入回执上的编号")
    await device.says(number)
    await device.sees("16 位查询码")
    await device.says(code)
    heard = "已收到： 已分派给 已签收 在哪个门口 在北门 已派人清运 还是有一半 全部清运 已确认解决 比较满意"
    await device.sees(heard.replace(" ", ".+"))
