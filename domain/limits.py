"""How much time somebody has, as a city's files write it: `20s`, `2h`, `15d`, `3wd`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Self


class LimitUnit(StrEnum):
    """Seconds, hours and days are elapsed time; working days follow the calendar (see working_days)."""

    SECOND = "s"
    HOUR = "h"
    DAY = "d"
    WORKING_DAY = "wd"


_WRITTEN = re.compile(r"([1-9][0-9]{0,9})(s|h|d|wd)", re.ASCII)
_LENGTH = {LimitUnit.SECOND: timedelta(seconds=1), LimitUnit.HOUR: timedelta(hours=1), LimitUnit.DAY: timedelta(days=1)}

MOST = {unit: timedelta(days=3653) // _LENGTH.get(unit, timedelta(days=1)) for unit in LimitUnit}
"""The largest amount of each unit that a limit may have: ten years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """An amount of time above zero and of at most ten years; raises ValueError otherwise."""

    amount: int
    unit: LimitUnit

    def __post_init__(self) -> None:
        if self.amount <= 0:
            raise ValueError(f"A time limit must be more than nothing, but this one is {self.amount}{self.unit}.")
        if self.amount > MOST[self.unit]:
            # A slip of the finger (`50000wd`) must not become a promise for the next century.
            raise ValueError(f"A time limit may be ten years at most, but this one is {self.amount}{self.unit}.")

    @classmethod
    @lru_cache(maxsize=1024)
    def parse(cls, text: str) -> Self:
        """Read a limit as a clerk writes it, spaces around it ignored; raises ValueError that says what to write."""
        written = _WRITTEN.fullmatch(text.strip())
        if written is None:
            raise ValueError(
                f"{text.strip()[:40]!r} is not a time limit. Please write a whole number above zero and its unit, for example "
                "20s (seconds), 2h (hours), 15d (days) or 3wd (working days)."
            )
        return cls(amount=int(written[1]), unit=LimitUnit(written[2]))

    @property
    def elapsed(self) -> timedelta | None:
        """The length of a limit in elapsed time; None for working days, whose length depends on the calendar."""
        length = _LENGTH.get(self.unit)
        return None if length is None else self.amount * length

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"
