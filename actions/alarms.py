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
