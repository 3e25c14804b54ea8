"""The same in Chinese, the language that greets a stranger, without one foreign sentence."""

from __future__ import annotations

import re

import pytest
from story_person import Person
from story_town import GATE, Town

LATIN = re.compile(r"[A-Za-z]{4,}")


@pytest.mark.parametrize(("citizen_on", "contact_on"), [("web", "telegram"), ("telegram", "web")])
async def test_a_complaint_from_the_first_word_to_the_rating(town: Town, citizen_on: str, contact_on: str) -> None:
    citizen = await town.somebody(citizen_on, name="市民", language="zh-hans")
    contact = await town.contact(contact_on, name="王建国", language="zh-hans")
    await files_in_chinese(citizen)
    await contact.sees("投诉.+环卫与垃圾清运.+城西区", buttons=["^签收$", "^退回$"])
    await contact.presses("^签收$")
    await contact.sees("王建国", buttons=["^反馈结果$"])
    await citizen.sees("城西区城市管理综合执法局.*签收")
    await contact.presses("^反馈结果$")
    await contact.says("已清运完毕")
    await contact.says("好了")
    await contact.sees("已清运完毕", buttons=["^发送$"])
    await contact.presses("^发送$")
    await citizen.sees("已清运完毕", buttons=["^已解决$", "^未解决$"])
    await citizen.presses("^已解决$")
    await citizen.sees("满意", buttons=["^满意", "比较满意", "基本满意", "不满意"])
    await citizen.presses("^比较满意")
    await citizen.sees("比较满意")
    speaks_chinese(citizen)
    speaks_chinese(contact)


@pytest.mark.parametrize("on", ["web", "telegram"])
async def test_every_screen_of_a_citizen_is_in_chinese(town: Town, on: str) -> None:
    citizen = await town.somebody(on, language="zh-hans")
    for command in ("/start", "/help", "/privacy", "/my", "/desk", "/case", "返回", "取消", "/language", "/nonsense", "菜单"):
        await citizen.says(command)
        await citizen.sees("[\u4e00-\u9fff]")
    speaks_chinese(citizen)


@pytest.mark.parametrize("on", ["web", "telegram"])
async def test_whose_language_is_not_spoken_here_is_greeted_in_the_citys_first(town: Town, on: str) -> None:
    citizen = await town.somebody(on, language="fr")
    await citizen.says("/start")
    await citizen.sees("西宁市.+", buttons=["^投诉", "^咨询", "^建议", "举报"])


async def files_in_chinese(citizen: Person) -> None:
    await citizen.says("小区门口的垃圾堆了一个星期没人清运，电话13812345678")
    await citizen.shares_place(*GATE)
    await citizen.says("好了")
    await citizen.presses("^投诉")
    await citizen.presses("匿名")
    await citizen.presses("^否$")
    await citizen.sees("〔电话〕")
    await citizen.presses("^发送$")
    await citizen.sees(r"\d{8}-\d{5}-\d.+\d{4} \d{4} \d{4} \d{4}.+城西区城市管理综合执法局.+\d+月\d+日 18:00")


def speaks_chinese(person: Person) -> None:
    for message in person.standing():
        text = re.sub(r"/\w+|https?://\S+|English|Telegram|PDF", "", f"{message.text} {' '.join(message.buttons)}")
        assert not LATIN.search(text), text
