"""Telling people: everything that an action wants said goes into the outbox in the action's own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from actions.cards import Card, Facts, citizen_card, facts, office_card, post_card, unit_card
from actions.context import Context
from dialog.outgoing import Outgoing, say
from dialog.texts import Text, _
from domain.cases import CaseKind
from domain.city import DISCIPLINE
from storage import cases, outbox, people, quotas, releases, roles
from storage.cases import Case
from storage.entries import Entry
from storage.outbox import Lane
from storage.people import Conversation
from storage.roles import Role, RoleKind

TOGETHER = timedelta(seconds=1)
"""How long news waits for more about the same case."""


async def queue(
    ctx: Context,
    conversation: Conversation,
    message: Outgoing,
    *,
    lane: Lane = Lane.NOTICE,
    due: datetime | None = None,
    edits: str | None = None,
) -> str:
    """Queue a message to one conversation and return its id; an older card of the same case keeps its words, not its buttons."""
    if message.card and message.subject and edits is None:
        await _take_buttons_off(ctx, conversation, message, lane)
    ctx.rings.add((conversation.id, due or ctx.now))
    return await outbox.put(
        ctx.tx,
        ctx.keys,
        conversation=conversation.id,
        channel=conversation.channel,
        message=message,
        lane=lane,
        now=ctx.now,
        due=due,
        edits=edits,
    )


def unhurried(ctx: Context, case: Case) -> datetime:
    """Give the time from which something may be said about a case that is not news: after the quiet hours, unless it is urgent.

    What is to be answered within hours is urgent.
    """
    city = ctx.city
    urgent = city.city.is_urgent(case.category) or city.times(case.kind, case.category).answer.elapsed is not None
    return ctx.now if urgent else city.after_quiet(ctx.now)


async def tell(ctx: Context, person: str, message: Outgoing, due: datetime | None = None) -> int:
    """Tell a person, wherever they are; return how many conversations can be written to."""
    reached = 0
    for conversation in await people.conversations(ctx.tx, person):
        await queue(ctx, conversation, message, due=due)
        reached += not conversation.unreachable
    return reached


async def tell_followers(ctx: Context, case: Case, *news: Text, but: str | None = None, files: Sequence[str] = ()) -> None:
    """Tell the citizen, and everybody else who follows the case, what happened; the case's card comes with it.

    What happens within a moment is told in one message.
    """
    card = citizen_card(ctx, await facts(ctx, case))
    for person in await cases.followers(ctx.tx, case.id):
        if person == but:
            continue
        for conversation in await people.conversations(ctx.tx, person):
            await _feed_back(ctx, conversation, card, news, tuple(files))


async def _feed_back(
    ctx: Context, conversation: Conversation, card: Outgoing, news: tuple[Text, ...], files: tuple[str, ...]
) -> None:
    row = await outbox.standing_card(ctx.tx, conversation.id, card.subject or "", card.card or "")
    if row and row.edits is None and row.due_at > ctx.now:
        before = row.outgoing(ctx.keys)
        both = card.below(*before.lines[: before.news], *news, files=(*before.files, *files))
        if await outbox.replace_unsent(ctx.tx, ctx.keys, row.id, both, ctx.now, row.due_at):
            return
    await queue(ctx, conversation, card.below(*news, files=files), due=ctx.now + TOGETHER)


async def tell_unit(
    ctx: Context, case: Case, *news: Text, files: Sequence[str] | None = None, due: datetime | None = None
) -> None:
    """Give every contact of the responsible unit the case's card, with what is new above it; nobody there: the office is told.

    `files` are those to show, by default all that the citizen sent; `due` is when they get it, by default now.
    """
    if case.unit is None:
        return
    f = await facts(ctx, case)
    shown = tuple(files) if files is not None else f.citizens_files
    reached = 0
    for role in await _who_deals(ctx, f):
        reached += await tell(ctx, role.person, unit_card(ctx, f, (role,)).below(*news, files=shown), due)
    if not reached:
        await tell_unreachable(ctx, case.unit)


async def tell_holder(ctx: Context, case: Case, *news: Text, entry: Entry | None = None) -> None:
    """Tell whoever deals with the case at the unit, or all its contacts while nobody has signed it in."""
    await tell_unit(ctx, case, *news, files=entry.files if entry else ())


async def tell_heads(ctx: Context, unit: str, message: Outgoing, due: datetime | None = None) -> None:
    """Tell the heads of a unit."""
    for role in await roles.of_unit(ctx.tx, unit, RoleKind.HEAD):
        await tell(ctx, role.person, message, due)


async def tell_office(ctx: Context, message: Outgoing, due: datetime | None = None) -> None:
    """Tell everybody at the supervision office."""
    for person in dict.fromkeys(role.person for role in await roles.of_kind(ctx.tx, RoleKind.OFFICE)):
        await tell(ctx, person, message, due)


async def lose(ctx: Context, conversation: Conversation) -> None:
    """Note that somebody can't be written to any more; the office is told of a member of staff."""
    if conversation.unreachable:
        return
    await people.mark_unreachable(ctx.tx, conversation.id, ctx.now)
    held = await roles.of_person(ctx.tx, conversation.person)
    if held:
        names = ", ".join(dict.fromkeys(role.name for role in held))
        await tell_office(
            ctx, say(_("{name} can't be written to: the chat is blocked or was never started. Please ring them.", name=names))
        )


async def tell_unreachable(ctx: Context, unit: str) -> None:
    """Tell the office, once a day and unit, that nobody there can be reached."""
    if not await roles.is_held(ctx.tx, RoleKind.OFFICE):
        return
    known = ctx.city.city.units.get(unit)
    if known and known.kind == DISCIPLINE:
        where = _("A discipline team can't be reached, and something waits there.")
    else:
        where = _("Nobody can be reached at {unit}, and a case waits there.", unit=ctx.city.unit(unit))
    if await quotas.use(ctx.tx, f"unreachable {unit}", 1, 1, timedelta(days=1), ctx.now) is None:
        await tell_office(ctx, say(where, _("Please invite a contact, or ring the unit.")))


async def queue_for_office(ctx: Context, case: Case, *news: Text, due: datetime | None = None) -> None:
    """Give everybody at the supervision office the card of a case that waits for them."""
    if case.kind is CaseKind.MISCONDUCT:
        await tell_office(
            ctx, say(_("A misconduct report has found no discipline team to go to. Please check the city's units and rules."))
        )
        return
    f = await facts(ctx, case)
    await tell_office(ctx, office_card(ctx, f).below(*news, files=f.citizens_files), due)


async def refresh_cards(ctx: Context, case: Case) -> None:
    """Bring the newest card of the case in each staff conversation up to date; a card that has left its unit says only that."""
    f = await facts(ctx, case)
    for row in await outbox.cards(ctx.tx, case.id, Card.UNIT):
        conversation = await people.conversation(ctx.tx, row.conversation)
        if conversation:
            viewer = await _roles(ctx, conversation.person)
            card = unit_card(ctx, f, viewer)
            files = f.citizens_files if any(role.unit == case.unit for role in viewer) else ()
            await queue(ctx, conversation, card.below(files=files), edits=row.id)
    for row in await outbox.cards(ctx.tx, case.id, Card.OFFICE):
        conversation = await people.conversation(ctx.tx, row.conversation)
        if conversation:
            await queue(ctx, conversation, office_card(ctx, f).below(files=f.citizens_files), edits=row.id)
    await _refresh_posts(ctx, case)


async def _refresh_posts(ctx: Context, case: Case) -> None:
    """Bring the posts of a case in the public channel up to date, if the public would see a difference."""
    posts = await outbox.cards(ctx.tx, case.id, Card.POST)
    card = post_card(ctx, case, await releases.get(ctx.tx, case.id)) if posts else None
    for row in posts:
        conversation = await people.conversation(ctx.tx, row.conversation)
        standing = await outbox.standing_card(ctx.tx, row.conversation, case.id, Card.POST)
        if conversation and card and standing and standing.outgoing(ctx.keys).lines != card.lines:
            await queue(ctx, conversation, card, edits=row.id)


async def _take_buttons_off(ctx: Context, conversation: Conversation, newer: Outgoing, lane: Lane) -> None:
    row = await outbox.standing_card(ctx.tx, conversation.id, newer.subject or "", newer.card or "")
    shown = row.outgoing(ctx.keys) if row else None
    if row and shown and shown.rows:
        bare = replace(shown, rows=(), subject=newer.subject, card=newer.card)
        await queue(ctx, conversation, bare, lane=lane, edits=row.edits or row.id)


async def _roles(ctx: Context, person: str) -> Sequence[Role]:
    return [role for role in await roles.of_person(ctx.tx, person) if role.kind is RoleKind.CONTACT]


async def _who_deals(ctx: Context, f: Facts) -> Sequence[Role]:
    """One role a person: the holder alone where there is one, else every contact of the unit."""
    if f.holder and f.holder.unit == f.case.unit:
        return (f.holder,)
    contacts = await ctx.colleagues(f.case.unit or "")
    return tuple({role.person: role for role in contacts}.values())
