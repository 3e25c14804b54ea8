"""Letters become requests that Telegram takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram_process import WORDS

from bot.channels.door import Attachment, Letter
from bot.channels.telegram_outgoing import edit, parts, request, split
from dialog.outgoing import Button, Outgoing, Wants, say
from dialog.texts import _, verbatim


def letter(message: Outgoing, *attachments: Attachment, edits: str | None = None, language: str = "en") -> Letter:
    return Letter(address="42", language=language, message=message, attachments=attachments, edits=edits)


def payloads(one: Letter) -> list[Any]:
    return [request(part).payload for part in parts(one, WORDS)]


def photo(n: int = 0, size: int = 3) -> Attachment:
    return Attachment(kind="photo", media_type="image/jpeg", name=f"{n}.jpg", data=bytes([n]) * size)


def file(media_type: str) -> Attachment:
    return Attachment(kind="document", media_type=media_type, name="x", data=b"x")


def test_every_part_of_a_silent_letter_is_silent() -> None:
    silent = payloads(letter(replace(say(_("Hello")), silent=True), *(photo(n) for n in range(11))))
    assert [payload.get("disable_notification") for payload in silent] == [True] * 3
    assert not any("disable_notification" in payload for payload in payloads(letter(say(_("Hello")))))


def test_paragraphs_are_rendered_in_the_language_of_the_receiver() -> None:
    assert [one["text"] for one in payloads(letter(say(_("My cases"), verbatim("1")), language="zh_Hans"))] == ["我的事项\n\n1"]


def test_words_are_sent_without_formatting() -> None:
    (payload,) = payloads(letter(say(verbatim("<b>*_`"))))
    assert payload == {"chat_id": 42, "text": "<b>*_`", "link_preview_options": {"is_disabled": True}}


def test_buttons_become_an_inline_keyboard() -> None:
    rows = ((Button(_("My cases"), "a"), Button(_("Page"), url="https://city.example/1")), (Button(_("Back"), "b"),))
    assert payloads(letter(say(_("Hello"), rows=rows)))[0]["reply_markup"] == {
        "inline_keyboard": [
            [{"text": "My cases", "callback_data": "a"}, {"text": "Page", "url": "https://city.example/1"}],
            [{"text": "Back", "callback_data": "b"}],
        ]
    }


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/c",
        "http://localhost/c",
        "http://[::1]:80/c",
        "http://192.168.1.5/c",
        "http://clerk/c",
        "mailto:a@b.cn",
    ],
)
def test_an_address_that_telegram_refuses_stands_in_the_text(url: str) -> None:
    (payload,) = payloads(letter(say(_("Hello"), rows=((Button(_("Page"), url=url),),))))
    assert "reply_markup" not in payload
    assert payload["text"] == f"Hello\n\nPage\n{url}"


def test_a_press_of_more_than_64_bytes_is_an_error_at_once() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        payloads(letter(say(_("Hello"), rows=((Button(_("Back"), "回" * 22),),))))


def test_more_than_100_buttons_are_an_error_at_once() -> None:
    with pytest.raises(ValueError, match="100 buttons"):
        payloads(letter(say(_("Hello"), rows=tuple((Button(_("Back"), str(n)),) for n in range(101)))))


def test_a_row_of_more_than_8_buttons_goes_on_below() -> None:
    row = tuple(Button(verbatim(str(n)), str(n)) for n in range(10))
    assert [len(row) for row in payloads(letter(say(_("Hello"), rows=(row,))))[0]["reply_markup"]["inline_keyboard"]] == [8, 2]


def test_nothing_is_sent_for_an_empty_message() -> None:
    assert parts(letter(say(verbatim("  "))), WORDS) == ()


def test_a_question_for_a_place_tells_how_telegram_sends_one() -> None:
    assert "paper clip" in payloads(letter(say(_("Where is it?"), wants=Wants.PLACE)))[0]["text"]


def test_a_long_text_goes_in_pieces_with_the_buttons_under_the_last() -> None:
    text = "".join(f"第{n}句话说的是同一件事。" for n in range(900))
    sent = payloads(letter(say(verbatim(text), rows=((Button(_("Back"), "b"),),))))
    assert "".join(one["text"] for one in sent) == text
    assert all(one["text"].endswith("。") for one in sent)
    assert ["reply_markup" in one for one in sent] == [False] * (len(sent) - 1) + [True]


def test_a_text_is_cut_between_paragraphs_rather_than_sentences() -> None:
    assert split("一二三四五。\n\n六七。八九", 12) == ["一二三四五。", "六七。八九"]


@given(text=st.text(alphabet="ab 。\n", max_size=200), limit=st.integers(2, 30))
def test_no_piece_is_too_long_or_empty_and_no_letter_is_lost(text: str, limit: int) -> None:
    pieces = split(text.strip(), limit)
    assert all(0 < len(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_one_photo_carries_words_and_buttons() -> None:
    (part,) = parts(letter(say(_("Hello"), rows=((Button(_("Back"), "b"),),)), photo(1)), WORDS)
    sent = request(part)
    assert sent.method == "sendPhoto"
    assert sent.payload["caption"] == "Hello"
    assert "reply_markup" in sent.payload
    assert [(upload.field, upload.data) for upload in sent.files] == [("photo", b"\1\1\1")]


def test_words_too_long_for_a_caption_follow_the_photo() -> None:
    made = parts(letter(say(verbatim("长" * 1025)), photo()), WORDS)
    assert [request(part).method for part in made] == ["sendPhoto", "sendMessage"]


def test_thirty_one_photos_go_as_three_albums_and_one_photo_before_the_words() -> None:
    made = [request(part) for part in parts(letter(say(_("Hello")), *(photo(n) for n in range(31))), WORDS)]
    assert [one.method for one in made] == ["sendMediaGroup"] * 3 + ["sendPhoto", "sendMessage"]
    assert [upload.data[0] for one in made for upload in one.files] == list(range(31))
    assert made[0].payload["media"][9] == {"type": "photo", "media": "attach://file9"}


@pytest.mark.parametrize(
    ("media_type", "method"),
    [
        ("video/mp4", "sendVideo"),
        ("audio/ogg", "sendVoice"),
        ("audio/mpeg", "sendAudio"),
        ("application/pdf", "sendDocument"),
        ("image/gif", "sendDocument"),
        ("video/quicktime", "sendDocument"),
    ],
)
def test_a_file_is_shown_by_its_type(media_type: str, method: str) -> None:
    made = parts(letter(say(_("Hello")), file(media_type)), WORDS)
    assert [request(part).method for part in made] == [method, "sendMessage"]


def test_a_photo_of_more_than_10_megabytes_goes_as_a_document() -> None:
    made = parts(letter(say(_("Hello")), photo(1, 10 * 2**20 + 1)), WORDS)
    assert [request(part).method for part in made] == ["sendDocument", "sendMessage"]


def test_what_telegram_would_not_show_can_go_as_documents() -> None:
    (album,) = parts(letter(say(), photo(1), photo(2)), WORDS)
    assert [item["type"] for item in request(album, as_documents=True).payload["media"]] == ["document", "document"]


def test_an_edit_without_buttons_takes_them_away() -> None:
    made = edit(letter(say(_("Hello")), edits="9"), WORDS)
    assert made is not None
    assert made.method == "editMessageText"
    assert made.payload == {"chat_id": 42, "message_id": 9, "text": "Hello", "link_preview_options": {"is_disabled": True}}


def test_an_edit_too_long_for_its_message_is_cut() -> None:
    long = letter(say(verbatim("长" * 5000)), edits="9")
    text, caption = edit(long, WORDS), edit(long, WORDS, caption=True)
    assert text is not None
    assert caption is not None
    assert (len(text.payload["text"]), len(caption.payload["caption"])) == (4096, 1024)
    assert text.payload["text"].endswith("长…")
