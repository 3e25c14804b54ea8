"""Visit tickets as they are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.tickets import CHANCE, LENGTH, SIGNATURE, Ticket, read_ticket

ENDS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC))


@given(ends=ENDS, chance=st.binary(min_size=CHANCE, max_size=CHANCE), signature=st.binary(min_size=SIGNATURE, max_size=SIGNATURE))
def test_a_ticket_is_read_as_it_was_written(ends: datetime, chance: bytes, signature: bytes) -> None:
    ticket = Ticket(expires_at=ends, chance=chance, signature=signature)
    text = str(ticket)
    assert len(text) == LENGTH
    assert all(sign.isascii() and (sign.isalnum() or sign in "-_") for sign in text)
    assert read_ticket(text) == ticket


@given(text=st.text(max_size=40))
def test_what_is_no_ticket_is_read_as_none_or_as_written_differently(text: str) -> None:
    ticket = read_ticket(text)
    assert ticket is None or str(ticket) == text


def test_a_ticket_beyond_all_time_is_none() -> None:
    assert read_ticket("_" * LENGTH) is None


def test_what_is_signed_names_the_end_and_the_chance() -> None:
    ticket = Ticket(expires_at=datetime(2026, 11, 23, tzinfo=UTC), chance=b"1234", signature=b"")
    later = Ticket(expires_at=ticket.expires_at + timedelta(minutes=1), chance=b"1234", signature=b"")
    other = Ticket(expires_at=ticket.expires_at, chance=b"1235", signature=b"")
    assert len({ticket.signed, later.signed, other.signed}) == 3


def test_the_longest_code_and_a_ticket_fit_a_start_link() -> None:
    assert len(f"w_{'x' * 40}_{'t' * LENGTH}") <= 64
