"""A backup beside a program that cleans uploads and lets old files go: what the rows name is there, or the row says otherwise."""

from __future__ import annotations

import errno
import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from full_disk import room_for
from stores import NOW, opened

from bot.backups.backup import NoPlace, back_up
from bot.backups.form import BadBackup, Manifest, check, read_lines
from bot.backups.restore import restore
from bot.settings import read_settings
from bot.vault import Vault
from storage import files, people
from storage import migrate as migrations
from storage.database import Database, Tx
from storage.keys import Keys


class Meanwhile:
    """A store in which something happens as soon as the rows have been read."""

    def __init__(self, store: Database, happens: Callable[[], Awaitable[None]]) -> None:
        self._store = store
        self._happens = happens
        self._over = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[Tx, None]:
        async with self._store.reading() as tx:
            yield tx
        if not self._over:
            self._over = True
            await self._happens()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Database]:
    async with opened(f"sqlite:{tmp_path}/huiyin.db") as store:
        yield store


@pytest.fixture
def keys() -> Keys:
    return Keys(b"k" * 32)


@pytest.fixture
def vault(tmp_path: Path, keys: Keys) -> Vault:
    return Vault(tmp_path / "data", keys.vault)


async def uploaded(store: Database, keys: Keys, raw: str) -> str:
    async with store.transaction() as tx:
        conversation = await people.arrive(tx, keys, "web", "somebody", "en", NOW)
        return await files.uploaded(tx, keys, conversation, "web", raw, 5, NOW)


def restored_rows(folder: Path) -> dict[str, dict[str, Any]]:
    columns, *rows = read_lines(folder / "rows" / "file.jsonl")
    return {str(row[columns.index("id")]): dict(zip(map(str, columns), row, strict=True)) for row in rows}


async def test_an_upload_that_was_cleaned_meanwhile_is_kept_as_it_is_afterwards(
    store: Database, keys: Keys, vault: Vault, tmp_path: Path
) -> None:
    raw = vault.put_apart(b"with its place")
    id = await uploaded(store, keys, raw)
    other = await uploaded(store, keys, vault.put_apart(b"another"))
    cleaned = ""

    async def clean() -> None:
        nonlocal cleaned
        cleaned = vault.put(b"without it")
        async with store.transaction() as tx:
            await files.ready(tx, id, kind="photo", media_type="image/jpeg", stored=cleaned, size=10, now=NOW)
        vault.delete(raw)

    manifest = await back_up(Meanwhile(store, clean), keys, tmp_path / "data", tmp_path / "backup", NOW)
    check(tmp_path / "backup", Manifest.read(tmp_path / "backup"))
    assert manifest.missing == ()
    rows = restored_rows(tmp_path / "backup")
    assert (rows[id]["stored"], rows[id]["raw"]) == (cleaned, None)
    assert rows[other]["raw"]
    assert Vault(tmp_path / "backup" / "files", keys.vault).get(cleaned) == b"without it"


async def test_what_nobody_used_for_a_month_may_go_meanwhile(store: Database, keys: Keys, vault: Vault, tmp_path: Path) -> None:
    id = await uploaded(store, keys, "")
    stored = vault.put(b"unused")
    async with store.transaction() as tx:
        await files.ready(tx, id, kind="photo", media_type="image/jpeg", stored=stored, size=6, now=NOW)

    async def forget() -> None:
        async with store.transaction() as tx:
            assert await files.forget_unused(tx, NOW + timedelta(seconds=1), 10)
        vault.delete(stored)

    manifest = await back_up(Meanwhile(store, forget), keys, tmp_path / "data", tmp_path / "backup", NOW)
    check(tmp_path / "backup", Manifest.read(tmp_path / "backup"))
    assert manifest.missing == ()
    assert restored_rows(tmp_path / "backup") == {}


async def test_a_file_that_is_simply_not_there_is_said_and_keeps_no_backup_from_being_made(
    store: Database, keys: Keys, vault: Vault, tmp_path: Path
) -> None:
    raw = vault.put_apart(b"lost with the disk")
    await uploaded(store, keys, raw)
    vault.delete(raw)
    await back_up(store, keys, tmp_path / "data", tmp_path / "backup", NOW)
    manifest = Manifest.read(tmp_path / "backup")
    assert manifest.missing == (raw,)
    check(tmp_path / "backup", manifest)


@pytest.mark.parametrize("room", [0, 500, 1800])
@pytest.mark.parametrize("was_there", [False, True])
async def test_a_backup_for_which_there_is_no_room_leaves_nothing_and_can_be_tried_again(
    store: Database, keys: Keys, vault: Vault, tmp_path: Path, room: int, was_there: bool
) -> None:
    for n in range(10):
        await uploaded(store, keys, vault.put_apart(bytes([n]) * 2000))
    folder = tmp_path / "backup"
    if was_there:
        folder.mkdir()
    with room_for(room), pytest.raises(NoPlace, match=f"{folder}.* can't be used: .*removed"):
        await back_up(store, keys, tmp_path / "data", folder, NOW)
    assert [*tmp_path.glob("backup/**/*")] == []
    assert folder.exists() == was_there
    await back_up(store, keys, tmp_path / "data", folder, NOW)
    check(folder, Manifest.read(folder))


async def test_a_backup_of_an_older_program_is_brought_up_to_date_and_one_of_a_newer_is_refused(
    keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = read_settings({"HUIYIN_DATABASE": "sqlite:new.db", "HUIYIN_DATA": "new"}, tmp_path)
    keys = Keys.make(settings.keys)
    all_of_them = migrations.FOLDER
    older = tmp_path / "migrations"
    older.mkdir()
    shutil.copy(all_of_them / "0001_first.sql", older)
    monkeypatch.setattr(migrations, "FOLDER", older)
    async with opened(f"sqlite:{tmp_path}/old.db") as store:
        async with store.transaction() as tx:
            await people.arrive(tx, keys, "web", "somebody", "en", NOW)
        await back_up(store, keys, tmp_path / "data", tmp_path / "backup", NOW)
    monkeypatch.setattr(migrations, "FOLDER", all_of_them)
    _manifest, proof = await restore(tmp_path / "backup", settings, NOW)
    assert proof.problems == ()
    async with opened(settings.database) as store:
        assert await migrations.missing(store) == ()
        async with store.reading() as tx:
            assert await people.sealed_with(tx, keys)
        await back_up(store, keys, tmp_path / "data", tmp_path / "newer", NOW)
    monkeypatch.setattr(migrations, "FOLDER", older)
    with pytest.raises(BadBackup, match="another version"):
        await restore(tmp_path / "newer", settings, NOW)


@pytest.mark.parametrize("what", ["manifest.json", "files.jsonl", "rows/inbox.jsonl"])
async def test_a_backup_of_another_user_is_said_to_be_one_and_not_to_be_bad(
    what: str, store: Database, keys: Keys, vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "backup"
    await back_up(store, keys, tmp_path / "data", folder, NOW)
    unlocked: Any = Path.open

    def locked(path: Path, *rest: Any, **more: Any) -> Any:
        if path == folder / what:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return unlocked(path, *rest, **more)

    def read(path: Path) -> bytes:
        with locked(path, "rb") as file:
            return bytes(file.read())

    monkeypatch.setattr(Path, "open", locked)
    monkeypatch.setattr(Path, "read_bytes", read)
    with pytest.raises(BadBackup, match=f"may not read {folder / what}.*chown"):
        check(folder, Manifest.read(folder))


def test_a_file_of_lines_that_does_not_read_is_a_bad_backup(tmp_path: Path) -> None:
    path = tmp_path / "inbox.jsonl"
    path.write_text('["id"]\n["a"\n')
    with pytest.raises(BadBackup, match=r"inbox\.jsonl is damaged"):
        list(read_lines(path))
