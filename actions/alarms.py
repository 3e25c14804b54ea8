"""What the office is told of the program itself, because people can do something about it."""

from __future__ import annotations

from datetime import timedelta

from actions.context import Context
from actions.notices import tell_office
from dialog.outgoing import say
from dialog.texts import _
from storage import quotas

AGAIN = timedelta(days=1)


async def tell_shut_out(ctx: Context, channel: str) -> None:
    """Tell the office, by every other channel and at most once a day, that the far end of this one refuses the program."""
    if await quotas.use(ctx.tx, f"shut out {channel}", 1, 1, AGAIN, ctx.now) is None:
        what = _(
            "{channel} refuses our program: nothing comes from there, and nothing can be sent there.", channel=channel.title()
        )
        todo = _(
            "Please tell the operators at once. On the other channels everything goes on, and what waits will be sent later."
        )
        await tell_office(ctx, say(what, todo), but_on=channel)


async def tell_contested(ctx: Context, channel: str) -> None:
    """Tell the office, at most once a day, that another program fetches what people write to us on a channel."""
    if await quotas.use(ctx.tx, f"contested {channel}", 1, 1, AGAIN, ctx.now) is None:
        what = _(
            "Another program uses our account on {channel}: what people write there may reach it instead of us.",
            channel=channel.title(),
        )
        todo = _(
            "Please tell the operators at once. They should stop the other program; if nobody knows it, somebody has our"
            " token, and a new one is needed. What we send still arrives."
        )
        await tell_office(ctx, say(what, todo))
