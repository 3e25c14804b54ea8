"""A year whose holidays are not announced yet: receipts say so, and dates are corrected when the city loads the year."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from story_filing import files
from story_town import CITY, Town, town_over


def unknown_year() -> int:
    """Give the first year that the calendar package does not know."""
    for year in itertools.count(2026):
        try:
            chinese_calendar.is_workday(date(year, 12, 31))
        except NotImplementedError:
            return year
    raise AssertionError


@pytest.fixture
async def town(direct: None, tmp_path: Path, database: str) -> AsyncIterator[Town]:
    """Start a town on the last but one day of the last year that is known."""
    async with town_over(tmp_path, database, TICK="0.2") as town:
        last_days = datetime.combine(date(unknown_year() - 1, 12, 30), time(4), town.clock.now().tzinfo)
        town.clock.ahead += last_days - town.clock.now()
        yield town


async def test_a_provisional_date_is_corrected_when_the_citys_table_settles_the_year(town: Town, tmp_path: Path) -> None:
    citizen, contact = await town.somebody("telegram"), await town.contact("web")
    await files(citizen)
    assert citizen.saw("You get an answer by .+provisional: the year's holidays are not announced yet")
    await contact.sees("Sign in by")
    settled = tmp_path / "settled"
    shutil.copytree(CITY, settled)
    new_year = date(unknown_year(), 1, 1)
    notice = [f'"{new_year + timedelta(days=n)}" = false' for n in range(3)]
    with (settled / "city.toml").open("a", encoding="utf-8") as file:
        file.write("\n".join(notice) + "\n")
    assert (await town.runs("city", "load", str(settled)))[0] == 0
    told = await citizen.sees("The holidays are announced now. You get an answer by")
    assert "provisional" not in told.text
    await citizen.sees_nothing(1)
