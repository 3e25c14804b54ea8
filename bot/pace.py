"""How fast notices may go out: so many a second over all chats and to one chat, fewer to a group. Answers are never paced."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

REMEMBERED = 10_000


class Pace:
    """`everywhere` and `chat` are notices a second, `group` a minute to a group or channel; 0 is no limit."""

    def __init__(self, everywhere: float, chat: float, group: float = 0) -> None:
        self._everywhere = everywhere
        self._chat = chat
        self._group = group / 60
        self._tokens = everywhere
        self._filled_at: datetime | None = None
        self._last: OrderedDict[str, datetime] = OrderedDict()

    def allowed(self, now: datetime) -> int:
        """Tell how many notices may go out at this moment."""
        if not self._everywhere:
            return 1_000_000
        if self._filled_at:
            passed = max(0.0, (now - self._filled_at).total_seconds())
            self._tokens = min(max(1.0, self._everywhere), self._tokens + passed * self._everywhere)
        self._filled_at = now
        return int(self._tokens)

    def count(self, notices: int) -> None:
        """Count notices that begin to go out."""
        self._tokens -= notices

    def wait(self, conversation: str, now: datetime, *, group: bool = False) -> timedelta:
        """Count a notice to this chat and return nothing, or how long it has to wait and count nothing."""
        rate = self._group if group else self._chat
        if rate and (last := self._last.get(conversation)):
            free = last + timedelta(seconds=1 / rate)
            if last <= now < free:  # not after a clock was set back: the wait could be hours
                return free - now
        self._last[conversation] = now
        self._last.move_to_end(conversation)
        while len(self._last) > REMEMBERED:
            self._last.popitem(last=False)
        return timedelta()
