"""Figures of a week, counted again by other means: plain Python over all rows, and over the ledger."""

from __future__ import annotations

import json
import statistics
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from cast import COMPLAINT, MISCONDUCT, OTHER, UNIT, Cast, xining
from random_town import RandomTown, city_time
from stores import migrated_postgres, opened

from actions import filing, following, handling, triage
from domain.cases import OPEN, Satisfaction
from domain.weeks import Week
from storage import figures, months, roles, workloads
from storage.database import Row
from storage.figures import Figures
from storage.keys import Keys
from storage.months import Month
from storage.times import ms

FIRST, LAST = city_time("2025-12-10 12:00"), city_time("2026-01-28 09:00")
SUNDAY, MONDAY = city_time("2026-01-11 23:59:59.999"), city_time("2026-01-12 00:00")
ENDS_SIGN_IN = ("accept", "ask", "assign", "merge", "pass_on", "refuse", "return", "strike", "unassign", "withdraw")


@pytest.fixture(params=["sqlite", "postgresql"])
async def town(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Cast]:
    """Bring everybody together over each of the two databases."""
    if request.param == "sqlite":
        async with opened(f"sqlite:{tmp_path}/huiyin.db") as store:
            yield await arrived(Cast(store, Keys(b"k" * 32)))
    else:
        postgres: str = request.getfixturevalue("postgres")
        async with migrated_postgres(postgres) as url, opened(url) as store:
            yield await arrived(Cast(store, Keys(b"k" * 32)))


async def arrived(cast: Cast) -> Cast:
    await cast.arrive()
    return cast


@pytest.mark.parametrize("seed", [4, 6])
async def test_figures_are_those_of_a_count_by_hand_and_stay_so_whatever_happens_later(town: Cast, seed: int) -> None:
    history = RandomTown(town, seed, FIRST)
    week = Week.of(FIRST, xining().city.zone)
    seen: list[tuple[Week, Figures, Month]] = []
    while week.end < LAST:
        await history.lives(week.end + timedelta(hours=8))
        counted = await figures_of(town, week)
        assert counted == replace(await by_hand(town, week), units=counted.units)
        assert by_unit(counted) == by_unit(await by_hand(town, week))
        seen.append((week, counted, await month_of(town, week)))
        week = week.after()
    for week, then, month in seen:
        assert without_nothing(await figures_of(town, week)) == without_nothing(then)
        assert await month_of(town, week) == month
    # A history in which nothing happened would prove nothing.
    everything = [unit for _week, counted, _month in seen for unit in counted.units]
    lateness = ("late", "late_ended", "late_unanswered", "still_late", "caught_up", "sign_ins_late", "unsigned")
    for name in ("new", "again", "on_time", *lateness, "returned", "solved", "silent"):
        assert sum(getattr(unit, name) for unit in everything) > 0, name
    for name in ("filed", "misconduct", "unroutable", "withdrawn", "refused", "merged", "late_at_office"):
        assert sum(getattr(counted, name) for _week, counted, _month in seen) > 0, name
    for name in ("rated", "satisfied"):
        assert sum(getattr(month, name) for _week, _counted, month in seen) > 0, name


async def test_the_ledger_tells_the_same(town: Cast) -> None:
    history = RandomTown(town, 1, FIRST)
    await history.lives(LAST)
    week = Week.of(FIRST, xining().city.zone)
    while week.end < LAST:
        counted, events = await figures_of(town, week), await events_of(town, week)
        assert counted.filed == events["file"]
        assert (counted.solved, counted.silent) == (events["solved"], events["silence"])
        assert (counted.withdrawn, counted.refused) == (events["withdraw"], events["refuse"])
        assert (counted.on_time, counted.late) == await punctuality_of(town, week)
        assert counted.returned == events["return"]
        assert counted.sign_ins_late == await sign_ins_late_in(town, week)
        month = await month_of(town, week)
        assert (month.solved, month.silent, month.rated) == (events["solved"], events["silence"], events["rate"])
        assert month.late == await promises_broken_in(town, week)
        week = week.after()


async def test_the_last_moment_of_sunday_is_last_week_and_midnight_is_the_next(town: Cast) -> None:
    for moment in (SUNDAY, MONDAY):
        await town.does("reporter", lambda ctx: filing.file_case(ctx, COMPLAINT), moment)
        await town.does("reporter", lambda ctx: filing.file_case(ctx, MISCONDUCT), moment)
    last = await figures_of(town, Week.of(SUNDAY, xining().city.zone))
    after = await figures_of(town, Week.of(MONDAY, xining().city.zone))
    assert [(week.filed, week.misconduct, by_unit(week)[UNIT].new) for week in (last, after)] == [(1, 1, 1), (1, 1, 1)]
    assert len(last.oldest) == 1
    assert len(after.oldest) == 2


async def test_an_answer_at_the_due_time_is_on_time_and_a_moment_later_it_is_late(town: Cast) -> None:
    start, due = city_time("2026-01-05 10:00"), city_time("2026-01-12 18:00")
    for moment in (due, due + timedelta(milliseconds=1)):
        receipt = await town.does("reporter", lambda ctx: filing.file_case(ctx, COMPLAINT), start)
        id, version = receipt.case.id, receipt.case.version
        await town.does("holder", lambda ctx, id=id, version=version: handling.accept(ctx, id, version), start)
        await town.does("holder", lambda ctx, id=id: handling.report(ctx, id, "已清运"), moment)
    unit = by_unit(await figures_of(town, Week.of(due, xining().city.zone)))[UNIT]
    assert (unit.on_time, unit.late, unit.late_ended, unit.still_late) == (1, 1, 1, 0)


async def test_what_is_due_and_not_answered_is_late_in_the_week_of_its_due_time_and_never_again(town: Cast) -> None:
    start, due, answer = city_time("2026-01-05 10:00"), city_time("2026-01-12 18:00"), city_time("2026-01-20 10:00")
    ids = []
    for _n in range(2):
        receipt = await town.does("reporter", lambda ctx: filing.file_case(ctx, COMPLAINT), start)
        ids.append(receipt.case.id)
        await town.does("holder", lambda ctx: handling.accept(ctx, receipt.case.id, receipt.case.version), start)  # noqa: B023
    week = Week.of(due, xining().city.zone)
    async with town.database.reading() as tx:
        then = await figures.count(tx, week.begin, week.end)
        month = await months.count(tx, city_time("2026-01-01"), week.end)
        year = await workloads.year(tx, UNIT, city_time("2026-01-01"), week.end, week.end)
        before = await workloads.year(tx, UNIT, city_time("2026-01-01"), due, due)
    assert (then.on_time, then.late, then.still_late) == (0, 2, 2)
    assert (month.on_time, month.late, month.answered) == (0, 2, 0)
    assert (year.due, year.on_time, before.due) == (2, 0, 0)
    await town.does("holder", lambda ctx: handling.report(ctx, ids[0], "已清运"), answer)
    assert by_unit(await figures_of(town, week)) == by_unit(then)
    after = by_unit(await figures_of(town, week.after()))[UNIT]
    assert (after.on_time, after.late, after.late_ended, after.still_late) == (0, 0, 0, 1)
    async with town.database.reading() as tx:
        year = await workloads.year(tx, UNIT, city_time("2026-01-01"), week.after().end, week.after().end)
        month = await months.count(tx, city_time("2026-01-01"), week.after().end)
    assert (year.answered, year.due, year.on_time) == (1, 2, 0)
    assert (month.answered, month.on_time, month.late) == (1, 0, 2)


async def test_what_a_unit_returns_late_is_not_answered_and_stays_late(town: Cast) -> None:
    start, late, later = (city_time(f"2026-01-{day} 10:00") for day in ("05", "13", "14"))
    week = Week.of(late, xining().city.zone)

    async def counted(end: datetime) -> Figures:
        async with town.database.reading() as tx:
            return await figures.count(tx, week.begin, end)

    cases = []
    for _n in range(2):
        receipt = await town.does("reporter", lambda ctx: filing.file_case(ctx, COMPLAINT), start)
        cases.append(receipt.case)
    before = await counted(late)
    await town.does("holder", lambda ctx: handling.return_(ctx, cases[0].id, "不属于本单位职责"), late)
    unit = by_unit(back := await counted(later))[UNIT]
    assert (unit.late, unit.late_answered, unit.late_unanswered, unit.still_late, unit.returned) == (2, 0, 1, 1, 1)
    assert (before.unanswered, back.unanswered, back.late_at_office, back.late) == (2, 2, 1, 2)
    async with town.database.reading() as tx:
        year = await workloads.year(tx, UNIT, city_time("2026-01-01"), later, later)
    assert (year.due, year.answered) == (2, 0)
    # Another unit has fresh time; the first one was late all the same.
    await town.does("office", lambda ctx: triage.assign(ctx, cases[0].id, OTHER), later)
    unit = by_unit(anew := await counted(later + timedelta(days=1)))[UNIT]
    assert (unit.late, unit.late_answered, unit.late_unanswered, unit.still_late) == (2, 0, 1, 1)
    assert (anew.unanswered, anew.late_at_office) == (1, 0)
    assert without_nothing(await counted(later)) == without_nothing(back)


async def test_what_the_office_takes_back_before_it_is_signed_in_was_never_new_to_the_unit(town: Cast) -> None:
    start, back, again = (city_time(f"2026-01-05 {time}") for time in ("10:00", "10:05", "10:10"))
    week = Week.of(start, xining().city.zone)

    async def new() -> dict[str, tuple[int, int]]:
        return {code: (unit.new, unit.again) for code, unit in by_unit(await figures_of(town, week)).items()}

    receipt = await town.does("reporter", lambda ctx: filing.file_case(ctx, COMPLAINT), start)
    await town.does("office", lambda ctx: triage.unassign(ctx, receipt.case.id, "分派有误"), back)
    assert not await new()
    await town.does("office", lambda ctx: triage.assign(ctx, receipt.case.id, UNIT), again)
    assert await new() == {UNIT: (1, 0)}
    await town.does("office", lambda ctx: triage.unassign(ctx, receipt.case.id, "分派有误"), week.end)
    assert await new() == {UNIT: (1, 0)}


async def test_every_answer_and_every_reopening_counts_for_who_gave_it_wherever_the_case_is_now(town: Cast) -> None:
    start = city_time("2026-01-05 10:00")

    async def counted() -> tuple[dict[str, int], workloads.Year]:
        async with town.database.reading() as tx:
            named = {role.id: role.name for role in await roles.of_unit(tx, UNIT)}
            answered = await workloads.answered(tx, UNIT, start)
            end = start + timedelta(days=1)
            return {named[id]: n for id, n in answered.items()}, await workloads.year(tx, UNIT, start, end, end)

    receipt = await town.does("reporter", lambda ctx: filing.file_case(ctx, COMPLAINT), start)
    id, version = receipt.case.id, receipt.case.version
    await town.does("holder", lambda ctx: handling.accept(ctx, id, version), start)
    told = []
    for hour, who in enumerate(("holder", "colleague"), start=1):
        if who == "colleague":
            async with town.database.reading() as tx:
                to = next(role.id for role in await roles.of_unit(tx, UNIT) if role.name == who)
            await town.does("holder", lambda ctx, to=to: handling.hand_over(ctx, id, to), start + timedelta(hours=hour))
        await town.does(who, lambda ctx: handling.report(ctx, id, "已清运"), start + timedelta(hours=hour, minutes=10))
        told.append(await counted())
        await town.does("reporter", lambda ctx: following.not_solved(ctx, id, "没有"), start + timedelta(hours=hour, minutes=20))
        told.append(await counted())
    assert (await town.case(id)).holder is None, "the second time it goes to the office"
    assert [answered for answered, _year in told] == [
        {"holder": 1}, {"holder": 1}, {"holder": 1, "colleague": 1}, {"holder": 1, "colleague": 1}
    ]  # fmt: skip
    assert [(year.received, year.answered, year.reopened) for _answered, year in told] == [
        (1, 1, 0), (1, 1, 1), (1, 1, 1), (1, 1, 2)
    ]  # fmt: skip


async def test_a_deadline_that_stands_still_while_the_citizen_is_asked_is_not_late(town: Cast) -> None:
    start, asked, end = (city_time(f"2026-01-{day} 10:00") for day in ("05", "09", "13"))
    for question in (True, False):
        receipt = await town.does("reporter", lambda ctx: filing.file_case(ctx, COMPLAINT), start)
        id, version = receipt.case.id, receipt.case.version
        await town.does("holder", lambda ctx, id=id, version=version: handling.accept(ctx, id, version), start)
        if question:
            await town.does("holder", lambda ctx, id=id: handling.ask(ctx, id, "在哪个门口？"), asked)
            waiting = id
    async with town.database.reading() as tx:
        then = await figures.count(tx, start, end)
    assert by_unit(then)[UNIT].still_late == 1
    await town.does("reporter", lambda ctx: following.reply(ctx, waiting, "在北门"), end + timedelta(hours=1))
    async with town.database.reading() as tx:
        assert await figures.count(tx, start, end) == then


async def test_a_week_whose_cases_are_reopened_before_anybody_asks_has_closed_them_all_the_same(town: Cast) -> None:
    start, silence = city_time("2026-01-05 10:00"), city_time("2026-01-18 12:00")
    week = Week.of(silence, xining().city.zone)
    ids = []
    for answer in (silence - timedelta(days=7), city_time("2026-01-16 10:00")):
        receipt = await town.does("reporter", lambda ctx: filing.file_case(ctx, COMPLAINT), start)
        id, version = receipt.case.id, receipt.case.version
        await town.does("holder", lambda ctx, id=id, version=version: handling.accept(ctx, id, version), start)
        await town.does("holder", lambda ctx, id=id: handling.report(ctx, id, "已清运"), answer)
        ids.append(id)
    await town.sweeps(silence - timedelta(days=1))
    await town.sweeps(silence)
    version = (await town.case(ids[1])).version
    await town.does("reporter", lambda ctx: following.solved(ctx, ids[1], version), silence + timedelta(hours=8))
    await town.does("reporter", lambda ctx: following.rate(ctx, ids[1], Satisfaction.BASICALLY), silence + timedelta(hours=9))
    then, month = await figures_of(town, week), await month_of(town, week)
    assert (then.closed, then.solved, then.silent, then.oldest) == (2, 1, 1, ())
    assert (month.solved, month.silent, month.rated, month.satisfied) == (1, 1, 1, 1)
    for id in ids:
        await town.does("reporter", lambda ctx, id=id: following.not_solved(ctx, id, "还没好"), week.end + timedelta(hours=7))
    assert (await figures_of(town, week), await month_of(town, week)) == (then, month)
    assert len((await figures_of(town, week.after())).oldest) == 2


async def figures_of(town: Cast, week: Week) -> Figures:
    async with town.database.reading() as tx:
        return await figures.count(tx, week.begin, week.end)


def by_unit(counted: Figures) -> dict[str, Any]:
    """Give the figures of each unit that has any."""
    return {unit.unit: unit for unit in counted.units if unit != figures.UnitFigures(unit=unit.unit)}


async def month_of(town: Cast, week: Week) -> Month:
    """Count for the public what happened in a week."""
    async with town.database.reading() as tx:
        return await months.count(tx, week.begin, week.end)


def without_nothing(counted: Figures) -> Figures:
    """Leave out the units that have no figures."""
    return replace(counted, units=tuple(by_unit(counted).values()))


async def by_hand(town: Cast, week: Week) -> Figures:
    """Count over all rows there are."""
    begin, end = ms(week.begin), ms(week.end)
    async with town.database.reading() as tx:
        all_cases = await tx.all("SELECT * FROM cases")
        rows = await tx.all("SELECT * FROM deadline")
    cases = {case["id"]: case for case in all_cases if case["kind"] != "misconduct"}
    deadlines = [row for row in rows if row["case_id"] in cases]
    answers = [row for row in deadlines if row["kind"] == "answer"]
    unsigned = [row for row in deadlines if row["kind"] == "accept" and was_over(row, begin, end)]
    stopped = [row for row in answers if is_within(row["stopped_at"], begin, end)]
    chains = await told_by_ledger(town)
    closed = [
        (now["event"], now["unit"])
        for chain in chains.values()
        for before, now in pairwise(chain)
        if before["state"] in OPEN and now["state"] not in OPEN and begin <= now["at"] < end
    ]
    ended = Counter(event for event, _unit in closed)
    took = [
        row["stopped_at"] - row["started_at"]
        for row in deadlines
        if row["kind"] == "promise" and row["ended"] == "report" and is_within(row["stopped_at"], begin, end)
    ]
    at_end = {id: [row for row in chain if row["at"] < end] for id, chain in chains.items()}
    old = [case for case in cases.values() if at_end[case["id"]] and at_end[case["id"]][-1]["state"] in OPEN]
    old.sort(key=lambda case: (case["filed_at"], case["id"]))
    undone = [row for row in answers if row["ended"] == "unassign" and row["stopped_at"] < end]
    begun = [row for row in answers if begin <= row["started_at"] < end and row not in undone]
    missed = defaultdict(list)
    for row in answers:
        if is_within(row["due_at"], begin, end) and is_missed(row, deadlines):
            missed[row["unit"]].append(row)
    names = {row["unit"] for row in answers} | {unit for _event, unit in closed if unit}
    return Figures(
        filed=sum(begin <= case["filed_at"] < end for case in cases.values()),
        misconduct=sum(begin <= case["filed_at"] < end for case in all_cases if case["kind"] == "misconduct"),
        unroutable=sum(row["kind"] == "triage" and begin <= row["started_at"] < end for row in deadlines),
        reassigned=sum(row["ended"] in ("assign", "unassign") for row in stopped),
        withdrawn=ended["withdraw"],
        refused=ended["refuse"],
        merged=ended["merge"],
        struck=ended["strike"],
        half_within=timedelta(milliseconds=statistics.median_low(took)) if took else None,
        units=tuple(
            figures.UnitFigures(
                unit=name,
                new=sum(row["unit"] == name for row in begun),
                again=sum(row["unit"] == name and had_before(row, answers) for row in begun),
                on_time=sum(r["unit"] == name and r["ended"] == "report" and r["stopped_at"] <= r["due_at"] for r in stopped),
                caught_up=sum(r["unit"] == name and r["ended"] == "report" and r["due_at"] < begin for r in stopped),
                late=len(missed[name]),
                late_ended=sum(row["stopped_at"] is not None and row["stopped_at"] < end for row in missed[name]),
                late_unanswered=sum(
                    row["stopped_at"] is not None and row["stopped_at"] < end and row["ended"] != "report" for row in missed[name]
                ),
                still_late=sum(row["unit"] == name and is_late_at(row, deadlines, end) for row in answers),
                returned=sum(row["unit"] == name and row["ended"] == "return" for row in stopped),
                sign_ins_late=sum(row["unit"] == name for row in unsigned),
                unsigned=sum(row["unit"] == name and (row["stopped_at"] is None or row["stopped_at"] >= end) for row in unsigned),
                solved=closed.count(("solved", name)),
                silent=closed.count(("silence", name)),
            )
            for name in sorted(names)
        ),
        oldest=tuple(
            figures.OldCase(
                number=c["number"],
                unit=at_end[c["id"]][-1]["unit"],
                filed_at=datetime.fromtimestamp(c["filed_at"] / 1000, week.zone),
            )
            for c in old[: figures.OLDEST]
        ),
        late_at_office=len(running_at(deadlines, "triage", end) & running_at(deadlines, "promise", end, due_before=end)),
    )


def running_at(all: Sequence[Row], kind: str, end: int, due_before: int | None = None) -> set[str]:
    """Give the cases of which a deadline of a kind ran at a moment."""
    return {
        row["case_id"]
        for row in all
        if row["kind"] == kind and row["started_at"] < end and (row["stopped_at"] is None or row["stopped_at"] >= end)
        if due_before is None or row["due_at"] < due_before
    }


def had_before(answer: Row, all: Sequence[Row]) -> bool:
    """Tell whether a unit had had a case before."""
    same = [row for row in all if (row["case_id"], row["unit"]) == (answer["case_id"], answer["unit"])]
    return any(row["started_at"] < answer["started_at"] and row["ended"] != "unassign" for row in same)


def was_over(row: Row, begin: int, end: int) -> bool:
    """Tell whether a time was over at some moment of the week, and ran on."""
    until = end if row["stopped_at"] is None else row["stopped_at"]
    return row["due_at"] < end and until > row["due_at"] and until >= begin


def is_within(moment: int | None, begin: int, end: int) -> bool:
    return moment is not None and begin <= moment < end


def is_late_at(answer: Row, all: Sequence[Row], end: int) -> bool:
    """Tell whether the time was over and still ran; it does not run while a question is open."""
    if answer["due_at"] >= end or (answer["stopped_at"] is not None and answer["stopped_at"] < end):
        return False
    asked = [row for row in all if row["case_id"] == answer["case_id"] and row["kind"] == "reply"]
    return not any(
        answer["started_at"] <= row["started_at"] < end and (row["stopped_at"] is None or row["stopped_at"] >= end)
        for row in asked
    )


def is_missed(answer: Row, all: Sequence[Row]) -> bool:
    """Tell whether a due time that is past came while the time ran."""
    due = answer["due_at"]
    asked = [row for row in all if row["case_id"] == answer["case_id"] and row["kind"] == "reply"]
    stood = any(
        answer["started_at"] <= row["started_at"] < due and (row["stopped_at"] is None or row["stopped_at"] > due)
        for row in asked
    )
    return not stood and (answer["stopped_at"] is None or answer["stopped_at"] > due)


async def punctuality_of(town: Cast, week: Week) -> tuple[int, int]:
    """Count by the ledger what was answered in time in a week, and what became late in it: the rung at the due time says so."""
    on_time, late = 0, 0
    for row in await ordinary(town):
        payload = json.loads(row["payload"])
        if row["event"] == "report" and is_within(row["at"], ms(week.begin), ms(week.end)):
            on_time += row["at"] <= payload["due"]
        if row["event"] == "rung" and payload["kind"] == "answer" and "0" in (payload["rung"], *payload["passed"]):
            late += is_within(payload["due"], ms(week.begin), ms(week.end))
    return on_time, late


async def promises_broken_in(town: Cast, week: Week) -> int:
    """Count by the ledger the promises that came due in a week while nobody had answered, and that were in force then."""
    broken = 0
    for chain in (await told_by_ledger(town)).values():
        for row in chain:
            if row["event"] == "rung" and row["kind"] == "promise" and is_within(row["due"], ms(week.begin), ms(week.end)):
                broken += [then["state"] for then in chain if then["at"] <= row["due"]][-1] != "merged"
    return broken


async def told_by_ledger(town: Cast) -> dict[str, list[dict[str, Any]]]:
    """Give by the id of each case but misconduct reports what its chain tells: event and time, state and unit after it."""
    chains = defaultdict(list)
    for row in sorted(await ordinary(town), key=lambda row: (row["subject"], row["n"])):
        chains[row["subject"].removeprefix("case:")].append(json.loads(row["payload"]) | {"at": row["at"], "event": row["event"]})
    return chains


async def sign_ins_late_in(town: Cast, week: Week) -> int:
    """Count by the ledger the times to sign in that were over at some moment of a week: from the rung at the due time on."""
    late, chains = 0, defaultdict(list)
    for row in await ordinary(town):
        chains[row["subject"]].append((row["n"], row["at"], row["event"], json.loads(row["payload"])))
    for chain in chains.values():
        chain.sort(key=lambda row: row[0])
        for place, (_n, _at, event, payload) in enumerate(chain):
            if event == "rung" and payload["kind"] == "accept" and "0" in (payload["rung"], *payload["passed"]):
                ends = (at for _n, at, event, said in chain[place:] if event in ENDS_SIGN_IN and "merged" not in said)
                ended = next(ends, ms(LAST))
                late += payload["due"] < ms(week.end) and ended >= ms(week.begin)
    return late


async def ordinary(town: Cast) -> list[Row]:
    """Read the ledger's rows of all cases but misconduct reports."""
    async with town.database.reading() as tx:
        confidential = {f"case:{row['id']}" for row in await tx.all("SELECT id FROM cases WHERE kind = 'misconduct'")}
        rows = await tx.all("SELECT subject, n, at, event, payload FROM ledger")
    return [row for row in rows if row["subject"].startswith("case:") and row["subject"] not in confidential]


async def events_of(town: Cast, week: Week) -> Counter[str]:
    """Count the ledger's rows of a week by event, those of misconduct reports left out."""
    return Counter(row["event"] for row in await ordinary(town) if is_within(row["at"], ms(week.begin), ms(week.end)))
