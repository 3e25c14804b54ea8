"""Attempts to rate what one may not, twice, or as a visit that was none: each is refused kindly, or changes what is there."""

from __future__ import annotations

import random
import re
import string
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from story_person import Person
from story_town import Town

from domain.tickets import LENGTH
from storage import ratings, roles
from storage.ratings import Rating

WINDOW, HALL_UNIT, OTHER_UNIT = "centre-5", "service-hall", "housing"
CHINA = ZoneInfo("Asia/Shanghai")


@pytest.fixture
async def town(town: Town) -> Town:
    """Let it be five past ten on a working day."""
    begin = town.clock.now()
    monday = datetime.combine(begin.astimezone(CHINA).date() + timedelta(days=7 - begin.astimezone(CHINA).weekday()), time(10, 5))
    town.clock.ahead += monday.replace(tzinfo=CHINA) - begin
    return town


async def ratings_now(town: Town) -> list[Rating]:
    """Read what the window was rated."""
    async with town.app.database.reading() as tx:
        return list(await ratings.at_window(tx, WINDOW))


async def on_another_device(town: Town, person: Person, on: str) -> Person:
    """Let somebody sign in on one more device."""
    await person.says("/desk")
    await person.presses("another device")
    link = await person.sees("Open this link")
    code = re.search(r"/in/([\w-]+)", link.text)
    assert code
    other = await town.somebody(on)
    await other.follows(code[1])
    await other.presses("^Sign in here$")
    await other.sees("You are signed in on this device")
    return other


async def rates(person: Person) -> None:
    """Rate the window in two taps."""
    await person.scans(WINDOW)
    await person.sees("Window 5", buttons=["^Satisfied$"])
    await person.presses("^Satisfied$")
    await person.sees("Shall we send")
    await person.presses("^Send$")


@pytest.mark.parametrize(("first", "second"), [("telegram", "web"), ("web", "telegram"), ("web", "web")])
async def test_staff_rate_their_own_window_on_none_of_their_devices(town: Town, first: str, second: str) -> None:
    contact = await town.contact(first, HALL_UNIT)
    for person in (contact, await on_another_device(town, contact, second)):
        await person.scans(WINDOW)
        card = await person.sees("Window 5.+belongs to your own unit. Ratings are for those who are served there; thank you")
        assert card.buttons == ["Other windows of this hall"]
        await person.presses_secretly(f"f:rate:{WINDOW}:4")
        await person.sees("belongs to your own unit")
    assert not await ratings_now(town)


async def test_who_signs_in_between_the_level_and_send_has_not_rated(town: Town) -> None:
    person = await town.somebody("web")
    await person.scans(WINDOW)
    await person.presses("^Satisfied$")
    await person.sees("Shall we send")
    async with town.app.database.transaction() as tx:
        (row,) = await tx.all("SELECT person FROM conversation WHERE channel = 'web'")
        role = await roles.give(tx, row["person"], roles.RoleKind.CONTACT, HALL_UNIT, "Wang", town.clock.now())
    await person.presses("^Send$")
    await person.sees("belongs to your own unit")
    assert not await ratings_now(town)
    async with town.app.database.transaction() as tx:
        await roles.end(tx, role.id, town.clock.now())
    await rates(person)
    await person.sees("Your rating counts")
    assert len(await ratings_now(town)) == 1, "who has left is a citizen like any other"


@pytest.mark.parametrize(("first", "second"), [("telegram", "web"), ("web", "telegram")])
async def test_one_person_on_two_channels_has_one_vote(town: Town, first: str, second: str) -> None:
    person = await town.contact(first, OTHER_UNIT)
    other = await on_another_device(town, person, second)
    await rates(person)
    await person.sees("Your rating counts: Satisfied")
    await other.scans(WINDOW)
    await other.sees("You rated this window today", buttons=["^Change it$"])
    await other.presses("^Change it$")
    await other.presses("^Basically satisfied$")
    await other.presses("^Send$")
    await other.sees("Your rating counts: Basically satisfied")
    (rating,) = await ratings_now(town)
    assert rating.level == "basically_satisfied"


async def test_a_guessed_visit_code_never_verifies_a_visit(town: Town) -> None:
    guesser = await town.somebody("telegram")
    code, printed = await town.runs("tickets", WINDOW, "--count", "1")
    good = re.search(rf"{WINDOW}_([\w-]{{{LENGTH}}})", printed)
    assert code == 0
    assert good
    chance, letters = random.Random(4), f"{string.ascii_letters}{string.digits}-_"
    guesses = ["".join(chance.choices(letters, k=LENGTH)) for _ in range(4)]
    at = [chance.randrange(LENGTH) for _ in range(4)]
    guesses += [f"{good[1][:n]}{'A' if good[1][n] != 'A' else 'B'}{good[1][n + 1 :]}" for n in at]
    for guess in guesses:
        await guesser.scans(f"{WINDOW}_{guess}")
        await guesser.sees("visit code is too old or not valid")
    await guesser.scans(f"centre-6_{good[1]}")
    await guesser.sees("visit code is too old or not valid.+Window 6")
    await rates(guesser)
    await guesser.sees("Your rating counts")
    assert [rating.verified for rating in await ratings_now(town)] == [False]
