"""Every correction of a routing is kept with the act that makes it; the office can exclude it, and nobody else sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from cast import BELOW, COMPLAINT, EVERYBODY, MISCONDUCT, OTHER, UNIT, Cast
from stores import NOW

from actions import correcting, filing, handling, merging, triage
from actions.context import Context
from bot.classifiers import shipped
from dialog.incoming import Place
from dialog.subjects import Refused
from storage import corrections, ledger
from storage.cases import Case
from storage.corrections import Correction, Sort, Whose

pytestmark = pytest.mark.asyncio(loop_scope="module")

LATER = NOW + timedelta(minutes=1)
WAGES = replace(COMPLAINT, text="工地老板拖欠农民工工资三个月不发", place=Place(area="630102"), category="wages")


async def filed(cast: Cast, command: filing.FileCase, *, by_office: bool = False) -> Case:
    """File with the classifier that ships."""

    async def deed(ctx: Context) -> filing.Receipt:
        sorting = replace(ctx, city=replace(ctx.city, classifier=shipped()))
        if by_office:
            return await filing.file_for(sorting, command, filing.Source.PHONE)
        return await filing.file_case(sorting, command)

    receipt: filing.Receipt = await cast.does("office" if by_office else "reporter", deed)
    return receipt.case


async def kept(cast: Cast, case: Case) -> Sequence[Correction]:
    async with cast.database.transaction() as tx:
        return await corrections.of_cases(tx, case.id, case.id)


async def told(cast: Cast, case: Case) -> list[tuple[Sort, str, str | None, str | None]]:
    found = sorted(await kept(cast, case), key=lambda one: one.sort is Sort.ASSIGNED)
    return [(one.sort, one.was, one.became, one.unit) for one in found]


async def test_another_category_than_the_first_suggestion_is_kept_with_who_chose_it(cast: Cast) -> None:
    case = await filed(cast, replace(WAGES, category="noise"))
    (one,) = await kept(cast, case)
    assert (one.sort, one.was, one.became, one.role) == (Sort.CHOSEN, "wages", "noise", None)
    assert one.person == cast.persons["reporter"]
    by_phone = await filed(cast, replace(WAGES, category="noise"), by_office=True)
    assert (await kept(cast, by_phone))[0].person == cast.persons["office"]


async def test_the_suggestion_itself_or_its_upper_category_is_no_correction(cast: Cast) -> None:
    for category in ("wages", "labour", None):
        assert await kept(cast, await filed(cast, replace(WAGES, category=category))) == []


async def test_a_returned_case_that_goes_to_another_unit_is_kept_twice_and_back_to_the_same_once(cast: Cast) -> None:
    case = await cast.assigned()
    await cast.does("holder", lambda ctx: handling.return_(ctx, case.id, "不归我们管"))
    assert await told(cast, case) == [(Sort.RETURNED, UNIT, None, UNIT)]
    await cast.does("office", lambda ctx: triage.assign(ctx, case.id, OTHER))
    assert (await told(cast, case))[1:] == [(Sort.ASSIGNED, UNIT, OTHER, UNIT)]
    again = await cast.assigned()
    await cast.does("holder", lambda ctx: handling.return_(ctx, again.id, "不归我们管"))
    await cast.does("office", lambda ctx: triage.assign(ctx, again.id, UNIT))
    assert [one.sort for one in await kept(cast, again)] == [Sort.RETURNED]


async def test_a_merging_that_was_undone_leaves_what_the_unit_returned_and_the_office_put_right(cast: Cast) -> None:
    case, lead = await cast.assigned(), await cast.assigned()
    await cast.does("holder", lambda ctx: handling.return_(ctx, case.id, "不归我们管"))
    await cast.does("office", lambda ctx: merging.merge(ctx, case.id, lead.id))
    await cast.does("office", lambda ctx: merging.unmerge(ctx, case.id))
    await cast.does("office", lambda ctx: triage.assign(ctx, case.id, OTHER))
    assert await told(cast, case) == [(Sort.RETURNED, UNIT, None, UNIT), (Sort.ASSIGNED, UNIT, OTHER, UNIT)]


async def test_what_the_office_takes_back_and_gives_to_another_unit_is_the_offices_own_correction(cast: Cast) -> None:
    case = await cast.assigned()
    await cast.does("office", lambda ctx: triage.unassign(ctx, case.id, "派错单位"))
    assert await kept(cast, case) == []
    await cast.does("office", lambda ctx: triage.assign(ctx, case.id, OTHER))
    assert await told(cast, case) == [(Sort.ASSIGNED, UNIT, OTHER, None)]


async def test_what_waited_is_a_correction_only_if_it_goes_elsewhere_than_was_suggested(cast: Cast) -> None:
    for unit, expected in (("labour", []), (OTHER, [(Sort.SUGGESTED, "labour", OTHER, None)])):
        case = await filed(cast, replace(WAGES, category=None, place=None))
        assert case.unit is None
        await cast.does("office", lambda ctx, id=case.id, unit=unit: triage.assign(ctx, id, unit))
        assert await told(cast, case) == expected


async def test_an_assignment_that_was_taken_back_was_no_correction(cast: Cast) -> None:
    case = await filed(cast, replace(WAGES, category=None, place=None))
    await cast.does("office", lambda ctx: triage.assign(ctx, case.id, OTHER))
    await cast.does("office", lambda ctx: triage.unassign(ctx, case.id, "派错单位"))
    assert await told(cast, case) == []
    await cast.does("office", lambda ctx: triage.assign(ctx, case.id, "labour"))
    assert await told(cast, case) == []


async def test_what_is_assigned_anew_is_a_correction_of_what_was_before_the_assignment_that_was_taken_back(cast: Cast) -> None:
    case = await cast.assigned()
    await cast.does("holder", lambda ctx: handling.return_(ctx, case.id, "不归我们管"))
    returned = (Sort.RETURNED, UNIT, None, UNIT)
    await cast.does("office", lambda ctx: triage.assign(ctx, case.id, BELOW), LATER)
    assert await told(cast, case) == [returned, (Sort.ASSIGNED, UNIT, BELOW, UNIT)]
    await cast.does("office", lambda ctx: triage.unassign(ctx, case.id, "派错单位"), LATER)
    assert await told(cast, case) == [returned]
    await cast.does("office", lambda ctx: triage.assign(ctx, case.id, OTHER), LATER)
    assert await told(cast, case) == [returned, (Sort.ASSIGNED, UNIT, OTHER, UNIT)]


async def test_of_a_misconduct_report_nothing_is_kept(cast: Cast) -> None:
    assert await kept(cast, await filed(cast, replace(MISCONDUCT, category="rudeness"))) == []


async def test_one_correction_all_of_a_person_and_all_of_a_unit_can_be_excluded_and_included_again(cast: Cast) -> None:
    case = await cast.assigned()
    await cast.does("holder", lambda ctx: handling.return_(ctx, case.id, "不归我们管"))
    await cast.does("office", lambda ctx: triage.assign(ctx, case.id, BELOW))
    returned, assigned = sorted(await kept(cast, case), key=lambda one: one.sort is Sort.ASSIGNED)
    for whose, expected in ((Whose.CORRECTION, (True, False)), (Whose.PERSON, (True, False)), (Whose.UNIT, (True, True))):
        await cast.does("office", lambda ctx, whose=whose: correcting.exclude(ctx, returned.id, whose))
        now = {one.id: one.excluded for one in await kept(cast, case)}
        assert (whose in now[returned.id], whose in now[assigned.id]) == expected
        await cast.does("second office", lambda ctx, whose=whose: correcting.include(ctx, returned.id, whose))
    assert not any(one.excluded for one in await kept(cast, case))
    async with cast.database.transaction() as tx:
        rows = (await ledger.of_subject(tx, "city"))[-6:]
    assert [row.event for row in rows] == ["exclude_correction", "include_correction"] * 3
    assert rows[0].payload["correction"] == returned.id
    assert cast.persons["holder"] not in str([row.payload for row in rows])


async def test_what_an_excluded_person_corrects_later_is_excluded_too(cast: Cast) -> None:
    first = (await kept(cast, await filed(cast, replace(WAGES, category="noise"))))[0]
    await cast.does("office", lambda ctx: correcting.exclude(ctx, first.id, Whose.PERSON))
    later = (await kept(cast, await filed(cast, replace(WAGES, category="taxi"))))[0]
    assert later.excluded == {Whose.PERSON}
    await cast.does("office", lambda ctx: correcting.include(ctx, first.id, Whose.PERSON))


async def test_only_the_office_excludes(cast: Cast) -> None:
    one = (await kept(cast, await filed(cast, replace(WAGES, category="noise"))))[0]
    for who in EVERYBODY:
        refused = await cast.tries(who, lambda ctx: correcting.exclude(ctx, one.id, Whose.CORRECTION))
        assert (refused is None) == (who in ("office", "second office")), who


async def test_two_who_exclude_at_once_are_one_and_a_refusal(cast: Cast) -> None:
    one = (await kept(cast, await filed(cast, replace(WAGES, category="noise"))))[0]
    deed = ("office", lambda ctx: correcting.exclude(ctx, one.id, Whose.CORRECTION))
    ends = await cast.at_once(deed, ("second office", deed[1]))
    assert sum(isinstance(end, Refused) for end in ends) == 1
