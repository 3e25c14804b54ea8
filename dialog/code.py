"""A QR code as neutral data: drawn only when it is sent."""

from __future__ import annotations

from dataclasses import dataclass

from dialog.texts import Json, Text, dump, load_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What a scanner reads, and what stands for the picture where it is not seen."""

    link: str
    alt: Text


def dump_code(code: Code) -> Json:
    """Turn a code into JSON values."""
    return {"link": code.link, "alt": dump(code.alt)}


def load_code(value: Json) -> Code:
    """Turn what `dump_code` made back into a code."""
    return Code(link=value["link"], alt=load_text(value["alt"]))
