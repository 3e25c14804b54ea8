"""A served web chat and a device that has opened its page."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from webchat_browser import Tab, opened
from webchat_city import Served, serving
from webchat_device import Device


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    async with serving(beat_seconds=0.2) as served:
        yield served


@pytest.fixture
async def device(served: Served) -> AsyncIterator[Device]:
    async with Device(served.url) as device:
        await device.open()
        yield device


@pytest.fixture(params=[390, 1280])
async def tab(served: Served, request: pytest.FixtureRequest) -> AsyncIterator[Tab]:
    """Open the page as a phone shows it, then as a desk does."""
    async with opened(served.url, request.param) as tab:
        yield tab
