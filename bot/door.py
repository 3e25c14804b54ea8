"""The door: the program as its channels see it. Everything is committed before it returns."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from actions.alarms import tell_contested, tell_shut_out
from actions.context import Actor, Context
from actions.devices import leave
from bot.attachments import Attachments
from bot.bell import Bell
from bot.channels.door import Attachment, Busy, Delivery, Mailbox
from bot.cleaning import Clean
from bot.clock import Clock
from bot.line import Line
from bot.settings import Settings
from bot.town import Town
from bot.vault import Vault, VaultError, VaultFull
from dialog import incoming as wire
from dialog.incoming import Incoming
from domain.numbers import read_code, without_code
from storage import chat_cards, files, inbox, invitations, mailbox, memory, outbox, people, quotas, roles
from storage.database import Database, Tx, again
from storage.keys import Keys
from storage.outbox import OutboxRow
from storage.times import at, ms

MAILBOX = 200
HISTORY = timedelta(days=7)
CARDS = 100
"""Older cards of cases that a page which comes anew is shown at most."""
TIMES_BEGIN = 10**12
"""Epoch milliseconds. What is less is no time but the number of a row, as pages were told before."""
LOOK_AGAIN = 3.0
NO_ROOM = timedelta(minutes=10)
NO_STORE = timedelta(minutes=1)
SHORT = 10_000
"""Bytes of words that are taken however full the disk is: they are what a case needs."""


class CityDoor:
    """What a channel is given."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        clock: Clock,
        bell: Bell,
        line: Line,
        vault: Vault,
        attachments: Attachments,
        settings: Settings,
        town: Town,
        default_language: str,
    ) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._bell = bell
        self._line = line
        self._vault = vault
        self._attachments = attachments
        self._settings = settings
        self._town = town
        self._default_language = default_language
        self._holder = secrets.token_hex(8)

    async def intake(self, messages: Sequence[Incoming]) -> None:
        """Keep messages in one commit, each once; raises StorageError."""
        if not messages:
            return

        async def keep(tx: Tx) -> None:
            # In one order for everybody, so that two replicas never wait for each other.
            arrived: dict[tuple[str, str], str] = {}
            for message in sorted(messages, key=lambda m: (m.address, m.order)):
                await self._keep(tx, message, arrived)

        came = dict.fromkeys(self._conversation(message.channel, message.address) for message in messages)
        if self._database.serial:
            self._line.join(came)  # work is done in the order in which it is asked for: their turns share this commit
        await again(lambda: self._database.do(keep))
        if not self._database.serial:
            self._line.join(came)

    async def _keep(self, tx: Tx, message: Incoming, arrived: dict[tuple[str, str], str]) -> None:
        now = self._clock.now()
        sender = message.channel, message.address
        if sender not in arrived:
            language = message.language or self._default_language
            arrived[sender] = await people.arrive(tx, self._keys, *sender, language, now)
        await inbox.receive(
            tx,
            channel=message.channel,
            external_id=message.external_id,
            conversation=arrived[sender],
            order=message.order,
            body=self._keys.seal(wire.to_json(message)),
            now=now,
        )

    def _conversation(self, channel: str, address: str) -> str:
        return people.conversation_id(self._keys, channel, address)

    async def language(self, channel: str, address: str) -> str | None:
        """Tell the language of somebody who was here before."""
        async with self._database.reading() as tx:
            known = await people.conversation(tx, self._conversation(channel, address))
            return await people.language(tx, known.person) if known else None

    async def invites(self, code: str) -> bool:
        """Tell whether a sign-in link can still be used."""
        async with self._database.reading() as tx:
            return await invitations.look(tx, self._keys.name("invitation", code), self._clock.now()) is not None

    async def history(self, channel: str, address: str, after: int, settled: int = 0) -> Mailbox:
        """Give a client's mailbox."""
        id = self._conversation(channel, address)
        now = self._clock.now()
        since = now - HISTORY
        anew = not settled and after < TIMES_BEGIN
        async with self._database.reading() as tx:
            known = await people.conversation(tx, id)
            if known is None:
                return Mailbox(language=self._default_language, deliveries=(), own=(), busy=False, settled=0)
            language = await people.language(tx, known.person)
            fallen_due = await mailbox.settled(tx, id, now)
            if settled:
                rows = await mailbox.news(tx, id, settled, at(after), MAILBOX)
                if len(rows) == MAILBOX:
                    fallen_due = settled  # there may be more
            else:
                cards = await mailbox.kept_cards(tx, id, since, CARDS) if anew else ()
                rows = [*cards, *await mailbox.of_conversation(tx, id, since if anew else at(after))]
            said = await inbox.of_conversation(tx, id, since) if anew else ()
            busy = await inbox.is_busy(tx, id)
            rows = sorted((row for row in rows if row.due_at <= now and row.parked_at is None), key=lambda row: row.n)
            newer = await mailbox.edits_after(tx, id, rows[0].n, now) if rows and not anew else rows
            # Edits fall due in another order than they were written: the last written is what stands.
            standing = {row.edits or row.id: row for row in (*rows, *newer)}
            deliveries = tuple([await self._delivery(tx, row, standing[row.edits or row.id], language, now) for row in rows])
            own = tuple((row.received_at, _covered(wire.from_json(self._keys.unseal(row.body)))) for row in said if row.body)
            sent = [file.ref for _, one in own for file in one.files if file.kept]
            refused = await files.refused(tx, sent) if sent else frozenset()
        return Mailbox(language=language, deliveries=deliveries, own=own, refused=refused, busy=busy, settled=fallen_due)

    async def _delivery(self, tx: Tx, row: OutboxRow, standing: OutboxRow, language: str, now: datetime) -> Delivery:
        message = standing.outgoing(self._keys)
        if await chat_cards.is_outdated(tx, standing, now):
            message = replace(message, rows=())
        before = await chat_cards.card_before(tx, row, now)
        found = await files.get(tx, message.files) if message.files else ()
        return Delivery(
            n=ms(row.due_at),
            id=row.id,
            source=standing.id,
            at=max(row.created_at, row.due_at),
            language=language,
            message=message,
            edits=row.edits,
            bares=before.id if before else None,
            files=tuple((file.kind, file.ready) for file in found),
        )

    async def acknowledged(self, channel: str, address: str, ids: Sequence[str]) -> None:
        """Note that a client has shown these messages; secrets in them are overwritten."""
        conversation = self._conversation(channel, address)

        async def mark(tx: Tx) -> None:
            for id in ids:
                row = await outbox.get(tx, id)
                if row and row.conversation == conversation and row.sent_at is None:
                    await outbox.mark_sent(tx, self._keys, row, None, self._clock.now())

        await self._database.do(mark)

    async def attachment(self, channel: str, address: str, id: str, index: int) -> Attachment | None:
        """Give a file of a message in this client's mailbox, or its picture as the one after the last."""
        async with self._database.reading() as tx:
            row = await outbox.get(tx, id)
            message = row.outgoing(self._keys) if row and row.conversation == self._conversation(channel, address) else None
            ids = message.files if message else ()
            found = await files.get(tx, ids[index : index + 1]) if 0 <= index < len(ids) else ()
        if message and message.picture and index == len(ids):
            return await self._attachments.drawn(message.picture, await self.language(channel, address) or self._default_language)
        return await self._attachments.open(found[0], index + 1) if found and found[0].ready else None

    async def own_file(self, channel: str, address: str, id: str) -> Attachment | None:
        """Give a file that this client uploaded."""
        async with self._database.reading() as tx:
            file = await files.owned(tx, self._conversation(channel, address), id)
        return await self._attachments.open(file, 1) if file and file.ready else None

    async def keep(self, channel: str, address: str, language: str, data: bytes) -> str:
        """Keep an uploaded file, sealed; raises Busy when the disk is nearly full."""
        raw = await self._stored(self._vault.put_apart, data)

        async def uploaded(tx: Tx) -> str:
            now = self._clock.now()
            conversation = await people.arrive(tx, self._keys, channel, address, language, now)
            return await files.uploaded(tx, self._keys, conversation, channel, raw, len(data), now)

        id = await self._database.do(uploaded)
        self._bell.ring("files")
        return id

    async def keep_clean(self, channel: str, address: str, clean: Clean) -> str:
        """Keep a file of somebody who was here before, which has been cleaned already; return its id. Raises Busy."""
        stored = await self._stored(self._vault.put, clean.data)
        kind, media_type, size = clean.kind, clean.media_type, len(clean.data)

        async def uploaded(tx: Tx) -> str:
            now = self._clock.now()
            id = await files.uploaded(tx, self._keys, self._conversation(channel, address), channel, None, size, now)
            await files.ready(tx, id, kind=kind, media_type=media_type, stored=stored, size=size, now=now)
            return id

        return await self._database.do(uploaded)

    async def _stored(self, put: Callable[[bytes], str], data: bytes) -> str:
        if wait := self._full(len(data)):
            raise Busy("no room", wait)
        try:
            return await asyncio.to_thread(put, data)
        except VaultFull as error:
            raise Busy("no room", NO_ROOM) from error
        except VaultError as error:
            raise Busy("the store fails", NO_STORE) from error

    async def forget(self, channel: str, address: str) -> None:
        """Erase a client's mailbox and part it from its person."""
        id = self._conversation(channel, address)

        async def part(tx: Tx) -> Context | None:
            known = await people.conversation(tx, id)
            if known is None:
                return None
            language = await people.for_change(tx, known.person)
            held = tuple(await roles.of_person(tx, known.person))
            actor = Actor(person=known.person, language=language, roles=held, conversation=known)
            ctx = replace(await self._town.context(tx), actor=actor)
            await leave(ctx, known)
            return ctx

        if ctx := await again(lambda: self._database.do(part)):
            self._bell.ring_for(ctx.rings, ctx.now)

    async def quota(self, source: str, **amounts: int) -> timedelta | None:
        """Count amounts against a source's allowances. Sources that begin with "ip:" are network addresses."""
        now = self._clock.now()
        if amounts.get("uploads", 0) > SHORT and (wait := self._full(amounts["uploads"])):
            return wait

        async def count(tx: Tx) -> datetime | None:
            for name, amount in amounts.items():
                allowed, window = self._allowance(name, source.startswith("ip:"))
                quota = self._keys.name("quota", name, source)
                if until := await quotas.use(tx, quota, amount, allowed, window, now):
                    return until
            return None

        until = await self._database.do(count)
        return until - now if until else None

    def _full(self, size: int) -> timedelta | None:
        """Tell how long to wait before so many bytes more are sent again; None if they may be kept now."""
        try:
            return None if self._vault.free_bytes() >= self._settings.free_disk + size else NO_ROOM
        except VaultError:
            return NO_STORE

    def _allowance(self, name: str, is_address: bool) -> tuple[int, timedelta]:
        settings = self._settings
        match name:
            case "messages":
                most = settings.address_messages_per_minute if is_address else settings.messages_per_minute
                return most, timedelta(minutes=1)
            case "uploads":
                return settings.address_upload if is_address else settings.upload_bytes, timedelta(days=1)
            case "people":
                return settings.people_per_hour, timedelta(hours=1)
            case _:
                raise ValueError(name)

    async def lease(self, name: str, seconds: float) -> bool:
        """Take or keep a task that one process at a time does; 0 seconds give it back."""
        if self._database.serial:
            return True
        now = self._clock.now()
        return await self._database.do(lambda tx: memory.lease(tx, name, self._holder, now, now + timedelta(seconds=seconds)))

    async def remember(self, key: str, value: bytes, until: datetime) -> None:
        """Keep a small value for every replica, sealed."""
        await self._database.do(lambda tx: memory.remember(tx, self._keys, key, value, until))

    async def recall(self, key: str) -> bytes | None:
        """Give what was remembered and is still good."""
        async with self._database.reading() as tx:
            return await memory.recall(tx, self._keys, key, self._clock.now())

    async def shut_out(self, channel: str) -> None:
        """Tell the office by other channels that this one's far end refuses us."""
        async with self._database.transaction() as tx:
            ctx = await self._town.context(tx)
            await tell_shut_out(ctx, channel)
        self._bell.ring_for(ctx.rings, ctx.now)

    async def contested(self, channel: str) -> None:
        """Tell the office that another program fetches what is sent to us."""
        async with self._database.transaction() as tx:
            ctx = await self._town.context(tx)
            await tell_contested(ctx, channel)
        self._bell.ring_for(ctx.rings, ctx.now)

    def listen(self, channel: str, address: str) -> Callable[[float], Awaitable[bool]]:
        """Give a function that waits for something new in a mailbox."""
        topic = f"conversation:{self._conversation(channel, address)}"
        event = self._bell.listen(topic)

        async def wait(seconds: float) -> bool:
            # A ring may be lost on its way from another process: look again all the same.
            heard = await self._clock.until(event, min(seconds, LOOK_AGAIN))
            event.clear()
            return heard

        return wait


def _covered(sent: Incoming) -> Incoming:
    """Give what somebody sent as it is shown again: a case's code is for nobody who comes to the screen later."""
    return replace(sent, text=without_code(sent.text)) if read_code(sent.text) else sent
