"""Leaving a chat or device: what was said there is overwritten, and whoever writes there next is somebody new."""

from __future__ import annotations

from actions.context import Context
from actions.notices import queue
from dialog.outgoing import say
from dialog.subjects import Refused
from dialog.texts import _
from storage import inbox, ledger, outbox, people
from storage.people import Conversation

FORGET = _("Forget this device")


async def sign_out(ctx: Context, id: str) -> None:
    """Sign the person who acts out on one of their devices. Raises Refused."""
    device = await people.conversation(ctx.tx, id)
    if device is None or device.is_bell or device.person != ctx.me.person or not ctx.me.roles:
        raise Refused(_("That device is signed out."))
    await leave(ctx, device)
    if id != ctx.me.conversation.id:
        await queue(ctx, device, say(_("This device has been signed out.")))


async def sign_out_others(ctx: Context) -> int:
    """Sign the person who acts out everywhere but here; return on how many devices."""
    others = [one.id for one in await people.conversations(ctx.tx, ctx.me.person) if one.id != ctx.me.conversation.id]
    for id in others:
        await sign_out(ctx, id)
    return len(others)


async def leave(ctx: Context, device: Conversation) -> None:
    """Part a chat from its person and leave nothing in it of what was said there."""
    if ctx.me.roles:
        await ledger.append(ctx.tx, f"person:{device.person}", "staff", "sign_out", {}, ctx.now)
    await people.join(ctx.tx, device.id, await people.add(ctx.tx, ctx.me.language, ctx.now))
    await inbox.forget(ctx.tx, device.id)
    await outbox.drop_waiting(ctx.tx, device.id)
    gone = say(_("This is not shown here any more."))
    cards = await outbox.overwrite_all(ctx.tx, ctx.keys, device.id, gone)
    for card in cards:
        await queue(ctx, device, gone, edits=card)
