"""Who is away: a deputy stands in, else the head is told; nothing that waits is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from story_filing import files, solves
from story_person import Person
from story_town import RUBBISH_UNIT, Town

from storage.roles import RoleKind


async def goes_away(contact: Person, deputy: str, how_long: str = "Three days") -> None:
    await contact.says("/away")
    await contact.sees("How long will you be away")
    await contact.presses(how_long)
    await contact.sees("Who stands in")
    await contact.presses(deputy)
    await contact.sees(r"You are away up to and with \d+ \w+ 20\d\d", buttons=["back at work"])


@pytest.mark.parametrize(("wang_on", "li_on"), [("telegram", "web"), ("web", "telegram")])
async def test_a_deputy_is_told_and_may_act_while_the_holder_is_away(town: Town, wang_on: str, li_on: str) -> None:
    citizen, wang = await town.somebody("web"), await town.contact(wang_on, name="Wang")
    li, office = await town.contact(li_on, name="Li"), await town.office("web")
    number, _code = await files(citizen)
    await wang.presses("^Sign in$")
    await li.sees("Signed in by Wang", buttons=["Timeline"])
    await goes_away(wang, "^Li$")
    await li.sees("Wang is away up to and with 10 Jul 2026, and you stand in")
    await office.presses_secretly(f"s:staff_unit:{RUBBISH_UNIT}")
    await office.sees("Contact Wang, since 8 Jul 2026; away up to and with 10 Jul 2026, Li stands in")
    await citizen.sees("has signed your case in")
    await citizen.presses("^Urge$")
    await li.sees("citizen urges you", buttons=["Report", "Ask", "Plan", "more time", "Return", "Pass on", "Timeline"])
    await wang.sees("citizen urges you")
    await solves(li, "已清运")
    await citizen.sees("已清运")
    assert (await town.case(number)).state == "answered"
    assert not office.saw("Nobody can be reached")


async def test_back_at_work_the_deputy_may_act_no_longer(town: Town) -> None:
    citizen = await town.somebody("web")
    wang, li = await town.contact("telegram", name="Wang"), await town.contact("web", name="Li")
    number, _code = await files(citizen)
    await wang.presses("^Sign in$")
    await li.sees("Signed in by Wang")
    await goes_away(wang, "^Li$")
    await wang.says("/desk")
    await wang.sees("You are away up to and with")
    await wang.presses("back at work")
    await wang.sees("Welcome back")
    await li.sees("Wang is back at work; you stand in for them no longer")
    case = await town.case(number)
    await li.presses_secretly(f"f:report:{case.id}")
    await li.sees("A colleague has signed")
    await wang.says("/desk")
    await wang.sees("Your unit: 1 open", buttons=["Our cases", "I will be away", "Sign in on another", "Menu"])


async def test_an_absence_ends_by_itself(town: Town) -> None:
    citizen = await town.somebody("web")
    wang, li = await town.contact("telegram", name="Wang"), await town.contact("web", name="Li")
    number, _code = await files(citizen)
    await wang.presses("^Sign in$")
    await li.sees("Signed in by Wang")
    await goes_away(wang, "^Li$", "Only today")
    case = await town.case(number)
    town.clock.ahead += timedelta(days=1)
    await li.presses_secretly(f"f:report:{case.id}")
    await li.sees("A colleague has signed")


@pytest.mark.parametrize("head_on", ["telegram", "web"])
async def test_without_a_deputy_the_head_reads_what_comes_and_acts_until_somebody_is_back(town: Town, head_on: str) -> None:
    citizen, wang, head = await town.somebody("web"), await town.contact("telegram", name="Wang"), await town.head(head_on)
    office = await town.office("web")
    number, _code = await files(citizen)
    await wang.presses("^Sign in$")
    await goes_away(wang, "^Nobody")
    await citizen.sees("has signed your case in")
    await citizen.presses("^Urge$")
    await head.sees(f"citizen urges you.+{number}.+Signed in by Wang", buttons=["Report", "Pass on", "Timeline"])
    await head.says("/desk")
    await head.sees("Your unit: 1 open, 0 of them not signed in.+No contact is there at .+answer its cases meanwhile")
    await head.presses("^Our cases$")
    await head.sees("What waits for your unit")
    await head.presses(number)
    await solves(head, "已清运")
    await citizen.sees("已清运")
    other, _code = await files(citizen, "城西区另一处垃圾")
    await head.sees("Sign in by")
    await wang.says("/desk")
    await wang.presses("back at work")
    await wang.sees("Welcome back")
    case = await town.case(other)
    await head.presses("^Sign in$")
    await head.sees(f"contacts of your unit deal with case {other}; its head does while none is there")
    await head.says(f"/case {other}")
    await head.sees(f"{other}.+Sign in by", buttons=["Timeline"])
    await head.presses_secretly(f"f:return:{case.id}")
    await head.sees("contacts of your unit deal with")
    await head.presses_secretly("s:unit:")
    await head.sees("This list is for the contacts of a unit")
    assert not office.saw("Nobody can be reached")


async def test_what_a_head_has_signed_in_they_hand_over_when_a_contact_is_back(town: Town) -> None:
    citizen, wang, head = await town.somebody("web"), await town.contact("telegram", name="Wang"), await town.head("web")
    await goes_away(wang, "^Nobody")
    number, _code = await files(citizen)
    await head.presses("^Sign in$")
    await head.sees(f"Signed in by {head.name}", buttons=["Report", "Pass on"], new=False)
    await wang.says("/desk")
    await wang.presses("back at work")
    await wang.sees("Welcome back")
    await head.says("/desk")
    await head.presses("^My unit$")
    await head.sees(f"Wang: 0 open.+{head.name}: 1 open, 0 late")
    await head.says(f"/case {number}")
    await head.sees(number, buttons=["Report", "Pass on"])
    await head.presses("Pass on")
    await head.sees("Who should take over")
    await head.presses("^Wang$")
    await wang.sees("has handed this case to you", buttons=["Report"])
    await head.says(f"/case {number}")
    await head.sees("Signed in by Wang", buttons=["Timeline"])


async def test_a_deputy_who_serves_only_one_of_two_units_is_said_to(town: Town) -> None:
    citizen, head = await town.somebody("web"), await town.head("telegram")
    wang = await town.somebody("web")
    await wang.follows(await town.invites(RoleKind.CONTACT, (RUBBISH_UNIT, "housing"), "Wang"))
    li = await town.contact("telegram", "housing", name="Li")
    await wang.says("/away")
    await wang.presses("Three days")
    await wang.sees("Who stands in", buttons=[r"^Li \(only for .*Housing", "^Nobody"])
    await wang.presses("^Li")
    await wang.sees("Li stands in for you.+Li is no contact of .*Chengxi.+nobody stands in for you there, and the head is told")
    await files(citizen)
    await head.sees("Sign in by", buttons=["Sign in", "Ask", "Return", "Pass on", "Timeline"])
    await li.sees("you stand in")
    assert not li.saw("Sign in by")


async def test_where_nobody_is_there_the_office_is_told_and_the_case_waits(town: Town) -> None:
    citizen, wang = await town.somebody("web"), await town.contact("telegram", name="Wang")
    office = await town.office("web")
    await goes_away(wang, "^Nobody")
    await files(citizen)
    await office.sees("Nobody can be reached at Chengxi")
    await wang.sees("Sign in by")


async def test_a_new_case_goes_to_the_colleagues_who_are_there(town: Town) -> None:
    citizen, wang = await town.somebody("web"), await town.contact("telegram", name="Wang")
    li = await town.contact("web", name="Li")
    await goes_away(wang, "^Li$")
    await files(citizen)
    await li.sees("Sign in by")
    await wang.sees_nothing()


@pytest.mark.parametrize("written", ["2020-01-01", "soon", "昨天", "2026-13-40"])
async def test_a_day_that_is_none_or_has_passed_is_not_taken(town: Town, written: str) -> None:
    wang = await town.contact("telegram", name="Wang")
    await wang.says("/away")
    await wang.presses("another day")
    await wang.sees("last day")
    await wang.says(written)
    await wang.sees("no day we can read|still to come")


@pytest.mark.parametrize(("written", "shown"), [("明天", "9 Jul 2026"), ("后天", "10 Jul 2026"), ("7月12日", "12 Jul 2026")])
async def test_the_last_day_is_written_as_people_say_it(town: Town, written: str, shown: str) -> None:
    wang = await town.contact("telegram", name="Wang")
    await wang.says("/away")
    await wang.presses("another day")
    await wang.sees("last day")
    await wang.says(written)
    await wang.sees("Who stands in")
    await wang.presses("^Nobody")
    await wang.sees(f"You are away up to and with {shown}")


async def test_only_staff_can_be_away(town: Town) -> None:
    citizen = await town.somebody("web")
    await citizen.says("/away")
    await citizen.sees("Only staff")


async def test_a_last_day_that_is_over_is_refused_where_it_is_written(town: Town) -> None:
    wang, _li = await town.contact("web", name="Wang"), await town.contact("web", name="Li")
    await wang.says("/away")
    await wang.presses("Until another day")
    await wang.says("2026-07-07")
    await wang.sees("still to come.+last day")
    await wang.says("2026-07-09")
    await wang.sees("Who stands in")
