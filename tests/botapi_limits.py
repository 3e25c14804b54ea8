"""What the Bot API refuses and in which words: errors, lengths, formatting, keyboards.

The descriptions are Telegram's own, because programs tell errors apart by them.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from typing import Any

TEXT = 4096
CAPTION = 1024
CALLBACK_DATA_BYTES = 64
BUTTONS = 100
BUTTONS_IN_A_ROW = 8
NOTICE = 200
UPLOAD_BYTES = 50 * 2**20
DOWNLOAD_BYTES = 20 * 2**20

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-spoiler": "spoiler",
}
TOKEN = re.compile(r"<(?P<end>/?)(?P<tag>[A-Za-z][A-Za-z0-9-]*)(?P<rest>[^<>]*)>|&(?:lt|gt|amp|quot|#\w+);|.", re.S)
ACTIONS = {"url", "callback_data", "web_app", "login_url", "switch_inline_query", "copy_text", "pay"}


class ApiError(Exception):
    """An answer with `ok: false`; `parameters` is Telegram's ResponseParameters."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad(description: str) -> ApiError:
    """Make the error for a request that Telegram understood and refuses."""
    return ApiError(400, f"Bad Request: {description}")


def forbidden(description: str) -> ApiError:
    """Make the error for a chat that the bot may not write to."""
    return ApiError(403, f"Forbidden: {description}")


def decoded(value: Any, name: str) -> Any:
    """Return a nested parameter: native in a JSON body, JSON text in forms."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise bad(f"can't parse {name} JSON object") from None


def utf16(text: str) -> int:
    """Return the length in UTF-16 units, in which entities are measured."""
    return len(text.encode("utf-16-le")) // 2


def formatted(text: str, parse_mode: str | None, entities: list[dict[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    """Return the text as people see it, with its entities; raise ApiError as Telegram does."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise bad("strings must be encoded in UTF-8") from None
    text = text.strip()
    if not parse_mode:
        return text, entities
    if parse_mode.lower() != "html":
        raise bad("unsupported parse_mode (the server of the tests knows HTML only)")
    return _html(text)


def _html(text: str) -> tuple[str, list[dict[str, Any]]]:
    plain, length = "", 0
    entities: list[dict[str, Any]] = []
    opened: list[tuple[str, int, str]] = []
    for token in TOKEN.finditer(text):
        offset = len(text[: token.start()].encode())
        tag = (token["tag"] or "").lower()
        if token[0] == "<" or (tag and not token["end"] and tag not in TAGS):
            raise bad(f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {offset}')
        if not tag:
            piece = html.unescape(token[0])
            plain, length = plain + piece, length + utf16(piece)
        elif not token["end"]:
            opened.append((tag, length, token["rest"]))
        elif not opened or opened[-1][0] != tag:
            wanted = f', expected "</{opened[-1][0]}>", found "</{tag}>"' if opened else ""
            raise bad(f"can't parse entities: Unmatched end tag at byte offset {offset}{wanted}")
        else:
            _, start, rest = opened.pop()
            entity = {"type": TAGS[tag], "offset": start, "length": length - start}
            if link := re.search(r"href=\"([^\"]*)\"", rest):
                entity["url"] = html.unescape(link[1])
            if length > start and (tag != "a" or link):
                entities.append(entity)
    if opened:
        raise bad(f"can't parse entities: Can't find end tag corresponding to start tag \"{opened[-1][0]}\"")
    return plain, sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def check_text(text: str) -> None:
    """Refuse a message without text or with too much of it."""
    if not text:
        raise bad("message text is empty")
    if len(text) > TEXT:
        raise bad("message is too long")


def check_caption(text: str) -> None:
    """Refuse a caption that is too long."""
    if len(text) > CAPTION:
        raise bad("message caption is too long")


def inline_keyboard(markup: Mapping[str, Any]) -> list[list[dict[str, Any]]]:
    """Return the rows of an inline keyboard (none for other markups) after Telegram's checks."""
    rows = [row for row in markup.get("inline_keyboard", ()) if row]
    if sum(map(len, rows)) > BUTTONS or any(len(row) > BUTTONS_IN_A_ROW for row in rows):
        raise bad("reply markup is too long")
    for button in (button for row in rows for button in row):
        if not str(button.get("text", "")).strip():
            raise bad('can\'t parse inline keyboard button: Field "text" must be non-empty')
        if not ACTIONS & button.keys():
            raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
        data = button.get("callback_data")
        if data is not None and not 1 <= len(data.encode()) <= CALLBACK_DATA_BYTES:
            raise bad("BUTTON_DATA_INVALID")
        if "url" in button and not re.match(r"(https?|tg)://.", button["url"]):
            raise bad(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")
    return rows
