"""How it goes with what is to be written, for whoever asks whether this process can keep what it is sent.

Only what is written anyway tells; nothing is written to find out.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager

from storage.database import Damaged, Unavailable

STUCK_AFTER = 5.0
"""Seconds without the end of any work while some waits: a lock, or a disk or a server that does not answer."""
FAILED_FOR = 15.0
"""Seconds for which a failure counts, whatever succeeds meanwhile: on a full disk work that changes nothing does. Not for ever:
where nobody is sent any more, nothing may come that would show that there is room again."""


class Writing:
    """Counts work as it begins and ends, by the clock that nobody sets."""

    def __init__(self) -> None:
        self._waiting: dict[object, float] = {}
        self._ended_at = self._failed_at = float("-inf")

    @contextmanager
    def work(self) -> Generator[None, None, None]:
        """Open a block that ends when one piece of work is done, or can't be."""
        mark = object()
        self._waiting[mark] = time.monotonic()
        try:
            yield
            self._ended_at = time.monotonic()
        except (Unavailable, Damaged):
            self._failed_at = time.monotonic()
            raise
        except Exception:  # the work's own: the store has answered
            self._ended_at = time.monotonic()
            raise
        finally:
            del self._waiting[mark]

    def trouble(self) -> str | None:
        """Say in a few words what is wrong; None if nothing is."""
        now = time.monotonic()
        if now - self._failed_at < FAILED_FOR:
            return f"failed {now - self._failed_at:.0f} s ago"
        oldest = next(iter(self._waiting.values()), now)
        stuck = now - max(oldest, self._ended_at)
        return f"nothing for {stuck:.0f} s" if stuck > STUCK_AFTER else None
