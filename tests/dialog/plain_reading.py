"""A script read plainly over what a person remembers: what a replay must come to, without replay, hashes or pins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dialog.questions import SEND, Kind, Option, Options, Question, Told
from dialog.texts import Json, Text


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as the person remembers it: to which question, word for word, and when."""

    question: Question
    raw: Json
    at: int


class PlainReading:
    """A Dialog that reads; it fails where a question is not the one that was answered."""

    def __init__(self, arg: str, given: dict[str, Given], looks: dict[str, Options]) -> None:
        self.arg = arg
        self.given = given
        self.looks = looks
        self.path: list[str] = []
        self.before: dict[str, tuple[str, ...]] = {}
        self.heading: tuple[Text, ...] = ()

    def head(self, *lines: Text) -> None:
        self.heading = lines

    def ask(self, question: Question) -> Any:
        given = self.given[question.key]
        assert given.question.prompt == question.prompt
        assert given.question.lines == (*self.heading, *question.lines)
        assert [option.key for option in given.question.options] == [option.key for option in question.options]
        self.path.append(question.key)
        return question.parse(given.raw)

    async def collect(self, key: str, prompt: Text, **rest: Any) -> Any:
        return self.ask(Question(key=key, kind=Kind.COLLECT, prompt=prompt, **rest))

    async def text(self, key: str, prompt: Text, **rest: Any) -> Any:
        return self.ask(Question(key=key, kind=Kind.TEXT, prompt=prompt, **{"least": 1, "most": 2000, **rest}))

    async def on_request(self, key: str, prompt: Text, **rest: Any) -> Any:
        return self.ask(Question(key=key, kind=Kind.TEXT, prompt=prompt, **{"most": 200, **rest})) if key in self.given else ""

    async def collect_on_request(self, key: str, prompt: Text, **rest: Any) -> Any:
        return await self.collect(key, prompt, **rest) if key in self.given else Told()

    async def choose_on_request(self, key: str, prompt: Text, options: Options, **rest: Any) -> Any:
        return await self.choose(key, prompt, options, **rest) if key in self.given else ""

    async def grade_on_request(self, key: str, prompt: Text, of: Options, options: Options, *, label: Text) -> Any:
        if all(f"{key} {thing.key}" not in self.given for thing in of):
            return {}
        grades = {}
        for thing in of:
            named = Text(prompt.id, {**prompt.args, "name": thing.label})
            grades[thing.key] = await self.choose(f"{key} {thing.key}", named, options, label=thing.label)
        return grades

    async def choose(self, key: str, prompt: Text, options: Options, **rest: Any) -> Any:
        return self.ask(Question(key=key, kind=Kind.CHOOSE, prompt=prompt, options=options, **rest))

    async def place(self, key: str, prompt: Text, areas: Options, *, label: Text, may_skip: bool = True) -> Any:
        skip = (Option("skip", Text("I don't know")),) if may_skip else ()
        return self.ask(Question(key=key, kind=Kind.PLACE, prompt=prompt, options=(*areas, *skip), label=label))

    async def place_on_request(self, key: str, prompt: Text, areas: Options, *, label: Text) -> Any:
        return await self.place(key, prompt, areas, label=label) if key in self.given else None

    async def confirm(self, key: str, prompt: Text, summary: tuple[Text, ...], **rest: Any) -> bool:
        options = self.given[key].question.options
        question = Question(key=key, kind=Kind.CONFIRM, prompt=prompt, label=prompt, lines=summary, options=options)
        return bool(self.ask(question) == SEND)

    async def look(self, key: str, query: object, *args: object, **kwargs: object) -> Options:
        self.before[key] = tuple(self.path)
        return self.looks[key]
