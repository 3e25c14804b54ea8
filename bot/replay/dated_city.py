"""The city of a file that has its own dates: each sort of matter with each of its time limits is a category.

Areas, units and what city.toml says stay the city's own; whoever is responsible there for what no other rule fits gets the
cases. So a deadline comes out at the file's own due time by the ordinary way, from the category's limit.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.replay.rows import Row
from domain.city import DISCIPLINE, City
from domain.city_files import CATEGORY_COLUMNS, RULE_COLUMNS

SECOND = timedelta(seconds=1)


def dated(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Give rows with the name of their category as their text, and nothing else."""
    return tuple(replace(row, title=_name(row), body="") for row in rows)


def dated_city(files: Mapping[str, bytes], city: City, rows: Sequence[Row]) -> dict[str, bytes]:
    """Give a city's files with the categories of these rows in the place of its own."""
    limits = {_name(row): _limit(row) for row in rows}
    upper = {"code": "all", "name": "replay"}
    categories = [upper] + [
        {"code": f"c{n}", "parent": "all", "name": name, "answer": limit} for n, (name, limit) in enumerate(limits.items())
    ]
    return {
        **files,
        "categories.csv": _table(CATEGORY_COLUMNS, categories),
        "rules.csv": _table(RULE_COLUMNS, _rules_for_all(city)),
    }  # fmt: skip


def _rules_for_all(city: City) -> list[dict[str, str]]:
    """Give the rules that name no category; those of discipline teams, which every area needs, without the one they name."""
    rules: dict[tuple[str | None, bool], dict[str, str]] = {}
    for rule in city.rules:
        confidential = city.units[rule.unit].kind == DISCIPLINE
        if confidential or not rule.category:
            rules.setdefault((rule.area, confidential), {"area": rule.area or "", "unit": rule.unit})
    return list(rules.values())


def _limit(row: Row) -> str:
    # No limit is shorter than a second: what was due when it was created is due a second later.
    return f"{max(1, round((row.due - row.at) / SECOND))}s" if row.due else ""


def _name(row: Row) -> str:
    return f"{row.title} ({_limit(row) or '-'})"


def _table(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
