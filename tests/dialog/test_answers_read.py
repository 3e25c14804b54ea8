"""How what a person sent is read as an answer, in either language, typed or pressed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialog.incoming import Place
from dialog.questions import (
    SKIP,
    Invalid,
    Item,
    Kind,
    Option,
    Options,
    Question,
    dump_options,
    load_options,
    plain,
    pressed,
    read,
)
from dialog.texts import Name, Text, _

AREAS: Options = (
    Option("630104", Text("{name}", {"name": Name("城西区", "Chengxi")})),
    Option("630105", Text("{name}", {"name": Name("城北区", "Chengbei")})),
)


def everywhere(text: Text) -> tuple[str, ...]:
    name = text.args.get("name")
    return (name.zh, name.en) if isinstance(name, Name) else (text.id,)


def message(text: str = "", *, files: int = 0, place: Place | None = None) -> Item:
    return Item(text=text, files=tuple(f"{n}" for n in range(files)), place=place)


def question(kind: Kind, options: Options = (), *, least: int = 0, most: int = 300) -> Question:
    return Question(key="q", kind=kind, prompt=_("Which?"), label=_("It"), options=options, least=least, most=most)


CHOICE = question(Kind.CHOOSE, AREAS)
PLACE = question(Kind.PLACE, (*AREAS, Option(SKIP, _("I don't know"))))


@pytest.mark.parametrize("typed", ["城西区", " 城西区。", "chengxi", "CHENGXI!", "1", "１", " 1. ", "Ｃｈｅｎｇｘｉ"])
def test_an_option_can_be_typed_by_its_name_in_either_language_or_by_its_number(typed: str) -> None:
    assert read(CHOICE, message(typed), everywhere) == "630104"


@pytest.mark.parametrize("typed", ["城西", "在城西区吧", "chengxi pls"])
def test_a_short_answer_that_fits_one_option_only_is_taken_for_it(typed: str) -> None:
    assert read(CHOICE, message(typed), everywhere) == "630104"


@pytest.mark.parametrize("typed", ["好", "好的", "好啊！", "可以。", "行吧", "OK", "yes"])
def test_a_plain_yes_sends_what_was_confirmed(typed: str) -> None:
    sends = question(Kind.CONFIRM, (Option("send", _("Send")), Option("cancel", _("Cancel"))))
    assert read(sends, message(typed), everywhere) == "send"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "城",
        "不在城西区",
        "not Chengxi",
        "城西区和城北区",
        "昨天晚上城西区的路灯又坏了",
        "0",
        "3",
        "-1",
        "1000000",
        "1 2",
        "630104",
    ],
)
def test_what_is_no_option_is_not_taken_for_one(typed: str) -> None:
    with pytest.raises(Invalid) as invalid:
        read(CHOICE, message(typed), everywhere)
    assert invalid.value.why.id


@pytest.mark.parametrize("typed", ["好吗", "好了", "对了", "啊", "的", "是不是", "不好说"])
def test_what_is_no_plain_yes_sends_nothing(typed: str) -> None:
    with pytest.raises(Invalid):
        read(question(Kind.CONFIRM, (Option("send", _("Send")), Option("no", _("No")))), message(typed), everywhere)


@given(st.text())
def test_no_text_makes_reading_fail_in_another_way(typed: str) -> None:
    for asked in (CHOICE, PLACE, question(Kind.TEXT, least=1), question(Kind.CONFIRM, AREAS)):
        try:
            asked.parse(read(asked, message(typed), everywhere))
        except Invalid:
            pass


def test_a_place_is_taken_as_it_was_shared_picked_described_or_not_known() -> None:
    for sent, place in (
        (message(place=Place(lon=101.7, lat=36.6)), Place(lon=101.7, lat=36.6)),
        (message("城西区", place=Place(lon=101.7, lat=36.6)), Place(lon=101.7, lat=36.6)),
        (message("城西区"), Place(area="630104")),
        (message(" 小区西门 "), Place(words="小区西门")),
        (message("I don't know"), None),
        (message("3"), None),
    ):
        assert PLACE.parse(read(PLACE, sent, everywhere)) == place


@pytest.mark.parametrize("sent", [message(""), message(files=1), message("x" * 301)])
def test_what_is_no_place_is_asked_for_again(sent: Item) -> None:
    with pytest.raises(Invalid):
        read(PLACE, sent, everywhere)


def test_a_text_has_its_length_and_its_check() -> None:
    asked = question(Kind.TEXT, least=2, most=4)
    assert asked.parse(read(asked, message("  小明  "), everywhere)) == "小明"
    for sent in (message("小"), message("小小小小明"), message("   "), message(files=1), message(place=Place(lon=1.0, lat=1.0))):
        with pytest.raises(Invalid):
            read(asked, sent, everywhere)
    checked = Question(
        key="q", kind=Kind.TEXT, prompt=_("?"), label=_("It"), most=9, check=lambda text: _("No.") if text == "no" else None
    )
    assert read(checked, message("yes"), everywhere) == "yes"
    with pytest.raises(Invalid, match="No."):
        read(checked, message("no"), everywhere)


def test_a_pressed_option_is_its_key_and_an_unknown_one_is_refused() -> None:
    assert pressed(CHOICE, "630105") == "630105"
    assert PLACE.parse(pressed(PLACE, "630105")) == Place(area="630105")
    assert PLACE.parse(pressed(PLACE, SKIP)) is None
    for asked, key in ((CHOICE, "630199"), (PLACE, ""), (question(Kind.TEXT), "x"), (question(Kind.COLLECT), "!")):
        with pytest.raises(Invalid):
            pressed(asked, key)


def test_what_is_shown_is_the_same_in_every_language_and_different_for_everything_else() -> None:
    renamed = (Option("630104", Text("{name}", {"name": Name("城西", "West")})), AREAS[1])
    assert question(Kind.CHOOSE, AREAS).seen == question(Kind.CHOOSE, renamed).seen
    others = [
        question(Kind.CHOOSE, AREAS[:1]),
        question(Kind.CHOOSE, AREAS[::-1]),
        question(Kind.PLACE, AREAS),
        Question(key="q", kind=Kind.CHOOSE, prompt=_("What?"), label=_("It"), options=AREAS),
        Question(key="q", kind=Kind.CHOOSE, prompt=Text("Which?", {"n": 1}), label=_("It"), options=AREAS),
        Question(key="q", kind=Kind.CHOOSE, prompt=_("Which?"), label=_("It"), options=AREAS, lines=(_("one more line"),)),
    ]
    assert len({question(Kind.CHOOSE, AREAS).seen, *(other.seen for other in others)}) == 7


def test_options_come_back_as_they_were_stored() -> None:
    assert load_options(dump_options(AREAS)) == AREAS


@given(st.text())
def test_folding_twice_changes_nothing(typed: str) -> None:
    assert plain(plain(typed)) == plain(typed)


@pytest.mark.parametrize("typed", ["不知道", "不知道啊", "我不清楚。", "我也不太清楚呢", "I don't know", "no idea"])
def test_who_says_that_they_do_not_know_the_place_has_answered(typed: str) -> None:
    assert PLACE.parse(read(PLACE, message(typed), everywhere)) is None
    assert PLACE.parse(read(PLACE, message("不知道哪条路，在西门附近"), everywhere)) == Place(words="不知道哪条路，在西门附近")
