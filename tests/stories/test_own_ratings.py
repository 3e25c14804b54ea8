"""Whoever has rated finds it again, reads it in their language, and is told plainly what can still be done with it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from story_person import Person
from story_town import Town

from storage import ratings
from storage.ratings import Rating

WINDOW, HALL_UNIT = "centre-5", "service-hall"


@pytest.fixture
async def town(town: Town) -> Town:
    """Let it be five past ten on a working day."""
    town.clock.ahead += timedelta(minutes=5)
    return town


async def rates(citizen: Person, level: str = "Satisfied", window: str = WINDOW) -> None:
    """Rate a window in two taps."""
    await citizen.scans(window)
    await citizen.sees("How were you served here", buttons=[f"^{level}$"])
    await citizen.presses(f"^{level}$")
    await citizen.sees(f"Your rating: {level}.+Shall we send")
    await citizen.presses("^Send$")
    await citizen.sees(f"Your rating counts: {level}", buttons=["^Add words or a photo$", "^Change it$"])


async def is_dissatisfied(citizen: Person) -> str:
    """Rate the window badly, with a usual reason and own words; return the number of the case."""
    await citizen.scans(WINDOW)
    await citizen.presses("^Dissatisfied$")
    asked = await citizen.sees("What was wrong")
    assert "Done" not in asked.text, "there is no such button yet"
    await citizen.presses("A long wait")
    await citizen.sees("press Done", buttons=["^Done$"])
    await citizen.says("一句解释都没有")
    await citizen.sees("1 message", buttons=["^Done$"])
    await citizen.presses("^Done$")
    await citizen.sees("Shall we send", buttons=["^Send$", "^Add or change$", "^Back$", "^Cancel$"])
    await citizen.presses("^Send$")
    receipt = await citizen.sees("it has become a case")
    return re.findall(r"\d{8}-\d{5}-\d", receipt.text)[0]


async def the_rating(town: Town) -> Rating:
    async with town.app.database.reading() as tx:
        (rating,) = await ratings.at_window(tx, WINDOW)
    return rating


async def test_everybody_reads_a_rating_in_their_own_language(town: Town, citizen: Person) -> None:
    contact = await town.contact("telegram", HALL_UNIT)
    chinese = await town.contact("web", HALL_UNIT, name="王建国", language="zh-hans")
    office = await town.office("web")
    number = await is_dissatisfied(citizen)
    await citizen.presses("Show the case")
    await citizen.presses("^Timeline$")
    told = await citizen.sees("Received: Dissatisfied\nReasons: A long wait, or slow work\n一句解释都没有")
    assert "评价" not in told.text
    town.clock.ahead += timedelta(hours=1)
    await contact.sees(f"{number}.+Rating: Dissatisfied\nReasons: A long wait, or slow work\n一句解释都没有")
    await contact.presses("^Timeline$")
    await contact.sees("Received: Dissatisfied\nReasons: A long wait, or slow work\n一句解释都没有")
    await chinese.sees(f"{number}.+不满意\n原因：等候太久、办理太慢\n一句解释都没有")
    await office.says(f"/case {number}")
    await office.sees("Rating: Dissatisfied\nReasons: A long wait, or slow work\n一句解释都没有")


async def test_own_ratings_stand_in_a_list_a_page_at_a_time(town: Town, citizen: Person) -> None:
    other = await town.somebody("web")
    for n in range(1, 9):
        await rates(citizen, window=f"centre-{n}")
    await rates(other, "Basically satisfied", WINDOW)
    await citizen.says("/my")
    await citizen.sees("no cases here yet", buttons=["^My ratings$"])
    await citizen.presses("^My ratings$")
    page = await citizen.sees("Your ratings", buttons=["^Older ones$"])
    listed = [button for button in page.buttons if "Window" in button]
    assert len(listed) == 6
    assert re.match(r"8 Jul 2026, Satisfied: Window 8 .+, Xining Public Service Centre$", listed[0])
    assert not any("Basically" in button for button in page.buttons), "that is somebody else's"
    await citizen.presses("^Older ones$")
    page = await citizen.sees("Your ratings", buttons=["Window 2", "Window 1", "^My cases$"])
    assert "Older ones" not in page.buttons


async def test_a_rating_is_opened_added_to_and_changed_while_the_visit_lasts(town: Town, citizen: Person) -> None:
    await rates(citizen)
    await citizen.says("/my")
    await citizen.presses("^My ratings$")
    await citizen.presses("Window 5")
    await citizen.sees(
        "Window 5.+Your rating on 8 Jul 2026, 10:05: Satisfied.+you can change it", buttons=["^Add words", "^Change it$"]
    )
    await citizen.presses("^Add words")
    await citizen.sees("What would you like to add")
    await citizen.says("王师傅很耐心，电话13997254418")
    await citizen.sends_photo()
    await citizen.sees("1 message, 1 file", buttons=["^Done$"])
    await citizen.presses("^Done$")
    await citizen.sees("It has been added to your rating.+很耐心，电话〔phone number〕.+Files: 1")
    await citizen.presses("^Add words")
    await citizen.sees("What would you like to add")
    await citizen.says("谢谢")
    await citizen.sees("1 message", buttons=["^Done$"])
    await citizen.presses("^Done$")
    await citizen.sees("很耐心，电话〔phone number〕\n谢谢.+Files: 1", buttons=["^Change it$"])
    await citizen.presses("^Change it$")
    await citizen.sees("how were you served")
    await citizen.presses("^Fairly satisfied$")
    await citizen.sees("takes its place; the words, photos and points that you gave with it stay.+Shall we send")
    await citizen.presses("^Send$")
    sent = await citizen.sees("Your rating counts: Fairly satisfied")
    rating = await the_rating(town)
    assert (rating.text, len(rating.files)) == ("王师傅很耐心，电话〔电话〕\n谢谢", 1)
    town.clock.ahead += timedelta(hours=4)
    await citizen.presses("^Add words", on=sent)
    await citizen.sees("could be changed until .+ It counts as it is")
    await citizen.presses("^Change it$", on=sent)
    await citizen.sees("The time to change this rating is over")
    await citizen.says("/my")
    await citizen.presses("^My ratings$")
    await citizen.presses("Window 5")
    card = await citizen.sees("Your rating on .+: Fairly satisfied", buttons=["^My ratings$", "^Menu$"])
    assert len(card.buttons) == 2


async def adds(citizen: Person, words: str) -> None:
    """Add words to a rating where they are asked for."""
    await citizen.sees("What would you like to add")
    await citizen.says(words)
    await citizen.sees("1 message", buttons=["^Done$"])
    await citizen.presses("^Done$")
    await citizen.sees("It has been added to your rating")


async def test_words_added_while_a_change_waits_are_not_lost_by_it(town: Town, citizen: Person) -> None:
    await rates(citizen)
    receipt = citizen.standing()[-1]
    await citizen.presses("^Change it$")
    await citizen.sees("how were you served", buttons=["^Fairly satisfied$"])
    await citizen.presses("^Fairly satisfied$")
    await citizen.sees("Shall we send")
    await citizen.presses("^Add words", on=receipt)
    await adds(citizen, "王师傅很耐心")
    await citizen.sees("Now back to.+the words, photos and points that you gave with it stay.+Shall we send")
    await citizen.presses("^Send$")
    await citizen.sees("Your rating counts: Fairly satisfied")
    rating = await the_rating(town)
    assert (rating.level, rating.text) == ("fairly_satisfied", "王师傅很耐心")


async def test_a_change_leaves_out_what_was_written_before_when_that_is_wished(town: Town, citizen: Person) -> None:
    await rates(citizen)
    receipt = citizen.standing()[-1]
    await citizen.presses("^Add words")
    await adds(citizen, "王师傅很耐心")
    for added_meanwhile in (True, False):
        await citizen.presses("^Change it$", on=receipt)
        await citizen.sees("how were you served", buttons=["^Fairly satisfied$"])
        await citizen.presses("^Fairly satisfied$")
        await citizen.sees("Shall we send")
        await citizen.presses("Add or change")
        await citizen.presses("What you said before")
        await citizen.sees("What becomes of what you said before", buttons=["^Keep it$"])
        await citizen.presses("^Leave it out$")
        await citizen.sees("is left out of the rating.+Shall we send")
        if added_meanwhile:
            await citizen.presses("^Add words", on=receipt)
            await adds(citizen, "谢谢")
            await citizen.sees("Now back to")
            await citizen.presses("^Send$")
            await citizen.sees("You have added something to this rating in the meantime")
            assert (await the_rating(town)).text == "王师傅很耐心\n谢谢"
        else:
            await citizen.presses("^Send$")
            await citizen.sees("Your rating counts: Fairly satisfied")
    rating = await the_rating(town)
    assert (rating.level, rating.text) == ("fairly_satisfied", "")


async def test_a_second_start_takes_the_place_of_the_first_with_what_was_told_there(town: Town, citizen: Person) -> None:
    await citizen.scans(WINDOW)
    card = await citizen.sees("How were you served here", buttons=["^Dissatisfied$"])
    await citizen.presses("^Dissatisfied$")
    await citizen.sees("Window 5.+What was wrong")
    await citizen.says("一句解释都没有")
    await citizen.sees("Window 5.+1 message", buttons=["^Done$"])
    await citizen.presses("^Dissatisfied$", on=card)
    await citizen.sees("Window 5.+1 message", buttons=["^Done$"])
    await citizen.presses("^Done$")
    await citizen.sees("一句解释都没有.+Shall we send")
    await citizen.presses("^Send$")
    await citizen.sees("it has become a case")
    await citizen.sees_nothing()
    assert (await the_rating(town)).text == "一句解释都没有"


async def test_a_photo_sent_at_the_summary_is_added_to_the_rating_and_to_no_complaint(town: Town, citizen: Person) -> None:
    await citizen.scans(WINDOW)
    await citizen.presses("^Satisfied$")
    await citizen.sees("Shall we send")
    await citizen.sends_photo()
    await citizen.sees("We have added this to: Rating Window 5.+Here is the question again")


async def test_what_waits_for_another_window_is_named_in_one_line_below_the_receipt(town: Town, citizen: Person) -> None:
    for window, words in (("centre-4", "没人"), (WINDOW, "等了很久")):
        await citizen.scans(window)
        await citizen.sees(f"Window {window[-1]}.+How were you served here", buttons=["^Dissatisfied$"])
        await citizen.presses("^Dissatisfied$")
        await citizen.sees(f"Window {window[-1]}.+What was wrong")
        await citizen.says(words)
        await citizen.sees(f"Window {window[-1]}.+1 message", buttons=["^Done$"])
    await citizen.presses("^Done$")
    await citizen.sees("Window 5.+Shall we send")
    await citizen.presses("^Send$")
    await citizen.sees("it has become a case")
    offer = await citizen.sees("This still waits for you: Rating Window 4", buttons=["^Go on with it$", "^Drop this form$"])
    await citizen.sees_nothing()
    await citizen.presses("^Go on with it$")
    await citizen.sees("Window 4.+1 message", buttons=["^Done$"])
    await citizen.presses("^Drop this form$", on=offer)
    await citizen.sees("Cancelled: Rating Window 4.+Nothing of it has been sent", buttons=["^Take it up again$"])
    await citizen.presses("^Go on with it$", on=offer)
    await citizen.sees("This form is finished")


async def test_a_rating_that_is_a_case_leads_to_it(town: Town, citizen: Person) -> None:
    number = await is_dissatisfied(citizen)
    await citizen.says("/my")
    await citizen.sees("Your cases", buttons=[number, "^My ratings$"])
    await citizen.presses("^My ratings$")
    await citizen.presses("Window 5")
    await citizen.sees(f"Reasons: A long wait.+It has become case {number}: assigned", buttons=["^Show the case$", "^Change it$"])
    await citizen.presses("^Show the case$")
    await citizen.presses("^Withdraw$")
    await citizen.sees("Why do you withdraw")
    await citizen.says("算了")
    await citizen.presses("^Withdraw it$")
    await citizen.sees("has been withdrawn")
    await citizen.says("/my")
    await citizen.presses("^My ratings$")
    await citizen.presses("Window 5")
    await citizen.sees(f"It has become case {number}: withdrawn by the citizen")


async def test_nobody_else_opens_a_rating(town: Town) -> None:
    citizen = await town.somebody("web")
    await rates(citizen)
    rating = await the_rating(town)
    for other in (await town.somebody("web"), await town.contact("web", HALL_UNIT), await town.office("web")):
        for press in (f"s:rating:{rating.id}", f"s:my_ratings:{rating.id}", f"f:add_to_rating:{rating.id}"):
            await other.presses_secretly(press)
            await other.sees("can't find this rating")


async def test_a_struck_rating_is_not_offered_to_be_changed(town: Town, citizen: Person) -> None:
    contact, office = await town.contact("telegram", HALL_UNIT), await town.office("web")
    number = await is_dissatisfied(citizen)
    receipt = citizen.standing()[-1]
    town.clock.ahead += timedelta(hours=1)
    await contact.sees(number)
    await contact.presses("Appeal against the rating")
    await contact.presses("It is mistaken")
    await contact.says("当天该窗口未开放")
    await contact.sees("Appeal against this rating")
    await contact.presses("^Appeal$")
    await office.sees("appeals against this rating")
    await office.presses("Grant: strike")
    await office.says("经核实确未开放")
    await office.sees("Strike the rating")
    await office.presses("Strike it")
    await citizen.sees("Your rating was struck and counts no more")
    await citizen.presses("^Change it$", on=receipt)
    await citizen.sees("was struck and is not counted, so it can't be changed")
    await citizen.scans(WINDOW)
    card = await citizen.sees("You rated this window today at 10:05. That rating was struck and is not counted.+rate anew")
    assert card.buttons == ["Other windows of this hall"]
    await citizen.says("/my")
    await citizen.presses("^My ratings$")
    await citizen.sees("Your ratings", buttons=[r"Window 5.+\(not counted\)$"])
    await citizen.presses("Window 5")
    card = await citizen.sees("This rating was struck and counts no more")
    assert not {"Change it", "Add words or a photo"} & set(card.buttons)


async def test_a_unit_that_has_not_heard_of_it_is_not_urged(town: Town, citizen: Person) -> None:
    await town.contact("telegram", HALL_UNIT)
    await is_dissatisfied(citizen)
    heard = "The unit hears of it at 8 Jul 2026, 11:00, always at the full hour"
    assert heard in citizen.standing()[-1].text
    await citizen.presses("Show the case")
    card = await citizen.sees(heard, buttons=["^Timeline$"])
    assert "Urge" not in card.buttons
    await citizen.presses("^Timeline$")
    await citizen.sees(f"Received.+{heard}")
    rating = await the_rating(town)
    await citizen.presses_secretly(f"d:urge:{rating.case}:1")
    await citizen.sees("has not heard of your rating yet: that is at 8 Jul 2026, 11:00")
    town.clock.ahead += timedelta(hours=1)
    await citizen.presses("Show the case")
    card = await citizen.sees("Bad rating", buttons=["^Urge$"])
    assert "hears of it" not in card.text
    await citizen.presses("^Urge$")
    await citizen.sees("is being urged")


async def test_the_list_of_cases_says_how_many_ratings_there_are(citizen: Person) -> None:
    await rates(citizen)
    await rates(citizen, window="centre-4")
    await citizen.says("/my")
    await citizen.sees("^Ratings that you have given: 2.+no cases here yet", buttons=["^My ratings$"])
