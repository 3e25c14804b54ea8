"""The chase in a town whose limits are seconds: the unit is reminded, its head and the office are told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hurried_city import hurried_city
from story_filing import files, solves
from story_town import Town, town_over

LADDER = """[
    { at = "50%", to = ["contact"] },
    { at = "0", to = ["contact", "head"] },
    { at = "+2s", to = ["office"] },
    { at = "+3s", to = ["accountability"] },
]"""


@pytest.fixture
async def town(direct: None, tmp_path: Path, database: str) -> AsyncIterator[Town]:
    """Start a town in which rubbish is to be answered in eight seconds."""
    city = hurried_city(tmp_path, LADDER, accept="4s", answer="8s")
    async with town_over(tmp_path, database, CITY=str(city), TICK="0.2") as town:
        yield town


async def test_whoever_is_late_hears_of_it_in_the_order_of_the_ladder(town: Town) -> None:
    citizen, contact, office = await town.somebody("web"), await town.contact("telegram", name="Wang"), await town.office("web")
    head = await town.head("telegram", name="Li")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await contact.sees("A reminder: please answer this case")
    await contact.sees("should have been answered")
    await head.sees(rf"{number}.+is late: this case should have been answered")
    await office.sees("Proposed for the accountability list")
    await solves(contact, "已清运")
    await citizen.sees("has answered your case")
    # A busy machine may come late to a rung: then it is recorded as passed together with the one above it.
    taken = [rung for row in await town.history(number) if row.get("kind") == "answer" for rung in (*row["passed"], row["rung"])]
    assert taken == ["50%", "0", "+2s", "+3s"]


async def test_the_chase_goes_on_after_a_restart_and_says_nothing_twice(town: Town) -> None:
    citizen, contact = await town.somebody("telegram"), await town.contact("web")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await contact.sees("A reminder: please answer this case")
    await town.restarts()
    await contact.sees("should have been answered", timeout=20)
    await citizen.sees("promised has not come in time.+late since then", timeout=20)
    fired = [(row["kind"], row["rung"]) for row in await town.history(number) if "rung" in row]
    assert len(fired) == len(set(fired))


async def test_people_decide_on_what_the_program_proposes_for_the_accountability_list(town: Town) -> None:
    citizen, contact, office = await town.somebody("web"), await town.contact("telegram"), await town.office("telegram")
    head = await town.head("web", name="Li")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await office.sees("Proposed for the accountability list", timeout=30)
    await office.says("/desk")
    await office.presses("Accountability list")
    await office.sees(
        rf"1\. {number}, Chengxi.+should have been answered by .+, and was not by",
        buttons=[number, "1. Hold to account", "1. Don't"],
    )
    await office.presses("Hold to account")
    await office.sees(rf"{number}.+should have been answered by.+Its heads will be told.+Hold the unit to account")
    await office.presses("^Hold to account$")
    await office.sees("is held to account. Its heads have been told")
    await office.says(f"/case {number}")
    await office.presses("^Timeline$")
    await office.sees("Late: should have been answered by .+is held to account for being late with this case")
    await head.sees(rf"{number}.+is held to account")
    await office.says("/desk")
    await office.presses("Accountability list")
    await office.sees("Proposed for|Nothing is proposed")
    assert (await town.runs("verify"))[0] == 0


async def test_why_a_unit_is_not_held_to_account_stands_in_the_timeline_and_what_came_since_in_the_list(town: Town) -> None:
    citizen, contact, office = await town.somebody("web"), await town.contact("web"), await town.office("telegram")
    await files(citizen)
    await office.sees("should have been signed in.+Proposed for the accountability list", timeout=30)
    await contact.presses("^Sign in$")
    await office.sees("should have been answered.+Proposed for the accountability list", timeout=30)
    await solves(contact, "已清运")
    await office.says("/desk")
    await office.sees("Supervision office: 0 waiting to be assigned, 0 late.+Proposed for the accountability list: 2")
    await office.presses("Accountability list")
    await office.sees(
        "1.+should have been signed in by.+It was signed in on.+2.+should have been answered by.+It was answered on",
        buttons=["Show", "1. Hold to account", "1. Don't", "Show", "2. Hold to account", "2. Don't", "My desk"],
    )
    await office.presses("1. Don't")
    await office.sees("should have been signed in.+Why is the unit not held to account")
    await office.says("派单时系统故障")
    await office.sees("should have been signed in.+派单时系统故障.+Don't hold the unit to account")
    await office.presses("^Don't hold to account$")
    await office.sees(
        "is not held to account.+1.+should have been answered.+it was decided on .+ not to hold the unit to account", buttons=4
    )
    await office.presses("Show")
    await office.presses("^Timeline$")
    await office.sees("is not held to account for being late with this case: 派单时系统故障")
    assert (await town.runs("verify"))[0] == 0
