"""Everybody in one place, over a PostgreSQL of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from cast import Cast
from stores import migrated_postgres, opened

from storage.keys import Keys


@pytest.fixture
async def cast(postgres: str) -> AsyncIterator[Cast]:
    async with migrated_postgres(postgres) as url, opened(url) as store:
        cast = Cast(store, Keys(b"k" * 32))
        await cast.arrive()
        yield cast
        await cast.is_whole()
