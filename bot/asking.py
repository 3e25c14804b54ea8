"""How the open question of a form looks in a chat: its words, its buttons with the keys that come back, what was answered."""

from __future__ import annotations

from dialog.outgoing import Button, Outgoing, Wants
from dialog.play import Asking
from dialog.questions import CANCEL, Kind, Question, Told, load_item
from dialog.texts import Json, Text, _, verbatim
from storage.talks import Talk

BACK, KEEP, DONE, ADD, ANEW = "<", "=", "!", "+", "0"
TAKE_BACK = "-"
"""Before the key of an option that was picked: a second press of the same button must not undo the first."""
OFFER_CHANGES = "*"
"""The key of the question that offers what can be changed."""


def question_message(talk: Talk, step: Asking, question: Question, above: tuple[Text, ...]) -> Outgoing:
    """Put a question into words and buttons, below what there is to say first."""

    def button(label: Text, key: str) -> Button:
        return Button(label, f"a:{talk.mark}:{talk.version}:{key}")

    if aside := talk.answers.aside if step.overflow else ():
        left = counted(question, Told(tuple(map(load_item, aside))))
        above = (*above, _("Not added to what you told us so far: {what}.", what=left))
    lines = [*above, *question.lines, question.prompt]
    told = told_so_far(talk, question) if question.kind is Kind.COLLECT else Told()
    rows = [
        [button(_("✓ {option}, press to take it back", option=option.label), TAKE_BACK + option.key)]
        if option.key in told.picked
        else [button(option.label, option.key)]
        for option in question.options
        if option.key != CANCEL
    ]
    if question.kind in (Kind.CONFIRM, Kind.PLACE) or (len(rows) > 6 and question.kind is Kind.CHOOSE):
        flat = [one for row in rows for one in row]
        rows = [flat[i : i + 2] for i in range(0, len(flat), 2)]
    if told.items:
        lines = [
            *above,
            *question.lines,
            _("Noted so far: {what}. Not sent yet: send more, or press Done.", what=counted(question, told)),
        ]
        rows.append([button(_("Done"), DONE), *((button(_("Write it anew"), ANEW),) if talk.reopened else ())])
    nav = []
    if aside:
        rows.append([button(_("Add it to what I told you"), ADD)])
    if step.asked or talk.reopened or told.items:
        nav.append(button(_("Back"), BACK))
    if talk.reopened not in (None, OFFER_CHANGES) and question.key in talk.answers.given and question.kind is not Kind.COLLECT:
        nav.append(button(_("Keep it as it is"), KEEP))
    nav.append(button(_("Cancel"), CANCEL))
    wants = {Kind.COLLECT: Wants.TOLD, Kind.PLACE: Wants.PLACE, Kind.TEXT: Wants.TEXT}.get(question.kind, Wants.PRESS)
    return Outgoing(lines=tuple(lines), rows=tuple(tuple(row) for row in (*rows, nav) if row), wants=wants)


def told_so_far(talk: Talk, question: Question) -> Told:
    """Give what an open collection has; nothing of any other question."""
    answer = talk.answers.given.get(question.key)
    told = question.parse(answer.raw) if answer else Told()
    return told if isinstance(told, Told) else Told()


def counted(question: Question, told: Told) -> Text:
    """Say how much a collection has: what was picked, messages, files, a place."""
    picked = tuple(option.label for option in question.options if option.key in told.picked)
    files, texts = len(told.files), sum(bool(item.text) for item in told.items)
    place = (_("a place"),) if told.place else ()
    messages = (_("1 message") if texts == 1 else _("{count} messages", count=texts),) if texts else ()
    attached = (_("1 file") if files == 1 else _("{count} files", count=files),) if files else ()
    return _("{what}", what=(*picked, *messages, *attached, *place))


def in_words(question: Question, raw: Json) -> Text:
    """Show a raw answer as the person gave it."""
    if question.kind is Kind.TEXT:
        return verbatim(question.echo(str(raw)) if question.echo else str(raw))
    if question.kind is Kind.PLACE and isinstance(raw, dict) and not raw.get("area"):
        return verbatim(raw["words"]) if raw.get("words") else _("as shared on the map")
    key = raw["area"] if isinstance(raw, dict) else raw
    return next((option.label for option in question.options if option.key == key), verbatim(""))
