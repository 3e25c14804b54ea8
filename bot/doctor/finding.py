"""What the doctor says of one thing. Nothing secret, and nothing about people, stands in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How it is: well, worth a look, or in need of somebody now."""

    OK = "ok"
    LOOK = "look"
    BAD = "bad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line."""

    level: Level
    subject: str
    said: str

    def __str__(self) -> str:
        return f"{self.level:<4}  {self.subject:<10}  {self.said}"


def ok(subject: str, said: str) -> Finding:
    """Say that something is well."""
    return Finding(level=Level.OK, subject=subject, said=said)


def look(subject: str, said: str) -> Finding:
    """Say that something is worth a look."""
    return Finding(level=Level.LOOK, subject=subject, said=said)


def bad(subject: str, said: str) -> Finding:
    """Say that somebody has to do something now."""
    return Finding(level=Level.BAD, subject=subject, said=said)
