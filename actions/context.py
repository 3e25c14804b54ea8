"""What an action works with: the open transaction, the time, the city, and who acts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from actions.city import LoadedCity
from dialog.subjects import Refused
from dialog.texts import _
from domain.bells import NO_BELLS, BellOffer
from domain.cases import CaseKind
from domain.ratings import hour_of, reaches_unit_at
from storage import cases, roles
from storage.cases import Case
from storage.database import Tx
from storage.keys import Keys
from storage.people import Conversation
from storage.roles import Role, RoleKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one person, and one network address, may do before they have to wait."""

    messages_per_minute: int
    upload_bytes: int
    wrong_codes: int
    address_wrong_codes: int
    wrong_codes_wait: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The person who acts, in the conversation in which they do; `network` is where from, as far as the channel knows."""

    person: str
    language: str
    roles: tuple[Role, ...]
    conversation: Conversation
    network: str | None = None

    def role(self, kind: RoleKind, unit: str | None = None) -> Role | None:
        """Give the role of this kind (in this unit), if it is held."""
        return next((r for r in self.roles if r.kind is kind and (unit is None or r.unit == unit)), None)

    @property
    def units(self) -> tuple[str, ...]:
        """The units whose contact this person is."""
        return tuple(role.unit for role in self.roles if role.kind is RoleKind.CONTACT and role.unit)

    @property
    def headed(self) -> tuple[str, ...]:
        """The units whose head this person is."""
        return tuple(role.unit for role in self.roles if role.kind is RoleKind.HEAD and role.unit)

    @property
    def works_at(self) -> frozenset[str]:
        """The units at which this person has any role."""
        return frozenset(role.unit for role in self.roles if role.unit)

    @property
    def is_office(self) -> bool:
        """Whether this person belongs to the supervision office."""
        return self.role(RoleKind.OFFICE) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One transaction's work; `actor` is None for what happens by itself, `bells` is what the program can ring.

    `channel` is the address of the public channel, None if there is none.
    `rings` collects the conversations that get something, and when it is due, for the bell after the commit.
    """

    tx: Tx
    now: datetime
    keys: Keys
    city: LoadedCity
    public_url: str
    limits: Limits
    channel: str | None = None
    actor: Actor | None = None
    bells: BellOffer = NO_BELLS
    rings: set[tuple[str, datetime]] = field(default_factory=set)

    @property
    def me(self) -> Actor:
        """The person who acts; asking for one where nobody does is a mistake in the program."""
        if self.actor is None:
            raise RuntimeError("this needs somebody who acts")
        return self.actor

    async def case(self, id: str) -> Case:
        """Take a case for change; raises Refused if there is none."""
        case = await cases.for_change(self.tx, id)
        if case is None:
            raise Refused(_("We can't find this case. Please open it again from your list: /my"))
        return case

    async def as_follower(self, case: Case) -> None:
        """Let only those pass who follow the case."""
        if not await cases.follows(self.tx, case.id, self.me.person):
            raise Refused(_("This case is not among yours. With its number and code you can look it up: /case"))

    async def as_contact(self, case: Case) -> Role:
        """Let only contacts of the responsible unit pass, or its head who stands in; return the role in which they act."""
        if case.unit is None or case.unit not in self.me.works_at or not self.has_reached_unit(case):
            raise Refused(_("Case {number} is not with your unit.", number=case.number))
        if role := self.me.role(RoleKind.CONTACT, case.unit):
            return role
        head = self.me.role(RoleKind.HEAD, case.unit)
        if head is None or not await self.stands_in(case):
            raise Refused(
                _("The contacts of your unit deal with case {number}; its head does while none is there.", number=case.number)
            )
        return head

    async def stands_in(self, case: Case) -> bool:
        """Tell whether the person who acts is a head of the unit who does what its contacts do: nobody of them is there."""
        head = self.me.role(RoleKind.HEAD, case.unit) if case.unit else None
        if head is None:
            return False
        holder = await roles.held(self.tx, case.holder) if case.holder else None
        return roles.stands_in(head, await self.colleagues(case.unit or ""), holder, self.now)

    async def deals_at(self) -> tuple[str, ...]:
        """The units with whose cases the person who acts deals: as a contact, or as a head while no contact is there."""
        alone = [unit for unit in self.me.headed if not roles.dealing(await self.colleagues(unit), None, self.now)]
        return tuple(dict.fromkeys((*self.me.units, *alone)))

    def is_hidden(self, case: Case) -> bool:
        """Tell whether the person who acts works at the unit of a bad rating that it is not told of yet."""
        return case.unit in self.me.works_at and not self.has_reached_unit(case)

    def has_reached_unit(self, case: Case) -> bool:
        """Tell whether the unit of a case may see it by now: a bad rating only once its hour is over."""
        return case.kind is not CaseKind.BAD_RATING or self.now >= reaches_unit_at(case.filed_at, self.city.city.zone)

    @property
    def told_until(self) -> datetime:
        """Before when a bad rating was given of which its unit may know by now."""
        return hour_of(self.now, self.city.city.zone)

    async def as_holder(self, case: Case) -> Role:
        """Let only those pass who signed the case in, or who stand in while they are away."""
        role = await self.as_contact(case)
        if case.holder and not await self.holds(case):
            raise Refused(_("A colleague has signed case {number} in and deals with it.", number=case.number))
        return role

    async def holds(self, case: Case) -> bool:
        """Tell whether the person who acts has signed the case in, or stands in for who did."""
        mine = {role.id for role in self.me.roles}
        if case.holder is None or case.holder in mine:
            return case.holder is not None
        holder = await roles.get(self.tx, case.holder)
        return (holder is not None and not mine.isdisjoint(holder.hands(self.now))) or await self.stands_in(case)

    def as_office(self, case: Case | None = None) -> Role:
        """Let only the office pass; misconduct reports are none of its business."""
        role = self.me.role(RoleKind.OFFICE)
        if role is None or (case is not None and case.kind is CaseKind.MISCONDUCT):
            raise Refused(_("Only the supervision office can do this."))
        if case is not None and self.is_hidden(case):
            raise Refused(_("We can't find this case. Please open it again from your list: /desk"))
        return role

    async def colleagues(self, unit: str) -> Sequence[Role]:
        """Read the contacts of a unit."""
        return await roles.of_unit(self.tx, unit)
