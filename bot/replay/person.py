"""Somebody in a replay: reads what comes, and does one thing after another by writing and by pressing the buttons there are.

What a person does is a generator of steps; each is taken at its time, and when the program has answered the generator goes on.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Protocol, TypeAlias

from bot.replay.channel import NAME
from dialog.incoming import Incoming
from dialog.outgoing import Outgoing, Wants
from dialog.questions import SEND

DONE = "好了"
MOST_ANSWERS = 30
_ASIDE = frozenset({"<", "=", "!", "+", "0", "change", "cancel"})
"""Answer buttons that answer nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One message (`text`) or one press of a button of message `pressed`."""

    text: str = ""
    press: str | None = None
    pressed: str | None = None


Deed: TypeAlias = Iterator[Step]


class World(Protocol):
    """What a person knows of the replay around them."""

    @property
    def now(self) -> datetime: ...
    @property
    def pace(self) -> timedelta: ...

    def do(self, person: Person, step: Step) -> None:
        """Have a step taken after the time that people need for one."""
        ...

    def begin(self, person: Person, at: datetime, deed: Deed) -> None:
        """Have something begun at a time, or as soon after it as the person is free."""
        ...

    def draw(self, case: str, what: str) -> Random:
        """Give the chance that decides something about a case: the same one in every replay with the same seed."""
        ...

    def noticed(self, person: Person) -> None:
        """Hear that somebody has something new to look at."""
        ...


class Person(ABC):
    """Somebody with one chat. `stuck` counts the forms that they gave up."""

    def __init__(self, world: World, address: str) -> None:
        self.world = world
        self.address = address
        self.stuck = 0
        self._buttons: dict[str, tuple[str, str]] = {}
        self._standing: dict[str, list[str]] = {}
        self._news: dict[str, None] = {}
        self._question: tuple[str, Outgoing] | None = None
        self._doing: Deed | None = None
        self._waiting: deque[Deed] = deque()

    @abstractmethod
    def look(self, case: str) -> None:
        """Decide what to do about a case of which there is news, and when."""

    # ---- reading

    def sees(self, message: Outgoing, id: str, edits: str | None) -> None:
        """Take in a message, or its new form; older buttons of it are gone, and so is what it asked."""
        self.loses_buttons(id)
        if self._question and self._question[0] == id:
            self._question = None
        for press in (button.press for row in message.rows for button in row):
            kind, _colon, rest = press.partition(":")
            what, _colon, about = rest.partition(":")
            case = about.partition(":")[0]
            if kind == "a":
                self._question = (id, message)
            elif case:
                name = f"{kind}:{what}:{case}"
                self._buttons[name] = (id, press)
                self._standing.setdefault(id, []).append(name)
                self._news[case] = None
        self.world.noticed(self)

    def loses_buttons(self, id: str) -> None:
        """Press none of what stood below an older message."""
        for name in self._standing.pop(id, ()):
            if self._buttons.get(name, ("", ""))[0] == id:
                del self._buttons[name]

    def react(self) -> None:
        """Look at every case of which there is news."""
        news, self._news = self._news, {}
        for case in news:
            self.look(case)

    def has(self, button: str, case: str) -> bool:
        """Tell whether a button about a case (`d:accept`, `f:report`) stands there now."""
        return f"{button}:{case}" in self._buttons

    # ---- acting

    def begin(self, deed: Deed) -> None:
        """Begin something, after what is being done."""
        self._waiting.append(deed)
        if self._doing is None:
            self.go_on()

    def go_on(self) -> None:
        """Take the next step of what is being done, or begin the next thing."""
        while self._doing or self._waiting:
            self._doing = self._doing or self._waiting.popleft()
            if step := next(self._doing, None):
                self.world.do(self, step)
                return
            self._doing = None

    def incoming(self, step: Step, number: int, sent_at: datetime) -> Incoming:
        """Write a step as the channel hands it in; `number` counts everything that comes in."""
        return Incoming(
            channel=NAME,
            external_id=str(number),
            address=self.address,
            order=number,
            text=step.text,
            message=str(number),
            press=step.press,
            pressed=step.pressed,
        )

    def press(self, button: str, case: str) -> Deed:
        """Press a button about a case, if it stands there."""
        if found := self._buttons.get(f"{button}:{case}"):
            yield Step(press=found[1], pressed=found[0])

    def tell(self, messages: Sequence[str]) -> Deed:
        """Say something in one or more messages, and that it is all."""
        yield from (Step(text=text) for text in messages)
        yield Step(text=DONE)

    def fill(self, words: str, *choices: str) -> Deed:
        """Answer whatever a form asks: the first of `choices` that is offered, `words` where words are wanted."""
        for _ in range(MOST_ANSWERS):
            if self._question is None:
                return
            (id, message), self._question = self._question, None
            presses = [b.press for row in message.rows for b in row if b.press.startswith("a:")]
            offered = {key: press for press in presses if (key := press.split(":", 3)[3]) not in _ASIDE}
            wished = next((key for key in (*choices, SEND) if key in offered), None)
            if message.wants is Wants.TOLD:
                yield from self.tell((words,))
            elif wished is None and message.wants not in (None, Wants.PRESS):
                yield Step(text=words)
            elif offered:
                yield Step(press=offered[wished or next(iter(offered))], pressed=id)
        self.stuck += 1
        yield Step(text="/cancel")
