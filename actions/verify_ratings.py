"""Proving the ratings of a window: each is the one its chain recorded, and the figures are those that the chain gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from domain.ledger import Entry
from domain.ratings import RatingEvent
from storage import rating_figures, ratings
from storage.database import Tx
from storage.rating_figures import Cell, Counted
from storage.ratings import Rating


@dataclass(frozen=True, slots=True)
class Recorded:
    """A rating as its window's chain gives it: where it stands, as what, and the hash and files of its words."""

    cell: Cell
    counted: Counted
    text: str
    files: list[str]
    case: str | None


def recount(window: str, rows: Iterable[Entry]) -> tuple[dict[str, Recorded], Counter[tuple[Cell, Counted]]]:
    """Give the ratings and figures of a window from its chain alone. Raises KeyError or ValueError for rows that tell none."""
    found: dict[str, Recorded] = {}
    figures: Counter[tuple[Cell, Counted]] = Counter()
    for row in rows:
        said = row.payload
        id = str(said["rating"])
        before = found.get(id)
        match RatingEvent(row.event):
            case RatingEvent.RATE | RatingEvent.CHANGE | RatingEvent.ERASE:
                found[id] = _said(window, row)
            case RatingEvent.STRIKE:
                found[id] = Recorded(found[id].cell, Counted.STRUCK, found[id].text, found[id].files, found[id].case)
                figures[found[id].cell, Counted.GRANTED] += bool(said.get("appeal"))
            case RatingEvent.APPEAL:
                figures[found[id].cell, Counted.APPEALED] += 1
            case RatingEvent.REFUSE_APPEAL:
                figures[found[id].cell, Counted.REFUSED] += 1
            case RatingEvent.FLAG | RatingEvent.KEEP:
                pass
        if before != found[id]:
            figures[found[id].cell, found[id].counted] += 1
            if before:
                figures[before.cell, before.counted] -= 1
    return found, Counter({cell: n for cell, n in figures.items() if n})


async def verify_window(tx: Tx, subject: str, rows: Sequence[Entry], problems: list[str]) -> int:
    """Hold the ratings and figures of a window against its chain; return how many texts were held."""
    window = subject.removeprefix("window:")
    try:
        recorded, figures = recount(window, rows)
    except (KeyError, ValueError):
        problems.append(f"{subject}: what the chain says of ratings can't be read.")
        return 0
    kept = {rating.id: rating for rating in await ratings.at_window(tx, window)}
    problems += [f"{subject}: the rating {id} is missing." for id in recorded.keys() - kept.keys()]
    problems += [f"{subject}: the rating {id} was never recorded." for id in kept.keys() - recorded.keys()]
    for id in recorded.keys() & kept.keys():
        if _held(kept[id]) != recorded[id]:
            problems.append(f"{subject}: the rating {id} is not the one that was recorded.")
    if await rating_figures.of_window(tx, window) != figures:
        problems.append(f"{subject}: the figures are not those that the chain gives.")
    return len(recorded)


def _said(window: str, row: Entry) -> Recorded:
    said = row.payload
    day, files, case = date.fromisoformat(str(said["day"])), said["files"], said["case"]
    cell = Cell(window=window, hall=str(said["hall"]), unit=str(said["unit"]), day=day, verified=bool(said["verified"]))
    words = [str(file) for file in files] if isinstance(files, list) else []
    return Recorded(cell, Counted(str(said["level"])), str(said["text"]), words, str(case) if case else None)


def _held(rating: Rating) -> Recorded:
    return Recorded(rating.cell, rating.counted, rating.hash, list(rating.files), rating.case)
