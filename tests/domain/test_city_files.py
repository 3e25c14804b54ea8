from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, time

import pytest

from domain.cases import CaseKind
from domain.city import Rung, RungTo, Times
from domain.city_files import read_city
from domain.city_tables import Problem
from domain.limits import Limit


def square(adcode: str, west: float) -> dict[str, object]:
    ring = [[west, 36.0], [west + 1, 36.0], [west + 1, 37.0], [west, 37.0], [west, 36.0]]
    return {
        "type": "Feature",
        "properties": {"adcode": adcode, "name": f"area {adcode}"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


TOML = """\
name = "河湾市"
name_en = "Hewan"
zone = "Asia/Shanghai"
languages = ["zh_Hans", "en"]
closing_time = "17:30"
ladder = [
    { at = "50%", to = ["contact"] },
    { at = "+1wd", to = ["office", "head"] },
]

[working_days]
"2026-10-10" = true
2026-10-12 = false
"""
AREAS = """\
code,parent,name,name_en,aliases
1,,河湾市,Hewan,河湾
11,1,东区,East,河东|East side
12,1,西区,West,
1101,11,桥南街道,Qiaonan,桥南
"""
UNITS = """\
code,parent,kind,name,name_en,head_title
gov,,government,市政府办公室,City Office,主任
urban,gov,department,城管局,Urban Management,局长
team,,discipline,纪检组,Discipline Team,组长
"""
CATEGORIES = """\
code,parent,name,name_en,aliases,kinds,accept,answer,urgent
clean,,环境卫生,Cleanliness,"脏, 乱|卫生",complaint|suggestion,,4wd,
rubbish,clean,垃圾,Rubbish,垃圾|rubbish,,20s,,
gas,,燃气,Gas,燃气,,,,yes
"""
RULES = """\
area,category,unit
1,,gov
11,clean,urban
,,team
"""
MAP = json.dumps({"type": "FeatureCollection", "features": [square("11", 101.0), square("12", 102.0)]})

FILES = {
    "city.toml": TOML,
    "areas.geojson": MAP,
    "areas.csv": AREAS,
    "units.csv": UNITS,
    "categories.csv": CATEGORIES,
    "rules.csv": RULES,
}


def files(changed: Mapping[str, str | bytes | None]) -> dict[str, bytes]:
    texts = {**FILES, **changed}
    return {name: text if isinstance(text, bytes) else text.encode() for name, text in texts.items() if text is not None}


def problems(changed: Mapping[str, str | bytes | None]) -> tuple[Problem, ...]:
    reading = read_city(files(changed))
    assert (reading.city is None) == bool(reading.problems)
    return reading.problems


def the_problem(changed: Mapping[str, str | bytes | None]) -> Problem:
    found = problems(changed)
    assert len(found) == 1, found
    return found[0]


def place(problem: Problem) -> tuple[str, int | None, str | None]:
    return problem.file, problem.line, problem.column


def test_a_correct_folder_gives_the_whole_city() -> None:
    reading = read_city(files({}))
    assert reading.problems == ()
    city = reading.city
    assert city is not None
    assert (city.name, city.name_en, city.zone.key) == ("河湾市", "Hewan", "Asia/Shanghai")
    assert city.languages == ("zh_Hans", "en")
    assert city.closing_time == time(17, 30)
    assert city.working_days == {date(2026, 10, 10): True, date(2026, 10, 12): False}
    assert city.ladder[1] == Rung(at="+1wd", to=(RungTo.OFFICE, RungTo.HEAD))
    assert city.root_area.code == "1"
    assert city.area_path("1101") == ("1101", "11", "1")
    assert [area.code for area in city.subareas("1")] == ["11", "12"]
    assert city.area("11").aliases == ("河东", "East side")
    assert [unit.code for unit in city.subunits("gov")] == ["urban"]
    assert [category.code for category in city.top_categories] == ["clean", "gas"]
    assert city.category("clean").aliases == ("脏, 乱", "卫生")
    assert city.upper_category("rubbish") == "clean"
    assert city.area_map is not None


def test_kinds_and_times_come_from_the_nearest_category_that_has_them() -> None:
    city = read_city(files({})).city
    assert city is not None
    assert city.suits("rubbish", CaseKind.COMPLAINT)
    assert not city.suits("rubbish", CaseKind.CONSULTATION)
    assert city.suits("gas", CaseKind.MISCONDUCT), "no category of this city names misconduct"
    week, limit = Limit.parse("7d"), Limit.parse
    assert city.times(CaseKind.COMPLAINT, "rubbish") == Times(accept=limit("20s"), answer=limit("4wd"), check=week)
    assert city.times(CaseKind.COMPLAINT, "gas") == Times(accept=limit("2h"), answer=limit("2h"), check=week)
    assert city.times(CaseKind.CONSULTATION, None) == Times(accept=limit("1wd"), answer=limit("3wd"), check=week)
    assert city.times(CaseKind.SUGGESTION, None) == Times(accept=limit("1wd"), answer=limit("5wd"), check=week)
    assert city.is_urgent("gas")
    assert not city.is_urgent("rubbish")


def test_misconduct_keeps_to_the_categories_that_name_it() -> None:
    city = read_city(files({"categories.csv": CATEGORIES + "bribe,,索贿,Bribes,红包,misconduct,,,\n"})).city
    assert city is not None
    assert city.suits("bribe", CaseKind.MISCONDUCT)
    assert not city.suits("gas", CaseKind.MISCONDUCT)
    assert not city.suits("bribe", CaseKind.COMPLAINT)


def test_what_the_rules_give_to_a_discipline_team_alone_is_misconduct() -> None:
    categories = CATEGORIES + "bribe,,索贿,Bribes,红包,,,,\n"
    city = read_city(files({"categories.csv": categories, "rules.csv": RULES + "1,bribe,team\n"})).city
    assert city is not None
    assert city.suits("bribe", CaseKind.MISCONDUCT)
    assert not city.suits("bribe", CaseKind.COMPLAINT)
    assert city.suits("gas", CaseKind.COMPLAINT)


def test_what_spreadsheets_write_is_understood() -> None:
    text = "\ufeff" + AREAS.replace("\n", "\r\n").replace("河湾,", '"河湾",') + "\r\n,,,,\r\n"
    assert problems({"areas.csv": text}) == ()


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(name: str) -> None:
    assert place(the_problem({name: None})) == (name, None, None)


@pytest.mark.parametrize(("encoding", "looks_like"), [("gb18030", "GBK"), ("utf-16", "UTF-16")])
def test_another_encoding_is_told_how_to_save_it(encoding: str, looks_like: str) -> None:
    problem = the_problem({"units.csv": UNITS.encode(encoding)})
    assert looks_like in problem.what
    assert "CSV UTF-8" in problem.todo


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "column", "said"),
    [
        ("areas.csv", "name_en", "name_eng", 1, "name_en", "missing"),
        ("areas.csv", "aliases", "aliases,colour", 1, "colour", "unknown"),
        ("areas.csv", "name_en,aliases", "name_en,aliases,name", 1, "name", "2 times"),
        ("areas.csv", "12,1,", ",1,", 4, "code", "no code"),
        ("areas.csv", "12,1,", "11,1,", 4, "code", "line 3"),
        ("areas.csv", "12,1,", "1 2,1,", 4, "code", "32 letters"),
        ("areas.csv", "12,1,", "6.30102E+08,1,", 4, "code", "spreadsheet"),
        ("areas.csv", "1101,11,", "1101,110,", 5, "parent", '"11"'),
        ("areas.csv", "12,1,", "12,,", 4, "parent", "already the whole city"),
        ("areas.csv", "12,1,西区,", "12,1,,", 4, "name", "no name"),
        ("areas.csv", "河东|", "河|", 3, "aliases", "single character"),
        ("areas.csv", "河东|East side", "河东,East side", 3, None, "6 cells"),
        ("areas.csv", "12,1,西区", '12,1,"西区', 4, None, '"'),
        ("units.csv", "department", "deparment", 3, "kind", '"department"'),
        ("units.csv", "department", "", 3, "kind", "no kind"),
        ("units.csv", "department", "局", 3, "kind", "unknown"),
        ("units.csv", "urban,gov", "urban,urban", 3, "parent", "urban → urban"),
        ("categories.csv", "complaint|suggestion", "complaint|sugestion", 2, "kinds", '"suggestion"'),
        ("categories.csv", "4wd", "3 days", 2, "answer", "Write 3wd."),
        ("categories.csv", "4wd", "3个工作日", 2, "answer", "Write 3wd."),
        ("categories.csv", "20s", "2 hours", 3, "accept", "Write 2h."),
        ("categories.csv", "20s", "0s", 3, "accept", "20s, 2h, 3wd"),
        ("categories.csv", "yes", "perhaps", 4, "urgent", "yes"),
        ("rules.csv", "11,clean,urban", "11,clean,", 3, "unit", "names no unit"),
        ("rules.csv", "11,clean,urban", "11,clean,urbn", 3, "unit", '"urban"'),
        ("rules.csv", "11,clean,urban", "13,clean,urban", 3, "area", "areas.csv"),
        ("rules.csv", "11,clean,urban", "11,claen,urban", 3, "category", '"clean"'),
        ("rules.csv", "11,clean,urban", "1,,urban", 3, "unit", "Line 2"),
        ("city.toml", "Asia/Shanghai", "Asia/Shanghia", 3, "zone", '"Asia/Shanghai"'),
        ("city.toml", '"zh_Hans", "en"', '"zh_CN"', 4, "languages", "zh_CN"),
        ("city.toml", "17:30", "half past five", 5, "closing_time", "time of day"),
        ("city.toml", 'name = "河湾市"', 'name = ""', 1, "name", "blank"),
        ("city.toml", "closing_time", "closing_tine", 5, "closing_tine", '"closing_time"'),
        ("city.toml", '"+1wd"', '"1 day later"', 8, "ladder", "1 day later"),
        ("city.toml", '"+1wd"', '"50%"', 8, "ladder", "twice"),
        ("city.toml", '"office"', '"ofice"', 8, "ladder", '"office"'),
        ("city.toml", '"office"', '"citizen"', 8, "ladder", "unknown"),
        ("city.toml", '"2026-10-10"', '"10.10."', 12, "working_days", "year-month-day"),
        ("city.toml", "2026-10-12 = false", '2026-10-12 = "rest"', 13, "working_days", "true for a working day"),
        ("city.toml", 'at = "+1wd"', "at = 1", 6, "ladder", 'no text "at"'),
        ("city.toml", '["contact"]', '"contact"', 7, "ladder", 'no list "to"'),
        ("city.toml", '["contact"]', "[]", 7, "ladder", "tells nobody"),
        ("city.toml", 'to = ["contact"]', 'too = ["contact"]', 7, "ladder", '"too"'),
        ("city.toml", '["zh_Hans", "en"]', '"en"', 4, "languages", "not a list"),
        ("city.toml", 'zone = "Asia/Shanghai"', "", None, "zone", "missing"),
        ("city.toml", "[working_days]", "[working_days", 11, None, "TOML"),
        ("areas.geojson", '"features": [', '"features": [,', 1, None, "JSON"),
        ("areas.geojson", "Polygon", "Point", None, None, "area 11"),
    ],
)
def test_a_slip_is_named_with_its_place_and_what_to_do(
    file: str, old: str, new: str, line: int | None, column: str | None, said: str
) -> None:
    assert old in FILES[file]
    found = problems({file: FILES[file].replace(old, new, 1)})
    problem = next(problem for problem in found if place(problem) == (file, line, column))
    assert said in f"{problem.what} {problem.todo}"
    assert problem.todo.endswith((".", "true")) or ":" in problem.todo


def test_a_misspelled_column_is_recognised() -> None:
    unknown, missing = problems({"areas.csv": AREAS.replace("aliases", "alias", 1)})
    assert place(unknown) == ("areas.csv", 1, "alias")
    assert 'Did you mean "aliases"?' in unknown.todo
    assert place(missing) == ("areas.csv", 1, "aliases")


@pytest.mark.parametrize("mark", [";", "\t", "，"])
def test_other_separators_than_commas_are_recognised(mark: str) -> None:
    problem = the_problem({"rules.csv": RULES.replace(",", mark)})
    assert place(problem) == ("rules.csv", 1, None)
    assert "separated by" in problem.what


def test_lines_are_counted_through_blank_lines_and_cells_of_several_lines() -> None:
    text = AREAS.replace("河湾\n", '"河湾\n湾"\n\n', 1).replace("1101,11,", "1101,99,")
    assert place(the_problem({"areas.csv": text})) == ("areas.csv", 7, "parent")


def test_parents_in_a_circle_are_told_once() -> None:
    text = AREAS.replace("11,1,东区", "11,1101,东区")
    problem = the_problem({"areas.csv": text, "areas.geojson": '{"features": []}'})
    assert place(problem) == ("areas.csv", 3, "parent")
    assert "11 → 1101 → 11" in problem.what


def test_every_problem_of_every_file_is_told_at_once() -> None:
    found = problems(
        {
            "city.toml": TOML.replace("Asia/Shanghai", "Mars/Base"),
            "areas.csv": AREAS.replace("1101,11,", "1101,99,"),
            "units.csv": UNITS.encode("gb18030"),
            "categories.csv": CATEGORIES.replace("4wd", "soon").replace("yes", "perhaps"),
            "rules.csv": RULES.replace("11,clean", "77,claen"),
        }
    )
    assert [place(problem) for problem in found] == [
        ("city.toml", 3, "zone"),
        ("areas.csv", 5, "parent"),
        ("units.csv", 2, None),
        ("categories.csv", 2, "answer"),
        ("categories.csv", 4, "urgent"),
        ("rules.csv", 3, "area"),
        ("rules.csv", 3, "category"),
    ]


def test_an_area_of_the_map_needs_a_row() -> None:
    document = {"type": "FeatureCollection", "features": [square("11", 101), square("12", 102), square("19", 103)]}
    problem = the_problem({"areas.geojson": json.dumps(document)})
    assert problem.file == "areas.csv"
    assert '"19"' in problem.what


def test_a_district_needs_a_border_when_its_neighbours_have_one() -> None:
    document = {"type": "FeatureCollection", "features": [square("11", 101)]}
    problem = the_problem({"areas.geojson": json.dumps(document)})
    assert place(problem) == ("areas.csv", 4, "code")
    assert "西区" in problem.what


def test_a_city_without_a_map_says_so_with_an_empty_one() -> None:
    city = read_city(files({"areas.geojson": '{"type": "FeatureCollection", "features": []}'})).city
    assert city is not None
    assert city.area_map is None


def test_every_area_needs_an_owner_for_what_no_rule_fits() -> None:
    problem = the_problem({"rules.csv": RULES.replace("1,,gov", "12,,gov\n1,clean,gov")})
    assert "河湾市" in problem.what, "its districts without an owner are not told one by one"
    problem = the_problem(
        {"rules.csv": RULES.replace("1,,gov", "12,,gov\n11,,gov"), "areas.csv": AREAS.replace("河湾市", "全市")}
    )
    assert "全市" in problem.what


def test_a_city_needs_a_unit_of_kind_discipline() -> None:
    problem = the_problem({"units.csv": UNITS.replace("discipline", "department")})
    assert "No unit is of kind" in problem.what


def test_every_area_needs_a_discipline_unit() -> None:
    problem = the_problem({"rules.csv": RULES.replace(",,team", "12,,team")})
    assert "No discipline unit can be reached" in problem.what
    assert "河湾市" in problem.what


def test_an_area_may_have_an_owner_and_a_discipline_unit_in_two_rules() -> None:
    assert problems({"rules.csv": RULES.replace(",,team", "1,,team")}) == ()


def test_the_ladder_and_the_office_hours_have_defaults() -> None:
    city = read_city(files({"city.toml": 'name = "河湾市"\nzone = "Asia/Shanghai"\n'})).city
    assert city is not None
    assert (city.name_en, city.closing_time, city.working_days) == ("河湾市", time(18), {})
    assert [rung.at for rung in city.ladder] == ["50%", "-1wd", "0", "+1wd", "+5wd"]


@pytest.mark.parametrize(("key", "line"), [("ladder", 3), ("working_days", 3)])
def test_a_setting_of_the_wrong_shape_is_told_how_it_looks(key: str, line: int) -> None:
    text = f'name = "河湾市"\nzone = "Asia/Shanghai"\n{key} = "none"\n'
    problem = the_problem({"city.toml": text})
    assert place(problem) == ("city.toml", line, key)


def test_a_city_needs_an_area_for_the_whole_of_it() -> None:
    found = problems({"areas.csv": AREAS.replace("1,,河湾市", "1,11,河湾市")})
    assert ("areas.csv", None, "parent") in [place(problem) for problem in found]


def test_an_empty_table_is_told_its_first_line() -> None:
    assert "area,category,unit" in the_problem({"rules.csv": ""}).todo


@pytest.mark.parametrize("at", ["50%", "100%", "-1wd", "0", "+5wd", "+20s", "-2h", "+15d"])
def test_steps_of_the_ladder_may_be_written_so(at: str) -> None:
    assert Rung(at=at, to=(RungTo.HEAD,)).at == at


@pytest.mark.parametrize("at", ["", "0%", "101%", "1wd", "+0d", "-1.5h", "+５d", "noon"])
def test_steps_of_the_ladder_may_not_be_written_so(at: str) -> None:
    with pytest.raises(ValueError, match="is not a step"):
        Rung(at=at, to=(RungTo.HEAD,))
