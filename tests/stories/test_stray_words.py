"""Words that answer no question: they begin a case, go to the case whose card they reply to, or are asked about once."""

from __future__ import annotations

import pytest
from story_filing import RUBBISH, files, receipt_of, solves, tells
from story_town import Town

BOTH = pytest.mark.parametrize("on", ["web", "telegram"])


@BOTH
async def test_the_first_words_begin_a_case_without_any_command(town: Town, on: str) -> None:
    citizen = await town.somebody(on)
    for line in (RUBBISH, "/done", "1", "1", "2", "send"):
        await citizen.says(line)
    number, _code = await receipt_of(citizen)
    assert await town.texts(number) == [RUBBISH]


@BOTH
async def test_with_an_open_case_the_bot_asks_whether_words_are_about_it(town: Town, on: str) -> None:
    citizen, contact = await town.somebody(on), await town.contact("web")
    number, _code = await files(citizen)
    await citizen.says("现在更臭了")
    await citizen.sees("new matter, or", buttons=["new matter", number, "Cancel"])
    await citizen.presses(number)
    await citizen.sees("passed on with case")
    await contact.sees("citizen has added: 现在更臭了")
    assert await town.texts(number) == [RUBBISH, "现在更臭了"]


@BOTH
async def test_who_greets_is_greeted_and_nothing_is_kept_of_it(town: Town, on: str) -> None:
    citizen = await town.somebody(on)
    await citizen.says("你好！")
    await citizen.sees("Hello. This is Huiyin")
    await citizen.sends_photo(caption="你好")
    await citizen.sees("Noted so far: 1 message, 1 file")
    await citizen.says("/cancel")
    for line in (RUBBISH, "你好", "/done"):  # in the middle of telling it is a word like others
        await citizen.says(line)
    await citizen.sees("What kind of matter")
    await citizen.says("/back")
    await citizen.sees("Noted so far: 2 messages")


@BOTH
async def test_a_button_of_the_newest_message_can_be_typed_in_any_language(town: Town, on: str) -> None:
    citizen, contact = await town.somebody(on), await town.contact("web")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await solves(contact, "已清运")
    await citizen.sees("已清运.+Is it solved")
    await citizen.says("已解决")
    await citizen.sees("How satisfied")
    assert not contact.saw("citizen has added")
    assert (await town.case(number)).state == "closed"


@BOTH
async def test_who_writes_what_they_want_gets_it(town: Town, on: str) -> None:
    citizen = await town.somebody(on)
    await citizen.says("我要投诉")
    await citizen.sees("Tell us what happened")
    await citizen.says("/cancel")
    await citizen.says("进度")
    await citizen.sees("no cases here yet")
    await citizen.says("查询")
    await citizen.sees("Which case")


@BOTH
async def test_words_in_reply_to_an_answer_are_passed_on_and_whether_it_is_solved_is_asked(town: Town, on: str) -> None:
    citizen, contact = await town.somebody(on), await town.contact("web")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await solves(contact, "已清运")
    answer = await citizen.sees("已清运.+Is it solved")
    await citizen.replies_to(answer, "没有解决，西门还有")
    await citizen.sees(
        f"passed on with case {number}.+Is it solved.+words alone do not reopen", buttons=["^Solved$", "^Not solved$"]
    )
    await contact.sees("citizen has added: 没有解决，西门还有")
    await citizen.presses("^Not solved$")
    for line in ("西门还有", "/done"):
        await citizen.says(line)
    await contact.sees("Not solved, says the citizen: 西门还有")


@BOTH
async def test_words_about_a_new_matter_are_not_to_be_typed_again(town: Town, on: str) -> None:
    citizen = await town.somebody(on)
    await files(citizen)
    await citizen.says("还有一件事：路灯不亮")
    await citizen.sees("new matter, or")
    await citizen.presses("A new matter")
    await citizen.sees("1 message")
    for line in ("/done", "1", "城西区"):
        await citizen.says(line)
    await citizen.presses("anonymous")
    await citizen.presses("^No$")
    await citizen.sees("路灯不亮.+Shall we send it")
    await citizen.presses("^Send$")
    number, _code = await receipt_of(citizen)
    assert await town.texts(number) == ["还有一件事：路灯不亮"]


@BOTH
async def test_words_about_nothing_can_be_dropped(town: Town, on: str) -> None:
    citizen = await town.somebody(on)
    number, _code = await files(citizen)
    await citizen.says("又看了一眼")
    await citizen.sees("new matter, or")
    await citizen.presses("^Cancel$")
    await citizen.sees("Nothing has been sent")
    assert await town.texts(number) == [RUBBISH]


@BOTH
async def test_a_reply_to_a_card_goes_to_its_case_and_not_into_the_open_form(town: Town, on: str) -> None:
    citizen = await town.somebody(on)
    first, _code = await files(citizen)
    second, _code = await files(citizen, "单元门口的垃圾也没人清运")
    receipt = await citizen.sees(f"Case number: {first}", new=False)
    await tells(citizen, "公园里多放几把椅子", command="/suggest", category="Something else")
    await citizen.replies_to(receipt, "第一件补充一句")
    await citizen.sees(f"passed on with case {first}")
    await citizen.sees("公园里多放几把椅子.+Shall we send it")
    assert await town.texts(first) == [RUBBISH, "第一件补充一句"]
    assert await town.texts(second) == ["单元门口的垃圾也没人清运"]


@BOTH
async def test_a_contact_who_replies_to_a_card_chooses_what_it_is(town: Town, on: str) -> None:
    citizen, contact = await town.somebody("web"), await town.contact(on)
    number, _code = await files(citizen)
    card = await contact.sees("Sign in by")
    await contact.replies_to(card, "在哪个门口？")
    await contact.sees("What shall we do with it", buttons=["as a question", "mistake", "Back", "Cancel"])
    await contact.presses("as a question")
    await contact.sees("在哪个门口.+will read this")
    await contact.presses("^Send$")
    await citizen.sees("has a question.+在哪个门口")
    await contact.sees("question has been sent")
    await contact.replies_to(card, "已经清运")
    await contact.sees("What shall we do with it", buttons=["as a question", "as the result", "mistake"])
    await contact.presses("as the result")
    await contact.sees("已经清运.+will read this")
    await contact.presses("^Send$")
    await citizen.sees("has answered your case.+已经清运")
    assert (await town.texts(number))[1:] == ["在哪个门口？", "已经清运"]


@BOTH
async def test_a_contact_who_replied_by_mistake_sends_nothing(town: Town, on: str) -> None:
    citizen, contact = await town.somebody("web"), await town.contact(on)
    number, _code = await files(citizen)
    card = await contact.sees("Sign in by")
    await contact.replies_to(card, "晚上一起吃饭吗")
    question = await contact.sees("What shall we do with it")
    asked = "What shall we do with it"
    assert sum(asked in message.text and bool(message.buttons) for message in contact.standing()) == 1
    await contact.presses("mistake")
    await contact.sees("Nothing has been sent")
    assert question.buttons == []
    await citizen.sees_nothing(0.2)
    assert await town.texts(number) == [RUBBISH]


async def test_a_reply_to_a_card_of_a_closed_case_is_answered_and_not_swallowed(town: Town) -> None:
    citizen = await town.somebody("web")
    number, _code = await files(citizen)
    receipt = await citizen.sees("Case number", new=False)
    await citizen.presses("Show the case")
    await citizen.presses("^Withdraw$")
    await citizen.says("已解决")
    await citizen.presses("^Withdraw it$")
    await citizen.sees("has been withdrawn")
    await citizen.replies_to(receipt, "又堆起来了")
    await citizen.sees(f"{number}.+withdrawn")


@pytest.mark.parametrize(
    ("picked", "texts"), [("The unit's: 几号楼", [RUBBISH, "几号楼？", "三号楼"]), ("asked here before", [RUBBISH, "几号楼？"])]
)
@BOTH
async def test_an_answer_typed_while_another_form_is_open_goes_where_the_citizen_says(
    town: Town, on: str, picked: str, texts: list[str]
) -> None:
    citizen, contact = await town.somebody(on), await town.contact("web")
    number, _code = await files(citizen)
    await citizen.says("/suggest")
    await citizen.says("多种些树")
    await citizen.sees("1 message")
    await contact.presses("Ask the citizen")
    await contact.says("几号楼？")
    await contact.presses("^Done$")
    await contact.presses("^Send$")
    await citizen.sees("The unit asks: 几号楼")
    await citizen.says("三号楼")
    await citizen.sees("Which question", buttons=["The unit's: 几号楼", "asked here before", "Cancel"])
    await citizen.presses(picked)
    await citizen.sees("1 message" if "unit" in picked else "2 messages")
    assert await town.texts(number) == texts
    await citizen.says("也多些长椅")
    await citizen.sees("2 messages" if "unit" in picked else "3 messages")


async def test_words_typed_while_a_unit_waits_for_an_answer_are_offered_as_that_answer_first(town: Town) -> None:
    citizen, contact = await town.somebody("telegram"), await town.contact("web", name="Wang")
    await files(citizen)
    other, _code = await files(citizen, "另一个小区的垃圾没人管，城西区")
    await contact.sees(other)
    await contact.presses("Ask the citizen")
    await contact.says("几号楼？")
    await contact.says("/done")
    await contact.presses("^Send$")
    await citizen.sees("has a question for you")
    await citizen.says("三号楼")
    asked = await citizen.sees("new matter, or", buttons=["The answer to the unit's question: 几号楼", "A new matter"])
    assert "几号楼" in asked.buttons[0]
    await citizen.presses("The answer to the unit's question")
    await contact.sees("answers your question: 三号楼")
