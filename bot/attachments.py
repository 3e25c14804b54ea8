"""The files of a message as they go out: cleaned, opened from the vault; those not there yet, and those never to come.

A chart or a code becomes a picture here, when it is sent or looked at.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from bot.channels.door import Attachment
from bot.charts import draw
from bot.codes import draw_code
from bot.vault import Damaged, Missing, Vault, VaultError
from dialog.chart import Chart, in_words
from dialog.code import Code
from dialog.texts import Words
from storage import files
from storage.database import Database
from storage.files import File

log = logging.getLogger("huiyin.attachments")

CHARTS_KEPT = 8
"""Everybody gets the same picture at the same time, once in each language."""

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
    """Opens files for sending, and draws charts and codes."""

    def __init__(self, database: Database, vault: Vault, words: Words) -> None:
        self._database = database
        self._vault = vault
        self._words = words
        self._drawing = asyncio.Lock()
        self._drawn: dict[tuple[str, str], Attachment | None] = {}

    async def of(self, ids: Sequence[str]) -> Found:
        """Open the files of a message."""
        if not ids:
            return Found(ready=(), waiting=(), refused=())
        async with self._database.reading() as tx:
            rows = await files.get(tx, ids)
        ready: list[Attachment] = []
        waiting: list[str] = []
        refused: list[str] = []
        for number, row in enumerate(rows, 1):
            if not row.ready:
                (refused if row.refused else waiting).append(row.id)
                continue
            try:
                attachment = await self.open(row, number)
            except VaultError:
                waiting.append(row.id)
                continue
            if attachment:
                ready.append(attachment)
            else:
                refused.append(row.id)
        return Found(ready=tuple(ready), waiting=tuple(waiting), refused=tuple(refused))

    async def open(self, file: File, number: int) -> Attachment | None:
        """Open one clean file; None if it is not in the vault (any more). Raises VaultError."""
        if file.stored is None:
            return None
        try:
            data = await asyncio.to_thread(self._vault.get, file.stored)
        except (Missing, Damaged):
            return None
        media_type = file.media_type or "application/octet-stream"
        name = f"{number}.{EXTENSIONS.get(media_type, 'bin')}"
        return Attachment(kind=file.kind, media_type=media_type, name=name, data=data)

    async def drawn(self, picture: Chart | Code, language: str) -> Attachment | None:
        """Draw a chart or a code; None if that fails, for then its message goes without."""
        if isinstance(picture, Code):
            alt = self._words.render(picture.alt, language)
            return Attachment(kind="photo", media_type="image/png", name="code.png", data=draw_code(picture.link), alt=alt)
        key = repr(picture), language
        async with self._drawing:
            if key not in self._drawn:
                while len(self._drawn) >= CHARTS_KEPT:
                    del self._drawn[next(iter(self._drawn))]
                self._drawn[key] = await self._draw(picture, language)
            return self._drawn[key]

    async def _draw(self, chart: Chart, language: str) -> Attachment | None:
        try:
            data = await asyncio.to_thread(draw, chart, self._words, language)
            alt = in_words(chart, self._words, language)
        except Exception as error:  # whatever the libraries raise: the words of the message are what counts
            log.error("chart_not_drawn", exc_info=error)
            return None
        return Attachment(kind="photo", media_type="image/png", name="chart.png", data=data, alt=alt)
