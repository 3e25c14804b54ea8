"""The lists of what runs cost the same however much is over: none reads the index in which what is over stands, too."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from explained import Explained
from stores import opened

from storage import deadlines, queues
from storage.queues import Queue, Wanted

NOON = datetime(2026, 1, 7, 4, tzinfo=UTC)


@pytest.mark.parametrize("wanted", [Wanted(), Wanted(unit="urban-management-630104")], ids=["all", "of a unit"])
@pytest.mark.parametrize("queue", Queue)
async def test_a_list_of_what_runs_goes_through_nothing_that_is_over(tmp_path: Path, queue: Queue, wanted: Wanted) -> None:
    async with opened(f"sqlite:{tmp_path}/huiyin.db") as store, store.reading() as tx:
        explained = Explained(tx)
        await queues.page(explained, queue, wanted, None, 20, NOON)
        await queues.counts(explained, NOON)
        await deadlines.late(explained, None, 20, NOON)
    assert len(explained.plans) > 10
    assert [plan for plan in explained.plans if "INDEX deadline_missed" in plan.partition(":")[0]] == []
