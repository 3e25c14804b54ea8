"""Whether Telegram knows our bot, brings messages as the settings say, and how many wait there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.channels.telegram_checkup import Checkup, check_up
from bot.doctor.finding import Finding, bad, look, ok
from bot.doctor.store import compare_clocks
from bot.settings import Settings

MANY = 100
RECENT = timedelta(hours=1)


async def examine_telegram(settings: Settings, now: datetime) -> Sequence[Finding]:
    """Ask Telegram."""
    if not settings.telegram_token:
        return [ok("telegram", "No token is set: the program does not talk on Telegram.")]
    found = await check_up(settings.telegram_token, settings.telegram_base_url)
    if found.token_refused:
        return [bad("telegram", f"The token is refused ({found.problem}): ask BotFather, and set HUIYIN_TELEGRAM_TOKEN.")]
    if found.problem:
        return [bad("telegram", f"Out of reach ({found.problem}): look at the network and HTTPS_PROXY.")]
    findings = [ok("telegram", f"The token is that of @{found.username}."), *_receiving(found, settings)]
    if found.pending >= MANY:
        findings.append(
            look("telegram", f"{found.pending} messages wait at Telegram, which keeps them for a day: does huiyin run?")
        )
    if found.webhook and found.last_error_at and now - found.last_error_at < RECENT:
        said = f"At {found.last_error_at:%H:%M} UTC Telegram could not bring a message: {found.last_error}"
        findings.append(look("telegram", said))
    if found.server_time:
        findings += compare_clocks("Telegram", found.server_time, now)
    return findings


def _receiving(found: Checkup, settings: Settings) -> Sequence[Finding]:
    if settings.telegram_mode == "polling":
        if found.webhook:
            said = "Messages are to be fetched, but a webhook is set, which huiyin run takes away at its start: does another"
            return [bad("telegram", f"{said} program use this token?")]
        return [ok("telegram", "Messages are fetched, and no webhook is in the way.")]
    if found.webhook != settings.telegram_webhook_url:
        said = "Telegram brings messages to another address" if found.webhook else "Telegram has no address to bring messages to"
        return [bad("telegram", f"{said}: does huiyin run? It sets HUIYIN_TELEGRAM_WEBHOOK_URL at its start.")]
    return [ok("telegram", "Telegram brings messages to HUIYIN_TELEGRAM_WEBHOOK_URL.")]
