"""More time: a unit asks, the office grants or refuses, the citizen reads why."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from story_filing import files, solves
from story_person import Person
from story_town import Town


async def asks_for_time(contact: Person, why: str, choice: str = r"\d{4}") -> str:
    """Go through the form; return the date that was chosen."""
    await contact.presses("Ask for more time")
    offered = await contact.sees("Until when do you need")
    date = next(button for button in offered.buttons if re.search(choice, button))
    await contact.presses(re.escape(date))
    await contact.sees("Why is more time needed")
    await contact.says(why)
    await contact.sees(f"{re.escape(date)}.+{why}.+Ask the supervision office")
    await contact.presses("^Ask for it$")
    await contact.sees("has been asked for more time")
    return date


@pytest.mark.parametrize(("unit_on", "office_on"), [("telegram", "web"), ("web", "telegram")])
async def test_more_time_that_is_granted_moves_the_date_and_the_citizen_reads_why(
    town: Town, unit_on: str, office_on: str
) -> None:
    citizen, contact, office = await town.somebody("web"), await town.contact(unit_on), await town.office(office_on)
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    promised = re.search(r"Promised by: ([^\n]+)", (await citizen.sees("has signed your case in")).text)
    assert promised
    date = await asks_for_time(contact, "要等新车到货")
    assert contact.now_sees("You have asked for more time, until")
    await office.sees(
        f"asks for more time, until {re.escape(date)}. The reason: 要等新车到货", buttons=["Grant", "Refuse", "Timeline"]
    )
    assert not citizen.saw("要等新车到货")
    await office.presses("^Grant more time$")
    await contact.sees(f"given more time: please answer by {re.escape(date)}", buttons=["Report"])
    told = await citizen.sees(f"has been given more time, until {re.escape(date)}. The reason: 要等新车到货")
    assert f"Answer by (extended): {date}\n\nFirst promised by: {promised[1]}" in told.text
    await citizen.presses("^Timeline$")
    await citizen.sees(f"asks for more time, until {date}: 要等新车到货.+has been given more time, until {date}")
    events = [row["event"] for row in await town.history(number)]
    assert events == ["file", "assign", "accept", "ask_extension", "grant_extension"]


@pytest.mark.parametrize(("unit_on", "office_on"), [("telegram", "web"), ("web", "telegram")])
async def test_more_time_that_is_refused_leaves_the_date_and_everybody_reads_why(
    town: Town, unit_on: str, office_on: str
) -> None:
    citizen, contact, office = await town.somebody("telegram"), await town.contact(unit_on), await town.office(office_on)
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    before = re.search(r"Answer by: ([^\n]+)", (await contact.sees("Answer by")).text)
    assert before
    await asks_for_time(contact, "人手不够")
    await office.sees("人手不够")
    await office.presses("^Refuse more time$")
    await office.sees("Why is there no more time")
    await office.says("垃圾清运不能拖延")
    await office.sees("Refuse more time for this reason")
    await office.presses("^Refuse more time$")
    await office.sees("gets no more time")
    await contact.sees(f"not given more time: 垃圾清运不能拖延 Please answer by {before[1]}", buttons=["Ask for more time"])
    await citizen.sees("has asked for more time; the supervision office has refused it: 垃圾清运不能拖延")
    assert not citizen.now_sees("extended")
    assert [row["event"] for row in await town.history(number)][-2:] == ["ask_extension", "refuse_extension"]


async def test_of_two_at_the_office_the_slower_one_hears_that_it_is_decided(town: Town) -> None:
    citizen, contact = await town.somebody("web"), await town.contact("web")
    chen, sun = await town.office("web"), await town.office("telegram")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await asks_for_time(contact, "要等新车到货")
    case = await town.case(number)
    for each in (chen, sun):
        await each.sees("要等新车到货")
    await chen.presses("^Grant more time$")
    await contact.sees("given more time")
    await sun.sees("Answer by .extended.", new=False, buttons=["Timeline"])
    await sun.presses_secretly(f"d:grant_extension:{case.id}:2")
    await sun.sees("decided already")
    await sun.presses_secretly(f"f:refuse_extension:{case.id}:2")
    await sun.sees("Answer by .extended.", buttons=["Timeline"])
    await sun.sees("decided already")
    assert not sun.saw("Why is there no more time")
    assert [row["event"] for row in await town.history(number)].count("grant_extension") == 1


async def test_whoever_is_overtaken_while_writing_sees_the_case_as_it_stands_and_no_way_to_try_in_vain(town: Town) -> None:
    citizen, contact = await town.somebody("web"), await town.contact("web")
    chen, sun = await town.office("web"), await town.office("telegram")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await asks_for_time(contact, "要等新车到货")
    await sun.sees("要等新车到货")
    await sun.presses("^Refuse more time$")
    await sun.sees("Why is there no more time")
    await sun.says("不同意")
    await sun.sees("Refuse more time for this reason")
    await chen.sees("要等新车到货")
    await chen.presses("^Grant more time$")
    await contact.sees("given more time")
    await sun.presses("^Refuse more time$")
    await sun.sees("Answer by .extended.", buttons=["Timeline"])
    last = await sun.sees("decided already")
    assert not last.buttons
    assert [row["event"] for row in await town.history(number)].count("grant_extension") == 1


async def test_a_request_waits_on_the_offices_list_until_the_unit_has_answered(town: Town) -> None:
    citizen, contact, office = await town.somebody("web"), await town.contact("telegram"), await town.office("web")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await asks_for_time(contact, "要等新车到货")
    await office.says("/desk")
    await office.presses("Requests for more time")
    await office.sees("These units ask for more time", buttons=[number, "My desk"])
    await solves(contact, "已清运")
    await office.says("/desk")
    await office.presses("Requests for more time")
    await office.sees("No unit asks for more time")
    case = await town.case(number)
    await office.presses_secretly(f"d:grant_extension:{case.id}:2")
    await office.sees("decided already|does not allow")


async def test_there_is_no_more_time_once_it_is_up(town: Town) -> None:
    citizen, contact = await town.somebody("web"), await town.contact("telegram")
    await files(citizen)
    await contact.presses("^Sign in$")
    await contact.sees("Signed in by", new=False)
    town.clock.ahead += timedelta(days=20)
    await contact.presses("Ask for more time")
    await contact.sees("time is up")
    await contact.presses("^Plan$")
    await contact.sees("time is up")


async def test_nobody_asks_for_more_time_for_a_misconduct_report(town: Town) -> None:
    citizen, team, office = (
        await town.somebody("web"),
        await town.contact("telegram", "discipline-630104"),
        await town.office("web"),
    )
    number, _code = await files(citizen, "城西区某窗口收红包", command="/report", category="omething else")
    await team.presses("^Sign in$")
    signed = await team.sees("Signed in by")
    assert not any("more time" in button for button in signed.buttons)
    case = await town.case(number)
    await team.presses_secretly(f"f:extend:{case.id}")
    await team.sees("misconduct report can't be extended")
    assert not office.saw(number)
