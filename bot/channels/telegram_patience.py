"""How the channel waits when Telegram, or our own store, can't do something now: longer each time, and saying so once."""

from __future__ import annotations

import logging
import random
from datetime import datetime, timedelta
from typing import Protocol, cast

from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError

LOGGER = logging.getLogger("huiyin.telegram")

TOKEN_REFUSED = "telegram_token_refused"
OTHER_POLLER = "telegram_has_another_poller"
UNREACHED = "telegram_out_of_reach"
REFUSED = "telegram_refuses"
STORE_AWAY = "telegram_waits_for_the_store"
WELL_AGAIN = "telegram_well_again"

WAITS = {TOKEN_REFUSED: (5.0, 60.0), STORE_AWAY: (0.5, 5.0)}
"""The first and the longest wait in seconds, where they are not `USUAL`: our own store is soon back and nobody's to spare."""
USUAL = (1.0, 30.0)


class Clock(Protocol):
    """What tells the time and lets it pass."""

    def now(self) -> datetime:
        """Tell the time, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Patience:
    """Waits between tries of one task, longer each time, with jitter, and as long as a 429 says."""

    def __init__(self, task: str, clock: Clock) -> None:
        self._task = task
        self._clock = clock
        self._failures = 0
        self._said: str | None = None

    def over(self) -> None:
        """Note that it worked."""
        if self._said is not None:
            LOGGER.info(WELL_AGAIN, extra={"fields": {"task": self._task, "failures": self._failures}})
        self._failures, self._said = 0, None

    async def after(self, error: Exception) -> None:
        """Log a failure, once a row of the same, and wait."""
        event, level = _event(error)
        if event != self._said or level == logging.ERROR:
            why = error.message if isinstance(error, TelegramError) else type(error).__name__
            LOGGER.log(level, event, extra={"fields": {"task": self._task, "why": why}})
            self._said = event
        first, longest = WAITS.get(event, USUAL)
        seconds = min(longest, first * 2 ** min(self._failures, 10)) * random.uniform(0.5, 1)
        self._failures += 1
        if isinstance(error, RetryAfter):
            seconds = max(seconds, cast("timedelta", error.retry_after).total_seconds())
        await self._clock.sleep(seconds)


def _event(error: Exception) -> tuple[str, int]:
    match error:
        case InvalidToken():
            return TOKEN_REFUSED, logging.ERROR
        case Conflict():
            return OTHER_POLLER, logging.WARNING
        case NetworkError():
            return UNREACHED, logging.WARNING
        case TelegramError():
            return REFUSED, logging.WARNING
    return STORE_AWAY, logging.WARNING
