"""What people in conversation take up in memory: ten thousand of them, and one after as many updates, on SQLite.

    python benchmarks/memory.py [--people 10000] [--abreast 200]

First so many people begin a complaint, so many of them abreast, and each stays where its name is asked for. Then the number that
was abreast begins and cancels complaints in turns until as many have been begun; only the last stays. Printed is the resident
memory of the program before and after either, and the ratio of the two after.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bots import FIRST_CORE, PROGRAM, memory, running
from citizens import COMPLAINT, Citizen, FakeApi, Step

BEGUN = COMPLAINT[:7]
CANCELLED = (*COMPLAINT[:5], Step("/cancel", -1, "Cancelled"))
QUIET = 10.0
"""Seconds for what is still on its way."""


class Crowd(FakeApi):
    """People of whom so many talk abreast; `wanted` times somebody goes through the script, in all."""

    def __init__(self, script: Sequence[Step], *, people: int, abreast: int, wanted: int) -> None:
        super().__init__(script, people)
        self._waiting = list(self.citizens.values())
        self._abreast = abreast
        self._left = wanted
        self.done = 0

    async def begin(self, hooks: Sequence[str] = ()) -> None:
        """Let the first few begin."""
        for _ in range(self._abreast):
            self._next()

    def over(self, citizen: Citizen) -> None:
        """Let the next one begin."""
        self.done += 1
        self._waiting.append(citizen)
        self._next()

    def _next(self) -> None:
        if not self._left:
            return
        self._left -= 1
        citizen = self._waiting.pop(0)
        if self._left == 0:
            citizen.script = BEGUN
        citizen.n = 0
        self.does(citizen)


async def resident(name: str, api: Crowd, wanted: int) -> float:
    """Run the program until everybody is done; print and return its memory in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        async with api.serving(), running(PROGRAM, api, f"sqlite:{folder}/huiyin.db", Path(folder)) as bot:
            await asyncio.sleep(QUIET)
            before = memory(bot.pid)
            await api.begin()
            while api.done < wanted:
                bot.lives()
                await asyncio.sleep(1)
            await asyncio.sleep(QUIET)
            after = memory(bot.pid)
    print(f"{name:<28} {before:6.1f} MiB before, {after:6.1f} MiB after {wanted * len(BEGUN)} updates", flush=True)
    return after


async def measure(people: int, abreast: int) -> None:
    """Run both and print."""
    many = await resident(f"{people} in conversation", Crowd(BEGUN, people=people, abreast=abreast, wanted=people), people)
    few = await resident("one in conversation", Crowd(CANCELLED, people=abreast, abreast=abreast, wanted=people), people)
    print(f"ratio: {many / few:.2f}")


def main() -> None:
    """Read the arguments and measure."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--people", type=int, default=10_000)
    arguments.add_argument("--abreast", type=int, default=200)
    given = arguments.parse_args()
    os.sched_setaffinity(0, {FIRST_CORE})
    asyncio.run(measure(given.people, given.abreast))


if __name__ == "__main__":
    main()
