"""Cases that may be about the same matter: what is kept to find them, and who is shown which.

Kept are the marks of what the citizen told (masked) and of the place in words, while a case is open: `keep` brings that up to
date with the case's texts as they are now, so that a text which is erased leaves nothing. Misconduct reports and bad ratings are
never kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache

from actions.context import Context
from dialog.incoming import Place
from dialog.texts import Text, _
from domain.cases import OPEN, CaseKind, CaseState, Event
from domain.city import City
from domain.likeness import Likeness, Matter, likeness, trace
from domain.places import Crs, Point, point_at
from storage import cases, entries, ledger
from storage import likeness as index
from storage.cases import Case
from storage.entries import EntryKind

OFFERED = 3
JOINABLE = frozenset({CaseState.TRIAGE, CaseState.ASSIGNED, CaseState.ACCEPTED})
"""The states in which another citizen may add theirs to a case: nobody has answered it yet."""
APART = frozenset({CaseKind.MISCONDUCT, CaseKind.BAD_RATING})
"""What is never looked for: misconduct reports are confidential, and a rating is about one visit to a window."""
_SAME_WORDS = 0.5
_SIMILAR_WORDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """An open case that is like another matter, and how."""

    case: Case
    likeness: Likeness


async def keep(ctx: Context, case: Case) -> None:
    """Let an open case be found by what was told and still stands; nothing of one that is over, or confidential."""
    await index.done(ctx.tx, case.id)
    if case.state not in OPEN or case.kind in APART:
        await index.forget(ctx.tx, case.id)
        return
    await index.put(ctx.tx, case.id, _district(ctx.city.city, case.area), await _marks_of(ctx, case))


async def keep_due(ctx: Context, id: str) -> bool:
    """Read the words of a case that was open before they were read; False if there is none."""
    case = await cases.for_change(ctx.tx, id)
    if case is None:
        return False
    await keep(ctx, case)
    return True


async def like_case(ctx: Context, case: Case, most: int = OFFERED) -> Sequence[Alike]:
    """Find the open cases that a case is like, the likest first; nothing for those that stand apart."""
    if case.kind in APART:
        return ()
    matter = matter_of(ctx, case, await _marks_of(ctx, case))
    if any(row.event == Event.RETURN for row in await ledger.of_subject(ctx.tx, f"case:{case.id}")):
        matter = replace(matter, category=None)  # its unit said that it is not about that
    return await _like(ctx, matter, lambda other: other.state in OPEN, most, but=case.id)


async def like_told(
    ctx: Context, kind: CaseKind, text: str, place: Place | None, area: str | None, category: str | None
) -> Sequence[Alike]:
    """Find the cases that a citizen may add theirs to: alike, of the same kind, published if their own reporter agreed to it.

    `text` is masked. Nobody has answered them yet.
    """
    if kind in APART:
        return ()
    matter = Matter(
        marks=marks(ctx, text, place.words if place else ""),
        area=_district(ctx.city.city, area),
        category=category,
        point=point_at(place.lon, place.lat, place.crs) if place else None,
        filed_at=ctx.now,
    )
    return await _like(ctx, matter, lambda other: can_join(other) and other.kind is kind, OFFERED)


async def _marks_of(ctx: Context, case: Case) -> frozenset[int]:
    told = [entry.text for entry in await entries.of_case(ctx.tx, case.id) if entry.kind is EntryKind.TOLD and not entry.erased]
    return marks(ctx, "\n".join(told), case.place)


def can_join(case: Case) -> bool:
    """Tell whether other citizens may add theirs to a case."""
    return case.publish_at is not None and case.state in JOINABLE and case.kind not in APART


def reasons(found: Likeness) -> Text:
    """Say why two matters are taken to be alike: words, distance, time."""
    words = _("some of the same words")
    if found.words >= _SIMILAR_WORDS:
        words = _("the same words") if found.words >= _SAME_WORDS else _("similar words")
    said = [words]
    said += [_("{metres} m away", metres=found.metres)] if found.metres is not None else []
    days = found.apart // timedelta(days=1)
    said.append(_("on the same day") if days == 0 else _("1 day apart") if days == 1 else _("{days} days apart", days=days))
    return Text("{reasons}", {"reasons": tuple(said)})


def marks(ctx: Context, text: str, place: str) -> frozenset[int]:
    """Give the marks of a masked text and of a place in words; the names of districts say nothing, the area says that."""
    leave_out = _districts_named(ctx.city.city)
    return trace(text, ctx.keys.mark, leave_out) | trace(place, ctx.keys.mark, leave_out)


async def _like(ctx: Context, matter: Matter, may: Callable[[Case], bool], most: int, but: str | None = None) -> Sequence[Alike]:
    found = [
        Alike(case=one.case, likeness=likeness(matter, matter_of(ctx, one.case, one.marks)))
        for one in await index.candidates(ctx.tx, matter.marks, _searched(ctx.city.city, matter.area), but)
        if may(one.case)
    ]
    return sorted((one for one in found if one.likeness.alike), key=lambda one: -one.likeness.score)[:most]


def matter_of(ctx: Context, case: Case, its_marks: frozenset[int]) -> Matter:
    """Give what is compared of a case."""
    return Matter(
        marks=its_marks,
        area=_district(ctx.city.city, case.area),
        category=case.category,
        point=point_of(case),
        filed_at=case.filed_at,
    )


def point_of(case: Case) -> Point | None:
    """Give the point that was shared with a case."""
    if case.lon_e6 is None or case.lat_e6 is None or case.crs is None:
        return None
    return Point(lon=case.lon_e6 / 1e6, lat=case.lat_e6 / 1e6, crs=Crs(case.crs))


def _searched(city: City, area: str | None) -> Sequence[str | None]:
    """Give the districts in which something like it may be kept: its own and none; all of them where it is not known."""
    return (area, None) if area else (None, *(one.code for one in city.subareas(city.root_area.code)))


def _district(city: City, area: str | None) -> str | None:
    """Give the area right below the city that an area belongs to."""
    path = city.area_path(area) if area and area in city.areas else ()
    return path[-2] if len(path) > 1 else None


@lru_cache(maxsize=8)
def _districts_named(city: City) -> Sequence[str]:
    areas = (city.root_area, *city.subareas(city.root_area.code))
    names = {name for area in areas for name in (area.name, area.name_en, *area.aliases) if name}
    return sorted(names, key=lambda name: (-len(name), name))
