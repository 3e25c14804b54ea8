"""Opening and closing what the program keeps: a database, and the key file that belongs to it."""

from __future__ import annotations

import asyncio
import errno
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import NotReady, composed, opened
from bot.channels.door import Busy
from bot.clock import Clock
from bot.main import parser
from bot.settings import Settings, read_settings
from storage import people
from storage.database import Unavailable
from storage.keys import Keys, NoKeyFile

CITY = Path(__file__).parents[2] / "examples" / "xining"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({"HUIYIN_CITY": str(CITY)}, tmp_path)


async def _somebody_writes(settings: Settings) -> None:
    async with composed(settings, Clock()) as app, app.database.transaction() as tx:
        await people.arrive(tx, app.keys, "web", "somebody", "en", app.clock.now())


async def test_a_database_is_served_again_with_its_own_keys(settings: Settings) -> None:
    await _somebody_writes(settings)
    async with composed(settings, Clock()) as app:
        assert app.settings is settings


async def test_a_database_is_not_served_with_another_key_file(settings: Settings) -> None:
    await _somebody_writes(settings)
    settings.keys.unlink()
    Keys.make(settings.keys)
    with pytest.raises(NotReady, match="is not the key file with which this database was sealed"):
        async with composed(settings, Clock()):
            pass


@pytest.mark.parametrize("command", ["run", "verify", "backup copy", "invite office", "cases"])
async def test_a_key_file_that_is_missing_or_mistyped_is_not_made_anew(
    settings: Settings, tmp_path: Path, command: str, database: str
) -> None:
    settings = replace(settings, database=database)
    await _somebody_writes(settings)
    settings = replace(settings, keys=tmp_path / "no" / "such")
    arguments = parser().parse_args(command.split())
    with pytest.raises(NoKeyFile, match="no/such. Put your copy"):
        await arguments.run(arguments, settings)
    assert not (tmp_path / "no").exists()


async def test_a_key_file_is_made_anew_where_nothing_was_sealed_yet(settings: Settings) -> None:
    async with composed(settings, Clock()):
        settings.keys.unlink()
    async with composed(settings, Clock()) as app:
        assert settings.keys.exists()
        assert app.keys.fingerprint == Keys.open(settings.keys).fingerprint


@pytest.mark.parametrize(
    "command",
    ["verify", "backup copy", "invite office", "cases", "parked", "tickets w", f"city load {CITY}", "train --from-cases"],
)
async def test_a_command_in_a_folder_without_settings_makes_no_database(settings: Settings, tmp_path: Path, command: str) -> None:
    arguments = parser().parse_args(command.split())
    with pytest.raises(NotReady, match=r"There is no database .*huiyin\.db. HUIYIN_DATABASE names it.*\.env"):
        await arguments.run(arguments, settings)
    assert list(tmp_path.iterdir()) == []


async def test_a_folder_for_files_that_can_not_be_used_is_said(settings: Settings) -> None:
    settings.data.parent.mkdir(parents=True, exist_ok=True)
    settings.data.write_text("not a folder")
    with pytest.raises(NotReady, match="HUIYIN_DATA"):
        async with composed(settings, Clock()):
            pass


@pytest.mark.parametrize("folder", [Path("/proc/no/such"), Path(__file__) / "data"])
async def test_a_city_whose_folder_for_files_is_not_mounted_is_served_without_it(
    settings: Settings, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await _somebody_writes(settings)
    async with composed(replace(settings, data=folder, listen=("127.0.0.1", 0)), Clock()) as app:
        assert "data_folder_is_another" in caplog.text
        running = asyncio.create_task(app.run(lambda app: app.stop()))
        await asyncio.wait_for(running, 20)
        with pytest.raises(Busy):
            await app.door.keep("web", "somebody", "en", b"a photo")


async def test_a_folder_without_a_city_is_said(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotReady, match="empty has no files of a city"):
        async with composed(replace(settings, city=tmp_path / "empty"), Clock()):
            pass


@pytest.mark.parametrize("locked", ["xining", "xining/units.csv"])
async def test_a_city_that_this_user_may_not_read_is_said_with_its_file(
    settings: Settings, tmp_path: Path, locked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(CITY, tmp_path / "xining")
    lists, reads = Path.iterdir, Path.read_bytes

    def may(path: Path) -> Path:
        if path == tmp_path / locked:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return path

    monkeypatch.setattr(Path, "iterdir", lambda path: lists(may(path)))
    monkeypatch.setattr(Path, "read_bytes", lambda path: reads(may(path)))
    for asked in (["city", "check", str(tmp_path / "xining")], ["run"]):
        arguments = parser().parse_args(asked)
        with pytest.raises(NotReady, match=f"{locked} can't be read: Permission denied.*chmod"):
            await arguments.run(arguments, replace(settings, city=tmp_path / "xining"))


async def test_a_folder_that_was_named_is_not_called_a_setting(settings: Settings) -> None:
    arguments = parser().parse_args(["city", "check", "/nope"])
    with pytest.raises(NotReady, match="/nope is not a folder. Name the folder"):
        await arguments.run(arguments, settings)


async def test_a_start_that_fails_leaves_nothing_running(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(*_args: object) -> None:
        raise Unavailable("database or disk is full")

    before = asyncio.all_tasks()
    with pytest.raises(Unavailable, match="disk is full"):
        async with composed(replace(settings, listen=("127.0.0.1", 0)), Clock()) as app:
            monkeypatch.setattr("bot.app.memory.remember", full)
            await asyncio.wait_for(app.run(), 20)
    assert asyncio.all_tasks() == before


async def test_a_stopped_database_is_one_file_that_can_be_copied(settings: Settings) -> None:
    await _somebody_writes(settings)
    async with opened(settings) as (database, _keys), database.reading() as tx:
        assert await tx.one("SELECT 1 FROM conversation")
    assert not list((settings.keys.parent).glob("*-wal"))
