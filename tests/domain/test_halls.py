"""Halls found by district and by distance."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from domain.city import City
from domain.city_files import read_city
from domain.halls import district_of, districts_with_halls, halls_near, halls_of
from domain.places import Crs, Point, metres_between

FOLDER = Path(__file__).parent.parent.parent / "examples" / "xining"


@pytest.fixture(scope="module")
def city() -> City:
    found = read_city({path.name: path.read_bytes() for path in FOLDER.iterdir()}).city
    assert found is not None
    return found


def test_a_hall_belongs_to_the_district_of_its_street_or_to_the_city_itself(city: City) -> None:
    assert district_of(city, "630104006").code == district_of(city, "630104").code == "630104"
    assert district_of(city, "630100").code == "630100"
    assert [area.code for area in districts_with_halls(city)] == ["630102", "630103", "630104", "630105", "630106"]
    assert [hall.code for hall in halls_of(city, "630104")] == ["centre"]
    whole = replace(city, halls={"centre": replace(city.halls["centre"], area="630100")}, windows={})
    assert [area.code for area in districts_with_halls(whole)] == ["630100"]


def test_the_nearest_hall_comes_first_whatever_map_the_place_is_from(city: City) -> None:
    here = Point(lon=101.7717, lat=36.6439)
    nearest, metres = halls_near(city, here)[0]
    assert nearest.code == "permits"
    assert metres == pytest.approx(670, abs=10)
    assert len(halls_near(city, here)) == 5
    shifted = halls_near(city, Point(lon=here.lon, lat=here.lat, crs=Crs.GCJ02))
    assert abs(shifted[0][1] - metres) > 100
    unplaced = replace(city, halls={"permits": replace(city.halls["permits"], lon=None, lat=None)}, windows={})
    assert halls_near(unplaced, here) == ()


def test_a_distance_is_that_of_the_great_circle() -> None:
    one = Point(lon=101.7717, lat=36.6439)
    assert metres_between(one, one) == 0
    assert metres_between(one, Point(lon=101.7717, lat=36.7439)) == pytest.approx(11_120, rel=1e-3)
    assert metres_between(one, Point(lon=101.8717, lat=36.6439)) == pytest.approx(8_923, rel=1e-3)
