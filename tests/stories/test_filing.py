"""What a citizen is shown of a matter before it is sent."""

from __future__ import annotations

from story_filing import receipt_of, tells
from story_person import Person
from story_town import GATE, Town

from handlers.filing import in_ascii, no_phone

BORDER = (101.788803, 36.616617)
BEIJING = (116.4, 39.9)


async def test_a_place_that_stands_in_the_words_is_not_asked_for_and_can_be_changed(town: Town) -> None:
    citizen = await town.somebody("web")
    await tells(citizen, "城东区某小区门口的垃圾没人清运")
    assert citizen.now_sees("Place: Chengdong District, as you wrote")
    assert not citizen.saw("Where is it")
    await citizen.presses("^Change$")
    await citizen.presses("^Place$")
    await citizen.sees("Where is it")
    await citizen.says("城西区")
    await citizen.sees("Which of these is it", buttons=["Chengxi District", "Chengdong District", "I don't know"])
    await citizen.presses("Chengxi District")
    await citizen.sees("Place: Chengxi District.+Shall we send it")
    await citizen.presses("^Send$")
    number, _code = await receipt_of(citizen, unit="Chengxi")
    assert (await town.case(number)).area == "630104"


async def test_on_a_border_both_districts_are_offered(town: Town) -> None:
    citizen = await town.somebody("web")
    await shares(citizen, "这里的垃圾没人清运", BORDER)
    await citizen.sees("Which of these is it", buttons=["Chengdong District", "Chengzhong District", "I don't know"])
    await citizen.presses("Chengzhong District")
    await citizen.sees("Who may know")


async def test_words_and_a_shared_place_that_contradict_each_other_are_asked_about(town: Town) -> None:
    citizen = await town.somebody("web")
    await shares(citizen, "城东区的垃圾没人清运", GATE)
    await citizen.sees("Which of these is it", buttons=["Chengxi District", "Chengdong District", "I don't know"])


async def test_what_lies_outside_the_city_is_left_to_the_office_unless_the_words_are_meant(town: Town) -> None:
    citizen, office = await town.somebody("web"), await town.office("telegram")
    await shares(citizen, "城西区的垃圾没人清运", BEIJING)
    await citizen.sees("Which of these is it", buttons=["Chengxi District", "I don't know"])
    await citizen.presses("I don't know")
    for press in ("^Rubbish", "anonymous", "^No$", "^Send$"):
        await citizen.presses(press)
    receipt = await citizen.sees("have received your case")
    assert "lies outside" in receipt.text
    assert "office assigns a unit" in receipt.text
    await office.says("/desk")
    await office.presses("Waiting cases")
    await office.sees("1")


async def test_an_upper_category_leads_to_what_stands_below(town: Town) -> None:
    citizen = await town.somebody("web")
    await tells_up_to_the_category(citizen)
    await citizen.presses("^Housing and city construction$")
    await citizen.sees("in particular", buttons=["Rubbish", "something else"])
    await citizen.presses("^Planning and public works$")
    await citizen.sees("Who may know")


async def shares(citizen: Person, text: str, place: tuple[float, float]) -> None:
    """Tell something and where it is, up to the first question after it."""
    await citizen.says("/complain")
    await citizen.sees("Tell us what happened")
    await citizen.says(text)
    await citizen.shares_place(*place)
    await citizen.says("/done")


async def tells_up_to_the_category(citizen: Person) -> None:
    """Tell of something that the words leave open."""
    await shares(citizen, "hello there", GATE)
    await citizen.sees("one of these")


def test_a_phone_number_may_be_typed_in_wide_digits() -> None:
    assert no_phone("１３９９７２５４４１８") is None
    assert in_ascii("１３９９７２５４４１８") == "13997254418"
    assert no_phone("一三九") is not None
