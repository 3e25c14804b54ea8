"""A unit's own windows: visit codes for those who were served there, and what the windows were rated.

Whoever was there must not be guessed from figures: only what everybody may be told (`domain.telling`), and
nothing of today.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time

from actions import tickets
from actions.cards import LEVELS
from actions.context import Context
from actions.telling import first_day, settled_of_hall
from dialog.outgoing import Outgoing, Rows, say
from dialog.subjects import Act, Refused, Reply, Screen, Subject, act_button, screen_button
from dialog.texts import Moment, Text, _
from domain.cases import Satisfaction
from domain.city import Window
from domain.telling import GROUP

PAGE = 8


def windows_of(ctx: Context, units: Collection[str]) -> tuple[Window, ...]:
    """Give the windows of some units."""
    city = ctx.city.city
    return tuple(window for window in city.windows.values() if city.unit_of(window.code) in units)


async def show_tickets(ctx: Context, after: str) -> Outgoing:
    """Offer a visit code for each window of a contact's units."""
    windows, more = _page(ctx, after, "tickets", ctx.me.units)
    rows = tuple((act_button(_name(ctx, window.code), "ticket", window.code, 0),) for window in windows)
    return say(
        _("For which window? You get a link that works once, for somebody who was just served there."),
        rows=(*rows, *more, (screen_button(_("My desk"), "desk"),)),
    )


async def ticket(ctx: Context, code: str, version: int) -> Reply:
    """Give a visit code."""
    links = await tickets.give(ctx, code)
    lines = [
        _("Visit code for {window}, for the person who was just served. It works once, within a day:", window=_name(ctx, code)),
        Text("{link}", {"link": links.web}),
    ]
    if links.telegram:
        lines.append(_("For Telegram: {link}", link=links.telegram))
    again = act_button(_("Another one"), "ticket", code, 0)
    return Reply(messages=(say(*lines, rows=((again, screen_button(_("My desk"), "desk")),)),))


async def show_ratings(ctx: Context, after: str) -> Outgoing:
    """Show a unit what its windows were rated since the month before this one, as far as that gives nobody away."""
    windows, more = _page(ctx, after, "unit_ratings", ctx.me.works_at)
    halls = dict.fromkeys(window.hall for window in windows)
    told = [group for hall in halls for group in (await settled_of_hall(ctx, hall))[1]]
    lines = [
        _(
            "Ratings since {day}, as everybody reads them on the board of the hall: in groups of {least} or more, so that nobody"
            " can be guessed.",
            day=Moment(datetime.combine(first_day(ctx), time(12), ctx.city.city.zone), day=True),
            least=GROUP,
        )
    ]
    for window in windows:
        shown = [group for group in told if group.window == window.code]
        counts = tuple(
            _("{name} {count}", name=LEVELS[level], count=sum(group.levels.get(level, 0) for group in shown))
            for level in Satisfaction
        )
        line = _("{label}: {counts}", label=_name(ctx, window.code), counts=counts)
        lines.append(line if shown else _("{label}: too few to show", label=_name(ctx, window.code)))
    return say(*lines, rows=(*more, (screen_button(_("My desk"), "desk"),)))


def _page(ctx: Context, after: str, screen: str, units: Collection[str]) -> tuple[tuple[Window, ...], Rows]:
    if not ctx.me.works_at:
        raise Refused(_("Only the contacts and the head of a unit see its windows."))
    windows = windows_of(ctx, units)
    if not windows:
        raise Refused(_("Your unit has no windows."))
    codes = [window.code for window in windows]
    left = windows[codes.index(after) + 1 :] if after in codes else windows
    more = ((screen_button(_("More windows"), screen, left[PAGE - 1].code),),) if len(left) > PAGE else ()
    return left[:PAGE], more


def _name(ctx: Context, code: str) -> Text:
    return Text("{name}", {"name": ctx.city.window(code)})


SUBJECT: Subject[Context] = Subject(
    screens=(Screen(name="tickets", view=show_tickets), Screen(name="unit_ratings", view=show_ratings)),
    acts=(Act(name="ticket", do=ticket),),
)
