"""What a form offers without asking: a choice, a grade of several things, a collection with usual answers among it."""

from __future__ import annotations

import pytest
from scripts import SURE, Talk, World, find

from dialog.play import Dialog
from dialog.questions import CANCEL, CHANGE, SEND, Kind, Option, Options, Told
from dialog.texts import Text, _

LEVELS: Options = (Option("good", _("Good")), Option("bad", _("Bad")))
THINGS: Options = (Option("speed", Text("Speed")), Option("care", Text("Care")))


async def script(d: Dialog) -> tuple[str, dict[str, str], Told]:
    """Offer everything."""
    level = await d.choose_on_request("level", _("How was it?"), LEVELS, label=_("Level")) or "good"
    grades = await d.grade_on_request("thing", _("{name}: how was it?"), THINGS, LEVELS, label=_("Single things"))
    told = await d.collect_on_request("more", _("What else?"), label=_("More"), options=LEVELS)
    summary = (Text(level), *(Text(grade) for grade in grades.values()), *(Text(key) for key in told.picked))
    await d.confirm("sure", SURE, summary, change=_("Add or change"))
    return level, grades, told


def offered(talk: Talk) -> list[str]:
    """Give what the list of changes offers, behind the one button of the summary."""
    assert [option.key for option in talk.question.options] == [SEND, CHANGE, CANCEL]
    assert talk.question.options[1].label == _("Add or change")
    step = talk.step
    return [question.key for question in step.changeable]  # type: ignore[union-attr]


def test_nothing_that_is_offered_is_asked() -> None:
    talk = Talk(script)
    assert talk.asks("sure")
    assert offered(talk) == ["level", "thing speed", "more"]
    talk.answer(SEND)
    assert talk.result == ("good", {}, Told())


def test_what_was_taken_is_shown_and_can_be_changed() -> None:
    talk = Talk(script)
    talk.change("level", "bad")
    assert [line.id for line in talk.question.lines] == ["bad"]
    assert offered(talk) == ["level", "thing speed", "more"]


def test_grading_asks_for_one_thing_after_the_other() -> None:
    talk = Talk(script)
    talk.change("thing speed", "bad")
    assert talk.asks("thing care")
    assert talk.question.prompt.args["name"] == Text("Care")
    talk.answer("good")
    assert offered(talk) == ["level", "thing speed", "thing care", "more"]
    talk.answer(SEND)
    assert talk.result[1] == {"speed": "bad", "care": "good"}


async def booking(d: Dialog) -> tuple[str, str, str]:
    """Book a hall: a place and a colour are offered, the colours being looked up."""
    await d.text("name", Text("Who?"), label=Text("Name"))
    place = await d.place_on_request("place", Text("Where?"), LEVELS, label=Text("Place"))
    hall = (await d.look("halls", find, "halls"))[0].key
    colours = await d.look("colours", find, "colours")
    colour = await d.choose_on_request("colour", Text("Which colour?"), colours, label=Text("Colour"))
    await d.confirm("sure", SURE, (Text(hall),))
    return place.area or "" if place else "", hall, colour


@pytest.fixture
def world() -> World:
    return World(halls=(Option("east", Text("East")),), colours=LEVELS)


def test_what_was_looked_up_after_an_offer_is_looked_up_anew_when_it_is_taken(world: World) -> None:
    talk = Talk(booking, reader=world)
    talk.answer("Wang")
    assert talk.question.lines == (Text("east"),)
    world.options["halls"] = (Option("west", Text("West")),)
    talk.change("place", {"area": "good"})
    assert talk.question.lines == (Text("west"),)
    talk.answer(SEND)
    assert talk.result == ("good", "west", "")


def test_what_was_taken_and_rested_on_an_answer_that_changes_is_asked_again_and_not_dropped(world: World) -> None:
    talk = Talk(booking, reader=world)
    talk.answer("Wang")
    talk.change("place", {"area": "good"})
    talk.change("colour", "bad")
    talk.change("name", "Li")
    assert talk.asks("colour")
    talk.answer("good", SEND)
    assert talk.result == ("good", "east", "good")


def test_options_are_picked_into_a_collection_beside_own_words() -> None:
    talk = Talk(script)
    talk.reopened = "more"
    question = talk.question
    assert question.kind is Kind.COLLECT
    for item in ({"picked": "bad"}, {"text": "in my words"}, {"picked": "good"}):
        talk.answers.append(question, item)
    talk.answers.close(question)
    talk.reopened = None
    talk.answer(SEND)
    told = talk.result[2]
    assert told.picked == ("bad", "good")
    assert told.text == "in my words"


def test_a_stray_word_opens_the_collection_that_was_only_offered() -> None:
    talk = Talk(script)
    step = talk.step
    overflow = step.overflow  # type: ignore[union-attr]
    assert overflow is not None
    assert overflow.key == "more"
    talk.answers.append(overflow, {"text": "by the way"})
    question = talk.question
    assert question.key == "more"
    talk.answers.close(question)
    assert talk.asks("sure")
    talk.answer(SEND)
    assert talk.result[2].text == "by the way"


def test_what_is_taken_after_the_summary_was_seen_asks_for_it_again() -> None:
    talk = Talk(script)
    seen = talk.question.seen
    talk.change("thing speed", "bad")
    talk.answer("bad")
    assert talk.asks("sure")
    assert talk.question.seen != seen


def test_a_file_that_can_not_be_had_is_taken_out_of_what_was_told_and_the_summary_is_asked_again() -> None:
    talk = Talk(script)
    talk.reopened = "more"
    question = talk.question
    for item in ({"text": "", "files": ["gone"]}, {"text": "words", "files": ["gone", "kept"]}, {"picked": "bad"}):
        talk.answers.append(question, item)
    talk.answers.close(question)
    talk.reopened = None
    assert not talk.answers.let_go("another")
    assert talk.answers.let_go("gone")
    assert talk.asks("sure")
    talk.answer(SEND)
    told = talk.result[2]
    assert (len(told.items), told.text, told.files, told.picked) == (2, "words", ("kept",), ("bad",))


def test_a_collection_of_which_nothing_is_left_is_open_again() -> None:
    talk = Talk(script)
    talk.reopened = "more"
    question = talk.question
    talk.answers.append(question, {"text": "", "files": ["gone"]})
    talk.answers.close(question)
    assert talk.answers.let_go("gone")
    talk.reopened = None
    assert talk.asks("more")


def test_a_summary_of_nothing_that_could_be_changed_offers_no_change() -> None:
    async def nothing_asked(d: Dialog) -> bool:
        return await d.confirm("sure", SURE, ())

    assert [option.key for option in Talk(nothing_asked).question.options] == [SEND, CANCEL]
