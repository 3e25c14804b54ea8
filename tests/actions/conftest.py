"""Everybody in one place: over a PostgreSQL to which each test brings a case of its own, or over an SQLite file a test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from cast import Cast
from rating_town import RatingTown
from stores import migrated_postgres, opened

from storage.keys import Keys


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def company(postgres: str) -> AsyncIterator[Cast]:
    """Bring everybody together once for a file of tests."""
    async with migrated_postgres(postgres) as url, opened(url) as store:
        cast = Cast(store, Keys(b"k" * 32))
        await cast.arrive()
        yield cast


@pytest_asyncio.fixture(loop_scope="module")
async def cast(company: Cast) -> AsyncIterator[Cast]:
    """Give everybody, and prove the ledger afterwards."""
    company.conflicts = 0
    yield company
    await company.is_whole()


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[RatingTown]:
    """Bring everybody together where windows are rated, and prove ledger and figures afterwards."""
    async with opened(f"sqlite:{tmp_path}/huiyin.db") as store:
        town = RatingTown(store)
        await town.arrive()
        yield town
        await town.is_whole()
