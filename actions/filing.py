"""Filing a matter: it is routed, gets its number, code and deadlines, and the responsible unit gets its card, all at once.

The receipt never waits for anybody: whether a contact can be reached or an office exists changes nothing about it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from actions import correcting
from actions.context import Context
from actions.likeness import can_join, keep
from actions.merging import join
from actions.notices import queue_for_office, tell_unit
from actions.record import move, note, routing_json, write
from actions.timekeeping import start, start_triage, start_units
from dialog.incoming import Place
from dialog.subjects import Refused
from dialog.texts import _
from domain.cases import CaseKind, CaseState, Event, Party
from domain.choosing import Choice, Likely, Way, choose, route_at
from domain.locating import Located, locate
from domain.numbers import case_number, receipt_code
from domain.places import Point, point_at
from domain.privacy import Masked, mask
from domain.ratings import hour_of
from domain.reasons import Reason, ReasonCode
from domain.routing import Decision, undecided
from storage import cases, deadlines, people
from storage.cases import Case
from storage.deadlines import Deadline, DeadlineKind
from storage.entries import EntryKind
from storage.ids import new_id
from storage.roles import Role

MOST_QUOTED = 40
"""Characters that a reason repeats of what was answered about the place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCase:
    """What a citizen files. `name` and `phone` are empty for an anonymous case; `cover` are words to hide from everybody.

    `into` is the case of others that theirs shall go on in; should it be over by then, theirs goes on its own.
    `messages` are the keyed names of the messages in which it was told, so that a later edit of one finds its case.
    """

    kind: CaseKind
    text: str
    files: tuple[str, ...]
    place: Place | None
    category: str | None
    name: str = ""
    phone: str = ""
    publish: bool = False
    into: str | None = None
    cover: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()

    def masked(self, text: str) -> Masked:
        """Cover in a text what nobody but the citizen shall read, in the summary as in what is kept."""
        names = (self.name,) if self.name else ()
        return mask(text, names=names, cover=(*self.cover, self.phone) if self.phone else self.cover)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the citizen is given: the code is known here and never again. `assigned_by` is set while no unit is known.

    `joined` is the case of others that it goes on in; the promise is that one's.
    """

    case: Case
    code: str
    promise: Deadline
    assigned_by: Deadline | None
    outside: bool
    joined: Case | None = None


class Source(StrEnum):
    """How a matter came that somebody at the office files for its reporter."""

    PHONE = "phone"
    LETTER = "letter"
    VISIT = "visit"


async def file_case(ctx: Context, command: FileCase) -> Receipt:
    """File a matter for the person who acts."""
    _keep_confidential(ctx, command)
    # Taken first: a case that has begun to be filed must not wait for another one.
    lead = await cases.for_change(ctx.tx, command.into) if command.into else None
    receipt = await _file(ctx, command, ctx.me.person, lead=lead if lead and can_join(lead) else None)
    await cases.follow(ctx.tx, receipt.case.id, ctx.me.person, ctx.now)
    return receipt


async def file_for(ctx: Context, command: FileCase, source: Source) -> Receipt:
    """File a matter that came to the office in another way. Its reporter follows it, like anybody, by number and code only.

    Misconduct reports are not taken: nobody but the reporter and the discipline team may know of one.
    """
    role = ctx.as_office()
    if command.kind is CaseKind.MISCONDUCT:
        raise Refused(_("A misconduct report is filed by the reporter, or given to the discipline team directly."))
    _keep_confidential(ctx, command)
    reporter = await people.add(ctx.tx, ctx.city.city.languages[0], ctx.now)
    return await _file(ctx, command, reporter, role, source)


async def file_rating(ctx: Context, command: FileCase, window: str) -> Receipt:
    """File a bad rating of a window for the person who gave it; whoever calls this tells the unit, once the rating is kept."""
    hall = ctx.city.city.halls[ctx.city.city.windows[window].hall]
    how = Reason(code=ReasonCode.WINDOW, detail={"window": window, "area": hall.area})
    decision = Decision(unit=hall.unit, area=hall.area, category=None, rule=None, reasons=(), confidence=1.0)
    found = (Located(area=hall.area, how=how), decision, ())
    receipt = await _file(ctx, command, ctx.me.person, found=found)
    await cases.follow(ctx.tx, receipt.case.id, ctx.me.person, ctx.now)
    return receipt


async def _file(
    ctx: Context,
    command: FileCase,
    reporter: str,
    by: Role | None = None,
    source: Source | None = None,
    *,
    lead: Case | None = None,
    found: tuple[Located, Decision, Sequence[Likely]] | None = None,
) -> Receipt:
    located, decision, likely = found or decide(
        ctx, command.kind, command.place, command.text, command.category, nobody_asked=by is not None
    )
    code = receipt_code(secrets.randbelow(10**16))
    case = await _insert(ctx, command, reporter, located, decision, likely, code)
    first = command.messages[0] if command.messages else None
    entry = await write(ctx, case, EntryKind.TOLD, Party.CITIZEN, command.text, files=command.files, message=first)
    await note(
        ctx, case, Event.FILE, Party.OFFICE if by else Party.CITIZEN, by, **({"source": source} if source else {}),
        kind=case.kind, area=case.area, category=case.category, identity="named" if case.named else "anonymous",
        publish=command.publish, entry=entry.id, text=entry.hash, files=list(entry.files),
    )  # fmt: skip
    await correcting.chosen(ctx, case, likely, by)
    if lead is None:  # else it is not found by itself
        await keep(ctx, case)
    times = ctx.city.times(case.kind, case.category)
    promise = await start(ctx, case, DeadlineKind.PROMISE, times.answer)
    assigned_by = None
    if lead:
        case = await join(ctx, case, lead)
        running = await deadlines.running(ctx.tx, lead.id)
        promise, assigned_by = running.get(DeadlineKind.PROMISE, promise), running.get(DeadlineKind.TRIAGE)
    elif decision.unit:
        case = await move(ctx, case, Event.ASSIGN, Party.SYSTEM, unit=decision.unit)
        await note(ctx, case, Event.ASSIGN, Party.SYSTEM, unit=case.unit, confidence=f"{decision.confidence:.2f}")
        await start_units(ctx, case, Event.ASSIGN)
        if found is None:
            await tell_unit(ctx, case)
    else:
        case = await move(ctx, case, Event.QUEUE, Party.SYSTEM)
        await note(ctx, case, Event.QUEUE, Party.SYSTEM, reasons=[str(reason.code) for reason in decision.reasons])
        assigned_by = await start_triage(ctx, case)
        await queue_for_office(ctx, case)
    return Receipt(case=case, code=code, promise=promise, assigned_by=assigned_by, outside=located.outside, joined=lead)


def decide(
    ctx: Context, kind: CaseKind, place: Place | None, text: str, category: str | None, *, nobody_asked: bool = False
) -> tuple[Located, Decision, Sequence[Likely]]:
    """Find area and unit, and what the words suggest: an area picked from the list counts, else the shared point, else names.

    A category that was picked counts. Where none was, the office decides, with what the words suggest among the reasons; only
    where `nobody_asked` the citizen the words choose one if they are sure enough.
    """
    city = ctx.city.city
    located, picked = where_is(ctx, place, text)
    # The city's files may have changed since the person chose.
    known = category if category in city.categories else None
    if picked:
        located = replace(located, area=picked, outside=False)
    decision = route_at(city, kind, located, known)
    if (category is None or located.outside) and kind is not CaseKind.MISCONDUCT:
        decision = undecided(decision)
    if located.outside and located.how.code is not ReasonCode.POINT_OUTSIDE:
        decision = replace(decision, reasons=(Reason(code=ReasonCode.POINT_OUTSIDE), *decision.reasons))
    choice = chosen_by_words(ctx, kind, place, text)
    if choice is None:
        return located, decision, ()
    if known is None and nobody_asked and choice.way is Way.STRAIGHT:
        decision = replace(choice.decision, confidence=choice.confidence)
    said = choice.served if known else choice.suggested
    return located, replace(decision, reasons=(*said, *decision.reasons)), choice.categories


def chosen_by_words(ctx: Context, kind: CaseKind, place: Place | None, text: str) -> Choice | None:
    """Choose category and unit by words and place; None for misconduct reports, and where there is no classifier."""
    if ctx.city.classifier is None or kind is CaseKind.MISCONDUCT:
        return None
    _located, picked = where_is(ctx, place, text)
    point, words = (_point(place), place.words) if place else (None, "")
    return choose(ctx.city.city, ctx.city.classifier, kind, text, point, place=words, area=picked)


def _keep_confidential(ctx: Context, command: FileCase) -> None:
    """Let nothing that is about misconduct be filed as what units and the whole office read. Raises Refused."""
    city, kind, category = ctx.city.city, command.kind, command.category
    # The city's files may have changed since it was chosen.
    if kind is CaseKind.MISCONDUCT or category is None or category not in city.categories:
        return
    if city.suits(category, CaseKind.MISCONDUCT) and not city.suits(category, kind):
        raise Refused(
            _(
                "{category} is about misconduct, of which only a discipline team may read. Please let it be filed as a misconduct"
                " report: the reporter can do so here with /report, or speak to the discipline team directly.",
                category=ctx.city.category(category),
            )
        )


def where_is(ctx: Context, place: Place | None, text: str) -> tuple[Located, str]:
    """Find out where it is; with it comes the area that was picked, "" for none, which counts before what was found.

    What lies within a picked district makes it finer.
    """
    city = ctx.city.city
    located = locate(city, _point(place) if place else None, text, place=place.words if place else "")
    picked = place.area if place and place.area and place.area in city.areas else ""
    is_finer = picked not in ("", city.root_area.code) and located.area and picked in city.area_path(located.area)
    return located, (located.area or "") if is_finer else picked


def _point(place: Place) -> Point | None:
    return point_at(place.lon, place.lat, place.crs)


def _how(command: FileCase, how: Reason) -> dict[str, str]:
    """Return the detail of how a place was found; the citizen's own words in it are masked like all others."""
    own = how.code in (ReasonCode.PLACE_UNKNOWN, ReasonCode.ELSEWHERE)
    # Masked before it is cut: half a phone number is not seen to be one.
    return {key: command.masked(value).text[:MOST_QUOTED] if own else value for key, value in how.detail.items()}


async def _insert(
    ctx: Context, command: FileCase, reporter: str, located: Located, decision: Decision, likely: Sequence[Likely], code: str
) -> Case:
    place = command.place or Place()
    day = ctx.now.astimezone(ctx.city.city.zone).date()
    # Ids tell their time, and the unit's buttons have this one: of a rating it learns the hour only.
    made_at = hour_of(ctx.now, ctx.city.city.zone) if command.kind is CaseKind.BAD_RATING else ctx.now
    named = json.dumps({"name": command.name, "phone": command.phone}, ensure_ascii=False) if command.name else None
    while True:
        number = case_number(day, secrets.randbelow(100_000))
        case = Case(
            id=new_id(made_at),
            number=number,
            kind=command.kind,
            state=CaseState.RECEIVED,
            version=1,
            round=1,
            area=decision.area,
            category=decision.category,
            unit=None,
            holder=None,
            reporter=reporter,
            named=ctx.keys.seal(named.encode()) if named else None,
            cover=ctx.keys.seal(json.dumps(command.cover, ensure_ascii=False).encode()) if command.cover else None,
            publish_at=ctx.now if command.publish else None,
            lon_e6=round(place.lon * 1e6) if place.lon is not None else None,
            lat_e6=round(place.lat * 1e6) if place.lat is not None else None,
            crs=place.crs if place.lon is not None else None,
            place=command.masked(place.words).text,
            routing=json.dumps(
                {
                    "how": [located.how.code, _how(command, located.how)],
                    "likely": [[one.code, round(one.p, 4)] for one in likely],
                    **json.loads(routing_json(decision)),
                },
                ensure_ascii=False,
            ),
            code=ctx.keys.name("receipt", number, code),
            filed_at=ctx.now,
            changed_at=ctx.now,
        )
        if await cases.insert(ctx.tx, case):
            return case
