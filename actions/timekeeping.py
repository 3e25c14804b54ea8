"""The deadlines of a case: begin, stand still while the citizen is asked, run on, extend, reckon again, end.

A due time always follows from start, rule and pauses, so that it can be reckoned again whenever one of them, or the calendar,
changes; only what is left of the time to check an answer is never less than the reminder of it says. The ladder is the unit's
(`accept`, `answer`); the others have their own few rungs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from actions.context import Context
from domain.cases import CaseKind, CaseState, Event
from domain.city import REVISIT, Rung, RungTo
from domain.ladder import RungTime, next_rung, reached, rung_times
from domain.limits import Limit
from domain.ratings import hour_of, reaches_unit_at
from domain.working_days import Calendar, Due, Pause
from storage import deadlines, extensions
from storage.cases import Case
from storage.deadlines import Deadline, DeadlineKind
from storage.ids import new_id

REPLY = Limit.parse("3wd")
MOST_PAUSES = 2
UNITS = (DeadlineKind.ACCEPT, DeadlineKind.ANSWER)
FILED_UNDER_UNIT = (*UNITS, DeadlineKind.CHECK)
END = "0"
LAST_DAY, A_DAY = "-1d", timedelta(days=1)
_CITIZEN, _OFFICE = (RungTo.CITIZEN,), (RungTo.OFFICE,)
OWN_RUNGS: dict[DeadlineKind, tuple[Rung, ...]] = {
    DeadlineKind.PROMISE: (Rung(at=END, to=_CITIZEN),),
    DeadlineKind.TRIAGE: (Rung(at=END, to=_OFFICE),),
    DeadlineKind.CHECK: (Rung(at=LAST_DAY, to=_CITIZEN), Rung(at=END, to=_CITIZEN)),
    DeadlineKind.REVISIT: (Rung(at=END, to=_OFFICE),),
    # Reminded after one working day of three.
    DeadlineKind.REPLY: (Rung(at="-2wd", to=_CITIZEN), Rung(at=END, to=(RungTo.CONTACT,))),
}


async def start(ctx: Context, case: Case, kind: DeadlineKind, limit: Limit) -> Deadline:
    """Begin a deadline of a case now."""
    begin = _begin(ctx, case, kind, limit)
    due = ctx.city.working_days.due(begin, limit)
    deadline = Deadline(
        id=new_id(begin),
        case=case.id,
        kind=kind,
        round=case.round,
        unit=case.unit if kind in FILED_UNDER_UNIT else None,
        rule=str(limit),
        started_at=begin,
        due_at=due.at,
        calendar=_calendar(ctx, limit),
        provisional=due.provisional,
    )
    deadline = _armed(deadline, _times(ctx, deadline, ()), ctx.now)
    await deadlines.insert(ctx.tx, deadline)
    return deadline


def _begin(ctx: Context, case: Case, kind: DeadlineKind, limit: Limit) -> datetime:
    """Give when a deadline begins. From the time left to a unit, its ladder and its buttons nobody learns the minute of a rating.

    Hours run only once the unit hears of it.
    """
    if kind not in UNITS or ctx.has_reached_unit(case):
        return ctx.now
    zone = ctx.city.city.zone
    return reaches_unit_at(case.filed_at, zone) if limit.elapsed else hour_of(ctx.now, zone)


async def start_triage(ctx: Context, case: Case) -> Deadline:
    """Begin the office's time to assign a case: as long as a unit would have to sign it in, so that urgent ones are due first."""
    return await start(ctx, case, DeadlineKind.TRIAGE, ctx.city.times(case.kind, case.category).accept)


async def resume_promise(ctx: Context, case: Case) -> None:
    """Let what the citizen was promised hold again, with its first due time."""
    if promise := await deadlines.last_promise(ctx.tx, case.id):
        await reckon(ctx, replace(promise, stopped_at=None, ended=None))


async def keep_to(ctx: Context, promise: Deadline, earlier: Deadline) -> None:
    """Let what a citizen was promised run as an earlier promise does, from its start to its due time."""
    same = {name: getattr(earlier, name) for name in ("rule", "started_at", "due_at", "calendar", "provisional")}
    again = replace(promise, **same)
    await deadlines.update(ctx.tx, _armed(again, _times(ctx, again, ()), ctx.now))


async def expect_by(ctx: Context, case: Case, later: datetime) -> None:
    """Have the citizen told anew if no answer has come by a later date, of which they hear after the promise was broken."""
    promise = (await deadlines.running(ctx.tx, case.id)).get(DeadlineKind.PROMISE)
    if promise and END in promise.passed:
        await deadlines.update(ctx.tx, replace(promise, passed=(), next_rung_at=later))


async def start_units(ctx: Context, case: Case, event: Event) -> Deadline:
    """Begin a unit's own deadlines anew because of an event, and return the one for its answer."""
    times = ctx.city.times(case.kind, case.category)
    await stop(ctx, case, event, DeadlineKind.TRIAGE, DeadlineKind.REPLY, *UNITS)
    if case.state is CaseState.ASSIGNED:
        await start(ctx, case, DeadlineKind.ACCEPT, times.accept)
    return await start(ctx, case, DeadlineKind.ANSWER, times.answer)


async def stop(ctx: Context, case: Case, event: Event, *kinds: DeadlineKind) -> None:
    """End the running deadlines of these kinds, of every kind if none is named; what was asked for them comes to nothing."""
    ended = kinds or tuple(DeadlineKind)
    await deadlines.stop(ctx.tx, case.id, ended, event, ctx.now)
    if DeadlineKind.ANSWER in ended:
        await extensions.void(ctx.tx, case.id, ctx.now)


async def stop_for_good(ctx: Context, case: Case, event: Event) -> None:
    """End every deadline of a case that closes; what had to be reopened is looked at again later."""
    await stop(ctx, case, event)
    if case.round > 1 and case.kind is not CaseKind.MISCONDUCT:
        await start(ctx, case, DeadlineKind.REVISIT, REVISIT)


async def pause(ctx: Context, case: Case) -> None:
    """Let the unit's time stand still while the citizen is asked, if a question still does that."""
    if answer := await to_be_paused(ctx, case):
        await start(ctx, case, DeadlineKind.REPLY, REPLY)
        await deadlines.update(ctx.tx, replace(answer, next_rung_at=None))


async def to_be_paused(ctx: Context, case: Case) -> Deadline | None:
    """Give the unit's time to answer if a question would let it stand still: at most twice, and never once it is up."""
    answer = (await deadlines.running(ctx.tx, case.id)).get(DeadlineKind.ANSWER)
    if answer is None or ctx.now >= answer.due_at or len(await pauses(ctx, answer)) >= MOST_PAUSES:
        return None
    return answer


async def run_on(ctx: Context, case: Case, event: Event) -> None:
    """Let the unit's time run again if it stood still, which it did no longer than the citizen had to reply."""
    now = await deadlines.running(ctx.tx, case.id)
    reply, answer = now.get(DeadlineKind.REPLY), now.get(DeadlineKind.ANSWER)
    if reply is None:
        return
    ended = replace(reply, stopped_at=min(ctx.now, reply.due_at), ended=event, next_rung_at=None)
    await deadlines.update(ctx.tx, ended)
    if answer:
        await reckon(ctx, answer)


async def reckon(ctx: Context, deadline: Deadline) -> Deadline:
    """Reckon a due time again."""
    again, times = _reckoned(ctx, deadline, Limit.parse(deadline.rule), await pauses(ctx, deadline))
    return await _keep(ctx, again, times)


async def extend(ctx: Context, deadline: Deadline, rule: Limit) -> Deadline:
    """Reckon a due time again by a longer rule, which arms the rungs again that lie ahead then."""
    again, times = _reckoned(ctx, deadline, rule, await pauses(ctx, deadline))
    return await _keep(ctx, _armed(again, times, ctx.now), times)


async def settle(ctx: Context, deadline: Deadline) -> Deadline:
    """Reckon a due time again by another calendar: if it lies ahead and has moved, rungs ahead of now are armed again.

    A pause that goes on moves it only when it ends, as ever. What is asked for as an extension moves too.
    """
    stood = await pauses(ctx, deadline)
    over = stood[:-1] if await _stands_still(ctx, deadline) else stood
    again, times = _reckoned(ctx, deadline, Limit.parse(deadline.rule), over)
    for asked in await extensions.of_case(ctx.tx, deadline.case):
        if asked.deadline == deadline.id and asked.decided_at is None:
            longer, _times_then = _reckoned(ctx, deadline, Limit.parse(asked.rule), stood)
            await extensions.move(ctx.tx, asked.id, longer.due_at)
    if deadline.due_at != again.due_at > ctx.now:
        behind = {rung.at for at, rung in times if at <= ctx.now}
        again = replace(again, passed=tuple(rung for rung in again.passed if rung in behind))
    return await _keep(ctx, again, times)


def _reckoned(ctx: Context, deadline: Deadline, limit: Limit, stood: Sequence[Pause]) -> tuple[Deadline, Sequence[RungTime]]:
    """Reckon a due time and its rungs.

    Where another calendar would make a due time past that was later, the limit grows by as many working days as it takes not to
    be earlier: nobody is late by a day of which they could not know.
    """

    def due_by(limit: Limit) -> Due:
        return ctx.city.working_days.shifted(ctx.city.working_days.due(deadline.started_at, limit), stood)

    due = due_by(limit)
    if due.at <= ctx.now:
        while due.at < deadline.due_at:
            limit = replace(limit, amount=limit.amount + 1)
            due = due_by(limit)
    again = replace(deadline, rule=str(limit), due_at=due.at, calendar=_calendar(ctx, limit), provisional=due.provisional)
    return again, _times(ctx, again, stood)


async def _keep(ctx: Context, deadline: Deadline, times: Sequence[RungTime]) -> Deadline:
    """Keep a deadline with the next of its rungs; none is next once it is stopped, or while it stands still."""
    rung_at = next((at for at, rung in times if rung.at not in deadline.passed), None)
    if deadline.stopped_at or await _stands_still(ctx, deadline):
        rung_at = None
    kept = replace(deadline, next_rung_at=rung_at)
    await deadlines.update(ctx.tx, kept)
    return kept


async def climb(ctx: Context, deadline: Deadline, every: Sequence[Deadline]) -> tuple[Rung, ...]:
    """Put the rungs behind a deadline that it has reached, arm the next one, and give them; `every` is all of its case."""
    left = [(at, rung) for at, rung in _times(ctx, deadline, _pauses(ctx, deadline, every)) if rung.at not in deadline.passed]
    rungs = tuple(rung for _at, rung in reached(left, deadline.started_at, ctx.now))
    passed = (*deadline.passed, *(rung.at for rung in rungs))
    await deadlines.pass_rungs(ctx.tx, deadline.id, passed, next_rung(left, ctx.now))
    return rungs


async def pauses(ctx: Context, deadline: Deadline) -> Sequence[Pause]:
    """Give the times in which a unit's time to answer stood still; one that goes on ends now. No other time ever does."""
    if deadline.kind is not DeadlineKind.ANSWER:
        return ()
    return _pauses(ctx, deadline, await deadlines.of_case(ctx.tx, deadline.case))


def _pauses(ctx: Context, deadline: Deadline, every: Sequence[Deadline]) -> Sequence[Pause]:
    return [
        (reply.started_at, reply.stopped_at or ctx.now)
        for reply in every
        if deadline.kind is DeadlineKind.ANSWER and reply.kind is DeadlineKind.REPLY and reply.started_at >= deadline.started_at
        if deadline.stopped_at is None or reply.started_at < deadline.stopped_at
    ]


async def end_of(ctx: Context, answer: Deadline) -> Due:
    """Give the time at which a unit's time to answer ends as things stand: it moves on while the citizen is asked."""
    due = ctx.city.working_days.due(answer.started_at, Limit.parse(answer.rule))
    return ctx.city.working_days.shifted(due, await pauses(ctx, answer))


async def _stands_still(ctx: Context, deadline: Deadline) -> bool:
    running = await deadlines.running(ctx.tx, deadline.case)
    return deadline.kind is DeadlineKind.ANSWER and deadline.stopped_at is None and DeadlineKind.REPLY in running


def _times(ctx: Context, deadline: Deadline, stood: Sequence[Pause]) -> tuple[RungTime, ...]:
    ladder = OWN_RUNGS.get(deadline.kind, ctx.city.city.ladder)
    return rung_times(ladder, deadline.started_at, deadline.due_at, stood, ctx.city.working_days)


def _calendar(ctx: Context, limit: Limit) -> str:
    return Calendar.ELAPSED if limit.elapsed else ctx.city.calendar


def _armed(deadline: Deadline, times: Sequence[RungTime], now: datetime) -> Deadline:
    passed = tuple(rung.at for at, rung in times if at <= now)
    return replace(deadline, passed=passed, next_rung_at=next_rung(times, now))
