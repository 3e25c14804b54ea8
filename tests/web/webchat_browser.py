"""Debian's chromium, looking at the web chat."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HEIGHTS = {390: 844, 1280: 800, 1920: 1080}

# What the page must never do: run or load what is not ours, or fail.
FORBIDDEN = ("Content Security Policy", "Uncaught", "Refused to")

expect.set_options(timeout=10_000)


@dataclass(slots=True)
class Tab:
    """An open page, in words of who uses it."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def own(self) -> Locator:
        return self.page.locator(".own")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    async def sees(self, words: str) -> None:
        await expect(self.log.get_by_text(words, exact=True).first).to_be_visible()

    async def writes(self, words: str) -> None:
        await self.page.get_by_label("Your message").get_by_role("textbox").fill(words)

    async def says(self, words: str) -> None:
        await self.writes(words)
        await self.button("Send").click()

    async def own_texts(self) -> list[str]:
        return await self.page.locator(".own .bubble > p:not(.quoted)").all_inner_texts()


def need_chromium() -> None:
    """Skip where there is no chromium, except where its absence is a mistake."""
    if not CHROMIUM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("chromium is missing; the browser tests need Debian's package `chromium`")
        pytest.skip("chromium is missing: install Debian's package `chromium` to run the browser tests")


@contextlib.asynccontextmanager
async def running() -> AsyncIterator[Browser]:
    """Run chromium."""
    need_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            await browser.close()


@contextlib.asynccontextmanager
async def opened(browser: Browser, url: str, width: int, **settings: Any) -> AsyncIterator[Tab]:
    """Open a page on a new device; at the end it must have broken none of its rules."""
    settings = {"locale": "en-GB", "viewport": {"width": width, "height": HEIGHTS[width]}, **settings}
    context = await browser.new_context(**settings)
    page = await context.new_page()
    tab = Tab(page)
    page.on("pageerror", lambda error: tab.complaints.append(str(error)))
    page.on("console", lambda message: tab.complaints.append(message.text) if _forbidden(message.text) else None)
    try:
        await page.goto(url)
        yield tab
        assert not tab.complaints
    finally:
        await context.close()


def _forbidden(words: str) -> bool:
    return any(forbidden in words for forbidden in FORBIDDEN)
