"""When and to whom reminders come: on working days, after the quiet hours, to those who are there, and before silence closes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from cast import COMPLAINT, NOWHERE, UNIT, Cast, xining
from test_chasing import at, filed, rungs, signed_in, state, told

from actions import absence, chasing, digest, extending, filing, following, handling, mornings
from actions.city import LoadedCity
from actions.context import Context
from dialog.outgoing import Outgoing
from domain.cases import CaseState
from domain.limits import Limit
from storage import deadlines, roles
from storage.cases import Case
from storage.deadlines import DeadlineKind
from storage.roles import RoleKind

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def coming(cast: Cast, words: str, after: int) -> dict[str, set[datetime]]:
    """Give by reader when new messages that begin with these words come."""
    found: dict[str, set[datetime]] = {}
    for row in (await cast.rows())[after:]:
        if row.edits is None and cast.message(row).lines[0].id.startswith(words):
            found.setdefault(cast.name_of(row.conversation), set()).add(row.due_at)
    return found


def hurried(limit: str) -> LoadedCity:
    """Give the city with so much time for rubbish."""
    city = xining().city
    sanitation = replace(city.categories["sanitation"], accept=Limit.parse(limit), answer=Limit.parse(limit))
    return replace(xining(), city=replace(city, categories={**city.categories, "sanitation": sanitation}))


async def roles_of(ctx: Context, who: str) -> str:
    """Give the role of a contact."""
    return next(role.id for role in await roles.of_unit(ctx.tx, UNIT, RoleKind.CONTACT) if role.name == who)


@pytest.mark.parametrize(
    ("when", "comes"),
    [
        ("2026-01-09 20:59", "2026-01-09 20:59"),
        ("2026-01-09 21:00", "2026-01-12 08:00"),  # a Friday evening
        ("2026-01-10 12:00", "2026-01-12 08:00"),
        ("2026-02-14 12:00", "2026-02-14 12:00"),  # a Saturday on which everybody works
        ("2026-02-14 22:00", "2026-02-24 08:00"),  # before Spring Festival
        ("2026-02-27 23:00", "2026-02-28 08:00"),  # before another such Saturday
    ],
)
async def test_staff_are_reminded_on_working_days_only(when: str, comes: str) -> None:
    assert xining().at_work(at(when)) == at(comes)


async def test_a_reminder_of_the_weekend_comes_on_monday_morning(cast: Cast) -> None:
    case = await filed(cast, "2026-01-09 10:00")
    before = len(await cast.rows())
    await cast.sweeps(at("2026-01-11 08:00"))  # half of the time to sign in was over in the night before
    rows = [row for row in (await cast.rows())[before:] if row.subject == case.id and row.edits is None]
    assert {cast.name_of(row.conversation) for row in rows} == {"holder", "colleague", "third"}
    assert {row.due_at for row in rows} == {at("2026-01-12 08:00")}
    assert {cast.message(row).lines[0].id for row in rows} == {"A reminder: please sign this case in by {due}."}
    waiting = await filed(cast, "2026-01-09 11:00", NOWHERE)
    before = len(await cast.rows())
    await cast.sweeps(at("2026-01-13 21:30"))
    rows = [row for row in (await cast.rows())[before:] if row.subject == waiting.id and row.card == "office"]
    assert {(row.due_at, cast.message(row).silent) for row in rows} == {(at("2026-01-14 08:00"), False)}


async def to_come(cast: Cast, case: Case, who: str) -> Outgoing:
    """Give what somebody gets of a case on Monday morning, in each chat the same: one message, and nothing in its place."""
    rows = [row for row in await cast.rows() if row.subject == case.id and row.due_at == at("2026-01-12 08:00")]
    rows = [row for row in rows if cast.name_of(row.conversation) == who]
    assert not [row for row in rows if row.edits]
    assert len(rows) == len({row.conversation for row in rows})
    message, *others = [cast.message(row) for row in rows]
    assert all(other == message for other in others)
    return message


async def test_a_reminder_of_what_was_answered_before_it_came_is_none_and_makes_no_sound(cast: Cast) -> None:
    case = await signed_in(cast)
    await cast.sweeps(at("2026-01-11 21:30"))
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "已清运。"), at("2026-01-11 22:00"))
    message = await to_come(cast, case, "holder")
    assert (message.lines[0].id, message.silent) == ("{number} · {kind} · {category}", True)
    assert "已清运。" in str(message)


async def test_a_reminder_stays_above_what_was_added_before_it_came(cast: Cast) -> None:
    case = await signed_in(cast)
    await cast.sweeps(at("2026-01-11 21:30"))
    await cast.does("reporter", lambda ctx: following.add(ctx, case.id, "今天更多了。"), at("2026-01-11 22:00"))
    message = await to_come(cast, case, "holder")
    assert (message.lines[0].id, message.silent) == ("A reminder: please answer this case by {due}.", False)
    assert "今天更多了。" in str(message)


async def test_so_does_the_office_s_and_it_makes_its_sound_in_the_morning(cast: Cast) -> None:
    case = await filed(cast, "2026-01-08 11:00", NOWHERE)
    await cast.sweeps(at("2026-01-11 21:30"))
    await cast.does("reporter", lambda ctx: following.add(ctx, case.id, "今天更多了。"), at("2026-01-11 22:00"))
    message = await to_come(cast, case, "office")
    assert (message.lines[0].id, message.silent) == ("This case should have been assigned by {due}.", False)
    assert "今天更多了。" in str(message)


async def test_what_comes_on_monday_says_what_is_true_on_monday(cast: Cast) -> None:
    city = hurried("2d")
    receipt = await cast.does(
        "reporter", lambda ctx: filing.file_case(replace(ctx, city=city), COMPLAINT), at("2026-01-09 12:00")
    )
    async with cast.database.reading() as tx:
        answer = (await deadlines.running(tx, receipt.case.id))[DeadlineKind.ANSWER]
    before = len(await cast.rows())
    await cast.does("office", lambda ctx: chasing.chase(replace(ctx, city=city), answer.id), at("2026-01-10 12:00"))
    morning = {at("2026-01-12 08:00")}  # by then the two days are over
    late = "This case should have been answered by {due}, and is not even signed in"
    assert await coming(cast, late, before) == {"holder": morning, "colleague": morning, "third": morning}


async def test_who_is_back_when_a_reminder_comes_is_reminded_and_nobody_is_out_of_reach(cast: Cast) -> None:
    midnight = at("2026-01-13 00:00")
    before = len(await cast.rows())
    try:
        for away in ("holder", "head"):  # first with the head in the holder's place, then with nobody
            case = await signed_in(cast, "2026-01-08 10:00")
            await cast.does(away, lambda ctx: absence.leave(ctx, midnight, None), at("2026-01-12 09:00"))
            assert set(await told(cast, case, "2026-01-12 22:00")) == {"holder"}
        assert await coming(cast, "Nobody can be reached", before) == {}
    finally:
        await cast.does("holder", absence.come_back, at("2026-01-12 22:30"))
        await cast.does("head", absence.come_back, at("2026-01-12 22:30"))


async def test_the_office_hears_after_the_quiet_hours_that_nobody_is_there_and_at_once_of_what_is_urgent(cast: Cast) -> None:
    everybody = ("holder", "colleague", "third", "head")
    for who in everybody:
        await cast.does(who, lambda ctx: absence.leave(ctx, at("2026-03-20 00:00"), None), at("2026-03-03 10:00"))
    try:
        before = len(await cast.rows())
        await filed(cast, "2026-03-03 22:00")
        morning = {at("2026-03-04 08:00")}
        assert await coming(cast, "Nobody can be reached", before) == {"office": morning, "second office": morning}
        before, city, urgent = len(await cast.rows()), hurried("24h"), at("2026-03-03 23:00")
        await cast.does("reporter", lambda ctx: filing.file_case(replace(ctx, city=city), COMPLAINT), urgent)
        assert await coming(cast, "Nobody can be reached", before) == {"office": {urgent}, "second office": {urgent}}
    finally:
        for who in everybody:
            await cast.does(who, absence.come_back, at("2026-03-05 10:00"))


async def test_a_deputy_hears_after_the_quiet_hours_that_somebody_is_away_and_back(cast: Cast) -> None:
    before = len(await cast.rows())
    deputy = await cast.does("colleague", lambda ctx: roles_of(ctx, "colleague"))
    await cast.does("holder", lambda ctx: absence.leave(ctx, at("2026-01-10 00:00"), deputy), at("2026-01-07 22:30"))
    await cast.does("holder", absence.come_back, at("2026-01-07 23:30"))
    assert await coming(cast, "{name} is", before) == {"colleague": {at("2026-01-08 08:00")}}
    before = len(await cast.rows())
    await cast.does("holder", lambda ctx: absence.leave(ctx, at("2026-01-08 00:00"), deputy), at("2026-01-07 23:45"))
    assert await coming(cast, "{name} is", before) == {}  # by the morning the absence is over
    await cast.does("holder", absence.come_back, at("2026-01-07 23:50"))


async def test_a_digest_that_is_made_in_the_night_comes_after_the_quiet_hours(cast: Cast) -> None:
    before = len(await cast.rows())
    await cast.does("office", digest.send, at("2026-03-18 02:00"))
    morning = {at("2026-03-18 08:00")}
    assert await coming(cast, "Weekly digest", before) == {"office": morning, "second office": morning}


async def test_the_list_of_a_morning_that_is_over_is_not_given_on_the_next_day(cast: Cast) -> None:
    await signed_in(cast)
    before = len(await cast.rows())
    await cast.does("office", mornings.greet, at("2026-01-13 02:00"))
    assert await coming(cast, "Good morning", before) == {}
    await cast.does("office", mornings.greet, at("2026-01-13 08:30"))
    assert "holder" in await coming(cast, "Good morning", before)


async def asked_for_more(cast: Cast) -> Case:
    """Give a case that is due on a Wednesday evening, whose unit has asked for more time two days before."""
    case = await signed_in(cast)
    await cast.sweeps(at("2026-01-12 08:00"))
    await cast.does("holder", lambda ctx: extending.ask(ctx, case.id, "8wd", "等新车"), at("2026-01-12 12:00"))
    return case


async def test_the_office_is_reminded_of_a_request_for_more_time_at_each_rung_until_it_decides(cast: Cast) -> None:
    case = await asked_for_more(cast)
    assert await told(cast, case, "2026-01-13 17:59") == {}
    soon = await told(cast, case, "2026-01-13 18:00")
    assert {who: set(lines) for who, lines in soon.items() if "office" in who} == {
        who: {"Not decided yet: {unit} asks for more time. From {due} on no more can be granted."}
        for who in ("office", "second office")
    }
    assert await told(cast, case, "2026-01-13 19:00") == {}
    over = await told(cast, case, "2026-01-14 18:00")
    assert set(over["office"]) == {"{unit} asked for more time, and nobody decided before the time was up, {due}."}
    after = await told(cast, case, "2026-01-15 18:00")
    assert len(after["office"]) == 1  # that the unit is late
    decided = await asked_for_more(cast)
    await cast.does("office", lambda ctx: extending.refuse(ctx, decided.id, 2, "不同意"), at("2026-01-12 13:00"))
    assert "office" not in await told(cast, decided, "2026-01-14 18:00")


async def test_silence_closes_nothing_before_the_day_is_over_that_the_reminder_leaves(cast: Cast) -> None:
    case = await signed_in(cast)
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "done"), at("2026-01-09 10:00"))
    late = await told(cast, case, "2026-01-18 15:00")  # no sweep over the last day, and longer
    assert set(late["reporter"]) == {"Please say by {due} whether it is solved. After that the case is closed."}
    async with cast.database.reading() as tx:
        check = (await deadlines.running(tx, case.id))[DeadlineKind.CHECK]
    assert check.due_at == at("2026-01-19 15:00")
    assert await told(cast, case, "2026-01-19 14:59") == {}
    assert await state(cast, case) is CaseState.ANSWERED
    assert "is closed" in (await told(cast, case, "2026-01-19 15:00"))["reporter"][0]
    assert await state(cast, case) is CaseState.CLOSED
    assert [rung for rung in await rungs(cast, case) if rung[0] == "check"] == [("check", "-1d", True), ("check", "0", True)]


async def test_the_ledger_says_of_each_rung_whom_it_told(cast: Cast) -> None:
    case = await signed_in(cast)
    await cast.does("holder", lambda ctx: handling.ask(ctx, case.id, "?"), at("2026-01-09 12:00"))
    for when in ("2026-01-12 18:00", "2026-01-14 18:00"):
        await cast.sweeps(at(when))
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "done"), at("2026-01-15 10:00"))
    for when in ("2026-01-21 10:00", "2026-01-22 10:00"):
        await cast.sweeps(at(when))
    rows = [row.payload for row in await cast.ledger(f"case:{case.id}") if row.event == "rung"]
    assert [(row["kind"], row["rung"], row["told"]) for row in rows if row["kind"] != "answer"] == [
        ("reply", "-2wd", ["citizen"]),
        ("promise", "0", ["citizen"]),
        ("reply", "0", ["contact"]),
        ("check", "-1d", ["citizen"]),
        ("check", "0", ["citizen"]),
    ]
    unreminded = await signed_in(cast)
    await cast.does("holder", lambda ctx: handling.ask(ctx, unreminded.id, "?"), at("2026-01-09 12:00"))
    await cast.sweeps(at("2026-01-14 18:00"))  # only now, when it is the unit that is told
    rows = [row.payload for row in await cast.ledger(f"case:{unreminded.id}") if row.event == "rung"]
    assert [(row["passed"], row["told"]) for row in rows if row["kind"] == "reply"] == [(["-2wd"], ["contact"])]
