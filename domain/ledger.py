"""The ledger's hashing: each subject has a chain of entries, and seals over the chains' heads form a chain of their own.

An entry's payload holds codes, ids and salted hashes, never texts: texts stand in rows of their own, so that one of them
can be erased on request and the chain still holds. What was changed, left out or put in later is found by `broken`; a
chain whose end was cut off is found through the seals, whose heads must all still be there.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, cast

JsonValue: TypeAlias = bool | int | str | list["JsonValue"] | dict[str, "JsonValue"] | None

GENESIS = "0" * 64
"""What the first entry of a chain, and the first seal, give as the hash before them."""
_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the ledger. `n` counts from 1 within the subject; `at_ms` is UTC epoch milliseconds; hashes are hex."""

    subject: str
    n: int
    at_ms: int
    actor: str
    event: str
    payload: Mapping[str, JsonValue]
    previous: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What stood at a moment: `heads` gives, of each chain grown since the seal before, its last `n` and that entry's hash."""

    n: int
    at_ms: int
    heads: Mapping[str, tuple[int, str]]
    previous: str
    hash: str


def canonical(payload: Mapping[str, JsonValue]) -> bytes:
    """Write a payload in the one way that is hashed: JSON in UTF-8, keys sorted, no spaces.

    Raises TypeError for anything but str, int, bool, None, list and dict with str keys: a float has no one way to be
    written. Raises UnicodeEncodeError (a ValueError) for half a surrogate pair.
    """
    _refuse_inexact(payload)
    return _CANONICAL.encode(payload).encode()


def link(previous_hash: str, subject: str, n: int, at_ms: int, actor: str, event: str, payload: Mapping[str, JsonValue]) -> str:
    """Give the hash of an entry that follows the one with `previous_hash`; the first of a subject follows GENESIS."""
    fields: dict[str, JsonValue] = {
        "previous": previous_hash,
        "subject": subject,
        "n": n,
        "at_ms": at_ms,
        "actor": actor,
        "event": event,
        "payload": cast(JsonValue, payload),
    }
    return hashlib.sha256(canonical(fields)).hexdigest()


def seal_hash(previous_hash: str, n: int, at_ms: int, heads: Mapping[str, tuple[int, str]]) -> str:
    """Give the hash of a seal that follows the one with `previous_hash`; the first follows GENESIS."""
    listed: JsonValue = {subject: [head_n, head_hash] for subject, (head_n, head_hash) in heads.items()}
    fields: dict[str, JsonValue] = {"previous": previous_hash, "n": n, "at_ms": at_ms, "heads": listed}
    return hashlib.sha256(canonical(fields)).hexdigest()


def text_hash(salt: bytes, text: str) -> str:
    """Give the hash by which a payload names a text; once text and salt are erased nobody can guess the text from it."""
    return hmac.new(salt, text.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()


def broken(entries: Iterable[Entry]) -> str | None:
    """Say in a sentence where the chains first break; None when they are whole.

    Entries of several subjects may be mixed; those of one subject come in their order, from its first.
    """
    heads: dict[str, tuple[int, str]] = {}
    for entry in entries:
        n, previous = heads.get(entry.subject, (0, GENESIS))
        where = f"Entry {entry.n} of {entry.subject}"
        if entry.n != n + 1:
            return f"{where} stands where entry {n + 1} is expected: something was taken out or put in."
        if entry.previous != previous:
            return f"{where} doesn't follow the entry before it: one of the two was changed or replaced."
        if not _is_own_hash(entry):
            return f"{where} doesn't match its hash: it was changed after it was written."
        heads[entry.subject] = (entry.n, entry.hash)
    return None


def broken_seals(seals: Iterable[Seal]) -> str | None:
    """Say in a sentence where the chain of seals, given from the first, breaks; None when it is whole."""
    n, previous = 0, GENESIS
    for seal in seals:
        if seal.n != n + 1:
            return f"Seal {seal.n} stands where seal {n + 1} is expected: something was taken out or put in."
        if seal.previous != previous:
            return f"Seal {seal.n} doesn't follow the seal before it: one of the two was changed or replaced."
        if seal.hash != seal_hash(seal.previous, seal.n, seal.at_ms, seal.heads):
            return f"Seal {seal.n} doesn't match its hash: it was changed after it was written."
        n, previous = seal.n, seal.hash
    return None


def _is_own_hash(entry: Entry) -> bool:
    try:
        fields = (entry.subject, entry.n, entry.at_ms, entry.actor, entry.event, entry.payload)
        return entry.hash == link(entry.previous, *fields)
    except (TypeError, ValueError):
        # Only a tampered row holds what could never have been written: that is a finding, not a crash of the check.
        return False


def _refuse_inexact(value: object) -> None:
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"A ledger's payload has names of str only, not of {type(key).__name__}.")
        items: Iterable[object] = value.values()
    elif isinstance(value, list):
        items = value
    else:
        raise TypeError(f"A ledger's payload holds str, int, bool, None, list and dict only, not {type(value).__name__}.")
    for item in items:
        if item is not None and not isinstance(item, (str, int)):
            _refuse_inexact(item)
