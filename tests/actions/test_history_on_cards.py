"""What has been said of a case stands on the cards of those who deal with it: nobody judges, or takes over, unread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from cast import COMPLAINT, Cast
from stores import NOW

from actions import following, handling, merging
from dialog.incoming import IncomingFile
from dialog.outgoing import Outgoing
from dialog.texts import Words
from domain.cases import CaseState
from handlers import timeline
from handlers.following import show_case
from storage import files
from storage.cases import Case

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROOF = ("f" * 32, "e" * 32)


def read(card: Outgoing) -> Sequence[str]:
    words = Words({}, ("en",), ZoneInfo("Asia/Shanghai"))
    return [words.render(line, "en") for line in card.lines]


async def card(cast: Cast, who: str, case: Case) -> Sequence[str]:
    return read(await cast.does(who, lambda ctx: show_case(ctx, case.id)))


async def test_the_office_reads_the_answer_that_it_calls_solved_or_reopens(cast: Cast) -> None:
    case = await cast.accepted()
    assert not [line for line in await card(cast, "office", case) if line.startswith("Answered last")]
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "已清运，见照片", PROOF))
    assert "Answered last: 已清运，见照片 (files: 2)" in await card(cast, "office", case)
    shown = await cast.does("office", lambda ctx: show_case(ctx, case.id))
    assert "files" in [button.press.split(":")[1] for row in shown.rows for button in row]


async def test_the_office_reads_the_answer_that_did_not_help_when_it_decides_who_goes_on(cast: Cast) -> None:
    case = await cast.answered()
    await cast.does("reporter", lambda ctx: following.not_solved(ctx, case.id, "还在"))
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "又清运了一次"), NOW + timedelta(hours=1))
    await cast.does("reporter", lambda ctx: following.not_solved(ctx, case.id, "仍在"))
    assert (await cast.case(case.id)).state is CaseState.TRIAGE
    lines = await card(cast, "office", case)
    assert "Answered last: 又清运了一次" in lines
    assert "Not solved for the second time: 仍在" in lines


async def test_whoever_takes_a_case_over_reads_the_question_the_reply_and_the_answer_before(cast: Cast) -> None:
    case = await cast.accepted()
    await cast.does("holder", lambda ctx: handling.ask(ctx, case.id, "哪个门口？"))
    assert "Asked on 7 Jan 2026: 哪个门口？" in await card(cast, "colleague", case)
    await cast.does("reporter", lambda ctx: following.reply(ctx, case.id, "北门", ("d" * 32,)))
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "已清运", PROOF))
    await cast.does("reporter", lambda ctx: following.not_solved(ctx, case.id, "还在"))
    for who in ("holder", "colleague", "head"):
        lines = await card(cast, who, case)
        news = lines[lines.index("Asked on 7 Jan 2026: 哪个门口？") :]
        assert news[:5] == [
            "Asked on 7 Jan 2026: 哪个门口？",
            "Replied on 7 Jan 2026: 北门 (files: 1)",
            "Not solved, said on 7 Jan 2026: 还在",
            "Sent with it: 1 photo or file",
            "Answered last: 已清运 (files: 2)",
        ], who
        shown = await cast.does(who, lambda ctx: show_case(ctx, case.id))
        assert f"s:files:{case.id}" in [button.press for row in shown.rows for button in row], who


async def test_what_a_unit_asked_is_not_among_the_words_of_those_who_reported_the_same(cast: Cast) -> None:
    case, other = await cast.accepted(), await cast.accepted()
    await cast.does("holder", lambda ctx: handling.ask(ctx, other.id, "哪个门口？"))
    await cast.does("reporter", lambda ctx: following.reply(ctx, other.id, "北门"), NOW + timedelta(minutes=1))
    await cast.does("office", lambda ctx: merging.merge(ctx, other.id, case.id))
    assert f"Others have reported the same: {COMPLAINT.text}\n北门" in await card(cast, "holder", case)


async def test_a_file_that_turns_out_to_be_damaged_is_not_counted_among_those_that_came(cast: Cast) -> None:
    sent = []
    for name in ("one", "two"):
        async with cast.database.transaction() as tx:
            wire = IncomingFile(ref=name, kind="photo")
            sent.append(await files.expect(tx, cast.keys, cast.conversations["reporter"], "telegram", wire, NOW))
    case = await cast.accepted(replace(COMPLAINT, files=tuple(sent)))
    assert "Sent with it: 2 photos and files" in await card(cast, "holder", case)
    async with cast.database.transaction() as tx:
        await files.refuse(tx, sent[1], "damaged", NOW)
    for who in ("holder", "office"):
        lines = await card(cast, who, case)
        assert "Sent with it: 1 photo or file" in lines
        assert "Files that could not be taken: 1" in lines
        shown = await cast.does(who, lambda ctx: timeline.files(ctx, case.id))
        assert shown.files == (sent[0],)
        assert "(files: 1)" in " ".join(read(await cast.does(who, lambda ctx: timeline.timeline(ctx, case.id))))


async def test_a_timeline_speaks_to_those_who_filed_and_to_staff_of_the_citizen(cast: Cast) -> None:
    case = await cast.accepted()
    await cast.does("reporter", lambda ctx: following.add(ctx, case.id, "北门"))
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "已清运"))
    await cast.does("reporter", lambda ctx: following.not_solved(ctx, case.id, "还在"))
    own = " ".join(read(await cast.does("reporter", lambda ctx: timeline.timeline(ctx, case.id))))
    assert "You added: 北门" in own
    assert "You said that it is not solved: 还在" in own
    assert "citizen" not in own
    of_staff = " ".join(read(await cast.does("holder", lambda ctx: timeline.timeline(ctx, case.id))))
    assert "Added by the citizen: 北门" in of_staff
    assert "You" not in of_staff


async def test_nobody_reads_that_they_said_what_somebody_else_did_who_reported_the_same(cast: Cast) -> None:
    case, other = await cast.accepted(), await cast.assigned()
    await cast.does("office", lambda ctx: merging.merge(ctx, other.id, case.id))
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "已清运"))
    answered = await cast.case(case.id)
    await cast.does("reporter", lambda ctx: following.solved(ctx, case.id, answered.version))
    shown = read(await cast.does("reporter", lambda ctx: timeline.timeline(ctx, other.id)))
    assert any(line.endswith("Confirmed as solved. Closed.") for line in shown)
    assert not [line for line in shown if "You" in line]
