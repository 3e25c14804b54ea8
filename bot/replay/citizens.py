"""The citizens of a replay: each files one row of the file, and some of them follow it up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bot.replay.person import Deed, Person, World
from bot.replay.rows import Row
from dialog.outgoing import Outgoing
from dialog.texts import Secret
from domain.cases import CaseKind, Satisfaction
from handlers.categories import SOMETHING_ELSE
from handlers.filing import AS_IT_IS

KINDS = {CaseKind.COMPLAINT: 84, CaseKind.CONSULTATION: 8, CaseKind.SUGGESTION: 6, CaseKind.MISCONDUCT: 2}
LEVELS = {Satisfaction.SATISFIED: 60, Satisfaction.FAIRLY: 20, Satisfaction.BASICALLY: 12, Satisfaction.DISSATISFIED: 8}
KNOWS_THE_DISTRICT = 0.8
FINDS_A_CATEGORY = 0.9
ALLOWS_PUBLISHING = 0.5
ANSWERS_A_QUESTION = 0.7
SAYS_SOLVED = 0.5
SAYS_NOT_SOLVED = 0.15
RATES = 0.8


class Citizen(Person):
    """Files a row, and knows its case from the receipt on."""

    def __init__(self, world: World, row: Row, districts: tuple[str, ...], filed: Callable[[Row, str], None]) -> None:
        super().__init__(world, f"citizen {row.n}")
        self.row = row
        self.districts = districts
        self._filed = filed
        self._has_receipt = False

    def sees(self, message: Outgoing, id: str, edits: str | None) -> None:
        if not self._has_receipt and any(isinstance(arg, Secret) for line in message.lines for arg in line.args.values()):
            presses = (button.press.split(":") for row in message.rows for button in row)
            case = next((parts[2] for parts in presses if parts[:2] == ["s", "case"]), None)
            if case:
                self._has_receipt = True
                self._filed(self.row, case)
        super().sees(message, id, edits)


class OrdinaryCitizen(Citizen):
    """Follows the case up as people do: some at once, some late, some never."""

    def __init__(self, world: World, row: Row, districts: tuple[str, ...], filed: Callable[[Row, str], None]) -> None:
        super().__init__(world, row, districts, filed)
        self._answered: set[str] = set()

    def file(self) -> Deed:
        """Write it, and answer what is asked."""
        chance = self.world.draw(self.address, "filing")
        choices = [
            *chance.choices(tuple(KINDS), tuple(KINDS.values())),
            "anonymous",
            AS_IT_IS,
            "yes" if chance.random() < ALLOWS_PUBLISHING else "no",
        ]
        if chance.random() < KNOWS_THE_DISTRICT:
            choices.append(chance.choice(self.districts))
        if chance.random() >= FINDS_A_CATEGORY:
            choices.append(SOMETHING_ELSE)
        yield from self.tell(self.row.messages)
        yield from self.fill("说不清楚", *choices)

    def look(self, case: str) -> None:
        for button, decide in (("f:reply", self._reply), ("d:solved", self._judge)):
            # The card says the same thing until something happens: what was decided once about it stays decided.
            name = self._buttons.get(f"{button}:{case}")
            if name and name[0] not in self._answered:
                self._answered.add(name[0])
                decide(case)

    def _reply(self, case: str) -> None:
        chance = self.world.draw(case, f"reply {len(self._answered)}")
        if chance.random() < ANSWERS_A_QUESTION:
            self._later(case, timedelta(hours=chance.uniform(0.5, 60)), self._fill("f:reply", case, "就在小区北门对面"))

    def _judge(self, case: str) -> None:
        chance = self.world.draw(case, f"judge {len(self._answered)}")
        verdict, after = chance.random(), timedelta(hours=chance.uniform(0.2, 100))
        if verdict < SAYS_SOLVED:
            [level] = chance.choices(tuple(LEVELS), tuple(LEVELS.values()))
            self._later(case, after, self._solved(case, level if chance.random() < RATES else None))
        elif verdict < SAYS_SOLVED + SAYS_NOT_SOLVED:
            self._later(case, after, self._fill("f:not_solved", case, "还是老样子，没有解决"))

    def _later(self, case: str, after: timedelta, deed: Deed) -> None:
        self.world.begin(self, self.world.now + after, deed)

    def _fill(self, button: str, case: str, words: str) -> Deed:
        yield from self.press(button, case)
        yield from self.fill(words)

    def _solved(self, case: str, level: Satisfaction | None) -> Deed:
        yield from self.press("d:solved", case)
        if level:
            yield from self.press(f"d:rate_{level}", case)


class DatedCitizen(Citizen):
    """Files a row under the category that has its time limit, and leaves it at that."""

    def file(self) -> Deed:
        """Write the category's name, which finds it."""
        yield from self.tell((self.row.title,))
        district = self.districts[self.row.n % len(self.districts)]
        yield from self.fill(district, CaseKind.COMPLAINT, district, "anonymous", AS_IT_IS, "no")

    def look(self, case: str) -> None:
        """The file says nothing of what the citizen thought of it."""
