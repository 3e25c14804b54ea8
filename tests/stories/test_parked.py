"""A deadline that could not be chased is put aside, shown to the operators, and chased again when they say so."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from story_filing import files
from story_town import Town

from storage import deadlines
from storage.deadlines import DeadlineKind


async def test_a_deadline_that_was_put_aside_is_shown_and_chased_again(town: Town) -> None:
    contact, citizen = await town.contact("web"), await town.somebody("web")
    number, _code = await files(citizen)
    await contact.sees("Sign in by")
    case = await town.case(number)
    async with town.app.database.transaction() as tx:
        accept = (await deadlines.running(tx, case.id))[DeadlineKind.ACCEPT]
        assert await deadlines.fail(tx, accept.id, "chase: KeyError", 1, town.clock.now())
    _done, printed = await town.runs("parked")
    assert f"due  {accept.id}  accept" in printed
    assert number not in printed
    town.clock.ahead += timedelta(days=8)
    await contact.sees("should have been answered")  # the other deadline of the case
    assert "0" not in (await passed(town, accept.id))
    _done, printed = await town.runs("parked", "retry", accept.id)
    assert printed == "1 of them will be tried again.\n"
    async with asyncio.timeout(10):
        while "0" not in await passed(town, accept.id):
            await asyncio.sleep(0.1)
    assert (await town.runs("parked"))[1] == "Nothing is parked.\n"


async def passed(town: Town, id: str) -> tuple[str, ...]:
    """Read the rungs that a deadline has behind it."""
    async with town.app.database.transaction() as tx:
        deadline = await deadlines.get(tx, id)
    assert deadline is not None
    return deadline.passed
