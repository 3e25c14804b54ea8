"""What a replay says at its end: the numbers, and what is not answered for."""

from __future__ import annotations

from dataclasses import dataclass

from bot.replay.figures import Figures
from domain.cases import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a replay. `receipts` counts the rows whose citizen got one; `expected` is what the file itself says was
    in time, and over how many rows, None without dates of its own."""

    rows: int
    receipts: int
    delivered: int
    stuck: int
    figures: Figures
    expected: tuple[int, int] | None = None

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that is not answered for, in sentences."""
        figures = self.figures
        wrong = {
            f"{self.rows - self.receipts} row(s) have no receipt.": self.rows != self.receipts,
            f"{figures.cases} cases were filed, but {self.receipts} receipts given.": figures.cases != self.receipts,
            f"{figures.open_in} message(s) in were not acted on, {figures.parked_in} of them are parked.": figures.open_in,
            f"{figures.waiting_out} message(s) out were not delivered.": figures.waiting_out,
            f"{figures.parked_out} message(s) out are parked.": figures.parked_out,
            f"{figures.put_aside} deadline(s) could not be chased.": figures.put_aside,
            f"{self.stuck} form(s) were given up.": self.stuck,
            f"{figures.still_open} case(s) are still open.": figures.still_open and self.expected is None,
        }
        problems = [sentence for sentence, is_wrong in wrong.items() if is_wrong]
        if self.expected and (figures.on_time, figures.on_time + figures.late) != self.expected:
            problems.append(f"In time should be {self.expected[0]:,} of {self.expected[1]:,}, as the file says.")
        return (*problems, *figures.proof.problems)

    def lines(self) -> list[str]:
        """Write the numbers, one subject a line."""
        figures, events, proof = self.figures, self.figures.events, self.figures.proof
        closed = events[Event.SOLVED] + events[Event.SILENCE]
        lines = {
            "rows": f"{self.rows:,}",
            "messages in": f"{figures.messages_in:,}",
            "cases": f"{figures.cases:,}: routed {figures.routed:,}, triaged {figures.triaged:,}, joined {figures.joined:,}",
            "returned": f"{events[Event.RETURN]:,}",
            "answers": f"{figures.on_time + figures.late:,}: on time {figures.on_time:,}, late {figures.late:,}",
            "questions": f"{events[Event.ASK]:,}: answered {events[Event.REPLY]:,}, not in time {events[Event.RUN_ON]:,}",
            "rungs fired": f"{figures.rungs:,}",
            "closed": f"{closed:,}: as solved {events[Event.SOLVED]:,}, by silence {events[Event.SILENCE]:,}",
            "reopened": f"{events[Event.NOT_SOLVED] + events[Event.REOPEN]:,}",
            "messages out": f"{self.delivered:,}",
            "parked": f"in {figures.parked_in:,}, out {figures.parked_out:,}",
            "ledger": f"{proof.rows:,} rows, {proof.seals:,} seals: {'broken' if proof.problems else 'whole'}",
        }
        return [f"{name:<14}{number}" for name, number in lines.items()]
