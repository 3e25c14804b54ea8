"""The city that the demo starts with: complete, and right about the places and words that people will try first."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.cases import CaseKind
from domain.city import City
from domain.city_files import read_city
from domain.limits import Limit
from domain.locating import locate
from domain.places import Point
from domain.routing import offer_categories, route

FOLDER = Path(__file__).parent.parent / "examples" / "xining"


@pytest.fixture(scope="module")
def city() -> City:
    reading = read_city({path.name: path.read_bytes() for path in FOLDER.iterdir()})
    assert reading.problems == ()
    assert reading.city is not None
    return reading.city


def test_it_has_the_seven_districts_and_their_streets(city: City) -> None:
    districts = city.subareas(city.root_area.code)
    assert len(districts) == 7
    assert sum(len(city.subareas(district.code)) for district in districts) == 80


def test_every_unit_has_something_to_do(city: City) -> None:
    assert {rule.unit for rule in city.rules} == set(city.units)


def test_every_area_and_category_has_an_owner_by_a_rule_for_the_category(city: City) -> None:
    for area in city.areas:
        for category in city.categories:
            if city.suits(category, CaseKind.MISCONDUCT):
                unit = route(city, CaseKind.MISCONDUCT, area, category).unit
                assert unit is not None
                assert city.unit(unit).kind == "discipline"
            else:
                decision = route(city, CaseKind.COMPLAINT, area, category)
                assert decision.confidence == 1.0
                assert decision.unit is not None
                assert city.unit(decision.unit).kind != "discipline"


def test_every_category_can_be_found_by_ten_words(city: City) -> None:
    upper = {category.code for category in city.top_categories}
    assert [c.code for c in city.categories.values() if c.code not in upper and len(c.aliases) < 10] == []


@pytest.mark.parametrize(
    ("text", "category", "unit"),
    [
        ("小区门口的垃圾堆了一个星期没人清运，臭得不行", "sanitation", "urban-management-630104"),
        ("家里暖气不热，室温只有十四度，热力公司不管", "heating", "heating-company"),
        ("楼道里闻到煤气味，怀疑是燃气泄漏", "gas-leak", "gas-company"),
        ("工地拖欠农民工工资，讨薪无门", "wages", "labour"),
        ("学校暑假补课，还要收补课费", "school-fees", "education"),
        ("出租车拒载，还不打表", "taxi", "transport"),
        ("Nobody has collected the garbage for a week", "sanitation", "urban-management-630104"),
        ("There is no heating in our building", "no-heating", "heating-company"),
    ],
)
def test_what_people_say_finds_its_category_and_unit(city: City, text: str, category: str, unit: str) -> None:
    assert offer_categories(city, CaseKind.COMPLAINT, text)[0] == category
    assert route(city, CaseKind.COMPLAINT, "630104003", category).unit == unit


def test_a_district_is_found_by_point_and_by_name(city: City) -> None:
    assert locate(city, Point(lon=101.841052, lat=36.589135), "").area == "630102"
    assert locate(city, None, "虎台这边").area == "630104003"
    assert locate(city, None, "城中村改造").area is None, "an urban village is no district"
    assert locate(city, None, "大通县城关镇").area == "630121101"
    assert locate(city, Point(lon=116.4, lat=39.9), "").outside


def test_misconduct_is_offered_its_own_categories_only(city: City) -> None:
    offered = offer_categories(city, CaseKind.MISCONDUCT, "窗口的人收红包")
    assert offered[0] == "bribery"
    assert {city.upper_category(code) for code in offered} == {"integrity"}


def test_danger_and_supply_are_quicker_than_the_rest(city: City) -> None:
    assert city.times(CaseKind.COMPLAINT, "gas-leak").answer == Limit.parse("2h")
    assert city.times(CaseKind.COMPLAINT, "water-supply").answer == Limit.parse("24h")
    assert city.times(CaseKind.COMPLAINT, "sanitation").answer == Limit.parse("5wd")


def test_it_has_five_halls_in_the_districts_that_they_name_and_thirty_windows(city: City) -> None:
    assert city.area_map is not None
    assert (len(city.halls), len(city.windows)) == (5, 30)
    for hall in city.halls.values():
        assert hall.lon is not None
        assert hall.lat is not None
        assert city.area_map.find(Point(lon=hall.lon, lat=hall.lat)) in city.area_path(hall.area)
        assert len(city.windows_of(hall.code)) >= 5
    assert all(window.services_in("en") != window.services_in("zh_Hans") for window in city.windows.values())
