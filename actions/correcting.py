"""Corrections of a routing: kept with the act that they are made by, and excluded from what is learned, by the office.

Misconduct reports and bad ratings are routed by other rules, and nothing is learned from them.
"""

from __future__ import annotations

from collections.abc import Sequence

from actions.context import Context
from actions.suggesting import guessed_categories
from dialog.subjects import Refused
from dialog.texts import _
from domain.cases import CaseKind, Event, Party
from domain.choosing import Likely
from domain.ledger import Entry as LedgerRow
from domain.routing import route
from storage import corrections, ledger
from storage.cases import Case
from storage.corrections import Correction, Sort, Whose
from storage.ids import new_id
from storage.roles import Role
from storage.times import at

TAUGHT_BY = frozenset({CaseKind.COMPLAINT, CaseKind.CONSULTATION, CaseKind.SUGGESTION})
"""The kinds of matters that are routed by their words."""


async def chosen(ctx: Context, case: Case, likely: Sequence[Likely], by: Role | None) -> None:
    """Keep that another category was chosen than the one suggested first; an upper one of that is no contradiction."""
    if not likely or case.category is None or case.category in ctx.city.city.category_path(likely[0].code):
        return
    await _keep(ctx, case, Sort.CHOSEN, by, was=likely[0].code, became=case.category)


async def returned(ctx: Context, case: Case, by: Role, unit: str) -> None:
    """Keep that a unit said that a case is not theirs."""
    await _keep(ctx, case, Sort.RETURNED, by, was=unit, unit=unit)


async def assigned(ctx: Context, case: Case, by: Role) -> None:
    """Keep that the office gave a case to another unit than it had, or than was suggested, before the ledger has it.

    That it was merged in between, and the merging undone, takes nothing back of what was said before.
    """
    for row in reversed(_standing(await ledger.of_subject(ctx.tx, f"case:{case.id}"))):
        was = unit = None
        sort = Sort.ASSIGNED
        match row.event:
            case Event.RETURN | Event.UNASSIGN:
                was = str(row.payload["before"])
                unit = was if row.event == Event.RETURN else None
            case Event.QUEUE if row.actor == Party.SYSTEM:
                was, sort = _suggested(ctx, case), Sort.SUGGESTED
            case Event.QUEUE | Event.ASSIGN:
                return
            case _:
                continue
        if was and case.unit and was != case.unit:
            await _keep(ctx, case, sort, by, was=was, became=case.unit, unit=unit)
        return


async def taken_back(ctx: Context, case: Case) -> None:
    """Forget what the office put right by an assignment that it takes back, before the ledger has that."""
    came = _came(await ledger.of_subject(ctx.tx, f"case:{case.id}"))
    if came and _is_by_office(came):
        await corrections.forget(ctx.tx, case.id, at(came.at_ms))


def _standing(rows: Sequence[LedgerRow]) -> Sequence[LedgerRow]:
    """Leave out the office's assignments that it took back."""
    standing: list[LedgerRow] = []
    for row in rows:
        came = _came(standing) if row.event == Event.UNASSIGN else None
        if came and _is_by_office(came):
            del standing[standing.index(came) :]
        else:
            standing.append(row)
    return standing


def _came(rows: Sequence[LedgerRow]) -> LedgerRow | None:
    """Find how a case came to its unit."""
    return next((row for row in reversed(rows) if row.event in (Event.ASSIGN, Event.PASS_ON)), None)


def _is_by_office(row: LedgerRow) -> bool:
    return row.event == Event.ASSIGN and row.actor != Party.SYSTEM


async def exclude(ctx: Context, id: str, whose: Whose) -> Correction:
    """Let one correction, or all of its person or unit, not be learned from. Raises Refused."""
    role, found, what = await _known(ctx, id, whose)
    if not await corrections.exclude(ctx.tx, whose, what, ctx.now):
        raise Refused(_("This is excluded already."))
    await _note(ctx, role, found, whose, "exclude_correction")
    return found


async def include(ctx: Context, id: str, whose: Whose) -> Correction:
    """Let be learned from again what was excluded. Raises Refused."""
    role, found, what = await _known(ctx, id, whose)
    if not await corrections.include(ctx.tx, whose, what):
        raise Refused(_("This is not excluded any more."))
    await _note(ctx, role, found, whose, "include_correction")
    return found


async def _known(ctx: Context, id: str, whose: Whose) -> tuple[Role, Correction, str]:
    role = ctx.as_office()
    found = await corrections.get(ctx.tx, id)
    what = found.whose(whose) if found else None
    if found is None or what is None:
        raise Refused(_("There is no such correction."))
    return role, found, what


async def _note(ctx: Context, role: Role, correction: Correction, whose: Whose, event: str) -> None:
    # The person is named by what they corrected: no ledger row says more about a citizen.
    payload = {"correction": correction.id, "case": correction.case, "all_of": whose, "unit": correction.unit}
    await ledger.append(ctx.tx, "city", f"{Party.OFFICE}:{role.id}", event, payload, ctx.now)


async def _keep(
    ctx: Context, case: Case, sort: Sort, by: Role | None, *, was: str, became: str | None = None, unit: str | None = None
) -> None:
    if case.kind in TAUGHT_BY:
        kept = Correction(
            id=new_id(ctx.now), case=case.id, sort=sort, person=by.person if by else case.reporter, role=by.id if by else None,
            unit=unit, was=was, became=became, corrected_at=ctx.now,
        )  # fmt: skip
        await corrections.add(ctx.tx, kept)


def _suggested(ctx: Context, case: Case) -> str | None:
    """Name the unit to which the first suggestion would have led; None if the case has gone there, or there was none.

    Where the area was not known, it has gone there if that is the unit for the suggestion in any area.
    """
    city = ctx.city.city
    likely = guessed_categories(ctx, case)
    if not likely:
        return None
    category = case.category if case.category in city.categories else likely[0].code
    areas = (case.area,) if case.area in city.areas else (city.root_area.code, *city.areas)
    units = [route(city, case.kind, area, category).unit for area in areas]
    return None if case.unit in units else units[0]
