"""One bell set up, confirmed or removed on two devices at the same moment is one bell, and one row of the ledger."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cast import DEVICE, Cast

from actions import bells
from actions.bells import Hung
from actions.context import Context
from actions.notices import code_key
from dialog.subjects import Refused
from domain.bells import BellKind, BellOffer
from storage import memory

pytestmark = pytest.mark.asyncio(loop_scope="module")

OFFER = BellOffer(mail=True, robots=("https://qyapi.weixin.qq.com",))
ROBOT = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="
DEVICES = ("holder", f"holder{DEVICE}")


async def robot(ctx: Context, key: str) -> Hung:
    return await bells.hang(replace(ctx, bells=OFFER), BellKind.WECOM, ROBOT + key)


async def mail(ctx: Context) -> Hung:
    return await bells.hang(replace(ctx, bells=OFFER), BellKind.MAIL, "wang@example.org")


async def events(cast: Cast) -> list[str]:
    rows = await cast.ledger(f"person:{cast.persons['holder']}")
    return [row.event for row in rows if row.event.startswith("bell")]


async def test_the_same_robot_is_set_up_once(cast: Cast) -> None:
    before = await events(cast)
    ends = await cast.at_once(*((device, lambda ctx: robot(ctx, "once")) for device in DEVICES))
    assert sorted(type(end).__name__ for end in ends) == ["Hung", "Refused"]
    assert await events(cast) == [*before, "bell"]


async def test_a_bell_is_removed_once(cast: Cast) -> None:
    hung: Hung = await cast.does("holder", lambda ctx: robot(ctx, "gone"))
    before = await events(cast)
    ends = await cast.at_once(*((device, lambda ctx: bells.remove(ctx, hung.id)) for device in DEVICES))
    assert sum(isinstance(end, Refused) for end in ends) == 1
    assert await events(cast) == [*before, "bell_removed"]


async def test_a_code_is_taken_once(cast: Cast) -> None:
    hung: Hung = await cast.does("holder", mail)
    before = await events(cast)

    async def confirm(ctx: Context) -> object:
        code = await memory.recall(ctx.tx, ctx.keys, code_key(hung.id), ctx.now)
        return await bells.confirm(ctx, hung.id, (code or b"000000").decode())

    ends = await cast.at_once(*((device, confirm) for device in DEVICES))
    assert sum(end is None for end in ends) == 1
    assert await events(cast) == [*before, "bell"]


async def test_no_more_bells_than_there_may_be_are_set_up(cast: Cast) -> None:
    for n in range(bells.MOST_BELLS):
        await cast.does("office", lambda ctx, n=n: robot(ctx, f"k{n}"))
    with pytest.raises(Refused, match="more are not possible"):
        await cast.does("office", lambda ctx: robot(ctx, "k9"))
