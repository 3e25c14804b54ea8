"""The index by which open cases are found that are alike: a case's marks, and its rarest ones posted by district.

A search reads so many of the newest posts of each mark, so its cost grows with the depth of the index only. Marks are keyed
hashes (`Keys.mark`): from what stands here no word can be read, and equal words of two cities have nothing in common.
"""

from __future__ import annotations

import json
import struct
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.likeness import bits, posted
from storage.cases import Case, of_ids
from storage.database import Tx, each
from storage.times import ms

NEWEST = 40
"""How many posts of one mark are read, in all districts that are searched together."""
CANDIDATES = 30
"""How many cases are compared in full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A case that shares some of its rarest marks with what was looked for."""

    case: Case
    marks: frozenset[int]


async def put(tx: Tx, case: str, area: str | None, marks: frozenset[int]) -> None:
    """Let a case be found from now on, as it reads now."""
    await forget(tx, case)
    await tx.run(
        "INSERT INTO likeness (case_id, area, marks) VALUES (:case, :area, :marks)",
        case=case,
        area=area or "",
        marks=struct.pack(f">{len(marks)}q", *sorted(marks)),
    )
    await tx.run(
        "INSERT INTO likeness_post (mark, area, case_id) SELECT CAST(value AS BIGINT), CAST(:area AS TEXT), CAST(:case AS TEXT)"
        f" FROM {each('marks')}",
        case=case,
        area=area or "",
        marks=json.dumps(posted(marks)),
    )


async def forget(tx: Tx, case: str) -> None:
    """Let nothing of a case be found any more."""
    row = await tx.one("SELECT area, marks FROM likeness WHERE case_id = :case", case=case)
    if row is None:
        return
    await tx.run(
        "DELETE FROM likeness_post WHERE area = :area AND case_id = :case"
        f" AND mark IN (SELECT CAST(value AS BIGINT) FROM {each('marks')})",
        case=case,
        area=row["area"],
        marks=json.dumps(posted(_marks(row["marks"]))),
    )
    await tx.run("DELETE FROM likeness WHERE case_id = :case", case=case)


async def candidates(tx: Tx, marks: frozenset[int], areas: Sequence[str | None], but: str | None = None) -> Sequence[Candidate]:
    """Find the cases of these districts (None: where it is not known) that share most with the marks, `but` one."""
    rows = await tx.all(
        _POSTS,
        marks=json.dumps(posted(marks)),
        areas=json.dumps([area or "" for area in areas]),
        most=max(1, NEWEST // len(areas)),
    )
    shared: Counter[str] = Counter()
    for row in rows:
        shared[row["case_id"]] += bits(row["mark"])
    del shared[but or ""]
    most = [id for id, _bits in shared.most_common(CANDIDATES)]
    kept = await tx.all(
        f"SELECT case_id, marks FROM likeness WHERE case_id IN (SELECT value FROM {each('cases')})", cases=json.dumps(most)
    )
    found = {row["case_id"]: _marks(row["marks"]) for row in kept}
    return [Candidate(case=case, marks=found[case.id]) for case in await of_ids(tx, list(found))]


async def told(tx: Tx, begin: datetime, end: datetime, most: int) -> Sequence[tuple[Case, str]]:
    """Read what was told in a stretch of time, oldest first, the newest so many.

    Misconduct reports, bad ratings and what was erased are left out.
    """
    rows = await tx.all(
        "SELECT c.id, e.text FROM cases AS c JOIN entry AS e ON e.case_id = c.id AND e.kind = 'told'"
        " WHERE c.filed_at >= :begin AND c.filed_at < :end AND c.kind NOT IN ('misconduct', 'bad_rating') AND e.erased_at IS NULL"
        " ORDER BY c.filed_at DESC, c.id DESC LIMIT :most",
        begin=ms(begin),
        end=ms(end),
        most=most,
    )
    found = {case.id: case for case in await of_ids(tx, [row["id"] for row in rows])}
    return [(found[row["id"]], row["text"]) for row in reversed(rows)]


async def due(tx: Tx, limit: int) -> Sequence[str]:
    """Read the ids of so many cases whose words are still to be read."""
    return [row["case_id"] for row in await tx.all("SELECT case_id FROM likeness_due ORDER BY case_id LIMIT :limit", limit=limit)]


async def done(tx: Tx, case: str) -> None:
    """Note that the words of a case have been read."""
    await tx.run("DELETE FROM likeness_due WHERE case_id = :case", case=case)


def _marks(kept: bytes) -> frozenset[int]:
    return frozenset(struct.unpack(f">{len(kept) // 8}q", kept))


# The newest posts of each mark: PostgreSQL, whose planner can't know how few marks there are, is told to go through them.
_POSTS = (
    f"SELECT p.case_id, g.mark FROM (SELECT CAST(value AS BIGINT) AS mark FROM {each('marks')}) AS g"
    f" CROSS JOIN (SELECT value AS area FROM {each('areas')}) AS a"
    " /*pg CROSS JOIN LATERAL (SELECT x.case_id FROM likeness_post AS x WHERE x.mark = g.mark AND x.area = a.area"
    "  ORDER BY x.case_id DESC LIMIT :most) AS p */"
    " /*lite CROSS JOIN likeness_post AS p WHERE p.mark = g.mark AND p.area = a.area AND p.case_id > COALESCE(("
    "  SELECT x.case_id FROM likeness_post AS x WHERE x.mark = g.mark AND x.area = a.area"
    "  ORDER BY x.case_id DESC LIMIT 1 OFFSET :most), '') */"
)
