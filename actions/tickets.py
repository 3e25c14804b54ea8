"""Visit tickets: given out for a window, used once by whoever opens their link, which verifies the rating of that visit."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from actions.context import Context
from actions.invitations import Links
from actions.windows import window_links
from dialog.subjects import Refused
from dialog.texts import _
from domain.city import City
from domain.ratings import is_own
from domain.tickets import CHANCE, LENGTH, SIGNATURE, Ticket, read_ticket
from storage import tickets
from storage.database import Tx
from storage.keys import Keys

LIFE = timedelta(days=1)


class Use(StrEnum):
    """What came of using a ticket."""

    VERIFIED = "verified"
    USED = "used"
    INVALID = "invalid"
    OWN = "own"
    SHOUTED = "shouted"


def issue(keys: Keys, window: str, now: datetime) -> str:
    """Make a ticket for a window, good for a day."""
    unsigned = Ticket(expires_at=now + LIFE, chance=secrets.token_bytes(CHANCE), signature=b"")
    return str(Ticket(expires_at=unsigned.expires_at, chance=unsigned.chance, signature=_sign(keys, window, unsigned)))


async def links(tx: Tx, keys: Keys, public_url: str, window: str, ticket: str, now: datetime) -> Links:
    """Give the links that use a ticket: those of the window, with the ticket behind its code."""
    return await window_links(tx, keys, public_url, f"{window}_{ticket}", now)


async def give(ctx: Context, window: str) -> Links:
    """Give a contact a ticket for a window of theirs, to be shown to whoever was served there."""
    known = window in ctx.city.city.windows
    if not known or ctx.city.city.unit_of(window) not in ctx.me.units:
        raise Refused(_("Visit tickets are given out by the contacts of the unit whose window it is."))
    return await links(ctx.tx, ctx.keys, ctx.public_url, window, issue(ctx.keys, window, ctx.now), ctx.now)


async def use(ctx: Context, window: str, text: str) -> Use:
    """Use a ticket for the person who acts; whoever used it may open its link again. The unit's own staff only look at it."""
    ticket = read_ticket(text)
    signed = ticket is not None and secrets.compare_digest(ticket.signature, _sign(ctx.keys, window, ticket))
    if not signed and text == text.upper():
        return Use.SHOUTED  # what is made is hardly ever without a small letter
    if ticket is None or not signed or ticket.expires_at <= ctx.now:
        return Use.INVALID
    known = window in ctx.city.city.windows
    if known and is_own(ctx.city.city, window, ctx.me.works_at):
        return Use.OWN
    id = ctx.keys.name("used ticket", window, text)
    if await tickets.use(ctx.tx, id, window, ctx.me.person, ctx.now):
        return Use.VERIFIED
    return Use.VERIFIED if await tickets.used_by(ctx.tx, id) == ctx.me.person else Use.USED


def split(city: City, code: str) -> tuple[str, str]:
    """Take the code of a window, in any case, and a ticket, "" if there is none, out of `CODE` or `CODE_TICKET`."""
    window, line, ticket = city.window_coded(code[: -LENGTH - 1]), code[-LENGTH - 1 : -LENGTH], code[-LENGTH:]
    return (window.code, ticket) if window and line == "_" and not city.window_coded(code) else (code, "")


def _sign(keys: Keys, window: str, ticket: Ticket) -> bytes:
    return bytes.fromhex(keys.name("ticket", window, ticket.signed))[:SIGNATURE]
