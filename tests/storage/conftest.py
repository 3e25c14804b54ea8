"""Stores of both kinds, and what stands in every one of them: a person with a conversation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from stores import NOW, empty_postgres, migrated_postgres, opened

from storage import people
from storage.database import Database
from storage.keys import Keys


@pytest.fixture
def keys() -> Keys:
    return Keys(b"k" * 32)


@pytest.fixture(params=["sqlite", "postgres"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """Give the url of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:{tmp_path}/huiyin.db"
    else:
        async with empty_postgres(request.getfixturevalue("postgres")) as url:
            yield url


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(f"sqlite:{tmp_path}/huiyin.db") as store:
        yield store


@pytest.fixture
async def postgresql(postgres: str) -> AsyncIterator[Database]:
    async with migrated_postgres(postgres) as url, opened(url) as store:
        yield store


@pytest.fixture
async def postgres_pair(postgres: str) -> AsyncIterator[tuple[Database, Database]]:
    """Give two processes' views of one database."""
    async with migrated_postgres(postgres) as url, opened(url) as one, opened(url) as other:
        yield one, other


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Database:
    database: Database = request.getfixturevalue(request.param)
    return database


@pytest.fixture
async def conversation(store: Database, keys: Keys) -> str:
    async with store.transaction() as tx:
        return await people.arrive(tx, keys, "telegram", "7001", "zh_Hans", NOW)
