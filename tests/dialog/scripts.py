"""Plays scripts without a program around them: nothing in a script may wait for anything but what it is given here."""

from __future__ import annotations

import json
from collections.abc import Coroutine
from typing import Any, TypeVar

from dialog.play import Answers, Asking, Done, Script, play
from dialog.questions import Kind, Options, Question
from dialog.texts import Json, _

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end at once; fails if it has to wait."""
    try:
        work.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    raise AssertionError("a script may not wait for anything")


def stored(answers: Answers) -> Answers:
    """Give answers as another process reads them."""
    return Answers.load(json.loads(json.dumps(answers.dump())))


class Talk:
    """One person in one form; everything is written down and read again between two turns."""

    def __init__(self, script: Script[Any], arg: str = "", reader: Any = None) -> None:
        self.script = script
        self.arg = arg
        self.reader = reader
        self.answers = Answers()
        self.reopened: str | None = None

    @property
    def step(self) -> Asking | Done[Any]:
        """Play the script as it stands now."""
        self.answers = stored(self.answers)
        step = run(play(self.script, self.arg, self.answers, self.reader, self.reopened))
        self.answers = stored(self.answers)
        return step

    @property
    def question(self) -> Question:
        """The open question."""
        step = self.step
        assert isinstance(step, Asking), f"the form is finished: {step}"
        return step.question

    @property
    def result(self) -> Any:
        """What the finished form gave."""
        step = self.step
        assert isinstance(step, Done), f"the form asks {step.question.key}"
        return step.result

    def asks(self, key: str) -> bool:
        """Tell whether this question is open."""
        return self.question.key == key

    def answer(self, *raws: Json) -> None:
        """Answer one question after the other; a collection gets one message and is closed."""
        for raw in raws:
            question = self.question
            self.reopened = None
            if question.kind is Kind.COLLECT:
                self.answers.append(question, {"text": raw})
                self.answers.close(question)
            else:
                self.answers.give(question, raw)

    def change(self, key: str, raw: Json) -> None:
        """Answer a question again."""
        self.reopened = key
        assert self.asks(key)
        self.answer(raw)


class World:
    """What looks find: lists of options that a test may change. `reads` counts how often each was read."""

    def __init__(self, **options: Options) -> None:
        self.options = options
        self.reads: dict[str, int] = {}

    async def find(self, name: str) -> Options:
        """Read one list."""
        self.reads[name] = self.reads.get(name, 0) + 1
        return self.options[name]


async def find(world: World, name: str) -> Options:
    """Look a list up."""
    return await world.find(name)


SURE = _("Shall we send it like this?")
