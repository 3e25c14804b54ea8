"""The people at Telegram's far end: what they send, press and see.

Tests read as stories: `await anna.says("...")`, `await anna.sees("...", buttons=3)`, `await anna.presses("Send")`.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botapi_files import picture
from botapi_limits import TEXT

if TYPE_CHECKING:
    from botapi import BotApi

Button = dict[str, Any]


@dataclass(eq=False, slots=True, kw_only=True)
class SentMessage:
    """A message as it stands now in a chat; `wire` is its Bot API JSON, `media` the bytes of its file."""

    wire: dict[str, Any]
    by_bot: bool
    media: bytes | None = None
    markup: dict[str, Any] | None = None
    keyboards: list[list[Button]] = field(default_factory=list)  # every inline keyboard it ever had, newest last
    edits: int = 0
    deleted: bool = False

    @property
    def id(self) -> int:
        return int(self.wire["message_id"])

    @property
    def text(self) -> str:
        """The text or caption as people read it, without formatting."""
        return str(self.wire.get("text", self.wire.get("caption", "")))

    @property
    def kind(self) -> str:
        """What it is: text, or the field of its content."""
        kinds = ("venue", "location", "photo", "video", "voice", "audio", "document", "sticker")
        return next((kind for kind in kinds if kind in self.wire), "text")

    @property
    def buttons(self) -> list[str]:
        """The labels of its inline buttons, row after row."""
        rows = self.wire.get("reply_markup", {}).get("inline_keyboard", [])
        return [button["text"] for row in rows for button in row]

    def __str__(self) -> str:
        content = self.text if self.kind == "text" else f"<{self.kind}> {self.text}".strip()
        marks = " (edited)" * bool(self.edits) + " (deleted)" * self.deleted
        return f"#{self.id} {content}" + "".join(f" [{label}]" for label in self.buttons) + marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """What the bot showed at one moment: a message as it was sent, or as it was after an edit."""

    message: SentMessage
    text: str
    buttons: tuple[str, ...]


@dataclass(eq=False, slots=True, kw_only=True)
class Chat:
    """A private chat, a group or a channel. `started`: the bot may write; `blocked`: the person stopped it."""

    wire: dict[str, Any]
    started: bool = False
    blocked: bool = False
    migrated_to: int | None = None
    messages: list[SentMessage] = field(default_factory=list)
    glimpses: list[Glimpse] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def id(self) -> int:
        return int(self.wire["id"])

    @property
    def private(self) -> bool:
        return bool(self.wire["type"] == "private")

    def message(self, message_id: int) -> SentMessage | None:
        """Return a message that is still there."""
        return next((one for one in self.messages if one.id == message_id and not one.deleted), None)

    def show(self, message: SentMessage) -> None:
        """Let everybody in the chat see what the bot sent or edited."""
        self.glimpses.append(Glimpse(message=message, text=message.text, buttons=tuple(message.buttons)))
        self._news.set()
        self._news = asyncio.Event()

    async def wait(self, until: float) -> None:
        """Wait for the next message or edit of the bot, at most until then (monotonic seconds)."""
        news = self._news
        try:
            await asyncio.wait_for(news.wait(), max(0.0, until - time.monotonic()))
        except TimeoutError:
            return

    def transcript(self) -> str:
        """Write down the chat as it stands, one message a line."""
        lines = (f"{'bot' if message.by_bot else message.wire['from']['first_name']} {message}" for message in self.messages)
        return "\n".join(lines) or "(nothing was said)"


@dataclass(eq=False, slots=True, kw_only=True)
class Press:
    """A button somebody pressed; `notice` is the text of the bot's answer, None before the answer."""

    id: str
    user: int
    at: float
    notice: str | None = None
    alert: bool = False


class TelegramUser:
    """A person in one chat: their own with the bot, or a group (see `within`)."""

    def __init__(self, api: BotApi, wire: dict[str, Any], chat: Chat) -> None:
        self.api = api
        self.wire = wire
        self.chat = chat
        self._seen = 0

    @property
    def id(self) -> int:
        return int(self.wire["id"])

    @property
    def pressed(self) -> list[Press]:
        """Every press of this person, with the bot's answer to it."""
        return [press for press in self.api.presses.values() if press.user == self.id]

    @property
    def notices(self) -> list[str]:
        """The texts that the bot answered presses with."""
        return [press.notice for press in self.pressed if press.notice]

    def within(self, group: Chat) -> TelegramUser:
        """Return the same person, talking in a group."""
        return TelegramUser(self.api, self.wire, group)

    def transcript(self) -> str:
        return self.chat.transcript()

    async def says(self, text: str, *, reply_to: SentMessage | None = None) -> SentMessage:
        """Send a text; as the apps do, one that is too long goes as several messages, the last is returned."""
        assert text, "No app sends an empty text."
        parts = [text[start : start + TEXT] for start in range(0, len(text), TEXT)]
        for part in parts:
            content: dict[str, Any] = {"text": part}
            if command := re.match(r"/\w+(@\w+)?", part):
                content["entities"] = [{"type": "bot_command", "offset": 0, "length": command.end()}]
            message = await self._send(content, reply_to=reply_to)
        return message

    async def opens(self, payload: str) -> SentMessage:
        """Follow a deep link."""
        return await self.says(f"/start {payload}".strip())

    async def forwards(self, text: str) -> SentMessage:
        """Forward somebody else's message."""
        origin = {"type": "hidden_user", "sender_user_name": "路人", "date": int(time.time()) - 3600}
        return await self._send({"text": text, "forward_origin": origin})

    async def sends_photo(
        self, data: bytes | None = None, *, caption: str | None = None, album: str | None = None
    ) -> SentMessage:
        """Send a picture (one is painted when none is given); messages of one album share its name."""
        return await self._send_file("photo", data or picture(), caption=caption, album=album)

    async def sends_album(self, pictures: Sequence[bytes], *, caption: str | None = None) -> list[SentMessage]:
        """Send pictures as albums of up to ten, an update each, the caption under the first."""
        albums = [str(self.api.number()) for _ in range(0, len(pictures), 10)]
        return [
            await self.sends_photo(data, caption=None if number else caption, album=albums[number // 10])
            for number, data in enumerate(pictures)
        ]

    async def sends_voice(self, data: bytes = b"OggS", *, size: int | None = None) -> SentMessage:
        return await self._send_file("voice", data, size=size)

    async def sends_video(
        self, data: bytes = b"\0\0\0\x18ftypmp42", *, size: int | None = None, caption: str | None = None
    ) -> SentMessage:
        return await self._send_file("video", data, size=size, caption=caption)

    async def sends_document(
        self, data: bytes = b"%PDF-1.4", *, name: str = "note.pdf", size: int | None = None, caption: str | None = None
    ) -> SentMessage:
        return await self._send_file("document", data, size=size, caption=caption, name=name)

    async def sends_sticker(self) -> SentMessage:
        return await self._send_file("sticker", b"RIFFWEBP")

    async def shares_place(self, lon: float, lat: float, *, title: str | None = None, address: str | None = None) -> SentMessage:
        """Send a location; with a title or an address, a venue."""
        location = {"longitude": lon, "latitude": lat}
        content: dict[str, Any] = {"location": location}
        if title is not None or address is not None:
            content["venue"] = {"location": location, "title": title or "", "address": address or ""}
        return await self._send(content)

    async def edits(self, message: SentMessage, text: str) -> None:
        """Change the text or caption of one's own message."""
        message.wire["text" if message.kind == "text" else "caption"] = text
        message.wire["edit_date"] = int(time.time())
        message.edits += 1
        self._update("edited_message", dict(message.wire))
        await asyncio.sleep(0)

    async def presses(
        self, button: str | int, *, message: SentMessage | None = None, twice: bool = False, timeout: float = 10
    ) -> None:
        """Press a button: by a pattern found in its label or by its index.

        Without `message`: on the newest message that has it, waiting for one. With it: also a button that the message
        once had, as on a phone that has not heard of the edit.
        """
        until = time.monotonic() + timeout
        while (found := self._button(button, message)) is None:
            if time.monotonic() >= until:
                raise AssertionError(f"{self.wire['first_name']} found no button {button!r}:\n{self.transcript()}")
            await self.chat.wait(until)
        on, data = found
        for _ in range(2 if twice else 1):
            press = self.api.press(self.id)
            query = {"id": press.id, "from": self.wire, "chat_instance": str(self.chat.id), "data": data}
            self._update("callback_query", query | {"message": dict(on.wire)})
        await asyncio.sleep(0)

    async def blocks_bot(self) -> None:
        self.chat.blocked = True
        await self._membership("member", "kicked")

    async def unblocks(self) -> None:
        self.chat.blocked = False
        await self._membership("kicked", "member")

    async def adds_bot(self) -> None:
        """Bring the bot into this group."""
        await self._membership("left", "member")
        await self._send({"new_chat_members": [self.api.bot]})

    async def sees(
        self, pattern: str, *, timeout: float = 10, buttons: int | Sequence[str] | None = None, new: bool = True
    ) -> SentMessage:
        """Wait until the bot sent or edited a message to what matches, and return that message as it stands now.

        `buttons`: how many it has, or patterns that must be found among their labels. `new`: look only at what came
        after what this person saw last. Raises AssertionError with the whole chat.
        """
        until = time.monotonic() + timeout
        position = self._seen if new else 0
        while True:
            while position < len(self.chat.glimpses):
                glimpse = self.chat.glimpses[position]
                position += 1
                if re.search(pattern, glimpse.text, re.S) and _has(glimpse.buttons, buttons):
                    self._seen = max(self._seen, position)
                    return glimpse.message
            if time.monotonic() >= until:
                wanted = f"{pattern!r}" + ("" if buttons is None else f" with buttons {buttons!r}")
                raise AssertionError(f"{self.wire['first_name']} never saw {wanted}:\n{self.transcript()}")
            await self.chat.wait(until)

    async def sees_nothing(self, seconds: float) -> None:
        """Wait, and fail if the bot sends or edits anything after what this person saw last."""
        until = time.monotonic() + seconds
        while len(self.chat.glimpses) == self._seen and time.monotonic() < until:
            await self.chat.wait(until)
        if len(self.chat.glimpses) > self._seen:
            raise AssertionError(f"{self.wire['first_name']} should have seen nothing:\n{self.transcript()}")

    async def _send_file(
        self,
        kind: str,
        data: bytes,
        *,
        size: int | None = None,
        caption: str | None = None,
        album: str | None = None,
        name: str = "",
    ) -> SentMessage:
        file = self.api.files.keep(kind, data, size=size, name=name)
        content = {kind: file.wire}
        if caption is not None:
            content["caption"] = caption
        if album is not None:
            content["media_group_id"] = album
        return await self._send(content, media=data)

    async def _send(
        self, content: dict[str, Any], *, reply_to: SentMessage | None = None, media: bytes | None = None
    ) -> SentMessage:
        assert not self.chat.blocked, "Who blocked the bot can't write to it."
        wire = self.api.envelope(self.chat) | {"from": self.wire} | content
        if reply_to is not None:
            wire["reply_to_message"] = {key: reply_to.wire[key] for key in reply_to.wire.keys() - {"reply_to_message"}}
        message = SentMessage(wire=wire, by_bot=False, media=media)
        self.chat.messages.append(message)
        self.chat.started = True
        for_bot = "new_chat_members" in content or (reply_to is not None and reply_to.by_bot)
        # In groups a bot in privacy mode gets only what is meant for it.
        if self.chat.private or for_bot or message.text.startswith("/") or f"@{self.api.bot['username']}" in message.text:
            self._update("message", dict(wire))
        await asyncio.sleep(0)
        return message

    async def _membership(self, old: str, new: str) -> None:
        states = {"old_chat_member": _member(self.api.bot, old), "new_chat_member": _member(self.api.bot, new)}
        date = int(time.time())
        self._update("my_chat_member", {"chat": self.chat.wire, "from": self.wire, "date": date} | states)
        await asyncio.sleep(0)

    def _update(self, kind: str, body: dict[str, Any]) -> None:
        self.api.updates.push(kind, body, self.chat.id)

    def _button(self, button: str | int, message: SentMessage | None) -> tuple[SentMessage, str] | None:
        for one in [message] if message is not None else reversed(self.chat.messages):
            if one.deleted or not one.by_bot:
                continue
            current = one.keyboards[-1:] if "reply_markup" in one.wire else []
            for keyboard in one.keyboards[::-1] if message is not None else current:
                pressable = [each for each in keyboard if "callback_data" in each]
                if isinstance(button, str):
                    pressable = [each for each in pressable if re.search(button, each["text"])]
                    index = 0
                else:
                    index = button
                if -len(pressable) <= index < len(pressable):
                    return one, str(pressable[index]["callback_data"])
        return None


def _member(bot: dict[str, Any], status: str) -> dict[str, Any]:
    return {"user": bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})


def _has(labels: Sequence[str], wanted: int | Sequence[str] | None) -> bool:
    if wanted is None:
        return True
    if isinstance(wanted, int):
        return len(labels) == wanted
    return all(any(re.search(each, label) for label in labels) for each in wanted)
