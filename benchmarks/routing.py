"""How well messages and points find their way, in one table.

    python benchmarks/routing.py DATA [--model FILE] [--city FOLDER]

DATA is a folder with teddyc_routing_dev.csv (title, body, label), area_points.csv (city, lon, lat, gcj_lon, gcj_lat, adcode,
second_source_agrees, border_m) and areas_CITY.geojson; what is not there is skipped. Nothing here is tuned on these files but the
model that ships, which was trained on teddyc_routing_train.csv.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from bot.classifiers import SHIPPED
from bot.learning import read_city_folder, read_examples
from domain.cases import CaseKind
from domain.choosing import choose
from domain.classifier import Classifier
from domain.matters import guess_labels, matter
from domain.places import AreaMap, Crs, Point
from domain.training import measure

T = TypeVar("T")
Row = tuple[str, str, str]


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("data", type=Path)
    arguments.add_argument("--model", type=Path, default=SHIPPED)
    arguments.add_argument("--city", type=Path, default=Path("examples/xining"))
    given = arguments.parse_args()
    data = given.model.read_bytes()
    classifier = Classifier.from_bytes(data)
    rows = [("model, KiB", f"{len(data) / 1024:.0f}", "2048 at most"), *_loading(data)]
    rows += _messages(classifier, given.data / "teddyc_routing_dev.csv", given.city)
    rows += _points(given.data)
    for what, measured, wanted in rows:
        print(f"| {what:<58} | {measured:>8} | {wanted:<12} |")


def _loading(data: bytes) -> Iterator[Row]:
    yield "load the model, ms", f"{_best(lambda _: Classifier.from_bytes(data), range(20)) / 1000:.1f}", "50 at most"


def _messages(classifier: Classifier, path: Path, city_folder: Path) -> Iterator[Row]:
    if not path.exists():
        yield "messages", "skipped", path.name
        return
    examples = read_examples(path)
    whole, short = measure(classifier, examples), measure(classifier, examples, short=True)
    yield f"accuracy ({len(examples)} messages)", f"{whole['accuracy']:.3f}", ".915"
    yield "macro-F1", f"{whole['macro_f1']:.3f}", ".910"
    yield "right one among three", f"{whole['top_three']:.3f}", ".995"
    yield "first 40 characters of the body", f"{short['accuracy']:.3f}", ".82"
    yield "first 40 characters, among three", f"{short['top_three']:.3f}", ".965"
    yield "surest 80 %", f"{whole['surest']:.3f}", ".955"
    yield "sure enough to go straight", f"{whole['share_straight']:.3f}", ""
    yield "  of these wrong", f"{whole['wrong']:.3f}", ".05 at most"
    texts = [(one.text * 40)[:200] for one in examples]
    yield "classify 200 characters, microseconds", f"{_best(classifier.guess, texts):.0f}", "300"
    city = read_city_folder(city_folder)
    district = city.subareas(city.root_area.code)[1].name
    for what, begins in (("first 40 characters", 40), ("first 20 characters", 20)):
        for before in ("", f"{district}，"):
            said = [matter(city, before + one.short[:begins]) for one in examples]
            best = [guess_labels(city, classifier, text)[0].label for text in said]
            right = sum(label == one.label for label, one in zip(best, examples, strict=True)) / len(examples)
            yield f"{what}{' behind ' + district if before else ', as routed'}", f"{right:.3f}", "the same" if before else ""
    whole_us = _best(lambda text: choose(city, classifier, CaseKind.COMPLAINT, text), texts[:200])
    yield "the whole decision for them, microseconds", f"{whole_us:.0f}", ""


def _points(folder: Path) -> Iterator[Row]:
    path = folder / "area_points.csv"
    if not path.exists():
        yield "points", "skipped", path.name
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        points = [row for row in csv.DictReader(file) if row["second_source_agrees"] == "1"]
    cities = sorted({row["city"] for row in points})
    maps = {city: AreaMap.from_geojson(json.loads((folder / f"areas_{city}.geojson").read_text("utf-8"))) for city in cities}
    wgs = [(maps[row["city"]], Point(lon=float(row["lon"]), lat=float(row["lat"])), row["adcode"]) for row in points]
    gcj = [
        (maps[row["city"]], Point(lon=float(row["gcj_lon"]), lat=float(row["gcj_lat"]), crs=Crs.GCJ02), row["adcode"])
        for row in points
    ]
    for name, some in (("WGS-84", wgs), ("GCJ-02, converted", gcj)):
        right = sum(area_map.find(point) == adcode for area_map, point, adcode in some) / len(some)
        yield f"area of {len(some)} points, {name}", f"{right:.1%}", "100%"
    raw = sum(m.find(Point(lon=p.lon, lat=p.lat)) == adcode for m, p, adcode in gcj) / len(gcj)
    yield "  GCJ-02 taken for WGS-84", f"{raw:.1%}", ""
    close = [area_map.near(point) for (area_map, point, _), row in zip(wgs, points, strict=True) if float(row["border_m"]) < 200]
    both = sum(len(found) > 1 for found in close)
    yield f"within about 200 m of a border: two or more offered, of {len(close)}", str(both), ""
    yield "area of a point, microseconds", f"{_best(lambda one: one[0].find(one[1]), wgs):.1f}", "20"
    yield "area of a GCJ-02 point, microseconds", f"{_best(lambda one: one[0].find(one[1]), gcj):.1f}", "20"
    yield "areas near a point, microseconds", f"{_best(lambda one: one[0].near(one[1]), wgs):.1f}", ""


def _best(work: Callable[[T], object], given: Sequence[T]) -> float:
    """Take the best of five rounds, in microseconds for each: what else the machine does only adds."""
    rounds = []
    for _ in range(5):
        begin = time.perf_counter()
        for one in given:
            work(one)
        rounds.append((time.perf_counter() - begin) / len(given) * 1e6)
    return min(rounds)


if __name__ == "__main__":
    main()
