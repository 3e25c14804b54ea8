"""More words than one where the bot asks where they belong: all of them go along; and words that need no case at all."""

from __future__ import annotations

import pytest
from story_filing import RUBBISH, files, solves
from story_person import Person
from story_town import GATE, Town

LINES = ("今天早上来看了", "还是没有人来", "老鼠都出来了")
BOTH = pytest.mark.parametrize("on", ["web", "telegram"])


@pytest.mark.parametrize("is_slow", [False, True])
@BOTH
async def test_all_lines_go_to_the_case_that_is_pressed_after_them(town: Town, on: str, is_slow: bool) -> None:
    citizen, contact = await town.somebody(on), await town.contact("web")
    number, _code = await files(citizen)
    for n, line in enumerate(LINES, 1):
        await citizen.says(line)
        if is_slow:
            await citizen.sees("new matter, or" if n == 1 else f"noted too: {n} messages so far.+new matter, or")
    await citizen.sees("3 messages so far.+new matter, or", new=not is_slow)
    await citizen.presses(number)
    await citizen.sees("passed on with case")
    await contact.sees("citizen has added: 今天早上来看了.还是没有人来.老鼠都出来了")
    assert await town.texts(number) == [RUBBISH, "\n".join(LINES)]


@BOTH
async def test_all_lines_begin_the_new_case_if_it_is_one(town: Town, on: str) -> None:
    citizen = await town.somebody(on)
    await files(citizen)
    for line in LINES:
        await citizen.says(line)
    await citizen.sees("3 messages so far.+new matter, or")
    await citizen.presses("A new matter")
    await citizen.sees("Noted so far: 3 messages")


async def test_lines_are_counted_in_chinese(town: Town) -> None:
    citizen = await town.somebody("web")
    await files(citizen)
    await citizen.says("/language zh_Hans")
    for line in LINES:
        await citizen.says(line)
    await citizen.sees("也已记下，目前共有：3 条消息.+这是新的事项")


@BOTH
async def test_words_after_a_photo_and_a_place_after_words_go_along_with_them(town: Town, on: str) -> None:
    citizen = await town.somebody(on)
    number, _code = await files(citizen)
    await citizen.sends_photo()
    await citizen.sees("new matter, or")
    await citizen.says(LINES[0])
    await citizen.sees("1 message, 1 file so far")
    await citizen.shares_place(*GATE)
    await citizen.sees("1 message, 1 file, a place so far")
    await citizen.presses(number)
    await citizen.sees("passed on with case")
    assert LINES[0] in (await town.texts(number))[1]
    assert "36.6296" in (await town.texts(number))[1]


@BOTH
async def test_all_lines_go_with_the_answer_to_a_units_question(town: Town, on: str) -> None:
    citizen, contact = await town.somebody(on), await town.contact("web")
    number, _code = await files(citizen)
    await contact_asks(contact)
    await citizen.sees("has a question")
    for line in ("三号楼", *LINES):
        await citizen.says(line)
    await citizen.sees("4 messages so far")
    await citizen.presses("The answer to the unit's question")
    await contact.sees("answers your question: 三号楼.今天早上")
    assert (await town.texts(number))[2] == "\n".join(("三号楼", *LINES))


@pytest.mark.parametrize("picked", ["The unit's: 几号楼", "asked here before"])
@BOTH
async def test_all_lines_go_to_the_question_that_they_answer(town: Town, on: str, picked: str) -> None:
    citizen, contact = await town.somebody(on), await town.contact("web")
    number, _code = await files(citizen)
    await citizen.says("/suggest")
    await citizen.says("多种些树")
    await citizen.sees("1 message")
    await contact_asks(contact)
    await citizen.sees("The unit asks: 几号楼")
    for line in LINES:
        await citizen.says(line)
    await citizen.sees("3 messages so far.+Which question")
    await citizen.presses(picked)
    if "unit" in picked:
        await contact.sees("answers your question: 今天早上")
        assert (await town.texts(number))[2] == "\n".join(LINES)
        return
    for line in ("/done", "城西区"):
        await citizen.says(line)
    await citizen.sees("one of these|Who may know")
    await citizen.presses("Something else")
    await citizen.sees("comes nearest")
    await citizen.presses("None of these")
    await citizen.presses("anonymous")
    await citizen.presses("^No$")
    await citizen.sees("多种些树.+今天早上来看了.+还是没有人来.+老鼠都出来了.+Shall we send it")


@BOTH
async def test_all_that_a_contact_writes_below_a_card_goes_into_the_result(town: Town, on: str) -> None:
    citizen, contact = await town.somebody("web"), await town.contact(on)
    number, _code = await files(citizen)
    card = await contact.sees("Sign in by")
    await contact.presses("^Sign in$")
    await contact.replies_to(card, "已经清运")
    await contact.sees("What shall we do with it")
    await contact.says("并加派了人手")
    await contact.sees("2 messages so far.+What shall we do with it")
    await contact.replies_to(card, "每天巡查")
    await contact.sees("3 messages so far.+What shall we do with it")
    await contact.presses("as the result")
    await contact.sees("已经清运.+并加派了人手.+每天巡查.+will read this")
    await contact.presses("^Send$")
    await citizen.sees("has answered your case.+每天巡查")
    assert (await town.texts(number))[1] == "已经清运\n并加派了人手\n每天巡查"


@BOTH
async def test_all_lines_written_below_a_windows_card_go_with_the_rating(town: Town, on: str) -> None:
    citizen = await town.somebody(on)
    await citizen.scans("centre-4")
    await citizen.sees("How were you served")
    for line in ("排了很久", "材料退了两次"):
        await citizen.says(line)
    await citizen.sees("2 messages so far")
    await citizen.presses("^Satisfied$")
    await citizen.sees("排了很久.+材料退了两次.+Shall we send")


@BOTH
async def test_lines_that_come_while_it_is_asked_whether_it_is_a_report_go_along(town: Town, on: str) -> None:
    citizen = await town.somebody(on)
    number, _code = await files(citizen)
    await citizen.says("队长收了物业的红包")
    await citizen.presses(number)
    await citizen.sees("How shall we pass it on")
    await citizen.says("上周三收的")
    await citizen.sees("2 messages so far.+How shall we pass it on")
    await citizen.presses("report")
    await citizen.sees("Noted so far: 2 messages|Who may know|2 messages")
    assert await town.texts(number) == [RUBBISH]


async def test_words_put_aside_in_a_form_are_named_until_they_are_added_or_the_form_is_sent(citizen: Person) -> None:
    for line in ("/complain", RUBBISH, "好了"):
        await citizen.says(line)
    await citizen.sees("Who may know that it was you")
    await citizen.says("怕他们报复我家")
    await citizen.sees("none of these answers.+Not added to what you told us so far: 1 message")
    await citizen.says("味道很大，请快点来")
    await citizen.sees("Not added to what you told us so far: 2 messages")
    await citizen.presses("anonymous")
    await citizen.sees("Not added to what you told us so far: 2 messages.+May we publish")
    await citizen.presses("^No$")
    await citizen.sees("Not added to what you told us so far: 2 messages.+Shall we send it")
    await citizen.presses("Add it to what I told you")
    await citizen.sees("怕他们报复我家.+味道很大.+Shall we send it")


@BOTH
async def test_a_contact_who_writes_with_nothing_open_is_offered_the_units_cases(town: Town, on: str) -> None:
    citizen, contact = await town.somebody("web"), await town.contact(on)
    number, _code = await files(citizen)
    await contact.sees("Sign in by")
    await contact.says("已经清运")
    offered = await contact.sees("Which case is this about", buttons=[number, "A new matter", "mistake"])
    assert number in offered.buttons[0]
    await contact.presses(number, on=offered)
    await contact.sees("What shall we do with it", buttons=["as a question", "Sign in and report it as the result", "mistake"])
    await contact.presses("Sign in and report")
    await contact.sees("已经清运.+will read this")
    assert (await town.case(number)).state == "accepted"
    await contact.presses("^Send$")
    await citizen.sees("has answered your case.+已经清运")
    assert (await town.case(number)).state == "answered"


@BOTH
async def test_a_contact_is_not_offered_what_a_colleague_has_signed_in(town: Town, on: str) -> None:
    citizen, contact = await town.somebody("web"), await town.contact("web")
    await files(citizen)
    await contact.presses("^Sign in$")
    await citizen.sees("has signed your case in")
    colleague = await town.contact(on)
    await colleague.says("已经清运")
    asked = await colleague.sees("new matter, or")
    assert not any("Rubbish" in label for label in asked.buttons)


@pytest.mark.parametrize("words", ["谢谢", "好的，谢谢！", "Thanks", "OK"])
@BOTH
async def test_thanks_are_answered_and_reach_nobody(town: Town, on: str, words: str) -> None:
    citizen = await town.somebody(on)
    number, _code = await files(citizen)
    await citizen.says(words)
    await citizen.sees("You are welcome")
    assert await town.texts(number) == [RUBBISH]


async def test_what_agrees_to_a_units_question_is_no_thanks(town: Town) -> None:
    citizen, contact = await town.somebody("web"), await town.contact("web")
    number, _code = await files(citizen)
    await contact_asks(contact)
    await citizen.sees("has a question")
    await citizen.says("好的")
    await citizen.sees("new matter, or")
    await citizen.presses("The answer to the unit's question")
    await contact.sees("answers your question: 好的")
    assert (await town.texts(number))[2] == "好的"


@pytest.mark.parametrize("words", ["人工", "转人工！", "客服电话多少？", "？"])
@BOTH
async def test_who_asks_for_a_human_is_told_who_reads_what_is_written(town: Town, on: str, words: str) -> None:
    citizen = await town.somebody(on)
    await citizen.says(words)
    await citizen.sees("^The system answers here by itself")
    await citizen.sees_nothing(0.2)
    assert not citizen.saw("Noted so far")


@BOTH
async def test_who_gives_a_phone_number_later_is_told_that_nobody_will_ring(town: Town, on: str) -> None:
    citizen, contact = await town.somebody(on), await town.contact("web")
    number, _code = await files(citizen)
    await contact.presses("^Sign in$")
    await citizen.says("打我电话13897412345")
    await citizen.presses(number)
    await citizen.sees("have been covered: the responsible unit can't see them and will not ring you")
    await contact.sees("citizen has added: 打我电话〔phone number〕")
    await solves(contact, "已清运")
    await citizen.sees("Is it solved")
    await citizen.presses("^Not solved$")
    for line in ("还在，打13897412345", "/done"):
        await citizen.says(line)
    await citizen.sees("have been covered.+will not ring you")


async def test_who_gives_no_number_is_told_nothing_of_it(town: Town, citizen: Person) -> None:
    number, _code = await files(citizen)
    await citizen.says("还是没有人来")
    await citizen.presses(number)
    await citizen.sees("passed on with case")
    assert not citizen.saw("have been covered")


async def contact_asks(contact: Person) -> None:
    """Ask the citizen in which house it is."""
    await contact.presses("Ask the citizen")
    await contact.says("几号楼？")
    await contact.presses("^Done$")
    await contact.presses("^Send$")
