"""What a citizen says against the striking of their rating, once: the office reads it, the unit that was rated never does."""

from __future__ import annotations

from collections.abc import Sequence

from actions.context import Context
from actions.facts import facts
from actions.notices import tell_office
from actions.record import move, note, state_after, write
from dialog.outgoing import Outgoing
from dialog.subjects import Refused, screen_button
from dialog.texts import _
from domain.cases import Event, Party
from storage.cases import Case
from storage.entries import EntryKind


async def can_object(ctx: Context, case: Case) -> None:
    """Let only those object who follow the case of a struck rating, and nobody twice. Raises Refused."""
    await ctx.as_follower(case)
    state_after(case, Event.OBJECT, Party.CITIZEN)
    f = await facts(ctx, case)
    if not f.is_struck:
        raise Refused(_("The rating of case {number} was not struck.", number=case.number))
    if f.objection:
        raise Refused(_("You have objected already; the supervision office reads it. That is possible once."))


async def object_to_strike(ctx: Context, id: str, text: str, files: Sequence[str]) -> Case:
    """Keep an objection with the case, and give it to the office. Raises Refused."""
    case = await ctx.case(id)
    await can_object(ctx, case)
    case = await move(ctx, case, Event.OBJECT, Party.CITIZEN)
    entry = await write(ctx, case, EntryKind.OBJECTED, Party.CITIZEN, text, files=files)
    await note(ctx, case, Event.OBJECT, Party.CITIZEN, entry=entry.id, text=entry.hash, files=list(entry.files))
    news = _(
        "Case {number}: the citizen objects to the striking of their rating: {text}", number=case.number, text=entry.text or "📎"
    )
    rows = ((screen_button(_("Show the case"), "office_case", case.id),),)
    await tell_office(ctx, Outgoing(lines=(news, _("Nobody at the unit reads this.")), rows=rows, files=entry.files))
    return case
