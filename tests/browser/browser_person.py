"""A person in front of a real browser, with the same words as one at the web chat's protocol (`story_web`)."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from botapi_files import picture
from browser_rules import faults
from playwright.async_api import Browser, ConsoleMessage, Error, FilePayload, Locator, Page, expect
from web.webchat_browser import Tab, opened

PATIENCE = 10.0

_SHOWN = """() => [...document.querySelectorAll("#log .message:not(.own)")].map((message) => ({
  text: [...message.querySelectorAll(".bubble p")].map((line) => line.textContent).join("\\n"),
  buttons: [...message.querySelectorAll(".rows button, .rows a")].map((button) => button.textContent),
}))"""


@dataclass(slots=True)
class BrowserPerson:
    """One person at one page. After each thing seen, the page is held against `browser_rules`."""

    tab: Tab
    _seen: list[str] = field(default_factory=list)

    @property
    def page(self) -> Page:
        return self.tab.page

    @property
    def own(self) -> Locator:
        return self.page.locator(".own")

    async def another_page(self) -> BrowserPerson:
        """Open the chat in another tab of the same browser."""
        page = await self.tab.context.new_page()
        other = BrowserPerson(Tab(page, self.tab.complaints))
        watch(other.tab)
        await page.goto(self.page.url)
        return other

    async def signs_in(self, link: str) -> None:
        """Follow a sign-in link and press its one button."""
        await self.page.goto(link)
        await self.keeps_the_rules()
        await self.page.get_by_role("button").click()

    async def says(self, text: str) -> None:
        """Type a text and press Enter."""
        await self.page.locator("#text").fill(text)
        await self.page.keyboard.press("Enter")

    async def chooses(self, *colours: str) -> None:
        """Choose a picture of each colour."""
        photos: list[FilePayload] = [
            {"name": f"照片{n}.jpg", "mimeType": "image/jpeg", "buffer": picture(colour)} for n, colour in enumerate(colours)
        ]
        await self.page.locator("#files").set_input_files(photos)

    async def sends_photos(self, *colours: str) -> None:
        """Send a picture of each colour in one message."""
        await self.chooses(*colours)
        await expect(self.page.locator("#tray .file.done")).to_have_count(len(colours))
        await self.keeps_the_rules()
        await self.page.locator("#send").click()

    async def shares_place(self) -> None:
        """Press the button that asks the browser for its position."""
        await self.page.locator("#place").click()

    async def replies_to(self, pattern: str, text: str) -> None:
        """Press the button beside the newest message that matches, and answer it."""
        message = self.page.locator("#log .message:not(.own)").filter(has_text=re.compile(pattern)).last
        await message.locator("button.reply").click()
        await expect(self.page.locator("#quote")).to_be_visible()
        await self.keeps_the_rules()
        await self.says(text)

    def button(self, label: str) -> Locator:
        """Find the newest button in the conversation by a pattern found in its label."""
        return self.page.locator("#log .rows button:not([aria-disabled])").filter(has_text=re.compile(label)).last

    async def presses(self, label: str, *, scrolling: bool = False) -> None:
        """Press a button of the conversation, which must be in view unless it may be scrolled for."""
        button = self.button(label)
        await expect(button).to_be_enabled()
        if not scrolling:
            await expect(button).to_be_in_viewport(ratio=0.9)
        await button.click()

    async def sees(self, pattern: str, *, buttons: Sequence[str] | None = None, within: float = PATIENCE) -> str:
        """Wait until a message, or a new state of one, matches and has a button for each pattern; return its text."""
        until = time.monotonic() + within
        while True:
            shown = await self.shown()
            for place, (text, labels) in enumerate(shown):
                if place < len(self._seen) and self._seen[place] == f"{text}{labels}":
                    continue
                if re.search(pattern, text, re.S) and all(any(re.search(b, label) for label in labels) for b in buttons or ()):
                    news = [f"{text}{labels}" for text, labels in shown[: place + 1]]
                    self._seen = news + self._seen[len(news) :]
                    await self.keeps_the_rules()
                    return text
            assert time.monotonic() < until, f"never saw {pattern!r} {buttons or ''}:\n{await self.transcript()}"
            await asyncio.sleep(0.05)

    async def shown(self) -> list[tuple[str, list[str]]]:
        """Read what the program's messages show now: text and the labels of the buttons."""
        try:
            return [(message["text"], message["buttons"]) for message in await self.page.evaluate(_SHOWN)]
        except Error as error:
            if "context was destroyed" not in error.message:
                raise
            return []  # the page is just being loaded anew

    async def now_sees(self, pattern: str) -> bool:
        """Tell whether a message, as it stands now, matches."""
        return any(re.search(pattern, text, re.S) for text, _buttons in await self.shown())

    async def sees_photos(self, pattern: str, count: int) -> None:
        """Wait until the newest message that matches, or its like, shows so many pictures that have loaded."""
        message = self.page.locator("#log .message:not(.own)").filter(has_text=re.compile(pattern))
        await expect(message.locator("img")).to_have_count(count)
        for image in await message.locator("img").all():
            await image.scroll_into_view_if_needed()
            await expect(image).to_have_js_property("complete", True)
            assert await image.evaluate("(image) => image.naturalWidth") > 0

    async def keeps_the_rules(self) -> None:
        """Fail if anything about the page as it stands now breaks a rule."""
        found = await faults(self.page)
        assert not found, found

    async def transcript(self) -> str:
        """Write down the conversation as the page shows it."""
        return await self.page.locator("#log").inner_text()


class Comes(Protocol):
    """Brings a citizen to the town's page."""

    def __call__(self, width: int = 390, **settings: Any) -> Awaitable[BrowserPerson]: ...


class SignsIn(Protocol):
    """Brings a contact of the unit that deals with rubbish."""

    def __call__(self, name: str, width: int = 390, **settings: Any) -> Awaitable[BrowserPerson]: ...


def watch(tab: Tab, *, outages: bool = False) -> None:
    """Take everything that the browser complains of for a mistake; with `outages` a program that can't be reached is none."""

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not (outages and "net::ERR_" in message.text):
            tab.complaints.append(f"{message.text} ({message.location['url']})")

    tab.page.on("console", hear)


@asynccontextmanager
async def somebody(
    browser: Browser, url: str, width: int, *, outages: bool = False, **settings: Any
) -> AsyncIterator[BrowserPerson]:
    """Bring somebody to the page on a new device; at the end the browser must have had nothing to complain of."""
    async with opened(browser, "about:blank", width, locale="zh-CN", **settings) as tab:
        watch(tab, outages=outages)
        await tab.page.goto(url)
        yield BrowserPerson(tab)
