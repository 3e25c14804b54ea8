"""A bribe told in a rating, an addition or an answer: who tells it is asked first, for its unit would read it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from story_filing import files, solves
from story_person import Person
from story_town import Town

from storage import ratings

BRIBE = "你们单位的王科长收红包才给办事"
WINDOW = "centre-5"
REPORT, AS_BEFORE = "^As a misconduct report$", "go on as before$"


@pytest.fixture
async def contact(town: Town) -> Person:
    """Sign in the contact who deals with rubbish in Chengxi."""
    return await town.contact("web", name="Wang")


async def is_asked(citizen: Person, pressed: str) -> None:
    """Choose what becomes of the words."""
    await citizen.sees("abuses their office, and the unit would read it", buttons=[REPORT, AS_BEFORE])
    await citizen.presses(pressed)


async def test_an_addition_about_a_bribe_becomes_a_report_and_the_unit_reads_nothing_of_it(
    town: Town, citizen: Person, contact: Person
) -> None:
    number, _code = await files(citizen)
    await citizen.presses("Add something")
    await citizen.says(BRIBE)
    await citizen.says("/done")
    await is_asked(citizen, REPORT)
    await citizen.sees("Noted so far: 1 message", buttons=["^Done$"])
    await citizen.presses("^Done$")
    await citizen.sees("Where is it|one of these")
    assert len(await town.texts(number)) == 1
    assert not contact.saw("citizen has added")


async def test_an_addition_goes_to_the_unit_as_it_is_where_that_is_wished(town: Town, citizen: Person, contact: Person) -> None:
    number, _code = await files(citizen)
    await citizen.presses("Add something")
    await citizen.says(BRIBE)
    await citizen.says("/done")
    await citizen.sees("abuses their office")
    await citizen.says("/back")
    await citizen.sees("Noted so far: 1 message")
    await citizen.says("/done")
    await citizen.sees("abuses their office")
    await citizen.says("2")
    await citizen.sees("It has been added")
    await contact.sees(f"citizen has added: {BRIBE}")
    assert (await town.texts(number))[1:] == [BRIBE]


async def test_words_about_a_bribe_that_answer_no_question_are_asked_about_too(
    town: Town, citizen: Person, contact: Person
) -> None:
    number, _code = await files(citizen)
    await citizen.says(BRIBE)
    await citizen.sees("new matter, or", buttons=["new matter", number])
    await citizen.presses(number)
    await is_asked(citizen, REPORT)
    await citizen.sees("Noted so far: 1 message")
    assert not contact.saw("citizen has added")


async def test_a_reply_to_a_card_about_a_bribe_is_asked_about_too(town: Town, citizen: Person, contact: Person) -> None:
    number, _code = await files(citizen)
    receipt = await citizen.sees(f"Case number: {number}", new=False)
    await citizen.replies_to(receipt, BRIBE)
    await is_asked(citizen, AS_BEFORE)
    await citizen.sees("has been passed on")
    await contact.sees(f"citizen has added: {BRIBE}")


async def test_not_solved_reopens_a_case_without_the_words_that_become_a_report(
    town: Town, citizen: Person, contact: Person
) -> None:
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await solves(contact, "已清运")
    await citizen.presses("^Not solved$")
    await citizen.sees("still wrong")
    await citizen.says(BRIBE)
    await citizen.says("/done")
    await is_asked(citizen, REPORT)
    await citizen.sees("has been reopened")
    await citizen.sees("Noted so far: 1 message")
    await contact.sees("Not solved, says the citizen")
    assert BRIBE not in await town.texts(number)


async def test_the_reason_of_a_bad_rating_of_a_case_may_be_a_report(town: Town, citizen: Person, contact: Person) -> None:
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await solves(contact, "已清运")
    await citizen.presses("^Solved$")
    await citizen.presses("Dissatisfied")
    await citizen.sees("dissatisfied with")
    await citizen.says(BRIBE)
    await is_asked(citizen, REPORT)
    await citizen.sees("Noted so far: 1 message")
    assert BRIBE not in await town.texts(number)


async def test_a_bribe_at_a_window_is_left_out_of_its_rating(town: Town, citizen: Person) -> None:
    contact = await town.contact("web", "service-hall", name="Li")
    await citizen.scans(WINDOW)
    await citizen.presses("^Dissatisfied$")
    await citizen.sees("What was wrong")
    await citizen.presses("Improper charges or favours")
    await citizen.says("我给了他两千元")
    await citizen.presses("^Done$")
    await is_asked(citizen, REPORT)
    summary = await citizen.sees("is left out of it.+Shall we send")
    assert "两千" not in summary.text
    assert "Improper" not in summary.text
    await citizen.presses("^Send$")
    await citizen.sees("it has become a case")
    await citizen.sees("Now for the misconduct report")
    await citizen.sees("Noted so far: 2 messages")
    await citizen.says("/done")
    await citizen.sees("Who may know|one of these|Where is it")
    town.clock.ahead += timedelta(hours=1)
    card = await contact.sees("Bad rating", timeout=15)
    assert "两千" not in card.text
    assert "Improper" not in card.text


async def test_words_added_to_a_rating_at_its_summary_are_asked_about(town: Town, citizen: Person) -> None:
    await citizen.scans(WINDOW)
    await citizen.presses("^Dissatisfied$")
    await citizen.presses("long wait")
    await citizen.presses("^Done$")
    await citizen.sees("Shall we send")
    await citizen.says("窗口的李科长收红包才给办")
    await is_asked(citizen, AS_BEFORE)
    await citizen.sees("李科长.+Shall we send")
    await citizen.presses("^Send$")
    await citizen.sees("it has become a case")
    async with town.app.database.reading() as tx:
        (rating,) = await ratings.at_window(tx, WINDOW)
    assert "李科长" in rating.text


async def test_what_is_told_about_a_report_goes_to_its_team_without_a_question(town: Town, citizen: Person) -> None:
    number, _code = await files(citizen, BRIBE, command="/report", category="Something else")
    await citizen.presses("Add something")
    await citizen.says("又收了购物卡，是城管局的领导收的红包")
    await citizen.says("/done")
    await citizen.sees("It has been added")
    assert len(await town.texts(number)) == 2
