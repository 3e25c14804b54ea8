"""The files of a city's folder, read and checked: either a whole `City`, or every problem at once.

city.toml, areas.geojson, areas.csv, units.csv, categories.csv, rules.csv; and halls.csv and windows.csv, if people rate
windows. A problem names file, line, column and what to do, for the reader is a clerk with a spreadsheet. The map's `adcode`
is the area's code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain import city_settings
from domain.cases import CaseKind
from domain.city import DISCIPLINE, UNIT_KINDS, Area, Category, City, Hall, Rule, Unit, Window
from domain.city_halls import read_halls, read_windows
from domain.city_settings import Settings, read_settings
from domain.city_tables import Problem, Row, Table, decoded, meant
from domain.limits import Limit
from domain.places import AreaMap
from domain.routing import route
from domain.working_days import thin_years

AREA_COLUMNS = ("code", "parent", "name", "name_en", "aliases")
UNIT_COLUMNS = ("code", "parent", "kind", "name", "name_en", "head_title")
UNIT_MAY_HAVE = ("aliases",)
CATEGORY_COLUMNS = ("code", "parent", "name", "name_en", "aliases", "kinds", "accept", "answer", "urgent")
CATEGORY_MAY_HAVE = ("label",)
RULE_COLUMNS = ("area", "category", "unit")

YES = ("yes", "true", "1", "y", "是")
NO = ("", "no", "false", "0", "n", "否")


def unknown_labels(files: Mapping[str, bytes], labels: Sequence[str]) -> tuple[Problem, ...]:
    """Find labels of categories that a classifier does not know: mistyped, most often. Such a category is found by its words."""
    problems: list[Problem] = []
    table = Table("categories.csv", CATEGORY_COLUMNS, files.get("categories.csv"), problems, may_have=CATEGORY_MAY_HAVE)
    for row in table.rows:
        if row["label"] and row["label"] not in labels:
            todo = f"{meant(row['label'], labels)}The model knows: {', '.join(labels)}."
            table.complain(row, "label", f'The model does not know the label "{row["label"]}".', todo)
    return tuple(problems)


def thin_calendar(city: City) -> tuple[Problem, ...]:
    """Find years of which the city's table names a few days only: the others would count as they stand in the week."""
    return tuple(
        Problem(
            file=city_settings.FILE,
            column="working_days",
            what=f"The program does not know the holidays of {year}, of which only this many days stand here: {days}. All others"
            " count by the weekday alone, so that cases fall due on holidays.",
            todo="Put in all its holidays and make-up days, or none before the notice is out.",
        )
        for year, days in thin_years(city.working_days).items()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What came of reading the files: a city, or None and at least one problem."""

    city: City | None
    problems: tuple[Problem, ...]


def read_city(files: Mapping[str, bytes]) -> Reading:
    """Read and check a city's files, given by name; other names in `files` are ignored."""
    problems: list[Problem] = []
    settings = read_settings(files.get("city.toml"), problems)
    area_table = Table("areas.csv", AREA_COLUMNS, files.get("areas.csv"), problems)
    areas = _read_areas(area_table)
    area_map, mapped = _read_map(files.get("areas.geojson"), problems)
    if area_table.readable and mapped:
        _check_map(area_table, areas, mapped)
    unit_table = Table("units.csv", UNIT_COLUMNS, files.get("units.csv"), problems, may_have=UNIT_MAY_HAVE)
    units = _read_units(unit_table)
    category_table = Table("categories.csv", CATEGORY_COLUMNS, files.get("categories.csv"), problems, may_have=CATEGORY_MAY_HAVE)
    categories = _read_categories(category_table)
    known_areas = areas if area_table.readable else None
    known_units = units if unit_table.readable else None
    rule_table = Table("rules.csv", RULE_COLUMNS, files.get("rules.csv"), problems)
    rules = _read_rules(rule_table, known_areas, categories if category_table.readable else None, known_units)
    halls = read_halls(files.get("halls.csv"), known_areas, known_units, problems)
    windows = read_windows(files.get("windows.csv"), halls, problems)
    city = _city(settings or Settings(), areas, units, categories, rules, halls or {}, windows, area_map)
    if all(table.readable for table in (area_table, unit_table, rule_table)):
        _check_coverage(rule_table, city)
    return Reading(city=None if problems else city, problems=tuple(problems))


def _city(
    settings: Settings,
    areas: Mapping[str, Area],
    units: Mapping[str, Unit],
    categories: Mapping[str, Category],
    rules: tuple[Rule, ...],
    halls: Mapping[str, Hall],
    windows: Mapping[str, Window],
    area_map: AreaMap | None,
) -> City:
    return City(
        name=settings.name,
        name_en=settings.name_en or settings.name,
        zone=settings.zone,
        languages=settings.languages,
        closing_time=settings.closing_time,
        quiet_hours=settings.quiet_hours,
        morning=settings.morning,
        digest=settings.digest,
        working_days=settings.working_days,
        ladder=settings.ladder,
        areas=areas,
        units=units,
        categories=categories,
        rules=rules,
        halls=halls,
        windows=windows,
        rating_again=settings.ratings.again,
        rating_criteria=settings.ratings.criteria,
        rating_reasons=settings.ratings.reasons,
        area_map=area_map,
    )


def _read_areas(table: Table) -> dict[str, Area]:
    """Return the areas; one whose parent is wrong hangs below the city, so that it causes no further problems."""
    keyed = table.keyed()
    parents = table.parents(keyed)
    areas: dict[str, Area] = {}
    root = next((code for code, row in keyed.items() if not row["parent"]), None)
    for code, row in keyed.items():
        if not row["parent"] and root and code != root:
            what = f'"{row["name"]}" has no parent, but "{keyed[root]["name"]}" is already the whole city.'
            table.complain(row, "parent", what, f'Write "{root}" or the code of a district as its parent.')
        name = table.name(row)
        parent = parents[code] or (root if code != root else None)
        areas[code] = Area(code=code, parent=parent, name=name, name_en=row["name_en"] or name, aliases=table.aliases(row))
    if table.readable and root is None:
        table.complain(None, "parent", "No area stands for the whole city.", "Add a row for the city, with a blank parent.")
    return areas


def _read_map(data: bytes | None, problems: list[Problem]) -> tuple[AreaMap | None, dict[str, str]]:
    """Return the map, None when it has no areas, and the names of its areas by code."""
    text = decoded("areas.geojson", data, problems)
    if text is None:
        return None, {}
    todo = 'Export it again as a GeoJSON "FeatureCollection" in WGS-84; for a city without a map its "features" are [].'
    try:
        document = json.loads(text)
        features = document["features"]
        if not features:
            return None, {}
        area_map = AreaMap.from_geojson(document)
        return area_map, {str(f["properties"]["adcode"]): str(f["properties"]["name"]) for f in features}
    except json.JSONDecodeError as error:
        what = f"The file is not valid JSON: {error.msg} (column {error.colno})."
        problems.append(Problem(file="areas.geojson", line=error.lineno, what=what, todo=todo))
    except (KeyError, TypeError, AttributeError):
        problems.append(Problem(file="areas.geojson", what="The file is not a GeoJSON map of areas.", todo=todo))
    except (ValueError, RecursionError) as error:
        problems.append(Problem(file="areas.geojson", what=f"The map can't be read: {error}", todo=todo))
    return None, {}


def _check_map(table: Table, areas: Mapping[str, Area], mapped: Mapping[str, str]) -> None:
    """Want a row for each area of the map, and a place on the map for each area whose neighbours have one."""
    for code, name in mapped.items():
        if code not in areas:
            what = f'The map has the area "{code}" ({name}), but no row has this code.'
            table.complain(None, "code", what, "Add a row for it, or take it off areas.geojson.")
    rows = {row["code"]: row for row in table.rows}
    levels = {rows[code]["parent"] for code in mapped if code in areas}
    for code, area in areas.items():
        if rows[code]["parent"] in levels - {""} and code not in mapped:
            what = f'"{area.name}" is not on the map, though the areas beside it are.'
            table.complain(rows[code], "code", what, f'Add its border to areas.geojson, with "adcode": "{code}".')


def _read_units(table: Table) -> dict[str, Unit]:
    keyed = table.keyed()
    parents = table.parents(keyed)
    units: dict[str, Unit] = {}
    for code, row in keyed.items():
        name = table.name(row)
        kind = row["kind"]
        if not kind or (kind not in UNIT_KINDS and (meant(kind, UNIT_KINDS) or not re.fullmatch(r"[a-z][a-z_]*", kind))):
            what = f'The kind "{kind}" is unknown.' if kind else "This unit has no kind."
            table.complain(row, "kind", what, f"{meant(kind, UNIT_KINDS)}The usual kinds are: {', '.join(UNIT_KINDS)}.")
        units[code] = Unit(
            code=code,
            parent=parents[code],
            kind=kind,
            name=name,
            name_en=row["name_en"] or name,
            head_title=row["head_title"],
            aliases=table.aliases(row),
        )
    return units


def _read_categories(table: Table) -> dict[str, Category]:
    keyed = table.keyed()
    parents = table.parents(keyed)
    categories: dict[str, Category] = {}
    for code, row in keyed.items():
        name = table.name(row)
        categories[code] = Category(
            code=code,
            parent=parents[code],
            name=name,
            name_en=row["name_en"] or name,
            aliases=table.aliases(row),
            kinds=_kinds(table, row),
            accept=_limit(table, row, "accept"),
            answer=_limit(table, row, "answer"),
            urgent=_urgent(table, row),
            label=row["label"],
        )
    return categories


def _kinds(table: Table, row: Row) -> tuple[CaseKind, ...]:
    kinds = []
    for word in filter(None, (word.strip() for word in row["kinds"].split("|"))):
        if word in list(CaseKind):
            kinds.append(CaseKind(word))
        else:
            todo = f"{meant(word, CaseKind)}Write one or more of these, separated by |: {', '.join(CaseKind)}."
            table.complain(row, "kinds", f'The kind "{word}" is unknown.', todo)
    return tuple(kinds)


def _limit(table: Table, row: Row, column: str) -> Limit | None:
    text = row[column]
    if not text:
        return None
    try:
        return Limit.parse(text)
    except ValueError:
        todo = f"{_as_limit(text)}Times are written 20s, 2h, 3wd (working days) or 15d."
        table.complain(row, column, f'"{text}" is not a time.', todo)
        return None


def _as_limit(text: str) -> str:
    """Return 'Write 3wd. ' for "3 days", in which a clerk means working days; empty when nothing can be guessed."""
    match = re.fullmatch(r"([1-9][0-9]*)\s*(\D+)", text.lower())
    units = {"wd": ("day", "working", "工作日", "wd", "日", "天"), "h": ("h", "小时", "时"), "s": ("s", "秒")}
    for unit, words in units.items():
        if match and any(word in match[2] for word in words):
            return f"Write {match[1]}{unit}. "
    return ""


def _urgent(table: Table, row: Row) -> bool:
    word = row["urgent"].lower()
    if word not in YES and word not in NO:
        table.complain(row, "urgent", f'"{row["urgent"]}" is neither yes nor no.', "Write yes, or leave it blank.")
    return word in YES


def _read_rules(
    table: Table, areas: Mapping[str, Area] | None, categories: Mapping[str, Category] | None, units: Mapping[str, Unit] | None
) -> tuple[Rule, ...]:
    """Return the rules that stand; None for what is not known because its own file can't be read."""
    rules: dict[tuple[str, str, bool], int] = {}
    read: list[Rule] = []
    for row in table.rows:
        fine = _known(table, row, "area", areas) & _known(table, row, "category", categories)
        if not row["unit"]:
            table.complain(row, "unit", "This rule names no unit.", "Write the code of the responsible unit.")
            continue
        if not (_known(table, row, "unit", units) & fine) or units is None:
            continue
        place = (row["area"], row["category"], units[row["unit"]].kind == DISCIPLINE)
        if place in rules:
            what = f"Line {rules[place]} already says who is responsible for this area and category."
            table.complain(row, "unit", what, "Keep one of the two rules.")
            continue
        rules[place] = row.line
        read.append(Rule(area=row["area"] or None, category=row["category"] or None, unit=row["unit"]))
    return tuple(read)


def _known(table: Table, row: Row, column: str, known: Mapping[str, object] | None) -> bool:
    code = row[column]
    if not code or known is None or code in known:
        return True
    file = {"area": "areas.csv", "category": "categories.csv", "unit": "units.csv"}[column]
    todo = f"{meant(code, known)}Write a code of {file}, or add it there."
    table.complain(row, column, f'The {column} "{code}" is not in {file}.', todo)
    return False


def _check_coverage(table: Table, city: City) -> None:
    """Want an owner for whatever no rule fits, and a discipline unit, in every area; told once for an area and its parts."""
    has_discipline = any(unit.kind == DISCIPLINE for unit in city.units.values())
    if not has_discipline:
        what = f'No unit is of kind "{DISCIPLINE}", but misconduct reports may go to such a unit only.'
        todo = f'Add the discipline team with kind "{DISCIPLINE}" to units.csv, and a rule for it.'
        table.complain(None, "unit", what, todo)
    ownerless: set[str] = set()
    unwatched: set[str] = set()
    for code, area in sorted(city.areas.items(), key=lambda item: len(city.area_path(item[0]))):
        if route(city, CaseKind.COMPLAINT, code, None).unit is None:
            ownerless.add(code)
            if area.parent not in ownerless:
                what = f'Nobody is responsible in "{area.name}" ({code}) for what no other rule fits.'
                table.complain(None, "category", what, f"Add a rule with area {code}, a blank category, and a unit.")
        if has_discipline and route(city, CaseKind.MISCONDUCT, code, None).unit is None:
            unwatched.add(code)
            if area.parent not in unwatched:
                what = f'No discipline unit can be reached from "{area.name}" ({code}).'
                table.complain(None, "unit", what, f"Add a rule with area {code} and a unit of kind {DISCIPLINE}.")
