"""Everything that people can do in a conversation, on one page: `python -m bot.flows` prints docs/flows.md from the code.

Forms are played with invented answers, over and over, until every button of every question was pressed once; the example city
stands behind what they look up.
"""

from __future__ import annotations

import asyncio
import inspect
import tempfile
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from actions import city
from actions.context import Actor, Context, Limits
from bot.app import city_files
from bot.catalogues import read_catalogues
from bot.commands import FOR_STAFF
from bot.engine import TYPED
from dialog.play import Answers, Asking, play
from dialog.questions import SEND, Invalid, Kind, Question, pressed
from dialog.subjects import Form
from dialog.texts import Json, Text, Words, _, verbatim
from domain.cases import CaseKind, CaseState
from domain.city import LANGUAGES
from domain.numbers import case_number
from handlers import SUBJECTS
from storage import cases, people, roles
from storage.cases import Case
from storage.database import Tx, connect
from storage.ids import new_id
from storage.keys import Keys
from storage.migrate import migrate
from storage.roles import RoleKind

NOW = datetime(2026, 1, 5, 2, tzinfo=UTC)
NUMBER = case_number(date(2026, 1, 5), 12345)
UNIT = "urban-management"
TOLD = "小区门口的垃圾一周没人清运。"
# Tried one after the other on questions that want words; the first that is taken counts.
SAMPLES = ("城管", "13800000000", NUMBER, "1234 5678 9012 3456")
WANTED = {
    Kind.COLLECT: "messages of any sort",
    Kind.TEXT: "words",
    Kind.CHOOSE: "one of the buttons",
    Kind.PLACE: "a place: shared, described, or one of the buttons",
    Kind.CONFIRM: "one of the buttons",
}
HEAD = """# Flows

<!-- Written by `make flows` from the code: don't edit it here. -->

What people can do in a conversation, and what they are asked, in Chinese and English. Buttons stand in [brackets]. What comes from
a city's own data is shown as it is in the example city."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer to try; `said` names it among the answers to its question."""

    said: Text
    raw: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One way through a form: the questions asked, each with the answer given to it, and those asked only on request."""

    steps: tuple[tuple[Question, Reply], ...]
    on_request: tuple[Question, ...]

    def answer(self, key: str) -> Reply | None:
        """Give the answer to a question, None if it was not asked."""
        return next((reply for question, reply in self.steps if question.key == key), None)


async def page() -> str:
    """Write the page."""
    async with _somebody() as ctx:
        words = Words(read_catalogues(), LANGUAGES, ctx.city.city.zone)
        parts = [HEAD, *_commands(words), *_everywhere(words), "## Forms"]
        for subject in SUBJECTS:
            for form in subject.forms:
                parts += await _form(ctx, words, form)
    return "\n\n".join([*parts, *_screens(), *_acts()]) + "\n"


# ---- playing ---------------------------------------------------------------------------------------------


async def walks(ctx: Context, form: Form[Context], arg: str) -> Sequence[Walk]:
    """Go through a form until every answer there is to try was given once."""
    found: list[Walk] = []
    tried: set[tuple[str, Text]] = set()
    waiting: deque[dict[str, Reply]] = deque([{}])
    while waiting:
        chosen = waiting.popleft()
        walk = await _walk(ctx, form, arg, chosen)
        found.append(walk)
        tried |= {(question.key, reply.said) for question, reply in walk.steps}
        for question, _reply in walk.steps:
            for reply in _replies(question):
                if (question.key, reply.said) not in tried:
                    tried.add((question.key, reply.said))
                    waiting.append({**chosen, question.key: reply})
    return found


async def _walk(ctx: Context, form: Form[Context], arg: str, chosen: dict[str, Reply]) -> Walk:
    answers = Answers()
    steps: list[tuple[Question, Reply]] = []
    on_request: tuple[Question, ...] = ()
    while isinstance(step := await play(form.script, arg, answers, ctx), Asking):
        reply = chosen.get(step.question.key) or _replies(step.question)[0]
        steps.append((step.question, reply))
        answers.give(step.question, reply.raw)
        asked = {question.key for question, _reply in steps}
        on_request = tuple(question for question in step.changeable if question.key not in asked)
    return Walk(steps=tuple(steps), on_request=on_request)


def _replies(question: Question) -> Sequence[Reply]:
    """Give the answers to try, the plainest first."""
    match question.kind:
        case Kind.COLLECT:
            words = {"text": TOLD, "files": [], "message": None}
            place = {"lon": 101.75, "lat": 36.63, "crs": "wgs84", "words": ""}
            return (
                Reply(said=verbatim("words"), raw={"items": [words], "done": True}),
                Reply(said=verbatim("words and a place"), raw={"items": [{**words, "place": place}], "done": True}),
            )
        case Kind.TEXT:
            return (Reply(said=verbatim("words"), raw=next(sample for sample in SAMPLES if _fits(question, sample))),)
        case Kind.CONFIRM:
            return (Reply(said=question.options[0].label, raw=SEND),)
        case _:
            return tuple(Reply(said=option.label, raw=pressed(question, option.key)) for option in question.options)


def _fits(question: Question, sample: str) -> bool:
    try:
        question.parse(sample)
    except Invalid:
        return False
    return True


@asynccontextmanager
async def _somebody() -> AsyncGenerator[Context, None]:
    """Give what scripts look things up with: the example city, one open case, and somebody in every role."""
    keys = Keys(bytes(32))
    with tempfile.TemporaryDirectory() as folder:
        database = await connect(f"sqlite:{folder}/flows.db")
        await migrate(database, NOW)
        try:
            async with database.transaction() as tx:
                yield await _context(tx, keys)
        finally:
            await database.close()


async def _context(tx: Tx, keys: Keys) -> Context:
    await city.load(tx, city_files(Path(__file__).parent.parent / "examples" / "xining"), NOW)
    loaded = await city.current(tx)
    here = await people.conversation(tx, await people.arrive(tx, keys, "web", "here", LANGUAGES[0], NOW))
    there = await people.conversation(tx, await people.arrive(tx, keys, "web", "there", LANGUAGES[0], NOW))
    if loaded is None or here is None or there is None:
        raise RuntimeError("what was just written is not there")
    mine = await roles.give(tx, here.person, RoleKind.CONTACT, UNIT, "联络员1", NOW)
    await roles.give(tx, there.person, RoleKind.CONTACT, UNIT, "联络员2", NOW)
    case = Case(
        id=new_id(NOW), number=NUMBER, kind=CaseKind.COMPLAINT, state=CaseState.ACCEPTED, version=1, round=1, area=None,
        category="sanitation", unit=UNIT, holder=mine.id if mine else None, reporter=here.person, named=None, publish_at=None,
        lon_e6=None, lat_e6=None, crs=None, place="", routing="{}", code="", filed_at=NOW, changed_at=NOW,
    )  # fmt: skip
    await cases.insert(tx, case)
    await cases.follow(tx, case.id, here.person, NOW)
    held = tuple(await roles.of_person(tx, here.person))
    some = timedelta(minutes=1)
    limits = Limits(messages_per_minute=1, upload_bytes=1, wrong_codes=1, address_wrong_codes=1, wrong_codes_wait=some)
    actor = Actor(person=here.person, language=LANGUAGES[0], roles=held, conversation=here)
    return Context(tx=tx, now=NOW, keys=keys, city=loaded, public_url="", limits=limits, actor=actor)


# ---- writing ---------------------------------------------------------------------------------------------


def _commands(words: Words) -> Iterator[str]:
    does = {word: f"“{_both(words, form.title)}” below" for s in SUBJECTS for form in s.forms for word in form.commands}
    does |= {word: _told(screen.view) for s in SUBJECTS for screen in s.screens for word in screen.commands}
    does |= {word: _told(run) for s in SUBJECTS for word, run in s.commands.items()}
    labels = {word: _both(words, label) for word, label in FOR_STAFF}
    rows = [
        f"| `/{word}` | {labels.get(word, '')} | {', '.join(TYPED.get(word, ()))} | {does.get(word, '')} |"
        for word in dict.fromkeys((*labels, *does, *TYPED))
    ]
    yield "## What can be typed at any time"
    yield "\n".join(["| Command | In the list of commands | Typed without a slash | What it does |", "|---|---|---|---|", *rows])


def _everywhere(words: Words) -> Iterator[str]:
    back, cancel, done, keep, change = (
        _button(words, label) for label in (_("Back"), _("Cancel"), _("Done"), _("Keep it as it is"), _("Change"))
    )
    yield "## Everywhere in a form"
    yield (
        f"Every question but the last has {cancel}, every one but the first {back}. Where messages of any sort are wanted, {done} ends "
        f"them. {change} at the end offers every question of the form; the one picked is asked again, with {keep}."
    )


async def _form(ctx: Context, words: Words, form: Form[Context]) -> Sequence[str]:
    found = await walks(ctx, form, await _arg(ctx, form))
    lines = [f"### {_both(words, form.title)} (`{form.name}`)"]
    if form.commands:
        asked = _keys(found)
        preset = _keys(await walks(ctx, form, next(iter(form.commands.values()))))
        less = ", ".join(f"“{_both(words, q.label)}”" for key, q in asked.items() if key not in preset)
        lines.append(
            f"Opened by {', '.join(f'`/{word}`' for word in form.commands)}" + (f"; then {less} is not asked." if less else ".")
        )
    if form.may:
        lines.append(_told(form.may))
    lines += ["\n\n".join(_question(words, n, question, found)) for n, question in enumerate(_keys(found).values(), start=1)]
    return lines


async def _arg(ctx: Context, form: Form[Context]) -> str:
    """Open forms about a case with the one there is, all others with nothing."""
    if form.may is None:
        return ""
    case = await cases.numbered(ctx.tx, NUMBER)
    return case.id if case else ""


def _keys(found: Sequence[Walk]) -> dict[str, Question]:
    """Put the questions of all ways through a form into one order."""
    order: list[str] = []
    questions: dict[str, Question] = {}
    for walk in found:
        place = 0
        for question, _reply in walk.steps:
            if question.key not in questions:
                questions[question.key] = question
                order.insert(place, question.key)
            place = order.index(question.key) + 1
    return {key: questions[key] for key in order}


def _question(words: Words, n: int, question: Question, found: Sequence[Walk]) -> Iterator[str]:
    when = _when(words, question, found)
    yield f"{n}. **{_both(words, question.label)}**: {WANTED[question.kind]}.{when}"
    for line in (*question.lines, question.prompt):
        yield "   > " + "<br>".join(part.replace("\n", " ") for part in _each(words, line))
    if question.options:
        yield "   " + " ".join(_button(words, option.label) for option in question.options)
    if question.kind is Kind.CONFIRM:
        for more in {more.key: more for walk in found for more in walk.on_request}.values():
            yield f"   Also offered for a change: **{_both(words, more.label)}**."
            yield "   > " + "<br>".join(_each(words, more.prompt))


def _when(words: Words, question: Question, found: Sequence[Walk]) -> str:
    """Say which earlier answer decides whether a question is asked, if one does."""
    yes = [walk for walk in found if walk.answer(question.key)]
    no = [walk for walk in found if not walk.answer(question.key)]
    if not no:
        return ""
    for before in _keys(found).values():
        if before.key == question.key:
            break
        with_it = dict.fromkeys(reply.said for walk in yes if (reply := walk.answer(before.key)))
        without = dict.fromkeys(reply.said for walk in no if (reply := walk.answer(before.key)))
        if without and with_it and not any(said in with_it for said in without):
            fewer, only = (without, "Not") if len(without) < len(with_it) else (with_it, "Only")
            said = ", ".join(_both(words, text) for text in fewer)
            return f" {only} asked after “{_both(words, before.label)}”: {said}."
    return " Not always asked."


def _screens() -> Iterator[str]:
    yield "## Screens"
    rows = [
        f"| `{screen.name}` | {', '.join(f'`/{word}`' for word in screen.commands)} | {_told(screen.view)} |"
        for subject in SUBJECTS
        for screen in subject.screens
    ]
    yield "\n".join(["| Screen | Commands | What it shows |", "|---|---|---|", *rows])


def _acts() -> Iterator[str]:
    yield "## Acts"
    rows = [f"| `{act.name}` | {_told(act.do)} |" for subject in SUBJECTS for act in subject.acts]
    yield "\n".join(["| Act | What one press does |", "|---|---|", *rows])


def _told(function: Callable[..., Any]) -> str:
    """Give the first line of a function's docstring."""
    return (inspect.getdoc(function) or "").partition("\n")[0]


def _each(words: Words, text: Text) -> Sequence[str]:
    """Render a text in every language, once where they agree."""
    return tuple(dict.fromkeys(words.everywhere(text)))


def _both(words: Words, text: Text) -> str:
    return " / ".join(_each(words, text))


def _button(words: Words, label: Text) -> str:
    return f"[{_both(words, label)}]"


if __name__ == "__main__":
    print(asyncio.run(page()), end="")
