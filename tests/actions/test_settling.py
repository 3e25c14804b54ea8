"""Due times that another calendar moves: a year becomes known, or days of a known one are changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from cast import COMPLAINT, LIMITS, Cast, xining
from stores import opened

from actions import chasing, extending, filing, following, handling
from actions.citizen_cards import citizen_card
from actions.city import LoadedCity
from actions.context import Context
from actions.facts import facts
from actions.office_cards import office_card
from actions.unit_cards import unit_card
from dialog.texts import Words
from handlers.extensions import later_dates, undecided
from handlers.planning import dates_of
from schedules.chase import outdated
from storage import deadlines, extensions, figures, months
from storage.cases import Case
from storage.deadlines import Deadline, DeadlineKind
from storage.keys import Keys

pytestmark = pytest.mark.asyncio(loop_scope="module")

WORDS = Words({}, ("en",), xining().city.zone)
PROVISIONAL = "(provisional: the year's holidays are not announced yet)"


def at(written: str) -> datetime:
    """Read a time of the city."""
    return datetime.fromisoformat(written).replace(tzinfo=xining().city.zone)


def city(**days: bool) -> LoadedCity:
    """Give the city with days of its own, each written as d2027_01_09=True."""
    table = {date.fromisoformat(day[1:].replace("_", "-")): works for day, works in days.items()}
    return replace(xining(), n=2, working_days=replace(xining().working_days, table=table))


NOTICE = city(d2027_01_01=False, d2027_01_04=False, d2027_01_09=True)
"""The fourth of January is free, too, and the Saturday after it is worked."""


async def signed_in(cast: Cast, when: str) -> Case:
    receipt = await cast.does("reporter", lambda ctx: filing.file_case(ctx, COMPLAINT), at(when))
    case: Case = receipt.case
    accepted: Case = await cast.does("holder", lambda ctx: handling.accept(ctx, case.id, case.version), at(when))
    return accepted


async def extended(cast: Cast, case: Case, rule: str, when: str) -> None:
    """Let the office grant more time."""
    await cast.does("holder", lambda ctx: extending.ask(ctx, case.id, rule, "needs material"), at(when))

    async def grant(ctx: Context) -> None:
        reason = (await facts(ctx, case)).reason
        assert reason is not None
        await extending.grant(ctx, case.id, reason.n)

    await cast.does("office", grant, at(when))


async def one(cast: Cast, case: Case, kind: DeadlineKind) -> Deadline:
    """Read the newest deadline of a kind."""
    async with cast.database.reading() as tx:
        return [one for one in await deadlines.of_case(tx, case.id) if one.kind is kind][-1]


async def due(cast: Cast, case: Case, kind: DeadlineKind = DeadlineKind.ANSWER) -> tuple[str, bool]:
    """Give when a deadline is due, and whether that is provisional."""
    found = await one(cast, case, kind)
    return f"{found.due_at.astimezone(xining().city.zone):%Y-%m-%d %H:%M}", found.provisional


async def told(cast: Cast, case: Case, after: int) -> list[str]:
    """Give what the citizen has been told of a case since a number of rows, on the first of two devices."""
    rows = [row for row in await cast.rows() if row.subject == case.id and row.edits is None and row.n > after]
    messages = [cast.message(row) for row in rows if cast.name_of(row.conversation) == "reporter"][::2]
    return [WORDS.render(line, "en") for message in messages for line in message.lines[: message.news]]


async def newest(cast: Cast) -> int:
    return max((row.n for row in await cast.rows()), default=0)


async def settles(cast: Cast, case: Case, when: str, by: LoadedCity) -> list[str]:
    """Let the sweep run by another calendar, and give what the citizen is told."""
    before = await newest(cast)
    await cast.settles(at(when), by)
    return await told(cast, case, before)


async def chased(cast: Cast, case: Case, when: str) -> list[str]:
    """Let the chase run, and give what the citizen is told."""
    before = await newest(cast)
    await cast.sweeps(at(when))
    return await told(cast, case, before)


async def test_the_days_of_a_notice_settle_every_date_of_its_year_and_the_citizen_is_told_once(cast: Cast) -> None:
    case, march = await signed_in(cast, "2026-12-28 10:00"), await signed_in(cast, "2027-03-01 10:00")
    assert await due(cast, case, DeadlineKind.PROMISE) == ("2027-01-05 18:00", True)
    news = await settles(cast, case, "2026-12-29 10:00", NOTICE)
    assert news == ["The holidays are announced now. You get an answer by 6 Jan 2027, 18:00."]
    assert await due(cast, march) == ("2027-03-08 18:00", False)
    for kind in (DeadlineKind.PROMISE, DeadlineKind.ANSWER):
        assert await due(cast, case, kind) == ("2027-01-06 18:00", False)
    assert await settles(cast, case, "2026-12-29 11:00", replace(NOTICE, n=3)) == []
    assert [row.event for row in await cast.ledger(f"case:{case.id}")].count("reckon") == 2


async def test_a_date_that_stays_provisional_is_not_told(cast: Cast) -> None:
    case = await signed_in(cast, "2027-12-29 10:00")
    before = (await due(cast, case, DeadlineKind.PROMISE))[0]
    assert await settles(cast, case, "2027-12-29 11:00", city(d2027_12_30=False)) == []
    after = await due(cast, case, DeadlineKind.PROMISE)
    assert after[0] > before
    assert after[1]


async def test_a_calendar_never_moves_a_time_that_lay_ahead_into_the_past(cast: Cast) -> None:
    case = await signed_in(cast, "2027-02-19 10:00")
    assert await due(cast, case) == ("2027-02-26 18:00", True)
    worked = city(d2027_02_20=True, d2027_02_21=True)
    news = await settles(cast, case, "2027-02-25 12:00", worked)
    assert news == ["The holidays are announced now. You get an answer by 26 Feb 2027, 18:00."]
    assert await due(cast, case) == ("2027-02-26 18:00", False)
    assert await chased(cast, case, "2027-02-25 12:01") == []
    # Neither does a question, by which the same time is reckoned again.
    await cast.does("holder", lambda ctx: handling.ask(ctx, case.id, "?"), at("2027-02-25 13:00"))

    async def reply(ctx: Context) -> None:
        await following.reply(replace(ctx, city=worked), case.id, "!")

    await cast.does("reporter", reply, at("2027-02-25 14:00"))
    assert await due(cast, case) == ("2027-02-26 19:00", False)


async def test_a_time_that_still_lies_ahead_is_moved_forward_and_back(cast: Cast) -> None:
    case = await signed_in(cast, "2027-02-19 10:00")
    news = await settles(cast, case, "2027-02-22 12:00", city(d2027_02_20=True))
    assert news == ["The holidays are announced now. You get an answer by 25 Feb 2027, 18:00."]


async def test_nothing_is_told_of_a_time_that_is_past(cast: Cast) -> None:
    case = await signed_in(cast, "2027-03-01 10:00")
    assert len(await chased(cast, case, "2027-03-08 18:00")) == 1
    assert await settles(cast, case, "2027-03-10 12:00", NOTICE) == []
    assert await due(cast, case, DeadlineKind.PROMISE) == ("2027-03-08 18:00", False)


FEBRUARY = city(d2027_02_04=False, **{f"d2027_02_{day:02}": False for day in range(5, 12)}, d2027_02_13=True)
"""From the third of February five working days end on the seventeenth; estimated it was the sixteenth."""


async def test_a_promise_that_only_an_estimate_had_broken_holds_and_is_chased_anew(cast: Cast) -> None:
    case = await signed_in(cast, "2027-02-03 10:00")
    assert await due(cast, case, DeadlineKind.PROMISE) == ("2027-02-16 18:00", True)
    assert await chased(cast, case, "2027-02-16 18:00") == [str(chasing.LATE.id)]
    news = await settles(cast, case, "2027-02-17 12:00", FEBRUARY)
    assert news == ["The holidays are announced now. You get an answer by 17 Feb 2027, 18:00."]
    assert await chased(cast, case, "2027-02-17 17:59") == []
    assert await chased(cast, case, "2027-02-17 18:00") == [str(chasing.LATE.id)]
    passed = (await one(cast, case, DeadlineKind.ANSWER)).passed
    assert sorted(passed) == ["-1wd", "0", "50%"]


async def test_an_answer_that_only_an_estimate_called_late_was_in_time(cast: Cast) -> None:
    case = await signed_in(cast, "2027-02-03 10:00")
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "done"), at("2027-02-17 10:00"))
    begin, end = at("2027-02-15 00:00"), at("2027-02-22 00:00")

    async def late() -> tuple[int, int]:
        async with cast.database.reading() as tx:
            week, month = await figures.count(tx, begin, end), await months.count(tx, begin, end)
        return week.late, month.late

    async with cast.database.transaction() as tx:
        await months.keep(tx, "2027-02", months.Month(late=1), at("2027-03-15 00:00"))
    before = await late()
    assert await settles(cast, case, "2027-03-16 12:00", FEBRUARY) == []
    for kind in (DeadlineKind.PROMISE, DeadlineKind.ANSWER):
        assert await due(cast, case, kind) == ("2027-02-17 18:00", False)
        assert (await one(cast, case, kind)).next_rung_at is None
    after = await late()
    assert (before[0] - after[0], before[1] - after[1]) == (1, 1)
    async with cast.database.reading() as tx:
        (kept,) = await months.kept(tx, "2027-02", "2027-02")
    assert kept.made_at < at("2027-03-01 00:00")  # so that it is counted again


async def test_what_was_answered_late_is_moved_by_the_questions_of_its_own_round_alone(cast: Cast) -> None:
    case = await signed_in(cast, "2027-02-03 10:00")
    await cast.does("holder", lambda ctx: handling.ask(ctx, case.id, "?"), at("2027-02-03 12:00"))
    await cast.does("reporter", lambda ctx: following.reply(ctx, case.id, "!"), at("2027-02-03 13:00"))
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "done"), at("2027-02-17 10:00"))
    answered = await one(cast, case, DeadlineKind.ANSWER)
    await cast.does("reporter", lambda ctx: following.not_solved(ctx, case.id, "no"), at("2027-02-17 10:30"))
    await cast.does("holder", lambda ctx: handling.ask(ctx, case.id, "?"), at("2027-02-17 11:00"))
    await cast.settles(at("2027-02-18 12:00"), FEBRUARY)
    async with cast.database.reading() as tx:
        settled = await deadlines.get(tx, answered.id)
    assert settled is not None
    assert settled.due_at == at("2027-02-17 19:00")


async def test_a_stopped_deadline_that_cannot_be_settled_is_not_chased(cast: Cast) -> None:
    case = await signed_in(cast, "2027-02-03 10:00")
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "done"), at("2027-02-17 10:00"))
    stopped = await one(cast, case, DeadlineKind.ANSWER)
    async with cast.database.transaction() as tx:
        assert await deadlines.fail(tx, stopped.id, "settle: KeyError", 5, at("2027-02-17 11:00"))
    assert (await one(cast, case, DeadlineKind.ANSWER)).next_rung_at is None


async def test_who_was_given_more_time_is_told_that_date_and_no_other(cast: Cast) -> None:
    case = await signed_in(cast, "2026-12-28 10:00")
    await extended(cast, case, "10wd", "2026-12-29 10:00")
    assert await due(cast, case) == ("2027-01-12 18:00", True)
    news = await settles(cast, case, "2026-12-30 10:00", NOTICE)
    assert news == ["The holidays are announced now. You get an answer by 12 Jan 2027, 18:00."]
    assert PROVISIONAL not in await shown(cast, case, NOTICE)


async def shown(cast: Cast, case: Case, by: LoadedCity | None = None) -> str:
    """Give the cards of the citizen, the unit and the office."""

    async def read(ctx: Context) -> str:
        ctx = replace(ctx, city=by or ctx.city)
        f = await facts(ctx, case)
        cards = (citizen_card(ctx, f), unit_card(ctx, f, ctx.me.roles), office_card(ctx, f))
        return "\n".join(WORDS.render(line, "en") for card in cards for line in card.lines)

    text: str = await cast.does("holder", read, at("2026-12-30 12:00"))
    return text


async def test_a_broken_promise_whose_later_date_is_watched_waits_for_it_under_another_calendar_too(cast: Cast) -> None:
    case = await signed_in(cast, "2026-01-08 10:00")
    await cast.does("holder", lambda ctx: handling.ask(ctx, case.id, "几号楼？"), at("2026-01-15 10:00"))
    assert len(await chased(cast, case, "2026-01-15 18:00")) == 1
    await cast.does("reporter", lambda ctx: following.reply(ctx, case.id, "三号楼"), at("2026-01-16 10:00"))
    await extended(cast, case, "8wd", "2026-01-16 12:00")
    await settles(cast, case, "2026-01-16 13:00", city(d2026_06_06=True))
    assert await chased(cast, case, "2026-01-16 13:30") == []
    assert len(await chased(cast, case, "2026-01-21 18:00")) == 1


async def test_a_change_of_a_known_calendar_reaches_everybody_and_not_only_who_asks(cast: Cast) -> None:
    case = await signed_in(cast, "2026-01-08 10:00")
    asked = await signed_in(cast, "2026-01-08 10:00")
    amended = city(d2026_01_15=False)
    before = await newest(cast)
    assert await settles(cast, case, "2026-01-12 10:00", amended) == [
        "The calendar of working days has changed. You get an answer by 16 Jan 2026, 18:00."
    ]
    edited = {cast.name_of(row.conversation) for row in await cast.rows() if row.n > before and row.edits}
    assert "holder" in edited
    for found in (case, asked):
        assert await due(cast, found) == await due(cast, found, DeadlineKind.PROMISE) == ("2026-01-16 18:00", False)
    assert await chased(cast, case, "2026-01-15 18:00") == []


async def test_a_time_that_stands_still_is_moved_by_its_question_alone(cast: Cast) -> None:
    case = await signed_in(cast, "2026-01-08 10:00")
    await cast.does("holder", lambda ctx: handling.ask(ctx, case.id, "?"), at("2026-01-12 10:00"))
    await cast.settles(at("2026-01-13 10:00"), city(d2026_01_20=False))
    assert await due(cast, case) == ("2026-01-15 18:00", False)
    assert (await one(cast, case, DeadlineKind.ANSWER)).next_rung_at is None


async def test_what_is_reckoned_in_hours_and_what_the_same_days_were_reckoned_by_is_not_looked_at(cast: Cast) -> None:
    await cast.settles(at("2026-01-12 10:00"), xining())
    case = await signed_in(cast, "2026-01-12 10:00")
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "done"), at("2026-01-12 11:00"))

    async def looks(ctx: Context, by: LoadedCity) -> int:
        return len(await outdated(replace(ctx, city=by), 50))

    for by in (xining(), replace(xining(), n=7)):
        assert await cast.does("office", lambda ctx, by=by: looks(ctx, by)) == 0
    assert (await one(cast, case, DeadlineKind.CHECK)).calendar == "elapsed"


async def test_a_request_for_more_time_moves_with_the_calendar(cast: Cast) -> None:
    case = await signed_in(cast, "2026-12-28 10:00")
    await cast.does("holder", lambda ctx: extending.ask(ctx, case.id, "7wd", "needs material"), at("2026-12-29 10:00"))
    await cast.settles(at("2026-12-30 10:00"), city(d2027_01_01=False, d2027_01_04=False))
    async with cast.database.reading() as tx:
        (asked,) = await extensions.of_case(tx, case.id)
    assert asked.until_at == at("2027-01-08 18:00")


async def test_dates_that_are_asked_for_are_marked_as_provisional_everywhere(cast: Cast) -> None:
    case = await signed_in(cast, "2026-12-28 10:00")
    offered = [*await cast.does("holder", lambda ctx: later_dates(ctx, case.id), at("2026-12-29 10:00"))]
    offered += await cast.does("holder", lambda ctx: dates_of(ctx, case.id), at("2026-12-29 10:00"))
    assert [option.key for option in offered if PROVISIONAL not in WORDS.render(option.label, "en")] == []
    await cast.does("holder", lambda ctx: extending.ask(ctx, case.id, "7wd", "needs material"), at("2026-12-29 10:00"))
    until = f"until 7 Jan 2027, 18:00 {PROVISIONAL}"
    assert (await shown(cast, case)).count(until) == 3
    listed = await cast.does("office", lambda ctx: undecided(ctx, ""), at("2026-12-29 11:00"))
    assert any(until in WORDS.render(line, "en") for line in listed.lines)


async def test_a_sweep_over_many_clocks_of_the_same_calendar_reads_none_of_them(tmp_path: pytest.TempPathFactory) -> None:
    async with opened(f"sqlite:{tmp_path}/huiyin.db") as store, store.transaction() as tx:
        ctx = Context(tx=tx, now=at("2026-01-12 10:00"), keys=Keys(b"k" * 32), city=xining(), public_url="", limits=LIMITS)
        assert await outdated(ctx, 50) == []
        (plan,) = await tx.all(
            "EXPLAIN QUERY PLAN SELECT id FROM deadline WHERE calendar <> 'elapsed'"
            " AND (stopped_at IS NULL OR provisional = 1 AND stopped_at > due_at) AND calendar < 'x'"
        )
        assert "deadline_reckoned" in plan["detail"]
