"""Where something is: points in two coordinate systems, and which area of the city a point lies in.

Areas are kept in WGS-84 (CGCS2000 is the same here). WeChat and Chinese maps send GCJ-02, shifted by 60 to 675 metres:
`AreaMap` converts every point that says so, callers only have to say what they have.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self


class Crs(StrEnum):
    """Coordinate reference system of a point."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A place on Earth in degrees; raises ValueError when there is no such place."""

    lon: float
    lat: float
    crs: Crs = Crs.WGS84

    def __post_init__(self) -> None:
        if not (-180 <= self.lon <= 180 and -90 <= self.lat <= 90):
            raise ValueError("A place needs a longitude from -180 to 180 and a latitude from -90 to 90 degrees.")


def point_at(lon: float | None, lat: float | None, crs: str) -> Point | None:
    """Give the point that somebody shared; None if they shared none."""
    return None if lon is None or lat is None else Point(lon=lon, lat=lat, crs=Crs(crs))


# The shift's formula and numbers are public knowledge (eviltransform, coordtransform and others agree on them).
_SEMI_MAJOR_AXIS = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_CHINA = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north: outside of this box nothing is shifted
_METRES_A_DEGREE = 111_195.0
ON_BORDER_METRES = 0.01
"""A point this close to the border of the outermost area lies on it: coordinates have no more digits that mean something."""


def to_wgs84(point: Point) -> Point:
    """Convert a point to WGS-84, exact to 1e-7 degrees (a centimetre); outside China's box both systems are the same."""
    west, south, east, north = _CHINA
    if point.crs is Crs.WGS84:
        return point
    if not (west <= point.lon <= east and south <= point.lat <= north):
        return Point(lon=point.lon, lat=point.lat)
    lon, lat = point.lon, point.lat
    # The shift changes by less than a hundredth of the way, so each round gains two digits: four or five are enough.
    # The bound is for the meridian of 105 degrees, where the formula's root is too steep for the last digit to settle.
    for _ in range(10):
        shifted_lon, shifted_lat = _shift(lon, lat)
        off_lon, off_lat = lon + shifted_lon - point.lon, lat + shifted_lat - point.lat
        lon, lat = lon - off_lon, lat - off_lat
        if abs(off_lon) < 1e-8 and abs(off_lat) < 1e-8:
            break
    return Point(lon=lon, lat=lat)


def _shift(lon: float, lat: float) -> tuple[float, float]:
    """Give what GCJ-02 adds to a WGS-84 place, in degrees of longitude and latitude."""
    x, y = lon - 105.0, lat - 35.0
    ripple = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + ripple
    north += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + ripple
    east += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    radians = math.radians(lat)
    magic = 1 - _ECCENTRICITY_SQUARED * math.sin(radians) ** 2
    meridian = _SEMI_MAJOR_AXIS * (1 - _ECCENTRICITY_SQUARED) / magic**1.5
    parallel = _SEMI_MAJOR_AXIS / math.sqrt(magic) * math.cos(radians)
    return math.degrees(east / parallel), math.degrees(north / meridian)


def metres_between(one: Point, other: Point) -> float:
    """Give the distance of two points as the crow flies, in metres; within a city exact to a thousandth."""
    one, other = to_wgs84(one), to_wgs84(other)
    north = other.lat - one.lat
    east = (other.lon - one.lon) * math.cos(math.radians((one.lat + other.lat) / 2))
    return _METRES_A_DEGREE * math.hypot(north, east)


_Edge = tuple[float, float, float, float]  # longitude and latitude of the southern end, then of the northern end


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """One district with its border, cut into bands of latitude so that a look-up reads a few edges instead of thousands."""

    adcode: str
    name: str
    west: float
    south: float
    east: float
    north: float
    bands: tuple[tuple[_Edge, ...], ...]

    def band(self, lat: float) -> int:
        """Give the number of the band that holds a latitude, the nearest one for a latitude outside."""
        number = int((lat - self.south) / (self.north - self.south) * len(self.bands))
        return min(max(number, 0), len(self.bands) - 1)

    def contains(self, lon: float, lat: float) -> bool:
        """Say whether a WGS-84 place lies inside, by the even-odd rule; of two areas that share a border exactly one says yes."""
        if not (self.west <= lon <= self.east and self.south <= lat <= self.north):
            return False
        inside = False
        for lon1, lat1, lon2, lat2 in self.bands[self.band(lat)]:
            if lat1 <= lat < lat2 and lon < lon1 + (lat - lat1) * (lon2 - lon1) / (lat2 - lat1):
                inside = not inside
        return inside

    def metres_to_border(self, lon: float, lat: float, within: float) -> float:
        """Give the distance to the border in metres, or infinity when it is more than `within`."""
        tall = within / _METRES_A_DEGREE
        metres_east = _METRES_A_DEGREE * math.cos(math.radians(lat))
        wide = within / max(metres_east, 1.0)
        if not (self.west - wide <= lon <= self.east + wide and self.south - tall <= lat <= self.north + tall):
            return math.inf
        nearest = math.inf
        for band in self.bands[self.band(lat - tall) : self.band(lat + tall) + 1]:
            for lon1, lat1, lon2, lat2 in band:
                x, y = (lon1 - lon) * metres_east, (lat1 - lat) * _METRES_A_DEGREE
                along, up = (lon2 - lon1) * metres_east, (lat2 - lat1) * _METRES_A_DEGREE
                foot = min(max(-(x * along + y * up) / (along * along + up * up), 0.0), 1.0)
                nearest = min(nearest, math.hypot(x + foot * along, y + foot * up))
        return nearest if nearest <= within else math.inf


_WITHOUT_SURFACE = (None, "Point", "MultiPoint", "LineString", "MultiLineString")


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaMap:
    """The areas of one city, in the order of their file."""

    areas: tuple[Area, ...]

    @classmethod
    def from_geojson(cls, document: Mapping[str, Any]) -> Self:
        """Read a FeatureCollection (RFC 7946, WGS-84) of Polygons and MultiPolygons with the properties `adcode` and `name`.

        Raises ValueError with a sentence that names the first bad feature.
        """
        if not isinstance(document, Mapping) or document.get("type") != "FeatureCollection":
            raise ValueError("The areas must be a GeoJSON FeatureCollection.")
        features = document.get("features")
        if not isinstance(features, list) or not features:
            raise ValueError("The FeatureCollection of areas has no features.")
        areas: dict[str, Area] = {}
        for number, feature in enumerate(features, 1):
            area = _area(feature, number)
            if area.adcode in areas:
                raise ValueError(f"Feature {number} ({area.name}) has the adcode {area.adcode} of an earlier feature.")
            areas[area.adcode] = area
        return cls(areas=tuple(areas.values()))

    def find(self, point: Point) -> str | None:
        """Give the adcode of the area that a point lies in, or on whose border; None when it lies in none.

        Of areas within each other it is the smallest.
        """
        place = to_wgs84(point)
        own = self._around(place)
        # The even-odd rule leaves out the eastern and the northern border, which no neighbour has where the map ends.
        on = (area.adcode for area in self.areas if area.metres_to_border(place.lon, place.lat, ON_BORDER_METRES) < math.inf)
        return own.adcode if own else next(on, None)

    def near(self, point: Point, metres: float = 200) -> tuple[str, ...]:
        """Give the adcodes of the areas that a point may belong to: its own, then by distance those with a border so close."""
        place = to_wgs84(point)
        own = self._around(place)
        reached: list[tuple[float, str]] = []
        for area in self.areas:
            distance = -1.0 if area is own else area.metres_to_border(place.lon, place.lat, metres)
            if distance <= metres:
                reached.append((distance, area.adcode))
        return tuple(adcode for _, adcode in sorted(reached))

    def _around(self, place: Point) -> Area | None:
        """Give the smallest area that a WGS-84 place lies in."""
        inside = [area for area in self.areas if area.contains(place.lon, place.lat)]
        return min(inside, key=lambda area: (area.east - area.west) * (area.north - area.south), default=None)


def with_surface(document: Any) -> tuple[Any, tuple[str, ...]]:
    """Leave out the features of a FeatureCollection that have no surface, such as points, and name these."""
    features = document.get("features") if isinstance(document, Mapping) else None
    if not isinstance(features, list):
        return document, ()
    kept, named = [], []
    for number, feature in enumerate(features, 1):
        geometry = feature.get("geometry", "") if isinstance(feature, Mapping) else ""
        kind = geometry.get("type", "") if isinstance(geometry, Mapping) else geometry
        if kind in _WITHOUT_SURFACE:
            properties = feature.get("properties")
            name = properties.get("name") if isinstance(properties, Mapping) else None
            named.append(f"Feature {number} ({name or 'no name'}), {kind or 'null'}")
        else:
            kept.append(feature)
    return {**document, "features": kept}, tuple(named)


def _area(feature: Any, number: int) -> Area:
    properties = feature.get("properties") if isinstance(feature, Mapping) else None
    geometry = feature.get("geometry") if isinstance(feature, Mapping) else None
    if not isinstance(properties, Mapping) or not isinstance(geometry, Mapping):
        raise ValueError(f"Feature {number} needs `properties` and a `geometry`.")
    name, adcode = properties.get("name"), properties.get("adcode")
    if isinstance(adcode, int) and not isinstance(adcode, bool):
        adcode = str(adcode)
    if not isinstance(adcode, str) or not adcode.strip() or not isinstance(name, str) or not name.strip():
        raise ValueError(f"Feature {number} ({name or adcode or 'no name'}) needs the properties `adcode` and `name`.")
    try:
        edges = list(_edges(geometry))
    except (TypeError, ValueError, KeyError, IndexError, OverflowError) as error:
        raise ValueError(f"Feature {number} ({name}) has a geometry that can't be read ({error}).") from error
    lons = [lon for edge in edges for lon in (edge[0], edge[2])]
    lats = [lat for edge in edges for lat in (edge[1], edge[3])]
    if not edges or min(lons) == max(lons) or min(lats) == max(lats):
        raise ValueError(f"Feature {number} ({name}) has a geometry without any surface.")
    empty = Area(
        adcode=adcode.strip(),
        name=name.strip(),
        west=min(lons),
        south=min(lats),
        east=max(lons),
        north=max(lats),
        bands=((),) * min(max(len(edges) // 4, 1), 500),
    )
    bands: list[list[_Edge]] = [[] for _ in empty.bands]
    for edge in edges:
        for number_of_band in range(empty.band(edge[1]), empty.band(edge[3]) + 1):
            bands[number_of_band].append(edge)
    return replace(empty, bands=tuple(map(tuple, bands)))


def _edges(geometry: Mapping[str, Any]) -> Iterator[_Edge]:
    """Give the edges of all rings, holes too: the even-odd rule needs no more."""
    if geometry["type"] == "Polygon":
        polygons = [geometry["coordinates"]]
    elif geometry["type"] == "MultiPolygon":
        polygons = geometry["coordinates"]
    else:
        raise ValueError(f"it is a {geometry['type']}, not a Polygon or MultiPolygon")
    for polygon in polygons:
        for ring in polygon:
            # Point refuses what is no place on Earth, such as swapped or projected coordinates.
            points = [Point(lon=float(position[0]), lat=float(position[1])) for position in ring]
            if len({(point.lon, point.lat) for point in points}) < 3:
                raise ValueError("a ring has fewer than three corners")
            for one, other in zip(points, points[1:] + points[:1], strict=True):
                # Always from south to north: two neighbours then compute the very same numbers for their common border.
                south, north = sorted((one, other), key=lambda point: (point.lat, point.lon))
                if south != north:
                    yield south.lon, south.lat, north.lon, north.lat
