"""A town over each of the two databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from story_town import Town, town_over


@pytest.fixture
async def town(direct: None, tmp_path: Path, database: str) -> AsyncIterator[Town]:
    """Start the program over an empty database, with the example city."""
    async with town_over(tmp_path, database) as town:
        yield town
