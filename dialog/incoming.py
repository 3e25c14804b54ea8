"""What a person sent, in one shape for every channel."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place: coordinates with their system (`wgs84` or `gcj02`), words, or both; `area` is a code picked from a list."""

    lon: float | None = None
    lat: float | None = None
    crs: str = "wgs84"
    words: str = ""
    area: str | None = None

    def in_words(self) -> str:
        """Latitude, longitude and words, for a text."""
        point = "" if self.lat is None or self.lon is None else f"📍 {self.lat:.5f}, {self.lon:.5f}"
        return " ".join(part for part in (point, self.words) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingFile:
    """A file that came: `ref` is the channel's own handle, `size` in bytes where the channel tells it."""

    ref: str
    kind: str
    size: int | None = None
    kept: bool = False
    """True where the bytes are already in our store and `ref` is our own file id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One message or button press.

    `external_id` names it within its channel: the same one twice is the same message. `order` is the channel's own order.
    `address` is where answers go, `network` the network address it came from; both are personal data and are stored only
    sealed or hashed. `raw` is what came, word for word.
    """

    channel: str
    external_id: str
    address: str
    order: int
    language: str | None = None
    network: str | None = None
    private: bool = True
    text: str = ""
    message: str | None = None
    edited: bool = False
    reply_to: str | None = None
    press: str | None = None
    pressed: str | None = None
    query: str | None = None
    files: tuple[IncomingFile, ...] = ()
    place: Place | None = None
    unsupported: str | None = None
    raw: str | None = None


def to_json(incoming: Incoming) -> bytes:
    """Write a message for storage; fields at their default are left out."""
    values = {field.name: getattr(incoming, field.name) for field in fields(incoming)}
    kept = {name: value for name, value in values.items() if value not in (None, "", (), False)}
    return orjson.dumps(kept)


def from_json(body: bytes) -> Incoming:
    """Read what `to_json` wrote."""
    kept: dict[str, Any] = orjson.loads(body)
    for gone in ("sender", "sent_ms"):  # what earlier versions kept beside
        kept.pop(gone, None)
    private = kept.pop("private", False)
    files = tuple(IncomingFile(**file) for file in kept.pop("files", ()))
    place = kept.pop("place", None)
    return Incoming(private=private, files=files, place=Place(**place) if place else None, order=kept.pop("order", 0), **kept)
