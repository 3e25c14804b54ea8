"""The points at which the program can be made to die: on either side of every door to what outlives it.

A door of the store is a piece of work: `written` is before its commit, `committed` after. Every other door has `before` and
`after`. Whatever the program passes under load must stand here, so that a new door can't go untried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum


class When(StrEnum):
    """When a door is passed."""

    START = "start"
    LOAD = "load"
    JOB = "job"
    SELDOM = "seldom"
    """By luck: with refusals of the far end, or once an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A door; `only` where: on one of the databases, or in one of the modes. `most`: how often one start passes it in seconds."""

    name: str
    when: When = When.LOAD
    only: str = ""
    most: int = 1

    @property
    def points(self) -> tuple[str, str]:
        """Name its two sides."""
        sides = ("written", "committed") if self.name in WORKS.values() else ("before", "after")
        return f"{self.name} {sides[0]}", f"{self.name} {sides[1]}"


WORKS = {
    "CityDoor.intake.keep": "intake",
    "InboxLoop.serve.turn": "turn",
    "OutboxLoop._take.note_and_lease": "outbox",
    "OutboxLoop._put_off.<lambda>": "put off",
    "give_back": "given back",
    "renew": "renewal",
    "CityDoor.acknowledged.mark": "mailbox",
    "CityDoor.keep.uploaded": "upload",
    "CityDoor.quota.count": "quota",
    "CityDoor.lease.<lambda>": "lease",
    "CityDoor.remember.<lambda>": "memory",
    "MediaLoop._take.<lambda>": "file taken",
    "MediaLoop._work.<lambda>": "file ready",
    "MediaLoop._later.<lambda>": "file waits",
    "MediaLoop._forget.forget": "file forgotten",
    "bring_back": "clock",
    "Scheduler.run_sweep.batch": "sweep",
    "Scheduler.run_job.<lambda>": "slot",
    "Scheduler.run_job.work": "job",
}
"""What work is called in the code, without `<locals>`, and here."""

DOORS = (
    # The first start.
    Door(name="key", when=When.START),
    Door(name="migration", when=When.START),
    Door(name="city", when=When.START),
    Door(name="setMyCommands", when=When.START, only="polling"),  # as the next one, only until it has succeeded once
    Door(name="setWebhook", when=When.START, only="webhook"),
    Door(name="lease", when=When.START, only="postgres"),
    Door(name="getWebhookInfo", when=When.START, only="polling"),
    Door(name="getMe", when=When.START),
    Door(name="memory", when=When.START),
    # A message, from door to door.
    Door(name="getUpdates", only="polling", most=5),
    Door(name="intake", most=5),
    Door(name="answer /telegram", only="webhook", most=5),
    Door(name="turn", most=8),
    Door(name="ledger", most=3),
    Door(name="ring", only="postgres", most=8),
    Door(name="outbox", most=12),
    Door(name="sendMessage", most=5),
    Door(name="editMessageText", most=2),
    Door(name="editMessageCaption"),
    Door(name="editMessageReplyMarkup"),
    Door(name="answerCallbackQuery", most=3),
    Door(name="renewal"),
    # The web chat.
    Door(name="quota", most=5),
    Door(name="upload"),
    Door(name="answer /chat/files"),
    Door(name="answer /chat/messages", most=4),
    Door(name="mailbox", most=4),
    Door(name="answer /chat/acknowledgements", most=4),
    # Files.
    Door(name="file taken", most=5),
    Door(name="getFile"),
    Door(name="download"),
    Door(name="file", most=2),
    Door(name="file ready", most=2),
    Door(name="sendPhoto"),
    Door(name="file forgotten"),
    # What happens by itself.
    Door(name="sweep", most=3),
    Door(name="clock"),
    Door(name="slot", when=When.JOB),
    Door(name="job", when=When.JOB),
    Door(name="file waits", when=When.SELDOM),
    Door(name="put off", when=When.SELDOM),
    Door(name="given back", when=When.SELDOM),
    Door(name="sendMediaGroup", when=When.SELDOM),
    Door(name="sendDocument", when=When.SELDOM),
)


def points(when: When, place: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Give the points of a time that are passed in a place (a database and a mode), each with how often a start may pass it."""
    for door in DOORS:
        if door.when == when and (not door.only or door.only in place):
            yield from ((point, door.most) for point in door.points)


def all_points() -> set[str]:
    """Give every point."""
    return {point for door in DOORS for point in door.points}
