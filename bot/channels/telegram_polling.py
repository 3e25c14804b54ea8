"""Fetches updates: one process at a time, and the offset is raised only over what our store has kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from telegram.error import Conflict, NetworkError

from bot.channels.door import Door
from bot.channels.telegram_api import BotApi
from bot.channels.telegram_incoming import KINDS, incoming
from bot.channels.telegram_patience import Clock, Patience

LOGGER = logging.getLogger("huiyin.telegram")

WEBHOOK_DELETED = "telegram_webhook_deleted"
NOT_RELEASED = "telegram_lease_not_released"
NOT_READ = "telegram_update_not_read"
CONTESTED_BY_ANOTHER = "telegram_fetched_by_another_program"

CHANNEL = "telegram"
LEASE, LEASE_SECONDS, RENEW_SECONDS = "telegram poller", 9.0, 3.0
CONTESTED, CALM = timedelta(minutes=1), timedelta(minutes=2)
"""How long another poller may be there before the alarm is raised, and for how long no conflict means that it is gone.

Two pollers throw each other out in turns, so that now and then a poll succeeds.
"""
ANSWER_SECONDS = 10
"""How long past its own time-out a poll may take."""


class Poller:
    """Long polling. `timeout` is how long Telegram waits for news, in seconds."""

    def __init__(self, door: Door, api: BotApi, clock: Clock, timeout: int) -> None:
        self._door = door
        self._api = api
        self._clock = clock
        self._timeout = timeout
        self._patience = Patience("polling", clock)
        self._offset: int | None = None
        self._alone = False
        self._conflicts: tuple[datetime, datetime] | None = None

    async def run(self) -> None:
        """Poll while this process holds the lease, until cancelled."""
        while True:
            if not await self._leased():
                await self._clock.sleep(RENEW_SECONDS / 2)
                continue
            tasks = {asyncio.create_task(self._poll()), asyncio.create_task(self._stay())}
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                await self._release()

    async def _poll(self) -> None:
        while True:
            try:
                await self._turn()
            except Exception as error:
                # Telegram's trouble or our store's: the offset stands where it was, so that everything comes again.
                await self._patience.after(error)
                if isinstance(error, Conflict):
                    self._alone = False
                    await self._contested()
            else:
                self._patience.over()

    async def _contested(self) -> None:
        """Raise the alarm if another poller stays: replicas and restarts are over sooner."""
        now = self._clock.now()
        if self._conflicts is None or now - self._conflicts[1] > CALM:
            self._conflicts = now, now
        self._conflicts = first, _last = self._conflicts[0], now
        if now - first < CONTESTED:
            return
        LOGGER.error(CONTESTED_BY_ANOTHER)
        try:
            await self._door.contested(CHANNEL)
        except Exception as error:
            await self._patience.after(error)

    async def _turn(self) -> None:
        if not self._alone:
            await self._delete_webhook()
        asked: dict[str, Any] = {"timeout": self._timeout, "allowed_updates": KINDS}
        if self._offset is not None:
            asked["offset"] = self._offset
        updates = await self._api.call("getUpdates", asked, seconds=self._timeout + ANSWER_SECONDS)
        if not isinstance(updates, list):
            raise NetworkError("The updates are no list.")
        batch = [update for update in updates if isinstance(update, dict) and isinstance(update.get("update_id"), int)]
        if len(batch) < len(updates):
            LOGGER.warning(NOT_READ, extra={"fields": {"count": len(updates) - len(batch)}})
        if not batch:
            await self._clock.sleep(0.1)  # A server that doesn't wait must not make us spin.
            return
        await self._keep(batch)
        self._offset = max(update["update_id"] for update in batch) + 1

    async def _keep(self, updates: Sequence[dict[str, Any]]) -> None:
        messages = [message for update in updates if (message := incoming(update))]
        if messages:
            await self._door.intake(messages)

    async def _delete_webhook(self) -> None:
        if (await self._api.bot.get_webhook_info()).url:
            await self._api.bot.delete_webhook()
            LOGGER.warning(WEBHOOK_DELETED)
        self._alone = True

    async def _stay(self) -> None:
        """Renew the lease; return when it is lost."""
        held = True
        while held:
            await self._clock.sleep(RENEW_SECONDS)
            held = await self._leased()

    async def _leased(self) -> bool:
        try:
            return await self._door.lease(LEASE, LEASE_SECONDS)
        except Exception as error:
            await self._patience.after(error)
            return False

    async def _release(self) -> None:
        """Let the lease run out now, so that whoever starts next need not wait for it."""
        try:
            await self._door.lease(LEASE, 0)
        except Exception as error:
            LOGGER.warning(NOT_RELEASED, extra={"fields": {"why": type(error).__name__}})
