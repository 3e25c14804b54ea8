"""The public board over the whole program: what it tells and never tells, pages, languages, caches."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from board_city import RUBBISH, BoardCity, board_city, count_months, words

from actions import checking, extending, filing, following, handling, releasing
from actions.context import Context
from actions.filing import FileCase
from dialog.incoming import Place
from dialog.subjects import Refused
from domain.cases import CaseKind
from storage import cases, deadlines, months, queues
from storage.cases import Case
from storage.deadlines import DeadlineKind
from storage.releases import Wording

PAGES = ("/board", "/board/done", "/board/list", "/board/numbers", "/board/look-up")


@pytest.fixture
async def city(direct: None, tmp_path: Path, database: str) -> AsyncIterator[BoardCity]:
    async with board_city(tmp_path, database) as city:
        yield city


async def test_a_released_case_goes_from_what_is_dealt_with_to_what_is_done_with_its_result(city: BoardCity) -> None:
    case = await city.releases(await city.accepted())
    page = await city.reads("/board")
    assert case.number in page
    assert "小区门口的垃圾一周没人清运" in page
    assert "being dealt with" in page
    assert case.number not in await city.reads("/board/done")
    answered = await city.does("contact", lambda ctx: handling.report(ctx, case.id, "已清运"))
    assert "已清运" not in await city.reads("/board")  # the unit's words reach the public by another release only
    await city.releases(answered)
    assert "已清运" in await city.reads("/board")
    await city.does("citizen", lambda ctx: following.solved(ctx, case.id, answered.version))
    assert case.number not in await city.reads("/board")
    assert re.search(rf"已清运.+{case.number}", await city.reads("/board/done"), re.S)


async def test_the_address_told_of_a_published_case_shows_it_open_and_closed_and_nothing_when_it_is_taken_back(
    city: BoardCity,
) -> None:
    answered = await city.answered()
    nothing = "No case of this number is on the board"
    assert nothing in await city.reads(f"/board/case/{answered.number}", 404)
    case = await city.releases(answered)
    page = await city.reads(f"/board/case/{case.number}")
    assert "小区门口的垃圾一周没人清运" in page
    assert f'id="n{case.number}"' in page
    await city.does("citizen", lambda ctx: following.solved(ctx, case.id, case.version))
    page = await city.reads(f"/board/case/{case.number}")
    assert "Closed on" in page
    await city.does("office", lambda ctx: releasing.revoke(ctx, case.id))
    assert nothing in await city.reads(f"/board/case/{case.number}", 404)
    assert nothing in await city.reads("/board/case/not-a-number", 404)
    async with city.session.get("/board/case/not-a-number") as gone:
        assert gone.headers["Cache-Control"] == "public, max-age=60"
    async with city.session.get("/board/case/not-a-number", headers={"If-None-Match": gone.headers["ETag"]}) as known:
        assert known.status == 404


async def test_what_was_not_released_or_was_taken_back_or_withdrawn_is_nowhere(city: BoardCity) -> None:
    secret = await city.answered()
    taken_back = await city.releases(await city.answered())
    await city.does("office", lambda ctx: releasing.revoke(ctx, taken_back.id))
    withdrawn = await city.releases(await city.accepted())
    await city.does("citizen", lambda ctx: following.withdraw(ctx, withdrawn.id, "好了"))
    for path in PAGES:
        page = await city.reads(path)
        for case in (secret, taken_back, withdrawn):
            assert case.number not in page


async def test_the_rectification_list_names_target_measures_post_limit_and_the_days_it_is_late(city: BoardCity) -> None:
    case = await city.accepted()
    await city.plans(case, timedelta(days=3))
    await city.releases(case)
    for path in ("/board/list", f"/board/case/{case.number}"):
        page = await city.reads(path)
        for told in ("门口不再有垃圾堆积", "每日早晚各清运一次", "环卫科科长", "Time limit", case.number):
            assert told in page
    assert "late" not in page.replace("translate", "")
    city.town.clock.ahead = timedelta(days=40)
    assert re.search(r"\d+ days late", await city.reads("/board/list"))
    # Answered late it stays late by as much, however much later somebody looks.
    await city.does("contact", lambda ctx: handling.report(ctx, case.id, "已清运"))
    late = re.findall(r"\d+ days late", await city.reads("/board/list"))
    city.town.clock.ahead = timedelta(days=60)
    assert re.findall(r"\d+ days late", await city.reads("/board/list")) == late


async def test_a_limit_in_a_year_without_a_calendar_is_marked_as_long_as_it_runs(city: BoardCity) -> None:
    clock = city.town.clock
    clock.ahead += datetime(2036, 3, 3, 2, tzinfo=UTC) - clock.now()
    case = await city.releases(await city.accepted())
    provisional = "10 Mar 2036 (provisional: the year&#39;s holidays are not announced yet)"
    for path in ("/board/list", f"/board/case/{case.number}"):
        assert provisional in await city.reads(path)
    await city.does("contact", lambda ctx: handling.report(ctx, case.id, "已清运"))
    assert "provisional" not in await city.reads("/board/list")


async def test_what_is_late_since_an_hour_is_not_called_a_day_late(city: BoardCity) -> None:
    case = await city.releases(await city.accepted())
    async with city.town.app.database.reading() as tx:
        answer = (await deadlines.running(tx, case.id))[DeadlineKind.ANSWER]
    clock = city.town.clock
    clock.ahead += answer.due_at - clock.now() + timedelta(hours=1)
    page = await city.reads("/board/list")
    assert "less than a day late" in page and "1 day late" not in page


async def test_while_the_citizen_is_asked_nobody_is_late(city: BoardCity) -> None:
    case = await city.releases(await city.accepted())
    await city.does("contact", lambda ctx: handling.ask(ctx, case.id, "在哪个门？"))
    city.town.clock.ahead = timedelta(days=40)
    page = await city.reads("/board")
    # The sweep of the running program may already have let the time run on.
    assert ("waiting for the citizen" in page) != ("days late" in page)


TRACES = ("13997254418", "630102199001011234", "青A12345", "欧阳", "小敏", "3号楼", "2单元", "501", "12号", "张国伟", "国伟",
          "刘芳", "孙立军", "立军", "36.6296", "101.7489", "王大力", "阳光花园北门")  # fmt: skip


async def test_nobody_can_be_recognised_on_any_page(city: BoardCity) -> None:
    told = (
        "我叫欧阳小敏，住五四西路12号3号楼2单元501室，电话13997254418，身份证630102199001011234，"
        "楼下青A12345的车主王大力天天占道，坐标36.62961, 101.74892，门口垃圾没人清运。"
    )
    result = "经办人孙立军已联系投诉人欧阳小敏（13997254418）和业主张国伟，3号楼2单元501室门口已清理，请与刘芳科长联系。"
    place = Place(lon=101.7489, lat=36.6296, words="阳光花园北门12号", area="630104")
    command = replace(RUBBISH, text=told, name="欧阳小敏", phone="13997254418", place=place)
    done = await city.releases(await city.closed(command, result))
    answered = await city.answered(command, result)
    await city.plans(
        answered, timedelta(days=3), "立军每天到3号楼2单元501室找小敏，张国伟局长督办，电话13997254418", "环卫科科长孙立军"
    )
    await city.releases(answered)
    await city.counts()
    seen = 0
    for path in PAGES:
        page = await city.reads(path)
        seen += (done.number in page) + (answered.number in page)
        text = page.replace(done.number, "").replace(answered.number, "")
        for trace in TRACES:
            assert trace not in re.sub(r"[0-9a-f]{64}|/static/[0-9a-f]+", "", text), (path, trace)
        assert not re.search(r"\d\d:\d\d", re.sub(r'<dl class="seal">.+?</dl>', "", text, flags=re.S)) or path.endswith("numbers")
        for case in (done, answered):
            assert case.id not in page
            assert case.reporter not in page
    assert seen == 4
    assert "环卫科科长〔name〕" in await city.reads("/board/list")


async def test_what_the_office_words_itself_is_masked_once_more(city: BoardCity) -> None:
    case = await city.answered()
    await city.does(
        "office",
        lambda ctx: releasing.release(
            ctx, case.id, Wording(problem="3号楼欧阳的垃圾，电话13997254418", result="已致电13997254418")
        ),
    )
    page = await city.reads("/board")
    assert "〔house number〕欧阳的垃圾，电话〔phone number〕" in page
    assert "13997254418" not in page


async def test_without_consent_or_before_it_has_a_unit_nothing_is_published_and_misconduct_never(city: BoardCity) -> None:
    refused = []
    for command in (
        replace(RUBBISH, publish=False),
        FileCase(kind=CaseKind.COMPLAINT, text="很吵", files=(), place=None, category=None, publish=True),
        FileCase(kind=CaseKind.MISCONDUCT, text="收红包", files=(), place=Place(area="630104"), category=None, publish=True),
    ):
        receipt = await city.does("citizen", lambda ctx, command=command: filing.file_case(ctx, command))
        try:
            await city.does("office", lambda ctx, id=receipt.case.id: releasing.release(ctx, id, Wording(problem="问题")))
        except Refused as error:
            refused.append(error)
    assert len(refused) == 3
    assert "No published case" in await city.reads("/board")


async def test_pages_go_on_where_the_last_one_ended_whatever_comes_meanwhile(city: BoardCity) -> None:
    numbers = [(await city.releases(await city.accepted(words(n)))).number for n in range(45)]
    async with city.town.app.database.transaction() as tx:
        await tx.run("UPDATE cases SET released_at = 1")  # all in one moment
    first = await city.reads("/board")
    assert listed(first) == numbers[:-21:-1]
    link = re.search(r'href="(/board\?below=[^"]+)">Older ones', first)
    assert link
    await city.releases(await city.accepted())
    second = await city.reads(link[1])
    assert listed(second) == numbers[-21:-41:-1]
    third = re.search(r'href="(/board\?below=[^"]+)">Older ones', second)
    assert third
    last = await city.reads(third[1])
    assert listed(last) == numbers[4::-1]
    assert "Older ones" not in last
    assert "To the newest" in last
    # A case that has left the list since is no place to go on from.
    assert len(listed(await city.reads("/board?below=20200101-00000-0"))) == 20


def listed(page: str) -> list[str]:
    return re.findall(r'class="number">([\d-]+)<', page)


async def test_a_page_is_good_for_a_minute_and_unchanged_ones_are_not_sent_again(city: BoardCity) -> None:
    case = await city.accepted()
    for path in PAGES:
        async with city.session.get(path) as answer:
            assert answer.headers["Cache-Control"] == "public, max-age=60"
            assert "Set-Cookie" not in answer.headers
            tag = answer.headers["ETag"]
        async with city.session.get(path, headers={"If-None-Match": tag}) as again:
            assert (again.status, await again.read(), again.headers["ETag"]) == (304, b"", tag)
    async with city.session.get("/board") as answer:
        tag = answer.headers["ETag"]
    await city.releases(case)
    async with city.session.get("/board", headers={"If-None-Match": tag}) as changed:
        assert changed.status == 200
        assert changed.headers["ETag"] != tag


async def test_pages_speak_the_language_of_the_address_then_of_the_browser_then_of_the_city(city: BoardCity) -> None:
    await city.releases(await city.accepted())
    for asked, header, language in (
        ("", "en-GB,en", "en"), ("", "zh-CN", "zh-Hans"), ("", "fr", "zh-Hans"), ("?lang=en", "zh-CN", "en"),
        ("?lang=zh_Hans", "en", "zh-Hans"), ("?lang=xx", "en", "en"),
    ):  # fmt: skip
        page = await city.reads(f"/board{asked}", **{"Accept-Language": header})
        assert f'<html lang="{language}">' in page, (asked, header)
        assert ("/board/list?lang=" in page) == (asked in ("?lang=en", "?lang=zh_Hans"))
    async with city.session.get("/board") as answer:
        assert answer.headers["Vary"] == "Accept-Language"


async def test_pages_need_no_script_and_load_nothing_from_elsewhere(city: BoardCity) -> None:
    await city.releases(await city.closed())
    await city.counts()
    for path in PAGES:
        async with city.session.get(path) as answer:
            page = await answer.text()
            policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert not re.search(r"<script|\son\w+=|style=|javascript:|https?://", page)
        for file in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
            async with city.session.get(file) as asset:
                assert asset.status == 200


async def test_the_numbers_are_those_of_the_cases_and_few_are_not_told(city: BoardCity) -> None:
    assert "being counted" in await city.reads("/board/numbers") or "Cases received" in await city.reads("/board/numbers")
    for n in range(4):
        await city.closed(words(n))
    await city.accepted()
    await city.does("citizen", lambda ctx: filing.file_case(ctx, replace(RUBBISH, kind=CaseKind.MISCONDUCT, category=None)))
    await city.counts()
    page = await city.reads("/board/numbers")
    charts = dict(re.findall(r'id="c-(\w+)">.+?<ol>(.+?)</ol>', page, re.S))
    now = {name: re.findall(r'class="value">([^<]+)<', chart)[-1] for name, chart in charts.items()}
    assert now == {
        "filed": "5", "answered": "4", "on_time": "100%", "satisfied": "100%", "solved": "4", "silent": "0",
    }  # fmt: skip
    assert all(len(re.findall("<li>", chart)) == 12 for chart in charts.values())
    assert page.count('<th scope="row">') == 12
    assert "As of" in page


async def test_fewer_than_three_of_anything_are_not_told_exactly(city: BoardCity) -> None:
    await city.closed()
    await city.answered()
    await city.counts()
    page = await city.reads("/board/numbers")
    charts = dict(re.findall(r'id="c-(\w+)">.+?<ol>(.+?)</ol>', page, re.S))
    now = {name: re.findall(r'class="value">([^<]+)<', chart)[-1] for name, chart in charts.items()}
    few, too_few = "fewer than 3", "too few"
    assert now == {"filed": few, "answered": few, "on_time": too_few, "satisfied": too_few, "solved": few, "silent": "0"}


async def test_a_month_is_counted_anew_for_an_hour_after_its_end_and_then_stays(city: BoardCity) -> None:
    first = city.town.clock.now().astimezone(ZoneInfo("Asia/Shanghai")).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following_month = (first + timedelta(days=32)).replace(day=1)
    for n in range(3):
        await city.closed(words(n))
    await city.counts()
    period = f"{first:%Y-%m}"

    async def counted() -> tuple[int, str]:
        async with city.town.app.database.reading() as tx:
            (kept,) = await months.kept(tx, period, period)
        return kept.month.filed, kept.made_at.isoformat()

    before = await counted()
    assert before[0] == 3
    for minutes, again in ((30, True), (70, True), (80, False), (20_000, False)):
        city.town.clock.ahead += following_month + timedelta(minutes=minutes) - city.town.clock.now()
        await city.does("office", count_months)
        after = await counted()
        assert after[0] == 3
        assert (after != before) == again, minutes
        before = after


async def test_the_newest_seal_of_an_earlier_hour_stands_in_the_foot(city: BoardCity) -> None:
    city.town.clock.ahead += timedelta(minutes=60 - city.town.clock.now().minute)
    await city.accepted()
    await city.counts()
    async with city.town.app.database.reading() as tx:
        row = await tx.one("SELECT n, hash FROM seal ORDER BY n DESC LIMIT 1")
    assert row is not None
    # It says that something happened just now, which may be a rating: of that nobody learns more than the hour.
    assert row["hash"] not in await city.reads("/board")
    city.town.clock.ahead += timedelta(hours=1)
    for path in PAGES:
        page = await city.reads(path)
        assert row["hash"] in page
        assert f"No. {row['n']}," in page


async def test_no_code_is_asked_for_on_the_board(city: BoardCity) -> None:
    page = await city.reads("/board/look-up")
    assert re.findall(r'<input[^>]* name="(\w+)"', page) == ["case"]
    assert 'action="/" method="get"' in page


async def test_a_case_reopened_after_its_release_shows_no_result_until_there_is_one(city: BoardCity) -> None:
    case: Case = await city.releases(await city.answered())
    assert "已于当日清运" in await city.reads("/board")
    await city.does("citizen", lambda ctx: following.not_solved(ctx, case.id, "还在"))
    page = await city.reads("/board")
    assert case.number in page
    assert "已于当日清运" not in page


async def waiting(city: BoardCity) -> list[str]:
    """Give the numbers of the cases in the office's list of what is to be released, as the desk and as the chat show it."""
    async with city.town.app.database.reading() as tx:
        page = await queues.page(tx, queues.Queue.RELEASE, queues.Wanted(), None, 20, city.town.clock.now())
        numbers = [line.number for line in page.lines]
        assert numbers == [case.number for case in await cases.to_release(tx, None, 20)]
        assert (await queues.counts(tx, city.town.clock.now()))[queues.Queue.RELEASE] == len(numbers)
    return numbers


async def proposed(city: BoardCity, case: Case) -> releasing.Proposal:
    async def deed(ctx: Context) -> releasing.Proposal:
        return await releasing.proposal(ctx, await ctx.case(case.id))

    shown: releasing.Proposal = await city.does("office", deed)
    return shown


async def reopened(city: BoardCity, case: Case) -> Case:
    found: Case = await city.does("office", lambda ctx: checking.reopen(ctx, case.id, "called"))
    return found


async def test_a_result_that_the_office_did_not_accept_is_not_shown_beside_the_next_answer(city: BoardCity) -> None:
    case = await city.releases(await city.answered(result="第一次已清运"))
    await reopened(city, case)
    assert await waiting(city) == []
    case = await city.does("contact", lambda ctx: handling.report(ctx, case.id, "第二轮真的清运了"))
    for path in ("/board", f"/board/case/{case.number}"):
        assert "清运了" not in re.sub("<p class=.problem.+?</p>", "", await city.reads(path))
        assert "第一次已清运" not in await city.reads(path)
    assert await waiting(city) == [case.number]
    await city.releases(case)
    assert "第二轮真的清运了" in await city.reads("/board")
    assert await waiting(city) == []


async def test_the_form_does_not_offer_a_result_that_was_not_accepted(city: BoardCity) -> None:
    case = await reopened(city, await city.answered(result="只换了灯泡"))
    shown = await proposed(city, case)
    assert (shown.words.result, shown.has_result) == ("", False)
    await city.does("office", lambda ctx: releasing.release(ctx, case.id, Wording(problem="路灯不亮", result="只换了灯泡")))
    case = await city.does("contact", lambda ctx: handling.report(ctx, case.id, "换了新灯"))
    assert await waiting(city) == [case.number]
    await city.does("citizen", lambda ctx: following.solved(ctx, case.id, case.version))
    assert "只换了灯泡" not in await city.reads("/board/done")
    assert await waiting(city) == [case.number]


async def test_a_case_published_before_its_answer_waits_with_it_until_the_office_decides(city: BoardCity) -> None:
    case = await city.releases(await city.accepted())
    assert await waiting(city) == []
    await city.does("contact", lambda ctx: handling.report(ctx, case.id, "已清运"))
    assert await waiting(city) == [case.number]
    await city.does("office", lambda ctx: releasing.release(ctx, case.id, Wording(problem="门口垃圾")))
    assert await waiting(city) == []


async def test_the_public_reads_a_plan_once_the_office_has_read_it(city: BoardCity) -> None:
    case = await city.releases(await city.accepted())
    for measures, worded in (("已和老李（三楼东户）谈过", "已和当事人谈过"), ("改为每日清运", "每日清运")):
        await city.makes_plan(case, measures)
        assert await waiting(city) == [case.number]
        page = await city.reads("/board/list")
        assert measures not in page
        assert "三楼东户" not in page
        shown = await proposed(city, case)
        assert shown.words.target == "不再堆积"
        words = replace(shown.words, measures=worded)
        await city.does("office", lambda ctx, words=words, of=shown.of: releasing.release(ctx, case.id, words, of))
        assert worded in await city.reads("/board/list")
        assert await waiting(city) == []
    # How it was worded stays as the answer is added.
    case = await city.does("contact", lambda ctx: handling.report(ctx, case.id, "已清运"))
    await city.releases(case)
    assert "每日清运" in await city.reads("/board/list")
    assert "改为" not in await city.reads("/board/list")
    await reopened(city, case)
    assert "每日清运" not in await city.reads("/board/list")


async def test_what_the_unit_writes_while_the_office_looks_is_not_taken_for_looked_at(city: BoardCity) -> None:
    case = await city.releases(await city.accepted())
    shown = await proposed(city, case)
    await city.makes_plan(case, "每日清运")
    with pytest.raises(Refused, match="something new from the unit"):
        await city.does("office", lambda ctx: releasing.release(ctx, case.id, shown.words, shown.of))
    assert await waiting(city) == [case.number]


async def test_a_plan_of_a_unit_that_has_the_case_no_more_waits_for_nobody(city: BoardCity) -> None:
    case = await city.releases(await city.accepted())
    await city.makes_plan(case, "每日清运")
    await city.does("contact", lambda ctx: handling.return_(ctx, case.id, "不属于本单位"))
    assert await waiting(city) == []


async def test_the_board_shows_both_dates_of_a_case_with_more_time(city: BoardCity) -> None:
    case = await city.releases(await city.accepted())
    assert "extended" not in await city.reads("/board/list")
    async with city.town.app.database.reading() as tx:
        first = (await deadlines.running(tx, case.id))[DeadlineKind.PROMISE].due_at.astimezone(ZoneInfo("Asia/Shanghai"))

    async def more_time(ctx: Context) -> None:
        await extending.ask(ctx, case.id, str((await extending.possible(ctx, case))[-1][0]), "缺少配件")

    await city.does("contact", more_time)
    assert "extended" not in await city.reads("/board/list")
    await city.does("office", lambda ctx: extending.grant(ctx, case.id, 3))
    for path in ("/board", "/board/list", f"/board/case/{case.number}"):
        assert f"(extended; first promised for {first.day} {first:%b %Y})" in await city.reads(path)


async def test_an_address_that_is_no_page_says_so_in_the_boards_frame(city: BoardCity) -> None:
    page = await city.reads("/board/nothing", 404)
    assert "There is no such page" in page
    assert 'href="/board"' in page


async def test_the_look_up_says_what_comes_next_and_what_it_needs(city: BoardCity) -> None:
    page = await city.reads("/board/look-up")
    assert "press Send there" in page
    assert re.search("<noscript>.+needs JavaScript.+</noscript>", page, re.S)
