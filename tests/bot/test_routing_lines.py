from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from bot.main import main
from bot.reasons import _per_cent

ROOT = Path(__file__).parents[2]
XINING = ROOT / "examples" / "xining"


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str, lines: bytes = b""
) -> tuple[int, str]:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines)))
    # Its handler would outlive the stream that this test captures.
    monkeypatch.setattr("bot.main.set_up_logs", lambda *, as_json: None)
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out + (said.err if ended.value.code else "")


def test_each_message_gets_its_line_in_the_same_order(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = [
        {"text": "工地拖欠农民工工资，在城东区"},
        {"text": "学校违规补课收费", "lon": 101.7489, "lat": 36.6296},
        {"text": "学校违规补课收费", "lon": 101.7505, "lat": 36.6285, "crs": "gcj02"},
        {"text": ""},
    ]
    lines = "\n".join(json.dumps(one) for one in asked).encode()
    code, out = run(monkeypatch, capsys, "route", "--jsonl", "--city", str(XINING), "--language", "en", lines=lines)
    wages, fees, same, nothing = map(json.loads, out.splitlines())
    assert code == 0
    assert list(wages) == ["labels", "categories", "area", "unit", "confidence", "decision", "reasons"]
    assert (wages["area"], wages["unit"], wages["decision"]) == ("630102", "labour", "straight")
    assert len(wages["labels"]) == 3
    assert wages["labels"][0]["label"] == "劳动和社会保障"
    assert wages["reasons"][0] == "“城东区” in the words names Chengdong District."
    assert fees["area"] == same["area"] == "630104"
    assert fees["reasons"] == same["reasons"]
    assert (nothing["area"], nothing["unit"], nothing["decision"]) == (None, None, "triage")


@pytest.mark.parametrize(
    ("text", "area", "unit", "decision"),
    [
        ("北京市朝阳区的路灯坏了", None, None, "triage"),
        ("城北区不是路灯的问题，是树挡住了红绿灯", "630105", "traffic-police", "ask"),
        ("城北区朝阳东路公交车不停站", "630105001", "bus-company", "ask"),
        ("5路公交车司机甩站，不停车", None, "bus-company", "ask"),
        ("孩子老师在校外收钱补课", None, "education", "straight"),
        ("医保不给报销", None, "medical-insurance", "straight"),
        ("路灯坏了", None, None, "triage"),
        ("😀😀😀", None, None, "triage"),
        ("医保大厅对面的马路上井盖破了", "630103001", "urban-management-630103", "ask"),
        ("海湖新区广场的路灯不亮", "630104", "urban-management-630104", "straight"),
        ("湟中区多巴新区路灯不亮", "630106105", "urban-management-630106", "straight"),
        ("上海市浦东新区的路灯不亮", None, None, "triage"),
        ("湟源路路灯坏了", None, None, "triage"),
        ("大通路灯坏了", "630121", "urban-management-630121", "straight"),
        ("西宁市路灯不亮", "630100", "construction", "ask"),
        ("西宁市的医保不给报销", "630100", "medical-insurance", "straight"),
        ("要求县上管一管，城西区垃圾没人清运", "630104", "urban-management-630104", "straight"),
        ("城管队员收了摊贩的钱，不管占道经营，城西区", "630104", "urban-management-630104", "ask"),
        ("The street lamp in Chengxi is broken", "630104", "urban-management-630104", "ask"),
        ("Street light broken in Chengxi", "630104", "urban-management-630104", "ask"),
        ("No heating in our building", None, "heating-company", "ask"),
        ("Potholes on Bayi Road", "630102006", "urban-management-630102", "ask"),
        ("The street lamps in Hutai are off", "630104003", "urban-management-630104", "ask"),
        ("street lights out in Chaoyang, Beijing", None, None, "triage"),
        ("城中区我想离婚", "630103", None, "triage"),
        ("城中区，有人跳楼", "630103", "construction", "ask"),
        ("有人打架，城中区", "630103", "police", "triage"),
        ("１２號樓的暖氣不熱，城西區", "630104", "heating-company", "straight"),
        ("虎臺街道的路燈壞了", "630104003", "urban-management-630104", "straight"),
    ],
)
def test_what_people_say_in_the_example_city_finds_its_way(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    text: str,
    area: str | None,
    unit: str | None,
    decision: str,
) -> None:
    _, out = run(monkeypatch, capsys, "route", "--jsonl", "--city", str(XINING), lines=json.dumps({"text": text}).encode())
    answered = json.loads(out)
    assert (answered["area"], answered["unit"], answered["decision"]) == (area, unit, decision)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"text": "城西路灯坏了"}, "文中的“城西”指城西区。"),
        ({"text": "湟中县路灯坏了"}, "文中的“湟中县”指湟中区。"),
        ({"text": "八一路与大众街交叉口路灯坏了"}, "文中的“八一路”在城东区。"),
        ({"text": "医保大厅的路灯坏了"}, "文中的“医保大厅”在人民街街道。"),
        ({"text": "大通县城关镇路灯坏了"}, "文中的“城关镇”指大通回族土族自治县城关镇。"),
        ({"text": "城关镇路灯坏了"}, "文中的“城关镇”可能指多个区域：大通回族土族自治县城关镇、湟源县城关镇。"),
        (
            {"text": "城关镇路灯坏了", "lon": 101.68, "lat": 36.93},
            "文中的“城关镇”可能指多个区域；按所发位置，应为大通回族土族自治县城关镇。",
        ),
        ({"text": "朝阳产业园外路灯坏了"}, "文中的“朝阳”可能指朝阳街道，也可能只是别的词语中的字。"),
        ({"text": "遵义市的路灯坏了"}, "文中的“遵义市”不在本市。"),
    ],
)
def test_the_reasons_say_what_is_true_of_a_place_in_the_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], asked: dict[str, object], reason: str
) -> None:
    _, out = run(monkeypatch, capsys, "route", "--jsonl", "--city", str(XINING), lines=json.dumps(asked).encode())
    reasons = json.loads(out)["reasons"]
    assert reasons[0] == reason
    assert not ("遵义市" in reason and "未能判定所在区域。" in reasons)
    assert "%" in reasons[1]
    assert "0." not in "".join(reasons)


def test_nothing_is_said_to_be_certain() -> None:
    assert [_per_cent(p) for p in ("1.00", "0.88", "0.00")] == ["99%", "88%", "1%"]


def test_a_bad_line_says_so_and_the_others_are_answered(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = [
        b"nonsense", b'{"text": 3}', b'{"lon": 1}', b"[" * 100_000, b'{"text": "a", "lon": 200, "lat": 1}',
        b'{"text": "a", "lon": 1}', b'{"text": "a", "lon": true, "lat": 1}', b'{"text": "a", "lon": [1], "lat": 1}',
        b'{"text": "a", "lat": 1, "lon": ' + 400 * b"9" + b"}", b'{"text": "a", "lon": 1, "lat": 1, "crs": ["wgs84"]}',
        *(b'{"text": "a", "lon": 101.7, "lat": 36.6, "crs": ' + crs + b"}" for crs in (b"{}", b"0", b"false", b'""')),
    ]  # fmt: skip
    lines = b"\n".join((b'{"text": "\xe5\x81\x9c\xe6\xb0\xb4"}', *bad, b'{"text": "a"}'))
    code, out = run(monkeypatch, capsys, "route", "--jsonl", "--city", str(XINING), lines=lines)
    first, *rest, last = map(json.loads, out.splitlines())
    assert code == 1
    assert "decision" in first
    assert "decision" in last
    assert all(list(one) == ["error"] for one in rest)
    assert len(rest) == len(bad)
    assert not any(".." in one["error"] for one in rest)


def test_an_empty_line_is_passed_over(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    lines = b'\n{"text": "a"}\n \r\n\n{"text": "b"}\n\n'
    code, out = run(monkeypatch, capsys, "route", "--jsonl", "--city", str(XINING), lines=lines)
    assert (code, len(out.splitlines())) == (0, 2)


def test_without_a_unit_there_is_no_confidence_in_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = json.dumps({"text": "路灯坏了"}).encode()
    _, out = run(monkeypatch, capsys, "route", "--jsonl", "--city", str(XINING), lines=line)
    answered = json.loads(out)
    assert (answered["unit"], answered["confidence"], answered["categories"][0]["p"] > 0.9) == (None, 0.0, True)


def test_a_shared_place_and_words_that_contradict_it_are_asked_about(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = json.dumps({"text": "城东区八一路的路灯不亮", "lon": 101.76, "lat": 36.63}).encode()
    _, out = run(monkeypatch, capsys, "route", "--jsonl", "--city", str(XINING), "--language", "en", lines=line)
    answered = json.loads(out)
    assert (answered["area"], answered["decision"]) == ("630104", "ask")
    assert "The words name Bayi Road Subdistrict, where the shared place is not." in answered["reasons"]
    assert any(reason.startswith("That would be sure enough") for reason in answered["reasons"])


def test_a_language_that_the_city_does_not_speak_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _out = run(monkeypatch, capsys, "route", "--jsonl", "--city", str(XINING), "--language", "fr", lines=b"")
    assert code == 1


def test_whoever_has_read_enough_is_not_shown_an_error() -> None:
    command = [sys.executable, "-m", "bot.main", "route", "--jsonl", "--city", str(XINING)]
    with Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE) as program:
        assert program.stdin
        assert program.stdout
        assert program.stderr
        program.stdout.close()
        program.stdin.write(b'{"text": "a"}\n' * 50)
        program.stdin.close()
        assert (program.wait(60), program.stderr.read()) == (1, b"")


def test_points_are_found_in_any_areas_and_both_are_named_near_a_border(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def square(adcode: str, west: float) -> dict[str, object]:
        ring = [[west, 36.0], [west + 1, 36.0], [west + 1, 37.0], [west, 37.0], [west, 36.0]]
        return {
            "type": "Feature",
            "properties": {"adcode": adcode, "name": adcode},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }

    areas = tmp_path / "areas.geojson"
    areas.write_text(json.dumps({"type": "FeatureCollection", "features": [square("1", 101.0), square("2", 102.0)]}))
    lines = b"""{"lon": 101.5, "lat": 36.5}
{"lon": 102.001, "lat": 36.5}
{"lon": 102.001, "lat": 36.5, "crs": "gcj02"}
{"lon": 1, "lat": 1}"""
    code, out = run(monkeypatch, capsys, "area", "--jsonl", "--areas", str(areas), lines=lines)
    assert code == 0
    assert [json.loads(line) for line in out.splitlines()] == [
        {"area": "1"}, {"area": "2", "near": ["1"]}, {"area": "1", "near": ["2"]}, {"area": None},
    ]  # fmt: skip


def test_a_map_that_is_nested_too_deeply_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    areas = tmp_path / "areas.geojson"
    areas.write_text("[" * 100_000)
    code, out = run(monkeypatch, capsys, "area", "--jsonl", "--areas", str(areas))
    assert code == 1
    assert "nested too deeply" in out


def test_what_has_no_surface_is_left_out_of_a_map_and_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    ring = [[101, 36], [102, 36], [102, 37], [101, 37], [101, 36]]
    square = {"type": "Polygon", "coordinates": [ring]}
    features = [
        {"type": "Feature", "properties": {"adcode": adcode, "name": name}, "geometry": geometry}
        for adcode, name, geometry in (
            ("1", "区", square),
            ("2", "点", {"type": "Point", "coordinates": [1, 2]}),
            ("3", "无", None),
        )
    ]
    areas = tmp_path / "areas.geojson"
    areas.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"lon": 101.5, "lat": 36.5}')))
    monkeypatch.setattr("bot.main.set_up_logs", lambda *, as_json: None)
    with pytest.raises(SystemExit) as ended:
        main(["area", "--jsonl", "--areas", str(areas)])
    said = capsys.readouterr()
    assert (ended.value.code or 0, json.loads(said.out)) == (0, {"area": "1"})
    assert [line.partition(": ")[2] for line in said.err.splitlines()] == [
        "Feature 2 (点), Point, has no surface and is left out.", "Feature 3 (无), null, has no surface and is left out.",
    ]  # fmt: skip


def test_a_model_is_trained_from_a_table_and_used(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    table, model = tmp_path / "labelled.csv", tmp_path / "labels.model"
    with table.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("text", "label"))
        for n in range(200):
            where = "东西南北"[n % 4] + "门街巷口"[n // 4 % 4] + "甲乙丙丁戊己庚辛壬癸子丑寅"[n // 16]
            rows.writerow((f"{where}的路灯又坏了", "灯") if n % 3 else (f"{where}今天又停水了", "水"))
    code, out = run(monkeypatch, capsys, "train", str(table), "--out", str(model), "--check", str(table))
    assert code == 0
    assert "accuracy                      1.000" in out
    assert "labelled.csv, first 40 characters: accuracy 1.000" in out
    code, out = run(
        monkeypatch, capsys, "route", "--jsonl", "--city", str(XINING), "--model", str(model), lines='{"text": "停水"}'.encode()
    )
    assert json.loads(out)["labels"][0]["label"] == "水"


def test_what_is_no_table_and_what_is_no_model_is_refused_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    table = tmp_path / "odd.csv"
    table.write_text("a,b\n1,2\n")
    assert run(monkeypatch, capsys, "train", str(table)) == (
        1,
        f"{table} needs the columns label, and text (or title and body), and at least one row.\n",
    )
    code, out = run(monkeypatch, capsys, "route", "--jsonl", "--city", str(XINING), "--model", str(table))
    assert (code, "is not a model" in out) == (1, True)
