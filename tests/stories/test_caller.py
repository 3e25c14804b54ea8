"""Somebody rings the office, which files the matter for them; the caller follows it by number and code."""

from __future__ import annotations

from story_filing import solves
from story_person import Person
from story_town import RUBBISH_UNIT, Town


async def files_for(office: Person, *, named: bool) -> tuple[str, str]:
    """File what a caller said; return number and code."""
    await office.says("/desk")
    await office.presses("Waiting cases")
    await office.presses("File for somebody")
    await office.sees("How did it come", buttons=["By phone", "By letter", "In person", "Cancel"])
    await office.presses("By phone")
    await office.says("城西区某小区门口的垃圾没人清运，我叫李小明，电话13812345678")
    await office.says("/done")
    await office.sees("What kind", buttons=["Complaint", "Consultation", "Suggestion", "Back", "Cancel"])
    await office.presses("^Complaint$")
    await office.sees("known who it was")
    await office.presses("^Yes" if named else "^No")
    if named:
        await office.says("李小明")
        await office.says("13812345678")
    await office.sees("May we publish")
    await office.presses("^No$")
    summary = await office.sees("Shall we file it")
    assert "Source: By phone" in summary.text
    assert "13812345678" not in summary.text
    await office.presses("^Send$")
    receipt = await office.sees("Please pass number and code on")
    number, code = (receipt.text.partition(label)[2].splitlines()[0] for label in ("Case number: ", "Code: "))
    return number, code


async def test_a_caller_follows_the_case_by_number_and_code_and_the_office_does_not(town: Town, office: Person) -> None:
    contact = await town.contact("telegram")
    number, code = await files_for(office, named=True)
    await contact.sees("垃圾没人清运")
    assert not contact.saw("李小明|13812345678")
    row = (await town.history(number))[0]
    assert (row["event"], row["actor"].partition(":")[0], row["source"]) == ("file", "office", "phone")
    assert (await town.case(number)).unit == RUBBISH_UNIT
    await office.says("/my")
    await office.sees("no cases here yet")
    caller = await town.somebody("web")
    await caller.says(f"/case {number}")
    await caller.says(code)
    await caller.sees("Received: 城西区")
    await contact.presses("^Sign in$")
    await solves(contact, "已清运")
    await caller.sees("has answered your case.+已清运")
    assert not office.saw("已清运")
    await office.says(f"/case {number}")
    await office.presses("Who filed it")
    await office.sees("was filed by 李小明")


async def test_a_caller_can_stay_anonymous(town: Town, office: Person) -> None:
    number, _code = await files_for(office, named=False)
    assert (await town.case(number)).named is None
    assert "我叫李**，电话〔电话〕" in (await town.texts(number))[0]
