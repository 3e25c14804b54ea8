"""Finding a unit by a part of its name, or by the short form that people use: 城管 for 城市管理局."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from actions.context import Context
from dialog.play import Dialog
from dialog.questions import Option, Options
from dialog.texts import Text, _
from domain.city import DISCIPLINE

MOST_UNITS = 60


async def unit_names(ctx: Context) -> list[list[str]]:
    """Give code and names of every unit that cases are assigned to, for `no_unit` to search."""
    units = ctx.city.city.units.values()
    return [[unit.code, unit.name, unit.name_en] for unit in units if unit.kind != DISCIPLINE]


async def all_unit_names(ctx: Context) -> list[list[str]]:
    """Give code and names of every unit."""
    return [[unit.code, unit.name, unit.name_en] for unit in ctx.city.city.units.values()]


def no_unit(names: Sequence[Sequence[str]]) -> Callable[[str], Text | None]:
    """Make the check of a text that should be a part of a unit's name."""

    def check(part: str) -> Text | None:
        if _found(names, part):
            return None
        return _("There is no unit whose name has “{part}” in it. Please write another part of the name.", part=part)

    return check


async def choose_unit(d: Dialog, known: Callable[[Context], Awaitable[list[list[str]]]]) -> Option:
    """Ask for a part of a unit's name, and which of those known by it."""
    names = await d.look("names", known)
    part = await d.text(
        "part",
        _("Which unit? Please write a part of its name, such as water."),
        label=_("Part of the name"),
        most=60,
        check=no_unit(names),
    )
    found = await d.look("units", units_named, names, part)
    unit = await d.choose("unit", _("Please choose the unit. With Back you can search again."), found, label=_("Unit"))
    return next(option for option in found if option.key == unit)


async def units_named(ctx: Context, names: Sequence[Sequence[str]], part: str) -> Options:
    """Offer the units whose name has this part."""
    return named_units(ctx, _found(names, part)[:MOST_UNITS])


def named_units(ctx: Context, codes: Sequence[str]) -> Options:
    """Offer units by their names."""
    return tuple(Option(code, Text("{name}", {"name": ctx.city.unit(code)})) for code in codes)


def _found(names: Sequence[Sequence[str]], part: str) -> list[str]:
    folded = part.casefold()
    found = [code for code, zh, en in names if folded in zh.casefold() or folded in en.casefold() or part == code]
    return found or [code for code, zh, _en in names if _abbreviates(part, zh)]


def _abbreviates(short: str, name: str) -> bool:
    """Tell whether a name has these characters in this order."""
    left = iter(name)
    return all(character in left for character in short)
