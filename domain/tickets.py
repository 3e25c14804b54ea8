"""Visit tickets: a one-time text that proves that somebody was served at a window. Printed codes prove nothing, tickets do.

Twenty characters A-Z a-z 0-9 - _: so that with the longest code of a window it fits the 64 of a Telegram start link.
It holds when it ends (minutes, 4 bytes), chance (4 bytes) and a signature (7 bytes) over the window, the end and the chance.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime

LENGTH = 20
CHANCE, SIGNATURE = 4, 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket as it is written; whether the signature is right only the key can tell."""

    expires_at: datetime
    chance: bytes
    signature: bytes

    @property
    def signed(self) -> str:
        """What is signed, beside the window's code."""
        return f"{_minutes(self.expires_at)} {self.chance.hex()}"

    def __str__(self) -> str:
        packed = _minutes(self.expires_at).to_bytes(4, "big") + self.chance + self.signature
        return base64.urlsafe_b64encode(packed).decode()


def read_ticket(text: str) -> Ticket | None:
    """Read a ticket; None if it can't be one."""
    if len(text) != LENGTH:
        return None
    try:
        packed = base64.b64decode(text, altchars=b"-_", validate=True)
        expires_at = datetime.fromtimestamp(60 * int.from_bytes(packed[:4], "big"), UTC)
    except ValueError:  # no ticket, or one beyond the year 9999
        return None
    return Ticket(expires_at=expires_at, chance=packed[4 : 4 + CHANCE], signature=packed[4 + CHANCE :])


def _minutes(at: datetime) -> int:
    return int(at.timestamp()) // 60
