"""The staff of a replay: contacts, prompt and late ones, heads, and the supervision office. Each signs in with an invitation."""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from random import Random

from bot.replay.person import Deed, Person, Step, World
from bot.replay.rows import Row
from dialog.outgoing import Outgoing

RETURNS = 0.07
ASKS = 0.15
IS_LATE = 0.15
MOST_RETURNS = 2
WAITS_FOR_A_REPLY = timedelta(days=7)
_HOUR = timedelta(hours=1)


class Staff(Person):
    """Somebody with a role."""

    def sign_in(self, code: str) -> Deed:
        """Open the sign-in link."""
        yield Step(text=f"/start {code}")


class Head(Staff):
    """Reads what comes."""

    def look(self, case: str) -> None:
        """The contacts do the work."""


class Worker(Staff):
    """Deals with cases, of each doing one thing at a time."""

    def __init__(self, world: World, address: str) -> None:
        super().__init__(world, address)
        self._planned: set[str] = set()

    def look(self, case: str) -> None:
        if case not in self._planned and (plan := self.plan(case)):
            self._planned.add(case)
            after, deed = plan
            self.world.begin(self, self.world.now + after, self._work(case, deed))

    @abstractmethod
    def plan(self, case: str) -> tuple[timedelta, Deed] | None:
        """Decide what to do next about a case, and in how long."""

    def _work(self, case: str, deed: Deed) -> Deed:
        yield from deed
        self._planned.discard(case)
        self.look(case)  # what came meanwhile

    def _fill(self, button: str, case: str, words: str, *choices: str) -> Deed:
        yield from self.press(button, case)
        yield from self.fill(words, *choices)


class Contact(Worker):
    """Signs in, returns, asks, and reports, mostly in time."""

    def __init__(self, world: World, address: str) -> None:
        super().__init__(world, address)
        self._times: Counter[str] = Counter()
        self._asked: set[str] = set()

    def sees(self, message: Outgoing, id: str, edits: str | None) -> None:
        super().sees(message, id, edits)
        if edits is None:
            self._asked.difference_update(self._news)  # an answer, or a reminder

    def plan(self, case: str) -> tuple[timedelta, Deed] | None:
        chance = self.world.draw(case, f"{self.address} {self._times[case]}")
        if self.has("d:accept", case):
            self._times[case] += 1
            if self.has("f:return", case) and self._times[case] <= MOST_RETURNS and chance.random() < RETURNS:
                return _within(chance, 1, 12), self._fill("f:return", case, "不属于本单位职责")
            late = chance.random() < IS_LATE
            return _within(chance, 30, 90) if late else _within(chance, 0.2, 5), self.press("d:accept", case)
        if self.has("f:report", case) and case not in self._asked:
            self._times[case] += 1
            if self.has("f:ask", case) and chance.random() < ASKS:
                return _within(chance, 1, 20), self._ask(case)
            late = chance.random() < IS_LATE
            wait = _within(chance, 170, 500) if late else _within(chance, 4, 90)
            return wait, self._fill("f:report", case, "已派人现场核实并处理完毕，请查看。")
        return None

    def _ask(self, case: str) -> Deed:
        yield from self._fill("f:ask", case, "请问具体在什么位置？")
        self._asked.add(case)
        self.world.begin(self, self.world.now + WAITS_FOR_A_REPLY, self._go_on_without(case))

    def _go_on_without(self, case: str) -> Deed:
        self._asked.discard(case)
        self.look(case)
        yield from ()


class DatedContact(Worker):
    """Signs in at once, and reports when the file says that it was done."""

    def __init__(self, world: World, address: str, rows: Mapping[str, Row]) -> None:
        super().__init__(world, address)
        self._rows = rows

    def plan(self, case: str) -> tuple[timedelta, Deed] | None:
        if self.has("d:accept", case):
            return timedelta(), self.press("d:accept", case)
        closed = self._rows[case].closed
        if closed and self.has("f:report", case):
            return max(timedelta(), closed - self.world.now), self._fill("f:report", case, "已办结")
        return None


class Office(Worker):
    """Assigns what waits to one of `units` by chance, a case to none of them twice."""

    def __init__(self, world: World, address: str, units: tuple[str, ...]) -> None:
        super().__init__(world, address)
        self._units = units
        self._given: dict[str, list[str]] = {}

    def plan(self, case: str) -> tuple[timedelta, Deed] | None:
        if not self.has("f:assign", case):
            return None
        given = self._given.setdefault(case, [])
        chance = self.world.draw(case, f"office {len(given)}")
        unit = chance.choice([unit for unit in self._units if unit not in given] or self._units)
        given.append(unit)
        return _within(chance, 0.5, 8), self._fill("f:assign", case, unit, unit)


def _within(chance: Random, least: float, most: float) -> timedelta:
    """Give a length of time between so many hours and so many."""
    return chance.uniform(least, most) * _HOUR
