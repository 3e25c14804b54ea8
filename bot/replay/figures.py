"""What came of a replay: counted from the ledger's rows and the two boxes, by other means than the program's own figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from actions.verify import Proof, verify
from domain.cases import CaseState, Event
from storage import deadlines, inbox, ledger, outbox
from storage.database import Tx

PAGE = 500
ENDED = frozenset({CaseState.CLOSED, CaseState.REFUSED, CaseState.WITHDRAWN, CaseState.MERGED})


@dataclass(slots=True, kw_only=True)
class Figures:
    """The numbers of a replay; `answers` are reports of units, and `states` counts cases by the state they ended in."""

    cases: int = 0
    routed: int = 0
    triaged: int = 0
    joined: int = 0
    on_time: int = 0
    late: int = 0
    rungs: int = 0
    events: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    messages_in: int = 0
    open_in: int = 0
    parked_in: int = 0
    waiting_out: int = 0
    parked_out: int = 0
    put_aside: int = 0
    proof: Proof = field(default_factory=Proof)

    @property
    def still_open(self) -> int:
        """Cases that have not ended."""
        return sum(count for state, count in self.states.items() if state not in ENDED)


async def count(tx: Tx, judged: Collection[str] | None) -> Figures:
    """Count everything; on time or late only over the cases `judged`, or over all with None."""
    figures = Figures(proof=await verify(tx))
    after = "case:"
    while page := [subject for subject in await ledger.subjects(tx, after, PAGE) if subject.startswith("case:")]:
        for subject in page:
            await _count_case(tx, figures, subject, judged is None or subject.removeprefix("case:") in judged)
        after = page[-1]
    figures.messages_in, figures.open_in = await inbox.count(tx)
    figures.parked_in = len(await inbox.parked(tx))
    figures.waiting_out = await outbox.count_waiting(tx)
    figures.parked_out = len(await outbox.parked(tx))
    figures.put_aside = len(await deadlines.put_aside(tx))
    return figures


async def _count_case(tx: Tx, figures: Figures, subject: str, judged: bool) -> None:
    rows = await ledger.of_subject(tx, subject)
    figures.cases += 1
    figures.events.update(row.event for row in rows)
    figures.states[str(rows[-1].payload["state"])] += 1
    first = next((row.event for row in rows if row.event in (Event.ASSIGN, Event.QUEUE, Event.MERGE)), None)
    figures.routed += first == Event.ASSIGN
    figures.triaged += first == Event.QUEUE
    figures.joined += first == Event.MERGE
    figures.rungs += sum(row.event == Event.RUNG for row in rows)
    for row in rows if judged else ():
        if row.event == Event.REPORT:
            in_time = row.at_ms <= int(str(row.payload["due"]))
            figures.on_time += in_time
            figures.late += not in_time
