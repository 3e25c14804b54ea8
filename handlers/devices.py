"""The devices of staff: one more is asked about before it signs in, and any can be signed out."""

from __future__ import annotations

from dataclasses import replace

from actions import devices
from actions.context import Context
from actions.invitations import Offered, join
from dialog.outgoing import Outgoing, say
from dialog.subjects import Act, Reply, Subject, act_button, screen_button
from dialog.texts import Text, _
from handlers.desk import desk

OVER = _("This link has been used or is too old. Please ask for a new one.")
MENU = ((screen_button(_("Menu"), "menu"),),)


def asked(ctx: Context, offered: Offered, code: str) -> Outgoing:
    """Ask, where a link to another device was opened, whether it shall sign in."""
    names = tuple(dict.fromkeys(role.name for role in offered.roles))
    units = tuple(dict.fromkeys(role.unit for role in offered.roles))
    places = tuple(Text("{name}", {"name": ctx.city.unit(unit)}) if unit else _("Supervision office") for unit in units)
    return say(
        _("You would work here as {name}, {places}.", name=", ".join(names), places=places),
        _("Whatever is written in this chat from then on is theirs. If somebody else gave you this link, don't."),
        rows=((act_button(_("Sign in here"), "sign_in", code, 0), act_button(_("Don't sign in"), "stay", "", 0)),),
    )


async def sign_in(ctx: Context, code: str, version: int) -> Reply:
    """Make this chat one more device of whoever made the link."""
    held = await join(ctx, code)
    if held is None:
        return Reply(card=say(OVER, rows=MENU))
    now = await desk(replace(ctx, actor=replace(ctx.me, person=held[0].person, roles=held)), "")
    return Reply(card=now.with_news(_("You are signed in on this device.")))


async def stay(ctx: Context, arg: str, version: int) -> Reply:
    """Leave the chat to whoever it belongs to."""
    return Reply(card=say(_("You are not signed in, and nothing has changed here."), rows=MENU))


async def sign_out(ctx: Context, id: str, version: int) -> Reply:
    """Sign one of one's devices out."""
    await devices.sign_out(ctx, id)
    return Reply(card=say(_("That device is signed out."), rows=MENU))


SUBJECT: Subject[Context] = Subject(
    acts=(Act(name="sign_in", do=sign_in), Act(name="stay", do=stay), Act(name="sign_out", do=sign_out))
)
