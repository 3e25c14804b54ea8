"""The list of the day, and the list of a unit in order of urgency."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, time, timedelta

import pytest
from story_filing import files
from story_town import Town

from actions.city import current
from schedules import JOBS
from storage import deadlines
from storage.deadlines import DeadlineKind

MORNING = next(job for job in JOBS if job.name == "morning")


async def moves_to(town: Town, working: bool, clock: str, after: int = 1) -> None:
    """Move the time to the next day of that sort, at least so many days from now, in the city's time."""
    async with town.app.database.transaction() as tx:
        city = await current(tx)
    assert city is not None
    now = town.clock.now().astimezone(city.city.zone)
    day = now.date() + timedelta(days=after)
    while city.working_days.is_working(day).working != working:
        day += timedelta(days=1)
    town.clock.ahead += datetime.combine(day, time.fromisoformat(clock), city.city.zone) - now


async def the_morning_comes(town: Town) -> None:
    """Run the job as the program does, unless it has done so already."""
    await town.app.scheduler.run_job(MORNING)
    await asyncio.sleep(0)


@pytest.mark.parametrize(("contact_on", "head_on"), [("telegram", "web"), ("web", "telegram")])
async def test_on_a_working_day_contacts_and_heads_read_what_the_day_brings(town: Town, contact_on: str, head_on: str) -> None:
    citizen, wang, head = await town.somebody("web"), await town.contact(contact_on, name="Wang"), await town.head(head_on)
    li = await town.contact("telegram", name="Li")
    number, _code = await files(citizen)
    await wang.presses("^Sign in$")
    await li.sees("Signed in by Wang")
    await moves_to(town, True, "09:00", 14)
    await files(citizen, "城西区另一处垃圾")
    await the_morning_comes(town)
    await wang.sees("Good morning. 0 due today, 1 late, 1 not signed in", buttons=["Our cases"])
    await li.sees("Good morning. 0 due today, 0 late, 1 not signed in")
    await head.sees("Chengxi District Urban Management.+ is late with 1", buttons=["My unit"])
    await wang.presses("Our cases")
    shown = await wang.sees("most urgent first")
    assert re.search(rf"‼ .+{number}", shown.buttons[0])
    assert not shown.buttons[1].startswith("‼")


async def test_what_is_due_today_is_counted(town: Town) -> None:
    citizen, wang = await town.somebody("web"), await town.contact("telegram", name="Wang")
    await moves_to(town, True, "10:00", 14)
    await files(citizen)
    await moves_to(town, True, "09:00")
    await the_morning_comes(town)
    await wang.sees("Good morning. 1 due today, 0 late, 1 not signed in")


async def test_what_is_late_to_sign_in_and_to_be_answered_today_is_both(town: Town) -> None:
    citizen, wang = await town.somebody("web"), await town.contact("telegram", name="Wang")
    number, _code = await files(citizen)
    case = await town.case(number)
    async with town.app.database.reading() as tx:
        answer = (await deadlines.running(tx, case.id))[DeadlineKind.ANSWER]
    town.clock.ahead += answer.due_at - timedelta(hours=9) - town.clock.now()
    await the_morning_comes(town)
    await wang.sees("Good morning. 1 due today, 1 late, 1 not signed in")
    await wang.says("/desk")
    await wang.sees("Your unit: 1 open, 1 of them not signed in; 1 late")
    li = await town.contact("web", name="Li")
    await li.sees("signed in for", new=False)
    assert li.saw("1 of them not signed in; 1 late")


async def test_no_list_on_a_day_off_and_none_for_who_has_nothing_to_do(town: Town) -> None:
    citizen, wang = await town.somebody("web"), await town.contact("web", name="Wang")
    idle = await town.contact("telegram", "housing", name="Zhao")
    await files(citizen)
    await wang.presses("^Sign in$")
    await moves_to(town, False, "09:00", 14)
    await the_morning_comes(town)
    await idle.sees_nothing()
    assert not wang.saw("Good morning")
    await moves_to(town, True, "09:00")
    await the_morning_comes(town)
    await wang.sees("Good morning")
    await idle.sees_nothing()


async def test_the_deputy_gets_the_list_of_who_is_away(town: Town) -> None:
    citizen, wang = await town.somebody("web"), await town.contact("web", name="Wang")
    li = await town.contact("telegram", name="Li")
    await files(citizen)
    await wang.presses("^Sign in$")
    await li.sees("Signed in by Wang")
    await moves_to(town, True, "09:00", 14)
    await wang.says("/away")
    await wang.presses("A week")
    await wang.presses("^Li$")
    await wang.sees("You are away")
    await the_morning_comes(town)
    await li.sees("Good morning. 0 due today, 1 late, 0 not signed in")
    assert not wang.saw("Good morning")


async def test_the_list_of_a_unit_goes_on_by_due_time_and_has_each_case_once(town: Town) -> None:
    citizen, wang = await town.somebody("web"), await town.contact("telegram", name="Wang")
    numbers = []
    for n in range(8):
        number, _code = await files(citizen, f"城西区第{n}处垃圾")
        numbers.append(number)
        town.clock.ahead += timedelta(days=1)
    await wang.says("/desk")
    await wang.presses("Our cases")
    first = await wang.sees("most urgent first", buttons=[*numbers[:6], "Less urgent", "All open", "My desk"])
    assert first.buttons[0].startswith("‼ ")
    await wang.presses("Less urgent")
    rest = await wang.sees("most urgent first", buttons=[*numbers[6:], "All open", "My desk"])
    assert not rest.buttons[1].startswith("‼ ")


async def test_while_the_citizen_is_asked_nothing_is_late(town: Town) -> None:
    citizen, wang, head = await town.somebody("web"), await town.contact("telegram", name="Wang"), await town.head("web")
    number, _code = await files(citizen)
    await wang.presses("^Sign in$")
    await wang.presses("Ask the citizen")
    await wang.says("哪个门口？")
    await wang.says("/done")
    await wang.presses("^Send$")
    await wang.sees("question has been sent")
    await wang.says("/desk")
    await wang.presses("Our cases")
    shown = await wang.sees("most urgent first")
    assert re.search(rf"^◇ .+{number}", shown.buttons[0])
    await head.says("/desk")
    await head.presses("My unit")
    await head.sees("Wang: 1 open, 0 late")
