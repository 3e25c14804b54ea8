"""halls.csv, windows.csv and the table of ratings: what a clerk may write, and what is said of a slip."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from domain.city import City
from domain.city_files import Reading, read_city
from domain.city_tables import Problem

FOLDER = Path(__file__).parent.parent.parent / "examples" / "xining"
HALLS = """\
code,unit,area,name,name_en,address,lon,lat,hours
centre,service-hall,630104006,市民中心,Public Centre,文汇路 2 号,101.72,36.63,"mon-fri 09:00-12:00, 13:30-17:00"
east,government-630102,630102,城东大厅,,八一路 18 号,,,周一至周五 9:00-12:00
"""
WINDOWS = """\
code,hall,name,name_en,services
c-1,centre,1 号窗口,Window 1,营业执照|business licence|营业执照
c-2,centre,2 号窗口,,
e-1,east,1 号窗口,Window 1,passport
"""
TOML = (FOLDER / "city.toml").read_text()


def read(changed: Mapping[str, str | None]) -> Reading:
    files = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    texts = {"halls.csv": HALLS, "windows.csv": WINDOWS, **changed}
    files |= {name: text.encode() for name, text in texts.items() if text is not None}
    return read_city({name: body for name, body in files.items() if texts.get(name, "") is not None})


def city(changed: Mapping[str, str | None]) -> City:
    reading = read(changed)
    assert reading.city is not None, reading.problems
    return reading.city


def the_problem(changed: Mapping[str, str | None]) -> Problem:
    (problem,) = read(changed).problems
    return problem


def test_halls_and_windows_are_read_in_the_order_of_their_files() -> None:
    found = city({})
    assert list(found.halls) == ["centre", "east"]
    assert [window.code for window in found.windows_of("centre")] == ["c-1", "c-2"]
    assert found.windows_of("nowhere") == ()
    assert found.unit_of("e-1") == "government-630102"
    assert (found.halls["centre"].lon, found.halls["east"].lon) == (101.72, None)
    assert (found.halls["east"].name_en, found.windows["c-2"].name_en) == ("城东大厅", "2 号窗口")
    assert found.windows["c-1"].services == ("营业执照", "business licence")


def test_windows_that_are_numbered_alike_stand_in_the_order_of_their_numbers_all_others_as_the_clerk_has_them() -> None:
    names = ("10 号窗口", "咨询台", "2 号窗口", "二楼 12 号", "9 号窗口 24 小时", "二楼 3 号", "总服务台", "1 号窗口")
    windows = "code,hall,name,name_en,services\n" + "".join(f"w-{n},centre,{name},,\n" for n, name in enumerate(names))
    found = [window.name for window in city({"windows.csv": windows}).windows_of("centre")]
    assert found == ["1 号窗口", "2 号窗口", "9 号窗口 24 小时", "10 号窗口", "咨询台", "二楼 3 号", "二楼 12 号", "总服务台"]


def test_the_english_address_of_a_hall_may_be_left_out() -> None:
    lines = HALLS.splitlines()
    english = "\n".join(f"{line},{added}" for line, added in zip(lines, ("address_en", "2 Wenhui Road", ""), strict=True))
    assert [hall.address_en for hall in city({"halls.csv": english}).halls.values()] == ["2 Wenhui Road", ""]
    assert [hall.address_en for hall in city({}).halls.values()] == ["", ""]


def test_services_are_told_in_the_language_of_the_reader() -> None:
    windows = city({}).windows
    assert windows["c-1"].services_in("zh_Hans") == ("营业执照",)
    assert windows["c-1"].services_in("en") == ("business licence",)
    assert windows["e-1"].services_in("zh_Hans") == ("passport",), "better in the other language than not at all"


def test_a_city_without_halls_is_fine() -> None:
    found = city({"halls.csv": None, "windows.csv": None})
    assert not found.halls
    assert not found.windows


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "column", "said"),
    [
        ("halls.csv", "hours", "our", 1, "hours", "missing"),
        ("halls.csv", "service-hall", "service-hal", 2, "unit", '"service-hall"'),
        ("halls.csv", "service-hall", "", 2, "unit", "names no unit"),
        ("halls.csv", "630104006", "6301040", 2, "area", "areas.csv"),
        ("halls.csv", "市民中心", "", 2, "name", "no name"),
        ("halls.csv", "文汇路 2 号", "", 2, "address", "no address"),
        ("halls.csv", "101.72", "101,72", 2, None, "cells"),
        ("halls.csv", "101.72", "", 2, "lon", "degrees"),
        ("halls.csv", "101.72,36.63", "36.63,101.72", 2, "lat", "no such place"),
        ("halls.csv", "周一至周五", "工作日", 3, "hours", "mon-fri 09:00-12:00"),
        ("halls.csv", "9:00-12:00\n", "\n", 3, "hours", "mon-fri 09:00-12:00"),
        ("halls.csv", "\neast", "\ncentre", 3, "code", "line 2"),
        ("windows.csv", "c-1,centre", "c-1,center", 2, "hall", '"centre"'),
        ("windows.csv", "c-2", "c 2", 3, "code", "32 letters"),
        ("windows.csv", "c-2", "c" * 33, 3, "code", "32 letters"),
        ("windows.csv", "2 号窗口", "", 3, "name", "no name"),
        ("city.toml", '"4h"', '"4 hours"', 28, "again", "4h"),
        ("city.toml", '"4h"', '"1wd"', 28, "again", "hours"),
        ("city.toml", "again", "agin", 28, "agin", '"again"'),
        ("city.toml", 'again = "4h"', "reasons = []", 28, "reasons", "asked for one"),
        ("city.toml", 'again = "4h"', 'criteria = ["service"]', 28, "criteria", "not a list of entries"),
        ("city.toml", 'again = "4h"', 'criteria = [{code = "a b", name = "好"}]', 28, "criteria", '"a b"'),
        ("city.toml", 'again = "4h"', 'criteria = [{code = "a"}]', 28, "criteria", "no name"),
        ("city.toml", 'again = "4h"', 'reasons = [{code = "a", name = "慢", en = "slow"}]', 28, "reasons", '"en"'),
        ("city.toml", 'again = "4h"', 'reasons = [{code = "a", name = "慢"}, {code = "a", name = "凶"}]', 28, "reasons", "twice"),
    ],
)
def test_a_slip_is_named_with_its_place_and_what_to_do(
    file: str, old: str, new: str, line: int, column: str | None, said: str
) -> None:
    text = {"halls.csv": HALLS, "windows.csv": WINDOWS, "city.toml": TOML}[file]
    assert old in text
    found = read({file: text.replace(old, new, 1)}).problems
    problem = next(one for one in found if (one.file, one.line, one.column) == (file, line, column))
    assert said in f"{problem.what} {problem.todo}"


def test_windows_of_a_hall_that_can_not_be_read_are_no_further_problem() -> None:
    assert the_problem({"halls.csv": HALLS.replace("code,unit", "code;unit", 1).replace(",", ";")}).file == "halls.csv"


def test_criteria_and_reasons_have_defaults_and_may_be_the_citys_own() -> None:
    found = city({})
    assert [word.code for word in found.rating_criteria] == ["discipline", "lawfulness", "service", "efficiency", "integrity"]
    assert found.rating_again == timedelta(hours=4)
    assert len(found.rating_reasons) == 8
    own = 'again = "30s"\ncriteria = []\nreasons = [{ code = "slow", name = "太慢" }]'
    found = city({"city.toml": TOML.replace('again = "4h"', own)})
    assert (found.rating_again, found.rating_criteria) == (timedelta(seconds=30), ())
    assert [(word.code, word.name_en) for word in found.rating_reasons] == [("slow", "太慢")]


def test_ratings_that_are_no_table_are_told_how_they_look() -> None:
    problem = the_problem({"city.toml": TOML.replace("[ratings]\nagain", "ratings")})
    assert (problem.line, problem.column) == (27, "ratings")
