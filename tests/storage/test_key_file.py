"""The city's key: its file, and what can be done with it and not without it."""

from __future__ import annotations

import base64
import errno
import os
from pathlib import Path

import pytest

from storage.keys import KeyProblem, Keys, NoKeyFile, Unsealable


def test_the_key_file_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "keys"
    before = os.umask(0)
    try:
        sealed = Keys.make(path).seal(b"name")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(base64.b64decode(path.read_bytes())) == 32
    assert Keys.open(path).unseal(sealed) == b"name"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_key_file_that_others_can_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "keys"
    Keys.make(path)
    path.chmod(mode)
    with pytest.raises(KeyProblem, match="chmod 600"):
        Keys.open(path)


@pytest.mark.parametrize("content", [b"", b"c2hvcnQ=\n", base64.b64encode(bytes(33)), b"\xff\xfe not base64", b"!" * 44])
def test_a_key_file_with_something_else_in_it_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "keys"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyProblem, match=str(path)):
        Keys.open(path)
    assert path.read_bytes() == content


def test_a_key_file_that_can_not_be_made_is_a_problem_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(KeyProblem, match="can't be made"):
        Keys.make(tmp_path / "file" / "keys")
    with pytest.raises(KeyProblem, match="can't be read"):
        Keys.open(tmp_path / "file" / "keys")


def test_a_key_file_that_is_not_there_is_not_made_by_who_only_opens_it(tmp_path: Path) -> None:
    with pytest.raises(NoKeyFile, match="no key file .*Put your copy"):
        Keys.open(tmp_path / "new folder" / "keys")
    assert list(tmp_path.iterdir()) == []


def test_a_key_file_for_which_there_is_no_room_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KeyProblem, match="can't be made: No space left"):
        Keys.make(tmp_path / "keys")
    assert list(tmp_path.iterdir()) == []


def test_what_one_key_sealed_opens_with_no_other_and_not_when_a_bit_was_changed(tmp_path: Path) -> None:
    ours, theirs = Keys.make(tmp_path / "ours"), Keys.make(tmp_path / "theirs")
    sealed = ours.seal("王小明".encode())
    assert "王小明".encode() not in sealed
    assert ours.unseal(sealed) == "王小明".encode()
    with pytest.raises(Unsealable):
        theirs.unseal(sealed)
    for place in (0, 12, len(sealed) - 1):
        damaged = bytearray(sealed)
        damaged[place] ^= 1
        with pytest.raises(Unsealable):
            ours.unseal(bytes(damaged))


@pytest.mark.parametrize("cut", [b"", b"short", b"x" * 12])
def test_a_value_that_was_cut_off_is_known_as_one_that_does_not_open(cut: bytes) -> None:
    with pytest.raises(Unsealable):
        Keys(b"k" * 32).unseal(cut)


def test_the_same_words_are_never_sealed_to_the_same_bytes() -> None:
    keys = Keys(b"k" * 32)
    assert len({keys.seal(b"13800000000") for _ in range(50)}) == 50


def test_a_name_is_the_same_for_the_same_account_and_key_only() -> None:
    one, other = Keys(b"1" * 32), Keys(b"2" * 32)
    assert one.name("person", "telegram", "7001") == one.name("person", "telegram", "7001")
    assert len(one.name("person", "telegram", "7001")) == 32
    names = {
        one.name("person", "telegram", "7001"),
        other.name("person", "telegram", "7001"),
        one.name("conversation", "telegram", "7001"),
        one.name("person", "telegram7001"),
        one.name("person", "telegram", "700", "1"),
    }
    assert len(names) == 5
