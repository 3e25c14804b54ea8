"""Holding units to account: what is decided leaves the ledger whole wherever the case is, and the list says what came since."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from cast import DISCIPLINE, MISCONDUCT, NOW, NOWHERE, OTHER, UNIT, Cast, xining

from actions import accountability, filing, handling, triage
from actions.context import Context
from dialog.subjects import Refused
from dialog.texts import Words
from domain.cases import Event
from handlers import accountability as handlers
from handlers.desk import desk
from handlers.timeline import timeline
from storage import deadlines, ledger, proposals
from storage.cases import Case
from storage.deadlines import DeadlineKind
from storage.proposals import Proposal

pytestmark = pytest.mark.asyncio(loop_scope="module")

REASON = "派单时系统故障"
WORDS = Words({}, ("en",), xining().city.zone)


async def proposed(cast: Cast, case: Case, kind: DeadlineKind = DeadlineKind.ANSWER) -> Proposal:
    """Propose the unit of a case for one of its running time limits."""
    async with cast.database.transaction() as tx:
        deadline = (await deadlines.running(tx, case.id))[kind]
        await proposals.propose(tx, unit=case.unit or "", case=case.id, deadline=deadline.id, ground="+5wd", now=NOW)
        return next(one for one in await proposals.of_case(tx, case.id) if one.deadline == deadline.id)


async def since(cast: Cast, one: Proposal) -> list[str]:
    """Read what came since, in words."""
    _ground, *lines = await cast.does("office", lambda ctx: handlers.grounds(ctx, one, ""))
    return [WORDS.render(line, "en") for line in lines]


@pytest.mark.parametrize(
    ("decide", "said"),
    [
        (lambda ctx, id: accountability.uphold(ctx, id), "Urban Management Bureau is held to account"),
        (lambda ctx, id: accountability.drop(ctx, id, REASON), f"Bureau is not held to account.+: {REASON}"),
    ],
)
@pytest.mark.parametrize("goes_to", [None, OTHER])
async def test_a_decision_names_the_unit_that_was_late_also_when_the_case_has_left_it(
    cast: Cast, goes_to: str | None, decide: Callable[[Context, str], Awaitable[Any]], said: str
) -> None:
    case = await cast.accepted()
    one = await proposed(cast, case)
    await cast.does("holder", lambda ctx: handling.return_(ctx, case.id, "不归我们管"))
    if goes_to:
        await cast.does("office", lambda ctx: triage.assign(ctx, case.id, goes_to))
    await cast.does("office", lambda ctx: decide(ctx, one.id))
    await cast.is_whole()
    shown = await cast.does("office", lambda ctx: timeline(ctx, case.id))
    assert re.search(said, WORDS.render(shown.lines[-2], "en"))


async def test_a_ledger_is_whole_that_names_the_late_unit_as_it_used_to_be_recorded(cast: Cast) -> None:
    case = await cast.accepted()
    await cast.does("holder", lambda ctx: handling.return_(ctx, case.id, "不归我们管"))
    async with cast.database.transaction() as tx:
        payload = {"state": "triage", "round": case.round, "unit": UNIT}
        await ledger.append(tx, f"case:{case.id}", "office", Event.ACCOUNT, payload, NOW)
    await cast.is_whole()


async def test_the_list_says_what_came_since(cast: Cast) -> None:
    case = await cast.assigned()
    signing, answer = await proposed(cast, case, DeadlineKind.ACCEPT), await proposed(cast, case)
    assert "still not signed in" in (await since(cast, signing))[0]
    assert "still not answered" in (await since(cast, answer))[0]
    await cast.does("holder", lambda ctx: handling.accept(ctx, case.id, case.version))
    assert "It was signed in on" in (await since(cast, signing))[0]
    await cast.does("office", lambda ctx: accountability.uphold(ctx, signing.id))
    assert "the unit was held to account on" in (await since(cast, answer))[1]
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "已清运"))
    assert "It was answered on" in (await since(cast, answer))[0]
    await cast.does("office", lambda ctx: accountability.drop(ctx, answer.id, REASON))
    assert "decided on" in (await since(cast, signing))[1]
    returned = await cast.accepted()
    one = await proposed(cast, returned)
    await cast.does("holder", lambda ctx: handling.return_(ctx, returned.id, "不归我们管"))
    assert await since(cast, one) == ["Since 7 Jan 2026, 10:00 it is no longer for this unit to do."]


async def test_what_is_decided_opens_no_form_any_more(cast: Cast) -> None:
    one = await proposed(cast, await cast.accepted())
    await cast.does("office", lambda ctx: handlers.may_decide(ctx, one.id))
    await cast.does("second office", lambda ctx: accountability.uphold(ctx, one.id))
    for id in (one.id, "nothing"):
        with pytest.raises(Refused):
            await cast.does("office", lambda ctx, id=id: handlers.may_decide(ctx, id))


async def test_the_desk_counts_proposals_but_those_of_misconduct_reports(cast: Cast) -> None:
    async def counted() -> int:
        async with cast.database.reading() as tx:
            return await proposals.count(tx, 1000)

    before = await counted()
    await proposed(cast, await cast.accepted())
    report = await cast.accepted(MISCONDUCT)
    assert report.unit == DISCIPLINE
    await proposed(cast, report)
    assert await counted() == before + 1


async def test_the_desk_counts_what_is_late_behind_ever_so_many_that_only_wait(cast: Cast) -> None:
    case = await cast.accepted()
    async with cast.database.reading() as tx:
        late = (await deadlines.running(tx, case.id))[DeadlineKind.ANSWER].due_at + timedelta(minutes=1)

    async def said() -> str:
        return WORDS.render((await cast.does("office", lambda ctx: desk(ctx, ""), late)).lines[0], "en")

    async def wait(ctx: Context) -> None:
        for _ in range(160):
            receipt = await filing.file_case(ctx, NOWHERE)
            await ctx.tx.run("UPDATE deadline SET due_at = 0 WHERE kind = 'triage' AND case_id = :case", case=receipt.case.id)

    await cast.does("reporter", wait, late)
    assert re.search(r"100\+ waiting to be assigned, [1-9]\d* late", await said())
