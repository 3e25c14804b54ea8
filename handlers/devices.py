"""The devices of staff: one more is asked about before it signs in, and any can be signed out."""

from __future__ import annotations

from dataclasses import replace

from actions import devices
from actions.context import Context
from actions.invitations import Offered, join
from dialog.outgoing import Outgoing, say
from dialog.subjects import Act, Refused, Reply, Screen, Subject, act_button, screen_button
from dialog.texts import Text, _
from handlers.desk import desk
from storage import people

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
    done = _("You are signed out here.") if id == ctx.me.conversation.id else _("That device is signed out.")
    return Reply(card=say(done, rows=MENU))


async def sign_out_others(ctx: Context, arg: str, version: int) -> Reply:
    """Sign all devices out but this one."""
    count = await devices.sign_out_others(ctx)
    return Reply(card=say(_("Your other devices are signed out: {count}.", count=count), rows=MENU))


async def mine(ctx: Context, arg: str) -> Outgoing:
    """Offer to sign this device out, or all others."""
    if not ctx.me.roles:
        raise Refused(_("Only staff sign in and out. What stands here is yours alone."))
    count = len(await people.conversations(ctx.tx, ctx.me.person))
    others = ((act_button(_("Sign out my other devices"), "sign_out_others", "", 0),),) if count > 1 else ()
    return say(
        _("You are signed in on this many devices: {count}.", count=count),
        _("Who signs out everywhere needs a new invitation to come back. Cases and roles stay as they are."),
        rows=(
            (act_button(_("Sign out here"), "sign_out", ctx.me.conversation.id, 0),),
            *others,
            (screen_button(_("My desk"), "desk"),),
        ),
    )


SUBJECT: Subject[Context] = Subject(
    screens=(Screen(name="devices", view=mine),),
    acts=(
        Act(name="sign_in", do=sign_in),
        Act(name="stay", do=stay),
        Act(name="sign_out", do=sign_out),
        Act(name="sign_out_others", do=sign_out_others),
    ),
)
