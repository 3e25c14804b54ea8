"""People who rate windows, a clerk and a head of their unit, and the office, over any store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from cast import DEVICE, EVERYBODY, WITH_TWO_DEVICES, Cast
from stores import NOW

from actions import rating
from actions.context import Context
from actions.rating import Rate, Rated
from actions.tickets import issue, use
from actions.verify_ratings import recount
from domain.cases import Satisfaction
from storage import ledger, people, rating_figures, ratings, roles
from storage.database import Database
from storage.keys import Keys
from storage.rating_figures import Cell, Counted
from storage.ratings import Rating
from storage.roles import RoleKind

HALL_UNIT = "service-hall"
WINDOWS = ("centre-1", "centre-2", "centre-3", "east-1")
PEOPLE = ("reporter", "follower", "stranger")
GOOD, FAIR, BAD = Satisfaction.SATISFIED, Satisfaction.FAIRLY, Satisfaction.DISSATISFIED
MORNING = NOW + timedelta(minutes=5)
"""Five past ten, the hall is open."""
NOON = NOW + timedelta(hours=1)
"""When the unit has heard of what was rated in the morning."""

Deed = Callable[[Context], Awaitable[Any]]


class RatingTown(Cast):
    """A cast with those who work at the hall."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, Keys(b"k" * 32))

    async def arrive(self) -> None:
        """Bring everybody in."""
        await super().arrive()
        for name, kind in (("clerk", RoleKind.CONTACT), ("chief", RoleKind.HEAD), ("both", RoleKind.CONTACT)):
            await self.newcomer(name)
            async with self.database.transaction() as tx:
                await roles.give(tx, self.persons[name], kind, HALL_UNIT, name, NOW)
        async with self.database.transaction() as tx:
            await roles.give(tx, self.persons["both"], RoleKind.OFFICE, None, "both", NOW)

    async def comes_back(self) -> None:
        """Meet those who arrived in a store before."""
        async with self.database.reading() as tx:
            rows = await tx.all("SELECT id, person FROM conversation ORDER BY created_at, id")
            addresses = {people.conversation_id(self.keys, "telegram", str(5_000_000_100 + n)): n for n in range(len(rows))}
        names = [*EVERYBODY, *(f"{name}{DEVICE}" for name in WITH_TWO_DEVICES), "clerk", "chief", "both"]
        for row in rows:
            name = names[addresses[row["id"]]]
            self.conversations[name], self.persons[name] = row["id"], row["person"]

    async def rates(self, who: str, window: str, level: Satisfaction = GOOD, now: datetime = MORNING, text: str = "") -> Rated:
        """Let somebody rate a window."""
        done: Rated = await self.does(who, says(window, level, text), now)
        return done

    async def shows_a_ticket(self, who: str, window: str, now: datetime = MORNING) -> None:
        """Let somebody use a ticket for a window."""
        await self.does(who, lambda ctx: use(ctx, window, issue(self.keys, window, now)), now)

    async def ratings(self) -> list[Rating]:
        """Read all ratings."""
        async with self.database.reading() as tx:
            return [one for window in WINDOWS for one in await ratings.at_window(tx, window)]

    async def kept(self) -> Counter[tuple[Cell, Counted]]:
        """Read all figures as they are kept."""
        async with self.database.reading() as tx:
            return Counter({k: n for window in WINDOWS for k, n in (await rating_figures.of_window(tx, window)).items()})

    async def counted_from_the_ledger(self) -> Counter[tuple[Cell, Counted]]:
        """Count all figures from nothing but the ledger."""
        async with self.database.reading() as tx:
            found: Counter[tuple[Cell, Counted]] = Counter()
            for window in WINDOWS:
                found += recount(window, await ledger.of_subject(tx, f"window:{window}"))[1]
            return found

    async def counted_from_the_ratings(self) -> Counter[tuple[Cell, Counted]]:
        """Count levels and what was struck from nothing but the ratings."""
        return Counter((one.cell, one.counted) for one in await self.ratings())


def says(window: str, level: Satisfaction = GOOD, text: str = "") -> Deed:
    """Give what rating a window does; a bad one has a reason."""
    reasons = ("slow",) if level is BAD and not text else ()
    return lambda ctx: rating.rate(ctx, Rate(window=window, level=level, reasons=reasons, text=text))
