"""Posters and labels as they come from the printer: every page is made a picture, and every code on it is read."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from bot.app import NotReady, composed
from bot.catalogues import read_catalogues
from bot.clock import Clock
from bot.main import parser
from bot.paper import Document, Paper
from bot.posters import COLUMNS, ROWS, Poster, draw_labels, draw_posters
from bot.settings import read_settings
from dialog.texts import Words
from domain.city import City
from domain.city_files import read_city

FOLDER = Path(__file__).parent.parent.parent / "examples" / "xining"
WEB, BOT = "https://huiyin.example.org/w/", "https://t.me/xining_huiyin_bot?start=w_"
MILLIMETRE = 72 / 25.4
LONG_HALL = "西宁市城东区人民政府政务服务管理局综合办事大厅东川工业园区分中心一楼办事大厅"
LONG_WINDOW = "12 号窗口 不动产登记与二手房过户抵押注销综合受理，含预约取号、材料预审与邮寄送达及疑难问题会商"


@dataclass(frozen=True, slots=True)
class Printed:
    """One page: its size in millimetres, what stands on it, and what a scanner reads in each of its codes."""

    size: tuple[int, int]
    text: str
    codes: list[str]
    picture: Image.Image


@pytest.fixture(scope="module")
def city() -> City:
    found = read_city({path.name: path.read_bytes() for path in FOLDER.iterdir()}).city
    assert found is not None
    return found


@pytest.fixture(scope="module")
def words(city: City) -> Words:
    return Words(read_catalogues(), city.languages, city.zone)


@pytest.fixture
def paper() -> Iterator[Paper]:
    with Paper(100, 100, "title") as paper:
        yield paper


def posters_of(city: City, *, telegram: bool = True) -> list[Poster]:
    return [
        Poster(
            city=city,
            hall=city.halls[window.hall],
            window=window,
            web=f"{WEB}{window.code}",
            telegram=f"{BOT}{window.code}" if telegram else None,
        )
        for window in city.windows.values()
    ]


def long_poster(city: City) -> Poster:
    """Give a poster with the longest names that a clerk may think of."""
    poster = posters_of(city)[0]
    english = "Window 12 Real estate registration, transfer, mortgage, and everything else that has to do with houses"
    services = (*(f"很长的服务事项第 {n} 项" for n in range(20)), *(f"one more service number {n}" for n in range(20)))
    window = replace(poster.window, code="w" * 32, name=LONG_WINDOW, name_en=english, services=services)
    hall = replace(poster.hall, name=LONG_HALL, name_en=f"Branch Service Hall of {'Chengdong District ' * 6}")
    return replace(poster, hall=hall, window=window, web=f"{WEB}{'w' * 32}", telegram=f"{BOT}{'w' * 32}")


def printed(document: Document, dots: int = 150) -> Iterator[Printed]:
    """Print a document at so many dots an inch."""
    for page in pypdfium2.PdfDocument(document.pdf):
        picture = page.render(scale=dots / 72).to_pil().convert("L")
        text = page.get_textpage().get_text_range()
        size = round(page.get_width() / MILLIMETRE), round(page.get_height() / MILLIMETRE)
        yield Printed(size, text, sorted(code.text for code in zxingcpp.read_barcodes(picture)), picture)


def has_in_order(text: str, name: str) -> bool:
    """Tell whether a name stands there, whichever way it was broken into lines."""
    return re.sub(r"\s", "", name) in re.sub(r"\s", "", text)


def is_blank(page: Printed, *, border: float) -> bool:
    """Tell whether nothing is printed within so many millimetres of the lower three edges."""
    wide, tall = page.picture.size
    edge = round(border / page.size[0] * wide)
    strips = ((0, edge, edge, tall), (wide - edge, tall // 4, wide, tall), (0, tall - edge, wide, tall))
    return all(
        page.picture.crop((left, max(top, tall // 4), right, bottom)).getextrema()[0] == 255
        for left, top, right, bottom in strips
    )


def test_each_window_has_a_page_of_a5_with_its_names_and_both_its_codes(city: City, words: Words) -> None:
    posters = posters_of(city)
    pages = list(printed(draw_posters(posters, words)))
    assert len(pages) == len(posters) == 30
    for poster, page in zip(posters, pages, strict=True):
        assert page.size == (148, 210)
        assert page.codes == sorted([poster.web, poster.telegram or ""])
        for named in (city, poster.hall, poster.window):
            assert has_in_order(page.text, named.name)
            assert has_in_order(page.text, named.name_en)
        for service in poster.window.services:
            assert has_in_order(page.text, service)
        assert f"huiyin.example.org/w/{poster.window.code}" in page.text
        assert is_blank(page, border=5)


def test_where_the_bot_has_no_name_there_is_one_code(city: City, words: Words) -> None:
    (page,) = printed(draw_posters(posters_of(city, telegram=False)[:1], words))
    assert page.codes == [f"{WEB}centre-1"]
    assert "Telegram" not in page.text


def test_labels_fill_sheets_of_a4_each_with_its_own_code(city: City, words: Words) -> None:
    posters = posters_of(city)
    sheets = list(printed(draw_labels(posters, words), dots=200))
    assert [sheet.size for sheet in sheets] == [(210, 297)] * 2
    at = COLUMNS * ROWS
    for sheet, part in zip(sheets, (posters[:at], posters[at:]), strict=True):
        assert sheet.codes == sorted(poster.web for poster in part)
        for poster in part:
            assert has_in_order(sheet.text, poster.window.name)
            assert has_in_order(sheet.text, poster.window.name_en)


@pytest.mark.parametrize("dots", [130, 300])
def test_codes_of_long_addresses_can_be_read_from_a_rough_and_from_a_fine_print(city: City, words: Words, dots: int) -> None:
    poster = long_poster(city)
    (page,) = printed(draw_posters([poster], words), dots)
    assert page.codes == sorted([poster.web, poster.telegram or ""])
    (sheet,) = printed(draw_labels([poster], words), max(dots, 150))
    assert sheet.codes == [poster.web]


def test_four_blank_modules_surround_a_code(paper: Paper) -> None:
    paper.turn()
    paper.code(f"{WEB}centre-1", 0, 0, 100)
    (page,) = printed(paper.document())
    left, top, right, bottom = page.picture.point(lambda shade: 255 * (shade < 128)).getbbox() or (0, 0, 0, 0)
    wide, tall = page.picture.size
    module = wide / (29 + 8)  # of a code of version 3
    assert {round(border / module) for border in (left, top, wide - right, tall - bottom)} == {4}


def test_a_code_with_a_blot_on_it_can_still_be_read(city: City, words: Words) -> None:
    (page,) = printed(draw_posters(posters_of(city, telegram=False)[:1], words))
    dots = page.picture.width / page.size[0]
    blot = tuple(round(at * dots) for at in (80, 120, 90, 130))  # a square centimetre
    page.picture.paste(255, (blot[0], blot[1], blot[2], blot[3]))
    assert [code.text for code in zxingcpp.read_barcodes(page.picture)] == [f"{WEB}centre-1"]


def test_names_that_are_too_long_shrink_and_wrap_and_only_then_are_cut(city: City, words: Words) -> None:
    (page,) = printed(draw_posters([long_poster(city)], words))
    assert has_in_order(page.text, LONG_HALL)
    assert has_in_order(page.text, LONG_WINDOW[:36])
    assert "…" in page.text
    assert is_blank(page, border=5)


def test_lines_are_broken_at_spaces_where_there_are_any_and_leave_no_character_alone(paper: Paper) -> None:
    assert paper.fitted("4 号窗口 不动产登记", 27, 10.5, least=7, lines=3).lines == ("4 号窗口", "不动产登记")
    assert paper.fitted("不动产登记中心大厅", 30, 10.5, least=10, lines=3).lines == ("不动产登记", "中心大厅")
    assert paper.fitted("Supercalifragilistic", 10, 12, least=11, lines=2).lines[0].endswith("…")


def test_a_text_shrinks_no_further_than_it_may(paper: Paper) -> None:
    assert paper.fitted("政务服务大厅", 60, 20, least=8, lines=1).size == 20
    small = paper.fitted("政务服务大厅" * 3, 60, 20, least=8, lines=1)
    assert 8 <= small.size < 20
    assert len(small.lines) == 1
    assert paper.fitted("政务服务大厅" * 9, 60, 20, least=8, lines=1).lines[0].endswith("…")


def test_a_character_that_the_font_lacks_is_printed_as_a_sign_and_told(city: City, words: Words) -> None:
    poster = posters_of(city)[0]
    drawn = draw_posters([replace(poster, window=replace(poster.window, name="赵堃窗口\u200b"))], words)
    (page,) = printed(drawn)
    assert "赵〓窗口" in page.text
    assert drawn.lacking == {"堃"}


def test_the_font_is_in_the_file_and_no_other(city: City, words: Words) -> None:
    pdf = draw_posters(posters_of(city)[:1], words).pdf
    assert set(re.findall(rb"/BaseFont /[A-Z]{6}\+(\w+)", pdf)) == {b"NotoSansCJKSC"}
    assert len(re.findall(rb"/BaseFont", pdf)) == len(re.findall(rb"/BaseFont /[A-Z]{6}\+", pdf))
    assert b"/FontFile3" in pdf
    assert len(pdf) < 60_000


@pytest.mark.parametrize(
    ("public", "hall", "out", "said"),
    [
        ("", "all", "posters.pdf", "Set HUIYIN_PUBLIC_URL"),
        ("http://localhost:8080", "all", "posters.pdf", "Set HUIYIN_PUBLIC_URL"),
        ("https://huiyin.example.org", "center", "posters.pdf", "There is no hall center. .*: centre, east"),
        ("https://huiyin.example.org", "all", "nowhere/posters.pdf", "Name another file with --out"),
    ],
)
async def test_what_is_lacking_for_posters_is_said(tmp_path: Path, public: str, hall: str, out: str, said: str) -> None:
    given = {"DATABASE": f"sqlite:{tmp_path}/huiyin.db", "DATA": str(tmp_path / "data"), "KEYS": str(tmp_path / "keys")}
    given |= {"PUBLIC_URL": public} if public else {}
    settings = read_settings({f"HUIYIN_{name}": value for name, value in given.items()}, tmp_path)
    async with composed(replace(settings, city=FOLDER), Clock()):
        pass
    arguments = parser().parse_args(["posters", hall, "--out", str(tmp_path / out)])
    with pytest.raises(NotReady, match=said):
        await arguments.run(arguments, settings)


def test_whoever_prints_posters_reads_nothing_of_the_libraries_that_draw_them() -> None:
    program = (
        "from bot.logs import set_up_logs; set_up_logs(as_json=False)\n"
        "from bot.paper import Paper\n"
        "with Paper(100, 100, 'title') as paper:\n"
        "    paper.turn()\n"
        "    paper.write(paper.fitted('护照 Passports 龘', 80, 20, least=10, lines=1), 10, 10, 80, '#000000')\n"
        "    paper.document()\n"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (printed.stdout, printed.stderr) == ("", "")
