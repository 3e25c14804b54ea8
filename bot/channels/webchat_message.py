"""What the web chat's page posts, as a message or to acknowledge some, checked field by field."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, NoReturn

from dialog.incoming import IncomingFile, Place

TEXT_LIMIT = 100_000
"""Characters (code points) of one message."""
FILES_LIMIT = 50
SHOWN_LIMIT = 300
"""Messages that a page may acknowledge at once."""
FILE_KINDS = frozenset(("photo", "video", "audio", "document"))

_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_SAFE_INTEGER = 2**53 - 1
# `at_ms` is for the page's own log.
_FIELDS = frozenset(("id", "order", "at_ms", "text", "press", "pressed", "reply_to", "files", "place"))


class Malformed(Exception):
    """The body is not a message: our own page never sends such a thing."""


class TooLong(Exception):
    """The text has more than TEXT_LIMIT characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A message as posted. `order` rises strictly within a device."""

    id: str
    order: int
    text: str = ""
    press: str | None = None
    pressed: str | None = None
    reply_to: str | None = None
    files: tuple[IncomingFile, ...] = ()
    place: Place | None = None


def parse(body: bytes) -> Posted:
    """Read a message; raises Malformed, TooLong."""
    fields = _fields(body, _FIELDS)
    posted = Posted(
        id=_id(fields, "id"),
        order=_integer(fields, "order"),
        text=_text(fields),
        press=_press(fields),
        pressed=_id(fields, "pressed") if "pressed" in fields else None,
        reply_to=_id(fields, "reply_to") if "reply_to" in fields else None,
        files=_files(fields),
        place=_place(fields),
    )
    if not (posted.text.strip() or posted.press or posted.files or posted.place):
        raise Malformed("nothing in it")
    return posted


def parse_shown(body: bytes) -> Sequence[str]:
    """Read an acknowledgement: the ids of the messages that a page has shown; raises Malformed."""
    ids = _fields(body, {"shown"}).get("shown")
    if not isinstance(ids, list) or len(ids) > SHOWN_LIMIT:
        raise Malformed("shown")
    if not all(isinstance(id, str) and _ID.fullmatch(id) for id in ids):
        raise Malformed("shown")
    return ids


def _fields(body: bytes, known: Set[str]) -> Mapping[str, Any]:
    try:
        fields = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Malformed("not JSON") from error
    if not isinstance(fields, dict) or not fields.keys() <= known:
        raise Malformed("unknown fields")
    return fields


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _id(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Malformed(name)
    return value


def _integer(fields: Mapping[str, Any], name: str) -> int:
    value = fields.get(name)
    if type(value) is not int or not 0 < value <= _SAFE_INTEGER:
        raise Malformed(name)
    return value


def _text(fields: Mapping[str, Any]) -> str:
    value = fields.get("text", "")
    if not isinstance(value, str):
        raise Malformed("text")
    if len(value) > TEXT_LIMIT:
        raise TooLong
    # Half a surrogate pair can't be encoded and NUL can't be stored by PostgreSQL: either would park the message.
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "")


def _press(fields: Mapping[str, Any]) -> str | None:
    if "press" not in fields:
        return None
    value = fields["press"]
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or not 0 < len(value) <= 64:
        raise Malformed("press")
    return value


def _files(fields: Mapping[str, Any]) -> tuple[IncomingFile, ...]:
    files = fields.get("files", [])
    if not isinstance(files, list) or len(files) > FILES_LIMIT:
        raise Malformed("files")
    return tuple(_file(file) for file in files)


def _file(file: object) -> IncomingFile:
    if not isinstance(file, dict) or file.keys() != {"id", "kind"}:
        raise Malformed("files")
    kind = file["kind"]
    if not isinstance(kind, str) or kind not in FILE_KINDS:
        raise Malformed("files")
    return IncomingFile(ref=_id(file, "id"), kind=kind, kept=True)


def _place(fields: Mapping[str, Any]) -> Place | None:
    if "place" not in fields:
        return None
    place = fields["place"]
    if not isinstance(place, dict) or place.keys() != {"lon", "lat"}:
        raise Malformed("place")
    return Place(lon=_degrees(place["lon"], 180), lat=_degrees(place["lat"], 90))


def _degrees(value: object, most: float) -> float:
    if type(value) not in (int, float) or not isinstance(value, int | float):
        raise Malformed("place")
    # A float that reads 1e999 comes as infinity; an integer may be too long to become a float.
    if not -most <= value <= most or not math.isfinite(value):
        raise Malformed("place")
    return float(value)
