"""Corrections at the office's desk: who put what right, excluded and included again, in the browser and in chat alike."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from web.board_city import RUBBISH
from web.desk_city import Desk, desk_city

from actions import filing, handling
from actions.context import Context
from storage import corrections
from storage.corrections import Correction, Whose

PHONE = "13997254418"


@pytest.fixture
async def desk(direct: None, tmp_path: Path, database: str) -> AsyncIterator[Desk]:
    async with desk_city(tmp_path, database) as desk:
        yield desk


async def corrected(desk: Desk, text: str) -> Correction:
    """Let a citizen file under another category than the words suggest; return the newest correction."""

    async def deed(ctx: Context) -> None:
        await filing.file_case(ctx, replace(RUBBISH, text=text, category="noise"))

    await desk.city.does("citizen", deed)
    async with desk.city.town.app.database.reading() as tx:
        return (await corrections.newest(tx, None, 1))[0]


async def test_the_office_sees_who_corrected_what_and_nothing_personal_and_excludes_it(desk: Desk) -> None:
    assert "Nobody has corrected a routing yet." in await desk.opens("/desk/corrections")
    one = await corrected(desk, f"工地老板拖欠农民工工资三个月不发，电话{PHONE}")
    page = await desk.opens("/desk/corrections")
    assert "Unpaid wages was suggested, Noise was chosen" in page
    assert "a citizen" in page
    assert "Corrections by the same person: 1" in page
    assert PHONE not in page
    assert "〔电话〕" in page
    assert one.person not in page
    await sends(desk, "exclude", "person", one)
    assert "Excluded. The next training leaves it out." in desk.said
    assert "all of this person's are excluded" in desk.page
    again = await corrected(desk, "老板拖欠工资不发")
    assert again.excluded, "what comes later is excluded as well"
    await sends(desk, "include", "person", one)
    assert "Included again." in desk.said
    assert "It is not learned from" not in desk.page
    await sends(desk, "include", "person", one)
    assert "not excluded any more" in desk.said
    await sends(desk, "exclude", "everybody", one)
    assert desk.status == 409


async def test_the_same_is_done_in_chat(desk: Desk) -> None:
    await corrected(desk, "老板拖欠工资不发")
    office = desk.person
    await office.says("/desk")
    await office.presses("^Corrections$")
    await office.sees("Unpaid wages was suggested, Noise was chosen")
    await office.presses("Look at 1")
    await office.sees("By: a citizen")
    await office.presses("Do not learn from it")
    await office.sees("It is not learned from: it was excluded")
    await office.presses("Learn from it again")
    await office.presses("From none of this person")
    await office.sees("all of this person's are excluded")
    async with desk.city.town.app.database.reading() as tx:
        assert (await corrections.newest(tx, None, 1))[0].excluded == {Whose.PERSON}


@pytest.mark.parametrize("reason", ["不属于本单位职责", "该路段正在移交，尚未接管"])
async def test_a_return_is_shown_with_the_reason_that_was_given(desk: Desk, reason: str) -> None:
    for given in ("不在本单位辖区", reason):
        case = (await desk.city.does("citizen", lambda ctx: filing.file_case(ctx, RUBBISH))).case
        await desk.city.does("contact", lambda ctx, case=case, given=given: handling.return_(ctx, case.id, given))  # type: ignore[misc]
    page = await desk.opens("/desk/corrections")
    assert re.findall("returned it: ([^<]+)<", page) == [reason, "不在本单位辖区"]
    assert "not theirs" not in page


async def test_many_are_shown_a_page_at_a_time(desk: Desk) -> None:
    for n in range(11):
        await corrected(desk, f"老板拖欠工资不发，第{n}次")
    page = await desk.opens("/desk/corrections")
    assert page.count("<article") == 10
    older = re.search(r'href="(/desk/corrections\?before=\w+)"', page)
    assert older
    assert (await desk.opens(older[1])).count("<article") == 1


async def sends(desk: Desk, act: str, whose: str, one: Correction) -> None:
    """Press a button of one correction."""
    await desk.opens("/desk/corrections")
    known = next(fields for fields in desk.forms.values() if "once" in fields)
    fields = {**known, "once": f"{known['once']}{act}{whose}", "correction": one.id, "whose": whose}
    await desk.sends(f"/desk/corrections/{act}", fields)
