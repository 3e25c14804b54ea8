"""The example city in a hurry: rubbish is to be dealt with in seconds, so that a test can watch the ladder."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

XINING = Path(__file__).parent.parent / "examples" / "xining"


def hurried_city(folder: Path, ladder: str, *, accept: str, answer: str) -> Path:
    """Copy the example city into `folder` with another ladder and other times for rubbish; return its folder."""
    city = folder / "city"
    shutil.copytree(XINING, city)
    settings = (city / "city.toml").read_text("utf-8")
    (city / "city.toml").write_text(re.sub(r"^ladder = \[.*?^\]$", f"ladder = {ladder}", settings, flags=re.M | re.S), "utf-8")
    with (city / "categories.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with (city / "categories.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows({**row, "accept": accept, "answer": answer} if row["code"] == "sanitation" else row for row in rows)
    return city
