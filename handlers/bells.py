"""The bells of staff in chat: the list of one's own, a form for a new one, and the code that proves an e-mail address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from actions import bells
from actions.context import Context
from actions.notices import BELLS, FETCHED, bell_name
from dialog.outgoing import Outgoing, say
from dialog.play import Dialog
from dialog.questions import Option, Options
from dialog.subjects import Act, Form, Opening, Reply, Screen, Subject, act_button, form_button, screen_button
from dialog.texts import Text, _
from domain.bells import BellKind, bell_address
from storage import people

MAIL = _("Please write the e-mail address. We send a code of six digits there.")
ROBOTS: dict[BellKind, Text] = {
    BellKind.WECOM: _("Please paste the webhook address of the WeCom group robot."),
    BellKind.DINGTALK: _(
        "Please paste the webhook address of the DingTalk group robot."
        " In its security settings choose signing, and write the secret after the address, with a space between."
    ),
    BellKind.FEISHU: _(
        "Please paste the webhook address of the Feishu group robot."
        " If it checks signatures, write the secret after the address, with a space between."
    ),
}
SIX_DIGITS = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBell:
    """Which bell is wanted, and its address as it was written."""

    kind: BellKind
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """The code that was mailed to a bell."""

    bell: str
    code: str


async def show(ctx: Context, arg: str) -> Outgoing:
    """List one's bells, to test or remove them or to set up another one."""
    bells.as_staff(ctx)
    lines = [_("A bell tells you elsewhere that something new is here: a case's number and a link, nothing else.")]
    if any(chat.channel != FETCHED and not chat.unreachable for chat in await people.conversations(ctx.tx, ctx.me.person)):
        lines.append(_("You also have a chat that tells you by itself, so your bells are silent."))
    mine = [(bell, await bell_name(ctx, bell)) for bell in await people.bells(ctx.tx, ctx.me.person)]
    rows = []
    for bell, name in mine:
        rows.append((act_button(_("Test {bell}", bell=name), "bell_test", bell.id, 0),))
        rows.append((act_button(_("Remove {bell}", bell=name), "bell_remove", bell.id, 0),))
    lines += [_("Your bells: {bells}", bells=tuple(name for _bell, name in mine)) if mine else _("You have no bell yet.")]
    more = (form_button(_("New bell"), "bell_new"),) if ctx.bells.kinds else ()
    return say(*lines, rows=(*rows, (*more, screen_button(_("My desk"), "desk"))))


async def new(d: Dialog) -> NewBell:
    """Ask what is to ring, and where it is."""
    kinds = await d.look("kinds", offered)
    kind = BellKind(await d.choose("kind", _("What shall ring?"), kinds, label=_("Kind of bell")))
    origins = await d.look("origins", reachable)
    address = await d.text(
        "address", ROBOTS.get(kind, MAIL), label=_("Address"), most=500, check=partial(wrong_address, kind, origins)
    )
    return NewBell(kind=kind, address=address)


async def offered(ctx: Context) -> Options:
    """Offer the kinds of bells that this program can ring."""
    return tuple(Option(kind, BELLS[kind]) for kind in ctx.bells.kinds)


async def reachable(ctx: Context) -> list[str]:
    """Give the beginnings that the address of a robot may have."""
    return list(ctx.bells.robots)


def wrong_address(kind: BellKind, origins: list[str], text: str) -> Text | None:
    """Say what is wrong with the address of a bell; None if it is right."""
    if bell_address(kind, text, origins):
        return None
    if kind is BellKind.MAIL:
        return _("That is not an e-mail address. One looks like this: name@example.org")
    return _("That is not the address of such a robot. Please copy it whole from the robot's settings.")


async def code(d: Dialog) -> Code:
    """Ask for the code that was mailed."""
    given = await d.text("code", _("Which code is in the e-mail?"), label=_("Code from the e-mail"), most=20, check=wrong_code)
    return Code(bell=d.arg, code=given)


def wrong_code(text: str) -> Text | None:
    """Say what is wrong with a code at first sight; None if it may be right."""
    return None if SIX_DIGITS.fullmatch(text) else _("The code has six digits. Please look at the e-mail again.")


async def hang(ctx: Context, bell: NewBell) -> Reply:
    """Set up a bell, or go on with the code that was mailed."""
    hung = await bells.hang(ctx, bell.kind, bell.address)
    if hung.needs_code:
        return Reply(opens=Opening(form="bell_code", arg=hung.id))
    return Reply(messages=((await show(ctx, "")).with_news(*_rung(hung.name)),))


async def confirm(ctx: Context, given: Code) -> Reply:
    """Compare the code, and ask again if it is wrong."""
    name = await bells.confirm(ctx, given.bell, given.code)
    if name is None:
        wrong = _("That is not the code, or it is older than 30 minutes. To have a new one sent, begin again: /bell")
        return Reply(messages=(say(wrong),), opens=Opening(form="bell_code", arg=given.bell))
    return Reply(messages=((await show(ctx, "")).with_news(_("{bell} rings from now on.", bell=name)),))


async def test(ctx: Context, id: str, version: int) -> Reply:
    """Ring a bell as a test."""
    name = await bells.test(ctx, id)
    return Reply(messages=(say(*_rung(name)),), note=_("Done."))


async def remove(ctx: Context, id: str, version: int) -> Reply:
    """Take a bell down."""
    name = await bells.remove(ctx, id)
    return Reply(card=(await show(ctx, "")).with_news(_("{bell} has been removed.", bell=name)), note=_("Done."))


async def may_hang(ctx: Context, arg: str) -> None:
    """Let only staff set up bells."""
    bells.as_staff(ctx)


def _rung(bell: Text) -> tuple[Text, ...]:
    return (
        _("We have just rung as a test: {bell}.", bell=bell),
        _("If nothing arrives there within a minute, please look at its settings."),
    )


SUBJECT: Subject[Context] = Subject(
    screens=(Screen(name="bell", view=show, commands=("bell",)),),
    acts=(Act(name="bell_test", do=test), Act(name="bell_remove", do=remove)),
    forms=(
        Form(name="bell_new", title=_("Setting up a bell"), script=new, then=hang, may=may_hang),
        Form(name="bell_code", title=_("Confirming an e-mail address"), script=code, then=confirm, may=may_hang),
    ),
)
