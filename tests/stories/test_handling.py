"""What units and the office do: return, assign, refuse, hand over, pass on."""

from __future__ import annotations

import pytest
from story_filing import files, solves
from story_person import Person
from story_town import RUBBISH_UNIT, Town

PARENT = "urban-management"
CHENGXI = "government-630104"


@pytest.fixture(params=["web", "telegram"])
async def contact(request: pytest.FixtureRequest, town: Town) -> Person:
    """Sign in the contact who deals with rubbish in Chengxi."""
    return await town.contact(request.param, name="Wang")


async def test_what_a_card_said_was_new_stays_with_it_and_what_was_added_has_its_day(town: Town) -> None:
    citizen, office = await town.somebody("web"), await town.office("telegram")
    wang, li = await town.contact("web", name="Wang"), await town.contact("telegram", name="Li")
    number, _code = await files(citizen, "我想反映一件事", place="I don't know", category="Something else")
    await office.sees(number, buttons=["Assign a unit"])
    await office.presses("Assign a unit")
    await office.sees("Which unit")
    await office.says("城西城管")
    await office.presses("Chengxi District Urban Management")
    await office.presses("^Assign it$")
    await wang.sees("Assigned to you by the supervision office.+not signed in yet")
    await citizen.presses("Add something")
    await citizen.says("在北门")
    await citizen.says("/done")
    await wang.sees("The citizen has added: 在北门.+Added on 8 Jul 2026: 在北门")
    assert wang.now_sees("^Assigned to you by the supervision office.+我想反映一件事")
    await wang.presses("^Sign in$")
    await li.sees("The citizen has added: 在北门.+Signed in by Wang")
    await solves(wang, "已清运")
    await citizen.presses("^Not solved$")
    await citizen.says("还有一半")
    await citizen.says("/done")
    await wang.sees("Not solved, says the citizen: 还有一半")
    await town.runs("verify")
    await wang.presses("Ask the citizen")
    await wang.says("哪一半？")
    await wang.says("/done")
    await wang.presses("^Send$")
    await wang.sees("Your question has been sent")
    assert wang.now_sees("Not solved, says the citizen: 还有一半.+Not solved, said on 8 Jul 2026: 还有一半")
    await citizen.presses("Answer the question")
    await citizen.says("西边")
    await citizen.says("/done")
    await wang.sees("answers your question")
    await solves(wang, "都清运了")
    await citizen.presses("^Not solved$")
    await citizen.says("又堆上了")
    await citizen.says("/done")
    await wang.sees("not solved for the second time.+The supervision office decides now")
    assert not wang.now_sees("又堆上了|还有一半")


async def test_a_returned_case_goes_to_the_office_and_from_there_to_another_unit(town: Town, contact: Person) -> None:
    citizen, office = await town.somebody("web"), await town.office("telegram")
    other = await town.contact("web", CHENGXI, name="Zhao")
    number, _code = await files(citizen)
    await contact.presses("Return: not ours")
    await contact.sees("not belong", buttons=["Not our task", "area", "Another unit", "Too little", "Another reason"])
    await contact.presses("Not in our area")
    await contact.sees("Return the case")
    await contact.presses("^Return it$")
    await contact.sees("returned to the supervision office")
    await contact.sees("with no unit at which you work", new=False)
    await citizen.sees("assigned to another unit by the supervision office")
    await office.sees("Returned by the unit: 不在本单位辖区")
    await assigns(office, "Chengxi District Gov")
    await other.sees("Assigned to you by the supervision office", buttons=["Sign in"])
    await citizen.sees("has been assigned to Chengxi District Government")
    events = [row["event"] for row in await town.history(number)]
    assert events == ["file", "assign", "return", "assign"]
    assert (await town.case(number)).unit == CHENGXI


async def test_a_reason_in_own_words_reaches_the_office_and_never_the_citizen(town: Town, contact: Person) -> None:
    citizen, office = await town.somebody("telegram"), await town.office("web")
    await files(citizen)
    await contact.presses("Return: not ours")
    await contact.presses("Another reason")
    await contact.sees("write the reason")
    await contact.says("该小区属于物业管理范围")
    await contact.presses("^Return it$")
    await office.sees("Returned by the unit: 该小区属于物业管理范围")
    await citizen.sees("assigned to another unit")
    await citizen.presses("^Timeline$")
    await citizen.sees("To be assigned to another unit")
    assert not citizen.saw("物业管理范围")


async def test_a_reason_that_is_typed_instead_of_pressing_a_button_is_taken_in_those_words(town: Town, contact: Person) -> None:
    citizen, office = await town.somebody("telegram"), await town.office("web")
    await files(citizen)
    await contact.presses("Return: not ours")
    await contact.sees("not belong")
    await contact.says("该小区属于物业管理范围")
    await contact.sees("该小区属于物业管理范围.+Return the case")
    await contact.presses("^Change$")
    await contact.presses("^Reason$")
    await contact.sees("not belong")
    await contact.says("物业公司负责，与我单位无关")
    await contact.sees("物业公司负责，与我单位无关.+Return the case")
    await contact.presses("^Return it$")
    await office.sees("Returned by the unit: 物业公司负责，与我单位无关")


async def test_typed_words_that_are_too_long_for_a_reason_are_asked_for_again_in_words(town: Town, contact: Person) -> None:
    citizen = await town.somebody("telegram")
    await files(citizen)
    await contact.presses("Return: not ours")
    await contact.says("长" * 501)
    await contact.sees("keep it to 500 characters.+write the reason")
    await contact.says("物业公司负责")
    await contact.sees("物业公司负责.+Return the case")


async def test_a_matter_that_no_rule_can_route_waits_at_the_office_and_can_be_refused_with_a_reason(town: Town) -> None:
    citizen, office = await town.somebody("web"), await town.office("telegram", name="Chen")
    number, _code = await files(citizen, "我想反映一件事", place="I don't know", category="Something else")
    assert citizen.saw("supervision office assigns a unit by")
    await office.sees("我想反映一件事")
    await office.presses("Refuse with a reason")
    await office.sees("can't the case be taken on")
    await office.presses("Another reason")
    await office.says("内容不清，请补充后重新提交")
    await office.sees("case ends here")
    await office.presses("^Refuse it$")
    await office.sees("citizen has been told why")
    await citizen.sees("can't be taken on. The reason: 内容不清")
    assert (await town.case(number)).state == "refused"


async def test_of_two_in_the_office_the_slower_one_hears_that_it_is_done(town: Town) -> None:
    citizen, (chen, sun) = await town.somebody("web"), [await town.office(on) for on in ("web", "telegram")]
    number, _code = await files(citizen, "我想反映一件事", place="I don't know", category="Something else")
    for each in (chen, sun):
        await each.sees("我想反映一件事")
        await each.presses("Assign a unit")
        await each.says("Chengxi District Gov")
        await each.presses("Chengxi District Government")
        await each.sees("Assign the case to this unit")
    await chen.presses("^Assign it$")
    await chen.sees("has been assigned")
    await sun.presses("^Assign it$")
    await sun.sees("dealt with")
    assert [row["event"] for row in await town.history(number)].count("assign") == 1


async def test_a_case_is_handed_to_a_colleague_who_then_holds_it(town: Town, contact: Person) -> None:
    citizen, li = await town.somebody("web"), await town.contact("telegram", name="Li")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await contact.sees("Signed in by Wang")
    await contact.presses("^Pass on$")
    await contact.sees("take over the case", buttons=["Li", "Nobody"])
    await contact.presses("^Li$")
    await contact.sees("handed to Li")
    await li.sees("Wang has handed this case to you", buttons=["Report"])
    assert contact.now_sees("Signed in by Li")
    case = await town.case(number)
    await contact.presses_secretly(f"f:report:{case.id}")
    await contact.sees("A colleague has signed")
    await solves(li, "已清运")
    await citizen.sees("已清运")


async def test_a_case_is_passed_on_to_a_unit_below(town: Town, contact: Person) -> None:
    above = await town.contact("telegram", PARENT, name="Qian")
    citizen = await town.somebody("web")
    number, _code = await files(citizen, "全市的垃圾桶都满了", place="西宁市")
    await above.sees("Sign in by")
    await above.presses("^Pass on$")
    await above.sees("take over the case", buttons=["Chengdong", "Chengxi", "Huangyuan", "Nobody"])
    await above.presses("Chengxi")
    await above.sees("passed on to Chengxi")
    await contact.sees("Passed on to you by Xining Urban Management Bureau", buttons=["Sign in"])
    await citizen.sees("now with Chengxi District Urban Management")
    assert (await town.case(number)).unit == RUBBISH_UNIT
    await above.says("/desk")
    await above.sees("0 open")


async def test_a_case_that_changed_units_shows_nothing_more_to_the_first_one(town: Town) -> None:
    above, citizen = await town.contact("telegram", PARENT), await town.somebody("web")
    await files(citizen, "全市的垃圾桶都满了", place="西宁市")
    old = await above.sees("全市的垃圾桶")
    await above.presses("^Pass on$")
    await above.presses("Chengxi")
    await above.sees("with no unit at which you work", buttons=0)
    await above.presses("^Timeline$", on=old)
    await above.sees("not among yours")


async def test_a_question_counts_as_signing_in_and_only_one_is_open(town: Town, contact: Person) -> None:
    citizen = await town.somebody("telegram")
    number, _code = await files(citizen)
    await contact.presses("Ask the citizen")
    await contact.sees(f"{number} · Complaint · Rubbish.+What would you like to ask")
    await contact.says("哪个门口？")
    await contact.presses("^Done$")
    await contact.sees(f"{number} · Complaint · Rubbish.+哪个门口.+also signs the case in.+Send it")
    assert (await town.case(number)).state == "assigned"
    await contact.presses("^Send$")
    await contact.sees("question has been sent")
    await contact.sees("Waiting for the citizen", new=False)
    assert (await town.case(number)).state == "accepted"
    await citizen.sees("has a question.+哪个门口")
    await citizen.presses("Answer the question")
    await citizen.says("北门")
    await citizen.says("/done")
    await citizen.sees("answer has been passed on")
    await contact.sees("answers your question: 北门")


async def test_a_question_about_a_case_that_has_left_meanwhile_is_not_sent_and_ends(town: Town, contact: Person) -> None:
    citizen, colleague = await town.somebody("web"), await town.contact("telegram", name="Li")
    number, _code = await files(citizen)
    await contact.presses("Ask the citizen")
    await contact.says("哪个门口？")
    await contact.sees("Noted so far")
    await colleague.presses("Return: not ours")
    await colleague.presses("Not our task")
    await colleague.presses("^Return it$")
    await colleague.sees(f"{number} has been returned")
    await contact.says("/done")
    await contact.sees(f"{number} is not with your unit.$")
    await contact.says("/desk")
    await contact.sees("0 open")
    assert not citizen.saw("哪个门口")


async def test_the_timeline_of_staff_names_who_did_what(town: Town, contact: Person) -> None:
    citizen = await town.somebody("web")
    await files(citizen)
    await contact.presses("^Sign in$")
    await contact.sees("Signed in by Wang")
    await contact.presses("^Timeline$")
    await contact.sees("Signed in by Wang, Chengxi")
    await citizen.sees("has signed your case in")
    await citizen.presses("^Timeline$")
    await citizen.sees("Signed in by Chengxi")
    assert not citizen.saw("Wang")


async def assigns(office: Person, part: str) -> None:
    await office.presses("Assign a unit")
    await office.sees("Which unit")
    await office.says(part)
    await office.sees("choose the unit")
    await office.presses("Chengxi District Government")
    await office.sees("Assign the case to this unit")
    await office.presses("^Assign it$")
    await office.sees("has been assigned to Chengxi District Government")


async def asks(contact: Person, question: str) -> None:
    await contact.presses("Ask the citizen")
    await contact.sees("like to ask")
    await contact.says(question)
    await contact.says("/done")
    await contact.presses("^Send$")
    await contact.sees("question has been sent")
