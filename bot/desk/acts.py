"""What is pressed on a case's page: the forms' fields become what the chat's forms ask for, and its handlers do it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from aiohttp import web

from actions.context import Context
from actions.record import STATES
from actions.usual_reasons import CHECKED, REFUSALS, TAKEN_BACK
from bot.desk import case_page
from bot.desk.words import (
    ANOTHER_NUMBER,
    INSTEAD,
    LOOK_AGAIN,
    MANY_UNITS,
    MORE_UNITS,
    NO_REASON,
    NO_UNIT,
    NOT_SURE,
    NOT_SURE_TO_ERASE,
    OUTDATED,
    TAKEN_SINCE,
    TOO_LONG,
    UNKNOWN_CASE,
)
from dialog.subjects import Refused, Reply
from dialog.texts import Moment, Text
from domain.cases import CaseState
from handlers import appeals, erasing, extensions, identity, merging, office_desk, office_queue, release
from handlers.office_desk import Assign, Decide
from handlers.unit_search import unit_names, units_named
from storage import roles
from storage.cases import Case
from storage.releases import Wording

MOST_WORDS = 500
NAMED = 5
"""How many units are named where a part of a name is that of several."""

Fields: TypeAlias = Mapping[str, str]


class LookAgain(Refused):
    """What was typed reads differently now (`typed`, by field) and has to be looked at once more."""

    def __init__(self, reason: Text, typed: Fields) -> None:
        super().__init__(reason)
        self.typed = typed


async def do(ctx: Context, request: web.Request, fields: Fields) -> Reply:
    """Do one thing to a case, as it was when the page was opened. Raises Refused."""
    case = await case_page.found(ctx, request)
    act = ACTS.get(request.match_info["act"])
    if act is None:
        raise Refused(UNKNOWN_CASE)
    if fields.get("version") != str(case.version):
        raise Refused(await _outdated(ctx, case))
    return await act(ctx, case, fields)


async def _outdated(ctx: Context, case: Case) -> Text:
    """Say what has happened since the page was opened."""
    holder = await roles.held(ctx.tx, case.holder) if case.holder and case.state is CaseState.TRIAGE else None
    if holder and holder.id != ctx.as_office(case).id:
        return Text(TAKEN_SINCE.id, {"name": holder.name})
    return Text(OUTDATED.id, {"at": Moment(case.changed_at), "state": STATES[case.state]})


async def _take(ctx: Context, case: Case, fields: Fields) -> Reply:
    return await office_queue.take(ctx, case.id, case.version)


async def _give_back(ctx: Context, case: Case, fields: Fields) -> Reply:
    return await office_queue.give_back(ctx, case.id, case.version)


async def _assign(ctx: Context, case: Case, fields: Fields) -> Reply:
    unit = fields.get("suggested") or await one_unit(ctx, fields.get("unit", ""))
    return await office_desk.give(ctx, Assign(case=case.id, unit=unit, reason=_words(fields, "words", MOST_WORDS)))


async def _unassign(ctx: Context, case: Case, fields: Fields) -> Reply:
    return await office_desk.take_back(ctx, _decide(case, fields, TAKEN_BACK))


async def _refuse(ctx: Context, case: Case, fields: Fields) -> Reply:
    decided = _decide(case, fields, REFUSALS)
    if fields.get("sure") != "yes":
        raise Refused(NOT_SURE)
    return await office_desk.turn_down(ctx, decided)


async def _reopen(ctx: Context, case: Case, fields: Fields) -> Reply:
    return await office_desk.begin_again(ctx, _decide(case, fields, CHECKED))


async def _checked(ctx: Context, case: Case, fields: Fields) -> Reply:
    return await office_desk.checked(ctx, case.id, case.version)


async def _merge(ctx: Context, case: Case, fields: Fields) -> Reply:
    lead, why = await merging.lead_numbered(ctx, case, fields.get("into", ""))
    if why:
        todo, known = (INSTEAD, {"into": lead.number}) if lead else (ANOTHER_NUMBER, {})
        raise LookAgain(Text(todo.id, {"why": why}), known)
    assert lead is not None
    return await merging.join(ctx, merging.Merge(case=case.id, into=lead.id))


async def _unmerge(ctx: Context, case: Case, fields: Fields) -> Reply:
    return await merging.unmerge(ctx, case.id, case.version)


async def _grant(ctx: Context, case: Case, fields: Fields) -> Reply:
    return await extensions.grant(ctx, case.id, _number(fields))


async def _refuse_extension(ctx: Context, case: Case, fields: Fields) -> Reply:
    return await extensions.turn_down(ctx, extensions.TurnDown(case=case.id, n=_number(fields), reason=reason_of(fields)))


async def _grant_appeal(ctx: Context, case: Case, fields: Fields) -> Reply:
    return await appeals.decide(ctx, appeals.Decide(case=case.id, reason=reason_of(fields), granted=True))


async def _refuse_appeal(ctx: Context, case: Case, fields: Fields) -> Reply:
    return await appeals.decide(ctx, appeals.Decide(case=case.id, reason=reason_of(fields), granted=False))


async def _release(ctx: Context, case: Case, fields: Fields) -> Reply:
    """Publish what was shown; what would be masked once more is shown first."""
    typed = {name: _words(fields, name, most) for name, most in release.MOST.items()}
    shown = (await release.masked(ctx, case.id, **typed))["words"]
    wanted = {name: shown[name] if typed[name] or name == "problem" else "" for name in typed}
    if wanted != typed:
        raise LookAgain(LOOK_AGAIN, wanted)
    return await release.publish(ctx, release.Release(case=case.id, words=Wording(**wanted), of=fields.get("of", "")))


async def _revoke(ctx: Context, case: Case, fields: Fields) -> Reply:
    return await release.revoke(ctx, case.id, case.version)


async def _reveal(ctx: Context, case: Case, fields: Fields) -> Reply:
    return await identity.reveal(ctx, case.id, case.version)


async def _erase(ctx: Context, case: Case, fields: Fields) -> Reply:
    if fields.get("sure") != "yes":
        raise Refused(NOT_SURE_TO_ERASE)
    n = None if fields.get("n") == erasing.NAME else _number(fields)
    return await erasing.done(ctx, erasing.Erase(case=case.id, n=n))


ACTS: Mapping[str, Callable[[Context, Case, Fields], Awaitable[Reply]]] = {
    "take": _take,
    "give_back": _give_back,
    "assign": _assign,
    "unassign": _unassign,
    "refuse": _refuse,
    "reopen": _reopen,
    "checked": _checked,
    "merge": _merge,
    "unmerge": _unmerge,
    "grant_extension": _grant,
    "refuse_extension": _refuse_extension,
    "grant_appeal": _grant_appeal,
    "refuse_appeal": _refuse_appeal,
    "release": _release,
    "revoke": _revoke,
    "reveal": _reveal,
    "erase": _erase,
}
"""By the names that the chat's buttons have."""


async def one_unit(ctx: Context, part: str) -> str:
    """Find the one unit that is meant by its name or a part of it, in any language. Raises Refused."""
    names = await unit_names(ctx)
    exact = [code for code, *said in names if part in said]
    found = exact or [option.key for option in await units_named(ctx, names, part)] if part else []
    if not found:
        raise Refused(Text(NO_UNIT.id, {"part": part}))
    if len(found) > 1:
        units = tuple(Text("{name}", {"name": ctx.city.unit(code)}) for code in found[:NAMED])
        many = MORE_UNITS if len(found) > NAMED else MANY_UNITS
        raise Refused(Text(many.id, {"part": part, "units": units, "more": len(found) - NAMED}))
    return found[0]


def reason_of(fields: Fields) -> str:
    """Read a reason in somebody's own words. Raises Refused."""
    reason = _words(fields, "words", MOST_WORDS)
    if not reason:
        raise Refused(NO_REASON)
    return reason


def _decide(case: Case, fields: Fields, usual: Mapping[str, Text]) -> Decide:
    """Read a usual reason, or one in somebody's own words."""
    reason, text = fields.get("reason", ""), _words(fields, "words", MOST_WORDS)
    if reason not in usual and (reason != office_desk.OWN_WORDS or not text):
        raise Refused(NO_REASON)
    return Decide(case=case.id, reason=reason if reason in usual else office_desk.OWN_WORDS, text=text)


def _words(fields: Fields, name: str, most: int) -> str:
    # Browsers send line ends as on a typewriter.
    text = fields.get(name, "").replace("\r\n", "\n")
    if len(text) > most:
        raise Refused(Text(TOO_LONG.id, {"most": most}))
    return text


def _number(fields: Fields) -> int:
    """Read of which text the page told; 0 for none."""
    n = fields.get("n", "")
    return int(n) if n.isdecimal() and len(n) < 9 else 0
