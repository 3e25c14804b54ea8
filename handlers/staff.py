"""Who works at the units, in chat: units without a contact first; invite, end a role, let a colleague take over."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from actions import staffing
from actions.context import Context
from actions.invitations import links
from dialog.outgoing import Button, Outgoing, say
from dialog.play import Dialog
from dialog.questions import Option, Options
from dialog.subjects import Act, Form, Refused, Reply, Screen, Subject, act_button, form_button, screen_button
from dialog.texts import Moment, Secret, Text, _, verbatim
from handlers.unit_search import choose_unit, unit_names
from storage import cases, invitations, roles
from storage.roles import Role, RoleKind

PAGE = 8
OFFICE = _("Supervision office")
KINDS: dict[RoleKind, Text] = {RoleKind.CONTACT: _("Contact"), RoleKind.HEAD: _("Head")}
KIND_OPTIONS: Options = tuple(Option(kind, label) for kind, label in KINDS.items())
ALL_KINDS = {**KINDS, RoleKind.OFFICE: OFFICE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """Who is invited to what."""

    kind: RoleKind
    unit: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Which role ends, and which one takes over."""

    role: str
    by: str | None


async def staff(ctx: Context, after: str) -> Outgoing:
    """List the units with their contacts and heads, those without a contact first."""
    ctx.as_office()
    held = await roles.in_units(ctx.tx)
    contacts = Counter(role.unit for role in held if role.kind is RoleKind.CONTACT)
    heads = Counter(role.unit for role in held if role.kind is RoleKind.HEAD)
    units = sorted(ctx.city.city.units, key=lambda unit: contacts[unit] > 0)
    first = int(after) if after.isdecimal() and len(after) < 6 else 0
    rows: list[tuple[Button, ...]] = [
        (screen_button(_summary(ctx, unit, contacts[unit], heads[unit]), "staff_unit", unit),)
        for unit in units[first : first + PAGE]
    ]
    if len(units) > first + PAGE:
        rows.append((screen_button(_("More units"), "staff", str(first + PAGE)),))
    rows.append((form_button(_("Invite somebody"), "invite"), screen_button(OFFICE, "staff_office")))
    rows.append((screen_button(_("My desk"), "desk"),))
    without = sum(contacts[unit] == 0 for unit in units)
    return say(_("Units: {count}. Without a contact: {without}.", count=len(units), without=without), rows=tuple(rows))


async def staff_of_unit(ctx: Context, unit: str) -> Outgoing:
    """Show who works at a unit, and since when."""
    ctx.as_office()
    found = [role for kind in KINDS for role in await roles.of_unit(ctx.tx, unit, kind)]
    name = Text("{name}", {"name": ctx.city.unit(unit)})
    lines = [name, *[await _line(ctx, role) for role in found]] if found else [name, _("Nobody has signed in for this unit.")]
    back = screen_button(_("Units and staff"), "staff")
    if ctx.city.city.is_confidential(unit):
        return say(*lines, staffing.OPERATORS, rows=((back,),))
    rows: list[tuple[Button, ...]] = []
    for role in found:
        end = form_button(_("End: {name}", name=role.name), "unbind", role.id)
        replace = form_button(_("Replace: {name}", name=role.name), "replace", role.id)
        rows.append((end, replace) if role.kind is RoleKind.CONTACT and await staffing.colleagues(ctx, role) else (end,))
    rows.append((form_button(_("Invite somebody"), "invite", unit), back))
    return say(*lines, rows=tuple(rows))


async def staff_of_office(ctx: Context, arg: str) -> Outgoing:
    """Show who belongs to the office, and who is invited to it."""
    mine = ctx.as_office()
    found = await roles.of_kind(ctx.tx, RoleKind.OFFICE)
    invited = await invitations.open_to(ctx.tx, None, ctx.now)
    lines = [
        OFFICE,
        *[_("{name}, since {since}", name=role.name, since=Moment(role.since_at, day=True)) for role in found],
        *[_("Invited: {name}, until {until}", name=name, until=Moment(until)) for _code, _kind, name, until in invited],
        staffing.OFFICE_OPERATORS,
    ]
    rows = [(form_button(_("End: {name}", name=role.name), "unbind", role.id),) for role in found if role.id != mine.id]
    rows += [
        (act_button(_("Withdraw the invitation: {name}", name=name), "withdraw_link", code, 0),)
        for code, _kind, name, _until in invited
    ]
    return say(*lines, rows=(*rows, (screen_button(_("Units and staff"), "staff"),)))


async def withdraw_link(ctx: Context, code: str, version: int) -> Reply:
    """Withdraw an invitation to the office."""
    name = await staffing.withdraw_invitation(ctx, None, code)
    done = _("The invitation of {name} is withdrawn; its link does not work any more.", name=name)
    return Reply(card=(await staff_of_office(ctx, "")).with_news(done))


async def invite(d: Dialog) -> Invite:
    """Ask for unit, role and name."""
    unit = d.arg or (await choose_unit(d, unit_names)).key
    kind = await d.choose("kind", _("As what?"), KIND_OPTIONS, label=_("Role"))
    name = await d.text("name", _("What is the name, as colleagues shall see it?"), label=_("Name"), most=40)
    return Invite(kind=RoleKind(kind), unit=unit, name=name)


async def unbind(d: Dialog) -> End | None:
    """Make sure that a role shall end."""
    facts = await d.look("facts", facts_of_role, d.arg)
    sure = await d.confirm("sure", _("End this role now?"), tuple(option.label for option in facts), yes=_("End it"))
    return End(role=d.arg, by=None) if sure else None


async def replace(d: Dialog) -> End | None:
    """Choose who takes over."""
    others = await d.look("others", colleagues, d.arg)
    by = await d.choose("by", _("Who takes everything over?"), others, label=_("Colleague"))
    if by == "nobody":
        return None
    facts = await d.look("facts", facts_of_role, d.arg)
    name = next(option.label for option in others if option.key == by)
    lines = (*(option.label for option in facts), _("To: {name}", name=name))
    sure = await d.confirm("sure", _("End this role and hand everything over?"), lines, yes=_("Hand it over"))
    return End(role=d.arg, by=by) if sure else None


async def facts_of_role(ctx: Context, id: str) -> Options:
    """Say whose role it is, and how many open cases it holds."""
    role = await roles.held(ctx.tx, id)
    if role is None:
        return ()
    if role.unit is None:
        return (Option("who", _("{name}, {kind}", name=role.name, kind=OFFICE)),)
    held = len(await cases.held_by(ctx.tx, id))
    unit = ctx.city.unit(role.unit)
    return (
        Option("who", _("{name}, {kind} of {unit}", name=role.name, kind=KINDS.get(role.kind, verbatim("")), unit=unit)),
        Option("held", _("Open cases: {count}", count=held)),
    )


async def colleagues(ctx: Context, id: str) -> Options:
    """Offer the other contacts of the same unit."""
    role = await roles.held(ctx.tx, id)
    found = await staffing.colleagues(ctx, role) if role else ()
    return (*(Option(other.id, verbatim(other.name)) for other in found), Option("nobody", _("Nobody, leave it as it is")))


async def send_invitation(ctx: Context, command: Invite) -> Reply:
    """Invite, and show the links once."""
    code = await staffing.invite_to(ctx, command.kind, command.unit, command.name)
    found = await links(ctx.tx, ctx.keys, ctx.public_url, code, ctx.now)
    web = _("In the web chat: {link}", link=Secret(found.web))
    once = _("Please pass this on to {name}. It works once, within seven days, and is shown only here:", name=command.name)
    if found.telegram is None:
        return Reply(messages=(say(once, web),))
    once = _(
        "Please pass one of these on to {name}. It works once, within seven days, and is shown only here:", name=command.name
    )
    return Reply(messages=(say(once, web, _("In Telegram: {link}", link=Secret(found.telegram))),))


async def end(ctx: Context, command: End) -> Reply:
    """End a role."""
    if command.by:
        ended = await staffing.replace(ctx, command.role, command.by)
        done = _("The role of {name} has ended. Cases handed over: {count}.", name=ended.role.name, count=ended.cases)
    else:
        ended = await staffing.unbind(ctx, command.role)
        done = _("The role of {name} has ended. Cases left to be signed in: {count}.", name=ended.role.name, count=ended.cases)
    if ended.role.unit is None:
        return Reply(
            messages=((await staff_of_office(ctx, "")).with_news(_("The role of {name} has ended.", name=ended.role.name)),)
        )
    return Reply(messages=((await staff_of_unit(ctx, ended.role.unit)).with_news(done),))


async def may_staff(ctx: Context, arg: str) -> None:
    """Let only the office open a form, and not about a discipline team."""
    staffing.as_staffing(ctx, arg)


async def may_end(ctx: Context, id: str) -> None:
    """Let only the office open a form, and only about a role that somebody holds."""
    ctx.as_office()
    role = await roles.held(ctx.tx, id)
    if role is None:
        raise Refused(_("This role has ended already."))
    staffing.as_staffing(ctx, role.unit)


def _summary(ctx: Context, unit: str, contacts: int, heads: int) -> Text:
    name = ctx.city.unit(unit)
    if not contacts:
        return _("{unit}: no contact", unit=name)
    return _("{unit}: contacts {contacts}, heads {heads}", unit=name, contacts=contacts, heads=heads)


async def _line(ctx: Context, role: Role) -> Text:
    line = _("{kind} {name}, since {since}", kind=KINDS[role.kind], name=role.name, since=Moment(role.since_at, day=True))
    if role.away_until_at is None or not role.is_away(ctx.now):
        return line
    day = Moment(role.away_until_at - timedelta(minutes=1), day=True)
    deputy = await roles.held(ctx.tx, role.deputy) if role.deputy else None
    if deputy:
        return _("{line}; away up to and with {day}, {deputy} stands in", line=line, day=day, deputy=deputy.name)
    return _("{line}; away up to and with {day}, nobody stands in", line=line, day=day)


SUBJECT: Subject[Context] = Subject(
    screens=(
        Screen(name="staff", view=staff),
        Screen(name="staff_unit", view=staff_of_unit),
        Screen(name="staff_office", view=staff_of_office),
    ),
    acts=(Act(name="withdraw_link", do=withdraw_link),),
    forms=(
        Form(name="invite", title=_("Inviting staff"), script=invite, then=send_invitation, may=may_staff),
        Form(name="unbind", title=_("Ending a role"), script=unbind, then=end, may=may_end),
        Form(name="replace", title=_("Replacing a contact"), script=replace, then=end, may=may_end),
    ),
)
