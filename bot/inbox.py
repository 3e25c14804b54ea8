"""The inbox loop: serves conversations that have open messages, one turn a transaction, each conversation in its own order.

A conversation is served one message at a time and then goes to the end of the line, so that a flood from one delays nobody else.
"""

from __future__ import annotations

import asyncio
import logging
import random
from datetime import timedelta

from actions.context import Context
from actions.notices import queue, tell_office
from bot.bell import Bell
from bot.channels.door import Channel
from bot.clock import Clock
from bot.commands import FOR_STAFF
from bot.engine import Aftermath, Engine
from bot.line import Line
from bot.town import Town
from dialog.outgoing import say
from dialog.texts import _
from storage import inbox, people
from storage.database import Conflict, Database, StorageError, Tx, Unavailable
from storage.inbox import InboxRow
from storage.outbox import Lane

log = logging.getLogger("huiyin.inbox")

TRIES = 5
BETWEEN_TRIES = timedelta(seconds=6)
LOOK = 0.25
LEFT = timedelta(seconds=0.25)
"""How old a message is that any process may act on, for its own does not come to it: what came just now is being dealt with."""
BUSY = 0.02
"""Seconds after which a conversation that another process is serving is tried again."""
MANY = 200
WORKERS = 8
WORKERS_WAITING_TOGETHER = 64


class InboxLoop:
    """Takes messages out of the inbox and has the engine act on them."""

    def __init__(
        self, database: Database, clock: Clock, bell: Bell, line: Line, engine: Engine, town: Town, channels: dict[str, Channel]
    ) -> None:
        self._database = database
        self._clock = clock
        self._bell = bell
        self._line = line
        self._engine = engine
        self._town = town
        self._channels = channels
        self._following_up: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """Finish the turns at hand and begin no other."""
        self._line.close()

    async def run(self) -> None:
        """Serve until stopped: several conversations at once, whose turns SQLite does one after another in one commit."""
        workers = WORKERS_WAITING_TOGETHER if self._database.serial else WORKERS
        async with asyncio.TaskGroup() as group:
            looking = group.create_task(self._look())
            await asyncio.gather(*(group.create_task(self._work()) for _ in range(workers)))
            looking.cancel()
        await asyncio.gather(*self._following_up, return_exceptions=True)

    async def _look(self) -> None:
        """Find what has been left: to be tried again, by a process that has ended or has too much to do, or before we started."""
        while True:
            try:
                now = self._clock.now()
                async with self._database.reading() as tx:
                    self._line.found(await inbox.waiting(tx, now - LEFT, now, MANY))
            except StorageError as error:
                log.warning("inbox_waits_for_the_store", extra={"fields": {"why": str(error)}})
            await self._clock.sleep(LOOK)

    async def _work(self) -> None:
        pause = 0.0
        while conversation := await self._line.next():
            more = True
            try:
                more = await self.serve(conversation)
                pause = 0.0
            except Conflict:
                await self._clock.sleep(BUSY)
            except StorageError as error:
                pause = min(5.0, pause * 2 or 0.1)
                log.warning("inbox_waits_for_the_store", extra={"fields": {"why": str(error)}})
                await self._clock.sleep(pause * (0.5 + random.random()))
            finally:
                self._line.served(conversation, again=more)

    async def serve(self, conversation: str) -> bool:
        """Act on the next message of a conversation; False if there is no further one.

        Raises Conflict if another process is serving it, and StorageError if the store fails: that is no try of the message.
        """
        row: InboxRow | None = None

        async def turn(tx: Tx) -> tuple[Context, Aftermath, bool] | None:
            nonlocal row
            locked = await people.lock(tx, conversation)
            if locked is None:
                raise Conflict("another process is serving this conversation")
            found = await inbox.next_open(tx, conversation)
            if found is None or found[0].next_try_at > self._clock.now():
                return None
            row, more = found
            ctx = await self._town.context(tx)
            return ctx, await self._engine.turn(ctx, row, locked, followed=more), more

        try:
            done = await self._database.do(turn)
        except StorageError as error:
            if row is None or isinstance(error, Conflict | Unavailable):
                raise
            await self._failed(row, error)
            return True
        except Exception as error:  # the turn's own mistake: the row stays for another try
            if row is None:
                raise
            await self._failed(row, error)
            return True
        if done is None or row is None:
            return False
        ctx, aftermath, more = done
        self._bell.ring(f"conversation:{conversation}", *(("files",) if aftermath.incoming.files else ()))
        self._bell.ring_for(ctx.rings, ctx.now)
        self._follow_up(row.channel, aftermath)
        return more

    async def _failed(self, row: InboxRow, error: Exception) -> None:
        """Note a failed try; after the fifth the row is parked, the person told, and an alarm raised."""
        log.error("turn_failed", exc_info=error, extra={"fields": {"row": row.id, "tries": row.tries + 1}})
        why = f"{type(error).__name__} at {_where(error)}"
        now = self._clock.now()

        async def put_by(tx: Tx) -> Context | None:
            if row.tries + 1 < TRIES:
                await inbox.postpone(tx, row.id, why, now + BETWEEN_TRIES * (0.5 + random.random() / 2))
                return None
            await inbox.park(tx, row.id, why, now)
            conversation = await people.conversation(tx, row.conversation)
            ctx = await self._town.context(tx)
            if conversation:
                sorry = say(
                    _("We are sorry: your last message could not be dealt with. It is kept, and somebody will look at it."),
                    _("You can go on writing; to begin anew, open the menu: /start"),
                )
                await queue(ctx, conversation, sorry, lane=Lane.ANSWER)
            await tell_office(
                ctx, say(_("A message could not be dealt with and is parked. Operators see it with: huiyin parked"))
            )
            return ctx

        ctx = await self._database.do(put_by)
        if ctx is None:
            return
        log.critical("message_parked", extra={"fields": {"row": row.id, "why": why}})
        self._bell.ring_for(ctx.rings, ctx.now)

    def _follow_up(self, channel: str, aftermath: Aftermath) -> None:
        if channel not in self._channels or not (aftermath.incoming.query or aftermath.staff):
            return
        task = asyncio.create_task(self._after(self._channels[channel], aftermath))
        self._following_up.add(task)
        task.add_done_callback(self._following_up.discard)

    async def _after(self, channel: Channel, aftermath: Aftermath) -> None:
        if aftermath.incoming.query:
            await channel.acknowledge(aftermath.incoming, aftermath.note)
        if aftermath.staff:
            await channel.show_commands(aftermath.incoming.address, FOR_STAFF, aftermath.language)


def _where(error: Exception) -> str:
    """Name the line that failed, without a word of what anybody wrote."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else "?"
