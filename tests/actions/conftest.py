"""Everybody in one place, over a PostgreSQL of their own; each test brings its own case."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from cast import Cast
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
