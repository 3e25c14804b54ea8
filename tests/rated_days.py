"""Days of ratings as a city has them, from a seed: who comes when to which window, verified or not, and what they say of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from actions import tickets
from actions.context import Actor, Context
from actions.rating import Rate, Rated, rate
from bot.town import Town
from domain.cases import Satisfaction
from domain.city import City
from storage import people, roles
from storage.database import Conflict, Database, Tx
from storage.keys import Keys
from storage.roles import RoleKind

CHANGED, VERIFIED = 0.02, 0.15
LEVELS = {
    Satisfaction.SATISFIED: 62, Satisfaction.FAIRLY: 18, Satisfaction.BASICALLY: 10, Satisfaction.DISSATISFIED: 10,
}  # fmt: skip
OPENS, CLOSES = time(9), time(17)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody rates a window; with a number that came before it is the same person, who changes what they said."""

    person: int
    at: datetime
    window: str
    level: Satisfaction
    verified: bool


def visits(city: City, day: date, count: int, seed: int) -> Sequence[Visit]:
    """Give so many ratings of a day and some changes of them, oldest first. Windows are busy or quiet; a tenth is bad."""
    random = Random(f"{seed} {day}")
    windows = list(city.windows)
    busy = [random.choice((1, 3, 5, 8)) for _window in windows]
    begin = datetime.combine(day, OPENS, city.zone)
    open_seconds = (datetime.combine(day, CLOSES, city.zone) - begin).total_seconds()
    found = []
    for n in range(count):
        visit = Visit(
            person=n,
            at=begin + timedelta(seconds=random.uniform(0, open_seconds)),
            window=random.choices(windows, busy)[0],
            level=_level(random),
            verified=random.random() < VERIFIED,
        )
        found.append(visit)
        if random.random() < CHANGED:
            found.append(replace(visit, at=visit.at + timedelta(minutes=random.uniform(1, 60)), level=_level(random)))
    return sorted(found, key=lambda visit: visit.at)


def _level(random: Random) -> Satisfaction:
    return random.choices(list(LEVELS), list(LEVELS.values()))[0]


class Counter:
    """Where people rate: on the program's database, through the actions, at the times that the visits say."""

    def __init__(self, database: Database, keys: Keys, town: Town) -> None:
        self._database = database
        self._keys = keys
        self._town = town

    async def serve(self, day: Sequence[Visit], name: str = "visitor") -> list[Rated]:
        """Let everybody rate, a hundred in a transaction."""
        rated: list[Rated] = []
        while left := day[len(rated) : len(rated) + 100]:
            with suppress(Conflict):  # with a job of the running program: again, as the program does
                async with self._database.transaction() as tx:
                    some = await self._rated(tx, left, name)
                rated += some
        return rated

    async def _rated(self, tx: Tx, visits: Sequence[Visit], name: str) -> list[Rated]:
        ctx, rated = await self._town.context(tx), []
        for visit in visits:
            own = await _as(replace(ctx, now=visit.at), f"{name} {visit.at.date()} {visit.person}")
            if visit.verified:
                await tickets.use(own, visit.window, tickets.issue(self._keys, visit.window, visit.at))
            reasons = ("slow",) if visit.level is Satisfaction.DISSATISFIED else ()
            rated.append(await rate(own, Rate(window=visit.window, level=visit.level, reasons=reasons, publish=True)))
        return rated

    @asynccontextmanager
    async def staff(self, now: datetime, kind: RoleKind, unit: str | None = None) -> AsyncIterator[Context]:
        """Let somebody of a unit, or of the office, do something."""
        async with self._database.transaction() as tx:
            ctx = await _as(replace(await self._town.context(tx), now=now), f"{kind} {unit}")
            if not any(role.kind is kind and role.unit == unit for role in ctx.me.roles):
                await roles.give(tx, ctx.me.person, kind, unit, "孙立军", now)
                ctx = await _as(ctx, f"{kind} {unit}")
            yield ctx


async def _as(ctx: Context, who: str) -> Context:
    id = await people.arrive(ctx.tx, ctx.keys, "web", who, "en", ctx.now)
    conversation = await people.conversation(ctx.tx, id)
    assert conversation is not None
    held = tuple(await roles.of_person(ctx.tx, conversation.person))
    return replace(ctx, actor=Actor(person=conversation.person, language="en", roles=held, conversation=conversation))
