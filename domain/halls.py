"""Finding a hall or a window: by district or by place."""

from __future__ import annotations

from domain.city import Area, City, Hall
from domain.places import Point, metres_between


def district_of(city: City, area: str) -> Area:
    """Give the district that an area lies in: the one right below the city, or the city itself."""
    path = city.area_path(area)
    return city.areas[path[-2] if len(path) > 1 else path[-1]]


def districts_with_halls(city: City) -> tuple[Area, ...]:
    """Give the districts that have halls, in the order of the areas' file."""
    having = {district_of(city, hall.area).code for hall in city.halls.values()}
    return tuple(area for area in city.areas.values() if area.code in having)


def halls_of(city: City, district: str) -> tuple[Hall, ...]:
    """Give the halls in a district, in the order of their file."""
    return tuple(hall for hall in city.halls.values() if district_of(city, hall.area).code == district)


def halls_near(city: City, place: Point) -> tuple[tuple[Hall, float], ...]:
    """Give the halls whose place is known with their distance in metres as the crow flies, the nearest first."""
    placed = (
        (hall, Point(lon=hall.lon, lat=hall.lat)) for hall in city.halls.values() if hall.lon is not None and hall.lat is not None
    )
    return tuple(sorted(((hall, metres_between(place, at)) for hall, at in placed), key=lambda found: found[1]))
