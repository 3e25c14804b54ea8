"""Messages whose label is known: what a classifier learns from and is measured on."""

from __future__ import annotations

from dataclasses import dataclass

SHORT = 40
"""Length of shortened copies, in characters: what many people write in all."""


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
