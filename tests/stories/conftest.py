"""A town over each of the two databases, and people on each of the two channels."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from story_person import Person
from story_town import Town, town_over


@pytest.fixture
async def town(direct: None, tmp_path: Path, database: str) -> AsyncIterator[Town]:
    """Start the program over an empty database, with the example city."""
    async with town_over(tmp_path, database) as town:
        yield town


@pytest.fixture(params=["web", "telegram"])
async def citizen(request: pytest.FixtureRequest, town: Town) -> Person:
    """Bring a citizen to the town."""
    return await town.somebody(request.param)


@pytest.fixture(params=["web", "telegram"])
async def office(request: pytest.FixtureRequest, town: Town) -> Person:
    """Sign in somebody of the office."""
    return await town.office(request.param)
