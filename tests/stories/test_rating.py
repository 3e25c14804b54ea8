"""Whoever was served at a window rates it: in two taps, and who is dissatisfied gets an answer."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from story_filing import receipt_of
from story_person import Person
from story_town import Town

from storage import ratings
from storage.ratings import Rating

WINDOW, HALL_UNIT = "centre-5", "service-hall"


@pytest.fixture(params=["web", "telegram"])
async def citizen(request: pytest.FixtureRequest, town: Town) -> Person:
    """Bring a citizen to the door."""
    return await town.somebody(request.param)


async def ratings_at(town: Town, window: str = WINDOW) -> list[Rating]:
    """Read what the window was rated."""
    async with town.app.database.reading() as tx:
        return list(await ratings.at_window(tx, window))


async def is_dissatisfied(citizen: Person, window: str = WINDOW) -> tuple[str, str]:
    """Rate a window badly; return number and code of the case."""
    await citizen.scans(window)
    await citizen.presses("^Dissatisfied$")
    await citizen.sees("What was wrong")
    await citizen.presses("long wait")
    await citizen.sees("Noted so far: A long wait", buttons=["^Done$"])
    await citizen.presses("Done")
    await citizen.sees("Shall we send")
    await citizen.presses("^Send$")
    await citizen.sees("it has become a case")
    return "", ""


async def test_two_taps_rate_a_window(town: Town, citizen: Person) -> None:
    await citizen.scans(WINDOW)
    await citizen.presses("^Satisfied$")
    await citizen.sees("Window 5.+Your rating: Satisfied.+Shall we send", buttons=["^Send$", "Add words", "single points"])
    await citizen.presses("^Send$")
    await citizen.sees("Thank you. Your rating counts: Satisfied", buttons=["Change it"])
    (rating,) = await ratings_at(town)
    assert (rating.level, rating.verified, rating.case) == ("satisfied", False, None)


async def test_words_photo_and_points_may_be_added_on_the_same_screen(town: Town, citizen: Person) -> None:
    await citizen.scans(WINDOW)
    await citizen.presses("^Fairly satisfied$")
    await citizen.sees("Shall we send")
    await citizen.presses("Add words")
    await citizen.sees("What would you like to add")
    await citizen.says("王师傅很耐心，电话13997254418")
    await citizen.sends_photo()
    await citizen.sees("Noted so far")
    await citizen.presses("Done")
    await citizen.sees("很耐心，电话〔电话〕.+Files: 1.+Shall we send")
    await citizen.presses("single points")
    for _point in range(5):
        await citizen.sees("how was it")
        await citizen.presses("^Basically satisfied$")
    await citizen.sees("Discipline: Basically satisfied.+Integrity: Basically satisfied.+Shall we send")
    await citizen.presses("^Send$")
    await citizen.sees("Your rating counts")
    (rating,) = await ratings_at(town)
    assert "13997254418" not in rating.text
    assert len(rating.files) == 1
    assert set(rating.criteria.values()) == {"basically_satisfied"}
