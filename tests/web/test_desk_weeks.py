"""What the office reads at its desk about a week, and what it decides about units that were late."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientSession
from story_web import WebPerson
from web.board_city import UNIT
from web.desk_city import Desk, desk_city

from actions import digest, filing, kept_digests
from actions.context import Context
from actions.filing import FileCase
from dialog.incoming import Place
from domain.cases import CaseKind
from domain.weeks import Week
from storage import deadlines, ledger, proposals, reports
from storage.cases import Case
from storage.deadlines import DeadlineKind

MISCONDUCT = FileCase(kind=CaseKind.MISCONDUCT, text="窗口收红包", files=(), place=Place(area="630104"), category=None)


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
    assert "Answers given or due: 1 in time, 0 late." in desk.page
    async with city.town.app.database.reading() as tx:
        assert await reports.kept(tx, kept_digests.KIND, week.name) is None
    await desk.person.says("/digest")
    await desk.person.sees("Answers given or due: 1 in time, 0 late.")
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
    stale = dict(desk.forms["/desk/accountability/drop"]) | {"words": "短暂停电"}
    await desk.presses("uphold", sure="yes")
    assert "is held to account. Its heads have been told." in desk.said
    assert "Nothing is proposed" in desk.page
    await head.sees(f"{case.number}.+is held to account for being late")
    await desk.sends("/desk/accountability/drop", stale)
    assert "Somebody else has decided this already." in desk.said


async def test_a_proposal_is_dropped_at_the_desk_for_a_reason_that_stands_in_the_cases_timeline(desk: Desk) -> None:
    case = await proposed(desk)
    assert "it was still not answered." in await desk.opens("/desk/accountability")
    await desk.presses("drop", words=" ")
    assert "Please choose a reason, or write one." in desk.said
    await desk.presses("drop", words="等待专业检测，已事先说明")
    assert "is not held to account." in desk.said
    assert case.number not in desk.page
    page = await desk.opens(f"/desk/case/{case.number}")
    assert "is not held to account for being late with this case: 等待专业检测，已事先说明" in page
    async with desk.city.town.app.database.reading() as tx:
        assert not await proposals.undecided(tx, None, 1)


async def test_only_the_office_reads_weeks_and_decides_about_units(desk: Desk) -> None:
    await proposed(desk)
    contact = await desk.city.town.contact("web", name="Wang")
    assert isinstance(contact, WebPerson)
    async with ClientSession(desk.city.town.url, cookie_jar=contact.cookies) as session:
        for path in ("/desk/digest", "/desk/accountability"):
            async with session.get(path) as answer:
                assert (answer.status, "should have been answered" in await answer.text()) == (403, False)
        await desk.opens("/desk/accountability")
        async with session.post("/desk/accountability/drop", data=desk.forms["/desk/accountability/drop"]) as answer:
            assert answer.status == 403
    assert "should have been answered" in await desk.opens("/desk/accountability")


async def test_that_a_misconduct_report_is_late_is_on_no_page(desk: Desk) -> None:
    case = (await desk.city.does("citizen", lambda ctx: filing.file_case(ctx, MISCONDUCT))).case

    async def deed(ctx: Context) -> str:
        answer = (await deadlines.running(ctx.tx, case.id))[DeadlineKind.ANSWER]
        await proposals.propose(ctx.tx, unit=case.unit, case=case.id, deadline=answer.id, ground="+5wd", now=ctx.now)
        row = await ctx.tx.one("SELECT id FROM proposal")
        assert row is not None
        return str(row["id"])

    id = await desk.city.does("office", deed)
    await proposed(desk)
    page = await desk.opens("/desk/accountability")
    assert page.count("should have been answered") == 1
    assert case.number not in page
    await desk.presses("uphold", proposal=id, sure="yes")
    assert "is held to account" not in desk.said
    assert case.number not in desk.page


async def test_who_asks_for_the_digest_while_it_is_counted_has_made_it(desk: Desk) -> None:
    city = desk.city
    await city.answered()
    week = Week.of(city.town.clock.now(), ZoneInfo("Asia/Shanghai"))
    city.town.clock.ahead = timedelta(days=7)
    async with city.town.app.database.reading() as tx:
        send = await digest.prepare(await city.office.context(tx))
    await city.accepted()
    await desk.person.says("/digest")
    await desk.person.sees("Weekly digest, week")
    async with city.town.app.database.reading() as tx:
        made = await reports.kept(tx, kept_digests.KIND, week.name)
        seals = await ledger.last_seal(tx)
    await city.does("office", send)
    async with city.town.app.database.reading() as tx:
        assert await reports.kept(tx, kept_digests.KIND, week.name) == made
        assert await ledger.last_seal(tx) == seals
