from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.places import AreaMap, Crs, Point, to_wgs84

Ring = list[list[float]]


def box(west: float, south: float, east: float, north: float) -> Ring:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(adcode: Any, name: Any, *polygons: list[Ring]) -> dict[str, Any]:
    geometry: dict[str, Any] = {"type": "MultiPolygon", "coordinates": list(polygons)}
    if len(polygons) == 1:
        geometry = {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "Feature", "properties": {"adcode": adcode, "name": name}, "geometry": geometry}


def collection(*features: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


# West and East share a border; the Park is a hole of West that belongs to East, which also has an island in the north.
CITY = AreaMap.from_geojson(
    collection(
        feature("1", "West", [box(101.0, 36.0, 102.0, 37.0), box(101.4, 36.4, 101.6, 36.6)]),
        feature(2, "East", [box(102.0, 36.0, 103.0, 37.0)], [box(101.4, 36.4, 101.6, 36.6)], [box(102, 38, 103, 39)]),
    )
)


def at(lon: float, lat: float) -> Point:
    return Point(lon=lon, lat=lat)


@pytest.mark.parametrize(
    ("lon", "lat", "adcode"),
    [
        (101.2, 36.5, "1"),
        (102.5, 36.5, "2"),
        (101.5, 36.5, "2"),
        (102.5, 38.5, "2"),
        (102.5, 37.5, None),
        (100.9, 36.5, None),
        (-0.1, 51.5, None),
    ],
)
def test_a_point_is_found_in_its_area(lon: float, lat: float, adcode: str | None):
    assert CITY.find(at(lon, lat)) == adcode


@given(st.floats(101.0, 103.0, exclude_max=True), st.floats(36.0, 37.0, exclude_max=True))
def test_every_point_of_the_city_lies_in_exactly_one_area(lon: float, lat: float):
    assert sum(area.contains(lon, lat) for area in CITY.areas) == 1


@given(st.floats(36.0, 37.0, exclude_max=True))
def test_a_point_on_a_slanted_common_border_belongs_to_one_area_only(lat: float):
    slanted = AreaMap.from_geojson(
        collection(
            feature("1", "West", [[[101.0, 36.0], [101.7, 36.0], [102.3, 37.0], [101.0, 37.0], [101.0, 36.0]]]),
            feature("2", "East", [[[102.3, 37.0], [101.7, 36.0], [103.0, 36.0], [103.0, 37.0], [102.3, 37.0]]]),
        )
    )
    lon = 101.7 + (lat - 36.0) * 0.6
    assert sum(area.contains(lon, lat) for area in slanted.areas) == 1


def test_a_point_sent_in_gcj02_is_converted_before_it_is_looked_up():
    # The known pair of Tiananmen: GCJ-02 lies 500 metres to the east.
    line = (116.391349 + 116.397455) / 2
    halves = AreaMap.from_geojson(
        collection(feature("w", "West", [box(116, 39, line, 40)]), feature("e", "East", [box(line, 39, 117, 40)]))
    )
    assert halves.find(Point(lon=116.397455, lat=39.909187, crs=Crs.GCJ02)) == "w"
    assert halves.find(Point(lon=116.397455, lat=39.909187, crs=Crs.WGS84)) == "e"


@pytest.mark.parametrize(
    ("gcj02", "wgs84"),  # published pairs of eviltransform's own tests
    [
        ((121.531541859215, 31.17530398364597), (121.5272106, 31.1774276)),
        ((113.9171764808363, 22.540796131694766), (113.912316, 22.543847)),
        ((116.38404722455657, 39.91334545536069), (116.377817, 39.911954)),
    ],
)
def test_published_pairs_of_points_agree(gcj02: tuple[float, float], wgs84: tuple[float, float]):
    converted = to_wgs84(Point(lon=gcj02[0], lat=gcj02[1], crs=Crs.GCJ02))
    assert (converted.lon, converted.lat) == pytest.approx(wgs84, abs=1e-7)
    assert converted.crs is Crs.WGS84


def test_outside_of_china_both_systems_are_the_same():
    for lon, lat in ((-73.98, 40.75), (139.7, 35.68), (151.2, -33.87)):
        assert to_wgs84(Point(lon=lon, lat=lat, crs=Crs.GCJ02)) == at(lon, lat)


@given(st.floats(73, 137), st.floats(1, 55))
def test_neighbours_stay_neighbours_when_they_are_converted(lon: float, lat: float):
    assume(abs(lon - 105) > 0.001)  # the formula's root is steep on that meridian
    one = to_wgs84(Point(lon=lon, lat=lat, crs=Crs.GCJ02))
    other = to_wgs84(Point(lon=lon + 1e-5, lat=lat + 1e-5, crs=Crs.GCJ02))
    assert other.lon - one.lon == pytest.approx(1e-5, rel=0.05)
    assert other.lat - one.lat == pytest.approx(1e-5, rel=0.05)
    assert abs(one.lon - lon) + abs(one.lat - lat) < 0.03


def test_areas_near_a_point_come_with_its_own_first():
    on_the_east_side = 102.0 + 100 / 89_500  # about 100 metres at this latitude
    assert CITY.near(at(on_the_east_side, 36.2)) == ("2", "1")
    assert CITY.near(at(on_the_east_side, 36.2), metres=50) == ("2",)
    assert CITY.near(at(102.5, 36.5)) == ("2",)


@pytest.mark.parametrize("smaller_first", [True, False])
def test_of_areas_within_each_other_the_smallest_answers(smaller_first: bool) -> None:
    county, town = feature("county", "County", [box(100, 30, 104, 34)]), feature("town", "Town", [box(101, 31, 102, 32)])
    nested = AreaMap.from_geojson(collection(*((town, county) if smaller_first else (county, town))))
    assert (nested.find(at(101.5, 31.5)), nested.near(at(101.5, 31.5))) == ("town", ("town",))
    assert (nested.find(at(103, 33)), nested.near(at(103, 33))) == ("county", ("county",))
    assert nested.near(at(102.001, 31.5)) == ("county", "town")


def test_areas_near_a_point_outside_of_the_city_come_by_distance():
    south_west_of_the_corner = at(102.0 - 0.001, 36.0 - 0.0005)  # 56 metres from West, 105 from East
    assert CITY.near(south_west_of_the_corner) == ("1", "2")
    assert CITY.near(south_west_of_the_corner, metres=80) == ("1",)
    assert CITY.near(at(102.0, 35.9)) == ()


def test_the_names_of_areas_are_kept():
    assert [(area.adcode, area.name) for area in CITY.areas] == [("1", "West"), ("2", "East")]


@pytest.mark.parametrize("lon", [float("nan"), float("inf"), -181.0, 1e9])
def test_no_point_is_made_of_what_is_no_place(lon: float):
    with pytest.raises(ValueError, match="longitude"):
        at(lon, 36.0)


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (None, "Feature 2 needs"),
        ({"type": "Feature", "properties": {"adcode": "9", "name": "North"}, "geometry": None}, "Feature 2 needs"),
        (feature("", "North", [box(0, 0, 1, 1)]), r"Feature 2 \(North\) needs the properties"),
        (feature("9", None, [box(0, 0, 1, 1)]), r"Feature 2 \(9\) needs the properties"),
        (feature("1", "North", [box(0, 0, 1, 1)]), r"Feature 2 \(North\) has the adcode 1 of an earlier feature"),
        (feature("9", "North", [[[0, 0], [1, 1], [0, 0]]]), r"Feature 2 \(North\) .* fewer than three corners"),
        (feature("9", "North", [box(12_000_000, 4_000_000, 12_100_000, 4_100_000)]), r"Feature 2 \(North\) .* degrees"),
        (feature("9", "North", [[[0, 0], [1, "x"], [2, 2], [0, 0]]]), r"Feature 2 \(North\) .* can't be read"),
        (feature("9", "North", [[[0, 0], [1, 1], [2]]]), r"Feature 2 \(North\) .* can't be read"),
        (feature("9", "North", [[[0, 5], [1, 5], [2, 5], [0, 5]]]), r"Feature 2 \(North\) .* without any surface"),
        (
            {"properties": {"adcode": "9", "name": "North"}, "geometry": {"type": "Point", "coordinates": [1, 2]}},
            r"Feature 2 \(North\) .*it is a Point",
        ),
        ({"properties": {"adcode": "9", "name": "North"}, "geometry": {}}, r"Feature 2 \(North\) .* can't be read"),
    ],
)
def test_a_bad_feature_is_named(bad: Any, told: str):
    with pytest.raises(ValueError, match=told):
        AreaMap.from_geojson(collection(feature("1", "West", [box(101, 36, 102, 37)]), bad))


@pytest.mark.parametrize("document", [{}, [], None, {"type": "Feature"}, collection(), {"type": "FeatureCollection"}])
def test_what_is_no_collection_of_areas_is_refused(document: Any):
    with pytest.raises(ValueError, match="FeatureCollection"):
        AreaMap.from_geojson(document)


@pytest.mark.parametrize(
    ("lon", "lat"), [(101.0, 36.5), (102.0, 36.5), (101.5, 36.0), (101.5, 37.0), (102.0, 37.0), (101.0, 36.0)]
)
def test_a_point_on_any_side_of_the_outer_border_lies_inside(lon: float, lat: float) -> None:
    alone = AreaMap.from_geojson(collection(feature("1", "West", [box(101, 36, 102, 37)])))
    assert alone.find(Point(lon=lon, lat=lat)) == "1"
    assert alone.find(Point(lon=lon + 1.001, lat=lat)) is None
