"""What a unit's head sees: what is late, what the contacts do, how the year goes; never who complained."""

from __future__ import annotations

from datetime import timedelta

import pytest
from story_filing import files, receipt_of, solves, tells
from story_town import Town

from storage import deadlines
from storage.deadlines import DeadlineKind


@pytest.mark.parametrize("on", ["telegram", "web"])
async def test_a_head_sees_what_is_late_what_the_contacts_do_and_how_the_year_goes(town: Town, on: str) -> None:
    citizen, wang, head = await town.somebody("web"), await town.contact("telegram", name="Wang"), await town.head(on)
    await files(citizen, "城西区第一处垃圾")
    await wang.presses("^Sign in$")
    await solves(wang, "已清运")
    await citizen.sees("Is it solved")
    await citizen.presses("^Solved$")
    await citizen.presses("^Satisfied$")
    number, _code = await files(citizen, "城西区第二处垃圾")
    await wang.sees("Sign in by")
    await head.says("/desk")
    await head.presses("^My unit$")
    shown = await head.sees("Wang: 0 open, 0 late, 1 answered in the last 30 days")
    for line in (
        "Not signed in by anybody: 1 open, 0 late",
        "Cases of this year: 2 received, 1 answered",
        r"Answers of this year in time, of those due: 1 of 1 \(100%\)",
        "Reopened: 0",
        r"Satisfied: 1 of 1 \(100%\)",
    ):
        assert head.now_sees(line), shown.text
    await wang.presses("^Sign in$")
    await wang.sees("Signed in by Wang")
    town.clock.ahead += timedelta(days=20)
    await head.says("/desk")
    await head.presses("^My unit$")
    await head.presses("^What is late$")
    await head.sees("Late at your unit", buttons=[f"‼ .+{number}", "My unit"])
    await head.presses(number)
    await head.sees(f"{number}.+城西区第二处垃圾.+Signed in by Wang", buttons=["Timeline"])
    await head.presses("^Timeline$")
    await head.sees("Signed in by Wang")


async def test_a_late_case_comes_to_the_head_with_a_button_to_look_at_it(town: Town) -> None:
    citizen, wang, head = await town.somebody("web"), await town.contact("web", name="Wang"), await town.head("telegram")
    number, _code = await files(citizen)
    await wang.presses("^Sign in$")
    await wang.sees("Signed in by Wang", new=False)
    case = await town.case(number)
    async with town.app.database.transaction() as tx:
        answer = (await deadlines.running(tx, case.id))[DeadlineKind.ANSWER]
    town.clock.ahead += answer.due_at - town.clock.now() + timedelta(minutes=1)
    await head.sees(f"{number}.+is late", buttons=["Show the case"], timeout=20)
    await head.presses("^Show the case$")
    await head.sees(f"{number}.+垃圾", buttons=["Timeline"])


async def test_a_head_never_learns_who_complained_and_can_do_nothing(town: Town) -> None:
    citizen, head = await town.somebody("web"), await town.head("telegram")
    await town.contact("web", name="Wang")
    await tells(citizen, "我叫欧阳小敏，城西区某小区门口垃圾没人清运，电话13997254418", name="欧阳小敏", phone="13997254418")
    await citizen.presses("^Send$")
    number, _code = await receipt_of(citizen)
    case = await town.case(number)
    await head.says(f"/case {number}")
    await head.sees(f"{number}.+〔hidden〕", buttons=["Timeline"])
    for press in (f"d:reveal:{case.id}:1", f"d:accept:{case.id}:1", f"f:return:{case.id}", f"f:plan:{case.id}"):
        await head.presses_secretly(press)
        await head.sees("contacts of your unit deal with|Only the supervision office")
    assert not head.saw("小敏|13997254418")


async def test_the_head_of_another_unit_sees_nothing_of_it(town: Town) -> None:
    citizen, stranger = await town.somebody("web"), await town.head("telegram", "housing")
    number, _code = await files(citizen)
    case = await town.case(number)
    for press in (f"s:case:{case.id}", f"s:timeline:{case.id}", f"s:unit_case:{case.id}"):
        await stranger.presses_secretly(press)
        await stranger.sees("not among yours|not with your unit")
    await stranger.presses_secretly("s:head_late:")
    await stranger.sees("Nothing is late")
    assert not stranger.saw("垃圾堆")
