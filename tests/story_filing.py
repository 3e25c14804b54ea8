"""What many stories begin with: somebody files a matter and has a receipt; a contact reports what was done."""

from __future__ import annotations

import re

from story_person import Person
from story_town import Town
from story_web import WebPerson

RUBBISH = "城西区某小区门口的垃圾堆了一个星期没人清运"
SURE = "^Rubbish"
"""The category of which these words are sure, so that nobody is asked."""


async def begins(town: Town) -> WebPerson:
    """Begin a complaint in a browser."""
    citizen = await town.somebody("web")
    assert isinstance(citizen, WebPerson)
    await citizen.says("/complain")
    await citizen.sees("Tell us what happened")
    return citizen


async def receipt_of(citizen: Person, *, unit: str = "") -> tuple[str, str]:
    """Wait for the receipt, with its unit and its date where a unit is named; return number and code."""
    receipt = await citizen.sees("have received your case")
    if unit:
        assert re.search(rf"Responsible: .*{unit}.+You get an answer by \d+ \w+ 20\d\d, 18:00", receipt.text), receipt.text
    number = re.search(r"Case number: (\d{8}-\d{5}-\d)", receipt.text)
    code = re.search(r"Code: ([\d -]+)", receipt.text)
    assert number, receipt.text
    assert code, receipt.text
    assert len(re.sub(r"\D", "", code[1])) == 16
    return number[1], code[1].strip()


async def tells(
    citizen: Person,
    text: str = RUBBISH,
    *,
    command: str = "/complain",
    place: str = "城西区",
    category: str = SURE,
    name: str = "",
    phone: str = "",
) -> None:
    """Answer the questions of a filing by the shortest way, up to its summary."""
    await citizen.says(command)
    await citizen.sees("Tell us what happened")
    await citizen.says(text)
    await citizen.says("/done")
    if "Where is it" in (question := await citizen.sees("Where is it|one of these|Who may know")).text:
        await citizen.says(place)
        question = await citizen.sees("one of these|Who may know")
    asked = "one of these" in question.text
    if asked:
        await chooses(citizen, category, command)
        await citizen.sees("Who may know")
    await citizen.presses("Give my name" if name else "anonymous")
    if name:
        await citizen.sees("your name")
        await citizen.says(name)
        await citizen.sees("phone number")
        await citizen.says(phone)
    if command != "/report":
        await citizen.sees("May we publish")
        await citizen.presses("^No$")
    await citizen.sees("Shall we send it")
    if not asked and category != SURE:  # the words were sure of another one
        for label in ("^Change$", "^Category$"):
            await citizen.presses(label)
        await citizen.sees("one of these")
        await chooses(citizen, category, command)
        await citizen.sees("Shall we send it")


async def chooses(citizen: Person, category: str, command: str) -> None:
    """Pick a category, or none of them."""
    await citizen.presses(category)
    if category == "Something else" and command != "/report":
        await names_none(citizen)


async def names_none(citizen: Person) -> None:
    """Say of the other categories, too, that it is none of them."""
    await citizen.sees("comes nearest")
    await citizen.presses("None of these")


async def files(
    citizen: Person, text: str = RUBBISH, *, command: str = "/complain", place: str = "城西区", category: str = SURE
) -> tuple[str, str]:
    """File a matter anonymously; return number and code of the receipt."""
    await tells(citizen, text, command=command, place=place, category=category)
    await citizen.presses("^Send$")
    return await receipt_of(citizen)


async def solves(contact: Person, text: str) -> None:
    """Report a result for the case whose card is the newest."""
    await contact.presses("Report the result")
    await contact.sees("What was done")
    await contact.says(text)
    await contact.says("/done")
    await contact.sees("will read this")
    await contact.presses("^Send$")
    await contact.sees("waits for their word")
