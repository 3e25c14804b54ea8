"""Ninety days around Spring Festival with outages, and with crashes in the middle of sweeps: each rung once, in order."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from random import Random

import pytest
from cast import COMPLAINT, LIMITS, Cast, xining

from actions import filing, following, handling
from actions.context import Context
from actions.timekeeping import OWN_RUNGS
from dialog.subjects import Refused
from domain.ladder import rung_times
from schedules import SWEEPS
from storage import cases, deadlines
from storage.cases import Case
from storage.deadlines import Deadline, DeadlineKind

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(400)]

BEGIN = datetime(2026, 1, 20, 0, 0, tzinfo=xining().city.zone)
DAYS = 90
CASES = 40


class Crash(BaseException):
    """The machine stops in the middle of a sweep: nothing of it was committed."""


async def sweep(cast: Cast, now: datetime, random: Random) -> bool:
    """Sweep once; False if it ended in a crash."""
    try:
        async with cast.database.transaction() as tx:
            ctx = Context(tx=tx, now=now, keys=cast.keys, city=xining(), public_url="https://example.org", limits=LIMITS)
            for id in await SWEEPS[0].due(ctx, 100):
                await SWEEPS[0].do(ctx, id)
                if random.random() < 0.25:
                    raise Crash
    except Crash:
        return False
    return True


async def live(cast: Cast, case: Case, now: datetime, random: Random) -> None:
    """Let one of the parties do what they may happen to do."""
    who, deed = random.choice((
        ("holder", lambda ctx: handling.accept(ctx, case.id, case.version)),
        ("holder", lambda ctx: handling.ask(ctx, case.id, "?")),
        ("holder", lambda ctx: handling.report(ctx, case.id, "done")),
        ("reporter", lambda ctx: following.reply(ctx, case.id, "!")),
        ("reporter", lambda ctx: following.not_solved(ctx, case.id, "no")),
    ))  # fmt: skip
    try:
        await cast.does(who, deed, now)
    except Refused:
        pass


async def test_every_rung_of_ninety_days_is_taken_once_and_in_order(cast: Cast) -> None:
    random = Random(20260120)
    filings = sorted(BEGIN + random.random() * timedelta(days=DAYS - 30) for _ in range(CASES))
    moments = [(at, "file") for at in filings]
    moments += [(BEGIN + random.random() * timedelta(days=DAYS), "live") for _ in range(CASES * 6)]
    at = BEGIN
    while at < BEGIN + timedelta(days=DAYS):
        moments.append((at, "sweep"))
        at += timedelta(days=3 * random.random()) if random.random() < 0.1 else timedelta(hours=8 * random.random())
    moments.append((BEGIN + timedelta(days=DAYS), "sweep"))

    known: list[Case] = []
    sweeps: list[datetime] = []
    crashes = 0
    for exact, what in sorted(moments):
        now = exact.replace(microsecond=0)
        match what:
            case "file":
                receipt = await cast.does("reporter", lambda ctx: filing.file_case(ctx, COMPLAINT), now)
                known.append(receipt.case)
            case "live" if known:
                async with cast.database.reading() as tx:
                    one = await cases.get(tx, random.choice(known).id)
                assert one is not None
                await live(cast, one, now, random)
            case "sweep":
                while not await sweep(cast, now, random):
                    crashes += 1
                sweeps.append(now)
    assert crashes > 10

    fired = 0
    for case in known:
        taken = [row.payload for row in await cast.ledger(f"case:{case.id}") if row.event == "rung"]
        async with cast.database.reading() as tx:
            every = await deadlines.of_case(tx, case.id)
        expected = Counter((one.kind.value, rung) for one in every for rung in reached(one, every, sweeps))
        assert Counter((str(row["kind"]), rung) for row in taken for rung in (*row["passed"], str(row["rung"]))) == expected
        fired += len(taken)
    assert fired > CASES
    await cast.is_whole()


def reached(one: Deadline, every: list[Deadline], sweeps: list[datetime]) -> list[str]:
    """Give the rungs that some sweep must have found reached while the deadline ran; those at its start had passed then."""
    pauses = [
        (reply.started_at, reply.stopped_at or sweeps[-1])
        for reply in every
        if one.kind is DeadlineKind.ANSWER and reply.kind is DeadlineKind.REPLY and reply.started_at >= one.started_at
    ]
    end = one.stopped_at if one.stopped_at and one.ended != "run_on" else sweeps[-1] + timedelta(seconds=1)
    looked = [at for at in sweeps if one.started_at <= at <= end and not any(begin <= at < over for begin, over in pauses)]
    ladder = OWN_RUNGS.get(one.kind, xining().city.ladder)
    times = rung_times(ladder, one.started_at, one.due_at, pauses, xining().working_days)
    return [rung.at for at, rung in times if looked and one.started_at < at <= looked[-1]]
