"""Cases, and who follows them. Reading for change takes the row first, so that two changes of one case never cross."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.cases import CaseKind, CaseState, Satisfaction
from storage.database import Row, Tx, each
from storage.times import at, ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A matter that somebody has to deal with.

    `unit` is None while the office owns it; `holder` is the role that signed in. `named` is the reporter's sealed name and
    phone, None for anonymous; `cover` are words, sealed, that nobody shall read. Coordinates are millionths of a degree in
    `crs`; `code` is the keyed hash of the receipt's code; `routing` is the decision with its reasons, as JSON. `round` grows
    with every reopening. `closing` is the event that closed it, `merged_into` the case that it follows since it was merged.
    `publish_at` is when the citizen agreed to publication, `released_at` since when the public reads of it, None if it may not.
    `unreleased_at` is since when a published case has a plan or an answer that the office has not released.
    """

    id: str
    number: str
    kind: CaseKind
    state: CaseState
    version: int
    round: int
    area: str | None
    category: str | None
    unit: str | None
    holder: str | None
    reporter: str
    named: bytes | None
    cover: bytes | None
    publish_at: datetime | None
    lon_e6: int | None
    lat_e6: int | None
    crs: str | None
    place: str
    routing: str
    code: str
    filed_at: datetime
    changed_at: datetime
    urged_at: datetime | None = None
    closed_at: datetime | None = None
    rating: Satisfaction | None = None
    closing: str | None = None
    merged_into: str | None = None
    released_at: datetime | None = None
    unreleased_at: datetime | None = None


TO_RELEASE = (
    "publish_at IS NOT NULL AND (released_at IS NULL AND state IN ('answered', 'closed')"
    " OR unreleased_at IS NOT NULL AND state IN ('assigned', 'accepted', 'answered', 'closed'))"
)
"""What may be released and is not, or not all of it: the condition of an index, in its words."""
_COLUMNS = tuple(Case.__dataclass_fields__)
_INSERT = f"INSERT INTO cases ({', '.join(_COLUMNS)}) VALUES ({', '.join(':' + c for c in _COLUMNS)}) ON CONFLICT DO NOTHING"
_CHANGING = ("state", "version", "round", "unit", "holder", "area", "category", "routing", "code", "changed_at", "urged_at",
             "closed_at", "rating", "closing", "merged_into", "released_at", "unreleased_at")  # fmt: skip
_ERASED = ("named", "cover", "place", "lon_e6", "lat_e6", "crs")
_ERASE = f"UPDATE cases SET {', '.join(f'{c} = :{c}' for c in _ERASED)} WHERE id = :id"
_UPDATE = f"UPDATE cases SET {', '.join(f'{c} = :{c}' for c in _CHANGING)} WHERE id = :id"


async def insert(tx: Tx, case: Case) -> bool:
    """Keep a new case; False if its number is taken."""
    return bool(await tx.run(_INSERT, **_values(case, _COLUMNS)))


async def for_change(tx: Tx, id: str) -> Case | None:
    """Take a case for this transaction."""
    row = await tx.one("SELECT * FROM cases WHERE id = :id /*pg FOR NO KEY UPDATE */", id=id)
    return _case(row) if row else None


async def of_deadline(tx: Tx, id: str) -> Case | None:
    """Take the case of a deadline for this transaction; None if somebody else works on it."""
    row = await tx.one(
        "SELECT * FROM cases WHERE id = (SELECT case_id FROM deadline WHERE id = :id) /*pg FOR NO KEY UPDATE SKIP LOCKED */",
        id=id,
    )
    return _case(row) if row else None


async def update(tx: Tx, case: Case) -> None:
    """Write a changed case."""
    await tx.run(_UPDATE, **_values(case, (*_CHANGING, "id")))


async def erase(tx: Tx, case: Case) -> None:
    """Write a case of which a name or a place was erased."""
    await tx.run(_ERASE, **_values(case, (*_ERASED, "id")))


async def get(tx: Tx, id: str) -> Case | None:
    """Read a case."""
    row = await tx.one("SELECT * FROM cases WHERE id = :id", id=id)
    return _case(row) if row else None


async def of_ids(tx: Tx, ids: Sequence[str]) -> Sequence[Case]:
    """Read some cases, newest first."""
    rows = await tx.all(
        f"SELECT * FROM cases WHERE id IN (SELECT value FROM {each('ids')}) ORDER BY id DESC", ids=json.dumps(ids)
    )
    return [_case(row) for row in rows]


async def numbered(tx: Tx, number: str) -> Case | None:
    """Find a case by its number."""
    row = await tx.one("SELECT * FROM cases WHERE number = :number", number=number)
    return _case(row) if row else None


async def follow(tx: Tx, case: str, person: str, now: datetime) -> bool:
    """Let a person follow a case; False if they do already."""
    return bool(
        await tx.run(
            "INSERT INTO follower (case_id, person, since_at) VALUES (:case, :person, :now) ON CONFLICT DO NOTHING",
            case=case,
            person=person,
            now=ms(now),
        )
    )


async def follows(tx: Tx, case: str, person: str) -> bool:
    """Tell whether a person follows a case."""
    return (
        await tx.one("SELECT 1 AS yes FROM follower WHERE case_id = :case AND person = :person", case=case, person=person)
        is not None
    )


async def followers(tx: Tx, case: str) -> Sequence[str]:
    """Read the persons who follow a case."""
    rows = await tx.all("SELECT person FROM follower WHERE case_id = :case ORDER BY since_at, person", case=case)
    return [row["person"] for row in rows]


async def unfollow_others(tx: Tx, case: str, person: str) -> None:
    """Leave only one follower."""
    await tx.run("DELETE FROM follower WHERE case_id = :case AND person <> :person", case=case, person=person)


async def of_follower(tx: Tx, person: str, before: str | None, limit: int, *, only_open: bool = False) -> Sequence[Case]:
    """Read the cases that a person follows, newest first, from below the id `before`."""
    rows = await tx.all(
        "SELECT c.* FROM follower AS f JOIN cases AS c ON c.id = f.case_id"
        " WHERE f.person = :person AND f.case_id < :before"
        + (" AND c.closed_at IS NULL" if only_open else "")
        + " ORDER BY f.case_id DESC LIMIT :limit",
        person=person,
        before=before or "g",
        limit=limit,
    )
    return [_case(row) for row in rows]


async def of_units(tx: Tx, units: Sequence[str], after: str | None, limit: int, rated_before: datetime) -> Sequence[Case]:
    """Read the open cases of some units, oldest first, from above the id `after`; no bad rating from `rated_before` on."""
    found: list[Case] = []
    for unit in units:
        rows = await tx.all(
            # SQLite, which keeps no statistics, would go through the unit's closed cases as well.
            "SELECT * FROM cases /*lite INDEXED BY cases_of_unit */"
            " WHERE unit = :unit AND closed_at IS NULL AND id > :after AND (kind <> 'bad_rating' OR filed_at < :rated)"
            " ORDER BY id LIMIT :limit",
            unit=unit,
            after=after or "",
            limit=limit,
            rated=ms(rated_before),
        )
        found += [_case(row) for row in rows]
    return sorted(found, key=lambda case: case.id)[:limit]


async def held_by(tx: Tx, role: str) -> Sequence[str]:
    """Read the ids of the open cases that a role holds, in their order."""
    rows = await tx.all("SELECT id FROM cases WHERE holder = :role AND closed_at IS NULL ORDER BY id", role=role)
    return [row["id"] for row in rows]


async def merged_into(tx: Tx, id: str) -> Sequence[Case]:
    """Read the cases that were merged into this one, in the order of their ids."""
    rows = await tx.all("SELECT * FROM cases WHERE merged_into = :id ORDER BY id", id=id)
    return [_case(row) for row in rows]


async def led_by(tx: Tx, id: str) -> Sequence[Case]:
    """Read the cases that follow this one since they were merged, over every merging."""
    found = await merged_into(tx, id)
    return [*found, *[case for merged in found for case in await led_by(tx, merged.id)]]


async def leading(tx: Tx, case: Case) -> Case:
    """Read the case that another one follows, over every merging; one that follows none leads itself."""
    while case.merged_into and (lead := await get(tx, case.merged_into)):
        case = lead
    return case


async def count_reporters(tx: Tx, id: str) -> int:
    """Count who reported the matter of a case: its own reporter and those of the cases that follow it."""
    row = await tx.one(
        "WITH RECURSIVE led (id, reporter) AS (SELECT id, reporter FROM cases WHERE id = :id"
        " UNION ALL SELECT c.id, c.reporter FROM cases AS c JOIN led ON c.merged_into = led.id)"
        " SELECT COUNT(DISTINCT reporter) AS n FROM led",
        id=id,
    )
    return int(row["n"]) if row else 0


async def alike(tx: Tx, case: Case, since: datetime, limit: int) -> Sequence[Case]:
    """Read other open cases of the same area and category, filed since then, newest first; never misconduct reports."""
    rows = await tx.all(
        "SELECT * FROM cases WHERE category = :category AND area = :area AND closed_at IS NULL AND filed_at >= :since"
        " AND kind <> 'misconduct' AND id <> :id ORDER BY id DESC LIMIT :limit",
        category=case.category,
        area=case.area,
        since=ms(since),
        id=case.id,
        limit=limit,
    )
    return [_case(row) for row in rows]


async def newest(tx: Tx, limit: int) -> Sequence[Case]:
    """Read the newest cases; misconduct reports are never among them."""
    rows = await tx.all("SELECT * FROM cases WHERE kind <> 'misconduct' ORDER BY id DESC LIMIT :limit", limit=limit)
    return [_case(row) for row in rows]


async def to_release(tx: Tx, before: str | None, limit: int) -> Sequence[Case]:
    """Read the cases of which something may be released and is not, newest first, from below the id `before`."""
    rows = await tx.all(
        f"SELECT * FROM cases WHERE {TO_RELEASE} AND id < :before AND kind <> 'misconduct' ORDER BY id DESC LIMIT :limit",
        before=before or "g",
        limit=limit,
    )
    return [_case(row) for row in rows]


async def count_confidential(tx: Tx) -> int:
    """Count the misconduct reports: more than that nobody else may know."""
    row = await tx.one("SELECT COUNT(*) AS n FROM cases WHERE kind = 'misconduct'")
    return int(row["n"]) if row else 0


async def unrecorded(tx: Tx) -> Sequence[str]:
    """Read the ids of cases that have no chain in the ledger: somebody put them in."""
    rows = await tx.all(
        "SELECT id FROM cases AS c WHERE NOT EXISTS (SELECT 1 FROM ledger_head AS h WHERE h.subject = 'case:' || c.id)"
    )
    return [row["id"] for row in rows]


async def open_by_unit(tx: Tx) -> dict[str, int]:
    """Count the open cases of each unit."""
    rows = await tx.all("SELECT unit, COUNT(*) AS n FROM cases WHERE closed_at IS NULL AND unit IS NOT NULL GROUP BY unit")
    return {row["unit"]: int(row["n"]) for row in rows}


def _values(case: Case, columns: Sequence[str]) -> dict[str, object]:
    values = {name: getattr(case, name) for name in columns}
    return {name: ms(value) if isinstance(value, datetime) else value for name, value in values.items()}


def _case(row: Row) -> Case:
    values = {name: row[name] for name in _COLUMNS}
    for name in ("publish_at", "filed_at", "changed_at", "urged_at", "closed_at", "released_at", "unreleased_at"):
        values[name] = at(values[name]) if values[name] is not None else None
    values["kind"] = CaseKind(values["kind"])
    values["state"] = CaseState(values["state"])
    values["rating"] = Satisfaction(values["rating"]) if values["rating"] else None
    return Case(**values)
