"""Messages whose label is known: what a classifier learns from and is measured on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

SHORT = 40
"""Length of shortened copies, in characters: what many people write in all."""
HELD_BACK_OF = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A message and its label. Messages of one group (near-duplicates) are held back together."""

    title: str
    body: str
    label: str
    group: str = ""

    @property
    def text(self) -> str:
        """The message as it would come in."""
        return f"{self.title}\n{self.body}" if self.title else self.body

    @property
    def short(self) -> str:
        """How the body begins."""
        return self.body.strip()[:SHORT]

    @property
    def held_back(self) -> bool:
        """Whether it is kept for comparing two models, where they are compared."""
        return held_back(f"message {self.group or self.short}")


def held_back(name: str) -> bool:
    """Tell of a fifth of all names, always the same ones, that what they name is kept for comparing and never learned from."""
    return hashlib.sha256(name.encode()).digest()[0] % HELD_BACK_OF == 0
