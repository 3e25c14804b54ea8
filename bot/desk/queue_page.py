"""The queues: what needs the office, the most urgent first, narrowed by what stands in the address."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from actions.cards import KINDS, marked, until
from actions.checking import sample
from actions.context import Context
from actions.facts import excerpt
from actions.hearing import changed_to
from actions.rating_words import changed_line, shown
from actions.record import STATES
from bot.desk.late import late_by
from bot.desk.words import ASKS, BY, CAME_BACK, PROMISED, QUEUES, QUEUES_ABOUT, SIGN_IN_BY, STANDS_STILL, UNKNOWN_UNIT
from dialog.texts import Moment, Name, Text, _
from domain.cases import CaseKind
from domain.numbers import read_case_number
from handlers.desk import counted
from handlers.unit_search import units_named
from storage import cases, cursors, entries, extensions, queues
from storage.deadlines import DeadlineKind
from storage.entries import EntryKind
from storage.queues import Line, Queue, Wanted

PAGE = 20
TOLD = 110


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One case of the list; `due` is None where no time runs, `late` None where it is not late. `why` it is in this list."""

    number: str
    about: Text | Name
    kind: Text
    area: Name | None
    unit: Name | None
    state: Text
    holder: str | None
    due: Text | None
    late: Text | None
    urged: bool
    told: Text | str
    why: Text | None = None


async def view(ctx: Context, request: web.Request, typed: Mapping[str, str]) -> Mapping[str, Any]:
    """Read a page of a queue; a whole case number leads straight to its case."""
    query = request.query
    asked = query.get("number", "").strip()
    if number := read_case_number(asked):
        case = await cases.numbered(ctx.tx, number)
        if case and case.kind is not CaseKind.MISCONDUCT:
            raise web.HTTPSeeOther(f"/desk/case/{number}")
    queue = Queue(query["state"]) if query.get("state") in set(Queue) else Queue.TRIAGE
    wanted, unknown = await _wanted(ctx, query)
    after = cursors.read(query.get("after", ""))
    page = queues.Page(lines=(), next=None)
    if not unknown:
        page = await queues.page(ctx.tx, queue, wanted, after, PAGE, ctx.now)
    kept = {name: query[name] for name in ("unit", "area", "category", "kind", "number") if query.get(name)}
    counts = await queues.counts(ctx.tx, ctx.now)
    city = ctx.city.city
    return {
        "title": QUEUES[queue],
        "about": QUEUES_ABOUT[queue],
        "state": queue,
        "tabs": [(one, QUEUES[one], counted(counts[one]), _address(kept, state=one)) for one in Queue],
        "items": [
            replace(await item(ctx, line), why=await _why(ctx, queue, line.number))
            for line in page.lines
            if not await _is_hidden(ctx, line)
        ],
        "next": _address(kept, state=queue, after=cursors.write(page.next)) if page.next else None,
        "first": _address(kept, state=queue) if after else None,
        "everything": _address({}, state=queue),
        "wanted": bool(wanted),
        "chosen": list(_chosen(ctx, wanted)),
        "kept": kept,
        "unknown": unknown,
        "unit_name": ctx.city.unit(wanted.unit) if wanted.unit else kept.get("unit", ""),
        "units": [ctx.city.unit(code) for code in city.units],
        "areas": list(_areas(ctx)),
        "categories": [(code, ctx.city.category(code)) for code in city.categories],
        "kinds": [(kind, label) for kind, label in KINDS.items() if kind is not CaseKind.MISCONDUCT],
        "confidential": await cases.count_confidential(ctx.tx),
        "called_back": await _called_back(ctx) if queue is Queue.SILENT and not after else (),
    }


async def item(ctx: Context, line: Line) -> Item:
    """Put one case into the words of a list; a bad rating that is one no more is marked."""
    bad = await cases.numbered(ctx.tx, line.number) if line.kind is CaseKind.BAD_RATING else None
    level = await changed_to(ctx, bad) if bad else None
    due, late = None, None
    if line.due_at and line.still:
        due = STANDS_STILL
    elif line.clock is DeadlineKind.TRIAGE and line.promised_at and line.promised_at < ctx.now:
        due = Text(PROMISED.id, {"due": Moment(line.promised_at)})
        late = late_by(ctx, line.promised_at, ctx.now)
    elif line.sign_in_at and line.due_at and line.sign_in_at < min(ctx.now, line.due_at):
        due = Text(SIGN_IN_BY.id, {"due": Moment(line.sign_in_at)})
        late = late_by(ctx, line.sign_in_at, ctx.now)
    elif line.due_at:
        due = Text(BY.id, {"due": marked(Moment(line.due_at), provisional=line.provisional)})
        late = late_by(ctx, line.due_at, ctx.now) if line.clock is not DeadlineKind.CHECK else None
    return Item(
        number=line.number,
        about=about_rating(ctx, line.hall, line.window) if line.hall and line.window else ctx.city.category(line.category),
        kind=KINDS[line.kind],
        area=ctx.city.area(line.area) if line.area else None,
        unit=ctx.city.unit(line.unit) if line.unit else None,
        state=changed_line(STATES[line.state], level) if level else STATES[line.state],
        holder=line.holder,
        due=due,
        late=late,
        urged=line.urged,
        told=_told(ctx, line),
    )


async def _is_hidden(ctx: Context, line: Line) -> bool:
    """Tell whether a case is a bad rating of the viewer's own unit that it is not told of yet."""
    bad = line.kind is CaseKind.BAD_RATING and line.unit in ctx.me.works_at
    case = await cases.numbered(ctx.tx, line.number) if bad else None
    return case is not None and ctx.is_hidden(case)


def about_rating(ctx: Context, hall: str, window: str) -> Text:
    """Say what a bad rating is about: it has no category."""
    return _("{hall}, {window}", hall=ctx.city.hall(hall), window=ctx.city.window(window))


def _told(ctx: Context, line: Line) -> Text | str:
    if line.kind is CaseKind.BAD_RATING:
        return shown(ctx.city.city, line.told, TOLD)
    return excerpt(" ".join(line.told.split()), TOLD)


async def _why(ctx: Context, queue: Queue, number: str) -> Text | None:
    """Say why a case waits to be assigned again, or until when its unit asks for time, and why."""
    kinds = {Queue.TRIAGE: tuple(CAME_BACK), Queue.EXTENSIONS: (EntryKind.EXTENSION,)}.get(queue)
    said = await entries.last_of(ctx.tx, number, kinds) if kinds else None
    if said is None:
        return None
    kind, text = said
    if kind is EntryKind.EXTENSION:
        asked = await extensions.of_number(ctx.tx, number)
        return Text(ASKS.id, {"until": until(ctx, asked) if asked else "", "text": excerpt(text, TOLD)})
    return Text(CAME_BACK[kind].id, {"text": excerpt(text, TOLD)})


async def _wanted(ctx: Context, query: Mapping[str, str]) -> tuple[Wanted, Text | None]:
    """Read what somebody looks for, and what of it is not known."""
    kind, area, category = query.get("kind"), query.get("area"), query.get("category")
    wanted = Wanted(
        area=area if area in ctx.city.city.areas else None,
        category=category if category in ctx.city.city.categories else None,
        kind=CaseKind(kind) if kind in set(CaseKind) else None,
        number="".join(re.findall("[0-9-]", query.get("number", "")))[:20],
    )
    part = query.get("unit", "").strip()
    if not part or part in ctx.city.city.units:
        return replace(wanted, unit=part or None), None
    names = [(code, ctx.city.unit(code)) for code in ctx.city.city.units]
    exact = [code for code, name in names if part in (name.zh, name.en)]
    found = exact or [option.key for option in await units_named(ctx, [(c, n.zh, n.en) for c, n in names], part)]
    return (replace(wanted, unit=found[0]), None) if len(found) == 1 else (wanted, UNKNOWN_UNIT)


def _areas(ctx: Context) -> Iterator[tuple[str, Text | Name]]:
    """Name all areas; where two have the same name, with the area around it."""
    often = Counter(area.name for area in ctx.city.city.areas.values())
    for code, area in ctx.city.city.areas.items():
        name = ctx.city.area(code)
        if often[area.name] > 1 and area.parent:
            yield code, _("{area} ({around})", area=name, around=ctx.city.area(area.parent))
        else:
            yield code, name


def _chosen(ctx: Context, wanted: Wanted) -> Iterator[Text | Name | str]:
    """Name everything by which the list is narrowed."""
    if wanted.unit:
        yield ctx.city.unit(wanted.unit)
    if wanted.area:
        yield ctx.city.area(wanted.area)
    if wanted.category:
        yield ctx.city.category(wanted.category)
    if wanted.kind:
        yield KINDS[wanted.kind]
    if wanted.number:
        yield wanted.number


async def _called_back(ctx: Context) -> Sequence[str]:
    found = [await cases.get(ctx.tx, id) for id in await sample(ctx)]
    return [case.number for case in found if case]


def _address(kept: Mapping[str, str], **more: str) -> str:
    return f"/desk?{urlencode({**more, **kept})}"
