"""Forms as plain scripts, replayed over the answers given so far.

A script only asks and looks: no loops, clock, chance, network, writes, `finally`. Every turn it runs from its start; answered
questions return at once, the first open one stops it. What makes that safe: each answer is kept with the hash of the question
as it was shown, and counts only while the question still reads the same; what a look found is pinned until an answer before
it changes, be it from none to what is asked on request only; answering again voids every later confirmation and every later
answer that rested on a look, which is then asked for again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast

from dialog.incoming import Place
from dialog.questions import (
    CANCEL,
    CHANGE,
    SEND,
    SKIP,
    Invalid,
    Kind,
    Option,
    Options,
    Question,
    Told,
    dump_options,
    load_options,
)
from dialog.texts import Json, Text, _

SEND_IT = _("Send")
CHANGE_IT = _("Change")
I_DONT_KNOW = Option(SKIP, _("I don't know"))

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Answer:
    """A raw answer and the hash of the question it was given to; `seen` is "" if it is void and has to be given again."""

    raw: Json
    seen: str
    rests_on: tuple[str, ...] = ()
    confirms: bool = False


@dataclass(slots=True)
class Look:
    """What a look found, as it is kept; `rests_on` are the keys of the questions asked or offered before it."""

    kept: Json
    rests_on: tuple[str, ...]
    found: Any = field(default=None, compare=False)

    def value(self) -> Any:
        """Read what is kept, once: a form is played several times in a turn."""
        if self.found is None:
            self.found = _load(self.kept)
        return self.found


@dataclass(slots=True)
class Answers:
    """Everything a talk has gathered: answers, and what looks found, each with the questions that it rests on.

    `aside` are messages that answered nothing, kept in case the person wants them added.
    """

    given: dict[str, Answer] = field(default_factory=dict)
    looks: dict[str, Look] = field(default_factory=dict)
    aside: list[Json] = field(default_factory=list)

    @property
    def length(self) -> int:
        """How many characters were told in all."""
        told = [answer.raw["items"] for answer in self.given.values() if isinstance(answer.raw, dict) and "items" in answer.raw]
        words = [answer.raw for answer in self.given.values() if isinstance(answer.raw, str)]
        return sum(map(len, words)) + sum(len(item["text"]) for items in (*told, self.aside) for item in items)

    def give(self, question: Question, raw: Json) -> None:
        """Answer a question; what rested on another answer, or on none to what is asked on request only, is void."""
        self._void(question.key)
        self.given[question.key] = Answer(raw, question.seen, question.rests_on or (), question.kind is Kind.CONFIRM)

    def append(self, question: Question, item: Json) -> int:
        """Add one message to a collection and return how many it has now; only confirmations are void.

        One that was finished is open again if its question reads differently now.
        """
        before = self.given.get(question.key)
        items = [*(before.raw["items"] if before else ()), item]
        done = bool(before and before.raw["done"] and before.seen == question.seen)
        self.given[question.key] = Answer({"items": items, "done": done}, question.seen, question.rests_on or ())
        self.unconfirm()
        return len(items)

    def unconfirm(self) -> None:
        """Void every confirmation."""
        self.given = {key: answer for key, answer in self.given.items() if not answer.confirms}

    def open_last(self) -> str | None:
        """Open the answer given last again and return its question's key; None if there is none."""
        if not self.given:
            return None
        key, answer = list(self.given.items())[-1]
        if isinstance(answer.raw, dict) and "items" in answer.raw:
            self.given[key] = replace(answer, raw={**answer.raw, "done": False})
        return key

    def close(self, question: Question) -> None:
        """Finish a collection; what rested on it is void."""
        items = self.given[question.key].raw["items"] if question.key in self.given else []
        self.give(question, {"items": items, "done": True})

    def reopen(self, question: Question) -> None:
        """Open a collection again, with what it has."""
        if question.key in self.given:
            self.given[question.key] = replace(self.given[question.key], raw={**self.given[question.key].raw, "done": False})

    def drop_last(self, question: Question) -> bool:
        """Take the last message out of a collection; False if there is none."""
        answer = self.given.get(question.key)
        if not answer or not answer.raw["items"]:
            return False
        self.given[question.key] = replace(answer, raw={"items": answer.raw["items"][:-1], "done": False})
        return True

    def take_back(self, question: Question, picked: str) -> None:
        """Take an option that was picked out of a collection again; only confirmations are void."""
        if answer := self.given.get(question.key):
            items = [item for item in answer.raw["items"] if item.get("picked") != picked]
            self.given[question.key] = replace(answer, raw={"items": items, "done": False})
            self.unconfirm()

    def let_go(self, file: str) -> bool:
        """Take a file out of what was told, and with it a message of which nothing is left; False if nobody told it.

        Only confirmations are void, and a collection that is empty now is open again.
        """
        told = [key for key, answer in self.given.items() if isinstance(answer.raw, dict) and _has(answer.raw.get("items"), file)]
        for key in told:
            answer = self.given[key]
            left = _without(answer.raw["items"], file)
            self.given[key] = replace(answer, raw={"items": left, "done": answer.raw["done"] and bool(left)})
        was_aside = _has(self.aside, file)
        self.aside = _without(self.aside, file)
        if told:
            self.unconfirm()
        return bool(told) or was_aside

    def taken_over(self, but: Sequence[str]) -> Answers:
        """Give what a form begins with that takes the place of this one: all answers but some, none of them confirmed."""
        return Answers(given={key: answer for key, answer in self.given.items() if key not in but and not answer.confirms})

    def _void(self, key: str) -> None:
        self.given |= {k: replace(answer, seen="") for k, answer in self.given.items() if key in answer.rests_on}
        self.looks = {name: look for name, look in self.looks.items() if key not in look.rests_on}

    def dump(self) -> Json:
        """Write for storage."""
        return {
            "given": [[k, a.raw, a.seen, a.rests_on, a.confirms] for k, a in self.given.items()],
            "looks": [[name, look.kept, look.rests_on] for name, look in self.looks.items()],
            "aside": self.aside,
        }

    @classmethod
    def load(cls, raw: Json) -> Answers:
        """Read what `dump` wrote."""
        given: dict[str, Answer] = {}
        for key, value, seen, rests_on, confirms in raw["given"]:
            if isinstance(rests_on, bool):  # all that was kept by earlier versions: whether it rested on those before it
                rests_on = tuple(given) if rests_on or confirms else ()
            given[key] = Answer(value, seen, tuple(rests_on), confirms)
        return cls(
            given=given, looks={name: Look(kept, tuple(rests_on)) for name, kept, rests_on in raw["looks"]}, aside=raw["aside"]
        )


class _Pending(BaseException):
    """Stops the script at its open question. BaseException, so that no `except Exception` in a script swallows it."""

    def __init__(self, question: Question) -> None:
        self.question = question


@dataclass(slots=True)
class Dialog:
    """What a script may do: ask and look."""

    arg: str
    answers: Answers
    reader: Any
    reopened: str | None = None
    asked: list[Question] = field(default_factory=list)
    changeable: list[Question] = field(default_factory=list)
    _looked: bool = False
    _heading: tuple[Text, ...] = ()

    def head(self, *lines: Text) -> None:
        """Let every question from here on stand below these lines, such as what they are about."""
        self._heading = lines

    async def collect(self, key: str, prompt: Text, *, label: Text, options: Options = ()) -> Told:
        """Gather messages of any sort until the person says that they have finished; any of the options may be among them."""
        return cast("Told", self._ask(Question(key=key, kind=Kind.COLLECT, prompt=prompt, label=label, options=options)))

    async def collect_on_request(self, key: str, prompt: Text, *, label: Text, options: Options = ()) -> Told:
        """Offer such a collection that is opened only when the person picks it; empty until then."""
        question = Question(key=key, kind=Kind.COLLECT, prompt=prompt, label=label, options=options)
        return cast("Told", self._ask(question)) if self._is_wanted(question) else Told()

    async def text(
        self,
        key: str,
        prompt: Text,
        *,
        label: Text,
        least: int = 1,
        most: int = 2000,
        check: Callable[[str], Text | None] | None = None,
        echo: Callable[[str], str] | None = None,
    ) -> str:
        """Ask for words, `least` to `most` characters."""
        asked = Question(key=key, kind=Kind.TEXT, prompt=prompt, label=label, least=least, most=most, check=check, echo=echo)
        return cast("str", self._ask(asked))

    async def on_request(self, key: str, prompt: Text, *, label: Text, most: int = 200) -> str:
        """Offer a text that is asked for only when the person picks it from the list of changes; "" until then."""
        question = Question(key=key, kind=Kind.TEXT, prompt=prompt, label=label, least=0, most=most)
        return cast("str", self._ask(question)) if self._is_wanted(question) else ""

    async def choose_on_request(self, key: str, prompt: Text, options: Options, *, label: Text) -> str:
        """Offer a choice that is asked for only when the person picks it; "" until then."""
        question = Question(key=key, kind=Kind.CHOOSE, prompt=prompt, label=label, options=options)
        return cast("str", self._ask(question)) if self._is_wanted(question) else ""

    async def grade_on_request(self, key: str, prompt: Text, of: Options, options: Options, *, label: Text) -> dict[str, str]:
        """Offer to choose one of some options for each of several things, one after the other; {} until the person picks it.

        The prompt names the thing as {name}.
        """
        questions = [
            Question(
                key=f"{key} {thing.key}",
                kind=Kind.CHOOSE,
                prompt=Text(prompt.id, {**prompt.args, "name": thing.label}),
                label=thing.label,
                options=options,
            )
            for thing in of
        ]
        if all(question.key not in self.answers.given and question.key != self.reopened for question in questions):
            self.changeable += [replace(question, label=label) for question in questions[:1]]
            return {}
        return {thing.key: cast("str", self._ask(question)) for thing, question in zip(of, questions, strict=True)}

    async def choose(
        self,
        key: str,
        prompt: Text,
        options: Options,
        *,
        label: Text,
        lines: tuple[Text, ...] = (),
        own_words: tuple[str, str] | None = None,
    ) -> str:
        """Ask for one of some options; `lines` stand above, `own_words` as in Question."""
        question = Question(
            key=key, kind=Kind.CHOOSE, prompt=prompt, label=label, lines=lines, options=options, own_words=own_words
        )
        return cast("str", self._ask(question))

    async def place(self, key: str, prompt: Text, areas: Options, *, label: Text, may_skip: bool = True) -> Place | None:
        """Ask for a place: shared, described, or picked from a list of areas; None if the person does not know it."""
        options = (*areas, I_DONT_KNOW) if may_skip else areas
        question = Question(key=key, kind=Kind.PLACE, prompt=prompt, label=label, options=options, most=300)
        return cast("Place | None", self._ask(question))

    async def place_on_request(self, key: str, prompt: Text, areas: Options, *, label: Text) -> Place | None:
        """Offer a place that is asked for only when the person picks it; None until then."""
        question = Question(key=key, kind=Kind.PLACE, prompt=prompt, label=label, options=(*areas, I_DONT_KNOW), most=300)
        if not self._is_wanted(question):
            return None
        self._looked = False  # what made it unnecessary to ask is not shown in it
        return cast("Place | None", self._ask(question))

    async def confirm(
        self, key: str, prompt: Text, summary: tuple[Text, ...], *, yes: Text = SEND_IT, change: Text = CHANGE_IT
    ) -> bool:
        """Show everything and ask whether to go through with it (`yes` names that); False if the person cancels.

        `change` leads to the list of changes, in which stands, too, what is asked on request only; where nothing can be changed
        it is not offered.
        """
        changes = (Option(CHANGE, change),) if self.changeable else ()
        options = (Option(SEND, yes), *changes, Option(CANCEL, _("Cancel")))
        question = Question(key=key, kind=Kind.CONFIRM, prompt=prompt, label=prompt, lines=summary, options=options)
        return bool(self._ask(question) == SEND)

    async def look(self, key: str, query: Callable[Concatenate[Any, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Read from the city's data: options, or any JSON value. The result stays until an earlier answer changes."""
        if key in self.answers.looks:
            value = cast("T", self.answers.looks[key].value())
        else:
            value = await query(self.reader, *args, **kwargs)
            self.answers.looks[key] = Look(_dump(value), self._before(), value)
        if value:  # of nothing found nothing is shown: the next question does not rest on it
            self._looked = True
        return value

    def _is_wanted(self, question: Question) -> bool:
        """Tell whether a question that is asked on request has been requested; if not, it is offered."""
        wanted = question.key in self.answers.given or self.reopened == question.key
        if not wanted:
            self.changeable.append(self._headed(question))
            self._looked = False  # what was looked up for it is not shown in the next question
        return wanted

    def _before(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(question.key for question in (*self.asked, *self.changeable)))

    def _headed(self, question: Question) -> Question:
        return replace(question, lines=(*self._heading, *question.lines)) if self._heading else question

    def _ask(self, question: Question) -> Json:
        question = self._headed(question)
        if self._looked or question.kind is Kind.CONFIRM:
            question, self._looked = replace(question, rests_on=self._before()), False
        if any(question.key == before.key for before in self.asked):
            raise RuntimeError(f"question key {question.key!r} used twice")
        self.asked.append(question)
        if question.kind is not Kind.CONFIRM:
            self.changeable.append(question)
        answer = self.answers.given.get(question.key)
        if answer is None or answer.seen != question.seen or question.key == self.reopened:
            raise _Pending(question)
        if question.kind is Kind.COLLECT and not answer.raw["done"]:
            raise _Pending(question)
        try:
            return question.parse(answer.raw)
        except Invalid:
            raise _Pending(question) from None


Script = Callable[[Dialog], Awaitable[R]]


@dataclass(frozen=True, slots=True)
class Asking:
    """The script stopped at `question`; `asked` are those before it, `changeable` what a list of changes may offer."""

    question: Question
    asked: tuple[Question, ...]
    changeable: tuple[Question, ...]

    @property
    def overflow(self) -> Question | None:
        """The collection, finished or not asked for yet, to which a stray message can still be added."""
        others = (q for q in reversed(self.changeable) if q.key != self.question.key)
        return next((q for q in others if q.kind is Kind.COLLECT), None)


@dataclass(frozen=True, slots=True)
class Done(Generic[R]):
    """The script came to its end."""

    result: R


async def play(script: Script[R], arg: str, answers: Answers, reader: Any, reopened: str | None = None) -> Asking | Done[R]:
    """Run a script from its start over the answers so far.

    `reader` is what looks are given to read with; `reopened` is the key of a question to ask again although it is answered.
    """
    dialog = Dialog(arg, answers, reader, reopened)
    try:
        return Done(await script(dialog))
    except _Pending as pending:
        return Asking(pending.question, tuple(dialog.asked[:-1]), tuple(dialog.changeable))


def _has(items: Sequence[Json] | None, file: str) -> bool:
    return any(file in item.get("files", ()) for item in items or ())


def _without(items: Sequence[Json], file: str) -> list[Json]:
    """Take a file out of messages; one that was nothing else goes with it."""
    kept = [{**item, "files": [one for one in item["files"] if one != file]} if _has([item], file) else item for item in items]
    return [item for item in kept if item.get("text") or item.get("files") or item.get("place") or item.get("picked")]


def _dump(value: Any) -> Json:
    if isinstance(value, tuple) and all(isinstance(option, Option) for option in value):
        return {"options": dump_options(value)}
    return {"value": value}


def _load(stored: Json) -> Any:
    return load_options(stored["options"]) if "options" in stored else stored["value"]
