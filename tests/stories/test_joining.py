"""Several people report the same broken lamp: one case to deal with, and each of them hears of it and has their say."""

from __future__ import annotations

import re
from datetime import timedelta

from story_filing import RUBBISH, files, receipt_of, solves, tells
from story_person import Person
from story_town import GATE, Town

LAMPS = (
    "五四大街12号门口的路灯坏了三天，晚上一片漆黑",
    "五四大街12号门前路灯不亮，电话13812345678",
    "五四大街12号旁边的路灯坏了，老人摔倒了",
    "门口的路灯坏了没人修，就在五四大街12号",
    "五四大街12号路灯坏了好几天，请尽快修",
)


async def tells_of_lamp(citizen: Person, text: str) -> None:
    """Tell of the lamp, with the place where it stands: of its category nobody has to be asked."""
    await citizen.says("/complain")
    await citizen.sees("Tell us what happened")
    await citizen.says(text)
    await citizen.shares_place(*GATE)
    await citizen.says("/done")


async def files_publicly(citizen: Person, text: str) -> tuple[str, str]:
    """File as the first one, who agrees to publication."""
    await tells_of_lamp(citizen, text)
    await citizen.sees("Who may know")
    await citizen.presses("anonymous")
    await citizen.sees("May we publish")
    await citizen.presses("^Yes$")
    await citizen.sees("Shall we send it")
    await citizen.presses("^Send$")
    return await receipt_of(citizen)


async def joins(citizen: Person, text: str, people: int) -> tuple[str, str]:
    """Add theirs to what others have reported."""
    await tells_of_lamp(citizen, text)
    offered = await citizen.sees(
        "reported already", buttons=["Add mine.+Chengxi.+since 8 Jul 2026, people: 1|Add mine", "different"]
    )
    assert any(re.search(f"at most 100 m from yours.+people: {people - 1}$", button) for button in offered.buttons), (
        offered.buttons
    )
    # As for the public, without the number of the house, and without what is rare and they did not say.
    assert "1. Reported on 8 Jul 2026: “五四大街〔house number〕门口的路灯坏了三天，晚上一片…”" in offered.text
    await citizen.presses("Add mine")
    await citizen.sees("added to what has been reported already")
    await citizen.presses("^Send$")
    receipt = await citizen.sees("have received your case")
    assert f"{people} people so far" in receipt.text
    number = re.search(r"Case number: (\d{8}-\d{5}-\d)", receipt.text)
    code = re.search(r"Code: ([\d -]+)", receipt.text)
    assert number
    assert code
    return number[1], code[1].strip()


async def test_who_joins_a_case_that_is_late_is_promised_nothing_that_is_past(town: Town) -> None:
    await files_publicly(await town.somebody("web"), LAMPS[0])
    town.clock.ahead += timedelta(days=20)
    citizen = await town.somebody("web")
    await joins(citizen, LAMPS[1], 2)
    assert citizen.now_sees("2 people so far.+An answer to it was promised by .+ and is late; we are sorry")
    assert not citizen.saw("You get an answer by")


async def test_five_people_report_one_lamp_and_there_is_one_case_to_deal_with(town: Town) -> None:
    office = await town.office("web")
    citizens = [await town.somebody(on) for on in ("web", "telegram", "web", "telegram", "web")]
    lead, _code = await files_publicly(citizens[0], LAMPS[0])
    joined = [await joins(citizen, text, n) for n, (citizen, text) in enumerate(zip(citizens[1:], LAMPS[1:], strict=True), 2)]
    lamp = await town.case(lead)
    for number, _code in joined:
        case = await town.case(number)
        assert (case.state, case.merged_into, case.unit) == ("merged", lamp.id, None)
    assert [row["event"] for row in await town.history(joined[0][0])] == ["file", "merge"]
    assert not await _running_deadlines(town, joined[0][0])
    contact = await town.contact("web", lamp.unit or "")
    await contact.says(f"/case {lead}")
    await contact.sees("Others have reported the same: .+电话〔phone number〕.+摔倒")
    await contact.presses("^Sign in$")
    for citizen in citizens:
        await citizen.sees("has signed your case in")
    await solves(contact, "路灯已修好")
    for citizen in citizens:
        await citizen.sees("路灯已修好.*Is it solved", buttons=["^Solved$", "Not solved"])
    for citizen, text in zip(citizens, LAMPS, strict=True):
        assert not any(citizen.saw(other) for other in LAMPS if other != text)
        assert citizen is citizens[0] or not citizen.saw(lead)
    await citizens[1].presses("^Solved$")
    said = await citizens[1].sees("You have said that it is solved. Thank you", new=False, buttons=["It is not solved after all"])
    assert not re.search("Is it solved", said.text)
    assert not set(said.buttons) & {"Solved", "Not solved"}
    assert (await town.case(lead)).state == "answered"
    await citizens[2].presses("Not solved")
    await citizens[2].says("还是不亮")
    await citizens[2].says("/done")
    await citizens[2].sees("has been reopened")
    await citizens[4].sees("has been reopened")
    await contact.sees("Not solved, says the citizen: 还是不亮")
    assert not any(citizen.saw("还是不亮") for citizen in (citizens[0], citizens[4]))
    await solves(contact, "已更换灯泡")
    await citizens[0].sees("已更换灯泡")
    await citizens[0].presses("^Solved$")
    await citizens[3].sees("closed as solved", buttons=["^Satisfied$", "Not solved"])
    await citizens[3].presses("^Dissatisfied$")
    await citizens[3].sees("What were you dissatisfied with")
    await citizens[3].says("修了两次才好")
    await citizens[3].sees("reason has been passed on.+Your rating: Dissatisfied")
    await contact.sees("The citizen was dissatisfied with the handling: 修了两次才好")
    assert (await town.case(joined[2][0])).rating == "dissatisfied"
    device = await town.somebody("web")
    await device.says(f"/case {joined[3][0]}")
    await device.says(joined[3][1])
    await device.sees("Now: closed")
    assert not any(device.saw(other) for other in LAMPS[:4])
    await citizens[4].presses("Not solved")
    await citizens[4].says("我家门口那盏还是坏的")
    await citizens[4].says("/done")
    await citizens[4].sees("supervision office looks at it first")
    await citizens[4].sees_nothing(2)
    await office.sees("我家门口那盏还是坏的", buttons=["Assign a unit"])
    assert (await town.case(joined[3][0])).state == "triage"
    assert (await town.case(lead)).state == "closed"


async def _running_deadlines(town: Town, number: str) -> int:
    case = await town.case(number)
    async with town.app.database.transaction() as tx:
        row = await tx.one("SELECT COUNT(*) AS n FROM deadline WHERE case_id = :id AND stopped_at IS NULL", id=case.id)
    return int(row["n"]) if row else 0


async def test_whoever_says_that_theirs_is_different_files_as_before(town: Town) -> None:
    zhang, li = await town.somebody("web"), await town.somebody("telegram")
    await files_publicly(zhang, LAMPS[0])
    await tells_of_lamp(li, LAMPS[1])
    await li.sees("reported already")
    await li.presses("different")
    await li.sees("Who may know")
    await li.presses("anonymous")
    await li.presses("^No$")
    await li.sees("Shall we send it")
    await li.presses("^Send$")
    number, _code = await receipt_of(li)
    assert (await town.case(number)).merged_into is None


async def test_a_case_that_its_citizen_keeps_unpublished_is_offered_to_nobody(town: Town) -> None:
    zhang, li = await town.somebody("web"), await town.somebody("web")
    await files(zhang, RUBBISH)
    await tells(li, RUBBISH)


async def test_who_reports_their_own_matter_again_is_told_that_it_is_their_own_case(town: Town) -> None:
    citizen = await town.somebody("telegram")
    first, _code = await files_publicly(citizen, LAMPS[0])
    await tells_of_lamp(citizen, LAMPS[1])
    asked = await citizen.sees("reported already", buttons=[f"It is my case {first}: .+since 8 Jul 2026$", "different"])
    assert "people" not in asked.buttons[0]
    await citizen.presses(f"It is my case {first}")
    await citizen.sees("added to what has been reported already")
    await citizen.presses("^Send$")
    receipt = await citizen.sees("have received your case", new=True)
    assert f"dealt with together with your case {first}." in receipt.text
    second = re.search(r"Case number: (\d{8}-\d{5}-\d)", receipt.text)
    assert second
    assert (await town.case(second[1])).merged_into == (await town.case(first)).id


async def test_a_misconduct_report_is_neither_offered_nor_asked_about(town: Town) -> None:
    zhang, li, wang = [await town.somebody("web") for _n in range(3)]
    await tells(zhang, "办事大厅三号窗口的材料交了三次还不给办", command="/report", category="Something else")
    await zhang.presses("^Send$")
    await receipt_of(zhang)
    await tells(li, "办事大厅三号窗口的材料交了三次还不给办", category="Something else")
    await files_publicly(wang, LAMPS[0])
    await tells(li, LAMPS[0], command="/report", category="Something else")
    async with town.app.database.transaction() as tx:
        rows = await tx.all("SELECT kind FROM likeness JOIN cases ON id = case_id")
    assert [row["kind"] for row in rows] == ["complaint"]


async def test_if_the_others_are_done_by_the_time_it_is_sent_it_goes_on_alone(town: Town) -> None:
    zhang, li = await town.somebody("web"), await town.somebody("telegram")
    lead, _code = await files_publicly(zhang, LAMPS[0])
    await tells_of_lamp(li, LAMPS[1])
    await li.sees("reported already")
    await li.presses("Add mine")
    await li.sees("Shall we send it|added to the case")
    await zhang.says(f"/case {lead}")
    await zhang.presses("^Withdraw$")
    await zhang.says("修好了")
    await zhang.presses("^Withdraw it$")
    await zhang.sees("has been withdrawn")
    await li.presses("^Send$")
    number, _code = await receipt_of(li)
    assert (await town.case(number)).merged_into is None


async def test_in_triage_the_office_sees_what_is_alike_and_why_and_one_press_merges(town: Town, office: Person) -> None:
    zhang, li = await town.somebody("web"), await town.somebody("web")
    lead, _code = await files(zhang, LAMPS[0], place="城西区", category="Planning")
    number, _code = await files(li, LAMPS[4], place="I don't know", category="Something else")
    await office.sees(f"Like case {lead}: .*words, on the same day", buttons=["Assign a unit", f"Merge with {lead}"])
    await office.presses(f"Merge with {lead}")
    await office.sees("The cases are merged", buttons=["Undo the merging"])
    assert (await town.case(number)).merged_into == (await town.case(lead)).id
    await office.presses("Undo the merging")
    await office.sees("on its own again", buttons=[f"Merge with {lead}"])
