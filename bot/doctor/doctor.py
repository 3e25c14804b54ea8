"""The doctor's round. It may be made at any time, also beside the running program."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from bot.doctor.finding import Finding, bad, ok
from bot.doctor.machine import examine_disk, examine_keys, examine_program
from bot.doctor.store import examine_store
from bot.doctor.telegram import examine_telegram
from bot.settings import Settings
from storage.database import Database, StorageError, connect, missing_file
from storage.keys import Keys

STORE_SECONDS = 30.0


async def examine(settings: Settings, now: datetime) -> AsyncIterator[Finding]:
    """Look at everything, one after the other; never raises for what it finds."""
    yield ok("settings", "They can be read, and none is unknown.")
    keys, findings = examine_keys(settings.keys)
    for finding in findings:
        yield finding
    for finding in await _store(settings, keys, now):
        yield finding
    for finding in examine_disk(settings):
        yield finding
    for finding in await examine_telegram(settings, now):
        yield finding
    for finding in await examine_program(settings):
        yield finding


async def _store(settings: Settings, keys: Keys | None, now: datetime) -> Sequence[Finding]:
    if missing := missing_file(settings.database):
        return [bad("database", f"There is no file {missing} yet. Run: huiyin run, or huiyin restore")]
    try:
        async with asyncio.timeout(STORE_SECONDS):
            database = await connect(settings.database)
        try:
            async with asyncio.timeout(STORE_SECONDS):
                findings = await examine_store(database, keys, settings, now)
            return [*findings, *await _lock(database)]
        finally:
            await database.close()
    except StorageError as error:
        return [bad("database", str(error))]
    except (ValueError, TypeError, LookupError) as error:
        said = f"It holds what the program did not write ({type(error).__name__}): is it damaged? huiyin verify says more"
        return [bad("database", f"{said}; restore a backup.")]
    except TimeoutError:
        return [bad("database", f"It has not answered within {STORE_SECONDS:g} s: is it running, and in reach?")]


async def _lock(database: Database) -> Sequence[Finding]:
    """See whether somebody keeps everybody else from writing: a transaction that changes nothing has to wait for that, too."""
    try:
        async with database.transaction():
            return []
    except StorageError as error:
        return [bad("database", f"Nothing can be written: {error}")]
