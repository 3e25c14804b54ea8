"""A form about one case, which stands above each of its questions: staff have many alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from actions.cards import title as title_of
from actions.context import Context
from dialog.play import Script
from dialog.subjects import Form, Reply
from dialog.texts import Text
from storage import cases


def case_form(
    *,
    name: str,
    title: Text,
    script: Script[Any],
    then: Callable[[Context, Any], Awaitable[Reply]],
    may: Callable[[Context, str], Awaitable[None]],
    gathers: bool = False,
    cancelled: Text | None = None,
) -> Form[Context]:
    """Make a form whose argument begins with the id of a case; `may` lets nobody open it who must not see the case."""
    return Form(name=name, title=title, script=script, then=then, may=may, heading=_case, gathers=gathers, cancelled=cancelled)


async def _case(ctx: Context, arg: str) -> Text | None:
    case = await cases.get(ctx.tx, arg.partition(":")[0])
    return title_of(ctx, case) if case else None
