"""The list of the day: contacts read what waits for them, heads what is late at their unit; one message a person.

A head reads what contacts read while no contact is there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta

from actions.context import Context
from actions.notices import tell
from dialog.outgoing import Button, say
from dialog.subjects import screen_button
from dialog.texts import Text, _
from storage import roles, workloads
from storage.roles import Role, RoleKind
from storage.workloads import Load

Loads = Mapping[str, Sequence[Load]]


async def greet(ctx: Context) -> None:
    """Give everybody who is there their list, on working days only; before the morning it would be yesterday's."""
    zone = ctx.city.city.zone
    local = ctx.now.astimezone(zone)
    today = local.date()
    tonight = datetime.combine(today + timedelta(days=1), time(), zone).astimezone(UTC)
    # A list that could be read only tomorrow says nothing that tomorrow's own does not say better.
    is_over = ctx.city.after_quiet(ctx.now) >= tonight
    if local.time() < ctx.city.city.morning or is_over or not ctx.city.working_days.is_working(today).working:
        return
    contacts, heads = await roles.of_kind(ctx.tx, RoleKind.CONTACT), await roles.of_kind(ctx.tx, RoleKind.HEAD)
    held: dict[str, list[Role]] = {}
    for role in (*contacts, *heads):
        held.setdefault(role.person, []).append(role)
    units = dict.fromkeys(role.unit for role in (*contacts, *heads) if role.unit)
    loads = {unit: await workloads.loads(ctx.tx, unit, ctx.now, tonight, ctx.told_until) for unit in units}
    # Whose cases a role deals with: its own, and those of colleagues who are away.
    hands: dict[str, set[str]] = {}
    for role in contacts:
        for hand in role.hands(ctx.now):
            hands.setdefault(hand, set()).add(role.id)
    for role in heads:
        hands.setdefault(role.id, set()).add(role.id)
    alone = {unit for unit in units if not roles.dealing([role for role in contacts if role.unit == unit], None, ctx.now)}
    for person, theirs in held.items():
        if not any(role.is_away(ctx.now) for role in theirs):
            await _greet(ctx, person, theirs, loads, set().union(*(hands.get(role.id, set()) for role in theirs)), alone)


async def _greet(
    ctx: Context, person: str, theirs: Sequence[Role], loads: Loads, holders: set[str], alone: Collection[str]
) -> None:
    """Give one person their list; `holders` are the roles whose cases are theirs, no contact is there at the units `alone`."""
    lines: list[Text] = []
    rows: list[tuple[Button, ...]] = []
    deals = {role.unit for role in theirs if role.kind is RoleKind.CONTACT or role.unit in alone}
    waits = [
        load
        for unit in {role.unit for role in theirs}
        for load in loads[unit or ""]
        if load.holder in holders or (unit in deals and (load.holder is None or unit in alone))
    ]
    today, late = sum(load.today for load in waits), sum(load.late for load in waits)
    new = sum(load.open for load in waits if load.holder is None)
    if today or late or new:
        lines.append(_("Good morning. {today} due today, {late} late, {new} not signed in.", today=today, late=late, new=new))
        if deals:
            rows.append((screen_button(_("Our cases"), "unit"),))
    headed = [role.unit for role in theirs if role.kind is RoleKind.HEAD and role.unit]
    for unit in headed:
        if (n := sum(load.late for load in loads[unit])) and unit not in deals:
            lines.append(_("{unit} is late with {n}.", unit=ctx.city.unit(unit), n=n))
    if headed and lines:
        rows.append((screen_button(_("My unit"), "head"),))
    if lines:
        await tell(ctx, person, say(*lines, rows=tuple(rows)), ctx.city.after_quiet(ctx.now))
