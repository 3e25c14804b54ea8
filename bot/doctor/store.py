"""What the database tells: its form, how safely it keeps, what waits in it, the calendar, and whose files it knows."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from actions.city import MODEL, LoadedCity, current
from bot import data_marker
from bot.doctor.finding import Finding, bad, look, ok
from bot.settings import Settings
from domain.city_files import thin_calendar
from storage import cities, health, parked, people
from storage.database import Database, StorageError, Tx
from storage.health import Waiting
from storage.keys import Keys
from storage.migrate import lacking

OLDEST_SERVER = 120000
NOTICE_MONTH = 11
"""The notice on next year's holidays comes in November, as a rule."""
SOON = timedelta(minutes=2)
JOBS_AFTER = timedelta(minutes=25)
"""Two slots of the job that runs most often, and a little."""
OFF, FAR_OFF = timedelta(seconds=5), timedelta(minutes=1)
MUST_BE_ON = ("synchronous_commit", "fsync", "full_page_writes")


async def examine_store(database: Database, keys: Keys | None, settings: Settings, now: datetime) -> Sequence[Finding]:
    """Look at everything in the database, as far as its form allows."""
    async with database.reading() as tx:
        findings = [*_safety(await health.settings(tx)), *_server_clock(await health.now(tx), now)]
        try:
            behind = await lacking(tx)
        except StorageError as error:
            return [*findings, bad("migrations", str(error))]
        if behind:
            return [*findings, bad("migrations", f"The database lacks {behind[0].name}. Run: huiyin migrate")]
        findings.append(ok("migrations", "The database has this program's form."))
        if keys and not await people.sealed_with(tx, keys):
            findings.append(
                bad("keys", f"{settings.keys} is not the key with which this database was sealed. Put your copy there.")
            )
            keys = None
        loaded = await current(tx)
        findings += _city(loaded, now)
        if loaded and not loaded.classifier and MODEL in await cities.files(tx, loaded.n):
            said = "The city's own cannot be read by this version, so the one that ships is used. Make it again: huiyin train"
            findings.append(look("model", said))
        findings += _loops(await health.waiting(tx), now)
        findings += await _parked(tx)
        if keys:
            findings.append(await _data(tx, keys, settings.data, now))
    return findings


def _safety(found: Mapping[str, str]) -> Sequence[Finding]:
    if "journal_mode" in found:
        if found["journal_mode"] != "wal":
            return [bad("database", f"The journal is {found['journal_mode']}, not wal: another program has changed the file.")]
        return [ok("database", "SQLite answers; what is committed is on the disk (journal wal, synchronous full).")]
    findings = [
        bad("database", f"PostgreSQL has {name} off: what was acknowledged may be lost with the power. Turn it on.")
        for name in MUST_BE_ON
        if found.get(name) == "off"
    ]
    if int(found["server_version_num"]) < OLDEST_SERVER:
        findings.append(bad("database", "This PostgreSQL is older than 12, which the program does not know. Upgrade it."))
    if found["server_encoding"] != "UTF8":
        findings.append(
            bad("database", f"The database's encoding is {found['server_encoding']}: make one with UTF8 and restore there.")
        )
    return findings or [
        ok("database", "PostgreSQL answers; what is committed is on the disk. Its own disk can't be seen from here.")
    ]


def _server_clock(there: datetime | None, now: datetime) -> Sequence[Finding]:
    return compare_clocks("the database's server", there, now) if there else ()


def compare_clocks(whose: str, there: datetime, now: datetime) -> Sequence[Finding]:
    """Hold this machine's clock against another."""
    apart = abs(there - now)
    said = f"This clock and that of {whose} are {apart.total_seconds():.0f} s apart"
    if apart > FAR_OFF:
        return [bad("clock", f"{said}: deadlines and receipts are wrong. Set the clock (NTP).")]
    return [look("clock", f"{said}. Is NTP on?") if apart > OFF else ok("clock", f"{said}.")]


def _city(loaded: LoadedCity | None, now: datetime) -> Sequence[Finding]:
    if loaded is None:
        return [bad("city", "No city is loaded. Run: huiyin city load FOLDER")]
    findings = [ok("city", f"{loaded.city.name} is loaded, {len(loaded.city.units)} units.")]
    today = now.astimezone(loaded.city.zone).date()
    wanted = [today.year, *([today.year + 1] if today.month >= NOTICE_MONTH else [])]
    unknown = [year for year in wanted if loaded.working_days.is_working(date(year, 7, 1)).provisional]
    for year in unknown:
        said = (
            f"The holidays of {year} are not known: due dates there are provisional. Upgrade the program when the notice is out"
        )
        findings.append(look("calendar", f"{said}, or put its days into city.toml."))
    thin = [look("calendar", f"city.toml: {problem.what} {problem.todo}") for problem in thin_calendar(loaded.city)]
    known = ok("calendar", f"The holidays of {' and '.join(map(str, wanted))} are known.")
    return [*findings, *thin] if unknown or thin else [*findings, known]


def _loops(waiting: Waiting, now: datetime) -> Sequence[Finding]:
    late = {
        "inbox": (waiting.came, "a message has waited to be dealt with"),
        "outbox": (waiting.going, "a message has waited to be sent"),
        "media": (waiting.fetching, "a file has waited to be fetched"),
        "chase": (waiting.chasing, "a deadline has waited to be chased"),
    }
    findings = [
        bad("loops", f"Since {since:%Y-%m-%d %H:%M} UTC {what}: does huiyin run, and what does its log say?")
        for since, what in late.values()
        if since and now - since > SOON
    ]
    if waiting.sealed is None:
        findings.append(look("loops", "No scheduled job has run yet: within ten minutes of the first start one will have."))
    elif now - waiting.sealed > JOBS_AFTER:
        said = (
            f"Scheduled jobs have not run since {waiting.sealed:%Y-%m-%d %H:%M} UTC: does huiyin run, and what does its log say?"
        )
        findings.append(bad("loops", said))
    return findings or [ok("loops", "Nothing waits that is due, and scheduled jobs run.")]


async def _parked(tx: Tx) -> Sequence[Finding]:
    found = await parked.count(tx)
    if not found.total:
        return [ok("parked", "Nothing is parked.")]
    said = f"{found.came} in, {found.undelivered} out, {found.deadlines} due are parked. See: huiyin parked"
    return [look("parked", said)]


async def _data(tx: Tx, keys: Keys, folder: Path, now: datetime) -> Finding:
    try:
        wanted = await data_marker.wanted(tx, keys, folder, now)
    except OSError as error:
        return bad("data", f"{folder} can't be read: {error.strerror}.")
    if wanted:
        said = f"{folder} is not the folder of this database's files: is its disk mounted, and shared with the other processes?"
        return bad("data", f"{said} If they are lost for good, write {wanted} into {folder / data_marker.MARKER}.")
    if not os.access(folder, os.F_OK):
        return ok("data", f"{folder} is made at the first start.")
    if not os.access(folder, os.W_OK | os.X_OK):
        return bad("data", f"{folder} can't be written to, so no photo or file that comes is kept. Let the program write there.")
    return ok("data", f"{folder} is the folder of this database's files.")
