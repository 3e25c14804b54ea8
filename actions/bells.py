"""Bells of staff: hanging one up, proving by a mailed code that an e-mail address is one's own, testing, taking down.

No address stands in the ledger, only that somebody has, or has no more, a bell of some kind.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from actions.context import Context
from actions.guessing import count_wrong, must_wait
from actions.notices import bell_message, bell_name, code_key, queue, take_down
from dialog.outgoing import say
from dialog.subjects import Refused
from dialog.texts import Moment, Secret, Text, _
from domain.bells import BellKind, bell_address
from storage import ledger, memory, people, quotas
from storage.people import Conversation

MOST_BELLS = 5
NEW_BELLS = 10
NEW_BELLS_IN = timedelta(hours=1)
TESTS = 3
TESTS_IN = timedelta(minutes=10)
CODE_LIFE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hung:
    """A bell as it was hung up: its id and name; with `needs_code` it rings only once its owner has given the mailed code."""

    id: str
    name: Text
    needs_code: bool


def as_staff(ctx: Context) -> None:
    """Let only those pass who hold a role."""
    if not ctx.me.roles:
        raise Refused(_("Bells are for staff. Everything about your own cases reaches you here: /my"))


async def hang(ctx: Context, kind: BellKind, text: str) -> Hung:
    """Hang up a bell; a robot is rung at once as a test, to an e-mail address a code is sent. Raises Refused."""
    as_staff(ctx)
    address = bell_address(kind, text, ctx.bells.robots) if kind in ctx.bells.kinds else None
    if address is None:
        raise Refused(_("This address can't be rung from here. Please look at it again: /bell"))
    hung = await people.bells(ctx.tx, ctx.me.person)
    if len(hung) >= MOST_BELLS:
        raise Refused(_("You have {most} bells, and more are not possible. Please remove one first: /bell", most=MOST_BELLS))
    bell = await people.hang_bell(ctx.tx, ctx.keys, ctx.me.person, kind, address, ctx.now)
    if not bell.unreachable:
        raise Refused(_("You have this bell already. You can test it here: /bell"))
    counted = ctx.keys.name("new bells", ctx.me.person)
    if until := await quotas.use(ctx.tx, counted, 1, NEW_BELLS, NEW_BELLS_IN, ctx.now):
        raise Refused(_("Too many new bells. Please wait until {until} and try again.", until=Moment(until)))
    if kind is BellKind.MAIL:
        await _send_code(ctx, bell)
    else:
        await _put_in_use(ctx, bell)
        await _ring_as_test(ctx, bell)
    return Hung(id=bell.id, name=await bell_name(ctx, bell), needs_code=kind is BellKind.MAIL)


async def confirm(ctx: Context, id: str, code: str) -> Text | None:
    """Take a mailed code and return the name of the bell, which rings from now on; None if the code is wrong or too old.

    Guessing is slowed down: Refused after too many wrong ones, until some time has passed.
    """
    if until := await must_wait(ctx, "bell codes"):
        raise Refused(_("Too many wrong codes from the e-mail. Please wait until {until} and try again.", until=Moment(until)))
    bell = await _mine(ctx, id)
    sent = await memory.recall(ctx.tx, ctx.keys, code_key(id), ctx.now)
    if not sent or not hmac.compare_digest(sent, code.encode()):
        await count_wrong(ctx, "bell codes")
        return None
    await memory.remember(ctx.tx, ctx.keys, code_key(id), b"", ctx.now)
    await _put_in_use(ctx, bell)
    return await bell_name(ctx, bell)


async def test(ctx: Context, id: str) -> Text:
    """Ring a bell as a test, and return its name."""
    bell = await _in_use(ctx, id)
    if until := await quotas.use(ctx.tx, ctx.keys.name("bell tests", id), 1, TESTS, TESTS_IN, ctx.now):
        raise Refused(_("This bell was tested several times just now. Please wait until {until}.", until=Moment(until)))
    await _ring_as_test(ctx, bell)
    return await bell_name(ctx, bell)


async def remove(ctx: Context, id: str) -> Text:
    """Take a bell down, and return its name."""
    bell = await _in_use(ctx, id)
    await take_down(ctx, bell)
    await ledger.append(ctx.tx, f"person:{ctx.me.person}", "staff", "bell_removed", {"kind": bell.channel}, ctx.now)
    return await bell_name(ctx, bell)


async def _mine(ctx: Context, id: str) -> Conversation:
    as_staff(ctx)
    bell = await people.conversation(ctx.tx, id)
    if bell is None or not bell.is_bell or bell.person != ctx.me.person:
        raise Refused(_("This bell is not there any more. These are the ones you have: /bell"))
    return bell


async def _in_use(ctx: Context, id: str) -> Conversation:
    bell = await _mine(ctx, id)
    if bell.unreachable:
        raise Refused(_("This bell is not there any more. These are the ones you have: /bell"))
    return bell


async def _put_in_use(ctx: Context, bell: Conversation) -> None:
    await people.mark_reachable(ctx.tx, bell.id)
    await ledger.append(ctx.tx, f"person:{ctx.me.person}", "staff", "bell", {"kind": bell.channel}, ctx.now)


async def _ring_as_test(ctx: Context, bell: Conversation) -> None:
    await queue(ctx, bell, bell_message(ctx, _("This is a test of your bell.")))


async def _send_code(ctx: Context, bell: Conversation) -> None:
    code = f"{secrets.randbelow(10**6):06}"
    await memory.remember(ctx.tx, ctx.keys, code_key(bell.id), code.encode(), ctx.now + CODE_LIFE)
    await queue(
        ctx,
        bell,
        say(
            _("Confirm your e-mail address"),
            _("Your code: {code}", code=Secret(code)),
            _("Please write it in the chat within 30 minutes. If you did not ask for it, nothing needs to be done."),
        ),
    )
