"""The vault on real folders: what is put in comes out, nobody else reads it, and no damage goes unnoticed."""

from __future__ import annotations

import hashlib
import hmac
import os
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from full_disk import room_for

from bot.vault import CHUNK_BYTES, MAGIC, SALT_BYTES, TAG_BYTES, Damaged, Missing, Vault, VaultError, VaultFull

KEY = bytes(range(32))
SEALED_CHUNK = CHUNK_BYTES + TAG_BYTES
HEAD = len(MAGIC) + SALT_BYTES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "files"


@pytest.fixture
def vault(folder: Path) -> Vault:
    return Vault(folder, KEY)


def stored_files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def photo(size: int) -> bytes:
    """Bytes that differ in every place, so that swapped parts differ too."""
    return hashlib.shake_256(b"photo").digest(size)


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 5])
def test_what_is_put_in_comes_out(vault: Vault, size: int) -> None:
    assert vault.get(vault.put(photo(size))) == photo(size)


def test_another_process_with_the_same_key_reads_it(vault: Vault, folder: Path) -> None:
    assert Vault(folder, KEY).get(vault.put(b"rubbish at the gate")) == b"rubbish at the gate"


def test_the_same_content_twice_is_one_file(vault: Vault, folder: Path) -> None:
    assert vault.put(photo(5000)) == vault.put(photo(5000))
    assert len(stored_files(folder)) == 1


def test_files_stand_in_two_levels_of_folders(vault: Vault, folder: Path) -> None:
    name = vault.put(b"x")
    assert stored_files(folder) == [folder / name[:2] / name[2:4] / name]


def test_the_plain_bytes_appear_nowhere_in_the_folder(vault: Vault, folder: Path) -> None:
    secret = "我叫王小明，电话 13800138000".encode()
    vault.put(secret * 60_000)
    for path in stored_files(folder):
        assert secret[:12] not in path.read_bytes()
        assert b"13800138000" not in path.read_bytes()


def test_a_name_does_not_tell_which_photo_it_is(vault: Vault, folder: Path, tmp_path: Path) -> None:
    name = vault.put(photo(5000))
    assert name != hashlib.sha256(photo(5000)).hexdigest()
    assert name != hmac.digest(b"", photo(5000), "sha256").hex()
    assert name != Vault(tmp_path / "other", bytes(32)).put(photo(5000))


def test_the_same_content_in_two_vaults_looks_different(vault: Vault, folder: Path, tmp_path: Path) -> None:
    twin = Vault(tmp_path / "twin", KEY)
    assert vault.put(photo(5000)) == twin.put(photo(5000))
    assert stored_files(folder)[0].read_bytes()[HEAD:] != stored_files(tmp_path / "twin")[0].read_bytes()[HEAD:]


def test_two_chunks_of_the_same_bytes_look_different(vault: Vault, folder: Path) -> None:
    vault.put(bytes(2 * CHUNK_BYTES))
    sealed = stored_files(folder)[0].read_bytes()[HEAD:]
    assert sealed[:CHUNK_BYTES] != sealed[SEALED_CHUNK : SEALED_CHUNK + CHUNK_BYTES]


def test_only_the_owner_may_read(vault: Vault, folder: Path) -> None:
    vault.put(b"x")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in folder.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o600 if path.is_file() else 0o700)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_another_length_is_refused(folder: Path, length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(folder, bytes(length))


def test_another_key_opens_nothing(vault: Vault, folder: Path) -> None:
    name = vault.put(b"x")
    with pytest.raises(Damaged):
        Vault(folder, bytes(32)).get(name)


@pytest.mark.parametrize("place", [0, 3, 4, 19, 20, HEAD + CHUNK_BYTES // 2, HEAD + SEALED_CHUNK, -1])
def test_a_flipped_bit_is_found(vault: Vault, folder: Path, place: int) -> None:
    name = vault.put(photo(2 * CHUNK_BYTES))
    stored = bytearray(stored_files(folder)[0].read_bytes())
    stored[place] ^= 1
    stored_files(folder)[0].write_bytes(stored)
    with pytest.raises(Damaged):
        vault.get(name)


@pytest.mark.parametrize("left", [0, 3, 19, HEAD, HEAD + 10, HEAD + SEALED_CHUNK, HEAD + 2 * SEALED_CHUNK, -1])
def test_a_file_cut_short_is_found_also_between_two_chunks(vault: Vault, folder: Path, left: int) -> None:
    name = vault.put(photo(3 * CHUNK_BYTES))
    stored = stored_files(folder)[0].read_bytes()
    stored_files(folder)[0].write_bytes(stored[:left])
    with pytest.raises(Damaged):
        vault.get(name)


def test_swapped_chunks_are_found(vault: Vault, folder: Path) -> None:
    name = vault.put(photo(3 * CHUNK_BYTES))
    stored = stored_files(folder)[0].read_bytes()
    first, second = stored[HEAD : HEAD + SEALED_CHUNK], stored[HEAD + SEALED_CHUNK : HEAD + 2 * SEALED_CHUNK]
    stored_files(folder)[0].write_bytes(stored[:HEAD] + second + first + stored[HEAD + 2 * SEALED_CHUNK :])
    with pytest.raises(Damaged):
        vault.get(name)


@pytest.mark.parametrize("extra", [b"\0", bytes(SEALED_CHUNK)])
def test_anything_added_at_the_end_is_found(vault: Vault, folder: Path, extra: bytes) -> None:
    name = vault.put(photo(CHUNK_BYTES))
    with stored_files(folder)[0].open("ab") as file:
        file.write(extra)
    with pytest.raises(Damaged):
        vault.get(name)


def test_one_persons_photo_under_the_name_of_anothers_is_found(vault: Vault, folder: Path) -> None:
    mine, theirs = vault.put(b"mine"), vault.put(b"theirs")
    os.replace(folder / theirs[:2] / theirs[2:4] / theirs, folder / mine[:2] / mine[2:4] / mine)
    with pytest.raises(Damaged):
        vault.get(mine)


def test_a_damaged_file_is_mended_when_its_content_comes_again(vault: Vault, folder: Path) -> None:
    name = vault.put(photo(5000))
    stored_files(folder)[0].write_bytes(b"")
    assert vault.put(photo(5000)) == name
    assert vault.get(name) == photo(5000)


def test_a_deleted_file_is_missing_and_may_be_deleted_again(vault: Vault, folder: Path) -> None:
    name, other = vault.put(b"mine"), vault.put(b"theirs")
    vault.delete(name)
    vault.delete(name)
    with pytest.raises(Missing):
        vault.get(name)
    assert vault.get(other) == b"theirs"


@pytest.mark.parametrize("name", ["", "a" * 64, "A" * 64, "../" * 20 + "etc", "a" * 63 + "\n", "../outside"])
def test_a_name_that_was_never_given_is_missing(vault: Vault, name: str) -> None:
    with pytest.raises(Missing):
        vault.get(name)


def test_a_name_never_leads_out_of_the_folder(vault: Vault, folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.write_bytes(b"precious")
    vault.delete("../outside")
    assert outside.read_bytes() == b"precious"


def test_free_bytes_are_those_of_the_disk(vault: Vault, folder: Path) -> None:
    disk = os.statvfs(folder)
    assert 0 < vault.free_bytes() <= disk.f_blocks * disk.f_frsize


@pytest.mark.parametrize("room", [0, 10, CHUNK_BYTES + 100])
def test_a_full_disk_leaves_nothing_behind_and_is_said(vault: Vault, folder: Path, room: int) -> None:
    with room_for(room), pytest.raises(VaultFull):
        vault.put(photo(3 * CHUNK_BYTES))
    assert stored_files(folder) == []
    assert vault.get(vault.put(photo(3 * CHUNK_BYTES))) == photo(3 * CHUNK_BYTES)


def test_a_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "files").write_bytes(b"")
    vault = Vault(tmp_path / "files", KEY)
    with pytest.raises(VaultError):
        vault.put(b"x")


@pytest.mark.parametrize("folder", [Path("/proc/no/such"), Path(__file__) / "files"])
def test_files_of_a_disk_that_is_not_mounted_are_out_of_reach_and_not_missing(folder: Path) -> None:
    vault = Vault(folder, KEY)
    for asked in (vault.free_bytes, lambda: vault.put(b"x"), lambda: vault.get("0" * 64)):
        with pytest.raises(VaultError) as problem:
            asked()
        assert type(problem.value) is VaultError


def test_a_file_where_a_folder_should_be_is_said_and_is_not_called_missing(vault: Vault, folder: Path) -> None:
    name = vault.put(b"x")
    vault.delete(name)
    (folder / name[:2] / name[2:4]).rmdir()
    (folder / name[:2] / name[2:4]).write_bytes(b"")
    with pytest.raises(VaultError) as problem:
        vault.get(name)
    assert type(problem.value) is VaultError
    with pytest.raises(VaultError):
        vault.put(b"x")
    assert not list(folder.glob("*.part"))


KILLED_BEFORE_THE_RENAME = """
import os, signal, sys
from pathlib import Path
from bot.vault import Vault
os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
Vault(Path(sys.argv[1]), bytes(range(32))).put(b"rubbish at the gate")
"""


def test_a_kill_between_write_and_rename_leaves_only_what_the_sweep_removes(vault: Vault, folder: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED_BEFORE_THE_RENAME, str(folder)], check=False)
    assert killed.returncode == -signal.SIGKILL
    [left] = stored_files(folder)
    assert stat.S_IMODE(left.stat().st_mode) == 0o600
    assert b"rubbish" not in left.read_bytes()

    name = vault.put(b"rubbish at the gate")
    crashed_at = datetime.fromtimestamp(left.stat().st_mtime, UTC)
    assert vault.sweep(crashed_at + timedelta(hours=23)) == 0
    assert left.exists()
    assert vault.sweep(crashed_at + timedelta(hours=25)) == 1
    assert not left.exists()
    assert vault.get(name) == b"rubbish at the gate"
