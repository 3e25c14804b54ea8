"""What lies on this machine: the key file, the room that is left, and whether a program serves here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import aiohttp

from bot.backups.form import MANIFEST
from bot.doctor.finding import Finding, bad, look, ok
from bot.setting_values import MEGABYTE
from bot.settings import Settings, local_url
from storage.keys import KeyProblem, Keys, NoKeyFile

NEARLY = 4
"""How many times the room that has to stay free is worth a look."""
ANSWER_SECONDS = 5


def examine_keys(path: Path) -> tuple[Keys | None, Sequence[Finding]]:
    """Look at the key file; a missing one is not made. (That it lies outside HUIYIN_DATA is checked with the settings.)"""
    try:
        keys = Keys.open(path)
    except NoKeyFile:
        said = f"There is no key file {path}. A new city gets one at its first start; for an old one put your copy there."
        return None, [bad("keys", said)]
    except KeyProblem as problem:
        return None, [bad("keys", str(problem))]
    findings = []
    if path.stat().st_uid != os.geteuid():
        findings.append(look("keys", f"{path} belongs to another user than the one who asks."))
    if backup := next((folder for folder in path.parents if (folder / MANIFEST).exists()), None):
        said = f"{path} lies inside the backup {backup}: the two together open everything. Keep the key in another place."
        findings.append(bad("keys", said))
    return keys, findings or [ok("keys", f"{path} is there, for its owner only: the key {keys.fingerprint}.")]


def examine_disk(settings: Settings) -> Sequence[Finding]:
    """Look at the room left for files and for a database that is a file."""
    places = {"HUIYIN_DATA": settings.data}
    if settings.database.startswith("sqlite:"):
        places["the database"] = Path(settings.database.removeprefix("sqlite:")).parent
    findings = []
    for name, folder in places.items():
        there = next(path for path in (folder, *folder.parents) if os.path.exists(path))  # also where we may not look
        free = shutil.disk_usage(there).free
        said = f"{free // MEGABYTE:,} MB are free for {name}"
        if free < settings.free_disk:
            findings.append(bad("disk", f"{said}: make room, photos are refused now, and messages are next."))
        elif free < NEARLY * settings.free_disk:
            findings.append(
                look("disk", f"{said}: make room soon. Photos are refused below {settings.free_disk // MEGABYTE:,} MB.")
            )
        else:
            findings.append(ok("disk", f"{said}."))
    return findings


async def examine_program(settings: Settings) -> Sequence[Finding]:
    """Ask the program that serves on this machine whether it is ready."""
    host, port = settings.listen
    if not port:
        return [ok("program", "It listens on a port of the system's choice, so it was not asked.")]
    url = f"{local_url(host, port)}/readyz"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS)) as client,
            client.get(url) as answer,
        ):
            state = await answer.json()
            is_ready = state.pop("ready")
            lacks = ", ".join(f"{name} {said}" for name, said in state.items() if said != "ok")
    except aiohttp.ClientConnectorError:
        return [look("program", f"No program answers at {url}. Start it: huiyin run")]
    except TimeoutError:
        return [bad("program", f"What listens at {url} does not answer within {ANSWER_SECONDS} s. If it is huiyin, restart it.")]
    except (aiohttp.ClientError, ValueError, LookupError, TypeError):  # no HTTP, no JSON, or JSON of another kind
        return [bad("program", f"Port {port} is taken by another program. End that one, or set HUIYIN_LISTEN to another port.")]
    if not is_ready:
        return [bad("program", f"It runs and is not ready: {lacks}.")]
    return [ok("program", f"It runs and is ready, at {url}.")]
