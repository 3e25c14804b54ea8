"""What is kept to find cases that are alike: in the filing's transaction, of open cases only, no words, nothing confidential."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from cast import COMPLAINT, LIMITS, MISCONDUCT, Cast, Undone, xining
from stores import NOW

from actions import checking, filing, following, handling, likeness, merging
from actions.citizen_cards import citizen_card
from actions.context import Context
from actions.facts import facts
from actions.filing import FileCase
from dialog.incoming import Place
from dialog.subjects import Refused
from dialog.texts import Words
from domain.cases import CaseKind, Event, Satisfaction
from handlers.joining import others_like_it, words_of
from storage import ledger
from storage import likeness as index
from storage.cases import Case
from storage.keys import Keys

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAMP = FileCase(
    kind=CaseKind.COMPLAINT, text="五四大街12号门口的路灯坏了三天，电话13812345678", files=(), place=Place(area="630104"),
    category="street-lamps", publish=True,
)  # fmt: skip


async def kept(cast: Cast, case: str) -> tuple[int, int]:
    """Count what is kept of a case, and what is posted."""
    async with cast.database.reading() as tx:
        one = await tx.one("SELECT COUNT(*) AS n FROM likeness WHERE case_id = :case", case=case)
        posts = await tx.one("SELECT COUNT(*) AS n FROM likeness_post WHERE case_id = :case", case=case)
    assert one is not None
    assert posts is not None
    return one["n"], posts["n"]


async def like(cast: Cast, text: str, area: str | None = "630104") -> list[str]:
    """Find the ids of the cases that a citizen's words are like."""
    async with cast.database.reading() as tx:
        ctx = Context(tx=tx, now=NOW, keys=cast.keys, city=xining(), public_url="", limits=LIMITS)
        found = await likeness.like_told(ctx, CaseKind.COMPLAINT, text, None, area, None)
    return [one.case.id for one in found]


async def filed(cast: Cast, command: FileCase = LAMP) -> Case:
    return (await cast.files(command)).case


async def test_a_case_is_found_while_it_is_open_and_leaves_nothing_when_it_is_over(cast: Cast) -> None:
    case = await filed(cast)
    assert case.id in await like(cast, "五四大街12号路灯坏了")
    assert case.id in await like(cast, "五四大街12号路灯坏了", None)
    assert case.id not in await like(cast, "楼下烧烤太吵，半夜睡不着")
    await cast.does("reporter", lambda ctx: following.withdraw(ctx, case.id, "好了"))
    assert await kept(cast, case.id) == (0, 0)
    assert case.id not in await like(cast, "五四大街12号路灯坏了")


async def test_a_case_that_is_reopened_is_found_again(cast: Cast) -> None:
    case = await cast.closed(replace(COMPLAINT, publish=True))
    assert await kept(cast, case.id) == (0, 0)
    await cast.does("office", lambda ctx: checking.reopen(ctx, case.id, "没解决", checked=True))
    assert (await kept(cast, case.id))[0] == 1


async def test_a_misconduct_report_is_never_kept_and_finds_nothing(cast: Cast) -> None:
    secret = await filed(cast, replace(MISCONDUCT, text=LAMP.text))
    open_case = await filed(cast)
    assert await kept(cast, secret.id) == (0, 0)
    assert secret.id not in await like(cast, LAMP.text)

    async def look(ctx: Context) -> object:
        return [*await likeness.like_case(ctx, secret), *await likeness.like_told(ctx, secret.kind, LAMP.text, None, None, None)]

    assert await cast.does("office", look) == []
    await cast.does("reporter", lambda ctx: following.withdraw(ctx, open_case.id, "好了"))


async def test_only_what_its_citizen_lets_publish_and_nobody_has_answered_is_offered_to_others(cast: Cast) -> None:
    private = await filed(cast, replace(LAMP, publish=False))
    public = await filed(cast, replace(COMPLAINT, publish=True, text="人民街8号门口垃圾堆成山"))
    assert private.id not in await like(cast, LAMP.text)
    assert public.id in await like(cast, "人民街8号门口垃圾")
    await cast.does("holder", lambda ctx: handling.accept(ctx, public.id, public.version))
    assert public.id in await like(cast, "人民街8号门口垃圾")
    await cast.does("holder", lambda ctx: handling.report(ctx, public.id, "已清运"))
    assert public.id not in await like(cast, "人民街8号门口垃圾")
    found = await cast.does("office", lambda ctx: likeness.like_case(ctx, private, 6))
    assert private.id not in [one.case.id for one in found]


async def test_who_is_offered_a_case_is_told_how_far_from_theirs_it_is_and_reads_no_rare_word_of_another_one(cast: Cast) -> None:
    text = "李小明说北小街7号门前的护栏倒了，电话13997254418"
    near, far = Place(lon=101.7489, lat=36.6296), Place(lon=101.7489, lat=36.6296 + 0.02)
    case = await filed(cast, replace(LAMP, text=text, place=near))
    private = await filed(cast, replace(LAMP, text=text, place=near, publish=False))

    async def offered(ctx: Context, place: Place) -> list[str]:
        options = await others_like_it(ctx, CaseKind.COMPLAINT, "北小街7号门前护栏倒了", place, "street-lamps")
        return [Words({}, ("en",), xining().city.zone).render(one.label, "en") for one in options if one.key == case.id]

    (label,) = await cast.does("stranger", lambda ctx: offered(ctx, replace(near, lat=36.6296 + 0.002)))
    assert "at most 300 m from yours" in label
    assert await cast.does("stranger", lambda ctx: offered(ctx, far)) == []
    (words,) = await cast.does("stranger", lambda ctx: words_of(ctx, [private.id, case.id], "北小街7号门前护栏倒了"))
    read = Words({}, ("en",), xining().city.zone).render(words.label, "en")
    assert read.startswith("2. Reported on")
    assert "护栏倒了" in read
    assert not any(hidden in read for hidden in ("小明", "7号", "1399"))
    await cast.does("reporter", lambda ctx: following.withdraw(ctx, case.id, "好了"))


async def test_a_category_that_was_refused_does_not_keep_a_returned_case_from_the_one_beside_it(cast: Cast) -> None:
    here = Place(lon=101.80, lat=36.62)
    lead = await filed(cast, replace(LAMP, text="路口的路灯坏了三天没人修", place=here, category="planning"))
    case = await filed(cast, replace(LAMP, text="这里的路灯不亮，太黑了", place=here, category="construction"))

    async def deed(ctx: Context) -> None:
        before = [one.case.id for one in await likeness.like_case(ctx, case)]
        await ledger.append(ctx.tx, f"case:{case.id}", "office", Event.RETURN, {"before": case.unit}, ctx.now)
        found = [one.case.id for one in await likeness.like_case(ctx, case)]
        assert (lead.id in before, lead.id in found) == (False, True)
        raise Undone

    with pytest.raises(Undone):
        await cast.does("office", deed)


async def test_no_word_stands_in_the_index_and_another_key_gives_other_marks(cast: Cast) -> None:
    case = await filed(cast)
    async with cast.database.reading() as tx:
        row = await tx.one("SELECT marks FROM likeness WHERE case_id = :case", case=case.id)
        posts = await tx.all("SELECT mark FROM likeness_post WHERE case_id = :case", case=case.id)
    assert row is not None
    assert not any(word.encode() in bytes(row["marks"]) for word in ("路灯", "五四", "大街", "138"))
    assert {cast.keys.mark("路灯")} <= {row["mark"] & ~0b1111 for row in posts}
    assert Keys(b"x" * 32).mark("路灯") != cast.keys.mark("路灯")


async def test_erasing_a_text_erases_what_was_kept_of_it(cast: Cast) -> None:
    case = await filed(cast)
    with pytest.raises(Undone):
        async with cast.database.transaction() as tx:
            await tx.run("UPDATE entry SET text = '', erased_at = 1 WHERE case_id = :case", case=case.id)
            await likeness.keep(await cast.context(tx, "office"), case)
            assert await tx.all("SELECT 1 AS one FROM likeness_post WHERE case_id = :case", case=case.id) == []
            row = await tx.one("SELECT marks FROM likeness WHERE case_id = :case", case=case.id)
            assert row is not None
            assert bytes(row["marks"]) == b""
            raise Undone  # the ledger knows nothing of it


async def test_cases_that_were_open_before_there_was_an_index_are_read_once(cast: Cast) -> None:
    case = await filed(cast)
    async with cast.database.transaction() as tx:
        await index.forget(tx, case.id)
        await tx.run("INSERT INTO likeness_due (case_id) VALUES (:case)", case=case.id)
    assert await kept(cast, case.id) == (0, 0)

    async def sweep(ctx: Context) -> list[bool]:
        return [await likeness.keep_due(ctx, id) for id in await index.due(ctx.tx, 100)]

    assert await cast.does("office", sweep) == [True]
    assert (await kept(cast, case.id))[0] == 1
    assert await cast.does("office", sweep) == []


async def test_two_who_add_theirs_at_once_are_both_taken_along(cast: Cast) -> None:
    lead = await filed(cast, replace(LAMP, text="昆仑路9号路灯不亮"))
    both = replace(LAMP, text="昆仑路9号路灯坏了", into=lead.id, publish=False)
    ends = await cast.at_once(
        ("stranger", lambda ctx: filing.file_case(ctx, both)), ("follower", lambda ctx: filing.file_case(ctx, both))
    )
    for receipt in ends:
        assert not isinstance(receipt, Refused)
        assert (await cast.case(receipt.case.id)).merged_into == lead.id
    assert await cast.events(lead.id) == ["file", "assign", "merge", "merge"]


async def test_adding_to_a_case_while_its_citizen_withdraws_it_loses_nothing(cast: Cast) -> None:
    lead = await filed(cast, replace(LAMP, text="胜利路9号路灯不亮"))
    mine = replace(LAMP, text="胜利路9号路灯坏了", into=lead.id, publish=False)
    receipt, _withdrawn = await cast.at_once(
        ("stranger", lambda ctx: filing.file_case(ctx, mine)), ("reporter", lambda ctx: following.withdraw(ctx, lead.id, "好了"))
    )
    assert not isinstance(receipt, Refused)
    case = await cast.case(receipt.case.id)
    assert case.merged_into is None
    assert case.state in ("assigned", "triage")


async def test_several_may_say_at_once_that_it_is_not_solved_and_it_is_reopened_once(cast: Cast) -> None:
    lead = await cast.accepted(replace(COMPLAINT, publish=True))
    mine = replace(COMPLAINT, into=lead.id, messages=())
    receipt = await cast.does("stranger", lambda ctx: filing.file_case(ctx, mine))
    await cast.does("holder", lambda ctx: handling.report(ctx, lead.id, "已清运"))
    ends = await cast.at_once(
        ("stranger", lambda ctx: following.not_solved(ctx, receipt.case.id, "还在")),
        ("reporter", lambda ctx: following.not_solved(ctx, lead.id, "没有")),
    )
    assert sum(isinstance(end, Refused) for end in ends) == 1
    assert (await cast.case(lead.id)).round == 2


async def test_who_said_that_it_is_solved_is_thanked_until_there_is_another_answer_and_may_change_their_mind(cast: Cast) -> None:
    case, lead = await cast.assigned(), await cast.accepted()
    await cast.does("office", lambda ctx: merging.merge(ctx, case.id, lead.id))
    await cast.does("holder", lambda ctx: handling.report(ctx, lead.id, "已清运"))

    async def shown(ctx: Context) -> str:
        card = citizen_card(ctx, await facts(ctx, await ctx.case(case.id)))
        words = Words({}, ("en",), xining().city.zone)
        return "\n".join(words.render(text, "en") for text in (*card.lines, *(one.label for row in card.rows for one in row)))

    answered = await cast.case(lead.id)
    await cast.does("reporter", lambda ctx: following.solved(ctx, case.id, answered.version))
    assert await cast.tries("reporter", lambda ctx: following.solved(ctx, case.id, answered.version))
    said = await cast.does("reporter", shown)
    assert "Thank you" in said
    assert "It is not solved after all" in said
    assert "Is it solved?" not in said
    await cast.does("reporter", lambda ctx: following.not_solved(ctx, case.id, "还在"))
    await cast.does("holder", lambda ctx: handling.report(ctx, lead.id, "再次清运"))
    assert "Is it solved?" in await cast.does("reporter", shown)


async def test_nobody_but_a_follower_may_say_or_rate_for_a_merged_case(cast: Cast) -> None:
    case, lead = await cast.assigned(), await cast.accepted()
    await cast.does("office", lambda ctx: merging.merge(ctx, case.id, lead.id))
    assert await cast.tries("reporter", lambda ctx: following.rate(ctx, case.id, Satisfaction.SATISFIED))
    assert await cast.tries("reporter", lambda ctx: following.not_solved(ctx, case.id, "x"))
    await cast.does("holder", lambda ctx: handling.report(ctx, lead.id, "已清运"))
    answered = await cast.case(lead.id)
    for who in ("stranger", "office", "holder"):
        assert await cast.tries(who, lambda ctx: following.solved(ctx, case.id, answered.version))
        assert await cast.tries(who, lambda ctx: following.not_solved(ctx, case.id, "x"))
    assert await cast.tries("reporter", lambda ctx: following.solved(ctx, case.id, answered.version)) is None
    await cast.does("reporter", lambda ctx: following.solved(ctx, case.id, answered.version))
    assert await cast.tries("follower", lambda ctx: following.solved(ctx, case.id, answered.version))
    await cast.does("reporter", lambda ctx: following.solved(ctx, lead.id, answered.version))
    assert await cast.tries("stranger", lambda ctx: following.rate(ctx, case.id, Satisfaction.SATISFIED))
    await cast.does("reporter", lambda ctx: following.rate(ctx, case.id, Satisfaction.SATISFIED))
    week_later = NOW + timedelta(days=8)
    with pytest.raises(Refused):
        await cast.does("reporter", lambda ctx: following.not_solved(ctx, case.id, "x"), week_later)


async def test_whoever_joined_may_say_why_they_were_dissatisfied_and_the_unit_reads_it(cast: Cast) -> None:
    lead = await cast.accepted(replace(COMPLAINT, publish=True))
    mine = (await cast.does("follower", lambda ctx: filing.file_case(ctx, replace(COMPLAINT, into=lead.id, messages=())))).case
    assert await cast.tries("follower", lambda ctx: following.explain(ctx, mine.id, "太慢"))
    await cast.does("holder", lambda ctx: handling.report(ctx, lead.id, "已清运"))
    answered = await cast.case(lead.id)
    await cast.does("reporter", lambda ctx: following.solved(ctx, lead.id, answered.version))
    assert await cast.tries("follower", lambda ctx: following.explain(ctx, mine.id, "太慢"))
    await cast.does("follower", lambda ctx: following.rate(ctx, mine.id, Satisfaction.DISSATISFIED))
    await cast.does("follower", lambda ctx: following.explain(ctx, mine.id, "等了太久才来"))
    assert (await cast.events(mine.id))[-2:] == ["rate", "explain"]
    told = {cast.said(row).to for row in await cast.rows() if "等了太久才来" in str(cast.message(row))}
    assert told == {"holder"}


async def test_the_first_reporter_may_doubt_a_closed_case_for_its_time_to_check_and_those_who_joined_for_a_week(
    cast: Cast,
) -> None:
    lead = await cast.accepted(replace(COMPLAINT, publish=True))
    mine = (await cast.does("follower", lambda ctx: filing.file_case(ctx, replace(COMPLAINT, into=lead.id, messages=())))).case
    await cast.does("holder", lambda ctx: handling.report(ctx, lead.id, "已清运"))
    answered = await cast.case(lead.id)
    await cast.does("reporter", lambda ctx: following.solved(ctx, lead.id, answered.version))
    for who, case, later in (("reporter", lead.id, timedelta(days=30)), ("follower", mine.id, timedelta(days=8))):
        with pytest.raises(Refused, match="time to check the answer is over"):
            await cast.does(who, lambda ctx, case=case: following.not_solved(ctx, case, "还在"), NOW + later)
    await cast.does("follower", lambda ctx: following.not_solved(ctx, mine.id, "还在"), NOW + timedelta(days=6))
    alone = await cast.case(mine.id)
    assert (alone.state, alone.merged_into, alone.unit) == ("triage", None, None)
    assert (await cast.case(lead.id)).state == "closed"
    await cast.does("reporter", lambda ctx: following.not_solved(ctx, lead.id, "又堆起来了"))
    assert (await cast.case(lead.id)).state == "accepted"


async def test_cases_that_would_be_offered_in_the_same_words_are_told_apart_by_the_time_of_day(cast: Cast) -> None:
    manhole = replace(LAMP, text="海晏路口的井盖丢失，夜里很危险")
    first = (await cast.does("reporter", lambda ctx: filing.file_case(ctx, manhole), NOW - timedelta(hours=2))).case

    async def offered() -> dict[str, str]:
        """Read what a newcomer is offered, in words."""
        options = await cast.does(
            "holder", lambda ctx: others_like_it(ctx, CaseKind.COMPLAINT, manhole.text, None, "street-lamps")
        )
        words = Words({}, ("en",), xining().city.zone)
        return {option.key: words.render(option.label, "en") for option in options}

    assert not re.search(r"\d\d:\d\d", (await offered())[first.id])
    second = (await cast.does("reporter", lambda ctx: filing.file_case(ctx, manhole), NOW - timedelta(hours=1))).case
    both = await offered()
    assert re.search(r"\d\d:\d\d", both[first.id])
    assert re.search(r"\d\d:\d\d", both[second.id])
    assert both[first.id] != both[second.id]
