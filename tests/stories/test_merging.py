"""Two citizens report the same: the cases are merged, both hear of everything, and neither sees the other's words."""

from __future__ import annotations

from story_filing import files, receipt_of, solves, tells
from story_person import Person
from story_town import Town

MINE = "城西区某小区门口的垃圾堆了一个星期，我住三单元"
THEIRS = "城西区某小区垃圾没人管，我家在五单元楼下"


async def merges(office: Person, number: str, into: str) -> None:
    """Merge two cases that are alike."""
    await office.says(f"/case {number}")
    await office.sees(number, buttons=["Undo the assignment", "Merge", "Timeline"])
    await office.presses("^Merge$")
    await office.sees("In which case does it go on")
    await office.presses(into)
    await office.sees("Merge the cases")
    await office.presses("^Merge them$")
    await office.sees("The cases are merged", buttons=["Undo the merging", "Timeline"])


async def test_both_citizens_hear_of_everything_and_neither_sees_the_others_words(town: Town, office: Person) -> None:
    contact = await town.contact("web", name="Wang")
    zhang, li = await town.somebody("web"), await town.somebody("telegram")
    lead, _code = await files(zhang, MINE)
    number, code = await files(li, THEIRS)
    await merges(office, number, lead)
    await li.sees("together with another one about the same matter", buttons=["Add something", "Timeline"])
    await contact.sees(f"Case {number} was merged with this one")
    await contact.sees("Others have reported the same: .+五单元", new=False)
    await contact.presses("^Sign in$")
    await li.sees("has signed your case in.+signed in, being dealt with")
    await contact.presses("Ask the citizen")
    await contact.says("几点有人？")
    await contact.says("/done")
    await contact.presses("^Send$")
    await zhang.sees("几点有人")
    await zhang.presses("Answer the question")
    await zhang.says("晚上八点三单元见")
    await zhang.says("/done")
    await contact.sees("answers your question: 晚上八点三单元见")
    await li.presses("Add something")
    await li.says("五单元今天更臭了，电话13812345678")
    await li.says("/done")
    await contact.sees(f"whose case {number} was merged with this one.+五单元今天更臭了，电话〔phone number〕")
    await contact.says("/desk")
    await contact.presses("Our cases")
    await contact.presses(lead)
    await contact.sees("五单元今天更臭了")
    await solves(contact, "已清运，加装摄像头")
    await contact.sees("1 more who reported the same get it too", new=False)
    await li.sees("has answered your case.+已清运，加装摄像头")
    await zhang.presses("^Solved$")
    await li.sees("closed as solved")
    await li.presses("^Timeline$")
    await li.sees("together with another case.+Signed in by.+Answer of the unit: 已清运")
    assert not li.saw("三单元|几点有人|八点")
    assert not zhang.saw("五单元|更臭")
    assert not li.saw(lead)
    assert not zhang.saw(number)
    device = await town.somebody("web")
    await device.says(f"/case {number}")
    await device.says(code)
    await device.sees("Now: closed")
    assert not device.saw("三单元|几点有人|八点")
    await li.presses_secretly(f"f:add:{(await town.case(number)).id}")
    await li.says("还有")
    await li.says("/done")
    await li.sees("does not allow this now")


async def test_a_unit_that_names_a_person_names_them_only_to_the_citizen_whom_it_answers(town: Town, office: Person) -> None:
    contact = await town.contact("web", name="Wang")
    zhang, li = await town.somebody("web"), await town.somebody("telegram")
    lead, _code = await files(zhang, MINE)
    number, _code = await files(li, THEIRS)
    await merges(office, number, lead)
    await contact.sees(f"Case {number} was merged with this one")
    await contact.presses("^Sign in$")
    await contact.presses("Ask for more time")
    await contact.presses("2026")
    await contact.says("等业主张伟回家")
    await contact.presses("^Ask for it$")
    await office.sees("asks for more time", buttons=["Grant"])
    await office.presses("Grant more time")
    await zhang.sees("given more time.+业主张伟")
    await li.sees("given more time.+业主〔name〕")
    await contact.sees("You have been given more time")
    await solves(contact, "已与业主张伟（电话13812345678）联系，垃圾已清运")
    await zhang.sees("has answered your case.+业主张伟（电话13812345678）")
    await li.sees("has answered your case.+业主〔name〕（电话〔phone number〕）联系，垃圾已清运")
    await li.presses("^Timeline$")
    await li.sees("Answer of the unit: 已与业主〔name〕")
    await zhang.presses("^Timeline$")
    await zhang.sees("Answer of the unit: 已与业主张伟")
    assert not li.saw("张伟|13812345678")


async def test_after_a_merging_is_undone_no_card_of_the_contact_says_that_the_case_was_merged(town: Town, office: Person) -> None:
    contact = await town.contact("web", name="Wang")
    lead, _code = await files(await town.somebody("web"), MINE)
    number, _code = await files(await town.somebody("telegram"), THEIRS)
    await merges(office, number, lead)
    await contact.sees(f"Case {number} was merged with this one")
    await office.presses("Undo the merging")
    await contact.sees(f"Case {number} is not merged with this one any more.+{lead}")
    assert not contact.now_sees(f"Case {number} was merged with this one")


async def gives_number(office: Person, number: str, lead: str) -> None:
    """Name the case, by its number, in which another one shall go on."""
    await office.says(f"/case {number}")
    await office.presses("^Merge$")
    await office.presses("by its number")
    await office.says(lead)


async def test_the_case_that_goes_on_can_be_named_by_its_number(town: Town, office: Person) -> None:
    zhang, li = await town.somebody("web"), await town.somebody("web")
    lead, _code = await files(zhang, "全市的垃圾桶都满了", place="西宁市")
    number, _code = await files(li, THEIRS)
    await gives_number(office, number, "20260101-12345")
    await office.sees("not a case number")
    await office.says(number)
    await office.sees("no other open case with this number")
    await office.presses("^Back$")
    await office.says(lead)
    await office.sees("Merge the cases")
    await office.presses("^Merge them$")
    await office.sees("The cases are merged")
    assert (await town.case(number)).merged_into == (await town.case(lead)).id


async def test_a_case_that_was_merged_itself_is_no_mystery_and_the_one_in_which_it_goes_on_can_be_chosen(
    town: Town, office: Person
) -> None:
    zhang, li, wang = [await town.somebody("web") for _ in range(3)]
    lead, _code = await files(zhang, MINE)
    merged, _code = await files(li, THEIRS)
    await merges(office, merged, lead)
    number, _code = await files(wang, "全市的垃圾桶都满了", place="西宁市")
    await gives_number(office, number, merged)
    await office.sees(
        f"Case {merged} was merged itself, and goes on in {lead}.", buttons=[f"{lead}.+三单元", "Leave it", "Back", "Cancel"]
    )
    await office.presses(f"^{lead}")
    await office.sees(f"{lead}.+Merge the cases")
    await office.presses("^Merge them$")
    await office.sees("The cases are merged")
    assert (await town.case(number)).merged_into == (await town.case(lead)).id


async def test_a_case_that_is_over_is_said_to_be_over(town: Town, office: Person) -> None:
    zhang, li = await town.somebody("web"), await town.somebody("web")
    over, _code = await files(zhang, MINE)
    number, _code = await files(li, THEIRS)
    await zhang.says(f"/case {over}")
    await zhang.presses("^Withdraw$")
    await zhang.says("搬走了")
    await zhang.presses("^Withdraw it$")
    await zhang.sees("withdrawn")
    await gives_number(office, number, over)
    await office.sees(f"Case {over} is not open any more: withdrawn by the citizen.", buttons=["Leave it", "Back", "Cancel"])
    await office.presses("Leave it")
    assert (await town.case(number)).merged_into is None


async def test_a_misconduct_report_looks_to_the_office_like_no_case(town: Town, office: Person) -> None:
    zhang, li = await town.somebody("web"), await town.somebody("web")
    await tells(zhang, "窗口收红包", command="/report", category="Something else")
    await zhang.presses("^Send$")
    secret, _code = await receipt_of(zhang)
    number, _code = await files(li, THEIRS)
    await office.says(f"/case {number}")
    await office.presses("^Merge$")
    await office.presses("by its number")
    await office.says(secret)
    await office.sees("no other open case with this number")


async def test_a_merging_is_undone_and_the_case_is_again_with_the_unit_that_it_had(town: Town, office: Person) -> None:
    contact = await town.contact("telegram")
    zhang, li = await town.somebody("web"), await town.somebody("web")
    lead, _code = await files(zhang, MINE)
    number, _code = await files(li, THEIRS)
    await merges(office, number, lead)
    await office.presses("Undo the merging")
    await office.sees("on its own again, with Chengxi", buttons=["Undo the assignment"])
    await li.sees("dealt with on its own again, by Chengxi.+Promised by")
    await contact.sees("This case is on its own again", buttons=["Sign in"])
    assert (await town.case(number)).state == "assigned"
    events = [row["event"] for row in await town.history(number)]
    assert events == ["file", "assign", "merge", "unmerge", "assign"]
    assert [row["event"] for row in await town.history(lead)] == ["file", "assign", "merge", "unmerge"]


async def test_when_the_citizen_of_the_one_that_goes_on_withdraws_the_other_one_is_not_lost(town: Town, office: Person) -> None:
    zhang, li = await town.somebody("web"), await town.somebody("web")
    lead, _code = await files(zhang, MINE)
    number, _code = await files(li, THEIRS)
    await merges(office, number, lead)
    await zhang.says(f"/case {lead}")
    await zhang.presses("^Withdraw$")
    await zhang.says("搬走了")
    await zhang.presses("^Withdraw it$")
    await li.sees("dealt with on its own again, by Chengxi")
    assert not li.saw("搬走了|withdrawn")
    assert (await town.case(number)).state == "assigned"
