"""What a citizen does with a case of theirs: add, reply, correct, urge, withdraw, say whether it is solved, rate."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from actions.cards import due
from actions.context import Context
from actions.extending import run_on
from actions.facts import DISAGREE, facts
from actions.guessing import count_wrong, must_wait
from actions.merging import go_alone, part
from actions.notices import queue, queue_for_office, refresh_cards, tell_followers, tell_holder, tell_left, tell_unit
from actions.record import move, note, state_after, write
from actions.staffing import leave_to_unit
from actions.timekeeping import start, start_triage, start_units, stop, stop_for_good
from dialog.outgoing import say
from dialog.subjects import Refused
from dialog.texts import Moment, _
from domain.cases import OPEN, CaseKind, CaseState, Event, Party, Satisfaction
from domain.numbers import receipt_code
from domain.ratings import reaches_unit_at
from storage import cases, entries
from storage.cases import Case
from storage.deadlines import DeadlineKind
from storage.entries import Entry, EntryKind
from storage.outbox import Lane

URGE_AGAIN = timedelta(days=1)
COVERED = _(
    "Phone numbers and other personal data in your words have been covered: the responsible unit can't see them and will not"
    " ring you. It answers you here."
)


async def add(ctx: Context, id: str, text: str, files: Sequence[str] = (), message: str | None = None) -> Case:
    """Add facts to a case; whoever deals with it is told. Who writes is not silent: their time to check an answer begins anew."""
    case = await ctx.case(id)
    await ctx.as_follower(case)
    await _can_be_told(ctx, case, Event.ADD)
    case = await move(ctx, case, Event.ADD, Party.CITIZEN)
    entry = await _keep(ctx, case, EntryKind.ADDED, text, files=files, message=message)
    await note(ctx, case, Event.ADD, Party.CITIZEN, entry=entry.id, text=entry.hash, files=list(entry.files))
    if case.state is CaseState.ANSWERED:
        await stop(ctx, case, Event.ADD, DeadlineKind.CHECK)
        await start(ctx, case, DeadlineKind.CHECK, ctx.city.times(case.kind, case.category).check)
    await refresh_cards(ctx, case)
    await tell_holder(ctx, case, _("The citizen has added: {text}", text=entry.text or "📎"), entry=entry)
    return case


async def reply(ctx: Context, id: str, text: str, files: Sequence[str] = (), message: str | None = None) -> Case:
    """Answer the unit's question; without an open one it is added like any other fact."""
    case = await ctx.case(id)
    await ctx.as_follower(case)
    if case.state is CaseState.MERGED or (await facts(ctx, case)).question is None:
        return await add(ctx, id, text, files, message)
    case = await move(ctx, case, Event.REPLY, Party.CITIZEN)
    entry = await _keep(ctx, case, EntryKind.REPLY, text, files=files, message=message)
    await note(ctx, case, Event.REPLY, Party.CITIZEN, entry=entry.id, text=entry.hash, files=list(entry.files))
    await run_on(ctx, case, Event.REPLY)
    await refresh_cards(ctx, case)
    await tell_holder(ctx, case, _("The citizen answers your question: {text}", text=entry.text or "📎"), entry=entry)
    return case


async def correct(ctx: Context, message: str, text: str) -> Case | None:
    """Keep the new wording of a message that became part of a case, beside the old one; None if it belongs to none."""
    found = await entries.of_message(ctx.tx, message)
    if found is None:
        return None
    case = await ctx.case(found[0])
    await ctx.as_follower(case)
    await _can_be_told(ctx, case, Event.CORRECT)
    case = await move(ctx, case, Event.CORRECT, Party.CITIZEN)
    entry = await _keep(ctx, case, EntryKind.CORRECTED, text)
    await note(ctx, case, Event.CORRECT, Party.CITIZEN, entry=entry.id, text=entry.hash, before=found[1].id)
    await refresh_cards(ctx, case)
    await tell_holder(ctx, case, _("The citizen has reworded: {text}", text=entry.text), entry=entry)
    return case


async def urge(ctx: Context, id: str) -> Case:
    """Urge whoever has the case, once a day."""
    case = await ctx.case(id)
    await ctx.as_follower(case)
    if case.urged_at and ctx.now - case.urged_at < URGE_AGAIN:
        raise Refused(_("You have urged already. You can do so again after {at}.", at=Moment(case.urged_at + URGE_AGAIN)))
    if not ctx.has_reached_unit(case):
        raise Refused(
            _(
                "The unit has not heard of your rating yet: that is at {at}. After that you can urge it.",
                at=Moment(reaches_unit_at(case.filed_at, ctx.city.city.zone)),
            )
        )
    case = await move(ctx, case, Event.URGE, Party.CITIZEN, urged_at=ctx.now)
    await note(ctx, case, Event.URGE, Party.CITIZEN)
    if case.unit:
        await tell_unit(ctx, case, _("The citizen urges you to deal with this case."), files=())
    else:
        await queue_for_office(ctx, case, _("The citizen urges you to assign this case."))
    return case


async def withdraw(ctx: Context, id: str, reason: str) -> Case:
    """Withdraw a case; it ends here."""
    case = await ctx.case(id)
    await ctx.as_follower(case)
    case = await move(ctx, case, Event.WITHDRAW, Party.CITIZEN)
    entry = await write(ctx, case, EntryKind.WITHDRAWN, Party.CITIZEN, reason)
    await note(ctx, case, Event.WITHDRAW, Party.CITIZEN, entry=entry.id, text=entry.hash)
    await stop(ctx, case, Event.WITHDRAW)
    await refresh_cards(ctx, case)
    await tell_holder(ctx, case, _("The citizen has withdrawn this case."))
    await tell_followers(ctx, case, _("The case has been withdrawn."), but=ctx.me.person, alone=True)
    await part(ctx, case)
    return case


async def solved(ctx: Context, id: str, version: int) -> Case:
    """Say that it is solved: the case closes. Whose case was merged into another one is heard, and that one goes on."""
    mine, case = await _with_lead(ctx, id)
    await ctx.as_follower(mine)
    if case.state is CaseState.ANSWERED and case.version != version:
        raise Refused(_("There is a newer answer; here it is. Please look at it first."))
    if mine.id != case.id:
        return await _say_solved(ctx, mine, case)
    case = await move(ctx, case, Event.SOLVED, Party.CITIZEN)
    await note(ctx, case, Event.SOLVED, Party.CITIZEN)
    await stop_for_good(ctx, case, Event.SOLVED)
    await refresh_cards(ctx, case)
    await tell_followers(ctx, case, _("The case is closed as solved."), but=ctx.me.person)
    return case


async def not_solved(ctx: Context, id: str, why: str, files: Sequence[str] = ()) -> Case:
    """Say that it is not solved: the case reopens with the same contact; the second time the office looks at it first.

    A misconduct report stays with its discipline team every time: nobody else may see it. Whoever said "solved" can say so
    for as long as the time to check the answer would have run, who said nothing for a week. Whose case was merged into another
    one reopens that one for all; once it is closed, their own goes to the office.
    """
    mine, case = await _with_lead(ctx, id)
    await ctx.as_follower(mine)
    await can_be_doubted(ctx, mine, case)
    if mine.id != case.id and case.state is CaseState.CLOSED:
        return await _disagree(ctx, mine, case, why, files)
    before = case
    if case.round == 1 or case.kind is CaseKind.MISCONDUCT:
        case = await move(ctx, case, Event.NOT_SOLVED, Party.CITIZEN, round=case.round + 1, rating=None)
    else:
        empty = {"unit": None, "holder": None, "rating": None}
        case = await move(ctx, case, Event.QUEUE, Party.CITIZEN, round=case.round + 1, **empty)
    said, event = (case, Event.NOT_SOLVED) if mine.id == case.id else (mine, Event.SAY_NOT_SOLVED)
    entry = await _keep(ctx, said, EntryKind.NOT_SOLVED, why, files=files)
    await note(ctx, said, event, Party.CITIZEN, entry=entry.id, text=entry.hash, files=list(entry.files))
    if mine.id != case.id:
        await note(ctx, case, Event.NOT_SOLVED, Party.CITIZEN, merged=mine.id)
    await stop(ctx, case, Event.NOT_SOLVED)
    promise = await start(ctx, case, DeadlineKind.PROMISE, ctx.city.times(case.kind, case.category).answer)
    if case.unit:
        case = await leave_to_unit(ctx, case, Party.SYSTEM)
        await start_units(ctx, case, Event.NOT_SOLVED)
    else:
        await start_triage(ctx, case)
    await refresh_cards(ctx, case)
    if case.unit:
        await tell_unit(ctx, case, _("Not solved, says the citizen: {text}", text=entry.text or "📎"), files=entry.files)
    else:
        again = _("Case {number}: not solved for the second time, says the citizen.", number=case.number)
        await tell_left(ctx, before, _("{what} The supervision office decides now who deals with it.", what=again))
        await queue_for_office(ctx, case)
    anew = _("The case has been reopened. The time begins anew: you get an answer by {due}.", due=due(promise))
    await tell_followers(ctx, case, anew, but=ctx.me.person)
    return said


async def can_be_doubted(ctx: Context, mine: Case, lead: Case) -> None:
    """Let somebody call unsolved the case that theirs goes on in, or their own: while its answer waits for it, and for some time
    after it was closed.

    That is the time to check for whoever said "solved", a week for who said nothing and for those who reported the same and have
    not rated it. Raises Refused.
    """
    _allowed(mine, lead, Event.NOT_SOLVED)
    if lead.state is not CaseState.CLOSED:
        return
    if mine.id == lead.id:
        is_in_time = (await facts(ctx, lead)).may_doubt
    else:
        is_in_time = lead.closed_at is not None and ctx.now <= lead.closed_at + DISAGREE and not mine.rating
    if not is_in_time:
        raise Refused(
            _(
                "Case {number} is closed, and the time to check the answer is over. You can file the matter anew.",
                number=mine.number,
            )
        )


async def explain(ctx: Context, id: str, why: str) -> Case:
    """Say why one was dissatisfied with the handling of a closed case; the unit reads it."""
    case, lead = await _with_lead(ctx, id)
    await ctx.as_follower(case)
    _allowed(case, lead, Event.EXPLAIN)
    await _is_asked(ctx, case)
    if case.rating is not Satisfaction.DISSATISFIED:
        raise Refused(_("Only a rating as dissatisfied needs a reason."))
    case = await move(ctx, case, Event.EXPLAIN, Party.CITIZEN)
    entry = await write(ctx, case, EntryKind.EXPLAINED, Party.CITIZEN, why)
    await note(ctx, case, Event.EXPLAIN, Party.CITIZEN, entry=entry.id, text=entry.hash)
    await tell_holder(ctx, case, _("The citizen was dissatisfied with the handling: {text}", text=entry.text))
    return case


async def rate(ctx: Context, id: str, level: Satisfaction) -> Case:
    """Rate how a closed case was handled, once."""
    case, lead = await _with_lead(ctx, id)
    await ctx.as_follower(case)
    _allowed(case, lead, Event.RATE)
    await _is_asked(ctx, case)
    if case.rating:
        raise Refused(_("This case has been rated already. Thank you."))
    case = await move(ctx, case, Event.RATE, Party.CITIZEN, rating=level)
    await note(ctx, case, Event.RATE, Party.CITIZEN, level=level)
    return case


async def new_code(ctx: Context, id: str) -> tuple[Case, str]:
    """Give the case a new code; the old one is void, and whoever followed by it follows no longer."""
    case = await ctx.case(id)
    await ctx.as_follower(case)
    if case.reporter != ctx.me.person:
        raise Refused(_("Only the device or account that filed the case can ask for a new code."))
    code = receipt_code(secrets.randbelow(10**16))
    case = await move(ctx, case, Event.NEW_CODE, Party.CITIZEN, code=ctx.keys.name("receipt", case.number, code))
    await cases.unfollow_others(ctx.tx, case.id, ctx.me.person)
    await note(ctx, case, Event.NEW_CODE, Party.CITIZEN)
    return case, code


async def look_up(ctx: Context, number: str, code: str) -> Case | None:
    """Follow a case from this device by its number and code; None if they don't match, counted against guessing.

    Raises Refused after too many wrong codes, until some time has passed.
    """
    if until := await must_wait(ctx, "codes"):
        raise Refused(_("Too many wrong codes. Please wait until {until} and try again.", until=Moment(until)))
    found = await cases.numbered(ctx.tx, number)
    case = await cases.for_change(ctx.tx, found.id) if found else None
    if case is None or case.code != ctx.keys.name("receipt", number, code):
        await count_wrong(ctx, "codes")
        return None
    if await cases.follow(ctx.tx, case.id, ctx.me.person, ctx.now):
        await note(ctx, case, Event.FOLLOW, Party.CITIZEN)
    return case


async def _keep(
    ctx: Context, case: Case, kind: EntryKind, text: str, *, files: Sequence[str] = (), message: str | None = None
) -> Entry:
    """Keep what a citizen wrote to the unit; whoever gave a phone number with it must not wait for a call."""
    entry = await write(ctx, case, kind, Party.CITIZEN, text, files=files, message=message)
    if entry.text != text:
        await queue(ctx, ctx.me.conversation, say(COVERED), lane=Lane.ANSWER)
    return entry


async def _is_asked(ctx: Context, case: Case) -> None:
    """Ask nobody how a case was handled whose rating was struck: the unit hears no more of it. Raises Refused."""
    if case.kind is CaseKind.BAD_RATING and (await facts(ctx, case)).is_struck:
        raise Refused(
            _("The rating was struck, so nobody is asked how the case was handled. You can object to that in the case.")
        )


async def _with_lead(ctx: Context, id: str) -> tuple[Case, Case]:
    """Take a case and the one that it goes on in, in the order of their ids; one that goes on in none leads itself."""
    found = await cases.get(ctx.tx, id)
    lead = (await cases.leading(ctx.tx, found)).id if found else id
    taken = {one: await ctx.case(one) for one in sorted({id, lead})}
    return taken[id], taken[lead]


async def _say_solved(ctx: Context, mine: Case, lead: Case) -> Case:
    _allowed(mine, lead, Event.SOLVED)
    f = await facts(ctx, mine)
    if f.said_solved:
        raise Refused(_("You have said that it is solved. Thank you."))
    mine = await move(ctx, mine, Event.SAY_SOLVED, Party.CITIZEN)
    result = f.lead.result if f.lead else None
    await note(ctx, mine, Event.SAY_SOLVED, Party.CITIZEN, answer=result.id if result else None)
    await note(ctx, lead, Event.SAY_SOLVED, Party.CITIZEN, merged=mine.id)
    await refresh_cards(ctx, mine)
    return mine


async def _disagree(ctx: Context, mine: Case, lead: Case, why: str, files: Sequence[str]) -> Case:
    """Take a case out of the closed one that it went on in."""
    mine = await move(ctx, mine, Event.SAY_NOT_SOLVED, Party.CITIZEN)
    entry = await _keep(ctx, mine, EntryKind.NOT_SOLVED, why, files=files)
    await note(ctx, mine, Event.SAY_NOT_SOLVED, Party.CITIZEN, entry=entry.id, text=entry.hash, files=list(entry.files))
    await note(ctx, lead, Event.UNMERGE, Party.CITIZEN, merged=mine.id)
    return await go_alone(ctx, mine, but=ctx.me.person)


def _allowed(mine: Case, lead: Case, event: Event) -> None:
    """Refuse what the case that one's own goes on in does not allow now, without a word about which that is."""
    state_after(replace(mine, state=lead.state, changed_at=lead.changed_at), event, Party.CITIZEN)


async def _can_be_told(ctx: Context, case: Case, event: Event) -> None:
    """Take no more words for a merged case when the one that it follows has ended. Raises Refused."""
    lead = await cases.leading(ctx.tx, case)
    if lead.id != case.id and lead.state not in OPEN:
        _allowed(case, lead, event)
