"""A case as the office works on it: facts, time limits, plan, why it went there, who reads what, and what can be done now."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from aiohttp import web

from actions.cards import KINDS, LEVELS, until
from actions.cards import due as shown_due
from actions.context import Context
from actions.erasing import can_erase, has_name
from actions.facts import Facts, facts, facts_for_office
from actions.hearing import heard
from actions.likeness import Alike, like_case, reasons
from actions.office_cards import office_card
from actions.rating_words import entry_text
from actions.record import STATES
from actions.releasing import Proposal, proposal
from actions.said import ERASED, told
from actions.usual_reasons import CHECKED, REFUSALS, TAKEN_BACK
from bot import board_pages
from bot.desk.late import late_by
from bot.desk.queue_page import about_rating
from bot.desk.words import (
    AUTHORS,
    CLOCKS,
    EXTENDED,
    HIDDEN,
    LATE_AND_OVER,
    LIMITS,
    OVER,
    PICKED,
    ROUTED_BY_OFFICE,
    RUNS,
    STANDS_STILL,
    TEXTS,
    UNKNOWN_CASE,
)
from bot.reasons import in_words
from dialog.subjects import Refused
from dialog.texts import Moment, Name, Text, _, verbatim
from domain.cases import CaseKind, CaseState, Party
from domain.city import DISCIPLINE
from domain.limits import Limit
from domain.numbers import read_case_number
from domain.ratings import hour_of
from domain.reasons import ReasonCode
from handlers.timeline import history
from storage import cases, deadlines, files, plans
from storage.cases import Case
from storage.deadlines import Deadline, DeadlineKind
from storage.entries import Entry, EntryKind

E = EntryKind
CITIZENS = frozenset(
    {E.QUESTION, E.RESULT, E.PLAN, E.EXTENSION, E.EXTENSION_REFUSED, E.REFUSED, E.REOPENED, E.APPEAL, E.APPEAL_REFUSED, E.STRUCK}
)
"""What the citizen reads of what others wrote."""
UNITS = frozenset(
    {
        E.TOLD,
        E.ADDED,
        E.CORRECTED,
        E.REPLY,
        E.NOT_SOLVED,
        E.ASSIGNED,
        E.UNASSIGNED,
        E.EXTENSION_REFUSED,
        E.REOPENED,
        E.RATING_CHANGED,
        E.APPEAL_REFUSED,
        E.STRUCK,
        E.DROPPED,
    }
)
"""What the unit reads of what others wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One time limit of a case; `late` marks it."""

    name: Text
    limit: Text
    since: Moment
    due: Text | Moment
    state: Text
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One text in the column of an audience: `own` if they wrote it; `files` are the numbers of its files.

    `n` is its own number, None if it can't be erased.
    """

    n: int | None
    what: Text
    by: Text
    own: bool
    at: Moment
    text: Text | str
    files: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a case, by its number; `ready` once it may be shown."""

    n: int
    kind: str
    ready: bool


async def found(ctx: Context, request: web.Request) -> Case:
    """Find the case of an address. Raises Refused, for misconduct reports too: that there is one is nobody's business."""
    number = read_case_number(request.match_info["number"])
    case = await cases.numbered(ctx.tx, number) if number else None
    if case is None or case.kind is CaseKind.MISCONDUCT or ctx.is_hidden(case):
        raise Refused(UNKNOWN_CASE)
    return case


async def view(ctx: Context, request: web.Request, typed: Mapping[str, str]) -> Mapping[str, Any]:
    """Read everything about a case."""
    case = await found(ctx, request)
    f = await facts_for_office(ctx, case)
    every = sorted(await deadlines.of_case(ctx.tx, case.id), key=lambda one: (one.started_at, list(DeadlineKind).index(one.kind)))
    on_board = (await board_pages.case(ctx, case.number)).items
    numbers = {file: n for n, file in enumerate(_files(f), 1)}
    can = dict(_offered(ctx, f))
    alike: Sequence[Alike] = ()
    if "merge" in can:
        alike = f.alike if case.state is CaseState.TRIAGE else await like_case(ctx, case)
    proposed = await proposal(ctx, case) if "release" in can else None
    return {
        "case": case,
        "title": about_rating(ctx, f.rating.hall, f.rating.window) if f.rating else ctx.city.category(case.category),
        "kind": KINDS[case.kind],
        "state": STATES[case.state],
        "is_open": case.closed_at is None,
        "late": _late(ctx, f),
        "told": told(ctx, f),
        "facts": list(_facts(ctx, f)),
        "followed": [one.number for one in await cases.merged_into(ctx.tx, case.id)],
        "lead": f.lead.case.number if f.lead else None,
        "clocks": [_clock(ctx, f, deadline) for deadline in every],
        "has_name": has_name(case),
        "plan": await plans.newest(ctx.tx, case.id),
        "moment": Moment,
        "routing": list(_routing(ctx, case)),
        "can": can,
        "idle": not can.keys() - {"timeline", "files", "release", "revoke"},
        "refusals": REFUSALS,
        "taken_back": TAKEN_BACK,
        "checks": CHECKED,
        "asks": _asks(ctx, f),
        "request": f.reason.n if f.request and f.reason else 0,
        "suggested": [(unit, ctx.city.unit(unit)) for unit in f.suggested],
        "alike": [(one.case.number, reasons(one.likeness)) for one in alike],
        "units": [ctx.city.unit(unit.code) for unit in ctx.city.city.units.values() if unit.kind != DISCIPLINE],
        "columns": [
            ("citizen", _column(ctx, f, numbers, "citizen", CITIZENS)),
            (
                "of_unit",
                _column(ctx, _with_others(heard(ctx, f)), numbers, "contact", UNITS if _has_reached(ctx, case) else frozenset()),
            ),
        ],
        "release": on_board[0] if on_board else None,
        "released": Moment(case.released_at) if case.released_at else None,
        "news": case.unreleased_at is not None and "release" in can,
        "consent": case.publish_at is not None,
        "proposal": proposed,
        "hidden": _hidden(proposed) if proposed else None,
        "timeline": (await history(ctx, case, staff=True))[1:],
        "files": [File(n=n, kind=row.kind, ready=row.ready) for n, row in enumerate(await files.get(ctx.tx, tuple(numbers)), 1)],
    }


async def file(ctx: Context, request: web.Request) -> str | None:
    """Give the id of one file of a case, by its number. Raises Refused."""
    ids = _files(await facts(ctx, await found(ctx, request)))
    n = int(request.match_info["n"])
    return ids[n - 1] if 0 < n <= len(ids) else None


def _files(f: Facts) -> Sequence[str]:
    return list(dict.fromkeys(file for entry in f.entries for file in entry.files))


def _offered(ctx: Context, f: Facts) -> Iterator[tuple[str, Text]]:
    """Give what the office's card in chat offers now, by name, and how it is called: the desk offers the same."""
    for row in office_card(ctx, f, ctx.me.person).rows:
        for button in row:
            yield button.press.split(":")[1], button.label


def _facts(ctx: Context, f: Facts) -> Iterator[tuple[Text, Text | Name | Moment | str]]:
    case = f.case
    yield _("Responsible unit"), ctx.city.unit(case.unit) if case.unit else _("not assigned")
    if f.holder:
        yield (_("Signed in by") if case.unit else _("Taken by")), f.holder.name
    yield _("Area"), ctx.city.area(case.area) if case.area else _("not known")
    if case.place:
        yield _("Place"), case.place
    if case.lon_e6 is not None and case.lat_e6 is not None:
        yield _("Coordinates"), f"{case.lat_e6 / 1e6:.5f}, {case.lon_e6 / 1e6:.5f}"
    yield _("Filed"), Moment(case.filed_at)
    if case.round > 1:
        yield _("Times dealt with"), str(case.round)
    if case.urged_at:
        yield _("Urged"), Moment(case.urged_at)
    if case.rating:
        yield _("Rated"), LEVELS[case.rating]
    yield _("Reporter"), _("named, kept sealed") if case.named else _("anonymous")


def _asks(ctx: Context, f: Facts) -> Text | None:
    """Say for how much more time the unit asks, and why."""
    if f.request is None or f.reason is None:
        return None
    asked = until(ctx, f.request)
    return _("The unit asks for more time, until {until}. The reason: {text}", until=asked, text=f.reason.text)


def _late(ctx: Context, f: Facts) -> Text | None:
    """Say how late a case is at whoever has to act now."""
    if DeadlineKind.REPLY in f.deadlines:
        return None
    running = [
        f.deadlines[kind] for kind in (DeadlineKind.TRIAGE, DeadlineKind.ACCEPT, DeadlineKind.ANSWER) if kind in f.deadlines
    ]
    return late_by(ctx, min(one.due_at for one in running), ctx.now) if running else None


def _clock(ctx: Context, f: Facts, deadline: Deadline) -> Clock:
    limit = Limit.parse(deadline.rule)
    one, many = LIMITS[limit.unit]
    words = one if limit.amount == 1 else Text(many.id, {"n": limit.amount})
    if any(asked.granted_at and asked.deadline == deadline.id for asked in f.extensions):
        words = Text(EXTENDED.id, {"limit": words})
    still = deadline.kind is DeadlineKind.ANSWER and deadline.stopped_at is None and DeadlineKind.REPLY in f.deadlines
    late = None if still else late_by(ctx, deadline.due_at, deadline.stopped_at or ctx.now)
    if deadline.stopped_at:
        over = {"at": Moment(deadline.stopped_at)}
        state = Text(LATE_AND_OVER.id, {"late": late, **over}) if late else Text(OVER.id, over)
    else:
        state = late or (STANDS_STILL if still else RUNS)
    return Clock(
        name=CLOCKS[deadline.kind],
        limit=words,
        since=Moment(deadline.started_at),
        due=shown_due(deadline),
        state=state,
        late=late is not None,
    )


def _routing(ctx: Context, case: Case) -> Iterator[Text]:
    """Put the reasons for which a case went where it went into words."""
    kept = json.loads(case.routing or "{}")
    how, chosen = kept.get("how"), kept.get("area")
    if chosen and (how is None or how[1].get("area") != chosen):
        yield Text(PICKED.id, {"area": ctx.city.area(chosen)})
        how = None
    for code, detail in [*([how] if how else []), *kept.get("reasons", [])]:
        yield in_words(ctx.city, ReasonCode(code), detail)
    if case.unit and kept and kept.get("unit") != case.unit:
        yield ROUTED_BY_OFFICE


def _column(ctx: Context, f: Facts, numbers: Mapping[str, int], party: str, reads: frozenset[EntryKind]) -> Sequence[Said]:
    """Put into order what one side wrote, and what it reads of what others wrote."""
    return [
        Said(
            n=entry.n if party == Party.CITIZEN and can_erase(entry) else None,
            what=TEXTS[entry.kind],
            by=AUTHORS[entry.author],
            own=entry.author == party,
            at=Moment(_when(ctx, f.case, entry, party)),
            text=_text(ctx, f.case.kind, entry),
            files=[numbers[file] for file in entry.files],
        )
        for entry in f.entries
        if entry.kind in TEXTS and (entry.text or entry.files or entry.erased) and (entry.author == party or entry.kind in reads)
    ]


def _with_others(f: Facts) -> Facts:
    """Put among the texts what those told whose cases follow this one: its unit reads that too."""
    others = [replace(entry, files=()) for entry in f.merged if entry.author == Party.CITIZEN]
    return replace(f, entries=sorted((*f.entries, *others), key=lambda entry: entry.created_at))


def _has_reached(ctx: Context, case: Case) -> bool:
    return case.unit is not None and ctx.has_reached_unit(case)


def _when(ctx: Context, case: Case, entry: Entry, party: str) -> datetime:
    """Say when a text came, as its reader knows it: of what a rater does the unit learns the hour only."""
    by_rater = entry.author == "citizen" or entry.kind is E.ASSIGNED
    if case.kind is CaseKind.BAD_RATING and party == "contact" and by_rater:
        return hour_of(entry.created_at, ctx.city.city.zone)
    return entry.created_at


def _text(ctx: Context, kind: CaseKind, entry: Entry) -> Text | str:
    return ERASED if entry.erased else entry_text(ctx, kind, entry)


def _hidden(proposed: Proposal) -> Text | None:
    """Name what is hidden in the texts that are proposed for publication."""
    return Text(HIDDEN.id, {"words": tuple(verbatim(word) for word in proposed.hidden)}) if proposed.hidden else None
