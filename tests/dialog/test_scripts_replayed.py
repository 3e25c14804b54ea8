"""A form is a plain script, replayed: nobody agrees to what they did not see, and nobody is asked twice without a reason."""

from __future__ import annotations

from typing import Any

import pytest
from scripts import SURE, Talk, World, find, run

from dialog.incoming import Place
from dialog.play import Answers, Asking, Dialog, Done, play
from dialog.questions import CANCEL, SEND, SKIP, Item, Option, Options, Told
from dialog.texts import Text, _, verbatim

HALLS: Options = (Option("east", _("East hall")), Option("west", _("West hall")))
COLOURS: Options = (Option("red", _("Red")), Option("blue", _("Blue")))


async def booking(d: Dialog) -> tuple[str, ...] | None:
    """Ask for a name, a hall out of those there are, a colour that has nothing to do with it, and whether it is right."""
    name = await d.text("name", _("Who?"), label=_("Name"))
    hall = await d.choose("hall", _("Which hall?"), await d.look("halls", find, "halls"), label=_("Hall"))
    colour = await d.choose("colour", _("Which colour?"), COLOURS, label=_("Colour"))
    if not await d.confirm("sure", SURE, (verbatim(f"{name} {hall} {colour}"),)):
        return None
    return name, hall, colour


@pytest.fixture
def world() -> World:
    return World(halls=HALLS)


@pytest.fixture
def talk(world: World) -> Talk:
    return Talk(booking, reader=world)


def test_a_script_asks_one_question_after_the_other_and_gives_its_result(talk: Talk) -> None:
    for key, raw in (("name", "Wang"), ("hall", "east"), ("colour", "red")):
        assert talk.asks(key)
        talk.answer(raw)
    assert talk.question.lines == (verbatim("Wang east red"),)
    talk.answer(SEND)
    assert talk.result == ("Wang", "east", "red")


def test_cancelling_at_the_end_gives_nothing(talk: Talk) -> None:
    talk.answer("Wang", "east", "red", CANCEL)
    assert talk.result is None


def test_playing_changes_no_answer(talk: Talk) -> None:
    talk.answer("Wang", "east")
    before = talk.answers.dump()
    assert [talk.question.key for _ in range(3)] == ["colour"] * 3
    assert talk.answers.dump() == before


def test_what_was_asked_before_can_be_listed_for_changes(talk: Talk) -> None:
    talk.answer("Wang", "east", "red")
    step = talk.step
    assert isinstance(step, Asking)
    assert [question.key for question in step.asked] == ["name", "hall", "colour"]
    assert [question.key for question in step.changeable] == ["name", "hall", "colour"]


# ---- looks


def test_what_a_look_found_stays_until_an_earlier_answer_changes(talk: Talk, world: World) -> None:
    talk.answer("Wang")
    assert [option.key for option in talk.question.options] == ["east", "west"]
    world.options["halls"] = (Option("south", _("South hall")),)
    talk.answer("east", "red")
    talk.change("colour", "blue")
    talk.answer(SEND)
    assert talk.result == ("Wang", "east", "blue")
    assert world.reads == {"halls": 1}


def test_answering_an_earlier_question_again_looks_again_and_asks_again(talk: Talk, world: World) -> None:
    talk.answer("Wang", "east", "red")
    world.options["halls"] = (Option("south", _("South hall")),)
    talk.change("name", "Li")
    assert talk.asks("hall")
    assert [option.key for option in talk.question.options] == ["south"]
    assert world.reads == {"halls": 2}


def test_an_answer_that_rested_on_a_look_is_asked_again_even_if_the_look_finds_the_same(talk: Talk) -> None:
    talk.answer("Wang", "east", "red")
    talk.change("name", "Li")
    assert talk.asks("hall")
    talk.answer("west")
    assert talk.question.lines == (verbatim("Li west red"),)


def test_answers_that_an_earlier_version_kept_rest_on_all_before_them(talk: Talk) -> None:
    talk.answer("Wang", "east", "red")
    kept = talk.answers.dump()
    kept["given"] = [[key, raw, seen, bool(rests_on), confirms] for key, raw, seen, rests_on, confirms in kept["given"]]
    talk.answers = Answers.load(kept)
    assert talk.asks("sure")
    talk.change("name", "Li")
    assert talk.asks("hall")


def test_an_answer_that_rested_on_no_look_stays_when_an_earlier_one_changes(talk: Talk) -> None:
    talk.answer("Wang", "east", "red")
    talk.change("hall", "west")
    assert talk.asks("sure")
    assert talk.question.lines == (verbatim("Wang west red"),)


def test_a_look_may_find_any_value_that_json_has() -> None:
    async def number(world: None) -> int:
        return 7

    async def script(d: Dialog) -> str:
        n = await d.look("n", number)
        return await d.text("why", _("Why {n}?", n=n), label=_("Why")) + str(n)

    talk = Talk(script)
    talk.answer("because")
    assert talk.result == "because7"


def test_an_answer_given_again_voids_none_before_it_whenever_that_was_given() -> None:
    async def script(d: Dialog) -> str:
        told = await d.collect("told", _("What?"), label=_("What"))
        place = told.text if told.text == "here" else await d.text("place", _("Where?"), label=_("Place"))
        hall = await d.choose("hall", _("Which?"), await d.look("halls", find, "halls"), label=_("Hall"))
        name = await d.text("name", _("Who?"), label=_("Name"))
        sure = await d.confirm("sure", SURE, (verbatim(f"{place} {hall} {name}"),))
        return f"{place} {hall} {name} {sure}"

    talk = Talk(script, reader=World(halls=HALLS))
    talk.answer("here", "east", "Wang")
    talk.reopened = "told"
    talk.answers.drop_last(talk.question)
    talk.answer("there", "by the gate", "west")
    assert talk.asks("sure")
    talk.change("name", "Li")
    assert talk.asks("sure")
    talk.answer(SEND)
    assert talk.result == "by the gate west Li True"


# ---- confirmations


def test_a_confirmation_is_void_when_anything_is_answered_again(talk: Talk) -> None:
    talk.answer("Wang", "east", "red", SEND)
    talk.change("colour", "blue")
    assert talk.asks("sure")
    talk.change("colour", "red")
    assert talk.asks("sure")


def test_a_confirmation_is_void_when_what_it_showed_reads_differently(world: World) -> None:
    async def script(d: Dialog) -> bool:
        return await d.confirm("sure", SURE, (verbatim(summary),))

    summary = "ten days"
    talk = Talk(script)
    talk.answer(SEND)
    assert talk.result is True
    summary = "ten years"
    assert talk.asks("sure")


def test_more_words_void_the_confirmation() -> None:
    async def script(d: Dialog) -> str:
        told = await d.collect("told", _("What?"), label=_("What"))
        sure = await d.confirm("sure", SURE, ())
        return f"{told.text} {sure}"

    talk = Talk(script)
    talk.answer("one")
    step = talk.step
    assert isinstance(step, Asking)
    assert step.overflow is not None
    talk.answer(SEND)
    assert talk.result == "one True"
    talk.answers.append(step.overflow, {"text": "two"})
    assert talk.asks("sure")


# ---- questions that read differently


@pytest.mark.parametrize("other", [Text("Which coulour, please?"), Text("Which colour, {name}?", {"name": "Wang"})])
def test_an_answer_to_a_question_that_reads_differently_is_void(other: Text) -> None:
    prompt = Text("Which colour, {name}?", {"name": "Li"})

    async def script(d: Dialog) -> str:
        return await d.choose("colour", prompt, COLOURS, label=_("Colour"))

    talk = Talk(script)
    talk.answer("red")
    assert talk.result == "red"
    prompt = other
    assert talk.asks("colour")


@pytest.mark.parametrize(
    "options",
    [(Option("blue", _("Blue")),), (*COLOURS, Option("green", _("Green"))), (Option("blue", _("Blue")), Option("red", _("Red")))],
)
def test_with_an_option_less_or_more_or_elsewhere_it_is_asked_again(options: Options) -> None:
    offered = COLOURS

    async def script(d: Dialog) -> str:
        return await d.choose("colour", _("Which?"), offered, label=_("Colour"))

    talk = Talk(script)
    talk.answer("red")
    assert talk.result == "red"
    offered = options
    assert talk.asks("colour")


def test_an_answer_that_no_longer_passes_is_asked_again() -> None:
    most = 20

    async def script(d: Dialog) -> str:
        return await d.text("name", _("Who?"), label=_("Name"), most=most)

    talk = Talk(script)
    talk.answer("Featherstonehaugh")
    assert talk.result == "Featherstonehaugh"
    most = 5
    assert talk.asks("name")


# ---- new versions of a script


def test_a_new_version_asks_its_new_question_and_keeps_the_other_answers(talk: Talk, world: World) -> None:
    async def newer(d: Dialog) -> tuple[str, ...] | None:
        size = await d.choose("size", _("Which size?"), (Option("s", _("S")), Option("l", _("L"))), label=_("Size"))
        booked = await booking(d)
        return (*booked, size) if booked else None

    talk.answer("Wang", "east", "red")
    talk.script = newer
    assert talk.asks("size")
    talk.answer("l")
    assert talk.asks("sure")
    talk.answer(SEND)
    assert talk.result == ("Wang", "east", "red", "l")


def test_a_new_version_ignores_the_answer_to_a_question_it_no_longer_asks(talk: Talk) -> None:
    async def newer(d: Dialog) -> str:
        return await d.text("name", _("Who?"), label=_("Name"))

    talk.answer("Wang", "east", "red")
    talk.script = newer
    assert talk.result == "Wang"


# ---- single kinds of questions


def test_a_collection_stays_open_until_it_is_closed_and_can_be_opened_again() -> None:
    async def script(d: Dialog) -> Told:
        return await d.collect("told", _("What?"), label=_("What"))

    talk = Talk(script)
    question = talk.question
    place = {"lon": 101.7, "lat": 36.6, "crs": "wgs84", "words": "", "area": None}
    items: list[dict[str, Any]] = [
        {"text": "one"},
        {"text": "", "files": ["f1", "f2"], "message": "m2"},
        {"text": "x", "place": place},
    ]
    assert [talk.answers.append(question, item) for item in items] == [1, 2, 3]
    assert talk.asks("told")
    talk.answers.close(question)
    assert talk.result == Told(
        (Item(text="one"), Item(files=("f1", "f2"), message="m2"), Item(text="x", place=Place(lon=101.7, lat=36.6)))
    )
    talk.answers.reopen(question)
    assert talk.asks("told")
    assert talk.answers.drop_last(question)
    assert talk.answers.drop_last(question)
    talk.answers.append(question, {"text": "two"})
    talk.answers.close(question)
    told = talk.result
    assert (told.text, told.files, told.place) == ("one\ntwo", (), None)
    assert [talk.answers.drop_last(question) for _ in range(3)] == [True, True, False]
    assert talk.asks("told")


def test_a_message_too_many_goes_into_the_finished_collection(world: World) -> None:
    async def script(d: Dialog) -> str:
        told = await d.collect("told", _("What?"), label=_("What"))
        hall = await d.choose("hall", _("Which?"), await d.look("halls", find, "halls"), label=_("Hall"))
        sure = await d.confirm("sure", SURE, (verbatim(told.text),))
        return f"{told.text} {hall} {sure}"

    talk = Talk(script, reader=world)
    talk.answer("one")
    step = talk.step
    assert isinstance(step, Asking)
    assert step.overflow is not None
    talk.answers.append(step.overflow, {"text": "two"})
    assert talk.asks("hall")
    talk.answer("east")
    assert talk.question.lines == (verbatim("one\ntwo"),)
    talk.answer(SEND)
    assert talk.result == "one\ntwo east True"


def test_a_text_on_request_is_asked_only_when_it_is_picked_and_then_shown() -> None:
    async def script(d: Dialog) -> str:
        cover = await d.on_request("cover", _("Which words?"), label=_("Cover"))
        sure = await d.confirm("sure", SURE, (verbatim(cover),))
        return f"{cover} {sure}"

    talk = Talk(script)
    step = talk.step
    assert isinstance(step, Asking)
    assert (step.question.key, [question.key for question in step.changeable]) == ("sure", ["cover"])
    talk.change("cover", "Wang")
    assert talk.question.lines == (verbatim("Wang"),)
    talk.answer(SEND)
    assert talk.result == "Wang True"


def test_a_place_may_be_shared_described_picked_or_not_known() -> None:
    async def script(d: Dialog) -> Place | None:
        return await d.place("place", _("Where?"), HALLS, label=_("Place"))

    for raw, place in (
        ({"lon": 1.0, "lat": 2.0, "crs": "gcj02"}, Place(lon=1.0, lat=2.0, crs="gcj02")),
        ({"words": "by the gate"}, Place(words="by the gate")),
        ({"area": "east"}, Place(area="east")),
        (SKIP, None),
    ):
        talk = Talk(script)
        talk.answer(raw)
        assert talk.result == place


def test_a_script_that_uses_a_key_twice_is_a_mistake() -> None:
    async def script(d: Dialog) -> None:
        for _again in range(2):
            await d.text("name", _("Who?"), label=_("Name"))

    talk = Talk(script)
    talk.answer("Wang")
    with pytest.raises(RuntimeError, match="'name' used twice"):
        assert talk.question


def test_a_script_can_not_swallow_the_open_question() -> None:
    async def script(d: Dialog) -> str:
        try:
            return await d.text("name", _("Who?"), label=_("Name"))
        except Exception:
            return "swallowed"

    assert Talk(script).asks("name")


def test_an_empty_script_is_done_at_once() -> None:
    async def script(d: Dialog) -> str:
        return d.arg

    assert run(play(script, "x", Answers(), None)) == Done("x")
