"""The mail server that mail is handed in to, as the operator named it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Security: TypeAlias = Literal["none", "tls", "starttls"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where it is, how the connection is kept secret, and as whom we sign in (`user` empty: not at all)."""

    security: Security
    host: str
    port: int
    user: str
    password: str = field(repr=False)
