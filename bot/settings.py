"""The settings of the program, from the environment and from a file `.env` in the working folder.

`SETTINGS` is the one table of what there is; docs/settings.md is written from it by `python -m bot.settings`. Whatever is wrong
is told at once, and without any value: a token pasted into the wrong line must not end in a log.
"""

from __future__ import annotations

import difflib
import io
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from dotenv.parser import parse_stream

from bot.mail_server import MailServer
from bot.setting_values import (
    CHANNEL,
    WEBHOOK_SECRET,
    Wrong,
    bot_api,
    choice,
    database,
    listen,
    mail_from,
    mail_server,
    matching,
    megabytes,
    number,
    path,
    public_url,
    robot_origins,
    seconds,
    some_megabytes,
    token,
    webhook_url,
    whole,
    yes_or_no,
)

PREFIX = "HUIYIN_"
FILE = ".env"


class BadSettings(Exception):
    """Some settings are wrong: `problems` has a sentence for each, which names the variable and says what to write."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the program was told; paths are absolute."""

    telegram_token: str = field(repr=False)
    """Empty: no Telegram."""
    telegram_base_url: str
    telegram_file_url: str
    telegram_mode: Literal["polling", "webhook"]
    telegram_poll_timeout: int
    """In seconds."""
    telegram_webhook_url: str | None
    """Not None when the mode is webhook."""
    telegram_webhook_secret: str | None = field(repr=False)
    """None: the program makes one."""
    telegram_channel: str | None
    listen: tuple[str, int]
    """Host, an IPv6 one without brackets, and port; port 0 is any free one."""
    database: str = field(repr=False)
    """`sqlite:` and an absolute path, or `postgresql://...`."""
    data: Path
    keys: Path
    city: Path
    public_url: str
    """Without a slash at the end."""
    log: Literal["text", "json"]
    behind_proxy: bool
    pace_all: float
    """Notices a second, over all chats; 0 is unpaced, here and below."""
    pace_chat: float
    """Notices a second to one chat."""
    pace_group: float
    """Notices a minute to one group or channel."""
    messages_per_minute: int
    address_messages_per_minute: int
    people_per_hour: int
    upload_bytes: int
    """A day, for one person."""
    address_upload: int
    """In bytes a day, from one network address."""
    free_disk: int
    """In bytes."""
    wrong_codes: int
    """How many wrong codes, from one person, before they have to wait."""
    address_wrong_codes: int
    """The same, from one network address."""
    wrong_codes_wait: int
    """In minutes."""
    tick: timedelta
    smtp: MailServer | None = field(repr=False)
    """None: no e-mail is sent."""
    mail_from: str
    """Not empty where there is a mail server."""
    robot_origins: tuple[str, ...]
    """`https://host` of each; on this machine itself `http://host`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One line of the table."""

    name: str
    """Without the prefix."""
    default: str
    parse: Callable[[str, Path], object]
    """Make the value out of the text, which may be the default, and the folder that paths start from."""
    help: str
    secret: bool = False
    attribute: str = ""
    """Its name in Settings, where it isn't the name in small letters."""

    @property
    def variable(self) -> str:
        """Name the variable in the environment."""
        return PREFIX + self.name

    @property
    def key(self) -> str:
        """Name the attribute of Settings."""
        return self.attribute or self.name.lower()


SETTINGS: tuple[Setting, ...] = (
    Setting(
        name="TELEGRAM_TOKEN",
        default="",
        parse=token,
        help="The bot's token, as BotFather gives it. Without one the program does not talk on Telegram.",
        secret=True,
    ),
    Setting(
        name="TELEGRAM_BASE_URL",
        default="https://api.telegram.org/bot",
        parse=bot_api("/bot", "https://api.telegram.org/bot"),
        help="Where the Bot API is, for those who run a server of their own; ends in `/bot`.",
    ),
    Setting(
        name="TELEGRAM_FILE_URL",
        default="https://api.telegram.org/file/bot",
        parse=bot_api("/file/bot", "https://api.telegram.org/file/bot"),
        help="Where the Bot API's files are; ends in `/file/bot`. "
        "If only `HUIYIN_TELEGRAM_BASE_URL` is set, it is that address with `/file/bot` in place of `/bot`.",
    ),
    Setting(
        name="TELEGRAM_MODE",
        default="polling",
        parse=choice("polling", "webhook"),
        help="How messages come: `polling`, the program asks for them, or `webhook`, Telegram brings them.",
    ),
    Setting(
        name="TELEGRAM_POLL_TIMEOUT",
        default="50",
        parse=whole(0, 50),
        help="How many seconds one question for new messages may wait for an answer, from 0 to 50.",
    ),
    Setting(
        name="TELEGRAM_WEBHOOK_URL",
        default="",
        parse=webhook_url,
        help="The address that Telegram brings messages to, needed when the mode is `webhook`. It begins with `https://` (on "
        "this machine itself `http://` will do), and the program's own web server takes the messages at the same path.",
    ),
    Setting(
        name="TELEGRAM_WEBHOOK_SECRET",
        default="",
        parse=matching(
            WEBHOOK_SECRET,
            "is no secret that Telegram takes: write 1 to 256 letters A to Z, a to z, digits, underscores and hyphens.",
        ),
        help="What Telegram says with each message so that nobody else can bring one: 1 to 256 of `A-Z a-z 0-9 _ -`. "
        "Without it the program makes one by itself.",
        secret=True,
    ),
    Setting(
        name="TELEGRAM_CHANNEL",
        default="",
        parse=matching(CHANNEL, "is no channel: write its name with an @ before it, or its number, which begins with -100."),
        help="The Telegram channel for what is published: `@name`, or its number `-100...`. Without one nothing is posted there.",
    ),
    Setting(
        name="LISTEN",
        default="127.0.0.1:8080",
        parse=listen,
        help="Host and port of the web server, which takes webhooks too. `0.0.0.0:8080` listens on all networks; "
        "with port 0 the system picks a free one.",
    ),
    Setting(
        name="DATABASE",
        default="sqlite:var/huiyin.db",
        parse=database,
        help="`sqlite:PATH`, or `postgresql://USER:PASSWORD@HOST/NAME` for more than one process.",
        secret=True,
    ),
    Setting(
        name="DATA",
        default="var/data",
        parse=path,
        help="The folder for photos and other files that people send, which are encrypted. Several processes share it.",
    ),
    Setting(
        name="KEYS",
        default="var/keys",
        parse=path,
        help="The file of the keys that seal who people are. It is made on the first start, for its owner only, and must lie "
        "outside `HUIYIN_DATA`. **Keep a copy in another place**: without it nothing sealed can be read again.",
    ),
    Setting(
        name="CITY",
        default="examples/xining",
        parse=path,
        help="The folder of the city's files: areas, units, categories, rules.",
    ),
    Setting(
        name="PUBLIC_URL",
        default="http://127.0.0.1:8080",
        parse=public_url,
        help="The address at which people reach the web server; links are made from it. "
        "If it is not set, it is made from `HUIYIN_LISTEN`.",
    ),
    Setting(
        name="LOG",
        default="text",
        parse=choice("text", "json"),
        help="How the log is written: `text` for people, `json` for programs.",
    ),
    Setting(
        name="BEHIND_PROXY",
        default="no",
        parse=yes_or_no,
        help="`yes` if people reach the web server only through a proxy that says in `X-Forwarded-For` where they come from. "
        "With `yes` and no proxy anybody could pretend to come from anywhere.",
    ),
    Setting(
        name="PACE_ALL",
        default="25",
        parse=number,
        help="How many notices a second are sent over all chats; 0 does not pace them. Answers are never paced.",
    ),
    Setting(
        name="PACE_CHAT", default="1", parse=number, help="How many notices a second are sent to one chat; 0 does not pace them."
    ),
    Setting(
        name="PACE_GROUP",
        default="18",
        parse=number,
        help="How many notices a minute are posted to one group or channel; 0 does not pace them.",
    ),
    Setting(
        name="MESSAGES_PER_MINUTE", default="1200", parse=whole(1), help="How many messages a minute are taken from one person."
    ),
    Setting(
        name="ADDRESS_MESSAGES_PER_MINUTE",
        default="12000",
        parse=whole(1),
        help="How many messages a minute are taken from one network address, which a whole office may share.",
    ),
    Setting(
        name="PEOPLE_PER_HOUR",
        default="2000",
        parse=whole(1),
        help="How many devices an hour may be new to the web chat from one network address.",
    ),
    Setting(
        name="UPLOAD_MEGABYTES_PER_DAY",
        default="300",
        parse=some_megabytes,
        attribute="upload_bytes",
        help="How many megabytes a day are taken from one person, of photos and other files, and on the web of words too.",
    ),
    Setting(
        name="ADDRESS_UPLOAD_MEGABYTES_PER_DAY",
        default="3000",
        parse=some_megabytes,
        attribute="address_upload",
        help="How many megabytes a day are taken from one network address, of words, photos and other files.",
    ),
    Setting(
        name="FREE_DISK_MEGABYTES",
        default="500",
        parse=megabytes,
        attribute="free_disk",
        help="How many megabytes are kept free where `HUIYIN_DATA` lies. When there are fewer, files and very long texts are "
        "refused, and messages are still taken.",
    ),
    Setting(
        name="WRONG_CODES", default="5", parse=whole(1), help="How many wrong codes one person may give before they have to wait."
    ),
    Setting(
        name="ADDRESS_WRONG_CODES",
        default="50",
        parse=whole(1),
        help="How many wrong codes may come from one network address before it has to wait.",
    ),
    Setting(
        name="WRONG_CODES_WAIT",
        default="15",
        parse=whole(1),
        help="How many minutes somebody has to wait who has given too many wrong codes.",
    ),
    Setting(
        name="TICK",
        default="5",
        parse=seconds,
        help="How many seconds lie between two looks at the deadlines; a fraction such as 0.5 is allowed.",
    ),
    Setting(
        name="SMTP",
        default="",
        parse=mail_server,
        help="The mail server that takes e-mail for the bells of staff: `smtps://USER:PASSWORD@HOST`, `smtp+starttls://...`, or "
        "unencrypted `smtp://...`; `:PORT` if it is not the usual one. Without one no e-mail is sent.",
        secret=True,
    ),
    Setting(name="MAIL_FROM", default="", parse=mail_from, help="The address that e-mail comes from, needed with `HUIYIN_SMTP`."),
    Setting(
        name="ROBOT_HOSTS",
        default="qyapi.weixin.qq.com oapi.dingtalk.com open.feishu.cn",
        parse=robot_origins,
        attribute="robot_origins",
        help="The hosts of the group robots that staff may have as bells, with spaces between; a port is written `HOST:PORT`. "
        "Nothing else is called, and only by `https` (on this machine itself by `http`).",
    ),
)


def read_settings(environ: Mapping[str, str], folder: Path) -> Settings:
    """Read the settings from the environment and from `folder/.env`; the environment wins, an empty value is the default.

    Raises BadSettings with everything that is wrong.
    """
    problems: list[str] = []
    written = _written(folder / FILE, problems) | {name: text for name, text in environ.items() if _is_ours(name)}
    problems += [_unknown(name) for name in written if name not in {setting.variable for setting in SETTINGS}]
    texts = {name: text.strip() for name, text in written.items() if text.strip()}

    values: dict[str, Any] = {}
    for setting in SETTINGS:
        try:
            values[setting.key] = setting.parse(texts.get(setting.variable, setting.default), folder)
        except Wrong as wrong:
            problems.append(f"{setting.variable} {wrong}")

    if "HUIYIN_TELEGRAM_FILE_URL" not in texts and "telegram_base_url" in values:
        values["telegram_file_url"] = values["telegram_base_url"].removesuffix("/bot") + "/file/bot"
    if "HUIYIN_PUBLIC_URL" not in texts and "listen" in values:
        values["public_url"] = local_url(*values["listen"])
    if values.get("telegram_mode") == "webhook" and "HUIYIN_TELEGRAM_WEBHOOK_URL" not in texts:
        problems.append(
            "HUIYIN_TELEGRAM_WEBHOOK_URL is not set, but HUIYIN_TELEGRAM_MODE is webhook: write the address that Telegram brings "
            "messages to, such as https://example.org/telegram."
        )
    if values.get("smtp") and not values.get("mail_from", "unread"):
        problems.append(
            "HUIYIN_MAIL_FROM is not set, but HUIYIN_SMTP is: write the address that e-mail comes from, such as "
            "huiyin@example.org."
        )
    if "keys" in values and "data" in values and _real(values["keys"]).is_relative_to(_real(values["data"])):
        problems.append(
            "HUIYIN_KEYS lies inside the folder of HUIYIN_DATA, where whoever takes the files gets the keys too: write a path "
            "outside that folder."
        )
    if problems:
        raise BadSettings(tuple(problems))
    return Settings(**values)


def local_url(host: str, port: int) -> str:
    """Make the address at which this machine reaches its own web server."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _written(path: Path, problems: list[str]) -> dict[str, str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError):
        problems.append(f"The file {FILE} can't be read: make it a text file in UTF-8 that this user may read, or take it away.")
        return {}
    written: dict[str, str] = {}
    # dotenv_values would pass over a line that it can't read, and a secret with a $ in it would be changed.
    for line in parse_stream(io.StringIO(text)):
        if line.error or (line.key and _is_ours(line.key) and line.value is None):
            blank = line.original.string[: -len(line.original.string.lstrip())]
            number = line.original.line + blank.count("\n")
            problems.append(f"Line {number} of the file {FILE} can't be understood: write it as NAME=value.")
        elif line.key and _is_ours(line.key) and line.value is not None:
            written[line.key] = line.value
    return written


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _is_ours(name: str) -> bool:
    return name.upper().startswith(PREFIX)


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name.upper(), [setting.variable for setting in SETTINGS], n=1)
    advice = f"write {near[0]} if that is what you mean" if near else "docs/settings.md lists all that there are"
    return f"{name} is no setting of this program: {advice}, or take it away."


def page() -> str:
    """Write docs/settings.md."""
    rows = [
        f"| `{setting.variable}` | {f'`{setting.default}`' if setting.default else 'none'} | "
        f"{setting.help}{' Secret: it is never shown.' if setting.secret else ''} |"
        for setting in SETTINGS
    ]
    return "\n".join((_INTRODUCTION, "| Setting | Default | What it does |", "| --- | --- | --- |", *rows, ""))


_INTRODUCTION = f"""\
# Settings

<!-- Written by `python -m bot.settings > docs/settings.md` from the table in bot/settings.py. -->

The program reads its settings from the environment and from a file `{FILE}` in the folder it is started in, one `NAME=value` a
line. The environment wins. An empty value is the same as none: the default holds. Paths that don't begin with `/` start from the
folder the program is started in. A megabyte is 1,048,576 bytes.

If settings are wrong, or a name that begins with `{PREFIX}` is unknown, the program does not start and says of every one of them
what to write. It shows no values when it does so, as they may be secret.

Proxies are taken from the environment in the usual way (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`).
"""


if __name__ == "__main__":
    print(page(), end="")
