"""The real program, and people who come to it with a real browser, all in one event loop so that chromium is started once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from browser_person import BrowserPerson, Comes, SignsIn, somebody
from playwright.async_api import Browser
from story_town import RUBBISH_UNIT, Town, town_over
from web.webchat_browser import running

from storage.roles import RoleKind


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with running() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def town(direct: None, tmp_path: Path) -> AsyncIterator[Town]:
    """Start the program over an empty SQLite database, with the example city."""
    async with town_over(tmp_path, f"sqlite:{tmp_path}/huiyin.db") as town:
        yield town


@pytest_asyncio.fixture(loop_scope="session")
async def comes(browser: Browser, town: Town) -> AsyncIterator[Comes]:
    async with AsyncExitStack() as stack:

        async def come(width: int = 390, **settings: Any) -> BrowserPerson:
            return await stack.enter_async_context(somebody(browser, town.url, width, **settings))

        yield come


@pytest.fixture
def signs_in(comes: Comes, town: Town) -> SignsIn:
    async def sign_in(name: str, width: int = 390, **settings: Any) -> BrowserPerson:
        person = await comes(width, **settings)
        await person.signs_in(f"{town.url}/in/{await town.invites(RoleKind.CONTACT, (RUBBISH_UNIT,), name)}")
        await person.sees("您已作为城西区.+登录", buttons=["本单位事项"])
        return person

    return sign_in
