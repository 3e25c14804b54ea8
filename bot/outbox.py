"""The outbox loop: sends what is due on a channel that pushes, answers first, notices paced, in order for each chat."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from actions.cards import Card
from actions.context import Context
from actions.notices import lose, queue
from actions.releasing import tell_not_posted
from bot.attachments import Attachments, Found
from bot.bell import Bell
from bot.channels.door import Channel, Letter, Moved, TryLater, Undeliverable
from bot.clock import Clock
from bot.pace import Pace
from bot.town import Town
from dialog.outgoing import Outgoing
from dialog.texts import _
from storage import chat_cards, outbox, people
from storage.database import Conflict, Database, StorageError, Tx, Unavailable
from storage.keys import Keys, Unsealable
from storage.outbox import Lane, OutboxRow
from storage.people import Addressed

log = logging.getLogger("huiyin.outbox")

# Renewed while a message is being sent, so that what a dead process held is taken over soon.
LEASE = timedelta(seconds=8)
RENEW = 2.0
LOOK_AGAIN = 1.0
AT_ONCE = 500
"""How many messages may be on their way: a chat that gives no answer holds a place for half a minute, and nobody is to wait."""
LEASED = 64
"""How many are taken in one transaction."""
FILES_WAIT = timedelta(seconds=30)
FILES_LOOK = timedelta(seconds=1)
PATIENCE = timedelta(hours=24)
PATIENT_LOOK = timedelta(seconds=15)
LONGEST_BACK_OFF = 60.0
CROWD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A row to be sent, and whom it goes to.

    `edited` is the row whose message it replaces, `before` the older card of its case that loses its buttons, for which it
    `waits` where that one is still being sent. It has lost its own (`bare`) where a newer one has overtaken it.
    """

    row: OutboxRow
    to: Addressed
    edited: OutboxRow | None
    before: OutboxRow | None
    waits: bool
    bare: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Out:
    """A row that is out; `late` are the ids of files that were still on their way to us."""

    row: OutboxRow
    external_id: str | None
    late: tuple[str, ...] = ()


class OutboxLoop:
    """Sends the rows of one push channel."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        clock: Clock,
        bell: Bell,
        channel: Channel,
        town: Town,
        attachments: Attachments,
        pace: Pace,
        *,
        hurried: bool = True,
    ) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._bell = bell
        self._channel = channel
        self._town = town
        self._attachments = attachments
        self._pace = pace
        self._sending: dict[str, asyncio.Task[None]] = {}
        # What is out is noted with the next lease: one commit for everything that came back meanwhile.
        self._out: dict[str, Out] = {}
        self._closed_until = datetime.fromtimestamp(0, UTC)
        self._hushed: dict[str, datetime] = {}
        self._stopping = False
        # Bells may be a second late; woken by every turn of the whole city, their loops would take the write lock for nothing.
        self._rung = bell.listen("outbox") if hurried else asyncio.Event()

    def stop(self) -> None:
        """Finish what is being sent and begin no other."""
        self._stopping = True
        self._rung.set()

    async def run(self) -> None:
        """Send until stopped."""
        pause = 0.0
        renewing = asyncio.create_task(self._renew())
        while not self._stopping:
            self._rung.clear()
            try:
                _begun, wait = await self._take()
                pause = 0.0
            except StorageError as error:
                wait = pause = min(5.0, pause * 2 or 0.1)
                log.warning("outbox_waits_for_the_store", extra={"fields": {"why": str(error)}})
            if wait:
                await self._clock.until(self._rung, wait)
        await asyncio.gather(*self._sending.values(), return_exceptions=True)
        while self._out:  # forgotten, it would be sent once more
            try:
                await self._take()
            except StorageError as error:
                log.warning("outbox_waits_for_the_store", extra={"fields": {"why": str(error)}})
                await self._clock.sleep(0.1)
        renewing.cancel()

    async def drain(self) -> bool:
        """Send all that is due now and wait until it is out; False if there was nothing."""
        any_begun = False
        while (await self._take())[0]:
            any_begun = True
            await asyncio.gather(*self._sending.values(), return_exceptions=True)
        return any_begun

    async def _renew(self) -> None:
        while True:
            await self._clock.sleep(RENEW)
            ours = (*self._sending, *self._out)
            if not ours:
                continue
            try:
                await self._database.do(partial(outbox.renew, ids=ours, until=self._clock.now() + LEASE))
            except StorageError as error:
                log.warning("outbox_waits_for_the_store", extra={"fields": {"why": str(error)}})

    async def _take(self) -> tuple[bool, float]:
        """Note what is out, lease rows that are due and begin to send them; tell if there were any, and when to look again.

        That is in so many seconds, or as soon as it rings, as it does when something is out.
        """
        now = self._clock.now()
        out = tuple(self._out.values())
        free = 0 if self._stopping or now < self._closed_until else min(LEASED, AT_ONCE - len(self._sending))
        if free <= 0 and not out:
            return False, LOOK_AGAIN

        async def note_and_lease(tx: Tx) -> tuple[list[Taken], datetime | None]:
            if out:
                await self._note(tx, out, now)
            if free <= 0:
                return [], None
            rows = list(await outbox.lease(tx, self._channel.name, Lane.ANSWER, now, now + LEASE, free))
            allowed = min(free - len(rows), self._pace.allowed(now))
            if allowed > 0:
                rows += await outbox.lease(tx, self._channel.name, Lane.NOTICE, now, now + LEASE, allowed)
            addresses: dict[str, Addressed] = {}
            found = [await self._taken(tx, row, addresses, now) for row in rows]
            return [one for one in found if one], await outbox.next_due(tx, self._channel.name, now)

        taken, due = await self._database.do(note_and_lease)
        for known in out:
            del self._out[known.row.id]
        self._pace.count(sum(one.row.lane is Lane.NOTICE and not one.row.edits for one in taken))
        for chain in self._chains(taken):
            task = asyncio.create_task(self._send_in_turn(chain))
            ids = [one.row.id for one in chain]
            self._sending |= dict.fromkeys(ids, task)
            task.add_done_callback(partial(self._sent, ids))
        if taken and len(taken) == free:
            return True, 0.0
        wait = (due - now).total_seconds() if due else LOOK_AGAIN
        return bool(taken), min(LOOK_AGAIN, max(0.02, wait))

    def _chains(self, taken: Sequence[Taken]) -> Sequence[Sequence[Taken]]:
        """Sort what was taken by whom it goes to, in order; without what is still being sent, and what comes behind that.

        That is so where the store was away for longer than the lease.
        """
        chains: dict[tuple[str, Lane], list[Taken]] = {}
        for one in taken:
            chains.setdefault((one.row.conversation, one.row.lane), []).append(one)
        return [
            chain for chain in chains.values() if not any(one.row.id in self._sending or one.row.id in self._out for one in chain)
        ]

    async def _note(self, tx: Tx, out: Sequence[Out], now: datetime) -> None:
        """Mark rows as sent: together, or each alone if one of them can't be, which is taken again when its lease has run out."""
        try:
            async with tx.savepoint():
                for one in out:
                    await self._mark_sent(tx, one, now)
        except (Conflict, Unavailable):
            raise
        except Exception:
            for one in out:
                await _alone(tx, self._mark_sent(tx, one, now))

    async def _taken(self, tx: Tx, row: OutboxRow, addresses: dict[str, Addressed], now: datetime) -> Taken | None:
        edited = await outbox.get(tx, row.edits) if row.edits else None
        try:
            if row.conversation not in addresses:
                addresses[row.conversation] = await people.addressed(tx, self._keys, row.conversation)
        except (Unsealable, LookupError) as error:
            log.error("send_failed", exc_info=error)
            return None
        before = await chat_cards.card_before(tx, row, now)
        if before and not (await chat_cards.as_it_stands(tx, before)).outgoing(self._keys).rows:
            before = None
        # What was leased together with this one has its buttons no more.
        waits = before is not None and before.sent_at is None and (before.id in self._sending or before.id in self._out)
        bare = await chat_cards.is_outdated(tx, row, now)
        return Taken(row=row, to=addresses[row.conversation], edited=edited, before=before, waits=waits, bare=bare)

    def _sent(self, ids: Sequence[str], task: asyncio.Task[None]) -> None:
        for id in ids:
            del self._sending[id]
        self._rung.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("send_failed", exc_info=error)

    async def _send_in_turn(self, chain: Sequence[Taken]) -> None:
        """Send rows of one conversation; what comes behind one that is not out is given back."""
        for n, one in enumerate(chain, start=1):
            await self._send(one)
            if one.row.id not in self._out:
                if rest := [other.row.id for other in chain[n:]]:
                    await self._database.do(partial(outbox.give_back, ids=rest))
                return

    async def _send(self, taken: Taken) -> None:
        """Send one row and note how it went. What fails here leaves the row: its lease runs out and it is taken again."""
        row, to, edited, before = taken.row, taken.to, taken.edited, taken.before
        now = self._clock.now()
        if row.edits and (edited is None or not edited.external_id):
            if edited and edited.sent_at is None and edited.parked_at is None and edited.due_at > now:
                await self._put_off(row, edited.due_at)  # it comes when the quiet hours are over, and so does its edit
            elif edited and edited.sent_at is None and edited.parked_at is None:
                await self._put_off(row, now + FILES_LOOK, holds=True)  # what it edits still waits for its files
            else:
                self._out[row.id] = Out(row=row, external_id=None)
            return
        if taken.waits:
            await self._put_off(row, now + FILES_LOOK, holds=True)
            return
        paced = row.lane is Lane.NOTICE and not row.edits
        if paced and (wait := self._pace.wait(row.conversation, now, group=row.card == Card.POST)):
            await self._put_off(row, now + wait, holds=True)
            return
        message = row.outgoing(self._keys)
        found = await self._attachments.of(message.files if not row.edits else ())
        if found.waiting and now - row.created_at < (PATIENCE if message.patient else FILES_WAIT):
            await self._put_off(row, now + (PATIENT_LOOK if message.patient else FILES_LOOK))
            return
        drawn = await self._attachments.drawn(message.picture, to.language) if message.picture and not row.edits else None
        letter = Letter(
            address=to.address,
            language=to.language,
            message=_with_missing_files(replace(message, rows=()) if taken.bare else message, found),
            attachments=(*found.ready, *((drawn,) if drawn else ())),
            edits=edited.external_id if edited else None,
            bares=before.external_id if before else None,
        )
        try:
            external_id = await self._channel.send(letter)
        except TryLater as later:
            await self._later(row, later)
        except (Undeliverable, Moved, ValueError) as error:
            await self._undeliverable(row, error)
        else:
            self._out[row.id] = Out(row=row, external_id=external_id, late=found.waiting if not message.patient else ())

    async def _mark_sent(self, tx: Tx, out: Out, now: datetime) -> None:
        row = out.row
        await outbox.mark_sent(tx, self._keys, row, out.external_id, now)
        conversation = await people.conversation(tx, row.conversation) if out.late else None
        if conversation:
            message = Outgoing(
                lines=(_("The files that were on their way:"),),
                files=out.late,
                subject=row.subject,
                card=f"{row.card}:files" if row.card else None,
                patient=True,
            )
            await queue(await self._town.context(tx), conversation, message, lane=row.lane, due=now + PATIENT_LOOK)

    async def _put_off(self, row: OutboxRow, until: datetime, *, holds: bool = False) -> None:
        await self._database.do(lambda tx: outbox.put_off(tx, row.id, until, holds=holds))

    async def _later(self, row: OutboxRow, later: TryLater) -> None:
        """Wait as the far end asks; several chats refused within a second, or a far end out of reach, hold everything up."""
        now = self._clock.now()
        after = max(later.after.total_seconds(), min(LONGEST_BACK_OFF, 0.5 * 2 ** min(row.tries, 12)) if not later.certain else 0)
        until = now + timedelta(seconds=after * (1 + random.random() / 5))
        self._hushed = {chat: at for chat, at in self._hushed.items() if now - at < timedelta(seconds=1)}
        self._hushed[row.conversation] = now
        if later.everywhere or (later.certain and len(self._hushed) >= CROWD):
            self._closed_until = max(self._closed_until, until)

        async def later_(tx: Tx) -> None:
            await outbox.try_later(tx, row.id, until, str(later))
            await outbox.hush(tx, row.conversation, until)

        await self._database.do(later_)

    async def _undeliverable(self, row: OutboxRow, error: Exception) -> None:
        """Park a message that will never be taken; a member of staff who can't be written to is made known to the office."""
        now = self._clock.now()
        log.warning("message_parked", extra={"fields": {"row": row.id, "why": str(error)}})

        async def park(tx: Tx) -> Context | None:
            await outbox.park(tx, row.id, str(error), now)
            conversation = await people.conversation(tx, row.conversation)
            post = row.card == Card.POST
            if conversation is None or not isinstance(error, Undeliverable) or not (post or error.gone):
                return None
            ctx = await self._town.context(tx)
            await (tell_not_posted(ctx) if post else lose(ctx, conversation))
            return ctx

        if ctx := await self._database.do(park):
            self._bell.ring_for(ctx.rings, ctx.now)


async def _alone(tx: Tx, work: Coroutine[Any, Any, None]) -> None:
    """Do what concerns one row; its own error is logged and undoes nothing else."""
    try:
        async with tx.savepoint():
            await work
    except (Conflict, Unavailable):
        raise
    except Exception as error:
        log.error("send_failed", exc_info=error)


def _with_missing_files(message: Outgoing, found: Found) -> Outgoing:
    if not found.waiting and not found.refused:
        return message
    lines = list(message.lines)
    if found.waiting:
        lines.append(_("(A file is on its way.)") if not message.patient else _("(A file could not be fetched.)"))
    if found.refused:
        lines.append(_("(Files that could not be taken: {count})", count=len(found.refused)))
    return replace(message, lines=tuple(lines))
