"""Handing over where nobody could take over, and what is put on a button: no list with nothing in it, no line break."""

from __future__ import annotations

import pytest
from cast import BELOW, DISCIPLINE, MISCONDUCT, Cast

from actions import handling
from dialog.subjects import Refused
from handlers import stray, unit_desk

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_sole_contact_reads_why_nobody_can_take_over_and_what_can_be_done(cast: Cast) -> None:
    case = await cast.accepted()
    await cast.does("holder", lambda ctx: unit_desk.may_hand_over(ctx, case.id))
    await cast.does("holder", lambda ctx: handling.pass_on(ctx, case.id, BELOW))
    with pytest.raises(Refused, match="no other contact.+can return it"):
        await cast.does("below", lambda ctx: unit_desk.may_hand_over(ctx, case.id))


async def test_a_discipline_team_of_one_can_still_pass_a_report_on(cast: Cast) -> None:
    case = await cast.accepted(MISCONDUCT)
    assert case.unit == DISCIPLINE
    await cast.does("discipline", lambda ctx: unit_desk.may_hand_over(ctx, case.id))


async def test_a_question_of_two_lines_stands_on_one_line_of_a_button(cast: Cast) -> None:
    case = await cast.accepted()
    await cast.does("holder", lambda ctx: handling.ask(ctx, case.id, "哪个门口？\n是 北门吗？"))
    options = await cast.does("reporter", lambda ctx: stray.questions_open(ctx, case.id))
    assert options[0].label.args["text"] == "哪个门口？ 是 北门吗？"
