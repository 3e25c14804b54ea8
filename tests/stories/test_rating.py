"""Whoever was served at a window rates it: in two taps, and who is dissatisfied gets an answer."""

from __future__ import annotations

import json
import re
from datetime import datetime, time, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
import zxingcpp
from botapi import SentMessage
from PIL import Image
from story_person import Message, Person
from story_town import Town
from story_web import WebMessage, WebPerson

from bot.app import NotReady
from storage import ratings
from storage.ratings import Rating
from storage.times import ms

WINDOW, OTHER_WINDOW, HALL_UNIT = "centre-5", "centre-6", "service-hall"
CHINA = ZoneInfo("Asia/Shanghai")


@pytest.fixture
async def town(town: Town) -> Town:
    """Let it be five past ten on a working day."""
    begin = town.clock.now()
    monday = datetime.combine(begin.astimezone(CHINA).date() + timedelta(days=7 - begin.astimezone(CHINA).weekday()), time(10, 5))
    town.clock.ahead += monday.replace(tzinfo=CHINA) - begin
    return town


async def ratings_at(town: Town, window: str = WINDOW) -> list[Rating]:
    """Read what the window was rated."""
    async with town.app.database.reading() as tx:
        return list(await ratings.at_window(tx, window))


async def rates(citizen: Person, level: str, window: str = WINDOW) -> None:
    """Rate a window in two taps."""
    await citizen.scans(window)
    await citizen.sees("How were you served here", buttons=[f"^{level}$"])
    await citizen.presses(f"^{level}$")
    await citizen.sees(f"Your rating: {level}.+Shall we send")
    await citizen.presses("^Send$")
    await citizen.sees(f"Your rating counts: {level}")


async def is_dissatisfied(citizen: Person, window: str = WINDOW) -> tuple[str, str]:
    """Rate a window badly; return number and code of the case."""
    await citizen.scans(window)
    await citizen.presses("^Dissatisfied$")
    await citizen.sees("What was wrong")
    await citizen.presses("long wait")
    await citizen.sees("Noted so far: A long wait", buttons=["^Done$"])
    await citizen.presses("Done")
    await citizen.sees("Shall we send")
    await citizen.presses("^Send$")
    receipt = await citizen.sees("it has become a case", buttons=["Show the case", "Change it"])
    number = re.search(r"Case number: (\d{8}-\d{5}-\d)", receipt.text)
    code = re.search(r"Code: ([\d -]+)", receipt.text)
    assert number and code, receipt.text
    return number[1], code[1].strip()


async def test_two_taps_rate_a_window(town: Town, citizen: Person) -> None:
    await citizen.scans(WINDOW)
    await citizen.presses("^Satisfied$")
    await citizen.sees("Window 5.+Your rating: Satisfied.+Shall we send", buttons=["^Send$", "^Add or change$", "^Cancel$"])
    await citizen.presses("^Send$")
    await citizen.sees("Thank you. Your rating counts: Satisfied", buttons=["Change it"])
    (rating,) = await ratings_at(town)
    assert (rating.level, rating.verified, rating.case) == ("satisfied", False, None)


async def test_words_photo_and_points_may_be_added_on_the_same_screen(town: Town, citizen: Person) -> None:
    await citizen.scans(WINDOW)
    await citizen.presses("^Fairly satisfied$")
    await citizen.sees("Shall we send")
    await citizen.presses("Add or change")
    await citizen.sees("What would you like to change or add", buttons=["Level", "Add words", "details one by one"])
    await citizen.presses("Add words")
    await citizen.sees("What would you like to add")
    await citizen.says("王师傅很耐心，电话13997254418")
    await citizen.sends_photo()
    await citizen.sees("Noted so far")
    await citizen.presses("Done")
    await citizen.sees("很耐心，电话〔phone number〕.+Files: 1.+Shall we send")
    await citizen.presses("Add or change")
    await citizen.presses("details one by one")
    for point in ("Conduct of the staff", "Following the rules", "Quality of the service", "Speed", "Honesty"):
        await citizen.sees(f"{point}: how was it", buttons=["^Basically satisfied$"])
        await citizen.presses("^Basically satisfied$")
    await citizen.sees("Conduct of the staff: Basically satisfied.+Honesty: Basically satisfied.+Shall we send")
    await citizen.presses("^Send$")
    await citizen.sees("Your rating counts")
    (rating,) = await ratings_at(town)
    assert "13997254418" not in rating.text
    assert len(rating.files) == 1
    assert set(rating.criteria.values()) == {"basically_satisfied"}


async def test_who_is_dissatisfied_is_asked_why_and_gets_an_answer(town: Town, citizen: Person) -> None:
    contact = await town.contact("telegram", HALL_UNIT)
    number, _code = await is_dissatisfied(citizen)
    await citizen.sees_nothing()
    assert not contact.saw(number), "not before the hour is over"
    town.clock.ahead += timedelta(hours=1)
    card = await contact.sees(
        f"{number} · Bad rating.+Window: Xining Public Service Centre, Window 5.+Rating: Dissatisfied\nReasons: A long wait",
        buttons=["^Sign in$"],
    )
    assert re.search(r"State: assigned, not signed in yet \(.+, 10:00\)", card.text), card.text
    await contact.presses("^Sign in$")
    await citizen.sees("has signed your case in")
    await contact.presses("Report the result")
    await contact.sees("What was done")
    await contact.says("已增开一个窗口")
    await contact.says("/done")
    await contact.sees("Send it")
    await contact.presses("^Send$")
    await citizen.sees("The unit's answer: 已增开一个窗口", buttons=["^Solved$", "^Not solved$"])
    await citizen.presses("^Solved$")
    await citizen.sees("How satisfied are you")
    await citizen.presses("^Satisfied$")
    await citizen.sees("Your rating: Satisfied")
    assert [row["event"] for row in await town.history(number)] == ["file", "assign", "accept", "report", "solved", "rate"]


async def test_a_reason_is_taken_back_alone(town: Town, citizen: Person) -> None:
    await citizen.scans(WINDOW)
    await citizen.presses("^Dissatisfied$")
    await citizen.sees("What was wrong", buttons=["^A long wait[^,]*, or slow work$"])
    await citizen.presses("^A long wait")
    await citizen.sees("Noted so far: A long wait", buttons=["^✓ A long wait.+press to take it back$", "^Done$"])
    await citizen.says("没有人理我")
    await citizen.sees("Noted so far: A long wait.+1 message", buttons=["^✓ A long wait"])
    await citizen.presses("^✓ A long wait")
    await citizen.sees("Noted so far: 1 message", buttons=["^A long wait", "^Done$"])
    await citizen.presses("^Done$")
    summary = await citizen.sees("没有人理我.+Shall we send")
    assert "A long wait" not in summary.text
    await citizen.presses("^Send$")
    await citizen.sees("it has become a case")
    (rating,) = await ratings_at(town)
    assert rating.reasons == ()


async def test_nothing_bad_is_sent_without_a_reason(town: Town, citizen: Person) -> None:
    await citizen.scans(WINDOW)
    await citizen.presses("^Dissatisfied$")
    await citizen.sees("What was wrong")
    await citizen.says("/done")
    await citizen.sees("There is nothing yet")
    await citizen.says("没有人理我")
    await citizen.says("/done")
    await citizen.sees("没有人理我.+It becomes a case.+You stay anonymous")
    assert not await ratings_at(town)
    await citizen.presses("^Send$")
    await citizen.sees("it has become a case")


async def test_one_visit_is_one_rating(town: Town, citizen: Person) -> None:
    await rates(citizen, "Satisfied")
    await citizen.scans(WINDOW)
    told = await citizen.sees("You rated this window today at 10:05: Satisfied. You can change it until", buttons=["^Change it$"])
    assert not any("atisfied" in button for button in told.buttons), "nothing is asked before that is said"
    await citizen.presses("^Change it$")
    await citizen.sees("Window 5.+how were you served", buttons=["^Fairly satisfied$"])
    await citizen.presses("^Fairly satisfied$")
    await citizen.sees("You have rated this visit before: Satisfied.+Shall we send")
    await citizen.presses("^Send$")
    await citizen.sees("Your rating counts: Fairly satisfied")
    (rating,) = await ratings_at(town)
    assert rating.level == "fairly_satisfied"
    town.clock.ahead += timedelta(hours=4, minutes=1)
    await citizen.scans(WINDOW)
    await citizen.sees("Window 5", buttons=["^Satisfied$"])
    await citizen.presses("^Satisfied$")
    await citizen.presses("^Send$")
    await citizen.sees("Your rating counts: Satisfied")
    assert len(await ratings_at(town)) == 2


async def test_a_bad_rating_that_is_changed_stays_a_case_and_the_unit_may_say_so(town: Town, citizen: Person) -> None:
    contact = await town.contact("web", HALL_UNIT)
    number, _code = await is_dissatisfied(citizen)
    town.clock.ahead += timedelta(hours=1)
    await contact.sees(number)
    await citizen.presses("Change it")
    await citizen.sees("Window 5.+how were you served")
    await citizen.presses("^Satisfied$")
    await citizen.sees("You have rated this visit before: Dissatisfied.+Shall we send")
    await citizen.presses("^Send$")
    await citizen.sees(
        "Your case stays open, marked as changed by you.+you can withdraw the case", buttons=["^Withdraw the case$"]
    )
    marked = f"{number} Bad rating: assigned.+rating changed to “Satisfied”"
    await citizen.says("/my")
    await citizen.sees("Your cases", buttons=[marked])
    await contact.presses_secretly("s:unit_all:")
    listed = await contact.sees("Open cases of your unit", buttons=[number])
    assert not any("changed" in button for button in listed.buttons), "not before its hour is over"
    town.clock.ahead += timedelta(hours=1)
    await contact.sees("The citizen has changed the rating: Satisfied.+Rating changed by the citizen, now: Satisfied")
    card = contact.standing()[-1]
    await contact.presses_secretly("s:unit_all:")
    await contact.sees("Open cases of your unit", buttons=[marked])
    await contact.presses("Answer: the rating was changed", on=card)
    await citizen.sees("The unit's answer: The citizen has changed the rating to “Satisfied”", buttons=["^Solved$"])
    await citizen.presses("^Solved$")
    await citizen.sees("How satisfied are you")
    (rating,) = await ratings_at(town)
    assert rating.level == "satisfied"
    assert [row["event"] for row in await town.history(number)] == [
        "file",
        "assign",
        "change_rating",
        "accept",
        "report",
        "solved",
    ]


async def test_nobody_rates_the_window_of_their_own_unit(town: Town) -> None:
    for person in (await town.contact("telegram", HALL_UNIT), await town.head("web", HALL_UNIT)):
        await person.scans(WINDOW)
        await person.sees("belongs to your own unit", buttons=["Other windows of this hall"])
        await person.presses_secretly(f"f:rate:{WINDOW}:4")
        await person.sees("belongs to your own unit")
    assert not await ratings_at(town)


async def test_the_unit_appeals_and_the_office_strikes_the_rating(town: Town, citizen: Person) -> None:
    contact, office = await town.contact("telegram", HALL_UNIT), await town.office("web")
    number, _code = await is_dissatisfied(citizen)
    town.clock.ahead += timedelta(hours=1)
    await contact.sees(number)
    await contact.presses("Appeal against the rating")
    await contact.sees("What is wrong with this rating")
    await contact.presses("It is mistaken")
    await contact.sees("give the reason")
    await contact.says("当天该窗口未开放")
    await contact.sees("当天该窗口未开放.+Appeal against this rating")
    await contact.presses("^Appeal$")
    await contact.sees("The supervision office has your appeal")
    assert not any("Appeal" in button for message in contact.standing()[-1:] for button in message.buttons)
    await citizen.sees("calls your rating mistaken: 当天该窗口未开放.+Until then your rating counts")
    await office.sees("appeals against this rating", buttons=["Grant: strike", "Refuse the appeal"])
    await office.presses("Grant: strike")
    await office.sees("reason for your decision")
    await office.says("经核实确未开放")
    await office.presses("Strike it")
    await office.sees("The rating was struck")
    await citizen.sees("Your rating was struck and counts no more. The reason: 经核实确未开放")
    told = next(one for one in reversed(citizen.standing()) if "counts no more" in one.text)
    assert "How satisfied are you" not in told.text
    await contact.sees("The rating was struck, and the case is closed. The reason: 经核实确未开放")
    await citizen.presses("^I object$", on=told)
    await citizen.sees("Why do you object.+Only the supervision office reads it")
    await citizen.says("我当天确实来过，窗口有人")
    await citizen.sends_photo()
    await citizen.sees("1 message, 1 file", buttons=["^Done$"])
    await citizen.presses("^Done$")
    card = await citizen.sees("The supervision office has your objection and reads it.+You have objected")
    assert "I object" not in card.buttons
    await office.sees(f"Case {number}: the citizen objects.+我当天确实来过", buttons=["^Show the case$"])
    await citizen.presses("^I object$", on=told)
    await citizen.sees("You have objected already")
    await contact.says(f"/case {number}")
    await contact.sees("Bad rating.+This rating was struck", buttons=["^Timeline$"])
    await contact.presses("^Timeline$")
    await contact.sees("Rating struck by the supervision office")
    assert not any("我当天确实来过" in one.text or "objects" in one.text for one in contact.standing())
    (rating,) = await ratings_at(town)
    assert rating.struck_at
    assert [row["event"] for row in await town.history(number)] == ["file", "assign", "appeal", "strike", "object"]


async def test_an_appeal_that_is_refused_leaves_rating_and_case(town: Town) -> None:
    citizen, head, office = await town.somebody("web"), await town.head("telegram", HALL_UNIT), await town.office("telegram")
    contact = await town.contact("web", HALL_UNIT)
    number, _code = await is_dissatisfied(citizen)
    town.clock.ahead += timedelta(hours=1)
    await contact.sees(number)
    await head.says(f"/case {number}")
    await head.presses("Appeal against the rating")
    await head.presses("It is abusive")
    await head.sees("give the reason")
    await head.says("言语不文明")
    await head.presses("^Appeal$")
    await office.sees("appeals against this rating")
    await office.presses("Refuse the appeal")
    await office.sees("reason for your decision")
    await office.says("内容属实")
    await office.sees("内容属实.+Refuse the appeal")
    await office.presses("^Refuse the appeal$")
    await citizen.sees("was refused; your rating counts. The reason: 内容属实")
    await contact.sees("Your appeal was refused; the rating counts. The reason: 内容属实")
    (rating,) = await ratings_at(town)
    assert not rating.struck_at


async def test_nobody_at_the_unit_finds_out_who_rated_or_when(town: Town) -> None:
    citizen = await town.somebody("telegram", name="Zhuangyuan")
    contact, head = await town.contact("web", HALL_UNIT), await town.head("telegram", HALL_UNIT)
    number, code = await is_dissatisfied(citizen)
    for asking in (contact, head):
        await asking.says(f"/case {number}")
        await asking.sees("Please write the code")
        await asking.says("/cancel")
        await asking.says("/desk")
        await asking.sees(".", buttons=["Our ratings"])
        assert not asking.now_sees("1 open")
    town.clock.ahead += timedelta(hours=1)
    await contact.sees(number)
    await contact.presses("^Sign in$")
    await contact.sees("Signed in by")
    await contact.presses("^Timeline$")
    await contact.sees("10:00 +Received")
    await contact.says("/desk")
    await contact.presses("Our ratings")
    await contact.sees("too few to show")
    await head.says("/desk")
    await head.presses("^My unit$")
    await head.says(f"/case {number}")
    await head.sees("Rating: Dissatisfied")
    async with town.app.database.reading() as tx:
        (rating,) = await ratings.at_window(tx, WINDOW)
    local = rating.rated_at.astimezone(CHINA)
    for staff in (contact, head):
        got = "\n".join(f"{message!r} {message}" for message in staff.standing())
        for secret in ("Zhuangyuan", rating.person, rating.id, code, f"{local:%H:%M}", f"{ms(rating.rated_at):012x}"):
            assert secret not in got, secret


async def shown_code(person: Person, message: Message) -> str:
    """Read the code that a message shows as a picture, as the phone of whoever was served does."""
    if isinstance(message, WebMessage):
        assert isinstance(person, WebPerson)
        (file,) = message.files
        assert file["alt"].startswith("QR code: visit code for Window 5")
        picture = await person.opens(file["url"])
    else:
        assert isinstance(message, SentMessage) and message.kind == "photo"
        picture = message.media
    assert picture is not None
    (code,) = zxingcpp.read_barcodes(Image.open(BytesIO(picture)))
    return code.text


@pytest.mark.parametrize("channel", ["web", "telegram"])
async def test_a_visit_code_verifies_one_rating(town: Town, channel: str) -> None:
    contact = await town.contact(channel, HALL_UNIT)
    await contact.says("/desk")
    await contact.presses("Visit codes")
    await contact.sees("Xining Public Service Centre\n+For which window", buttons=["^Window 5 Real estate enquiries$"])
    await contact.presses("Window 5")
    given = await contact.sees(
        "Visit code for Window 5 Real estate enquiries, Xining Public.+works once, within a day", buttons=["Another one"]
    )
    shown = await shown_code(contact, given)
    if isinstance(given, WebMessage):
        assert ("Visit code as a link", shown) in [button for row in given.rows for button in row]
    else:
        assert shown in given.text, "Telegram refuses buttons to an address of this machine"
    link = re.search(r"/w/([\w-]+)$", shown)
    assert link and len(f"w_{link[1]}") <= 64
    first, second = await town.somebody("telegram"), await town.somebody("web")
    await contact.scans(link[1])
    await contact.sees("not used up")
    await first.scans(link[1])
    await first.sees("Your visit is confirmed.+Window 5")
    await first.scans(link[1])
    await first.sees("Your visit is confirmed")
    await second.scans(link[1])
    await second.sees("has been used already.+Window 5")
    await second.scans(f"{link[1][:-1]}{'A' if link[1][-1] != 'A' else 'B'}")
    await second.sees("not valid")
    for person in (first, second):
        await person.presses("^Satisfied$")
        await person.presses("^Send$")
        await person.sees("Your rating counts")
    assert sorted(rating.verified for rating in await ratings_at(town)) == [False, True]


async def test_the_windows_own_system_gets_its_tickets_from_the_command_line(town: Town, citizen: Person) -> None:
    code, printed = await town.runs("tickets", WINDOW, "--count", "3", "--json")
    made = [json.loads(line) for line in printed.splitlines()]
    assert (code, len({one["ticket"] for one in made})) == (0, 3)
    assert made[0]["web"].endswith(f"/w/{WINDOW}_{made[0]['ticket']}")
    assert made[0]["telegram"].endswith(f"?start=w_{WINDOW}_{made[0]['ticket']}")
    await citizen.scans(f"{WINDOW}_{made[0]['ticket']}")
    await citizen.sees("Your visit is confirmed", buttons=["^Satisfied$"])
    await citizen.presses("^Satisfied$")
    await citizen.sees("Shall we send")
    await citizen.presses("^Send$")
    await citizen.sees("Your rating counts")
    assert [rating.verified for rating in await ratings_at(town)] == [True]
    with pytest.raises(NotReady, match="no window"):
        await town.runs("tickets", "nowhere-1")


async def test_a_visit_code_that_a_scanner_shouted_is_not_called_too_old(town: Town) -> None:
    citizen = await town.somebody("web")
    _code, printed = await town.runs("tickets", WINDOW, "--count", "1", "--json")
    ticket = json.loads(printed)["ticket"]
    await citizen.scans(f"{WINDOW}_{ticket}".upper())
    await citizen.sees("turned into capitals on the way.+Window 5", buttons=["^Satisfied$"])
    await citizen.scans(f"{WINDOW}_{ticket}")
    await citizen.sees("Your visit is confirmed", buttons=["^Satisfied$"])


async def test_one_rating_after_hours_is_told_as_one(town: Town) -> None:
    office, citizen = await town.office("web"), await town.somebody("web")
    town.clock.ahead += timedelta(hours=11)
    await rates(citizen, "Satisfied")
    await office.says("/desk")
    await office.presses("Ratings to look at")
    await office.sees("Window 5 .+: one rating while the hall was closed")


async def test_unusual_ratings_count_until_the_office_strikes_them(town: Town) -> None:
    office, citizen = await town.office("web"), await town.somebody("telegram")
    for n in range(1, 6):
        await citizen.scans(f"centre-{n}")
        await citizen.sees(f"Window {n}", buttons=["^Satisfied$"])
        await citizen.presses("^Satisfied$")
        await citizen.presses("^Send$")
        await citizen.sees("Your rating counts")
    await office.says("/desk")
    await office.presses("Ratings to look at")
    await office.sees("5 ratings, nothing but praise", buttons=["Look at 1", "Keep 1"])
    await office.presses("Look at 1")
    await office.sees("Window 1 Information: Satisfied")
    await office.presses("Strike 5: ")
    await office.sees("nothing but praise. Left to decide: 5. Why are they struck")
    await office.says("同一账号连续好评")
    await office.sees("同一账号连续好评.+Strike the 5 that are left of this: .+nothing but praise")
    await office.presses("^Strike them$")
    await office.sees("These ratings were struck")
    await citizen.sees("was struck and counts no more. The reason: 同一账号连续好评")
    assert all(rating.struck_at for rating in await ratings_at(town))


async def test_ratings_of_a_day_outside_opening_hours_are_one_thing_to_look_at(town: Town) -> None:
    office = await town.office("web")
    town.clock.ahead += timedelta(hours=11)
    citizens = [await town.somebody("web"), await town.somebody("telegram"), await town.somebody("web")]
    for citizen, window in zip(citizens, (WINDOW, OTHER_WINDOW, WINDOW), strict=True):
        await citizen.scans(window)
        await citizen.sees("Closed now", buttons=["^Satisfied$"])
        await citizen.presses("^Satisfied$")
        await citizen.presses("^Send$")
        await citizen.sees("Your rating counts")
    await office.says("/desk")
    await office.presses("Ratings to look at")
    seen = await office.sees("Xining Public Service Centre: ratings while the hall was closed: 3", buttons=["Keep 1"])
    assert "Keep 2" not in seen.buttons
    await office.presses("Look at 1")
    looked = await office.sees("ratings while the hall was closed: 3", buttons=["^Keep 3: hall", "^Strike 3: hall closed$"])
    assert looked.text.count("Window 5 Real estate enquiries: Satisfied") == 2
    assert looked.text.count("Window 6 Housing provident fund: Satisfied") == 1
    await office.presses("^Keep 3")
    await office.sees("These ratings were kept and count.+no ratings to look at")


async def test_of_unusual_ratings_one_is_kept_one_struck_and_the_others_decided_together(town: Town) -> None:
    office, citizen = await town.office("web"), await town.somebody("telegram")
    number, _code = await is_dissatisfied(citizen, "centre-1")
    for n in range(2, 7):
        await citizen.scans(f"centre-{n}")
        await citizen.sees(f"Window {n}", buttons=["^Basically satisfied$"])
        await citizen.presses("^Basically satisfied$")
        await citizen.presses("^Send$")
        await citizen.sees("Your rating counts")
    await office.says("/desk")
    await office.presses("Ratings to look at")
    await office.presses("Look at 1")
    first = "6 ratings at many windows.+1. .+10:05  Xining Public Service Centre, Window 1 .+Dissatisfied"
    await office.sees(first, buttons=["^Open 6$", "^Strike 6: one account, many windows$"])
    await office.presses("^Open 1$")
    await office.sees(f"Window 1 .+Reasons: .+long wait.+has become case {number}: assigned", buttons=["^Strike it$"])
    await office.presses("^Show the case$")
    await office.sees(f"{number} · Bad rating")
    await office.says("/desk")
    await office.presses("Ratings to look at")
    await office.presses("Look at 1")
    await office.presses("^Open 1$")
    await office.presses("^Strike it$")
    await office.sees("Why is this rating struck")
    await office.says("未到过该窗口")
    await office.sees("未到过该窗口.+if it has become a case, that is closed")
    await office.presses("^Strike it$")
    await office.sees("This rating was struck.+6 ratings.+Kept: 0. Struck: 1. Not decided: 5", buttons=["^Open 5$"])
    await citizen.sees("Your rating was struck and counts no more. The reason: 未到过该窗口")
    assert (await town.history(number))[-1]["event"] == "strike"
    await office.presses("^Open 1$")
    await office.sees("Window 2 ", buttons=["^Keep it$"])
    await office.presses("^Keep it$")
    await office.sees("This rating was kept and counts.+Kept: 1. Struck: 1. Not decided: 4", buttons=["^Keep 4: "])
    await office.presses("^Keep 4: ")
    await office.sees("These ratings were kept and count.+There are no ratings to look at")
    struck = [(await ratings_at(town, f"centre-{n}"))[0].struck_at is not None for n in range(1, 7)]
    assert struck == [True, False, False, False, False, False]
