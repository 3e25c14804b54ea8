"""Texts are kept as sentence and arguments, and put into the reader's language when they are read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from texts_made import ARGUMENTS, AT, TEXTS

from dialog.texts import STANDS_FOR, Arg, Moment, Name, Secret, Text, Words, _, dump, load, load_text, verbatim, without_secrets
from domain.privacy import PLACEHOLDER

WORDS = Words(
    {
        "zh_Hans": {
            "Case {number} is with {unit} until {due}.": "{due}前由{unit}办理：{number}",
            "Send": "提交",
            "{kind} · {category}": "{kind}（{category}）",
            "Complaint": "投诉",
        }
    },
    ("zh_Hans", "en"),
    ZoneInfo("Asia/Shanghai"),
)
DUE = Moment(datetime(2026, 1, 8, 16, 5, tzinfo=UTC))
BOTH = _("Case {number} is with {unit} until {due}.", number="7", unit=Name("城管局", "Urban Management"), due=DUE)


@given(ARGUMENTS)
def test_whatever_is_said_comes_back_from_storage_as_it_was(argument: Arg) -> None:
    assert load(json.loads(json.dumps(dump(argument)))) == argument


@given(TEXTS)
def test_a_text_comes_back_and_reads_the_same_in_both_languages(text: Text) -> None:
    again = load_text(json.loads(json.dumps(dump(text), ensure_ascii=False)))
    assert again == text
    for language in ("zh_Hans", "en"):
        assert WORDS.render(again, language) == WORDS.render(text, language)


def test_a_sentence_reads_in_both_languages_with_names_and_times_of_the_city() -> None:
    assert WORDS.render(BOTH, "en") == "Case 7 is with Urban Management until 9 Jan 2026, 00:05."
    assert WORDS.render(BOTH, "zh_Hans") == "2026年1月9日 00:05前由城管局办理：7"


def test_a_day_is_shown_without_its_time() -> None:
    day = _("{due}", due=Moment(DUE.at, day=True))
    assert (WORDS.render(day, "en"), WORDS.render(day, "zh_Hans")) == ("9 Jan 2026", "2026年1月9日")


def test_texts_within_texts_are_put_into_the_same_language() -> None:
    text = _("{kind} · {category}", kind=_("Complaint"), category=Name("噪声", "Noise"))
    assert (WORDS.render(text, "en"), WORDS.render(text, "zh_Hans")) == ("Complaint · Noise", "投诉（噪声）")


def test_several_are_joined_as_the_language_joins_them() -> None:
    text = _("{all}", all=(verbatim("a"), _("Send"), verbatim("c")))
    assert (WORDS.render(text, "en"), WORDS.render(text, "zh_Hans")) == ("a, Send, c", "a、提交、c")


def test_a_name_without_english_keeps_its_chinese() -> None:
    assert WORDS.render(_("{unit}", unit=Name("城管局")), "en") == "城管局"


def test_a_language_without_translations_reads_the_source() -> None:
    assert WORDS.render(_("Send"), "fr") == "Send"


def test_a_text_in_every_language_is_what_somebody_may_type() -> None:
    assert WORDS.everywhere(_("Send")) == ("提交", "Send")


@pytest.mark.parametrize("words", ["{0}", "{unit}", "{", "}{", "%s", "{a.b}", "{x!r:>9}", "", "\u202e<b>"])
def test_somebodys_own_words_are_shown_as_they_are_and_never_taken_for_a_sentence(words: str) -> None:
    for language in WORDS.languages:
        assert WORDS.render(verbatim(words), language) == words
        assert WORDS.render(_("{kind} · {category}", kind=words, category="x"), "en") == f"{words} · x"


def test_what_stands_for_personal_data_is_shown_in_the_readers_language_and_kept_in_one() -> None:
    told = verbatim("My name is 〔姓名〕, ring 〔电话〕, 〔注〕")
    assert WORDS.render(told, "en") == "My name is 〔name〕, ring 〔phone number〕, 〔注〕"
    assert WORDS.render(_("{kind} · {category}", kind=told, category="x"), "en").startswith("My name is 〔name〕")
    assert WORDS.render(told, "zh_Hans") == "My name is 〔姓名〕, ring 〔电话〕, 〔注〕"
    assert set(STANDS_FOR) == set(PLACEHOLDER.values())


@given(ARGUMENTS, AT)
def test_after_a_secret_was_shown_nothing_of_it_is_left(argument: Arg, at: datetime) -> None:
    shown = without_secrets(argument, at)
    assert "<secret" not in json.dumps(dump(shown), ensure_ascii=False)
    assert without_secrets(shown, at) == shown


def test_in_place_of_a_secret_stands_when_it_was_shown_and_the_rest_stays() -> None:
    text = _("Code: {code} ({unit})", code=Secret("1234"), unit=Name("城管局", "Urban Management"))
    shown = without_secrets(text, DUE.at)
    assert isinstance(shown, Text)
    assert "1234" in WORDS.render(text, "en")
    assert WORDS.render(shown, "en").endswith("9 Jan 2026, 00:05) (Urban Management)")
