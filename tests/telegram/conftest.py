"""What the channel's tests share: a Telegram on loopback, and processes that talk to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from botapi import BotApi
from telegram_process import COMMANDS, WORDS, Clock, MemoryDoor, Process, Store

from bot.channels.telegram import Telegram


@pytest.fixture
async def api(direct: None) -> AsyncIterator[BotApi]:
    async with BotApi(webhook_timeout=0.5, webhook_pause=0.02) as server:
        yield server


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
async def make(api: BotApi, store: Store) -> AsyncIterator[Callable[..., Process]]:
    """Make a process with the channel; all of a test share one store."""
    made: list[Process] = []

    def process(**settings: Any) -> Process:
        door, clock = MemoryDoor(store), Clock()
        given = {"token": api.token, "base_url": api.base_url, "file_url": api.file_url, "poll_timeout": 5} | settings
        made.append(Process(Telegram(door, WORDS, clock=clock, commands=COMMANDS, **given), door, clock))
        return made[-1]

    yield process
    for one in made:
        await one.stop()


@pytest.fixture
def process(make: Callable[..., Process]) -> Process:
    return make()
