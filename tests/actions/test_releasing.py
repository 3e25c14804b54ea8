"""Releasing: what is proposed, what is kept of it, and the post in the channel, also when two release at once."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from cast import COMPLAINT, NAMED, Cast, Deed, Undone
from stores import NOW

from actions import following, handling, releasing
from actions.context import Context
from actions.verify import verify
from dialog.texts import Words
from handlers.release import Release as Wanted
from handlers.release import publish
from storage import cases, entries, releases
from storage.cases import Case
from storage.outbox import OutboxRow
from storage.releases import Release, Wording

pytestmark = pytest.mark.asyncio(loop_scope="module")

AGREED = replace(COMPLAINT, publish=True)
CHANNEL = "@xining_board"


def release(ctx: Context, case: Case, result: str = "已清运") -> Awaitable[Case]:
    return releasing.release(replace(ctx, channel=CHANNEL), case.id, Wording(problem="门口垃圾没人清运", result=result))


def releases_as(who: str, case: Case, result: str) -> Deed:
    return who, lambda ctx: release(ctx, case, result)


async def texts(cast: Cast, case: Case) -> Release:
    async with cast.database.reading() as tx:
        found = await releases.get(tx, case.id)
    assert found is not None
    return found


async def posts(cast: Cast, case: Case) -> list[OutboxRow]:
    return [row for row in await cast.rows() if row.subject == case.id and row.card == "post"]


def read(cast: Cast, row: OutboxRow) -> str:
    words = Words({}, ("en",), ZoneInfo("Asia/Shanghai"))
    return "\n".join(words.render(line, "en") for line in cast.message(row).lines)


async def test_what_is_proposed_hides_the_reporter_the_staff_and_the_door(cast: Cast) -> None:
    case = await cast.accepted(replace(NAMED, text="我叫欧阳小敏，五四西路12号3号楼501室，电话13997254418", publish=True))
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "holder已与欧阳小敏约好，小敏在3号楼等"))
    shown = await cast.does("office", lambda ctx: releasing.proposal(ctx, case))
    assert shown.words.problem == "我叫〔姓名〕，五四西路〔门牌〕，电话〔已遮盖〕"
    assert shown.words.result == "〔姓名〕已与〔姓名〕约好，〔姓名〕在〔门牌〕等"
    assert {"holder", "欧阳小敏", "小敏", "3号楼"} <= set(shown.hidden)


async def test_what_is_proposed_is_what_was_told_at_filing_and_no_talk_with_the_unit_since(cast: Cast) -> None:
    case = await cast.accepted(AGREED)
    await cast.does("reporter", lambda ctx: following.add(ctx, case.id, "我的垃圾怎么样了"))
    await cast.does("holder", lambda ctx: handling.ask(ctx, case.id, "哪个门口？"))
    await cast.does("reporter", lambda ctx: following.reply(ctx, case.id, "北门"))
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "已清运"))
    await cast.does("reporter", lambda ctx: following.not_solved(ctx, case.id, "还在"))
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "又清运了一次"), NOW + timedelta(hours=1))
    reopened = await cast.case(case.id)
    shown = await cast.does("office", lambda ctx: releasing.proposal(ctx, reopened))
    assert shown.words.problem == AGREED.text
    assert shown.words.result == "又清运了一次"


async def test_citizen_office_and_channel_are_led_to_where_the_case_stands(cast: Cast) -> None:
    case = await cast.answered(AGREED)
    await cast.does("reporter", lambda ctx: following.solved(ctx, case.id, case.version))
    await cast.does("office", lambda ctx: release(ctx, case))
    address = f"/board/case/{case.number}"
    (post,) = await posts(cast, case)
    assert (cast.message(post).rows[0][0].url or "").endswith(address)
    told = [row for row in await cast.rows() if row.subject == case.id and row.card == "citizen"]
    assert any(address in read(cast, row) for row in told)
    shown = await cast.does("office", lambda ctx: releasing.proposal(ctx, case))
    wanted = Wanted(case=case.id, words=shown.words, of=shown.of)
    reply = await cast.does("office", lambda ctx: publish(ctx, wanted))
    assert address in repr(reply.messages[0])


async def test_the_ledger_keeps_the_hash_of_what_was_published_and_the_time_stays_that_of_the_first_release(cast: Cast) -> None:
    case = await cast.answered(AGREED)
    first = await cast.does("office", lambda ctx: release(ctx, case))
    again = await cast.does("office", lambda ctx: release(ctx, case, "又清运了一次"), NOW + timedelta(days=1))
    assert again.released_at == first.released_at == NOW
    assert (await texts(cast, case)).words.result == "又清运了一次"
    async with cast.database.reading() as tx:
        kept = [entry for entry in await entries.of_case(tx, case.id) if entry.kind == "released"]
    rows = [row for row in await cast.ledger(f"case:{case.id}") if row.event == "release"]
    assert [row.payload["text"] for row in rows] == [entry.hash for entry in kept]
    assert not any("清运" in str(row.payload) for row in rows)


async def test_of_two_releases_at_once_the_last_counts_and_the_citizen_is_told_once_and_one_post_stands(cast: Cast) -> None:
    case = await cast.answered(AGREED)
    before = max(row.n for row in await cast.rows())
    deeds = releases_as("office", case, "一"), releases_as("second office", case, "二")
    ends = await cast.at_once(*deeds, now=NOW + timedelta(minutes=1))
    assert all(isinstance(end, Case) for end in ends)
    assert (await cast.events(case.id))[-2:] == ["release", "release"]
    told = [row for row in await cast.rows(before) if row.card == "citizen" and not row.edits and cast.message(row).news]
    assert {cast.name_of(row.conversation) for row in told} == {"reporter", "follower"}
    assert len(told) == 3  # the reporter has two devices
    standing = await posts(cast, case)
    assert [row.edits for row in standing] == [None, standing[0].id]
    assert (await texts(cast, case)).words.result in read(cast, standing[-1])
    assert cast.conflicts == 0


async def test_a_release_while_the_citizen_closes_or_withdraws_leaves_the_post_as_the_case_is(cast: Cast) -> None:
    for end, said in ((following.solved, "State: closed"), (None, "has been taken back")):
        case = await cast.answered(AGREED)
        await cast.does("office", lambda ctx, case=case: release(ctx, case))
        other = (
            (lambda ctx, case=case: following.solved(ctx, case.id, case.version))
            if end
            else (lambda ctx, case=case: following.withdraw(ctx, case.id, "好了"))
        )
        await cast.at_once(releases_as("office", case, "二"), ("reporter", other))
        assert said in read(cast, (await posts(cast, case))[-1])


async def test_a_post_is_edited_only_when_the_public_would_see_a_difference(cast: Cast) -> None:
    case = await cast.answered(AGREED)
    await cast.does("office", lambda ctx: release(ctx, case))
    await cast.does("reporter", lambda ctx: following.add(ctx, case.id, "谢谢"))
    await cast.does("office", lambda ctx: release(ctx, case))
    assert len(await posts(cast, case)) == 1


async def test_what_was_taken_back_may_be_published_again_in_the_same_post_and_the_citizen_is_not_told_again(cast: Cast) -> None:
    case = await cast.answered(AGREED)
    await cast.does("office", lambda ctx: release(ctx, case))
    await cast.does("office", lambda ctx: releasing.revoke(ctx, case.id))
    assert (await cast.case(case.id)).released_at is None
    before = max(row.n for row in await cast.rows())
    await cast.does("office", lambda ctx: release(ctx, case))
    rows = await cast.rows(before)
    assert not [row for row in rows if row.card == "citizen"]
    standing = await posts(cast, case)
    assert [row.edits for row in standing] == [None, standing[0].id, standing[0].id]
    assert "已清运" in read(cast, standing[-1])


async def test_the_list_of_what_may_be_published_has_neither_the_published_nor_the_secret(cast: Cast) -> None:
    published, wanted, secret = await cast.answered(AGREED), await cast.answered(AGREED), await cast.answered()
    await cast.does("office", lambda ctx: release(ctx, published))
    async with cast.database.reading() as tx:
        listed = {case.id for case in await cases.to_release(tx, None, 1000)}
    assert wanted.id in listed
    assert not {published.id, secret.id} & listed


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        ("UPDATE release SET result = '没有问题' WHERE case_id = :case", "what the public reads is not what was released"),
        ("UPDATE cases SET released_at = NULL WHERE id = :case", "whether the public may read of it"),
    ],
)
async def test_nobody_changes_what_the_public_reads_without_its_being_found(cast: Cast, tampering: str, said: str) -> None:
    case = await cast.answered(AGREED)
    await cast.does("office", lambda ctx: release(ctx, case))
    with pytest.raises(Undone):
        async with cast.database.transaction() as tx:
            await tx.run(tampering, case=case.id)
            (problem,) = (await verify(tx)).problems
            assert problem.startswith(f"case:{case.id}")
            assert said in problem
            raise Undone
