"""One-time codes that give roles, or sign a person in on one more device. Only their keyed hashes are kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Tx
from storage.roles import RoleKind
from storage.times import at, ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a code gives: a role in some units (none for the office), or another device of `person`."""

    role: RoleKind | None
    units: tuple[str, ...]
    name: str
    person: str | None


async def write(tx: Tx, code: str, invitation: Invitation, now: datetime, until: datetime) -> None:
    """Keep an invitation under the keyed hash of its code."""
    await tx.run(
        "INSERT INTO invitation (code, role, units, name, person, created_at, expires_at)"
        " VALUES (:code, :role, :units, :name, :person, :now, :until)",
        code=code,
        role=invitation.role,
        units=json.dumps(invitation.units),
        name=invitation.name,
        person=invitation.person,
        now=ms(now),
        until=ms(until),
    )


async def look(tx: Tx, code: str, now: datetime) -> Invitation | None:
    """Read an invitation that can still be used."""
    row = await tx.one(
        "SELECT * FROM invitation WHERE code = :code AND used_at IS NULL AND expires_at > :now", code=code, now=ms(now)
    )
    if row is None:
        return None
    return Invitation(
        role=RoleKind(row["role"]) if row["role"] else None,
        units=tuple(json.loads(row["units"])),
        name=row["name"],
        person=row["person"],
    )


async def use(tx: Tx, code: str, by: str, now: datetime) -> bool:
    """Use an invitation up; False if somebody was faster or it is too late."""
    return bool(
        await tx.run(
            "UPDATE invitation SET used_at = :now, used_by = :by WHERE code = :code AND used_at IS NULL AND expires_at > :now",
            code=code,
            by=by,
            now=ms(now),
        )
    )


async def used_by(tx: Tx, code: str) -> str | None:
    """Tell who used an invitation; None if nobody has, or there is none."""
    row = await tx.one("SELECT used_by FROM invitation WHERE code = :code", code=code)
    return row["used_by"] if row else None


async def open_to(tx: Tx, unit: str | None, now: datetime) -> Sequence[tuple[str, RoleKind, str, datetime]]:
    """Read the invitations to a unit, or (None) to the office, that can still be used, oldest first.

    Of each: the hash of its code, role, name, good until when.
    """
    rows = await tx.all(
        "SELECT code, role, units, name, expires_at FROM invitation WHERE used_at IS NULL AND expires_at > :now"
        " AND role IS NOT NULL ORDER BY created_at, code",
        now=ms(now),
    )
    return [
        (row["code"], RoleKind(row["role"]), row["name"], at(row["expires_at"]))
        for row in rows
        if (unit in json.loads(row["units"]) if unit else row["role"] == RoleKind.OFFICE)
    ]


async def withdraw(tx: Tx, code: str, now: datetime) -> bool:
    """End an invitation by the keyed hash of its code; False if it could not be used any more."""
    return bool(
        await tx.run(
            "UPDATE invitation SET expires_at = :now WHERE code = :code AND used_at IS NULL AND expires_at > :now",
            code=code,
            now=ms(now),
        )
    )


async def drop_unused(tx: Tx, role: RoleKind) -> None:
    """End the unused invitations to a role, so that the demo's newest links are the only ones."""
    await tx.run("DELETE FROM invitation WHERE role = :role AND used_at IS NULL", role=role)
