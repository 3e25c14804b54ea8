"""What the office decides in chat: whose a case is, which unit gets it, with which words, and whether a result holds."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from story_filing import files, solves
from story_person import Person
from story_town import RUBBISH_UNIT, Town

CHENGXI = "government-630104"


@pytest.fixture(params=["web", "telegram"])
async def chen(request: pytest.FixtureRequest, town: Town) -> Person:
    """Sign in somebody of the office."""
    return await town.office(request.param, name="Chen")


async def unroutable(town: Town, text: str = "我想反映一件事") -> tuple[Person, str]:
    """File what no rule can route; return the citizen and the number."""
    citizen = await town.somebody("web")
    number, _code = await files(citizen, text, place="I don't know", category="Something else")
    return citizen, number


async def finds(office: Person, part: str) -> None:
    """Search a unit for the case whose card is the newest."""
    await office.presses("Assign a unit")
    await office.sees("Which unit")
    await office.says(part)


async def test_a_case_taken_by_one_is_shown_so_to_the_others_who_can_take_it_over(town: Town, chen: Person) -> None:
    sun = await town.office("web", name="Sun")
    _citizen, number = await unroutable(town)
    await sun.sees("我想反映一件事", buttons=["Assign", "Refuse", "Take it", "Merge"])
    await chen.presses("^Take it$")
    await chen.sees("Taken by Chen", buttons=["Give it back"], new=False)
    await sun.sees("Taken by Chen", buttons=["Take it over", "Timeline"], new=False)
    case = await town.case(number)
    await sun.presses_secretly(f"f:assign:{case.id}")
    await sun.sees("Chen has taken case")
    await sun.presses("Take it over")
    await chen.sees("Taken by Sun", new=False)
    await sun.presses("Give it back")
    await chen.sees("with the supervision office", buttons=["Take it$", "Merge"])
    assert [row["event"] for row in await town.history(number)] == ["file", "queue", "take", "take", "take"]


async def test_a_unit_that_does_not_exist_is_asked_for_again(town: Town, chen: Person) -> None:
    _citizen, number = await unroutable(town)
    await finds(chen, "no such bureau")
    await chen.sees("There is no unit whose name has “no such bureau”")
    await chen.says("城西政府")
    await chen.sees("choose the unit", buttons=["Chengxi District Government"])
    await chen.presses("Chengxi District Government")
    await chen.presses("^Assign it$")
    await chen.sees("has been assigned to Chengxi")
    assert (await town.case(number)).unit == CHENGXI


async def test_words_for_the_unit_reach_the_unit_and_never_the_citizen(town: Town, chen: Person) -> None:
    contact = await town.contact("telegram", CHENGXI)
    citizen, _number = await unroutable(town)
    await finds(chen, "Chengxi District Gov")
    await chen.presses("Chengxi District Government")
    await chen.sees("Assign the case to this unit")
    await chen.presses("^Change$")
    await chen.presses("Words for the unit")
    await chen.sees("What should the unit know")
    await chen.says("请先与物业核实")
    await chen.sees("请先与物业核实", buttons=["Assign it"])
    await chen.presses("^Assign it$")
    await contact.sees("The supervision office writes: 请先与物业核实")
    await citizen.sees("has been assigned to")
    await citizen.presses("^Timeline$")
    await citizen.sees("Assigned to Chengxi District Government")
    assert not citizen.saw("物业")


async def test_an_assignment_is_undone_with_a_reason_and_the_unit_is_told(town: Town, chen: Person) -> None:
    contact = await town.contact("web", CHENGXI)
    citizen, number = await unroutable(town)
    await finds(chen, "Chengxi District Gov")
    await chen.presses("Chengxi District Government")
    await chen.presses("^Assign it$")
    await chen.sees("has been assigned", buttons=["Undo the assignment"])
    await contact.sees("Assigned to you")
    await chen.presses("Undo the assignment")
    await chen.presses("by mistake")
    await chen.sees("has been taken back and waits", buttons=["Assign", "Refuse", "Take it", "Merge"])
    await contact.sees(f"has taken case {number} back: It was assigned to your unit by mistake")
    assert contact.now_sees("with no unit at which you work")
    await citizen.sees("being assigned to another unit")
    case = await town.case(number)
    assert (case.state, case.unit) == ("triage", None)


async def test_a_case_that_its_unit_has_signed_in_can_not_be_taken_back(town: Town, chen: Person) -> None:
    contact, citizen = await town.contact("web"), await town.somebody("web")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await contact.sees("Signed in by")
    case = await town.case(number)
    await chen.presses_secretly(f"f:unassign:{case.id}")
    await chen.sees("does not allow this now")


async def test_the_queue_shows_what_is_due_first_and_who_has_taken_what(town: Town, chen: Person) -> None:
    _citizen, first = await unroutable(town, "第一件")
    town.clock.ahead += timedelta(days=2)
    numbers = [(await unroutable(town, f"第{n}件"))[1] for n in range(2, 9)]
    await chen.says("/desk")
    await chen.presses("Waiting cases")
    page = await chen.sees("the most urgent first", buttons=["Later ones"])
    assert first in page.buttons[0]
    await chen.presses(first)
    await chen.presses("^Take it$", on=await chen.sees("第一件"))
    await chen.sees("Taken by Chen", new=False)
    await chen.says("/desk")
    await chen.presses("Waiting cases")
    page = await chen.sees("the most urgent first")
    assert "taken by Chen" in page.buttons[0]
    await chen.presses("Later ones")
    page = await chen.sees("the most urgent first")
    shown = {number for number in numbers for button in page.buttons if number in button}
    assert len(shown) == 2


async def test_a_usual_reason_refuses_a_case_in_two_presses(town: Town, chen: Person) -> None:
    citizen, number = await unroutable(town)
    await chen.presses("Refuse with a reason")
    await chen.presses("before a court")
    await chen.presses("^Refuse it$")
    await citizen.sees("can't be taken on. The reason: It is before a court")
    assert (await town.case(number)).state == "refused"


async def test_a_result_that_does_not_hold_reopens_the_case_for_the_same_contact_and_everybody_is_told(
    town: Town, chen: Person
) -> None:
    contact, citizen = await town.contact("telegram", name="Wang"), await town.somebody("web")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await solves(contact, "已清运")
    await citizen.presses("^Solved$")
    await citizen.sees("How satisfied")
    await chen.says(f"/case {number}")
    await chen.sees("closed", buttons=["Checked: solved", "Reopen", "Timeline"])
    await chen.presses("^Reopen$")
    await chen.presses("looked at the result")
    await chen.presses("^Reopen it$")
    await chen.sees("has been reopened; unit and citizen")
    await contact.sees("Reopened by the supervision office: We have looked at the result", buttons=["Report"])
    await citizen.sees("supervision office has reopened your case: We have looked at the result.+You get an answer|Promised by")
    case = await town.case(number)
    assert (case.state, case.round, case.unit) == ("accepted", 2, RUBBISH_UNIT)
    assert [row["event"] for row in await town.history(number)][-2:] == ["verify", "reopen"]
    await solves(contact, "全部清运")
    await citizen.sees("全部清运")


async def test_a_result_that_holds_is_noted_once(town: Town, chen: Person) -> None:
    contact, citizen = await town.contact("web"), await town.somebody("web")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await solves(contact, "已清运")
    await chen.says(f"/case {number}")
    await chen.presses("Checked: solved")
    await chen.sees("was checked and holds", buttons=["Reopen", "Timeline"])
    await citizen.says(f"/case {number}")
    await citizen.presses("^Timeline$")
    await citizen.sees("Checked by the supervision office: the result holds")


async def test_units_that_the_words_suggest_are_offered_and_any_other_can_be_written(town: Town, chen: Person) -> None:
    citizen = await town.somebody("web")
    await files(citizen, category="Something else")
    await chen.sees("It may belong to: Chengxi District Urban Management.*", buttons=["Assign a unit"])
    await chen.presses("Assign a unit")
    await chen.sees("You can also write a part of its name", buttons=["Chengxi District Urban Management", "Another unit"])
    await chen.presses("Chengxi District Urban Management")
    await chen.sees("Assign the case to this unit")
    await chen.presses("^Back$")
    await chen.sees("You can also write a part of its name")
    await chen.presses("^Another unit$")
    await chen.sees("Please write a part of its name")
    await chen.presses("^Back$")
    await chen.says("Chengxi District Gov")
    await chen.sees("choose the unit")
    await chen.presses("Chengxi District Government")
    await chen.presses("^Assign it$")
    await chen.sees("has been assigned to Chengxi District Government")


async def test_a_unit_that_has_returned_a_case_is_not_suggested_again(town: Town, chen: Person) -> None:
    contact, citizen = await town.contact("web"), await town.somebody("web")
    number, _code = await files(citizen)
    assert (await town.case(number)).unit == RUBBISH_UNIT
    await contact.presses("Return: not ours")
    await contact.sees("Why does the case not belong")
    await contact.says("不在本单位辖区")
    await contact.presses("^Return it$")
    card = await chen.sees("Returned by the unit")
    suggested = re.search("It may belong to: (.+)", card.text)
    assert suggested
    assert "Chengxi District Government" in suggested[1]
    assert "Urban Management" not in suggested[1]


async def test_a_suggested_unit_is_assigned_from_the_form_as_it_was_suggested(town: Town, chen: Person) -> None:
    citizen = await town.somebody("web")
    number, _code = await files(citizen, category="Something else")
    await chen.presses("Assign a unit")
    await chen.presses("Chengxi District Urban Management")
    await chen.presses("^Assign it$")
    await chen.sees("has been assigned to Chengxi District Urban Management")
    assert (await town.case(number)).unit == RUBBISH_UNIT
