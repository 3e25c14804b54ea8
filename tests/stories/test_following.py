"""What a citizen can do with a case of theirs: add, urge, withdraw, look up elsewhere, a new code, say solved or not, rate."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from story_filing import RUBBISH, files, solves
from story_person import Person
from story_telegram import TelegramPerson
from story_town import Town
from story_web import WebPerson

from storage import outbox


@pytest.fixture
async def contact(town: Town) -> Person:
    """Sign in the contact who deals with rubbish in Chengxi."""
    return await town.contact("telegram", name="Wang")


async def test_whoever_comes_again_after_weeks_finds_their_cases_as_they_stand(town: Town) -> None:
    citizen, contact = await town.somebody("web"), await town.contact("web", name="Wang")
    assert isinstance(citizen, WebPerson)
    assert isinstance(contact, WebPerson)
    number, code = await files(citizen)
    await contact.presses("^Sign in$")
    await contact.sees("Signed in by Wang")
    await solves(contact, "已清运")
    await citizen.presses("^Solved$")
    await citizen.sees("closed", buttons=["Dissatisfied"])
    await citizen.says("/help")
    await citizen.sees("goes one step back")
    await asyncio.gather(citizen.leaves(), contact.leaves())
    town.clock.ahead += timedelta(days=20)
    async with town.app.database.transaction() as tx:
        await outbox.forget_old(tx, town.clock.now(), timedelta(days=7))
    citizen, contact = await town.same_browser(citizen), await town.same_browser(contact)
    await citizen.sees(f"{number}.+State: closed", buttons=["Dissatisfied"])
    await contact.sees(f"{number}.+State: closed", buttons=["Timeline"])
    assert not citizen.saw("goes one step back")
    assert not citizen.saw(code)
    assert not contact.saw("not signed in yet")


async def test_facts_with_a_photo_can_be_added(town: Town, citizen: Person, contact: Person) -> None:
    number, _code = await files(citizen)
    await contact.sees("Sign in by")
    await citizen.presses("Add something")
    await citizen.sees("write or send")
    await citizen.says("现在门都打不开了，电话13812345678")
    await citizen.sends_photo()
    await citizen.says("/done")
    await citizen.sees("has been added to your case")
    await contact.sees("citizen has added: 现在门都打不开了，电话〔phone number〕")
    await contact.sees_photos(1)
    assert (await town.texts(number))[1] == "现在门都打不开了，电话〔电话〕"


async def test_a_case_can_be_urged_once_a_day(town: Town, citizen: Person, contact: Person) -> None:
    await files(citizen)
    await citizen.presses("Show the case")
    await citizen.presses("^Urge$")
    await citizen.sees("is being urged")
    await contact.sees("citizen urges you")
    town.clock.ahead += timedelta(hours=23)
    await citizen.presses("^Urge$")
    await citizen.sees(r"urged already.+again after .+\d\d:\d\d")
    town.clock.ahead += timedelta(hours=1, minutes=1)
    await citizen.presses("^Urge$")
    await citizen.sees("is being urged")
    await contact.sees("citizen urges you")


async def test_a_withdrawn_case_ends_for_everybody(town: Town, citizen: Person, contact: Person) -> None:
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await citizen.sees("signed your case in")
    await citizen.presses("^Withdraw$")
    await citizen.sees("Why do you withdraw")
    await citizen.says("邻居已经清掉了")
    await citizen.sees("case ends here")
    await citizen.presses("^Withdraw it$")
    await citizen.sees("has been withdrawn")
    await contact.sees("citizen has withdrawn", buttons=["Timeline"])
    await contact.says("/desk")
    await contact.sees("0 open")
    assert (await town.case(number)).state == "withdrawn"


async def test_five_wrong_codes_mean_waiting_and_then_the_right_one_works(town: Town, citizen: Person) -> None:
    number, code = await files(await town.somebody("web"))
    for _ in range(5):
        await citizen.says(f"/case {number}")
        await citizen.sees("16 digits")
        await citizen.says("1234 5678 9012 3456")
        await citizen.sees("do not match")
    await citizen.says(f"/case {number}")
    await citizen.sees("16 digits")
    await citizen.says(code)
    await citizen.sees(r"wait until .+\d\d:\d\d")
    town.clock.ahead += timedelta(minutes=16)
    await citizen.says(f"/case {number}")
    await citizen.sees("16 digits")
    await citizen.says(code)
    await citizen.sees("Received: ")


@pytest.mark.parametrize("sent", ["{number} {code}", "编号：{number}\n查询码：{code}"])
async def test_number_and_code_alone_look_a_case_up(town: Town, citizen: Person, sent: str) -> None:
    number, code = await files(await town.somebody("web"))
    await citizen.says(sent.format(number=number, code=code))
    await citizen.sees("Received: ")


async def test_a_number_or_a_code_alone_asks_for_the_other_and_begins_no_complaint(town: Town, citizen: Person) -> None:
    number, code = await files(await town.somebody("web"))
    await citizen.says(number)
    await citizen.sees("16 digits")
    await citizen.says("1234 5678 9012 3456")
    await citizen.sees("do not match")
    await citizen.says("/cancel")
    await citizen.says(code)
    await citizen.sees("Which case")
    for line in (number, code):
        await citizen.says(line)
    await citizen.sees("Received: ")
    await citizen.says(number)
    await citizen.sees(f"{number}.+State: assigned", buttons=["^Urge$"])
    await citizen.says(f"{number}怎么还没有处理")
    await citizen.sees("new matter, or")


async def test_an_unknown_number_looks_like_a_wrong_code(citizen: Person) -> None:
    await citizen.says("/case")
    await citizen.sees("Which case")
    await citizen.says("20250101-00000-0")
    await citizen.sees("not a case number|16 digits")
    await citizen.says("/cancel")
    await citizen.says("/case 20250101-12345-5")
    await citizen.sees("16 digits|Which case")


async def test_a_new_code_ends_the_old_one_and_whoever_followed_by_it(town: Town, citizen: Person) -> None:
    number, old = await files(citizen)
    device = await town.somebody("web")
    await device.says(f"/case {number}")
    await device.says(old)
    await device.sees("Received: ")
    await citizen.says(f"/case {number}")
    await citizen.presses("Get a new code")
    message = await citizen.sees("New code of case")
    new = message.text.partition(": ")[2].splitlines()[0]
    await device.says("/my")
    await device.sees("no cases here yet")
    for code, answer in ((old, "do not match"), (new, "Received: ")):
        await device.says(f"/case {number}")
        await device.sees("16 digits")
        await device.says(code)
        await device.sees(answer)


async def test_a_device_that_looked_the_case_up_hears_of_every_step_but_can_not_take_it_over(
    town: Town, citizen: Person, contact: Person
) -> None:
    number, code = await files(citizen)
    device = await town.somebody("web")
    await device.says(f"/case {number}")
    await device.says(code)
    await device.sees("Now: assigned", buttons=0)
    await contact.presses("^Sign in$")
    await device.sees("has signed your case in")
    case = await town.case(number)
    await device.presses_secretly(f"d:new_code:{case.id}:{case.version}")
    await device.sees("Only the device or account that filed")


async def test_not_solved_for_the_second_time_goes_through_the_office(town: Town, citizen: Person, contact: Person) -> None:
    office = await town.office("web")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    for words in ("还是没清", "又堆起来了"):
        await contact.sees("Signed in by.+Answer by", buttons=["Report"])
        await solves(contact, "已清运")
        await citizen.presses("^Not solved$")
        await citizen.sees("still wrong")
        await citizen.says(words)
        await citizen.says("/done")
        await citizen.sees("has been reopened")
    await office.sees("Not solved for the second time: 又堆起来了", buttons=["Assign", "Refuse"])
    await contact.sees("with no unit at which you work")
    assert (await town.case(number)).unit is None


async def test_a_case_is_rated_once(town: Town, citizen: Person, contact: Person) -> None:
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await solves(contact, "已清运")
    await citizen.presses("^Solved$")
    await citizen.sees("How satisfied")
    await citizen.presses("^Dissatisfied$")
    await citizen.sees("Your rating: Dissatisfied")
    case = await town.case(number)
    await citizen.presses_secretly(f"d:rate_satisfied:{case.id}:{case.version}")
    await citizen.sees("rated already")
    assert (await town.case(number)).rating == "dissatisfied"


async def test_an_answer_that_changed_meanwhile_is_shown_before_it_can_be_called_solved(
    town: Town, citizen: Person, contact: Person
) -> None:
    device = await town.somebody("web")
    number, code = await files(citizen)
    await device.says(f"/case {number}")
    await device.says(code)
    await contact.presses("^Sign in$")
    await solves(contact, "已清运")
    old = await device.sees("has answered your case.+已清运")
    await citizen.presses("^Not solved$")
    await citizen.says("没有")
    await citizen.says("/done")
    await contact.sees("Not solved, says")
    await solves(contact, "这次真的清了")
    await device.sees("这次真的清了")
    await device.presses("^Solved$", on=old)
    await device.sees("newer answer")
    assert (await town.case(number)).state == "answered"


async def test_the_receipt_code_is_shown_only_once(town: Town) -> None:
    citizen = await town.somebody("web")
    number, code = await files(citizen)
    await citizen.says("/privacy")  # by its answer the page has said that it has the receipt
    await citizen.sees("erased after seven days")
    await citizen.leaves()
    again = await town.same_browser(citizen)
    await again.sees("shown once, at")
    assert again.saw(number)
    assert not again.saw(code)


async def test_older_cases_stand_on_the_next_page(town: Town, citizen: Person) -> None:
    numbers = [(await files(citizen, f"{RUBBISH}{n}"))[0] for n in range(8)]
    await citizen.says("/my")
    newest = await citizen.sees("Your cases", buttons=9)
    await citizen.presses("Older ones")
    older = await citizen.sees("Your cases", buttons=4)
    assert all(number in " ".join(older.buttons) for number in numbers[:2])
    assert isinstance(citizen, TelegramPerson) or newest is older


async def test_without_a_case_the_list_says_how_to_begin(citizen: Person) -> None:
    await citizen.says("/my")
    await citizen.sees("no cases here yet", buttons=["Complaint", "Look up"])


async def test_only_the_newest_card_of_a_case_has_buttons(town: Town, citizen: Person, contact: Person) -> None:
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await citizen.sees("signed your case in", buttons=["Add something", "Urge", "Timeline", "Withdraw"])
    await solves(contact, "已清运")
    await citizen.sees("Is it solved", buttons=["^Solved$"])
    cards = [message for message in citizen.standing() if number in message.text and message.buttons]
    assert ["Is it solved" in card.text for card in cards] == [True]


async def test_an_open_page_keeps_the_code_of_its_receipt_when_the_case_goes_on(town: Town) -> None:
    citizen, contact = await town.somebody("web"), await town.contact("web", name="Wang")
    _number, code = await files(citizen)
    await contact.presses("^Sign in$")
    await citizen.sees("has signed your case in")
    assert citizen.now_sees(code)


async def test_who_is_dissatisfied_is_asked_why_and_can_still_say_that_it_is_not_solved(town: Town) -> None:
    citizen, contact = await town.somebody("web"), await town.contact("telegram", name="Wang")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await solves(contact, "已清运")
    await citizen.presses("^Solved$")
    await citizen.sees("closed", buttons=["Dissatisfied", "It is not solved after all", "Timeline"])
    await citizen.presses("^Dissatisfied$")
    await citizen.sees("What were you dissatisfied with")
    await citizen.says("打了三次电话才来")
    await citizen.sees("reason has been passed on", buttons=["It is not solved after all"])
    await contact.sees("dissatisfied with the handling: 打了三次电话才来")
    await citizen.presses("not solved after all")
    await citizen.sees("What is still wrong")
    await citizen.says("又堆上了")
    await citizen.says("/done")
    await citizen.sees("has been reopened")
    await contact.sees("Not solved, says the citizen: 又堆上了", buttons=["Report"])
    case = await town.case(number)
    assert (case.state, case.rating, case.closed_at, case.round) == ("accepted", None, None, 2)


async def test_after_the_time_to_check_what_was_called_solved_stays_closed(town: Town) -> None:
    citizen, contact = await town.somebody("telegram"), await town.contact("web", name="Wang")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await solves(contact, "已清运")
    await citizen.presses("^Solved$")
    await citizen.sees("closed", buttons=["It is not solved after all"])
    town.clock.ahead += timedelta(days=8)
    await citizen.presses("not solved after all")
    await citizen.sees("the time to check the answer is over")
    assert (await town.case(number)).state == "closed"


async def test_a_withdrawal_that_is_cancelled_says_that_the_case_goes_on(town: Town, citizen: Person) -> None:
    await files(citizen)
    await citizen.presses("Show the case")
    await citizen.presses("^Withdraw$")
    await citizen.sees("Why do you withdraw")
    await citizen.presses("^Cancel$")
    await citizen.sees("Not withdrawn. The case goes on as before")


async def test_who_urges_a_unit_that_waits_for_their_answer_is_told_so(town: Town, citizen: Person, contact: Person) -> None:
    await files(citizen)
    await contact.presses("^Ask the citizen$")
    await contact.sees("Please don't ask for name, phone or address")
    await contact.says("哪一栋楼？")
    await contact.presses("^Done$")
    await contact.presses("^Send$")
    await citizen.sees("unit asks: 哪一栋楼.+doesn't know who you are: you need not write name")
    await citizen.presses("^Urge$")
    await citizen.sees("is being urged.+waiting for your answer")


async def test_the_page_of_privacy_on_the_web_speaks_of_a_mark_and_how_to_have_something_erased(town: Town) -> None:
    person = await town.somebody("web")
    await person.says("/privacy")
    await person.sees("no account here.+press “Forget this device”.+shall be erased: open your case .Menu, My cases")
