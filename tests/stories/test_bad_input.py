"""What people really send: nothing, far too much, strange characters, large files, far-away places. Nothing of it is lost."""

from __future__ import annotations

import asyncio
import io
import wave

import pytest
from botapi_files import picture
from story_filing import RUBBISH, files, names_none, receipt_of
from story_person import Person
from story_telegram import TelegramPerson
from story_town import Town
from story_web import WebPerson

BOTH = pytest.mark.parametrize("on", ["web", "telegram"])
STRANGE = {
    "html": "<b>垃圾</b><script>alert(1)</script> &amp; </p> 没人清运",
    "marks": "垃圾\u202egpj.exe\u202c 在\u200f门口\u200b没人清运",
    "formula": '=HYPERLINK("http://127.0.0.1","垃圾没人清运")',
    "signs": "+1-2@垃圾 %s {0} {text} $(id) ';--",
}


async def test_an_empty_message_is_refused_kindly_and_the_next_one_is_taken(town: Town) -> None:
    citizen = await town.somebody("web")
    assert isinstance(citizen, WebPerson)
    with pytest.raises(AssertionError, match="could not be read"):
        await citizen.posts(text=" \n ")
    await files(citizen)


@BOTH
async def test_one_emoji_is_enough_for_a_case(town: Town, on: str) -> None:
    citizen = await town.somebody(on)
    office = await town.office("web")
    await files(citizen, "😡", category="Something else")
    await office.sees("Something else.+😡")


@BOTH
async def test_a_hundred_thousand_characters_are_kept_to_the_last_one(town: Town, on: str) -> None:
    citizen = await town.somebody(on)
    text = "".join(f"第{n:04}句，垃圾。" for n in range(10_000))
    number, _code = await files(citizen, text)
    assert len(text) == 100_000
    kept = await town.texts(number)
    assert kept[0].replace("\n", "") == text


async def test_a_text_beyond_what_the_page_allows_is_refused_with_a_sentence(town: Town) -> None:
    citizen = await town.somebody("web")
    assert isinstance(citizen, WebPerson)
    with pytest.raises(AssertionError, match="long"):
        await citizen.says("字" * 100_001)
    await citizen.says("/help")
    await citizen.sees("responsible unit has a deadline")


@BOTH
@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
async def test_signs_that_mean_something_elsewhere_mean_nothing_here(town: Town, on: str, text: str) -> None:
    citizen = await town.somebody(on)
    contact = await town.contact("telegram" if on == "web" else "web")
    number, _code = await files(citizen, text, category="Rubbish")
    card = await contact.sees("Complaint · Rubbish")
    assert text in card.text
    assert await town.texts(number) == [text]


@BOTH
async def test_thirty_photos_are_taken_and_shown(town: Town, on: str) -> None:
    citizen = await town.somebody(on)
    contact = await town.contact("web" if on == "telegram" else "telegram")
    await citizen.says("/complain")
    await citizen.sees("Tell us what happened")
    await citizen.says(RUBBISH)
    await citizen.sends_photos(30)
    await citizen.sees("30 files")
    await finishes(citizen)
    await contact.sees("Complaint · Rubbish")
    await contact.sees_photos(30, timeout=40)


async def test_the_same_photo_sent_twice_is_shown_and_taken_by_nobody(town: Town) -> None:
    first, second = await town.somebody("web"), await town.somebody("web")
    contact = await town.contact("web")
    for citizen in (first, second):
        assert isinstance(citizen, WebPerson)
        await citizen.says("/complain")
        await citizen.says(RUBBISH)
        same = picture()
        await citizen.posts(files=await asyncio.gather(*(citizen.uploads(same) for _ in range(10))))
        await finishes(citizen)
        await contact.sees("Complaint · Rubbish")
    await contact.sees_photos(20)


async def test_a_video_that_telegram_will_not_give_is_named_and_everything_else_is_kept(town: Town) -> None:
    citizen = await town.somebody("telegram")
    assert isinstance(citizen, TelegramPerson)
    await citizen.says("/complain")
    await citizen.says(RUBBISH)
    await citizen.user.sends_video(size=25 * 2**20)
    await citizen.sees("(20 MB|could not be fetched).+else you sent is kept")
    await finishes(citizen)


async def test_a_video_that_is_too_large_is_refused_while_it_is_uploaded(town: Town) -> None:
    citizen = await town.somebody("web")
    assert isinstance(citizen, WebPerson)
    await citizen.says("/complain")
    await citizen.says(RUBBISH)
    with pytest.raises(AssertionError, match="20"):
        await citizen.sends_file(bytes(25 * 2**20), name="film.mp4", media_type="video/mp4")
    await finishes(citizen)


@BOTH
async def test_a_voice_message_and_nothing_else_is_a_case(town: Town, on: str) -> None:
    citizen = await town.somebody(on)
    office = await town.office("web")
    await citizen.says("/complain")
    await citizen.sees("Tell us what happened")
    if isinstance(citizen, TelegramPerson):
        await citizen.user.sends_voice(recording())
    if isinstance(citizen, WebPerson):
        await citizen.sends_file(recording(), name="voice.wav", media_type="audio/wav")
    await finishes(citizen, category="Something else")
    card = await office.sees("no words, see the files")
    assert isinstance(office, WebPerson)
    await office.hears(card)


@BOTH
async def test_a_place_in_another_country_goes_to_the_office_and_the_receipt_says_so(town: Town, on: str) -> None:
    citizen = await town.somebody(on)
    office = await town.office("telegram")
    await citizen.says("/complain")
    await citizen.says("门口的垃圾没人清运")
    await citizen.shares_place(139.6917, 35.6895)
    await finishes(citizen, place="", receipt=False)
    receipt = await citizen.sees("have received your case")
    assert "lies outside" in receipt.text
    assert "supervision office assigns a unit by" in receipt.text
    await office.sees("139.69", buttons=["Assign", "Refuse"])


async def test_an_unreadable_file_is_named_and_the_receipt_does_not_wait(town: Town) -> None:
    citizen = await town.somebody("web")
    assert isinstance(citizen, WebPerson)
    await citizen.says("/complain")
    await citizen.says(RUBBISH)
    await citizen.sends_file(b"\xff\xd8 no picture at all")
    await citizen.sees("(damaged|kind we can't take).+else you sent is kept")
    await finishes(citizen)
    assert not citizen.saw("Files: ")


async def test_an_unreadable_voice_message_is_counted_nowhere(town: Town) -> None:
    citizen, contact = await town.somebody("telegram"), await town.contact("web")
    assert isinstance(citizen, TelegramPerson)
    await citizen.says("/complain")
    await citizen.says(RUBBISH)
    await citizen.sends_photo()
    await citizen.sees("Noted so far: 1 message, 1 file")
    await citizen.user.sends_voice(b"OggS and no sound")
    await citizen.sees(
        "(damaged|kind we can't take).+else you sent is kept.+Noted so far: 1 message, 1 file. Not sent yet: send more"
    )
    await finishes(citizen)
    assert citizen.saw("Files: 1")
    assert not citizen.saw("Files: 2")
    card = await contact.sees("Sent with it: 1 photo or file")
    assert "could not be taken" not in card.text


async def test_words_of_danger_are_answered_with_the_emergency_numbers_at_once(town: Town) -> None:
    citizen = await town.somebody("telegram")
    await citizen.says("/complain")
    await citizen.sees("Tell us what happened")
    await citizen.says("有人要跳楼了，快来")
    await citizen.sees("110 .+119 .+120 .+no emergency service", timeout=1)


async def finishes(citizen: Person, *, category: str = "^Rubbish", place: str = "城西区", receipt: bool = True) -> None:
    """Answer everything after what was told, by the shortest way."""
    await citizen.says("/done")
    if "Where is it" in (asked := await citizen.sees("Where is it|one of these|Who may know")).text:
        await citizen.says(place)
        asked = await citizen.sees("one of these|Who may know")
    if "one of these" in asked.text:
        await citizen.presses(category)
        if category == "Something else":
            await names_none(citizen)
    await citizen.presses("anonymous")
    await citizen.presses("^No$")
    await citizen.presses("^Send$")
    if receipt:
        await receipt_of(citizen)


def recording() -> bytes:
    """Record half a second of silence."""
    paper = io.BytesIO()
    with wave.open(paper, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(8000))
    return paper.getvalue()
