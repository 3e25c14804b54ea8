"""A hall in words: its hours, whether it is open now, how far away it is, and its windows in a list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from functools import reduce

from actions.context import Context
from dialog.texts import Text, _, verbatim
from domain.city import Hall, Window
from domain.opening_hours import OpeningHours, Span

WEEKDAYS = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))


def opening(ctx: Context, hall: Hall) -> Text:
    """Say whether a hall is open now, and until when; else its hours."""
    local = ctx.now.astimezone(ctx.city.city.zone)
    working = ctx.city.working_days.is_working(local.date()).working
    if not hall.hours.open_at(local, working):
        return _("Closed now. Opening hours: {hours}.", hours=hours_in_words(hall.hours))
    end = next(
        end for begin, end in hall.hours.on(local.weekday(), working) if begin <= local.time() and not _over(end, local.time())
    )
    return _("Open now, until {time}.", time=_end(end))


def hours_in_words(hours: OpeningHours) -> Text:
    """Write opening hours down."""
    groups = [_("{days} {hours}", days=_days(first, last), hours=_spans(spans)) for first, last, spans in hours.groups()]
    return reduce(lambda one, more: _("{one}; {more}", one=one, more=more), groups)


def windows_in_words(ctx: Context, windows: Sequence[Window]) -> tuple[tuple[Text, ...], tuple[Text, ...]]:
    """Name windows for a list: what stands above it, and their names; one hall of all is named once, for buttons are short."""
    halls = tuple(dict.fromkeys(window.hall for window in windows))
    if len(halls) == 1:
        named = tuple(Text("{name}", {"name": ctx.city.window(window.code)}) for window in windows)
        return (Text("{name}", {"name": ctx.city.hall(halls[0])}),), named
    return (), tuple(window_and_hall(ctx, window) for window in windows)


def window_and_hall(ctx: Context, window: Window) -> Text:
    """Name a window with its hall."""
    return _("{window}, {hall}", window=ctx.city.window(window.code), hall=ctx.city.hall(window.hall))


def distance_in_words(metres: float) -> Text:
    """Write a distance down, no more exactly than anybody walks."""
    if metres < 950:
        return _("{metres} m", metres=max(50, round(metres / 50) * 50))
    return _("{kilometres} km", kilometres=f"{metres / 1000:.1f}" if metres < 9_950 else str(round(metres / 1000)))


def _days(first: int, last: int) -> Text:
    if (first, last) == (0, 6):
        return _("daily")
    return WEEKDAYS[first] if first == last else _("{first} to {last}", first=WEEKDAYS[first], last=WEEKDAYS[last])


def _spans(spans: tuple[Span, ...]) -> tuple[Text, ...]:
    return tuple(verbatim(f"{begin:%H:%M}–{_end(end)}") for begin, end in spans)


def _over(end: time, at: time) -> bool:
    return end != time() and end <= at


def _end(end: time) -> str:
    return f"{end:%H:%M}" if end != time() else "24:00"
