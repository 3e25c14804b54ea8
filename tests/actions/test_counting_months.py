"""The months of the board are counted by a job: made up for one a run, and each as the ledger of the cases has it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cast import COMPLAINT, MISCONDUCT, Cast
from stores import NOW

from actions import filing, following, handling
from actions.context import Context
from domain.cases import Satisfaction
from schedules import board
from storage import months
from storage.months import Kept, Month

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def count_months(ctx: Context) -> None:
    keep = await board.count(ctx)
    await keep(ctx)


async def kept(cast: Cast) -> dict[str, Kept]:
    async with cast.database.reading() as tx:
        return {one.period: one for one in await months.kept(tx, "2000-01", "2999-12")}


async def test_months_that_were_never_counted_are_made_up_for_one_a_run(cast: Cast) -> None:
    for days in (0, 40, 80):
        await cast.does("reporter", lambda ctx: filing.file_case(ctx, COMPLAINT), NOW - timedelta(days=days))
    counted = []
    for _ in range(4):
        await cast.does("office", count_months)
        counted.append(set(await kept(cast)))
    assert counted[0] == {"2026-01", "2025-12"}  # nothing was filed in December, but something became late
    assert counted[1] == counted[0] | {"2025-11"}
    assert counted[2] == counted[1] | {"2025-10"}
    assert len(counted[3]) == 12


async def test_a_month_has_what_was_filed_answered_closed_and_rated_in_it_but_no_misconduct(cast: Cast) -> None:
    day = timedelta(days=1)
    begin = NOW + 60 * day  # a month of its own
    filed = [await cast.does("reporter", lambda ctx: filing.file_case(ctx, COMPLAINT), begin) for _ in range(4)]
    await cast.does("reporter", lambda ctx: filing.file_case(ctx, COMPLAINT), begin + 20 * day)  # due after that
    await cast.does("reporter", lambda ctx: filing.file_case(ctx, MISCONDUCT), begin)
    for n, receipt in enumerate(filed[:3]):
        id = receipt.case.id
        at = begin + (1 if n else 15) * day  # the first one too late
        await cast.does("holder", lambda ctx, id=id: handling.accept(ctx, id, 2), at)
        answered = await cast.does("holder", lambda ctx, id=id: handling.report(ctx, id, "已清运"), at)
        if n < 2:
            await cast.does("reporter", lambda ctx, case=answered: following.solved(ctx, case.id, case.version), at)
            level = (Satisfaction.DISSATISFIED, Satisfaction.BASICALLY)[n]
            await cast.does("reporter", lambda ctx, id=id, level=level: following.rate(ctx, id, level), at)
    for days in (19, 20):
        await cast.sweeps(begin + days * day)  # of the third nothing was heard
    await cast.does("office", count_months, begin + 21 * day)
    assert (await kept(cast))["2026-03"].month == Month(
        filed=5, answered=3, on_time=2, late=2, solved=2, silent=1, rated=2, satisfied=1
    )
