"""The office's own staff: a role can be ended by a colleague, an invitation withdrawn, and a device signed out."""

from __future__ import annotations

import re
from datetime import timedelta

import aiohttp
from story_filing import files, receipt_of, tells
from story_person import Person
from story_town import RUBBISH_UNIT, Town
from story_web import WebPerson

from storage.roles import RoleKind


async def on_another_device(town: Town, staff: Person, on: str) -> Person:
    """Sign somebody in on one more device."""
    await staff.says("/desk")
    await staff.presses("Sign in on another device")
    found = re.search(r"/in/(\S+)", (await staff.sees(r"/in/\S+")).text)
    assert found
    other = await town.somebody(on)
    await other.follows(found[1])
    await other.presses("^Sign in here$")
    await other.sees("signed in on this device")
    await staff.sees("new device has signed in")
    return other


async def test_a_colleague_ends_a_role_at_the_office_and_nobody_their_own(town: Town) -> None:
    chen, zhou = await town.office("web", name="Chen"), await town.office("telegram", name="Zhou")
    citizen = await town.somebody("web")
    number, _code = await files(citizen, "某小区夜里很吵", place="I don't know", category="Something else")
    for one in (chen, zhou):
        await one.sees("夜里很吵")
    await chen.says("/desk")
    await chen.presses("Waiting cases")
    await chen.presses("Units and staff")
    await chen.presses("^Supervision office$")
    page = await chen.sees("Chen, since.+Zhou, since")
    assert page.buttons == ["End: Zhou", "Units and staff"]
    await chen.presses("End: Zhou")
    await chen.sees("Zhou, Supervision office")
    await chen.presses("^End it$")
    await chen.sees("The role of Zhou has ended")
    await zhou.sees("Your work at the supervision office has ended here")
    await zhou.sees(f"{number} is shown to the supervision office only", new=False)
    case = await town.case(number)
    await chen.presses_secretly(f"d:take:{case.id}:{case.version}")
    await chen.sees("Taken by Chen")
    await zhou.says("/desk")
    await zhou.sees("desk is for staff")
    async with town.app.database.reading() as tx:
        (row,) = await tx.all("SELECT id FROM role WHERE name = 'Chen'")
    await chen.presses_secretly(f"f:unbind:{row['id']}")
    await chen.presses("^End it$")
    await chen.sees("Your own role is ended by a colleague")
    assert not zhou.now_sees("夜里很吵")


async def test_an_invitation_to_the_office_is_listed_and_can_be_withdrawn(town: Town) -> None:
    office = await town.office("web", name="Chen")
    code = await town.invites(RoleKind.OFFICE, (), "Wrong")
    await office.presses_secretly("s:staff_office:")
    await office.sees("Invited: Wrong")
    await office.presses("Withdraw the invitation: Wrong")
    await office.sees("The invitation of Wrong is withdrawn")
    wrong = await town.somebody("telegram")
    await wrong.follows(code)
    await wrong.sees("has been used or is too old")


async def test_the_operator_lists_who_works_where_and_ends_any_role(town: Town) -> None:
    chen = await town.office("web", name="Chen")
    team = await town.contact("web", "discipline-630104", name="Du")
    code, listed = await town.runs("staff")
    assert code == 0
    for name, person in (("Chen", chen), ("Du", team)):
        found = re.search(rf"^(\w+) .*{name}$", listed, re.M)
        assert found
        assert await town.runs("staff", "end", found[1]) == (0, f"The role of {name} has ended.\n")
        await person.sees("has ended")
        assert (await town.runs("staff", "end", found[1]))[0] == 1
    await chen.says("/desk")
    await chen.sees("desk is for staff")


async def test_an_open_form_ends_with_the_role_that_it_needs(town: Town) -> None:
    chen, zhou = await town.office("web", name="Chen"), await town.office("telegram", name="Zhou")
    await zhou.presses_secretly("f:invite:")
    await zhou.sees("Which unit")
    await chen.presses_secretly("s:staff_office:")
    await chen.presses("End: Zhou")
    await chen.presses("^End it$")
    await zhou.sees("has ended here")
    await zhou.says("城西")
    await zhou.sees("Only the supervision office can do this")
    assert not zhou.saw("Please choose the unit")


async def test_whoever_loses_a_phone_signs_it_out_from_another_device(town: Town) -> None:
    wang = await town.contact("web", name="Wang")
    assert isinstance(wang, WebPerson)
    phone = await on_another_device(town, wang, "telegram")
    await files(await town.somebody("web"), "城西区某小区的垃圾堆在三单元")
    for one in (wang, phone):
        await one.sees("三单元")
    await wang.says("/desk")
    await wang.presses("^Sign out$")
    await wang.sees("on this many devices: 2")
    await wang.presses("Sign out my other devices")
    await wang.sees("Your other devices are signed out: 1")
    await phone.sees("This device has been signed out")
    await phone.sees("This is not shown here any more", new=False)
    assert not phone.now_sees("三单元")
    await phone.says("/desk")
    await phone.sees("desk is for staff")
    await wang.says("/desk")
    await wang.presses("^Sign out$")
    await wang.presses("^Sign out here$")
    await wang.sees("You are signed out here")
    await wang.says("/desk")
    await wang.sees("desk is for staff")
    await wang.leaves()
    again = await town.same_browser(wang)
    await again.sees("desk is for staff")
    assert not again.saw("三单元")


async def test_a_unit_keeps_its_contact_whose_devices_are_all_signed_out(town: Town) -> None:
    office, wang = await town.office("web"), await town.contact("telegram", name="Wang")
    await wang.says("/desk")
    await wang.presses("^Sign out$")
    await wang.presses("^Sign out here$")
    await wang.sees("You are signed out here")
    await files(await town.somebody("web"))
    await office.sees("Nobody can be reached at Chengxi")
    await wang.follows(await town.invites(RoleKind.CONTACT, (RUBBISH_UNIT,), "Wang"))
    await wang.sees("signed in for")


async def of_both(town: Town, unit: str) -> WebPerson:
    """Bring somebody who belongs to the office and to a unit."""
    both = await town.office("web", name="Both")
    assert isinstance(both, WebPerson)
    await both.follows(await town.invites(RoleKind.CONTACT, (unit,), "Both"))
    await both.sees("signed in for")
    return both


async def test_whoever_works_at_the_unit_opens_no_name_at_the_office_either(town: Town) -> None:
    citizen, chen = await town.somebody("web"), await town.office("telegram", name="Chen")
    both = await of_both(town, RUBBISH_UNIT)
    await tells(citizen, name="欧阳明月", phone="13987654321")
    await citizen.presses("^Send$")
    number, _code = await receipt_of(citizen)
    case = await town.case(number)
    await both.presses_secretly(f"d:reveal:{case.id}:{case.version}")
    await both.sees("You work at the unit concerned")
    await both.presses_secretly(f"f:return:{case.id}")
    await both.says("not ours")
    await both.presses("^Return it$")
    await both.sees("Returned by the unit: not ours")
    case = await town.case(number)
    assert case.unit is None
    await both.presses_secretly(f"d:reveal:{case.id}:{case.version}")
    await both.sees("You work at the unit concerned", new=True)
    await chen.presses_secretly(f"d:reveal:{case.id}:{case.version}")
    await chen.sees("was filed by 欧阳明月")
    assert not both.saw("欧阳明月")


async def test_whoever_works_at_the_unit_sees_a_bad_rating_of_it_no_earlier_at_the_office(town: Town) -> None:
    async with town.app.database.reading() as tx:
        city = (await town.app._town.context(tx)).city.city
    window = city.windows["centre-5"]
    both, citizen = await of_both(town, city.halls[window.hall].unit), await town.somebody("telegram")
    await citizen.scans(window.code)
    await citizen.presses("^Dissatisfied$")
    await citizen.sees("What was wrong")
    await citizen.says("等了两个小时")
    await citizen.sees("Noted so far")
    await citizen.presses("Done")
    await citizen.presses("^Send$")
    number = re.search(r"\d{8}-\d{5}-\d", (await citizen.sees("it has become a case")).text)
    assert number
    case = await town.case(number[0])
    for press in (f"s:office_case:{case.id}", f"s:case:{case.id}", f"s:timeline:{case.id}"):
        await both.presses_secretly(press)
        await both.sees("can't find this case|not among yours|not with your unit")
    async with aiohttp.ClientSession(town.url, cookie_jar=both.cookies) as session:

        async def page(path: str) -> tuple[int, str]:
            async with session.get(path) as answer:
                return answer.status, await answer.text()

        assert number[0] not in (await page("/desk?state=all"))[1]
        assert (await page(f"/desk/case/{number[0]}"))[0] == 404
        town.clock.ahead += timedelta(hours=1)
        assert number[0] in (await page("/desk?state=all"))[1]
        assert (await page(f"/desk/case/{number[0]}"))[0] == 200
