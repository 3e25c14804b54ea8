"""Which units are suggested to whoever assigns a case, from all that may be known of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from cast import BELOW, DISCIPLINE, NOWHERE, OTHER, UNIT, Cast, Undone

from actions import filing
from actions.context import Context
from actions.suggesting import suggested_units
from domain.cases import CaseKind, Event
from domain.reasons import ReasonCode
from storage import ledger
from storage.cases import Case

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHENGXI = "government-630104"
NAMED = [ReasonCode.UNIT_NAMED, {"unit": OTHER, "alias": "房产局"}]


def routing(*likely: tuple[str, float], reasons: Sequence[Any] = ()) -> str:
    """Write what was kept when a case was filed."""
    return json.dumps({"likely": likely, "reasons": reasons})


@pytest.mark.parametrize(
    ("known", "units"),
    [
        ({}, []),
        ({"area": "630104"}, [CHENGXI]),
        ({"area": "no area any more"}, []),
        ({"category": "sanitation"}, [UNIT]),
        ({"category": "sanitation", "area": "630104"}, [BELOW, CHENGXI]),
        ({"category": "no category any more", "area": "630104"}, [CHENGXI]),
        ({"routing": routing(("sanitation", 0.9))}, [UNIT]),
        ({"routing": routing(("sanitation", 0.4), ("property", 0.5))}, [OTHER, UNIT]),
        ({"routing": routing(("sanitation", 0.9), ("property", 0.09))}, [UNIT]),
        ({"routing": routing(("no category any more", 0.9), ("property", 0.1))}, [OTHER]),
        ({"category": "sanitation", "routing": routing(("property", 0.9))}, [UNIT, OTHER]),
        ({"routing": routing(("sanitation", 0.9), reasons=[NAMED])}, [UNIT, OTHER]),
        ({"routing": routing(reasons=[[ReasonCode.WINDOW_NAMED, {"window": "x", "unit": OTHER, "alias": ""}]])}, [OTHER]),
        ({"routing": routing(reasons=[[ReasonCode.UNIT_NAMED, {"unit": DISCIPLINE, "alias": "纪检组"}]])}, []),
        ({"routing": routing(reasons=[[ReasonCode.UNIT_NAMED, {"unit": "no unit any more", "alias": "老局"}]])}, []),
        ({"kind": CaseKind.BAD_RATING, "area": "630104"}, [CHENGXI]),
        (
            {"area": "630104", "routing": routing(("sanitation", 0.5), ("property", 0.3), ("heating", 0.2), reasons=[NAMED])},
            [BELOW, "housing", "heating-company"],
        ),
    ],
)
async def test_what_is_known_of_a_case_suggests_units(cast: Cast, known: dict[str, Any], units: list[str]) -> None:
    case = replace(await waiting(cast), **known)
    assert await cast.does("office", lambda ctx: suggested_units(ctx, case)) == units


@pytest.mark.parametrize(("event", "left"), [(Event.RETURN, [CHENGXI]), (Event.UNASSIGN, [CHENGXI, BELOW])])
async def test_a_unit_that_returned_the_case_is_not_suggested_and_one_that_lost_it_last(
    cast: Cast, event: Event, left: list[str]
) -> None:
    case = replace(await waiting(cast), category="sanitation", area="630104")

    async def deed(ctx: Context) -> None:
        await ledger.append(ctx.tx, f"case:{case.id}", "office", Event.ASSIGN, {"unit": CHENGXI}, ctx.now)
        await ledger.append(ctx.tx, f"case:{case.id}", "office", event, {"before": BELOW}, ctx.now)
        assert await suggested_units(ctx, case) == left
        raise Undone

    with pytest.raises(Undone):
        await cast.does("office", deed)


async def test_after_the_unit_of_a_whole_field_returned_a_case_the_units_within_the_field_are_suggested(cast: Cast) -> None:
    likely = routing(("construction", 0.9), ("transport", 0.15))
    case = replace(await waiting(cast), category="construction", area="630104", routing=likely)
    assert await cast.does("office", lambda ctx: suggested_units(ctx, case)) == ["construction", "transport", CHENGXI]

    async def deed(ctx: Context) -> None:
        await ledger.append(ctx.tx, f"case:{case.id}", "office", Event.RETURN, {"before": "construction"}, ctx.now)
        assert await suggested_units(ctx, case) == [BELOW, OTHER, "transport"]
        named = replace(case, routing=routing(("construction", 0.3), ("heating", 0.7)))
        assert (await suggested_units(ctx, named))[0] == "heating-company", "what the words say counts more"
        raise Undone

    with pytest.raises(Undone):
        await cast.does("office", deed)


async def waiting(cast: Cast) -> Case:
    """Give a case that waits, of which nothing is known."""
    receipt = await cast.does("reporter", lambda ctx: filing.file_case(ctx, NOWHERE))
    case: Case = receipt.case
    return case
