"""Staff work on several devices: each is asked about before it signs in, and nothing of its own past goes over."""

from __future__ import annotations

import re

import pytest
from story_filing import files
from story_person import Person
from story_town import RUBBISH_UNIT, Town

DISCIPLINE = "discipline-630104"
WINDOW = "centre-5"


async def device_code(staff: Person) -> str:
    """Ask for a link to another device."""
    await staff.says("/desk")
    await staff.presses("Sign in on another device")
    message = await staff.sees(r"/in/\S+")
    found = re.search(r"/in/(\S+)", message.text)
    assert found
    return found[1]


async def persons(town: Town) -> list[str]:
    """Read whose every conversation is."""
    async with town.app.database.reading() as tx:
        return [row["person"] for row in await tx.all("SELECT person FROM conversation ORDER BY id")]


@pytest.mark.parametrize("on", ["telegram", "web"])
async def test_a_link_to_another_device_gives_nobody_a_citizens_cases(town: Town, on: str) -> None:
    await town.contact("web", DISCIPLINE)
    contact, citizen = await town.contact("web", name="Wang"), await town.somebody(on)
    number, _code = await files(citizen, "城西区城管局的王科长收红包才给办事", command="/report", category="Bribes")
    code, before = await device_code(contact), await persons(town)
    await citizen.follows(code)
    await citizen.sees("belong to this chat, and they stay with whoever gave them")
    await citizen.presses_secretly(f"d:sign_in:{code}:0")
    await citizen.sees("belong to this chat, and they stay with whoever gave them")
    assert await persons(town) == before
    await citizen.says("/my")
    await citizen.sees("Your cases", buttons=[number])
    await contact.says("/my")
    await contact.sees("not filed|no case")
    phone = await town.somebody("telegram")
    await phone.follows(code)
    await phone.presses("^Sign in here$")
    await phone.sees("signed in on this device")


async def test_where_a_window_was_rated_nobody_can_sign_in_by_a_link_to_another_device(town: Town) -> None:
    contact, citizen = await town.contact("web"), await town.somebody("telegram")
    await citizen.scans(WINDOW)
    await citizen.presses("^Satisfied$")
    await citizen.sees("Shall we send")
    await citizen.presses("^Send$")
    await citizen.sees("Thank you|has been counted|Your rating")
    before = await persons(town)
    await citizen.follows(await device_code(contact))
    await citizen.sees("belong to this chat")
    assert await persons(town) == before


@pytest.mark.parametrize("on", ["telegram", "web"])
async def test_who_opens_a_link_to_another_device_is_asked_first_and_may_leave_it(town: Town, on: str) -> None:
    contact, citizen = await town.contact("web", name="Wang"), await town.somebody(on)
    await citizen.follows(await device_code(contact))
    await citizen.sees(
        "You would work here as Wang, Chengxi District Urban Management.+If somebody else gave you this link, don't",
        buttons=["^Sign in here$", "^Don't sign in$"],
    )
    await citizen.presses("Don't sign in")
    await citizen.sees("You are not signed in, and nothing has changed here")
    await citizen.says("/desk")
    await citizen.sees("desk is for staff")


async def test_the_old_device_hears_of_the_new_one_and_can_sign_it_out(town: Town) -> None:
    wang, thief = await town.contact("telegram", name="Wang"), await town.somebody("web")
    code = await device_code(wang)
    await thief.follows(code)
    await thief.presses("^Sign in here$")
    await thief.sees("signed in on this device")
    await wang.sees("A new device has signed in and works in your name")
    await files(await town.somebody("web"), "城西区某小区门口的垃圾堆在三单元")
    await thief.sees("三单元")
    await wang.presses("Sign that device out")
    await wang.sees("That device is signed out")
    await thief.sees("This device has been signed out")
    await thief.sees("This is not shown here any more", new=False)
    assert not thief.now_sees("三单元")
    await thief.says("/desk")
    await thief.sees("desk is for staff")
    await wang.says("/desk")
    await wang.sees("Your unit")


async def test_a_chat_that_is_signed_in_stays_with_whoever_it_is(town: Town) -> None:
    wang, li = await town.contact("web", name="Wang"), await town.contact("telegram", RUBBISH_UNIT, name="Li")
    await li.follows(await device_code(wang))
    await li.sees("This chat is signed in already: Li")


async def test_a_link_to_another_device_is_void_once_the_role_has_ended(town: Town) -> None:
    office, wang, phone = await town.office("web"), await town.contact("web", name="Wang"), await town.somebody("telegram")
    code = await device_code(wang)
    await office.presses_secretly(f"s:staff_unit:{RUBBISH_UNIT}")
    await office.presses("End: Wang")
    await office.presses("^End it$")
    await wang.sees("has ended")
    await phone.follows(code)
    await phone.sees("has been used or is too old")
