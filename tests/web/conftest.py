"""A served web chat, a device that has opened its page, and a browser that shows it.

All share one event loop, so that chromium is started once.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser
from webchat_browser import Tab, opened, running
from webchat_city import Served, serving
from webchat_device import Device


@pytest_asyncio.fixture(loop_scope="session")
async def served() -> AsyncIterator[Served]:
    async with serving(beat_seconds=0.2) as served:
        yield served


@pytest_asyncio.fixture(loop_scope="session")
async def device(served: Served) -> AsyncIterator[Device]:
    async with Device(served.url) as device:
        await device.open()
        yield device


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with running() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session", params=[390, 1280])
async def tab(browser: Browser, served: Served, request: pytest.FixtureRequest) -> AsyncIterator[Tab]:
    """Open the page as a phone shows it, then as a desk does."""
    async with opened(browser, served.url, request.param) as tab:
        yield tab
