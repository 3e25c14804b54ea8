"""Two do something to one case at the same moment: one effect, one ledger row, and for the other a clear answer."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import pytest
from cast import ALSO_BELOW, BELOW, COMPLAINT, DEVICE, MISCONDUCT, NAMED, OTHER, OTHER_DISCIPLINE, UNIT, Cast, Deed, xining
from stores import NOW

from actions import (
    accountability,
    checking,
    digest,
    extending,
    filing,
    following,
    handling,
    identity,
    invitations,
    kept_digests,
    merging,
    planning,
    releasing,
    staffing,
    templates,
    triage,
)
from actions.context import Context
from actions.kept_digests import Digest
from actions.planning import MakePlan
from dialog.subjects import Refused
from domain.cases import CaseState, Satisfaction
from domain.weeks import Week
from storage import cases, deadlines, entries, extensions, people, proposals, roles
from storage.cases import Case
from storage.deadlines import DeadlineKind
from storage.releases import Wording
from storage.roles import RoleKind

pytestmark = pytest.mark.asyncio(loop_scope="module")

State: TypeAlias = Callable[[Cast], Awaitable[Case]]
What: TypeAlias = Callable[[Context, Case], Awaitable[object]]
Share: TypeAlias = tuple[str, What, str]
"""Who does what, and the event that the ledger has of it."""


def accept(ctx: Context, case: Case) -> Awaitable[object]:
    return handling.accept(ctx, case.id, case.version)


def return_(ctx: Context, case: Case) -> Awaitable[object]:
    return handling.return_(ctx, case.id, "不属于本单位职责")


def ask(ctx: Context, case: Case) -> Awaitable[object]:
    return handling.ask(ctx, case.id, "几点方便？")


def report(ctx: Context, case: Case) -> Awaitable[object]:
    return handling.report(ctx, case.id, "已清运")


def ask_extension(ctx: Context, case: Case) -> Awaitable[object]:
    return extending.ask(ctx, case.id, "8wd", "车没到")


def plan_later(ctx: Context, case: Case) -> Awaitable[object]:
    return planning.plan(
        ctx, MakePlan(case=case.id, measures="增派车辆", target="清完", responsible="科长", rule="8wd", reason="车没到")
    )


def grant_extension(ctx: Context, case: Case) -> Awaitable[object]:
    return extending.grant(ctx, case.id, 2)


def refuse_extension(ctx: Context, case: Case) -> Awaitable[object]:
    return extending.refuse(ctx, case.id, 2, "不能拖延")


OFFICES = ("office", "second office")


async def extension_asked(cast: Cast) -> Case:
    """Give a case for which its unit asks for more time."""
    case = await cast.accepted()
    await cast.does("holder", lambda ctx: ask_extension(ctx, case))
    return await cast.case(case.id)


def pass_on(unit: str) -> What:
    return lambda ctx, case: handling.pass_on(ctx, case.id, unit)


def assign(unit: str) -> What:
    return lambda ctx, case: triage.assign(ctx, case.id, unit)


def hand_over(name: str) -> What:
    async def deed(ctx: Context, case: Case) -> object:
        colleagues = await roles.of_unit(ctx.tx, case.unit or "")
        return await handling.hand_over(ctx, case.id, next(role.id for role in colleagues if role.name == name))

    return deed


def refuse(ctx: Context, case: Case) -> Awaitable[object]:
    return triage.refuse(ctx, case.id, "不属于受理范围")


def take(ctx: Context, case: Case) -> Awaitable[object]:
    return triage.take(ctx, case.id, case.version)


def unassign(ctx: Context, case: Case) -> Awaitable[object]:
    return triage.unassign(ctx, case.id, "派错单位")


def confirm(ctx: Context, case: Case) -> Awaitable[object]:
    return checking.confirm(ctx, case.id)


def reopen(ctx: Context, case: Case) -> Awaitable[object]:
    return checking.reopen(ctx, case.id, "经核查没有解决")


def merge(into: Case) -> What:
    return lambda ctx, case: merging.merge(ctx, case.id, into.id)


def unmerge(ctx: Context, case: Case) -> Awaitable[object]:
    return merging.unmerge(ctx, case.id)


def solved(ctx: Context, case: Case) -> Awaitable[object]:
    return following.solved(ctx, case.id, case.version)


def not_solved(ctx: Context, case: Case) -> Awaitable[object]:
    return following.not_solved(ctx, case.id, "还是没人管")


def withdraw(ctx: Context, case: Case) -> Awaitable[object]:
    return following.withdraw(ctx, case.id, "已经好了")


def urge(ctx: Context, case: Case) -> Awaitable[object]:
    return following.urge(ctx, case.id)


def rate(ctx: Context, case: Case) -> Awaitable[object]:
    return following.rate(ctx, case.id, Satisfaction.SATISFIED)


def add(ctx: Context, case: Case) -> Awaitable[object]:
    return following.add(ctx, case.id, "又多了一堆")


def reply(ctx: Context, case: Case) -> Awaitable[object]:
    return following.reply(ctx, case.id, "晚上八点")


async def reopened(cast: Cast) -> Case:
    """Give a case answered for the second time."""
    case = await cast.answered()
    await cast.does("reporter", lambda ctx: not_solved(ctx, case))
    await cast.does("holder", lambda ctx: report(ctx, case))
    return await cast.case(case.id)


async def asked(cast: Cast) -> Case:
    """Give a case with an open question."""
    case = await cast.accepted()
    await cast.does("holder", lambda ctx: ask(ctx, case))
    return await cast.case(case.id)


async def misconduct(cast: Cast) -> Case:
    return await cast.assigned(MISCONDUCT)


async def deserted_misconduct(cast: Cast) -> Case:
    return await cast.answered(MISCONDUCT)


def revoke(ctx: Context, case: Case) -> Awaitable[object]:
    return releasing.revoke(ctx, case.id)


async def released(cast: Cast) -> Case:
    case = await cast.answered(replace(COMPLAINT, publish=True))
    await cast.does("office", lambda ctx: releasing.release(ctx, case.id, Wording(problem="门口垃圾", result="已清运")))
    return await cast.case(case.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """Two deeds of which exactly one may come through; `event` is what the ledger then has once more, whoever won."""

    state: State
    one: Share
    other: Share


def race(state: State, one: Share, other: Share) -> Race:
    return Race(state=state, one=one, other=other)


RACES: dict[str, Race] = {
    "two sign in": race(Cast.assigned, ("holder", accept, "accept"), ("colleague", accept, "accept")),
    "one signs in twice": race(Cast.assigned, ("holder", accept, "accept"), (f"holder{DEVICE}", accept, "accept")),
    "two return": race(Cast.assigned, ("holder", return_, "return"), ("colleague", return_, "return")),
    "one signs in, one returns": race(Cast.assigned, ("holder", accept, "accept"), ("colleague", return_, "return")),
    "one signs in, one asks": race(Cast.assigned, ("holder", accept, "accept"), ("colleague", ask, "ask")),
    "two ask before signing in": race(Cast.assigned, ("holder", ask, "ask"), ("colleague", ask, "ask")),
    "two pass on": race(Cast.assigned, ("holder", pass_on(BELOW), "pass_on"), ("colleague", pass_on(ALSO_BELOW), "pass_on")),
    "one passes on, one signs in": race(Cast.assigned, ("holder", pass_on(BELOW), "pass_on"), ("colleague", accept, "accept")),
    "one passes on, one returns": race(Cast.assigned, ("holder", pass_on(BELOW), "pass_on"), ("colleague", return_, "return")),
    "a misconduct report passed on twice": race(
        misconduct,
        ("discipline", pass_on(OTHER_DISCIPLINE), "pass_on"),
        (f"discipline{DEVICE}", pass_on("discipline-630102"), "pass_on"),
    ),
    "one reports twice": race(Cast.accepted, ("holder", report, "report"), (f"holder{DEVICE}", report, "report")),
    "one returns twice": race(Cast.accepted, ("holder", return_, "return"), (f"holder{DEVICE}", return_, "return")),
    "one reports and returns": race(Cast.accepted, ("holder", report, "report"), (f"holder{DEVICE}", return_, "return")),
    "one reports and hands over": race(
        Cast.accepted, ("holder", report, "report"), (f"holder{DEVICE}", hand_over("colleague"), "hand_over")
    ),
    "one asks for more time twice": race(
        Cast.accepted, ("holder", ask_extension, "ask_extension"), (f"holder{DEVICE}", ask_extension, "ask_extension")
    ),
    "two grant more time": race(
        extension_asked, ("office", grant_extension, "grant_extension"), ("second office", grant_extension, "grant_extension")
    ),
    "more time granted and refused": race(
        extension_asked, ("office", grant_extension, "grant_extension"), ("second office", refuse_extension, "refuse_extension")
    ),
    "handed to two": race(
        Cast.accepted, ("holder", hand_over("colleague"), "hand_over"), (f"holder{DEVICE}", hand_over("third"), "hand_over")
    ),
    "handed over and passed on": race(
        Cast.accepted, ("holder", hand_over("colleague"), "hand_over"), (f"holder{DEVICE}", pass_on(BELOW), "pass_on")
    ),
    "withdrawn, and solved": race(Cast.answered, ("reporter", withdraw, "withdraw"), ("follower", solved, "solved")),
    "two assign": race(Cast.triage, ("office", assign(UNIT), "assign"), ("second office", assign(OTHER), "assign")),
    "two take": race(Cast.triage, ("office", take, "take"), ("second office", take, "take")),
    "one takes, one assigns": race(Cast.triage, ("office", take, "take"), ("second office", assign(UNIT), "assign")),
    "two take back": race(Cast.assigned, ("office", unassign, "unassign"), ("second office", unassign, "unassign")),
    "one takes back, the unit signs in": race(Cast.assigned, ("office", unassign, "unassign"), ("holder", accept, "accept")),
    "two confirm": race(Cast.answered, ("office", confirm, "verify"), ("second office", confirm, "verify")),
    "two reopen": race(Cast.closed, ("office", reopen, "reopen"), ("second office", reopen, "reopen")),
    "one reopens, the citizen calls it not solved": race(
        Cast.answered, ("office", reopen, "reopen"), ("reporter", not_solved, "not_solved")
    ),
    "two refuse": race(Cast.triage, ("office", refuse, "refuse"), ("second office", refuse, "refuse")),
    "one assigns, one refuses": race(Cast.triage, ("office", assign(UNIT), "assign"), ("second office", refuse, "refuse")),
    "one refuses, the citizen withdraws": race(Cast.triage, ("office", refuse, "refuse"), ("reporter", withdraw, "withdraw")),
    "two say solved": race(Cast.answered, ("reporter", solved, "solved"), ("follower", solved, "solved")),
    "two say not solved": race(Cast.answered, ("reporter", not_solved, "not_solved"), ("follower", not_solved, "not_solved")),
    "two say not solved for the second time": race(
        reopened, ("reporter", not_solved, "not_solved"), ("follower", not_solved, "not_solved")
    ),
    "two withdraw": race(Cast.accepted, ("reporter", withdraw, "withdraw"), ("follower", withdraw, "withdraw")),
    "two urge": race(Cast.accepted, ("reporter", urge, "urge"), ("follower", urge, "urge")),
    "two take it off the board": race(released, ("office", revoke, "revoke"), ("second office", revoke, "revoke")),
    "two rate": race(Cast.closed, ("reporter", rate, "rate"), ("follower", rate, "rate")),
}


def deed(case: Case, who: str, what: What) -> Deed:
    return who, lambda ctx: what(ctx, case)


@pytest.mark.parametrize("name", RACES)
async def test_of_two_at_once_one_comes_through_and_the_other_is_told(cast: Cast, name: str) -> None:
    race = RACES[name]
    case = await race.state(cast)
    before = await cast.events(case.id)
    ends = await cast.at_once(deed(case, *race.one[:2]), deed(case, *race.other[:2]))
    refused = [isinstance(end, Refused) for end in ends]
    assert sorted(refused) == [False, True]
    won = race.one if refused[1] else race.other
    assert await cast.events(case.id) == [*before, won[2]]
    assert cast.conflicts == 0
    told = next(end for end in ends if isinstance(end, Refused))
    assert told.reason.id.endswith((".", "{text}"))
    after = await cast.case(case.id)
    if after.version != case.version:
        assert after.version == case.version + 1
    async with cast.database.reading() as tx:
        running = await tx.all(
            "SELECT kind FROM deadline WHERE case_id = :case AND stopped_at IS NULL GROUP BY kind HAVING COUNT(*) > 1",
            case=case.id,
        )
    assert running == []


@pytest.mark.parametrize("state", [Cast.answered, deserted_misconduct])
async def test_of_solved_and_not_solved_at_once_the_one_who_is_not_content_is_heard(
    cast: Cast, state: Callable[[Cast], Awaitable[Case]]
) -> None:
    case = await state(cast)
    ends = await cast.at_once(deed(case, "reporter", solved), deed(case, "follower", not_solved))
    assert not isinstance(ends[1], Refused)
    after = await cast.case(case.id)
    assert after.state in (CaseState.ACCEPTED, CaseState.ASSIGNED)
    assert after.closed_at is None
    assert cast.conflicts == 0


async def test_the_second_to_sign_in_hears_who_was_faster(cast: Cast) -> None:
    case = await cast.assigned()
    ends = await cast.at_once(deed(case, "holder", accept), deed(case, "colleague", accept))
    (refused,) = (end for end in ends if isinstance(end, Refused))
    faster = "colleague" if ends[0] is refused else "holder"
    assert refused.reason.args["name"] == faster
    assert refused.reason.id.startswith("Already signed in by")
    async with cast.database.reading() as tx:
        role = await roles.get(tx, (await cast.case(case.id)).holder or "")
    assert role is not None
    assert role.name == faster


@pytest.mark.parametrize(
    ("state", "who", "what", "events"),
    [
        (Cast.assigned, "holder", accept, {"accept", "withdraw"}),
        (Cast.accepted, "holder", ask, {"ask", "withdraw"}),
        (Cast.accepted, "holder", report, {"report", "withdraw"}),
        (Cast.accepted, "holder", return_, {"return", "withdraw"}),
        (Cast.accepted, "holder", hand_over("colleague"), {"hand_over", "withdraw"}),
        (Cast.accepted, "follower", add, {"add", "withdraw"}),
        (Cast.accepted, "follower", urge, {"urge", "withdraw"}),
        (asked, "follower", reply, {"reply", "withdraw"}),
        (Cast.triage, "office", assign(UNIT), {"assign", "withdraw"}),
        (Cast.answered, "follower", not_solved, {"not_solved", "withdraw"}),
    ],
)
async def test_a_citizen_withdraws_while_somebody_works_on_the_case(
    cast: Cast, state: State, who: str, what: What, events: set[str]
) -> None:
    """Either the other came first, or is told; the case ends withdrawn, nothing runs on, and nobody had to begin again."""
    case = await state(cast)
    before = await cast.events(case.id)
    ends = await cast.at_once(deed(case, who, what), deed(case, "reporter", withdraw))
    new = (await cast.events(case.id))[len(before) :]
    assert not isinstance(ends[1], Refused)
    assert new[-1] == "withdraw"
    assert set(new) == (events if not isinstance(ends[0], Refused) else {"withdraw"})
    after = await cast.case(case.id)
    assert (after.state, after.closed_at) == (CaseState.WITHDRAWN, NOW)
    assert cast.conflicts == 0
    async with cast.database.reading() as tx:
        assert await deadlines.running(tx, case.id) == {}


@pytest.mark.parametrize("decide", [grant_extension, refuse_extension])
@pytest.mark.parametrize("leave", [report, return_, pass_on(BELOW)])
async def test_more_time_is_decided_while_the_unit_gives_the_case_away(cast: Cast, decide: What, leave: What) -> None:
    """Either it is decided first, or comes to nothing; no request stays open, and the next unit's time is its own."""
    case = await extension_asked(cast)
    ends = await cast.at_once(deed(case, "holder", leave), deed(case, "office", decide))
    assert not isinstance(ends[0], Refused)
    async with cast.database.reading() as tx:
        (asked,) = await extensions.of_case(tx, case.id)
        answer = (await deadlines.running(tx, case.id)).get(DeadlineKind.ANSWER)
    assert asked.decided_at is not None
    decided = not isinstance(ends[1], Refused)
    assert (asked.granted_at is not None) == (decided and decide is grant_extension)
    assert answer is None or answer.rule == "5wd"
    assert cast.conflicts == 0


async def test_of_two_later_plans_at_once_one_asks_for_more_time(cast: Cast) -> None:
    case = await cast.accepted()
    ends = await cast.at_once(deed(case, "holder", plan_later), deed(case, f"holder{DEVICE}", plan_later))
    assert sorted(isinstance(end, Refused) for end in ends) == [False, True]
    assert (await cast.events(case.id))[-2:] == ["plan", "ask_extension"]


async def test_a_usual_answer_dropped_by_two_at_once_is_dropped_once(cast: Cast) -> None:
    made = await cast.does("holder", lambda ctx: templates.make(ctx, UNIT, "已清运", "已清运，感谢监督。"))
    ends = await cast.at_once(*((who, lambda ctx: templates.drop(ctx, made.id)) for who in ("holder", "colleague")))
    assert sorted(isinstance(end, Refused) for end in ends) == [False, True]
    assert [row.event for row in await cast.ledger(f"unit:{UNIT}")].count("drop_template") == 1


async def test_what_two_add_at_once_is_all_kept_in_one_order(cast: Cast) -> None:
    case = await cast.accepted()
    ends = await cast.at_once(*(deed(case, who, add) for who in ("reporter", "follower", f"reporter{DEVICE}")))
    assert not any(isinstance(end, Refused) for end in ends)
    async with cast.database.reading() as tx:
        texts = await entries.of_case(tx, case.id)
    assert [entry.n for entry in texts] == list(range(1, 5))
    assert (await cast.events(case.id)).count("add") == 3
    assert (await cast.case(case.id)).version == case.version


async def test_of_two_replies_at_once_the_first_answers_and_the_second_is_added(cast: Cast) -> None:
    case = await asked(cast)
    ends = await cast.at_once(deed(case, "reporter", reply), deed(case, "follower", reply))
    assert not any(isinstance(end, Refused) for end in ends)
    assert sorted((await cast.events(case.id))[-2:]) == ["add", "reply"]


async def test_of_two_corrections_of_one_message_both_are_kept(cast: Cast) -> None:
    case = await cast.accepted(replace(COMPLAINT, messages=("a message of its own",)))
    devices = ("reporter", f"reporter{DEVICE}")
    ends = await cast.at_once(
        *((who, lambda ctx: following.correct(ctx, "a message of its own", "门口垃圾还没清运")) for who in devices)
    )
    assert all(isinstance(end, Case) for end in ends)
    assert (await cast.events(case.id))[-2:] == ["correct", "correct"]


async def test_two_filings_that_draw_the_same_number_get_two_numbers(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    draws = iter([7, 7, 8, 9])
    monkeypatch.setattr(secrets, "randbelow", lambda below: next(draws) if below == 100_000 else 1)
    receipts = await cast.at_once(*((who, lambda ctx: filing.file_case(ctx, COMPLAINT)) for who in ("reporter", "stranger")))
    numbers = sorted(receipt.case.number for receipt in receipts)
    assert [number[9:14] for number in numbers] == ["00007", "00008"]
    for receipt in receipts:
        assert await cast.events(receipt.case.id) == ["file", "assign"]


async def test_of_two_new_codes_only_the_last_one_is_good(cast: Cast) -> None:
    case = await cast.accepted()
    devices = ("reporter", f"reporter{DEVICE}")
    ends = await cast.at_once(*((who, lambda ctx: following.new_code(ctx, case.id)) for who in devices))
    now = (await cast.case(case.id)).code
    assert sum(cast.keys.name("receipt", case.number, code) == now for _case, code in ends) == 1
    assert (await cast.events(case.id)).count("new_code") == 2


async def test_whoever_looks_up_by_the_old_code_while_there_is_a_new_one_does_not_follow(cast: Cast) -> None:
    receipt = await cast.files()
    case = receipt.case
    async with cast.database.transaction() as tx:
        await following.new_code(await cast.context(tx, "reporter"), case.id)
        looking = asyncio.create_task(cast.does("stranger", lambda ctx: following.look_up(ctx, case.number, receipt.code)))
        await asyncio.sleep(0.1)
        assert not looking.done()
    assert await looking is None
    async with cast.database.reading() as tx:
        assert await cases.followers(tx, case.id) == [cast.persons["reporter"]]


async def test_one_invitation_used_by_two_at_once_makes_one_of_them_a_contact(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        code = await invitations.invite(tx, cast.keys, RoleKind.CONTACT, (UNIT, OTHER), "新联络员", NOW)
    one, other = await cast.newcomer("one"), await cast.newcomer("other")
    ends = await cast.at_once(*((who, lambda ctx: invitations.enter(ctx, code)) for who in (one, other)))
    assert sorted(end is None for end in ends) == [False, True]
    async with cast.database.reading() as tx:
        for unit in (UNIT, OTHER):
            assert sum(role.name == "新联络员" for role in await roles.of_unit(tx, unit)) == 1
    winner = one if ends[0] else other
    assert [row.event for row in await cast.ledger(f"person:{cast.persons[winner]}")] == ["role", "role"]


async def test_two_invitations_to_one_role_used_at_once_give_it_once(cast: Cast) -> None:
    async with cast.database.transaction() as tx:
        codes = [await invitations.invite(tx, cast.keys, RoleKind.OFFICE, (), "", NOW) for _ in range(2)]
    who = await cast.newcomer("somebody")
    device = await cast.newcomer("somebody's tablet")
    async with cast.database.transaction() as tx:
        await people.join(tx, cast.conversations[device], cast.persons[who])
    await cast.at_once(
        (who, lambda ctx: invitations.enter(ctx, codes[0])), (device, lambda ctx: invitations.enter(ctx, codes[1]))
    )
    async with cast.database.reading() as tx:
        assert len(await roles.of_person(tx, cast.persons[who])) == 1


async def test_one_link_to_another_device_used_by_two_at_once_signs_one_in(cast: Cast) -> None:
    code = await cast.does("other unit", invitations.one_more_device)
    one, other = await cast.newcomer("a tablet"), await cast.newcomer("a thief's tablet")
    ends = await cast.at_once(*((who, lambda ctx: invitations.join(ctx, code)) for who in (one, other)))
    assert sorted(end is None for end in ends) == [False, True]
    async with cast.database.reading() as tx:
        joined = {one.id for one in await people.conversations(tx, cast.persons["other unit"])}
    assert joined == {cast.conversations[name] for name in ("other unit", one if ends[0] else other)}


async def test_a_name_opened_by_two_at_once_stands_twice_in_the_ledger(cast: Cast) -> None:
    case = await cast.assigned(NAMED)
    ends = await cast.at_once(*((who, lambda ctx: identity.reveal(ctx, case.id)) for who in ("office", "second office")))
    assert [end.name for end in ends] == ["欧阳小敏", "欧阳小敏"]
    assert (await cast.events(case.id))[-2:] == ["reveal", "reveal"]


async def test_a_citizen_and_a_contact_who_write_to_each_other_at_once_do_not_wait_for_each_other(cast: Cast) -> None:
    """Each has their own conversation, and a notice to the other's refers to it: together that must not be a deadlock."""
    for what in (ask, report, hand_over("colleague")):
        case = await cast.accepted()
        ends = await cast.at_once(deed(case, "reporter", add), deed(case, "holder", what))
        assert not any(isinstance(end, Refused) for end in ends)
    assert cast.conflicts == 0


async def test_two_who_ask_for_a_week_at_once_read_the_same_figures(cast: Cast) -> None:
    await cast.answered()
    week = Week.of(NOW, xining().city.zone)

    async def made(ctx: Context) -> Digest:
        return await kept_digests.make(ctx, week)

    ends = await cast.at_once(("office", made), ("second office", made), now=week.end)
    assert ends[0] == ends[1] == await cast.does("office", made, week.after().end)
    assert ends[0].figures.filed > 0


async def test_two_who_send_a_week_at_once_send_it_once(cast: Cast) -> None:
    await cast.answered()
    week, before = Week.of(NOW, xining().city.zone), len(await cast.rows())
    await cast.at_once(("office", digest.send), ("second office", digest.send), now=week.end)
    sent = [cast.said(row).to for row in (await cast.rows())[before:]]
    assert {"office", "second office"} <= set(sent)
    assert len(sent) == len(set(sent))


# ---- merging


async def test_of_two_who_merge_one_case_at_once_one_comes_through(cast: Cast) -> None:
    lead, other, case = await cast.accepted(), await cast.accepted(), await cast.assigned()
    ends = await cast.at_once(deed(case, "office", merge(lead)), deed(case, "second office", merge(other)))
    assert sorted(isinstance(end, Refused) for end in ends) == [False, True]
    assert (await cast.events(case.id)).count("merge") == 1
    assert (await cast.case(case.id)).merged_into == (other.id if isinstance(ends[0], Refused) else lead.id)
    assert cast.conflicts == 0


async def test_of_two_cases_merged_into_each_other_at_once_one_goes_on(cast: Cast) -> None:
    one, other = await cast.assigned(), await cast.assigned()
    ends = await cast.at_once(deed(one, "office", merge(other)), deed(other, "second office", merge(one)))
    assert sorted(isinstance(end, Refused) for end in ends) == [False, True]
    states = sorted([(await cast.case(case.id)).state for case in (one, other)])
    assert states == [CaseState.ASSIGNED, CaseState.MERGED]
    assert cast.conflicts == 0


async def test_a_case_merged_while_the_other_one_ends_is_never_left_to_nobody(cast: Cast) -> None:
    for first, then in (("office", "reporter"), ("reporter", "office")):
        case, lead = await cast.assigned(), await cast.accepted()
        deeds = {"office": deed(case, "office", merge(lead)), "reporter": deed(lead, "reporter", withdraw)}
        await cast.at_once(deeds[first], deeds[then])
        after = await cast.case(case.id)
        assert after.state is CaseState.ASSIGNED
        async with cast.database.reading() as tx:
            running = await deadlines.running(tx, case.id)
        assert "promise" in running
        assert len(running) >= 2


async def test_a_merging_undone_twice_at_once_is_undone_once(cast: Cast) -> None:
    case, lead = await cast.assigned(), await cast.accepted()
    await cast.does("office", lambda ctx: merging.merge(ctx, case.id, lead.id))
    ends = await cast.at_once(deed(case, "office", unmerge), deed(case, "second office", unmerge))
    assert sorted(isinstance(end, Refused) for end in ends) == [False, True]
    assert (await cast.events(case.id)).count("unmerge") == 1
    assert (await cast.events(lead.id)).count("unmerge") == 1


# ---- staff


async def new_contact(cast: Cast, name: str) -> roles.Role:
    """Bring somebody in who is a contact of UNIT, and whose role may end."""
    await cast.newcomer(name)
    async with cast.database.transaction() as tx:
        role = await roles.give(tx, cast.persons[name], RoleKind.CONTACT, UNIT, name, NOW)
    assert role is not None
    return role


@pytest.mark.parametrize("n", range(3))
async def test_what_a_contact_signs_in_while_their_role_ends_does_not_stay_with_them(cast: Cast, n: int) -> None:
    who = f"somebody who leaves {n}"
    role, case = await new_contact(cast, who), await cast.assigned()
    ends = await cast.at_once((who, lambda ctx: accept(ctx, case)), ("office", lambda ctx: staffing.unbind(ctx, role.id)))
    assert not isinstance(ends[1], Refused)
    after = await cast.case(case.id)
    assert (after.state, after.holder) == (CaseState.ASSIGNED, None)


@pytest.mark.parametrize("n", range(3))
async def test_what_is_handed_to_a_contact_while_their_role_ends_does_not_stay_with_them(cast: Cast, n: int) -> None:
    role, case = await new_contact(cast, f"somebody who is leaving {n}"), await cast.accepted()
    ends = await cast.at_once(
        ("holder", lambda ctx: handling.hand_over(ctx, case.id, role.id)), ("office", lambda ctx: staffing.unbind(ctx, role.id))
    )
    assert not isinstance(ends[1], Refused)
    after = await cast.case(case.id)
    async with cast.database.reading() as tx:
        assert after.holder is None or await roles.held(tx, after.holder)
    assert isinstance(ends[0], Refused) == (after.holder is not None)


async def test_a_role_ended_by_two_at_once_ends_once(cast: Cast) -> None:
    role = await new_contact(cast, "somebody who left")
    case = await cast.assigned()
    await cast.does("somebody who left", lambda ctx: accept(ctx, case))
    third = next(r for r in await cast.does("office", lambda ctx: ctx.colleagues(UNIT)) if r.name == "third")
    ends = await cast.at_once(
        ("office", lambda ctx: staffing.unbind(ctx, role.id)),
        ("second office", lambda ctx: staffing.replace(ctx, role.id, third.id)),
    )
    assert sorted(isinstance(end, Refused) for end in ends) == [False, True]
    after = await cast.case(case.id)
    assert (after.state, after.holder) in ((CaseState.ASSIGNED, None), (CaseState.ACCEPTED, third.id))
    events = [row.event for row in await cast.ledger(f"person:{cast.persons['somebody who left']}")]
    assert events in (["unbind"], ["replace"])


async def test_two_callers_cases_filed_at_once_are_two_with_reporters_of_their_own(cast: Cast) -> None:
    ends = await cast.at_once(
        *((who, lambda ctx: filing.file_for(ctx, COMPLAINT, filing.Source.PHONE)) for who in ("office", "second office"))
    )
    assert ends[0].case.reporter != ends[1].case.reporter
    for receipt in ends:
        assert await cast.events(receipt.case.id) == ["file", "assign"]


async def test_of_two_who_decide_on_a_proposal_at_once_one_comes_through(cast: Cast) -> None:
    case = await cast.accepted()
    async with cast.database.transaction() as tx:
        deadline = (await deadlines.running(tx, case.id))[DeadlineKind.ANSWER]
        await proposals.propose(tx, unit=UNIT, case=case.id, deadline=deadline.id, ground="+5wd", now=NOW)
        proposal = next(one for one in await proposals.undecided(tx, None, 100) if one.case == case.id)
    ends = await cast.at_once(
        ("office", lambda ctx: accountability.uphold(ctx, proposal.id)),
        ("second office", lambda ctx: accountability.drop(ctx, proposal.id, "not their fault")),
    )
    assert sorted(isinstance(end, Refused) for end in ends) == [False, True]
    assert [row.event for row in await cast.ledger(f"unit:{UNIT}")].count("accountability") == 1


async def test_of_two_at_the_office_who_end_each_others_role_at_once_one_stays(cast: Cast) -> None:
    async with cast.database.reading() as tx:
        held = {role.name: role for role in await roles.of_kind(tx, RoleKind.OFFICE)}
    ends = await cast.at_once(
        *((who, lambda ctx, other=other: staffing.unbind(ctx, held[other].id)) for who, other in (OFFICES, OFFICES[::-1]))
    )
    assert sorted(isinstance(end, Refused) for end in ends) == [False, True]
    async with cast.database.transaction() as tx:
        left = {role.name for role in await roles.of_kind(tx, RoleKind.OFFICE)}
        (gone,) = set(OFFICES) - left
        await roles.give(tx, cast.persons[gone], RoleKind.OFFICE, None, gone, NOW)
