"""A backup taken while people write, restored on an empty machine, to either database: everybody goes on where they were."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
from story_filing import RUBBISH, files, receipt_of, solves
from story_town import Town

from bot.app import NotReady
from bot.backups.backup import NoPlace
from bot.backups.form import BadBackup
from bot.vault import Vault
from storage.database import StorageError, connect
from storage.keys import Keys
from storage.tables import is_vacant


@contextlib.asynccontextmanager
async def empty(kind: str, request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[str]:
    """Give the address of an empty database of a kind."""
    if kind == "sqlite":
        yield f"sqlite:{folder}/{uuid.uuid4().hex}.db"
        return
    address: str = request.getfixturevalue("postgres")
    name = f"backup_{uuid.uuid4().hex}"
    connection = await asyncpg.connect(address.format("postgres"))
    await connection.execute(f"CREATE DATABASE {name}")
    yield address.format(name)
    await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await connection.close()


@pytest.fixture
async def other_database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """Give an empty database for the restored city; SQLite, if a test does not ask for another kind."""
    async with empty(getattr(request, "param", "sqlite"), request, tmp_path) as url:
        yield url


def empty_machine(town: Town, folder: Path, database: str) -> Town:
    """Make a town on a machine that has only the settings and the copy of the key."""
    folder.mkdir()
    shutil.copy(town.settings.keys, folder / "keys")
    return Town(town.api, folder, database)


async def photo_opens(town: Town) -> None:
    """Open the one photo that was sent, in the town's own folder."""
    async with town.app.database.reading() as tx:
        [row] = await tx.all("SELECT stored FROM file")
    photo = Vault(town.settings.data, town.app.keys.vault).get(row["stored"])
    assert photo.startswith(b"\xff\xd8")
    assert {path.stat().st_mode & 0o777 for path in town.settings.data.rglob("*")} == {0o700, 0o600}


@pytest.mark.parametrize("other_database", ["sqlite", "postgres"], indirect=True)
async def test_everybody_goes_on_where_they_were(town: Town, tmp_path: Path, other_database: str) -> None:
    contact, citizen, beginner = [await town.somebody("telegram") for _ in range(3)]
    await contact.follows(await town.invites_contact())
    await contact.sees("signed in")
    await citizen.says("/complain")
    await citizen.sees("Tell us what happened")
    await citizen.sends_photo()
    await citizen.says(RUBBISH)
    await citizen.sees("1 file")
    for step in ("^Done$", "anonymous", "^No$", "^Send$"):
        await citizen.presses(step)
    number, _code = await receipt_of(citizen)
    await contact.sees_photos(1)
    await beginner.says("/complain")
    await beginner.sees("Tell us what happened")
    await beginner.says("路灯坏了三天")
    await beginner.says("/done")
    await beginner.sees("Where is it")

    crowd = [await town.somebody("telegram") for _ in range(4)]
    filing = [asyncio.create_task(files(person)) for person in crowd]
    await asyncio.sleep(0.3)
    backup = tmp_path / "backup"
    code, printed = await town.runs("backup", str(backup))
    assert code == 0, printed
    await asyncio.gather(*filing)
    count = await town.count()
    assert count == 5
    await town.stops()

    later = empty_machine(town, tmp_path / "other", other_database)
    code, printed = await later.runs("restore", str(backup))
    assert code == 0, printed
    assert "whole" in printed
    async with later:
        assert 1 <= await later.count() <= count
        await beginner.says("城东区")
        await beginner.sees("Who may know")
        await contact.presses("^Sign in$", on=next(m for m in contact.standing() if number in m.text and "Sign in" in m.buttons))
        await contact.sees("Signed in by")
        await photo_opens(later)
        await solves(contact, "已清运")
        await citizen.presses("^Solved$")
        await citizen.presses("^Satisfied$")
        await citizen.sees("Your rating: Satisfied")
        newcomer = await later.somebody("telegram")
        assert (await files(newcomer))[0] not in {number}
        assert (await later.runs("parked"))[1] == "Nothing is parked.\n"
    await town.starts()  # for its end


async def test_a_backup_is_for_its_owner_only_and_holds_neither_key_nor_a_word_of_who_wrote(town: Town, tmp_path: Path) -> None:
    citizen = await town.somebody("telegram", name="Wang Xiaoming")
    await citizen.sends_photo()
    await citizen.says("我叫王小明，电话13800138000")
    await citizen.sees("1 file")
    assert (await town.runs("backup", str(tmp_path / "backup")))[0] == 0
    written = {path: path.read_bytes() for path in (tmp_path / "backup").rglob("*") if path.is_file()}
    key = town.settings.keys.read_bytes().strip()
    for path, content in written.items():
        assert path.stat().st_mode & 0o777 == 0o600
        for secret in (key, b"13800138000", "王小明".encode(), str(citizen.user.id).encode()):
            assert secret not in content
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "backup").rglob("*") if path.is_dir()} == {0o700}
    assert len([path for path in written if len(path.name) == 64]) >= 1


async def test_a_backup_is_never_written_over_something_or_into_what_it_copies(town: Town, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious").touch()
    with pytest.raises(NoPlace, match="not empty"):
        await town.runs("backup", str(tmp_path / "full"))
    with pytest.raises(NoPlace, match="HUIYIN_DATA"):
        await town.runs("backup", str(town.settings.data / "backup"))


@pytest.fixture
async def backup(town: Town, tmp_path: Path) -> Path:
    """Take a backup of a town where somebody has sent a photo."""
    citizen = await town.somebody("telegram")
    await citizen.sends_photo()
    await citizen.sees("1 file")
    assert (await town.runs("backup", str(tmp_path / "backup")))[0] == 0
    return tmp_path / "backup"


async def nothing_is_written(later: Town) -> None:
    """The database has no rows and the folder no files."""
    assert not later.settings.data.exists() or not any(later.settings.data.iterdir())
    database = await connect(later.settings.database)
    async with database.transaction() as tx:
        assert await is_vacant(tx)
    await database.close()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-2])


def turned(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


async def test_what_was_cut_changed_or_lost_is_found_before_anything_is_written(
    town: Town, backup: Path, tmp_path: Path, other_database: str
) -> None:
    later = empty_machine(town, tmp_path / "other", other_database)
    for what in ("rows/inbox.jsonl", "files.jsonl", "files/*/*/*", "manifest.json"):
        # A manifest is believed where it can be read: what it says of the rest is checked.
        for wrong in (cut, Path.unlink, *((turned,) if what != "manifest.json" else ())):
            damaged = tmp_path / "damaged"
            shutil.copytree(backup, damaged)
            wrong(next(damaged.glob(what)))
            with pytest.raises(BadBackup):
                await later.runs("restore", str(damaged))
            shutil.rmtree(damaged)
    await nothing_is_written(later)


async def test_a_backup_that_was_interrupted_is_refused(town: Town, tmp_path: Path, other_database: str) -> None:
    assert (await town.runs("backup", str(tmp_path / "backup")))[0] == 0
    (tmp_path / "backup" / "manifest.json").unlink()
    with pytest.raises(NoPlace, match="never finished"):
        await town.runs("backup", str(tmp_path / "backup"))
    with pytest.raises(BadBackup, match="never finished"):
        await empty_machine(town, tmp_path / "other", other_database).runs("restore", str(tmp_path / "backup"))


async def test_a_wrong_key_is_said_before_anything_is_written_and_none_is_made(
    town: Town, backup: Path, tmp_path: Path, other_database: str
) -> None:
    later = empty_machine(town, tmp_path / "other", other_database)
    later.settings.keys.unlink()
    with pytest.raises(NotReady, match=town.app.keys.fingerprint):
        await later.runs("restore", str(backup))
    assert not later.settings.keys.exists()
    Keys.make(later.settings.keys)
    with pytest.raises(NotReady, match=f"sealed with the key {town.app.keys.fingerprint}"):
        await later.runs("restore", str(backup))
    await nothing_is_written(later)


async def test_nothing_is_restored_over_what_is_there(town: Town, backup: Path, tmp_path: Path, other_database: str) -> None:
    with pytest.raises(NotReady, match="HUIYIN_DATA"):
        await town.runs("restore", str(backup))
    later = empty_machine(town, tmp_path / "other", other_database)
    later.settings = replace(later.settings, database=town.settings.database)
    with pytest.raises(StorageError if "sqlite" in town.settings.database else NotReady, match="served by|not empty"):
        await later.runs("restore", str(backup))
    assert not later.settings.data.exists()
