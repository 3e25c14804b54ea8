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
from actions.facts import excerpt
from actions.praise import words_of_praise
from actions.telling import first_day, settled_of_hall
from dialog.code import Code
from dialog.outgoing import Button, Outgoing, say
from dialog.subjects import Act, Refused, Reply, Screen, Subject, act_button, screen_button
from dialog.texts import Moment, _, verbatim
from domain.cases import Satisfaction
from domain.city import Window
from domain.telling import GROUP
from handlers.hall_words import window_and_hall, windows_in_words
from handlers.paging import Page, page, turns

MOST_PRAISE, EXCERPT = 5, 120
"""How much of it fits on a screen, for each window."""


def windows_of(ctx: Context, units: Collection[str]) -> tuple[Window, ...]:
    """Give the windows of some units, hall by hall."""
    city = ctx.city.city
    return tuple(window for hall in city.halls.values() if hall.unit in units for window in city.windows_of(hall.code))


async def show_tickets(ctx: Context, behind: str) -> Outgoing:
    """Offer a visit code for each window of a contact's units."""
    cut = _page(ctx, behind, ctx.me.units)
    above, names = windows_in_words(ctx, cut.shown)
    rows = tuple((act_button(name, "ticket", window.code, 0),) for window, name in zip(cut.shown, names, strict=True))
    return say(
        *above,
        _("For which window? You get a code to be scanned, which works once, for somebody who was just served there."),
        rows=(*rows, *turns(cut, "tickets", more=_("More windows")), (screen_button(_("My desk"), "desk"),)),
    )


async def ticket(ctx: Context, code: str, version: int) -> Reply:
    """Give a visit code, as a picture to be held out and as links."""
    links = await tickets.give(ctx, code)
    named = window_and_hall(ctx, ctx.city.city.windows[code])
    lines = [
        _(
            "Visit code for {window}. It works once, within a day: hold it out to whoever was just served, to be scanned.",
            window=named,
        )
    ]
    if links.telegram:
        lines.append(_("Or pass on this link for Telegram: {link}", link=links.telegram))
    again = act_button(_("Another one"), "ticket", code, 0)
    rows = ((Button(_("Visit code as a link"), url=links.web),), (again, screen_button(_("My desk"), "desk")))
    shown = Code(link=links.web, alt=_("QR code: visit code for {window}", window=named))
    return Reply(messages=(say(*lines, rows=rows, code=shown),))


async def show_ratings(ctx: Context, behind: str) -> Outgoing:
    """Show a unit what its windows were rated since the month before this one, as far as that gives nobody away."""
    cut = _page(ctx, behind, ctx.me.works_at)
    halls = dict.fromkeys(window.hall for window in cut.shown)
    told = [group for hall in halls for group in (await settled_of_hall(ctx, hall))[1]]
    lines = [
        _(
            "Ratings since {day}, as everybody reads them on the board of the hall: in groups of {least} or more, so that nobody"
            " can be guessed.",
            day=Moment(datetime.combine(first_day(ctx), time(12), ctx.city.city.zone), day=True),
            least=GROUP,
        )
    ]
    for window in cut.shown:
        shown = [group for group in told if group.window == window.code]
        counts = tuple(
            _("{name} {count}", name=LEVELS[level], count=sum(group.levels.get(level, 0) for group in shown))
            for level in Satisfaction
        )
        line = _("{label}: {counts}", label=window_and_hall(ctx, window), counts=counts)
        lines.append(line if shown else _("{label}: too few to show", label=window_and_hall(ctx, window)))
    last = (screen_button(_("Words of praise"), "praise"), screen_button(_("My desk"), "desk"))
    return say(*lines, rows=(*turns(cut, "unit_ratings", more=_("More windows")), last))


async def show_praise(ctx: Context, behind: str) -> Outgoing:
    """Show a unit what was written in praise of its windows, as far as that gives nobody away."""
    cut = _page(ctx, behind, ctx.me.works_at)
    lines = [
        _(
            "Words of praise of the last four weeks, in no order. They are shown when a day is over, and only where at least"
            " {least} other ratings came with them, so that nobody can be guessed.",
            least=GROUP,
        )
    ]
    for hall in dict.fromkeys(window.hall for window in cut.shown):
        windows = [window for window in cut.shown if window.hall == hall]
        told = await words_of_praise(ctx, hall, [window.code for window in windows])
        for window in windows:
            lines += [_("{window}:", window=window_and_hall(ctx, window))] if told[window.code] else []
            lines += [_("“{text}”", text=verbatim(excerpt(text, EXCERPT))) for text in told[window.code][:MOST_PRAISE]]
    if len(lines) == 1:
        lines.append(_("There are none yet."))
    back = screen_button(_("Our ratings"), "unit_ratings")
    return say(*lines, rows=(*turns(cut, "praise", more=_("More windows")), (back, screen_button(_("My desk"), "desk"))))


def _page(ctx: Context, behind: str, units: Collection[str]) -> Page[Window]:
    if not ctx.me.works_at:
        raise Refused(_("Only the contacts and the head of a unit see its windows."))
    windows = windows_of(ctx, units)
    if not windows:
        raise Refused(_("Your unit has no windows."))
    return page(windows, behind)


SUBJECT: Subject[Context] = Subject(
    screens=(
        Screen(name="tickets", view=show_tickets),
        Screen(name="unit_ratings", view=show_ratings),
        Screen(name="praise", view=show_praise),
    ),
    acts=(Act(name="ticket", do=ticket),),
)
