"""Persons, and the conversations (a chat, a device) in which they are met. Both ids are keyed hashes; addresses are sealed.

A bell is kept as a conversation too, of a channel that only sends: nobody talks there, and `conversations` leaves it out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.bells import BellKind
from storage.database import Row, Tx
from storage.ids import new_id
from storage.keys import Keys, Unsealable
from storage.tables import tables
from storage.times import ms

_BELLS = frozenset(BellKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One chat or device. `last_press` is the last button press that was acted on here."""

    id: str
    person: str
    channel: str
    last_press: str | None
    unreachable: bool

    @property
    def is_bell(self) -> bool:
        """Whether this only rings."""
        return self.channel in _BELLS


def conversation_id(keys: Keys, channel: str, address: str) -> str:
    """Give the id under which a conversation is kept."""
    return keys.name("conversation", channel, address)


async def arrive(tx: Tx, keys: Keys, channel: str, address: str, language: str, now: datetime) -> str:
    """Make sure that a conversation and its person exist; return the conversation's id."""
    id = conversation_id(keys, channel, address)
    # Another replica may be inserting the same two rows: ON CONFLICT waits for it and then does nothing.
    if await tx.one("SELECT 1 AS known FROM conversation WHERE id = :id", id=id):
        return id
    person = keys.name("person", channel, address)
    await tx.run(
        "INSERT INTO person (id, language, created_at) VALUES (:id, :language, :now) ON CONFLICT (id) DO NOTHING",
        id=person,
        language=language,
        now=ms(now),
    )
    await tx.run(
        "INSERT INTO conversation (id, person, channel, address, created_at)"
        " VALUES (:id, :person, :channel, :address, :now) ON CONFLICT (id) DO NOTHING",
        id=id,
        person=person,
        channel=channel,
        address=keys.seal(address.encode()),
        now=ms(now),
    )
    return id


async def add(tx: Tx, language: str, now: datetime) -> str:
    """Keep a person whom nobody can write to, such as a caller; return their id."""
    id = new_id(now)
    await tx.run(
        "INSERT INTO person (id, language, created_at) VALUES (:id, :language, :now)", id=id, language=language, now=ms(now)
    )
    return id


async def lock(tx: Tx, conversation: str) -> Conversation | None:
    """Take a conversation for this transaction; None while another process has it.

    Without KEY, for else a notice to this conversation, whose row refers to it, would wait for our whole turn and we for its.
    """
    row = await tx.one("SELECT * FROM conversation WHERE id = :id /*pg FOR NO KEY UPDATE SKIP LOCKED */", id=conversation)
    return _conversation(row) if row else None


async def conversation(tx: Tx, id: str) -> Conversation | None:
    """Read one conversation."""
    row = await tx.one("SELECT * FROM conversation WHERE id = :id", id=id)
    return _conversation(row) if row else None


async def conversations(tx: Tx, person: str) -> Sequence[Conversation]:
    """Read every conversation in which a person talks."""
    return [one for one in await _all(tx, person) if not one.is_bell]


async def bells(tx: Tx, person: str) -> Sequence[Conversation]:
    """Read the bells of a person that are in use."""
    return [one for one in await _all(tx, person) if one.is_bell and not one.unreachable]


async def hang_bell(tx: Tx, keys: Keys, person: str, kind: BellKind, address: str, now: datetime) -> Conversation:
    """Make sure that a person has this bell, and return it; a new one is not in use before `mark_reachable`."""
    # Colleagues may have the robot of one group: the person is part of the name.
    id = keys.name("bell", person, kind, address)
    await tx.run(
        "INSERT INTO conversation (id, person, channel, address, created_at, unreachable_at)"
        " VALUES (:id, :person, :channel, :address, :now, :now) ON CONFLICT (id) DO NOTHING",
        id=id,
        person=person,
        channel=str(kind),
        address=keys.seal(address.encode()),
        now=ms(now),
    )
    bell = await conversation(tx, id)
    assert bell is not None
    return bell


async def _all(tx: Tx, person: str) -> Sequence[Conversation]:
    rows = await tx.all("SELECT * FROM conversation WHERE person = :person ORDER BY created_at", person=person)
    return [_conversation(row) for row in rows]


async def for_change(tx: Tx, person: str) -> str:
    """Take a person for this transaction and return their language; two devices of one person wait here for each other."""
    row = await tx.one("SELECT language FROM person WHERE id = :id /*pg FOR NO KEY UPDATE */", id=person)
    if row is None:
        raise LookupError("person")
    return str(row["language"])


async def language(tx: Tx, person: str) -> str:
    """Read a person's language."""
    row = await tx.one("SELECT language FROM person WHERE id = :id", id=person)
    return str(row["language"]) if row else ""


async def set_language(tx: Tx, person: str, language: str) -> None:
    """Change a person's language."""
    await tx.run("UPDATE person SET language = :language WHERE id = :id", language=language, id=person)


async def remember_press(tx: Tx, conversation: str, press: str) -> None:
    """Keep the press that was acted on last, to know its double."""
    await tx.run("UPDATE conversation SET last_press = :press WHERE id = :id", press=press, id=conversation)


async def join(tx: Tx, conversation: str, person: str) -> None:
    """Make a conversation one more device of a person."""
    await tx.run("UPDATE conversation SET person = :person WHERE id = :id", person=person, id=conversation)


async def mark_unreachable(tx: Tx, conversation: str, now: datetime) -> None:
    """Note that a conversation can't be written to."""
    await tx.run("UPDATE conversation SET unreachable_at = :now WHERE id = :id", now=ms(now), id=conversation)


async def mark_reachable(tx: Tx, conversation: str) -> None:
    """Note that somebody wrote again from a conversation that could not be written to."""
    await tx.run("UPDATE conversation SET unreachable_at = NULL WHERE id = :id AND unreachable_at IS NOT NULL", id=conversation)


async def are_any(tx: Tx) -> bool:
    """Tell whether any address is kept; in a database without tables none is."""
    return "conversation" in await tables(tx) and await tx.one("SELECT 1 FROM conversation LIMIT 1") is not None


async def sealed_with(tx: Tx, keys: Keys) -> bool:
    """Tell whether these keys open the addresses that are kept; True while there are none."""
    row = await tx.one("SELECT address FROM conversation LIMIT 1")
    try:
        return row is None or bool(keys.unseal(bytes(row["address"])))
    except Unsealable:
        return False


def _conversation(row: Row) -> Conversation:
    return Conversation(
        id=row["id"],
        person=row["person"],
        channel=row["channel"],
        last_press=row["last_press"],
        unreachable=row["unreachable_at"] is not None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """How a conversation is written to."""

    address: str
    language: str


async def addressed(tx: Tx, keys: Keys, conversation: str) -> Addressed:
    """Open the address of a conversation; LookupError if there is no such conversation."""
    row = await tx.one(
        "SELECT c.address, p.language FROM conversation AS c JOIN person AS p ON p.id = c.person WHERE c.id = :id",
        id=conversation,
    )
    if row is None:
        raise LookupError("conversation")
    return Addressed(address=keys.unseal(bytes(row["address"])).decode(), language=row["language"])
