"""Updates of every kind become messages, or nothing, and never an error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram_incoming import incoming
from dialog.incoming import Incoming, IncomingFile, Place, from_json, to_json

CHAT = {"id": 42, "type": "private"}
GROUP = {"id": -100123, "type": "supergroup"}
PERSON = {"id": 4200, "is_bot": False, "first_name": "安", "language_code": "zh-hans"}
BOT = {"id": 7, "is_bot": True, "first_name": "回音"}


def update(kind: str = "message", **fields: Any) -> dict[str, Any]:
    body = {"message_id": 5, "date": 1_800_000_000, "chat": CHAT, "from": PERSON} | fields
    return {"update_id": 99, kind: body}


def read(**fields: Any) -> Incoming:
    message = incoming(update(**fields))
    assert message is not None
    return message


def test_a_text_is_read_with_all_that_is_known_about_it() -> None:
    sent = update(text="楼下垃圾一周没人收")
    assert incoming(sent) == Incoming(
        channel="telegram",
        external_id="99",
        address="42",
        order=99,
        language="zh_Hans",
        text="楼下垃圾一周没人收",
        message="5",
        raw=json.dumps(sent, ensure_ascii=False, separators=(",", ":")),
    )


@pytest.mark.parametrize(
    ("code", "language"), [("zh-hans", "zh_Hans"), ("zh", "zh_Hans"), ("en-GB", "en"), ("fr", None), (None, None), ("", None)]
)
def test_the_language_of_the_app_is_taken_where_we_have_it(code: str | None, language: str | None) -> None:
    assert read(text="hi", **{"from": PERSON | {"language_code": code}}).language == language


def test_an_edit_names_the_message_that_it_changes_and_is_a_message_of_its_own() -> None:
    message = incoming(update("edited_message", text="三周", edit_date=1_800_000_060))
    assert message is not None
    assert (message.edited, message.message, message.external_id) == (True, "5", "99")


def test_a_reply_to_the_bot_names_the_message_replied_to() -> None:
    assert read(text="是的", reply_to_message={"message_id": 3, "from": BOT}).reply_to == "3"


def test_a_reply_to_somebody_else_is_no_reply() -> None:
    assert read(text="是的", reply_to_message={"message_id": 3, "from": PERSON}).reply_to is None


def test_a_press_names_its_button_and_its_message() -> None:
    message = {"message_id": 8, "date": 1, "chat": CHAT, "from": BOT, "text": "?"}
    query = {"id": "4711", "from": PERSON, "chat_instance": "1", "data": "a:1", "message": message}
    pressed = incoming({"update_id": 99, "callback_query": query})
    assert pressed is not None
    assert (pressed.press, pressed.pressed, pressed.query) == ("a:1", "8", "4711")


def test_a_press_on_a_message_too_old_to_be_shown_is_still_read() -> None:
    query = {"id": "1", "from": PERSON, "data": "a", "message": {"message_id": 8, "date": 0, "chat": CHAT}}
    pressed = incoming({"update_id": 99, "callback_query": query})
    assert pressed is not None
    assert pressed.pressed == "8"


def test_of_a_photo_the_largest_size_is_taken_with_its_caption() -> None:
    sizes = [
        {"file_id": "s", "width": 90, "height": 60, "file_size": 900},
        {"file_id": "l", "width": 1280, "height": 960, "file_size": 90_000},
        {"file_id": "m", "width": 320, "height": 240, "file_size": 9_000},
    ]
    message = read(photo=sizes, caption="门口")
    assert message.files == (IncomingFile(ref="l", kind="photo", size=90_000),)
    assert message.text == "门口"


@pytest.mark.parametrize(
    ("field", "kind"),
    [("video", "video"), ("video_note", "video"), ("voice", "voice"), ("audio", "audio"), ("document", "document")],
)
def test_a_file_is_named_with_its_kind(field: str, kind: str) -> None:
    message = read(**{field: {"file_id": "f", "file_size": 7}})
    assert (message.files, message.unsupported) == ((IncomingFile(ref="f", kind=kind, size=7),), None)


def test_an_animation_that_is_also_a_document_is_one_file() -> None:
    assert len(read(animation={"file_id": "a"}, document={"file_id": "a"}).files) == 1


def test_a_location_is_a_place() -> None:
    assert read(location={"longitude": 101.78, "latitude": 36.62}).place == Place(lon=101.78, lat=36.62)


def test_a_venue_is_a_place_with_words() -> None:
    location = {"longitude": 101.78, "latitude": 36.62}
    message = read(location=location, venue={"location": location, "title": "莫家街市场", "address": "莫家街 12 号"})
    assert message.place == Place(lon=101.78, lat=36.62, words="莫家街市场 莫家街 12 号")


def test_where_somebody_walks_after_sending_their_place_is_not_followed() -> None:
    location = {"longitude": 101.78, "latitude": 36.62, "live_period": 900}
    assert read(location=location).place is not None
    assert incoming(update("edited_message", location=location)) is None


def test_a_forwarded_text_is_a_text() -> None:
    assert read(text="转发", forward_origin={"type": "hidden_user", "sender_user_name": "路人"}).text == "转发"


def test_of_a_shared_contact_only_the_number_is_read() -> None:
    assert read(contact={"first_name": "李", "phone_number": "139"}).text == "139"


@pytest.mark.parametrize("field", ["sticker", "dice", "poll", "story"])
def test_what_cannot_be_taken_is_named(field: str) -> None:
    assert read(**{field: {"file_id": "x"}}).unsupported == field


def test_a_content_that_nobody_knows_yet_is_unknown() -> None:
    assert read(hologram={"depth": 3}).unsupported == "unknown"


def test_a_kind_of_update_that_nobody_knows_yet_is_answered_where_somebody_is() -> None:
    message = incoming(update("telepathy"))
    assert message is not None
    assert (message.unsupported, message.address) == ("unknown", "42")


@pytest.mark.parametrize(
    "sent",
    [
        {"update_id": 99, "poll": {"id": "1", "question": "?"}},
        {"update_id": 99, "inline_query": {"id": "1", "from": PERSON, "query": ""}},
        {"update_id": 99, "channel_post": {"message_id": 1, "date": 1, "chat": {"id": -1, "type": "channel"}, "text": "x"}},
        {"update_id": 99},
        {"message": {"text": "no number"}},
        {},
    ],
)
def test_where_there_is_nobody_to_answer_nothing_came(sent: dict[str, Any]) -> None:
    assert incoming(sent) is None


def test_a_pinned_message_is_no_message() -> None:
    assert incoming(update(pinned_message={"message_id": 1})) is None


def test_groups_are_not_private() -> None:
    assert not read(text="/help", chat=GROUP).private


def test_of_what_is_said_in_a_group_nothing_is_kept() -> None:
    message = read(caption="我家住三楼", photo=[{"file_id": "p"}], chat=GROUP | {"title": "邻居们"})
    assert (message.text, message.files, message.place, message.raw) == ("", (), None, None)
    assert message.address == "-100123"


def test_notes_that_telegram_writes_into_groups_are_no_messages() -> None:
    assert incoming(update(chat=GROUP, video_chat_started={})) is None
    assert incoming(update(chat=GROUP, new_chat_members=[BOT])) is None


def test_the_name_of_the_bot_is_taken_off_a_command() -> None:
    entities = [{"type": "bot_command", "offset": 0, "length": 20}]
    assert read(text="/case@huiyin_testbot 123@456", entities=entities).text == "/case 123@456"


def test_an_at_sign_in_a_plain_text_stays() -> None:
    assert read(text="a@b.cn", entities=[{"type": "email", "offset": 0, "length": 6}]).text == "a@b.cn"


@pytest.mark.parametrize(
    ("chat", "status", "told"),
    [(CHAT, "kicked", "blocked"), (CHAT, "member", "unblocked"), (GROUP, "member", "added"), (GROUP, "kicked", None)],
)
def test_blocking_and_coming_back_are_told(chat: dict[str, Any], status: str, told: str | None) -> None:
    message = incoming(update("my_chat_member", chat=chat, new_chat_member={"status": status, "user": BOT}))
    assert (message and message.unsupported) == told


def test_half_a_surrogate_pair_and_nul_do_not_reach_the_store() -> None:
    message = read(text=json.loads('"a\\ud83d b\\u0000"'))
    assert message.text == "a? b"
    assert from_json(to_json(message)) == message


def test_numbers_that_no_store_holds_are_left_out() -> None:
    message = read(date=2**70, photo=[{"file_id": "p", "file_size": 2**70}])
    assert message.files[0].size is None
    assert read(location={"longitude": 2**70, "latitude": 5}).place is None
    assert from_json(to_json(message)) == message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "type", "text", "x"]), inner, max_size=4),
    max_leaves=12,
)
FIELDS = [
    *("message_id", "date", "edit_date", "chat", "from", "text", "caption", "entities", "contact", "sticker", "message"),
    *("photo", "video", "document", "location", "venue", "reply_to_message", "data", "new_chat_member"),
]


@given(
    kind=st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member", "new_thing"]),
    body=JSON | st.dictionaries(st.sampled_from(FIELDS), JSON),
    real=st.booleans(),
)
def test_no_update_is_so_odd_that_it_raises(kind: str, body: Any, real: bool) -> None:
    if real and isinstance(body, dict):
        body = body | {"chat": CHAT, "from": PERSON, "message": {"chat": CHAT, "message_id": 1} | body}
    message = incoming({"update_id": 1, kind: body})
    if message is not None:
        assert from_json(to_json(message)) == message
