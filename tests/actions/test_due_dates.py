"""What is due when: each action starts and ends exactly the deadlines that it should. Times are the city's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from cast import BELOW, COMPLAINT, MISCONDUCT, OTHER, OTHER_DISCIPLINE, UNIT, Cast, xining

from actions import extending, filing, following, handling, merging, triage
from actions.context import Context
from actions.filing import FileCase
from domain.cases import CaseKind
from storage import deadlines
from storage.cases import Case
from storage.deadlines import DeadlineKind

pytestmark = pytest.mark.asyncio(loop_scope="module")

FRIDAY = "2026-01-09 12:00"
WEDNESDAY_10 = "2026-01-07 10:00"
"""When every case of these tests is filed and signed in."""
PUBLISHED = replace(COMPLAINT, publish=True)
"""What others may add theirs to."""


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=xining().city.zone)


async def running(cast: Cast, case: Case) -> dict[str, str]:
    """Give the deadlines that run, by kind, with the local time at which they are due."""
    async with cast.database.reading() as tx:
        found = await deadlines.running(tx, case.id)
        rows = await tx.all("SELECT kind FROM deadline WHERE case_id = :case AND stopped_at IS NULL", case=case.id)
    assert sorted(row["kind"] for row in rows) == sorted(found)
    return {kind.value: f"{one.due_at.astimezone(xining().city.zone):%Y-%m-%d %H:%M}" for kind, one in found.items()}


async def all_of(cast: Cast, case: Case) -> list[tuple[str, int, str, bool]]:
    """Give every deadline there ever was: kind, round, rule, and whether it has ended."""
    async with cast.database.reading() as tx:
        return [(one.kind.value, one.round, one.rule, one.stopped_at is not None) for one in await deadlines.of_case(tx, case.id)]


async def filed(cast: Cast, command: FileCase, when: str = WEDNESDAY_10) -> Case:
    receipt = await cast.does("reporter", lambda ctx: filing.file_case(ctx, command), at(when))
    case: Case = receipt.case
    return case


@pytest.mark.parametrize(
    ("kind", "category", "when", "due"),
    [
        (CaseKind.COMPLAINT, "sanitation", WEDNESDAY_10, ("2026-01-14 18:00", "2026-01-08 18:00", "2026-01-14 18:00")),
        (CaseKind.SUGGESTION, "sanitation", WEDNESDAY_10, ("2026-01-14 18:00", "2026-01-08 18:00", "2026-01-14 18:00")),
        (CaseKind.CONSULTATION, "sanitation", WEDNESDAY_10, ("2026-01-12 18:00", "2026-01-08 18:00", "2026-01-12 18:00")),
        (CaseKind.COMPLAINT, "water-supply", WEDNESDAY_10, ("2026-01-08 10:00", "2026-01-08 18:00", "2026-01-08 10:00")),
        (CaseKind.COMPLAINT, "gas-leak", WEDNESDAY_10, ("2026-01-07 12:00", "2026-01-07 12:00", "2026-01-07 12:00")),
        # After closing time the next working day still counts as the first.
        (CaseKind.COMPLAINT, "sanitation", "2026-01-09 23:59", ("2026-01-16 18:00", "2026-01-12 18:00", "2026-01-16 18:00")),
        # Spring Festival, with its make-up workdays on 14 and 28 February.
        (CaseKind.COMPLAINT, "sanitation", "2026-02-13 10:00", ("2026-02-27 18:00", "2026-02-14 18:00", "2026-02-27 18:00")),
    ],
)
async def test_a_routed_case_is_promised_and_given_to_its_unit_by_its_limits(
    cast: Cast, kind: CaseKind, category: str, when: str, due: tuple[str, str, str]
) -> None:
    case = await filed(cast, replace(COMPLAINT, kind=kind, category=category), when)
    assert await running(cast, case) == dict(zip(("promise", "accept", "answer"), due, strict=True))


async def test_a_case_without_a_unit_is_promised_and_the_office_has_a_day_to_assign_it(cast: Cast) -> None:
    case = await cast.triage()
    assert await running(cast, case) == {"promise": "2026-01-14 18:00", "triage": "2026-01-08 18:00"}


async def test_the_unit_it_is_assigned_to_has_fresh_time_and_the_promise_stays(cast: Cast) -> None:
    case = await cast.triage()
    await cast.does("office", lambda ctx: triage.assign(ctx, case.id, OTHER), at(FRIDAY))
    assert await running(cast, case) == {
        "promise": "2026-01-14 18:00",
        "accept": "2026-01-12 18:00",
        "answer": "2026-01-16 18:00",
    }


async def test_signing_in_ends_only_the_time_to_sign_in(cast: Cast) -> None:
    case = await cast.accepted()
    assert await running(cast, case) == {"promise": "2026-01-14 18:00", "answer": "2026-01-14 18:00"}


async def test_asking_counts_as_signing_in_and_gives_the_citizen_three_days(cast: Cast) -> None:
    case = await cast.assigned()
    await cast.does("colleague", lambda ctx: handling.ask(ctx, case.id, "?"), at(FRIDAY))
    assert await running(cast, case) == {"promise": "2026-01-14 18:00", "answer": "2026-01-14 18:00", "reply": "2026-01-14 18:00"}


async def test_returning_gives_the_office_a_day_and_ends_the_units_time(cast: Cast) -> None:
    case = await cast.accepted()
    await cast.does("holder", lambda ctx: handling.return_(ctx, case.id, "no"), at(FRIDAY))
    assert await running(cast, case) == {"promise": "2026-01-14 18:00", "triage": "2026-01-12 18:00"}


async def test_passing_on_gives_the_next_unit_fresh_time_and_the_promise_stays(cast: Cast) -> None:
    case = await cast.accepted()
    await cast.does("holder", lambda ctx: handling.pass_on(ctx, case.id, BELOW), at(FRIDAY))
    assert await running(cast, case) == {
        "promise": "2026-01-14 18:00",
        "accept": "2026-01-12 18:00",
        "answer": "2026-01-16 18:00",
    }


async def test_a_misconduct_report_that_is_passed_on_is_given_fresh_time_too(cast: Cast) -> None:
    case = await cast.accepted(MISCONDUCT)
    await cast.does("discipline", lambda ctx: handling.pass_on(ctx, case.id, OTHER_DISCIPLINE), at(FRIDAY))
    assert (await running(cast, case))["accept"] == "2026-01-12 18:00"


async def test_handing_over_moves_nothing(cast: Cast) -> None:
    case = await cast.accepted()
    before = await all_of(cast, case)

    async def hand_over(ctx: Context) -> object:
        third = next(role for role in await ctx.colleagues(UNIT) if role.name == "third")
        return await handling.hand_over(ctx, case.id, third.id)

    await cast.does("holder", hand_over, at(FRIDAY))
    assert await all_of(cast, case) == before


async def test_an_answer_ends_everything_and_gives_the_citizen_a_week(cast: Cast) -> None:
    case = await cast.answered()
    assert await running(cast, case) == {"check": "2026-01-14 10:00"}


async def test_not_solved_begins_a_new_promise_and_a_new_time_for_the_unit(cast: Cast) -> None:
    case = await cast.answered()
    await cast.does("reporter", lambda ctx: following.not_solved(ctx, case.id, "why"), at(FRIDAY))
    assert await running(cast, case) == {"promise": "2026-01-16 18:00", "answer": "2026-01-16 18:00"}
    assert sorted(await all_of(cast, case)) == [
        ("accept", 1, "1wd", True),
        ("answer", 1, "5wd", True),
        ("answer", 2, "5wd", False),
        ("check", 1, "7d", True),
        ("promise", 1, "5wd", True),
        ("promise", 2, "5wd", False),
    ]


async def test_not_solved_for_the_second_time_gives_the_office_a_day(cast: Cast) -> None:
    case = await cast.answered()
    await cast.does("reporter", lambda ctx: following.not_solved(ctx, case.id, "why"))
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "done"))
    await cast.does("reporter", lambda ctx: following.not_solved(ctx, case.id, "why"), at(FRIDAY))
    assert await running(cast, case) == {"promise": "2026-01-16 18:00", "triage": "2026-01-12 18:00"}
    assert (await cast.case(case.id)).round == 3


@pytest.mark.parametrize("end", ["solved", "withdrawn", "withdrawn early", "refused"])
async def test_when_a_case_ends_nothing_is_due_any_more(cast: Cast, end: str) -> None:
    match end:
        case "solved":
            ended = await cast.closed()
        case "withdrawn" | "withdrawn early":
            ended = await (cast.accepted() if end == "withdrawn" else cast.triage())
            await cast.does("reporter", lambda ctx: following.withdraw(ctx, ended.id, "why"))
        case _:
            ended = await cast.triage()
            await cast.does("office", lambda ctx: triage.refuse(ctx, ended.id, "no"))
    assert await running(cast, ended) == {}
    assert all(stopped for _kind, _round, _rule, stopped in await all_of(cast, ended))


async def test_adding_urging_and_replying_move_nothing(cast: Cast) -> None:
    case = await cast.accepted()
    before = await all_of(cast, case)
    await cast.does("reporter", lambda ctx: following.add(ctx, case.id, "more"), at(FRIDAY))
    await cast.does("reporter", lambda ctx: following.urge(ctx, case.id), at(FRIDAY))
    await cast.does("reporter", lambda ctx: following.reply(ctx, case.id, "yes"), at(FRIDAY))
    assert await all_of(cast, case) == before


async def test_a_case_that_takes_in_an_older_one_answers_by_the_older_promise_from_then_on(cast: Cast) -> None:
    older = await filed(cast, COMPLAINT, "2026-01-05 10:00")
    younger = await filed(cast, COMPLAINT, "2026-01-09 10:00")
    assert [(await running(cast, one))["promise"] for one in (older, younger)] == ["2026-01-12 18:00", "2026-01-16 18:00"]
    await cast.does("office", lambda ctx: merging.merge(ctx, older.id, younger.id), at("2026-01-09 11:00"))
    assert "promise" not in await running(cast, older)
    assert (await running(cast, younger))["promise"] == "2026-01-12 18:00"
    assert (await cast.events(younger.id))[-2:] == ["merge", "reckon"]
    async with cast.database.reading() as tx:
        promise = (await deadlines.running(tx, younger.id))[DeadlineKind.PROMISE]
    assert promise.next_rung_at == promise.due_at == at("2026-01-12 18:00")
    # Undone, each keeps the earlier date.
    await cast.does("office", lambda ctx: merging.unmerge(ctx, older.id), at("2026-01-09 12:00"))
    assert [(await running(cast, one))["promise"] for one in (older, younger)] == ["2026-01-12 18:00", "2026-01-12 18:00"]
    async with cast.database.reading() as tx:
        assert (await deadlines.running(tx, older.id))[DeadlineKind.PROMISE].next_rung_at == at("2026-01-12 18:00")


@pytest.mark.parametrize(
    ("older", "younger", "when", "promised"),
    [
        ("2026-01-05 10:00", "2026-01-09 10:00", "2026-01-12 18:01", "2026-01-16 18:00"),  # the older one is broken already
        ("2026-01-05 10:00", "2026-01-05 11:00", "2026-01-06 11:00", "2026-01-12 18:00"),  # they are the same
    ],
)
async def test_a_promise_that_is_broken_or_no_earlier_moves_nothing(
    cast: Cast, older: str, younger: str, when: str, promised: str
) -> None:
    case, lead = await filed(cast, COMPLAINT, older), await filed(cast, COMPLAINT, younger)
    await cast.does("office", lambda ctx: merging.merge(ctx, case.id, lead.id), at(when))
    assert (await running(cast, lead))["promise"] == promised
    assert "reckon" not in await cast.events(lead.id)


async def test_an_answer_that_is_given_owes_nothing_to_the_promise_of_a_case_that_comes_to_it(cast: Cast) -> None:
    older = await filed(cast, COMPLAINT, "2026-01-05 10:00")
    lead = await cast.answered()
    await cast.does("office", lambda ctx: merging.merge(ctx, older.id, lead.id), at("2026-01-09 11:00"))
    assert set(await running(cast, lead)) == {"check"}


async def test_what_the_receipt_promised_who_added_theirs_to_a_case_is_promised_them_alone_too(cast: Cast) -> None:
    lead = await filed(cast, PUBLISHED, "2026-01-05 10:00")
    mine = replace(COMPLAINT, into=lead.id)
    receipt = await cast.does("stranger", lambda ctx: filing.file_case(ctx, mine), at("2026-01-08 10:00"))
    assert receipt.promise.due_at == at("2026-01-12 18:00")
    await cast.does("office", lambda ctx: merging.unmerge(ctx, receipt.case.id), at("2026-01-09 12:00"))
    assert (await running(cast, receipt.case))["promise"] == "2026-01-12 18:00"
    # What is late already is told as such; it promises them nothing.
    late = await cast.does("stranger", lambda ctx: filing.file_case(ctx, mine), at("2026-01-13 10:00"))
    await cast.does("office", lambda ctx: merging.unmerge(ctx, late.case.id), at("2026-01-13 12:00"))
    assert (await running(cast, late.case))["promise"] == "2026-01-20 18:00"


async def test_a_case_that_goes_on_is_answered_by_the_promise_of_an_urgent_one_that_is_added_to_it(cast: Cast) -> None:
    lead = await filed(cast, PUBLISHED)
    urgent = replace(COMPLAINT, category="water-supply", into=lead.id)
    receipt = await cast.does("stranger", lambda ctx: filing.file_case(ctx, urgent), at(WEDNESDAY_10))
    assert receipt.promise.due_at == at("2026-01-08 10:00")
    assert (await running(cast, lead))["promise"] == "2026-01-08 10:00"


async def test_more_time_moves_the_units_date_and_never_the_promise(cast: Cast) -> None:
    case = await cast.accepted()
    await cast.does("holder", lambda ctx: extending.ask(ctx, case.id, "8wd", "why"), at(FRIDAY))
    await cast.does("office", lambda ctx: extending.grant(ctx, case.id, 2), at(FRIDAY))
    assert await running(cast, case) == {"promise": "2026-01-14 18:00", "answer": "2026-01-19 18:00"}


async def test_more_time_granted_while_the_citizen_is_asked_wakes_no_rung_until_the_answer(cast: Cast) -> None:
    case = await cast.accepted()
    await cast.does("holder", lambda ctx: extending.ask(ctx, case.id, "8wd", "why"), at(FRIDAY))
    await cast.does("holder", lambda ctx: handling.ask(ctx, case.id, "?"), at(FRIDAY))
    await cast.does("office", lambda ctx: extending.grant(ctx, case.id, 2), at(FRIDAY))
    async with cast.database.reading() as tx:
        assert (await deadlines.running(tx, case.id))[deadlines.DeadlineKind.ANSWER].next_rung_at is None
    await cast.does("reporter", lambda ctx: following.reply(ctx, case.id, "yes"), at(FRIDAY))
    async with cast.database.reading() as tx:
        assert (await deadlines.running(tx, case.id))[deadlines.DeadlineKind.ANSWER].next_rung_at is not None
