"""Cases that silence closed: counted, and five of last week's called back."""

from __future__ import annotations

from datetime import timedelta

from story_filing import files, solves
from story_person import Person
from story_town import Town


async def silent(town: Town, count: int) -> list[str]:
    """Let cases be answered, and nobody say whether they are solved; return their numbers two weeks later."""
    contact, citizen = await town.contact("telegram", name="Wang"), await town.somebody("web")
    numbers = []
    for n in range(count):
        number, _code = await files(citizen, f"城西区第{n}堆垃圾没人清运")
        await contact.sees(f"第{n}堆")
        await contact.presses("^Sign in$")
        await solves(contact, "已清运")
        numbers.append(number)
    town.clock.ahead += timedelta(days=8)
    for _case in range(count):
        await citizen.sees("say by .+ whether it is solved")
    town.clock.ahead += timedelta(days=1)
    for _case in range(count):
        await citizen.sees("heard nothing from you")
    town.clock.ahead += timedelta(days=6)
    return numbers


async def sees_silent(office: Person) -> list[str]:
    """Open the list and return its buttons."""
    await office.says("/desk")
    await office.presses("Waiting cases")
    await office.presses("Closed by silence")
    return (await office.sees("Closed by silence this month")).buttons


async def test_everybody_calls_the_same_five_back(town: Town, office: Person) -> None:
    other = await town.office("web")
    numbers = await silent(town, 6)
    shown, theirs = await sees_silent(office), await sees_silent(other)
    assert shown == theirs
    assert sum(any(number in button for button in shown) for number in numbers) == 5


async def test_what_the_citizen_says_by_phone_confirms_or_reopens_the_case(town: Town, office: Person) -> None:
    numbers = await silent(town, 2)
    buttons = await sees_silent(office)
    first = next(number for number in numbers if number in buttons[0])
    other = next(number for number in numbers if number != first)
    await office.presses("Called: solved")
    await office.sees("was checked and holds")
    buttons = await sees_silent(office)
    assert any("Called:" in button and first in button for button in buttons)
    await office.presses("Called: not solved")
    await office.presses("asked the citizen")
    await office.presses("^Reopen it$")
    await office.sees("has been reopened")
    assert (await town.case(other)).state == "accepted"
    assert (await town.case(first)).state == "closed"
    buttons = await sees_silent(office)
    assert sum("Called:" in button for button in buttons) == 2
    assert [row["event"] for row in await town.history(first)][-1] == "verify"
    assert [row["event"] for row in await town.history(other)][-2:] == ["verify", "reopen"]
