"""Every action tells exactly those whom it concerns, each in their own view; no unit ever learns who complained."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from cast import BELOW, CITIZENS, COMPLAINT, MISCONDUCT, NAMED, NOWHERE, STAFF, UNIT, Cast
from stores import NOW

from actions import (
    absence,
    checking,
    erasing,
    extending,
    filing,
    following,
    handling,
    identity,
    invitations,
    merging,
    notices,
    planning,
    releasing,
    triage,
)
from actions.context import Context
from actions.filing import FileCase
from actions.planning import MakePlan
from domain.cases import Satisfaction
from storage import deadlines, people, roles
from storage.cases import Case
from storage.outbox import OutboxRow
from storage.releases import Wording

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONTACTS = {"holder", "colleague", "third"}
OFFICE = {"office", "second office"}
FOLLOWERS = {"reporter", "follower"}


AGREED = replace(COMPLAINT, publish=True)
LATER = NOW + timedelta(minutes=1)
"""When what happens is not told together with what happened before."""


async def last(cast: Cast) -> int:
    """Give the number of the newest row of the outbox."""
    async with cast.database.reading() as tx:
        row = await tx.one("SELECT MAX(n) AS n FROM outbox")
    return int(row["n"] or 0) if row else 0


def to(cast: Cast, rows: list[OutboxRow], *, edits: bool) -> dict[str | None, set[str]]:
    """Give by view of the case who got a new message, or has one brought up to date."""
    found: dict[str | None, set[str]] = {}
    for said in map(cast.said, rows):
        if said.edits == edits:
            found.setdefault(said.card, set()).add(said.to)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Who does what in which state; who gets news in which view, and whose card is brought up to date."""

    state: Callable[[Cast], Awaitable[Case]]
    who: str
    what: Callable[[Context, Case], Awaitable[object]]
    news: dict[str | None, set[str]]
    edits: dict[str | None, set[str]]


async def hand_over(ctx: Context, case: Case) -> object:
    third = next(role for role in await roles.of_unit(ctx.tx, UNIT) if role.name == "third")
    return await handling.hand_over(ctx, case.id, third.id)


async def asked(cast: Cast) -> Case:
    case = await cast.accepted()
    await cast.does("holder", lambda ctx: handling.ask(ctx, case.id, "?"))
    return await cast.case(case.id)


async def extension_asked(cast: Cast) -> Case:
    case = await cast.accepted()
    await cast.does("holder", lambda ctx: extending.ask(ctx, case.id, "8wd", "why"))
    return await cast.case(case.id)


async def plan(ctx: Context, case: Case, rule: str | None = None) -> object:
    return await planning.plan(
        ctx, MakePlan(case=case.id, measures="m", target="t", responsible="r", rule=rule, reason="why" if rule else "")
    )


async def reopened(cast: Cast) -> Case:
    case = await cast.answered()
    await cast.does("reporter", lambda ctx: following.not_solved(ctx, case.id, "why"))
    await cast.does("holder", lambda ctx: handling.report(ctx, case.id, "done"))
    return await cast.case(case.id)


async def returned(cast: Cast) -> Case:
    case = await cast.accepted()
    await cast.does("holder", lambda ctx: handling.return_(ctx, case.id, "no"))
    return await cast.case(case.id)


def release(ctx: Context, case: Case) -> Awaitable[object]:
    return releasing.release(ctx, case.id, Wording(problem="门口垃圾没人清运", result="已清运"))


async def released(cast: Cast) -> Case:
    case = await cast.answered(AGREED)
    await cast.does("office", lambda ctx: release(ctx, case))
    return await cast.case(case.id)


def telling(
    state: Callable[[Cast], Awaitable[Case]],
    who: str,
    what: Callable[[Context, Case], Awaitable[object]],
    news: dict[str | None, set[str]],
    edits: dict[str | None, set[str]],
) -> Telling:
    return Telling(state=state, who=who, what=what, news=news, edits=edits)


TOLD: dict[str, Telling] = {
    "signed in": telling(
        Cast.assigned, "holder", lambda ctx, case: handling.accept(ctx, case.id, case.version),
        {"citizen": FOLLOWERS}, {"unit": CONTACTS},
    ),
    "returned": telling(
        Cast.accepted, "holder", lambda ctx, case: handling.return_(ctx, case.id, "no"),
        {"citizen": FOLLOWERS, "office": OFFICE}, {"unit": CONTACTS},
    ),
    "asked": telling(
        Cast.accepted, "holder", lambda ctx, case: handling.ask(ctx, case.id, "?"), {"citizen": FOLLOWERS}, {"unit": CONTACTS}
    ),
    "reported": telling(
        Cast.accepted, "holder", lambda ctx, case: handling.report(ctx, case.id, "done"),
        {"citizen": FOLLOWERS}, {"unit": CONTACTS},
    ),
    "planned": telling(Cast.accepted, "holder", plan, {"citizen": FOLLOWERS}, {"unit": CONTACTS}),
    "planned for a later date": telling(
        Cast.accepted, "holder", lambda ctx, case: plan(ctx, case, "8wd"),
        {"citizen": FOLLOWERS, "office": OFFICE}, {"unit": CONTACTS},
    ),
    "more time asked for": telling(
        Cast.accepted, "holder", lambda ctx, case: extending.ask(ctx, case.id, "8wd", "why"),
        {"office": OFFICE}, {"unit": CONTACTS},
    ),
    "more time granted": telling(
        extension_asked, "office", lambda ctx, case: extending.grant(ctx, case.id, 2),
        {"unit": {"holder"}, "citizen": FOLLOWERS}, {"unit": CONTACTS, "office": OFFICE},
    ),
    "more time refused": telling(
        extension_asked, "office", lambda ctx, case: extending.refuse(ctx, case.id, 2, "no"),
        {"unit": {"holder"}, "citizen": FOLLOWERS}, {"unit": CONTACTS, "office": OFFICE},
    ),
    "handed over": telling(Cast.accepted, "holder", hand_over, {"unit": {"third"}}, {"unit": CONTACTS}),
    "passed on": telling(
        Cast.accepted, "holder", lambda ctx, case: handling.pass_on(ctx, case.id, BELOW),
        {"unit": {"below"}, "citizen": FOLLOWERS}, {"unit": CONTACTS},
    ),
    "assigned": telling(
        Cast.triage, "office", lambda ctx, case: triage.assign(ctx, case.id, UNIT),
        {"unit": CONTACTS, "citizen": FOLLOWERS}, {"office": OFFICE},
    ),
    "assigned after it was returned": telling(
        returned, "office", lambda ctx, case: triage.assign(ctx, case.id, BELOW),
        {"unit": {"below"}, "citizen": FOLLOWERS}, {"office": OFFICE},
    ),
    "refused": telling(
        Cast.triage, "office", lambda ctx, case: triage.refuse(ctx, case.id, "no"), {"citizen": FOLLOWERS}, {"office": OFFICE}
    ),
    "taken": telling(
        Cast.triage, "office", lambda ctx, case: triage.take(ctx, case.id, case.version), {}, {"office": OFFICE}
    ),
    "taken back": telling(
        Cast.assigned, "office", lambda ctx, case: triage.unassign(ctx, case.id, "no"),
        {"citizen": FOLLOWERS, "office": OFFICE, None: CONTACTS}, {"unit": CONTACTS},
    ),
    "confirmed": telling(
        Cast.answered, "office", lambda ctx, case: checking.confirm(ctx, case.id), {}, {"unit": CONTACTS}
    ),
    "reopened": telling(
        Cast.closed, "office", lambda ctx, case: checking.reopen(ctx, case.id, "no"),
        {"citizen": FOLLOWERS, "unit": {"holder"}}, {"unit": CONTACTS},
    ),
    "added before it is signed in": telling(
        Cast.assigned, "follower", lambda ctx, case: following.add(ctx, case.id, "more"), {"unit": CONTACTS}, {"unit": CONTACTS}
    ),
    "added": telling(
        Cast.accepted, "follower", lambda ctx, case: following.add(ctx, case.id, "more"), {"unit": {"holder"}}, {"unit": CONTACTS}
    ),
    "replied": telling(
        asked, "reporter", lambda ctx, case: following.reply(ctx, case.id, "yes"), {"unit": {"holder"}}, {"unit": CONTACTS}
    ),
    "urged": telling(Cast.accepted, "reporter", lambda ctx, case: following.urge(ctx, case.id), {"unit": {"holder"}}, {}),
    "urged before it has a unit": telling(
        Cast.triage, "reporter", lambda ctx, case: following.urge(ctx, case.id), {"office": OFFICE}, {}
    ),
    "withdrawn": telling(
        Cast.accepted, "reporter", lambda ctx, case: following.withdraw(ctx, case.id, "why"),
        {"unit": {"holder"}, "citizen": {"follower"}}, {"unit": CONTACTS},
    ),
    "solved": telling(
        Cast.answered, "follower", lambda ctx, case: following.solved(ctx, case.id, case.version),
        {"citizen": {"reporter"}}, {"unit": CONTACTS},
    ),
    "not solved": telling(
        Cast.answered, "reporter", lambda ctx, case: following.not_solved(ctx, case.id, "why"),
        {"unit": {"holder"}, "citizen": {"follower"}}, {"unit": CONTACTS},
    ),
    "not solved again": telling(
        reopened, "reporter", lambda ctx, case: following.not_solved(ctx, case.id, "why"),
        {"office": OFFICE, "citizen": {"follower"}, None: {"holder"}}, {"unit": CONTACTS},
    ),
    "rated": telling(
        Cast.closed, "reporter", lambda ctx, case: following.rate(ctx, case.id, Satisfaction.SATISFIED), {}, {}
    ),
    "a new code": telling(Cast.accepted, "reporter", lambda ctx, case: following.new_code(ctx, case.id), {}, {}),
    "a name opened": telling(
        lambda cast: cast.accepted(NAMED), "office", lambda ctx, case: identity.reveal(ctx, case.id), {}, {}
    ),
    "a text erased": telling(
        Cast.accepted, "office", lambda ctx, case: erasing.erase(ctx, case.id, 1), {"citizen": FOLLOWERS}, {"unit": CONTACTS}
    ),
    "published": telling(
        lambda cast: cast.answered(AGREED), "office", release, {"citizen": FOLLOWERS}, {"unit": CONTACTS}
    ),
    "published anew": telling(released, "office", release, {}, {"unit": CONTACTS}),
    "taken off the board": telling(released, "office", lambda ctx, case: releasing.revoke(ctx, case.id), {}, {"unit": CONTACTS}),
    "misconduct signed in": telling(
        lambda cast: cast.assigned(MISCONDUCT), "discipline", lambda ctx, case: handling.accept(ctx, case.id, case.version),
        {"citizen": FOLLOWERS}, {"unit": {"discipline"}},
    ),
    "misconduct not solved again": telling(
        lambda cast: cast.answered(MISCONDUCT), "reporter", lambda ctx, case: following.not_solved(ctx, case.id, "why"),
        {"unit": {"discipline"}, "citizen": {"follower"}}, {"unit": {"discipline"}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
async def test_exactly_those_are_told_whom_it_concerns(cast: Cast, name: str) -> None:
    telling = TOLD[name]
    case = await telling.state(cast)
    before = await last(cast)
    await cast.does(telling.who, lambda ctx: telling.what(ctx, case), LATER)
    rows = await cast.rows(before)
    assert to(cast, rows, edits=False) == telling.news
    assert {card: who for card, who in to(cast, rows, edits=True).items() if card} == telling.edits
    assert {row.subject for row in rows if row.card} <= {case.id}


@pytest.mark.parametrize(
    ("command", "news"), [(COMPLAINT, {"unit": CONTACTS}), (NOWHERE, {"office": OFFICE}), (MISCONDUCT, {"unit": {"discipline"}})]
)
async def test_a_new_case_is_given_to_those_who_have_to_deal_with_it(
    cast: Cast, command: FileCase, news: dict[str | None, set[str]]
) -> None:
    before = await last(cast)
    await cast.files(command)
    rows = await cast.rows(before)
    assert to(cast, rows, edits=False) == news
    assert to(cast, rows, edits=True) == {}


async def test_everybody_with_two_devices_is_told_on_both(cast: Cast) -> None:
    before = await last(cast)
    await cast.files()
    told = {row.conversation for row in await cast.rows(before)}
    assert {cast.conversations["holder"], cast.conversations["holder's other device"]} <= told


async def test_a_unit_without_a_contact_is_made_known_to_the_office_once_a_day_and_the_receipt_does_not_wait(cast: Cast) -> None:
    lonely = replace(COMPLAINT, category="teaching")
    before = await last(cast)
    receipt = await cast.files(lonely)
    assert receipt.case.unit == "education"
    rows = await cast.rows(before)
    assert to(cast, rows, edits=False) == {None: OFFICE}
    before = await last(cast)
    await cast.files(lonely)
    assert await cast.rows(before) == []


async def test_a_unit_whose_contacts_can_not_be_written_to_is_made_known_too(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        await people.mark_unreachable(tx, cast.conversations["other unit"], NOW)
    before = await last(cast)
    await cast.files(replace(COMPLAINT, category="property"))
    rows = await cast.rows(before)
    # The card waits for them all the same, for the day they come back.
    assert to(cast, rows, edits=False) == {"unit": {"other unit"}, None: OFFICE}


async def test_of_a_misconduct_report_the_office_learns_nothing_but_that_a_team_can_not_be_reached(cast: Cast) -> None:
    before = await last(cast)
    receipt = await cast.files(replace(MISCONDUCT, place=replace(MISCONDUCT.place, area="630102")))  # type: ignore[type-var]
    rows = await cast.rows(before)
    assert {cast.name_of(row.conversation) for row in rows} == OFFICE
    for row in rows:
        body = cast.keys.unseal(row.body).decode()
        for trace in (receipt.case.id, receipt.case.number, "红包", "630102", "城东"):
            assert trace not in body
        assert (row.subject, row.card) == (None, None)


async def away(cast: Cast, who: str, deputy: str | None = None) -> None:
    async def go(ctx: Context) -> object:
        stands_in = next((role.id for role in await ctx.colleagues(UNIT) if role.name == deputy), None)
        return await absence.leave(ctx, NOW + timedelta(days=1), stands_in)

    await cast.does(who, go)


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        ({"holder": "third"}, {"holder", "third"}),
        ({"holder": None}, {"head"}),
        ({"holder": "third", "third": None}, {"head"}),
        ({"holder": None, "head": None}, {"holder", "office", "second office"}),
        ({"third": "holder"}, {"holder"}),
    ],
)
async def test_what_comes_for_somebody_who_is_away_reaches_somebody_who_is_there(
    cast: Cast, gone: dict[str, str | None], told: set[str]
) -> None:
    case = await cast.accepted()
    for who, deputy in gone.items():
        await away(cast, who, deputy)
    try:
        before = await last(cast)
        await cast.does("reporter", lambda ctx: following.urge(ctx, case.id), LATER)
        assert set().union(*to(cast, await cast.rows(before), edits=False).values()) == told
    finally:
        for who in gone:
            await cast.does(who, absence.come_back)


async def test_a_new_case_goes_to_those_who_are_there_and_to_the_head_where_nobody_is(cast: Cast) -> None:
    contacts = ("holder", "colleague", "third")
    try:
        await away(cast, "holder")
        before = await last(cast)
        await cast.files()
        assert to(cast, await cast.rows(before), edits=False) == {"unit": {"colleague", "third"}}
        await away(cast, "colleague")
        await away(cast, "third")
        before = await last(cast)
        await cast.files()
        assert to(cast, await cast.rows(before), edits=False) == {"unit": {"head"}}
    finally:
        for who in contacts:
            await cast.does(who, absence.come_back)


# ---- merged cases


async def merged(cast: Cast) -> tuple[Case, Case]:
    """Let a neighbour's case go on in the reporter's, which the holder has signed in; give both."""
    lead = await cast.accepted(replace(COMPLAINT, text="门口的垃圾桶满了，我住三单元"))
    receipt = await cast.does("stranger", lambda ctx: filing.file_case(ctx, replace(COMPLAINT, text="楼下一股臭味，我住五单元")))
    await cast.does("office", lambda ctx: merging.merge(ctx, receipt.case.id, lead.id))
    return await cast.case(lead.id), await cast.case(receipt.case.id)


async def test_when_cases_are_merged_its_follower_both_units_and_nobody_else_are_told(cast: Cast) -> None:
    lead, case = await cast.accepted(), await cast.assigned()
    before = await last(cast)
    await cast.does("office", lambda ctx: merging.merge(ctx, case.id, lead.id), LATER)
    rows = await cast.rows(before)
    news = {(row.subject, row.card, cast.name_of(row.conversation)) for row in rows if not row.edits}
    unit = {(case.id, "unit", name) for name in CONTACTS} | {(lead.id, "unit", "holder")}
    assert news == unit | {(case.id, "citizen", name) for name in FOLLOWERS}


async def test_whoever_follows_a_merged_case_hears_of_every_step_of_the_other_one_and_never_its_citizens_words(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "TOGETHER", timedelta())
    lead, case = await merged(cast)
    before = await last(cast)
    await cast.does("holder", lambda ctx: handling.ask(ctx, lead.id, "三单元几点有人？"))
    await cast.does("reporter", lambda ctx: following.reply(ctx, lead.id, "晚上八点在家"))
    await cast.does("holder", lambda ctx: handling.report(ctx, lead.id, "已经清运"))
    await cast.does("reporter", lambda ctx: following.not_solved(ctx, lead.id, "三单元没有清"))
    await cast.does("holder", lambda ctx: handling.report(ctx, lead.id, "全部清运"))
    version = (await cast.case(lead.id)).version
    await cast.does("reporter", lambda ctx: following.solved(ctx, lead.id, version))
    rows = await cast.rows(before)
    heard = [cast.message(row) for row in rows if cast.name_of(row.conversation) == "stranger" and not row.edits]
    assert [message.lines[0].id for message in heard] == [
        "{unit} has answered your case.", "The case has been reopened. The time begins anew: you get an answer by {due}.",
        "{unit} has answered your case.",
        "The case is closed as solved.",
    ]  # fmt: skip
    seen = "".join(cast.keys.unseal(row.body).decode() for row in rows if cast.name_of(row.conversation) == "stranger")
    assert "已经清运" in seen
    assert "全部清运" in seen
    for trace in (lead.number, lead.id, "三单元", "八点", "满了"):
        assert trace not in seen
    theirs = "".join(cast.keys.unseal(row.body).decode() for row in rows if cast.name_of(row.conversation) in FOLLOWERS)
    for trace in (case.number, case.id, "五单元", "臭味"):
        assert trace not in theirs


async def test_what_is_added_to_a_merged_case_reaches_the_holder_of_the_other_one_and_no_citizen(cast: Cast) -> None:
    lead, case = await merged(cast)
    before = await last(cast)
    await cast.does("stranger", lambda ctx: following.add(ctx, case.id, "我叫李小明，电话13997254418，今天更臭了"), LATER)
    rows = await cast.rows(before)
    news = {(row.subject, row.card, cast.name_of(row.conversation)) for row in rows if not row.edits}
    assert news == {(lead.id, "unit", "holder"), (None, None, "stranger")}  # who is told that the number was covered
    seen = "".join(cast.keys.unseal(row.body).decode() for row in rows)
    assert "今天更臭了" in seen
    assert "13997254418" not in seen
    assert "李小明" not in seen


async def test_whoever_follows_both_cases_hears_of_each_step_once(cast: Cast) -> None:
    lead, case = await cast.accepted(), await cast.assigned()
    await cast.does("office", lambda ctx: merging.merge(ctx, case.id, lead.id))
    before = await last(cast)
    await cast.does("holder", lambda ctx: handling.report(ctx, lead.id, "done"), LATER)
    told = [(row.subject, row.conversation) for row in await cast.rows(before) if row.card == "citizen" and not row.edits]
    assert {subject for subject, _conversation in told} == {lead.id}
    assert len(set(told)) == len(told)


async def test_whoever_follows_a_case_merged_into_a_merged_one_hears_of_the_one_that_goes_on(cast: Cast) -> None:
    lead, case = await merged(cast)
    further = await cast.accepted()
    await cast.does("office", lambda ctx: merging.merge(ctx, lead.id, further.id))
    before = await last(cast)
    await cast.does("holder", lambda ctx: handling.report(ctx, further.id, "done"), LATER)
    told = {(row.subject, cast.name_of(row.conversation)) for row in await cast.rows(before) if row.card == "citizen"}
    assert (case.id, "stranger") in told


async def test_when_the_case_that_goes_on_is_withdrawn_the_merged_one_is_with_its_unit_again_with_its_first_promise(
    cast: Cast,
) -> None:
    lead, case = await merged(cast)
    async with cast.database.reading() as tx:
        promised = await deadlines.last_promise(tx, case.id)
    before = await last(cast)
    await cast.does("reporter", lambda ctx: following.withdraw(ctx, lead.id, "why"), LATER)
    after = await cast.case(case.id)
    assert (after.state, after.unit, after.merged_into, after.closed_at) == ("assigned", UNIT, None, None)
    async with cast.database.reading() as tx:
        running = await deadlines.running(tx, case.id)
    assert set(running) == {"promise", "accept", "answer"}
    assert promised is not None
    assert running[deadlines.DeadlineKind.PROMISE].due_at == promised.due_at
    rows = [row for row in await cast.rows(before) if row.subject == case.id and not row.edits]
    assert {cast.name_of(row.conversation) for row in rows} == CONTACTS | {"stranger"}


# ---- who it was


async def _whole_story(cast: Cast) -> Case:
    """Let everything happen to a named case that can, with personal data in every text."""
    about_me = "我叫欧阳小敏，电话13997254418"
    case = await cast.assigned(replace(NAMED, text=f"{about_me}，门口垃圾没人清运"))
    await cast.does("follower", lambda ctx: following.add(ctx, case.id, f"{about_me}，又多了一堆"))
    await cast.does("holder", lambda ctx: handling.return_(ctx, case.id, "不属于本单位职责"))
    await cast.does("reporter", lambda ctx: following.urge(ctx, case.id))
    await cast.does("office", lambda ctx: triage.assign(ctx, case.id, UNIT))
    await cast.does("office", lambda ctx: identity.reveal(ctx, case.id))
    version = (await cast.case(case.id)).version
    await cast.does("colleague", lambda ctx: handling.accept(ctx, case.id, version))
    await cast.does("colleague", lambda ctx: handling.ask(ctx, case.id, "几点方便？"))
    await cast.does("reporter", lambda ctx: following.reply(ctx, case.id, f"晚上八点，{about_me}，欧阳小敏等你们"))
    await cast.does("colleague", lambda ctx: hand_over_to(ctx, case, "holder"))
    await cast.does("holder", lambda ctx: handling.pass_on(ctx, case.id, BELOW))
    version = (await cast.case(case.id)).version
    await cast.does("below", lambda ctx: handling.accept(ctx, case.id, version))
    await cast.does("below", lambda ctx: handling.report(ctx, case.id, "已清运"))
    await cast.does("reporter", lambda ctx: following.not_solved(ctx, case.id, f"还有一半，{about_me}"))
    await cast.does("below", lambda ctx: handling.report(ctx, case.id, "全部清运"))
    version = (await cast.case(case.id)).version
    await cast.does("reporter", lambda ctx: following.solved(ctx, case.id, version))
    await cast.does("reporter", lambda ctx: following.rate(ctx, case.id, Satisfaction.SATISFIED))
    return await cast.case(case.id)


async def hand_over_to(ctx: Context, case: Case, name: str) -> object:
    colleague = next(role for role in await roles.of_unit(ctx.tx, UNIT) if role.name == name)
    return await handling.hand_over(ctx, case.id, colleague.id)


async def test_nothing_that_goes_to_staff_says_who_complained_and_nothing_to_citizens_who_dealt_with_it(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "TOGETHER", timedelta())  # every piece of news in a message of its own
    before = await last(cast)
    case = await _whole_story(cast)
    rows = await cast.rows(before)
    async with cast.database.reading() as tx:
        staff_roles = [role for name in STAFF for role in await roles.of_person(tx, cast.persons[name])]
        addresses = {
            name: (await people.addressed(tx, cast.keys, id)).address for name, id in cast.conversations.items()
        }  # fmt: skip
    citizens = {"欧阳小敏", "小敏", "13997254418"}
    staff = {role.id for role in staff_roles} | {f'"{name}"' for name in STAFF}
    for name, id in cast.conversations.items():
        who = citizens if cast.name_of(id) in CITIZENS else staff
        who |= {id, cast.persons[name], addresses[name]}
    counted = {True: 0, False: 0}
    for row in rows:
        to_staff = cast.name_of(row.conversation) in STAFF
        counted[to_staff] += 1
        seen = cast.keys.unseal(row.body).decode() + f" {row.subject} {row.card}"
        for trace in citizens if to_staff else staff:
            assert trace not in seen, (cast.said(row), trace)
    assert min(counted.values()) >= 10
    assert case.named is not None
    assert "小敏" in cast.keys.unseal(case.named).decode()
    for entry in await cast.ledger(f"case:{case.id}"):
        assert not any(trace in f"{entry.actor} {entry.payload}" for trace in citizens)


async def test_who_has_entered_by_an_invitation_is_told_from_then_on(cast: Cast) -> None:
    who = await cast.newcomer("somebody new")
    async with cast.database.transaction() as tx:
        code = await invitations.invite(tx, cast.keys, roles.RoleKind.CONTACT, ("education",), "新联络员", NOW)
    before = await last(cast)
    await cast.files(replace(COMPLAINT, category="teaching"))
    assert who not in {cast.name_of(row.conversation) for row in await cast.rows(before)}
    await cast.does(who, lambda ctx: invitations.enter(ctx, code))
    before = await last(cast)
    await cast.does("reporter", lambda ctx: filing.file_case(ctx, replace(COMPLAINT, category="teaching")))
    assert to(cast, await cast.rows(before), edits=False) == {"unit": {who}}
