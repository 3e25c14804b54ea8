"""The scheduler says once, in our words, that it is late, and nothing of APScheduler's own."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.clock import Clock
from bot.logs import LIBRARIES
from bot.scheduler import Scheduler
from schedules import SWEEPS, Sweep


class Store:
    """A store of which the scheduler's clock asks nothing that matters here."""

    async def do(self, _work: object) -> None:
        """Do nothing."""


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    for name, level in LIBRARIES.items():
        caplog.set_level(level, name)
    return caplog


@pytest.fixture
def scheduler() -> Scheduler:
    nobody: Any = type("Nobody", (), {"ring": lambda *_topics: None})()
    store: Any = Store()
    return Scheduler(store, Clock(), nobody, nobody, (), SWEEPS[:1], timedelta(seconds=0.05))


async def test_a_lock_is_told_once_and_a_stop_under_it_is_no_error(
    scheduler: Scheduler, logged: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def waits(_sweep: Sweep) -> int:
        await asyncio.sleep(60)
        return 0

    monkeypatch.setattr(scheduler, "run_sweep", waits)
    running = asyncio.create_task(scheduler.run())
    await asyncio.sleep(0.5)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await asyncio.sleep(0.1)
    [line] = logged.records
    assert (line.levelname, line.getMessage(), vars(line)["fields"]) == ("WARNING", "schedule_is_late", {"what": "sweeps"})


async def test_a_sweep_that_fails_is_told_by_us(
    scheduler: Scheduler, logged: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_sweep: Sweep) -> int:
        raise LookupError("somebody's words")

    monkeypatch.setattr(scheduler, "run_sweep", fails)
    await scheduler._do_sweeps()
    [line] = logged.records
    assert (line.levelname, line.getMessage()) == ("ERROR", "sweep_failed")
