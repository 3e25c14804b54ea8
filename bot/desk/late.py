"""How late something is, in words."""

from __future__ import annotations

from datetime import datetime

from actions.context import Context
from bot.board_words import LATE, LATE_ONE
from bot.desk.words import LATE_TODAY
from dialog.texts import Text


def late_by(ctx: Context, due: datetime, at: datetime) -> Text | None:
    """Say by how many days of the city's calendar something is late at a moment; None if it is not."""
    if at <= due:
        return None
    zone = ctx.city.city.zone
    days = (at.astimezone(zone).date() - due.astimezone(zone).date()).days
    if days == 0:
        return LATE_TODAY
    return LATE_ONE if days == 1 else Text(LATE.id, {"days": days})
