"""The accountability list at the desk: what is proposed, on what ground, and the decision, as in chat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from actions.context import Context
from bot.desk.acts import reason_of
from bot.desk.words import NOT_HELD, WORDS
from bot.pages import id_of
from dialog.subjects import Refused, Reply
from dialog.texts import Text
from handlers import accountability
from storage import cases, proposals
from storage.proposals import Proposal

PAGE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One proposal, with the number of its case, what came of it since, and who hears of it if the unit is held to account."""

    id: str
    number: str
    ground: Text
    since: Sequence[Text]
    told: Text


async def view(ctx: Context, request: web.Request, typed: Mapping[str, str]) -> Mapping[str, Any]:
    """Show a page of what nobody has decided yet, the oldest first."""
    after = id_of(request.query.get("after", ""))
    found = await proposals.undecided(ctx.tx, after or None, PAGE + 1)
    return {
        "proposals": [await _line(ctx, proposal) for proposal in found[:PAGE]],
        "next": found[PAGE - 1].id if len(found) > PAGE else None,
        "first": bool(after),
    }


async def do(ctx: Context, request: web.Request, fields: Mapping[str, str]) -> Reply:
    """Hold a unit to account, or don't. Raises Refused."""
    id = fields.get("proposal", "")
    match request.match_info["act"]:
        case "uphold" if fields.get("sure") != "yes":
            raise Refused(NOT_HELD)
        case "uphold":
            return await accountability.upheld(ctx, id)
        case "drop":
            return await accountability.dropped(ctx, accountability.Drop(proposal=id, reason=reason_of(fields)))
    raise Refused(WORDS["not_found"])


async def _line(ctx: Context, proposal: Proposal) -> Line:
    case = await cases.get(ctx.tx, proposal.case)
    number = case.number if case else ""
    ground, *since = await accountability.grounds(ctx, proposal, number)
    return Line(id=proposal.id, number=number, ground=ground, since=since, told=await accountability.told(ctx, proposal.unit))
