"""The office looks at what a unit calls done, or rings the citizen: it confirms the result, or reopens the case."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from actions.cards import due
from actions.context import Context
from actions.facts import facts
from actions.notices import refresh_cards, tell_followers, tell_unit
from actions.record import move, note, write
from actions.staffing import leave_to_unit
from actions.timekeeping import start, start_units, stop
from actions.usual_reasons import as_read
from dialog.subjects import Refused
from dialog.texts import _
from domain.cases import CaseKind, Event, Party
from domain.weeks import Week
from storage import callbacks
from storage.cases import Case
from storage.deadlines import DeadlineKind
from storage.entries import EntryKind

CALLED_BACK = 5


async def confirm(ctx: Context, id: str) -> Case:
    """Note that the result was checked and holds, once a round."""
    case = await ctx.case(id)
    role = ctx.as_office(case)
    if (await facts(ctx, case)).verified:
        raise Refused(_("The result of case {number} has been checked already.", number=case.number))
    case = await move(ctx, case, Event.VERIFY, Party.OFFICE)
    entry = await write(ctx, case, EntryKind.VERIFIED, Party.OFFICE, "")
    await note(ctx, case, Event.VERIFY, Party.OFFICE, role, holds=True, entry=entry.id, text=entry.hash)
    await stop(ctx, case, Event.VERIFY, DeadlineKind.REVISIT)
    await refresh_cards(ctx, case)
    return case


async def reopen(ctx: Context, id: str, reason: str, *, checked: bool = False) -> Case:
    """Let the same unit and contact deal with a case again, with fresh time and a fresh promise; everybody is told why.

    `checked` notes beside it that the result was looked at and does not hold.
    """
    case = await ctx.case(id)
    role = ctx.as_office(case)
    if checked:
        case = await move(ctx, case, Event.VERIFY, Party.OFFICE)
        await note(ctx, case, Event.VERIFY, Party.OFFICE, role, holds=False)
    case = await move(ctx, case, Event.REOPEN, Party.OFFICE, round=case.round + 1)
    entry = await write(ctx, case, EntryKind.REOPENED, Party.OFFICE, reason)
    await note(ctx, case, Event.REOPEN, Party.OFFICE, role, entry=entry.id, text=entry.hash)
    await stop(ctx, case, Event.REOPEN)
    promise = await start(ctx, case, DeadlineKind.PROMISE, ctx.city.times(case.kind, case.category).answer)
    case = await leave_to_unit(ctx, case, Party.OFFICE, role)
    await start_units(ctx, case, Event.REOPEN)
    await refresh_cards(ctx, case)
    await tell_unit(ctx, case, _("Reopened by the supervision office: {text}", text=as_read(entry.text)), files=())
    anew = _("The time begins anew: you get an answer by {due}.", due=due(promise))
    await tell_followers(ctx, case, _("The supervision office has reopened your case: {text}", text=as_read(entry.text)), anew)
    return case


async def sample(ctx: Context) -> Sequence[str]:
    """Give five of the cases that silence closed last week, to be called back: the same five for everybody, all week long."""
    return await callbacks.lowest(ctx.tx, Week.of(ctx.now, ctx.city.city.zone).before().monday, CALLED_BACK)


async def draw_lot(ctx: Context, case: Case) -> None:
    """Let a case that silence closes now take part in its week's draw, unless only a discipline team may know of it.

    The lot follows from the case's random id: nobody can choose one, and everybody who has the ids can draw again.
    """
    if case.kind is CaseKind.MISCONDUCT:
        return
    monday = Week.of(ctx.now, ctx.city.city.zone).monday
    await callbacks.enter(ctx.tx, monday, hashlib.sha256(f"{monday} {case.id}".encode()).hexdigest(), case.id)
