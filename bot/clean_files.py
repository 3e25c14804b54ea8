"""What cleaning a sent file may come to: the file as it may be stored and shown, or the reason why it is not taken."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class FileKind(StrEnum):
    """How a file is shown and sent on."""

    PHOTO = "photo"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"


class Reason(StrEnum):
    """Why a file is not taken."""

    TOO_LARGE = "too_large"
    EMPTY = "empty"
    UNKNOWN_TYPE = "unknown_type"
    DAMAGED = "damaged"


class Unacceptable(Exception):
    """The file is not taken, and sending the same one again will not change that."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"The file is not taken: {reason}.")
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Clean:
    """A file that may be stored and shown."""

    kind: FileKind
    media_type: str
    data: bytes


class Room(BytesIO):
    """Where a cleaned file is written: takes `limit` bytes, and raises Unacceptable for one more."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def write(self, data: ReadableBuffer) -> int:
        """Write on, if that has room."""
        if self.tell() + memoryview(data).nbytes > self._limit:
            raise Unacceptable(Reason.TOO_LARGE)
        return super().write(data)
