"""The rows of a file that is replayed: what somebody wrote and when; in a mapped file also until when and when it was done."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.app import NotReady

COLUMNS = {"title": "title", "body": "body", "time": "time"}
DATES = ("due", "closed")
KNOWN = (*COLUMNS, *DATES)
MOST_CHARACTERS = 4096
"""What Telegram's clients put into one message; a longer text they send as several."""
TOLD = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: `n` is its place in the order of time, from 0. `due` and `closed` are None where the file has none."""

    n: int
    title: str
    body: str
    at: datetime
    due: datetime | None = None
    closed: datetime | None = None

    @property
    def messages(self) -> tuple[str, ...]:
        """The messages in which a person would send it."""
        text = "\n".join(part for part in (self.title, self.body) if part)
        return tuple(text[start : start + MOST_CHARACTERS] for start in range(0, len(text), MOST_CHARACTERS))


def read_mapping(text: str) -> dict[str, str]:
    """Read `title=type,time=created,due=due,closed=closed`: our name of a column, and the file's. Raises NotReady."""
    mapping = {}
    for part in text.split(","):
        ours, equals, theirs = (word.strip() for word in part.partition("="))
        if not equals or not theirs or ours not in KNOWN:
            raise NotReady(f'"{part.strip()}" in --map is not NAME=COLUMN with NAME one of {", ".join(KNOWN)}.')
        mapping[ours] = theirs
    if ("due" in mapping) != ("closed" in mapping):
        raise NotReady("--map follows a file's own dates only with both of them: due=COLUMN and closed=COLUMN.")
    if "title" not in mapping or "time" not in mapping:
        raise NotReady("--map needs title=COLUMN and time=COLUMN.")
    return mapping


def read_rows(path: Path, columns: Mapping[str, str], zone: ZoneInfo) -> Sequence[Row]:
    """Read a CSV file in UTF-8 in the order of its times, which are local unless they say otherwise.

    Raises NotReady with the columns that are missing, or the first rows that can't be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            present = reader.fieldnames or ()
            missing = [name for name in columns.values() if name not in present]
            if missing:
                has = ", ".join(present) or "none"
                raise NotReady(f"{path.name} lacks the columns {', '.join(missing)}. It has: {has}. --map names others.")
            raw = [{ours: (line[theirs] or "").strip() for ours, theirs in columns.items()} for line in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise NotReady(f"{path} can't be read as a CSV file in UTF-8: {error}") from error
    problems = list(_problems(raw))
    if problems:
        more = f" ({len(problems) - TOLD} more)" if len(problems) > TOLD else ""
        raise NotReady(f"{path.name} can't be replayed: {' '.join(problems[:TOLD])}{more}")
    if not raw:
        raise NotReady(f"{path.name} has no rows.")
    read = [
        Row(
            n=0,
            title=line["title"],
            body=line.get("body", ""),
            at=_time(line["time"], zone),
            due=_time(line["due"], zone) if line.get("due") else None,
            closed=_time(line["closed"], zone) if line.get("closed") else None,
        )
        for line in raw
    ]
    return [replace(row, n=n) for n, row in enumerate(sorted(read, key=lambda row: row.at))]


def _problems(raw: Sequence[Mapping[str, str]]) -> Iterator[str]:
    for number, line in enumerate(raw, 2):
        if not line["title"] and not line.get("body"):
            yield f"Row {number} has no text."
        for name in ("time", *DATES):
            if name in line and (line[name] or name == "time") and not _is_time(line[name]):
                yield f"Row {number} has no time such as 2019-04-01T08:30:00 in {name}."


def _is_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _time(text: str, zone: ZoneInfo) -> datetime:
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
