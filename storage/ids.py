"""Ids: UUID version 7 (RFC 9562) as 32 hexadecimal digits, made here so that a row can be named before it is written.

They sort by the making machine's clock; no rule of ours may rest on that order.
"""

from __future__ import annotations

import os
from datetime import datetime

from storage.times import ms


def new_id(now: datetime) -> str:
    """Make an id."""
    random = os.urandom(10)
    digits = random.hex()
    return f"{ms(now):012x}7{digits[:3]}{'89ab'[random[-1] & 0x3]}{digits[3:18]}"
