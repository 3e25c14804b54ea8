"""Usual answers: a unit keeps them, a report begins with one, and one with nothing added is flagged."""

from __future__ import annotations

import pytest
from story_filing import files, solves
from story_person import Person
from story_town import RUBBISH_UNIT, Town

from storage import entries, ledger, templates

USUAL = "您反映的垃圾已安排清运，感谢监督。"


async def keeps_a_usual_answer(contact: Person) -> None:
    await contact.says("/desk")
    await contact.presses("Usual answers")
    await contact.sees("Usual answers", buttons=["New usual answer", "My desk"])
    await contact.presses("New usual answer")
    await contact.sees("be called")
    await contact.says("已清运")
    await contact.sees("write the answer")
    await contact.says(USUAL)
    await contact.sees("Kept. It is offered", buttons=["已清运", "New usual answer", "My desk"])


async def has_a_case(town: Town, citizen: Person, contact: Person) -> str:
    number, _code = await files(citizen)
    await contact.sees("Sign in by")
    await contact.presses("^Sign in$")
    await citizen.sees("has signed your case in")
    return number


async def picks(contact: Person) -> None:
    await contact.presses("Report the result")
    await contact.sees("Use a usual answer", buttons=["No, I write it myself", "已清运", "Cancel"])
    await contact.presses("^已清运$")
    await contact.sees(f"This will be the answer:\n{USUAL}", buttons=["Nothing to add", "Add something", "Back", "Cancel"])


async def flagged(town: Town, number: str) -> bool:
    """Tell whether the ledger and the text itself say that the answer is only a usual one: both or neither."""
    case = await town.case(number)
    async with town.app.database.transaction() as tx:
        report = (await ledger.of_subject(tx, f"case:{case.id}"))[-1]
        result = (await entries.of_case(tx, case.id))[-1]
    assert report.event == "report"
    assert report.payload["template"] == (result.template is not None)
    return result.template is not None


@pytest.mark.parametrize(("unit_on", "citizen_on"), [("telegram", "web"), ("web", "telegram")])
async def test_an_answer_that_is_only_a_usual_one_is_flagged(town: Town, unit_on: str, citizen_on: str) -> None:
    citizen, contact, office = await town.somebody(citizen_on), await town.contact(unit_on), await town.office("web")
    await keeps_a_usual_answer(contact)
    number = await has_a_case(town, citizen, contact)
    await picks(contact)
    await contact.presses("^Nothing to add$")
    await contact.sees(f"{USUAL}.+Send it")
    await contact.presses("^Send$")
    await citizen.sees(f"The unit's answer: {USUAL}")
    assert not citizen.saw("usual text")
    await office.says(f"/case {number}")
    await office.sees("Answered with a usual text only")
    assert await flagged(town, number)


async def test_words_that_are_added_make_it_an_answer_of_its_own(town: Town) -> None:
    citizen, contact, office = await town.somebody("telegram"), await town.contact("web"), await town.office("telegram")
    await keeps_a_usual_answer(contact)
    number = await has_a_case(town, citizen, contact)
    await picks(contact)
    await contact.presses("^Add something$")
    await contact.sees("like to add")
    await contact.says("今早八点已清运两车。")
    await contact.says("/done")
    await contact.sees(f"{USUAL}\n今早八点已清运两车。.+Send it")
    await contact.presses("^Send$")
    await citizen.sees(f"The unit's answer: {USUAL}\n今早八点已清运两车。")
    await office.says(f"/case {number}")
    await office.sees(f"{number}.+answered, waiting")
    assert not office.saw("usual text")
    assert not await flagged(town, number)


async def test_a_usual_answer_typed_by_hand_is_flagged_all_the_same(town: Town) -> None:
    citizen, contact = await town.somebody("web"), await town.contact("telegram")
    await keeps_a_usual_answer(contact)
    number = await has_a_case(town, citizen, contact)
    await contact.presses("Report the result")
    await contact.presses("write it myself")
    await contact.sees("What was done")
    await contact.says(USUAL)
    await contact.says("/done")
    await contact.presses("^Send$")
    await citizen.sees("The unit's answer")
    assert await flagged(town, number)


async def test_without_usual_answers_nobody_is_asked_for_one(town: Town) -> None:
    citizen, contact = await town.somebody("web"), await town.contact("telegram")
    number = await has_a_case(town, citizen, contact)
    await solves(contact, "已清运")
    assert not contact.saw("Use a usual answer")
    assert not await flagged(town, number)


async def test_a_dropped_one_is_not_offered_and_can_not_be_dropped_again(town: Town) -> None:
    citizen, wang = await town.somebody("web"), await town.contact("telegram", name="Wang")
    li = await town.contact("web", name="Li")
    await keeps_a_usual_answer(wang)
    await li.says("/desk")
    await li.presses("Usual answers")
    await li.presses("^已清运$")
    await li.sees(USUAL, buttons=["Drop it", "Usual answers"])
    await wang.presses("^已清运$")
    await wang.presses("^Drop it$")
    await wang.sees("not offered any more", buttons=["New usual answer", "My desk"])
    await li.presses("^Drop it$")
    await li.sees("not in use any more")
    await has_a_case(town, citizen, wang)
    await wang.presses("Report the result")
    await wang.sees("What was done")


async def test_another_unit_sees_and_drops_none(town: Town) -> None:
    wang, stranger = await town.contact("web", name="Wang"), await town.contact("telegram", "housing")
    await keeps_a_usual_answer(wang)
    async with town.app.database.transaction() as tx:
        row = await tx.one("SELECT id FROM template")
    assert row is not None
    for press in (f"s:template:{row['id']}", f"d:drop_template:{row['id']}:0", "f:template:urban-management-630104"):
        await stranger.presses_secretly(press)
        await stranger.sees("Only the contacts of a unit")
    assert not stranger.saw("已安排清运")


async def test_what_is_used_most_comes_first_then_by_name_and_no_more_than_a_screenful(town: Town) -> None:
    citizen, contact = await town.somebody("web"), await town.contact("web")
    async with town.app.database.transaction() as tx:
        for title in ("乙", "甲", *(f"丙{n}" for n in range(8))):
            await templates.write(tx, RUBBISH_UNIT, title, f"{title}已处理。", town.clock.now())
    await has_a_case(town, citizen, contact)
    await contact.presses("Report the result")
    await contact.presses("^甲$")
    await contact.presses("^Nothing to add$")
    await contact.presses("^Send$")
    await contact.says("/desk")
    await contact.presses("Usual answers")
    shown = await contact.sees("Usual answers", buttons=["^甲$", "^丙0$", "^More$"])
    titles = [button for button in shown.buttons if len(button) <= 2]
    assert titles == ["甲", *(f"丙{n}" for n in range(7))]
    await contact.presses("^More$", on=shown)
    await contact.sees("Usual answers", buttons=["^丙7$", "^乙$", "New usual answer", "My desk"])
