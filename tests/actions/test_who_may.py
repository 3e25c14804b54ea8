"""Every action by everybody: who may do it does it, everybody else is told why not, and nothing was changed by trying."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

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
    planning,
    releasing,
    staffing,
    templates,
    triage,
)
from actions.context import Context
from actions.planning import MakePlan
from dialog.subjects import Refused
from domain.cases import Satisfaction
from storage import roles
from storage.cases import Case
from storage.releases import Wording
from storage.roles import RoleKind

pytestmark = pytest.mark.asyncio(loop_scope="module")

State = Callable[[Cast], Awaitable[Case]]
What = Callable[[Context, Case], Awaitable[object]]
CONTACTS = {"holder", "colleague", "third"}
OFFICE = {"office", "second office"}
FOLLOWERS = {"reporter", "follower"}
NOBODY: set[str] = set()
BRIBES = replace(COMPLAINT, category="bribery")
AGREED = replace(COMPLAINT, publish=True)


def state_of(command: object, name: str) -> State:
    """Give a state by its name, of another sort of case."""
    return lambda cast: getattr(cast, name)(command)


async def hand_over(ctx: Context, case: Case) -> object:
    colleagues = await roles.of_unit(ctx.tx, case.unit or "")
    to = next((role.id for role in colleagues if role.name == "third"), "")
    return await handling.hand_over(ctx, case.id, to)


async def taken(cast: Cast) -> Case:
    """Give a waiting case that the office has taken."""
    case = await cast.triage()
    await cast.does("office", lambda ctx: triage.take(ctx, case.id, case.version))
    return await cast.case(case.id)


async def merged(cast: Cast) -> Case:
    """Give a case that goes on in another one."""
    case, lead = await cast.assigned(), await cast.accepted()
    await cast.does("office", lambda ctx: merging.merge(ctx, case.id, lead.id))
    return await cast.case(case.id)


async def another(ctx: Context, case: Case) -> str:
    """Find another open case."""
    row = await ctx.tx.one(
        "SELECT id FROM cases WHERE closed_at IS NULL AND kind = 'complaint' AND state <> 'triage' AND id <> :id LIMIT 1",
        id=case.id,
    )
    assert row is not None
    return str(row["id"])


async def merge(ctx: Context, case: Case) -> object:
    return await merging.merge(ctx, case.id, await another(ctx, case))


async def merge_into_it(ctx: Context, case: Case) -> object:
    return await merging.merge(ctx, await another(ctx, case), case.id)


def replace_by(name: str) -> What:
    async def what(ctx: Context, case: Case) -> object:
        by = next(role for role in await roles.in_units(ctx.tx) if role.name == name)
        return await staffing.replace(ctx, case.holder or "", by.id)

    return what


def look_up(number: str, code: str) -> Callable[[Context], Awaitable[Case | None]]:
    return lambda ctx: following.look_up(ctx, number, code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """Who may do something to a case in a state."""

    state: State
    what: What
    whom: set[str]


async def extension_asked(cast: Cast) -> Case:
    """Give a case for which its unit asks for more time."""
    case = await cast.accepted()
    await cast.does("holder", lambda ctx: extending.ask(ctx, case.id, "8wd", "why"))
    return await cast.case(case.id)


def plan(ctx: Context, case: Case) -> Awaitable[object]:
    return planning.plan(ctx, MakePlan(case=case.id, measures="m", target="t", responsible="r"))


def ask_extension(ctx: Context, case: Case) -> Awaitable[object]:
    return extending.ask(ctx, case.id, "8wd", "why")


def right(state: State, what: What, whom: set[str]) -> Right:
    return Right(state=state, what=what, whom=whom)


def accept(ctx: Context, case: Case) -> Awaitable[object]:
    return handling.accept(ctx, case.id, case.version)


def release(ctx: Context, case: Case) -> Awaitable[object]:
    return releasing.release(ctx, case.id, Wording(problem="门口垃圾没人清运", result="已清运"))


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
    "plan": right(Cast.accepted, plan, {"holder"}),
    "plan before signing in": right(Cast.assigned, plan, NOBODY),
    "plan what is answered": right(Cast.answered, plan, NOBODY),
    "plan for a misconduct report": right(state_of(MISCONDUCT, "accepted"), plan, {"discipline"}),
    "ask for more time": right(Cast.accepted, ask_extension, {"holder"}),
    "ask for more time before signing in": right(Cast.assigned, ask_extension, NOBODY),
    "ask for more time twice": right(extension_asked, ask_extension, NOBODY),
    "ask for a time that is not offered": right(
        Cast.accepted, lambda ctx, case: extending.ask(ctx, case.id, "99wd", "why"), NOBODY
    ),
    "ask for more time for a misconduct report": right(state_of(MISCONDUCT, "accepted"), ask_extension, NOBODY),
    "grant more time": right(extension_asked, lambda ctx, case: extending.grant(ctx, case.id, 2), OFFICE),
    "grant more time of an older request": right(extension_asked, lambda ctx, case: extending.grant(ctx, case.id, 1), NOBODY),
    "grant more time that nobody asks for": right(Cast.accepted, lambda ctx, case: extending.grant(ctx, case.id, 1), NOBODY),
    "refuse more time": right(extension_asked, lambda ctx, case: extending.refuse(ctx, case.id, 2, "no"), OFFICE),
    "refuse more time that nobody asks for": right(
        Cast.accepted, lambda ctx, case: extending.refuse(ctx, case.id, 1, "no"), NOBODY
    ),
    "assign": right(Cast.triage, lambda ctx, case: triage.assign(ctx, case.id, UNIT), OFFICE),
    "assign to no unit": right(Cast.triage, lambda ctx, case: triage.assign(ctx, case.id, "nothing"), NOBODY),
    "assign to a discipline team": right(Cast.triage, lambda ctx, case: triage.assign(ctx, case.id, DISCIPLINE), NOBODY),
    "assign what has a unit": right(Cast.assigned, lambda ctx, case: triage.assign(ctx, case.id, OTHER), NOBODY),
    "refuse": right(Cast.triage, lambda ctx, case: triage.refuse(ctx, case.id, "no"), OFFICE),
    "refuse what has a unit": right(Cast.assigned, lambda ctx, case: triage.refuse(ctx, case.id, "no"), NOBODY),
    "take": right(Cast.triage, lambda ctx, case: triage.take(ctx, case.id, case.version), OFFICE),
    "take what has a unit": right(Cast.assigned, lambda ctx, case: triage.take(ctx, case.id, case.version), NOBODY),
    "take what a colleague has taken meanwhile": right(
        taken, lambda ctx, case: triage.take(ctx, case.id, case.version - 1), NOBODY
    ),
    "take over": right(taken, lambda ctx, case: triage.take(ctx, case.id, case.version), {"second office"}),
    "give back": right(taken, lambda ctx, case: triage.give_back(ctx, case.id), {"office"}),
    "give back what nobody has taken": right(Cast.triage, lambda ctx, case: triage.give_back(ctx, case.id), NOBODY),
    "assign what a colleague has taken": right(taken, lambda ctx, case: triage.assign(ctx, case.id, UNIT), {"office"}),
    "refuse what a colleague has taken": right(taken, lambda ctx, case: triage.refuse(ctx, case.id, "no"), {"office"}),
    "merge what a colleague has taken": right(taken, merge, {"office"}),
    "take back": right(Cast.assigned, lambda ctx, case: triage.unassign(ctx, case.id, "no"), OFFICE),
    "take back what is signed in": right(Cast.accepted, lambda ctx, case: triage.unassign(ctx, case.id, "no"), NOBODY),
    "take a misconduct report back": right(
        state_of(MISCONDUCT, "assigned"), lambda ctx, case: triage.unassign(ctx, case.id, "no"), NOBODY
    ),
    "merge": right(Cast.assigned, merge, OFFICE),
    "merge what is answered": right(Cast.answered, merge, NOBODY),
    "merge a case with itself": right(Cast.assigned, lambda ctx, case: merging.merge(ctx, case.id, case.id), NOBODY),
    "merge with a case that is none": right(Cast.assigned, lambda ctx, case: merging.merge(ctx, case.id, "0" * 32), NOBODY),
    "merge into what is closed": right(Cast.closed, merge_into_it, NOBODY),
    "merge into what is merged": right(merged, merge_into_it, NOBODY),
    "merge a misconduct report": right(state_of(MISCONDUCT, "assigned"), merge, NOBODY),
    "merge into a misconduct report": right(state_of(MISCONDUCT, "assigned"), merge_into_it, NOBODY),
    "undo a merging": right(merged, lambda ctx, case: merging.unmerge(ctx, case.id), OFFICE),
    "undo a merging that is none": right(Cast.assigned, lambda ctx, case: merging.unmerge(ctx, case.id), NOBODY),
    "add to what is merged": right(merged, lambda ctx, case: following.add(ctx, case.id, "more"), FOLLOWERS),
    "reply to what is merged": right(merged, lambda ctx, case: following.reply(ctx, case.id, "more"), FOLLOWERS),
    "withdraw what is merged": right(merged, lambda ctx, case: following.withdraw(ctx, case.id, "why"), NOBODY),
    "confirm a result": right(Cast.answered, lambda ctx, case: checking.confirm(ctx, case.id), OFFICE),
    "confirm what is open": right(Cast.accepted, lambda ctx, case: checking.confirm(ctx, case.id), NOBODY),
    "confirm a misconduct report's": right(
        state_of(MISCONDUCT, "closed"), lambda ctx, case: checking.confirm(ctx, case.id), NOBODY
    ),
    "reopen what is answered": right(Cast.answered, lambda ctx, case: checking.reopen(ctx, case.id, "no"), OFFICE),
    "reopen what is closed": right(Cast.closed, lambda ctx, case: checking.reopen(ctx, case.id, "no", checked=True), OFFICE),
    "reopen what is open": right(Cast.accepted, lambda ctx, case: checking.reopen(ctx, case.id, "no"), NOBODY),
    "reopen a misconduct report": right(
        state_of(MISCONDUCT, "closed"), lambda ctx, case: checking.reopen(ctx, case.id, "no"), NOBODY
    ),
    "file for a caller": right(Cast.assigned, lambda ctx, case: filing.file_for(ctx, COMPLAINT, filing.Source.PHONE), OFFICE),
    "file a misconduct report for a caller": right(
        Cast.assigned, lambda ctx, case: filing.file_for(ctx, MISCONDUCT, filing.Source.PHONE), NOBODY
    ),
    "file a complaint under misconduct": right(Cast.assigned, lambda ctx, case: filing.file_case(ctx, BRIBES), NOBODY),
    "file a complaint under misconduct for a caller": right(
        Cast.assigned, lambda ctx, case: filing.file_for(ctx, BRIBES, filing.Source.PHONE), NOBODY
    ),
    "invite a contact": right(Cast.assigned, lambda ctx, case: staffing.invite_to(ctx, RoleKind.CONTACT, UNIT, "x"), OFFICE),
    "invite to the office": right(Cast.assigned, lambda ctx, case: staffing.invite_to(ctx, RoleKind.OFFICE, UNIT, "x"), NOBODY),
    "invite to a discipline team": right(
        Cast.assigned, lambda ctx, case: staffing.invite_to(ctx, RoleKind.CONTACT, DISCIPLINE, "x"), NOBODY
    ),
    "end a role of a discipline team": right(
        state_of(MISCONDUCT, "accepted"), lambda ctx, case: staffing.unbind(ctx, case.holder or ""), NOBODY
    ),
    "invite to no unit": right(
        Cast.assigned, lambda ctx, case: staffing.invite_to(ctx, RoleKind.CONTACT, "nothing", "x"), NOBODY
    ),
    "end a contact's role": right(Cast.accepted, lambda ctx, case: staffing.unbind(ctx, case.holder or ""), OFFICE),
    "end a role that is none": right(Cast.accepted, lambda ctx, case: staffing.unbind(ctx, "0" * 32), NOBODY),
    "end a colleague's role at the office": right(
        taken, lambda ctx, case: staffing.unbind(ctx, case.holder or ""), {"second office"}
    ),
    "replace a contact": right(Cast.accepted, replace_by("third"), OFFICE),
    "replace a contact by somebody of another unit": right(Cast.accepted, replace_by("below"), NOBODY),
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
    "erase a text": right(Cast.closed, lambda ctx, case: erasing.erase(ctx, case.id, 1), OFFICE),
    "erase a name that was not given": right(Cast.accepted, lambda ctx, case: erasing.erase(ctx, case.id, None), NOBODY),
    "erase a text of a misconduct report": right(
        state_of(MISCONDUCT, "accepted"), lambda ctx, case: erasing.erase(ctx, case.id, 1), {"discipline"}
    ),
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
        state_of(AGREED, "answered"), lambda ctx, case: releasing.release(ctx, case.id, Wording(problem=" ")), NOBODY
    ),
    "take back what is not published": right(state_of(AGREED, "answered"), revoke, NOBODY),
    "take off the board": right(released, revoke, OFFICE),
    "do anything to a case that is none": right(Cast.assigned, lambda ctx, case: handling.accept(ctx, "0" * 32, 1), NOBODY),
}


@pytest.mark.parametrize("name", RIGHTS)
async def test_who_may_does_and_nobody_else(cast: Cast, name: str) -> None:
    right = RIGHTS[name]
    await cast.assigned()  # another open case, which merging needs
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


async def test_while_the_holder_is_away_the_deputy_may_do_what_the_holder_may(cast: Cast) -> None:
    case = await cast.accepted()

    async def go(ctx: Context) -> object:
        deputy = next(role for role in await ctx.colleagues(UNIT) if role.name == "third")
        return await absence.leave(ctx, NOW + timedelta(days=1), deputy.id)

    await cast.does("holder", go)
    try:
        for deed in (plan, ask_extension, lambda ctx, case: handling.report(ctx, case.id, "done")):
            may = {who for who in EVERYBODY if await cast.tries(who, lambda ctx, deed=deed: deed(ctx, case)) is None}
            assert may == {"holder", "third"}
    finally:
        await cast.does("holder", absence.come_back)
    assert await cast.tries("third", lambda ctx: handling.report(ctx, case.id, "done"))


@asynccontextmanager
async def all_away(cast: Cast) -> AsyncIterator[None]:
    """Let all contacts of the unit be away, and nobody stand in."""
    for who in sorted(CONTACTS):
        await cast.does(who, lambda ctx: absence.leave(ctx, NOW + timedelta(days=1), None))
    try:
        yield
    finally:
        for who in sorted(CONTACTS):
            await cast.does(who, absence.come_back)


@pytest.mark.parametrize("name", RIGHTS)
async def test_while_no_contact_is_there_the_head_may_do_what_they_may_and_nobody_else(cast: Cast, name: str) -> None:
    right = RIGHTS[name]
    await cast.assigned()
    case = await right.state(cast)
    async with all_away(cast):
        may = {who for who in EVERYBODY if await cast.tries(who, lambda ctx: right.what(ctx, case)) is None}
    assert may == right.whom | ({"head"} if right.whom & CONTACTS else NOBODY)


async def test_what_the_head_has_signed_in_is_theirs_when_the_contacts_are_back(cast: Cast) -> None:
    case, other = await cast.assigned(), await cast.accepted()
    async with all_away(cast):
        await cast.does("head", lambda ctx: accept(ctx, case))
    for deed in (plan, ask_extension, hand_over, lambda ctx, case: handling.report(ctx, case.id, "done")):
        may = {who for who in EVERYBODY if await cast.tries(who, lambda ctx, deed=deed: deed(ctx, case)) is None}
        assert may == {"head"}
    assert await cast.tries("head", lambda ctx: handling.report(ctx, other.id, "done"))
    head = (await cast.case(case.id)).holder or ""
    ended = await cast.does("office", lambda ctx: staffing.unbind(ctx, head))
    assert ended.cases == 1
    async with cast.database.transaction() as tx:
        await roles.give(tx, cast.persons["head"], RoleKind.HEAD, UNIT, "head", NOW)
    assert await cast.tries("colleague", lambda ctx: handling.accept(ctx, case.id, case.version + 2)) is None


async def test_only_staff_can_be_away_and_only_a_colleague_stands_in(cast: Cast) -> None:
    tomorrow = NOW + timedelta(days=1)
    may = {who for who in EVERYBODY if await cast.tries(who, lambda ctx: absence.leave(ctx, tomorrow, None)) is None}
    assert may == set(STAFF)
    async with cast.database.reading() as tx:
        (elsewhere,) = await roles.of_unit(tx, OTHER)
    assert await cast.tries("holder", lambda ctx: absence.leave(ctx, tomorrow, elsewhere.id))
    assert await cast.tries("holder", lambda ctx: absence.leave(ctx, NOW, None))


async def test_usual_answers_are_made_and_dropped_by_the_contacts_of_their_unit(cast: Cast) -> None:
    may = {who for who in EVERYBODY if await cast.tries(who, lambda ctx: templates.make(ctx, UNIT, "t", "x")) is None}
    assert may == CONTACTS
    made = await cast.does("holder", lambda ctx: templates.make(ctx, UNIT, "t", "x"))
    may = {who for who in EVERYBODY if await cast.tries(who, lambda ctx: templates.drop(ctx, made.id)) is None}
    assert may == CONTACTS


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
