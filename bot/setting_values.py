"""What each setting's value may look like: readers that make it out of text, or say what to write instead."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from bot.mail_server import MailServer, Security
from domain.bells import mail_address

MEGABYTE = 1024 * 1024
TAKEN_PATHS = ("/board", "/chat", "/desk", "/in", "/static", "/healthz", "/readyz")
"""Where the web server has pages of its own, so that no webhook can stand there."""
_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+(/test)?")
WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_WEBHOOK_PATH = re.compile(r"(/[A-Za-z0-9_~:-][A-Za-z0-9_.~:-]*)+")
CHANNEL = re.compile(r"@[A-Za-z][A-Za-z0-9_]{3,31}|-100[0-9]{1,13}")
_LISTEN = re.compile(r"(?:\[(?P<ipv6>[^\]]+)\]|(?P<host>[A-Za-z0-9._-]+)):(?P<port>[0-9]{1,5})")
_HOST = re.compile(r"(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::[0-9]{1,5})?")
_MAIL_SERVERS: dict[str, tuple[Security, int]] = {"smtp": ("none", 25), "smtps": ("tls", 465), "smtp+starttls": ("starttls", 587)}
_WHOLE = re.compile(r"[0-9]{1,9}")
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


class Wrong(Exception):
    """A value can't be taken. The text goes on after the variable's name, and never contains the value."""


def token(text: str, _folder: Path) -> str:
    if text and not _TOKEN.fullmatch(text):
        raise Wrong("is no bot token: write it as BotFather gave it, digits, a colon and letters, with nothing around it.")
    return text


def url(text: str, example: str) -> SplitResult:
    wrong = Wrong(f"is no web address: write one that begins with https:// or http://, such as {example}.")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", text):
        raise wrong
    if set(text) & set("?#@"):
        raise Wrong(
            f"has more in it than an address needs: write it without ?, #, @ and what belongs to them, such as {example}."
        )
    return parts


def bot_api(ending: str, example: str) -> Callable[[str, Path], str]:
    def parse(text: str, _folder: Path) -> str:
        if not url(text, example).path.endswith(ending):
            raise Wrong(f"does not end in {ending}: write the address up to there, without the token, such as {example}.")
        return text

    return parse


def webhook_url(text: str, _folder: Path) -> str | None:
    if not text:
        return None
    parts = url(text, "https://example.org/telegram")
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise Wrong("is not encrypted: write an address that begins with https://; http:// is taken on this machine itself only.")
    if not _WEBHOOK_PATH.fullmatch(parts.path):
        raise Wrong(
            "has no path that a webhook can stand at: write an address with a path of plain letters and digits and no slash "
            "at the end, such as https://example.org/telegram."
        )
    if any(parts.path == taken or parts.path.startswith(f"{taken}/") for taken in TAKEN_PATHS):
        raise Wrong(
            f"has a path where the program's own pages are ({', '.join(TAKEN_PATHS)}): write an address with another path, "
            "such as https://example.org/telegram."
        )
    return text


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def matching(pattern: re.Pattern[str], wrong: str) -> Callable[[str, Path], str | None]:
    def parse(text: str, _folder: Path) -> str | None:
        if text and not pattern.fullmatch(text):
            raise Wrong(wrong)
        return text or None

    return parse


def choice(*words: str) -> Callable[[str, Path], str]:
    def parse(text: str, _folder: Path) -> str:
        if text.lower() not in words:
            raise Wrong(f"is none of the words that it can be: write {' or '.join(words)}.")
        return text.lower()

    return parse


def yes_or_no(text: str, folder: Path) -> bool:
    return choice("yes", "no")(text, folder) == "yes"


def whole(least: int, most: int | None = None) -> Callable[[str, Path], int]:
    def parse(text: str, _folder: Path) -> int:
        if not _WHOLE.fullmatch(text) or int(text) < least or (most is not None and int(text) > most):
            limits = f"from {least} to {most}" if most is not None else f"of at least {least}"
            raise Wrong(f"is no whole number {limits}: write one in plain digits.")
        return int(text)

    return parse


def number(text: str, _folder: Path) -> float:
    if not _NUMBER.fullmatch(text):
        raise Wrong("is no number of 0 or more with at most nine digits: write it plainly, such as 25 or 0.5.")
    return float(text)


def seconds(text: str, folder: Path) -> timedelta:
    """Read a length of time in seconds, more than none, at most a day."""
    read = number(text, folder)
    if not 0 < read <= 86_400:
        raise Wrong("is no such length: write a number of seconds more than 0 and at most 86400, such as 5.")
    return timedelta(seconds=read)


def megabytes(text: str, folder: Path) -> int:
    return int(number(text, folder) * MEGABYTE)


def some_megabytes(text: str, folder: Path) -> int:
    if not (size := megabytes(text, folder)):
        raise Wrong("is 0, with which nobody could send a photo: write how many megabytes a day may come, such as 300.")
    return size


def listen(text: str, _folder: Path) -> tuple[str, int]:
    wrong = Wrong(
        "is no address to listen on: write host and port, such as 127.0.0.1:8080, [::1]:8080 or, for all networks, 0.0.0.0:8080."
    )
    found = _LISTEN.fullmatch(text)
    if not found or int(found["port"]) > 65535:
        raise wrong
    if found["ipv6"]:
        try:
            ipaddress.IPv6Address(found["ipv6"])
        except ValueError:
            raise wrong from None
    return found["ipv6"] or found["host"], int(found["port"])


def public_url(text: str, _folder: Path) -> str:
    if url(text, "https://example.org").path.strip("/"):
        raise Wrong(
            "has a path, but the pages stand at the top of their host: write host and port only, such as https://example.org."
        )
    return text.rstrip("/")


def path(text: str, folder: Path) -> Path:
    if text.startswith("~"):
        raise Wrong("begins with ~, which only a shell understands: write the whole path.")
    if "\0" in text:
        raise Wrong("has a character in it that no path can have: write the path anew.")
    return Path(os.path.abspath(folder / text))


def database(text: str, folder: Path) -> str:
    if text.startswith("postgresql://") and text != "postgresql://":
        return text
    file = text.removeprefix("sqlite:")
    if file in ("", text) or file.startswith(("//", ":")):
        raise Wrong(
            "is no database that the program knows: write sqlite: and a path, such as sqlite:var/huiyin.db, or the address of a "
            "PostgreSQL database, such as postgresql://huiyin:PASSWORD@db.example.org/huiyin."
        )
    return f"sqlite:{path(file, folder)}"


def mail_server(text: str, _folder: Path) -> MailServer | None:
    if not text:
        return None
    wrong = Wrong(
        "is no mail server: write smtps://, smtp+starttls:// or smtp://, then name, password and host, such as "
        "smtps://USER:PASSWORD@mail.example.org; a sign like @ or / in the password is written %40 or %2F."
    )
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme not in _MAIL_SERVERS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise wrong
    security, usual_port = _MAIL_SERVERS[parts.scheme]
    return MailServer(
        security=security,
        host=parts.hostname,
        port=port or usual_port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def mail_from(text: str, _folder: Path) -> str:
    address = mail_address(text) if text else ""
    if address is None:
        raise Wrong("is no e-mail address: write one without a name or brackets, such as huiyin@example.org.")
    return address


def robot_origins(text: str, _folder: Path) -> tuple[str, ...]:
    origins = []
    for word in text.lower().split():
        host = _HOST.fullmatch(word)
        if host is None:
            raise Wrong("has something in it that is no host: write names only, with spaces between, such as open.feishu.cn.")
        origins.append(f"{'http' if is_loopback(host['host']) else 'https'}://{word}")
    return tuple(origins)
