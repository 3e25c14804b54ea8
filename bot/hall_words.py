"""What the board of a service hall says by itself."""

from __future__ import annotations

from collections.abc import Mapping

from dialog.texts import Text, _

WORDS: Mapping[str, Text] = {
    "title": _("How people were served here"),
    "scan": _("Scan the code at your window: two taps, and you have rated it."),
    "offline": _("No connection at the moment: these are the figures from before."),
    "verified": _("Verified visits"),
    "unverified": _("Other ratings"),
    "satisfied": _("satisfied"),
    "too_few": _("Too few ratings to show"),
    "windows": _("Window by window"),
    "window": _("Window"),
    "trend": _("Day by day"),
    "day": _("Day"),
    "reasons": _("What was wrong, and what was done"),
    "no_reasons": _("Nothing has been published here yet."),
    "result": _("Result"),
    "no_result": _("The unit is dealing with it."),
    "appeals": _("Appeals of the unit against ratings since {day}"),
    "appealed": _("Made"),
    "granted": _("Granted, rating struck"),
    "refused": _("Refused, rating counts"),
    "open": _("Not decided yet"),
    "struck": _("Ratings struck in all"),
    "method": _(
        "Satisfied are those who rated satisfactory, fairly or basically so. Ratings are told in groups of at least {least}, so"
        " that nobody can be recognised: today's in steps of a quarter of an hour, with the newest left out, and whole days once"
        " they can't be changed any more. What is struck is taken off"
        " and counted then."
    ),
    "unknown": _("This hall is not in the city's list. Here are the halls there are."),
    "no_halls": _("The city has no service halls in its list."),
    "board": _("To the public board"),
    "halls": _("All halls"),
}

TODAY = _("Today")
LAST_DAY = _("The last day with figures")
THIS_WEEK, LAST_WEEK = _("This week"), _("Last week")
THIS_MONTH, LAST_MONTH = _("This month"), _("Last month")
AS_OF = _("as of {at}")
UNTIL = _("{first} to {last}")
ONE_WINDOW, WINDOWS = _("1 window"), _("{count} windows")
MOST = _("at most {count} a day")
