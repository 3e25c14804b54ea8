"""Questions and more time: which question is open, whose time runs meanwhile, and which date the citizen was told last."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from cast import BELOW, Cast
from test_chasing import at, due, filed, signed_in, told

from actions import extending, following, handling
from actions.context import Context
from dialog.outgoing import Outgoing
from dialog.texts import Moment
from handlers.following import show_case
from handlers.unit_desk import comes_of_asking, show
from storage import deadlines
from storage.cases import Case
from storage.deadlines import DeadlineKind

pytestmark = pytest.mark.asyncio(loop_scope="module")

WAITS = "Waiting for the citizen to answer your question."
RUNS_ON = "The citizen has not answered your question yet; your time runs on."


async def asks(cast: Cast, case: Case, when: str, who: str = "holder") -> None:
    await cast.does(who, lambda ctx: handling.ask(ctx, case.id, "几号楼？"), at(when))


async def replies(cast: Cast, case: Case, when: str) -> None:
    await cast.does("reporter", lambda ctx: following.reply(ctx, case.id, "三号楼"), at(when))


async def has_more_time(cast: Cast, case: Case, rule: str, when: str, n: int) -> None:
    """Let the unit ask for more time, and the office grant it; `n` is the number that the text of the request gets."""
    await cast.does("holder", lambda ctx: extending.ask(ctx, case.id, rule, "等新车"), at(when))
    await cast.does("office", lambda ctx: extending.grant(ctx, case.id, n), at(when))


async def lines(
    cast: Cast, who: str, case: Case, when: str, view: Callable[[Context, str], Awaitable[Outgoing]] = show
) -> list[str]:
    """Give what somebody reads on the card of a case."""
    return [line.id for line in (await cast.does(who, lambda ctx: view(ctx, case.id), at(when))).lines]


async def new(cast: Cast, who: str, deed: Callable[[Context], Awaitable[object]], when: str) -> dict[str, tuple[str, object]]:
    """Let somebody do something, and give the first line of each new message and the date in it by its reader."""
    before = len(await cast.rows())
    await cast.does(who, deed, at(when))
    rows = [row for row in (await cast.rows())[before:] if row.edits is None and row.card]
    first = {cast.name_of(row.conversation): cast.message(row).lines[0] for row in rows}
    return {reader: (line.id, line.args.get("due")) for reader, line in first.items()}


async def test_while_the_citizen_is_asked_no_card_says_that_the_office_knows_of_a_lateness(cast: Cast) -> None:
    case = await signed_in(cast, "2026-01-08 10:00")
    await asks(cast, case, "2026-01-15 10:00")
    await cast.sweeps(at("2026-01-15 18:00"))
    assert "Promised by {due}, and late since then." in await lines(cast, "reporter", case, "2026-01-15 19:00", show_case)
    await cast.sweeps(at("2026-01-20 18:00"))
    assert "{late} The supervision office knows." in await lines(cast, "reporter", case, "2026-01-22 09:00", show_case)


async def test_a_question_is_no_longer_open_when_the_case_has_gone_to_another_unit(cast: Cast) -> None:
    case = await signed_in(cast, "2026-01-08 10:00")
    await asks(cast, case, "2026-01-08 11:00")
    await cast.does("holder", lambda ctx: handling.pass_on(ctx, case.id, BELOW), at("2026-01-08 12:00"))
    passed = await cast.case(case.id)
    await cast.does("below", lambda ctx: handling.accept(ctx, passed.id, passed.version), at("2026-01-08 13:00"))
    assert not {WAITS, RUNS_ON} & set(await lines(cast, "below", case, "2026-01-08 14:00"))
    assert "The unit asks: {text}" not in await lines(cast, "reporter", case, "2026-01-08 14:00", show_case)
    heard = await new(cast, "reporter", lambda ctx: following.reply(ctx, case.id, "三号楼"), "2026-01-08 15:00")
    assert heard["below"][0] == "The citizen has added: {text}"
    await asks(cast, case, "2026-01-08 16:00", "below")
    assert WAITS in await lines(cast, "below", case, "2026-01-08 17:00")


async def test_a_broken_promise_is_no_fault_of_the_citizen_once_the_unit_that_asked_has_passed_the_case_on(cast: Cast) -> None:
    case = await signed_in(cast, "2026-01-08 10:00")
    await asks(cast, case, "2026-01-15 10:00")
    await cast.does("holder", lambda ctx: handling.pass_on(ctx, case.id, BELOW), at("2026-01-15 12:00"))
    news = await told(cast, case, "2026-01-15 18:00")
    assert set(news["reporter"]) == {"The answer that you were promised has not come in time. We are sorry."}


async def test_the_units_card_says_that_its_time_runs_on_where_a_question_does_not_stop_it(cast: Cast) -> None:
    case = await signed_in(cast, "2026-01-08 10:00")
    await asks(cast, case, "2026-01-09 10:00")
    assert WAITS in await lines(cast, "holder", case, "2026-01-13 12:00")
    await cast.sweeps(at("2026-01-14 18:00"))
    shown = await lines(cast, "holder", case, "2026-01-14 19:00")
    assert RUNS_ON in shown
    assert WAITS not in shown


async def test_who_asks_reads_before_sending_that_the_time_runs_on_all_the_same(cast: Cast) -> None:
    async def read(case: Case, when: str) -> list[str]:
        return [one.key for one in await cast.does("holder", lambda ctx: comes_of_asking(ctx, case.id), at(when))]

    case = await filed(cast, "2026-01-08 10:00")
    assert await read(case, "2026-01-08 11:00") == ["signs_in"]
    assert await read(case, "2026-01-16 11:00") == ["signs_in", "runs_on"]
    for day in ("09", "12"):
        assert "runs_on" not in await read(case, f"2026-01-{day} 10:00")
        await asks(cast, case, f"2026-01-{day} 10:00")
        await replies(cast, case, f"2026-01-{day} 11:00")
    assert await read(case, "2026-01-13 10:00") == ["runs_on"]


async def test_a_later_date_that_is_granted_after_the_promise_was_broken_is_watched_too(cast: Cast) -> None:
    case = await signed_in(cast, "2026-01-08 10:00")
    await asks(cast, case, "2026-01-15 10:00")
    assert "reporter" in await told(cast, case, "2026-01-15 18:00")
    await replies(cast, case, "2026-01-16 10:00")
    await has_more_time(cast, case, "8wd", "2026-01-16 12:00", 4)
    assert await due(cast, case) == "2026-01-21 18:00"
    assert "reporter" not in await told(cast, case, "2026-01-21 17:59")
    assert set((await told(cast, case, "2026-01-21 18:00"))["reporter"]) == {
        "The answer that you were promised has not come in time. We are sorry."
    }
    assert "reporter" not in await told(cast, case, "2026-02-21 18:00")
    rows = [row.payload for row in await cast.ledger(f"case:{case.id}") if row.event == "rung"]
    assert [row["due"] for row in rows if row["kind"] == "promise"] == [
        int(at(when).timestamp() * 1000) for when in ("2026-01-15 18:00", "2026-01-21 18:00")
    ]
    async with cast.database.reading() as tx:
        assert (await deadlines.running(tx, case.id))[DeadlineKind.PROMISE].due_at == at("2026-01-15 18:00")


async def test_a_later_date_that_a_question_moves_is_told_to_the_citizen_and_watched(cast: Cast) -> None:
    case = await signed_in(cast, "2026-01-08 10:00")
    await has_more_time(cast, case, "8wd", "2026-01-09 10:00", 2)
    await asks(cast, case, "2026-01-20 10:00")
    assert "reporter" in await told(cast, case, "2026-01-20 18:00")  # the date that they know passes
    heard = await new(cast, "reporter", lambda ctx: following.reply(ctx, case.id, "三号楼"), "2026-01-21 10:00")
    moved = "The time of {unit} stood still while it had a question; now you get an answer by {due}."
    assert heard["reporter"] == (moved, Moment(at("2026-01-21 18:00")))
    assert "reporter" in await told(cast, case, "2026-01-21 18:00")
    silent = await signed_in(cast, "2026-01-08 10:00")
    await has_more_time(cast, silent, "8wd", "2026-01-09 10:00", 2)
    await asks(cast, silent, "2026-01-12 18:00")
    await told(cast, silent, "2026-01-13 18:00")
    assert set((await told(cast, silent, "2026-01-15 18:00"))["reporter"]) == {moved}
    plain = await signed_in(cast, "2026-01-08 10:00")
    await asks(cast, plain, "2026-01-09 10:00")
    heard = await new(cast, "reporter", lambda ctx: following.reply(ctx, plain.id, "三号楼"), "2026-01-09 12:00")
    assert "reporter" not in heard


async def test_who_is_refused_more_time_reads_the_date_that_holds_or_that_it_is_over(cast: Cast) -> None:
    as_before = "You are not given more time: {text} Please answer by {due}, as before."
    over = "You are not given more time: {text} The time was up on {due}. Please answer now."
    for asked, when, says, date in (
        (None, "2026-01-15 17:59", as_before, "2026-01-15 18:00"),
        (None, "2026-01-16 09:00", over, "2026-01-15 18:00"),
        ("2026-01-15 12:00", "2026-01-16 12:00", as_before, "2026-01-16 18:00"),
    ):
        case = await signed_in(cast, "2026-01-08 10:00")
        await cast.does("holder", lambda ctx, case=case: extending.ask(ctx, case.id, "8wd", "等新车"), at("2026-01-09 10:00"))
        if asked:
            await asks(cast, case, asked)
        heard = await new(cast, "office", lambda ctx, case=case: extending.refuse(ctx, case.id, 2, "不同意"), when)
        assert heard["holder"] == (says, Moment(at(date)))
