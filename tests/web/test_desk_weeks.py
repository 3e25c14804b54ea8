"""What the office reads at its desk about a week, and what it decides about units that were late."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from web.board_city import UNIT
from web.desk_city import Desk, desk_city

from actions import digest
from actions.context import Context
from domain.weeks import Week
from storage import deadlines, proposals, reports
from storage.cases import Case
from storage.deadlines import DeadlineKind


@pytest.fixture
async def desk(direct: None, tmp_path: Path, database: str) -> AsyncIterator[Desk]:
    async with desk_city(tmp_path, database) as desk:
        yield desk


def rows(page: str) -> list[list[str]]:
    """Read the table of a page."""
    return [
        [cell.strip() for cell in re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row)] for row in re.findall(r"<tr>(.*?)</tr>", page)
    ]


async def proposed(desk: Desk) -> Case:
    """Give a case whose unit is proposed for the accountability list."""
    case = await desk.city.accepted()

    async def deed(ctx: Context) -> None:
        answer = (await deadlines.running(ctx.tx, case.id))[DeadlineKind.ANSWER]
        await proposals.propose(ctx.tx, unit=UNIT, case=case.id, deadline=answer.id, ground="+5wd", now=ctx.now)

    await desk.city.does("office", deed)
    return case


async def test_a_digest_says_at_the_desk_what_it_says_in_chat_and_reading_it_keeps_nothing(desk: Desk) -> None:
    city = desk.city
    await city.answered()
    week = Week.of(city.town.clock.now(), ZoneInfo("Asia/Shanghai"))
    assert "Weekly digest so far" in await desk.opens("/desk/digest")
    assert "Week after" not in desk.page
    city.town.clock.ahead = timedelta(days=7)
    await city.accepted()
    assert f"Weekly digest, week {week.number} of {week.year}" in await desk.opens("/desk/digest")
    assert ["1", "0", "1", "0", "0", "0"] in [row[1:] for row in rows(desk.page)]
    assert "Answers that were due: 1 in time, 0 late." in desk.page
    async with city.town.app.database.reading() as tx:
        assert await reports.kept(tx, digest.KIND, week.name) is None
    await desk.person.says("/digest")
    await desk.person.sees("Answers that were due: 1 in time, 0 late.")
    shown = desk.page
    await desk.opens(f"/desk/digest?week={week.name}")
    assert rows(desk.page) == rows(shown)
    assert "Seal of the ledger" in desk.page
    await desk.opens(f"/desk/digest?week={week.after().name}")
    assert "Weekly digest so far" in desk.page
    assert f"?week={week.name}" in desk.page
    await desk.opens(f"/desk/digest?week={week.after().after().name}")
    assert (desk.status, "has not begun yet" in desk.page) == (404, True)
    await desk.opens("/desk/digest?week=soon")
    assert (desk.status, "There is no such week" in desk.page) == (404, True)


async def test_a_unit_is_held_to_account_at_the_desk_only_by_who_says_so_twice(desk: Desk) -> None:
    head = await desk.city.town.head("web", name="Zhou")
    assert "Nothing is proposed" in await desk.opens("/desk/accountability")
    case = await proposed(desk)
    page = await desk.opens("/desk/accountability")
    assert f"{case.number}, Chengxi" in page
    assert "Its heads will be told." in page
    await desk.presses("uphold")
    assert "Nothing was done. Please tick" in desk.said
    await desk.opens("/desk/accountability")
    stale = dict(desk.forms["/desk/accountability/drop"])
    await desk.presses("uphold", sure="yes")
    assert "is held to account. Its heads have been told." in desk.said
    assert "Nothing is proposed" in desk.page
    await head.sees(f"{case.number}.+is held to account for being late")
    await desk.sends("/desk/accountability/drop", stale)
    assert "Somebody else has decided this already." in desk.said


async def test_a_proposal_is_dropped_at_the_desk_at_one_press(desk: Desk) -> None:
    case = await proposed(desk)
    await desk.opens("/desk/accountability")
    await desk.presses("drop")
    assert "The proposal about Chengxi" in desk.said
    assert case.number not in desk.page
    async with desk.city.town.app.database.reading() as tx:
        assert not await proposals.undecided(tx, None, 1)
