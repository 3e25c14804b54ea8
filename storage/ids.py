"""Ids: UUID version 7 (RFC 9562) as 32 hexadecimal digits, made here so that a row can be named before it is written.

They sort by the making machine's clock; no rule of ours may rest on that order.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime


def ms(at: datetime) -> int:
    """Give a point in time as UTC epoch milliseconds, as the database keeps it."""
    return round(at.timestamp() * 1000)


def at(stored: int) -> datetime:
    """Give stored milliseconds as a point in time."""
    return datetime.fromtimestamp(stored / 1000, UTC)


def new_id(now: datetime) -> str:
    """Make an id."""
    random = secrets.randbits(74)
    return f"{ms(now):012x}7{random >> 62:03x}{0x8 | (random >> 60) & 0x3:x}{random & (1 << 60) - 1:015x}"
