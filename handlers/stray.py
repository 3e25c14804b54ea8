"""Words that belong to no question: a reply to a card, a new matter, or more about an old one. Never answered with a menu."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from actions import following
from actions.cards import Card
from actions.context import Context
from actions.facts import excerpt, facts
from dialog.incoming import Place
from dialog.outgoing import Outgoing, say
from dialog.play import Dialog
from dialog.questions import Item, Option, Options, Told, dump_item, plain
from dialog.subjects import Form, Opening, Reply, Subject
from dialog.texts import Json, Text, _
from domain.cases import OPEN, CaseState
from domain.misconduct import speaks_of_misconduct
from domain.numbers import read_case_number, read_code
from handlers.case_form import case_form
from handlers.following import LookUp, asked_again, by_number, find, may_follow, one_line
from handlers.reporting import as_report, is_report, readers
from handlers.unit_desk import may_work
from storage import cases, outbox
from storage.cases import Case

GREETINGS = frozenset(("hello", "hi", "你好", "您好", "你好啊", "您好啊", "在吗", "有人吗", "你好在吗", "您好在吗"))
WISHES = {
    "complain": ("投诉", "我要投诉", "complaint"),
    "consult": ("咨询", "我要咨询", "consultation"),
    "suggest": ("建议", "我要建议", "suggestion"),
    "report": ("举报", "我要举报"),
    "my": ("进度", "查进度", "查询进度", "办理进度", "我的事项", "我的投诉", "我的评价", "progress", "my cases"),
    "case": ("查询", "查询事项", "凭编号查询"),
    "desk": ("工作台", "我的工作台", "desk"),
}
"""Words that ask for what a command does, where nothing else is being asked."""
RATES = "f:rate:"
STANDS = timedelta(days=7)
"""So long the buttons of the newest message can be typed, too."""
NEW, NOTHING, FORM = "new", "nothing", "form"
MOST = 4
AROUND_NUMBERS = re.compile(r"事项|编号|查询|码|case|number|code|[\W\d_]", re.IGNORECASE)
LOOKED_AT = 20
"""Open cases in which a question is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What was told, and about which case (NEW: a new matter); `reported`: it becomes a misconduct report instead."""

    about: str
    told: Told
    reported: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCitizen:
    """What a contact wrote in reply to a card, and what it is to be."""

    case: str
    what: str
    items: tuple[Json, ...]


def is_greeting(item: Json) -> bool:
    """Tell whether somebody greets, and has told nothing yet."""
    return plain(item["text"]) in GREETINGS and not item["files"] and "place" not in item


def wish(item: Json) -> str | None:
    """Give the command for which these words ask, if for any."""
    typed = plain(item["text"])
    return next((word for word, forms in WISHES.items() if typed in forms and not item["files"]), None)


async def button_typed(ctx: Context, item: Json, everywhere: Callable[[Text], Sequence[str]]) -> str | None:
    """Give the press of that button of the newest message whose label was typed, in any language.

    A window's levels are not among them: what is typed to these, and for how long, is said in `handlers.typed_at_windows`.
    """
    typed = plain(item["text"])
    if not typed or item["files"] or "place" in item:
        return None
    shown = await outbox.newest(ctx.tx, ctx.me.conversation.id, ctx.now - STANDS, ctx.now)
    buttons = [button for row in shown.outgoing(ctx.keys).rows for button in row] if shown else []
    presses = (b.press for b in buttons if b.press and typed in map(plain, everywhere(b.label)))
    return next((press for press in presses if not press.startswith(RATES)), None)


async def looked_up(ctx: Context, item: Json) -> Reply | None:
    """Answer whoever sends a case number, a receipt's code or both, and nothing else; None for all other words."""
    text = item["text"]
    if AROUND_NUMBERS.sub("", text) or item["files"] or "place" in item:
        return None
    number, code = read_case_number(text), read_code(text)
    if number and code:
        return await find(ctx, LookUp(number=number, code=code))
    if number:
        return await by_number(ctx, number)
    return Reply(opens=Opening(form="look_up")) if code else None


async def opening(ctx: Context, item: Json) -> Opening:
    """Say where words go that answer nothing: into a new case, or into the question which case they are about."""
    if ctx.me.roles or await cases.of_follower(ctx.tx, ctx.me.person, None, 1, only_open=True):
        return Opening(form="sort", items=(item,), complete=True)
    return Opening(form="file", items=(item,))


async def replied(ctx: Context, case: str, card: str, item: Json) -> Reply | None:
    """Take a reply to a card: a citizen's goes into the case at once, a contact is asked what it is to be."""
    card = card.partition(":")[0]  # files that came late belong to the card that they came for
    if card == Card.CITIZEN:
        place = Place(**item["place"]) if "place" in item else None
        told = Told((Item(text=item["text"], files=tuple(item["files"]), place=place),))
        if speaks_of_misconduct(told.text):
            return Reply(opens=Opening(form="reply", arg=case, items=(item,), complete=True))
        found = await following.reply(ctx, case, told.in_words(), told.files, item.get("message"))
        return Reply(messages=(await _passed_on(ctx, found),))
    if card == Card.UNIT:
        return Reply(opens=Opening(form="to_citizen", arg=case, items=(item,), complete=True))
    if card == Card.OFFICE:
        return Reply(messages=(say(_("To decide on a case, please use the buttons on its card.")),))
    return None


async def is_asked(ctx: Context, id: str) -> bool:
    """Tell whether a unit waits for the citizen's answer in this case."""
    case = await cases.get(ctx.tx, id)
    return case is not None and case.state in OPEN and (await facts(ctx, case)).question is not None


async def meant(d: Dialog) -> Sorted:
    """Ask whether words answer the unit's question, which came in between, or the form's."""
    read_by = await d.look("readers", readers, d.arg)
    told = await d.collect("told", _("What would you like to say?"), label=_("Your words"))
    choices = await d.look("choices", questions_open, d.arg)
    about = await d.choose("about", _("Which question do your words answer?"), choices, label=_("Question"))
    reported = bool(read_by) and about != FORM and await is_report(d, told.text)
    return Sorted(about=about, told=told, reported=reported)


async def questions_open(ctx: Context, id: str) -> Options:
    """Offer the unit's question and the form's."""
    case = await cases.get(ctx.tx, id)
    asked = (await facts(ctx, case)).question if case else None
    unit = Option(id, _("The unit's: {text}", text=_on_a_button(asked.text))) if asked else Option(id, _("The unit's"))
    return (unit, Option(FORM, _("The one we asked here before")))


def _on_a_button(text: str) -> str:
    """Put the beginning of a text on one line."""
    return excerpt(" ".join(text.split()), 60)


async def sort_out(ctx: Context, words: Sorted) -> Reply:
    """Pass words on to the unit, or hand them to the form that was open."""
    if words.about == FORM:
        return Reply(hands_back=dump_item(words.told.items[0]))
    return await put(ctx, words)


async def sort(d: Dialog) -> Sorted | None:
    """Ask which case the words are about."""
    told = await d.collect("told", _("What is it about?"), label=_("Your words"))
    choices = await d.look("cases", open_cases)
    about = await d.choose("about", _("Is this a new matter, or about a case of yours?"), choices, label=_("Case"))
    if about == NOTHING:
        return None
    read_by = () if about == NEW else await d.look("readers", readers, about)
    return Sorted(about=about, told=told, reported=bool(read_by) and await is_report(d, told.text))


async def to_citizen(d: Dialog) -> ToCitizen | None:
    """Ask a contact what their reply to a card is to be."""
    told = await d.collect("told", _("What would you like to say?"), label=_("Your words"))
    possible = await d.look("possible", purposes, d.arg)
    what = await d.choose("what", _("What shall we do with it?"), possible, label=_("Purpose"))
    items = tuple({"text": item.text, "files": list(item.files), "message": item.message} for item in told.items)
    return ToCitizen(case=d.arg, what=what, items=items) if what != "drop" else None


async def purposes(ctx: Context, id: str) -> Options:
    """Offer what a contact can do with words about a case as it stands."""
    case = await cases.get(ctx.tx, id)
    question = (Option("ask", _("Send it to the citizen as a question")),)
    result = (Option("report_told", _("Report it as the result")),)
    open_ = case is not None and case.state in (CaseState.ASSIGNED, CaseState.ACCEPTED)
    return (
        *(question if open_ else ()),
        *(result if case is not None and case.state is CaseState.ACCEPTED else ()),
        Option("drop", _("Do nothing, it was a mistake")),
    )


async def open_cases(ctx: Context) -> Options:
    """Offer the newest open cases of a person, and a new matter; before them the one question that waits for their answer."""
    found = await cases.of_follower(ctx.tx, ctx.me.person, None, LOOKED_AT, only_open=True)
    asked = [(case, question) for case in found if (question := (await facts(ctx, case)).question)]
    first = tuple(
        Option(case.id, _("The answer to the unit's question: {text}", text=_on_a_button(question.text)))
        for case, question in asked
    )
    if len(asked) != 1:
        first = ()
    about = [
        Option(case.id, await one_line(ctx, case)) for case in found[:MOST] if all(case.id != option.key for option in first)
    ]
    return (*first, Option(NEW, _("A new matter")), *about, Option(NOTHING, _("Do nothing, it was a mistake")))


async def put(ctx: Context, words: Sorted) -> Reply:
    """Begin a new case with the words, or add them to one."""
    if words.about == NEW:
        items = tuple(dump_item(item) for item in words.told.items)
        return Reply(opens=Opening(form="file", items=items))
    if words.reported:
        return as_report(words.told)
    message = words.told.items[0].message if words.told.items else None
    case = await following.reply(ctx, words.about, words.told.in_words(), words.told.files, message)
    return Reply(messages=(await _passed_on(ctx, case),))


async def _passed_on(ctx: Context, case: Case) -> Outgoing:
    return await asked_again(ctx, case, _("Thank you. It has been passed on with case {number}.", number=case.number))


async def go_on(ctx: Context, reply: ToCitizen) -> Reply:
    """Open the form for the question or the result, with the words in it."""
    return Reply(opens=Opening(form=reply.what, arg=reply.case, items=reply.items, complete=True))


SUBJECT: Subject[Context] = Subject(
    forms=(
        Form(name="sort", title=_("A new matter, or more about an old one"), script=sort, then=put),
        case_form(name="meant", title=_("Which question your words answer"), script=meant, then=sort_out, may=may_follow),
        case_form(name="to_citizen", title=_("Writing to the citizen"), script=to_citizen, then=go_on, may=may_work),
    )
)
