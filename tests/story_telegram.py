"""A person on Telegram, with the same words as one at the web chat (`story_web`)."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from typing import Any

from botapi import BotApi, SentMessage
from botapi_files import picture
from story_person import Message


class TelegramPerson:
    """One private chat with the bot."""

    def __init__(self, name: str, api: BotApi, language: str) -> None:
        self.name = name
        self.user = api.user(name, language_code=language)
        self._api = api

    async def arrives(self) -> None:
        """Do nothing: the chat is there."""

    async def leaves(self) -> None:
        """Do nothing: the chat stays."""

    async def follows(self, code: str) -> None:
        """Follow a deep link."""
        await self.user.opens(code)

    async def scans(self, window: str) -> None:
        """Follow the deep link of a window's poster."""
        await self.user.opens(f"w_{window}")

    async def says(self, text: str) -> SentMessage:
        """Send a text; one that is too long goes in parts, as the apps do."""
        return await self.user.says(text)

    async def replies_to(self, message: Message, text: str) -> None:
        """Send a text as a reply to a message."""
        assert isinstance(message, SentMessage)
        await self.user.says(text, reply_to=message)

    async def sends_photo(self, data: bytes | None = None, *, caption: str = "") -> None:
        """Send a picture (one is painted when none is given)."""
        await self.user.sends_photo(data, caption=caption or None)

    async def sends_photos(self, count: int) -> None:
        """Send so many different pictures as albums."""
        await self.user.sends_album([picture(f"#{n:06x}") for n in range(1, count + 1)])

    async def shares_place(self, lon: float, lat: float) -> None:
        """Send a location."""
        await self.user.shares_place(lon, lat)

    async def presses(self, button: str, *, on: Message | None = None, twice: bool = False, timeout: float = 10) -> None:
        """Press a button by a pattern found in its label."""
        assert on is None or isinstance(on, SentMessage)
        await self.user.presses(button, message=on, twice=twice, timeout=timeout)

    async def presses_secretly(self, press: str) -> None:
        """Send a press that no button offers, on the newest message of the bot."""
        on = next(message for message in reversed(self.user.chat.messages) if message.by_bot)
        query: dict[str, Any] = {"id": self._api.press(self.user.id).id, "from": self.user.wire, "data": press}
        query |= {"chat_instance": str(self.user.chat.id), "message": dict(on.wire)}
        self._api.updates.push("callback_query", query, self.user.chat.id)
        await asyncio.sleep(0)

    async def sees(
        self, pattern: str, *, timeout: float = 10, buttons: int | Sequence[str] | None = None, new: bool = True
    ) -> SentMessage:
        """Wait until a message, or a new state of one, matches."""
        return await self.user.sees(pattern, timeout=timeout, buttons=buttons, new=new)

    async def sees_nothing(self, seconds: float = 0.5) -> None:
        """Wait, and fail if anything comes after what this person saw last."""
        await self.user.sees_nothing(seconds)

    async def sees_photos(self, count: int, timeout: float = 15) -> None:
        """Wait until so many pictures stand in the chat."""
        chat, until = self.user.chat, time.monotonic() + timeout
        while len(photos := [m for m in chat.messages if m.by_bot and m.kind == "photo"]) < count:
            assert time.monotonic() < until, f"{self.name} saw {len(photos)} photos of {count}:\n{self.transcript()}"
            await chat.wait(min(until, time.monotonic() + 0.5))
        assert all(photo.media and photo.media.startswith(b"\xff\xd8") for photo in photos)

    def saw(self, pattern: str) -> bool:
        """Tell whether anything that was ever shown matches."""
        return any(re.search(pattern, glimpse.text, re.S) for glimpse in self.user.chat.glimpses)

    def now_sees(self, pattern: str) -> bool:
        """Tell whether a message of the bot, as it stands now, matches."""
        return any(re.search(pattern, message.text, re.S) for message in self.standing())

    def standing(self) -> list[SentMessage]:
        """Give the messages of the bot that stand in the chat now."""
        return [message for message in self.user.chat.messages if message.by_bot]

    def transcript(self) -> str:
        """Write down the chat as it stands."""
        return "\n".join(line[:1500] for line in self.user.transcript().splitlines()[-80:])
