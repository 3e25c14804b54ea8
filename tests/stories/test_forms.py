"""Inside a form: back, cancel, help, another language, start over, typed answers, another form, a restart of the program."""

from __future__ import annotations

import pytest
from story_filing import RUBBISH, files, receipt_of, solves, tells
from story_person import Person
from story_town import Town

BOTH = pytest.mark.parametrize("on", ["web", "telegram"])
CITIZENS_FORMS = {"add": "write or send", "withdraw": "Why do you withdraw", "reply": "write or send"}
CONTACTS_FORMS = {"return": "not belong", "ask": "like to ask", "report": "What was done", "hand_over": "take over the case"}
OFFICE_FORMS = {"assign": "Which unit", "refuse": "can't the case be taken on"}


async def test_back_asks_the_question_before_and_keeps_the_later_answers(citizen: Person) -> None:
    await tells(citizen)
    await citizen.says("/back")
    await citizen.sees("May we publish", buttons=["^Yes", "^No", "Keep it", "Back"])
    await citizen.presses("^Yes$")
    await citizen.sees("may be published.+Shall we send it")
    await citizen.says("返回")
    await citizen.sees("May we publish")
    await citizen.presses("^Back$")
    await citizen.sees("Who may know")
    await citizen.presses("Keep it as it is")
    await citizen.sees("may be published.+Shall we send it")


async def test_back_takes_the_last_message_out_and_at_the_first_question_says_so(citizen: Person) -> None:
    await citizen.says("/complain")
    await citizen.says("垃圾没人清运")
    await citizen.says("这句说错了")
    await citizen.says("back")
    await citizen.sees("taken out.+1 message")
    await citizen.says("/done")
    await citizen.sees("Where is it")
    for answer in ("城西区", "1"):
        await citizen.says(answer)
    await citizen.presses("anonymous")
    await citizen.presses("^No$")
    summary = await citizen.sees("垃圾没人清运.+Shall we send it")
    assert "说错了" not in summary.text
    await citizen.says("/cancel")
    await citizen.says("/consult")
    await citizen.says("/back")
    await citizen.sees("first question")


async def test_the_first_words_are_answered_at_once_and_what_follows_together(town: Town, citizen: Person) -> None:
    await citizen.says("/complain")
    await citizen.sees("Tell us what happened")
    await citizen.says("垃圾没人清运")
    await citizen.sees("Noted so far: 1 message")
    assert await _pause(town) == 0
    await citizen.says("已经三天了")
    await citizen.says("味道很大")
    await citizen.sees("Noted so far: 3 messages")
    assert await _pause(town) >= 2000


@pytest.mark.parametrize("long", [True, False])
async def test_what_may_be_the_first_piece_of_several_waits_for_them(town: Town, citizen: Person, long: bool) -> None:
    await citizen.says("/complain")
    await citizen.sees("Tell us what happened")
    await (citizen.says("垃圾没人清运。" * 200) if long else citizen.sends_photo())
    await citizen.sees("Noted so far: 1 " + ("message" if long else "file"))
    assert await _pause(town) >= 2000


async def test_a_cancelled_form_can_be_taken_up_again(citizen: Person) -> None:
    await tells(citizen)
    await citizen.presses("^Cancel$")
    await citizen.sees("Nothing has been sent")
    await citizen.presses("Take it up again")
    await citizen.sees("Complaint · Rubbish.+Shall we send it")
    await citizen.presses("^Send$")
    await receipt_of(citizen)


async def test_a_form_that_was_cancelled_at_once_opens_again_by_the_same_button(citizen: Person) -> None:
    await citizen.says("/my")
    await citizen.sees("no cases here yet")
    for word in ("", "/cancel", ""):
        await citizen.presses("^Complaint$")
        await citizen.sees("Tell us what happened")
        await (citizen.says(word) if word else citizen.presses("^Cancel$"))
        await citizen.sees("Nothing has been sent")


async def test_help_in_the_middle_comes_with_the_question_again(citizen: Person) -> None:
    await tells(citizen)
    for word in ("/help", "帮助"):
        await citizen.says(word)
        await citizen.sees("responsible unit has a deadline")
        await citizen.sees("Shall we send it")
    await citizen.presses("^Send$")
    await receipt_of(citizen)


async def test_another_language_asks_the_same_question_and_voids_no_answer(citizen: Person) -> None:
    await tells(citizen)
    await citizen.says("/language")
    await citizen.sees("Which language", buttons=["中文", "English"])
    await citizen.presses("中文")
    await citizen.sees("投诉.+垃圾.+城西区.+匿名", buttons=["^发送$"])
    assert not citizen.saw("您好")
    await citizen.presses("^发送$")
    await citizen.sees(r"\d{8}-\d{5}-\d.+西宁市城市管理|城西区城市管理")


async def test_after_a_change_of_language_the_menu_offers_the_other_one(citizen: Person) -> None:
    await citizen.says("/language zh_Hans")
    await citizen.sees("您好", buttons=["English"])
    await citizen.says("/language en")
    await citizen.sees("This is Huiyin for", buttons=["中文"])


async def test_starting_over_forgets_every_answer(citizen: Person) -> None:
    await tells(citizen)
    await citizen.says("start over")
    await citizen.sees("begin again.+Tell us what happened")
    await citizen.says("/done")
    await citizen.sees("nothing yet")
    await tells(citizen, "门口路灯不亮", category="Planning")


async def test_everything_can_be_typed_by_number_or_by_name(citizen: Person) -> None:
    for line in ("/complain", RUBBISH, "好了", "３", "rubbish and street cleaning", "1", "no"):
        await citizen.says(line)
    await citizen.sees("Complaint · Rubbish.+Chengxi.+stay anonymous.+not be published.+Shall we send it")
    await citizen.says("send")
    await receipt_of(citizen)


async def test_what_does_not_fit_a_question_is_not_lost(citizen: Person) -> None:
    await tells(citizen)
    await citizen.says("还有，晚上有老鼠")
    await citizen.sees("added this to what you told us.+晚上有老鼠.+Shall we send it")
    await citizen.sends_photo()
    await citizen.sees("晚上有老鼠.+Files: 1.+Shall we send it")


async def test_words_at_a_choice_are_added_only_if_that_is_wanted(town: Town, citizen: Person) -> None:
    for line in ("/complain", RUBBISH, "好了"):
        await citizen.says(line)
    await citizen.sees("Who may know that it was you")
    await citizen.says("怕他们报复我家")
    await citizen.sees("none of these answers.+Who may know that it was you")
    await citizen.says("味道很大，请快点来")
    await citizen.presses("Add it to what I told you")
    await citizen.sees("added this to what you told us.+Who may know that it was you")
    await citizen.says("anonymous")
    await citizen.says("no")
    await citizen.sees("怕他们报复我家.+味道很大.+Shall we send it")


async def test_words_at_a_choice_that_nobody_asked_for_are_not_kept(town: Town, citizen: Person) -> None:
    for line in ("/complain", RUBBISH, "好了", "Chengxi", "1", "怕他们报复我家", "anonymous", "no", "好"):
        await citizen.says(line)
    number, _code = await receipt_of(citizen)
    assert not any("报复" in text for text in await town.texts(number))


async def test_more_words_can_be_covered_before_sending(town: Town, citizen: Person) -> None:
    await tells(citizen, "张三丰家门口的垃圾没人清运")
    await citizen.presses("^Change$")
    await citizen.presses("Cover more words")
    await citizen.sees("Which words")
    await citizen.says("张三丰")
    summary = await citizen.sees("Shall we send it")
    assert "张三丰" not in summary.text
    await citizen.presses("^Send$")
    number, _code = await receipt_of(citizen)
    assert "张三丰" not in (await town.texts(number))[0]


async def test_a_form_opened_in_the_middle_ends_and_the_first_one_goes_on(citizen: Person) -> None:
    await tells(citizen)
    await citizen.says("/suggest")
    await citizen.sees("Tell us what happened")
    await citizen.says("/cancel")
    await citizen.sees("Now back to: Filing.+Complaint · Rubbish.+Shall we send it")
    await citizen.presses("^Send$")
    await receipt_of(citizen)


async def test_a_form_goes_on_after_the_program_was_started_anew(town: Town, citizen: Person) -> None:
    await tells(citizen)
    await town.restarts()
    await citizen.presses("^Change$")
    await citizen.presses("^Publishing$")
    await citizen.presses("^Yes$")
    await citizen.sees("may be published.+Shall we send it")
    await citizen.presses("^Send$")
    await receipt_of(citizen)


@BOTH
async def test_every_form_understands_help_back_start_over_and_cancel(town: Town, on: str) -> None:
    citizen, contact, office = await town.somebody(on), await town.contact(on), await town.office(on)
    number, _code = await files(citizen)
    case = (await town.case(number)).id
    await contact.sees("Sign in by")
    await town.contact("web", name="Colleague")
    await contact.presses("^Sign in$")
    await understands_every_word(citizen, case, CITIZENS_FORMS)
    await understands_every_word(contact, case, CONTACTS_FORMS)
    await contact.sees("Signed in by", buttons=["Report"], new=False)
    await solves(contact, "已清运")
    await understands_every_word(citizen, case, {"not_solved": "still wrong"})
    number, _code = await files(await town.somebody("web"), "不知道归谁管", place="I don't know", category="Something else")
    await office.sees("不知道归谁管")
    await understands_every_word(office, (await town.case(number)).id, OFFICE_FORMS)
    await understands_every_word(citizen, "", {"look_up": "Which case", "file": "Tell us what happened"})


async def understands_every_word(person: Person, case: str, forms: dict[str, str]) -> None:
    for form, question in forms.items():
        await person.presses_secretly(f"f:{form}:{case}")
        await person.sees(question)
        await person.says("/help")
        await person.sees("responsible unit has a deadline")
        await person.sees(question)
        await person.says("上一步")
        await person.sees(f"first question.+{question}")
        await person.says("重新开始")
        await person.sees(f"begin again.+{question}")
        await person.says("取消")
        await person.sees("Nothing has been sent|Not withdrawn")


async def test_what_happened_can_be_written_anew_and_the_place_is_not_asked_again(citizen: Person) -> None:
    before = "门口的垃圾没人清运"
    await tells(citizen, before)
    await citizen.presses("^Change$")
    await citizen.sees("like to change")
    await citizen.presses("What happened")
    await citizen.sees("1 message", buttons=["Done", "Write it anew", "Back", "Cancel"])
    await citizen.presses("Write it anew")
    await citizen.sees("Tell us what happened")
    await citizen.says("楼道里的垃圾没人清运")
    await citizen.says("/done")
    summary = await citizen.sees("Shall we send it")
    assert "楼道里" in summary.text
    assert before not in summary.text


async def _pause(town: Town) -> int:
    """Give the milliseconds for which the newest message was put off so that more could arrive."""
    async with town.app.database.reading() as tx:
        row = await tx.one("SELECT due_at - created_at AS pause FROM outbox WHERE edits IS NULL ORDER BY n DESC LIMIT 1")
    assert row is not None
    return int(row["pause"])
