"""Usual answers of units: written once, used often. A dropped one is kept, for answers refer to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Row, Tx
from storage.ids import new_id
from storage.times import ms

MANY = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One usual answer; a `dropped` one is not offered any more."""

    id: str
    unit: str
    title: str
    text: str
    dropped: bool = False


async def write(tx: Tx, unit: str, title: str, text: str, now: datetime) -> Template:
    """Keep a new usual answer."""
    template = Template(id=new_id(now), unit=unit, title=title, text=text)
    await tx.run(
        "INSERT INTO template (id, unit, title, text, created_at) VALUES (:id, :unit, :title, :text, :now)",
        id=template.id,
        unit=unit,
        title=title,
        text=text,
        now=ms(now),
    )
    return template


async def of_unit(tx: Tx, unit: str) -> Sequence[Template]:
    """Read the usual answers of a unit, those used most first (uses are counted up to MANY), then by title."""
    rows = await tx.all(
        "SELECT t.*, (SELECT COUNT(*) FROM (SELECT 1 AS one FROM entry AS e WHERE e.template = t.id LIMIT :many) AS u) AS uses"
        " FROM template AS t WHERE t.unit = :unit AND t.dropped_at IS NULL ORDER BY uses DESC, t.title, t.id",
        unit=unit,
        many=MANY,
    )
    return [_template(row) for row in rows]


async def get(tx: Tx, id: str) -> Template | None:
    """Read one usual answer."""
    row = await tx.one("SELECT * FROM template WHERE id = :id", id=id)
    return _template(row) if row else None


async def drop(tx: Tx, id: str, now: datetime) -> bool:
    """Take a usual answer out of use; False if somebody has."""
    return bool(await tx.run("UPDATE template SET dropped_at = :now WHERE id = :id AND dropped_at IS NULL", id=id, now=ms(now)))


def _template(row: Row) -> Template:
    return Template(id=row["id"], unit=row["unit"], title=row["title"], text=row["text"], dropped=row["dropped_at"] is not None)
