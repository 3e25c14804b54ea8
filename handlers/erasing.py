"""Erasing on request what a citizen told: by the office, of a misconduct report by its discipline team."""

from __future__ import annotations

from dataclasses import dataclass

from actions import erasing
from actions.context import Context
from actions.facts import excerpt
from actions.identity import as_confidant
from dialog.outgoing import say
from dialog.play import Dialog
from dialog.questions import Option, Options
from dialog.subjects import Refused, Reply, Subject, screen_button
from dialog.texts import Moment, Text, _, verbatim
from handlers.case_form import case_form
from storage import cases, entries
from storage.entries import Entry

NAME = "name"
EXCERPT = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Erase:
    """Which text of a case is erased, by its number; None for the name."""

    case: str
    n: int | None


async def erase(d: Dialog) -> Erase | None:
    """Choose what was asked to be erased, and confirm it."""
    left = await d.look("left", what_is_left, d.arg)
    n = await d.choose("what", _("What has the citizen asked to have erased?"), left, label=_("To be erased"))
    what = next(option.label for option in left if option.key == n)
    lost = _(
        "It can't be brought back, and the case goes on without it. What staff wrote stays. If the case is published, it is taken"
        " off the board. The citizen is told."
    )
    sure = await d.confirm("sure", _("Erase this for good?"), (what, lost), yes=_("Erase it"))
    return Erase(case=d.arg, n=None if n == NAME else int(n)) if sure else None


async def what_is_left(ctx: Context, id: str) -> Options:
    """Offer what a citizen told that can still be erased, and the name."""
    case = await cases.get(ctx.tx, id)
    texts = [Option(str(entry.n), _told(entry)) for entry in await entries.of_case(ctx.tx, id) if erasing.can_erase(entry)]
    name = [Option(NAME, _("Name, phone number and covered words"))] if case and erasing.has_name(case) else []
    return (*texts, *name)


def _told(entry: Entry) -> Text:
    words = excerpt(" ".join(entry.text.split()), EXCERPT)
    what = verbatim(words) if words else _("(files: {count})", count=len(entry.files))
    return _("{day}: {what}", day=Moment(entry.created_at, day=True), what=what)


async def done(ctx: Context, wanted: Erase) -> Reply:
    """Erase."""
    case = await erasing.erase(ctx, wanted.case, wanted.n)
    rows = ((screen_button(_("Timeline"), "timeline", case.id),),)
    return Reply(messages=(say(_("It has been erased from case {number}. This is on record.", number=case.number), rows=rows),))


async def may_erase(ctx: Context, id: str) -> None:
    """Let only those open the form who may erase, and only while there is something to be erased."""
    case = await ctx.case(id)
    await as_confidant(ctx, case)
    if not await what_is_left(ctx, id):
        raise Refused(_("Nothing that the citizen told is left in case {number}.", number=case.number))


SUBJECT: Subject[Context] = Subject(
    forms=(case_form(name="erase", title=_("Erasing on request"), script=erase, then=done, may=may_erase),)
)
