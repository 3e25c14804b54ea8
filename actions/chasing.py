"""What happens when a deadline's rung is reached: somebody is reminded, told, proposed for the accountability list; silence
closes a case; a question that nobody answered holds the unit's time no longer.

Each rung once, in the order of their times. After a time without sweeps the highest that is reached fires, for those as well
whom the ones below it were to reach, which are recorded as passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import datetime, timedelta

from actions.cards import due as shown_due
from actions.cards import title, unhurried
from actions.checking import draw_lot
from actions.context import Context
from actions.extending import run_on
from actions.facts import Facts, facts
from actions.notices import at, queue_for_office, refresh_cards, tell_followers, tell_heads, tell_merged, tell_office, tell_unit
from actions.office_cards import office_card
from actions.record import move, note
from actions.timekeeping import A_DAY, END, LAST_DAY, UNITS, climb, settle, stop_for_good
from dialog.outgoing import say
from dialog.subjects import screen_button
from dialog.texts import Text, _
from domain.cases import CaseKind, CaseState, Event, Party
from domain.city import Rung, RungTo
from domain.ledger import JsonValue
from storage import cases, deadlines, months, proposals, quotas
from storage.cases import Case
from storage.deadlines import Deadline, DeadlineKind
from storage.roles import Role
from storage.times import ms

LATE = _("The answer that you were promised has not come in time. We are sorry.")


async def chase(ctx: Context, id: str) -> bool:
    """Do what the rungs ask that a deadline has reached; False if somebody else works on its case, or nothing is reached."""
    case = await cases.of_deadline(ctx.tx, id)
    if case is None:
        return False
    every = await deadlines.of_case(ctx.tx, case.id)  # only now, when nobody else changes the case
    deadline = next(one for one in every if one.id == id)
    if deadline.next_rung_at is None or deadline.next_rung_at > ctx.now:
        return False
    due_at = deadline.due_at
    if deadline.kind is DeadlineKind.PROMISE and (extended := (await facts(ctx, case, every)).extended):
        due_at = max(due_at, extended.due_at)
        if due_at > ctx.now:
            # The citizen was told of a later date, so nothing is late before that.
            await deadlines.update(ctx.tx, replace(deadline, next_rung_at=due_at))
            return True
    elif deadline.kind is DeadlineKind.CHECK and LAST_DAY not in deadline.passed:
        # However late the reminder comes, the day that it leaves is not over before silence closes the case.
        due_at = max(due_at, ctx.now + A_DAY)
        deadline = replace(deadline, due_at=due_at)
        await deadlines.update(ctx.tx, deadline)
    if rungs := await climb(ctx, deadline, every):
        if deadline.kind in UNITS:
            whom = frozenset(to for rung in rungs for to in rung.to)
            told = await _urge_unit(ctx, await facts(ctx, case, every), deadline, rungs[-1].at, whom)
            await _note(ctx, case, deadline.kind, due_at, rungs, [to for to in RungTo if to in told])
        else:
            await _note(ctx, case, deadline.kind, due_at, rungs, rungs[-1].to)
            await _fire(ctx, case, deadline, rungs[-1])
    return True


async def _note(
    ctx: Context, case: Case, kind: DeadlineKind, due_at: datetime, rungs: Sequence[Rung], told: Iterable[RungTo]
) -> None:
    """Put on record that the last of these rungs fired, and whom it told."""
    below: list[JsonValue] = [rung.at for rung in rungs[:-1]]
    rung, due = rungs[-1].at, ms(due_at)
    await note(ctx, case, Event.RUNG, Party.SYSTEM, kind=kind, rung=rung, passed=below, due=due, told=list(told))


async def _fire(ctx: Context, case: Case, deadline: Deadline, rung: Rung) -> None:
    match deadline.kind:
        case DeadlineKind.PROMISE:
            await _tell_broken(ctx, case)
        case DeadlineKind.TRIAGE:
            due = shown_due(deadline)
            await queue_for_office(
                ctx, case, _("This case should have been assigned by {due}.", due=due), due=unhurried(ctx, case)
            )
        case DeadlineKind.CHECK if rung.at == END:
            await _close(ctx, case)
        case DeadlineKind.CHECK:
            ask = _("Please say by {due} whether it is solved. After that the case is closed.", due=shown_due(deadline))
            await tell_followers(ctx, case, ask, alone=True)
        case DeadlineKind.REVISIT:
            look = _(
                "Return inspection: this case had to be reopened before it closed. Please look whether the result has lasted."
            )
            await queue_for_office(ctx, case, look, due=unhurried(ctx, case))
        case DeadlineKind.REPLY if rung.at == END:
            await _end_pause(ctx, case)
        case DeadlineKind.REPLY:
            ask = _("The unit still waits for your answer to its question, until {due}.", due=shown_due(deadline))
            await tell_followers(ctx, case, ask, alone=True)


async def _tell_broken(ctx: Context, case: Case) -> None:
    """Tell the citizen, once, that the answer has not come by the time that they were promised."""
    if DeadlineKind.REPLY in (await facts(ctx, case)).deadlines:
        news = _("The answer has not come in time: the unit still waits for yours to its question.")
        await tell_followers(ctx, case, news, alone=True)
        await tell_merged(ctx, case, LATE)
    else:
        await tell_followers(ctx, case, LATE)


async def _urge_unit(ctx: Context, f: Facts, deadline: Deadline, at_rung: str, whom: Set[RungTo]) -> Set[RungTo]:
    """Do what a rung of a unit's ladder asks; return who of `whom`, and of who stands in for them, has been told of the case."""
    case = f.case
    when = unhurried(ctx, case)
    then = at(ctx, when)
    unit = deadline.unit or ""
    told: set[RungTo] = set()
    reached: Sequence[Role] = ()
    if RungTo.CONTACT in whom:
        reached = await tell_unit(ctx, case, _reminder(then, case, deadline), files=(), due=when, passing=True, f=f)
        told.update(RungTo(role.kind) for role in reached)
    if RungTo.HEAD in whom:
        show = ((screen_button(_("Show the case"), "case", case.id),),)
        know = {role.person for role in reached}
        if await tell_heads(ctx, unit, say(title(ctx, case), _overdue(then, deadline), rows=show), when, but=know):
            told.add(RungTo.HEAD)
    if RungTo.ACCOUNTABILITY in whom:
        await proposals.propose(ctx.tx, unit=unit, case=case.id, deadline=deadline.id, ground=at_rung, now=ctx.now)
        told.add(RungTo.ACCOUNTABILITY)
    if await _tell_office(ctx, then, f, deadline, whom):
        told.add(RungTo.OFFICE)
    return told


async def _tell_office(ctx: Context, then: Context, f: Facts, deadline: Deadline, whom: Set[RungTo]) -> bool:
    """Tell the office what a rung of a unit's ladder has for it; False if that is nothing, or nobody there can be reached."""
    case, when = f.case, then.now
    if not {RungTo.OFFICE, RungTo.ACCOUNTABILITY} & whom:
        undecided = deadline.kind is DeadlineKind.ANSWER and f.request is not None
        return undecided and await queue_for_office(ctx, case, _undecided(then, deadline), due=when)
    if case.kind is CaseKind.MISCONDUCT:
        # That there are late ones is all that the office may know.
        is_first = await quotas.use(ctx.tx, "late misconduct", 1, 1, timedelta(days=1), ctx.now) is None
        return is_first and await tell_office(ctx, say(_("A misconduct report is late with its discipline team.")), when)
    proposed = (_("Proposed for the accountability list."),) if RungTo.ACCOUNTABILITY in whom else ()
    card = office_card(then, f)
    return await tell_office(ctx, card.with_passing_news(_overdue(then, deadline), *proposed), when)


def _reminder(ctx: Context, case: Case, deadline: Deadline) -> Text:
    due, is_signed_in = shown_due(deadline), case.state is not CaseState.ASSIGNED
    if ctx.now < deadline.due_at:
        if deadline.kind is DeadlineKind.ACCEPT:
            return _("A reminder: please sign this case in by {due}.", due=due)
        if not is_signed_in:
            return _("A reminder: this case is not signed in yet. Please sign it in, and answer it by {due}.", due=due)
        return _("A reminder: please answer this case by {due}.", due=due)
    if deadline.kind is DeadlineKind.ACCEPT:
        return _("This case should have been signed in by {due}. Please do so now.", due=due)
    if not is_signed_in:
        return _(
            "This case should have been answered by {due}, and is not even signed in. Please sign it in and answer it now.",
            due=due,
        )
    return _("This case should have been answered by {due}. Please do so now.", due=due)


def _overdue(ctx: Context, deadline: Deadline) -> Text:
    unit, due = ctx.city.unit(deadline.unit or ""), shown_due(deadline)
    if ctx.now < deadline.due_at:
        return _("{unit}: the time ends on {due}.", unit=unit, due=due)
    if deadline.kind is DeadlineKind.ACCEPT:
        return _("{unit} is late: this case should have been signed in by {due}.", unit=unit, due=due)
    return _("{unit} is late: this case should have been answered by {due}.", unit=unit, due=due)


def _undecided(ctx: Context, deadline: Deadline) -> Text:
    unit, due = ctx.city.unit(deadline.unit or ""), shown_due(deadline)
    if ctx.now < deadline.due_at:
        return _("Not decided yet: {unit} asks for more time. From {due} on no more can be granted.", unit=unit, due=due)
    return _("{unit} asked for more time, and nobody decided before the time was up, {due}.", unit=unit, due=due)


async def _close(ctx: Context, case: Case) -> None:
    """Close a case of which nothing was heard."""
    case = await move(ctx, case, Event.SILENCE, Party.SYSTEM)
    await note(ctx, case, Event.SILENCE, Party.SYSTEM)
    await stop_for_good(ctx, case, Event.SILENCE)
    await draw_lot(ctx, case)
    await refresh_cards(ctx, case)
    await tell_followers(ctx, case, _("We have heard nothing from you, so the case is closed."), alone=True)
    await tell_merged(ctx, case, _("The case is closed."))


async def _end_pause(ctx: Context, case: Case) -> None:
    """Let the unit's time run on without the citizen's answer."""
    await run_on(ctx, case, Event.RUN_ON)
    await note(ctx, case, Event.RUN_ON, Party.SYSTEM)
    await refresh_cards(ctx, case)
    answer = (await deadlines.running(ctx.tx, case.id)).get(DeadlineKind.ANSWER)
    if answer:
        news = _("The citizen has not answered your question. Your time runs on: answer by {due}.", due=shown_due(answer))
        await tell_unit(ctx, case, news, files=(), due=unhurried(ctx, case))


async def settle_case(ctx: Context, id: str) -> bool:
    """Reckon the due times of a deadline's case again by the calendar that counts now; False if somebody else works on it.

    All of them at once, so that what is said of the case is true of each, and is said once.
    """
    case = await cases.of_deadline(ctx.tx, id)
    if case is None:
        return False
    settled: dict[str, Deadline] = {}
    for before in await deadlines.outdated_of_case(ctx.tx, case.id, ctx.city.calendar):
        deadline = await settle(ctx, before)
        if (deadline.due_at, deadline.provisional) == (before.due_at, before.provisional):
            continue
        settled[deadline.id] = before
        await note(ctx, case, Event.RECKON, Party.SYSTEM, kind=deadline.kind, before=ms(before.due_at), due=ms(deadline.due_at))
        if before.due_at <= ctx.now:
            await months.count_again(ctx.tx, before.due_at)
    if settled:
        await refresh_cards(ctx, case)
        await _tell_settled(ctx, case, settled)
    return True


async def _tell_settled(ctx: Context, case: Case, settled: Mapping[str, Deadline]) -> None:
    """Tell the citizen by when the answer comes if that has been settled; `settled` are deadlines as they were, by id."""
    expected = (await facts(ctx, case)).expected
    before = settled.get(expected.id) if expected else None
    if expected is None or before is None or expected.provisional or expected.due_at <= ctx.now:
        return
    if case.state is not CaseState.ANSWERED:
        due = shown_due(expected)
        news = (
            _("The holidays are announced now. You get an answer by {due}.", due=due)
            if before.provisional
            else _("The calendar of working days has changed. You get an answer by {due}.", due=due)
        )
        await tell_followers(ctx, case, news)
