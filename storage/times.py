"""Points in time as the database keeps them: UTC epoch milliseconds."""

from __future__ import annotations

from datetime import UTC, datetime


def ms(at: datetime) -> int:
    """Give a point in time as milliseconds."""
    return round(at.timestamp() * 1000)


def at(stored: int) -> datetime:
    """Give stored milliseconds as a point in time."""
    return datetime.fromtimestamp(stored / 1000, UTC)
