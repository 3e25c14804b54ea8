"""Everything that the cards of a case need, read once for all who get one."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from actions.context import Context
from actions.likeness import Alike, like_case
from actions.suggesting import suggested_units
from domain.cases import CaseKind, CaseState, Event, Party, Satisfaction
from storage import appeals, cases, deadlines, entries, extensions, files, ledger, ratings, roles
from storage.appeals import Appeal
from storage.cases import Case
from storage.deadlines import Deadline, DeadlineKind
from storage.entries import Entry, EntryKind
from storage.extensions import Extension
from storage.ratings import Rating
from storage.roles import Role, stands_in
from storage.times import at

DISAGREE = timedelta(days=7)
"""How long after a case was closed somebody may say that it is not solved who said nothing before, or reported the same."""
EXCERPT = 700
MERGED = 30
"""How many texts of merged cases a card looks at: hundreds may have reported the same."""
ENDS_QUESTION = (EntryKind.REPLY, EntryKind.RETURNED, EntryKind.RESULT, EntryKind.NOT_SOLVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that a card of a case needs, read once for all who get one.

    `holder` is None where nobody holds it any more. `lead` are those of the case that a merged one follows; `merged` is what
    was told with those that follow this one. `alike` are open cases like one that waits to be assigned, `suggested` the units to
    which it may belong, both read for the office only.
    `may_doubt` says of a closed case that its citizen can still call it unsolved, `said_solved` of a merged one that its citizen
    has called the answer that the other one waits with a solution. `rating` is what a bad rating is now, `changes`
    are when it was changed to which level, `appeal` is what its unit says of it. `refused` are the files that could not be taken,
    `contacts` those of its unit.
    """

    case: Case
    entries: Sequence[Entry]
    deadlines: dict[DeadlineKind, Deadline]
    holder: Role | None
    extensions: Sequence[Extension]
    lead: Facts | None
    merged: Sequence[Entry]
    alike: Sequence[Alike] = ()
    suggested: Sequence[str] = ()
    may_doubt: bool = False
    said_solved: bool = False
    rating: Rating | None = None
    changes: Sequence[tuple[datetime, Satisfaction]] = ()
    appeal: Appeal | None = None
    refused: Set[str] = frozenset()
    contacts: Sequence[Role] = ()

    def stands_in(self, role: Role, now: datetime) -> bool:
        """Whether a head of the unit does what its contacts do with the case."""
        return role.unit == self.case.unit and stands_in(role, self.contacts, self.holder, now)

    @property
    def question(self) -> Entry | None:
        """The unit's question that the citizen has not answered yet; it is open as long as the time in which it was asked."""
        asked = [entry for entry in self.entries if entry.kind in (EntryKind.QUESTION, *ENDS_QUESTION)]
        answer = self.deadlines.get(DeadlineKind.ANSWER)
        if not asked or asked[-1].kind is not EntryKind.QUESTION or answer is None or asked[-1].created_at < answer.started_at:
            return None
        return asked[-1]

    @property
    def result(self) -> Entry | None:
        """The unit's latest answer."""
        return next((entry for entry in reversed(self.entries) if entry.kind is EntryKind.RESULT), None)

    @property
    def plan(self) -> Entry | None:
        """How the unit will put it right, as it said last."""
        plans = [entry for entry in self.entries if entry.kind is EntryKind.PLAN and entry.round == self.case.round]
        return plans[-1] if plans else None

    @property
    def request(self) -> Extension | None:
        """The unit's request for more time that nobody has decided yet."""
        return next((asked for asked in self.extensions if asked.decided_at is None), None)

    @property
    def reason(self) -> Entry | None:
        """Why the unit asks for more time."""
        return next((entry for entry in self.entries if self.request and entry.id == self.request.entry), None)

    @property
    def open_appeal(self) -> Entry | None:
        """Why the unit appeals against the rating, while nobody has decided it."""
        undecided = self.appeal is not None and self.appeal.decided_at is None
        return next((entry for entry in self.entries if undecided and entry.kind is EntryKind.APPEAL), None)

    @property
    def is_struck(self) -> bool:
        """Whether the rating that became the case counts no more."""
        return self.rating is not None and self.rating.struck_at is not None

    @property
    def objection(self) -> Entry | None:
        """What the citizen says against the striking of their rating."""
        return next((entry for entry in self.entries if entry.kind is EntryKind.OBJECTED), None)

    @property
    def extended(self) -> Deadline | None:
        """The unit's time to answer, if more of it was granted."""
        answer = self.deadlines.get(DeadlineKind.ANSWER)
        granted = answer and any(asked.granted_at and asked.deadline == answer.id for asked in self.extensions)
        return answer if granted else None

    def time_is_up(self, ctx: Context) -> bool:
        """Whether the unit's time to answer is over; while the citizen is asked it stands still."""
        answer = self.deadlines.get(DeadlineKind.ANSWER)
        return answer is not None and DeadlineKind.REPLY not in self.deadlines and answer.due_at <= ctx.now

    @property
    def turned_down(self) -> bool:
        """Whether the unit was refused the more time for which it asked last."""
        answer = self.deadlines.get(DeadlineKind.ANSWER)
        asked = [asked for asked in self.extensions if answer and asked.deadline == answer.id]
        return bool(asked) and asked[-1].decided_at is not None and asked[-1].granted_at is None

    @property
    def expected(self) -> Deadline | None:
        """By when the citizen was told last that an answer comes: the promise, or the unit's time where it was extended."""
        promise, extended = self.deadlines.get(DeadlineKind.PROMISE), self.extended
        return extended if promise and extended and extended.due_at > promise.due_at else promise

    @property
    def verified(self) -> bool:
        """Whether the office has checked the result, and need not look again."""
        checked = any(entry.kind is EntryKind.VERIFIED and entry.round == self.case.round for entry in self.entries)
        return checked and DeadlineKind.REVISIT not in self.deadlines

    def in_words(self) -> str:
        """What was told when it was filed; what was said of it since is not part of the matter."""
        return "\n".join(entry.text for entry in self.entries if entry.kind is EntryKind.TOLD and entry.text)

    @property
    def citizens_files(self) -> tuple[str, ...]:
        """Every file that came from the citizen's side and was taken, or is on its way."""
        return tuple(file for file in self._sent if file not in self.refused)

    @property
    def citizens_refused(self) -> int:
        """How many of the citizen's files could not be taken."""
        return sum(file in self.refused for file in self._sent)

    @property
    def _sent(self) -> Sequence[str]:
        return [file for entry in self.entries if entry.author == Party.CITIZEN for file in entry.files]

    @property
    def has_files(self) -> bool:
        """Whether anybody has sent files: the citizen, or the unit as proof."""
        return any(file not in self.refused for entry in self.entries for file in entry.files)


async def facts(ctx: Context, case: Case, every: Sequence[Deadline] | None = None) -> Facts:
    """Read what the cards of a case need; `every` is each of its deadlines where they are read already."""
    texts = await entries.of_case(ctx.tx, case.id)
    asked = any(entry.kind is EntryKind.EXTENSION for entry in texts)
    rating = await ratings.of_case(ctx.tx, case.id) if case.kind is CaseKind.BAD_RATING else None
    lead = await facts(ctx, await cases.leading(ctx.tx, case)) if case.merged_into else None
    return Facts(
        case=case,
        entries=texts,
        deadlines=await deadlines.running(ctx.tx, case.id) if every is None else deadlines.still_running(every),
        extensions=await extensions.of_case(ctx.tx, case.id) if asked else (),
        holder=await roles.held(ctx.tx, case.holder) if case.holder else None,
        lead=lead,
        may_doubt=await _may_doubt(ctx, case),
        said_solved=lead is not None and await _said_solved(ctx, case, lead),
        merged=await entries.of_followed(ctx.tx, case.id, MERGED),
        rating=rating,
        changes=await _changes(ctx, case) if any(entry.kind is EntryKind.RATING_CHANGED for entry in texts) else (),
        appeal=await appeals.of_rating(ctx.tx, rating.id) if rating else None,
        refused=await files.refused(ctx.tx, [file for entry in texts for file in entry.files]),
        contacts=await ctx.colleagues(case.unit) if case.unit else (),
    )


async def facts_for_office(ctx: Context, case: Case) -> Facts:
    """Read what the office's card of a case needs: while it waits to be assigned, also what helps to decide."""
    return await with_advice(ctx, await facts(ctx, case))


async def with_advice(ctx: Context, f: Facts) -> Facts:
    """Add, to a case that waits to be assigned, which others are like it and which units are suggested."""
    if f.case.state is not CaseState.TRIAGE:
        return f
    return replace(f, alike=await like_case(ctx, f.case), suggested=await suggested_units(ctx, f.case))


async def _changes(ctx: Context, case: Case) -> Sequence[tuple[datetime, Satisfaction]]:
    """Read when a rating was changed since it became a case, and to what."""
    rows = await ledger.of_subject(ctx.tx, f"case:{case.id}")
    return [(at(row.at_ms), Satisfaction(str(row.payload["level"]))) for row in rows if row.event == Event.CHANGE_RATING]


async def _may_doubt(ctx: Context, case: Case) -> bool:
    """Tell whether it is time yet: as long as the time to check runs for who said "solved", a week for who said nothing."""
    if case.state is not CaseState.CLOSED or case.closing not in (Event.SOLVED, Event.SILENCE):
        return False
    if case.closing == Event.SILENCE:
        return case.closed_at is not None and ctx.now <= case.closed_at + DISAGREE
    every = await deadlines.of_case(ctx.tx, case.id)
    last = next((one for one in reversed(every) if one.kind is DeadlineKind.CHECK and one.round == case.round), None)
    return last is not None and last.due_at > ctx.now


async def _said_solved(ctx: Context, case: Case, lead: Facts) -> bool:
    """Tell whether the citizen of a merged case has called solved what the other one was answered last."""
    if lead.case.state is not CaseState.ANSWERED or lead.result is None:
        return False
    rows = await ledger.of_subject(ctx.tx, f"case:{case.id}")
    return any(row.event == Event.SAY_SOLVED and row.payload["answer"] == lead.result.id for row in rows)


def excerpt(text: str, most: int = EXCERPT) -> str:
    """Cut a long text."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
