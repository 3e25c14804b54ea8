"""The files Telegram keeps: what people and the bot sent, found again by `file_id`."""

from __future__ import annotations

import hashlib
import io
import itertools
import mimetypes
from dataclasses import dataclass
from typing import Any

from botapi_limits import DOWNLOAD_BYTES, UPLOAD_BYTES, ApiError, bad
from PIL import Image, UnidentifiedImageError

MIME = {"photo": "image/jpeg", "video": "video/mp4", "voice": "audio/ogg", "audio": "audio/mpeg"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file; `size` (bytes) may exceed the data, the rest is then zeros."""

    file_id: str
    kind: str
    data: bytes
    size: int
    name: str
    mime: str
    wire: Any  # what stands under `kind` in a message: an object, a list of sizes for a photo

    @property
    def content(self) -> bytes:
        return self.data.ljust(self.size, b"\0")

    @property
    def path(self) -> str:
        return f"{self.kind}s/{self.file_id}.{self.name.rpartition('.')[2]}"


def picture(colour: str = "gray", size: tuple[int, int] = (640, 480)) -> bytes:
    """Paint a JPEG, so that tests need no picture files."""
    paper = io.BytesIO()
    Image.new("RGB", size, colour).save(paper, "JPEG")
    return paper.getvalue()


class Files:
    """All files, by the id that a message shows."""

    def __init__(self) -> None:
        self.by_id: dict[str, StoredFile] = {}
        self._numbers = itertools.count(1)

    def keep(self, kind: str, data: bytes, *, size: int | None = None, name: str = "") -> StoredFile:
        """Store a file; `kind` is the field of a Message. A photo gets a small and a full size, each its own file."""
        size = max(len(data), size or 0)
        if not size:
            raise bad("file must be non-empty")
        if kind == "photo":
            return self._keep_photo(data)
        mime = mimetypes.guess_type(name)[0] or MIME.get(kind, "application/octet-stream")
        name = name or f"file{mimetypes.guess_extension(mime) or '.bin'}"
        more: dict[str, Any] = {"mime_type": mime}
        if kind == "sticker":
            more = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
            more["emoji"] = "👍"
        if kind in ("document", "video", "audio"):
            more["file_name"] = name
        if kind in ("video", "voice", "audio"):
            more["duration"] = 3
        if kind == "video":
            more |= {"width": 1280, "height": 720}
        return self._add(kind, data, size, name, mime, more)

    def find(self, file_id: str, kind: str) -> StoredFile:
        """Return a file that is sent again by its id; raise ApiError when unknown or of another kind."""
        if file_id.startswith(("http://", "https://")):
            raise bad("failed to get HTTP URL content")
        if (file := self.by_id.get(file_id)) is None:
            raise bad("wrong file identifier/HTTP URL specified")
        if file.kind != kind:
            raise bad(f"can't use file of type {file.kind.title()} as {kind.title()}")
        return file

    def download_path(self, file_id: str) -> dict[str, Any]:
        """Answer getFile."""
        if (file := self.by_id.get(file_id)) is None:
            raise bad("wrong file_id or the file is temporarily unavailable")
        if file.size > DOWNLOAD_BYTES:
            raise bad("file is too big")
        size = file.wire[-1] if isinstance(file.wire, list) else file.wire
        return {key: size[key] for key in ("file_id", "file_unique_id", "file_size")} | {"file_path": file.path}

    def at(self, path: str) -> StoredFile | None:
        """Return the file that stands at a download path."""
        return next((file for file in self.by_id.values() if file.path == path), None)

    def _keep_photo(self, data: bytes) -> StoredFile:
        try:
            image = Image.open(io.BytesIO(data))
            image.load()
        except (UnidentifiedImageError, OSError):
            raise bad("IMAGE_PROCESS_FAILED") from None
        width, height = image.size
        if width + height > 10_000 or max(width, height) > 20 * min(width, height):
            raise bad("PHOTO_INVALID_DIMENSIONS")
        image.thumbnail((90, 90))
        paper = io.BytesIO()
        image.convert("RGB").save(paper, "JPEG")
        small = self._size(paper.getvalue(), *image.size)
        return self._size(data, width, height, small.wire)

    def _size(self, data: bytes, width: int, height: int, smaller: tuple[Any, ...] | list[Any] = ()) -> StoredFile:
        dimensions = {"width": width, "height": height}
        return self._add("photo", data, len(data), "photo.jpg", MIME["photo"], dimensions, smaller)

    def _add(
        self,
        kind: str,
        data: bytes,
        size: int,
        name: str,
        mime: str,
        more: dict[str, Any],
        smaller: tuple[Any, ...] | list[Any] = (),
    ) -> StoredFile:
        if len(data) > UPLOAD_BYTES:
            raise ApiError(413, "Request Entity Too Large")
        unique = hashlib.sha256(b"%d %b" % (size, data)).hexdigest()[:16]
        file_id = f"{kind}-{next(self._numbers)}-{unique}"
        own = {"file_id": file_id, "file_unique_id": unique, "file_size": size} | more
        wire = [*smaller, own] if kind == "photo" else own
        file = StoredFile(file_id=file_id, kind=kind, data=data, size=size, name=name, mime=mime, wire=wire)
        self.by_id[file_id] = file
        return file
