"""Calendar months of a city's zone: the last few, and when each begins and ends."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def last_months(now: datetime, zone: ZoneInfo, count: int) -> tuple[str, ...]:
    """Give the last months up to the present one, oldest first, written 2026-11."""
    local = now.astimezone(zone)
    present = local.year * 12 + local.month - 1
    return tuple(f"{n // 12:04}-{n % 12 + 1:02}" for n in range(present - count + 1, present + 1))


def span(period: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Give when a month begins, and when the next one does, in UTC."""
    year, month = int(period[:4]), int(period[5:])
    begin = datetime(year, month, 1, tzinfo=zone)
    end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone)
    return begin.astimezone(UTC), end.astimezone(UTC)
