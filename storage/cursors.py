"""Where a page of a list begins, and how the button or the address that leads to it carries that."""

from __future__ import annotations

import re
from typing import TypeAlias

Cursor: TypeAlias = tuple[int, str]
"""Behind a time (epoch milliseconds) and an id."""

START: Cursor = (0, "")

_WRITTEN = re.compile("([0-9]{1,15})[.]([0-9a-f]{32})")


def write(cursor: Cursor) -> str:
    """Write a cursor down."""
    at, id = cursor
    return f"{at}.{id}"


def read(written: str) -> Cursor | None:
    """Read a cursor; None, the first page, also for what was never one: anybody may send anything."""
    match = _WRITTEN.fullmatch(written)
    return (int(match[1]), match[2]) if match else None
