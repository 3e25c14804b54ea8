"""Telling people: everything that an action wants said goes into the outbox in the action's own transaction."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace
from datetime import datetime, timedelta

from actions.cards import Card, aloud, is_urgent
from actions.citizen_cards import citizen_card
from actions.context import Context
from actions.facts import Facts, facts, facts_for_office, with_advice
from actions.hearing import heard
from actions.office_cards import closed_card, office_card, post_card
from actions.record import for_others
from actions.unit_cards import left_card, unit_card
from dialog.outgoing import Outgoing, say
from dialog.subjects import screen_button
from dialog.texts import Text, _, verbatim
from domain.bells import BellKind, hint
from domain.cases import CaseKind
from domain.ratings import reaches_unit_at
from storage import cases, chat_cards, ledger, memory, outbox, people, quotas, releases, roles
from storage.cases import Case
from storage.entries import Entry
from storage.outbox import Lane, OutboxRow
from storage.people import Conversation
from storage.roles import Role, RoleKind

TOGETHER = timedelta(seconds=1)
"""How long news waits for more about the same case."""

FETCHED = "web"
"""The channel whose messages wait until somebody looks; whoever is written to on another is told by it."""
RING_PAUSE = timedelta(minutes=10)
BELLS: dict[BellKind, Text] = {
    BellKind.MAIL: _("E-mail"),
    BellKind.WECOM: _("WeCom group robot"),
    BellKind.DINGTALK: _("DingTalk group robot"),
    BellKind.FEISHU: _("Feishu group robot"),
}


async def queue(
    ctx: Context,
    conversation: Conversation,
    message: Outgoing,
    *,
    lane: Lane = Lane.NOTICE,
    due: datetime | None = None,
    edits: str | None = None,
) -> str:
    """Queue a message to one conversation and return its id; as it goes out, an older card of its case loses its buttons."""
    if lane is Lane.ANSWER and message.silent:
        message = replace(message, silent=False)  # whoever acts in the night is awake
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


async def tell(ctx: Context, person: str, message: Outgoing, due: datetime | None = None, *, but_on: str = "") -> int:
    """Tell a person, wherever they are, and ring for staff who have only the web; return how many chats can be written to.

    `but_on` is a channel that must not be counted on.
    """
    chats = [chat for chat in await people.conversations(ctx.tx, person) if chat.channel != but_on]
    for chat in chats:
        await queue(ctx, chat, message, due=due)
    reached = [chat.channel for chat in chats if not chat.unreachable]
    # What somebody follows as a citizen must never sound in a group of colleagues.
    if set(reached) == {FETCHED} and message.card != Card.CITIZEN:
        await _ring(ctx, person, message.subject, due)
    return len(reached)


async def _ring(ctx: Context, person: str, about: str | None, due: datetime | None) -> None:
    """Ring the bells of a member of staff, each once in ten minutes for one case: its number and a link, nothing else.

    In the quiet hours they ring for urgent cases only; for the others when these hours are over.
    """
    bells = await people.bells(ctx.tx, person)
    if not bells or not await roles.of_person(ctx.tx, person):
        return
    case = await cases.get(ctx.tx, about) if about else None
    # A group has other members: of misconduct reports they don't even learn that there is one.
    if case and case.kind is not CaseKind.MISCONDUCT:
        what = _("Case {number}: something new.", number=case.number)
    else:
        what = _("There is news for you.")
    for bell in bells:
        to = await people.addressed(ctx.tx, ctx.keys, bell.id)
        # Counted for the address: the robot of a group to which several colleagues gave it rings once for all of them.
        once = ctx.keys.name("ring", bell.channel, to.address, about or "")
        if await quotas.use(ctx.tx, once, 1, 1, RING_PAUSE, ctx.now) is None:
            await queue(ctx, bell, bell_message(ctx, what), due=due or (aloud(ctx, case) if case else None))


def bell_message(ctx: Context, what: Text) -> Outgoing:
    """Say something with a bell: one sentence, and the link to the chat."""
    return say(what, _("Open {link}", link=f"{ctx.public_url}/"))


async def take_down(ctx: Context, bell: Conversation) -> None:
    """Ring a bell no more, not even for what waits to be sent to it."""
    await people.mark_unreachable(ctx.tx, bell.id, ctx.now)
    await outbox.drop_waiting(ctx.tx, bell.id)


async def bell_name(ctx: Context, bell: Conversation) -> Text:
    """Name a bell to its owner."""
    to = await people.addressed(ctx.tx, ctx.keys, bell.id)
    kind = BellKind(bell.channel)
    return _("{kind} {address}", kind=BELLS[kind], address=verbatim(hint(kind, to.address)))


def code_key(bell: str) -> str:
    """Name what is remembered of a bell whose code was mailed and not given yet."""
    return f"bell code {bell}"


async def tell_followers(
    ctx: Context, case: Case, *news: Text, but: str | None = None, files: Sequence[str] = (), alone: bool = False
) -> None:
    """Tell the citizen, and everybody else who follows the case, what happened; the case's card comes with it.

    What happens within a moment is told in one message. Those whose cases were merged into this one are told too, unless it
    is for this case's own followers `alone`.
    """
    await _tell_each(ctx, case, set(await cases.followers(ctx.tx, case.id)) - {but}, news, files)
    if not alone:
        await tell_merged(ctx, case, *news, but=but, files=files)


async def tell_merged(ctx: Context, case: Case, *news: Text, but: str | None = None, files: Sequence[str] = ()) -> None:
    """Tell those whose cases were merged into this one, with the card of their own; who follows both has heard it there.

    The news must not quote a citizen: none sees another's words. What it quotes of staff is masked.
    """
    news = tuple(_masked(ctx, case, one) for one in news)
    told = {but, *await cases.followers(ctx.tx, case.id)}
    for merged in await cases.led_by(ctx.tx, case.id):
        followers = set(await cases.followers(ctx.tx, merged.id)) - told
        await _tell_each(ctx, merged, followers, news, files)
        told |= followers


def _masked(ctx: Context, case: Case, news: Text) -> Text:
    text = news.args.get("text")
    return replace(news, args={**news.args, "text": for_others(ctx, case, text)}) if isinstance(text, str) else news


async def _tell_each(ctx: Context, case: Case, persons: Set[str], news: tuple[Text, ...], files: Sequence[str]) -> None:
    if not persons:
        return
    card = citizen_card(ctx, await facts(ctx, case))
    for person in sorted(persons):
        for conversation in await people.conversations(ctx.tx, person):
            await _feed_back(ctx, conversation, card, news, tuple(files))


async def _feed_back(
    ctx: Context, conversation: Conversation, card: Outgoing, news: tuple[Text, ...], files: tuple[str, ...]
) -> None:
    row = await chat_cards.standing_card(ctx.tx, conversation.id, card.subject or "", card.card or "")
    if row and row.edits is None and row.due_at > ctx.now:
        before = row.outgoing(ctx.keys)
        both = card.with_news(*before.lines[: before.news], *news, files=(*before.files, *files))
        if await outbox.replace_unsent(ctx.tx, ctx.keys, row.id, both, ctx.now, row.due_at):
            return
    await queue(ctx, conversation, card.with_news(*news, files=files), due=ctx.now + TOGETHER)


async def tell_unit(
    ctx: Context,
    case: Case,
    *news: Text,
    files: Sequence[str] | None = None,
    due: datetime | None = None,
    passing: bool = False,
    f: Facts | None = None,
) -> Sequence[Role]:
    """Give those who deal with a case at its unit its card, with what is new above it; nobody is there: the office is told.

    Returns whom it can reach, one role a person: of those who are there at the time at which it comes.

    `files` are those to show, by default all that the citizen sent; `due` is when they get it, by default now. Of a bad
    rating nothing is told before its hour is over. What is only `passing`, as a reminder is, goes when the card is brought up
    to date. `f` are the facts of the case where they are read already.
    """
    if case.unit is None:
        return ()
    if case.kind is CaseKind.BAD_RATING:
        due = max(due or ctx.now, reaches_unit_at(case.filed_at, ctx.city.city.zone))
    f = f or await facts(ctx, case)
    then = at(ctx, due)
    shown = tuple(files) if files is not None else heard(then, f).citizens_files
    told = []
    for role in await _who_deals(then, f):
        card = unit_card(then, f, (role,))
        card = card.with_passing_news(*news, files=shown) if passing else card.with_news(*news, files=shown)
        if await tell(ctx, role.person, card, due):
            told.append(role)
    if all(role.is_away(then.now) for role in told):
        await tell_unreachable(ctx, case.unit, None if is_urgent(ctx, case) else ctx.city.after_quiet(then.now))
    return told


def at(ctx: Context, due: datetime | None) -> Context:
    """Give what is known when something is sent that is due then: what it shows must be true when it is read."""
    return replace(ctx, now=due) if due and due > ctx.now else ctx


async def tell_left(ctx: Context, case: Case, news: Text) -> None:
    """Tell those who dealt with a case, as it was before it left their unit; they are not given its card any more."""
    for role in await _who_deals(ctx, await facts(ctx, case)):
        await tell(ctx, role.person, say(news))


async def tell_holder(ctx: Context, case: Case, *news: Text, entry: Entry | None = None) -> None:
    """Tell whoever deals with the case at the unit, or all its contacts while nobody has signed it in.

    With a merged case that is the unit of the one it follows.
    """
    lead = await cases.leading(ctx.tx, case)
    if lead.id != case.id:
        news = (_("From a citizen whose case {number} was merged with this one:", number=case.number), *news)
    await tell_unit(ctx, lead, *news, files=entry.files if entry else ())


async def tell_heads(
    ctx: Context, unit: str, message: Outgoing, due: datetime | None = None, *, but: Set[str] = frozenset()
) -> bool:
    """Tell the heads of a unit who are there; all of them where none is. `but` are persons who know. False if none knows."""
    heads = await roles.of_unit(ctx.tx, unit, RoleKind.HEAD)
    there = [role for role in heads if not role.is_away(ctx.now)] or heads
    return any([role.person in but or await tell(ctx, role.person, message, due) for role in there])


async def tell_office(ctx: Context, message: Outgoing, due: datetime | None = None, *, but_on: str = "") -> bool:
    """Tell everybody at the supervision office; `but_on` as in `tell`. False if nobody there can be reached."""
    return any([await tell(ctx, person, message, due, but_on=but_on) for person in await _office(ctx)])


async def lose(ctx: Context, conversation: Conversation) -> None:
    """Note that somebody can't be written to any more; the office is told of a member of staff, the owner of a bell."""
    if conversation.is_bell:
        await _lose_bell(ctx, conversation)
        return
    if conversation.unreachable:
        return
    await people.mark_unreachable(ctx.tx, conversation.id, ctx.now)
    held = await roles.of_person(ctx.tx, conversation.person)
    if held:
        names = ", ".join(dict.fromkeys(role.name for role in held))
        await tell_office(
            ctx, say(_("{name} can't be written to: the chat is blocked or was never started. Please ring them.", name=names))
        )


async def _lose_bell(ctx: Context, bell: Conversation) -> None:
    is_new = await memory.recall(ctx.tx, ctx.keys, code_key(bell.id), ctx.now)
    if bell.unreachable and not is_new:
        return
    await take_down(ctx, bell)
    await memory.remember(ctx.tx, ctx.keys, code_key(bell.id), b"", ctx.now)
    if not is_new:
        await ledger.append(ctx.tx, f"person:{bell.person}", "system", "bell_lost", {"kind": bell.channel}, ctx.now)
    name = await bell_name(ctx, bell)
    lines = (
        _("Your bell can't be rung: {bell}. Its address is wrong, or nothing is taken there any more.", bell=name),
        _("We send nothing there any more. You can set up another bell."),
    )
    await tell(ctx, bell.person, say(*lines, rows=((screen_button(_("Bell"), "bell"),),)))


async def tell_unreachable(ctx: Context, unit: str, due: datetime | None = None) -> None:
    """Tell the office, once a day and unit, that nobody there can be reached; what is not due at a time can't wait.

    The two are counted apart: news that wait for the morning must not keep back what is urgent.
    """
    if not await roles.is_held(ctx.tx, RoleKind.OFFICE):
        return
    where = _("Nobody can be reached at {unit}, and a case waits there.", unit=ctx.city.unit(unit))
    what = _("Please invite a contact, or ring the unit.")
    if ctx.city.city.is_confidential(unit):
        where = _("A discipline team can't be reached, and something waits there.")
        what = _("Please ring the team. Its staff is invited by the operator.")
    once = f"unreachable {unit}" if due else f"unreachable at once {unit}"
    if await quotas.use(ctx.tx, once, 1, 1, timedelta(days=1), ctx.now) is None:
        await tell_office(ctx, say(where, what), due)


async def queue_for_office(ctx: Context, case: Case, *news: Text, due: datetime | None = None) -> bool:
    """Give everybody at the supervision office the card of a case that waits for them; False if nobody there can be reached.

    The news stay above it only until the card is brought up to date: by then somebody has decided.
    """
    if case.kind is CaseKind.MISCONDUCT:
        return await tell_office(
            ctx, say(_("A misconduct report has found no discipline team to go to. Please check the city's units and rules."))
        )
    f, then = await facts_for_office(ctx, case), at(ctx, due)
    cards = {person: office_card(then, f, person) for person in await _office(ctx)}
    return any(
        [await tell(ctx, person, card.with_passing_news(*news, files=f.citizens_files), due) for person, card in cards.items()]
    )


async def refresh_cards(ctx: Context, case: Case) -> None:
    """Bring the newest card of the case in each staff conversation up to date; where it has left its unit nothing else stays."""
    f = await facts(ctx, case)
    for row in await chat_cards.cards(ctx.tx, case.id, Card.UNIT, ctx.now):
        conversation = await people.conversation(ctx.tx, row.conversation)
        viewer = await _roles(ctx, conversation.person) if conversation else ()
        if conversation and any(role.unit == case.unit for role in viewer):
            then = at(ctx, row.due_at)
            await _redraw(ctx, conversation, row, replace(unit_card(then, f, viewer), files=heard(then, f).citizens_files))
        elif conversation:
            await _take_away(ctx, conversation, case, left_card(case))
    shown = await chat_cards.cards(ctx.tx, case.id, Card.OFFICE, ctx.now)
    f = await with_advice(ctx, f) if shown else f
    office = await _office(ctx) if shown else ()
    for row in shown:
        conversation = await people.conversation(ctx.tx, row.conversation)
        if conversation and conversation.person not in office:
            await _take_away(ctx, conversation, case, closed_card(case))
        elif conversation:
            card = office_card(at(ctx, row.due_at), f, conversation.person)
            await _redraw(ctx, conversation, row, replace(card, files=f.citizens_files))
    await _refresh_posts(ctx, case)


async def _redraw(ctx: Context, conversation: Conversation, row: OutboxRow, card: Outgoing) -> None:
    """Put a card in the place of one as it stood before, under the news for which that one came."""
    stands = await chat_cards.as_it_stands(ctx.tx, row)
    shown = stands.outgoing(ctx.keys)
    if row.due_at > ctx.now and stands.id == row.id:
        to_come = _to_come(shown, card)
        if await outbox.replace_unsent(ctx.tx, ctx.keys, row.id, to_come, ctx.now, row.due_at):
            return
    news = shown.lines[: shown.news]
    due = max(row.due_at, ctx.now)
    await queue(ctx, conversation, card.with_news(*news, files=card.files), edits=row.id, due=due)


def _to_come(shown: Outgoing, card: Outgoing) -> Outgoing:
    """Give a card that is still to come as it is now: what passes, as a reminder does, stays if all that stood under it does.

    With nothing left to say it comes without a sound.
    """
    news, rest = shown.lines[: shown.news], shown.lines[shown.news :]
    passing, before = rest[: shown.passing], rest[shown.passing :]
    if all(line in card.lines for line in before):
        card = card.with_passing_news(*passing)
    elif passing and not news:
        card = replace(card, silent=True)
    return card.with_news(*news, files=shown.files)


async def take_back(ctx: Context, person: str) -> None:
    """Take from somebody's chats what they hold of cases that none of their roles lets them read any more."""
    viewer, is_office = await _roles(ctx, person), person in await _office(ctx)
    for conversation in await people.conversations(ctx.tx, person):
        for id in await outbox.subjects(ctx.tx, conversation.id):
            case = await cases.get(ctx.tx, id)
            if case and not any(role.unit == case.unit for role in viewer):
                await _take_away(ctx, conversation, case, left_card(case))
            if case and not is_office:
                await _take_away(ctx, conversation, case, closed_card(case))


async def _take_away(ctx: Context, conversation: Conversation, case: Case, gone: Outgoing) -> None:
    """Leave of a case, in the chat of somebody who may not read such a card any more, nothing but the line that says so.

    What they read of it as a citizen, or in another role, stays.
    """
    held = await roles.of_person(ctx.tx, conversation.person)
    reads = any(role.kind is RoleKind.OFFICE or role.unit == case.unit for role in held)
    keeps = reads or await cases.follows(ctx.tx, case.id, conversation.person)
    for row in await outbox.about(ctx.tx, conversation.id, case.id):
        is_such = row.card is not None and row.card.partition(":")[0] == gone.card
        if (is_such or (row.card is None and not keeps)) and row.outgoing(ctx.keys).lines != gone.lines:
            await _put_in_place(ctx, conversation, row, gone)


async def wipe(ctx: Context, case: Case) -> None:
    """Take what was said of a case from the chats of office and unit, and give each its newest card as it reads now."""
    gone = Outgoing(lines=(_("What stood here of case {number} was erased on request.", number=case.number),), subject=case.id)
    unit = [role.person for kind in RoleKind for role in await roles.of_unit(ctx.tx, case.unit or "", kind)]
    for person in dict.fromkeys((*await _office(ctx), *unit)):
        follows = await cases.follows(ctx.tx, case.id, person)
        for conversation in await people.conversations(ctx.tx, person):
            for row in await outbox.about(ctx.tx, conversation.id, case.id):
                is_staffs = row.card is not None and row.card.partition(":")[0] in (Card.UNIT, Card.OFFICE)
                if is_staffs or (row.card is None and not follows):
                    await _put_in_place(ctx, conversation, row, gone)
    await refresh_cards(ctx, case)


async def _put_in_place(ctx: Context, conversation: Conversation, row: OutboxRow, gone: Outgoing) -> None:
    """Overwrite what is kept of a message, and what is seen of it."""
    await outbox.overwrite(ctx.tx, ctx.keys, row.id, gone)
    if row.edits is None:
        await queue(ctx, conversation, replace(gone, card=row.card), edits=row.id)


async def _refresh_posts(ctx: Context, case: Case) -> None:
    """Bring the posts of a case in the public channel up to date, if the public would see a difference."""
    posts = await chat_cards.cards(ctx.tx, case.id, Card.POST, ctx.now)
    card = post_card(ctx, case, await releases.get(ctx.tx, case.id)) if posts else None
    for row in posts:
        conversation = await people.conversation(ctx.tx, row.conversation)
        standing = await chat_cards.standing_card(ctx.tx, row.conversation, case.id, Card.POST)
        if conversation and card and standing and standing.outgoing(ctx.keys).lines != card.lines:
            await queue(ctx, conversation, card, edits=row.id)


async def _office(ctx: Context) -> Sequence[str]:
    return tuple(dict.fromkeys(role.person for role in await roles.of_kind(ctx.tx, RoleKind.OFFICE)))


async def _roles(ctx: Context, person: str) -> Sequence[Role]:
    return [role for role in await roles.of_person(ctx.tx, person) if role.unit]


async def _who_deals(ctx: Context, f: Facts) -> Sequence[Role]:
    """One role a person: the holder alone where there is one, else every contact of the unit; of them, those who are there.

    Where nobody of them is, their deputies are told too; without a deputy the heads are told in their place, and act in it.
    """
    unit = f.case.unit or ""
    holder = f.holder if f.holder and f.holder.unit == unit else None
    there = roles.dealing(f.contacts, holder, ctx.now)
    if there and holder:
        there = (holder, *there)
    if not there:
        heads = await roles.of_unit(ctx.tx, unit, RoleKind.HEAD)
        there = [role for role in heads if not role.is_away(ctx.now)] or ((holder,) if holder else f.contacts)
    return tuple({role.person: role for role in there}.values())
