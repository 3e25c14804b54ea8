from __future__ import annotations

import pytest

from storage import cursors

ID = "0196f00dcafe7abc8def0123456789ab"


def test_a_cursor_is_read_as_it_was_written() -> None:
    for cursor in (cursors.START[0], ID), (1_767_751_200_000, ID):
        assert cursors.read(cursors.write(cursor)) == cursor


@pytest.mark.parametrize(
    "nonsense",
    [
        *("", ".", "x", "12", "12.", "12.x", ID, f".{ID}", f"x.{ID}", f"-1.{ID}", f"²3.{ID}", f"１２.{ID}", f"{'9' * 5000}.{ID}"),
        *(f"1.{ID}\n", f"12.{ID}0", f"12.{ID[:-1]}\0", f"12.{ID}.{ID}"),
    ],
)
def test_what_is_no_cursor_is_the_first_page(nonsense: str) -> None:
    assert cursors.read(nonsense) is None
