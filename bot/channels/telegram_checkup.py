"""How Telegram sees our bot, asked once, beside the running program: no update is fetched and nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from telegram.error import InvalidToken, TelegramError

from bot.channels.telegram_api import BotApi

SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """What Telegram said; `problem` in its own words if it refused or was out of reach, and then nothing else."""

    problem: str = ""
    token_refused: bool = False
    username: str = ""
    webhook: str = ""
    pending: int = 0
    last_error: str = ""
    last_error_at: datetime | None = None
    server_time: datetime | None = None
    """Full seconds."""


async def check_up(token: str, base_url: str) -> Checkup:
    """Ask Telegram who we are and where it brings messages; never raises."""
    api = BotApi(token=token, base_url=base_url, file_url="")
    try:
        me: dict[str, Any] = await api.call("getMe", {}, seconds=SECONDS)
        server_time = _time(api.date)
        info: dict[str, Any] = await api.call("getWebhookInfo", {}, seconds=SECONDS)
    except TelegramError as error:
        return Checkup(problem=error.message, token_refused=isinstance(error, InvalidToken))
    finally:
        await api.close()
    failed_at = info.get("last_error_date")
    return Checkup(
        username=str(me.get("username", "")),
        webhook=str(info.get("url", "")),
        pending=int(info.get("pending_update_count", 0)),
        last_error=str(info.get("last_error_message", "")),
        last_error_at=datetime.fromtimestamp(failed_at, UTC) if failed_at else None,
        server_time=server_time,
    )


def _time(header: str) -> datetime | None:
    try:
        return parsedate_to_datetime(header).astimezone(UTC)
    except ValueError:
        return None
