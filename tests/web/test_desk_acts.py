"""What the office does at its desk over the whole program: each act once, and what is told of it."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession
from story_filing import receipt_of
from story_web import WebPerson
from web.board_city import RUBBISH, UNIT
from web.desk_city import FIELD, FORM, NOWHERE, Desk, address, at_desk, desk_city, filed, state

from actions import extending, filing, following
from actions.context import Context
from domain.cases import CaseKind, CaseState
from storage import deadlines, queues, roles
from storage.cases import Case
from storage.deadlines import DeadlineKind
from storage.roles import RoleKind

NAMED = replace(RUBBISH, name="欧阳小敏", phone="13997254418")


DISCIPLINE = "discipline-630104"


@pytest.fixture
async def desk(direct: None, tmp_path: Path, database: str) -> AsyncIterator[Desk]:
    async with desk_city(tmp_path, database) as desk:
        yield desk


async def test_a_case_is_taken_and_assigned_and_the_unit_is_told(desk: Desk) -> None:
    contact = await desk.city.town.contact("web", name="Wang")
    case = await filed(desk.city)
    await desk.opens(address(case))
    assert {"take", "assign", "refuse", "merge"} <= desk.offered
    await desk.presses("take")
    assert "Taken." in desk.said
    assert "give_back" in desk.offered
    await desk.presses("assign", unit="城市管理", words="")
    assert "Several units" in desk.said
    await desk.presses("assign", unit="城西区城市管理综合执法局", words="请今天处理")
    assert "has been assigned to" in desk.said
    assert await state(desk, case) is CaseState.ASSIGNED
    await contact.sees(f"{case.number}.+请今天处理")
    await desk.opens(address(case))
    assert desk.said == ""  # told once
    assert "请今天处理" in desk.page


async def test_a_unit_that_is_suggested_is_assigned_at_one_press(desk: Desk) -> None:
    case = await filed(desk.city, replace(RUBBISH, category=None))
    await desk.opens(address(case))
    assert "Assign to Chengxi District Urban Management" in desk.page
    assert f'name="suggested" value="{UNIT}"' in desk.page
    await desk.presses("assign", unit="", suggested="discipline", words="请今天处理")
    assert "can't be assigned to that unit" in desk.said
    assert "请今天处理" in desk.page
    await desk.presses("assign", unit="", suggested=UNIT, words="请今天处理")
    assert "has been assigned to Chengxi District Urban Management" in desk.said
    assert await state(desk, case) is CaseState.ASSIGNED
    await desk.opens(address(case))
    assert "请今天处理" in desk.page


async def test_what_was_typed_comes_along_when_a_case_is_taken_over_from_a_colleague(desk: Desk) -> None:
    case = await filed(desk.city)
    await desk.opens(address(case))
    async with at_desk(desk.city, "Zhou") as zhou:
        await zhou.opens(address(case))
        await zhou.presses("take")
    await desk.presses("assign", unit="城西区城市管理综合执法局", words="请今天处理")
    assert "Zhou has taken this case since you opened this page" in desk.said
    assert "assign" not in desk.offered
    assert "What you wrote is kept" in desk.page
    await desk.presses("take")
    assert "Taken" in desk.said
    assert 'value="城西区城市管理综合执法局"' in desk.page
    assert ">请今天处理</textarea>" in desk.page
    await desk.presses("assign", unit="城西区城市管理综合执法局", words="请今天处理")
    assert await state(desk, case) is CaseState.ASSIGNED


async def test_a_part_of_a_name_says_how_many_more_units_have_it_and_a_code_does_not_go_before_names(desk: Desk) -> None:
    case = await filed(desk.city)
    await desk.opens(address(case))
    for part in ("局", "government"):
        await desk.presses("assign", unit=part, words="")
        assert re.search(r"Several units have .+, and \d+ more\.", desk.said), part
    assert await state(desk, case) is CaseState.TRIAGE


async def test_a_case_that_is_merged_itself_is_named_with_the_one_in_which_it_goes_on(desk: Desk) -> None:
    case, merged, lead = [await filed(desk.city) for _ in range(3)]
    await desk.opens(address(merged))
    await desk.presses("merge", into=lead.number)
    await desk.opens(address(case))
    await desk.presses("merge", into=merged.number)
    assert f"Case {merged.number} was merged itself, and goes on in {lead.number}" in desk.said
    assert (
        f'name="into" list="alike" inputmode="numeric" required autocomplete="off" maxlength="40" value="{lead.number}"'
        in desk.page
    )
    await desk.opens(address(lead))
    await desk.presses("merge", into=merged.number)
    assert f"Case {merged.number} is merged with this one already." in desk.said
    await desk.presses("refuse", reason="court", sure="yes")
    await desk.opens(address(case))
    await desk.presses("merge", into=merged.number)
    assert f"Case {merged.number} was merged with {lead.number}, which is not open any more: not taken on." in desk.said
    await desk.presses("merge", into=lead.number)
    assert f"Case {lead.number} is not open any more: not taken on. Please look at the number again." in desk.said
    await desk.presses("merge", into=case.number)
    assert "There is no other open case with this number." in desk.said
    assert await state(desk, case) is CaseState.TRIAGE


async def test_a_long_text_is_folded_where_it_stands_again(desk: Desk) -> None:
    case = await filed(desk.city, replace(NOWHERE, text="很吵，睡不着。" * 200))
    await desk.opens(address(case))
    assert desk.page.count("<details><summary>很吵") == 1


async def test_areas_of_the_same_name_are_told_apart_in_the_filter(desk: Desk) -> None:
    await desk.opens("/desk")
    towns = re.findall(r">(Chengguan Town[^<]*)<", desk.page)
    assert len(towns) == len(set(towns)) == 2


async def test_what_was_typed_stays_when_it_is_refused(desk: Desk) -> None:
    case = await filed(desk.city)
    await desk.opens(address(case))
    await desk.presses("assign", unit="不存在", words="请今天处理")
    assert desk.status == 409
    assert "There is no unit" in desk.said
    assert 'value="不存在"' in desk.page
    assert ">请今天处理</textarea>" in desk.page
    await desk.opens(address(case))
    assert desk.status == 200
    assert "不存在" not in desk.page + desk.said


async def test_a_refused_form_leads_back_to_a_page_that_can_be_loaded_again(desk: Desk) -> None:
    case = await filed(desk.city)
    await desk.opens(address(case))
    async with desk.session.post(
        f"{address(case)}/assign", data={**desk.forms[f"{address(case)}/assign"], "unit": "不存在"}, allow_redirects=False
    ) as answer:
        assert answer.status == 303
        back = answer.headers["Location"]
    assert back.startswith(f"{address(case)}?again=")
    await desk.opens(back)
    assert "There is no unit" in desk.said
    await desk.opens(back)
    assert desk.status == 200
    assert desk.said == ""


async def test_addresses_that_are_no_pages_lead_back_or_say_so(desk: Desk) -> None:
    case = await filed(desk.city)
    await desk.opens(f"{address(case)}/assign")
    assert case.number in desk.page
    assert desk.status == 200
    await desk.opens(f"/desk/units/{UNIT}/invite")
    assert desk.status == 200
    for path in ("/desk/", "/desk/nothing", "/desk/new/nothing"):
        await desk.opens(path)
        assert desk.status == 404
        assert "There is no such page on the desk" in desk.page


async def test_no_reason_is_chosen_beforehand(desk: Desk) -> None:
    case = await filed(desk.city)
    await desk.opens(address(case))
    chosen = re.search(r'<select id="refuse-reason"[^>]*required><option value="">Please choose</option>', desk.page)
    assert chosen
    await desk.presses("refuse", words="只写了几个字", sure="yes")
    assert "choose a reason" in desk.said
    assert await state(desk, case) is CaseState.TRIAGE


async def test_what_is_alike_is_named_with_its_reasons_and_merged_at_one_press(desk: Desk) -> None:
    lead = (await desk.city.does("citizen", lambda ctx: filing.file_case(ctx, RUBBISH))).case
    again = replace(RUBBISH, text=f"{RUBBISH.text}求你们快点。", place=None)
    case = (await desk.city.does("citizen", lambda ctx: filing.file_case(ctx, again))).case
    await desk.opens(address(case))
    assert re.search(rf"{lead.number}</a> the same words, on the same day\s+<button", desk.page)
    assert f'name="into" value="{lead.number}">Merge with {lead.number}<' in desk.page
    await desk.presses("merge", into=lead.number)
    assert await state(desk, case) is CaseState.MERGED
    await desk.opens(address(lead))
    column = desk.page.partition('class="columns"')[2].partition("</section>")[2].partition("</section>")[0]
    assert column.count("求你们快点") == 1, "the unit reads what the others told"


async def test_who_merges_into_a_case_that_stays_unpublished_is_told(desk: Desk) -> None:
    for agreed, leads, told in ((True, False, True), (False, True, False), (True, True, False)):
        case = await filed(desk.city, replace(NOWHERE, publish=agreed))
        lead = await desk.city.accepted(replace(RUBBISH, publish=leads))
        await desk.opens(address(case))
        await desk.presses("merge", into=lead.number)
        assert await state(desk, case) is CaseState.MERGED
        assert (f"that of case {lead.number} did not: nothing is published" in desk.said) == told


async def test_undo_refuse_merge_and_their_undoing(desk: Desk) -> None:
    city = desk.city
    case = await city.does("citizen", lambda ctx: filing.file_case(ctx, RUBBISH))
    case = case.case
    await desk.opens(address(case))
    await desk.presses("unassign", reason="mistake")
    assert await state(desk, case) is CaseState.TRIAGE
    lead = await city.accepted()
    await desk.presses("merge", into=f" {lead.number} ")
    assert await state(desk, case) is CaseState.MERGED
    assert f'<a href="{address(lead)}">' in desk.page
    await desk.opens(address(lead))
    assert f'<a href="{address(case)}">' in desk.page
    await desk.opens(address(case))
    await desk.presses("unmerge")
    assert await state(desk, case) is CaseState.TRIAGE
    await desk.presses("refuse", reason="own", words="", sure="yes")
    assert "choose a reason" in desk.said
    await desk.presses("refuse", reason="own", words="属于外省事务")
    assert "tick that the case shall end" in desk.said
    assert ">属于外省事务</textarea>" in desk.page
    assert await state(desk, case) is CaseState.TRIAGE
    await desk.presses("refuse", reason="own", words="属于外省事务", sure="yes")
    assert await state(desk, case) is CaseState.REFUSED
    assert "属于外省事务" in desk.page


async def test_more_time_is_granted_or_refused(desk: Desk) -> None:
    city = desk.city

    async def asks(case: Case) -> None:
        async def ask(ctx: object) -> None:
            rule = str((await extending.possible(ctx, case))[0][0])  # type: ignore[arg-type]
            await extending.ask(ctx, case.id, rule, "缺少配件")  # type: ignore[arg-type]

        await city.does("contact", ask)

    first, second = await city.accepted(), await city.accepted()
    await asks(first)
    await asks(second)
    await desk.opens(address(first))
    assert "The unit asks for more time, until" in desk.page
    assert "缺少配件" in desk.page
    await desk.presses("grant_extension")
    assert "Granted" in desk.said
    assert "extended" in desk.page
    await desk.opens(address(second))
    await desk.presses("refuse_extension", words="")
    assert "reason" in desk.said
    await desk.presses("refuse_extension", words="不属于特殊情况")
    assert "no more time" in desk.said
    assert "grant_extension" not in desk.offered


async def test_more_time_can_only_be_refused_once_the_time_is_up(desk: Desk) -> None:
    city = desk.city
    case = await city.accepted()

    async def ask(ctx: Context) -> None:
        rule = str((await extending.possible(ctx, case))[-1][0])
        await extending.ask(ctx, case.id, rule, "缺少配件")

    await city.does("contact", ask)
    await desk.opens("/desk?state=extensions")
    assert re.search(r'<p class="why">More time until .+: 缺少配件</p>', desk.page)
    await desk.opens(address(case))
    stale = desk.forms[f"{address(case)}/grant_extension"]
    async with city.town.app.database.reading() as tx:
        answer = (await deadlines.running(tx, case.id))[DeadlineKind.ANSWER]
    city.town.clock.ahead += answer.due_at - city.town.clock.now() + timedelta(seconds=1)
    await desk.opens(address(case))
    assert "grant_extension" not in desk.offered
    assert "refuse_extension" in desk.offered
    assert "no more can be granted" in desk.page
    await desk.sends(f"{address(case)}/grant_extension", stale)
    assert "no more can be granted" in desk.said
    async with city.town.app.database.reading() as tx:
        assert (await deadlines.running(tx, case.id))[DeadlineKind.ANSWER].due_at == answer.due_at


async def test_the_waiting_list_says_why_a_case_came_back(desk: Desk) -> None:
    case = await desk.city.does("citizen", lambda ctx: filing.file_case(ctx, RUBBISH))
    await desk.opens(address(case.case))
    await desk.presses("unassign", reason="own", words="请先核实地点")
    await desk.opens("/desk")
    assert '<p class="why">Taken back by the office: 请先核实地点</p>' in desk.page


async def test_an_open_invitation_is_listed_and_can_be_withdrawn(desk: Desk) -> None:
    await desk.opens(f"/desk/units/{UNIT}")
    await desk.presses("invite", kind="contact", name="Chen")
    link = re.search(r"/in/([\w-]+)", desk.said)
    assert link
    assert "Invited, not signed in yet" in desk.page
    await desk.presses("withdraw")
    assert "invitation of Chen is withdrawn" in desk.said
    assert "Invited, not signed in yet" not in desk.page
    chen = await desk.city.town.somebody("web", name="Chen")
    await chen.follows(link[1])
    await chen.sees("used|too old|does not work|not good")


async def test_the_desk_ends_a_colleagues_role_and_withdraws_an_invitation_to_the_office(desk: Desk) -> None:
    town = desk.city.town
    zhou = await town.office("telegram", name="Zhou")
    await town.invites(RoleKind.OFFICE, (), "Wrong")
    await desk.opens("/desk/units")
    assert '<a href="/desk/office">' in desk.page
    await desk.opens("/desk/office")
    assert desk.offered == {"unbind", "withdraw"}
    await desk.presses("withdraw")
    assert "invitation of Wrong is withdrawn" in desk.said
    await desk.presses("unbind")
    assert "The role of Zhou has ended" in desk.said
    assert "unbind" not in desk.offered
    await zhou.sees("has ended here")


async def test_who_signs_out_at_the_desk_is_warned_first_and_leaves_a_browser_that_nobody_knows(desk: Desk) -> None:
    before = {cookie.key: cookie.value for cookie in desk.person.cookies}
    await desk.opens("/desk")
    await desk.sends("/desk/sign-out", {})
    assert desk.status == 403
    await desk.opens("/desk")
    assert "sign-out" not in desk.offered
    await desk.opens("/desk/sign-out")
    assert "signed out of the desk and of the chat" in desk.page
    assert "signed in on this many devices: 1" in desk.page
    assert "needs a new invitation to come back" in desk.page
    await desk.presses("sign-out")
    assert {cookie.key: cookie.value for cookie in desk.person.cookies} != before
    await desk.opens("/desk")
    assert desk.status == 403


async def test_who_is_in_a_discipline_team_is_shown_and_not_changed(desk: Desk) -> None:
    team = await desk.city.town.contact("web", DISCIPLINE, name="Du")
    await desk.opens(f"/desk/units/{UNIT}")
    ours = {**desk.forms[f"/desk/units/{UNIT}/invite"], "kind": "contact", "name": "Zhao"}
    async with desk.city.town.app.database.reading() as tx:
        (du,) = await roles.of_unit(tx, DISCIPLINE)
    await desk.opens(f"/desk/units/{DISCIPLINE}")
    assert "Du" in desk.page
    assert "its staff is invited by the operator" in desk.page
    assert desk.offered == set()
    for act in ("invite", "unbind", "withdraw"):
        await desk.sends(f"/desk/units/{DISCIPLINE}/{act}", {**ours, "role": du.id, "once": act})
        assert "is not for the office to decide" in desk.said
    await team.says("/desk")
    await team.sees("Your unit")


async def test_a_result_is_checked_or_the_case_reopened(desk: Desk) -> None:
    checked, reopened = await desk.city.answered(), await desk.city.closed()
    await desk.opens(address(checked))
    await desk.presses("checked")
    assert "was checked and holds" in desk.said
    assert "checked" not in desk.offered
    await desk.opens(address(reopened))
    await desk.presses("reopen", reason="called")
    assert await state(desk, reopened) is CaseState.ACCEPTED
    assert "We have asked the citizen, and it is not solved" in desk.page


async def test_what_is_published_is_what_was_shown(desk: Desk) -> None:
    case = await desk.city.answered()
    await desk.opens(address(case))
    await desk.presses("release", problem="3号楼2单元501室门口垃圾，电话13997254418", result="已清运")
    assert "More was hidden" in desk.said
    shown = re.search(r'<textarea id="problem"[^>]*>([^<]*)</textarea>', desk.page)
    assert shown
    assert "13997254418" not in shown[1]
    assert case.number not in await desk.city.reads("/board")
    await desk.presses("release", problem=shown[1], result="已清运")
    assert "is published" in desk.said
    assert "已清运" in await desk.city.reads("/board")
    await desk.presses("revoke")
    assert case.number not in await desk.city.reads("/board")
    private = await desk.city.answered(replace(RUBBISH, publish=False))
    await desk.opens(address(private))
    assert "release" not in desk.offered
    assert "did not agree" in desk.page


async def test_a_plan_is_read_worded_and_published_with_its_case(desk: Desk) -> None:
    case = await desk.city.releases(await desk.city.accepted())
    await desk.opens(address(case))
    assert 'name="measures"' not in desk.page
    await desk.city.makes_plan(case, "已和老李谈过")
    await desk.opens("/desk?state=release")
    assert case.number in desk.listed
    await desk.opens(address(case))
    assert "newest plan or answer yet" in desk.page
    assert "已和老李谈过" not in column(desk)
    await desk.presses("release", problem="门口垃圾", measures="已和13997254418谈过")
    assert "More was hidden" in desk.said
    await desk.presses("release", problem="门口垃圾", measures="已和当事人谈过")
    assert f"{case.number} is published" in desk.said
    await desk.opens(address(case))
    assert "已和当事人谈过" in column(desk)
    assert "已和当事人谈过" in await desk.city.reads("/board/list")
    assert "newest plan or answer yet" not in desk.page


def column(desk: Desk) -> str:
    """Give what the page says that the public reads."""
    return desk.page.partition('id="public"')[2].partition("</article>")[0]


async def test_a_withdrawn_case_is_not_said_to_be_on_the_board(desk: Desk) -> None:
    case = await desk.city.releases(await desk.city.accepted())
    await desk.city.does("citizen", lambda ctx: following.withdraw(ctx, case.id, "好了"))
    await desk.opens(address(case))
    assert "The public reads nothing of this case." in desk.page
    assert "Published on" not in desk.page
    assert not {"release", "revoke"} & desk.offered


async def test_erasing_says_that_it_takes_the_case_off_the_board_and_does(desk: Desk) -> None:
    case = await desk.city.releases(await desk.city.accepted())
    await desk.opens(address(case))
    assert "Erasing takes it off" in desk.page
    await desk.presses("erase", n="1", sure="yes")
    assert "It has been erased" in desk.said
    assert case.number not in await desk.city.reads("/board")
    await desk.opens(address(case))
    assert "Erasing takes it off" not in desk.page


async def test_who_filed_it_is_shown_once_and_on_record(desk: Desk) -> None:
    case = await desk.city.accepted(NAMED)
    await desk.opens(address(case))
    assert "欧阳" not in desk.page
    await desk.presses("reveal")
    assert "欧阳小敏" in desk.said
    assert "13997254418" in desk.said
    assert "reveal" in [row["event"] for row in await desk.city.town.history(case.number)]
    await desk.opens(address(case))
    assert "欧阳" not in desk.page


async def test_what_a_citizen_asked_to_have_erased_is_erased_once_it_is_ticked(desk: Desk) -> None:
    case = await desk.city.accepted(NAMED)
    await desk.opens(address(case))
    erase = f"{address(case)}/erase"
    assert desk.page.count(f'action="{erase}"') == 2, "the text and the name"
    await desk.presses("erase", n="1")
    assert desk.status == 409
    assert "Please tick" in desk.said
    await desk.presses("erase", n="1", sure="yes")
    assert "It has been erased" in desk.said
    await desk.opens(address(case))
    assert RUBBISH.text not in desk.page
    assert "(erased on request)" in desk.page
    assert "Something that the citizen told was erased on request" in desk.page
    await desk.presses("erase", n="name", sure="yes")
    assert "It has been erased" in desk.said, desk.said
    await desk.opens(address(case))
    assert "named, kept sealed" not in desk.page
    assert f'action="{erase}"' not in desk.page


async def test_an_outdated_press_says_what_happened_and_does_nothing(desk: Desk) -> None:
    case = await filed(desk.city)
    await desk.opens(address(case))
    async with at_desk(desk.city, "Zhao") as other:
        await other.opens(address(case))
        await other.presses("take")
        assert "Taken." in other.said
        await desk.presses("refuse", reason="court")
        assert desk.status == 409
        assert "Zhao has taken this case since you opened this page" in desk.said
        assert "Zhao" in desk.page
        assert await state(desk, case) is CaseState.TRIAGE
        await desk.presses("take")  # the page shows it as it is now, and it can be taken over
        assert "Taken." in desk.said


async def test_a_form_that_is_sent_twice_does_it_once(desk: Desk) -> None:
    case = await desk.city.answered()
    await desk.opens(address(case))
    fields = {**desk.forms[f"{address(case)}/release"], "problem": "门口垃圾", "result": "已清运"}
    await asyncio.gather(*(_post(desk, f"{address(case)}/release", fields) for _ in range(3)))
    assert [row["event"] for row in await desk.city.town.history(case.number)].count("release") == 1
    await desk.opens("/desk/new")
    before = await desk.city.town.count()
    fields = {**desk.forms["/desk/new"], "source": "phone", "kind": "complaint", "told": "门口垃圾没人清运"}
    await asyncio.gather(*(_post(desk, "/desk/new", fields) for _ in range(3)))
    assert await desk.city.town.count() == before + 1


async def _post(desk: Desk, path: str, fields: dict[str, str]) -> None:
    async with desk.session.post(path, data=fields, allow_redirects=False) as answer:
        assert answer.status in (303, 409)


async def test_a_form_that_is_too_long_says_so_in_all_languages(desk: Desk) -> None:
    case = await filed(desk.city)
    await desk.opens(address(case))
    long = io.BytesIO(urlencode({**desk.forms[f"{address(case)}/take"], "words": "x" * 2**20}).encode())
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    async with desk.session.post(f"{address(case)}/take", data=long, headers=headers) as answer:
        page = await answer.text()
        assert (answer.status, answer.content_type) == (413, "text/html")
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "This is too much at once" in page
        assert "内容过多" in page
    assert await state(desk, case) is CaseState.TRIAGE


async def test_two_of_the_office_at_once_and_only_one_assigns(desk: Desk) -> None:
    case = await filed(desk.city)
    async with at_desk(desk.city, "Zhao") as other:
        for one in (desk, other):
            await one.opens(address(case))
        await asyncio.gather(
            desk.presses("assign", unit="government", words=""), other.presses("refuse", reason="court", words="", sure="yes")
        )
        assert sorted((desk.status, other.status)) == [303, 409]
    events = [row["event"] for row in await desk.city.town.history(case.number)]
    assert events.count("assign") + events.count("refuse") == 1


# ---- filing for somebody, and staff -----------------------------------------------------------------------


async def test_a_caller_is_filed_for_and_number_and_code_are_shown_once(desk: Desk) -> None:
    await desk.opens("/desk/new")
    typed = {"source": "letter", "kind": "complaint", "told": "门口垃圾没人清运", "area": "630104", "category": "sanitation"}
    await desk.sends("/desk/new", {**desk.forms["/desk/new"], **typed, "name": "欧阳小敏"})
    assert "both name and phone" in desk.said
    assert ">门口垃圾没人清运</textarea>" in desk.page
    await desk.sends("/desk/new", {**desk.forms["/desk/new"], **typed, "name": "欧阳小敏", "phone": "13997254418"})
    number = re.search(r"Case number: (\d{8}-\d{5}-\d)", desk.said)
    code = re.search(r"Code: ((?:\d{4} ?){4})", desk.said)
    assert number
    assert code
    await desk.opens("/desk/new")
    assert desk.said == ""
    case = await desk.city.town.case(number[1])
    assert case.unit == UNIT
    citizen = await desk.city.town.somebody("web")
    await citizen.says(f"/case {number[1]}")
    await citizen.sees("16 digits")
    await citizen.says(code[1])
    await citizen.sees(number[1])


async def test_a_category_of_misconduct_is_neither_offered_nor_taken_for_what_the_whole_office_reads(desk: Desk) -> None:
    before = await desk.city.town.count()
    await desk.opens("/desk/new")
    assert 'value="sanitation"' in desk.page
    assert not re.search(r'<option value="(integrity|bribery)"', desk.page)
    for kind in ("complaint", "consultation", "suggestion"):
        fields = {"source": "phone", "kind": kind, "told": "办证的人要好处", "area": "630104", "category": "bribery"}
        await desk.sends("/desk/new", {**desk.forms["/desk/new"], **fields})
        assert "filed as a misconduct report" in desk.said
        assert "办证的人要好处" in desk.page
    assert await desk.city.town.count() == before


async def test_units_show_what_is_open_and_late_and_who_works_there(desk: Desk) -> None:
    city = desk.city
    await city.accepted()
    city.town.clock.ahead = timedelta(days=40)
    await city.accepted()
    await desk.opens("/desk/units?name=城西区城市管理")
    row = re.search(rf'<a href="/desk/units/{UNIT}">.+?</tr>', desk.page, re.S)
    assert row
    assert re.findall(r"<td[^>]*>([^<]+)</td>", row[0]) == ["2", "1", "1", "0"]
    await desk.opens(f"/desk/units/{UNIT}")
    await desk.presses("invite", kind="contact", name="Chen")
    link = re.search(r"/in/([\w-]+)", desk.said)
    assert link
    chen = await city.town.somebody("web", name="Chen")
    await chen.follows(link[1])
    await chen.sees("signed in")
    await desk.opens(f"/desk/units/{UNIT}")
    async with city.town.app.database.reading() as tx:
        sun, chens = await roles.of_unit(tx, UNIT)
    replacing = next(fields for action, fields in _all_forms(desk) if action.endswith("/replace") and fields["role"] == sun.id)
    await desk.sends(f"/desk/units/{UNIT}/replace", {**replacing, "by": chens.id})
    assert "Cases handed over: 2" in desk.said
    ending = next(fields for action, fields in _all_forms(desk) if action.endswith("/unbind") and fields["role"] == chens.id)
    await desk.sends(f"/desk/units/{UNIT}/unbind", ending)
    assert "has ended. Cases left to be signed in: 2" in desk.said


def _all_forms(desk: Desk) -> list[tuple[str, dict[str, str]]]:
    return [(action, dict(FIELD.findall(body))) for action, body in FORM.findall(desk.page)]


async def test_the_desk_speaks_the_persons_language(desk: Desk) -> None:
    case = await filed(desk.city)
    async with at_desk(desk.city, "李", "zh_Hans") as chinese:
        await chinese.opens(address(case))
        assert '<html lang="zh-Hans">' in chinese.page
        assert "督查办" in chinese.page


async def test_photos_of_a_case_are_shown_to_the_office_only(desk: Desk) -> None:
    citizen = await desk.city.town.somebody("web")
    assert isinstance(citizen, WebPerson)
    await citizen.says("/complain")
    for sees, does in (
        ("Tell us what happened", lambda: citizen.sends_photo(caption="门口垃圾没人清运")),
        ("", lambda: citizen.says("/done")),
        ("Where is it", lambda: citizen.says("城西区")),
        ("Who may know", lambda: citizen.presses("anonymous")),
        ("May we publish", lambda: citizen.presses("^No$")),
        ("Shall we send it", lambda: citizen.presses("^Send$")),
    ):
        await (citizen.sees(sees) if sees else asyncio.sleep(0))
        await does()
    number, _code = await receipt_of(citizen)
    for _ in range(100):
        await desk.opens(f"/desk/case/{number}")
        if "<img src" in desk.page.partition('class="files"')[2]:
            break
        await asyncio.sleep(0.1)
    assert f'<img src="/desk/case/{number}/files/1" alt="File 1"' in desk.page
    async with desk.session.get(f"/desk/case/{number}/files/1") as answer:
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Cache-Control"] == "no-store"
        assert (await answer.read())[:2] == b"\xff\xd8"
    await desk.opens(f"/desk/case/{number}/files/2")
    assert desk.status == 404
    async with ClientSession(desk.city.town.url, cookie_jar=citizen.cookies) as session:
        async with session.get(f"/desk/case/{number}/files/1") as answer:
            assert answer.status == 403


async def test_a_rare_wish_is_looked_for_step_by_step(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "SCAN", 3)
    for _ in range(7):
        await filed(desk.city)
    rare = await filed(desk.city, replace(NOWHERE, kind=CaseKind.SUGGESTION))
    await desk.opens("/desk?kind=suggestion")
    for _ in range(2):
        assert desk.listed == []
        assert "You can look further" in desk.page
        link = re.search(r'rel="next" href="([^"]+)"', desk.page)
        assert link
        await desk.opens(link[1])
    assert desk.listed == [rare.number]
    assert 'rel="next"' not in desk.page


@pytest.mark.parametrize("body", [b"token=\xff\xfe", b"token=%C3%A9", b"", b"told=%00&token=%00"])
async def test_a_form_that_nobody_can_read_is_none(desk: Desk, body: bytes) -> None:
    case = await filed(desk.city)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    async with desk.session.post(f"{address(case)}/take", data=body, headers=headers) as answer:
        assert answer.status == 403


def test_every_act_of_the_office_in_chat_is_on_the_desk() -> None:
    from actions import office_cards
    from bot.desk.acts import ACTS

    source = Path(office_cards.__file__).read_text()
    office = source[source.index("def office_card") : source.index("def post_card")]
    assert set(re.findall(r'(?:act|form)_button\([^,]+\), "(\w+)"', office)) | {"reveal", "erase"} == set(ACTS)
