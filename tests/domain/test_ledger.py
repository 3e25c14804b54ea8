from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ledger import GENESIS, Entry, Seal, broken, broken_seals, canonical, link, seal_hash, text_hash

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3),
    max_leaves=6,
)
payloads = st.dictionaries(st.text(st.characters(codec="utf-8")), values, max_size=4)


def chain(subject: str, *payloads: dict[str, Any]) -> list[Entry]:
    entries: list[Entry] = []
    for n, payload in enumerate(payloads, 1):
        previous = entries[-1].hash if entries else GENESIS
        fields = {"subject": subject, "n": n, "at_ms": 1_700_000_000_000 + n, "actor": "unit:7", "event": "accepted"}
        entries.append(Entry(**fields, payload=payload, previous=previous, hash=link(previous, **fields, payload=payload)))
    return entries


def seals(*heads: dict[str, tuple[int, str]]) -> list[Seal]:
    sealed: list[Seal] = []
    for n, head in enumerate(heads, 1):
        previous = sealed[-1].hash if sealed else GENESIS
        sealed.append(Seal(n=n, at_ms=n, heads=head, previous=previous, hash=seal_hash(previous, n, n, head)))
    return sealed


CHAIN = chain("case:1", {"to": "unit:7"}, {"note": "已签收", "round": 1}, {}, {"list": [1, None, True]})
SEALS = seals({"case:1": (2, "aa"), "case:2": (1, "bb")}, {"case:1": (3, "cc")}, {})


def test_canonical_json_is_sorted_compact_and_utf8():
    assert (
        canonical({"b": [1, None, True], "a": {"d": "回音", "c": ""}}) == '{"a":{"c":"","d":"回音"},"b":[1,null,true]}'.encode()
    )


def test_the_same_fields_give_the_same_hash_in_every_version():
    hashed = link(GENESIS, "case:1", 1, 1_700_000_000_000, "unit:7", "accepted", {"b": 1, "a": "回音"})
    assert hashed == "cf417bef18d9ee6f6ce400abeb6240171ab52a8903c88fa213d3a20f7e931048"


@given(payloads)
def test_the_order_of_names_changes_nothing(payload: dict[str, Any]):
    assert canonical(dict(reversed(payload.items()))) == canonical(payload)


@pytest.mark.parametrize("value", [1.0, float("nan"), b"x", (1, 2), {1, 2}, {1: "x"}, [[{"deep": 0.5}]]])
def test_what_has_no_one_way_to_be_written_is_refused(value: object):
    payload: dict[str, Any] = {"value": value}
    with pytest.raises(TypeError, match="payload"):
        canonical(payload)


@given(st.lists(payloads, max_size=5))
def test_an_untouched_chain_is_whole(contents: list[dict[str, Any]]):
    assert broken(chain("case:1", *contents)) is None


def test_mixed_chains_are_whole_when_each_of_them_is():
    one, other = chain("case:1", {}, {}), chain("unit:7", {}, {})
    assert broken([one[0], other[0], other[1], one[1]]) is None


@pytest.mark.parametrize("place", range(len(CHAIN)))
@pytest.mark.parametrize(
    "change",
    [
        {"at_ms": 1},
        {"actor": "unit:8"},
        {"event": "returned"},
        {"payload": {"round": 2}},
        {"payload": {"rate": 0.5}},
        {"hash": "f" * 64},
    ],
)
def test_a_changed_entry_is_named(place: int, change: dict[str, Any]):
    forged = [*CHAIN[:place], replace(CHAIN[place], **change), *CHAIN[place + 1 :]]
    assert broken(forged) == f"Entry {place + 1} of case:1 doesn't match its hash: it was changed after it was written."


@pytest.mark.parametrize("place", range(len(CHAIN) - 1))
def test_an_entry_that_is_taken_out_is_noticed(place: int):
    told = broken([*CHAIN[:place], *CHAIN[place + 1 :]])
    assert told is not None
    assert told.startswith(f"Entry {place + 2} of case:1 stands where entry {place + 1} is expected")


def test_an_entry_rewritten_with_a_hash_of_its_own_breaks_the_next_one():
    changed = replace(CHAIN[1], event="returned")
    fields = (changed.subject, changed.n, changed.at_ms, changed.actor, changed.event, changed.payload)
    forged = [CHAIN[0], replace(changed, hash=link(changed.previous, *fields)), *CHAIN[2:]]
    assert broken(forged) == "Entry 3 of case:1 doesn't follow the entry before it: one of the two was changed or replaced."


def test_an_entry_moved_to_another_subject_is_noticed():
    assert broken([replace(entry, subject="case:2") for entry in CHAIN]) is not None


def test_untouched_seals_are_whole():
    assert broken_seals([]) is None
    assert broken_seals(SEALS) is None


def test_the_order_of_heads_in_a_seal_changes_nothing():
    heads = SEALS[0].heads
    assert seal_hash(GENESIS, 1, 1, dict(reversed(heads.items()))) == seal_hash(GENESIS, 1, 1, heads)


def test_a_changed_head_is_noticed_in_its_seal():
    forged = [SEALS[0], replace(SEALS[1], heads={"case:1": (3, "dd")}), SEALS[2]]
    assert broken_seals(forged) == "Seal 2 doesn't match its hash: it was changed after it was written."


def test_a_seal_that_is_taken_out_or_rewritten_is_noticed():
    rewritten = seals({"case:1": (2, "zz")})[0]
    assert broken_seals([SEALS[0], SEALS[2]]) == ("Seal 3 stands where seal 2 is expected: something was taken out or put in.")
    assert broken_seals([rewritten, *SEALS[1:]]) == (
        "Seal 2 doesn't follow the seal before it: one of the two was changed or replaced."
    )


def test_a_text_is_named_by_a_hash_that_needs_its_salt():
    assert text_hash(b"one", "门口堆着垃圾") == text_hash(b"one", "门口堆着垃圾")
    assert text_hash(b"one", "门口堆着垃圾") != text_hash(b"two", "门口堆着垃圾")
    assert text_hash(b"one", "门口堆着垃圾") != text_hash(b"one", "门口堆着垃圾。")


def test_half_a_surrogate_pair_in_a_text_can_be_hashed():
    assert text_hash(b"one", "\ud83d") != text_hash(b"one", "\ud83e")
