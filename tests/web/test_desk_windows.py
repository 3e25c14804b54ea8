"""Windows at the office's desk: figures, ratings that look unusual, appeals; decided by the same acts as in the chat."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import rated_days
from aiohttp import ClientSession
from rated_days import Visit
from story_web import WebPerson
from web.desk_city import Desk, at_desk, desk_city

from actions import appealing
from domain.cases import CaseState, Satisfaction
from domain.ratings import Pattern
from storage import cases, oddities, ratings
from storage.appeals import Ground
from storage.ratings import Rating
from storage.roles import RoleKind

WINDOW, UNIT = "centre-5", "service-hall"
SATISFIED, DISSATISFIED = Satisfaction.SATISFIED, Satisfaction.DISSATISFIED


@pytest.fixture
async def desk(direct: None, tmp_path: Path, database: str) -> AsyncIterator[Desk]:
    async with desk_city(tmp_path, database) as desk:
        desk.city.town.clock.ahead += timedelta(hours=5)  # it is three in the afternoon
        yield desk


def counter(desk: Desk) -> rated_days.Counter:
    return rated_days.Counter(desk.city.town.app.database, desk.city.town.app.keys, desk.city.office)


async def rated(desk: Desk, levels: list[Satisfaction], *, apart: timedelta = timedelta(minutes=20)) -> list[Rating]:
    """Let as many people rate the window, one after another up to an hour ago."""
    begin = desk.city.town.clock.now() - timedelta(hours=1) - apart * len(levels)
    day = [
        Visit(person=n, at=begin + apart * n, window=WINDOW, level=level, verified=n % 2 == 0) for n, level in enumerate(levels)
    ]
    return [one.rating for one in await counter(desk).serve(day, f"{len(levels)} every {apart}")]


async def appealed(desk: Desk) -> str:
    """Have the unit appeal against a bad rating; return the number of its case."""
    (bad,) = await rated(desk, [DISSATISFIED])
    async with counter(desk).staff(desk.city.town.clock.now(), RoleKind.CONTACT, UNIT) as ctx:
        case = await appealing.appeal(ctx, str(bad.case), Ground.MISTAKEN, "不是本窗口的事")
    return case.number


async def test_each_window_has_its_figures_verified_and_others_apart(desk: Desk) -> None:
    await rated(desk, [DISSATISFIED, SATISFIED, SATISFIED, DISSATISFIED, SATISFIED], apart=timedelta(minutes=5))
    await rated(desk, [SATISFIED, *[DISSATISFIED, SATISFIED] * 18], apart=timedelta(minutes=1))
    page = await desk.opens("/desk/windows")
    row = re.search(r'<th scope="row">Window 5 Real estate enquiries</th>(.+?)</tr>', page, re.S)
    assert row
    assert re.findall(r"<td[^>]*>(.*?)</td>", row[1]) == ["22 (95%)", "20 (5%)", "20", "0"]
    assert "The whole hall" in page
    assert 'href="/board/hall/centre"' in page


async def test_the_words_of_a_rating_are_read_in_the_language_of_the_desk(desk: Desk) -> None:
    number = await appealed(desk)
    page = await desk.opens(f"/desk/case/{number}")
    assert page.count("Rating: Dissatisfied") == 1, "as what was told at first"
    assert "评价" not in re.sub("<textarea.+?</textarea>", "", page, flags=re.S), "but for what may be published"
    assert "Reasons: " in page
    listed = await desk.opens("/desk?state=all")
    assert "Rating: Dissatisfied" in listed
    for shown in (page, listed):
        assert re.search(r"<h[12][^>]*>(<a [^>]+>)?Xining Public Service Centre, Window 5 Real estate enquiries", shown)
        assert not re.search(r"<h[12][^>]*>(<a [^>]+>)?Other", shown)


async def test_the_column_of_the_unit_says_of_a_bad_rating_what_the_unit_reads_and_when_it_reads_it(desk: Desk) -> None:
    (bad,) = await rated(desk, [DISSATISFIED], apart=timedelta(minutes=17))
    async with desk.city.town.app.database.reading() as tx:
        case = await cases.get(tx, str(bad.case))
    assert case
    page = await desk.opens(f"/desk/case/{case.number}")
    columns = dict(re.findall(r'<h3 id="(citizen|of_unit)">(.+?)</section>', page, re.S))
    shown = {name: re.findall(r"(\d\d:\d\d)</p>", text) for name, text in columns.items()}
    assert shown["of_unit"] == ["13:00"]
    assert shown["citizen"] == ["13:43"]


async def test_the_column_of_the_unit_is_empty_while_it_has_not_heard_of_the_rating(desk: Desk) -> None:
    serving, now = counter(desk), desk.city.town.clock.now()
    (only,) = await serving.serve([Visit(person=0, at=now, window=WINDOW, level=DISSATISFIED, verified=False)])
    async with desk.city.town.app.database.reading() as tx:
        case = await cases.get(tx, str(only.rating.case))
    assert case
    page = await desk.opens(f"/desk/case/{case.number}")
    column = re.search(r'<h3 id="of_unit">(.+?)</section>', page, re.S)
    assert column
    assert "Dissatisfied" not in column[1]


@pytest.mark.parametrize("strikes", [False, True])
async def test_unusual_ratings_are_kept_or_struck_as_in_the_chat(desk: Desk, strikes: bool) -> None:
    found = await rated(desk, [SATISFIED] * 5, apart=timedelta(seconds=5))
    page = await desk.opens("/desk/windows")
    assert "nothing but praise" in page
    async with desk.city.town.app.database.reading() as tx:
        (odd,) = await oddities.undecided(tx, None, 9)
    if strikes:
        await desk.presses("strike")
        assert "write" in desk.said, "a reason is needed"
        await desk.presses("strike", words="短时间内集中评价")
        assert "These ratings were struck" in desk.said
    else:
        await desk.presses("keep")
        assert "These ratings were kept and count." in desk.said
    assert "There are no ratings to look at" in desk.page
    async with desk.city.town.app.database.reading() as tx:
        now = [await ratings.get(tx, one.id) for one in found]
    assert {one.struck_at is not None for one in now if one} == {strikes}
    await desk.sends("/desk/windows/keep", {"oddity": odd.id, "once": "x"})
    assert desk.status == 403, "without the token of a form nothing is done"


async def test_one_rating_of_a_pattern_is_read_struck_or_kept_and_the_rest_decided_together(desk: Desk) -> None:
    found = await rated(desk, [SATISFIED] * 4 + [DISSATISFIED] + [SATISFIED] * 8, apart=timedelta(seconds=5))
    async with desk.city.town.app.database.reading() as tx:
        odd = next(one for one in await oddities.undecided(tx, None, 9) if one.pattern is Pattern.BURST)
        case = await cases.get(tx, found[4].case or "")
    assert case
    page = await desk.opens(f"/desk/patterns/{odd.id}")
    assert "13 ratings, many within a few minutes" in page
    assert page.count("Keep it") == 10
    assert f'href="/desk/case/{case.number}">Case {case.number}</a> · assigned' in page
    assert "Reasons: " in page
    await desk.opens(f"/desk/patterns/{odd.id}?after={found[3].id}")
    await desk.presses("strike_one", words="")
    assert "write one" in desk.said
    await desk.opens(f"/desk/patterns/{odd.id}?after={found[3].id}")
    fields = dict(desk.forms[f"/desk/patterns/{odd.id}/strike_one"], rating=found[4].id, words="未到过该窗口")
    await desk.sends(f"/desk/patterns/{odd.id}/strike_one", fields)
    assert "This rating was struck" in desk.said
    assert "Kept: 0. Struck: 1. Not decided: 12." in desk.page
    await desk.sends(f"/desk/patterns/{odd.id}/strike_one", fields | {"once": "again"})
    assert "This has been decided already" in desk.said
    assert (await desk.city.town.case(case.number)).state is CaseState.CLOSED
    await desk.presses("keep_one")
    assert "Kept: 1. Struck: 1. Not decided: 11." in desk.page
    assert "This rating was kept and counts." in desk.said
    await desk.presses("keep")
    assert "All of these ratings are decided" in desk.page
    assert desk.offered == set()
    async with desk.city.town.app.database.reading() as tx:
        assert odd.id not in [one.id for one in await oddities.undecided(tx, None, 9)]
    await desk.opens("/desk/patterns/nothing")
    assert desk.status == 404


async def test_what_somebody_else_decided_meanwhile_is_not_decided_again(desk: Desk) -> None:
    await rated(desk, [SATISFIED] * 5, apart=timedelta(seconds=5))
    await desk.opens("/desk/windows")
    async with at_desk(desk.city, "Zhao") as other:
        await other.opens("/desk/windows")
        await other.presses("keep")
    await desk.presses("strike", words="刷分")
    assert desk.status == 409
    assert "This has been decided already" in desk.said


@pytest.mark.parametrize(("act", "state"), [("grant_appeal", CaseState.CLOSED), ("refuse_appeal", CaseState.ASSIGNED)])
async def test_an_appeal_is_decided_on_the_page_of_its_case(desk: Desk, act: str, state: CaseState) -> None:
    number = await appealed(desk)
    page = await desk.opens("/desk/windows")
    assert re.search(rf'href="/desk/case/{number}">{number}</a> .+mistaken', page)
    await desk.opens(f"/desk/case/{number}")
    await desk.presses(act, words="")
    assert "choose a reason, or write one" in desk.said
    await desk.presses(act, words="已调取监控核实")
    assert "have been told why" in desk.said
    assert (await desk.city.town.case(number)).state is state
    assert not desk.offered & {"grant_appeal", "refuse_appeal"}
    assert "No unit appeals against a rating" in await desk.opens("/desk/windows")


async def test_only_the_office_sees_them(desk: Desk) -> None:
    contact = await desk.city.town.contact("web", UNIT, name="Wang")
    assert isinstance(contact, WebPerson)
    for cookies in (None, contact.cookies):
        async with ClientSession(desk.city.town.url, cookie_jar=cookies) as session:
            for ask in (session.get("/desk/windows"), session.post("/desk/windows/keep", data={"oddity": "x"})):
                async with ask as answer:
                    assert answer.status == 403
