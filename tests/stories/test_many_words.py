"""So many words that they would fill the disk, or slow each further message down, are refused with a sentence; a few are not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from story_filing import begins
from story_town import Town, town_over

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
async def full(direct: None, tmp_path: Path, database: str) -> AsyncIterator[Town]:
    """Start the program on a disk that has less free than is to be kept free."""
    async with town_over(tmp_path, database, FREE_DISK_MEGABYTES="999999999") as town:
        yield town


async def test_on_a_full_disk_short_words_are_taken_and_long_ones_wait(full: Town) -> None:
    citizen = await begins(full)
    with pytest.raises(AssertionError, match="Please wait 600 s"):
        await citizen.says("垃圾没人清运" * 1000)
    with pytest.raises(AssertionError, match="Please wait 600 s"):
        await citizen.uploads(bytes(20_000))
    await citizen.says("垃圾没人清运" * 100)
    await citizen.sees("Noted so far: 1 message")


async def test_all_that_is_told_in_one_form_has_an_end(town: Town) -> None:
    citizen = await begins(town)
    for _ in range(2):
        await citizen.says("垃圾没人清运。" * 14_000)
    await citizen.sees("Noted so far: 2 messages")
    await citizen.says("垃圾没人清运。" * 1000)
    await citizen.sees("too long: 200000 characters at most.+Noted so far: 2 messages")
    await citizen.says("在城西区")
    await citizen.sees("Noted so far: 3 messages")
    await citizen.says("/done")
