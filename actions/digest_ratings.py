"""What the weekly digest says of the ratings of windows: figures kept with the digest, two or three lines, and a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from actions.cards import LEVELS
from actions.context import Context
from dialog.chart import MOST_BARS, Chart
from dialog.texts import Text, _
from domain.cases import Satisfaction
from storage.rated_weeks import LEAST, Rated, WeekOfRatings, WindowFigures

WORST = 2
_NONE = Text("0")


def lines(ctx: Context, week: WeekOfRatings) -> Sequence[Text]:
    """Say it in words; verified visits and others are never put into one ranking."""
    both = (week.verified, week.unverified)
    if not any(rated.ratings for rated in both) and not week.unanswered and not week.appeals and not week.struck:
        return ()
    said = [_("No window was rated this week.")]
    if any(rated.ratings for rated in both):
        said = [
            _(
                "Ratings of windows, each as its citizen last changed it. Verified visits: {verified}. Others: {unverified}.",
                verified=_share(week.verified),
                unverified=_share(week.unverified),
            )
        ]
    if week.struck:
        said.append(_("Struck, and in none of these numbers: {count}.", count=week.struck))
    verified = [_named(ctx, one, one.verified) for one in worst(week.windows, _verified)]
    if verified:
        said.append(
            _("Worst by verified visits, of windows with {least} or more: {windows}.", least=LEAST, windows=tuple(verified))
        )
    others = [_named(ctx, one, one.unverified) for one in worst(week.windows, _unverified)]
    if others:
        said.append(_("Worst by other ratings, of windows with {least} or more: {windows}.", least=LEAST, windows=tuple(others)))
    said.append(
        _(
            "Cases of bad ratings without an answer: {unanswered}. Appeals open: {appeals}.",
            unanswered=week.unanswered,
            appeals=week.appeals,
        )
    )
    return said


def chart(ctx: Context, week: WeekOfRatings) -> Chart | None:
    """Show the windows with enough ratings, the most rated ones; None if there are none."""
    enough = [one for one in week.windows if sum(one.levels) >= LEAST]
    if not enough:
        return None
    enough.sort(key=lambda one: (-sum(one.levels), one.window))
    return Chart(
        title=_("Ratings of the windows"),
        series=tuple(LEVELS[level] for level in Satisfaction),
        bars=tuple((_window(ctx, one.window), one.levels) for one in enough[:MOST_BARS]),
        note=_("The windows that were rated most, with {least} ratings or more.", least=LEAST),
    )


def worst(windows: Sequence[WindowFigures], of: Callable[[WindowFigures], Rated]) -> Sequence[WindowFigures]:
    """Give the windows of which most were dissatisfied, of those with enough ratings of one sort; none where nobody was."""
    enough = [one for one in windows if of(one).ratings >= LEAST and of(one).dissatisfied]
    return sorted(enough, key=lambda one: (-of(one).dissatisfied / of(one).ratings, one.window))[:WORST]


def dump(week: WeekOfRatings) -> dict[str, Any]:
    """Turn the figures into JSON values."""
    return asdict(week)


def load(kept: dict[str, Any]) -> WeekOfRatings:
    """Turn what `dump` made back."""
    return WeekOfRatings(
        windows=tuple(
            WindowFigures(
                window=one["window"],
                verified=Rated(**one["verified"]),
                unverified=Rated(**one["unverified"]),
                levels=tuple(one["levels"]),
            )
            for one in kept["windows"]
        ),
        unanswered=kept["unanswered"],
        appeals=kept["appeals"],
        struck=kept.get("struck", 0),
    )


def _verified(one: WindowFigures) -> Rated:
    return one.verified


def _unverified(one: WindowFigures) -> Rated:
    return one.unverified


def _share(rated: Rated) -> Text:
    """Say how many there were, and how many were satisfied: as a share only where a single one does not decide it."""
    if not rated.ratings:
        return _NONE
    if rated.ratings < LEAST:
        return _("{ratings} (dissatisfied: {bad})", ratings=rated.ratings, bad=rated.dissatisfied)
    return _("{ratings} ({satisfied}% satisfied)", ratings=rated.ratings, satisfied=rated.satisfied)


def _named(ctx: Context, one: WindowFigures, rated: Rated) -> Text:
    window = _window(ctx, one.window)
    return _("{window} ({satisfied}% of {count} satisfied)", window=window, satisfied=rated.satisfied, count=rated.ratings)


def _window(ctx: Context, code: str) -> Text:
    window = ctx.city.city.windows.get(code)
    if window is None:
        return Text("{window}", {"window": ctx.city.window(code)})
    return _("{hall}, {window}", hall=ctx.city.hall(window.hall), window=ctx.city.window(code))
