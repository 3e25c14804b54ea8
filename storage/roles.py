"""Who holds which role: contacts and heads of units, the office. Staff names are kept as they are shown to colleagues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.database import Row, Tx
from storage.ids import new_id
from storage.times import at, ms


class RoleKind(StrEnum):
    """Sort of a role."""

    CONTACT = "contact"
    HEAD = "head"
    OFFICE = "office"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role that a person holds, and since when.

    Until `away_until_at` they are away; `deputy` is the role that stands in for this one.
    """

    id: str
    person: str
    kind: RoleKind
    unit: str | None
    name: str
    since_at: datetime
    away_until_at: datetime | None = None
    deputy: str | None = None

    def is_away(self, now: datetime) -> bool:
        """Tell whether whoever holds the role is away."""
        return self.away_until_at is not None and self.away_until_at > now

    def hands(self, now: datetime) -> frozenset[str]:
        """Give the roles that may do what this one may: itself, and its deputy while it is away."""
        return frozenset((self.id, self.deputy) if self.deputy and self.is_away(now) else (self.id,))


def dealing(contacts: Sequence[Role], holder: Role | None, now: datetime) -> Sequence[Role]:
    """Of the contacts of a unit give who is there for a case: its holder, or without one every contact; else their deputies."""
    whose = (holder,) if holder else contacts
    if there := [role for role in whose if not role.is_away(now)]:
        return there
    deputies = {role.deputy for role in whose}
    return [role for role in contacts if role.id in deputies and not role.is_away(now)]


def stands_in(role: Role, contacts: Sequence[Role], holder: Role | None, now: datetime) -> bool:
    """Tell whether a head of the unit does what its contacts do: nobody of them is there, or the head has signed the case in."""
    holds = holder is not None and holder.id == role.id
    return role.kind is RoleKind.HEAD and (holds or not dealing(contacts, holder, now))


async def of_person(tx: Tx, person: str) -> Sequence[Role]:
    """Read the roles that a person holds."""
    rows = await tx.all("SELECT * FROM role WHERE person = :person AND until_at IS NULL ORDER BY since_at, id", person=person)
    return [_role(row) for row in rows]


async def of_unit(tx: Tx, unit: str, kind: RoleKind = RoleKind.CONTACT) -> Sequence[Role]:
    """Read who holds a role in a unit."""
    rows = await tx.all(
        "SELECT * FROM role WHERE unit = :unit AND role = :kind AND until_at IS NULL ORDER BY since_at, id", unit=unit, kind=kind
    )
    return [_role(row) for row in rows]


async def of_kind(tx: Tx, kind: RoleKind) -> Sequence[Role]:
    """Read who holds a role anywhere."""
    rows = await tx.all("SELECT * FROM role WHERE role = :kind AND until_at IS NULL ORDER BY since_at, id", kind=kind)
    return [_role(row) for row in rows]


async def is_held(tx: Tx, kind: RoleKind) -> bool:
    """Tell whether anybody holds a role."""
    return await tx.one("SELECT 1 AS held FROM role WHERE role = :kind AND until_at IS NULL LIMIT 1", kind=kind) is not None


async def get(tx: Tx, id: str) -> Role | None:
    """Read one role, held now or before."""
    row = await tx.one("SELECT * FROM role WHERE id = :id", id=id)
    return _role(row) if row else None


async def held(tx: Tx, id: str) -> Role | None:
    """Read one role if somebody holds it now."""
    row = await tx.one("SELECT * FROM role WHERE id = :id AND until_at IS NULL", id=id)
    return _role(row) if row else None


async def leave(tx: Tx, id: str, until: datetime | None, deputy: str | None) -> None:
    """Note until when whoever holds a role is away, and who stands in; None is back."""
    await tx.run(
        "UPDATE role SET away_until_at = :until, deputy = :deputy WHERE id = :id",
        id=id,
        until=ms(until) if until else None,
        deputy=deputy,
    )


async def keep(tx: Tx, id: str) -> Role | None:
    """Read a role that somebody holds now, and let nobody end it before this transaction ends."""
    row = await tx.one("SELECT * FROM role WHERE id = :id AND until_at IS NULL /*pg FOR KEY SHARE */", id=id)
    return _role(row) if row else None


async def end(tx: Tx, id: str, now: datetime) -> bool:
    """End a role, once nobody gives it anything any more (see `keep`); False if it has ended already."""
    await tx.one("SELECT 1 AS taken FROM role WHERE id = :id /*pg FOR UPDATE */", id=id)
    return bool(await tx.run("UPDATE role SET until_at = :now WHERE id = :id AND until_at IS NULL", id=id, now=ms(now)))


async def in_units(tx: Tx) -> Sequence[Role]:
    """Read every role that is held in a unit now, the longest held first."""
    rows = await tx.all("SELECT * FROM role WHERE unit IS NOT NULL AND until_at IS NULL ORDER BY since_at, id")
    return [_role(row) for row in rows]


async def give(tx: Tx, person: str, kind: RoleKind, unit: str | None, name: str, now: datetime) -> Role | None:
    """Give a role; None if the person holds it already."""
    for held in await of_person(tx, person):
        if held.kind is kind and held.unit == unit:
            return None
    role = Role(id=new_id(now), person=person, kind=kind, unit=unit, name=name, since_at=now)
    await tx.run(
        "INSERT INTO role (id, person, role, unit, name, since_at) VALUES (:id, :person, :kind, :unit, :name, :now)",
        id=role.id,
        person=person,
        kind=kind,
        unit=unit,
        name=name,
        now=ms(now),
    )
    return role


def _role(row: Row) -> Role:
    return Role(
        id=row["id"],
        person=row["person"],
        kind=RoleKind(row["role"]),
        unit=row["unit"],
        name=row["name"],
        away_until_at=at(row["away_until_at"]) if row["away_until_at"] is not None else None,
        deputy=row["deputy"],
        since_at=at(row["since_at"]),
    )
