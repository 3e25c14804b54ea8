"""The main job, from three short messages to a closed case, as one story."""

from __future__ import annotations

import pytest
from story_filing import receipt_of
from story_person import Person
from story_town import GATE, Town

EVENTS = "file assign accept ask reply report not_solved report solved rate follow"


@pytest.mark.parametrize(("citizen_on", "contact_on"), [("web", "telegram"), ("telegram", "web")])
async def test_a_complaint_goes_in_the_right_unit_gets_it_and_the_citizen_hears_the_result(
    town: Town, citizen_on: str, contact_on: str
) -> None:
    citizen = await town.somebody(citizen_on, name="Citizen")
    wang = await town.contact(contact_on, name="Wang")
    li = await town.contact(contact_on, name="Li")
    number, code = await files_with_two_photos_and_a_place(citizen)
    await one_signs_in_and_the_other_hears_of_it(wang, li)
    await a_question_is_answered_in_the_middle_of_another_form(citizen, wang)
    await the_result_is_not_solved_and_the_second_one_is(citizen, wang)
    await another_device_sees_the_whole_timeline(await town.somebody(citizen_on), number, code)
    events = [row["event"] for row in await town.history(number)]
    assert events == EVENTS.split()
    exit_code, proof = await town.runs("verify")
    assert exit_code == 0
    assert "whole" in proof


async def files_with_two_photos_and_a_place(citizen: Person) -> tuple[str, str]:
    await citizen.says("/start")
    await citizen.presses("Complaint")
    await citizen.sees("Tell us what happened")
    await citizen.says("小区门口的垃圾堆了一个星期")
    await citizen.says("没人清运，臭得很")
    await citizen.says("我的电话是13812345678")
    await citizen.sends_photos(2)
    await citizen.shares_place(*GATE)
    await citizen.sees("3 messages, 2 files, a place")
    await citizen.presses("^Done$")
    await citizen.presses("anonymous")
    await citizen.presses("^Yes$")
    summary = await citizen.sees("Shall we send it")
    assert "〔phone number〕" in summary.text
    assert "13812345678" not in summary.text
    assert "may be published" in summary.text
    await citizen.presses("^Change$")
    await citizen.presses("^Publishing$")
    await citizen.sees("May we publish")
    await citizen.presses("^No$")
    await citizen.sees("Complaint · Rubbish.+Files: 2.+stay anonymous.+not be published.+Shall we send it")
    await citizen.presses("^Send$")
    return await receipt_of(citizen, unit="Chengxi District Urban Management")


async def one_signs_in_and_the_other_hears_of_it(first: Person, second: Person) -> None:
    for contact in (first, second):
        card = await contact.sees("Complaint · Rubbish.+〔phone number〕.+Sign in by", buttons=["Sign in", "Ask", "Return"])
        assert "Citizen" not in card.text
        await contact.sees_photos(2)
    await first.presses("^Sign in$")
    await first.sees("Signed in by Wang", buttons=["Report the result"])
    await second.sees("Signed in by Wang", buttons=["Timeline"])
    assert second.now_sees("Signed in by Wang")
    assert not second.now_sees("Sign in by")


async def a_question_is_answered_in_the_middle_of_another_form(citizen: Person, contact: Person) -> None:
    await citizen.sees("has signed your case in")
    await citizen.says("/suggest")
    await citizen.sees("Tell us what happened")
    await citizen.says("公园里多放几把椅子")
    await citizen.says("/done")
    await citizen.sees("Where is it")
    await contact.presses("Ask the citizen")
    await contact.sees("What would you like to ask")
    await contact.says("垃圾在哪个门口？")
    await contact.says("/done")
    await contact.presses("^Send$")
    await contact.sees("question has been sent")
    card = await citizen.sees("has a question for you.+垃圾在哪个门口")
    await citizen.replies_to(card, "在北门")
    await citizen.sees("passed on with case")
    await citizen.sees("Where is it")
    await contact.sees("answers your question: 在北门")
    await citizen.presses("城西区|Chengxi")
    await citizen.sees("Who may know")
    await citizen.presses("^Cancel$")
    await citizen.sees("Nothing has been sent")


async def the_result_is_not_solved_and_the_second_one_is(citizen: Person, contact: Person) -> None:
    await reports(contact, "已派人清运")
    await citizen.sees("has answered your case.+已派人清运", buttons=["^Solved", "Not solved"])
    await citizen.sees_photos(1)
    await citizen.presses("^Not solved$")
    await citizen.sees("still wrong")
    await citizen.says("还是有一半没清")
    await citizen.says("done")
    await citizen.sees("has been reopened")
    await contact.sees("Not solved, says the citizen: 还是有一半没清", buttons=["Report the result"])
    await reports(contact, "全部清运完毕")
    await citizen.sees("has answered your case.+全部清运完毕", buttons=["^Solved", "Not solved"])
    await citizen.presses("^Solved$")
    await citizen.sees("How satisfied", buttons=["^Satisfied", "^Fairly", "^Basically", "^Dissatisfied"])
    await citizen.presses("^Fairly satisfied$")
    await citizen.sees("closed.+Your rating: Fairly satisfied")


async def reports(contact: Person, text: str) -> None:
    await contact.presses("Report the result")
    await contact.sees("What was done")
    await contact.says(text)
    await contact.sends_photo()
    await contact.says("好了")
    await contact.sees(f"{text}.+Files: 1.+will read this")
    await contact.presses("^Send$")
    await contact.sees("waits for their word")


async def another_device_sees_the_whole_timeline(device: Person, number: str, code: str) -> None:
    await device.says(f"/case {number}")
    await device.sees("16 digits")
    await device.says(code)
    steps = "Received: .+Assigned to.+Signed in.+在哪个门口.+在北门.+已派人清运.+还是有一半.+全部清运.+as solved.+Rated: Fairly"
    await device.sees(steps)
