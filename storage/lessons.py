"""Cases as a classifier can learn from them: their first words, masked, and what became of them; a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.cases import CaseKind, CaseState
from storage.database import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """One case: `text` is what was told first, `lead` the case that it goes on in, or itself."""

    id: str
    lead: str
    kind: CaseKind
    state: CaseState
    area: str | None
    category: str | None
    unit: str | None
    reporter: str
    text: str


async def page(tx: Tx, after: str, limit: int) -> Sequence[Filed]:
    """Read cases with words that nobody has had erased, oldest first, from above the id `after`."""
    rows = await tx.all(
        "SELECT c.id, COALESCE(c.merged_into, c.id) AS lead, c.kind, c.state, c.area, c.category, c.unit, c.reporter, e.text"
        " FROM cases AS c JOIN entry AS e ON e.case_id = c.id AND e.n = 1"
        " WHERE c.id > :after AND c.kind IN ('complaint', 'consultation', 'suggestion')"
        " AND e.kind = 'told' AND e.erased_at IS NULL AND e.text <> ''"
        " ORDER BY c.id LIMIT :limit",
        after=after,
        limit=limit,
    )
    return [
        Filed(
            id=row["id"], lead=row["lead"], kind=CaseKind(row["kind"]), state=CaseState(row["state"]), area=row["area"],
            category=row["category"], unit=row["unit"], reporter=row["reporter"], text=row["text"],
        )
        for row in rows
    ]  # fmt: skip
