"""Every way through a form: played with invented answers, over and over, until every answer there is to try was given once.

The example city stands behind what forms look up, with one open case and somebody who may do everything with it.
"""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from actions import city
from actions.context import Actor, Context, Limits
from actions.record import write
from actions.timekeeping import start
from bot.app import city_files
from dialog.play import Answers, Asking, play
from dialog.questions import SEND, Invalid, Kind, Question, pressed
from dialog.subjects import Form
from dialog.texts import Json, Text
from domain.bells import BellOffer
from domain.cases import CaseKind, CaseState, Party
from domain.city import ANSWER, LANGUAGES
from domain.numbers import case_number
from storage import cases, people, plans, roles
from storage.cases import Case
from storage.database import Tx, connect
from storage.deadlines import DeadlineKind
from storage.entries import EntryKind
from storage.ids import new_id
from storage.keys import Keys
from storage.migrate import migrate
from storage.plans import Plan
from storage.roles import RoleKind

NOW = datetime(2026, 1, 5, 2, tzinfo=UTC)
NUMBER = case_number(date(2026, 1, 5), 12345)
UNIT = "urban-management"
TOLD: Json = {"text": "小区门口的垃圾一周没人清运。", "files": [], "message": None}
PLACE: Json = {"lon": 101.75, "lat": 36.63, "crs": "wgs84", "words": ""}
# Tried one after the other on a question that wants words; the first that is taken counts.
SAMPLES = (
    "城管",
    "13800000000",
    NUMBER,
    "1234 5678 9012 3456",
    "123456",
    "2026-02-28",
    "name@example.org",
    "https://example.org/cgi-bin/webhook/send?key=1",
    "https://example.org/robot/send?access_token=1",
    "https://example.org/open-apis/bot/v2/hook/1",
)


Wording = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer to try; `name` tells it from the others to its question, `label` is that of its button if it has one."""

    name: str
    label: Text | None = None
    raw: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """One way through a form: the questions asked, each with the answer given to it, and those asked only on request."""

    steps: tuple[tuple[Question, Reply], ...]
    on_request: tuple[Question, ...]

    def reply(self, key: str) -> Reply | None:
        """Give the answer to a question, None if it was not asked."""
        return next((reply for question, reply in self.steps if question.key == key), None)

    def asks(self, wording: Wording) -> bool:
        """Tell whether a question is asked in these words."""
        return any(worded(question) == wording for question, _reply in self.steps)


async def walks(ctx: Context, form: Form[Context], arg: str) -> Sequence[Walk]:
    """Go through a form until every answer there is to try was given once."""
    found: list[Walk] = []
    tried: set[tuple[Wording, str]] = set()
    waiting: deque[dict[str, Reply]] = deque([{}])
    while waiting:
        chosen = waiting.popleft()
        walk = await _walk(ctx, form, arg, chosen)
        found.append(walk)
        tried |= {(worded(question), reply.name) for question, reply in walk.steps}
        for question, _reply in walk.steps:
            for reply in _replies(question):
                if (worded(question), reply.name) not in tried:
                    tried.add((worded(question), reply.name))
                    waiting.append({**chosen, question.key: reply})
    return found


def questions(found: Sequence[Walk]) -> dict[Wording, Question]:
    """Put the questions of all ways through a form into one order; one that is worded in two ways stands there twice."""
    by_wording: dict[Wording, Question] = {}
    order: list[str] = []
    for walk in found:
        place = 0
        for question, _reply in walk.steps:
            by_wording.setdefault(worded(question), question)
            if question.key not in order:
                order.insert(place, question.key)
            place = order.index(question.key) + 1
    return dict(sorted(by_wording.items(), key=lambda item: order.index(item[1].key)))


def worded(question: Question) -> Wording:
    """Tell a question from others with the same key; what was looked up makes no other question of it."""
    labels = () if question.rests_on is not None else (option.label.id for option in question.options)
    return (question.key, question.prompt.id, *labels)


@asynccontextmanager
async def somebody() -> AsyncGenerator[Context, None]:
    """Give what scripts look things up with; `NUMBER` is the number of the open case."""
    with tempfile.TemporaryDirectory() as folder:
        database = await connect(f"sqlite:{folder}/walks.db")
        try:
            await migrate(database, NOW)
            async with database.transaction() as tx:
                yield await _context(tx, Keys(bytes(32)))
        finally:
            await database.close()


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
            return (
                Reply(name="without a place", raw={"items": [TOLD], "done": True}),
                Reply(name="with a place", raw={"items": [{**TOLD, "place": PLACE}], "done": True}),
            )
        case Kind.TEXT:
            return (Reply(name="words", raw=next(words for words in SAMPLES if _fits(question, words))),)
        case Kind.CONFIRM:
            return (Reply(name=SEND, raw=SEND),)
        case _:
            return tuple(Reply(name=o.key, label=o.label, raw=pressed(question, o.key)) for o in question.options)


def _fits(question: Question, words: str) -> bool:
    try:
        question.parse(words)
    except Invalid:
        return False
    return True


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
        category="sanitation", unit=UNIT, holder=mine.id if mine else None, reporter=here.person, named=None, cover=None,
        publish_at=None, lon_e6=None, lat_e6=None, crs=None, place="", routing="{}", code="", filed_at=NOW, changed_at=NOW,
    )  # fmt: skip
    await cases.insert(tx, case)
    await cases.follow(tx, case.id, here.person, NOW)
    held = tuple(await roles.of_person(tx, here.person))
    some = timedelta(minutes=1)
    limits = Limits(messages_per_minute=1, upload_bytes=1, wrong_codes=1, address_wrong_codes=1, wrong_codes_wait=some)
    actor = Actor(person=here.person, language=LANGUAGES[0], roles=held, conversation=here)
    bells = BellOffer(mail=True, robots=("https://example.org",))
    ctx = Context(tx=tx, now=NOW, keys=keys, city=loaded, public_url="", limits=limits, actor=actor, bells=bells)
    await write(ctx, case, EntryKind.TOLD, Party.CITIZEN, TOLD["text"])
    await start(ctx, case, DeadlineKind.ANSWER, ANSWER)
    planned = await write(ctx, case, EntryKind.PLAN, Party.CONTACT, "每日清运")
    await plans.insert(
        tx,
        Plan(
            id=new_id(NOW), case=case.id, round=1, unit=UNIT, measures=planned.text, target="门口不再有垃圾堆积",
            responsible="环卫科科长", until_at=NOW, entry=planned.id, created_at=NOW,
        ),
    )  # fmt: skip
    await write(ctx, case, EntryKind.RESULT, Party.CONTACT, "已清运")
    return ctx
