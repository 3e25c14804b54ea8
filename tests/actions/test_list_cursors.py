"""The button that turns a page carries where the next one begins; what somebody made up there shows the first page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cast import NOW, Cast

from handlers import digest, head_desk, office_queue, unit_desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

FAR = "9" * 15 + "." + "f" * 32


@pytest.mark.parametrize("nonsense", ["9" * 40, "9" * 40 + "." + "f" * 32, "12", "x.y", "12.\0"])
async def test_a_list_begins_at_its_first_page_where_the_press_is_made_up(cast: Cast, nonsense: str) -> None:
    await cast.triage()
    await cast.assigned()
    late = NOW + timedelta(days=60)
    lists = [("office", digest.late), ("office", office_queue.queue), ("holder", unit_desk.ours), ("head", head_desk.late)]
    for who, screen in lists:
        first = await cast.does(who, lambda ctx, screen=screen: screen(ctx, ""), late)
        assert len(first.rows) > 1
        assert await cast.does(who, lambda ctx, screen=screen: screen(ctx, nonsense), late) == first
        assert await cast.does(who, lambda ctx, screen=screen: screen(ctx, FAR), late) != first
