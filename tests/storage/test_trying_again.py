"""What comes into conflict is done again, a few times; what goes wrong otherwise is not."""

from __future__ import annotations

import pytest

from storage.database import TRIES, Conflict, Unavailable, again


class Work:
    """Fails with each of some errors in turn, then gives how often it was tried."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.tries = 0

    async def __call__(self) -> int:
        self.tries += 1
        if self.errors:
            raise self.errors.pop(0)
        return self.tries


async def test_work_that_comes_into_conflict_is_done_again() -> None:
    assert await again(Work(*[Conflict()] * (TRIES - 1))) == TRIES


async def test_work_that_always_comes_into_conflict_ends() -> None:
    work = Work(*[Conflict()] * 100)
    with pytest.raises(Conflict):
        await again(work)
    assert work.tries == TRIES


async def test_a_store_that_fails_is_not_asked_again_at_once() -> None:
    work = Work(Unavailable())
    with pytest.raises(Unavailable):
        await again(work)
    assert work.tries == 1
