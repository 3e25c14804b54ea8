"""What came from Telegram, in the shape of every channel: one pure function, which raises for nothing that is an update."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dialog.incoming import Incoming, IncomingFile, Place

KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of update that we ask for."""

FILES = {
    "animation": "video",  # before document: an animation carries both
    "video": "video",
    "video_note": "video",
    "voice": "voice",
    "audio": "audio",
    "document": "document",
}
DEGREES = 360
NOT_TAKEN = ("sticker", "dice", "poll", "story", "game", "checklist", "paid_media", "giveaway", "invoice", "gift")
NOBODY_SAID = (
    "pinned_message",
    "message_auto_delete_timer_changed",
    "write_access_allowed",
    "chat_background_set",
    "boost_added",
    "new_chat_members",
    "left_chat_member",
)
"""Notes that Telegram itself writes into a chat."""

Object = Mapping[str, Any]


def incoming(update: Object) -> Incoming | None:
    """Read an update; None where there is nobody to answer or nothing was said.

    `unsupported` tells what could not be read: `sticker`, `poll` ... or `unknown`; `blocked` and `unblocked` where a
    person stopped the bot or came back; `added` where the bot was brought into a group.
    """
    if not isinstance(update.get("update_id"), int):
        return None
    kind = next((known for known in KINDS if known in update), "")
    body = _object(update.get(kind))
    match kind:
        case "message" | "edited_message":
            return _message(update, body, edited=kind == "edited_message")
        case "callback_query":
            return _press(update, body)
        case "my_chat_member":
            return _membership(update, body)
    body = next((_object(value) for name, value in update.items() if name != "update_id"), {})
    return _envelope(update, body, unsupported="unknown")


def _message(update: Object, message: Object, *, edited: bool) -> Incoming | None:
    base = _envelope(update, message)
    if base is None or any(name in message for name in NOBODY_SAID):
        return None
    location = _object(message.get("location"))
    if edited and "live_period" in location:
        return None  # Where somebody walks after they sent their place is no part of the matter.
    replied = _object(message.get("reply_to_message"))
    base = replace(
        base,
        message=_id(message.get("message_id")),
        edited=edited,
        reply_to=_id(replied.get("message_id")) if _object(replied.get("from")).get("is_bot") else None,
        text=_said(message),
        files=_files(message),
        place=_place(message),
    )
    if not base.private:
        told = base.text or base.files or base.place
        base = replace(base, text="", files=(), place=None)  # nobody in a group has told us anything
        return base if told else None  # nor waits for an answer to the notes of Telegram's own
    if base.text or base.files or base.place:
        return base
    return replace(base, unsupported=next((name for name in NOT_TAKEN if name in message), "unknown"))


def _press(update: Object, query: Object) -> Incoming | None:
    message = _object(query.get("message"))
    base = _envelope(update, {"chat": message.get("chat"), "from": query.get("from")})
    if base is None:
        return None
    data = query.get("data")
    return replace(
        base,
        query=_id(query.get("id")),
        pressed=_id(message.get("message_id")),
        press=_words(data) if isinstance(data, str) else None,
        unsupported=None if isinstance(data, str) else "unknown",
    )


def _membership(update: Object, change: Object) -> Incoming | None:
    base = _envelope(update, change)
    status = _object(change.get("new_chat_member")).get("status")
    known = (
        {"kicked": "blocked", "member": "unblocked"} if base and base.private else {"member": "added", "administrator": "added"}
    )
    if base is None or status not in known:
        return None
    return replace(base, unsupported=known[status])


def _envelope(update: Object, body: Object, *, unsupported: str | None = None) -> Incoming | None:
    chat, person = _object(body.get("chat")), _object(body.get("from", body.get("user")))
    address = _id(chat.get("id"))
    if address is None or _id(person.get("id")) is None or chat.get("type") == "channel":
        return None
    private = chat.get("type") == "private"
    return Incoming(
        channel="telegram",
        external_id=str(update["update_id"]),
        address=address,
        order=update["update_id"],
        language=_language(person.get("language_code")),
        private=private,
        unsupported=unsupported,
        raw=_words(json.dumps(update, ensure_ascii=False, separators=(",", ":"))) if private else None,
    )


def _said(message: Object) -> str:
    said = message.get("text", message.get("caption"))
    if isinstance(said, str):
        return _words(_without_our_name(said, message))
    contact = _object(message.get("contact"))
    number = contact.get("phone_number")  # the name is left out: nobody shared it to have it read
    return _words(number) if isinstance(number, str) else ""


def _without_our_name(text: str, message: Object) -> str:
    """Take the bot's name off a command at the beginning: in groups, menus write /help@name."""
    entities = message.get("entities")
    first = _object(entities[0]) if isinstance(entities, list) and entities else {}
    length = first.get("length")
    if first.get("type") != "bot_command" or first.get("offset") != 0 or not isinstance(length, int):
        return text
    return text[:length].partition("@")[0] + text[length:]


def _files(message: Object) -> tuple[IncomingFile, ...]:
    sizes = message.get("photo")
    if isinstance(sizes, list) and sizes:
        largest = max(
            (_object(size) for size in sizes), key=lambda size: (_number(size.get("width")), _number(size.get("height")))
        )
        return _file(largest, "photo")
    return next((_file(_object(message[name]), kind) for name, kind in FILES.items() if name in message), ())


def _file(file: Object, kind: str) -> tuple[IncomingFile, ...]:
    ref, size = file.get("file_id"), _whole(file.get("file_size"))
    return (IncomingFile(ref=ref, kind=kind, size=size),) if isinstance(ref, str) else ()


def _place(message: Object) -> Place | None:
    venue = _object(message.get("venue"))
    location = _object(venue.get("location", message.get("location")))
    lon, lat = location.get("longitude"), location.get("latitude")
    if not isinstance(lon, int | float) or not isinstance(lat, int | float) or max(abs(lon), abs(lat)) > DEGREES:
        return None
    words = " ".join(part for name in ("title", "address") if isinstance(part := venue.get(name), str) and part)
    return Place(lon=lon, lat=lat, words=_words(words))


def _language(code: object) -> str | None:
    if not isinstance(code, str):
        return None
    return {"en": "en", "zh": "zh_Hans"}.get(code.lower().partition("-")[0].partition("_")[0])


def _object(value: object) -> Object:
    return value if isinstance(value, dict) else {}


def _id(value: object) -> str | None:
    return str(value) if isinstance(value, int | str) and value != "" else None


def _number(value: object) -> float:
    return value if isinstance(value, int | float) else 0


def _whole(value: object) -> int | None:
    """Give a whole number; None for what is none, or greater than any that Telegram means: 64 bits would not hold it."""
    return value if isinstance(value, int) and 0 <= value < 2**52 else None


def _words(text: str) -> str:
    # JSON may hold half a surrogate pair and NUL; UTF-8 can't hold the first, PostgreSQL's texts not the second.
    return text.encode(errors="replace").decode().replace("\0", "")
