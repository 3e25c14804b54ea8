"""Bells: where staff who use only the web are told that there is something new. An e-mail address, or the robot of a group.

Only addresses of the robots' own hosts, in their own shape, are taken: any other would let whoever has a role make the
server call into its own network.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class BellKind(StrEnum):
    """Sort of a bell; also the name of the channel that rings it."""

    MAIL = "mail"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"


@dataclass(frozen=True, slots=True, kw_only=True)
class BellOffer:
    """What this program can ring: e-mail only with a mail server, robots at these origins (`https://host`)."""

    mail: bool = False
    robots: tuple[str, ...] = ()

    @property
    def kinds(self) -> tuple[BellKind, ...]:
        """The kinds of which somebody can have a bell."""
        return tuple(kind for kind in BellKind if (self.mail if kind is BellKind.MAIL else self.robots))


NO_BELLS = BellOffer()

_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")
LONGEST_MAIL = 254
# What follows a robot's host: path, key, and after a blank the secret it signs with.
_ROBOTS = {
    BellKind.WECOM: re.compile(r"/cgi-bin/webhook/send\?key=[\w-]{1,128}", re.ASCII),
    BellKind.DINGTALK: re.compile(r"/robot/send\?access_token=\w{1,128}( [\w-]{1,128})?", re.ASCII),
    BellKind.FEISHU: re.compile(r"/open-apis/bot/v2/hook/[\w-]{1,128}( [\w-]{1,128})?", re.ASCII),
}


def mail_address(text: str) -> str | None:
    """Give an e-mail address as it is kept; None if the text is none."""
    text = text.strip()
    if len(text) > LONGEST_MAIL or not _MAIL.fullmatch(text):
        return None
    local, _at, domain = text.rpartition("@")
    return f"{local}@{domain.lower()}"


def robot_address(kind: BellKind, text: str, origins: Sequence[str]) -> str | None:
    """Give a robot's address, with its secret after a blank if it has one; None if it is none of this kind at these origins."""
    words = " ".join(text.split())
    for origin in origins:
        if words[: len(origin)].lower() == origin and _ROBOTS[kind].fullmatch(words[len(origin) :]):
            return f"{origin}{words[len(origin) :]}"
    return None


def bell_address(kind: BellKind, text: str, origins: Sequence[str]) -> str | None:
    """Give the address of a bell as it is kept; None if the text is none."""
    return mail_address(text) if kind is BellKind.MAIL else robot_address(kind, text, origins)


def hint(kind: BellKind, address: str) -> str:
    """Give as much of an address as its owner needs to know it again."""
    if kind is BellKind.MAIL:
        local, _at, domain = address.rpartition("@")
        return f"{local[0]}…@{domain}"
    return f"…{address.partition(' ')[0][-4:]}"
