"""The list of the day: contacts read what waits for them, heads what is late at their unit; one message a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """Give everybody who is there their list, on working days only."""
    zone = ctx.city.city.zone
    today = ctx.now.astimezone(zone).date()
    tonight = datetime.combine(today + timedelta(days=1), time(), zone).astimezone(UTC)
    # A list that could be read only tomorrow says nothing that tomorrow's own does not say better.
    if not ctx.city.working_days.is_working(today).working or ctx.city.after_quiet(ctx.now) >= tonight:
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
    for person, theirs in held.items():
        if not any(role.is_away(ctx.now) for role in theirs):
            await _greet(ctx, person, theirs, loads, set().union(*(hands.get(role.id, set()) for role in theirs)))


async def _greet(ctx: Context, person: str, theirs: Sequence[Role], loads: Loads, holders: set[str]) -> None:
    lines: list[Text] = []
    rows: list[tuple[Button, ...]] = []
    mine = [load for role in theirs if role.kind is RoleKind.CONTACT for load in loads[role.unit or ""]]
    waits = [load for load in mine if load.holder is None or load.holder in holders]
    today, late = sum(load.today for load in waits), sum(load.late for load in waits)
    new = sum(load.open for load in waits if load.holder is None)
    if today or late or new:
        lines.append(_("Good morning. {today} due today, {late} late, {new} not signed in.", today=today, late=late, new=new))
        rows.append((screen_button(_("Our cases"), "unit"),))
    at_units = {role.unit: sum(load.late for load in loads[role.unit or ""]) for role in theirs if role.kind is RoleKind.HEAD}
    for unit, n in at_units.items():
        if unit and n:
            lines.append(_("{unit} is late with {n}.", unit=ctx.city.unit(unit), n=n))
    if any(at_units.values()):
        rows.append((screen_button(_("My unit"), "head"),))
    if lines:
        await tell(ctx, person, say(*lines, rows=tuple(rows)), ctx.city.after_quiet(ctx.now))
