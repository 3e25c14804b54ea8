"""Releasing cases to the public: the list of those that may be, the texts with what was masked, and taking one back."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from actions import releasing
from actions.cards import on_board
from actions.context import Context
from actions.facts import facts
from actions.office_cards import office_card
from actions.record import state_after
from dialog.outgoing import Outgoing, say
from dialog.play import Dialog
from dialog.subjects import Act, Refused, Reply, Screen, Subject, screen_button
from dialog.texts import Json, Text, _, verbatim
from domain.cases import Event, Party
from handlers.case_form import case_form
from handlers.following import one_line
from storage import cases
from storage.releases import Wording

PAGE = 6
MOST = {"problem": 600, "measures": 1500, "target": 1000, "responsible": 300, "result": 1500}
"""Characters of each text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What the public will read of a case; `of` is that of the proposal that was looked at."""

    case: str
    words: Wording
    of: str


async def waiting(ctx: Context, before: str) -> Outgoing:
    """List the cases of which something may be published and is not, newest first."""
    ctx.as_office()
    found = await cases.to_release(ctx.tx, before or None, PAGE + 1)
    rows = [(screen_button(await one_line(ctx, case), "office_case", case.id),) for case in found[:PAGE]]
    if len(found) > PAGE:
        rows.append((screen_button(_("Older ones"), "to_release", found[PAGE - 1].id),))
    rows.append((screen_button(_("My desk"), "desk"),))
    lines = [
        _("Answered cases that may be published, and published ones with a new plan or answer, the newest first:")
        if found
        else _("No case waits to be published.")
    ]
    return say(*lines, rows=tuple(rows))


async def release(d: Dialog) -> Release | None:
    """Show the texts as the public would read them, until they are right."""
    there = await d.look("there", masked, d.arg)
    typed = {"problem": await d.on_request(
        "problem", _("What is the problem? The public will read this, without names, numbers and doors."),
        label=_("The problem"), most=MOST["problem"],
    )}  # fmt: skip
    if there["has_plan"]:
        typed["measures"] = await d.on_request(
            "measures", _("What will be done? The public will read this, without names, numbers and doors."),
            label=_("Measures"), most=MOST["measures"],
        )  # fmt: skip
        typed["target"] = await d.on_request(
            "target", _("What will be reached by it? The public will read this, without names, numbers and doors."),
            label=_("Target"), most=MOST["target"],
        )  # fmt: skip
        typed["responsible"] = await d.on_request(
            "responsible", _("Which post is responsible? The public will read this, without a name."),
            label=_("Responsible post"), most=MOST["responsible"],
        )  # fmt: skip
    if there["has_result"]:
        typed["result"] = await d.on_request(
            "result", _("What was done? The public will read this, without names, numbers and doors."),
            label=_("The result"), most=MOST["result"],
        )  # fmt: skip
    # What somebody writes anew is masked anew: the key of what was looked up says for which words.
    shown = await d.look(f"masked {' | '.join(typed.values())}", masked, d.arg, **typed)
    sure = await d.confirm("sure", _("The public will read this. Publish it?"), summary(shown), yes=_("Publish"))
    return Release(case=d.arg, words=Wording(**shown["words"]), of=shown["of"]) if sure else None


def summary(shown: Json) -> tuple[Text, ...]:
    """Show the texts, and what is hidden in them."""
    words = Wording(**shown["words"])
    lines = [_("Problem: {text}", text=verbatim(words.problem) if words.problem else _("(nothing yet)"))]
    if shown["has_plan"]:
        lines += [
            _("Measures: {text}", text=words.measures),
            _("Target: {text}", text=words.target),
            _("Responsible: {text}", text=words.responsible),
        ]
    lines.append(_("Result: {text}", text=verbatim(words.result) if words.result else _("(nothing yet)")))
    if shown["hidden"]:
        lines.append(_("Hidden from the public: {words}", words=tuple(verbatim(word) for word in shown["hidden"])))
    lines.append(_("Please look for anything else by which somebody could be recognised; with Change you can write it anew."))
    return tuple(lines)


async def masked(ctx: Context, /, id: str, problem: str = "", **others: str) -> Json:
    """Read the texts as the public would, with the fields of a proposal."""
    case = await cases.get(ctx.tx, id)
    if case is None:
        raise Refused(_("We can't find this case. Please open it again from your list: /desk"))
    return asdict(await releasing.proposal(ctx, case, Wording(problem=problem, **others)))


async def publish(ctx: Context, wanted: Release) -> Reply:
    """Release."""
    case = await releasing.release(ctx, wanted.case, wanted.words, wanted.of)
    done = _("Case {number} is published: {link}", number=case.number, link=on_board(ctx, case))
    return Reply(messages=(say(done, rows=((screen_button(_("More to publish"), "to_release"),),)),))


async def revoke(ctx: Context, id: str, version: int) -> Reply:
    """Take a case back."""
    case = await releasing.revoke(ctx, id)
    return Reply(card=office_card(ctx, await facts(ctx, case)), note=_("Taken off the board."))


async def may_release(ctx: Context, id: str) -> None:
    """Let only the office open the form, and only for a case that may be published now."""
    case = await cases.get(ctx.tx, id)
    ctx.as_office(case)
    if case is None:
        raise Refused(_("We can't find this case. Please open it again from your list: /desk"))
    releasing.may_be_released(case)
    state_after(case, Event.RELEASE, Party.OFFICE)


SUBJECT: Subject[Context] = Subject(
    screens=(Screen(name="to_release", view=waiting),),
    acts=(Act(name="revoke", do=revoke),),
    forms=(case_form(name="release", title=_("Publishing a case"), script=release, then=publish, may=may_release),),
)
