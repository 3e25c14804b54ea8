"""Every action by everybody: who may do it does it, everybody else is told why not, and nothing was changed by trying."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest
from cast import (
    BELOW,
    COMPLAINT,
    DISCIPLINE,
    EVERYBODY,
    MISCONDUCT,
    NAMED,
    NOWHERE,
    OTHER,
    OTHER_DISCIPLINE,
    STAFF,
    UNIT,
    Cast,
    changes,
)
from stores import NOW

from actions import following, handling, identity, invitations, releasing, triage
from actions.context import Context
from dialog.subjects import Refused
from domain.cases import Satisfaction
from storage import roles
from storage.cases import Case

pytestmark = pytest.mark.asyncio(loop_scope="module")

State = Callable[[Cast], Awaitable[Case]]
What = Callable[[Context, Case], Awaitable[object]]
CONTACTS = {"holder", "colleague", "third"}
OFFICE = {"office", "second office"}
FOLLOWERS = {"reporter", "follower"}
NOBODY: set[str] = set()
AGREED = replace(COMPLAINT, publish=True)


def state_of(command: object, name: str) -> State:
    """Give a state by its name, of another sort of case."""
    return lambda cast: getattr(cast, name)(command)


async def hand_over(ctx: Context, case: Case) -> object:
    colleagues = await roles.of_unit(ctx.tx, case.unit or "")
    to = next((role.id for role in colleagues if role.name == "third"), "")
    return await handling.hand_over(ctx, case.id, to)


def look_up(number: str, code: str) -> Callable[[Context], Awaitable[Case | None]]:
    return lambda ctx: following.look_up(ctx, number, code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """Who may do something to a case in a state."""

    state: State
    what: What
    whom: set[str]


def right(state: State, what: What, whom: set[str]) -> Right:
    return Right(state=state, what=what, whom=whom)


def accept(ctx: Context, case: Case) -> Awaitable[object]:
    return handling.accept(ctx, case.id, case.version)


def release(ctx: Context, case: Case) -> Awaitable[object]:
    return releasing.release(ctx, case.id, "门口垃圾没人清运", "已清运")


def revoke(ctx: Context, case: Case) -> Awaitable[object]:
    return releasing.revoke(ctx, case.id)


async def released(cast: Cast) -> Case:
    case = await cast.answered(AGREED)
    await cast.does("office", lambda ctx: release(ctx, case))
    return await cast.case(case.id)


RIGHTS: dict[str, Right] = {
    "sign in": right(Cast.assigned, accept, CONTACTS),
    "sign in what is signed in": right(Cast.accepted, accept, NOBODY),
    "return before signing in": right(Cast.assigned, lambda ctx, case: handling.return_(ctx, case.id, "no"), CONTACTS),
    "return": right(Cast.accepted, lambda ctx, case: handling.return_(ctx, case.id, "no"), {"holder"}),
    "ask before signing in": right(Cast.assigned, lambda ctx, case: handling.ask(ctx, case.id, "?"), CONTACTS),
    "ask": right(Cast.accepted, lambda ctx, case: handling.ask(ctx, case.id, "?"), {"holder"}),
    "report": right(Cast.accepted, lambda ctx, case: handling.report(ctx, case.id, "done"), {"holder"}),
    "report what is not signed in": right(Cast.assigned, lambda ctx, case: handling.report(ctx, case.id, "done"), NOBODY),
    "hand over": right(Cast.accepted, hand_over, {"holder"}),
    "hand over what is not signed in": right(Cast.assigned, hand_over, NOBODY),
    "pass on before signing in": right(Cast.assigned, lambda ctx, case: handling.pass_on(ctx, case.id, BELOW), CONTACTS),
    "pass on": right(Cast.accepted, lambda ctx, case: handling.pass_on(ctx, case.id, BELOW), {"holder"}),
    "pass on to a unit elsewhere": right(Cast.accepted, lambda ctx, case: handling.pass_on(ctx, case.id, OTHER), NOBODY),
    "pass on to a discipline team": right(Cast.accepted, lambda ctx, case: handling.pass_on(ctx, case.id, DISCIPLINE), NOBODY),
    "assign": right(Cast.triage, lambda ctx, case: triage.assign(ctx, case.id, UNIT), OFFICE),
    "assign to no unit": right(Cast.triage, lambda ctx, case: triage.assign(ctx, case.id, "nothing"), NOBODY),
    "assign to a discipline team": right(Cast.triage, lambda ctx, case: triage.assign(ctx, case.id, DISCIPLINE), NOBODY),
    "assign what has a unit": right(Cast.assigned, lambda ctx, case: triage.assign(ctx, case.id, OTHER), NOBODY),
    "refuse": right(Cast.triage, lambda ctx, case: triage.refuse(ctx, case.id, "no"), OFFICE),
    "refuse what has a unit": right(Cast.assigned, lambda ctx, case: triage.refuse(ctx, case.id, "no"), NOBODY),
    "add": right(Cast.accepted, lambda ctx, case: following.add(ctx, case.id, "more"), FOLLOWERS),
    "add to what is closed": right(Cast.closed, lambda ctx, case: following.add(ctx, case.id, "more"), NOBODY),
    "reply": right(Cast.accepted, lambda ctx, case: following.reply(ctx, case.id, "yes"), FOLLOWERS),
    "urge": right(Cast.accepted, lambda ctx, case: following.urge(ctx, case.id), FOLLOWERS),
    "urge what is answered": right(Cast.answered, lambda ctx, case: following.urge(ctx, case.id), NOBODY),
    "withdraw": right(Cast.accepted, lambda ctx, case: following.withdraw(ctx, case.id, "why"), FOLLOWERS),
    "withdraw what is closed": right(Cast.closed, lambda ctx, case: following.withdraw(ctx, case.id, "why"), NOBODY),
    "solved": right(Cast.answered, lambda ctx, case: following.solved(ctx, case.id, case.version), FOLLOWERS),
    "solved without having seen the newest answer": right(
        Cast.answered, lambda ctx, case: following.solved(ctx, case.id, case.version - 1), NOBODY
    ),
    "solved before there is an answer": right(
        Cast.accepted, lambda ctx, case: following.solved(ctx, case.id, case.version), NOBODY
    ),
    "not solved": right(Cast.answered, lambda ctx, case: following.not_solved(ctx, case.id, "why"), FOLLOWERS),
    "not solved before there is an answer": right(
        Cast.accepted, lambda ctx, case: following.not_solved(ctx, case.id, "why"), NOBODY
    ),
    "rate": right(Cast.closed, lambda ctx, case: following.rate(ctx, case.id, Satisfaction.FAIRLY), FOLLOWERS),
    "rate what is open": right(Cast.answered, lambda ctx, case: following.rate(ctx, case.id, Satisfaction.FAIRLY), NOBODY),
    "new code": right(Cast.accepted, lambda ctx, case: following.new_code(ctx, case.id), {"reporter"}),
    "open the name": right(state_of(NAMED, "accepted"), lambda ctx, case: identity.reveal(ctx, case.id), OFFICE),
    "open a name that was not given": right(Cast.accepted, lambda ctx, case: identity.reveal(ctx, case.id), NOBODY),
    "sign in a misconduct report": right(state_of(MISCONDUCT, "assigned"), accept, {"discipline"}),
    "return a misconduct report": right(
        state_of(MISCONDUCT, "accepted"), lambda ctx, case: handling.return_(ctx, case.id, "no"), NOBODY
    ),
    "report on a misconduct report": right(
        state_of(MISCONDUCT, "accepted"), lambda ctx, case: handling.report(ctx, case.id, "done"), {"discipline"}
    ),
    "pass a misconduct report on to another team": right(
        state_of(MISCONDUCT, "accepted"), lambda ctx, case: handling.pass_on(ctx, case.id, OTHER_DISCIPLINE), {"discipline"}
    ),
    "pass a misconduct report on to a bureau": right(
        state_of(MISCONDUCT, "accepted"), lambda ctx, case: handling.pass_on(ctx, case.id, UNIT), NOBODY
    ),
    "assign a misconduct report": right(
        state_of(MISCONDUCT, "assigned"), lambda ctx, case: triage.assign(ctx, case.id, UNIT), NOBODY
    ),
    "refuse a misconduct report": right(
        state_of(MISCONDUCT, "assigned"), lambda ctx, case: triage.refuse(ctx, case.id, "no"), NOBODY
    ),
    "release what may be published": right(state_of(AGREED, "answered"), release, OFFICE),
    "release what nobody has signed in": right(state_of(AGREED, "assigned"), release, OFFICE),
    "release without consent": right(Cast.answered, release, NOBODY),
    "release what has no unit": right(state_of(replace(NOWHERE, publish=True), "assigned"), release, NOBODY),
    "release a misconduct report": right(state_of(replace(MISCONDUCT, publish=True), "answered"), release, NOBODY),
    "release without a word": right(
        state_of(AGREED, "answered"), lambda ctx, case: releasing.release(ctx, case.id, " ", ""), NOBODY
    ),
    "take back what is not published": right(state_of(AGREED, "answered"), revoke, NOBODY),
    "take back": right(released, revoke, OFFICE),
    "do anything to a case that is none": right(Cast.assigned, lambda ctx, case: handling.accept(ctx, "0" * 32, 1), NOBODY),
}


@pytest.mark.parametrize("name", RIGHTS)
async def test_who_may_does_and_nobody_else(cast: Cast, name: str) -> None:
    right = RIGHTS[name]
    case = await right.state(cast)
    may = set()
    for who in EVERYBODY:
        refused = await cast.tries(who, lambda ctx: right.what(ctx, case))
        if refused is None:
            may.add(who)
        else:
            assert refused.reason.id
    assert may == right.whom


async def test_a_correction_is_taken_from_whoever_follows_the_case_it_belongs_to(cast: Cast) -> None:
    await cast.accepted(replace(NAMED, messages=("their own message",)))
    may = {
        who
        for who in EVERYBODY
        if await cast.tries(who, lambda ctx: following.correct(ctx, "their own message", "reworded")) is None
    }
    assert may == FOLLOWERS


async def test_a_link_to_another_device_is_for_staff(cast: Cast) -> None:
    may = {who for who in EVERYBODY if await cast.tries(who, invitations.one_more_device) is None}
    assert may == set(STAFF)


async def test_a_case_is_followed_by_its_number_with_its_own_code_only(cast: Cast) -> None:
    one, other = await cast.files(), await cast.files()
    for number, code, found in (
        (one.case.number, one.code, True),
        (one.case.number, other.code, False),
        (one.case.number, "0" * 16, False),
        ("20260107-00000-0", one.code, False),
    ):
        who = await cast.newcomer(f"somebody with {number} {code}")
        assert bool(await cast.does(who, look_up(number, code))) == found


async def test_after_five_wrong_codes_even_the_right_one_has_to_wait(cast: Cast) -> None:
    receipt = await cast.files()
    who = await cast.newcomer("somebody who guesses")
    for n in range(5):
        assert await cast.does(who, look_up(receipt.case.number, f"{n:016}")) is None
    with pytest.raises(Refused):
        await cast.does(who, look_up(receipt.case.number, receipt.code))
    later = NOW.replace(minute=15)
    assert await cast.does(who, look_up(receipt.case.number, receipt.code), later)


async def test_with_a_new_code_whoever_came_by_the_old_one_follows_no_longer(cast: Cast) -> None:
    case = await cast.accepted()
    await cast.does("reporter", lambda ctx: following.new_code(ctx, case.id))
    for who, may in (("reporter", True), ("follower", False)):
        assert (await cast.tries(who, lambda ctx: following.add(ctx, case.id, "more")) is None) == may


async def test_the_office_has_no_say_in_a_misconduct_report_wherever_it_stands(cast: Cast) -> None:
    ordinary, misconduct = await cast.triage(), await cast.assigned(MISCONDUCT)
    async with cast.database.transaction() as tx:
        office = await cast.context(tx, "office")
        assert office.as_office(ordinary)
        with pytest.raises(Refused):
            office.as_office(misconduct)


async def test_after_handing_over_only_the_colleague_may_go_on(cast: Cast) -> None:
    case = await cast.accepted()
    await cast.does("holder", lambda ctx: hand_over(ctx, case))
    may = {who for who in EVERYBODY if await cast.tries(who, lambda ctx: handling.report(ctx, case.id, "done")) is None}
    assert may == {"third"}


async def test_after_passing_on_only_the_other_unit_may_go_on(cast: Cast) -> None:
    case = await cast.accepted()
    await cast.does("holder", lambda ctx: handling.pass_on(ctx, case.id, BELOW))
    may = {who for who in EVERYBODY if await cast.tries(who, lambda ctx: handling.ask(ctx, case.id, "?")) is None}
    assert may == {"below"}


async def test_a_role_that_ended_gives_no_right(cast: Cast) -> None:
    case = await cast.accepted()
    async with cast.database.transaction() as tx:
        await tx.run("UPDATE role SET until_at = 1 WHERE person = :person", person=cast.persons["holder"])
    try:
        assert await cast.tries("holder", lambda ctx: handling.report(ctx, case.id, "done"))
        assert await cast.tries("third", lambda ctx: handling.report(ctx, case.id, "done"))
    finally:
        async with cast.database.transaction() as tx:
            await tx.run("UPDATE role SET until_at = NULL WHERE person = :person", person=cast.persons["holder"])


async def test_trying_what_is_allowed_does_write(cast: Cast) -> None:
    """Without this, a count that always says nought would let every refusal pass."""
    case = await cast.accepted()
    async with cast.database.transaction() as tx:
        context = await cast.context(tx, "reporter")
        before = await changes(tx)
        await following.add(context, case.id, "more")
        assert await changes(tx) > before
