"""Words that belong to no question: a reply to a card, a new matter, or more about an old one. Never answered with a menu."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from actions import following, handling
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
from handlers.unit_desk import may_work, waiting_line
from storage import cases, outbox, workloads
from storage.cases import Case
from storage.entries import Entry

GREETINGS = ("hello", "hi", "你好", "您好", "你好啊", "您好啊", "在吗", "有人吗", "你好在吗", "您好在吗")
THANKS = (
    *("谢谢", "谢谢您", "谢谢你", "谢谢了", "谢谢啦", "多谢", "感谢", "非常感谢", "辛苦了", "您辛苦了", "知道了", "明白了"),
    *("好", "好的", "好的谢谢", "好的谢谢您", "好的知道了", "ok", "okay", "thanks", "thank you", "ok thanks", "👍", "🙏"),
)
"""Words that need no answer, unless a unit has asked something."""
WISHES = {
    "complain": ("投诉", "我要投诉", "complaint"),
    "consult": ("咨询", "我要咨询", "consultation"),
    "suggest": ("建议", "我要建议", "suggestion"),
    "report": ("举报", "我要举报"),
    "my": ("进度", "查进度", "查询进度", "办理进度", "我的事项", "我的投诉", "我的评价", "progress", "my cases"),
    "case": ("查询", "查询事项", "凭编号查询"),
    "desk": ("工作台", "我的工作台", "desk"),
    "help": (
        *("人工", "转人工", "找人工", "人工客服", "人工服务", "转人工客服", "转人工服务", "客服", "客服电话", "客服电话多少"),
        *("客服电话是多少", "怎么用", "human", "agent", "operator", "customer service", "?"),
    ),
}
"""Words that ask for what a command does, where nothing else is being asked."""
RATES = "f:rate:"
STANDS = timedelta(days=7)
"""So long the buttons of the newest message can be typed, too."""
NEW, NOTHING, FORM = "new", "nothing", "form"
WORK = "work "
"""Before the id of a case with which whoever writes deals for a unit."""
SIGN_IN = "accept"
MOST = 4
AROUND_NUMBERS = re.compile(r"事项|编号|查询|码|case|number|code|[\W\d_]", re.IGNORECASE)
LOOKED_AT = 20
"""Open cases in which a question is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What was told, and about which case (NEW: a new matter; after WORK: one to deal with).

    `reported`: it becomes a misconduct report instead.
    """

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
    return _alone(item) in _GREETINGS


async def is_thanks(ctx: Context, item: Json) -> bool:
    """Tell whether somebody thanks or agrees, and no unit has asked what that may be the answer to."""
    return _alone(item) in _THANKS and not any(question for _case, question in await _of_citizen(ctx))


def wish(item: Json) -> str | None:
    """Give the command for which these words ask, if for any."""
    return _WISHED.get(_alone(item))


def _alone(item: Json) -> str:
    """Give the words of a message that is nothing else, whatever its punctuation."""
    return "" if item["files"] or "place" in item else _folded(item["text"])


def _folded(text: str) -> str:
    return re.sub(r"[\W_]", "", plain(text)) or plain(text)


_GREETINGS, _THANKS = frozenset(map(_folded, GREETINGS)), frozenset(map(_folded, THANKS))
_WISHED = {_folded(form): word for word, forms in WISHES.items() for form in forms}


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
    """Pass words on to the unit, or hand them to the form that was open, as one message: it may ask for one only."""
    told = words.told
    if words.about == FORM:
        text = told.in_words(but_last_place=True)
        return Reply(hands_back=dump_item(Item(text=text, files=told.files, place=told.place, message=told.items[0].message)))
    return await put(ctx, words)


async def sort(d: Dialog) -> Sorted | None:
    """Ask which case the words are about."""
    told = await d.collect("told", _("What is it about?"), label=_("Your words"))
    choices = await d.look("cases", open_cases)
    of_unit = any(option.key.startswith(WORK) for option in choices)
    which = _("Which case is this about?") if of_unit else _("Is this a new matter, or about a case of yours?")
    about = await d.choose("about", which, choices, label=_("Case"))
    if about == NOTHING:
        return None
    read_by = () if about == NEW or about.startswith(WORK) else await d.look("readers", readers, about)
    return Sorted(about=about, told=told, reported=bool(read_by) and await is_report(d, told.text))


async def to_citizen(d: Dialog) -> ToCitizen | None:
    """Ask a contact what their reply to a card is to be."""
    told = await d.collect("told", _("What would you like to say?"), label=_("Your words"))
    possible = await d.look("possible", purposes, d.arg)
    what = await d.choose("what", _("What shall we do with it?"), possible, label=_("Purpose"))
    return ToCitizen(case=d.arg, what=what, items=tuple(map(dump_item, told.items))) if what != "drop" else None


async def purposes(ctx: Context, id: str) -> Options:
    """Offer what a contact can do with words about a case as it stands."""
    case = await cases.get(ctx.tx, id)
    question = (Option("ask", _("Send it to the citizen as a question")),)
    result = (Option("report_told", _("Report it as the result")),)
    sign_in = (Option(SIGN_IN, _("Sign in and report it as the result")),)
    open_ = case is not None and case.state in (CaseState.ASSIGNED, CaseState.ACCEPTED)
    return (
        *(question if open_ else ()),
        *(result if case is not None and case.state is CaseState.ACCEPTED else ()),
        *(sign_in if case is not None and case.state is CaseState.ASSIGNED else ()),
        Option("drop", _("Do nothing, it was a mistake")),
    )


async def open_cases(ctx: Context) -> Options:
    """Offer the newest open cases of a person, and a new matter; before them the one question that waits for their answer.

    Whoever deals with the cases of a unit is offered the most urgent of these first.
    """
    own = await _of_citizen(ctx)
    found = [case for case, _question in own]
    asked = [(case, question) for case, question in own if question]
    first = tuple(
        Option(case.id, _("The answer to the unit's question: {text}", text=_on_a_button(question.text)))
        for case, question in asked
    )
    if len(asked) != 1:
        first = ()
    about = [
        Option(case.id, await one_line(ctx, case)) for case in found[:MOST] if all(case.id != option.key for option in first)
    ]
    nothing = Option(NOTHING, _("Do nothing, it was a mistake"))
    return (*await _of_units(ctx), *first, Option(NEW, _("A new matter")), *about, nothing)


async def _of_citizen(ctx: Context) -> Sequence[tuple[Case, Entry | None]]:
    """Read the newest open cases of a person, each with the unit's question that waits for their answer."""
    found = await cases.of_follower(ctx.tx, ctx.me.person, None, LOOKED_AT, only_open=True)
    return [(case, (await facts(ctx, case)).question) for case in found]


async def _of_units(ctx: Context) -> Options:
    """Offer the most urgent of the cases with which a person deals, or which they could sign in."""
    units = await ctx.deals_at()
    urgent = await workloads.most_urgent(ctx.tx, units, None, LOOKED_AT, ctx.told_until)
    found = [(waiting, case) for waiting in urgent if (case := await cases.get(ctx.tx, waiting.case))]
    mine = [(waiting, case) for waiting, case in found if case.holder is None or await ctx.holds(case)]
    return tuple([Option(WORK + case.id, await waiting_line(ctx, waiting, case)) for waiting, case in mine[:MOST]])


async def put(ctx: Context, words: Sorted) -> Reply:
    """Begin a new case with the words, add them to one, or ask what they are to be in one to deal with."""
    items = tuple(map(dump_item, words.told.items))
    if words.about == NEW:
        return Reply(opens=Opening(form="file", items=items))
    if words.about.startswith(WORK):
        return Reply(opens=Opening(form="to_citizen", arg=words.about.removeprefix(WORK), items=items, complete=True))
    if words.reported:
        return as_report(words.told)
    message = words.told.items[0].message if words.told.items else None
    case = await following.reply(ctx, words.about, words.told.in_words(), words.told.files, message)
    return Reply(messages=(await _passed_on(ctx, case),))


async def _passed_on(ctx: Context, case: Case) -> Outgoing:
    return await asked_again(ctx, case, _("Thank you. It has been passed on with case {number}.", number=case.number))


async def go_on(ctx: Context, reply: ToCitizen) -> Reply:
    """Open the form for the question or the result, with the words in it; a result may need the case to be signed in first."""
    form = reply.what
    if form == SIGN_IN:
        form = "report_told"
        case = await ctx.case(reply.case)
        if case.state is CaseState.ASSIGNED:
            await handling.accept(ctx, case.id, case.version)
    return Reply(opens=Opening(form=form, arg=reply.case, items=reply.items, complete=True))


SUBJECT: Subject[Context] = Subject(
    forms=(
        Form(name="sort", title=_("A new matter, or more about an old one"), script=sort, then=put, gathers=True),
        case_form(
            name="meant", title=_("Which question your words answer"), script=meant, then=sort_out, may=may_follow, gathers=True
        ),
        case_form(
            name="to_citizen", title=_("Writing to the citizen"), script=to_citizen, then=go_on, may=may_work, gathers=True
        ),
    )
)
