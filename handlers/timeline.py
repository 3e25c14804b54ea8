"""The timeline of a case, as each audience may read it: from the ledger's events and the texts that belong to them."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace

from actions.cards import LEVELS, title
from actions.citizen_cards import lateness, not_heard_yet
from actions.context import Context
from actions.facts import facts
from actions.hearing import has_heard, is_over
from actions.record import STATES, for_others
from actions.said import with_files
from dialog.outgoing import Outgoing
from dialog.subjects import Refused, Screen, Subject, form_button, screen_button
from dialog.texts import Moment, Name, Text, _
from domain.cases import CaseKind, Event, Party, Satisfaction
from domain.city import RungTo
from domain.ledger import Entry as LedgerRow
from domain.ledger import JsonValue
from domain.ratings import hour_of
from storage import cases, entries, ledger, roles
from storage import files as stored_files
from storage.cases import Case
from storage.deadlines import DeadlineKind
from storage.entries import Entry
from storage.times import at

# What happened, as those who follow the case read it. {text} is what was written with it.
WORDS: dict[Event, Text] = {
    Event.FILE: _("Received: {text}"),
    Event.QUEUE: _("With the supervision office, to be assigned. {text}"),
    Event.ASSIGN: _("Assigned to {unit}."),
    Event.ACCEPT: _("Signed in by {unit}."),
    Event.RETURN: _("To be assigned to another unit."),
    Event.HAND_OVER: _("Handed to a colleague at {unit}."),
    Event.PASS_ON: _("Passed on to {unit}."),
    Event.ASK: _("Question of the unit: {text}"),
    Event.REPLY: _("Your reply: {text}"),
    Event.ADD: _("You added: {text}"),
    Event.CORRECT: _("You reworded: {text}"),
    Event.URGE: _("You urged the unit or the office."),
    Event.REPORT: _("Answer of the unit: {text}"),
    Event.SOLVED: _("Confirmed as solved. Closed."),
    Event.NOT_SOLVED: _("You said that it is not solved: {text}"),
    Event.RATE: _("Rated: {level}"),
    Event.EXPLAIN: _("Why you were dissatisfied: {text}"),
    Event.REFUSE: _("Not taken on: {text}"),
    Event.WITHDRAW: _("Withdrawn. {text}"),
    Event.SILENCE: _("Closed: nothing was heard within the time to check the answer."),
    Event.RUN_ON: _("The unit's question was not answered in time; its own time runs on."),
    Event.RECKON: _("The date by the calendar of working days as it is now: {due}"),
    Event.PLAN: _("Plan of the unit: {text}"),
    Event.ASK_EXTENSION: _("The unit asks for more time, until {due}: {text}"),
    Event.GRANT_EXTENSION: _("The unit has been given more time, until {due}."),
    Event.REFUSE_EXTENSION: _("The unit has not been given more time: {text}"),
    Event.RELEASE: _("Published: {text}"),
    Event.REVOKE: _("Taken off the public board."),
    Event.REVEAL: _("The supervision office looked at your name and phone number."),
    Event.ERASE: _("Something you told was erased on request."),
    Event.UNASSIGN: _("To be assigned to another unit."),
    Event.MERGE: _("Dealt with together with another case about the same matter."),
    Event.UNMERGE: _("On its own again."),
    Event.SAY_SOLVED: _("You said that it is solved."),
    Event.SAY_NOT_SOLVED: _("You said that it is not solved: {text}"),
    Event.REPLACE: _("Handed to a colleague at {unit}."),
    Event.UNBIND: _("To be signed in by another contact of {unit}."),
    Event.VERIFY: _("Checked by the supervision office: the result holds."),
    Event.REOPEN: _("Reopened by the supervision office: {text}"),
    Event.CHANGE_RATING: _("You changed the rating: {text}"),
    Event.APPEAL: _("The unit appeals against the rating: {text}"),
    Event.REFUSE_APPEAL: _("Appeal refused by the supervision office: {text}"),
    Event.STRIKE: _("Rating struck by the supervision office; the case is closed: {text}"),
    Event.OBJECT: _("You objected to the striking of the rating: {text}"),
}
# What only staff read, with whose words, and of the citizen as of somebody else.
STAFF_WORDS: dict[Event, Text] = {
    Event.REPLY: _("Reply of the citizen: {text}"),
    Event.ADD: _("Added by the citizen: {text}"),
    Event.ERASE: _("Something that the citizen told was erased on request."),
    Event.CORRECT: _("Reworded by the citizen: {text}"),
    Event.URGE: _("Urged by the citizen."),
    Event.SOLVED: _("Solved, says the citizen. Closed."),
    Event.NOT_SOLVED: _("Not solved, says the citizen: {text}"),
    Event.EXPLAIN: _("Why the citizen was dissatisfied: {text}"),
    Event.SAY_SOLVED: _("Solved, says the citizen."),
    Event.SAY_NOT_SOLVED: _("Not solved, says the citizen: {text}"),
    Event.CHANGE_RATING: _("Rating changed by the citizen: {text}"),
    Event.OBJECT: _("The citizen objects to the striking of the rating: {text}"),
    Event.RETURN: _("Returned by {unit}: {text}"),
    Event.HAND_OVER: _("Handed to {name}."),
    Event.ACCEPT: _("Signed in by {name}, {unit}."),
    Event.RUNG: _("Reminded: the time ends {due}."),
    Event.ACCOUNT: _("{unit} is held to account for being late with this case."),
    Event.DROP: _("{unit} is not held to account for being late with this case: {text}"),
    Event.ASSIGN: _("Assigned to {unit}. {text}"),
    Event.UNASSIGN: _("Taken back from {unit}: {text}"),
    Event.TAKE: _("Taken by {name}."),
    Event.REPLACE: _("Handed to {name}."),
}
REVEALED_TO_TEAM = _("The discipline team that deals with your report looked at your name and phone number.")
# A reminder, by whose time it is about, and whether that was over.
RUNGS: dict[tuple[str, bool], Text] = {
    ("accept", False): _("Reminded: to be signed in by {due}."),
    ("accept", True): _("Late: should have been signed in by {due}."),
    ("answer", False): _("Reminded: to be answered by {due}."),
    ("answer", True): _("Late: should have been answered by {due}."),
    ("triage", True): _("Late: should have been assigned by {due}."),
    ("reply", False): _("The citizen was reminded to answer by {due}."),
    ("reply", True): _("The citizen's time to answer is over: it ended {due}."),
    ("check", False): _("The citizen was reminded to say by {due} whether it is solved."),
    ("check", True): _("The citizen's time to say whether it is solved is over: it ended {due}."),
}
# Whom a rung of a unit's ladder told.
TOLD: dict[str, Text] = {
    RungTo.CONTACT: _("the unit's contact"),
    RungTo.HEAD: _("the head of the unit"),
    RungTo.OFFICE: _("the supervision office"),
}
STAFF_MERGED: dict[Event, Text] = {
    Event.MERGE: _("Another case was merged with this one."),
    Event.RECKON: _("The promise of the case that was merged is earlier, and holds: an answer by {due}."),
    Event.SAY_SOLVED: _("Solved, says another citizen who reported it."),
    Event.NOT_SOLVED: _("Not solved, says another citizen who reported it."),
    Event.UNMERGE: _("A case that was merged with this one is on its own again."),
}
# What reads otherwise where the ledger says this beside the event.
OTHERWISE: dict[tuple[Event, str, JsonValue], Text] = {
    (Event.RUNG, "kind", "promise"): _("The answer promised by {due} has not come in time."),
    (Event.TAKE, "back", True): _("Given back by {name}."),
    (Event.VERIFY, "holds", False): _("Checked by the supervision office: the result does not hold."),
}
# Of when a window was rated, and of all that the rater does, staff learn the hour only.
BY_RATER = frozenset({Event.FILE, Event.ASSIGN, Event.CHANGE_RATING})
# What happened to a case that those read, too, whose own was merged into it: nothing that its citizen did or said.
SHARED = frozenset(
    {
        Event.QUEUE, Event.ASSIGN, Event.UNASSIGN, Event.ACCEPT, Event.RETURN, Event.HAND_OVER, Event.PASS_ON, Event.REPLACE,
        Event.UNBIND, Event.PLAN, Event.GRANT_EXTENSION, Event.REFUSE_EXTENSION, Event.RECKON, Event.REPORT, Event.SOLVED,
        Event.SILENCE, Event.VERIFY, Event.REOPEN, Event.REFUSE, Event.RUNG,
    }
)  # fmt: skip


async def timeline(ctx: Context, id: str) -> Outgoing:
    """Show the timeline to a follower, to the unit that has the case, or to the office."""
    case, staff = await _readable(ctx, id)
    lines = await history(ctx, case, staff=staff)
    buttons = [screen_button(_("Show the case"), "case", id)]
    if await _files(ctx, case, staff=staff):
        buttons.append(screen_button(_("Photos and files"), "files", id))
    if staff and (ctx.me.is_office or case.kind is CaseKind.MISCONDUCT):
        buttons.append(form_button(_("Erase on request"), "erase", id))
    return Outgoing(lines=lines, rows=(tuple(buttons),), subject=id)


async def files(ctx: Context, id: str) -> Outgoing:
    """Show every file of a case, in the order they came."""
    case, staff = await _readable(ctx, id)
    found = await _files(ctx, case, staff=staff)
    return Outgoing(lines=(_("Files of case {number}:", number=case.number),), files=found, subject=id)


async def _files(ctx: Context, case: Case, *, staff: bool) -> tuple[str, ...]:
    texts = await entries.of_case(ctx.tx, case.id)
    if _is_of_unit(ctx, case, staff=staff):
        texts = [entry for entry in texts if has_heard(ctx, entry)]
    found = [file for entry in texts for file in entry.files]
    refused = await stored_files.refused(ctx.tx, found)
    return tuple(file for file in found if file not in refused)


def _is_of_unit(ctx: Context, case: Case, *, staff: bool) -> bool:
    """Tell whether somebody reads a case who works at its unit: of a rating they read less than the office does."""
    return staff and case.unit in ctx.me.works_at


async def _readable(ctx: Context, id: str) -> tuple[Case, bool]:
    """Read a case for somebody who may, and tell whether they read it as staff. Raises Refused."""
    case = await cases.get(ctx.tx, id)
    if case is None:
        raise Refused(_("We can't find this case. Please open it again from your list: /my"))
    follows = await cases.follows(ctx.tx, case.id, ctx.me.person)
    of_unit = bool(case.unit and case.unit in (*ctx.me.units, *ctx.me.headed)) and ctx.has_reached_unit(case)
    staff = of_unit or (ctx.me.is_office and case.kind is not CaseKind.MISCONDUCT and not ctx.is_hidden(case))
    if not follows and not staff:
        raise Refused(_("This case is not among yours. With its number and code you can look it up: /case"))
    return case, staff and not follows


async def history(ctx: Context, case: Case, *, staff: bool) -> tuple[Text, ...]:
    """Put a case's whole history into lines, oldest first; a merged one goes on with that of the case which it follows."""
    lead = await cases.leading(ctx.tx, case)
    texts = {entry.id: entry for entry in await entries.of_case(ctx.tx, case.id)}
    rows = list(await ledger.of_subject(ctx.tx, f"case:{case.id}"))
    if lead.id != case.id:
        for entry in await entries.of_case(ctx.tx, lead.id):
            texts[entry.id] = entry if staff else replace(entry, text=for_others(ctx, lead, entry.text))
        merged_ms = max(row.at_ms for row in rows if row.event == Event.MERGE)
        shared = [row for row in await ledger.of_subject(ctx.tx, f"case:{lead.id}") if Event(row.event) in SHARED]
        rows += [row for row in shared if row.at_ms >= merged_ms]
    if case.kind is CaseKind.BAD_RATING and _is_of_unit(ctx, case, staff=staff):
        rows = [row for row in rows if not _is_kept_back(ctx, row)]
    lines = [title(ctx, case)]
    refused = await stored_files.refused(ctx.tx, [file for entry in texts.values() for file in entry.files])
    unit = None
    for row in sorted(rows, key=lambda row: row.at_ms):
        back = row.event in (Event.RETURN, Event.UNASSIGN)
        unit = str(row.payload.get("before" if back else "unit") or "") or unit
        whose = str(row.payload.get("late") or "") or unit
        when = at(row.at_ms)
        if staff and case.kind is CaseKind.BAD_RATING and (row.actor == Party.CITIZEN or Event(row.event) in BY_RATER):
            when = hour_of(when, ctx.city.city.zone)
        if line := await _line(ctx, case.kind, row, whose, texts, refused, staff=staff):
            lines.append(_("{at}  {what}", at=Moment(when), what=line))
    lines.append(_("Now: {state}", state=STATES[lead.state]))
    if not staff and (heard := not_heard_yet(ctx, case)):
        lines.append(heard)
    if not staff and (late := lateness(ctx, await facts(ctx, lead))):
        lines.append(late)
    return tuple(lines)


def _is_kept_back(ctx: Context, row: LedgerRow) -> bool:
    """Tell what the unit that was rated does not read: changes in their own hour, and the promise to the citizen, which began
    in that minute in which they rated. An objection is between the citizen and the office."""
    if row.event == Event.OBJECT:
        return True
    if row.event == Event.CHANGE_RATING:
        return not is_over(ctx, at(row.at_ms))
    return row.event == Event.RUNG and row.payload.get("kind") == DeadlineKind.PROMISE


async def _line(
    ctx: Context, kind: CaseKind, row: LedgerRow, unit: str | None, texts: Mapping[str, Entry], refused: Set[str], *, staff: bool
) -> Text | None:
    event = Event(row.event)
    words = (STAFF_WORDS.get(event) if staff else None) or WORDS.get(event)
    words = next((other for (of, key, so), other in OTHERWISE.items() if (of, so) == (event, row.payload.get(key))), words)
    if event is Event.REVEAL and row.actor.partition(":")[0] == Party.CONTACT:
        words = REVEALED_TO_TEAM
    if staff and event is Event.RUNG and isinstance(due := row.payload.get("due"), int):
        words = RUNGS.get((str(row.payload.get("kind")), row.at_ms >= due), words)
    if "merged" in row.payload:  # another case came to this one, or left it
        words = STAFF_MERGED.get(event) if staff else None
    if words is None or (staff and event is Event.REVEAL):
        return None
    if staff and event is Event.RUNG:
        return _rung(row, words)
    entry = texts.get(str(row.payload.get("entry") or ""))
    role = await roles.get(ctx.tx, str(row.payload.get("to") or row.actor.partition(":")[2])) if staff else None
    level = row.payload.get("level")
    return Text(
        words.id,
        {
            "unit": ctx.city.unit(unit) if unit else Name("", ""),
            "text": with_files(ctx, kind, entry, refused) if entry else "",
            "name": role.name if role else "",
            "due": Moment(at(due)) if isinstance(due := row.payload.get("due"), int) else "",
            "level": LEVELS[Satisfaction(str(level))] if level else "",
        },
    )


def _rung(row: LedgerRow, words: Text) -> Text:
    """Say to staff what a rung was about, and whom it told: several rungs have the same due time."""
    due, told = row.payload.get("due"), row.payload.get("told")
    line = Text(words.id, {"due": Moment(at(due)) if isinstance(due, int) else ""})
    if row.payload.get("kind") not in (DeadlineKind.ACCEPT, DeadlineKind.ANSWER) or not isinstance(told, list):
        return line
    if whom := tuple(TOLD[str(to)] for to in told if to in TOLD):
        line = _("{what} Told: {whom}.", what=line, whom=whom)
    return _("{what} Proposed for the accountability list.", what=line) if RungTo.ACCOUNTABILITY in told else line


SUBJECT: Subject[Context] = Subject(screens=(Screen(name="timeline", view=timeline), Screen(name="files", view=files)))
