"""The media loop: fetches files that came, cleans them and puts them into the vault; never inside a turn."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from actions.notices import queue
from bot.bell import Bell
from bot.channels.door import Channel, NotFetched
from bot.clean_room import Interrupted, clean_apart
from bot.cleaning import Reason, Unacceptable
from bot.clock import Clock
from bot.engine import Engine
from bot.town import Town
from bot.vault import Damaged, Missing, Vault, VaultError
from dialog.outgoing import say
from dialog.texts import Text, _
from storage import files, people
from storage.database import Database, StorageError, Tx
from storage.files import File
from storage.keys import Keys
from storage.outbox import Lane

log = logging.getLogger("huiyin.media")

LARGEST = 20 * 1024 * 1024
# Renewed while a file is at work, so that what a dead process held is taken over soon.
LEASE = timedelta(seconds=20)
RENEW = 5.0
LOOK_AGAIN = 2.0
AT_ONCE = 2
GIVE_UP = timedelta(hours=24)
UNUSED = timedelta(days=30)
FORGET_EVERY = timedelta(hours=1)
MOST_FORGOTTEN = 1000
WHY: dict[str, Text] = {
    Reason.TOO_LARGE: _("One of your files is larger than 20 MB and can't be taken. Please send a shorter or smaller one."),
    Reason.EMPTY: _("One of your files is empty. Please send it again."),
    Reason.UNKNOWN_TYPE: _("One of your files is of a kind we can't take. Photos, videos, voice and PDF are welcome."),
    Reason.DAMAGED: _("One of your files is damaged or locked and can't be opened. Please send it again."),
}
NOT_FETCHED = _(
    "One of your files could not be fetched. If it is larger than 20 MB, please send a smaller one; otherwise send it again."
)


class MediaLoop:
    """Makes files ready."""

    def __init__(
        self,
        database: Database,
        keys: Keys,
        clock: Clock,
        bell: Bell,
        town: Town,
        engine: Engine,
        vault: Vault,
        channels: dict[str, Channel],
        *,
        keep_free: int,
    ) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock
        self._bell = bell
        self._town = town
        self._engine = engine
        self._vault = vault
        self._channels = channels
        self._keep_free = keep_free
        self._forgotten_at: datetime | None = None
        self._letting_go: Sequence[str] = ()
        self._stopping = False
        self._rung = bell.listen("files")

    def stop(self) -> None:
        """Finish the files at hand and begin no other."""
        self._stopping = True
        self._rung.set()

    async def run(self) -> None:
        """Work until stopped."""
        while not self._stopping:
            self._rung.clear()
            try:
                taken = await self._take(self._clock.now())
                await asyncio.gather(*(self._hold(file) for file in taken))
                await self._forget(self._clock.now())
            except (StorageError, VaultError) as error:
                taken = ()
                log.warning("media_waits_for_the_store", extra={"fields": {"why": str(error)}})
            if not taken:
                await self._clock.until(self._rung, LOOK_AGAIN)

    async def _take(self, now: datetime) -> Sequence[File]:
        return await self._database.do(lambda tx: files.take(tx, now, now + LEASE, AT_ONCE))

    async def _forget(self, now: datetime) -> None:
        """Once an hour, let files go that were sent a month ago and never became part of a case.

        Their content goes an hour after their row, if nobody has sent the same meanwhile: another process may just be keeping it.
        """
        if self._forgotten_at and now - self._forgotten_at < FORGET_EVERY:
            return
        self._forgotten_at = now

        async def forget(tx: Tx) -> tuple[Sequence[str], Sequence[str]]:
            gone = [name for name in self._letting_go if not await files.is_kept(tx, name)]
            return gone, await files.forget_unused(tx, now - UNUSED, MOST_FORGOTTEN)

        gone, self._letting_go = await self._database.do(forget)
        for name in gone:
            await asyncio.to_thread(self._vault.delete, name)

    async def _hold(self, file: File) -> None:
        """Work on a file and keep others away from it meanwhile."""
        work = asyncio.create_task(self._work(file))
        try:
            while not (await asyncio.wait({work}, timeout=RENEW))[0]:
                await self._database.do(lambda tx: files.try_later(tx, file.id, self._clock.now() + LEASE))
        finally:
            work.cancel()
        await work

    async def _work(self, file: File) -> None:
        """Fetch and clean one file; what fails for now is tried again later."""
        try:
            data = await self._bytes(file)
            cleaned = await clean_apart(data, limit=LARGEST)
            stored = await asyncio.to_thread(self._vault.put, cleaned.data)
        except Unacceptable as unacceptable:
            await self._refuse(file, unacceptable.reason, WHY[unacceptable.reason])
        except NotFetched as error:
            if error.final or self._clock.now() - file.created_at > GIVE_UP:
                await self._refuse(file, str(error), NOT_FETCHED)
            else:
                await self._later(file, str(error))
        except (Missing, Damaged) as error:
            await self._refuse(file, str(error), WHY[Reason.DAMAGED])
        except Interrupted as error:
            if self._clock.now() - file.created_at > GIVE_UP:
                await self._refuse(file, str(error), WHY[Reason.DAMAGED])
            else:
                await self._later(file, str(error))
        except VaultError as error:
            await self._later(file, str(error))
        else:
            await self._database.do(
                lambda tx: files.ready(
                    tx, file.id, kind=cleaned.kind, media_type=cleaned.media_type, stored=stored, size=len(cleaned.data),
                    now=self._clock.now(),
                )
            )  # fmt: skip
            await self._drop_raw(file)
            self._bell.ring("outbox", f"conversation:{file.conversation}")

    async def _bytes(self, file: File) -> bytes:
        if file.raw:
            return await asyncio.to_thread(self._vault.get_apart, file.raw)
        if self._vault.free_bytes() < self._keep_free + LARGEST:
            raise NotFetched("the disk is nearly full", final=False)
        channel, ref = file.ref(self._keys)
        if channel not in self._channels:
            raise NotFetched(f"the channel {channel} is not connected", final=False)
        return await self._channels[channel].fetch(ref)

    async def _later(self, file: File, why: str) -> None:
        log.info("file_waits", extra={"fields": {"file": file.id, "why": why}})
        wait = timedelta(seconds=min(300, 2**file.tries) * (0.5 + random.random()))
        await self._database.do(lambda tx: files.try_later(tx, file.id, self._clock.now() + wait))

    async def _refuse(self, file: File, why: str, tell: Text) -> None:
        """Note that a file can't be had, and tell whoever sent it what to do."""
        log.info("file_refused", extra={"fields": {"file": file.id, "why": why}})
        now = self._clock.now()
        told = (tell, _("Everything else you sent is kept."))

        async def refuse(tx: Tx) -> None:
            conversation = await people.conversation(tx, file.conversation)
            if conversation:
                # Their turn, before the row of the file, which a turn takes after them.
                ctx = await self._town.context(tx)
                if not await self._engine.let_go(ctx, conversation, file.id, *told):
                    await queue(ctx, conversation, say(*told), lane=Lane.ANSWER)
            await files.refuse(tx, file.id, why, now)

        await self._database.do(refuse)
        await self._drop_raw(file)
        self._bell.ring("outbox", f"conversation:{file.conversation}")

    async def _drop_raw(self, file: File) -> None:
        if file.raw:
            await asyncio.to_thread(self._vault.delete, file.raw)
