"""Who objects to the striking of their rating is read at the office and nowhere else; and nobody asks them how it was handled."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rating_town import BAD, NOON, RatingTown

from actions import appealing, following, objecting
from dialog.subjects import Refused
from domain.cases import Satisfaction
from handlers import timeline, unit_desk
from handlers.following import show_case
from storage.appeals import Ground

LATER = NOON + timedelta(minutes=20)
WORDS, FILE = "我当天确实来过", "f" * 32


@pytest.fixture
async def struck(town: RatingTown) -> str:
    """Let a rating be struck after an appeal; return its case."""
    case = (await town.rates("reporter", "centre-1", BAD)).rating.case or ""
    await town.does("clerk", lambda ctx: appealing.appeal(ctx, case, Ground.MISTAKEN, "不是本窗口"), NOON)
    await town.does("office", lambda ctx: appealing.decide(ctx, case, "属实", granted=True), NOON)
    return case


async def test_the_office_alone_reads_an_objection(town: RatingTown, struck: str) -> None:
    before = len(await town.rows())
    await town.does("reporter", lambda ctx: objecting.object_to_strike(ctx, struck, WORDS, (FILE,)), LATER)
    told = [(town.said(row).to, repr(town.message(row))) for row in (await town.rows())[before:]]
    assert {to for to, text in told if WORDS in text and FILE in text} == {"office", "second office", "both"}
    assert not [to for to, text in told if to not in ("office", "second office", "both")]
    for who in ("clerk", "chief"):
        for view in (show_case, timeline.timeline, timeline.files, *((unit_desk.show,) if who == "clerk" else ())):
            shown = repr(await town.does(who, lambda ctx, view=view: view(ctx, struck), LATER))
            assert WORDS not in shown, view
            assert FILE not in shown, view
            assert "object" not in shown, view
    assert WORDS in repr(await town.does("office", lambda ctx: timeline.timeline(ctx, struck), LATER))
    assert WORDS in repr(await town.does("reporter", lambda ctx: timeline.timeline(ctx, struck), LATER))


async def test_one_objects_once_and_only_to_what_was_struck(town: RatingTown, struck: str) -> None:
    with pytest.raises(Refused):
        await town.does("stranger", lambda ctx: objecting.object_to_strike(ctx, struck, WORDS, ()), LATER)
    await town.does("reporter", lambda ctx: objecting.object_to_strike(ctx, struck, WORDS, ()), LATER)
    with pytest.raises(Refused, match="already"):
        await town.does("reporter", lambda ctx: objecting.object_to_strike(ctx, struck, WORDS, ()), LATER)
    other = (await town.rates("follower", "centre-2", BAD)).rating.case or ""
    await town.does("follower", lambda ctx: following.withdraw(ctx, other, "算了"), NOON)
    with pytest.raises(Refused, match="not struck"):
        await town.does("follower", lambda ctx: objecting.object_to_strike(ctx, other, WORDS, ()), LATER)


async def test_nobody_is_asked_how_a_struck_rating_was_handled(town: RatingTown, struck: str) -> None:
    shown = repr(await town.does("reporter", lambda ctx: show_case(ctx, struck), LATER))
    assert "How satisfied" not in shown
    assert "f:object:" in shown
    with pytest.raises(Refused, match="struck"):
        await town.does("reporter", lambda ctx: following.rate(ctx, struck, Satisfaction.DISSATISFIED), LATER)
