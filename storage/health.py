"""What an operator asks of the store: how safely it keeps what was committed, and what has been waiting too long in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from storage.database import Tx
from storage.times import at

_SETTINGS = (
    "/*lite SELECT 'journal_mode' AS name, journal_mode AS setting FROM pragma_journal_mode */"
    "/*pg SELECT name, setting FROM pg_settings"
    " WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'server_version_num', 'server_encoding') */"
)
_WAITING = """
SELECT
 (SELECT MIN(received_at) FROM inbox WHERE done_at IS NULL AND parked_at IS NULL) AS came,
 (SELECT MIN(due_at) FROM outbox WHERE sent_at IS NULL AND parked_at IS NULL AND channel <> 'web') AS going,
 (SELECT MIN(next_try_at) FROM file WHERE ready_at IS NULL AND refused_at IS NULL) AS fetching,
 (SELECT MIN(next_rung_at) FROM deadline WHERE next_rung_at IS NOT NULL) AS chasing,
 (SELECT MAX(slot) FROM job_run WHERE job = 'seal' AND done_at IS NOT NULL) AS sealed
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Since when the oldest of each has been due (it may be due later), and the newest slot of the job that runs most often."""

    came: datetime | None
    going: datetime | None
    fetching: datetime | None
    chasing: datetime | None
    sealed: datetime | None


async def settings(tx: Tx) -> Mapping[str, str]:
    """Read the database's own settings on which safety rests, by their names there."""
    return {row["name"]: str(row["setting"]) for row in await tx.all(_SETTINGS)}


async def now(tx: Tx) -> datetime | None:
    """Tell the database server's time; None where there is no server."""
    row = await tx.one("SELECT /*pg CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT) *//*lite NULL */ AS now")
    return at(row["now"]) if row and row["now"] is not None else None


async def waiting(tx: Tx) -> Waiting:
    """Find what waits longest for each of the loops."""
    row = await tx.one(_WAITING)
    assert row is not None
    since = {
        name: at(row[name]) if row[name] is not None else None for name in ("came", "going", "fetching", "chasing", "sealed")
    }
    return Waiting(**since)
