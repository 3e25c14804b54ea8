"""The files of a message as they go out: cleaned, opened from the vault; those not there yet, and those never to come."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.channels.door import Attachment
from bot.vault import Damaged, Missing, Vault
from storage import files
from storage.database import Database
from storage.files import File

EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/3gpp": "3gp",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/wav": "wav",
    "audio/amr": "amr",
    "application/pdf": "pdf",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What there is of a message's files: `waiting` and `refused` are ids of files."""

    ready: tuple[Attachment, ...]
    waiting: tuple[str, ...]
    refused: tuple[str, ...]


class Attachments:
    """Opens files for sending."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def of(self, ids: Sequence[str]) -> Found:
        """Open the files of a message."""
        async with self._database.reading() as tx:
            rows = await files.get(tx, ids)
        ready: list[Attachment] = []
        refused = []
        for number, row in enumerate(rows, 1):
            if row.ready:
                attachment = await self.open(row, number)
                if attachment:
                    ready.append(attachment)
                else:
                    refused.append(row.id)
            elif row.refused:
                refused.append(row.id)
        waiting = tuple(row.id for row in rows if not row.ready and not row.refused)
        return Found(ready=tuple(ready), waiting=waiting, refused=tuple(refused))

    async def open(self, file: File, number: int) -> Attachment | None:
        """Open one clean file; None if it is not in the vault (any more)."""
        if file.stored is None:
            return None
        try:
            data = await asyncio.to_thread(self._vault.get, file.stored)
        except (Missing, Damaged):
            return None
        media_type = file.media_type or "application/octet-stream"
        name = f"{number}.{EXTENSIONS.get(media_type, 'bin')}"
        return Attachment(kind=file.kind, media_type=media_type, name=name, data=data)
