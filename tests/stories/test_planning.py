"""A unit's plan: measures, target, responsible person and date reach the citizen; a later date is a request for more time."""

from __future__ import annotations

import re

import pytest
from story_filing import files, solves
from story_person import Person
from story_town import Town

from storage import plans as stored_plans


async def plans(contact: Person, date: str) -> None:
    """Answer the form up to its summary."""
    await contact.presses("^Plan$")
    await contact.sees("What will be done")
    await contact.says("增派两辆清运车")
    await contact.sees("What will be reached")
    await contact.says("垃圾日产日清")
    await contact.sees("Who is responsible")
    await contact.says("环卫科科长")
    await contact.sees("By when")
    await contact.presses(date)


@pytest.mark.parametrize(("unit_on", "citizen_on"), [("telegram", "web"), ("web", "telegram")])
async def test_a_plan_reaches_the_citizen_and_stands_on_every_card(town: Town, unit_on: str, citizen_on: str) -> None:
    citizen, contact, office = await town.somebody(citizen_on), await town.contact(unit_on), await town.office("web")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await citizen.sees("has signed your case in")
    await plans(contact, "By the deadline")
    await contact.sees("Measures: 增派两辆清运车.+Target: 垃圾日产日清.+Responsible: 环卫科科长.+By the deadline, .+Send it")
    await contact.presses("^Send$")
    await contact.sees("told of your plan.+unit's plan: 整改措施：增派两辆清运车", buttons=["Report"])
    plan = await citizen.sees(
        "has made a plan for your case.+unit's plan: 整改措施：增派两辆清运车\n整改目标：垃圾日产日清\n责任人：环卫科科长"
    )
    assert re.search(r"完成时限：20\d\d年\d+月\d+日 18:00", plan.text)
    await citizen.presses("^Timeline$")
    await citizen.sees("Plan of the unit: 整改措施")
    await office.says(f"/case {number}")
    await office.sees("unit's plan: 整改措施：增派两辆清运车")
    assert [row["event"] for row in await town.history(number)][-1] == "plan"


async def test_a_later_date_is_a_request_for_more_time(town: Town) -> None:
    citizen, contact, office = await town.somebody("telegram"), await town.contact("web"), await town.office("telegram")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await plans(contact, r"^Later: .+asks for more time")
    await contact.sees("Why is more time needed")
    await contact.says("新车下周到货")
    await contact.sees("Reason: 新车下周到货.+Send it")
    await contact.presses("^Send$")
    await contact.sees("supervision office decides on the later date")
    await citizen.sees(
        "has made a plan for your case.+has asked for time until .+Until that is granted, the date you were promised"
    )
    await office.sees("asks for more time.+The reason: 新车下周到货", buttons=["Grant", "Refuse", "Timeline"])
    await office.presses("^Grant more time$")
    told = await citizen.sees("has been given more time, until .+新车下周到货")
    extended = re.search(r"Answer by \(extended\): (\d+) (\w+) (\d+), 18:00", told.text)
    assert extended
    assert re.search(rf"完成时限：{extended[3]}年\d+月{extended[1]}日 18:00", told.text)
    events = [row["event"] for row in await town.history(number)]
    assert events == ["file", "assign", "accept", "plan", "ask_extension", "grant_extension"]
    assert "Until that is granted" not in told.text


async def test_after_a_reopening_neither_the_old_plan_nor_its_date_counts(town: Town) -> None:
    citizen, contact, office = await town.somebody("web"), await town.contact("web"), await town.office("telegram")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await plans(contact, r"^Later: ")
    await contact.says("新车下周到货")
    await contact.presses("^Send$")
    await office.presses("^Grant more time$")
    await citizen.sees("Answer by .extended.")
    await contact.sees("You have been given more time")
    await solves(contact, "已清运")
    await citizen.presses("^Not solved$")
    await citizen.says("还有一半")
    await citizen.says("/done")
    again = await citizen.sees("has been reopened. The time begins anew.+Promised by")
    assert "extended" not in again.text
    assert "整改措施" not in again.text
    case = await town.case(number)
    async with town.app.database.transaction() as tx:
        assert await stored_plans.newest(tx, case.id) is None


async def test_while_a_request_is_open_a_new_plan_keeps_the_deadline(town: Town) -> None:
    citizen, contact = await town.somebody("web"), await town.contact("telegram")
    await files(citizen)
    await contact.presses("^Sign in$")
    await plans(contact, r"^Later: ")
    await contact.says("新车下周到货")
    await contact.presses("^Send$")
    await contact.sees("decides on the later date")
    await plans(contact, "By the deadline")
    asked = await contact.sees("By the deadline.+Send it")
    assert "Later" not in asked.text


async def test_only_the_newest_plan_counts(town: Town) -> None:
    citizen, contact = await town.somebody("web"), await town.contact("web")
    await files(citizen)
    await contact.presses("^Sign in$")
    for _ in range(2):
        await plans(contact, "By the deadline")
        await contact.sees("Send it")
        await contact.presses("^Send$")
        await contact.sees("told of your plan")
        await citizen.sees("has made a plan")
    newest = citizen.standing()[-1]
    assert newest.text.count("整改措施") == 1
