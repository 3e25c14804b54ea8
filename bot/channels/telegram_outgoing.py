"""What goes to Telegram: letters as requests of the Bot API, JSON and files, built by pure functions.

Texts carry no formatting, so nothing in them can be mistaken for it. A letter becomes one request or several: first its
files, then its words with the buttons; the last one's message is the letter's.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from bot.channels.door import Attachment, Letter
from bot.channels.telegram_api import Upload
from dialog.outgoing import Button, Rows, Wants
from dialog.texts import Words, _

TEXT = 4096
CAPTION = 1024
PRESS_BYTES = 64
BUTTONS = 100
BUTTONS_IN_A_ROW = 8
ALBUM = 10
PHOTO_BYTES = 10 * 2**20
SHOWN = {
    "image/jpeg": "photo",
    "image/png": "photo",
    "image/webp": "photo",
    "video/mp4": "video",
    "audio/ogg": "voice",
    "audio/mpeg": "audio",
    "audio/mp4": "audio",
}
"""How each type is shown; any other goes as a document."""
ENDS = ("\n\n", "\n", "。", "！", "？", ". ", "! ", "? ", "；", "; ", "，", ", ", " ")
"""Where a long text is cut, the best place first."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One call of the Bot API."""

    method: str
    payload: Mapping[str, Any]
    files: tuple[Upload, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one message, or one album, shows: words, buttons, files."""

    address: str
    text: str = ""
    keyboard: Json | None = None
    attachments: tuple[Attachment, ...] = ()
    silent: bool = False


def parts(letter: Letter, words: Words) -> tuple[Part, ...]:
    """Divide a letter into messages; none if there is nothing in it. Raises ValueError for buttons that can't be sent."""
    return tuple(replace(part, silent=letter.message.silent) for part in _parts(letter, words))


def _parts(letter: Letter, words: Words) -> Sequence[Part]:
    text, keyboard = _text(letter, words), _keyboard(letter, words)
    files = letter.attachments
    if len(files) == 1 and _shown(files[0]) == "photo" and len(text) <= CAPTION:
        return (Part(address=letter.address, text=text, keyboard=keyboard, attachments=files),)
    seen = [file for file in files if _shown(file) in ("photo", "video")]
    albums = [tuple(seen[start : start + ALBUM]) for start in range(0, len(seen), ALBUM)]
    singles = [(file,) for file in files if file not in seen]
    shown = [Part(address=letter.address, attachments=group) for group in (*albums, *singles)]
    pieces = split(text, TEXT)
    if keyboard is not None and not pieces:
        raise ValueError("buttons need words above them")
    said = [Part(address=letter.address, text=piece) for piece in pieces[:-1]]
    said += [Part(address=letter.address, text=piece, keyboard=keyboard) for piece in pieces[-1:]]
    return (*shown, *said)


def request(part: Part, *, as_documents: bool = False) -> Request:
    """Write a part as a call; `as_documents` where Telegram would not show its pictures or videos."""
    payload: Json = {"chat_id": _chat(part.address)}
    if part.silent:
        payload["disable_notification"] = True
    if part.keyboard is not None:
        payload["reply_markup"] = part.keyboard
    kinds = ["document" if as_documents else _shown(file) for file in part.attachments]
    if len(part.attachments) > 1:
        payload["media"] = [{"type": kind, "media": f"attach://file{n}"} for n, kind in enumerate(kinds)]
        uploads = tuple(_upload(f"file{n}", file) for n, file in enumerate(part.attachments))
        return Request(method="sendMediaGroup", payload=payload, files=uploads)
    if part.attachments:
        if caption := part.text or _cut(part.attachments[0].alt, CAPTION):
            payload["caption"] = caption
        method = f"send{kinds[0].capitalize()}"
        return Request(method=method, payload=payload, files=(_upload(kinds[0], part.attachments[0]),))
    return Request(method="sendMessage", payload=payload | {"text": part.text, "link_preview_options": {"is_disabled": True}})


def edit(letter: Letter, words: Words, *, caption: bool = False) -> Request | None:
    """Write the change of a message, of its caption if it is a picture; None if no words are left. Files stay as they are."""
    text, keyboard = _text(letter, words), _keyboard(letter, words)
    if not text or letter.edits is None:
        return None
    payload: Json = {"chat_id": _chat(letter.address), "message_id": int(letter.edits)}
    if keyboard is not None:
        payload["reply_markup"] = keyboard
    if caption:
        return Request(method="editMessageCaption", payload=payload | {"caption": _cut(text, CAPTION)})
    payload |= {"text": _cut(text, TEXT), "link_preview_options": {"is_disabled": True}}
    return Request(method="editMessageText", payload=payload)


def without_buttons(address: str, message: str) -> Request:
    """Write the change that takes its buttons off a message."""
    return Request(method="editMessageReplyMarkup", payload={"chat_id": _chat(address), "message_id": int(message)})


def split(text: str, limit: int) -> list[str]:
    """Divide a text into pieces of at most `limit` characters, between paragraphs or sentences where there are any."""
    pieces = []
    while len(text) > limit:
        # Not before the middle: a short line above a long paragraph is no reason for a message of its own.
        ends = (at + len(end) for end in ENDS if (at := text.rfind(end, limit // 2, limit)) >= 0)
        end = next(ends, limit)
        pieces.append(text[:end].strip())
        text = text[end:].lstrip()
    return [piece for piece in (*pieces, text) if piece]


def _text(letter: Letter, words: Words) -> str:
    lines = list(letter.message.lines)
    if letter.message.wants is Wants.PLACE:
        lines.append(_("To send a place here, press the paper clip and choose Location."))
    said = [words.render(line, letter.language) for line in lines]
    unlinked = (button for row in letter.message.rows for button in row if button.url and not _linkable(button.url))
    said += [f"{words.render(button.label, letter.language)}\n{button.url}" for button in unlinked]
    return "\n\n".join(line for line in said if line.strip()).strip()


def _keyboard(letter: Letter, words: Words) -> Json | None:
    rows: list[list[Json]] = []
    for row in _sendable(letter.message.rows):
        buttons = [_button(button, words.render(button.label, letter.language)) for button in row]
        rows += [buttons[start : start + BUTTONS_IN_A_ROW] for start in range(0, len(buttons), BUTTONS_IN_A_ROW)]
    if sum(map(len, rows)) > BUTTONS:
        raise ValueError(f"more than {BUTTONS} buttons in one message")
    return {"inline_keyboard": rows} if rows else None


def _sendable(rows: Rows) -> Sequence[Sequence[Button]]:
    return [[button for button in row if not button.url or _linkable(button.url)] for row in rows]


def _button(button: Button, label: str) -> Json:
    if button.url:
        return {"text": label, "url": button.url}
    if not 1 <= len(button.press.encode()) <= PRESS_BYTES:
        raise ValueError(f"a button's press must be of 1 to {PRESS_BYTES} bytes")
    return {"text": label, "callback_data": button.press}


def _linkable(url: str) -> bool:
    """Tell whether Telegram takes an address for a button: one that only this machine or its network knows it refuses."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "tg":
        return True
    try:
        return parts.scheme in ("http", "https") and ipaddress.ip_address(host).is_global
    except ValueError:
        return parts.scheme in ("http", "https") and "." in host


def _shown(file: Attachment) -> str:
    kind = SHOWN.get(file.media_type, "document")
    return "document" if kind == "photo" and len(file.data) > PHOTO_BYTES else kind


def _upload(field: str, file: Attachment) -> Upload:
    return Upload(field=field, name=file.name, media_type=file.media_type, data=file.data)


def _chat(address: str) -> int | str:
    return address if address.startswith("@") else int(address)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
