"""The doctor finds what is wrong, says what to do, and tells no secret; of a city that is well it says so."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botapi import BotApi, Fault
from ports import free_port
from stores import NOW, opened
from story_filing import files as files_a_matter
from story_town import Town

from bot import data_marker
from bot.clock import Clock
from bot.doctor.doctor import examine
from bot.settings import Settings
from dialog.outgoing import say
from dialog.texts import Text
from storage import files, inbox, job_runs, outbox, people
from storage.keys import Keys
from storage.outbox import Lane

JSON = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{"a": 1}'


class RealTimeTown(Town):
    """A town in our own time, which the doctor compares with others'."""

    def __init__(self, api: BotApi, folder: Path, database: str, **settings: str) -> None:
        super().__init__(api, folder, database, LISTEN=f"127.0.0.1:{free_port()}", **settings)
        self.clock = Clock()  # type: ignore[assignment]


@pytest.fixture
async def api(direct: None) -> AsyncIterator[BotApi]:
    async with BotApi() as api:
        yield api


@pytest.fixture
async def town(api: BotApi, tmp_path: Path, database: str) -> AsyncIterator[Town]:
    async with RealTimeTown(api, tmp_path, database) as town:
        yield town


async def examined(settings: Settings, now: datetime | None = None) -> dict[str, list[str]]:
    """Let the doctor look; give the lines by their level."""
    found: dict[str, list[str]] = {"ok": [], "look": [], "bad": []}
    async for finding in examine(settings, now or datetime.now(UTC)):
        found[finding.level].append(f"{finding.subject}: {finding.said}")
        assert "hunter2" not in str(finding)
        assert not settings.telegram_token or settings.telegram_token not in str(finding)
    return found


async def test_a_city_that_is_well_is_said_to_be(town: Town) -> None:
    await files_a_matter(await town.somebody("telegram"))
    async with asyncio.timeout(30):
        while bad := (found := await examined(town.settings))["bad"]:
            assert all(line.startswith("loops") for line in bad)
            await asyncio.sleep(0.5)
    seen = {line.partition(":")[0] for line in found["ok"]}
    wanted = {"settings", "keys", "database", "migrations", "city", "parked", "data", "disk", "telegram", "clock", "program"}
    assert wanted <= seen | {line.partition(":")[0] for line in found["look"]}
    assert any("@huiyin_test_bot" in line for line in found["ok"])
    assert any("ready" in line for line in found["ok"])


async def test_what_is_not_there_yet_is_said_and_nothing_is_made(api: BotApi, tmp_path: Path) -> None:
    town = RealTimeTown(api, tmp_path, f"sqlite:{tmp_path}/new/huiyin.db")
    found = await examined(town.settings)
    assert any("no key file" in line for line in found["bad"])
    assert any("no file" in line for line in found["bad"])
    assert any("huiyin run" in line for line in found["look"])
    assert list(tmp_path.iterdir()) == []


async def test_a_database_out_of_reach_is_said_without_its_password(tmp_path: Path, api: BotApi) -> None:
    town = RealTimeTown(api, tmp_path, "postgresql://huiyin:hunter2@127.0.0.1:9/huiyin")
    assert any(line.startswith("database: PostgreSQL can't be used") for line in (await examined(town.settings))["bad"])


async def test_a_key_that_is_another_or_stands_open_or_in_a_backup_is_found(town: Town, tmp_path: Path) -> None:
    await files_a_matter(await town.somebody("telegram"))
    assert (await town.runs("backup", str(tmp_path / "backup")))[0] == 0
    key = tmp_path / "backup" / "keys"
    shutil.copy(town.settings.keys, key)
    settings = replace(town.settings, keys=key)
    assert any("inside the backup" in line for line in (await examined(settings))["bad"])
    key.chmod(0o644)
    assert any("can be read by others" in line for line in (await examined(settings))["bad"])
    key.write_bytes(b"MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
    key.chmod(0o600)
    assert any("not the key with which this database was sealed" in line for line in (await examined(settings))["bad"])


async def test_a_folder_of_files_that_is_not_shared_or_not_mounted_is_found(town: Town, tmp_path: Path) -> None:
    other = replace(town.settings, data=tmp_path / "elsewhere")
    [line] = [line for line in (await examined(other))["bad"] if line.startswith("data:")]
    assert "is its disk mounted" in line
    marker = (town.settings.data / "marker").read_text()
    assert f"write {marker} into" in line
    other.data.mkdir()
    (other.data / "marker").write_text(marker)
    assert not [line for line in (await examined(other))["bad"] if line.startswith("data:")]


async def test_the_doctor_changes_nothing_and_says_whose_folder_can_not_be_written(town: Town) -> None:
    data = town.settings.data
    async with opened(town.settings.database) as store, store.transaction() as tx:
        await data_marker.forget(tx, town.app.keys, town.clock.now())
    (data / "marker").unlink()
    assert any(line.startswith("data:") for line in (await examined(town.settings))["ok"])
    assert not (data / "marker").exists()
    async with opened(town.settings.database) as store, store.reading() as tx:
        assert await data_marker.wanted(tx, town.app.keys, data, town.clock.now()) is None
    unwritten = replace(town.settings, data=Path("/proc/self"))
    assert any("can't be written to" in line for line in (await examined(unwritten))["bad"])


async def test_a_disk_that_fills_up_is_said_in_time(town: Town) -> None:
    free = shutil.disk_usage(town.settings.data).free
    found = await examined(replace(town.settings, free_disk=free // 2))
    assert any("make room soon" in line for line in found["look"])
    found = await examined(replace(town.settings, free_disk=free * 2))
    assert any("make room," in line for line in found["bad"])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_lock_that_another_program_holds_is_found_beside_the_program_and_without_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.sqlite.PRAGMAS", ("busy_timeout=500",))
    other = sqlite3.connect(town.settings.database.removeprefix("sqlite:"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    found = await examined(town.settings)
    other.execute("ROLLBACK")
    other.close()
    assert any(line.startswith("database: Nothing can be written") for line in found["bad"])
    assert not any("Nothing can be written" in line for line in (await examined(town.settings))["bad"])


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_damaged_file_is_called_so_and_everything_else_is_looked_at(town: Town, tmp_path: Path) -> None:
    path = Path(town.settings.database.removeprefix("sqlite:"))
    await town.stops()
    content = path.read_bytes()
    for damaged, said in (
        (content[:4096] + b"\xff" * (len(content) - 4096), "the file is damaged"),
        (content.replace(b"code,parent,kind", b"oops,parent,kind"), "can't be read any more.*damaged.*restore a backup"),
    ):
        (tmp_path / "damaged.db").write_bytes(damaged)
        found = await examined(replace(town.settings, database=f"sqlite:{tmp_path}/damaged.db"))
        assert any(re.search(f"^database: .*{said}", line) for line in found["bad"]), found
        assert {"disk", "telegram", "program"} <= {line.partition(":")[0] for lines in found.values() for line in lines}
    await town.starts()


async def test_telegram_is_asked_what_it_thinks_of_us(town: Town, api: BotApi) -> None:
    hooked = replace(town.settings, telegram_mode="webhook", telegram_webhook_url="https://example.org/telegram")
    assert any("no address" in line for line in (await examined(hooked))["bad"])
    fault = Fault(kind="401", methods=("getMe",))
    api.faults.append(fault)
    assert any("token is refused" in line for line in (await examined(town.settings))["bad"])
    api.faults.remove(fault)
    out = replace(town.settings, telegram_base_url="http://127.0.0.1:9/bot")
    assert any("Out of reach" in line for line in (await examined(out))["bad"])
    assert (await examined(replace(town.settings, telegram_token="")))["bad"] == []


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-Other\r\n", b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", JSON])
async def test_a_port_that_another_program_has_is_said_to_be_taken(town: Town, answer: bytes) -> None:
    async def other(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(other, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        found = await examined(replace(town.settings, listen=("127.0.0.1", port)))
    assert f"program: Port {port} is taken by another program" in "\n".join(found["bad"])


async def test_a_clock_that_is_wrong_is_found(town: Town) -> None:
    found = await examined(town.settings, datetime.now(UTC) + timedelta(seconds=20))
    assert any(line.startswith("clock") for line in found["look"])
    found = await examined(town.settings, datetime.now(UTC) - timedelta(minutes=10))
    assert any("Set the clock" in line for line in found["bad"])


async def test_what_waits_too_long_and_jobs_that_stand_still_are_found(api: BotApi, database: str, tmp_path: Path) -> None:
    settings = RealTimeTown(api, tmp_path, database).settings
    keys = Keys.make(settings.keys)
    async with opened(database) as store:
        async with store.transaction() as tx:
            person = await people.arrive(tx, keys, "telegram", "1", "en", NOW)
            await outbox.put(
                tx, keys, conversation=person, channel="telegram", message=say(Text("Hello")), lane=Lane.ANSWER, now=NOW
            )
            await inbox.receive(tx, channel="telegram", external_id="1", conversation=person, order=1, body=b"", now=NOW)
            await files.uploaded(tx, keys, person, "web", "", 1, NOW)
            await job_runs.take(tx, "seal", NOW, NOW, NOW)
            await job_runs.finish(tx, "seal", NOW, NOW)
        said = "\n".join((await examined(settings))["bad"])
        for what in ("to be dealt with", "to be sent", "to be fetched", "Scheduled jobs have not run since 2026-01-07 02:00"):
            assert what in said
        async with store.transaction() as tx:
            await tx.run("UPDATE inbox SET parked_at = 1")
        assert any("1 in, 0 out, 0 due are parked" in line for line in (await examined(settings))["look"])


@pytest.mark.parametrize(("now", "unknown"), [("2026-10-31", ()), ("2026-11-01", ("2027",)), ("2028-06-01", ("2028",))])
async def test_a_year_whose_holidays_nobody_knows_is_said_from_november_on(
    town: Town, now: str, unknown: tuple[str, ...]
) -> None:
    found = await examined(town.settings, datetime.fromisoformat(f"{now}T12:00:00+08:00"))
    said = [line for line in found["look"] if line.startswith("calendar")]
    assert [year in line for year, line in zip(unknown, said, strict=True)] == [True] * len(unknown)


@pytest.mark.parametrize("days", [1, 14, 15])
async def test_a_year_of_which_the_city_names_a_few_days_only_is_said(town: Town, tmp_path: Path, days: int) -> None:
    folder = tmp_path / "thin"
    shutil.copytree("examples/xining", folder)
    table = "\n".join(f'"2031-03-{day:02}" = false' for day in range(1, days + 1))
    with (folder / "city.toml").open("a") as file:
        file.write(f"\n{table}\n")
    thin = f"holidays of 2031, of which only this many days stand here: {days}." if days < 15 else ""
    for what in ("check", "load"):
        code, printed = await town.runs("city", what, str(folder))
        assert code == 0
        assert thin in printed if thin else "2031" not in printed
    said = [line for line in (await examined(town.settings))["look"] if "2031" in line]
    assert [thin in line for line in said] == [True] * bool(thin)


async def test_the_command_fails_only_if_something_is_bad(town: Town) -> None:
    code, printed = await town.runs("doctor")
    assert (code == 1) == any(line.startswith("bad") for line in printed.splitlines())
    os.chmod(town.settings.keys, 0o644)
    assert (await town.runs("doctor"))[0] == 1
    os.chmod(town.settings.keys, 0o600)
