"""The chase: each rung once and in order, pauses, silence, quiet hours."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import datetime

import pytest
from cast import BELOW, COMPLAINT, DEVICE, MISCONDUCT, NOWHERE, UNIT, Cast, xining

from actions import absence, checking, extending, filing, following, handling
from actions.cards import unhurried
from dialog.subjects import Refused
from dialog.texts import Words
from domain.cases import CaseState
from domain.limits import Limit
from handlers.following import my_cases, show_case
from handlers.timeline import timeline
from handlers.unit_desk import show
from storage import cases, deadlines, people, proposals
from storage.cases import Case
from storage.deadlines import DeadlineKind

pytestmark = pytest.mark.asyncio(loop_scope="module")


def at(written: str) -> datetime:
    """Read a time of the city, such as 2026-01-07 10:00, a Wednesday."""
    return datetime.fromisoformat(written).replace(tzinfo=xining().city.zone)


async def filed(cast: Cast, when: str = "2026-01-07 10:00", command: filing.FileCase = COMPLAINT) -> Case:
    receipt = await cast.does("reporter", lambda ctx: filing.file_case(ctx, command), at(when))
    case: Case = receipt.case
    return case


async def signed_in(cast: Cast, when: str = "2026-01-07 10:00") -> Case:
    case = await filed(cast, when)
    accepted: Case = await cast.does("holder", lambda ctx: handling.accept(ctx, case.id, case.version), at(when))
    return accepted


async def rungs(cast: Cast, case: Case) -> list[tuple[str, str, bool]]:
    """Give what the ledger says of the case's rungs: kind, rung, fired or only passed."""
    found = []
    for row in await cast.ledger(f"case:{case.id}"):
        if row.event == "rung":
            kind, passed = str(row.payload["kind"]), row.payload["passed"]
            assert isinstance(passed, list)
            found += [(kind, str(rung), False) for rung in passed] + [(kind, str(row.payload["rung"]), True)]
    return found


async def due(cast: Cast, case: Case, kind: DeadlineKind = DeadlineKind.ANSWER) -> str:
    async with cast.database.reading() as tx:
        found = (await deadlines.running(tx, case.id))[kind]
    return f"{found.due_at.astimezone(xining().city.zone):%Y-%m-%d %H:%M}"


async def state(cast: Cast, case: Case) -> CaseState:
    async with cast.database.reading() as tx:
        found = await cases.get(tx, case.id)
    assert found is not None
    return found.state


async def told(cast: Cast, case: Case, now: str) -> dict[str, list[str]]:
    """Sweep, and give the first paragraph of each new message about the case by its reader."""
    before = len(await cast.rows())
    await cast.sweeps(at(now))
    news: dict[str, list[str]] = {}
    for row in (await cast.rows())[before:]:
        if row.edits is None and case.number in str(cast.message(row)):
            news.setdefault(cast.name_of(row.conversation), []).append(cast.message(row).lines[0].id)
    return news


async def test_every_rung_tells_those_whom_the_ladder_names_and_each_only_once(cast: Cast) -> None:
    case = await signed_in(cast)
    assert await told(cast, case, "2026-01-10 00:00") == {}
    # Half of the time from Wednesday 10:00 to the next Wednesday 18:00.
    half = await told(cast, case, "2026-01-11 10:00")
    assert set(half) == {"holder"}
    assert "A reminder: please answer" in half["holder"][0]
    assert await told(cast, case, "2026-01-11 10:00") == {}
    assert set(await told(cast, case, "2026-01-13 18:00")) == {"holder"}
    late = await told(cast, case, "2026-01-14 18:00")
    assert set(late) == {"holder", "head", "reporter"}
    assert "should have been answered" in late["holder"][0]
    assert set(await told(cast, case, "2026-01-15 18:00")) == {"office", "second office"}
    assert set(await told(cast, case, "2026-01-21 18:00")) == {"office", "second office"}
    assert await told(cast, case, "2026-02-21 18:00") == {}
    ladder = [rung.at for rung in xining().city.ladder]
    assert sorted(await rungs(cast, case)) == sorted([("promise", "0", True), *(("answer", rung, True) for rung in ladder)])
    async with cast.database.reading() as tx:
        proposed = [(one.unit, one.ground) for one in await proposals.undecided(tx, None, 100) if one.case == case.id]
    assert proposed == [(UNIT, "+5wd")]
    await cast.is_whole()


async def test_a_head_who_stands_in_is_told_once_when_the_time_is_over(cast: Cast) -> None:
    case = await signed_in(cast)
    await cast.does("holder", lambda ctx: absence.leave(ctx, at("2026-01-20 00:00"), None), at("2026-01-12 10:00"))
    try:
        await told(cast, case, "2026-01-13 18:00")
        news = await told(cast, case, "2026-01-14 18:00")
        assert set(news) == {"head", "reporter"}
        (only,) = news["head"]
        assert "This case should have been answered" in only
    finally:
        await cast.does("holder", absence.come_back, at("2026-01-14 18:00"))


async def whom_it_told(cast: Cast, case: Case) -> list[str]:
    """Give what the office reads of rungs of the unit's ladder."""
    words = Words({}, ("en",), xining().city.zone)
    shown = await cast.does("office", lambda ctx: timeline(ctx, case.id), at("2026-01-22 09:00"))
    return [words.render(line, "en").partition("  ")[2] for line in shown.lines if "answered by" in str(line)]


async def test_the_history_says_of_each_rung_whom_it_told(cast: Cast) -> None:
    case = await signed_in(cast)
    for when in ("2026-01-13 18:00", "2026-01-14 18:00", "2026-01-15 18:00", "2026-01-21 18:00"):
        await cast.sweeps(at(when))
    late = "Late: should have been answered by 14 Jan 2026, 18:00."
    assert await whom_it_told(cast, case) == [
        "Reminded: to be answered by 14 Jan 2026, 18:00. Told: the unit's contact.",
        f"{late} Told: the unit's contact, the head of the unit.",
        f"{late} Told: the supervision office.",
        f"{late} Told: the supervision office. Proposed for the accountability list.",
    ]
    shown = await cast.does("reporter", lambda ctx: timeline(ctx, case.id), at("2026-01-22 09:00"))
    assert "Told" not in str(shown.lines)


async def test_after_a_time_without_sweeps_the_highest_rung_fires_once_for_everybody_whom_those_below_it_name(cast: Cast) -> None:
    case = await signed_in(cast)
    news = await told(cast, case, "2026-01-16 09:00")
    assert set(news) == {"holder", "head", "office", "second office", "reporter"}
    assert len(set(news["holder"])) == 1
    assert [rung for rung in await rungs(cast, case) if rung[0] == "answer"] == [
        ("answer", "50%", False), ("answer", "-1wd", False), ("answer", "0", False), ("answer", "+1wd", True),
    ]  # fmt: skip


async def test_a_citizen_is_told_once_that_their_promise_is_broken_and_reads_how_late_it_is(cast: Cast) -> None:
    case = await filed(cast)
    assert "reporter" not in await told(cast, case, "2026-01-14 17:59")
    news = await told(cast, case, "2026-01-14 18:00")
    assert set(news["reporter"]) == {"The answer that you were promised has not come in time. We are sorry."}
    assert [who for who, _lines in (await told(cast, case, "2026-01-30 18:00")).items() if who == "reporter"] == []
    for when, words in (
        ("2026-01-14 17:59", "Promised by: "),
        ("2026-01-14 20:00", "late since then"),
        ("2026-01-22 08:00", "8 days late"),
    ):
        card = await cast.does("reporter", lambda ctx: show_case(ctx, case.id), at(when))
        assert any(words in str(line) or "'days': 8" in str(line) for line in card.lines), (when, card.lines)
    listed = await cast.does("reporter", lambda ctx: my_cases(ctx, ""), at("2026-01-22 08:00"))
    assert any("late" in button.label.id and case.number in str(button.label) for row in listed.rows for button in row)
    lines = str((await cast.does("reporter", lambda ctx: timeline(ctx, case.id), at("2026-01-22 08:00"))).lines)
    assert "has not come in time" in lines
    assert "days late" in lines


async def test_a_citizen_who_was_told_of_more_time_is_told_of_nothing_late_before_that_is_over(cast: Cast) -> None:
    case = await signed_in(cast)
    await cast.does("holder", lambda ctx: extending.ask(ctx, case.id, "8wd", "等新车"), at("2026-01-08 12:00"))
    await cast.does("office", lambda ctx: extending.grant(ctx, case.id, 2), at("2026-01-08 13:00"))
    assert await due(cast, case) == "2026-01-19 18:00"
    assert "reporter" not in await told(cast, case, "2026-01-19 17:00")
    assert "reporter" in await told(cast, case, "2026-01-19 18:00")
    assert "reporter" not in await told(cast, case, "2026-01-30 18:00")


async def test_the_card_says_that_the_first_promise_was_not_kept_beside_the_later_date_that_holds_now(cast: Cast) -> None:
    case = await signed_in(cast)
    await cast.does("holder", lambda ctx: handling.ask(ctx, case.id, "几号楼？"), at("2026-01-09 12:00"))
    await cast.does("reporter", lambda ctx: following.reply(ctx, case.id, "三号楼"), at("2026-01-13 12:00"))
    await cast.does("holder", lambda ctx: extending.ask(ctx, case.id, "8wd", "等新车"), at("2026-01-15 12:00"))
    before = await cast.does("reporter", lambda ctx: show_case(ctx, case.id), at("2026-01-15 12:30"))
    await cast.does("office", lambda ctx: extending.grant(ctx, case.id, 4), at("2026-01-15 13:00"))
    after = await cast.does("reporter", lambda ctx: show_case(ctx, case.id), at("2026-01-15 14:00"))
    late = await cast.does("reporter", lambda ctx: show_case(ctx, case.id), at("2026-01-30 14:00"))
    words = re.compile(r"Promised by|First promised|Answer by|{late}")
    shown = [[line.id for line in card.lines if words.match(line.id)] for card in (before, after, late)]
    assert shown == [
        ["Promised by {due}: one day late on {today}."],  # the unit, whose time stood still, is not late
        ["Answer by (extended): {due}", "First promised by {due}; that was not kept, and we are sorry."],
        ["{late} The supervision office knows.", "First promised by {due}; that was not kept, and we are sorry."],
    ]


async def test_a_request_for_more_time_that_nobody_decided_in_time_is_said_to_have_come_to_nothing(cast: Cast) -> None:
    case = await signed_in(cast)
    await cast.does("holder", lambda ctx: extending.ask(ctx, case.id, "8wd", "等新车"), at("2026-01-08 12:00"))
    for when, unit, citizen in (
        ("2026-01-14 17:59", "the supervision office decides", "Until that is granted"),
        ("2026-01-14 18:00", "it can't be granted any more", "was not granted to the unit"),
    ):
        cards = [
            await cast.does(who, lambda ctx, view=view: view(ctx, case.id), at(when))
            for who, view in (("holder", show), ("reporter", show_case))
        ]
        for card, words in zip(cards, (unit, citizen), strict=True):
            assert any(words in line.id for line in card.lines), card


async def test_time_to_sign_in_has_the_ladder_too_until_somebody_does(cast: Cast) -> None:
    case = await filed(cast)
    await cast.sweeps(at("2026-01-08 18:00"))
    assert ("accept", "0", True) in await rungs(cast, case)
    await cast.does("holder", lambda ctx: handling.accept(ctx, case.id, case.version), at("2026-01-08 19:00"))
    await cast.sweeps(at("2026-01-09 18:00"))
    assert [rung for rung in await rungs(cast, case) if rung[0] == "accept" and rung[1] == "+1wd"] == []


async def test_a_reminder_of_the_answer_says_that_the_case_is_not_signed_in_either_and_the_card_has_both_dates(
    cast: Cast,
) -> None:
    case = await filed(cast)
    for when, words in (
        ("2026-01-12 08:30", "is not signed in yet. Please sign it in, and answer it by"),
        ("2026-01-14 18:00", "and is not even signed in. Please sign it in and answer it now"),
    ):
        news = await told(cast, case, when)
        assert any(words in line for line in news["holder"]), news
    card = await cast.does("holder", lambda ctx: show(ctx, case.id), at("2026-01-10 08:30"))
    assert [line.id for line in card.lines if " by: " in line.id] == ["Sign in by: {due}", "Answer by: {due}"]
    await cast.does("holder", lambda ctx: handling.accept(ctx, case.id, case.version), at("2026-01-15 09:00"))
    card = await cast.does("holder", lambda ctx: show(ctx, case.id), at("2026-01-15 09:00"))
    assert [line.id for line in card.lines if " by: " in line.id] == ["Answer by: {due}"]


async def test_reminders_wait_for_the_end_of_the_quiet_hours_unless_it_is_urgent(cast: Cast) -> None:
    case = await signed_in(cast)
    before = len(await cast.rows())
    await cast.sweeps(at("2026-01-11 23:00"))
    rows = [row for row in (await cast.rows())[before:] if row.subject == case.id and row.edits is None]
    assert {row.due_at for row in rows} == {at("2026-01-12 08:00")}
    urgent = await filed(cast, "2026-01-10 21:30", replace(COMPLAINT, category="gas-leak"))
    assert await cast.does("office", lambda ctx: awaited(unhurried(ctx, urgent)), at("2026-01-11 23:00")) == at(
        "2026-01-11 23:00"
    )


@pytest.mark.parametrize(("when", "silent"), [("2026-01-11 22:30", True), ("2026-01-11 20:30", False)])
async def test_news_come_silently_in_the_quiet_hours_unless_it_is_urgent(cast: Cast, when: str, silent: bool) -> None:
    before = len(await cast.rows())
    case = await filed(cast, when)
    cards = [row for row in (await cast.rows())[before:] if row.subject == case.id and row.card == "unit"]
    assert cards
    assert {(cast.message(row).silent, row.due_at) for row in cards} == {(silent, at(when))}
    urgent = await filed(cast, when, replace(COMPLAINT, category="gas-leak"))
    assert not (await cast.does("reporter", lambda ctx: show_case(ctx, urgent.id), at(when))).silent


async def awaited(value: datetime) -> datetime:
    return value


async def test_a_question_stops_the_units_time_until_the_citizen_answers(cast: Cast) -> None:
    case = await signed_in(cast)
    await cast.does("holder", lambda ctx: handling.ask(ctx, case.id, "几号楼？"), at("2026-01-09 12:00"))
    asked = await told(cast, case, "2026-01-12 18:00")
    assert set(asked) == {"reporter"}
    assert "still waits for your answer" in asked["reporter"][0]
    await cast.does("reporter", lambda ctx: following.reply(ctx, case.id, "三号楼"), at("2026-01-13 12:00"))
    # Twelve hours of Friday, twenty-four of Monday, twelve of Tuesday; the weekend counts nothing.
    assert await due(cast, case) == "2026-01-16 18:00"
    assert await due(cast, case, DeadlineKind.PROMISE) == "2026-01-14 18:00"
    assert [rung for _kind, rung, _fired in await rungs(cast, case)] == ["-2wd"]
    # What the citizen was promised does not move, whoever is the cause.
    assert set(await told(cast, case, "2026-01-15 18:00")) == {"holder", "reporter"}


async def test_a_question_that_nobody_answers_stops_the_units_time_for_three_working_days(cast: Cast) -> None:
    case = await signed_in(cast)
    await cast.does("holder", lambda ctx: handling.ask(ctx, case.id, "几号楼？"), at("2026-01-09 12:00"))
    news = await told(cast, case, "2026-01-19 09:00")  # long after the pause was over on the 14th, 18:00
    assert {"holder"} <= set(news)
    assert any("has not answered" in line for line in news["holder"])
    async with cast.database.reading() as tx:
        reply = next(one for one in await deadlines.of_case(tx, case.id) if one.kind is DeadlineKind.REPLY)
    assert (reply.ended, reply.stopped_at) == ("run_on", at("2026-01-14 18:00"))
    # Twelve hours of Friday, Monday and Tuesday whole, eighteen hours of Wednesday: as if nobody had asked for so long.
    assert await due(cast, case) == "2026-01-20 00:00"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("2026-01-08 12:00", "The answer that you were promised has not come in time. We are sorry."),
        ("2026-01-13 12:00", "The answer has not come in time: the unit still waits for yours to its question."),
    ],
)
async def test_a_late_answer_is_laid_on_a_question_only_while_it_stops_the_units_time(cast: Cast, asked: str, said: str) -> None:
    case = await signed_in(cast)
    await cast.does("holder", lambda ctx: handling.ask(ctx, case.id, "几号楼？"), at(asked))
    await told(cast, case, "2026-01-14 12:00")
    assert said in (await told(cast, case, "2026-01-14 18:00"))["reporter"]


async def test_a_third_question_stops_nothing_and_so_does_one_that_is_asked_too_late(cast: Cast) -> None:
    case = await signed_in(cast)
    for day in ("08", "09"):
        await cast.does("holder", lambda ctx: handling.ask(ctx, case.id, "?"), at(f"2026-01-{day} 10:00"))
        await cast.does("reporter", lambda ctx: following.reply(ctx, case.id, "!"), at(f"2026-01-{day} 11:00"))
    assert await due(cast, case) == "2026-01-14 20:00"
    await cast.does("holder", lambda ctx: handling.ask(ctx, case.id, "?"), at("2026-01-12 10:00"))
    await cast.does("reporter", lambda ctx: following.reply(ctx, case.id, "!"), at("2026-01-13 11:00"))
    assert await due(cast, case) == "2026-01-14 20:00"
    other = await signed_in(cast)
    await cast.does("holder", lambda ctx: handling.ask(ctx, other.id, "?"), at("2026-01-15 10:00"))
    await cast.does("reporter", lambda ctx: following.reply(ctx, other.id, "!"), at("2026-01-16 11:00"))
    assert await due(cast, other) == "2026-01-14 18:00"


async def test_a_report_in_the_middle_of_a_question_is_judged_by_the_moved_time(cast: Cast) -> None:
    case = await signed_in(cast)
    await cast.does("holder", lambda ctx: handling.ask(ctx, case.id, "?"), at("2026-01-14 10:00"))
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "done"), at("2026-01-15 10:00"))
    async with cast.database.reading() as tx:
        answer = next(one for one in await deadlines.of_case(tx, case.id) if one.kind is DeadlineKind.ANSWER)
    assert answer.stopped_at is not None
    assert answer.stopped_at < answer.due_at == at("2026-01-15 18:00")


async def test_silence_closes_a_case_a_week_after_the_answer_and_is_told_apart(cast: Cast) -> None:
    case = await signed_in(cast)
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "done"), at("2026-01-09 10:00"))
    reminded = await told(cast, case, "2026-01-15 10:00")
    assert "whether it is solved" in reminded["reporter"][0]
    assert await state(cast, case) is CaseState.ANSWERED
    assert set(await told(cast, case, "2026-01-16 10:00")) == {"reporter"}
    async with cast.database.reading() as tx:
        closed = await cases.get(tx, case.id)
    assert closed is not None
    assert (closed.state, closed.closing, closed.closed_at) == (CaseState.CLOSED, "silence", at("2026-01-16 10:00"))
    await cast.is_whole()


async def test_who_writes_after_the_answer_is_not_silent(cast: Cast) -> None:
    case = await signed_in(cast)
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "done"), at("2026-01-09 10:00"))
    await cast.does("reporter", lambda ctx: following.reply(ctx, case.id, "still dirty"), at("2026-01-15 12:00"))
    await cast.sweeps(at("2026-01-21 12:00"))
    await cast.sweeps(at("2026-01-22 11:59"))
    assert await state(cast, case) is CaseState.ANSWERED
    await cast.sweeps(at("2026-01-22 12:00"))
    assert await state(cast, case) is CaseState.CLOSED
    await cast.is_whole()


async def test_who_was_silent_can_say_for_a_week_that_it_is_not_solved(cast: Cast) -> None:
    case = await signed_in(cast)
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "done"), at("2026-01-09 10:00"))
    for day in ("15", "16"):
        await cast.sweeps(at(f"2026-01-{day} 10:00"))
    assert "not_solved" in str((await cast.does("reporter", lambda ctx: show_case(ctx, case.id), at("2026-01-23 10:00"))).rows)
    with pytest.raises(Refused, match="the time to check the answer is over"):
        await cast.does("reporter", lambda ctx: following.not_solved(ctx, case.id, "dirty"), at("2026-01-23 10:01"))
    assert "not_solved" not in str(
        (await cast.does("reporter", lambda ctx: show_case(ctx, case.id), at("2026-01-23 10:01"))).rows
    )
    await cast.does("reporter", lambda ctx: following.not_solved(ctx, case.id, "dirty"), at("2026-01-23 10:00"))
    assert await state(cast, case) is CaseState.ACCEPTED
    await cast.is_whole()


async def test_what_silence_closes_may_be_called_back_in_the_week_after_and_misconduct_reports_never(cast: Cast) -> None:
    for day in ("29", "30"):  # reminds of what other tests have left, and closes it
        await cast.sweeps(at(f"2026-04-{day} 10:00"))
    reported = await filed(cast, "2026-05-06 10:00", MISCONDUCT)
    await cast.does("discipline", lambda ctx: handling.accept(ctx, reported.id, reported.version), at("2026-05-06 11:00"))
    await cast.does("discipline", lambda ctx: handling.report(ctx, reported.id, "done"), at("2026-05-08 10:00"))
    case = await signed_in(cast, "2026-05-06 10:00")
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "done"), at("2026-05-10 23:59"))
    for day in ("16", "17"):  # the latter is a Sunday
        await cast.sweeps(at(f"2026-05-{day} 23:59"))
    assert {await state(cast, case), await state(cast, reported)} == {CaseState.CLOSED}
    for day, called in (("2026-05-17 23:59", []), ("2026-05-18 00:00", [case.id]), ("2026-05-24 23:59", [case.id])):
        assert await cast.does("office", checking.sample, at(day)) == called, day
    await cast.does("office", lambda ctx: checking.reopen(ctx, case.id, "不属实"), at("2026-05-19 10:00"))
    assert await cast.does("office", checking.sample, at("2026-05-20 10:00")) == [case.id]
    assert await cast.does("office", checking.sample, at("2026-05-25 00:00")) == []


async def test_of_a_late_misconduct_report_the_office_learns_only_that_there_is_one(cast: Cast) -> None:
    case = await filed(cast, command=MISCONDUCT)
    before = len(await cast.rows())
    await cast.sweeps(at("2026-03-07 10:00"))
    news = [row for row in (await cast.rows())[before:] if cast.name_of(row.conversation) in ("office", "second office")]
    assert any("misconduct report is late" in cast.message(row).lines[0].id for row in news)
    assert not any(row.subject == case.id or case.number in str(cast.message(row)) for row in news)
    async with cast.database.reading() as tx:
        kept = await tx.all("SELECT id FROM proposal WHERE case_id = :case", case=case.id)
        listed = [one.id for one in await proposals.undecided(tx, None, 1000)]
    assert kept
    assert not {row["id"] for row in kept} & set(listed)


async def test_two_sweeps_at_once_fire_a_rung_once(cast: Cast) -> None:
    several = [await signed_in(cast) for _ in range(5)]
    await asyncio.gather(*(cast.sweeps(at("2026-01-11 12:00")) for _ in range(4)))
    for case in several:
        assert await rungs(cast, case) == [("answer", "50%", True)]
    await cast.is_whole()


async def test_a_case_that_was_passed_on_is_chased_at_its_new_unit_only(cast: Cast) -> None:
    case = await signed_in(cast)
    await cast.does("holder", lambda ctx: handling.pass_on(ctx, case.id, BELOW), at("2026-01-09 10:00"))
    news = await told(cast, case, "2026-01-16 18:00")
    assert "below" in news
    assert "holder" not in news


async def test_what_had_to_be_reopened_is_looked_at_again_four_weeks_after_it_was_closed(cast: Cast) -> None:
    case = await signed_in(cast)
    for _ in range(2):
        await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "done"), at("2026-01-08 10:00"))
        if not (await cast.case(case.id)).round > 1:
            await cast.does("reporter", lambda ctx: following.not_solved(ctx, case.id, "no"), at("2026-01-08 11:00"))
    version = (await cast.case(case.id)).version
    await cast.does("reporter", lambda ctx: following.solved(ctx, case.id, version), at("2026-01-08 12:00"))
    assert await told(cast, case, "2026-02-05 11:00") == {}
    look = await told(cast, case, "2026-02-05 12:00")
    assert set(look) == {"office", "second office"}
    assert "Return inspection" in look["office"][0]
    await cast.does("office", lambda ctx: checking.confirm(ctx, case.id), at("2026-02-05 13:00"))
    async with cast.database.reading() as tx:
        assert await deadlines.running(tx, case.id) == {}
    with pytest.raises(Refused):
        await cast.does("office", lambda ctx: checking.confirm(ctx, case.id), at("2026-02-05 14:00"))


async def test_what_was_solved_at_once_is_not_looked_at_again(cast: Cast) -> None:
    case = await signed_in(cast)
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "done"), at("2026-01-08 10:00"))
    version = (await cast.case(case.id)).version
    await cast.does("reporter", lambda ctx: following.solved(ctx, case.id, version), at("2026-01-08 12:00"))
    async with cast.database.reading() as tx:
        assert await deadlines.running(tx, case.id) == {}


@pytest.mark.parametrize(("when", "said"), [
    ("2026-01-07 20:59", "2026-01-07 20:59"), ("2026-01-07 21:00", "2026-01-08 08:00"), ("2026-01-08 07:59", "2026-01-08 08:00"),
])  # fmt: skip
async def test_the_office_is_reminded_of_what_waits_to_be_assigned_only_after_the_quiet_hours(
    cast: Cast, when: str, said: str
) -> None:
    case = await filed(cast, "2026-01-06 10:00", NOWHERE)
    before = len(await cast.rows())
    await cast.sweeps(at(when))
    rows = [row for row in (await cast.rows())[before:] if row.subject == case.id and row.card == "office" and row.edits is None]
    assert {(cast.name_of(row.conversation), row.due_at) for row in rows} == {("office", at(said)), ("second office", at(said))}


async def test_what_is_to_be_answered_in_days_is_not_urgent_however_the_days_are_counted(cast: Cast) -> None:
    case = await filed(cast)
    city = xining().city
    night, morning = at("2026-01-11 23:00"), at("2026-01-12 08:00")
    for answer, expected in (("24h", night), ("25h", morning), ("15d", morning), ("5wd", morning)):
        sanitation = replace(city.categories["sanitation"], answer=Limit.parse(answer))
        slow = replace(xining(), city=replace(city, categories={**city.categories, "sanitation": sanitation}))
        when = await cast.does("office", lambda ctx: awaited(unhurried(replace(ctx, city=slow), case)), night)  # noqa: B023
        assert when == expected, answer


async def test_the_history_names_no_head_where_a_unit_has_none(cast: Cast) -> None:
    case = await signed_in(cast)
    await cast.does("holder", lambda ctx: handling.pass_on(ctx, case.id, BELOW), at("2026-01-07 11:00"))
    await cast.does("below", lambda ctx: handling.accept(ctx, case.id, case.version + 1), at("2026-01-07 11:00"))
    await cast.sweeps(at("2026-01-14 18:00"))
    assert await whom_it_told(cast, case) == ["Late: should have been answered by 14 Jan 2026, 18:00. Told: the unit's contact."]


async def test_the_history_names_the_head_who_stood_in_and_not_the_contact_who_was_away(cast: Cast) -> None:
    case = await signed_in(cast)
    await cast.does("holder", lambda ctx: absence.leave(ctx, at("2026-01-20 00:00"), None), at("2026-01-12 10:00"))
    try:
        await cast.sweeps(at("2026-01-13 18:00"))
    finally:
        await cast.does("holder", absence.come_back, at("2026-01-13 18:00"))
    assert await whom_it_told(cast, case) == ["Reminded: to be answered by 14 Jan 2026, 18:00. Told: the head of the unit."]


async def test_the_history_names_nobody_who_can_not_be_written_to(cast: Cast) -> None:
    case = await signed_in(cast)
    chats = (cast.conversations["holder"], cast.conversations[f"holder{DEVICE}"])
    async with cast.database.transaction() as tx:
        for chat in chats:
            await people.mark_unreachable(tx, chat, at("2026-01-12 10:00"))
    await cast.sweeps(at("2026-01-13 18:00"))
    async with cast.database.transaction() as tx:
        for chat in chats:
            await people.mark_reachable(tx, chat)
    assert await whom_it_told(cast, case) == ["Reminded: to be answered by 14 Jan 2026, 18:00."]
