"""Who complained stays unknown: a name is sealed, and a misconduct report is seen by its discipline team and nobody else."""

from __future__ import annotations

import asyncio

import pytest
from story_filing import files, receipt_of, solves, tells
from story_person import Person
from story_town import Town

DISCIPLINE = "discipline-630104"
BRIBE = "城西区办事大厅的工作人员收红包才给办事"
NAME, PHONE = "欧阳明月", "13987654321"
BOTH = pytest.mark.parametrize("on", ["web", "telegram"])


@BOTH
async def test_the_unit_never_learns_the_name_and_the_office_only_on_record(town: Town, on: str) -> None:
    citizen, contact = await town.somebody(on), await town.contact("web", name="Wang")
    office = await town.office("telegram", name="Chen")
    await tells(citizen, f"我叫{NAME}，电话{PHONE}，门口的垃圾没人清运", name=NAME, phone=PHONE)
    summary = await citizen.sees("Shall we send it", new=False)
    # Once, so that the citizen sees a typing error; their words are shown as the unit will see them.
    assert summary.text.count(NAME) == summary.text.count(PHONE) == 1
    assert f"sealed: {NAME}, {PHONE}" in summary.text
    await citizen.presses("^Send$")
    number, _code = await receipt_of(citizen)
    await contact.sees("Sign in by")
    await contact.presses("^Timeline$")
    await contact.sees("Received: ")
    assert not contact.saw(f"{NAME}|{PHONE}")
    case = await town.case(number)
    await contact.presses_secretly(f"d:reveal:{case.id}:{case.version}")
    await contact.sees("Only the supervision office")
    await office.presses_secretly(f"d:reveal:{case.id}:{case.version}")
    await office.sees(f"{NAME}.+{PHONE}.+recorded")
    await citizen.says(f"/case {number}")
    await citizen.presses("^Timeline$")
    await citizen.sees("name|identity")
    assert [row["event"] for row in await town.history(number)] == ["file", "assign", "reveal"]


@BOTH
async def test_a_text_that_the_citizen_wants_erased_is_gone_from_cards_and_timeline(town: Town, on: str) -> None:
    citizen, contact = await town.somebody(on), await town.contact("telegram", name="Wang")
    office = await town.office("web", name="Chen")
    number, _code = await files(citizen)
    await contact.sees("Sign in by")
    words = (await town.texts(number))[0]
    await office.says(f"/case {number}")
    await office.presses("^Timeline$")
    await office.presses("^Erase on request$")
    await office.presses(f": {words[:10]}")
    await office.sees("Erase this for good.+|can't be brought back")
    await office.presses("^Erase it$")
    await office.sees("It has been erased")
    await citizen.sees("something you told us was erased")
    await contact.sees(r"\(erased on request\)", new=False)
    await contact.presses("^Timeline$")
    shown = await contact.sees("Something that the citizen told was erased on request")
    assert words not in shown.text
    assert not any(button.startswith("Erase") for button in shown.buttons)
    assert words not in await town.texts(number)
    assert [row["event"] for row in await town.history(number)] == ["file", "assign", "erase"]


@BOTH
async def test_what_is_erased_stands_in_no_message_of_staff_any_more(town: Town, on: str) -> None:
    contact, office, citizen = await town.contact(on), await town.office("web"), await town.somebody("web")
    number, _code = await files(citizen)
    await contact.sees("Sign in by")
    for words in ("住在三楼的是我", "又来了一车"):
        await citizen.presses("^Add something$")
        await citizen.says(words)
        await citizen.says("/done")
        await contact.sees(f"The citizen has added: {words}")
    await contact.presses("^Timeline$")
    await contact.sees("You added: 住在三楼的是我|Added by the citizen: 住在三楼的是我")
    await office.says(f"/case {number}")
    await office.presses("^Timeline$")
    await office.presses("^Erase on request$")
    await office.presses(": 住在三楼的是我")
    await office.presses("^Erase it$")
    await contact.sees("What stood here of case .+ was erased", new=False)
    await contact.sees(r"Added on .+: 又来了一车")
    assert contact.standing()
    async with asyncio.timeout(5):
        while contact.now_sees("住在三楼"):
            await asyncio.sleep(0.05)
    assert "住在三楼" not in "".join(await town.texts(number))


@BOTH
async def test_the_name_stands_nowhere_in_what_the_unit_is_sent_later(town: Town, on: str) -> None:
    citizen, contact = await town.somebody(on, name="Tourist"), await town.contact("telegram")
    await tells(citizen, name=NAME, phone=PHONE)
    await citizen.presses("^Send$")
    number, _code = await receipt_of(citizen)
    await citizen.presses("Add something")
    await citizen.says(f"{NAME}今天又看了一次，打{PHONE}找我")
    await citizen.says("/done")
    await contact.sees("citizen has added")
    assert not contact.saw(f"{NAME}|{PHONE}|Tourist")
    assert not any(NAME in text or PHONE in text for text in await town.texts(number))


async def test_a_misconduct_report_is_seen_by_its_discipline_team_only(town: Town) -> None:
    citizen = await town.somebody("telegram")
    team, office = await town.contact("web", DISCIPLINE, name="Du"), await town.office("web")
    others = [office, await town.contact("telegram", "government-630104"), await town.contact("web", "discipline-630102")]
    number, code = await files(citizen, BRIBE, command="/report", category="Bribes")
    await team.sees("Misconduct report · Bribes.+收红包", buttons=["Sign in", "Ask", "Pass on", "Timeline"])
    await everybody_else_sees_nothing(town, others, number)
    await team.presses("^Sign in$")
    await team.sees("Signed in by Du")
    await solves(team, "已经立案调查")
    await citizen.sees("has answered your case.+已经立案调查")
    await everybody_else_sees_nothing(town, others, number)
    device = await town.somebody("web")
    await device.says(f"/case {number}")
    await device.says(code)
    await device.sees("Received: .+收红包.+已经立案调查")


async def everybody_else_sees_nothing(town: Town, others: list[Person], number: str) -> None:
    case = await town.case(number)
    for person in others:
        await person.says("/desk")
        await person.sees("0 (open|waiting)")
        await person.says(f"/case {number}")
        await person.sees("16 digits")
        await person.says("/cancel")
        for press in ("s:case", "s:timeline", "s:files", "s:unit_case", "s:office_case", "f:assign", "f:refuse", "f:report"):
            await person.presses_secretly(f"{press}:{case.id}")
            await person.sees("not among yours|not with your unit|Only the supervision office|can't find this case")
        for form in ("look_up", "sort", "find_window", "file_for", "drop", "uphold"):
            await person.presses_secretly(f"f:{form}:{case.id}")
            await person.says("/cancel")
            await person.sees("Cancelled|Hello")
        assert not person.saw("收红包|Bribes|Misconduct report ·")
    listed, shown = await town.runs("cases"), await town.runs("cases", number)
    assert number not in listed[1]
    assert "discipline teams only: 1" in listed[1]
    assert shown[0] == 1
    assert "Bribes" not in shown[1]


async def test_a_misconduct_report_can_not_be_returned_but_passed_to_another_team(town: Town) -> None:
    citizen, office = await town.somebody("web"), await town.office("telegram")
    team, city_team = await town.contact("web", DISCIPLINE), await town.contact("telegram", "discipline")
    number, _code = await files(citizen, BRIBE, command="/report", category="Bribes")
    await team.sees("Sign in by")
    case = await town.case(number)
    await team.presses_secretly(f"f:return:{case.id}")
    await team.sees("can't be returned")
    await team.presses("^Pass on$")
    await team.sees("take over the case")
    await team.presses("^Xining Discipline Team$")
    await city_team.sees("Passed on to you by Chengxi District Discipline Team.+收红包", buttons=["Sign in"])
    assert (await town.case(number)).unit == "discipline"
    assert not office.saw("收红包|Misconduct report ·")


async def test_a_misconduct_report_not_solved_twice_stays_with_its_team(town: Town) -> None:
    citizen, office = await town.somebody("web"), await town.office("telegram")
    team = await town.contact("web", DISCIPLINE)
    number, _code = await files(citizen, BRIBE, command="/report", category="Bribes")
    await team.presses("^Sign in$")
    for words in ("没人找我了解情况", "还是没人管"):
        await solves(team, "已处理")
        await citizen.presses("^Not solved$")
        await citizen.says(words)
        await citizen.says("/done")
        await team.sees(f"Not solved, says the citizen: {words}")
    assert (await town.case(number)).unit == DISCIPLINE
    await office.sees_nothing(0.2)


async def test_the_office_is_not_told_what_a_team_without_contacts_has_received(town: Town) -> None:
    citizen, office = await town.somebody("web"), await town.office("telegram")
    number, _code = await files(citizen, BRIBE, command="/report", category="Bribes")
    assert (await town.case(number)).unit == DISCIPLINE
    await office.sees("A discipline team can.t be reached")
    assert not office.saw(f"收红包|{number}")
