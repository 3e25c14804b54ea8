"""Words of praise for a unit's windows: the unit reads them late, in no order, and never so many that silence tells something."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta

from actions.context import Context
from actions.telling import settled_of_hall
from domain.cases import Satisfaction
from domain.telling import words_told_of
from storage import ratings

PRAISE = (Satisfaction.SATISFIED, Satisfaction.FAIRLY)
LAST = timedelta(days=28)
"""So far back praise is shown."""


async def words_of_praise(ctx: Context, hall: str, windows: Collection[str]) -> Mapping[str, Sequence[str]]:
    """Give, by window of a hall, what was said in praise of it in the groups of ratings that everybody may be told of."""
    until, groups = await settled_of_hall(ctx, hall)
    since = until - LAST
    told: dict[str, list[str]] = {window: [] for window in windows}
    for window in windows:
        lately = [group for group in groups if group.window == window and group.first >= since and words_told_of(group)]
        if not lately:
            continue
        begin = datetime.combine(min(group.first for group in lately), time(), ctx.city.city.zone)
        found = [one for one in await ratings.with_words(ctx.tx, window, begin) if one.level in PRAISE]
        for group in lately:
            said = [one for one in found if one.verified == group.verified and group.first <= one.day <= group.last]
            # By their hashes: an order that tells nothing, and stays.
            told[window] += [one.text for one in sorted(said, key=lambda one: one.hash)[: words_told_of(group)]]
    return told
