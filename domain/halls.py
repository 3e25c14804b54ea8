"""Finding a hall or a window: by district, by place, or by a part of a name or of what is done there."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from domain.city import Area, City, Hall, Window
from domain.places import Point, metres_between

LEAST = 2
"""So many characters a short form, and a service named within a sentence, must have."""


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


def windows_named(city: City, typed: str) -> tuple[Window, ...]:
    """Give the windows that typed words mean, in the order of their file.

    Each word has to stand in a name, in either language, of the window, its services, its hall or its district, or be short
    for one: 医保 is 医疗保障. Where no window has them all, a whole sentence means the services that it names.
    """
    words = _folded(typed).split()
    if not words:
        return ()
    told = {window.code: _names(city, window) for window in city.windows.values()}
    found = [code for code, names in told.items() if all(any(_means(word, name) for name in names) for word in words)]
    if found:
        return tuple(city.windows[code] for code in found)
    whole = _folded(typed)
    return tuple(window for window in city.windows.values() if _is_named_in(whole, window.services))


def _names(city: City, window: Window) -> tuple[str, ...]:
    hall = city.halls[window.hall]
    areas = [city.areas[code] for code in city.area_path(hall.area)[:-1]]
    around = (name for area in areas for name in (area.name, area.name_en, *area.aliases))
    own = (window.code, window.name, window.name_en, *window.services, hall.name, hall.name_en)
    return tuple(_folded(name) for name in (*own, *around))


def _means(word: str, name: str) -> bool:
    left = iter(name)
    return word in name or (not word.isascii() and len(word) >= LEAST and all(character in left for character in word))


def _is_named_in(text: str, services: Iterable[str]) -> bool:
    return any(len(service) >= LEAST and _folded(service) in text for service in services)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
