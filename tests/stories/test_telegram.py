"""What only Telegram has: groups, stickers, edits, forwards, venues, captions, a webhook, and chats that must stay tidy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from botapi_files import picture
from story_filing import RUBBISH, files, receipt_of, solves, tells
from story_telegram import TelegramPerson
from story_town import GATE, Town, town_over


@pytest.fixture
async def citizen(town: Town) -> TelegramPerson:
    """Bring a citizen to the town."""
    person = await town.somebody("telegram", name="Anna")
    assert isinstance(person, TelegramPerson)
    return person


@pytest.fixture
async def webhook_town(direct: None, tmp_path: Path, database: str) -> AsyncIterator[Town]:
    """Start the program so that Telegram brings the updates."""
    async with town_over(tmp_path, database, webhook=True) as town:
        yield town


async def test_in_a_group_the_bot_declines_once_and_takes_nothing(town: Town, citizen: TelegramPerson) -> None:
    anna = citizen.user.within(town.api.group())
    await anna.says("/start@huiyin_test_bot")
    await anna.sees("only talk in private")
    await anna.says("/complain")
    await anna.says(f"@huiyin_test_bot {RUBBISH}")
    await anna.sees_nothing(0.5)
    await citizen.says("/my")
    await citizen.sees("no cases here yet")


async def test_a_sticker_is_declined_and_the_open_question_asked_again(citizen: TelegramPerson) -> None:
    await citizen.user.sends_sticker()
    await citizen.sees("can't read stickers", buttons=["Complaint", "Menu"])
    await tells(citizen, RUBBISH)
    await citizen.user.sends_sticker()
    await citizen.sees("can't read stickers.+Shall we send it")
    await citizen.presses("^Send$")
    await receipt_of(citizen)


async def test_an_edited_message_changes_what_will_be_sent(citizen: TelegramPerson) -> None:
    await citizen.says("/complain")
    message = await citizen.says("门口的垃圾没人清运，电话13800000000")
    await citizen.says("/done")
    await citizen.says("城西区")
    await citizen.presses("anonymous")
    await citizen.presses("^No$")
    await citizen.sees("Shall we send it")
    await citizen.user.edits(message, "北门的垃圾没人清运")
    await citizen.sees("correction has been noted.+北门的垃圾没人清运.+Shall we send it")


async def test_a_message_edited_after_filing_is_kept_beside_the_first_wording(town: Town, citizen: TelegramPerson) -> None:
    contact = await town.contact("web")
    await citizen.says("/complain")
    message = await citizen.says(RUBBISH)
    await citizen.says("/done")
    await citizen.presses("anonymous")
    await citizen.presses("^No$")
    await citizen.presses("^Send$")
    number, _code = await receipt_of(citizen)
    await contact.sees("Sign in by")
    await citizen.user.edits(message, "现在更多了，臭得很")
    await citizen.sees("kept your correction with case")
    await contact.sees("reworded: 现在更多了")
    assert await town.texts(number) == [RUBBISH, "现在更多了，臭得很"]


async def test_a_forwarded_message_and_a_caption_are_words_like_any(town: Town, citizen: TelegramPerson) -> None:
    await citizen.user.forwards("小区门口的垃圾没人清运")
    await citizen.user.sends_photo(picture(), caption="这是照片")
    await citizen.sees("2 messages, 1 file")
    await citizen.presses("^Done$")
    await citizen.sees("What kind", buttons=["Complaint", "Consultation", "Suggestion", "Misconduct"])
    await citizen.presses("^Complaint$")
    await citizen.sees("Where is it")
    await citizen.user.shares_place(*GATE, title="阳光小区", address="五四西路1号")
    await citizen.presses("anonymous")
    await citizen.presses("^No$")
    await citizen.sees("垃圾没人清运.+这是照片.+Files: 1.+Place: 阳光小区")


async def test_an_unknown_command_is_answered_with_a_way_on(citizen: TelegramPerson) -> None:
    await citizen.says("/nonsense")
    await citizen.sees("don't know this command", buttons=["Complaint", "Menu"])
    await tells(citizen)
    await citizen.says("/nonsense 123")
    await citizen.sees("don't know this command.+Shall we send it")


async def test_other_kinds_of_message_are_declined_in_words(town: Town, citizen: TelegramPerson) -> None:
    wire = town.api.envelope(citizen.user.chat) | {"from": citizen.user.wire, "poll": {"id": "1", "question": "?"}}
    await citizen.says("/start")
    await citizen.sees("This is Huiyin for")
    town.api.updates.push("message", wire, citizen.user.chat.id)
    await citizen.sees("can't read this kind of message", buttons=["Complaint", "Menu"])


async def test_answered_questions_keep_no_buttons(citizen: TelegramPerson) -> None:
    await files(citizen)
    await citizen.sees("not be published", new=False)
    bare = [message for message in citizen.user.chat.messages if message.by_bot and "received your case" not in message.text]
    assert [message.text for message in bare if message.buttons] == []
    assert any("Stay anonymous" in message.text for message in bare)


async def test_staff_are_offered_their_desk_and_citizens_are_not(town: Town, citizen: TelegramPerson) -> None:
    await citizen.says("/desk")
    await citizen.sees("desk is for staff")
    contact = await town.contact("telegram")
    await contact.says("/desk")
    await contact.sees("Your unit")
    lists = [{command["command"] for command in listed} for listed in town.api.commands.values()]
    assert any("desk" in listed for listed in lists)
    assert any("desk" not in listed for listed in lists)


async def test_the_whole_way_over_a_webhook_with_updates_brought_twice(webhook_town: Town) -> None:
    town = webhook_town
    town.api.duplicate_updates(0.5)
    citizen, contact = await town.somebody("telegram"), await town.contact("telegram", name="Wang")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await contact.sees("Signed in by Wang")
    await solves(contact, "已清运")
    await citizen.presses("^Solved$")
    await citizen.presses("^Satisfied$")
    await citizen.sees("Your rating: Satisfied")
    assert [row["event"] for row in await town.history(number)] == ["file", "assign", "accept", "report", "solved", "rate"]
