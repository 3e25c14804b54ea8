"""halls.csv and windows.csv: where people are served, and at which windows. A city without these files has none to rate."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from domain.city import Hall, Window
from domain.city_tables import Problem, Row, Table, meant
from domain.opening_hours import OpeningHours
from domain.places import Point

HALL_COLUMNS = ("code", "unit", "area", "name", "name_en", "address", "lon", "lat", "hours")
HALL_MAY_HAVE = ("address_en", "aliases")
WINDOW_COLUMNS = ("code", "hall", "name", "name_en", "services")

ALWAYS = OpeningHours.parse("daily 00:00-24:00")


def read_halls(
    data: bytes | None, areas: Collection[str] | None, units: Collection[str] | None, problems: list[Problem]
) -> dict[str, Hall] | None:
    """Read the halls; None when there is a file that can't be read. Areas and units are None where theirs can't be."""
    if data is None:
        return {}
    table = Table("halls.csv", HALL_COLUMNS, data, problems, may_have=HALL_MAY_HAVE)
    halls: dict[str, Hall] = {}
    for code, row in table.keyed().items():
        _check_known(table, row, "unit", "units.csv", units)
        _check_known(table, row, "area", "areas.csv", areas)
        if not row["address"]:
            table.complain(row, "address", "This hall has no address.", "Write street and number, so that people find it.")
        name = table.name(row)
        place = _place(table, row)
        halls[code] = Hall(
            code=code,
            unit=row["unit"],
            area=row["area"],
            name=name,
            name_en=row["name_en"] or name,
            address=row["address"],
            address_en=row["address_en"],
            lon=place.lon if place else None,
            lat=place.lat if place else None,
            hours=_hours(table, row),
            aliases=table.aliases(row),
        )
    return halls if table.readable else None


def read_windows(data: bytes | None, halls: Mapping[str, Hall] | None, problems: list[Problem]) -> dict[str, Window]:
    """Read the windows; `halls` is None where they can't be read."""
    if data is None:
        return {}
    table = Table("windows.csv", WINDOW_COLUMNS, data, problems)
    windows: dict[str, Window] = {}
    for code, row in table.keyed().items():
        _check_known(table, row, "hall", "halls.csv", halls)
        name = table.name(row)
        services = tuple(dict.fromkeys(service.strip() for service in row["services"].split("|") if service.strip()))
        windows[code] = Window(code=code, hall=row["hall"], name=name, name_en=row["name_en"] or name, services=services)
    return windows


def _check_known(table: Table, row: Row, column: str, file: str, known: Collection[str] | None) -> None:
    code = row[column]
    if not code:
        table.complain(row, column, f"This row names no {column}.", f"Write the code of the {column}, as it stands in {file}.")
    elif known is not None and code not in known:
        todo = f"{meant(code, known)}Write a code of {file}, or add it there."
        table.complain(row, column, f'The {column} "{code}" is not in {file}.', todo)


def _place(table: Table, row: Row) -> Point | None:
    """Give the place of a hall; None where both cells are blank, or wrong."""
    todo = "Write degrees of WGS-84, such as 101.7782 and 36.6171, or leave both blank: nobody finds the hall by place then."
    if not row["lon"] and not row["lat"]:
        return None
    degrees = []
    for column in ("lon", "lat"):
        try:
            degrees.append(float(row[column]))
        except ValueError:
            table.complain(row, column, f'"{row[column]}" is not a number of degrees.', todo)
    try:
        return Point(lon=degrees[0], lat=degrees[1]) if len(degrees) == 2 else None
    except ValueError as error:
        table.complain(row, "lat", f"There is no such place on Earth. {error}", todo)
        return None


def _hours(table: Table, row: Row) -> OpeningHours:
    try:
        return OpeningHours.parse(row["hours"])
    except ValueError as error:
        todo = "Write them like this: mon-fri 09:00-12:00, 13:30-17:00; sat 09:00-12:00"
        table.complain(row, "hours", str(error), todo)
        return ALWAYS
