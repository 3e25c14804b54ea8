"""How often the right upper category is among those that a citizen is offered.

    python benchmarks/suggestions.py FILE.csv [--city FOLDER] [--rows 300]

FILE has the columns title, body and label; a label is the name of an upper category, or one of RENAMED. Printed are three shares:
right among all that is offered (words first, then upper ones), right among all that the words speak for, right by the best one.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

from domain.cases import CaseKind
from domain.city_files import read_city
from domain.routing import category_scores, offer_categories

RENAMED = {"卫生计生": "卫生健康"}


def main() -> None:
    """Count and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("file", type=Path)
    arguments.add_argument("--city", type=Path, default=Path("examples/xining"))
    arguments.add_argument("--rows", type=int, default=300)
    given = arguments.parse_args()
    if not given.file.exists():
        sys.exit(f"skipped: {given.file} is not there")
    files = {path.name: path.read_bytes() for path in given.city.iterdir() if path.suffix in (".toml", ".csv", ".geojson")}
    city = read_city(files).city
    if city is None:
        sys.exit(f"{given.city} has problems: huiyin city check {given.city}")
    codes = {category.name: category.code for category in city.top_categories}
    with given.file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))[: given.rows]
    offered = spoken_for = first = counted = 0
    for row in rows:
        right = codes.get(RENAMED.get(row["label"], row["label"]))
        if right is None:
            continue
        counted += 1
        text = f"{row['title']}\n{row['body']}"
        scores = category_scores(city, CaseKind.COMPLAINT, text)
        offered += right in {city.upper_category(code) for code in offer_categories(city, CaseKind.COMPLAINT, text)}
        spoken_for += right in {city.upper_category(code) for code in scores}
        first += bool(scores) and city.upper_category(max(scores, key=lambda code: scores[code])) == right
    print(f"{counted} rows ({len(rows) - counted} without a category of that name)")
    for name, count in (("offered", offered), ("by any word", spoken_for), ("by the best word", first)):
        print(f"{name:<20}{count:>6}  {count / counted:.1%}" if counted else f"{name:<20}     0")


if __name__ == "__main__":
    main()
