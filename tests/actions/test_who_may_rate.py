"""Who may rate, appeal, decide and look; what the unit learns of a rating, and when."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from rating_town import BAD, GOOD, MORNING, NOON, Deed, RatingTown, says
from stores import NOW, migrated_postgres, opened

from actions import appealing, following, handling, judging, rating, tickets
from actions.context import Context
from actions.rating import Rate
from actions.tickets import LIFE, Use, issue, split, use
from dialog.outgoing import Outgoing
from dialog.subjects import Refused
from dialog.texts import Words
from domain.cases import CaseState
from domain.ratings import Pattern
from handlers import desk, timeline, unit_desk, unit_windows
from storage import oddities, rating_figures, roles
from storage.appeals import Ground
from storage.rating_figures import Counted
from storage.roles import RoleKind
from storage.times import ms

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def town(postgres: str) -> AsyncIterator[RatingTown]:
    """Bring everybody together, and prove ledger and figures afterwards."""
    async with migrated_postgres(postgres) as url, opened(url) as store:
        town = RatingTown(store)
        await town.arrive()
        yield town
        await town.is_whole()


async def bad_case(town: RatingTown, window: str = "centre-1", who: str = "reporter") -> str:
    """Rate a window badly, and give the case."""
    return (await town.rates(who, window, BAD, text="我叫欧阳小敏，窗口没人，电话13997254418")).rating.case or ""


@pytest.mark.parametrize("who", ["clerk", "chief", "both"])
async def test_nobody_rates_a_window_of_their_own_unit(town: RatingTown, who: str) -> None:
    assert await town.tries(who, says("centre-1"))
    assert await town.tries(who, says("east-1")) is None


async def test_who_works_above_or_below_the_unit_does_not_rate_it_either(town: RatingTown) -> None:
    above = await town.newcomer("above")
    async with town.database.transaction() as tx:
        await roles.give(tx, town.persons[above], RoleKind.CONTACT, "government-630102", "above", NOW)
    assert await town.tries(above, says("east-1"))
    assert await town.tries(above, says("centre-1")) is None


async def test_a_bad_rating_needs_a_reason_and_a_window(town: RatingTown) -> None:
    assert await town.tries("reporter", lambda ctx: rating.rate(ctx, Rate(window="centre-1", level=BAD, reasons=("unknown",))))
    assert await town.tries("reporter", says("nowhere-1"))


async def test_only_who_gave_a_rating_adds_to_it_while_the_visit_lasts_and_it_is_no_case(town: RatingTown) -> None:
    good = (await town.rates("reporter", "centre-2", GOOD)).rating.id
    await bad_case(town, "centre-3")
    bad = next(one.id for one in await town.ratings() if one.window == "centre-3")

    def adds(id: str) -> Deed:
        return lambda ctx: rating.add(ctx, id, "谢谢", ())

    assert [who for who in ("reporter", "follower", "clerk", "office") if await town.tries(who, adds(good)) is None] == [
        "reporter"
    ]
    assert await town.tries("reporter", adds(bad))
    assert await town.tries("reporter", adds("nowhere"))
    with pytest.raises(Refused, match="could be changed until"):
        await town.does("reporter", adds(good), MORNING + timedelta(hours=4))


async def test_a_unit_is_urged_only_once_it_has_heard_of_the_rating(town: RatingTown) -> None:
    case = await bad_case(town)
    with pytest.raises(Refused, match="has not heard"):
        await town.does("reporter", lambda ctx: following.urge(ctx, case), MORNING)
    await town.does("reporter", lambda ctx: following.urge(ctx, case), NOON)
    assert (await town.events(case))[-1] == "urge"


async def test_only_those_appeal_who_deal_with_the_case_or_head_the_unit(town: RatingTown) -> None:
    case = await bad_case(town)
    found = await town.case(case)

    async def may(who: str) -> bool:
        deed = appealing.appeal
        refused = None
        try:
            await town.does(who, lambda ctx: _taken_back(deed(ctx, case, Ground.MISTAKEN, "不是本窗口")), NOON)
        except _Back:
            pass
        except Refused as error:
            refused = error
        return refused is None

    assert [await may(who) for who in ("clerk", "chief", "other unit", "office", "reporter")] == [True, True, False, False, False]
    await town.does("clerk", lambda ctx: handling.accept(ctx, case, found.version), NOON)
    assert not await may("both"), "a colleague deals with it"


class _Back(Exception):
    """Takes back what was only tried."""


async def _taken_back(deed: object) -> None:
    await deed  # type: ignore[misc]
    raise _Back


async def test_only_the_office_decides_and_nobody_who_works_at_the_unit(town: RatingTown) -> None:
    case = await bad_case(town)
    await town.does("clerk", lambda ctx: appealing.appeal(ctx, case, Ground.MISTAKEN, "不是本窗口"), NOON)
    for who in ("clerk", "chief", "both", "other unit", "reporter"):
        assert await town.tries(who, lambda ctx: appealing.decide(ctx, case, "属实", granted=True)), who
    async with town.database.transaction() as tx:
        oddity = await oddities.find(tx, Pattern.BURST, "centre-1", MORNING.date(), "centre-1", NOON)
        (only,) = await town.ratings()
        await oddities.add(tx, oddity, Pattern.BURST, only.id)
    for who in ("clerk", "chief", "both", "other unit", "reporter"):
        assert await town.tries(who, lambda ctx: judging.keep_rest(ctx, oddity, 1)), who
        assert await town.tries(who, lambda ctx: judging.strike_rest(ctx, oddity, 1, "重复")), who
    assert await town.tries("office", lambda ctx: judging.keep_rest(ctx, oddity, 1)) is None
    assert await town.tries("office", lambda ctx: appealing.decide(ctx, case, "属实", granted=False)) is None


async def test_until_it_is_decided_a_rating_counts_and_its_case_goes_on(town: RatingTown) -> None:
    case = await bad_case(town)
    await town.does("clerk", lambda ctx: appealing.appeal(ctx, case, Ground.ABUSIVE, "辱骂"), NOON)
    (only,) = await town.ratings()
    assert (await town.kept())[only.cell, Counted.DISSATISFIED] == 1
    found = await town.case(case)
    await town.does("clerk", lambda ctx: handling.accept(ctx, case, found.version), NOON)
    await town.does("clerk", lambda ctx: handling.report(ctx, case, "已整改"), NOON)
    await town.does("office", lambda ctx: appealing.decide(ctx, case, "内容属实", granted=False), NOON)
    (only,) = await town.ratings()
    assert only.struck_at is None
    assert (await town.case(case)).state is CaseState.ANSWERED


async def test_a_case_that_ended_before_keeps_its_end_when_the_rating_is_struck(town: RatingTown) -> None:
    case = await bad_case(town)
    await town.does("clerk", lambda ctx: appealing.appeal(ctx, case, Ground.ABUSIVE, "辱骂"), NOON)
    await town.does("reporter", lambda ctx: following.withdraw(ctx, case, "算了"), NOON)
    await town.does("office", lambda ctx: appealing.decide(ctx, case, "属实", granted=True), NOON)
    assert (await town.case(case)).state is CaseState.WITHDRAWN
    told = [repr(town.message(row).lines) for row in await town.rows() if town.said(row).to == "clerk"]
    assert any("The rating was struck" in text for text in told)
    (only,) = await town.ratings()
    assert only.struck_at


async def test_who_withdrew_and_is_dissatisfied_again_has_a_new_case(town: RatingTown) -> None:
    case = await bad_case(town)
    await town.does("reporter", lambda ctx: following.withdraw(ctx, case, "算了"), NOON)
    again = await town.rates("reporter", "centre-1", BAD, NOON)
    assert again.receipt
    assert again.rating.case != case
    assert len(await town.ratings()) == 1


async def test_a_struck_rating_can_not_be_changed_within_the_visit(town: RatingTown) -> None:
    case = await bad_case(town)
    await town.does("clerk", lambda ctx: appealing.appeal(ctx, case, Ground.ABUSIVE, "辱骂"), NOON)
    await town.does("office", lambda ctx: appealing.decide(ctx, case, "属实", granted=True), NOON)
    with pytest.raises(Refused):
        await town.rates("reporter", "centre-1", GOOD, NOON)
    assert (await town.rates("reporter", "centre-1", GOOD, MORNING + timedelta(hours=4))).before is None


async def test_a_ticket_verifies_and_an_old_or_foreign_one_does_not(town: RatingTown) -> None:
    ticket = issue(town.keys, "centre-1", MORNING)
    assert await town.does("reporter", lambda ctx: use(ctx, "centre-2", ticket), MORNING) is Use.INVALID
    assert await town.does("reporter", lambda ctx: use(ctx, "centre-1", ticket), MORNING + LIFE) is Use.INVALID
    assert await town.does("reporter", lambda ctx: use(ctx, "centre-1", ticket), MORNING) is Use.VERIFIED
    assert await town.does("follower", lambda ctx: use(ctx, "centre-1", ticket), MORNING) is Use.USED
    assert (await town.rates("reporter", "centre-1")).rating.verified
    assert not (await town.rates("reporter", "centre-2")).rating.verified


async def test_a_ticket_that_comes_later_verifies_the_rating_of_the_visit(town: RatingTown) -> None:
    await town.rates("reporter", "centre-1", GOOD)
    await town.shows_a_ticket("reporter", "centre-1")
    changed = await town.rates("reporter", "centre-1", GOOD)
    assert changed.before
    assert changed.rating.verified
    async with town.database.reading() as tx:
        whole = await rating_figures.total(tx, changed.rating.day, changed.rating.day)
    assert (sum(whole.verified.values()), sum(whole.unverified.values())) == (1, 0)


async def test_visit_codes_are_given_out_for_ones_own_windows_only(town: RatingTown) -> None:
    assert await town.tries("clerk", lambda ctx: tickets.give(ctx, "centre-1")) is None
    for who, window in (("clerk", "east-1"), ("chief", "centre-1"), ("office", "centre-1"), ("reporter", "centre-1")):
        assert await town.tries(who, lambda ctx, window=window: tickets.give(ctx, window)), who


async def test_a_scanned_code_is_a_window_with_or_without_a_ticket(town: RatingTown) -> None:
    ticket = issue(town.keys, "centre-1", MORNING)

    async def read(code: str) -> tuple[str, str]:
        return await town.does("reporter", lambda ctx: _now(split(ctx.city.city, code)))  # type: ignore[no-any-return]

    assert await read(f"centre-1_{ticket}") == ("centre-1", ticket)
    assert await read(f"CENTRE-1_{ticket}") == ("centre-1", ticket)
    assert await read("centre-1") == ("centre-1", "")
    assert await read(f"gone-1_{ticket}") == (f"gone-1_{ticket}", "")


async def _now(value: tuple[str, str]) -> tuple[str, str]:
    return value


# ---- what the unit learns


async def test_the_unit_hears_nothing_before_the_hour_is_over(town: RatingTown) -> None:
    case = await bad_case(town)
    almost = NOON - timedelta(milliseconds=1)
    assert not [row for row in await town.rows() if town.said(row).to in ("clerk", "chief") and row.due_at < NOON]
    found = await town.case(case)
    with pytest.raises(Refused):
        await town.does("clerk", lambda ctx: handling.accept(ctx, case, found.version), almost)
    for now, is_shown in ((almost, False), (NOON, True)):
        listed = await town.does("clerk", lambda ctx: unit_desk.ours(ctx, ""), now)
        everything = await town.does("clerk", lambda ctx: unit_desk.all_open(ctx, ""), now)
        lines = (await town.does("clerk", lambda ctx: desk.desk(ctx, ""), now)).lines
        presses = [button.press for message in (listed, everything) for row in message.rows for button in row]
        assert any(case in press for press in presses) is is_shown
        assert repr(lines).count("'1'") == 2 * is_shown, "open, and not signed in"


async def test_nothing_that_the_unit_gets_says_who_rated_or_when(town: RatingTown) -> None:
    case = await bad_case(town)
    await town.rates("reporter", "centre-1", GOOD, MORNING + timedelta(minutes=7))
    found = await town.case(case)
    await town.does("clerk", lambda ctx: handling.accept(ctx, case, found.version), NOON)
    shown = await town.does("clerk", lambda ctx: unit_desk.show(ctx, case), NOON)
    rows = [row for row in await town.rows() if town.said(row).to in ("clerk", "chief", "both")]
    assert rows
    past = await town.does("clerk", lambda ctx: timeline.timeline(ctx, case), NOON)
    told = [*(repr(town.message(row)) for row in rows), repr(shown), repr(past)]
    exact = [MORNING, MORNING + timedelta(minutes=7)]
    for secret in (
        town.persons["reporter"], town.conversations["reporter"], "欧阳小敏", "13997254418",
        *(f"{ms(at):012x}" for at in exact), *(str(ms(at)) for at in exact), *(repr(at) for at in exact),
    ):  # fmt: skip
        assert not any(secret in text for text in told), secret
        assert not any(secret in row.id for row in rows), secret
    assert all(row.due_at >= NOON for row in rows)


async def test_the_chain_of_a_window_says_nothing_of_who_rated(town: RatingTown) -> None:
    await bad_case(town)
    await town.rates("follower", "centre-1", GOOD)
    rows = await town.ledger("window:centre-1")
    assert [row.event for row in rows] == ["rate", "rate"]
    for row in rows:
        said = json.dumps([row.actor, dict(row.payload)], ensure_ascii=False)
        assert row.actor == "citizen"
        assert not any(person in said for person in (*town.persons.values(), *town.conversations.values(), "欧阳", "13997254418"))


async def test_a_unit_sees_figures_of_past_days_with_five_ratings_or_more(town: RatingTown) -> None:
    people = [await town.newcomer(f"rater {n}") for n in range(5)]
    for n, who in enumerate(people):
        now = MORNING + timedelta(minutes=10 * n)
        await town.rates(who, "centre-1", GOOD, now)
        if n < 4:
            await town.rates(who, "centre-2", GOOD, now)

    async def shown(now: object) -> str:
        return repr((await town.does("chief", lambda ctx: unit_windows.show_ratings(ctx, ""), now)).lines[1:3])  # type: ignore[arg-type]

    today = await shown(MORNING + timedelta(hours=5))
    assert "'count': 5" not in today
    assert today.count("too few to show") == 2, "no live view"
    tomorrow = await shown(MORNING + timedelta(days=1))
    assert "'count': 5" in tomorrow
    assert "'count': 4" not in tomorrow
    assert tomorrow.count("too few to show") == 1


async def test_a_unit_with_several_halls_reads_each_window_with_its_hall(town: RatingTown) -> None:
    """A unit may have a window 1 in each of its halls."""

    async def shown(ctx: Context) -> tuple[Outgoing, Outgoing, Outgoing]:
        city = ctx.city.city
        halls = {**city.halls, "east": replace(city.halls["east"], unit="service-hall")}
        ctx = replace(ctx, city=replace(ctx.city, city=replace(city, halls=halls)))
        return (
            await unit_windows.show_tickets(ctx, ""), await unit_windows.show_tickets(ctx, "centre-8"),
            await unit_windows.show_ratings(ctx, "centre-4"),
        )  # fmt: skip

    def labels(message: Outgoing) -> list[str]:
        return [words.render(button.label, "en") for row in message.rows for button in row]

    words = Words({}, ("zh_Hans", "en"), ZoneInfo("Asia/Shanghai"))
    first, second, ratings = await town.does("clerk", shown)
    assert words.render(first.lines[0], "en") == "Xining Public Service Centre"
    assert labels(first)[0] == "Window 1 Information"
    assert labels(first)[8:] == ["More windows", "My desk"]
    assert labels(second)[0] == "Window 1 Social insurance"
    assert labels(second)[6:] == ["Previous page", "My desk"]
    assert words.render(ratings.lines[1], "en").startswith("Window 5 Real estate enquiries, Xining Public Service Centre: ")
    assert words.render(ratings.lines[5], "en").startswith(
        "Window 1 Social insurance, Chengdong District Government Service Hall: "
    )
