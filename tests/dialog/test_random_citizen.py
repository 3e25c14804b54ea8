"""A random citizen in every form: answers, goes back, changes, sends rubbish, while what can be looked up changes under them.

After any of it, the command is exactly what a plain reading of the script gives over what this person answered last, each
time to a question that stood there word for word; the summary they confirmed is the one of that reading.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from plain_reading import Given, PlainReading
from scripts import Talk, World, find, run

from dialog.incoming import Place
from dialog.play import Asking, Dialog, Done
from dialog.questions import SEND, Invalid, Item, Kind, Option, Options, Question, pressed, read
from dialog.subjects import Form
from dialog.texts import Json, Name, Text
from domain.numbers import case_number
from handlers import SUBJECTS

LOOK_AT_OTHER_THINGS = {"assign", "away", "bell_new", "erase", "invite", "release", "report", "strike"}
"""Forms whose looks read other things than options, which the random world can't make up."""
FORMS: dict[str, Form[Any]] = {
    form.name: form for subject in SUBJECTS for form in subject.forms if form.name not in LOOK_AT_OTHER_THINGS
}

WORDS = (
    "门口垃圾没人管",
    "Wang",
    "13800000000",
    case_number(date(2026, 1, 5), 4217),
    "1234567890123456",
    "123456",
    "2026-02-28",
    "x" * 150,
    " 西门 ",
    "1",
)
RUBBISH = ("", "?", "9", "-", "y" * 6000, "/start", "null", "0", "１００")
CHOICES = st.lists(
    st.builds(
        Option,
        st.sampled_from(["a", "b", "c", "-", "new", "role=r1", "unit=u1", "nobody"]),
        st.sampled_from([Text("{name}", {"name": Name(zh, en)}) for zh, en in (("东", "East"), ("西", "West"), ("南", "South"))]),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda option: option.key,
).map(tuple)  # fmt: skip


def everywhere(text: Text) -> tuple[str, ...]:
    """Give a label as a person would type it."""
    name = text.args.get("name")
    return (name.zh, name.en) if isinstance(name, Name) else (text.id,)


class Faked:
    """A Dialog whose looks read the random world instead of the city's data."""

    def __init__(self, dialog: Any, options: Callable[[str], Awaitable[Options]]) -> None:
        self._dialog = dialog
        self._options = options

    def __getattr__(self, name: str) -> Any:
        return getattr(self._dialog, name)

    async def look(self, key: str, query: object, *args: object, **kwargs: object) -> Options:
        return await self._options(key)


class Citizen(RuleBasedStateMachine):
    """Somebody in one form; `form` is set by the test."""

    form: Form[Any]

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.talk = Talk(self._script, self._arg(), self.world)
        self.given: dict[str, Given] = {}
        self.items: dict[str, list[Json]] = {}
        self.read_at: dict[str, int] = {}
        self.read: dict[str, Options] = {}
        self.before: dict[str, tuple[str, ...]] = {}
        self.changed_at: dict[str, int] = {}
        self.now = 0
        self.options: dict[str, Options] = {}
        self.fresh: Options = (Option("a", Text("{name}", {"name": Name("东", "East")})),)
        self.step: Asking | Done[Any] = self._play()

    def _arg(self) -> str:
        return next(iter(self.form.commands.values()), "")

    async def _script(self, dialog: Dialog) -> Any:
        def look(key: str) -> Awaitable[Options]:
            self.before[key] = tuple(question.key for question in (*dialog.asked, *dialog.changeable))
            return dialog.look(key, find, key)

        return await self.form.script(Faked(dialog, look))  # type: ignore[arg-type]

    def _play(self) -> Asking | Done[Any]:
        """Take a turn, and note what was looked up in it."""
        reads = dict(self.world.reads)
        self.world.options = _Everything(self.options, self.fresh)
        self.step = self.talk.step
        for name, count in self.world.reads.items():
            if count == reads.get(name, 0):
                continue
            last = self.read_at.get(name, -1)
            # Pinned: read again only after an answer before it was given again.
            assert last < 0 or any(self.changed_at.get(key, -1) >= last for key in self.before[name]), name
            self.read_at[name], self.read[name] = self.now, self.options.get(name, self.fresh)
        return self.step

    def _give(self, question: Question, raw: Json) -> None:
        self.now += 1
        self.changed_at[question.key] = self.now
        self.given[question.key] = Given(question, raw, self.now)
        self.talk.reopened = None

    @property
    def question(self) -> Question:
        assert isinstance(self.step, Asking)
        return self.step.question

    def is_asked(self, *kinds: Kind) -> bool:
        """Tell whether a question of these kinds is open."""
        return isinstance(self.step, Asking) and self.step.question.kind in kinds

    # ---- what a citizen does

    @precondition(lambda self: self.is_asked(Kind.CHOOSE, Kind.PLACE, Kind.CONFIRM))
    @rule(data=st.data())
    def presses(self, data: st.DataObject) -> None:
        question = self.question
        keys = [option.key for option in question.options if question.kind is not Kind.CONFIRM or option.key == SEND]
        self._answers(question, pressed(question, data.draw(st.sampled_from(keys))))

    @rule(data=st.data(), steps=st.integers(1, 10))
    def answers_one_after_the_other(self, data: st.DataObject, steps: int) -> None:
        for _step in range(steps):
            if self.is_asked(Kind.CHOOSE, Kind.PLACE):
                self.presses(data)
            elif self.is_asked(Kind.TEXT):
                fitting = [words for words in WORDS if _fits(self.question, words)]
                self._sends(Item(text=data.draw(st.sampled_from(fitting))))
            elif self.is_asked(Kind.COLLECT):
                self.tells(data.draw(st.sampled_from(WORDS)), 0, data.draw(st.booleans()))
                self.is_done()

    @precondition(lambda self: self.is_asked(Kind.CHOOSE, Kind.PLACE, Kind.TEXT))
    @rule(words=st.sampled_from(WORDS), place=st.booleans())
    def says(self, words: str, place: bool) -> None:
        self._sends(Item(text=words, place=Place(lon=101.7, lat=36.6) if place else None))

    @precondition(lambda self: self.is_asked(Kind.CHOOSE, Kind.PLACE, Kind.TEXT, Kind.CONFIRM))
    @rule(words=st.sampled_from(RUBBISH))
    def sends_rubbish(self, words: str) -> None:
        self._sends(Item(text=words))

    @precondition(lambda self: self.is_asked(Kind.COLLECT))
    @rule(words=st.sampled_from(WORDS), files=st.integers(0, 2), place=st.booleans())
    def tells(self, words: str, files: int, place: bool) -> None:
        item: dict[str, Any] = {"text": words, "files": [f"f{n}" for n in range(files)], "message": f"m{self.now}"}
        item |= {"place": {"lon": 101.7, "lat": 36.6}} if place else {}
        self._appends(self.question, item)

    @precondition(lambda self: self.is_asked(Kind.COLLECT) and bool(self.question.options))
    @rule(data=st.data())
    def picks(self, data: st.DataObject) -> None:
        option = data.draw(st.sampled_from(self.question.options))
        self._appends(self.question, {"picked": option.key, "text": "", "files": []})

    @precondition(lambda self: self.is_asked(Kind.CONFIRM) and len(self.question.options) > 3)
    @rule(data=st.data())
    def takes_an_offer(self, data: st.DataObject) -> None:
        assert isinstance(self.step, Asking)
        offered = [q for q in self.step.changeable if any(q.key == option.key for option in self.question.options)]
        question = data.draw(st.sampled_from(offered))
        self.talk.reopened = question.key
        self._play()
        assert self.question.key == question.key

    @precondition(lambda self: self.is_asked(Kind.COLLECT) and bool(self.items.get(self.question.key)))
    @rule()
    def is_done(self) -> None:
        question = self.question
        self.talk.answers.close(question)
        self._give(question, {"items": list(self.items[question.key])})
        self._play()

    @precondition(lambda self: self.is_asked(Kind.COLLECT))
    @rule()
    def takes_the_last_one_back(self) -> None:
        question = self.question
        assert self.talk.answers.drop_last(question) == bool(self.items.get(question.key))
        self.items[question.key] = self.items.get(question.key, [])[:-1]
        self._play()

    @precondition(lambda self: isinstance(self.step, Asking) and self.step.overflow is not None)
    @rule(words=st.sampled_from(WORDS))
    def sends_one_more(self, words: str) -> None:
        assert isinstance(self.step, Asking)
        collection = self.step.overflow
        assert collection is not None
        self._appends(collection, {"text": words})
        if collection.key not in self.given:
            return  # asked on request only: it is open from now on
        self.given[collection.key] = Given(collection, {"items": list(self.items[collection.key])}, self.given[collection.key].at)

    @precondition(lambda self: isinstance(self.step, Asking) and bool(self.step.asked or self.step.changeable))
    @rule(data=st.data())
    def goes_back_or_changes(self, data: st.DataObject) -> None:
        assert isinstance(self.step, Asking)
        question = data.draw(st.sampled_from([*self.step.asked, *self.step.changeable]))
        self.talk.reopened = question.key
        if question.kind is Kind.COLLECT:
            self.talk.answers.reopen(question)
        self._play()
        assert self.question.key == question.key

    @precondition(lambda self: self.talk.reopened is not None and self.question.kind is not Kind.COLLECT)
    @rule()
    def keeps_it_as_it_is(self) -> None:
        self.talk.reopened = None
        self._play()

    @rule(data=st.data(), options=CHOICES)
    def the_city_changes(self, data: st.DataObject, options: Options) -> None:
        name = data.draw(st.sampled_from(["", *self.world.reads]))
        if name:
            self.options[name] = options
        else:
            self.fresh = options

    # ---- what must be true

    @invariant()
    def nobody_is_asked_twice_without_a_reason(self) -> None:
        if not isinstance(self.step, Asking) or self.talk.reopened:
            return
        question, given = self.step.question, self.given.get(self.step.question.key)
        if given is None or question.kind in (Kind.CONFIRM, Kind.COLLECT) or given.question.seen != question.seen:
            return
        assert question.rests_on is not None, question.key
        before = [one.key for one in self.step.asked]
        assert any(self.changed_at.get(key, -1) > given.at for key in before), question.key

    @invariant()
    def an_answer_counts_only_for_the_question_that_was_seen_and_what_it_rested_on(self) -> None:
        asked = self.step.asked if isinstance(self.step, Asking) else ()
        for n, question in enumerate(asked):
            given = self.given[question.key]
            assert given.question.seen == question.seen
            if question.rests_on is not None:
                assert all(self.changed_at.get(before.key, -1) <= given.at for before in asked[:n]), question.key

    @invariant()
    def the_command_is_what_the_person_saw(self) -> None:
        if not isinstance(self.step, Done):
            return
        plain = PlainReading(self.talk.arg, self.given, self.read)
        assert run(self.form.script(plain)) == self.step.result  # type: ignore[arg-type]
        for n, key in enumerate(plain.path):
            given = self.given[key]
            if given.question.kind is Kind.CONFIRM:
                assert all(other.at <= given.at for other in self.given.values())
            if given.question.rests_on is not None:
                assert all(self.changed_at.get(before, -1) <= given.at for before in plain.path[:n]), key
        for name, before in plain.before.items():
            assert all(self.changed_at.get(key, -1) <= self.read_at[name] for key in before), name

    # ---- steps

    def _answers(self, question: Question, raw: Json) -> None:
        self.talk.answers.give(question, raw)
        self._give(question, raw)
        self._play()

    def _sends(self, message: Item) -> None:
        question, before = self.question, self.talk.answers.dump()
        try:
            raw = read(question, message, everywhere)
        except Invalid as invalid:
            assert invalid.why.id
            self._play()
            assert self.talk.answers.dump() == before
            assert self.question == question
            return
        if question.kind is Kind.CONFIRM and raw != SEND:
            return
        self._answers(question, raw)

    def _appends(self, question: Question, item: Json) -> None:
        self.items.setdefault(question.key, []).append(item)
        assert self.talk.answers.append(question, item) == len(self.items[question.key])
        self._play()


def _fits(question: Question, words: str) -> bool:
    try:
        question.parse(words)
    except Invalid:
        return False
    return True


class _Everything(dict[str, Options]):
    """Options by the name of their look; those not set by name are the fresh ones."""

    def __init__(self, named: dict[str, Options], fresh: Options) -> None:
        super().__init__(named)
        self._fresh = fresh

    def __missing__(self, name: str) -> Options:
        return self._fresh


def test_there_are_forms_to_test() -> None:
    assert len(FORMS) >= 12


@pytest.mark.parametrize("name", FORMS)
def test_whatever_a_citizen_does_the_command_is_what_they_saw(name: str) -> None:
    class InThisForm(Citizen):
        form = FORMS[name]

    long = name in ("file", "file_for", "rate")
    run_state_machine_as_test(
        InThisForm,
        settings=settings(max_examples=60 if long else 20, stateful_step_count=50 if long else 25, deadline=None, database=None),
    )
