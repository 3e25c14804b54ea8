"""What becomes of a rating after its case has ended or was appealed against; and that its case is merged with none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cast import UNIT
from rating_town import BAD, FAIR, GOOD, MORNING, NOON, RatingTown

from actions import absence, appealing, following, handling, judging, merging, rating, triage
from actions.context import Context
from actions.rating import Rate
from dialog.subjects import Refused
from domain.cases import CaseState
from domain.ratings import Pattern
from handlers import rating as handler
from handlers import unit_desk
from handlers.following import show_case
from storage import appeals, deadlines, oddities
from storage.appeals import Ground
from storage.rating_figures import Counted

WITHIN = NOON + timedelta(hours=1)
"""Still the same visit."""


async def test_a_change_marks_only_a_case_that_goes_on(town: RatingTown) -> None:
    case = (await town.rates("reporter", "centre-1", BAD)).rating.case or ""
    assert (await town.rates("reporter", "centre-1", BAD, NOON)).marked
    await town.does("reporter", lambda ctx: following.withdraw(ctx, case, "算了"), NOON)
    assert not (await town.rates("reporter", "centre-1", GOOD, WITHIN)).marked


async def test_while_an_appeal_waits_no_second_case_comes_of_a_rating(town: RatingTown) -> None:
    case = (await town.rates("reporter", "centre-1", BAD)).rating.case or ""
    await town.does("clerk", lambda ctx: appealing.appeal(ctx, case, Ground.MISTAKEN, "不是本窗口"), NOON)
    await town.does("reporter", lambda ctx: following.withdraw(ctx, case, "算了"), NOON)
    with pytest.raises(Refused, match="appealed"):
        await town.rates("reporter", "centre-1", BAD, WITHIN)
    await town.does("office", lambda ctx: appealing.decide(ctx, case, "属实", granted=False), WITHIN)
    assert (await town.rates("reporter", "centre-1", BAD, WITHIN)).receipt


async def test_a_ticket_verifies_no_second_visit(town: RatingTown) -> None:
    await town.rates("reporter", "centre-1", GOOD)
    late = MORNING + timedelta(hours=3)
    await town.shows_a_ticket("reporter", "centre-1", late)
    assert (await town.rates("reporter", "centre-1", GOOD, late)).rating.verified
    again = await town.rates("reporter", "centre-1", GOOD, MORNING + timedelta(hours=5))
    assert again.before is None
    assert not again.rating.verified


async def test_a_case_of_a_rating_is_merged_with_none(town: RatingTown) -> None:
    first, second = [(await town.rates(who, "centre-1", BAD)).rating.case or "" for who in ("reporter", "follower")]
    with pytest.raises(Refused, match="can't be merged"):
        await town.does("office", lambda ctx: merging.merge(ctx, second, first))


# ---- what becomes of an appeal


async def appealed(town: RatingTown) -> str:
    """Give a case against whose rating its unit appeals."""
    case = (await town.rates("reporter", "centre-1", BAD)).rating.case or ""
    await town.does("clerk", lambda ctx: appealing.appeal(ctx, case, Ground.MISTAKEN, "不是本窗口"), NOON)
    return case


async def told(town: RatingTown, who: str) -> str:
    """Give everything that somebody was told."""
    return "\n".join(repr(town.message(row).lines) for row in await town.rows() if town.said(row).to == who)


async def waiting(town: RatingTown) -> int:
    """Count the appeals that nobody has decided."""
    async with town.database.reading() as tx:
        return len(await appeals.undecided(tx, None, 9))


async def test_who_strikes_an_unusual_rating_has_granted_the_appeal_against_it(town: RatingTown) -> None:
    case = await appealed(town)
    (only,) = await town.ratings()
    async with town.database.transaction() as tx:
        oddity = await oddities.find(tx, Pattern.BURST, "centre-1", MORNING.date(), "centre-1", NOON)
        await oddities.add(tx, oddity, Pattern.BURST, only.id)
    await town.does("office", lambda ctx: judging.strike_one(ctx, only.id, "重复评价"), NOON)
    assert await waiting(town) == 0
    kept = await town.kept()
    assert (kept[only.cell, Counted.GRANTED], kept[only.cell, Counted.STRUCK]) == (1, 1)
    assert kept == await town.counted_from_the_ledger()
    with pytest.raises(Refused, match="decided this appeal already"):
        await town.does("second office", lambda ctx: appealing.decide(ctx, case, "属实", granted=False), NOON)
    shown = await town.does("office", lambda ctx: show_case(ctx, case), NOON)
    assert "appeal" not in repr(shown.rows)
    assert "The rating was struck" in await told(town, "clerk")


async def test_a_rating_changed_while_an_appeal_waits_is_decided_as_it_is_then(town: RatingTown) -> None:
    case = await appealed(town)
    await town.rates("reporter", "centre-1", GOOD, WITHIN)
    shown = await town.does("office", lambda ctx: show_case(ctx, case), WITHIN)
    assert "Rating changed by the citizen, now" in repr(shown.lines)
    (anew,) = [line for line in shown.lines if line.id.startswith("Rated anew")]
    assert "Rating: {level}" not in repr(anew), "it speaks of a rating already"
    own = await town.does("reporter", lambda ctx: show_case(ctx, case), WITHIN)
    assert "You changed the rating, now" in repr(own.lines)
    await town.does("office", lambda ctx: appealing.decide(ctx, case, "内容属实", granted=False), WITHIN)
    (only,) = await town.ratings()
    assert (only.level, only.struck_at) == (GOOD, None)
    assert (await town.case(case)).state is CaseState.ASSIGNED
    found, later = await town.case(case), WITHIN + timedelta(hours=1)
    await town.does("clerk", lambda ctx: handling.settle(ctx, case, found.version), later)
    assert (await town.case(case)).state is CaseState.ANSWERED
    assert await town.kept() == await town.counted_from_the_ledger()


async def test_a_head_settles_a_changed_rating_while_no_contact_is_there_and_else_is_not_offered_to(town: RatingTown) -> None:
    case = (await town.rates("reporter", "centre-1", BAD)).rating.case or ""
    await town.rates("reporter", "centre-1", GOOD, NOON)
    later = WITHIN + timedelta(hours=1)
    card = repr(await town.does("chief", lambda ctx: show_case(ctx, case), later))
    assert "appeal" in card
    assert "settle" not in card
    for who in ("clerk", "both"):
        await town.does(who, lambda ctx: absence.leave(ctx, later + timedelta(days=1), None))
    card = repr(await town.does("chief", lambda ctx: show_case(ctx, case), later))
    assert "settle" in card
    found = await town.case(case)
    await town.does("chief", lambda ctx: handling.settle(ctx, case, found.version), later)
    assert (await town.case(case)).state is CaseState.ANSWERED


@pytest.mark.parametrize("granted", [False, True])
async def test_the_unit_that_appealed_hears_of_it_though_its_case_went_elsewhere(town: RatingTown, granted: bool) -> None:
    case = await appealed(town)
    await town.does("clerk", lambda ctx: handling.return_(ctx, case, "不属于本单位职责"), NOON)
    found = await town.case(case)
    await town.does("office", lambda ctx: triage.assign(ctx, case, UNIT, ""), NOON)
    card = repr(await town.does("holder", lambda ctx: unit_desk.show(ctx, case), WITHIN))
    assert "Your unit has appealed" not in card
    with pytest.raises(Refused, match="Another unit has appealed"):
        await town.does("holder", lambda ctx: appealing.appeal(ctx, case, Ground.ABUSIVE, "辱骂"), WITHIN)
    await town.does("office", lambda ctx: appealing.decide(ctx, case, "已核实", granted=granted), WITHIN)
    news = "The rating was struck" if granted else "Your appeal was refused"
    for who in ("clerk", "chief"):
        assert news in await told(town, who), who
        assert found.number in await told(town, who), who
    assert ("Your appeal" in await told(town, "holder")) is False


async def test_an_appeal_waits_through_a_reopening(town: RatingTown) -> None:
    case = await appealed(town)
    found = await town.case(case)
    await town.does("clerk", lambda ctx: handling.accept(ctx, case, found.version), NOON)
    await town.does("clerk", lambda ctx: handling.report(ctx, case, "已整改"), NOON)
    await town.does("reporter", lambda ctx: following.not_solved(ctx, case, "还是没人"), WITHIN)
    assert await waiting(town) == 1
    await town.does("office", lambda ctx: appealing.decide(ctx, case, "已核实", granted=True), WITHIN)
    assert (await town.case(case)).state is CaseState.CLOSED
    async with town.database.reading() as tx:
        assert not await deadlines.running(tx, case)
    with pytest.raises(Refused):
        await town.does("reporter", lambda ctx: following.not_solved(ctx, case, "还是没人"), WITHIN)
    assert "struck and counts no more" in await told(town, "reporter")


async def test_who_changes_to_a_better_level_after_the_answer_is_asked_whether_it_is_solved(town: RatingTown) -> None:
    case = (await town.rates("reporter", "centre-1", BAD)).rating.case or ""
    found = await town.case(case)
    await town.does("clerk", lambda ctx: handling.accept(ctx, case, found.version), NOON)
    await town.does("clerk", lambda ctx: handling.report(ctx, case, "已整改"), NOON)
    better = Rate(window="centre-1", level=GOOD)
    reply = await town.does("reporter", lambda ctx: handler.send(ctx, better), WITHIN)
    assert "please say whether it is solved" in repr(reply.messages[0].lines)
    assert "d:solved" in repr(reply.messages[0].rows)
    card = await town.does("clerk", lambda ctx: unit_desk.show(ctx, case), WITHIN + timedelta(hours=1))
    assert "d:settle" not in repr(card.rows)
    found = await town.case(case)
    await town.does("reporter", lambda ctx: following.solved(ctx, case, found.version), WITHIN)
    assert (await town.case(case)).state is CaseState.CLOSED


async def first_point(ctx: Context) -> str:
    return ctx.city.city.rating_criteria[0].code


async def test_a_change_keeps_points_and_reasons_as_long_as_its_level_has_any(town: RatingTown) -> None:
    point = await town.does("reporter", first_point)
    first = Rate(window="centre-1", level=BAD, reasons=("slow",), criteria={point: FAIR}, text="等了很久", files=("f" * 32,))
    await town.does("reporter", lambda ctx: rating.rate(ctx, first), NOON)
    await town.rates("reporter", "centre-1", BAD, NOON, text="没有人")
    (one,) = await town.ratings()
    assert (one.reasons, one.text, one.files, one.criteria) == (("slow",), "等了很久\n没有人", ("f" * 32,), {point: FAIR})
    await town.rates("reporter", "centre-1", GOOD, WITHIN)
    (one,) = await town.ratings()
    assert (one.reasons, one.text, one.files, one.criteria) == ((), "等了很久\n没有人", ("f" * 32,), {point: FAIR})
