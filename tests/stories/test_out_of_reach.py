"""Staff who blocked the bot, were never there, or are not appointed yet: the citizen's receipt never waits for them."""

from __future__ import annotations

from story_filing import files, solves
from story_telegram import TelegramPerson
from story_town import RUBBISH_UNIT, Town


async def test_a_case_for_a_unit_without_contacts_is_known_to_the_office_and_found_by_the_first_contact(town: Town) -> None:
    citizen, office = await town.somebody("telegram"), await town.office("web")
    number, _code = await files(citizen)
    await office.sees("Nobody can be reached at Chengxi District Urban Management")
    contact = await town.contact("telegram")
    await contact.says("/desk")
    await contact.sees("1 open, 1 of them not signed in")
    await contact.presses("Our cases")
    await contact.presses(number)
    await contact.sees("Sign in by", buttons=["Sign in"])


async def test_with_nobody_at_all_the_citizen_still_has_a_receipt(town: Town) -> None:
    citizen = await town.somebody("web")
    number, _code = await files(citizen)
    assert (await town.case(number)).unit == RUBBISH_UNIT


async def test_an_office_that_comes_later_finds_what_waited_for_it(town: Town) -> None:
    citizen = await town.somebody("web")
    number, _code = await files(citizen, "不知道归谁管", place="I don't know", category="Something else")
    office = await town.office("telegram")
    await office.says("/desk")
    await office.sees("1 waiting to be assigned")
    await office.presses("Waiting cases")
    await office.presses(number)
    await office.sees("不知道归谁管", buttons=["Assign", "Refuse"])


async def test_the_office_hears_of_a_contact_who_blocked_the_bot(town: Town) -> None:
    citizen, office = await town.somebody("web"), await town.office("web")
    wang, li = await town.contact("telegram", name="Wang"), await town.contact("telegram", name="Li")
    assert isinstance(wang, TelegramPerson)
    await wang.user.blocks_bot()
    await files(citizen)
    await li.sees("Sign in by")
    await office.sees("Wang can't be written to")


async def test_the_office_hears_of_a_contact_who_can_not_be_written_to(town: Town) -> None:
    citizen, office = await town.somebody("web"), await town.office("web")
    wang = await town.contact("telegram", name="Wang")
    assert isinstance(wang, TelegramPerson)
    wang.user.chat.started = False
    number, _code = await files(citizen)
    await office.sees("Wang can't be written to")
    assert (await town.case(number)).unit == RUBBISH_UNIT
    await files(citizen)
    await office.sees("Nobody can be reached")


async def test_a_contact_who_comes_back_gets_cards_again(town: Town) -> None:
    citizen, contact = await town.somebody("web"), await town.contact("telegram")
    assert isinstance(contact, TelegramPerson)
    await contact.user.blocks_bot()
    await files(citizen)
    await contact.user.unblocks()
    await contact.says("/desk")
    await contact.sees("1 open")
    await files(citizen)
    await contact.sees("Sign in by")


async def test_a_citizen_who_blocked_the_bot_finds_the_answer_on_coming_back(town: Town) -> None:
    citizen, contact = await town.somebody("telegram"), await town.contact("web")
    assert isinstance(citizen, TelegramPerson)
    number, _code = await files(citizen)
    await citizen.user.blocks_bot()
    await contact.presses("^Sign in$")
    await solves(contact, "已清运")
    await citizen.user.unblocks()
    await citizen.says("/my")
    await citizen.presses(number)
    await citizen.sees("The unit's answer: 已清运", buttons=["^Solved$", "Not solved"])
