"""Telegram as a channel: long polling or a webhook in, the Bot API out.

Receiving starts as soon as Telegram is in reach, which may be hours after the program: nothing here ends because it isn't.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal, cast

from aiohttp import web
from telegram import BotCommand, BotCommandScopeChat
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.channels import telegram_outgoing as wire
from bot.channels.door import Door, Letter, Moved, NotFetched, TryLater, Undeliverable
from bot.channels.telegram_api import BotApi, Unreached
from bot.channels.telegram_patience import TOKEN_REFUSED, Clock, Patience
from bot.channels.telegram_polling import Poller
from bot.channels.telegram_webhook import Webhook
from dialog.incoming import Incoming
from dialog.texts import Text, Words

LOGGER = logging.getLogger("huiyin.telegram")

INTRODUCED = "telegram_connected"
COMMANDS_REFUSED = "telegram_commands_refused"
PRESS_UNANSWERED = "telegram_press_unanswered"
EDIT_DROPPED = "telegram_edit_dropped"
SENT_AS_DOCUMENTS = "telegram_file_not_shown"

USERNAME_KEY, COMMANDS_KEY = "telegram username", "telegram commands"
REMEMBERED = timedelta(days=365)
UNFINISHED = timedelta(hours=6)
"""How long it is remembered which messages of a long letter are out."""
NOTICE, NOTICE_SECONDS = 200, 5
COMMAND_DESCRIPTION = 256
AGAIN, LONGEST_WITHOUT_TOKEN = timedelta(seconds=2), timedelta(seconds=60)

NOBODY_THERE = ("chat not found", "peer_id_invalid", "user not found")
NO_TEXT = "there is no text in the message to edit"
UNCHANGED = "message is not modified"
NOTHING_TO_EDIT = ("message to edit not found", "message can't be edited", "message_id_invalid")
CRY_SECONDS = 30.0
CODES = {"zh_Hans": "zh"}
"""Telegram's codes of our languages, where they differ."""

Commands = Sequence[tuple[str, Text]]


class Telegram:
    """The channel. `commands` are those offered to everyone: names without slash, and what they do."""

    name = "telegram"
    pushes = True

    def __init__(
        self,
        door: Door,
        words: Words,
        *,
        token: str,
        clock: Clock,
        commands: Commands,
        base_url: str = "https://api.telegram.org/bot",
        file_url: str = "https://api.telegram.org/file/bot",
        mode: Literal["polling", "webhook"] = "polling",
        poll_timeout: int = 50,
        webhook_url: str | None = None,
        webhook_secret: str | None = None,
    ) -> None:
        self._door = door
        self._words = words
        self._clock = clock
        self._commands = commands
        self._api = BotApi(token=token, base_url=base_url, file_url=file_url)
        self._receiver: Poller | Webhook
        if mode == "webhook":
            if not webhook_url:
                raise ValueError("a webhook needs its address")
            self._receiver = Webhook(door, self._api, clock, url=webhook_url, secret=webhook_secret)
        else:
            self._receiver = Poller(door, self._api, clock, poll_timeout)
        self._refused_since: datetime | None = None
        self.username: str | None = None
        """The bot's name, for deep links; None until Telegram has told it. Other processes recall it by USERNAME_KEY."""

    async def run(self) -> None:
        """Receive until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._introduce())
            group.create_task(self._receiver.run())
            group.create_task(self._cry_out())

    async def send(self, letter: Letter) -> str | None:
        """Send a letter, or change the message that it edits; return the message's id there.

        What is to be changed and isn't there any more is let be. Raises TryLater, Undeliverable, Moved; ValueError for a letter
        that no chat could take, as with a button without a press.
        """
        try:
            if letter.bares:
                await self._take_buttons_off(letter.address, letter.bares)
            sent = await (self._send_parts(letter) if letter.edits is None else self._edit(letter))
        except InvalidToken as error:
            LOGGER.error(TOKEN_REFUSED, extra={"fields": {"task": "sending", "why": error.message}})
            raise TryLater(error.message, self._until_token_is_tried(), everywhere=True) from error
        except TelegramError as error:
            raise _reaction(error) from error
        self._refused_since = None
        return sent

    def _until_token_is_tried(self) -> timedelta:
        """Wait as long again as our token has been refused: once may be a slip of the far end, a revoked one comes back late."""
        now = self._clock.now()
        self._refused_since = self._refused_since or now
        return min(LONGEST_WITHOUT_TOKEN, max(AGAIN, now - self._refused_since))

    async def acknowledge(self, incoming: Incoming, note: str) -> None:
        """Answer a button press; never raises, for the press was taken all the same."""
        if incoming.query is None:
            return
        payload = {"callback_query_id": incoming.query} | ({"text": note[:NOTICE]} if note else {})
        try:
            await self._api.call("answerCallbackQuery", payload, seconds=NOTICE_SECONDS)
        except TelegramError as error:
            LOGGER.info(PRESS_UNANSWERED, extra={"fields": {"why": error.message}})

    async def fetch(self, ref: str) -> bytes:
        """Get a file that came, of at most 20 MB; raises NotFetched."""
        try:
            file = await self._api.bot.get_file(ref)
            if not file.file_path:
                raise NotFetched("Telegram doesn't say where the file is.", final=False)
            return bytes(await file.download_as_bytearray())
        except (BadRequest, Forbidden) as error:
            raise NotFetched(error.message, final=True) from error
        except TelegramError as error:
            raise NotFetched(error.message, final=False) from error

    async def show_commands(self, address: str, commands: Commands, language: str) -> bool:
        """Show a list of commands in one chat, as staff have it; False if Telegram did not take it now."""
        try:
            await self._api.bot.set_my_commands(self._listed(commands, language), scope=BotCommandScopeChat(int(address)))
        except TelegramError as error:
            LOGGER.warning(COMMANDS_REFUSED, extra={"fields": {"why": error.message}})
            return False
        return True

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Give the webhook's route; none when polling."""
        return self._receiver.routes() if isinstance(self._receiver, Webhook) else ()

    async def close(self) -> None:
        """Let connections go."""
        await self._api.close()

    async def _introduce(self) -> None:
        patience = Patience("introduction", self._clock)
        while True:
            try:
                self.username = (await self._api.bot.get_me()).username
                await self._door.remember(USERNAME_KEY, (self.username or "").encode(), self._clock.now() + REMEMBERED)
                await self._publish_commands()
            except Exception as error:
                # Telegram's trouble or our store's, at a time when other channels already work.
                await patience.after(error)
            else:
                patience.over()
                LOGGER.info(INTRODUCED)
                return

    async def _cry_out(self) -> None:
        """Have the office told, for as long as our token is refused; whoever tries it goes on trying."""
        patience = Patience("alarm", self._clock)
        while True:
            await self._api.refused.wait()
            try:
                await self._door.shut_out(self.name)
            except Exception as error:
                await patience.after(error)
                continue
            patience.over()
            await self._clock.sleep(CRY_SECONDS)
            self._api.refused.clear()

    async def _publish_commands(self) -> None:
        first, *others = self._words.languages
        lists = {"": self._listed(self._commands, first)}
        lists |= {CODES.get(language, language): self._listed(self._commands, language) for language in others}
        written = json.dumps({code: [command.to_dict() for command in listed] for code, listed in lists.items()})
        digest = hashlib.sha256(f"{self._api.bot.token} {written}".encode()).digest()
        if await self._door.recall(COMMANDS_KEY) == digest:
            return
        try:
            for code, listed in lists.items():
                await self._api.bot.set_my_commands(listed, language_code=code or None)
        except BadRequest as error:
            LOGGER.error(COMMANDS_REFUSED, extra={"fields": {"why": error.message}})
        else:
            await self._door.remember(COMMANDS_KEY, digest, self._clock.now() + REMEMBERED)

    def _listed(self, commands: Commands, language: str) -> list[BotCommand]:
        return [BotCommand(name, self._words.render(what, language)[:COMMAND_DESCRIPTION]) for name, what in commands]

    async def _send_parts(self, letter: Letter) -> str | None:
        """Send one message after the other. After a failure it goes on where it stopped, from any replica.

        Otherwise thirty photos would never arrive whole: each try would use up what Telegram allows on the same first ones.
        """
        parts = wire.parts(letter, self._words)
        if not parts:
            return None
        key, start = "", 0
        if len(parts) > 1:
            key = f"telegram letter {_digest(parts)}"
            start = int(await self._door.recall(key) or 0)
        for n in range(start, len(parts)):
            try:
                sent = await self._send_part(parts[n])
            except TelegramError:
                if n > start:
                    await self._door.remember(key, str(n).encode(), self._clock.now() + UNFINISHED)
                raise
        if start:
            await self._door.remember(key, b"", self._clock.now())
        return sent

    async def _send_part(self, part: wire.Part) -> str:
        try:
            return await self._post(wire.request(part))
        except BadRequest as error:
            if not part.attachments or _nobody_there(error):
                raise
            # Panoramas, broken videos: what Telegram won't show must not keep the words from arriving.
            LOGGER.info(SENT_AS_DOCUMENTS, extra={"fields": {"why": error.message}})
            return await self._post(wire.request(part, as_documents=True))

    async def _post(self, request: wire.Request) -> str:
        result = await self._api.call(request.method, request.payload, request.files)
        message = result[-1] if isinstance(result, list) else result
        return str(message["message_id"])

    async def _edit(self, letter: Letter) -> str | None:
        for caption in (False, True):
            request = wire.edit(letter, self._words, caption=caption)
            if request is None:
                break
            try:
                await self._api.call(request.method, request.payload)
            except BadRequest as error:
                said = error.message.lower()
                if NO_TEXT in said and not caption:
                    continue  # It is a picture with a caption.
                if UNCHANGED not in said and not any(words in said for words in NOTHING_TO_EDIT):
                    raise
                LOGGER.info(EDIT_DROPPED, extra={"fields": {"why": error.message}})
            break
        return letter.edits

    async def _take_buttons_off(self, address: str, message: str) -> None:
        """Take its buttons off an older message; that it has none, or is gone, must not keep the new one from arriving."""
        request = wire.without_buttons(address, message)
        try:
            await self._api.call(request.method, request.payload)
        except BadRequest as error:
            LOGGER.info(EDIT_DROPPED, extra={"fields": {"why": error.message}})


def _digest(parts: Sequence[wire.Part]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(json.dumps([part.address, part.text, part.keyboard, len(part.attachments)]).encode())
        for file in part.attachments:
            digest.update(hashlib.sha256(file.data).digest())
    return digest.hexdigest()


def _nobody_there(error: BadRequest) -> bool:
    return any(words in error.message.lower() for words in NOBODY_THERE)


def _reaction(error: TelegramError) -> TryLater | Undeliverable | Moved:
    match error:
        case RetryAfter():
            return TryLater(error.message, cast("timedelta", error.retry_after))
        case ChatMigrated():
            return Moved(str(error.new_chat_id))
        case Forbidden():
            return Undeliverable(error.message, gone=True)
        case BadRequest():
            return Undeliverable(error.message, gone=_nobody_there(error))
        case Unreached():
            return TryLater(error.message, AGAIN, everywhere=True)
        case NetworkError():
            return TryLater(error.message, AGAIN, certain=False)
    return TryLater(error.message, AGAIN)
