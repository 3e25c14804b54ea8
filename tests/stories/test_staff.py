"""The office invites contacts and heads, ends roles, and lets a colleague take everything over."""

from __future__ import annotations

import json
import re

import aiohttp
from story_filing import files, solves
from story_person import Person
from story_town import RUBBISH_UNIT, Town
from story_web import WebPerson

UNIT_NAME = "Chengxi District Urban Management"


async def opens_unit(office: Person, town: Town) -> None:
    """Open the page of RUBBISH_UNIT."""
    await office.says("/desk")
    await office.presses("Waiting cases")
    await office.presses("Units and staff")
    await office.sees("Without a contact")
    await office.presses_secretly(f"s:staff_unit:{RUBBISH_UNIT}")


async def test_units_without_a_contact_come_first(town: Town, office: Person) -> None:
    await town.contact("web", "education")
    await office.says("/desk")
    await office.presses("Waiting cases")
    await office.presses("Units and staff")
    page = await office.sees(r"Units: 49\. Without a contact: 48")
    assert all("no contact" in button for button in page.buttons[:8])
    for _page in range(6):
        await office.presses("More units")
        page = await office.sees("Units: 49")
    assert any("contacts 1, heads 0" in button for button in page.buttons)
    assert not any("More units" in button for button in page.buttons)


async def test_a_contact_is_invited_and_signs_in_by_either_link(town: Town, office: Person) -> None:
    await opens_unit(office, town)
    await office.sees("Nobody has signed in for this unit")
    await office.presses("Invite somebody")
    await office.sees("As what", buttons=["Contact", "Head", "Cancel"])
    await office.presses("^Contact$")
    await office.says("Wang")
    message = await office.sees("pass one of these on to Wang")
    web = re.search(r"/in/(\S+)", message.text)
    telegram = re.search(r"t\.me/\w+\?start=(\S+)", message.text)
    assert web
    assert telegram
    assert web[1] == telegram[1]
    wang = await town.somebody("web")
    async with aiohttp.ClientSession(headers={"Accept-Language": "en"}) as anybody:
        async with anybody.get(f"{town.url}/in/{web[1]}") as page:
            assert "Sign in on this device" in await page.text()
        await wang.follows(web[1])
        await wang.sees(f"signed in for {UNIT_NAME}")
        async with anybody.get(f"{town.url}/in/{web[1]}") as page:
            assert "has been used or is too old" in await page.text()
    await opens_unit(office, town)
    await office.sees("Contact Wang, since", buttons=["End: Wang", "Invite somebody", "Units and staff"])


async def test_a_head_is_invited_to_a_unit_searched_by_a_part_of_its_name(town: Town, office: Person) -> None:
    await office.presses_secretly("f:invite:")
    await office.sees("Which unit")
    await office.says("no such bureau")
    await office.sees("There is no unit whose name")
    await office.says("城西城管")
    await office.presses(UNIT_NAME)
    await office.presses("^Head$")
    await office.says("Qian")
    message = await office.sees("pass one of these on to Qian")
    code = re.search(r"/in/(\S+)", message.text)
    assert code
    qian = await town.somebody("telegram")
    await qian.follows(code[1])
    await qian.sees("signed in for")


async def test_whoever_leaves_has_no_desk_at_once_and_what_they_held_is_signed_in_by_a_colleague(
    town: Town, office: Person
) -> None:
    wang, li = await town.contact("web", name="Wang"), await town.contact("telegram", name="Li")
    citizen = await town.somebody("web")
    number, _code = await files(citizen)
    await wang.presses("^Sign in$")
    await li.sees("Signed in by Wang")
    await opens_unit(office, town)
    await office.presses("End: Wang")
    await office.sees("Wang, Contact of Chengxi.+Open cases: 1")
    await office.presses("^End it$")
    await office.sees("role of Wang has ended. Cases left to be signed in: 1")
    await li.sees("Wang is no longer a contact of your unit. Cases left to be signed in: 1", buttons=["Our cases"])
    await wang.sees("Your work for Chengxi.+has ended")
    await wang.says("/desk")
    await wang.sees("desk is for staff")
    assert wang.now_sees("with no unit at which you work")
    await wang.presses_secretly(f"f:report:{(await town.case(number)).id}")
    await wang.sees("not with your unit")
    await li.presses("^Sign in$")
    await solves(li, "已清运")
    await citizen.sees("已清运")
    assert [row["event"] for row in await town.history(number)] == ["file", "assign", "accept", "unbind", "accept", "report"]


async def test_of_the_units_cases_whoever_left_keeps_neither_words_nor_photos(town: Town, office: Person) -> None:
    wang, li = await town.contact("web", name="Wang"), await town.contact("telegram", name="Li")
    assert isinstance(wang, WebPerson)
    citizen = await town.somebody("web")
    await citizen.says("/complain")
    await citizen.sends_photo()
    await citizen.says("垃圾堆在三单元门口")
    await citizen.says("/done")
    await citizen.says("城西区")
    await citizen.presses("anonymous")
    await citizen.presses("^No$")
    await citizen.presses("^Send$")
    await wang.sees("三单元门口")
    await wang.sees_photos(1)
    await wang.presses("^Timeline$")
    await wang.sees("Received: 垃圾堆在三单元门口")
    await wang.presses("Photos and files")
    await wang.sees("Files of case")
    await wang.sees_photos(1)
    urls = {file["url"] for message in wang.standing() for file in message.files}
    assert all([await wang.opens(url) for url in urls])
    await opens_unit(office, town)
    await office.presses("End: Wang")
    await office.presses("^End it$")
    await wang.sees("Your work for Chengxi.+has ended")
    assert [url for url in urls if await wang.opens(url)] == []
    await wang.leaves()
    again = await town.same_browser(wang)
    await again.sees("has ended")
    assert not again.saw("三单元")
    assert not any(message.files for message in again.standing())
    await li.sees("三单元门口", new=False)
    assert li.now_sees("三单元门口")
    assert not li.now_sees("not with your unit")


async def test_a_colleague_takes_everything_over(town: Town, office: Person) -> None:
    wang, li = await town.contact("web", name="Wang"), await town.contact("telegram", name="Li")
    citizen = await town.somebody("web")
    await files(citizen)
    await wang.presses("^Sign in$")
    await li.sees("Signed in by Wang")
    await opens_unit(office, town)
    await office.presses("Replace: Wang")
    await office.sees("Who takes everything over", buttons=["Li", "Nobody", "Cancel"])
    await office.presses("^Li$")
    await office.sees("To: Li")
    await office.presses("^Hand it over$")
    await office.sees("Cases handed over: 1")
    await li.sees("You take over from Wang. Cases handed to you: 1")
    assert li.now_sees("Signed in by Li")
    await solves(li, "已清运")
    await citizen.sees("已清运")
    await citizen.presses("^Not solved$")
    await citizen.says("还有")
    await citizen.says("/done")
    await li.sees("Not solved, says the citizen: 还有", buttons=["Report"])
    await wang.says("/desk")
    await wang.sees("desk is for staff")


async def test_an_answered_case_of_somebody_who_left_is_told_to_the_others_and_not_to_them(town: Town, office: Person) -> None:
    wang, li = await town.contact("web", name="Wang"), await town.contact("telegram", name="Li")
    citizen = await town.somebody("web")
    number, _code = await files(citizen)
    await wang.presses("^Sign in$")
    await solves(wang, "已清运")
    await opens_unit(office, town)
    await office.presses("End: Wang")
    await office.presses("^End it$")
    await office.sees("role of Wang has ended")
    await citizen.presses("^Not solved$")
    await citizen.says("还有一半")
    await citizen.says("/done")
    await li.sees("Not solved, says the citizen: 还有一半", buttons=["Sign in"])
    assert not wang.saw("还有一半")
    case = await town.case(number)
    assert (case.state, case.holder) == ("assigned", None)


async def test_an_invitation_made_beside_the_program_leads_to_where_it_runs(town: Town) -> None:
    code, printed = await town.runs("invite", "office", "--name=Zhao", "--json")
    assert code == 0
    link = json.loads(printed)["web"]
    assert link.startswith(f"{town.url}/in/")
    zhao = await town.somebody("web")
    await zhao.follows(link.rpartition("/")[2])
    await zhao.sees("signed in as the supervision office")
