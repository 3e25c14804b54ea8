"""Everything that people can do in a conversation, on one page: `python -m bot.flows` prints docs/flows.md from the code."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from actions.context import Context
from bot.catalogues import read_catalogues
from bot.commands import FOR_STAFF
from bot.engine import TYPED
from bot.walks import NUMBER, Reply, Walk, questions, somebody, walks, worded
from dialog.questions import Kind, Question
from dialog.subjects import Form
from dialog.texts import Text, Words, _
from domain.city import LANGUAGES
from handlers import SUBJECTS
from handlers.rating import RATE
from handlers.stray import WISHES
from handlers.typed_at_windows import AT_WINDOW
from storage import cases

WANTED = {
    Kind.COLLECT: "messages of any sort",
    Kind.TEXT: "words",
    Kind.CHOOSE: "one of the buttons",
    Kind.PLACE: "a place: shared, described, or one of the buttons",
    Kind.CONFIRM: "one of the buttons",
}
FOR_FORMS = {
    "back": "Go one step back.",
    "cancel": "End the form; nothing is sent.",
    "done": "Say that no more messages follow.",
    "restart": "Begin the form again.",
}
HEAD = """# Flows

<!-- Written by `make flows` from the code. -->

What people can do in a conversation and what they are asked, in Chinese and English. Buttons stand in [brackets]. What comes from
a city's own data is shown as the example city has it."""


async def page() -> str:
    """Write the page."""
    async with somebody() as ctx:
        words = Words(read_catalogues(), LANGUAGES, ctx.city.city.zone)
        parts = [HEAD, *_commands(words), *_everywhere(words), "## Forms"]
        for subject in SUBJECTS:
            for form in subject.forms:
                parts += await _form(ctx, words, form)
    return "\n\n".join([*parts, *_screens(), *_acts()]) + "\n"


def _commands(words: Words) -> Iterator[str]:
    does = {word: f"“{_both(words, form.title)}”" for s in SUBJECTS for form in s.forms for word in form.commands}
    does |= FOR_FORMS | {word: _purpose(screen.view) for s in SUBJECTS for screen in s.screens for word in screen.commands}
    does |= {word: _purpose(run) for s in SUBJECTS for word, run in s.commands.items()}
    labels = {word: _both(words, label) for word, label in FOR_STAFF}
    rows = [
        (f"`/{word}`", labels.get(word, ""), _typed(word), does.get(word, "")) for word in dict.fromkeys((*labels, *does, *TYPED))
    ]
    yield "## What can be typed at any time"
    yield _table(("Command", "In the list of commands", "Without a slash", "What it does or opens"), rows)
    yield (
        "What stands in brackets is understood where nothing is being asked. So is, for a week, the label of a button of the\n"
        "newest message; a window's levels for ten minutes only."
    )


def _typed(word: str) -> str:
    return ", ".join((*TYPED.get(word, ()), *(f"({form})" for form in WISHES.get(word, ()))))


def _everywhere(words: Words) -> Iterator[str]:
    back, cancel, done = (_button(words, label) for label in (_("Back"), _("Cancel"), _("Done")))
    keep, change = (_button(words, label) for label in (_("Keep it as it is"), _("Change")))
    yield "## Everywhere in a form"
    yield (
        f"Every question has {cancel}, and all but the first {back}. Where messages of any sort are wanted, {done} ends them.\n"
        f"{change} offers every question of the form; the one picked is asked again and has {keep}."
    )


async def _form(ctx: Context, words: Words, form: Form[Context]) -> Sequence[str]:
    case = await cases.numbered(ctx.tx, NUMBER) if form.may and not form.commands else None
    about = next(iter(ctx.city.city.windows)) if form in (RATE, AT_WINDOW) else case.id if case else ""
    found = await walks(ctx, form, about)
    asked = questions(found)
    parts = [f"### {_both(words, form.title)} (`{form.name}`)"]
    if form.commands:
        preset = questions(await walks(ctx, form, next(iter(form.commands.values()))))
        left = {question.key for question in preset.values()}
        settled = [f"“{_both(words, question.label)}”" for question in asked.values() if question.key not in left]
        opened = f"Opened by {', '.join(f'`/{word}`' for word in form.commands)}"
        parts.append(f"{opened}, which settles {', '.join(settled)}." if settled else f"{opened}.")
    if form.may:
        parts.append(_purpose(form.may))
    for n, question in enumerate(asked.values(), start=1):
        parts += _question(words, n, question, found)
    return parts


def _question(words: Words, n: int, question: Question, found: Sequence[Walk]) -> Iterator[str]:
    when = _when(words, question, found)
    name = "Confirmation" if question.kind is Kind.CONFIRM else _both(words, question.label)
    yield f"{n}. **{name}**: {WANTED[question.kind]}.{when}"
    for line in (*question.lines, question.prompt):
        yield _quoted(words, line)
    if question.options:
        yield "   " + " ".join(_button(words, option.label) for option in question.options)
    if question.kind is Kind.CONFIRM:
        for more in {more.key: more for walk in found for more in walk.on_request}.values():
            yield f"   Among what can be changed: **{_both(words, more.label)}**, {WANTED[more.kind]}."
            yield _quoted(words, more.prompt)


def _when(words: Words, question: Question, found: Sequence[Walk]) -> str:
    """Say which earlier answer decides whether a question is asked, if one does."""
    asked = [walk for walk in found if walk.asks(worded(question))]
    spared = [walk for walk in found if not walk.asks(worded(question))]
    if not spared:
        return ""
    for before in questions(found).values():
        if before.key == question.key:
            break
        after = [reply for walk in asked if (reply := walk.reply(before.key))]
        not_after = [reply for walk in spared if (reply := walk.reply(before.key))]
        if after and not_after and not {reply.name for reply in after} & {reply.name for reply in not_after}:
            yes, no = (dict.fromkeys(_said(words, reply) for reply in replies) for replies in (after, not_after))
            only = len(yes) <= len(no)
            return f" {'Only' if only else 'Not'} asked after “{_both(words, before.label)}”: {', '.join(yes if only else no)}."
    return " Not always asked."


def _screens() -> Iterator[str]:
    yield "## Screens"
    rows = [
        (f"`{screen.name}`", ", ".join(f"`/{word}`" for word in screen.commands), _purpose(screen.view))
        for subject in SUBJECTS
        for screen in subject.screens
    ]
    yield _table(("Screen", "Commands", "What it shows"), rows)


def _acts() -> Iterator[str]:
    yield "## Acts"
    yield _table(("Act", "What one press does"), [(f"`{act.name}`", _purpose(act.do)) for s in SUBJECTS for act in s.acts])


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows))


def _purpose(function: Callable[..., Any]) -> str:
    """Give the first line of a function's docstring."""
    return (inspect.getdoc(function) or "").partition("\n")[0]


def _each(words: Words, text: Text) -> Sequence[str]:
    """Render a text in every language, once where they agree."""
    return tuple(dict.fromkeys(words.everywhere(text)))


def _both(words: Words, text: Text) -> str:
    return " / ".join(_each(words, text))


def _quoted(words: Words, text: Text) -> str:
    return "   > " + "\\\n   > ".join(said.replace("\n", " ") for said in _each(words, text))


def _said(words: Words, reply: Reply) -> str:
    return _both(words, reply.label) if reply.label else reply.name


def _button(words: Words, label: Text) -> str:
    return f"[{_both(words, label)}]"


if __name__ == "__main__":
    print(asyncio.run(page()), end="")
