"""Ids: UUID version 7 (RFC 9562) as 32 hexadecimal digits, made here so that a row can be named before it is written.

They sort by the making machine's clock, and those that are made one after another for the same millisecond by a count, so that
what is made together stands together in every index; no rule of ours may rest on that order.
"""

from __future__ import annotations

import os
from datetime import datetime

from storage.times import ms

_last = (0, 0)


def new_id(now: datetime) -> str:
    """Make an id."""
    global _last
    at, random = ms(now), os.urandom(10)
    # Anew for each millisecond, for a count that goes on would tell when something was made that is dated by its hour.
    count = (_last[1] + 1) & 0xFFF if at == _last[0] else int.from_bytes(random[:2]) & 0x7FF
    _last = at, count
    return f"{at:012x}7{count:03x}{'89ab'[random[-1] & 0x3]}{random[2:].hex()[:15]}"
