"""The office's desk over the whole program: who may enter, queues and filters, and what nobody sees."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession
from story_web import WebPerson
from web.board_city import RUBBISH, UNIT
from web.desk_city import Desk, address, at_desk, desk_city, filed, state

from actions import extending, handling, triage
from actions.filing import FileCase
from bot.desk import queue_page
from dialog.incoming import Place
from domain.cases import CaseKind, CaseState
from storage import deadlines, queues, roles
from storage.deadlines import DeadlineKind
from storage.roles import RoleKind

MISCONDUCT = FileCase(kind=CaseKind.MISCONDUCT, text="窗口收红包", files=(), place=Place(area="630104"), category=None)


@pytest.fixture
async def desk(direct: None, tmp_path: Path, database: str) -> AsyncIterator[Desk]:
    async with desk_city(tmp_path, database) as desk:
        yield desk


async def test_an_address_that_no_redirection_can_have_leads_nowhere(desk: Desk) -> None:
    for path in ("/desk/case/%0d%0aSet-Cookie:%20a=b/take", "/desk/units/x%0d%0aX/y", "/desk/case/%00/x", "/desk/case/%00"):
        for cookies in (None, desk.person.cookies):
            async with ClientSession(cookie_jar=cookies) as session, session.get(desk.city.town.url + path) as answer:
                assert answer.status == 404, path
                assert "There is nothing at this address" in await answer.text()


# ---- who may enter ----------------------------------------------------------------------------------------


async def test_only_the_office_enters_and_everybody_else_is_told_kindly_how_to(desk: Desk) -> None:
    case = await filed(desk.city)
    contact = await desk.city.town.contact("web", name="Wang")
    citizen = await desk.city.town.somebody("web")
    assert isinstance(contact, WebPerson)
    assert isinstance(citizen, WebPerson)
    for cookies in (None, contact.cookies, citizen.cookies):
        async with ClientSession(desk.city.town.url, cookie_jar=cookies, headers={"Accept-Language": "en"}) as session:
            for path in ("/desk", address(case), "/desk/units", f"/desk/units/{UNIT}", "/desk/new", f"{address(case)}/files/1"):
                async with session.get(path) as answer:
                    page = await answer.text()
                    assert answer.status == 403, path
                    assert "Sign in on another device" in page
                    assert case.number not in page.replace(path, "")
            for path in (f"{address(case)}/take", f"/desk/units/{UNIT}/invite", "/desk/new"):
                async with session.post(path, data={"name": "x", "told": "x"}) as answer:
                    assert answer.status == 403, path
    await desk.opens("/desk")
    assert desk.status == 200
    assert desk.listed == [case.number]
    assert await state(desk, case) is CaseState.TRIAGE


async def test_a_role_that_ended_shuts_the_desk_at_once(desk: Desk) -> None:
    case = await filed(desk.city)
    await desk.opens(address(case))
    async with desk.city.town.app.database.transaction() as tx:
        for role in await roles.of_kind(tx, RoleKind.OFFICE):
            await roles.end(tx, role.id, desk.city.town.clock.now())
    await desk.presses("take")
    assert desk.status == 403
    await desk.opens("/desk")
    assert desk.status == 403
    assert "take" not in [row["event"] for row in await desk.city.town.history(case.number)]


async def test_without_the_token_of_this_device_nothing_is_done(desk: Desk) -> None:
    case = await filed(desk.city)
    await desk.opens(address(case))
    fields = desk.forms[f"{address(case)}/take"]
    async with at_desk(desk.city, "Zhao") as other:
        await other.opens(address(case))
        foreign = other.forms[f"{address(case)}/take"]["token"]
    for token in ("", "0" * 64, foreign):
        await desk.sends(f"{address(case)}/take", {**fields, "token": token})
        assert desk.status == 403
        assert "Nothing was done" in desk.page
    await desk.sends(f"{address(case)}/take", {name: value for name, value in fields.items() if name != "token"})
    assert desk.status == 403
    assert "take" not in [row["event"] for row in await desk.city.town.history(case.number)]


async def test_the_chat_leads_to_the_desk(desk: Desk) -> None:
    await desk.person.says("/desk")
    await desk.person.sees("Supervision office", buttons=["Desk in the browser"])


async def test_pages_run_no_script_and_stand_in_no_frame(desk: Desk) -> None:
    async with desk.session.get("/desk") as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "form-action 'self'" in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert "<script" not in await answer.text()


# ---- queues -----------------------------------------------------------------------------------------------


async def test_every_queue_shows_its_own_in_order_of_urgency(desk: Desk) -> None:
    city = desk.city
    late = await city.accepted()
    city.town.clock.ahead = timedelta(days=60)
    waiting = [await filed(city) for _ in range(2)]
    asking = await city.accepted()

    async def more_time(ctx: object) -> None:
        rule = str((await extending.possible(ctx, asking))[0][0])  # type: ignore[arg-type]
        await extending.ask(ctx, asking.id, rule, "缺少配件")  # type: ignore[arg-type]

    await city.does("contact", more_time)
    answered = await city.answered()
    expected = {
        "triage": [case.number for case in waiting],
        "late": [late.number],
        "extensions": [asking.number],
        "answered": [answered.number],
        "release": [answered.number],
        "silent": [],
    }
    for name, numbers in expected.items():
        await desk.opens(f"/desk?state={name}")
        assert desk.listed == numbers, name
        assert re.search(rf'state={name}" aria-current="page"><span>[^<]+</span> <b>{len(numbers)}</b>', desk.page), name
    await desk.opens("/desk?state=all")
    assert desk.listed[0] == late.number
    assert set(desk.listed) == {late.number, asking.number, answered.number, *(case.number for case in waiting)}
    assert "days late" in desk.page


async def test_what_waits_to_be_assigned_after_the_promised_day_is_late(desk: Desk) -> None:
    city = desk.city
    never, back, kept = await filed(city), await city.accepted(), await city.accepted()
    city.town.clock.ahead = timedelta(days=30)
    for case in (back, kept):
        await city.does("contact", lambda ctx, case=case: handling.return_(ctx, case.id, "不属于本单位职责"))  # type: ignore[misc]
    new = await filed(city)
    await city.does("office", lambda ctx: triage.assign(ctx, kept.id, "government"))
    await desk.opens("/desk?state=late")
    assert set(desk.listed) == {never.number, back.number}
    assert re.search(r'state=late" aria-current="page"><span>Late</span> <b>2</b>', desk.page)
    assert len(re.findall(r'<b class="late">\d+ days late</b>\s+<span class="due">answer promised by', desk.page)) == 2
    await desk.opens("/desk?state=triage")
    assert set(desk.listed) == {never.number, back.number, new.number}
    assert desk.page.count("answer promised by") == 2
    office = desk.person
    await office.says("/digest")
    await office.presses("Late ones")
    shown = await office.sees(
        "Late, not signed in or not answered", buttons=["to be assigned: .+ days late", "to be assigned: .+ days late"]
    )
    assert new.number not in str(shown)


async def test_what_its_unit_has_not_signed_in_is_late_once_and_says_since_when(desk: Desk) -> None:
    city = desk.city
    cases = [await filed(city, RUBBISH) for _ in range(2)]
    for days in (6, 30):  # the second time the answer is late, too
        city.town.clock.ahead = timedelta(days=days)
        for filters in ("", f"&unit={UNIT}"):
            await desk.opens(f"/desk?state=late{filters}")
            assert desk.listed == [case.number for case in cases]
            assert re.search(r'state=late[^"]*" aria-current="page"><span>Late</span> <b>2</b>', desk.page)
            late = rf'<b class="late">{days - 1} days late</b>\s+<span class="due">sign-in due by'
            assert len(re.findall(late, desk.page)) == 2
        assert re.search(r"<td[^>]*>\s*2\s*</td>", await desk.opens("/desk/units?name=西区城市管理"))


async def test_filters_live_in_the_address(desk: Desk) -> None:
    city = desk.city
    rubbish, noise = await city.accepted(), await filed(city)
    suggestion = await city.accepted(replace(RUBBISH, kind=CaseKind.SUGGESTION))
    for query, numbers in (
        (f"unit={UNIT}", {rubbish.number, suggestion.number}),
        ("area=630104", {rubbish.number, suggestion.number}),
        ("category=sanitation", {rubbish.number, suggestion.number}),
        ("kind=suggestion", {suggestion.number}),
        (f"kind=suggestion&unit={UNIT}&area=630104", {suggestion.number}),
        ("area=630102", set()),
        (f"number={noise.number[9:14]}", {noise.number}),
        ("number=99999999", set()),
    ):
        await desk.opens(f"/desk?state=all&{query}")
        assert set(desk.listed) == numbers, query
        links = re.findall(r'href="/desk\?state=late&([^"]+)"', desk.page)
        assert set(links[0].split("&")) == set(query.split("&"))  # the other queues keep the filter
    name = "城西区城市管理综合执法局"
    await desk.opens(f"/desk?state=all&unit={name}")
    assert set(desk.listed) == {rubbish.number, suggestion.number}
    await desk.opens("/desk?state=all&unit=不存在的单位")
    assert desk.listed == []
    assert "not in the city's list" in desk.page
    await desk.opens(f"/desk?number={rubbish.number}")
    assert "<h1>Sanitation <span" in desk.page or rubbish.number in desk.page.partition("<h1>")[0]
    assert "Timeline" in desk.page


async def test_what_one_unit_has_open_stands_in_one_order_page_by_page(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    city, at_unit = desk.city, []
    for day in (0, 2, 4):  # what was answered first is due between what was answered later and what is still to be answered
        city.town.clock.ahead = timedelta(days=day)
        at_unit += [await city.answered(), await city.accepted()]
    await filed(city)
    async with city.town.app.database.reading() as tx:
        clocks = {case.number: (await deadlines.running(tx, case.id)) for case in at_unit}
    due = {number: (clock.get(DeadlineKind.CHECK) or clock[DeadlineKind.ANSWER]).due_at for number, clock in clocks.items()}
    answered = [number for number, clock in clocks.items() if DeadlineKind.CHECK in clock]
    monkeypatch.setattr(queue_page, "PAGE", 2)
    monkeypatch.setattr(queues, "SCAN", 3)
    for queue, expected in (("all", sorted(due, key=lambda number: due[number])), ("answered", answered)):
        seen: list[str] = []
        path: str | None = f"/desk?state={queue}&unit={UNIT}"
        while path:
            await desk.opens(path)
            assert len(desk.listed) <= 2
            seen += desk.listed
            link = re.search(r'rel="next" href="([^"]+)"', desk.page)
            path = link[1] if link else None
        assert seen == expected, queue
    kinds = [DeadlineKind.CHECK in clocks[number] for number in sorted(due, key=lambda number: due[number])]
    assert kinds not in (sorted(kinds), sorted(kinds, reverse=True))  # both sorts stand among each other


@pytest.mark.parametrize(
    "query",
    ["state=x", "after=x.y", "after=1.", "kind=x", "area='--", "number=%25%00", "unit=%00", "area=%00", "after=9999999999.0"],
)
async def test_whatever_stands_in_the_address_a_page_comes(desk: Desk, query: str) -> None:
    await filed(desk.city)
    await desk.opens(f"/desk?{query}")
    assert desk.status == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/desk/corrections?before=%00", 200),
        ("/desk/windows?after=%00", 200),
        ("/desk/accountability?after=%00", 200),
        ("/desk/units?name=%00&after=%00", 200),
        ("/desk?again=%00", 200),
        ("/desk/digest?week=%00", 404),
        ("/desk/units/%00", 404),
        ("/desk/patterns/%00", 404),
        ("/desk/patterns/%00?after=%00", 404),
        ("/desk/case/%00", 404),
        ("/board?below=%00", 200),
        ("/board/%00", 404),
    ],
)
async def test_a_zero_byte_in_an_address_is_nothing_that_is_known(desk: Desk, path: str, status: int) -> None:
    await desk.opens("/desk")
    await desk.opens(path)
    assert desk.status == status


async def test_pages_go_on_where_the_last_one_ended_whatever_comes_meanwhile(desk: Desk) -> None:
    numbers = [(await filed(desk.city)).number for _ in range(25)]
    await desk.opens("/desk")
    assert desk.listed == numbers[:20]
    link = re.search(r'rel="next" href="([^"]+)"', desk.page)
    assert link
    await filed(desk.city)
    await desk.opens(link[1])
    assert desk.listed[:5] == numbers[20:]
    assert len(desk.listed) == 6


# ---- misconduct reports -----------------------------------------------------------------------------------


async def test_of_misconduct_reports_there_is_a_count_and_nothing_else(desk: Desk) -> None:
    case = await filed(desk.city, MISCONDUCT)
    lead = await desk.city.accepted()
    unit = case.unit
    assert unit
    for path in (
        *(f"/desk?state={name}" for name in ("triage", "late", "extensions", "answered", "release", "silent", "all")),
        f"/desk?state=all&unit={unit}",
        "/desk?state=all&kind=misconduct",
        f"/desk?number={case.number}",
        address(case),
        f"/desk/units/{unit}",
        "/desk/units",
        address(lead),
    ):
        await desk.opens(path)
        assert case.number not in re.sub(rf'(value="|number=|<span>){case.number}', "", desk.page), path
        assert "收红包" not in desk.page, path
    await desk.opens("/desk")
    assert "Misconduct reports with the discipline teams: 1" in desk.page
    await desk.opens(address(case))
    assert desk.status == 404
    await desk.opens(address(lead))
    fields = desk.forms[f"{address(lead)}/merge"]
    for act, typed in (("reveal", {}), ("release", {"problem": "x"}), ("take", {}), ("reopen", {"words": "x"})):
        await desk.sends(f"{address(case)}/{act}", {**fields, **typed, "version": str(case.version)})
        assert desk.status == 404, act
    await desk.opens(address(lead))
    await desk.presses("merge", into=case.number)
    assert "There is no other open case with this number" in desk.said
