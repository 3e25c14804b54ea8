"""Databases for tests that work on the store itself: migrated, empty, one for each test."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg

from storage.database import Database, connect
from storage.migrate import migrate

NOW = datetime(2026, 1, 7, 2, 0, tzinfo=UTC)
"""A Wednesday, ten o'clock in China."""

_TEMPLATE = "migrated"


@asynccontextmanager
async def empty_postgres(address: str) -> AsyncIterator[str]:
    """Give the url of an empty PostgreSQL database; `address` has {} where the database's name goes."""
    async with _copy(address, "template0") as url:
        yield url


@asynccontextmanager
async def migrated_postgres(address: str) -> AsyncIterator[str]:
    """Give the url of a migrated PostgreSQL database."""
    admin = await asyncpg.connect(address.format("postgres"))
    known = await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", _TEMPLATE)
    if not known:
        await admin.execute(f"CREATE DATABASE {_TEMPLATE}")
        async with opened(address.format(_TEMPLATE)):
            pass
    await admin.close()
    async with _copy(address, _TEMPLATE) as url:
        yield url


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """Give a store, migrated."""
    database = await connect(url)
    try:
        await migrate(database, NOW)
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def _copy(address: str, template: str) -> AsyncIterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(address.format("postgres"))
    try:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        # What a test commits need not outlive the server.
        await admin.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
        await admin.execute(f"ALTER DATABASE {name} SET deadlock_timeout = '200ms'")
        yield address.format(name)
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()
