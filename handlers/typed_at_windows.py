"""Words typed where the buttons of a window or of the search for one stand: a level, a name to look for, or what was noticed.

What the newest message of a chat offers tells what words are typed to; after a few minutes they are taken as anywhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from actions.cards import LEVELS
from actions.context import Context
from actions.rating import window_to_rate
from dialog.outgoing import Outgoing, say
from dialog.play import Dialog
from dialog.questions import Option, Options, Told, dump_item, plain
from dialog.subjects import Form, Opening, Reply, Subject
from dialog.texts import Json, Text, _
from domain.cases import Satisfaction
from domain.levels_said import level_said
from domain.rating_wishes import rating_wish
from domain.window_search import windows_named
from handlers.windows import is_near_me, may_mean, named, rate_command
from storage import outbox

FRESH = timedelta(minutes=10)
"""So long words belong to the screen above them."""
LONGEST_SEARCH = 40
"""Characters: longer words tell a matter."""
NEW, OTHER = "new", "other"

_RATES = re.compile("f:rate:(.+):([0-4])")
_MATTER = re.compile("投诉|举报|反映|建议|complain|report|suggest", re.IGNORECASE)
_SEARCHES = ("s:window:", "s:hall:", "s:halls:")
NOT_KEPT = _("We look for the first words that you wrote. What came after them is not kept: please write it again later.")
LEVEL_KEYS = dict(zip(Satisfaction, "4321", strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What was typed at a window's card, and what it is: a level's key, NEW (a matter of its own) or OTHER (another window)."""

    window: str
    what: str
    told: Told


async def typed(ctx: Context, item: Json, everywhere: Callable[[Text], Sequence[str]], *, asked: bool) -> Reply | None:
    """Answer words that belong to the screen above them; None: they don't. `asked`: a question is open all the same."""
    if "place" in item:
        return None
    shown = await outbox.newest(ctx.tx, ctx.me.conversation.id, ctx.now - FRESH, ctx.now)
    offered = _presses(shown.outgoing(ctx.keys)) if shown else []
    if rates := next(filter(None, map(_RATES.fullmatch, offered)), None):
        names = {plain(name): level for level, label in LEVELS.items() for name in everywhere(label)}
        said = level_said(item["text"], names)
        if said and (said.alone or not asked):
            is_bare = plain(item["text"]) in names and not item["files"]
            return Reply(opens=_rate(rates[1], said.level, () if is_bare else (item,)))
        # After a rating that was sent only its change is offered: other words are none about it.
        if not asked and rates[2] != "0":
            wish = rating_wish(item["text"]) == "" and not item["files"]
            at_window = Opening(form="at_window", arg=rates[1], items=(item,), complete=True)
            return Reply(opens=Opening(form="rate", arg=rates[1]) if wish else at_window)
    if asked or item["files"] or len(item["text"]) > LONGEST_SEARCH or not ctx.city.city.windows:
        return None
    # Below the card of a case a wish to rate may be about that.
    if (where := rating_wish(item["text"])) is not None and not (shown and shown.card):
        return await rate_command(ctx, where) if not where or may_mean(ctx, where) else None
    if rates or not any(press.startswith(_SEARCHES) for press in offered) or _MATTER.search(item["text"]):
        return None
    return await named(ctx, item["text"]) if may_mean(ctx, item["text"]) else None


def _presses(message: Outgoing) -> list[str]:
    return [button.press for row in message.rows for button in row]


def _rate(window: str, level: Satisfaction, items: tuple[Json, ...]) -> Opening:
    """Open the rating with a level, the words as what is said with it; who is dissatisfied may add the usual reasons."""
    complete = level is not Satisfaction.DISSATISFIED
    return Opening(form="rate", arg=f"{window}:{LEVEL_KEYS[level]}", items=items, complete=complete, at="why")


async def sort(d: Dialog) -> Noted:
    """Ask what words typed at a window's card are."""
    told = await d.collect("told", _("What would you like to say?"), label=_("Your words"))
    window = await d.look("window", name_of, d.arg)
    others = await d.look("others", other_windows, d.arg, told.text)
    what = await d.choose(
        "what",
        _("{window}: how were you served? Please press it; what you wrote goes with it.", window=window[0].label),
        (*(Option(LEVEL_KEYS[level], label) for level, label in LEVELS.items()), *others, Option(NEW, _("It is another matter"))),
        label=_("Level"),
    )
    return Noted(window=d.arg, what=what, told=told)


async def name_of(ctx: Context, window: str) -> Options:
    """Name the window."""
    return (Option(window, Text("{name}", {"name": ctx.city.window(window)})),)


async def other_windows(ctx: Context, window: str, words: str) -> Options:
    """Offer to look for another window, where words lead to one."""
    found = windows_named(ctx.city.city, words)
    if len(words) > LONGEST_SEARCH or not (is_near_me(words) or any(one.code != window for one in found)):
        return ()
    return (Option(OTHER, _("Look for another window")),)


async def go_on(ctx: Context, noted: Noted) -> Reply:
    """Rate with the words, look for them, or begin a case with them."""
    items = tuple(dump_item(item) for item in noted.told.items)
    if noted.what == OTHER:
        found = await named(ctx, noted.told.items[0].text)
        return replace(found, messages=(say(NOT_KEPT), *found.messages)) if noted.told.items[1:] else found
    if noted.what == NEW:
        return Reply(opens=Opening(form="file", items=items))
    level = next(level for level, key in LEVEL_KEYS.items() if key == noted.what)
    return Reply(opens=_rate(noted.window, level, items))


async def may_rate_it(ctx: Context, window: str) -> None:
    """Keep words only at a window that the person who acts may rate."""
    window_to_rate(ctx, window)


AT_WINDOW: Form[Context] = Form(
    name="at_window", title=_("Your words at a window"), script=sort, then=go_on, may=may_rate_it, gathers=True
)

SUBJECT: Subject[Context] = Subject(forms=(AT_WINDOW,))
