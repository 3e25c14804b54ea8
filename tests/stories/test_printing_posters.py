"""From the command that prints posters to the card that a phone shows after it has read one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pypdfium2
import pytest
import zxingcpp
from story_town import Town, town_over

PUBLIC = "http://huiyin.example.org"


@pytest.fixture
async def town(direct: None, tmp_path: Path, database: str) -> AsyncIterator[Town]:
    """Start the program at an address that phones reach."""
    async with town_over(tmp_path, database, PUBLIC_URL=PUBLIC) as town:
        yield town


def codes_of(file: Path) -> list[list[str]]:
    """Read the codes of each page."""
    pages = [page.render(scale=2.5).to_pil() for page in pypdfium2.PdfDocument(file.read_bytes())]
    return [sorted(code.text for code in zxingcpp.read_barcodes(page)) for page in pages]


async def test_both_codes_of_a_printed_poster_lead_to_the_windows_card(town: Town, tmp_path: Path) -> None:
    passer_by = await town.somebody("telegram")
    await passer_by.says("/start")
    await passer_by.sees("This is Huiyin for")  # so the bot's name is known
    file = tmp_path / "posters.pdf"
    code, said = await town.runs("posters", "permits", "--out", str(file))
    assert (code, said) == (0, f"6 poster(s) written to {file}.\n")
    pages = codes_of(file)
    assert len(pages) == 6
    web, telegram = map(urlsplit, pages[3])
    assert f"{web.scheme}://{web.netloc}" == PUBLIC
    citizen = await town.somebody("web")
    await citizen.scans(web.path.removeprefix("/w/"))
    await citizen.sees("Window 4 Passports")
    assert (telegram.netloc, telegram.path.removeprefix("/")) == ("t.me", town.api.bot["username"])
    await passer_by.follows(parse_qs(telegram.query)["start"][0])
    await passer_by.sees("Window 4 Passports")


async def test_labels_of_all_windows_are_printed_on_sheets(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "labels.pdf"
    code, said = await town.runs("posters", "all", "--labels", "--out", str(file))
    assert (code, said) == (0, f"30 label(s) written to {file}.\n")
    assert [len(codes) for codes in codes_of(file)] == [21, 9]
