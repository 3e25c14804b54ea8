"""Messages in both directions come back from storage as they went in."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from texts_made import AT, TEXTS, WORDS

from dialog import incoming, outgoing
from dialog.chart import Chart
from dialog.code import Code
from dialog.incoming import Incoming, IncomingFile, Place
from dialog.outgoing import Button, Outgoing, Wants, say, shown_once
from dialog.texts import Secret, Text, _

NAMED = WORDS.filter(bool)
MAYBE = st.none() | NAMED
DEGREES = st.none() | st.floats(-180, 180, allow_nan=False)
PLACES = st.builds(
    Place, lon=DEGREES, lat=DEGREES, crs=st.sampled_from(("wgs84", "gcj02")), words=WORDS, area=st.none() | NAMED
)  # fmt: skip
FILES = st.builds(
    IncomingFile, ref=NAMED, kind=st.sampled_from(("photo", "voice")), size=st.none() | st.integers(0, 2**53), kept=st.booleans()
)
NUMBERS = st.integers(0, 2**53)
GIVEN: dict[str, st.SearchStrategy[Any]] = {
    "channel": NAMED,
    "external_id": NAMED,
    "address": NAMED,
    "order": NUMBERS,
    "private": st.booleans(),
    "text": WORDS,
    "edited": st.booleans(),
    "files": st.lists(FILES, max_size=3).map(tuple),
    "place": st.none() | PLACES,
}
INCOMING = st.builds(Incoming, **{one.name: GIVEN.get(one.name, MAYBE) for one in fields(Incoming)})
BUTTONS = st.builds(Button, TEXTS, WORDS, WORDS)
COUNTED = st.tuples(TEXTS, st.tuples(NUMBERS, NUMBERS))
CHARTS = st.builds(
    Chart, title=TEXTS, series=st.tuples(TEXTS, TEXTS), bars=st.lists(COUNTED, max_size=3).map(tuple), note=st.none() | TEXTS
)
CODES = st.builds(Code, link=WORDS, alt=TEXTS)
OUTGOING = st.builds(
    Outgoing,
    lines=st.lists(TEXTS, max_size=4).map(tuple),
    rows=st.lists(st.lists(BUTTONS, max_size=3).map(tuple), max_size=3).map(tuple),
    files=st.lists(NAMED, max_size=3).map(tuple),
    wants=st.none() | st.sampled_from(Wants),
    patient=st.booleans(),
    chart=st.none() | CHARTS,
    code=st.none() | CODES,
)


@given(INCOMING)
def test_what_came_in_comes_back_as_it_was(message: Incoming) -> None:
    assert incoming.from_json(incoming.to_json(message)) == message


def test_a_plain_message_is_stored_short() -> None:
    message = Incoming(channel="web", external_id="1", address="a", order=1, text="hi")
    stored = json.loads(incoming.to_json(message))
    assert incoming.from_json(json.dumps({**stored, "sender": "a", "sent_ms": 1}).encode()) == message
    assert set(stored) == {"channel", "external_id", "address", "order", "text", "private"}


@given(OUTGOING)
def test_what_goes_out_comes_back_as_it_was(message: Outgoing) -> None:
    assert outgoing.from_json(outgoing.to_json(message)) == message


def test_what_a_message_is_about_stands_beside_its_body() -> None:
    message = Outgoing(lines=(_("Card"),), subject="c1", card="unit")
    again = outgoing.from_json(outgoing.to_json(message))
    assert (again.lines, again.subject, again.card) == (message.lines, None, None)


@given(OUTGOING, AT)
def test_a_message_that_was_shown_keeps_everything_but_its_secrets(message: Outgoing, at: datetime) -> None:
    lines = Outgoing(lines=message.lines)
    shown = shown_once(lines, at)
    if b"<secret" in outgoing.to_json(lines):
        assert shown is not None
        assert b"<secret" not in outgoing.to_json(shown)
        assert len(shown.lines) == len(lines.lines)
        assert shown_once(shown, at) is None
    else:
        assert shown is None


def test_a_receipt_keeps_its_number_and_its_buttons() -> None:
    rows = ((Button(_("Show the case"), "s:case:c1"),),)
    receipt = say(Text("Number: 7"), Text("Code: {code}", {"code": Secret("1234")}), rows=rows)
    shown = shown_once(receipt, datetime(2026, 1, 7, tzinfo=UTC))
    assert shown is not None
    assert (shown.lines[0], shown.rows) == (receipt.lines[0], rows)
    assert b"1234" not in outgoing.to_json(shown)


def test_news_stand_above_a_card() -> None:
    card = Outgoing(lines=(_("Card"),), rows=((Button(_("Press"), "x"),),), subject="c1", card="unit")
    both = card.with_news(_("News"), files=("f1",))
    assert (both.lines, both.files, both.rows, both.subject, both.card) == (
        (_("News"), _("Card")), ("f1",), card.rows, "c1", "unit",
    )  # fmt: skip


@pytest.mark.parametrize("counts", [(1,), (1, 2, 3), (1, -1)])
def test_a_bar_has_one_count_for_each_series_and_none_below_nothing(counts: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="one count for each series"):
        Chart(title=_("Late"), series=(_("A"), _("B")), bars=((_("unit"), counts),))
